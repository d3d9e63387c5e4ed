package signers_test

import (
	"math/rand/v2"
	"strings"
)

// source draws the parts of requests. Two sources with the same seed draw the
// same.
type source struct{ *rand.Rand }

func newSource(seed uint64) source { return source{rand.New(rand.NewPCG(seed, 0))} }

// one draws one of the choices.
func one[T any](s source, choices ...T) T { return choices[s.IntN(len(choices))] }

// odds is true in one of n draws.
func (s source) odds(n int) bool { return s.IntN(n) == 0 }

// from draws n bytes out of alphabet, which is ASCII.
func (s source) from(alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[s.IntN(len(alphabet))]
	}
	return string(b)
}

const (
	digits  = "0123456789"
	hex     = "0123456789abcdef"
	letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

func (s source) sid(prefix string) string { return prefix + s.from(hex, 32) }
func (s source) phone() string            { return "+1" + s.from(digits, 10) }
func (s source) token() string            { return s.from(hex, 32) }

// script is a range of characters that values are drawn from.
type script struct{ first, last rune }

// scripts reach every length of UTF-8 and both sides of the surrogates, where
// an order by UTF-16 code units differs from the order of bytes.
var scripts = []script{
	{' ', '~'},                   // with everything that a form must escape
	{'\u00a1', '\u017f'},         // Latin
	{'\u0300', '\u036f'},         // combining marks
	{'\u05d0', '\u05ea'},         // right to left
	{'\u2000', '\u206f'},         // unusual spaces, line separators, marks of direction
	{'\u4e00', '\u4eff'},         // three bytes
	{'\uff01', '\uffee'},         // the end of the basic plane
	{'\U0001f600', '\U0001f64f'}, // beyond it
}

// text draws up to n characters of one or two scripts.
func (s source) text(n int) string {
	var b strings.Builder
	for range s.IntN(n + 1) {
		sc := one(s, scripts...)
		if s.odds(2) {
			sc = scripts[0]
		}
		b.WriteRune(sc.first + rune(s.IntN(int(sc.last-sc.first)+1)))
	}
	return b.String()
}

// value draws the value of a parameter.
func (s source) value() string {
	switch s.IntN(12) {
	case 0:
		return "" // the carrier signs the bare name
	case 1:
		return one(s, " ", "  ", "\t", "\n", "\r\n", "\u00a0", " 1 ", "1 ", "\n1", "\x00", "a\x00b")
	case 2:
		return one(s, "+", "%", "%2B", "%zz", "&", "=", "a=b&c=d", ";", "a;b", "'", `"`, "<Say>", "café", "cafe\u0301", "ß", "İ", "null", "undefined")
	case 3:
		return s.phone()
	case 4:
		return s.from(digits, 1+s.IntN(6))
	case 5:
		return strings.Repeat(s.text(3), 1+s.IntN(60))
	default:
		return s.text(24)
	}
}

// name draws the name of a parameter that the carrier does not define.
func (s source) name() string {
	switch s.IntN(10) {
	case 0:
		return one(s, "a.b", "a[b]", "a[]", "a[b][c]", "10", "9", "010", "__proto__", "constructor", "toString", "length", "hasOwnProperty", "callsid", "CALLSID", "callSid", "_method", "a b", "a+b", "a&b", "a=b", "bodySHA256x")
	case 1:
		return one(s, "\U0001f600", "\uff21", "\ue000", "\ufffd", "\U00010000", "é", "e\u0301", "中", "\u05d0")
	case 2:
		return "SipHeader_X-" + s.from(letters, 1+s.IntN(8))
	case 3:
		return s.text(6) + "x" // never empty
	default:
		return s.from(letters, 1+s.IntN(10))
	}
}
