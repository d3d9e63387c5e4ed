package callgate

import (
	"encoding/binary"
	"fmt"
	"sync"
)

// MaxParams bounds the parameters of one request. A voice webhook carries
// about 30; a call with custom SIP headers a few dozen more.
const MaxParams = 1000

// RawParam is one decoded name and value, as AppendParams finds them. They are pieces
// of one buffer and must not be changed, nor appended to.
type RawParam struct{ Name, Value []byte }

// AppendParams decodes an application/x-www-form-urlencoded text (a body, or a
// query without its question mark) and appends what it finds to dst, in the
// order of the text. It is made for a hot path that reuses its memory: the text is
// appended to buf, which is returned too, and decoded there. A buf with room for
// len(raw) more bytes is never reallocated.
//
// The rules are those of the URL Standard (application/x-www-form-urlencoded
// parsing): pairs are separated by "&" alone, "+" is a space, a pair without
// "=" has an empty value, and an empty pair is skipped. It is stricter in one
// point: a "%" that two hexadecimal digits do not follow is an error, because
// what was signed could not be told.
func AppendParams(dst []RawParam, buf, raw []byte) ([]RawParam, []byte, error) {
	first := len(buf)
	buf = append(buf, raw...)
	text := buf[first:]
	for at := 0; at < len(text); at++ {
		if text[at] == '&' {
			continue
		}
		if len(dst) == MaxParams {
			return dst, buf, fmt.Errorf("more than %d parameters", MaxParams)
		}
		name, end, err := decode(text, at, &endOfName)
		if err != nil {
			return dst, buf, fmt.Errorf("parameter %d: name: %w", len(dst)+1, err)
		}
		var value []byte
		if at = end; at < len(text) && text[at] == '=' {
			if value, at, err = decode(text, at+1, &endOfValue); err != nil {
				return dst, buf, fmt.Errorf("parameter %d: value: %w", len(dst)+1, err)
			}
		}
		dst = append(dst, RawParam{name, value})
	}
	return dst, buf, nil
}

// special are the bytes of a form that do not stand for themselves.
type special struct {
	bytes [256]byte
	// shift is how far to the left of the bit of letters lies another bit that no special
	// byte has; see isPlain.
	shift int
}

const (
	ends    byte = iota + 1 // a name or a value
	escapes                 // a plus sign or a percent sign
)

var (
	endOfName  = special{[256]byte{'&': ends, '=': ends, '+': escapes, '%': escapes}, 0}
	endOfValue = special{[256]byte{'&': ends, '+': escapes, '%': escapes}, 2} // digits have that bit
)

// isPlain reports whether eight bytes stand for themselves. Of some that do it says no.
func (s *special) isPlain(eight uint64) bool {
	const letters = 0x4040404040404040
	return (eight|eight<<(s.shift&63))&letters == letters
}

// skip returns where the text has its next special byte, from a place on.
func (s *special) skip(text []byte, at int) int {
	for ; at+8 <= len(text); at += 8 {
		if s.isPlain(binary.LittleEndian.Uint64(text[at:])) {
			continue
		}
		for i := at; i < at+8; i++ {
			if s.bytes[text[i]] != 0 {
				return i
			}
		}
	}
	for at < len(text) && s.bytes[text[at]] == 0 {
		at++
	}
	return at
}

// decode decodes in its place the name or value that starts at a place in the text, and
// returns where it ends.
func decode(text []byte, start int, special *special) (decoded []byte, end int, err error) {
	at := special.skip(text, start)
	to := at
	for at < len(text) && special.bytes[text[at]] != ends {
		c := byte(' ')
		if text[at] == '%' {
			if at+2 >= len(text) || unhex[text[at+1]] < 0 || unhex[text[at+2]] < 0 {
				return nil, at, fmt.Errorf("a %% that is not followed by two hexadecimal digits, at byte %d", at-start+1)
			}
			c = byte(unhex[text[at+1]])<<4 | byte(unhex[text[at+2]])
			at += 2
		}
		text[to] = c
		plain := at + 1
		at = special.skip(text, plain)
		to += 1 + copy(text[to+1:], text[plain:at])
	}
	return text[start:to], at, nil
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
	pairs, text, err := AppendParams(room[:0], make([]byte, 0, len(raw)), raw)
	if err != nil {
		return nil, err
	}
	return copyParams(pairs, text), nil
}

// copyParams makes parameters that share no memory with the pairs, which are pieces of
// text.
func copyParams(pairs []RawParam, text []byte) Params {
	if len(pairs) == 0 {
		return nil
	}
	// One string holds all the text; each name and value is a piece of it.
	all := string(text)
	piece := func(b []byte) string {
		if len(b) == 0 {
			return ""
		}
		at := cap(text) - cap(b) // they end in the same memory
		return all[at : at+len(b)]
	}
	params := make(Params, len(pairs))
	for i := range pairs {
		params[i] = Param{piece(pairs[i].Name), piece(pairs[i].Value)}
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
