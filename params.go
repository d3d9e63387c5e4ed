package callgate

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// MaxParams bounds the parameters of one request. A voice webhook carries
// about 30; a call with custom SIP headers a few dozen more.
const MaxParams = 1000

// RawParam is one decoded name and value, as AppendParams finds them. They may
// share memory with the text and with the buffer, and must not be changed.
type RawParam struct{ Name, Value []byte }

// AppendParams decodes an application/x-www-form-urlencoded text (a body, or a
// query without its question mark) and appends what it finds to dst, in the
// order of the text. It is made for a hot path that reuses its memory: a name or
// value without an escape is a piece of raw itself, any other is appended to
// buf, which is returned too. A buf with room for len(raw) more bytes is never
// reallocated.
//
// The rules are those of the URL Standard (application/x-www-form-urlencoded
// parsing): pairs are separated by "&" alone, "+" is a space, a pair without
// "=" has an empty value, and an empty pair is skipped. It is stricter in one
// point: a "%" that two hexadecimal digits do not follow is an error, because
// what was signed could not be told.
func AppendParams(dst []RawParam, buf, raw []byte) ([]RawParam, []byte, error) {
	percent, plus := -1, -1 // the next of each, looked for once and not per pair
	for at := 0; at < len(raw); {
		start, end := at, indexFrom(raw, '&', at)
		at = end + 1
		if start == end {
			continue
		}
		if len(dst) == MaxParams {
			return dst, buf, fmt.Errorf("more than %d parameters", MaxParams)
		}
		nameEnd := start
		for nameEnd < end && raw[nameEnd] != '=' { // names are short
			nameEnd++
		}
		p := RawParam{Name: raw[start:nameEnd:nameEnd]}
		if nameEnd < end {
			p.Value = raw[nameEnd+1 : end : end]
		}
		if percent < start {
			percent = indexFrom(raw, '%', start)
		}
		if plus < start {
			plus = indexFrom(raw, '+', start)
		}
		if escape := min(percent, plus); escape < end {
			var err error
			if buf, err = p.unescape(buf, escape < nameEnd); err != nil {
				return dst, buf, fmt.Errorf("parameter %d: %w", len(dst)+1, err)
			}
		}
		dst = append(dst, p)
	}
	return dst, buf, nil
}

// indexFrom returns the index of the first c in text[from:], counted from the
// start of text, or the length of text when there is none.
func indexFrom(text []byte, c byte, from int) int {
	if i := bytes.IndexByte(text[from:], c); i >= 0 {
		return from + i
	}
	return len(text)
}

// unescape decodes the value, and the name if that has an escape.
func (p *RawParam) unescape(buf []byte, name bool) (grown []byte, err error) {
	if name {
		if p.Name, buf, err = unescape(buf, p.Name); err != nil {
			return buf, fmt.Errorf("name: %w", err)
		}
	}
	if p.Value, buf, err = unescape(buf, p.Value); err != nil {
		return buf, fmt.Errorf("value: %w", err)
	}
	return buf, nil
}

// unescape appends the decoded s to buf and returns that part of it.
func unescape(buf, s []byte) (decoded, grown []byte, err error) {
	start := len(buf)
	buf = slices.Grow(buf, len(s))
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '+':
			c = ' '
		case c != '%':
		case i+2 >= len(s) || unhex[s[i+1]] < 0 || unhex[s[i+2]] < 0:
			return nil, buf, fmt.Errorf("a %% that is not followed by two hexadecimal digits, at byte %d", i+1)
		default:
			c = byte(unhex[s[i+1]])<<4 | byte(unhex[s[i+2]])
			i += 2
		}
		buf = append(buf, c)
	}
	return buf[start:len(buf):len(buf)], buf, nil
}

// unhex maps a hexadecimal digit to its value and every other byte to -1.
var unhex = func() (t [256]int8) {
	for i := range t {
		t[i] = -1
	}
	for i, c := range []byte("0123456789") {
		t[c] = int8(i)
	}
	for i, c := range []byte("abcdef") {
		t[c], t[c-'a'+'A'] = int8(10+i), int8(10+i)
	}
	return t
}()

// Param is one parameter of a webhook.
type Param struct{ Name, Value string }

// Params are the parameters of a request in the order in which they were sent.
// The zero value has none.
type Params []Param

// ParseParams decodes a form body or a query; see AppendParams for the rules.
func ParseParams(raw []byte) (Params, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	var room [40]RawParam // for the usual webhook; append finds more elsewhere
	pairs, _, err := AppendParams(room[:0], make([]byte, 0, len(raw)/2), raw)
	if err != nil {
		return nil, err
	}
	return copyParams(pairs, len(raw)), nil
}

// copyParams makes parameters that share no memory with the pairs, whose text is at
// most size bytes long.
func copyParams(pairs []RawParam, size int) Params {
	if len(pairs) == 0 {
		return nil
	}
	// One string holds all the text; each name and value is a piece of it.
	var b strings.Builder
	b.Grow(size)
	for i := range pairs {
		b.Write(pairs[i].Name)
		b.Write(pairs[i].Value)
	}
	all, at := b.String(), 0
	params := make(Params, len(pairs))
	for i := range pairs {
		end := at + len(pairs[i].Name)
		params[i].Name = all[at:end]
		at = end + len(pairs[i].Value)
		params[i].Value = all[end:at]
	}
	return params
}

// form is a decoded body. Its memory is used again.
type form struct {
	pairs   []RawParam
	text    []byte
	err     error
	decoded bool
}

var forms = sync.Pool{New: func() any { return new(form) }}

// maxKeptForm bounds the memory that is kept for later forms, in bytes of text and in
// pairs: one large request must not hold it for ever.
const maxKeptForm = 8 << 10

// decode decodes the body of a request, once.
func (f *form) decode(body []byte) ([]RawParam, error) {
	if !f.decoded {
		f.pairs, f.text, f.err = AppendParams(f.pairs[:0], f.text[:0], body)
		f.decoded = true
	}
	return f.pairs, f.err
}

// free gives the memory back. Nothing may refer to the pairs any more.
func (f *form) free() {
	if cap(f.text) > maxKeptForm || cap(f.pairs) > maxKeptForm/8 {
		return
	}
	clear(f.pairs)
	*f = form{pairs: f.pairs[:0], text: f.text[:0]}
	forms.Put(f)
}

// Get returns the first value of name, or "" when there is none. A request that
// passed the voice profile carries each of the carrier's own names once.
func (p Params) Get(name string) string {
	for i := range p {
		if p[i].Name == name {
			return p[i].Value
		}
	}
	return ""
}

// Has reports whether there is a parameter of this name, even an empty one.
func (p Params) Has(name string) bool {
	for i := range p {
		if p[i].Name == name {
			return true
		}
	}
	return false
}

// Values returns all values of name in the order in which they were sent.
func (p Params) Values(name string) []string {
	var vs []string
	for i := range p {
		if p[i].Name == name {
			vs = append(vs, p[i].Value)
		}
	}
	return vs
}
