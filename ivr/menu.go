package ivr

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/callgate/callgate/twiml"
)

// Limits of a menu.
const (
	maxKeys    = 10  // digits of one key
	maxOptions = 100 // of one menu
	maxHints   = 500 // words for the recogniser, as the carrier has it
)

// menuStepper is a compiled Menu.
type menuStepper struct {
	ask     *asker
	options []choice
	keys    map[string]int
	own     map[string]Command // RepeatKey and BackKey
	said    []phrases          // by language
}

// choice is a compiled option.
type choice struct {
	to    target
	label string
}

func (m *Menu) compile(c *nodeCompiler) stepper {
	out := &menuStepper{ask: c.ask(&m.Ask, askWith{fallback: nowhere}), keys: map[string]int{}}
	if len(m.Options) == 0 || len(m.Options) > maxOptions {
		c.fault(InvalidValue, "options", "a menu has from 1 to %d options, this one %d", maxOptions, len(m.Options))
	}
	for i, o := range m.Options {
		field := fmt.Sprintf("options.%d", i)
		c.checkKeys(field+".key", o.Key, out.keys, i)
		label := cmp.Or(o.Label, o.Key)
		if label == "" {
			label = fmt.Sprintf("option %d", i+1)
		}
		if o.Key == "" && len(o.Words) == 0 {
			c.fault(InvalidValue, field, "the option can be neither pressed nor said: give it a key or words")
		}
		out.options = append(out.options, choice{c.exit(field+".to", label, o.To, ByCaller), label})
	}
	words := make([]map[string][]string, len(m.Options))
	for i := range m.Options {
		words[i] = m.Options[i].Words
	}
	out.said = c.heard(c.phrases(words, func(i int) string { return fmt.Sprintf("options.%d.words", i) }), out.keys)
	c.ownCommands(m, out)
	out.ask.gathers = c.gathers(out.ask, out.said, append(sortedKeys(out.keys), sortedKeys(out.own)...))
	c.globalKeys(out.said != nil, func(key string) bool {
		_, option := out.keys[key]
		return option || out.own[key] != ""
	})
	return out
}

// ownCommands adds the keys of a menu that repeat it and go back.
func (c *nodeCompiler) ownCommands(m *Menu, out *menuStepper) {
	out.own = map[string]Command{}
	for _, k := range []struct {
		field, key string
		do         Command
	}{{"repeat_key", m.RepeatKey, Repeat}, {"back_key", m.BackKey, Back}} {
		_, option := out.keys[k.key]
		switch {
		case k.key == "":
			continue
		case !isKey(k.key):
			c.fault(InvalidValue, k.field, "%q is no key: write one of 0-9, * and #", k.key)
		case option || out.own[k.key] != "":
			c.fault(DuplicateKey, k.field, "the key %s chooses two things", k.key)
		}
		out.own[k.key] = k.do
	}
}

// checkKeys adds a key to those of a node.
func (c *nodeCompiler) checkKeys(field, key string, keys map[string]int, i int) {
	if key == "" {
		return
	}
	if len(key) > maxKeys || strings.Trim(key, "0123456789*#") != "" {
		c.fault(InvalidValue, field, "%q cannot be pressed: write up to %d of the keys 0-9, * and #", key, maxKeys)
		return
	}
	if _, dup := keys[key]; dup {
		c.fault(DuplicateKey, field, "the key %s chooses two things", key)
		return
	}
	keys[key] = i
}

// phrases collects what can be said, by language. It is nil when nothing can.
func (c *nodeCompiler) phrases(words []map[string][]string, field func(i int) string) []phrases {
	var out []phrases
	for i, byLanguage := range words {
		for _, name := range sortedKeys(byLanguage) {
			lang, ok := c.p.languageIndex(name)
			if !ok {
				c.fault(UndefinedName, field(i)+"."+name, "%s", c.noLanguage(name))
				continue
			}
			if out == nil {
				out = c.noPhrases()
			}
			for n, word := range byLanguage[name] {
				at := fmt.Sprintf("%s.%s.%d", field(i), name, n)
				if NormalizeSpeech(word, out[lang].locale) == "" {
					c.fault(InvalidValue, at, "%q has no letters or digits that could be said", word)
				}
				if other := out[lang].add(word, i); other >= 0 {
					c.fault(DuplicateKey, at, "%q sounds like a word of another choice, in %s", word, field(other))
				}
			}
		}
	}
	return out
}

func (c *nodeCompiler) noPhrases() []phrases {
	out := make([]phrases, len(c.p.languages))
	for l := range out {
		out[l].locale = c.p.languages[l].locale
	}
	return out
}

// heard completes what can be said at a node with its keys and with the global commands,
// if anything can be said at all. Own words and keys come first.
func (c *nodeCompiler) heard(said []phrases, keys map[string]int) []phrases {
	if said == nil && c.p.said == nil {
		return nil
	}
	if said == nil {
		said = c.noPhrases()
	}
	c.spokenKeys(said, keys)
	c.spokenCommands(said)
	return said
}

// spokenKeys lets callers say the key instead of pressing it, unless that means
// something else.
func (c *nodeCompiler) spokenKeys(said []phrases, keys map[string]int) {
	for lang := range said {
		for _, key := range sortedKeys(keys) {
			if strings.Trim(key, "0123456789") == "" {
				said[lang].add(key, keys[key])
			}
		}
	}
}

// gathers makes the Gather of each language, all but action and prompts.
func (c *nodeCompiler) gathers(a *asker, said []phrases, keys []string) []twiml.Gather {
	longest, shortest := 1, maxKeys
	for _, k := range keys {
		longest, shortest = max(longest, len(k)), min(shortest, len(k))
	}
	out := make([]twiml.Gather, len(c.p.languages))
	for i := range out {
		g := &out[i]
		g.Timeout, g.NumDigits = twiml.Seconds(a.timeout), longest
		// "#" would end an entry, and pressed alone count as silence. Here it is a key
		// like any other.
		g.FinishOnKey = twiml.Set("")
		g.Input = twiml.DTMF
		if said == nil || len(said[i].list) == 0 {
			continue
		}
		c.listen(g, &c.p.languages[i], said[i].hints())
		if len(keys) == 0 && len(c.p.keys) == 0 {
			g.Input, g.NumDigits = twiml.SpeechInput, 0
		}
	}
	return out
}

// listen makes a Gather hear speech.
func (c *nodeCompiler) listen(g *twiml.Gather, lang *language, hints []string) {
	g.Input |= twiml.SpeechInput
	g.SpeechTimeout = twiml.Auto
	g.Language = lang.locale
	g.Hints = strings.Join(hints[:min(len(hints), maxHints)], ",")
}

// hints lists the phrases as hints for the recogniser.
func (p *phrases) hints() []string {
	hints := make([]string, len(p.list))
	for i, ph := range p.list {
		hints[i] = strings.TrimSpace(ph.text)
	}
	slices.Sort(hints)
	return hints
}

func (m *menuStepper) enter(r *run) move {
	return r.pose(m.ask, afterSilence, 0)
}

func (m *menuStepper) resume(r *run) move {
	if r.ev.Kind == Silence {
		return r.silence(m.ask)
	}
	if r.ev.Kind != Input {
		return r.misplaced()
	}
	repeat := func() move { return r.pose(m.ask, afterSilence, 0) }
	keys, said := r.param("Digits"), r.param("SpeechResult")
	switch i, ok := m.keys[keys]; {
	case ok:
		return r.chosen(m.options[i].to, m.options[i].label)
	case m.own[keys] != "":
		return r.do(m.own[keys], "key "+keys, repeat)
	case keys != "":
		if mv, ok := r.command(keys, repeat); ok {
			return mv
		}
	case said == "":
		return r.silence(m.ask)
	case m.said != nil && r.sure(m.ask.confidence):
		switch i := m.said[r.s.lang].find(said); {
		case i >= commandChoice:
			return r.obey(i-commandChoice, repeat)
		case i >= 0:
			return r.chosen(m.options[i].to, m.options[i].label)
		}
	}
	return r.wrong(m.ask, afterWrong)
}

// sure reports whether the carrier is sure enough of what it heard. One that does not
// say is believed.
func (r *run) sure(least float64) bool {
	confidence := r.confidence()
	return confidence == 0 || confidence >= least
}

// confidence is how sure the carrier is of what it heard, 0 when it does not say:
// recognisers write 0 for "unknown".
func (r *run) confidence() float64 {
	confidence, err := strconv.ParseFloat(r.param("Confidence"), 64)
	if err != nil || !(confidence > 0 && confidence <= 1) {
		return 0
	}
	return confidence
}
