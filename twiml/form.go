package twiml

import (
	"fmt"
	"slices"
)

// Form is a document that was written once, with places for texts that differ each time,
// such as URLs. To fill it in costs a fraction of writing it again. It may be used by
// many goroutines.
type Form struct {
	fixed []byte
	holes []hole // in the order of the document
	count int    // of the texts that are awaited
}

// hole is a place for a text.
type hole struct {
	at      int // in Form.fixed
	text    int // which of the texts, from 0
	escapes *[256]string
}

// NewForm writes a document in which each attribute and each text that is, as a whole, one
// of the blanks is left open, wherever it stands; only lists of words, such as the input of
// a Gather, are not. A blank is best a text that no document has, "\x00 action". The errors
// are those of Response.AppendTo, and that the document does not have one of the blanks.
func NewForm(r *Response, blanks ...string) (*Form, error) {
	f := &Form{count: len(blanks)}
	c := codec{dst: []byte(header), form: f, blanks: blanks}
	if err := c.response(r, 0); err != nil {
		return nil, err
	}
	for i := range blanks {
		if !slices.ContainsFunc(f.holes, func(h hole) bool { return h.text == i }) {
			return nil, fmt.Errorf("twiml: the document has no place for blank %d", i+1)
		}
	}
	f.fixed = slices.Clone(c.dst)
	return f, nil
}

// AppendTo appends the document with these texts in the places of the blanks, written as
// Response.AppendTo writes them. What that makes of special values is not done here: an
// empty text does not leave its attribute out, and CurrentDocument is refused.
func (f *Form) AppendTo(dst []byte, texts ...string) ([]byte, error) {
	if len(texts) != f.count {
		return dst, fmt.Errorf("twiml: %d texts for the %d blanks of a form", len(texts), f.count)
	}
	out, from := dst, 0
	for _, h := range f.holes {
		out = append(out, f.fixed[from:h.at]...)
		from = h.at
		if texts[h.text] == CurrentDocument {
			return dst, fmt.Errorf("twiml: blank %d: CurrentDocument is no text; leave the action out of the form", h.text+1)
		}
		var bad int
		if out, bad = appendEscaped(out, texts[h.text], h.escapes); bad >= 0 {
			return dst, fmt.Errorf("twiml: blank %d: %s", h.text+1, badCharacter(texts[h.text], bad))
		}
	}
	out = append(out, f.fixed[from:]...)
	if err := checkSize(len(out) - len(dst)); err != nil {
		return dst, err
	}
	return out, nil
}

// leaves reports whether a value is left open, in a form.
func (c *codec) leaves(value string, escapes *[256]string) bool {
	if c.form == nil {
		return false
	}
	i := slices.Index(c.blanks, value)
	if i >= 0 {
		c.form.holes = append(c.form.holes, hole{len(c.dst), i, escapes})
	}
	return i >= 0
}
