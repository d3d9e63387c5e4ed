package callgate

import (
	"bytes"
	"errors"
	"fmt"
	"unicode/utf8"
)

// MaxDocument is the largest document that carriers take, in bytes (Twilio,
// error 11750).
const MaxDocument = 64 << 10

// checkDocument reports what would keep a carrier from reading a document: that
// it is not well-formed XML 1.0 with the root element Response, beginning with
// its first byte (Twilio, errors 12100 and 12102). What the elements mean is not
// looked at; a carrier takes unknown ones with a warning.
//
// It runs on every answer, so it is a scanner without allocations rather than
// encoding/xml, and accepts less than that: no document type declaration, no
// encoding but UTF-8, no control characters.
func checkDocument(doc []byte) error {
	if len(doc) > MaxDocument {
		return fmt.Errorf("%d bytes are more than carriers take, which is %d", len(doc), MaxDocument)
	}
	s := scanner{doc: doc}
	if err := s.document(); err != nil {
		return fmt.Errorf("at byte %d: %w", s.at+1, err)
	}
	return nil
}

// scanner reads XML from left to right.
type scanner struct {
	doc []byte
	at  int
}

var (
	errNoStart     = errors.New("a document begins with a \"<\"")
	errUTF8        = errors.New("not UTF-8")
	errCharacter   = errors.New("a character that XML does not have")
	errRoot        = errors.New("the root element is not Response")
	errSecondRoot  = errors.New("something after the root element")
	errDoctype     = errors.New("a document type declaration, which carriers do not want")
	errMarkup      = errors.New("a \"<\" that begins no markup")
	errName        = errors.New("a name is missing")
	errOpen        = errors.New("the document ends within markup or an element")
	errCrossed     = errors.New("an end tag that does not match its start tag")
	errAttribute   = errors.New("an attribute that is not written name=\"value\"")
	errTwice       = errors.New("an attribute occurs twice")
	errLessThan    = errors.New("a \"<\" in the value of an attribute")
	errAmpersand   = errors.New("a \"&\" that begins no known reference; write &amp;")
	errCDATAEnd    = errors.New("a \"]]>\" in text")
	errComment     = errors.New("a \"--\" in a comment")
	errInstruction = errors.New("a processing instruction that is not one")
	errEncoding    = errors.New("an encoding other than UTF-8")
)

func (s *scanner) document() error {
	if !s.has("<") {
		return errNoStart
	}
	if err := s.characters(); err != nil {
		return err
	}
	if s.has("<?xml") && !isNameByte(s.peek(len("<?xml"))) {
		if err := s.declaration(); err != nil {
			return err
		}
	}
	if err := s.misc(); err != nil {
		return err
	}
	if err := s.root(); err != nil {
		return err
	}
	if err := s.misc(); err != nil {
		return err
	}
	if s.at < len(s.doc) {
		return errSecondRoot
	}
	return nil
}

// characters looks for bytes that may stand nowhere.
func (s *scanner) characters() error {
	ascii := true
	for i, c := range s.doc {
		if c < ' ' && c != '\n' && c != '\t' && c != '\r' {
			s.at = i
			return errCharacter
		}
		ascii = ascii && c < utf8.RuneSelf
	}
	if ascii {
		return nil
	}
	if !utf8.Valid(s.doc) {
		return errUTF8
	}
	for _, c := range []string{"\uFFFE", "\uFFFF"} {
		if i := bytes.Index(s.doc, []byte(c)); i >= 0 {
			s.at = i
			return errCharacter
		}
	}
	return nil
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

// declaration reads <?xml version="1.0" encoding="UTF-8" standalone="yes"?>.
func (s *scanner) declaration() error {
	s.at += len("<?xml")
	var version, encoding bool
	for {
		spaced := s.space()
		if s.take("?>") {
			if !version {
				return errInstruction
			}
			return nil
		}
		name, value, err := s.attribute()
		switch {
		case err != nil:
			return err
		case !spaced:
			return errAttribute
		case string(name) == "version" && !version && !encoding && string(value) == "1.0":
			version = true
		case string(name) == "encoding" && version && !encoding:
			encoding = true
			if !bytes.EqualFold(value, []byte("utf-8")) {
				return errEncoding
			}
		case string(name) == "standalone" && version && (string(value) == "yes" || string(value) == "no"):
			s.space()
			if !s.take("?>") {
				return errInstruction
			}
			return nil
		default:
			return errInstruction
		}
	}
}

// misc reads what may stand beside the root element.
func (s *scanner) misc() error {
	for {
		s.space()
		switch {
		case s.has("<!DOCTYPE"):
			return errDoctype
		case s.has("<!--"), s.has("<?"):
			if err := s.skipped(); err != nil {
				return err
			}
		default:
			return nil
		}
	}
}

// skipped reads a comment or a processing instruction.
func (s *scanner) skipped() error {
	if s.take("<!--") {
		text, err := s.until("-->")
		if err == nil && (bytes.Contains(text, []byte("--")) || bytes.HasSuffix(text, []byte("-"))) {
			err = errComment
		}
		return err
	}
	s.take("<?")
	target := s.name()
	if target == nil || bytes.EqualFold(target, []byte("xml")) || !s.has("?>") && !s.space() {
		return errInstruction
	}
	_, err := s.until("?>")
	return err
}

// root reads the root element with everything in it.
func (s *scanner) root() error {
	var room [8][]byte // deeper than documents are
	open := room[:0]
	for {
		switch {
		case s.at == len(s.doc):
			return errOpen
		case !s.has("<"):
			if err := s.text(); err != nil {
				return err
			}
		case s.has("<!--"), s.has("<?"):
			if err := s.skipped(); err != nil {
				return err
			}
		case len(open) > 0 && s.take("<![CDATA["):
			if _, err := s.until("]]>"); err != nil {
				return err
			}
		case s.take("</"):
			if len(open) == 0 || !bytes.Equal(s.name(), open[len(open)-1]) {
				return errCrossed
			}
			s.space()
			if !s.take(">") {
				return errOpen
			}
			open = open[:len(open)-1]
		default:
			name, closed, err := s.startTag()
			if err != nil {
				return err
			}
			if len(open) == 0 && string(name) != "Response" {
				return errRoot
			}
			if !closed {
				open = append(open, name)
			}
		}
		if len(open) == 0 {
			return nil
		}
	}
}

// startTag reads <name attributes> or <name attributes/>.
func (s *scanner) startTag() (name []byte, closed bool, err error) {
	if !s.take("<") {
		return nil, false, errRoot
	}
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
	if bytes.IndexByte(value, '<') >= 0 {
		return nil, nil, errLessThan
	}
	if err := references(value); err != nil {
		return nil, nil, err
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
	start := s.at
	for s.at < len(s.doc) && isNameByte(s.doc[s.at]) {
		s.at++
	}
	if s.at == start || s.doc[start] == '-' || s.doc[start] == '.' || s.doc[start] >= '0' && s.doc[start] <= '9' {
		return nil
	}
	return s.doc[start:s.at]
}

func isNameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.' || c == ':'
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
