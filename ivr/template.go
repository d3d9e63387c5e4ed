package ivr

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/callgate/callgate/ivr/expr"
)

// template is a compiled text with variables.
type template struct {
	text  string // when there are no variables
	parts []part // otherwise
}

// part is some text and then, unless name is empty, a value.
type part struct {
	text   string
	name   string
	ref    ref
	digits bool
}

func (t *template) dynamic() bool { return len(t.parts) > 0 }

// filterDigits writes a value so that its characters are spoken one by one.
const filterDigits = "digits"

// parseTemplate reads a text with "{name}", "{name|digits}", "{{" and "}}". The
// references are not resolved yet.
func parseTemplate(s string) (*template, error) {
	var parts []part
	var text strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c != '{' && c != '}':
			text.WriteByte(c)
		case i+1 < len(s) && s[i+1] == c:
			text.WriteByte(c)
			i++
		case c == '}':
			return nil, fmt.Errorf("character %d: a brace closes that was not opened; for a brace as such write }}", i+1)
		default:
			end := strings.IndexByte(s[i:], '}')
			if end < 0 {
				return nil, fmt.Errorf("character %d: the brace is not closed; for a brace as such write {{", i+1)
			}
			name, filter, filtered := strings.Cut(s[i+1:i+end], "|")
			if !expr.IsName(name) {
				return nil, fmt.Errorf("character %d: in braces stands the name of a variable; for a brace as such write {{", i+1)
			}
			if filtered && filter != filterDigits {
				return nil, fmt.Errorf("character %d: %q is no filter: the only one is digits", i+1, filter)
			}
			parts = append(parts, part{text: text.String(), name: name, digits: filtered})
			text.Reset()
			i += end
		}
	}
	if len(parts) == 0 {
		return &template{text: text.String()}, nil
	}
	return &template{parts: append(parts, part{text: text.String()})}, nil
}

// template compiles a text. what says what would happen to a secret in it.
func (c *nodeCompiler) template(field, s, what string) *template {
	t, err := parseTemplate(s)
	if err != nil {
		c.fault(InvalidValue, field, "%v", err)
		return &template{}
	}
	for i := range t.parts {
		p := &t.parts[i]
		if p.name == "" {
			continue
		}
		r, _, v, ok := c.ref(p.name)
		if !ok {
			c.fault(UndefinedName, field, "%s", c.noVariable(p.name))
		}
		p.ref = r
		own := v != nil && v == c.ownVar
		if own {
			p.ref.slot = c.ownSlot
		}
		c.reads(field, v, own)
		c.leaks(field, v, what)
	}
	return t
}

// fill writes the text with values as write changes them.
func (t *template) fill(r *run, write func(b *strings.Builder, value string)) string {
	if !t.dynamic() {
		return t.text
	}
	var b strings.Builder
	for i := range t.parts {
		p := &t.parts[i]
		b.WriteString(p.text)
		if p.name == "" {
			continue
		}
		value := r.value(p.ref).String()
		if p.digits {
			value = spaced(value)
		}
		write(&b, value)
	}
	return b.String()
}

// longest is the number of characters of the text when every variable has its longest value.
func (t *template) longest(max func(ref) int) int {
	n := utf8.RuneCountInString(t.text)
	for i := range t.parts {
		n += utf8.RuneCountInString(t.parts[i].text)
		if t.parts[i].name == "" {
			continue
		}
		size := max(t.parts[i].ref)
		if t.parts[i].digits {
			size *= 2
		}
		n += size
	}
	return n
}

// plain writes a value as it is.
func plain(b *strings.Builder, value string) { b.WriteString(value) }

// escaped writes a value into the path or query of a URL.
func escaped(b *strings.Builder, value string) {
	const hex = "0123456789ABCDEF"
	for i := range len(value) {
		switch c := value[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte("-_~", c) >= 0:
			b.WriteByte(c)
		default:
			// RFC 3986 leaves a dot alone, but "../" as a value must not climb.
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		}
	}
}

// marked writes a value as text of XML.
func marked(b *strings.Builder, value string) {
	b.WriteString(strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(value))
}

// spaced puts a space between characters.
func spaced(s string) string {
	var b strings.Builder
	for i, r := range s {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}
