package twiml

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// isChar reports whether XML 1.0 (section 2.2) allows the character in a document.
func isChar(r rune) bool {
	switch {
	case r < 0x20:
		return r == '\t' || r == '\n' || r == '\r'
	case r <= 0xD7FF, r >= 0xE000 && r <= 0xFFFD:
		return true
	}
	return r >= 0x10000 && r <= utf8.MaxRune
}

// parseReference reads what stands between "&#" and ";".
func parseReference(s string) (rune, bool) {
	base := 10
	if hex, ok := strings.CutPrefix(s, "x"); ok {
		s, base = hex, 16
	}
	n, err := strconv.ParseUint(s, base, 32)
	return rune(n), err == nil && n <= utf8.MaxRune
}

// escapes holds, for each ASCII character, how it must be written; the empty
// string means as it is, and forbidden characters are found by isChar.
var (
	textEscapes = escapeTable(map[byte]string{'&': "&amp;", '<': "&lt;", '>': "&gt;", '\r': "&#xD;"})
	attrEscapes = escapeTable(map[byte]string{
		'&': "&amp;", '<': "&lt;", '>': "&gt;", '"': "&quot;",
		'\t': "&#x9;", '\n': "&#xA;", '\r': "&#xD;",
	})
)

// escapeTable marks the characters that need work, so that the common case is
// one look-up a byte. Forbidden control characters are marked with themselves.
func escapeTable(m map[byte]string) *[256]string {
	var t [256]string
	for b := range 256 {
		switch s, ok := m[byte(b)]; {
		case ok:
			t[b] = s
		case b < 0x80 && !isChar(rune(b)), b >= 0x80:
			t[b] = string(rune(b))
		}
	}
	return &t
}

// isPlain reports whether eight characters are written as they are, in text and in
// attributes. Of some that are it says no.
func isPlain(s string) bool {
	const each = 0x0101010101010101
	_ = s[7]
	x := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
	angle := (x | each*2) ^ each*'>'      // a zero byte for "<" and for ">"
	quote := (x &^ (each * 4)) ^ each*'"' // a zero byte for "&" and for a quotation mark
	// Bytes beyond ASCII have their highest bit set. The lowest byte below a space gets it
	// by borrowing, as does the lowest one that is zero.
	return (x|(x-each*' ')|(angle-each)|(quote-each))&(each*0x80) == 0
}

// appendEscaped appends s with what the table says. When s holds bytes that are
// not UTF-8 or a character that XML forbids it returns the offset of it.
func appendEscaped(dst []byte, s string, table *[256]string) (_ []byte, bad int) {
	from := 0
	for i := 0; i < len(s); {
		for i+8 <= len(s) && isPlain(s[i:i+8]) {
			i += 8
		}
		if i == len(s) {
			break
		}
		esc := table[s[i]]
		switch {
		case esc == "":
			i++
			continue
		case s[i] >= 0x80:
			r, size := utf8.DecodeRuneInString(s[i:])
			if (r == utf8.RuneError && size == 1) || !isChar(r) {
				return dst, i
			}
			i += size
			continue
		case !isChar(rune(s[i])):
			return dst, i
		}
		dst = append(append(dst, s[from:i]...), esc...)
		i++
		from = i
	}
	return append(dst, s[from:]...), -1
}
