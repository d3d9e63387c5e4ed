package flowfile

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/callgate/callgate/internal/spell"
	"github.com/callgate/callgate/ivr"
	"github.com/callgate/callgate/ivr/expr"
	"github.com/callgate/callgate/twiml"
)

// flowFields are the keys of a flow file.
func flowFields(f *ivr.Flow) []field {
	return []field{
		{key: "name", need: required, shape: words(&f.Name), doc: "The name of the line, for people and logs."},
		{key: "start", need: required, shape: node(&f.Start), doc: "The node at which a call begins."},
		{key: "languages", shape: languages(&f.Languages), doc: "The languages in which every prompt exists, the first being that of callers who did not choose. Default: en, en-US."},
		{key: "numbers", shape: list[string]{&f.Numbers, phone, 0}, doc: "The telephone numbers that lead to this line, so that it does not dial itself."},
		{key: "exhausted", shape: node(&f.Exhausted), doc: "The node for callers who did not answer, or not understandably, as often as they were asked."},
		{key: "on_error", shape: node(&f.OnError), doc: "The node for failures that a node has no exit for. Default: exhausted."},
		{key: "lost", shape: prompt(&f.Lost), doc: "Said before the line starts over because the place in it was lost. Default: nothing."},
		{key: "timeout", shape: seconds(&f.Timeout), doc: "How long a caller has to begin an answer, where a question does not say it. Default: 5s."},
		{key: "attempts", shape: count(&f.Attempts), doc: "How often a caller is asked, where a question does not say it. Default: 3."},
		{key: "confidence", shape: share(&f.Confidence), doc: "How sure the carrier must be of what it heard, from 0 to 1, where a question does not say it. Default: 0."},
		{key: "max_steps", shape: count(&f.MaxSteps), doc: "The most documents of one call. Default: 100."},
		{key: "profile", shape: word(&f.Profile, twiml.Profiles()...), doc: "The carrier whose verbs the documents keep to. Default: twilio."},
		{key: "keys", shape: globalKeys(&f.Keys), doc: "Keys that work everywhere, unless a node has the key itself."},
		{key: "vars", shape: vars(&f.Vars), doc: "The variables and their types."},
		{key: "schedules", shape: schedules(&f.Schedules), doc: "Opening hours."},
		{key: "subflows", shape: subflows(&f.Subflows), doc: "Parts that a call enters and that return."},
		{key: "nodes", need: required, shape: nodes(&f.Nodes), doc: "The steps of the line."},
	}
}

func flowShape(f *ivr.Flow) object {
	return object{what: "a flow", doc: "A telephone line: what the caller hears, may answer, and where that leads.", fields: flowFields(f)}
}

func languages(to *[]ivr.Language) shape {
	m := namesInOrder(to, "the name of a language, such as en,", languagePattern, func(name string, l *ivr.Language) shape {
		l.Name = name
		return forms{want: "what the carrier calls it, such as en-US,", single: words(&l.Locale), object: object{what: "a language", fields: []field{
			{key: "locale", need: required, shape: words(&l.Locale), doc: "What the carrier calls it, such as en-US."},
			{key: "voice", shape: words(&l.Voice), doc: "A voice of the carrier, such as Polly.Joanna-Neural."},
		}}}
	})
	m.min = 1
	return m
}

func globalKeys(to *[]ivr.GlobalKey) shape {
	m := namesInOrder(to, `a key of the telephone ("*" and "#" in quotes), or a name for what can only be said,`, `^([0-9*#]|[a-z][a-z0-9_-]*)$`, func(name string, k *ivr.GlobalKey) shape {
		if isKeys(name) {
			k.Key = name
		} else {
			k.Label = name
		}
		full := object{what: "a key that works everywhere", fields: []field{
			{key: "operator", goes: "to", shape: node(&k.To), doc: "The node that it leads to."},
			{key: "do", shape: word(&k.Do, ivr.Repeat, ivr.Back), doc: "Or what it does: repeat or back."},
			{key: "words", shape: wordLists(&k.Words), doc: "What the caller may say instead, by language."},
		}}
		single := word(&k.Do, ivr.Repeat, ivr.Back).(scalar)
		single.want = "repeat, back, or {operator: NODE}"
		return forms{
			want: single.want, single: single,
			object: after{full, func(*reader, *yaml.Node) {
				if k.To != "" && k.Do == "" {
					k.Do = ivr.Operator
				}
			}},
		}
	})
	m.check = noHiddenKey
	return m
}

func vars(to *[]ivr.Var) shape {
	return namesInOrder(to, "the name of a variable", variablePattern, func(name string, v *ivr.Var) shape {
		v.Name = name
		var typ, def string
		var at *yaml.Node
		full := object{what: "a variable", fields: []field{
			{key: "type", need: required, shape: varType(&typ, v), doc: "text, number, bool or date."},
			{key: "default", shape: capture{anyValue(&def), &at}, doc: "Its value at the start. Without one a node that reads it must come after one that sets it."},
			{key: "max", shape: count(&v.Max), doc: "The size of a text in bytes. Default: 80."},
			{key: "secret", shape: flag(&v.Secret), doc: "Keep it, and what is computed from it, out of speech, addresses, requests and bookings."},
		}}
		return forms{want: "a type", single: varType(&typ, v), object: after{full, func(r *reader, _ *yaml.Node) {
			if at == nil || v.Type == 0 {
				return
			}
			value, err := v.Type.Parse(def)
			if err != nil {
				r.fault(WrongValue, at, "the default of a %v is wanted here: %v", v.Type, err)
				return
			}
			v.Default = value
		}}}
	})
}

// varType reads the word for a type.
func varType(to *string, v *ivr.Var) shape {
	types := []string{expr.Text.String(), expr.Number.String(), expr.Bool.String(), expr.Date.String()}
	return after{word(to, types...), func(*reader, *yaml.Node) {
		if t, err := expr.ParseType(*to); err == nil {
			v.Type = t
		}
	}}
}

// anyValue is a text, number, date, true or false, kept as it is written.
func anyValue(to *string) shape {
	return scalar{want: "a value", types: text | integer | float | boolean, set: into(to)}
}

// capture remembers where a value stood.
type capture struct {
	shape
	at **yaml.Node
}

func (c capture) read(r *reader, n *yaml.Node) {
	*c.at = n
	c.shape.read(r, n)
}

func subflows(to *[]ivr.Subflow) shape {
	return namesInOrder(to, "the name of a subflow", namePattern, func(name string, s *ivr.Subflow) shape {
		s.Name = name
		return object{ref: "subflow", what: "a subflow", fields: []field{
			{key: "start", need: required, shape: node(&s.Start), doc: "The node at which it begins."},
			{key: "inputs", shape: list[string]{&s.Inputs, variable, 0}, doc: "The variables that a call must give values to."},
			{key: "outputs", shape: list[string]{&s.Outputs, variable, 0}, doc: "The variables that a call may take."},
			{key: "vars", shape: vars(&s.Vars), doc: "The variables that only this subflow sees."},
			{key: "nodes", need: required, shape: prefixed{nodes(&s.Nodes), name + "/"}, doc: `Its steps. The target "return" goes back.`},
		}}
	})
}

// prefixed reads the nodes of a subflow, whose names in findings hold its own.
type prefixed struct {
	shape
	prefix string
}

func (p prefixed) read(r *reader, n *yaml.Node) {
	before := r.prefix
	r.prefix = p.prefix
	p.shape.read(r, n)
	r.prefix = before
}

func nodes(to *[]ivr.Node) shape {
	m := namesInOrder(to, "the name of a node", namePattern, func(name string, n *ivr.Node) shape {
		n.ID = name
		return nodeShape{n}
	})
	m.min = 1
	return m
}

// nodeShape is a node of any kind.
type nodeShape struct{ to *ivr.Node }

func (s nodeShape) read(r *reader, n *yaml.Node) {
	node, path := r.node, r.path
	pos := r.locate(node, strings.Join(path, "."))
	r.node, r.path = r.prefix+s.to.ID, nil
	r.pos[place{r.node, ""}] = pos
	s.readKind(r, n)
	r.node, r.path = node, path
}

func (s nodeShape) readKind(r *reader, n *yaml.Node) {
	if !r.usable(n) {
		return
	}
	if n.Kind != yaml.MappingNode {
		r.wanted(n, "a node: "+strings.Join(kindNames(), ", ")+" with what belongs to it,")
		return
	}
	var found []kind
	for _, k := range kinds() {
		if hasKey(n, string(k.name)) {
			found = append(found, k)
		}
	}
	switch len(found) {
	case 0:
		r.fault(MissingKey, n, "nothing says what this node does%s; it needs one of the keys %s", likelyKind(n), strings.Join(kindNames(), ", "))
	case 1:
		action, o := s.object(found[0])
		s.to.Do = action
		o.read(r, n)
	default:
		r.fault(WrongForm, n, "a node does one thing, and this one has the keys %s and %s: make two nodes of it", found[0].name, found[1].name)
	}
}

// object returns the form of a node of one kind, and the action that it fills.
func (s nodeShape) object(k kind) (ivr.Action, object) {
	action, fields := k.make()
	fields = append(fields,
		field{key: "permission", shape: name("permission", &s.to.Permission), doc: "What the access control list must grant to a call that comes here. A call without it is rescued."},
		field{key: "on_error", shape: node(&s.to.OnError), doc: "The node for failures that the node has no exit for. Default: on_error of the flow."},
		field{key: "sensitive", shape: flag(&s.to.Sensitive), doc: "Keep what the caller types or says here out of transcripts, traces and recorded cases, and secret in variables."},
		field{key: "tags", shape: list[string]{&s.to.Tags, tag, 1}, doc: "Words by which the server counts calls that come here."},
		field{key: "note", shape: words(&s.to.Note), doc: "For people: it appears in pictures."})
	return action, object{ref: string(k.name), what: string(k.name), doc: k.doc, fields: fields}
}

func kindNames() []string {
	var names []string
	for _, k := range kinds() {
		names = append(names, string(k.name))
	}
	return names
}

// likelyKind finds a key that is nearly the name of a kind.
func likelyKind(n *yaml.Node) string {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if near := spell.Nearest(n.Content[i].Value, kindNames()); near != "" {
			return fmt.Sprintf("; did you mean %q by %q?", near, n.Content[i].Value)
		}
	}
	return ""
}

func (s nodeShape) describe(d definitions) schema {
	return d.define("node", func() schema {
		properties := schema{}
		var one, rules []schema
		for _, k := range kinds() {
			_, o := s.object(k)
			name := string(k.name)
			properties[name] = schema{"description": k.doc}
			one = append(one, schema{"required": []string{name}})
			// Required alone would hold for what is no object at all.
			is := schema{"type": "object", "required": []string{name}}
			rules = append(rules, schema{"if": is, "then": o.describe(d)})
		}
		return schema{"type": "object", "properties": properties, "oneOf": one, "allOf": rules}
	})
}

// sorted puts findings in the order of the file.
func sorted(problems ivr.Problems) ivr.Problems {
	slices.SortStableFunc(problems, func(a, b ivr.Finding) int {
		if a.Pos.Line != b.Pos.Line {
			return a.Pos.Line - b.Pos.Line
		}
		return a.Pos.Col - b.Pos.Col
	})
	return problems
}
