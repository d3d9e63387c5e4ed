package expr

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

type tokenKind uint8

const (
	tokEnd tokenKind = iota
	tokWord
	tokText
	tokNumber
	tokDate
	tokSign
)

// token is a word, sign or literal; text is what it says, a text without quotes.
type token struct {
	kind tokenKind
	text string
	at   int
}

// lexer cuts an expression into tokens.
type lexer struct {
	src string
	pos int
}

func (l *lexer) scan() (token, *SyntaxError) {
	for l.pos < len(l.src) && strings.IndexByte(" \t\r\n", l.src[l.pos]) >= 0 {
		l.pos++
	}
	at := l.pos
	if at == len(l.src) {
		return token{kind: tokEnd, at: at}, nil
	}
	switch c := l.src[at]; {
	case isLower(c):
		return l.cut(tokWord, at, wordLen(l.src[at:])), nil
	case isDigit(c):
		return l.digits(at)
	case c == '\'' || c == '"':
		return l.quoted(at, c)
	}
	for _, s := range []string{"==", "!=", "<=", ">=", "<", ">", "+", "-", "(", ")", "[", "]", ",", "="} {
		if strings.HasPrefix(l.src[at:], s) {
			return l.cut(tokSign, at, len(s)), nil
		}
	}
	r, _ := utf8.DecodeRuneInString(l.src[at:])
	return token{}, &SyntaxError{Offset: at, Reason: fmt.Sprintf("%q has no meaning here (names are lower-case, texts stand in quotes)", r)}
}

func (l *lexer) cut(kind tokenKind, at, n int) token {
	l.pos = at + n
	return token{kind: kind, text: l.src[at : at+n], at: at}
}

// digits reads a date or a number.
func (l *lexer) digits(at int) (token, *SyntaxError) {
	rest := l.src[at:]
	if isDate(rest) {
		return l.cut(tokDate, at, len(dateLayout)), nil
	}
	n := span(rest, isDigit)
	if n < len(rest) && rest[n] == '.' {
		fraction := span(rest[n+1:], isDigit)
		if fraction == 0 {
			return token{}, &SyntaxError{Offset: at + n, Reason: "after the point of a number digits are missing"}
		}
		n += 1 + fraction
	}
	if n < len(rest) && (isWordByte(rest[n]) || rest[n] >= utf8.RuneSelf) {
		return token{}, &SyntaxError{Offset: at + n, Reason: "a number ends here: a space is missing, or the text needs quotes"}
	}
	return l.cut(tokNumber, at, n), nil
}

// isDate reports whether s begins as a date does, and not as a longer number.
func isDate(s string) bool {
	if len(s) < len(dateLayout) {
		return false
	}
	for i := range len(dateLayout) {
		if dash := i == 4 || i == 7; dash != (s[i] == '-') || !dash && !isDigit(s[i]) {
			return false
		}
	}
	return len(s) == len(dateLayout) || !isWordByte(s[len(dateLayout)])
}

func (l *lexer) quoted(at int, quote byte) (token, *SyntaxError) {
	var b strings.Builder
	for i := at + 1; i < len(l.src); i++ {
		switch c := l.src[i]; {
		case c == quote:
			l.pos = i + 1
			return token{kind: tokText, text: b.String(), at: at}, nil
		case c == '\\' && i+1 < len(l.src):
			i++
			b.WriteByte(l.src[i])
		default:
			b.WriteByte(c)
		}
	}
	return token{}, &SyntaxError{Offset: at, Reason: "this quote is not closed"}
}

// wordLen is the length of a name, dots included where a word follows.
func wordLen(s string) int {
	n := span(s, isWordByte)
	for n+1 < len(s) && s[n] == '.' && isLower(s[n+1]) {
		n += 1 + span(s[n+1:], isWordByte)
	}
	return n
}

func span(s string, in func(byte) bool) int {
	for i := range len(s) {
		if !in(s[i]) {
			return i
		}
	}
	return len(s)
}

func isLower(c byte) bool    { return 'a' <= c && c <= 'z' }
func isDigit(c byte) bool    { return '0' <= c && c <= '9' }
func isWordByte(c byte) bool { return isLower(c) || isDigit(c) || c == '_' }
