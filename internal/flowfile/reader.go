package flowfile

import (
	"fmt"
	"iter"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/callgate/callgate/internal/strictyaml"
	"github.com/callgate/callgate/ivr"
)

// The rules of the file itself. Those of what it says are in package ivr.
const (
	// NotYAML: the file cannot be read at all.
	NotYAML ivr.Rule = "not-yaml"
	// UnknownKey: a key that does not belong where it stands.
	UnknownKey ivr.Rule = "unknown-key"
	// RepeatedKey: a key that stands in one place twice.
	RepeatedKey ivr.Rule = "repeated-key"
	// MissingKey: a key that must be there.
	MissingKey ivr.Rule = "missing-key"
	// WrongForm: a value of another form than the key takes, such as a list for a text.
	WrongForm ivr.Rule = "wrong-form"
	// WrongValue: a value of the right form that means nothing, such as 31 April.
	WrongValue ivr.Rule = "wrong-value"
	// HiddenText: words of the author that YAML takes for a comment.
	HiddenText ivr.Rule = "hidden-text"
)

// Rules lists the rules of the file in the order of their documentation.
func Rules() []ivr.Rule {
	return []ivr.Rule{NotYAML, UnknownKey, RepeatedKey, MissingKey, WrongForm, WrongValue, HiddenText}
}

// place is a part of a flow as findings name it.
type place struct{ node, field string }

// reader gathers what is wrong with a file, and where everything in it stands.
type reader struct {
	file     string
	problems ivr.Problems
	node     string   // the qualified name of the node being read, "" outside of nodes
	prefix   string   // of names of nodes in a subflow: "booking/"
	path     []string // to the part being read, as findings name it
	pos      map[place]ivr.Pos
	patterns map[string]*regexp.Regexp // those that were needed so far
}

func newReader(file string) *reader {
	return &reader{file: file, pos: map[place]ivr.Pos{}, patterns: map[string]*regexp.Regexp{}}
}

// matches reports whether a text has the form of one of the tables' patterns.
func (r *reader) matches(pattern, text string) bool {
	re := r.patterns[pattern]
	if re == nil {
		re = regexp.MustCompile(pattern)
		r.patterns[pattern] = re
	}
	return re.MatchString(text)
}

// within reads a part. The segment is what findings call it.
func (r *reader) within(segment string, n *yaml.Node, read func()) {
	before := r.path
	r.path = append(slices.Clip(before), segment)
	r.mark(n)
	read()
	r.path = before
}

// mark notes where the part being read stands. The first note counts: that of a key
// rather than that of its value.
func (r *reader) mark(n *yaml.Node) {
	at := place{r.node, strings.Join(r.path, ".")}
	if _, ok := r.pos[at]; !ok {
		r.pos[at] = r.position(n)
	}
}

func (r *reader) position(n *yaml.Node) ivr.Pos {
	return ivr.Pos{File: r.file, Line: n.Line, Col: n.Column}
}

// locate finds a part of the flow, or the nearest part round it, in the file.
func (r *reader) locate(node, field string) ivr.Pos {
	for {
		if pos, ok := r.pos[place{node, field}]; ok {
			return pos
		}
		if field == "" {
			return ivr.Pos{File: r.file}
		}
		field = field[:max(0, strings.LastIndexByte(field, '.'))]
	}
}

func (r *reader) fault(rule ivr.Rule, n *yaml.Node, format string, args ...any) {
	r.problems = append(r.problems, ivr.Finding{
		Rule: rule, Severity: ivr.Error, Node: r.node, Field: strings.Join(r.path, "."),
		Pos: r.position(n), Message: fmt.Sprintf(format, args...),
	})
}

// wanted is the fault of a value of another form than its key takes.
func (r *reader) wanted(n *yaml.Node, want string) {
	r.fault(WrongForm, n, "%s is wanted here, not %s", want, formOf(n))
}

// formOf names what a value is, without quoting it.
func formOf(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "keys with values"
	case yaml.SequenceNode:
		return "a list"
	}
	switch coreType(n) {
	case null:
		return "nothing"
	case integer, float:
		return "a number"
	case boolean:
		return "true or false"
	}
	return "a text"
}

// usable reports whether a value is of the part of YAML that flow files use.
func (r *reader) usable(n *yaml.Node) bool {
	problem := strictyaml.Foreign(n)
	if problem != "" {
		r.fault(WrongForm, n, "%s", problem)
	}
	return problem == ""
}

// pair is a key of a mapping and its value.
type pair struct{ key, value *yaml.Node }

// pairs yields the keys and values of a mapping in the order of the file, each key
// once.
func (r *reader) pairs(n *yaml.Node, want string) iter.Seq[pair] {
	return func(yield func(pair) bool) {
		if !r.usable(n) {
			return
		}
		if n.Kind != yaml.MappingNode {
			r.wanted(n, want)
			return
		}
		first := map[string]int{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			p := pair{n.Content[i], n.Content[i+1]}
			switch line := first[p.key.Value]; {
			case p.key.Kind != yaml.ScalarNode || p.key.Tag == "!!merge" || coreType(p.key) == null && p.key.Style == 0:
				r.fault(WrongForm, p.key, "a key is wanted here: one word")
				continue
			case !r.usable(p.key):
				continue
			case line > 0:
				r.fault(RepeatedKey, p.key, "%q stands here again; it was on line %d already", p.key.Value, line)
				continue
			}
			first[p.key.Value] = p.key.Line
			if !yield(p) {
				return
			}
		}
	}
}

// unknown says that a key does not belong here, and which one was probably meant.
func (r *reader) unknown(key *yaml.Node, where string, keys []string) {
	hint := "the keys here are " + strings.Join(keys, ", ")
	if near := meant(key.Value, keys); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	r.fault(UnknownKey, key, "%s has no key %q; %s", where, key.Value, hint)
}
