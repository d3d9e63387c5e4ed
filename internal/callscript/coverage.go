package callscript

import (
	"slices"
	"strings"

	"github.com/callgate/callgate/ivr"
)

// Coverage is what of a flow was exercised.
type Coverage struct {
	// Nodes, Exits and Languages are how many there are, and how many of them calls
	// came through.
	Nodes, Exits, Languages Share `json:"-"`
	// Missed are those that none did: nodes by their name, exits as "node →exit→".
	MissedNodes     []string `json:"missedNodes,omitempty"`
	MissedExits     []string `json:"missedExits,omitempty"`
	MissedLanguages []string `json:"missedLanguages,omitempty"`
}

// Share is a number of a number.
type Share struct{ Done, Of int }

// Percent is the share, rounded down, so that 100 means all.
func (c *Coverage) Percent() int {
	done := c.Nodes.Done + c.Exits.Done + c.Languages.Done
	of := c.Nodes.Of + c.Exits.Of + c.Languages.Of
	if of == 0 {
		return 100
	}
	return done * 100 / of
}

// Cover says what of a flow the steps of its calls went through. An exit that the
// flow itself has for all nodes, as a global key, counts where a node has it as well.
func Cover(nodes []ivr.NodeInfo, locales []string, answers []ivr.Answer) *Coverage {
	came := map[string]bool{}
	for _, name := range visited(answers) {
		came[name] = true
	}
	took, spoke := map[string]bool{}, map[string]bool{}
	for _, a := range answers {
		spoke[a.Language] = true
		for _, t := range a.Trail {
			took[exitName(t.From, t.Exit)] = true
		}
	}
	c := &Coverage{}
	for _, n := range nodes {
		c.Nodes.add(came[n.Name], &c.MissedNodes, n.Name)
		seen := map[string]bool{}
		for _, e := range n.Exits {
			name := exitName(n.Name, e.Label)
			if e.Global || seen[name] {
				continue
			}
			seen[name] = true
			c.Exits.add(took[name], &c.MissedExits, name)
		}
	}
	for _, locale := range locales {
		c.Languages.add(spoke[locale], &c.MissedLanguages, locale)
	}
	return c
}

func exitName(node, exit string) string { return node + " →" + exit + "→" }

func (s *Share) add(done bool, missed *[]string, name string) {
	s.Of++
	if done {
		s.Done++
		return
	}
	if !slices.Contains(*missed, name) {
		*missed = append(*missed, name)
	}
}

// String lists what was missed, a line each.
func (c *Coverage) String() string {
	var b strings.Builder
	for _, list := range []struct {
		what  string
		names []string
	}{{"node", c.MissedNodes}, {"exit", c.MissedExits}, {"language", c.MissedLanguages}} {
		for _, name := range list.names {
			b.WriteString("  not exercised: " + list.what + " " + name + "\n")
		}
	}
	return b.String()
}
