package callgate

import (
	"bytes"
	"encoding/binary"
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

var (
	errNoStart     = errors.New("a document begins with a \"<\"")
	errUTF8        = errors.New("not UTF-8")
	errCharacter   = errors.New("a character that XML does not have")
	errRoot        = errors.New("the root element is not Response")
	errSecondRoot  = errors.New("something after the root element")
	errDoctype     = errors.New("a document type declaration, which carriers do not want")
	errMarkup      = errors.New("a \"<\" that begins no markup")
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
	for i := 0; i < len(s.doc); i++ {
		for i+8 <= len(s.doc) && isPrintable(binary.LittleEndian.Uint64(s.doc[i:])) {
			i += 8
		}
		if i == len(s.doc) {
			break
		}
		c := s.doc[i]
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

// isPrintable reports whether eight bytes are all ASCII and no control characters.
func isPrintable(bytes uint64) bool {
	const each = 0x0101010101010101
	// A byte beyond ASCII has its highest bit set, and the lowest byte below a space
	// gets it by borrowing.
	return (bytes|(bytes-each*' '))&(each*0x80) == 0
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
	if s.at < len(s.doc) && !s.has("<") {
		return errRoot
	}
	name, closed, err := s.startTag()
	switch {
	case err != nil:
		return err
	case string(name) != "Response":
		return errRoot
	case closed:
		return nil
	}
	var room [8][]byte // deeper than documents are
	open := append(room[:0], name)
	for len(open) > 0 {
		read, err := s.content()
		switch {
		case err != nil:
			return err
		case read:
		case s.take("</"):
			if err := s.endTag(open[len(open)-1]); err != nil {
				return err
			}
			open = open[:len(open)-1]
		default:
			name, closed, err := s.startTag()
			if err != nil {
				return err
			}
			if !closed {
				open = append(open, name)
			}
		}
	}
	return nil
}

// content reads what may stand between two tags, and reports whether there was any.
func (s *scanner) content() (read bool, err error) {
	switch {
	case !s.has("<"):
		return true, s.text()
	case s.has("<!--"), s.has("<?"):
		return true, s.skipped()
	case s.take("<![CDATA["):
		_, err := s.until("]]>")
		return true, err
	}
	return false, nil
}
