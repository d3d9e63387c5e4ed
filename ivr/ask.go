package ivr

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"

	"github.com/callgate/callgate/twiml"
)

// asker is a compiled Ask: it asks, counts and gives up.
type asker struct {
	first, again  *prompt
	intros        [introKinds][]*prompt
	questions     [introKinds][]question
	timeout       int
	attempts      int
	confidence    float64
	onNoInput     target
	onNoMatch     target
	silent, wrong string  // the labels of the two exits
	each          []uint8 // languages in which to ask, one after another; nil is the caller's
	// gathers are the Gather of each language, or the one of all, but for its action and
	// its prompts.
	gathers []twiml.Gather
}

// gather is how an answer in a language is heard.
func (a *asker) gather(lang uint8) *twiml.Gather { return &a.gathers[min(int(lang), len(a.gathers)-1)] }

// introKind is why the question is asked again.
type introKind int

const (
	afterSilence introKind = iota
	afterWrong
	afterInvalid
	introKinds
)

// askWith is what some kinds of node add to an Ask.
type askWith struct {
	invalid   []Prompt
	fallback  target  // in place of the flow's Exhausted; nowhere is none
	each      []uint8 // see asker
	exhausted string  // what that exit and its field are called here; "" is "exhausted"
}

// ask compiles an Ask.
func (c *nodeCompiler) ask(a *Ask, with askWith) *asker {
	c.node.asks = true
	out := &asker{
		each:     with.each,
		first:    c.prompt("prompt", a.Prompt),
		again:    c.optionalPrompt("again", a.Again),
		timeout:  c.seconds("timeout", a.Timeout, c.defaultTimeout(), 1, maxTimeout),
		attempts: c.within("attempts", a.Attempts, c.defaultAttempts(), 1, maxAttempts),
	}
	out.confidence = c.share("confidence", cmp.Or(a.Confidence, c.flow.Confidence))
	if out.again == nil {
		out.again = out.first
	}
	for kind, list := range [introKinds][]Prompt{a.NoInput, a.NoMatch, with.invalid} {
		name := [introKinds]string{"no_input", "no_match", "invalid"}[kind]
		for i, p := range list {
			out.intros[kind] = append(out.intros[kind], c.prompt(fmt.Sprintf("%s.%d", name, i), p))
		}
	}
	if len(with.invalid) == 0 {
		out.intros[afterInvalid] = out.intros[afterWrong]
	}
	c.giveUp(out, a, with)
	c.prepare(out)
	return out
}

// giveUp adds the exits for callers who do not answer.
func (c *nodeCompiler) giveUp(out *asker, a *Ask, with askWith) {
	exhausted, label := with.fallback, cmp.Or(with.exhausted, "exhausted")
	if exhausted == nowhere {
		exhausted = c.p.exhausted
	}
	if a.Exhausted != "" {
		exhausted = c.lookup(label, a.Exhausted)
	}
	give := func(field, own, name string, cause Cause) (target, string) {
		if name != "" {
			return c.exitOr(field, own, name, cause, nowhere), own
		}
		if exhausted != nowhere {
			global := a.Exhausted == "" && with.fallback == nowhere
			c.node.exits = append(c.node.exits, exit{label: label, to: exhausted, cause: cause, global: global})
		}
		return exhausted, label
	}
	out.onNoInput, out.silent = give("on_no_input", "noinput", a.OnNoInput, BySilence)
	out.onNoMatch, out.wrong = give("on_no_match", "nomatch", a.OnNoMatch, ByWrong)
	c.silentCost(out)
}

// silentCost has a silent caller pay for a question, if it is the longest of the node.
func (c *nodeCompiler) silentCost(a *asker) {
	quiet := a.silentCost()
	for i := range c.node.exits {
		if e := &c.node.exits[i]; e.cause == BySilence {
			e.cost = cost{seconds: max(e.cost.seconds, quiet.seconds), documents: quiet.documents}
		}
	}
}

// silentCost is what a caller goes through who never answers.
func (a *asker) silentCost() cost {
	total := cost{documents: a.attempts}
	for k := range a.attempts {
		total.seconds += a.timeout + a.secondsOf(a.promptsFor(afterSilence, k))
	}
	return total
}

// secondsOf is how many seconds a question takes.
func (a *asker) secondsOf(ps []*prompt) int {
	if a.each == nil {
		return longestOf(ps...)
	}
	seconds := 0
	for _, lang := range a.each {
		for _, p := range ps {
			if p != nil {
				seconds += p.langs[lang].seconds
			}
		}
	}
	return seconds
}

// longestOf is how many seconds prompts take together, in the slowest language.
func longestOf(ps ...*prompt) int {
	longest := 0
	for _, p := range ps {
		if p != nil {
			longest = max(longest, len(p.langs))
		}
	}
	seconds := make([]int, longest)
	for _, p := range ps {
		if p == nil {
			continue
		}
		for i := range p.langs {
			seconds[i] += p.langs[i].seconds
		}
	}
	if longest == 0 {
		return 0
	}
	return slices.Max(seconds)
}

func (c *compiler) defaultTimeout() int {
	if t := c.flow.Timeout; t > 0 && t <= maxTimeout {
		return t
	}
	return DefaultTimeout
}

func (c *compiler) defaultAttempts() int {
	if n := c.flow.Attempts; n > 0 && n <= maxAttempts {
		return n
	}
	return DefaultAttempts
}

// promptsFor returns what is said at an attempt, the first being 0.
func (a *asker) promptsFor(kind introKind, attempt int) []*prompt {
	if attempt == 0 {
		return []*prompt{a.first}
	}
	intros := a.intros[kind]
	if len(intros) == 0 {
		return []*prompt{a.again}
	}
	return []*prompt{intros[min(attempt, len(intros))-1], a.again}
}

// question is what is said at one attempt.
type question struct {
	prompts []*prompt
	audio   [][]twiml.Audio // by language; nil when it depends on the call
	// forms are the documents by language that were needed so far; nil as audio is.
	forms []atomic.Pointer[twiml.Form]
}

// prepare makes the table of questions, so that asking joins nothing.
func (c *nodeCompiler) prepare(a *asker) {
	for kind := range introKinds {
		for attempt := range a.attempts {
			q := question{prompts: a.promptsFor(kind, attempt)}
			if q.audio = staticAudio(q.prompts, len(c.p.languages)); q.audio != nil {
				q.forms = make([]atomic.Pointer[twiml.Form], len(q.audio))
			}
			a.questions[kind] = append(a.questions[kind], q)
			c.node.bytes = max(c.node.bytes, bytesOf(q.prompts...)*max(1, len(a.each)))
		}
	}
}

// bytesOf is how many bytes prompts take in a document, in the longest language.
func bytesOf(ps ...*prompt) int {
	bytes := 0
	for _, p := range ps {
		longest := 0
		for i := 0; p != nil && i < len(p.langs); i++ {
			longest = max(longest, p.langs[i].bytes)
		}
		bytes += longest
	}
	return bytes
}

func staticAudio(ps []*prompt, languages int) [][]twiml.Audio {
	audio := make([][]twiml.Audio, languages)
	for _, p := range ps {
		if p == nil || p.dynamic {
			return nil
		}
		for i := range audio {
			audio[i] = append(audio[i], p.langs[i].audio...)
		}
	}
	return audio
}

// pose asks the question of an attempt.
func (r *run) pose(a *asker, kind introKind, attempt int) move {
	q := &a.questions[kind][min(attempt, a.attempts-1)]
	g := a.gather(r.s.lang)
	if a.each != nil {
		return r.gather(g, r.inEach(a.each, q.prompts))
	}
	if q.audio != nil && len(r.said) == 0 {
		m := r.gather(g, q.audio[r.s.lang])
		r.useForm(&q.forms[r.s.lang])
		return m
	}
	return r.gather(g, r.audio(q.prompts...))
}

// inEach returns prompts in several languages, one language after another.
func (r *run) inEach(languages []uint8, ps []*prompt) []twiml.Audio {
	own := r.s.lang
	for _, lang := range languages {
		r.s.lang = lang
		for _, p := range ps {
			r.say(p)
		}
	}
	r.s.lang = own
	return r.audio()
}

// silence counts a silence and asks again, or gives up.
func (r *run) silence(a *asker) move {
	r.missed = BySilence
	r.s.noInput++
	if int(r.s.noInput) >= a.attempts {
		return r.take(a.onNoInput, a.silent)
	}
	return r.pose(a, afterSilence, int(r.s.noInput))
}

// wrong counts an answer that was not understood and asks again, or gives up.
func (r *run) wrong(a *asker, kind introKind) move {
	r.missed = ByWrong
	r.s.noMatch++
	if int(r.s.noMatch) >= a.attempts {
		return r.take(a.onNoMatch, a.wrong)
	}
	return r.pose(a, kind, int(r.s.noMatch))
}

// chosen leaves by the caller's choice, to which Back can return.
func (r *run) chosen(to target, exit string) move {
	h := r.s.history
	if len(h) == maxBack {
		h = h[1:]
	}
	r.s.history = append(slices.Clip(h), r.s.node)
	return r.take(to, exit)
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
