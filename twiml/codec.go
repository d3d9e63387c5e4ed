package twiml

import (
	"fmt"
	"strconv"
	"strings"
)

// element is what every verb and noun implements. Its code method names the
// attributes, the text and the children once, in the order in which they are
// written; the codec goes through them to write or, when it holds an Element,
// to read. So the two directions cannot disagree.
type element interface {
	tag() string
	code(c *codec)
}

// maxDepth bounds nesting, so that SSML put into itself is an error and not the
// end of the program. Real documents need about six levels.
const maxDepth = 100

// codec writes elements to dst, or reads them from in.
type codec struct {
	dst   []byte
	open  bool // the last start tag still lacks its ">"
	depth int
	err   *WriteError

	form   *Form // what is written becomes one
	blanks []string

	in    *Element
	attrs uint64 // the attributes of in that were asked for, by index
	text  bool   // the text of in was taken
	taken map[*Element]bool
	bad   []error
}

func (c *codec) reading() bool { return c.in != nil }

// fail records the first error of writing.
func (c *codec) fail(attr, reason string) {
	if c.err == nil {
		c.err = &WriteError{Attr: attr, Reason: reason}
	}
}

// put writes one element, the nth of its list.
func (c *codec) put(e element, n int) {
	if c.err != nil {
		return
	}
	if e == nil {
		c.fail("", "child "+strconv.Itoa(n)+" is nil")
		return
	}
	c.closeTag()
	name := e.tag()
	c.dst = append(append(c.dst, '<'), name...)
	c.open = true
	if c.depth++; c.depth > maxDepth {
		c.fail("", "nested too deeply: an element holds itself?")
	}
	e.code(c)
	c.depth--
	switch {
	case c.err != nil:
		c.err.enclose(name, n)
	case c.open:
		c.dst = append(c.dst, "/>"...)
		c.open = false
	default:
		c.dst = append(append(append(c.dst, "</"...), name...), '>')
	}
}

func (c *codec) closeTag() {
	if c.open {
		c.dst = append(c.dst, '>')
		c.open = false
	}
}

// attr writes an attribute as it is, empty or not.
func (c *codec) attr(name, value string) {
	if c.err != nil {
		return
	}
	c.dst = append(append(append(c.dst, ' '), name...), `="`...)
	if !c.leaves(value, attrEscapes) {
		dst, bad := appendEscaped(c.dst, value, attrEscapes)
		if bad >= 0 {
			c.fail(name, badCharacter(value, bad))
			return
		}
		c.dst = dst
	}
	c.dst = append(c.dst, '"')
}

// chars writes text.
func (c *codec) chars(s string) {
	if s == "" || c.err != nil {
		return
	}
	c.closeTag()
	if c.leaves(s, textEscapes) {
		return
	}
	dst, bad := appendEscaped(c.dst, s, textEscapes)
	if bad >= 0 {
		c.fail("", badCharacter(s, bad))
		return
	}
	c.dst = dst
}

// str is an attribute whose empty value means that it is left out.
func (c *codec) str(name string, p *string) {
	if c.reading() {
		c.read(name, func(v string) bool { *p = v; return v != "" })
	} else if *p == CurrentDocument {
		c.fail(name, "CurrentDocument is for the action of Gather, Record and Pay")
	} else if *p != "" {
		c.attr(name, *p)
	}
}

// required is an attribute that is always written, empty or not.
func (c *codec) required(name string, p *string) {
	if !c.reading() {
		c.attr(name, *p)
		return
	}
	if !c.read(name, func(v string) bool { *p = v; return true }) {
		c.complain(c.in, c.in.Line, c.in.Col, "", "<%s> has no %s", c.in.Name, name)
	}
}

// opt is an attribute that may be there and empty.
func (c *codec) opt(name string, p *Opt[string]) {
	if c.reading() {
		c.read(name, func(v string) bool { *p = Set(v); return true })
	} else if v, ok := p.Get(); ok {
		c.attr(name, v)
	}
}

// action is the URL that Gather, Record and Pay must name.
func (c *codec) action(p *string) {
	switch {
	case c.reading():
		*p = CurrentDocument
		c.read("action", func(v string) bool {
			if v != "" {
				*p = v
			}
			return true
		})
	case *p == "":
		c.fail("action", "is not set: without it the carrier requests the current document again, a loop; name the URL, or CurrentDocument if the loop is meant")
	case *p != CurrentDocument:
		c.attr("action", *p)
	}
}

// num is a number that cannot be 0 for the carrier, so 0 leaves it out.
func (c *codec) num(name string, p *int) {
	if c.reading() {
		c.read(name, func(v string) (ok bool) { *p, ok = parseInt(v); return ok && *p != 0 })
	} else if *p != 0 {
		c.attr(name, strconv.Itoa(*p))
	}
}

// optNum is a number that may be 0.
func (c *codec) optNum(name string, p *Opt[int]) {
	if c.reading() {
		c.read(name, func(v string) bool {
			n, ok := parseInt(v)
			*p = Set(n)
			return ok
		})
	} else if n, ok := p.Get(); ok {
		c.attr(name, strconv.Itoa(n))
	}
}

// seconds is a number of seconds or "auto".
func (c *codec) seconds(name string, p *Seconds) {
	switch {
	case c.reading():
		c.read(name, func(v string) bool {
			if v == "auto" {
				*p = Auto
				return true
			}
			n, ok := parseInt(v)
			*p = Seconds(n)
			return ok && n > 0
		})
	case *p == Auto:
		c.attr(name, "auto")
	case *p != 0:
		c.attr(name, strconv.Itoa(int(*p)))
	}
}

// parseInt reads the integers that the carrier writes and reads: digits, a sign at most.
func parseInt(s string) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil
}

// enum is an attribute with a type of its own; every non-empty value can be held.
func enum[S ~string](c *codec, name string, p *S) {
	s := string(*p)
	c.str(name, &s)
	*p = S(s)
}

// list is a set of words, written in the order of names whatever order they came in.
func list[B ~uint16](c *codec, name string, p *B, names []string) {
	if c.reading() {
		c.read(name, func(v string) bool {
			*p = 0
			for word := range strings.FieldsSeq(v) {
				bit := B(1) << indexOf(names, word)
				if bit == 0 || *p&bit != 0 {
					return false
				}
				*p |= bit
			}
			return *p != 0
		})
		return
	}
	if *p == 0 || c.err != nil {
		return
	}
	if *p>>len(names) != 0 {
		c.fail(name, "has a value that is not one of the constants")
		return
	}
	c.dst = append(append(append(c.dst, ' '), name...), `="`...)
	first := len(c.dst)
	for i, word := range names {
		if *p&(1<<i) == 0 {
			continue
		}
		if len(c.dst) > first {
			c.dst = append(c.dst, ' ')
		}
		c.dst = append(c.dst, word...)
	}
	c.dst = append(c.dst, '"')
}

// indexOf returns the place of a word, or one beyond every bit when it is unknown.
func indexOf(names []string, word string) int {
	for i, n := range names {
		if n == word {
			return i
		}
	}
	return 16
}

// body is the text of an element that holds nothing else that is spoken.
func (c *codec) body(p *string) {
	if c.reading() {
		c.text = true
		*p = c.in.Text()
		return
	}
	if *p == CurrentDocument {
		c.fail("", "CurrentDocument is for the action of Gather, Record and Pay")
	}
	c.chars(*p)
}

// plain is text that is spoken as it stands, white space included.
func (c *codec) plain(p *string) {
	if !c.reading() {
		c.chars(*p)
		return
	}
	c.text = true
	for _, n := range c.in.Children {
		*p += n.Text
	}
}

// children is a list of elements of one kind. newChild makes one by its name and
// returns nil for names that do not belong in the list.
func children[E element](c *codec, p *[]E, newChild func(name string) E) {
	if !c.reading() {
		for i, e := range *p {
			c.put(e, i+1)
		}
		return
	}
	for el := range c.in.Elements() {
		if e := newChild(el.Name); any(e) != nil && c.child(el, e) {
			*p = append(*p, e)
		}
	}
}

// parts is a list of elements of one type, held by value.
func parts[T any, P interface {
	*T
	element
}](c *codec, p *[]T) {
	if !c.reading() {
		for i := range *p {
			c.put(P(&(*p)[i]), i+1)
		}
		return
	}
	name := P(new(T)).tag()
	for el := range c.in.Elements() {
		if t := new(T); el.Name == name && c.child(el, P(t)) {
			*p = append(*p, *t)
		}
	}
}

// single is an element that is there at most once; nil when it is not.
func single[T any, P interface {
	*T
	element
}](c *codec, p **T) {
	if !c.reading() {
		if *p != nil {
			c.put(P(*p), 1)
		}
		return
	}
	name := P(new(T)).tag()
	for el := range c.in.Elements() {
		if t := new(T); el.Name == name && *p == nil && c.child(el, P(t)) {
			*p = t
		}
	}
}

// leaf is a child element that holds only text, kept as a string.
func leaf[S ~string](c *codec, name string, p *S) {
	if c.reading() {
		if el := c.in.Child(name); el != nil {
			e := leafElement{name: name}
			c.child(el, &e)
			*p = S(e.text)
		}
	} else if *p != "" {
		c.put(&leafElement{name: name, text: string(*p)}, 1)
	}
}

type leafElement struct{ name, text string }

func (l *leafElement) tag() string   { return l.name }
func (l *leafElement) code(c *codec) { c.body(&l.text) }

// Error says where and what.
func (e *WriteError) Error() string {
	where := e.Path
	if e.Attr != "" {
		where += ": attribute " + e.Attr
	}
	return fmt.Sprintf("twiml: %s: %s", where, e.Reason)
}
