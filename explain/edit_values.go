package explain

import (
	"encoding/json"
	"html"
	"slices"
	"strings"

	"github.com/callgate/callgate"
)

// trimmed offers white space at the ends of values that people wrote, and values
// without what was added there.
func (es *paramEdits) trimmed() {
	es.values(CauseParamsTrimmed, costFair, slotTrim, func(_, v string) string { return strings.TrimSpace(v) })
	es.values(CauseParamsTrimmed, costFair, slotTrim, func(_, v string) string { return strings.TrimRight(v, "\r\n") })
	for _, name := range es.names {
		if !isFreeText(name) {
			continue
		}
		one := func(cost int, before, after string) {
			es.values(CauseParamsTrimmed, cost, slotFree, func(n, v string) string {
				if n != name {
					return v
				}
				return before + v + after
			})
		}
		one(costUnlikely, "", " ")
		one(costUnlikely, " ", "")
		one(costUnlikely, "", "\n")
		one(costRare, "", "\r\n")
		one(costRare, " ", " ")
		one(costRare, "\n", "")
	}
	if n := len(es.base); n > 0 {
		last := es.base[n-1].Name
		es.values(CauseParamsTrimmed, costFair, slotFree, func(n, v string) string {
			if n != last {
				return v
			}
			return strings.TrimRight(v, "\r\n") // a body that was saved as a line of text
		})
	}
}

// emptied offers values where there are none, and none where a language wrote
// its word for nothing.
func (es *paramEdits) emptied() {
	for _, name := range guessable {
		if v := es.base.Get(name); !es.base.Has(name) || strings.TrimSpace(v) != "" && !isNothing(v) {
			continue
		}
		es.guess(name, func(value func(callgate.Params) string) {
			es.list(CauseParamsEmptied, costUnlikely, slotFree, func(ps callgate.Params) callgate.Params {
				i := slices.IndexFunc(ps, func(p callgate.Param) bool { return p.Name == name })
				if i >= 0 {
					ps[i].Value = value(ps)
				}
				return ps
			})
		})
	}
	es.values(CauseParamsEmptied, costFair, slotFree, func(_, v string) string {
		if isNothing(v) {
			return ""
		}
		return v
	})
	for _, name := range es.names {
		if isFreeText(name) && strings.TrimSpace(es.base.Get(name)) == "" {
			es.values(CauseParamsEmptied, costUnlikely, slotFree, func(n, v string) string {
				if n != name || v != "" {
					return v
				}
				return " "
			})
		}
	}
}

// isNothing reports whether v is what languages write for no value.
func isNothing(v string) bool {
	switch strings.TrimSpace(v) {
	case "None", "null", "NULL", "undefined", "nil", "(null)":
		return true
	}
	return false
}

// repeated offers only the first or the last of the values with one name, and
// once more a value that stands elsewhere.
func (es *paramEdits) repeated() {
	es.list(CauseParamsRepeated, costFair, slotFree, func(ps callgate.Params) callgate.Params { return keepFirst(ps) })
	es.list(CauseParamsRepeated, costFair, slotFree, func(ps callgate.Params) callgate.Params {
		slices.Reverse(ps)
		ps = keepFirst(ps)
		slices.Reverse(ps)
		return ps
	})
	values := es.phonesAndIDs()
	for _, name := range es.names {
		if len(es.base.Values(name)) > 1 {
			es.list(CauseParamsRepeated, costFair, slotFree, func(ps callgate.Params) callgate.Params { return keepOne(ps, name, 0) })
			es.list(CauseParamsRepeated, costFair, slotFree, func(ps callgate.Params) callgate.Params {
				return keepOne(ps, name, len(ps.Values(name))-1)
			})
		}
		cost := costLast
		if strings.HasPrefix(name, "MessagingBinding.") {
			cost = costUnlikely // the one that the carrier is known to repeat
		} else if isCarrierParam(name) {
			continue
		}
		for _, v := range values {
			es.list(CauseParamsRepeated, cost, slotFree, func(ps callgate.Params) callgate.Params {
				if !ps.Has(name) || slices.Contains(ps.Values(name), v) {
					return ps
				}
				return append(ps, callgate.Param{Name: name, Value: v})
			})
		}
	}
}

// maxRepeatable bounds the values that may have been repeated under another name.
const maxRepeatable = 6

// phonesAndIDs returns the distinct values of the parties and identifiers.
func (es *paramEdits) phonesAndIDs() []string {
	var vs []string
	for _, p := range es.base {
		if (alias[p.Name] != "" || !isCarrierParam(p.Name) || strings.HasPrefix(p.Name, "MessagingBinding.")) &&
			p.Value != "" && len(vs) < maxRepeatable && !slices.Contains(vs, p.Value) {
			vs = append(vs, p.Value)
		}
	}
	return vs
}

// keepOne keeps of the parameters with a name the one with number n.
func keepOne(ps callgate.Params, name string, n int) callgate.Params {
	i := -1
	return slices.DeleteFunc(ps, func(p callgate.Param) bool {
		if p.Name != name {
			return false
		}
		i++
		return i != n
	})
}

// keepFirst keeps the first parameter of each name.
func keepFirst(ps callgate.Params) callgate.Params {
	seen := make(map[string]bool, len(ps))
	return slices.DeleteFunc(ps, func(p callgate.Param) bool {
		had := seen[p.Name]
		seen[p.Name] = true
		return had
	})
}

// joined offers the elements of values that were joined, as repeated parameters,
// and the reverse.
func (es *paramEdits) joined() {
	for _, name := range es.names {
		value := es.base.Get(name)
		for _, separator := range []string{",", ", ", ";", "|", " ", "\n"} {
			if strings.Contains(value, separator) {
				cost := costUnlikely
				if separator == " " && isCarrierParam(name) {
					cost = costLast
				}
				es.split(name, cost, func(v string) []string { return strings.Split(v, separator) })
			}
		}
		if strings.HasPrefix(value, "[") {
			es.split(name, costUnlikely, listElements)
		}
		if n := len(es.base.Values(name)); n > 1 {
			es.list(CauseParamsJoined, costRare, slotFree, func(ps callgate.Params) callgate.Params {
				all := strings.Join(ps.Values(name), ",")
				ps = slices.DeleteFunc(ps, func(p callgate.Param) bool { return p.Name == name })
				return append(ps, callgate.Param{Name: name, Value: all})
			})
		}
	}
}

// maxElements bounds the values that are thought to have been joined.
const maxElements = 64

// split adds an edit that makes several parameters of one.
func (es *paramEdits) split(name string, cost int, elements func(string) []string) {
	es.list(CauseParamsJoined, cost, slotFree, func(ps callgate.Params) callgate.Params {
		i := slices.IndexFunc(ps, func(p callgate.Param) bool { return p.Name == name })
		if i < 0 {
			return ps
		}
		var many callgate.Params
		values := elements(ps[i].Value)
		if len(values) > maxElements {
			return ps
		}
		for _, v := range values {
			many = append(many, callgate.Param{Name: name, Value: v})
		}
		return slices.Replace(ps, i, i+1, many...)
	})
}

// listElements reads a list in the notation of JSON or of Python.
func listElements(v string) []string {
	var elements []string
	if json.Unmarshal([]byte(v), &elements) == nil {
		return elements
	}
	if json.Unmarshal([]byte(strings.ReplaceAll(v, "'", `"`)), &elements) == nil {
		return elements
	}
	return []string{v}
}

// encoding offers values as they were before a second decoding or an escape.
func (es *paramEdits) encoding() {
	all := func(cost int, change func(string) string) {
		es.values(CauseBodyEncoding, cost, slotFree, func(_, v string) string { return change(v) })
	}
	all(costFair, plusForSpace)
	es.values(CauseBodyEncoding, costFair, slotFree, func(n, v string) string {
		if !isParty(n) || v == "" || strings.Trim(v, "0123456789") != "" {
			return v
		}
		return "+" + v
	})
	all(costUnlikely, func(v string) string { return strings.ReplaceAll(v, " ", "+") })
	all(costFair, func(v string) string { return decode(v, false) })
	all(costFair, func(v string) string { return decode(v, true) })
	all(costUnlikely, func(v string) string { return strings.ReplaceAll(v, "%20", " ") })
	all(costUnlikely, func(v string) string {
		if v == "" {
			return v
		}
		return v[:1] + strings.ReplaceAll(v[1:], "+", " ")
	})
	all(costFair, html.UnescapeString)
	all(costUnlikely, func(v string) string { return strings.ReplaceAll(v, "\r\n", "\n") })
	all(costUnlikely, func(v string) string {
		return strings.ReplaceAll(strings.ReplaceAll(v, "\r\n", "\n"), "\n", "\r\n")
	})
	all(costUnlikely, func(v string) string { return strings.NewReplacer(`\'`, `'`, `\"`, `"`, `\\`, `\`).Replace(v) })
}

// isParty reports whether values of this name are telephone numbers.
func isParty(name string) bool {
	return alias[name] != "" || name == "ForwardedFrom" || strings.HasPrefix(name, "MessagingBinding.") && strings.HasSuffix(name, "Address")
}

// plusForSpace writes a space before digits as the "+" of a telephone number.
func plusForSpace(v string) string {
	if len(v) > 1 && v[0] == ' ' && v[1] >= '0' && v[1] <= '9' {
		return "+" + v[1:]
	}
	return v
}
