package ivr

import (
	"cmp"
	"fmt"
	"slices"
)

// languageStepper is a compiled ChooseLanguage.
type languageStepper struct {
	ask      *asker
	offers   []offer
	keys     map[string]int
	said     phrases
	fallback offer // for callers who do not choose
	remember bool
}

// offer is a compiled Offer.
type offer struct {
	lang uint8
	choice
}

func (l *ChooseLanguage) compile(c *nodeCompiler) stepper {
	out := &languageStepper{keys: map[string]int{}, remember: l.Remember}
	next := nowhere
	if l.To != "" {
		next = c.lookup("to", l.To)
	}
	def := cmp.Or(l.Default, c.p.languages[0].name)
	out.fallback = offer{c.languageOf("default", def), choice{next, def}}
	if len(l.Offers) == 0 {
		c.fault(InvalidValue, "offers", "no language is offered")
	}
	var each []uint8
	for i := range l.Offers {
		o := c.offer(i, &l.Offers[i], out.keys, next)
		out.offers, each = append(out.offers, o), append(each, o.lang)
		if o.label == def {
			out.fallback.to = o.to
		}
	}
	unled := func(o Offer) bool { return o.To == "" }
	if out.fallback.to == nowhere && l.To == "" && !slices.ContainsFunc(l.Offers, unled) {
		c.fault(MissingExit, "to", "callers who choose no language are led nowhere: name the next node")
	}
	out.ask = c.ask(&l.Ask, askWith{fallback: out.fallback.to, each: each})
	out.hear(c, l)
	return out
}

// offer compiles one offer. next is where it leads by default.
func (c *nodeCompiler) offer(i int, o *Offer, keys map[string]int, next target) offer {
	field := fmt.Sprintf("offers.%d", i)
	c.checkKeys(field+".key", o.Key, keys, i)
	if o.Key == "" && len(o.Words) == 0 {
		c.fault(InvalidValue, field, "the language can be neither pressed nor said: give it a key or words")
	}
	if o.To != "" {
		next = c.lookup(field+".to", o.To)
	} else if next == nowhere {
		c.fault(MissingExit, field+".to", "the choice leads nowhere: name a node here, or one for all in to")
	}
	c.node.exits = append(c.node.exits, exit{label: o.Language, to: next, cause: ByCaller})
	return offer{c.languageOf(field+".language", o.Language), choice{next, o.Language}}
}

func (l *languageStepper) hear(c *nodeCompiler, def *ChooseLanguage) {
	// Nobody has chosen yet, so all is heard by the recogniser of the first language.
	words := make([]map[string][]string, len(def.Offers))
	for i, o := range def.Offers {
		words[i] = map[string][]string{c.p.languages[0].name: o.Words}
	}
	var said []phrases
	if hasWords(def.Offers) {
		said = c.phrases(words, func(i int) string { return fmt.Sprintf("offers.%d.words", i) })
	}
	if said = c.heard(said, nil); said != nil {
		l.said = said[0]
	}
	l.ask.gathers = c.gathers(l.ask, said, sortedKeys(l.keys))[:1]
	c.globalKeys(said != nil, func(key string) bool { _, own := l.keys[key]; return own })
}

func hasWords(offers []Offer) bool {
	for _, o := range offers {
		if len(o.Words) > 0 {
			return true
		}
	}
	return false
}

// languageOf finds a language of the flow.
func (c *nodeCompiler) languageOf(field, name string) uint8 {
	i, ok := c.p.languageIndex(name)
	if !ok {
		c.fault(UndefinedName, field, "%s", c.noLanguage(name))
	}
	return i
}

func (l *languageStepper) enter(r *run) move {
	if l.remember {
		if i, ok := r.p.languageIndex(r.ev.Remembered); ok {
			for _, o := range l.offers {
				if o.lang == i {
					return l.choose(r, o)
				}
			}
		}
	}
	return r.pose(l.ask, afterSilence, 0)
}

func (l *languageStepper) resume(r *run) move {
	if r.ev.Kind != Input && r.ev.Kind != Silence {
		return r.misplaced()
	}
	keys, said := r.param("Digits"), r.param("SpeechResult")
	i, ok := l.keys[keys]
	if !ok && keys == "" && said != "" && r.sure(l.ask.confidence) {
		i = l.said.find(said)
		ok = i >= 0
	}
	switch {
	case ok && i >= commandChoice:
		return r.obey(i-commandChoice, func() move { return r.pose(l.ask, afterSilence, 0) })
	case ok && r.ev.Kind == Input:
		return l.taken(r, l.offers[i])
	}
	mv := l.notChosen(r, keys, said)
	if mv.to >= 0 && mv.to == l.fallback.to && (mv.exit == l.ask.silent || mv.exit == l.ask.wrong) {
		r.s.lang = l.fallback.lang
	}
	return mv
}

// taken goes on with the caller's choice.
func (l *languageStepper) taken(r *run, o offer) move {
	if from := r.param("From"); l.remember && isE164(from) {
		r.effects = append(r.effects, &Remember{Key: r.key(r.newID()), From: from, Language: r.p.languages[o.lang].name})
	}
	r.s.lang = o.lang
	return r.chosen(o.to, o.label)
}

// choose goes on with a choice of an earlier call.
func (l *languageStepper) choose(r *run, o offer) move {
	r.s.lang = o.lang
	return r.take(o.to, o.label)
}

func (l *languageStepper) notChosen(r *run, keys, said string) move {
	if r.ev.Kind == Silence || keys == "" && said == "" {
		return r.silence(l.ask)
	}
	if mv, ok := r.command(keys, func() move { return r.pose(l.ask, afterSilence, 0) }); ok {
		return mv
	}
	return r.wrong(l.ask, afterWrong)
}
