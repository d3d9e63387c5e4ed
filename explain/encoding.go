package explain

import "strings"

// A style is how an encoder writes the text of a URL: which bytes it leaves as
// they are, how it writes a space, and in which digits the rest.
type style struct {
	raw   string // bytes that stay, besides letters and digits
	plus  bool   // a space is "+"
	other bool   // bytes beyond ASCII stay
	lower bool   // %2f, not %2F
}

// The styles of well-known encoders, by what they leave as it is.
var queryStyles = []style{
	{raw: "-_.~", plus: true},                            // Go url.QueryEscape, Python quote_plus
	{raw: "-_.~"},                                        // RFC 3986 (2.3); PHP rawurlencode, .NET
	{raw: "-_.", plus: true},                             // PHP http_build_query
	{raw: "-_.*", plus: true},                            // URL Standard, URLSearchParams; Java
	{raw: "-_.!~*'()"},                                   // JavaScript encodeURIComponent
	{raw: "-_.!~*'()", plus: true},                       // the same with form spaces
	{raw: "-_.~!*'();:@,/?$"},                            // RFC 3986 (3.4): what a query may hold
	{raw: "-_.~!*'();:@,/?$", plus: true},                //
	{raw: "-_.~!*();:@,/?$[]\\^`{|}"},                    // URL Standard, query of a URL
	{raw: "-_.~!*'();:@,/?$[]|", other: true},            // encoders of IRIs
	{raw: " -_.~!*'();:@,/?$[]\\^`{|}\"<>", other: true}, // decoded altogether
	{raw: "-_.~!*'();:@,/?$[]\\^`{|}\"<>", plus: true, other: true},
}

var pathStyles = []style{
	{raw: "-_.~/"},                                         // Python quote
	{raw: "-_.~/!$&'()*+,;=:@"},                            // RFC 3986 (3.3): what a path may hold
	{raw: "-_.~/$&+,:;=@"},                                 // Go, of a path that it has decoded
	{raw: "-_.~/!$&'()*+,;=:@[]|^"},                        // URL Standard, path of a URL
	{raw: "-_.~/!$&'()*+,;=:@", other: true},               // encoders of IRIs
	{raw: " -_.~/!$&'()*+,;=:@[]|^\"<>\\`{}", other: true}, // decoded altogether
}

// keeps reports whether the style leaves c as it is.
func (s style) keeps(c byte) bool {
	switch {
	case isAlnum(c):
		return true
	case c >= 0x80:
		return s.other
	}
	return strings.IndexByte(s.raw, c) >= 0
}

// encode writes decoded text in the style.
func (s style) encode(text string) string {
	e := newEncoder(s)
	b := make([]byte, 0, len(text)+16)
	for i := range len(text) {
		b = e.append(b, text[i])
	}
	return string(b)
}

// encoder is a style made ready: for each byte, how it is written.
type encoder struct {
	as    [256]byte
	lower bool
}

const (
	asItself byte = iota
	asPlus
	asEscape
)

func newEncoder(s style) *encoder {
	e := &encoder{lower: s.lower}
	for c := range e.as {
		switch {
		case c == ' ' && s.plus:
			e.as[c] = asPlus
		case !s.keeps(byte(c)):
			e.as[c] = asEscape
		}
	}
	return e
}

func (e *encoder) append(b []byte, c byte) []byte {
	switch e.as[c] {
	case asItself:
		return append(b, c)
	case asPlus:
		return append(b, '+')
	}
	return appendEscape(b, c, e.lower)
}

// recode appends encoded text in the style.
func (e *encoder) recode(b []byte, text string, plus plus) []byte {
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == '%' {
			if d, escaped := escapeAt(text, i); escaped {
				c = d
				i += 2
			}
		} else if c == '+' && plus == spacePlus {
			c = ' '
		}
		b = e.append(b, c)
	}
	return b
}

func appendEscape(b []byte, c byte, lower bool) []byte {
	digits := "0123456789ABCDEF"
	if lower {
		digits = "0123456789abcdef"
	}
	return append(b, '%', digits[c>>4], digits[c&15])
}

// escapeAt reports whether an escape starts at i, and which byte it stands for.
func escapeAt(s string, i int) (byte, bool) {
	if i+2 >= len(s) || s[i] != '%' {
		return 0, false
	}
	hi, lo := unhex(s[i+1]), unhex(s[i+2])
	return byte(hi<<4 | lo), hi >= 0 && lo >= 0
}

func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

func isAlnum(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// decode undoes escapes, and with plus it reads "+" as a space. What is no escape
// stays as it is.
func decode(s string, plus bool) string {
	if !strings.ContainsAny(s, "%+") {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		c, escaped := escapeAt(s, i)
		switch {
		case escaped:
			b = append(b, c)
			i += 2
		case s[i] == '+' && plus:
			b = append(b, ' ')
		default:
			b = append(b, s[i])
		}
	}
	return string(b)
}

// mapEscapes replaces each escape by what replace makes of it: its text and the
// byte that it stands for.
func mapEscapes(s string, replace func(text string, c byte) string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c, escaped := escapeAt(s, i)
		if !escaped {
			b.WriteByte(s[i])
			continue
		}
		b.WriteString(replace(s[i:i+3], c))
		i += 2
	}
	return b.String()
}

// escapeByte writes every raw c as an escape.
func escapeByte(s string, c byte, lower bool) string {
	return strings.ReplaceAll(s, string(rune(c)), string(appendEscape(nil, c, lower)))
}

// unescapeBytes writes the escapes of the bytes that match as those bytes.
func unescapeBytes(s string, match func(byte) bool) string {
	return mapEscapes(s, func(text string, c byte) string {
		if match(c) {
			return string([]byte{c})
		}
		return text
	})
}
