package ivr

// clean makes text from outside fit for documents and URLs: it drops characters
// that XML forbids, and ends after max bytes.
func clean(s string, max int) string {
	if isClean(s) && len(s) <= max {
		return s
	}
	out := make([]rune, 0, min(len(s), max))
	size := 0
	for _, c := range s {
		if !isPrintable(c) {
			continue
		}
		if size += len(string(c)); size > max {
			break
		}
		out = append(out, c)
	}
	return string(out)
}

func isClean(s string) bool {
	for _, c := range s {
		if !isPrintable(c) {
			return false
		}
	}
	return true
}

func isPrintable(c rune) bool {
	return c >= ' ' && c != 0xFFFD && c != 0xFFFE && c != 0xFFFF && (c < 0x7F || c > 0x9F)
}
