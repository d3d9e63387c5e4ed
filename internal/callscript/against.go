package callscript

import (
	"fmt"
	"slices"

	"github.com/callgate/callgate/internal/spell"
	"github.com/callgate/callgate/internal/strictyaml"
	"github.com/callgate/callgate/ivr"
)

// CheckAgainst reports every name in the suite that the flow that answers it does not
// have: of nodes, languages and permissions. A case that must not visit a node that does
// not exist would pass for ever.
func (s *Suite) CheckAgainst(p *ivr.Program, languages []string) error {
	a := against{suite: s, languages: languages, permissions: p.Permissions()}
	for _, n := range p.Outline() {
		a.nodes = append(a.nodes, n.Name)
		if n.Kind == ivr.KindHTTP {
			a.lookups = append(a.lookups, n.Name)
		}
	}
	a.replies("http", s.HTTP)
	a.has("defaults.lang", "language", a.languages, s.Defaults.Lang)
	for i := range s.Cases {
		c, key := &s.Cases[i], fmt.Sprintf("cases[%d]", i)
		a.replies(key+".http", c.HTTP)
		a.has(key+".lang", "language", a.languages, c.Lang)
		a.has(key+".grant", "permission", a.permissions, c.Grant...)
		a.has(key+".expect.visited", "node", a.nodes, c.Expect.Visited...)
		a.has(key+".expect.not_visited", "node", a.nodes, c.Expect.NotVisited...)
	}
	return strictyaml.Join(a.faults)
}

// against gathers what a suite names and a flow does not have.
type against struct {
	suite                                  *Suite
	nodes, lookups, languages, permissions []string
	faults                                 []error
}

func (a *against) has(key, what string, have []string, names ...string) {
	for _, name := range names {
		if name == "" || slices.Contains(have, name) {
			continue
		}
		text := fmt.Sprintf("the flow has no %s %q", what, name)
		if near := spell.Nearest(name, have); near != "" {
			text += fmt.Sprintf("; did you mean %q?", near)
		}
		a.faults = append(a.faults, a.suite.pos.Fault(key, text))
	}
}

func (a *against) replies(key string, list []Lookup) {
	for i := range list {
		a.has(fmt.Sprintf("%s[%d].node", key, i), "node that looks something up, named", a.lookups, list[i].Node)
	}
}
