package ivr

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

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
	gather    []twiml.Gather // by language
	confirm   *confirmation
	to        target
	onInvalid target
	invalid   string // the label of that exit
}

// confirmation is a compiled Confirm.
type confirmation struct {
	ask     *asker
	yes, no string
	gather  twiml.Gather
	slot    int // of the entry, until it is confirmed
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
		out.gather = c.digitGathers(out)
	default:
		out.pattern = c.pattern("speech.pattern", k.Speech.Pattern)
		out.gather = c.speechGathers(k.Speech, out.ask)
	}
	if k.Confirm != nil {
		out.confirm = c.confirmation(k, out)
	}
	c.globalKeys(func(key string) bool { return out.digits != nil && out.digits.takes(key) })
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

// digitsRule is a compiled Digits.
type digitsRule struct {
	min, max int
	finish   string
	pattern  *regexp.Regexp
	bounds   *Range
	date     *dateRule
}

func (c *nodeCompiler) digits(d *Digits, into *variable) *digitsRule {
	out := &digitsRule{bounds: d.Range, finish: cmp.Or(d.Finish, "#")}
	if d.Date != nil && d.Max == 0 {
		d = &Digits{Min: len(d.Date.Layout), Max: len(d.Date.Layout), Pattern: d.Pattern, Finish: d.Finish, Date: d.Date, Range: d.Range, Luhn: d.Luhn}
	}
	if d.Max == 0 {
		c.fault(InvalidValue, "digits.max", "the number of digits has no max: write how many there are at most")
	}
	out.max = c.within("digits.max", d.Max, 1, 1, maxDigits)
	out.min = c.within("digits.min", d.Min, 1, 1, out.max)
	if out.finish != "#" && out.finish != "*" {
		c.fault(InvalidValue, "digits.finish", "%q cannot end an entry: write # or *", out.finish)
	}
	if d.Luhn || out.min >= minCard && out.max <= maxCard {
		c.fault(CardData, "digits", "this takes payment card numbers, which must not come through here: use the carrier's <Pay> from a Go handler, which hands on a token instead")
	}
	out.pattern = c.pattern("digits.pattern", d.Pattern)
	if r := d.Range; r != nil && r.From > r.To {
		c.fault(InvalidValue, "digits.range", "the range from %d to %d is empty", r.From, r.To)
	}
	if d.Date != nil {
		out.date = c.dateRule(d.Date, out)
	}
	if into.Type == expr.Text && out.max > into.Max {
		c.fault(InvalidValue, "into", "an entry of %d digits does not fit into %s, whose max is %d", out.max, into.Name, into.Max)
	}
	if into.Type == expr.Number && out.max > maxNumberDigits {
		c.fault(InvalidValue, "into", "an entry of %d digits does not fit into a number: keep it as text", out.max)
	}
	return out
}

// maxNumberDigits is how many digits a number has at most, see expr.MaxNumber.
const maxNumberDigits = 15

// takes reports whether a key is an entry of its own, and not a global key.
func (d *digitsRule) takes(key string) bool {
	return d.min == 1 && strings.Trim(key, "0123456789") == ""
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

func (c *nodeCompiler) digitGathers(k *collectStepper) []twiml.Gather {
	g := twiml.Gather{Input: twiml.DTMF, Timeout: twiml.Seconds(k.ask.timeout), NumDigits: k.digits.max}
	g.FinishOnKey = twiml.Set("")
	if k.digits.min < k.digits.max {
		g.FinishOnKey = twiml.Set(k.digits.finish)
	}
	out := make([]twiml.Gather, len(c.p.languages))
	for i := range out {
		out[i] = g
	}
	return out
}

func (c *nodeCompiler) speechGathers(s *Speech, a *asker) []twiml.Gather {
	out := make([]twiml.Gather, len(c.p.languages))
	for i := range out {
		lang := &c.p.languages[i]
		out[i].Timeout = twiml.Seconds(a.timeout)
		c.listen(&out[i], lang, s.Hints[lang.name])
		if len(c.p.keys) > 0 {
			out[i].Input |= twiml.DTMF // for the global keys
			out[i].NumDigits, out[i].FinishOnKey = 1, twiml.Set("")
		}
	}
	for _, name := range sortedKeys(s.Hints) {
		if _, ok := c.p.languageIndex(name); !ok {
			c.fault(UndefinedName, "speech.hints."+name, "%q is no language of the flow", name)
		}
	}
	return out
}

func (c *nodeCompiler) confirmation(k *Collect, s *collectStepper) *confirmation {
	out := &confirmation{yes: cmp.Or(k.Confirm.Yes, "1"), no: cmp.Or(k.Confirm.No, "2")}
	c.yesNo("confirm", out.yes, out.no)
	out.slot = c.hiddenSlot(s.into.Type, s.into.Max)
	c.ownVar, c.ownSlot = s.into, out.slot
	again := *s.ask
	again.first = c.prompt("confirm.prompt", k.Confirm.Prompt)
	c.ownVar = nil
	again.again = again.first
	again.questions = [introKinds][]question{}
	c.prepare(&again)
	out.ask = &again
	out.gather = keyGather(s.ask.timeout)
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
	return r.pose(k.ask, &k.gather[r.s.lang], afterSilence, 0)
}

func (k *collectStepper) resume(r *run) move {
	if r.ev.Kind != Input && r.ev.Kind != Silence {
		return r.misplaced()
	}
	if r.s.phase == phaseConfirm && k.confirm != nil {
		return k.confirmed(r)
	}
	g := &k.gather[r.s.lang]
	entry, said := r.param("Digits"), r.param("SpeechResult")
	if r.ev.Kind == Silence || entry == "" && said == "" {
		return r.silence(k.ask, g)
	}
	value, fault := k.read(r, entry, said)
	if fault == entryFine {
		return k.taken(r, value)
	}
	if fault == entryNoMatch {
		if mv, ok := r.command(entry, func() move { return r.pose(k.ask, g, afterSilence, 0) }); ok {
			return mv
		}
		return r.wrong(k.ask, g, afterWrong)
	}
	if mv := r.wrong(k.ask, g, afterInvalid); mv.to == stay || mv.to == broken {
		return mv
	}
	return r.take(k.onInvalid, k.invalid)
}

// taken goes on after a valid entry, by way of its confirmation.
func (k *collectStepper) taken(r *run, value expr.Value) move {
	if k.confirm == nil {
		r.assign(k.into, value)
		return r.chosen(k.to, "ok")
	}
	r.set(k.confirm.slot, value)
	r.s.phase, r.s.noInput, r.s.noMatch = phaseConfirm, 0, 0
	return r.pose(k.confirm.ask, &k.confirm.gather, afterSilence, 0)
}

func (k *collectStepper) confirmed(r *run) move {
	c := k.confirm
	key := r.param("Digits")
	switch {
	case r.ev.Kind == Silence || key == "":
		return r.silence(c.ask, &c.gather)
	case key == c.yes:
		r.assign(k.into, r.s.slot(c.slot))
		r.clear([]int{c.slot})
		return r.chosen(k.to, "ok")
	case key == c.no:
		r.s.phase, r.s.noInput, r.s.noMatch = phaseEntry, 0, 0
		return k.enter(r)
	}
	if mv, ok := r.command(key, func() move { return r.pose(c.ask, &c.gather, afterSilence, 0) }); ok {
		return mv
	}
	return r.wrong(c.ask, &c.gather, afterWrong)
}

// entryFault is what is wrong with an entry.
type entryFault int

const (
	entryFine    entryFault = iota
	entryNoMatch            // it has not the form
	entryInvalid            // it has the form, and breaks a rule
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
	case plain == "" || len(text) > k.into.Max:
		return expr.Value{}, entryNoMatch
	case k.pattern != nil && !k.pattern.MatchString(plain):
		return expr.Value{}, entryInvalid
	case k.pattern != nil:
		text = plain
	}
	return expr.TextValue(text), entryFine
}

func (d *digitsRule) read(entry string, typ expr.Type, now time.Time) (expr.Value, entryFault) {
	if strings.Trim(entry, "0123456789") != "" || len(entry) < d.min || len(entry) > d.max {
		return expr.Value{}, entryNoMatch
	}
	if d.pattern != nil && !d.pattern.MatchString(entry) {
		return expr.Value{}, entryInvalid
	}
	if d.date != nil {
		return d.date.read(entry, now)
	}
	// A range is about a number that has at most 15 digits, which is exact.
	n, err := expr.Number.Parse(entry)
	if d.bounds != nil && (err != nil || n.Number() < float64(d.bounds.From) || n.Number() > float64(d.bounds.To)) {
		return expr.Value{}, entryInvalid
	}
	if typ == expr.Number {
		if err != nil {
			return expr.Value{}, entryInvalid
		}
		return n, entryFine
	}
	return expr.TextValue(entry), entryFine
}

// dateRule is a compiled DateRule.
type dateRule struct {
	layout   string
	zone     *time.Location
	from, to *int
}

func (c *nodeCompiler) dateRule(d *DateRule, digits *digitsRule) *dateRule {
	out := &dateRule{layout: d.Layout, zone: time.UTC, from: d.From, to: d.To}
	if !validLayout(d.Layout) {
		c.fault(InvalidValue, "digits.date.layout", "%q is no order of a date: write DD and MM, and YY or YYYY if the year is asked for, each once", d.Layout)
	}
	if digits.min != len(d.Layout) || digits.max != len(d.Layout) {
		c.fault(InvalidValue, "digits.max", "a date as %s has %d digits: leave min and max out", d.Layout, len(d.Layout))
	}
	if d.Zone != "" {
		out.zone = c.zone("digits.date.zone", d.Zone)
	}
	if d.From != nil && d.To != nil && *d.From > *d.To {
		c.fault(InvalidValue, "digits.date.from", "no date is from %d to %d days from today", *d.From, *d.To)
	}
	return out
}

// zone finds a time zone.
func (c *nodeCompiler) zone(field, name string) *time.Location {
	loc, err := loadZone(name)
	if err != nil {
		c.fault(UnknownZone, field, "%q is no time zone: write an IANA name such as Europe/Paris", name)
		return time.UTC
	}
	return loc
}

func loadZone(name string) (*time.Location, error) {
	if name == "" || name == "Local" { // which differ from machine to machine, or mean UTC
		return nil, fmt.Errorf("no zone")
	}
	return time.LoadLocation(name)
}

func validLayout(s string) bool {
	rest := s
	for _, part := range []string{"DD", "MM"} {
		if strings.Count(s, part) != 1 {
			return false
		}
		rest = strings.Replace(rest, part, "", 1)
	}
	return rest == "" || rest == "YY" || rest == "YYYY"
}

// read takes digits as a date. A date that does not exist is of the wrong form.
func (d *dateRule) read(entry string, now time.Time) (expr.Value, entryFault) {
	part := func(name string) int {
		at := strings.Index(d.layout, name)
		if at < 0 {
			return 0
		}
		n, _ := strconv.Atoi(entry[at : at+len(name)]) // they are digits
		return n
	}
	now = now.In(d.zone)
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	month, dayOf := time.Month(part("MM")), part("DD")
	var date time.Time
	switch {
	case strings.Contains(d.layout, "YYYY"):
		date = time.Date(part("YYYY"), month, dayOf, 0, 0, 0, 0, time.UTC)
	case strings.Contains(d.layout, "YY"):
		date = time.Date(fullYear(part("YY"), today.Year()), month, dayOf, 0, 0, 0, 0, time.UTC)
	default:
		date = nextSuchDay(today, month, dayOf)
	}
	if date.Month() != month || date.Day() != dayOf || date.Year() < 1 {
		return expr.Value{}, entryInvalid
	}
	days := int(date.Sub(today).Hours() / 24)
	if d.from != nil && days < *d.from || d.to != nil && days > *d.to {
		return expr.Value{}, entryInvalid
	}
	return expr.DateValue(date), entryFine
}

// fullYear completes a year of two digits: at most ten years from now, otherwise
// in the past.
func fullYear(yy, now int) int {
	year := now/100*100 + yy
	for year > now+10 {
		year -= 100
	}
	for year+100 <= now+10 {
		year += 100
	}
	return year
}

// nextSuchDay is the next day of this month and day from today on; the 29th of
// February may be years away.
func nextSuchDay(today time.Time, month time.Month, dayOf int) time.Time {
	for year := today.Year(); year <= today.Year()+8; year++ {
		date := time.Date(year, month, dayOf, 0, 0, 0, 0, time.UTC)
		if date.Day() == dayOf && !date.Before(today) {
			return date
		}
	}
	return time.Time{}
}
