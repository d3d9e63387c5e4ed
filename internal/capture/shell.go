package capture

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxWords bounds the words of a command line.
const maxWords = 2000

// shellWords splits a command line as a shell does (POSIX.1-2024, 2.2), with the
// $'...' of browsers' "copy as cURL". Nothing is expanded: what would be is
// refused, because nobody knows what it stood for. What follows the command, such as
// "; next" and "| jq", is left out.
func shellWords(s string) ([]string, error) {
	if isWindows(s) {
		return windowsWords(s)
	}
	var words []string
	w := &wordReader{rest: s}
	for {
		word, ok, err := w.next()
		switch {
		case err != nil:
			return nil, err
		case !ok:
			return words, nil
		case len(words) == maxWords:
			return nil, errors.New("it has too many words")
		}
		words = append(words, word)
	}
}

type wordReader struct{ rest string }

// next returns the next word, and false when there is none.
func (w *wordReader) next() (string, bool, error) {
	w.skipBlank()
	if w.rest == "" || strings.IndexByte(";|>", w.rest[0]) >= 0 {
		return "", false, nil
	}
	var b strings.Builder
	for w.rest != "" && strings.IndexByte(" \t\r\n", w.rest[0]) < 0 {
		part, err := w.part()
		if err != nil {
			return "", false, err
		}
		b.WriteString(part)
	}
	return b.String(), true, nil
}

// skipBlank skips white space and lines that are continued.
func (w *wordReader) skipBlank() {
	for {
		w.rest = strings.TrimLeft(w.rest, " \t\r\n")
		trimmed := w.rest
		for _, newline := range []string{"\\\n", "\\\r\n", "`\r\n", "`\n"} { // the last two are PowerShell's
			trimmed = strings.TrimPrefix(trimmed, newline)
		}
		if trimmed == w.rest {
			return
		}
		w.rest = trimmed
	}
}

// part reads a quoted or a plain part of a word.
func (w *wordReader) part() (string, error) {
	switch c := w.rest[0]; {
	case c == '\'':
		text, rest, found := strings.Cut(w.rest[1:], "'")
		if !found {
			return "", errors.New("a single quotation mark has no second one")
		}
		w.rest = rest
		return text, nil
	case c == '"':
		w.rest = w.rest[1:]
		return w.double()
	case strings.HasPrefix(w.rest, "$'"):
		w.rest = w.rest[len("$'"):]
		return w.ansi()
	case c == '\\':
		return w.escaped(), nil
	case c == '$' || c == '`':
		return "", errors.New("it has a variable or a command in it; write its value")
	case strings.IndexByte("|;<>&()", c) >= 0:
		return "", errors.New("it has an unquoted | ; < > & or ( in it; put addresses and data in single quotation marks, and leave out what follows the command")
	}
	n := strings.IndexAny(w.rest, " \t\r\n'\"\\$`|;<>&()")
	if n < 0 {
		n = len(w.rest)
	}
	text := w.rest[:n]
	w.rest = w.rest[n:]
	return text, nil
}

// escaped reads the character after a backslash; a line end is continued.
func (w *wordReader) escaped() string {
	w.rest = w.rest[1:]
	for _, newline := range []string{"\n", "\r\n"} {
		if rest, found := strings.CutPrefix(w.rest, newline); found {
			w.rest = rest
			return ""
		}
	}
	if w.rest == "" {
		return ""
	}
	_, n := utf8.DecodeRuneInString(w.rest)
	text := w.rest[:n]
	w.rest = w.rest[n:]
	return text
}

// double reads to the end of a double quotation.
func (w *wordReader) double() (string, error) {
	var b strings.Builder
	for w.rest != "" {
		c := w.rest[0]
		switch {
		case c == '"':
			w.rest = w.rest[1:]
			return b.String(), nil
		case c == '$' || c == '`':
			return "", errors.New("it has a variable or a command in double quotation marks; write its value")
		case c == '\\' && len(w.rest) > 1 && strings.IndexByte("$`\"\\\n", w.rest[1]) >= 0:
			b.WriteString(w.escaped())
		default:
			b.WriteByte(c)
			w.rest = w.rest[1:]
		}
	}
	return "", errors.New("a double quotation mark has no second one")
}

// ansi reads to the end of a $'...' quotation, as bash does.
func (w *wordReader) ansi() (string, error) {
	var b strings.Builder
	for w.rest != "" {
		c := w.rest[0]
		w.rest = w.rest[1:]
		switch c {
		case '\'':
			return b.String(), nil
		case '\\':
			if err := w.ansiEscape(&b); err != nil {
				return "", err
			}
		default:
			b.WriteByte(c)
		}
	}
	return "", errors.New("a $' has no second quotation mark")
}

var ansiLetters = map[byte]byte{'a': 7, 'b': 8, 'e': 27, 'E': 27, 'f': 12, 'n': 10, 'r': 13, 't': 9, 'v': 11, '\\': '\\', '\'': '\'', '"': '"', '?': '?'}

func (w *wordReader) ansiEscape(b *strings.Builder) error {
	if w.rest == "" {
		return errors.New("a $' has no second quotation mark")
	}
	c := w.rest[0]
	if letter, ok := ansiLetters[c]; ok {
		w.rest = w.rest[1:]
		b.WriteByte(letter)
		return nil
	}
	base, most := 16, map[byte]int{'x': 2, 'u': 4, 'U': 8}[c]
	if most > 0 {
		w.rest = w.rest[1:]
	} else if c >= '0' && c <= '7' {
		base, most = 8, 3
	} else {
		b.WriteByte('\\') // bash keeps what it does not know
		return nil
	}
	n := 0
	for n < most && n < len(w.rest) && isDigit(w.rest[n], base) {
		n++
	}
	value, err := strconv.ParseUint(w.rest[:n], base, 32)
	if err != nil {
		return errors.New("a $' has an escape without digits")
	}
	w.rest = w.rest[n:]
	if c == 'u' || c == 'U' {
		b.WriteRune(rune(value))
	} else {
		b.WriteByte(byte(value))
	}
	return nil
}

func isDigit(c byte, base int) bool {
	_, err := strconv.ParseUint(string(rune(c)), base, 8)
	return err == nil
}
