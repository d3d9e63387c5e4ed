package ivr

import (
	"cmp"
	"strings"

	"github.com/callgate/callgate/ivr/expr"
	"github.com/callgate/callgate/twiml"
)

// Phases of a Callback.
const (
	phaseOffer  uint8 = iota // the number at hand is to be confirmed
	phaseNumber              // a number is to be entered
	phaseSlot                // a time is to be chosen
)

// Lengths of a number that is entered, E.164 in mind: 15 digits at most, and
// before them an access code such as 00 or 011.
const (
	minEntered = 6
	maxEntered = 18
)

// callbackFinish is the key that ends a number.
const callbackFinish = "#"

// callbackStepper is a compiled Callback.
type callbackStepper struct {
	number         *asker
	offer          *asker
	slots          *slotsChoice // nil when there is none
	yes, other, no string
	country, trunk string
	list           string
	note           *template
	booked         target
	declined       target
	failed         target
}

func (b *Callback) compile(c *nodeCompiler) stepper {
	out := &callbackStepper{
		yes: cmp.Or(b.Yes, "1"), other: cmp.Or(b.Other, "2"), no: cmp.Or(b.No, "3"),
		country: b.Country, trunk: b.Trunk, list: b.List,
	}
	c.yesNo("yes", out.yes, out.other, out.no)
	if strings.Trim(b.Country, "0123456789") != "" || b.Country == "" || len(b.Country) > 3 || b.Country[0] == '0' {
		c.fault(InvalidValue, "country", "%q is no country code: write it like 44", b.Country)
	}
	if strings.Trim(b.Trunk, "0123456789") != "" {
		c.fault(InvalidValue, "trunk", "%q is no prefix: write digits, such as 0", b.Trunk)
	}
	number, with := b.Ask, askWith{fallback: nowhere}
	if b.Invalid != "" {
		number.Exhausted, with.exhausted = b.Invalid, "invalid"
	}
	out.number = c.ask(&number, with)
	c.slotFor(&c.p.callback, maxE164)
	c.callback = true
	out.offer = c.sameAsking(out.number, "confirm", b.Confirm)
	out.slots = c.slots(b, out.number)
	out.note = c.template("note", b.Note, "go into a booking")
	c.callback = false
	c.silentCost(out.offer)
	out.number.gathers = []twiml.Gather{{Input: twiml.DTMF, Timeout: twiml.Seconds(out.number.timeout), NumDigits: maxEntered, FinishOnKey: twiml.Set(callbackFinish)}}
	out.offer.gathers = []twiml.Gather{keyGather(out.number.timeout)}
	if out.slots != nil {
		out.slots.ask.gathers = out.offer.gathers
	}
	out.booked = c.exit("booked", "booked", b.Booked, ByCaller)
	out.declined = c.exit("declined", "declined", b.Declined, ByCaller)
	out.failed = c.errorExit("error", b.Error)
	c.globalKeys(false, func(key string) bool { return key == out.yes || key == out.other || key == out.no })
	if out.slots != nil {
		c.shadowing(sortedKeys(out.slots.byKey)...)
	}
	return out
}

// sameAsking is another question of a node that counts and gives up as the first.
func (c *nodeCompiler) sameAsking(a *asker, field string, p Prompt) *asker {
	again := *a
	again.first = c.prompt(field, p)
	again.again = again.first
	again.questions = [introKinds][]question{}
	c.prepare(&again)
	return &again
}

func (b *callbackStepper) enter(r *run) move {
	if from := r.param("From"); isE164(from) && from != anonymousNumber {
		return b.propose(r, from)
	}
	return b.askNumber(r)
}

// anonymousNumber is what some networks show for a withheld number: the letters of
// ANONYMOUS on a telephone's keys.
const anonymousNumber = "+266696687"

// propose asks whether a number is right.
func (b *callbackStepper) propose(r *run, number string) move {
	r.set(r.p.callback, expr.TextValue(number))
	r.s.phase, r.s.noInput, r.s.noMatch = phaseOffer, 0, 0
	return r.pose(b.offer, afterSilence, 0)
}

func (b *callbackStepper) askNumber(r *run) move {
	r.s.phase, r.s.noInput, r.s.noMatch = phaseNumber, 0, 0
	return r.pose(b.number, afterSilence, 0)
}

func (b *callbackStepper) resume(r *run) move {
	if r.ev.Kind != Input && r.ev.Kind != Silence {
		return r.misplaced()
	}
	switch {
	case r.s.phase == phaseOffer:
		return b.offered(r)
	case r.s.phase == phaseSlot && b.slots != nil:
		return b.slotChosen(r)
	}
	entry := r.param("Digits")
	if r.ev.Kind == Silence || entry == "" {
		return r.silence(b.number)
	}
	if number := b.complete(entry); number != "" {
		return b.propose(r, number)
	}
	if mv, ok := r.command(entry, func() move { return r.pose(b.number, afterSilence, 0) }); ok {
		return mv
	}
	return r.wrong(b.number, afterWrong)
}

func (b *callbackStepper) offered(r *run) move {
	key := r.param("Digits")
	switch {
	case r.ev.Kind == Silence || key == "":
		return r.silence(b.offer)
	case key == b.yes && b.slots != nil:
		r.s.phase, r.s.noInput, r.s.noMatch = phaseSlot, 0, 0
		return r.pose(b.slots.ask, afterSilence, 0)
	case key == b.yes:
		return b.book(r, "")
	case key == b.other:
		return b.askNumber(r)
	case key == b.no:
		return r.chosen(b.declined, "declined")
	}
	if mv, ok := r.command(key, func() move { return r.pose(b.offer, afterSilence, 0) }); ok {
		return mv
	}
	return r.wrong(b.offer, afterWrong)
}

// book has the booking made and waits for its result.
func (b *callbackStepper) book(r *run, slot string) move {
	result, ok := r.once(&Booking{
		Key: r.key(r.newID()), Node: r.p.nodes[r.s.node].name, List: b.list,
		Number: r.s.slot(r.p.callback).Text(), Language: r.lang().locale,
		Note: b.note.fill(r, plain), Slot: slot, At: r.ev.Now,
	})
	switch {
	case !ok:
		return move{to: blocks}
	case result.Outcome == Done:
		return r.take(b.booked, "booked")
	}
	return r.take(b.failed, "error")
}

// complete makes a number in E.164 form of one that was entered; "" when it cannot
// be one. 00 and, in North America, 011 come before numbers of other countries.
func (b *callbackStepper) complete(entry string) string {
	if strings.Trim(entry, "0123456789") != "" || len(entry) < minEntered || len(entry) > maxEntered {
		return ""
	}
	number := ""
	switch {
	case b.country == "1" && strings.HasPrefix(entry, "011"):
		number = "+" + entry[3:]
	case b.country == "1" && len(entry) == 11 && entry[0] == '1':
		number = "+" + entry
	case strings.HasPrefix(entry, "00"):
		number = "+" + entry[2:]
	default:
		number = "+" + b.country + strings.TrimPrefix(entry, b.trunk)
	}
	if !isE164(number) {
		return ""
	}
	return number
}
