package flowfile

import (
	"encoding/json"
	"slices"

	"github.com/callgate/callgate/ivr"
)

// schema is a JSON Schema of draft 7, the newest that every editor knows.
type schema map[string]any

// definitions are the shapes that are described once and referred to.
type definitions map[string]schema

// define describes a shape under a name, if it has one. A shape that holds others of
// its own name refers to them.
func (d definitions) define(name string, describe func() schema) schema {
	if name == "" {
		return describe()
	}
	if _, ok := d[name]; !ok {
		d[name] = schema{} // so that a shape within itself ends
		d[name] = describe()
	}
	return schema{"$ref": "#/definitions/" + name}
}

// Schema returns the JSON Schema (draft 7) of flow files. It says of a file what Load
// says of its form; what a text means, such as a date or an expression, and where
// exits lead, it cannot say.
func Schema() []byte {
	d := definitions{}
	root := flowShape(&ivr.Flow{}).describe(d)
	root["$schema"] = "http://json-schema.org/draft-07/schema#"
	root["title"] = "Call flow of Callgate"
	root["definitions"] = d
	out, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		panic(err) // it holds nothing but texts, numbers, lists and maps
	}
	return append(out, '\n')
}

func (s scalar) describe(d definitions) schema {
	return d.define(s.ref, func() schema {
		out := schema{}
		var types []string
		for _, t := range []struct {
			typ  yamlType
			name string
		}{{text, "string"}, {integer, "integer"}, {float, "number"}, {boolean, "boolean"}} {
			if s.types&t.typ != 0 {
				types = append(types, t.name)
			}
		}
		out["type"] = types
		if len(types) == 1 {
			out["type"] = types[0]
		}
		switch {
		case s.words != nil:
			out["enum"] = s.words
		case s.pattern != "":
			out["pattern"] = s.pattern
		}
		if s.minLength > 0 {
			out["minLength"] = s.minLength
		}
		if s.types&integer != 0 && s.low < s.high {
			out["minimum"], out["maximum"] = s.low, s.high
		}
		return out
	})
}

func (o object) describe(d definitions) schema {
	return d.define(o.ref, func() schema {
		properties, needed := schema{}, []string{}
		for _, f := range o.fields {
			value := f.shape.describe(d)
			if f.doc != "" {
				value["description"] = f.doc
			}
			properties[f.key] = value
			if f.need == required {
				needed = append(needed, f.key)
			}
		}
		out := schema{"type": "object", "properties": properties, "additionalProperties": false}
		if len(needed) > 0 {
			slices.Sort(needed)
			out["required"] = needed
		}
		if o.doc != "" {
			out["description"] = o.doc
		}
		return out
	})
}

func (l list[T]) describe(d definitions) schema {
	var v T
	out := schema{"type": "array", "items": l.item(&v).describe(d)}
	if l.min > 0 {
		out["minItems"] = l.min
	}
	return out
}

func (f forms) describe(d definitions) schema {
	return d.define(f.ref, func() schema {
		var one []schema
		for _, s := range []shape{f.single, f.object, f.several} {
			if s != nil {
				one = append(one, s.describe(d))
			}
		}
		return schema{"anyOf": one}
	})
}

func (m names) describe(d definitions) schema {
	_, value := m.entry("a")
	out := schema{
		"type":                 "object",
		"patternProperties":    schema{m.pattern: value.describe(d)},
		"additionalProperties": false,
	}
	if m.min > 0 {
		out["minProperties"] = m.min
	}
	return out
}
