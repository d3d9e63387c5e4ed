package flowfile

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// shape is a form that a value in a flow file has: it reads such a value into what it
// is bound to, and describes it for the JSON Schema. Both come from one table, so that
// the schema cannot say anything else than the reader does.
type shape interface {
	read(r *reader, n *yaml.Node)
	describe(d definitions) schema
}

// field is a key of an object.
type field struct {
	key   string
	doc   string
	shape shape
	need  need
	goes  string // what findings call it; "" is the key
}

// need says whether a key must be there.
type need uint8

const (
	optional need = iota
	required
)

func (f field) segment() string {
	return cmp.Or(f.goes, f.key)
}

// object is a mapping with known keys.
type object struct {
	ref    string // its name in the schema's definitions, "" for none
	what   string // for faults: "a menu"
	doc    string
	fields []field
}

func (o object) read(r *reader, n *yaml.Node) {
	seen := map[string]bool{}
	for p := range r.pairs(n, "keys with values") {
		at := slices.IndexFunc(o.fields, func(f field) bool { return f.key == p.key.Value })
		if at < 0 {
			r.unknown(p.key, o.what, o.keys())
			continue
		}
		f := o.fields[at]
		seen[f.key] = true
		r.within(f.segment(), p.mark(), func() { f.shape.read(r, p.value) })
	}
	if n.Kind != yaml.MappingNode {
		return
	}
	for _, f := range o.fields {
		if f.need == required && !seen[f.key] {
			r.fault(MissingKey, n, "%s needs the key %q: %s", o.what, f.key, inSentence(f.doc))
		}
	}
}

// inSentence makes a part of a sentence of a sentence.
func inSentence(doc string) string {
	return strings.ToLower(doc[:1]) + strings.TrimSuffix(doc[1:], ".")
}

func (o object) keys() []string {
	var keys []string
	for _, f := range o.fields {
		keys = append(keys, f.key)
	}
	return keys
}

// mark is what a finding about the value points at: the value, or its key when the
// value goes over several lines.
func (p pair) mark() *yaml.Node {
	if p.value.Kind == yaml.ScalarNode {
		return p.value
	}
	return p.key
}

// list is a sequence of values of one shape.
type list[T any] struct {
	to   *[]T
	item func(*T) shape
	min  int
}

func (l list[T]) read(r *reader, n *yaml.Node) {
	if !r.usable(n) {
		return
	}
	if n.Kind != yaml.SequenceNode {
		r.wanted(n, "a list")
		return
	}
	if len(n.Content) < l.min {
		r.fault(WrongForm, n, "the list is empty")
	}
	// Only as many as there are: a list that grew would move what shapes are bound to.
	*l.to = make([]T, len(n.Content))
	for i, element := range n.Content {
		r.within(strconv.Itoa(i), element, func() { l.item(&(*l.to)[i]).read(r, element) })
	}
}

// forms is a value in one of several forms, which YAML tells apart.
type forms struct {
	ref                     string
	want                    string
	single, object, several shape // nil where there is no such form
}

func (f forms) read(r *reader, n *yaml.Node) {
	if !r.usable(n) {
		return
	}
	form := f.single
	switch n.Kind {
	case yaml.MappingNode:
		form = f.object
	case yaml.SequenceNode:
		form = f.several
	}
	if form == nil {
		r.wanted(n, f.want)
		return
	}
	form.read(r, n)
}

// names is a mapping whose keys the author chooses.
type names struct {
	want    string // what the keys are, for faults: "the name of a language"
	form    string // what the whole is, for faults; "" is "keys with values"
	pattern string
	// entry returns the shape of the value of a key, and what findings call it.
	// For the schema it is called with any key.
	entry func(name string) (segment string, value shape)
	min   int
	// check looks at a key as a whole, after the pattern.
	check func(r *reader, p pair)
}

func (m names) read(r *reader, n *yaml.Node) {
	for p := range r.pairs(n, cmp.Or(m.form, "keys with values")) {
		if !r.matches(m.pattern, p.key.Value) {
			r.fault(WrongForm, p.key, "%s is wanted as the key here", m.want)
			continue
		}
		if m.check != nil {
			m.check(r, p)
		}
		segment, value := m.entry(p.key.Value)
		r.within(segment, p.mark(), func() { value.read(r, p.value) })
	}
	if n.Kind == yaml.MappingNode && len(n.Content) < 2*m.min {
		r.fault(WrongForm, n, "there must be at least one key here")
	}
}

// namesInto fills a map.
func namesInto[K comparable, V any](to *map[K]V, want, pattern string, name func(string) K, item func(*V) shape) names {
	return names{want: want, pattern: pattern, entry: func(key string) (string, shape) {
		var v V
		return key, after{item(&v), func(*reader, *yaml.Node) {
			if *to == nil {
				*to = map[K]V{}
			}
			(*to)[name(key)] = v
		}}
	}}
}

// same is the name function of namesInto for maps by text.
func same(s string) string { return s }

// namesInOrder fills a list, in the order of the file.
func namesInOrder[T any](to *[]T, want, pattern string, item func(name string, v *T) shape) names {
	return names{want: want, pattern: pattern, entry: func(key string) (string, shape) {
		var v T
		return strconv.Itoa(len(*to)), after{item(key, &v), func(*reader, *yaml.Node) { *to = append(*to, v) }}
	}}
}

// after reads a value and then does something with it.
type after struct {
	shape
	do func(r *reader, n *yaml.Node)
}

func (a after) read(r *reader, n *yaml.Node) {
	a.shape.read(r, n)
	a.do(r, n)
}
