package explain

import (
	"strings"
	"unicode/utf8"
)

// charsets are the ways in which text beyond ASCII is misread, each undone: the
// text that arrived is turned into the one that was signed.
var charsets = []struct {
	cost int
	undo func(string) string
}{
	{costFair, whereInvalid(fromLatin1)},
	{costFair, whereInvalid(fromWindows1252)},
	{costUnlikely, fromLatin1},
	{costUnlikely, fromWindows1252},
	{costFair, toLatin1},
	{costFair, toWindows1252},
	{costUnlikely, func(s string) string { return fromWindows1252(toLatin1(s)) }}, // its bytes, read as ISO 8859-1
	{costUnlikely, func(s string) string { return toLatin1(toLatin1(s)) }},
	{costUnlikely, func(s string) string { return toWindows1252(toWindows1252(s)) }},
}

// whereInvalid leaves alone what is UTF-8 already.
func whereInvalid(undo func(string) string) func(string) string {
	return func(s string) string {
		if utf8.ValidString(s) {
			return s
		}
		return undo(s)
	}
}

func (es *paramEdits) charset() {
	for _, c := range charsets {
		es.values(CauseCharset, c.cost, slotCharset, func(_, v string) string { return c.undo(v) })
	}
}

// editQueryCharset offers the escapes of a query in other charsets.
func editQueryCharset(es *edits[string]) {
	for _, c := range charsets {
		es.add(CauseCharset, c.cost, slotCharset, func(q string) (string, bool) { return changed(q, mapHighRuns(q, c.undo)) })
	}
}

// mapHighRuns changes each run of escapes of bytes beyond ASCII.
func mapHighRuns(s string, change func(string) string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		var run []byte
		at := i
		for {
			c, escaped := escapeAt(s, i)
			if !escaped || c < 0x80 {
				break
			}
			run = append(run, c)
			i += 3
		}
		if len(run) == 0 {
			b.WriteByte(s[i])
			i++
			continue
		}
		lower := strings.ToLower(s[at:i]) == s[at:i] && strings.ToUpper(s[at:i]) != s[at:i]
		b.WriteString(escapeHigh(change(string(run)), lower))
	}
	return b.String()
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// fromLatin1 reads each byte beyond ASCII as a character of ISO 8859-1.
func fromLatin1(s string) string {
	if isASCII(s) {
		return s
	}
	b := make([]byte, 0, 2*len(s))
	for i := range len(s) {
		b = utf8.AppendRune(b, rune(s[i]))
	}
	return string(b)
}

// fromWindows1252 reads each byte beyond ASCII as a character of Windows-1252.
func fromWindows1252(s string) string {
	if isASCII(s) {
		return s
	}
	b := make([]byte, 0, 3*len(s))
	for i := range len(s) {
		c := rune(s[i])
		if c >= 0x80 && c < 0xa0 {
			c = windows1252[c-0x80]
		}
		b = utf8.AppendRune(b, c)
	}
	return string(b)
}

// toLatin1 undoes fromLatin1; what ISO 8859-1 does not have stays as it is.
func toLatin1(s string) string {
	return toBytes(s, func(r rune) int {
		if r < 0x100 {
			return int(r)
		}
		return -1
	})
}

// toWindows1252 undoes fromWindows1252; what Windows-1252 does not have stays as it is.
func toWindows1252(s string) string {
	return toBytes(s, func(r rune) int {
		if r < 0x80 || r >= 0xa0 && r < 0x100 {
			return int(r)
		}
		for i, w := range windows1252 {
			if w == r {
				return 0x80 + i
			}
		}
		return -1
	})
}

func toBytes(s string, byteOf func(rune) int) string {
	if isASCII(s) || !utf8.ValidString(s) {
		return s
	}
	b := make([]byte, 0, len(s))
	for _, r := range s {
		if c := byteOf(r); c >= 0 {
			b = append(b, byte(c))
		} else {
			b = utf8.AppendRune(b, r)
		}
	}
	return string(b)
}

// windows1252 holds the characters of the bytes 0x80 to 0x9f in Windows-1252, as
// the Encoding Standard's index gives them.
var windows1252 = [32]rune{
	0x20ac, 0x81, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8d, 0x017d, 0x8f,
	0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x9d, 0x017e, 0x0178,
}
