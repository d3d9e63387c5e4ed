package ivr

import (
	"cmp"
	"regexp"
	"slices"

	"github.com/callgate/callgate/ivr/expr"
	"github.com/callgate/callgate/twiml"
)

// Limits of entries.
const (
	maxDigits = 30
	// The lengths of payment card numbers: ISO/IEC 7812 allows up to 19 digits, and
	// the shortest in use have 13.
	minCard, maxCard = 13, 19
)

// Phases of a Collect.
const (
	phaseEntry uint8 = iota
	phaseConfirm
)

// collectStepper is a compiled Collect.
type collectStepper struct {
	ask       *asker
	into      *variable
	digits    *digitsRule
	pattern   *regexp.Regexp // of speech
	confirm   *confirmation
	to        target
	onInvalid target
	invalid   string // the label of that exit
}

// confirmation is a compiled Confirm.
type confirmation struct {
	ask     *asker
	yes, no string
	below   float64 // of speech that is asked about; 0 is every entry
	slot    int     // of the entry, until it is confirmed
}

func (k *Collect) compile(c *nodeCompiler) stepper {
	out := &collectStepper{ask: c.ask(&k.Ask, askWith{fallback: nowhere, invalid: k.Invalid})}
	out.onInvalid, out.invalid = out.ask.onNoMatch, out.ask.wrong
	if k.OnInvalid != "" {
		out.onInvalid, out.invalid = c.exitOr("on_invalid", "invalid", k.OnInvalid, ByWrong, nowhere), "invalid"
	}
	out.to = c.exit("to", "ok", k.To, ByCaller)
	out.into = c.variable("into", k.Into, k.types()...)
	c.sets("ok", out.into)
	switch {
	case (k.Digits == nil) == (k.Speech == nil):
		c.fault(InvalidValue, "digits", "an entry is made by digits or by speech: write one of the two")
		return out
	case k.Digits != nil:
		out.digits = c.digits(k.Digits, out.into)
		out.ask.gathers = digitGather(out)
	default:
		out.pattern = c.pattern("speech.pattern", k.Speech.Pattern)
		out.ask.gathers = c.speechGathers(k.Speech, out.ask)
	}
	if k.Confirm != nil {
		out.confirm = c.confirmation(k, out)
	}
	c.globalKeys(k.Speech != nil, func(key string) bool { return out.digits != nil && out.digits.takes(key) })
	if out.confirm != nil {
		c.shadowing(out.confirm.yes, out.confirm.no)
	}
	return out
}

// types are the types that an entry can have.
func (k *Collect) types() []expr.Type {
	switch {
	case k.Digits == nil:
		return []expr.Type{expr.Text}
	case k.Digits.Date != nil:
		return []expr.Type{expr.Date}
	}
	return []expr.Type{expr.Text, expr.Number}
}

func (c *nodeCompiler) pattern(field, s string) *regexp.Regexp {
	if s == "" {
		return nil
	}
	re, err := expr.WholeMatch(s)
	if err != nil {
		c.fault(InvalidValue, field, "%v", err)
	}
	return re
}

func digitGather(k *collectStepper) []twiml.Gather {
	g := twiml.Gather{Input: twiml.DTMF, Timeout: twiml.Seconds(k.ask.timeout), NumDigits: k.digits.max}
	g.FinishOnKey = twiml.Set("")
	if k.digits.min < k.digits.max {
		g.FinishOnKey = twiml.Set(k.digits.finish)
	}
	return []twiml.Gather{g}
}

func (c *nodeCompiler) speechGathers(s *Speech, a *asker) []twiml.Gather {
	out := make([]twiml.Gather, len(c.p.languages))
	for i := range out {
		lang := &c.p.languages[i]
		out[i].Timeout = twiml.Seconds(a.timeout)
		hints := s.Hints[lang.name]
		if c.p.said != nil {
			hints = append(slices.Clip(hints), c.p.said[i].hints()...)
		}
		c.listen(&out[i], lang, hints)
		if len(c.p.keys) > 0 {
			out[i].Input |= twiml.DTMF // for the global keys
			out[i].NumDigits, out[i].FinishOnKey = 1, twiml.Set("")
		}
	}
	for _, name := range sortedKeys(s.Hints) {
		if _, ok := c.p.languageIndex(name); !ok {
			c.fault(UndefinedName, "speech.hints."+name, "%s", c.noLanguage(name))
		}
	}
	return out
}

func (c *nodeCompiler) confirmation(k *Collect, s *collectStepper) *confirmation {
	out := &confirmation{yes: cmp.Or(k.Confirm.Yes, "1"), no: cmp.Or(k.Confirm.No, "2")}
	c.yesNo("confirm", out.yes, out.no)
	out.below = c.share("confirm.below", k.Confirm.Below)
	if out.below > 0 && k.Speech == nil {
		c.fault(InvalidValue, "confirm.below", "only what is said can be heard wrong: an entry by digits is always asked about")
	}
	out.slot = c.hiddenSlot(s.into.Type, s.into.Max)
	c.ownVar, c.ownSlot = s.into, out.slot
	again := *s.ask
	again.first = c.prompt("confirm.prompt", k.Confirm.Prompt)
	c.ownVar = nil
	again.again = again.first
	again.questions = [introKinds][]question{}
	c.prepare(&again)
	out.ask = &again
	again.gathers = []twiml.Gather{keyGather(s.ask.timeout)}
	return out
}

// yesNo checks keys that answer a question.
func (c *nodeCompiler) yesNo(field string, keys ...string) {
	seen := map[string]bool{}
	for _, key := range keys {
		if !isKey(key) {
			c.fault(InvalidValue, field, "%q is no key: write one of 0-9, * and #", key)
		}
		if seen[key] {
			c.fault(DuplicateKey, field, "the key %s means two things", key)
		}
		seen[key] = true
	}
}

// keyGather hears one key.
func keyGather(timeout int) twiml.Gather {
	return twiml.Gather{Input: twiml.DTMF, Timeout: twiml.Seconds(timeout), NumDigits: 1, FinishOnKey: twiml.Set("")}
}

func (k *collectStepper) enter(r *run) move {
	return r.pose(k.ask, afterSilence, 0)
}

func (k *collectStepper) resume(r *run) move {
	if r.ev.Kind != Input && r.ev.Kind != Silence {
		return r.misplaced()
	}
	if r.s.phase == phaseConfirm && k.confirm != nil {
		return k.confirmed(r)
	}
	entry, said := r.param("Digits"), r.param("SpeechResult")
	if r.ev.Kind == Silence || entry == "" && said == "" {
		return r.silence(k.ask)
	}
	repeat := func() move { return r.pose(k.ask, afterSilence, 0) }
	value, fault := k.read(r, entry, said)
	if k.digits == nil && fault != entryUnsure {
		if mv, ok := r.spokenCommand(said, repeat); ok {
			return mv
		}
	}
	switch fault {
	case entryFine:
		return k.taken(r, value)
	case entryNoMatch, entryUnsure:
		if mv, ok := r.command(entry, repeat); ok {
			return mv
		}
		return r.wrong(k.ask, afterWrong)
	}
	if mv := r.wrong(k.ask, afterInvalid); mv.to == stay || mv.to == broken {
		return mv
	}
	return r.take(k.onInvalid, k.invalid)
}

// taken goes on after a valid entry, by way of its confirmation.
func (k *collectStepper) taken(r *run, value expr.Value) move {
	if k.confirm == nil || k.confirm.below > 0 && r.confidence() >= k.confirm.below {
		r.assign(k.into, value)
		return r.chosen(k.to, "ok")
	}
	r.set(k.confirm.slot, value)
	r.s.phase, r.s.noInput, r.s.noMatch = phaseConfirm, 0, 0
	return r.pose(k.confirm.ask, afterSilence, 0)
}

func (k *collectStepper) confirmed(r *run) move {
	c := k.confirm
	key := r.param("Digits")
	switch {
	case r.ev.Kind == Silence || key == "":
		return r.silence(c.ask)
	case key == c.yes:
		r.assign(k.into, r.s.slot(c.slot))
		r.clear([]int{c.slot})
		return r.chosen(k.to, "ok")
	case key == c.no:
		r.s.phase, r.s.noInput, r.s.noMatch = phaseEntry, 0, 0
		return k.enter(r)
	}
	if mv, ok := r.command(key, func() move { return r.pose(c.ask, afterSilence, 0) }); ok {
		return mv
	}
	return r.wrong(c.ask, afterWrong)
}

// entryFault is what is wrong with an entry.
type entryFault int

const (
	entryFine    entryFault = iota
	entryNoMatch            // it has not the form
	entryInvalid            // it has the form, and breaks a rule
	entryUnsure             // the carrier is not sure of what was said
)

// read checks an entry.
func (k *collectStepper) read(r *run, entry, said string) (expr.Value, entryFault) {
	if k.digits == nil {
		return k.readSpeech(r, said)
	}
	return k.digits.read(entry, k.into.Type, r.ev.Now)
}

func (k *collectStepper) readSpeech(r *run, said string) (expr.Value, entryFault) {
	text := clean(said, maxText)
	plain := NormalizeSpeech(text, r.lang().locale)
	switch {
	case !r.sure(k.ask.confidence):
		return expr.Value{}, entryUnsure
	case plain == "" || len(text) > k.into.Max:
		return expr.Value{}, entryNoMatch
	case k.pattern != nil && !k.pattern.MatchString(plain):
		return expr.Value{}, entryInvalid
	case k.pattern != nil:
		text = plain
	}
	return expr.TextValue(text), entryFine
}
