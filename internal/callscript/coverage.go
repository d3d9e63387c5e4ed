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

// Cover says what of a flow the steps of its calls went through.
//
// Each exit of a node counts, and at each question a caller who says nothing (noinput)
// and one who is not understood (nomatch), whether the question is asked again or given
// up. Exits of a node that one default stands for, as the "otherwise" of a transfer,
// count once together, and a key that works everywhere counts once for the flow.
func Cover(nodes []ivr.NodeInfo, locales []string, answers []ivr.Answer) *Coverage {
	s := seenIn(answers)
	c := &Coverage{}
	everywhere := map[string]bool{} // keys that were counted
	for i := range nodes {
		n := &nodes[i]
		c.Nodes.add(s.nodes[n.Name], &c.MissedNodes, n.Name)
		for _, w := range waysOf(n) {
			name, done := w.name(n.Name), s.took(n.Name, w.labels)
			if w.key != "" {
				name, done = w.key, s.keys[w.key]
				if everywhere[w.key] {
					continue
				}
				everywhere[w.key] = true
			}
			c.Exits.add(done, &c.MissedExits, name)
		}
	}
	for _, locale := range locales {
		c.Languages.add(s.languages[locale], &c.MissedLanguages, locale)
	}
	return c
}

// way is what counts as one exit: several labels when one default stands for them, or
// a key that works everywhere.
type way struct {
	labels []string
	to     string
	key    string
	shared bool
}

func (w *way) name(node string) string { return exitName(node, strings.Join(w.labels, " or ")) }

// waysOf lists what counts of a node.
func waysOf(n *ivr.NodeInfo) []way {
	var ways []way
	add := func(w way) {
		for i := range ways {
			same := slices.Contains(ways[i].labels, w.labels[0])
			if !same && w.shared && ways[i].shared && ways[i].to == w.to {
				ways[i].labels = append(ways[i].labels, w.labels[0])
				same = true
			}
			if same {
				return
			}
		}
		ways = append(ways, w)
	}
	for _, e := range n.Exits {
		w := way{labels: []string{e.Label}, to: e.To}
		switch {
		case e.Global && e.Cause == ivr.ByCaller:
			w.key = "→" + e.Label + "→"
		case e.Global:
			w.shared = true
		}
		add(w)
	}
	if n.Asks && n.Kind != ivr.KindCustom { // custom nodes keep to themselves how they ask
		add(way{labels: []string{missed(ivr.BySilence)}})
		add(way{labels: []string{missed(ivr.ByWrong)}})
	}
	return ways
}

// missed is the word for an answer that was none.
func missed(c ivr.Cause) string {
	if c == ivr.ByWrong {
		return "nomatch"
	}
	return "noinput"
}

// seen is what calls came through.
type seen struct{ nodes, exits, keys, languages map[string]bool }

func seenIn(answers []ivr.Answer) *seen {
	s := &seen{nodes: map[string]bool{}, exits: map[string]bool{}, keys: map[string]bool{}, languages: map[string]bool{}}
	for _, name := range visited(answers) {
		s.nodes[name] = true
	}
	for i := range answers {
		a := &answers[i]
		s.languages[a.Language] = true
		for _, t := range a.Trail {
			s.exits[exitName(t.From, t.Exit)] = true
			s.keys["→"+t.Exit+"→"] = true
		}
		if a.Missed == "" {
			continue
		}
		asked := a.Node
		if len(a.Trail) > 0 {
			asked = a.Trail[0].From
		}
		s.exits[exitName(asked, missed(a.Missed))] = true
	}
	return s
}

func (s *seen) took(node string, labels []string) bool {
	return slices.ContainsFunc(labels, func(l string) bool { return s.exits[exitName(node, l)] })
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
