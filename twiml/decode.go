package twiml

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// MaxBytes is the size of a document beyond which the carrier gives up with
// error 11750 (twilio.com/docs/api/errors/11750).
const MaxBytes = 64 << 10

// Decode reads a document into a tree as the carrier's parser does before it
// looks for verbs. Its error is a Finding, always fatal: too large, empty, not
// well formed, something (a byte order mark, even a blank line) before the XML
// declaration, or another root than Response. What the carrier only warns of,
// such as unknown elements, is in the tree.
//
// A document type declaration is refused: what it declares cannot be used in
// TwiML, and a parser that honours it can be made to read files.
func Decode(data []byte) (*Element, error) {
	switch {
	case len(data) > MaxBytes:
		return nil, fatal(1, 1, CodeTooLarge, "the document is longer than %d bytes, and the carrier reads no more: split it with Redirect", MaxBytes)
	case len(data) == 0:
		return nil, fatal(1, 1, CodeEmpty, "the document is empty: send at least <Response/>")
	}
	d := decoder{data: data, xml: xml.NewDecoder(bytes.NewReader(data)), at: cursor{data: data, line: 1, col: 1}}
	if err := d.document(); err != nil {
		return nil, err
	}
	if d.root.Name != "Response" {
		return nil, fatal(d.root.Line, d.root.Col, CodeRoot, "the root element is <%s>: it must be <Response>, in this case", d.root.Name)
	}
	return d.root, nil
}

func fatal(line, col int, code Code, format string, args ...any) Finding {
	return Finding{Line: line, Col: col, Code: code, Severity: Fatal, Message: fmt.Sprintf(format, args...)}
}

// decoder builds the tree. encoding/xml does the grammar; the raw bytes of each
// token give what it does not: places, names with their prefixes, and the rules
// of XML 1.0 that it does not enforce.
type decoder struct {
	data  []byte
	xml   *xml.Decoder
	at    cursor
	root  *Element
	stack []*Element
}

func (d *decoder) document() error {
	for {
		start := int(d.xml.InputOffset())
		tok, err := d.xml.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return d.syntaxError(err)
		}
		line, col := d.at.seek(start)
		raw := d.data[start:int(d.xml.InputOffset())]
		if msg := d.token(tok, raw, start, line, col); msg != "" {
			return fatal(line, col, CodeMalformed, "%s", msg)
		}
	}
	if d.root == nil {
		return fatal(1, 1, CodeMalformed, "there is no element: send at least <Response/>")
	}
	return nil
}

// token takes one token into the tree. It returns what is wrong with it, if anything.
func (d *decoder) token(tok xml.Token, raw []byte, start, line, col int) string {
	switch t := tok.(type) {
	case xml.StartElement:
		return d.startElement(t, raw, start, line, col)
	case xml.EndElement:
		d.stack = d.stack[:len(d.stack)-1]
	case xml.CharData:
		return d.text(string(t), raw, line, col)
	case xml.ProcInst:
		return d.procInst(t, start)
	case xml.Directive:
		return "a document type declaration: leave it out"
	}
	return ""
}

func (d *decoder) startElement(t xml.StartElement, raw []byte, start, line, col int) string {
	if len(d.stack) == 0 && d.root != nil {
		return "a second root element: a document has one <Response>"
	}
	if msg := badReference(raw); msg != "" {
		return msg
	}
	s := tagScanner{raw: raw}
	el := &Element{Name: s.name(), Line: line, Col: col}
	for i := range t.Attr {
		name, quoted, at, spaced := s.attr()
		if !spaced {
			return fmt.Sprintf("attribute %s: white space is missing before it", name)
		}
		if _, twice := el.Attr(name); twice {
			return fmt.Sprintf("attribute %s stands twice in <%s>", name, el.Name)
		}
		aline, acol := d.at.seek(start + at)
		el.Attrs = append(el.Attrs, Attr{Name: name, Value: attrValue(t.Attr[i].Value, quoted), Line: aline, Col: acol})
	}
	if len(d.stack) == 0 {
		d.root = el
	} else {
		parent := d.stack[len(d.stack)-1]
		parent.Children = append(parent.Children, Node{Element: el, Line: line, Col: col})
	}
	d.stack = append(d.stack, el)
	return ""
}

func (d *decoder) text(s string, raw []byte, line, col int) string {
	if !bytes.HasPrefix(raw, []byte("<![CDATA[")) {
		if msg := badReference(raw); msg != "" {
			return msg
		}
	} else if len(d.stack) == 0 {
		return "a CDATA section outside the root element"
	}
	if len(d.stack) == 0 {
		if trim(s) != "" || bytes.IndexByte(raw, '&') >= 0 {
			return "text outside the root element (a byte order mark, the output of a warning?): nothing may stand there"
		}
		return ""
	}
	parent := d.stack[len(d.stack)-1]
	if n := len(parent.Children); n > 0 && parent.Children[n-1].Element == nil {
		parent.Children[n-1].Text += s
		return ""
	}
	parent.Children = append(parent.Children, Node{Text: s, Line: line, Col: col})
	return ""
}

func (d *decoder) procInst(t xml.ProcInst, start int) string {
	switch {
	case !strings.EqualFold(t.Target, "xml"):
		return ""
	case t.Target != "xml":
		return "the XML declaration is written <?xml in small letters"
	case start != 0:
		return "something stands before the XML declaration: <?xml must be the first five bytes, not even a blank line or a byte order mark may precede it"
	case !bytes.Contains(t.Inst, []byte("version")):
		return `the XML declaration has no version: write <?xml version="1.0" encoding="UTF-8"?>`
	}
	return ""
}

// syntaxError places an error of encoding/xml.
func (d *decoder) syntaxError(err error) error {
	line, col := d.at.seek(int(d.xml.InputOffset()))
	msg := err.Error()
	var syntax *xml.SyntaxError
	switch {
	case errors.As(err, &syntax):
		msg = syntax.Msg
	case strings.Contains(msg, "encoding"):
		msg = "the XML declaration names another encoding than UTF-8: send UTF-8 and say so"
	}
	return fatal(line, col, CodeMalformed, "not well formed: %s", msg)
}

// cursor turns offsets, which must not decrease, into lines and columns.
type cursor struct {
	data      []byte
	offset    int
	line, col int
}

func (c *cursor) seek(offset int) (line, col int) {
	for c.offset < offset && c.offset < len(c.data) {
		r, size := utf8.DecodeRune(c.data[c.offset:])
		c.offset += size
		c.col++
		if r == '\n' {
			c.line++
			c.col = 1
		}
	}
	return c.line, c.col
}

// tagScanner walks the raw bytes of a start tag that encoding/xml has accepted,
// so it need not look for errors.
type tagScanner struct {
	raw []byte
	pos int
}

func (s *tagScanner) name() string {
	s.pos = 1 // the "<"
	return s.word()
}

func (s *tagScanner) word() string {
	from := s.pos
	for s.pos < len(s.raw) && !isSpace(s.raw[s.pos]) && bytes.IndexByte([]byte("=/>"), s.raw[s.pos]) < 0 {
		s.pos++
	}
	return string(s.raw[from:s.pos])
}

func (s *tagScanner) space() (any bool) {
	for s.pos < len(s.raw) && isSpace(s.raw[s.pos]) {
		s.pos++
		any = true
	}
	return any
}

// attr returns the next attribute's name, its value with the quotes, the offset
// of the name in the tag, and whether white space stands before it.
func (s *tagScanner) attr() (name string, quoted []byte, at int, spaced bool) {
	spaced = s.space()
	at = s.pos
	name = s.word()
	s.space()
	s.pos++ // the "="
	s.space()
	from := s.pos
	quote := s.raw[from]
	s.pos = from + 1 + bytes.IndexByte(s.raw[from+1:], quote) + 1
	return name, s.raw[from:s.pos], at, spaced
}

func isSpace(b byte) bool { return b == ' ' || b == '\t' || b == '\n' || b == '\r' }

// attrValue applies what XML 1.0 section 3.3.3 asks of attribute values and
// encoding/xml does not do: a literal tab or line break counts as a space, one
// written as a reference stays.
func attrValue(value string, quoted []byte) string {
	if !bytes.ContainsAny(quoted, "\t\r\n") {
		return value
	}
	flat := bytes.ReplaceAll(quoted, []byte("\r\n"), []byte(" "))
	for i, b := range flat {
		if isSpace(b) {
			flat[i] = ' '
		}
	}
	tag := append(append([]byte("<a v="), flat...), "/>"...)
	tok, err := xml.NewDecoder(bytes.NewReader(tag)).Token()
	if start, ok := tok.(xml.StartElement); err == nil && ok && len(start.Attr) == 1 {
		return start.Attr[0].Value
	}
	return value
}

// badReference finds a character reference to what is no character: encoding/xml
// turns &#xD800; into U+FFFD, XML forbids it.
func badReference(raw []byte) string {
	for {
		i := bytes.Index(raw, []byte("&#"))
		if i < 0 {
			return ""
		}
		raw = raw[i+2:]
		end := bytes.IndexByte(raw, ';')
		if end < 0 {
			return ""
		}
		if r, ok := parseReference(string(raw[:end])); !ok || !isChar(r) {
			return fmt.Sprintf("&#%s; is no character that XML allows", raw[:end])
		}
	}
}
