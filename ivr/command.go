package ivr

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
)

// commandChoice is the choice of the first global command among the phrases of a node,
// whose own choices come before it.
const commandChoice = 1 << 16

// globalKey is a compiled GlobalKey.
type globalKey struct {
	key, label string
	do         Command
	to         target
	words      bool // it can be said
}

// declareKeys compiles the keys and words that work everywhere, those with keys first.
func (c *compiler) declareKeys() {
	c.p.keys = map[string]int{}
	order := make([]int, len(c.flow.Keys))
	for i := range order {
		order[i] = i
	}
	name := func(i int) string { return cmp.Or(c.flow.Keys[i].Key, "~"+c.flow.Keys[i].Label) }
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(name(i), name(j)) })
	words := make([]map[string][]string, len(order))
	fields := make([]string, len(order))
	for at, i := range order {
		k, field := &c.flow.Keys[i], fmt.Sprintf("keys.%d", i)
		words[at], fields[at] = k.Words, field+".words"
		if _, dup := c.p.keys[k.Key]; dup && k.Key != "" {
			c.fault(DuplicateKey, "", field+".key", "the global key %s does two things", k.Key)
		}
		c.p.commands = append(c.p.commands, c.globalKey(field, k))
		if k.Key != "" {
			c.p.keys[k.Key] = at
		}
	}
	nc := &nodeCompiler{compiler: c, scope: c.p.scopes[0], node: &node{}}
	c.p.said = nc.phrases(words, func(i int) string { return fields[i] })
}

func (c *compiler) globalKey(field string, k *GlobalKey) globalKey {
	out := globalKey{key: k.Key, do: k.Do, label: k.Label, words: len(k.Words) > 0}
	if out.label == "" {
		out.label = string(k.Do)
		if k.Key != "" {
			out.label = "key " + k.Key
		}
	}
	out.to = c.mainNode(field+".to", k.To)
	switch {
	case k.Key == "" && !out.words:
		c.fault(InvalidValue, "", field+".key", "the command can be neither pressed nor said: give it a key or words")
	case k.Key != "" && !isKey(k.Key):
		c.fault(InvalidValue, "", field+".key", "%q is no key: write one of 0-9, * and #", k.Key)
	}
	switch {
	case k.Do == "":
		c.fault(InvalidValue, "", field+".do", "the %s does nothing: write operator and a node, or do and repeat or back", out.label)
	case k.Do != Operator && k.Do != Repeat && k.Do != Back:
		c.fault(InvalidValue, "", field+".do", "%q is no command: write operator, repeat or back", k.Do)
	case k.Do == Operator && k.To == "":
		c.fault(MissingExit, "", field+".to", "the %s leads nowhere: name the node of the operator", out.label)
	case k.Do != Operator && k.To != "":
		c.fault(InvalidValue, "", field+".to", "the %s leads to no node: only operator does", out.label)
	}
	return out
}

// globalKeys adds the exits of the commands that the node leaves alone. listens: it hears
// words too.
func (c *nodeCompiler) globalKeys(listens bool, own func(key string) bool) {
	for i := range c.p.commands {
		k := &c.p.commands[i]
		pressed := k.key != "" && !own(k.key)
		if k.key != "" && !pressed {
			c.node.shadows = append(c.node.shadows, "key "+k.key)
		}
		if (pressed || listens && k.words) && k.do == Operator && k.to != nowhere {
			c.node.exits = append(c.node.exits, exit{label: k.label, to: k.to, cause: ByCaller, global: true})
		}
	}
}

// shadowing notes keys of a later question of a node that are global keys too.
func (c *nodeCompiler) shadowing(keys ...string) {
	for _, key := range keys {
		what := "key " + key
		if _, global := c.p.keys[key]; global && !slices.Contains(c.node.shadows, what) {
			c.node.shadows = append(c.node.shadows, what)
		}
	}
}

// spokenCommands adds the words and keys of the global commands to what can be said at
// a node, where they mean nothing else.
func (c *nodeCompiler) spokenCommands(said []phrases) {
	for lang := range said {
		if c.p.said != nil {
			for _, ph := range c.p.said[lang].list {
				if other := said[lang].add(ph.text, commandChoice+ph.choice); other >= 0 {
					c.node.shadows = append(c.node.shadows, "word"+strconv.Quote(ph.text))
				}
			}
		}
		for i := range c.p.commands {
			if key := c.p.commands[i].key; key >= "0" && key <= "9" {
				said[lang].add(key, commandChoice+i)
			}
		}
	}
}

// command does what a global key says, if there is one. repeat asks the question as
// it was asked last.
func (r *run) command(key string, repeat func() move) (move, bool) {
	i, ok := r.p.keys[key]
	if !ok {
		return move{}, false
	}
	return r.obey(i, repeat), true
}

// spokenCommand does what a global word says, if that is all that was said.
func (r *run) spokenCommand(said string, repeat func() move) (move, bool) {
	if r.p.said == nil || said == "" {
		return move{}, false
	}
	in := &r.p.said[r.s.lang]
	i, ok := in.exact[NormalizeSpeech(said, in.locale)]
	if !ok {
		return move{}, false
	}
	return r.obey(i, repeat), true
}

// obey does a global command.
func (r *run) obey(i int, repeat func() move) move {
	k := &r.p.commands[i]
	if k.do == Operator {
		return r.take(k.to, k.label)
	}
	return r.do(k.do, k.label, repeat)
}

// do asks the question before, if there is one, or this one again.
func (r *run) do(command Command, label string, repeat func() move) move {
	if command == Back && len(r.s.history) > 0 {
		last := len(r.s.history) - 1
		to := r.s.history[last]
		r.s.history = r.s.history[:last:last]
		return r.take(to, label)
	}
	return repeat()
}
