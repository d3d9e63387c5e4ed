package ivr

import (
	"bytes"
	"encoding/json"
	"strconv"

	"github.com/callgate/callgate/ivr/expr"
)

func jsonValue(v expr.Value) any {
	switch v.Type() {
	case expr.Number:
		return v.Number()
	case expr.Bool:
		return v.Bool()
	case 0:
		return nil
	}
	return v.String()
}

// extract takes the outputs from the answer; all of them or none.
func (h *httpStepper) extract(r *run, body []byte) bool {
	if len(h.outputs) == 0 {
		return true
	}
	var doc any
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&doc); err != nil || d.More() {
		return false
	}
	values := make([]expr.Value, len(h.outputs))
	for i, o := range h.outputs {
		found := find(doc, o.path)
		if found == nil {
			if !o.optional {
				return false
			}
			continue
		}
		v, ok := typed(found, o.into)
		if !ok {
			return false
		}
		values[i] = v
	}
	for i, o := range h.outputs {
		if values[i].Type() != 0 {
			r.set(o.into.slot, values[i])
		}
	}
	return true
}

// find goes along a path; nil when there is nothing, or null.
func find(doc any, path []string) any {
	for _, name := range path {
		switch at := doc.(type) {
		case map[string]any:
			doc = at[name]
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i < 0 || i >= len(at) {
				return nil
			}
			doc = at[i]
		default:
			return nil
		}
	}
	return doc
}

// typed takes a JSON value as a value of a variable. A number may come as text, and
// the other way round, since servers differ there; nothing else is converted.
func typed(found any, into *variable) (expr.Value, bool) {
	text := ""
	switch v := found.(type) {
	case string:
		text = v
	case json.Number:
		if into.Type != expr.Text && into.Type != expr.Number {
			return expr.Value{}, false
		}
		text = v.String()
	case bool:
		if into.Type != expr.Bool {
			return expr.Value{}, false
		}
		return expr.BoolValue(v), true
	default:
		return expr.Value{}, false
	}
	if into.Type == expr.Bool || into.Type == expr.Text && (len(text) > into.Max || !isClean(text)) {
		return expr.Value{}, false
	}
	value, err := into.Type.Parse(text)
	return value, err == nil
}
