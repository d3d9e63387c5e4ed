package explore

import (
	"encoding/json"
	"strconv"

	"github.com/callgate/callgate/ivr"
	"github.com/callgate/callgate/ivr/expr"
)

// anyOf is a value whose type is not decided yet.
type anyOf struct {
	text, number string
	yes          bool
}

// put stores a value under a path; a number in the path is a place in a list.
func put(body map[string]any, path []string, value anyOf) {
	if len(path) == 1 {
		body[path[0]] = value
		return
	}
	if _, err := strconv.Atoi(path[1]); err == nil {
		list, _ := body[path[0]].([]any)
		body[path[0]] = putList(list, path[1:], value)
		return
	}
	inner, ok := body[path[0]].(map[string]any)
	if !ok {
		inner = map[string]any{}
		body[path[0]] = inner
	}
	put(inner, path[1:], value)
}

// maxList bounds the place in a list that a path names.
const maxList = 50

func putList(list []any, path []string, value anyOf) []any {
	at, _ := strconv.Atoi(path[0])
	at = min(max(at, 0), maxList)
	for len(list) <= at {
		list = append(list, map[string]any{})
	}
	if len(path) == 1 {
		list[at] = value
		return list
	}
	inner, ok := list[at].(map[string]any)
	if !ok {
		inner = map[string]any{}
		list[at] = inner
	}
	put(inner, path[1:], value)
	return list
}

// types gives the type of each output, in the order of the node.
type types map[string]expr.Type

// typeOf are the types of the variables that the outputs of a look-up go to.
func (c *choices) typeOf(h *ivr.HTTP) types {
	out := types{}
	for _, o := range h.Outputs {
		out[o.Path] = c.vars[o.Into]
	}
	return out
}

// encode writes a body with values of the types that the flow expects.
func encode(body map[string]any, t types) string {
	text, err := json.Marshal(typed("", body, t))
	if err != nil {
		return "{}"
	}
	return string(text)
}

func typed(path string, value any, t types) any {
	join := func(name string) string {
		if path == "" {
			return name
		}
		return path + "." + name
	}
	switch v := value.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, inner := range v {
			out[name] = typed(join(name), inner, t)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, inner := range v {
			out[i] = typed(join(strconv.Itoa(i)), inner, t)
		}
		return out
	case anyOf:
		switch t[path] {
		case expr.Number:
			return json.Number(v.number)
		case expr.Bool:
			return v.yes
		case expr.Date:
			return "2026-03-05"
		}
		return v.text
	}
	return value
}
