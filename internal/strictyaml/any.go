package strictyaml

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"

	"go.yaml.in/yaml/v4"
)

// Any is a value of any form, for data that is handed on as JSON: mappings, lists,
// texts, numbers, true, false and null.
type Any struct{ value any }

// ParseJSON reads a value that is written in JSON.
func ParseJSON(text []byte) (Any, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var a Any
	if err := d.Decode(&a.value); err != nil {
		return Any{}, err
	}
	if _, err := d.Token(); err != io.EOF {
		return Any{}, errors.New("there is something behind the value")
	}
	return a, nil
}

// IsZero reports whether no value was given.
func (a Any) IsZero() bool { return a.value == nil }

// MarshalJSON writes the value.
func (a Any) MarshalJSON() ([]byte, error) { return json.Marshal(a.value) }

var anyType = reflect.TypeFor[Any]()

// anything turns a node into a value for encoding/json.
func (d *decoder) anything(key string, n *yaml.Node) any {
	if !d.plain(key, n) {
		return nil
	}
	switch n.Kind {
	case yaml.MappingNode:
		m := map[string]any{}
		for name, value := range d.pairs(key, n) {
			m[name] = d.anything(join(key, name), value)
		}
		return m
	case yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, element := range n.Content {
			list[i] = d.anything(fmt.Sprintf("%s[%d]", key, i), element)
		}
		return list
	}
	switch n.Tag {
	case "!!null":
		return nil
	case "!!bool":
		return n.Value == "true"
	case "!!int", "!!float":
		if json.Valid([]byte(n.Value)) {
			return json.Number(n.Value)
		}
		d.fault(key, n, "a number that JSON does not have; put it in quotes if it is a text")
	}
	return n.Value
}
