package explain

import "strings"

// editCase offers the digits of escapes in capital and in small letters.
func editCase(add func(cost int, change func(string) string)) {
	add(costFair, func(s string) string {
		return mapEscapes(s, func(text string, _ byte) string { return strings.ToUpper(text) })
	})
	add(costFair, func(s string) string {
		return mapEscapes(s, func(text string, _ byte) string { return strings.ToLower(text) })
	})
}

// editBytes offers, for each byte of candidates that occurs in the decoded text,
// to write it raw or as an escape; and the same for all bytes beyond ASCII.
func editBytes(text, candidates string, add func(change func(string) string)) {
	for i := range len(candidates) {
		c := candidates[i]
		if strings.IndexByte(text, c) < 0 {
			continue
		}
		add(func(s string) string { return unescapeBytes(s, func(b byte) bool { return b == c }) })
		add(func(s string) string { return escapeByte(s, c, false) })
		add(func(s string) string { return escapeByte(s, c, true) })
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r >= 0x80 }) {
		add(func(s string) string { return unescapeBytes(s, func(b byte) bool { return b >= 0x80 }) })
		add(func(s string) string { return escapeHigh(s, false) })
		add(func(s string) string { return escapeHigh(s, true) })
	}
}

// escapeHigh writes every raw byte beyond ASCII as an escape.
func escapeHigh(s string, lower bool) string {
	b := make([]byte, 0, len(s)+16)
	for i := range len(s) {
		if s[i] < 0x80 {
			b = append(b, s[i])
		} else {
			b = appendEscape(b, s[i], lower)
		}
	}
	return string(b)
}

// editTwice offers to undo and to do a second encoding ("%252F").
func editTwice(add func(change func(string) string)) {
	add(func(s string) string { return strings.ReplaceAll(s, "%25", "%") })
	add(func(s string) string { return strings.ReplaceAll(s, "%", "%25") })
}
