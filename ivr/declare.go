package ivr

import (
	"fmt"
	"slices"
	"strings"

	"github.com/callgate/callgate/ivr/expr"
)

func (c *compiler) declareLanguages() {
	for i, l := range c.flow.Languages {
		field := fmt.Sprintf("languages.%d", i)
		if !isName(l.Name) {
			c.fault(InvalidValue, "", field+".name", "%q is no name of a language: use lower-case letters, digits, - and _", l.Name)
		}
		if _, dup := c.p.languageIndex(l.Name); dup {
			c.fault(DuplicateName, "", field+".name", "there are two languages %q", l.Name)
		}
		if l.Locale == "" {
			c.fault(InvalidValue, "", field+".locale", "the language %q has no locale: write what the carrier calls it, such as en-US", l.Name)
		}
		c.p.languages = append(c.p.languages, language{l.Name, l.Locale, l.Voice})
	}
	if len(c.p.languages) == 0 {
		c.p.languages = []language{{name: "en", locale: "en-US"}}
	}
	if len(c.p.languages) > maxLangs {
		c.fault(InvalidValue, "", "languages", "there are %d languages, at most %d are possible", len(c.p.languages), maxLangs)
	}
}

// allNodes returns the nodes of each scope.
func (c *compiler) allNodes() [][]Node {
	all := [][]Node{c.flow.Nodes}
	for i := range c.flow.Subflows {
		all = append(all, c.flow.Subflows[i].Nodes)
	}
	return all
}

func (c *compiler) declareScopes() {
	c.subflows = map[string]int{}
	c.calls = map[int][]int{}
	c.addScope(&Subflow{Start: c.flow.Start, Nodes: c.flow.Nodes, Vars: c.flow.Vars}, "")
	for i := range c.flow.Subflows {
		s, field := &c.flow.Subflows[i], fmt.Sprintf("subflows.%d", i)
		if !isName(s.Name) {
			c.fault(InvalidValue, "", field+".name", "%q is no name of a subflow: use lower-case letters, digits, - and _", s.Name)
		}
		if _, dup := c.subflows[s.Name]; dup {
			c.fault(DuplicateName, "", field+".name", "there are two subflows %q", s.Name)
		}
		c.subflows[s.Name] = len(c.p.scopes)
		c.addScope(s, field+".")
	}
}

func (c *compiler) addScope(s *Subflow, field string) {
	sc := &scope{
		name: s.Name, nodes: map[string]target{}, vars: map[string]*variable{},
		inputs: s.Inputs, outputs: s.Outputs,
	}
	for i := range s.Vars {
		c.declareVar(sc, &s.Vars[i], fmt.Sprintf("%svars.%d", field, i))
	}
	for _, list := range []struct {
		field string
		names []string
	}{{"inputs", s.Inputs}, {"outputs", s.Outputs}} {
		for i, name := range list.names {
			if sc.vars[name] == nil {
				c.fault(UndefinedName, "", fmt.Sprintf("%s%s.%d", field, list.field, i), "%q is no variable of the subflow %s: declare it there", name, s.Name)
			}
		}
	}
	index := len(c.p.scopes)
	c.p.scopes = append(c.p.scopes, sc)
	for i := range s.Nodes {
		c.declareNode(sc, index, &s.Nodes[i], fmt.Sprintf("%snodes.%d", field, i))
	}
	sc.start = nowhere
	if t, ok := sc.nodes[s.Start]; ok {
		sc.start = t
	} else if s.Start == "" {
		c.fault(MissingExit, "", field+"start", "the start is missing: name the first node")
	} else {
		c.fault(UndefinedTarget, "", field+"start", "%s", noNode(s.Start, sc))
	}
}

func (c *compiler) declareVar(sc *scope, v *Var, field string) {
	fault := func(rule Rule, part, format string, args ...any) { c.fault(rule, "", field+"."+part, format, args...) }
	if !expr.IsName(v.Name) || strings.Contains(v.Name, ".") {
		fault(InvalidValue, "name", "%q is no name of a variable: use lower-case letters, digits and _, and not one of the words and, or, not, in, between, matches, true, false", v.Name)
	}
	if sc.vars[v.Name] != nil {
		fault(DuplicateName, "name", "there are two variables %q", v.Name)
	}
	if v.Type < expr.Text || v.Type > expr.Date {
		fault(InvalidValue, "type", "the variable %q has no type: write text, number, bool or date", v.Name)
	}
	if t := v.Default.Type(); t != 0 && t != v.Type {
		fault(TypeMismatch, "default", "the default of %q is a %v, the variable a %v", v.Name, t, v.Type)
	}
	compiled := &variable{Var: *v, slot: len(c.p.vars), tainted: v.Secret}
	c.p.vars = append(c.p.vars, compiled)
	compiled.Max = c.within("", field+".max", v.Max, DefaultMaxText, 1, maxText)
	if len(v.Default.Text()) > compiled.Max {
		fault(InvalidValue, "default", "the default of %q is longer than its max of %d bytes", v.Name, compiled.Max)
	}
	sc.vars[v.Name] = compiled
	sc.slots = append(sc.slots, compiled.slot)
	if v.Default.Type() != 0 {
		sc.presets = append(sc.presets, binding{compiled.slot, v.Default})
	}
}

// slotFor makes room for a value that nodes share, once the first of them needs it:
// room counts for the size of the state.
func (c *compiler) slotFor(slot *int, max int) int {
	if *slot < 0 {
		*slot = c.hiddenSlot(expr.Text, max)
	}
	return *slot
}

// hiddenSlot makes room in the state for a value that no variable names.
func (c *compiler) hiddenSlot(typ expr.Type, max int) int {
	slot := len(c.p.vars)
	c.p.vars = append(c.p.vars, &variable{Var: Var{Type: typ, Max: max}, slot: slot})
	return slot
}

func (c *compiler) declareNode(sc *scope, index int, n *Node, field string) {
	name := qualified(sc, n.ID)
	if !isName(n.ID) || n.ID == Return {
		c.fault(InvalidValue, name, "", "%q is no name of a node: use lower-case letters, digits, - and _, and not the word return", n.ID)
	}
	if _, dup := sc.nodes[n.ID]; dup {
		c.fault(DuplicateName, name, "", "there are two nodes %q", n.ID)
	}
	if n.Permission != "" && !isName(n.Permission) {
		c.fault(InvalidValue, name, "permission", "%q is no name of a permission: use lower-case letters, digits, - and _", n.Permission)
	}
	for i, tag := range n.Tags {
		if !isName(tag) || slices.Contains(n.Tags[:i], tag) {
			c.fault(InvalidValue, name, fmt.Sprintf("tags.%d", i), "%q is no tag: use lower-case letters, digits, - and _, and each once", tag)
		}
	}
	if len(c.p.nodes) == maxNodes {
		c.fault(FlowTooLarge, "", field, "there are more than %d nodes", maxNodes)
		return
	}
	sc.nodes[n.ID] = target(len(c.p.nodes))
	c.p.nodes = append(c.p.nodes, node{name: name, scope: index, note: n.Note, tags: n.Tags, permission: n.Permission})
}

func qualified(sc *scope, id string) string {
	if sc.name == "" {
		return id
	}
	return sc.name + "/" + id
}
