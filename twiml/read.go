package twiml

import (
	"errors"
	"fmt"
)

// Parse reads a document into its typed form. It refuses what the typed form
// cannot hold, so that nothing is lost between reading and writing: besides what
// Decode refuses, unknown elements and attributes, numbers and lists that are
// none, and attributes that are empty where that has no meaning. The error joins
// all Findings. Use Decode where such documents must be dealt with.
//
// A Gather, Record or Pay without an action gets CurrentDocument, the meaning
// that the carrier gives it.
func Parse(data []byte) (*Response, error) {
	root, err := Decode(data)
	if err != nil {
		return nil, err
	}
	c := codec{taken: map[*Element]bool{}}
	r := new(Response)
	c.fill(root, r)
	if len(c.bad) > 0 {
		return nil, errors.Join(c.bad...)
	}
	return r, nil
}

// fill reads el into e and complains of what e did not ask for.
func (c *codec) fill(el *Element, e element) {
	outer := *c
	c.in, c.attrs, c.text = el, 0, false
	c.depth++
	if c.depth > maxDepth {
		c.complain(el, el.Line, el.Col, "", "<%s> is nested too deeply", el.Name)
	} else {
		e.code(c)
		c.leftovers()
	}
	c.in, c.attrs, c.text, c.depth = outer.in, outer.attrs, outer.text, outer.depth
}

// child reads one child element; it is false when it was read before.
func (c *codec) child(el *Element, e element) bool {
	if c.taken[el] {
		return false
	}
	c.taken[el] = true
	c.fill(el, e)
	return true
}

// read hands the value of an attribute, when it is there, to set, which is false
// for a value that the field cannot hold. It reports whether it is there.
func (c *codec) read(name string, set func(string) bool) (found bool) {
	for i, a := range c.in.Attrs {
		if a.Name != name || i >= 64 {
			continue
		}
		found = true
		c.attrs |= 1 << i
		if !set(a.Value) {
			c.complain(c.in, a.Line, a.Col, name, "<%s> %s has a value that it cannot have", c.in.Name, name)
		}
	}
	return found
}

func (c *codec) leftovers() {
	for i, a := range c.in.Attrs {
		if !ignored(a.Name) && (i >= 64 || c.attrs&(1<<i) == 0) {
			c.complain(c.in, a.Line, a.Col, "", "<%s> has no attribute %s", c.in.Name, a.Name)
		}
	}
	for el := range c.in.Elements() {
		if !c.taken[el] {
			c.complain(c.in, el.Line, el.Col, "", "<%s> cannot stand in <%s> here", el.Name, c.in.Name)
		}
	}
	if !c.text && c.in.Text() != "" {
		c.complain(c.in, c.in.Line, c.in.Col, "", "<%s> holds no text", c.in.Name)
	}
}

// complain records a finding, with the code of the attribute when it is about one.
func (c *codec) complain(el *Element, line, col int, attr, format string, args ...any) {
	code := CodeSchema
	if rule := schema()[el.Name]; rule != nil && rule.attrs[attr] != nil && rule.attrs[attr].code != 0 {
		code = rule.attrs[attr].code
	}
	c.bad = append(c.bad, Finding{
		Line: line, Col: col, Code: code, Severity: code.Severity(),
		Message: fmt.Sprintf(format, args...),
	})
}
