package explain

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/callgate/callgate/twilio"
)

// Caller data is shown by the classes of its characters: every digit as 9, every
// letter as x or X, and what is beyond ASCII as one character of its kind.
// Punctuation, white space and escapes stay, because signatures fail on them.

// mask returns decoded text by its classes.
func mask(s string) string { return mapText(s, maskByte) }

func maskByte(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return '9'
	case c >= 'a' && c <= 'z':
		return 'x'
	case c >= 'A' && c <= 'Z':
		return 'X'
	}
	return c
}

// mapText replaces the letters and digits of s by what letter returns, and
// characters beyond ASCII by one of their kind. Escapes in the text, of a URL or
// of HTML, stay escapes. The result is as long as s.
func mapText(s string, letter func(byte) byte) string {
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); {
		if c, escaped := escapeAt(s, i); escaped {
			b = append(b, s[i:i+3]...)
			if isAlnum(c) {
				b = appendEscape(b[:len(b)-3], letter(c), strings.ToUpper(s[i:i+3]) != s[i:i+3])
			}
			i += 3
			continue
		}
		if n := entityAt(s[i:]); n > 0 {
			b = append(b, s[i:i+n]...)
			i += n
			continue
		}
		if s[i] < utf8.RuneSelf {
			b = append(b, letter(s[i]))
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			b = append(b, kindOfByte(s[i]))
		} else {
			b = utf8.AppendRune(b, kindOfRune(r))
		}
		i += n
	}
	return string(b)
}

// entityAt returns the length of the HTML character reference that s starts with, or 0.
func entityAt(s string) int {
	for _, e := range []string{"&amp;", "&lt;", "&gt;", "&quot;", "&apos;", "&#39;", "&#039;", "&#34;", "&#x27;"} {
		if strings.HasPrefix(s, e) {
			return len(e)
		}
	}
	return 0
}

// kindOfByte stands for a byte that is no UTF-8: the printable ones of ISO 8859-1
// for one of them, what only Windows-1252 prints for itself.
func kindOfByte(c byte) byte {
	if c >= 0xa0 {
		return 0xe9
	}
	return c
}

// kindOfRune stands for characters that are encoded alike in UTF-8 and in the
// charsets that it is confused with, once or twice.
func kindOfRune(r rune) rune {
	switch {
	case r < 0xa0, r == utf8.RuneError:
		return r // controls, continuation bytes that were read as ISO 8859-1, and what was lost
	case r < 0xc0:
		return '©' // a continuation byte, read as ISO 8859-1
	case r < 0xe0:
		return 'Ã' // the first of two bytes
	case r < 0xf0:
		return 'é' // the first of three bytes, or a letter
	case r < 0x100:
		return 'ø'
	case r == '\u0152' || r == '\u0153' || r == '\u0160' || r == '\u0161' || r == '\u0178' || r == '\u017d' || r == '\u017e' || r == '\u0192' || r == '\u02c6' || r == '\u02dc':
		return 'Š' // two bytes, and in Windows-1252
	case r < 0x800:
		return 'ж'
	case toWindows1252(string(r)) != string(r):
		return '€'
	case r < 0x10000:
		return '中'
	}
	return '😀'
}

// maskEncoded masks text with escapes, whose letters and digits are masked
// where they stand raw and where they are escaped.
func maskEncoded(s string) string { return mapEncoded(s, mask) }

// mapEncoded replaces what escapes and raw bytes stand for, and keeps how each
// byte is written. The replacement must be as long as what it replaces, and
// have letters and digits where they were.
func mapEncoded(s string, replace func(string) string) string {
	plain := replace(decode(s, false))
	b := make([]byte, 0, len(s))
	at := 0
	for i := 0; i < len(s); i++ {
		if _, escaped := escapeAt(s, i); escaped {
			b = appendEscape(b, plain[at], strings.ToUpper(s[i:i+3]) != s[i:i+3])
			i += 2
		} else {
			b = append(b, plain[at])
		}
		at++
	}
	return string(b)
}

// maskQuery masks the values of a query and keeps the names.
func maskQuery(q string) string {
	return mapQuery(q, func(name, value string) string {
		if name == twilio.BodyHashParam {
			return maskHash(value)
		}
		return maskEncoded(value)
	})
}

// maskHash shows of a hash how long it is, and whether it is in capitals.
func maskHash(hash string) string {
	mark := "x"
	if strings.ToUpper(hash) == hash {
		mark = "X"
	}
	return strings.Repeat(mark, len(hash))
}

// mapQuery replaces the values of a query, and names that are no words.
func mapQuery(q string, replace func(name, value string) string) string {
	if q == "" {
		return ""
	}
	return q[:1] + mapPairs(q[1:], func(pair string) string {
		name, value, found := strings.Cut(pair, "=")
		if !isWord(decode(name, true)) {
			name = replace("", name)
		}
		if !found {
			return name
		}
		return name + "=" + replace(name, value)
	})
}

// isWord reports whether a name is one that a programmer gave, not data that
// came to stand where names do.
func isWord(name string) bool {
	const longest = 64
	digits := 0
	for i := range len(name) {
		switch c := name[i]; {
		case c >= '0' && c <= '9':
			digits++
		case !isAlnum(c) && strings.IndexByte("_.-[]", c) < 0:
			return false
		}
	}
	return name != "" && len(name) <= longest && (digits < minPathData || name == twilio.BodyHashParam)
}

// maskName masks a name that is no word.
func maskName(name string) string {
	if isWord(name) {
		return name
	}
	return mask(name)
}

// maskPath masks what in a path looks like data: long numbers and identifiers.
func maskPath(p string) string { return mapPath(p, mask) }

// minPathData is the number of digits from which on part of a path is data.
const minPathData = 4

func mapPath(p string, replace func(string) string) string {
	segments := strings.Split(p, "/")
	for i, s := range segments {
		digits := 0
		for j := range len(s) {
			if s[j] >= '0' && s[j] <= '9' {
				digits++
			}
		}
		if digits >= minPathData {
			segments[i] = mapEncoded(s, replace)
		}
	}
	return strings.Join(segments, "/")
}

// quote writes text so that each byte can be told: bytes beyond ASCII and
// controls as escapes.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 0x7f:
			b.WriteString(`\x` + strconv.FormatUint(uint64(c), 16))
		case c < ' ' || c == '"' || c == '\\':
			q := strconv.Quote(string(rune(c)))
			b.WriteString(q[1 : len(q)-1])
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}
