package twiml

import (
	"iter"
	"strings"
)

// Element is one element of a document as Decode read it: names, attributes
// and text as they stand, known to the carrier or not. Line and Col say where
// its "<" is; both count from 1, columns in characters.
type Element struct {
	Name     string
	Attrs    []Attr
	Children []Node
	Line     int
	Col      int
}

// Attr is one attribute: its name with any prefix ("xml:lang"), its value after
// entities and white space are resolved, and the place of the name.
type Attr struct {
	Name  string
	Value string
	Line  int
	Col   int
}

// Node is a child of an element: another element, or, when Element is nil,
// text. Neighbouring text, CDATA sections included, is one node. Comments and
// processing instructions are not kept, the carrier ignores them.
type Node struct {
	Element *Element
	Text    string
	Line    int
	Col     int
}

// Attr returns the value of an attribute, and whether the attribute is there:
// finishOnKey="" is there and empty, which the carrier tells from absent.
func (e *Element) Attr(name string) (string, bool) {
	for i := range e.Attrs {
		if e.Attrs[i].Name == name {
			return e.Attrs[i].Value, true
		}
	}
	return "", false
}

// AttrOr returns the value of an attribute, or def when it is not there.
func (e *Element) AttrOr(name, def string) string {
	if v, ok := e.Attr(name); ok {
		return v
	}
	return def
}

// Elements yields the child elements in order.
func (e *Element) Elements() iter.Seq[*Element] {
	return func(yield func(*Element) bool) {
		for i := range e.Children {
			if el := e.Children[i].Element; el != nil && !yield(el) {
				return
			}
		}
	}
}

// Child returns the first child element of that name, or nil.
func (e *Element) Child(name string) *Element {
	for el := range e.Elements() {
		if el.Name == name {
			return el
		}
	}
	return nil
}

// Text returns the element's own text, without that of its children and without
// white space at either end: the carrier's examples put line breaks around
// numbers and URLs.
func (e *Element) Text() string {
	switch len(e.Children) {
	case 0:
		return ""
	case 1:
		return trim(e.Children[0].Text)
	}
	var b strings.Builder
	for i := range e.Children {
		b.WriteString(e.Children[i].Text)
	}
	return trim(b.String())
}

// AllText returns the text of the element and of everything in it, in order and
// without white space at either end: what a Say with SSML speaks.
func (e *Element) AllText() string {
	var b strings.Builder
	e.appendText(&b)
	return trim(b.String())
}

func (e *Element) appendText(b *strings.Builder) {
	for i := range e.Children {
		if el := e.Children[i].Element; el != nil {
			el.appendText(b)
			continue
		}
		b.WriteString(e.Children[i].Text)
	}
}

// trim cuts XML white space, and only that, from both ends.
func trim(s string) string { return strings.Trim(s, " \t\r\n") }
