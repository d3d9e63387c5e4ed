package callgate

import (
	"bytes"
	"fmt"
)

// MaxParams bounds the parameters of one request. A voice webhook carries
// about 30; a call with custom SIP headers a few dozen more.
const MaxParams = 1000

// RawParam is one decoded name and value, in the buffer of AppendParams.
type RawParam struct{ Name, Value []byte }

// AppendParams decodes an application/x-www-form-urlencoded text (a body, or a
// query without its question mark) and appends what it finds to dst, in the
// order of the text. Decoded bytes are appended to buf, which is returned too;
// a buf with room for len(raw) more bytes is never reallocated, so that the
// hot path can reuse both.
//
// The rules are those of the URL Standard (application/x-www-form-urlencoded
// parsing): pairs are separated by "&" alone, "+" is a space, a pair without
// "=" has an empty value, and an empty pair is skipped. It is stricter in one
// point: a "%" that two hexadecimal digits do not follow is an error, because
// what was signed could not be told.
func AppendParams(dst []RawParam, buf, raw []byte) ([]RawParam, []byte, error) {
	for len(raw) > 0 {
		pair := raw
		if i := bytes.IndexByte(raw, '&'); i >= 0 {
			pair, raw = raw[:i], raw[i+1:]
		} else {
			raw = nil
		}
		if len(pair) == 0 {
			continue
		}
		if len(dst) == MaxParams {
			return dst, buf, fmt.Errorf("more than %d parameters", MaxParams)
		}
		name, value, _ := bytes.Cut(pair, equals)
		var p RawParam
		var err error
		if p.Name, buf, err = unescape(buf, name); err != nil {
			return dst, buf, fmt.Errorf("name of parameter %d: %w", len(dst)+1, err)
		}
		if p.Value, buf, err = unescape(buf, value); err != nil {
			return dst, buf, fmt.Errorf("value of parameter %d: %w", len(dst)+1, err)
		}
		dst = append(dst, p)
	}
	return dst, buf, nil
}

var equals = []byte{'='}

// unescape appends the decoded s to buf and returns that part of it.
func unescape(buf, s []byte) (decoded, grown []byte, err error) {
	start := len(buf)
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '+':
			buf = append(buf, ' ')
		case '%':
			if i+2 >= len(s) || unhex[s[i+1]] < 0 || unhex[s[i+2]] < 0 {
				return nil, buf, fmt.Errorf("a %% that is not followed by two hexadecimal digits, at byte %d", i+1)
			}
			buf = append(buf, byte(unhex[s[i+1]])<<4|byte(unhex[s[i+2]]))
			i += 2
		default:
			buf = append(buf, c)
		}
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
	pairs, buf, err := AppendParams(nil, make([]byte, 0, len(raw)), raw)
	if err != nil || len(pairs) == 0 {
		return nil, err
	}
	// One string holds all the text; each name and value is a piece of it.
	all, at := string(buf), 0
	take := func(n int) string { at += n; return all[at-n : at] }
	params := make(Params, len(pairs))
	for i, p := range pairs {
		params[i].Name = take(len(p.Name))
		params[i].Value = take(len(p.Value))
	}
	return params, nil
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
