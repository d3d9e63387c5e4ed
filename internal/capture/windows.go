package capture

import (
	"errors"
	"strings"
)

// isWindows reports whether a command line is one of Windows' cmd.exe: outside of
// quotation marks "^" escapes one, or continues a line.
func isWindows(s string) bool {
	for i := 0; i < len(s); i++ {
		switch rest := s[i+1:]; s[i] {
		case '^':
			if strings.HasPrefix(rest, `"`) || strings.HasPrefix(rest, "\n") || strings.HasPrefix(rest, "\r\n") {
				return true
			}
		case '\\':
			i++
		case '\'':
			i += quotedLength(rest, '\'', i > 0 && s[i-1] == '$')
		case '"':
			i += quotedLength(rest, '"', true)
		}
	}
	return false
}

// quotedLength returns the length of s up to and with the mark that ends a quotation.
func quotedLength(s string, mark byte, escapes bool) int {
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == mark:
			return i + 1
		case escapes && s[i] == '\\':
			i++
		}
	}
	return len(s)
}

// windowsWords splits a command line as cmd.exe and then the program do: first "^"
// takes the meaning from the next character, except between quotation marks; then
// words end at white space that is not between quotation marks.
func windowsWords(s string) ([]string, error) {
	w := &windowsReader{rest: withoutCarets(s)}
	var words []string
	for {
		w.rest = strings.TrimLeft(w.rest, " \t\r\n")
		if w.rest == "" {
			return words, nil
		}
		if len(words) == maxWords {
			return nil, errors.New("it has too many words")
		}
		word, err := w.next()
		if err != nil {
			return nil, err
		}
		words = append(words, word)
	}
}

// withoutCarets is the first step.
func withoutCarets(s string) string {
	var b strings.Builder
	quoted := false
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c != '^' || quoted {
			quoted = quoted != (c == '"')
			b.WriteByte(c)
			continue
		}
		rest := s[i+1:]
		newline := strings.HasPrefix(rest, "\r\n") || strings.HasPrefix(rest, "\n")
		if !newline {
			if rest != "" {
				b.WriteByte(rest[0])
				i++
			}
			continue
		}
		i++ // the line goes on; of two line ends the second one stays
		if s[i] == '\r' {
			i++
		}
	}
	return b.String()
}

type windowsReader struct{ rest string }

// next reads a word. A backslash counts only before a quotation mark, and two
// quotation marks between quotation marks are one.
func (w *windowsReader) next() (string, error) {
	var b strings.Builder
	quoted := false
	for w.rest != "" {
		c := w.rest[0]
		switch {
		case c == '\\':
			w.backslashes(&b)
			continue
		case quoted && strings.HasPrefix(w.rest, `""`):
			b.WriteByte('"')
			w.rest = w.rest[1:]
		case c == '"':
			quoted = !quoted
		case !quoted && strings.IndexByte(" \t\r\n", c) >= 0:
			return b.String(), nil
		default:
			b.WriteByte(c)
		}
		w.rest = w.rest[1:]
	}
	if quoted {
		return "", errors.New("a double quotation mark has no second one")
	}
	return b.String(), nil
}

// backslashes reads a run of them: before a quotation mark two stand for one, and an
// odd one for the quotation mark itself.
func (w *windowsReader) backslashes(b *strings.Builder) {
	n := len(w.rest) - len(strings.TrimLeft(w.rest, `\`))
	w.rest = w.rest[n:]
	if !strings.HasPrefix(w.rest, `"`) {
		b.WriteString(strings.Repeat(`\`, n))
		return
	}
	b.WriteString(strings.Repeat(`\`, n/2))
	if n%2 == 1 {
		b.WriteByte('"')
		w.rest = w.rest[1:]
	}
}
