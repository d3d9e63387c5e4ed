package strictyaml

import (
	"fmt"
	"iter"
	"reflect"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/callgate/callgate/internal/spell"
)

// decoder fills Go values from YAML nodes and gathers what is wrong.
type decoder struct {
	pos    *Positions
	faults []error
}

func (d *decoder) fault(key string, n *yaml.Node, format string, args ...any) {
	d.faults = append(d.faults, &Fault{
		Where:   fmt.Sprintf("%s:%d", d.pos.file, n.Line),
		Line:    n.Line,
		Column:  n.Column,
		Key:     key,
		Problem: fmt.Sprintf(format, args...),
	})
}

// Shorthand is a struct that may be written as a single value, which is then that of
// the key that it names: "hear: hello" for "hear: {text: hello}".
type Shorthand interface{ Shorthand() string }

var durationType = reflect.TypeFor[time.Duration]()

// decode fills v from n, the value of key.
func (d *decoder) decode(key string, n *yaml.Node, v reflect.Value) {
	if !d.plain(key, n) || n.Tag == "!!null" {
		return
	}
	switch {
	case v.Type() == durationType:
		d.duration(key, n, v)
		return
	case v.Type() == anyType:
		v.Set(reflect.ValueOf(Any{d.anything(key, n)}))
		return
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.decode(key, n, v.Elem())
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		if short, ok := v.Interface().(Shorthand); ok && n.Kind == yaml.ScalarNode {
			d.pos.lines[join(key, short.Shorthand())] = n.Line
			d.decode(join(key, short.Shorthand()), n, fieldOf(v, short.Shorthand()))
			return
		}
		d.structure(key, n, v)
	case reflect.Map:
		d.stringMap(key, n, v)
	case reflect.Slice:
		d.list(key, n, v)
	case reflect.String:
		if d.scalar(key, n, "text") {
			v.SetString(n.Value)
		}
	case reflect.Bool:
		d.boolean(key, n, v)
	case reflect.Int, reflect.Int64:
		d.integer(key, n, v)
	default:
		panic("strictyaml: no rule for fields of type " + v.Type().String())
	}
}

// plain refuses what this package does not take from YAML.
func (d *decoder) plain(key string, n *yaml.Node) bool {
	problem := Foreign(n)
	if problem != "" {
		d.fault(key, n, "%s", problem)
	}
	return problem == ""
}

// Foreign says why this package refuses the node itself, whatever is in it: it is an
// alias or has an anchor or a tag. Else it returns "".
func Foreign(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.AliasNode:
		return fmt.Sprintf("an alias (*%s); write the value out", n.Value)
	case n.Anchor != "":
		return fmt.Sprintf("an anchor (&%s); write each value out where it is used", n.Anchor)
	case n.Style&yaml.TaggedStyle != 0:
		return fmt.Sprintf("a tag (%s); write the value without it", n.Tag)
	}
	return ""
}

func (d *decoder) scalar(key string, n *yaml.Node, want string) bool {
	if n.Kind != yaml.ScalarNode {
		d.fault(key, n, "%s is wanted, not %s", want, kindName(n))
		return false
	}
	return true
}

func kindName(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	return "a single value"
}

func (d *decoder) boolean(key string, n *yaml.Node, v reflect.Value) {
	if n.Tag != "!!bool" || (n.Value != "true" && n.Value != "false") {
		d.fault(key, n, "true or false is wanted")
		return
	}
	v.SetBool(n.Value == "true")
}

func (d *decoder) integer(key string, n *yaml.Node, v reflect.Value) {
	i, err := strconv.ParseInt(n.Value, 10, v.Type().Bits())
	if err != nil || n.Tag != "!!int" || strconv.FormatInt(i, 10) != n.Value {
		d.fault(key, n, "a whole decimal number is wanted")
		return
	}
	v.SetInt(i)
}

func (d *decoder) duration(key string, n *yaml.Node, v reflect.Value) {
	if !d.scalar(key, n, "a duration such as 10s or 1m30s") {
		return
	}
	t, err := time.ParseDuration(n.Value)
	if err != nil {
		d.fault(key, n, "a duration such as 10s or 1m30s is wanted")
		return
	}
	v.SetInt(int64(t))
}

func (d *decoder) list(key string, n *yaml.Node, v reflect.Value) {
	if n.Kind != yaml.SequenceNode {
		d.fault(key, n, "a list is wanted, not %s", kindName(n))
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	for i, element := range n.Content {
		at := fmt.Sprintf("%s[%d]", key, i)
		d.pos.lines[at] = element.Line
		if element.Tag == "!!null" {
			d.fault(at, element, "an empty element; fill it in or remove it")
			continue
		}
		d.decode(at, element, v.Index(i))
	}
}

func (d *decoder) stringMap(key string, n *yaml.Node, v reflect.Value) {
	v.Set(reflect.MakeMap(v.Type()))
	for name, value := range d.pairs(key, n) {
		element := reflect.New(v.Type().Elem()).Elem()
		d.decode(join(key, name), value, element)
		v.SetMapIndex(reflect.ValueOf(name), element)
	}
}

func (d *decoder) structure(key string, n *yaml.Node, v reflect.Value) {
	for name, value := range d.pairs(key, n) {
		field := fieldOf(v, name)
		if !field.IsValid() {
			d.unknown(key, name, value, v.Type())
			continue
		}
		d.decode(join(key, name), value, field)
	}
}

// pairs yields the keys and values of a mapping, each key once, and notes where
// they stand.
func (d *decoder) pairs(key string, n *yaml.Node) iter.Seq2[string, *yaml.Node] {
	return func(yield func(string, *yaml.Node) bool) {
		if n.Kind != yaml.MappingNode {
			d.fault(key, n, "a mapping (key: value) is wanted, not %s", kindName(n))
			return
		}
		first := map[string]int{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			name, value := n.Content[i], n.Content[i+1]
			if name.Kind != yaml.ScalarNode || name.Tag == "!!merge" || !d.plain(key, name) {
				d.fault(key, name, "a key is wanted: one plain word")
				continue
			}
			at := join(key, name.Value)
			if line := first[name.Value]; line > 0 {
				d.fault(at, name, "stands here again; it was on line %d already", line)
				continue
			}
			first[name.Value] = name.Line
			d.pos.lines[at] = name.Line
			if !yield(name.Value, value) {
				return
			}
		}
	}
}

func join(key, name string) string {
	if key == "" {
		return name
	}
	return key + "." + name
}

// unknown says that no field has the name, and which one has a name like it.
func (d *decoder) unknown(key, name string, n *yaml.Node, t reflect.Type) {
	hint := "the keys here are " + strings.Join(Keys(t), ", ")
	if near := spell.Nearest(name, Keys(t)); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	d.fault(join(key, name), n, "unknown key; %s", hint)
}

// fieldOf returns the field of a struct with this key, or the zero Value.
func fieldOf(v reflect.Value, name string) reflect.Value {
	for i := range v.NumField() {
		if keyOf(v.Type().Field(i)) == name && name != "" {
			return v.Field(i)
		}
	}
	return reflect.Value{}
}

// keyOf returns the key that a field is filled from, "" when there is none.
func keyOf(f reflect.StructField) string { return f.Tag.Get("yaml") }

// Keys returns the keys of a struct type, in the order of its fields.
func Keys(t reflect.Type) []string {
	var keys []string
	for i := range t.NumField() {
		if key := keyOf(t.Field(i)); key != "" {
			keys = append(keys, key)
		}
	}
	return keys
}
