package callgate

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// scanner reads XML from left to right.
type scanner struct {
	doc []byte
	at  int
}

func (s *scanner) has(prefix string) bool {
	rest := s.doc[s.at:]
	return len(rest) >= len(prefix) && string(rest[:len(prefix)]) == prefix
}

// peek returns the byte at an offset, or a space at the end.
func (s *scanner) peek(offset int) byte {
	if s.at+offset < len(s.doc) {
		return s.doc[s.at+offset]
	}
	return ' '
}

// take reads a fixed text.
func (s *scanner) take(text string) bool {
	if s.has(text) {
		s.at += len(text)
		return true
	}
	return false
}

// space reads white space and reports whether there was any.
func (s *scanner) space() bool {
	start := s.at
	for s.at < len(s.doc) && isSpace(s.doc[s.at]) {
		s.at++
	}
	return s.at > start
}

// until reads up to and including an end mark, and returns what is before it.
func (s *scanner) until(mark string) ([]byte, error) {
	n := bytes.Index(s.doc[s.at:], []byte(mark))
	if n < 0 {
		return nil, errOpen
	}
	text := s.doc[s.at : s.at+n]
	s.at += n + len(mark)
	return text, nil
}

// startTag reads <name attributes> or <name attributes/>.
func (s *scanner) startTag() (name []byte, closed bool, err error) {
	if s.at == len(s.doc) {
		return nil, false, errOpen
	}
	s.take("<")
	if name = s.name(); name == nil {
		return nil, false, errMarkup
	}
	var room [16][]byte // more than elements have
	seen := room[:0]
	for {
		spaced := s.space()
		switch {
		case s.take("/>"):
			return name, true, nil
		case s.take(">"):
			return name, false, nil
		case s.at == len(s.doc):
			return name, false, errOpen
		case !spaced:
			return name, false, errAttribute
		}
		attribute, _, err := s.attribute()
		if err != nil {
			return name, false, err
		}
		for _, other := range seen {
			if bytes.Equal(attribute, other) {
				return name, false, errTwice
			}
		}
		seen = append(seen, attribute)
	}
}

// endTag reads the rest of </name>.
func (s *scanner) endTag(name []byte) error {
	got := s.name()
	s.space()
	switch {
	case s.at == len(s.doc):
		return errOpen
	case !bytes.Equal(got, name) || !s.take(">"):
		return errCrossed
	}
	return nil
}

func (s *scanner) attribute() (name, value []byte, err error) {
	if name = s.name(); name == nil {
		return nil, nil, errAttribute
	}
	s.space()
	if !s.take("=") {
		return nil, nil, errAttribute
	}
	s.space()
	quote := s.peek(0)
	if quote != '"' && quote != '\'' {
		return nil, nil, errAttribute
	}
	s.at++
	n := bytes.IndexByte(s.doc[s.at:], quote)
	if n < 0 {
		return nil, nil, errOpen
	}
	value = s.doc[s.at : s.at+n]
	escaped := false
	for _, c := range value {
		if c == '<' {
			return nil, nil, errLessThan
		}
		escaped = escaped || c == '&'
	}
	if escaped {
		if err := references(value); err != nil {
			return nil, nil, err
		}
	}
	s.at += n + 1
	return name, value, nil
}

// text reads what stands between two tags.
func (s *scanner) text() error {
	n := bytes.IndexByte(s.doc[s.at:], '<')
	if n < 0 {
		return errOpen
	}
	text := s.doc[s.at : s.at+n]
	if bytes.Contains(text, []byte("]]>")) {
		return errCDATAEnd
	}
	if err := references(text); err != nil {
		return err
	}
	s.at += n
	return nil
}

// references checks each "&" in a text or value.
func references(text []byte) error {
	for {
		i := bytes.IndexByte(text, '&')
		if i < 0 {
			return nil
		}
		text = text[i+1:]
		end := bytes.IndexByte(text, ';')
		if end < 0 || !isReference(text[:end]) {
			return errAmpersand
		}
		text = text[end+1:]
	}
}

func isReference(name []byte) bool {
	switch string(name) {
	case "amp", "lt", "gt", "quot", "apos":
		return true
	}
	digits, ok := bytes.CutPrefix(name, []byte("#"))
	if !ok {
		return false
	}
	base := rune(10)
	if hex, ok := bytes.CutPrefix(digits, []byte("x")); ok {
		digits, base = hex, 16
	}
	var n rune
	for _, d := range digits {
		v := rune(unhex[d])
		if v < 0 || v >= base || n > utf8.MaxRune {
			return false
		}
		n = n*base + v
	}
	return len(digits) > 0 && isCharacter(n)
}

// isCharacter is Char of XML 1.0 section 2.2.
func isCharacter(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || r >= ' ' && r <= 0xD7FF || r >= 0xE000 && r <= 0xFFFD || r >= 0x10000 && r <= utf8.MaxRune
}

// name reads a name of ASCII, as all of TwiML's are, and returns nil if there is none.
func (s *scanner) name() []byte {
	start, at := s.at, s.at
	for at < len(s.doc) && nameBytes[s.doc[at]] {
		at++
	}
	s.at = at
	if at == start || s.doc[start] == '-' || s.doc[start] == '.' || s.doc[start] >= '0' && s.doc[start] <= '9' {
		return nil
	}
	return s.doc[start:s.at]
}

func isNameByte(c byte) bool { return nameBytes[c] }

var nameBytes = func() (t [256]bool) {
	for c := range t {
		lower := byte(c) | 0x20
		t[c] = lower >= 'a' && lower <= 'z' || c >= '0' && c <= '9' || strings.IndexByte("-_.:", byte(c)) >= 0
	}
	return t
}()

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
