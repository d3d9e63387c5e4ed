package carrier

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/callgate/callgate/twiml"
)

// paying is a Pay: it asks for one thing about a card or an account after another. A
// caller may type all of it. When nobody does, the world pays after a while, as if
// somebody had.
type paying struct {
	idle
	el      *twiml.Element
	asks    []string // what is still asked for; the first is being asked
	attempt int      // at it, from 1
	fault   string   // the errorType of the attempt before
	prompts prompts
	typed   bool // the caller has begun to type
	entry   string
	again   string            // the entry that must be repeated
	have    map[string]string // what was entered; never changed once made
	payment *Payment
}

func (p *paying) clone() activity {
	c := *p
	c.asks, c.prompts = slices.Clone(p.asks), p.prompts.clone()
	return &c
}

// Tokens of a Pay's timers.
const (
	tokenUnpaid = tokenPrompt + 1 + iota // nothing was typed for too long
	tokenPaid                            // the world has paid
)

// What a Pay asks for: the values of a Prompt's "for".
const (
	askCard       = "payment-card-number"
	askExpiry     = "expiration-date"
	askCode       = "security-code"
	askPostal     = "postal-code"
	askRouting    = "bank-routing-number"
	askAccount    = "bank-account-number"
	payProcessing = "payment-processing"
)

// pay begins a Pay (twiml/pay). Its action must be https: it gets a card's token.
func (m *machine) pay(t *thread, el *twiml.Element) bool {
	if url := actionOrHere(t, el).url; !strings.HasPrefix(url, "https:") {
		m.fatal(t, Problem{Code: codePayAction, URL: url, Line: el.Line, Col: el.Col, Message: "the action of <Pay> must be an https URL"})
		return true
	}
	p := &paying{el: el, asks: asksOf(el)}
	t.act = p
	m.emit(Paying{Connector: el.AttrOr("paymentConnector", "Default"), Amount: el.AttrOr("chargeAmount", ""), Currency: el.AttrOr("currency", "usd")})
	p.ask(m, t, 1, "")
	return true
}

// asksOf lists what a Pay asks for.
func asksOf(el *twiml.Element) []string {
	if el.AttrOr("paymentMethod", "credit-card") == "ach-debit" {
		return []string{askRouting, askAccount}
	}
	asks := []string{askCard, askExpiry}
	if el.AttrOr("securityCode", "true") != "false" {
		asks = append(asks, askCode)
	}
	if el.AttrOr("postalCode", "true") == "true" { // else there is none, or it is the value
		asks = append(asks, askPostal)
	}
	return asks
}

// attempts is how often each thing is asked for.
func (p *paying) attempts(m *machine) int {
	return intAttr(p.el, "maxAttempts", m.set.Options.PayAttempts, 1, 3)
}

// ask asks for the first thing of what is still to be asked.
func (p *paying) ask(m *machine, t *thread, attempt int, fault string) {
	p.attempt, p.fault, p.entry = attempt, fault, ""
	p.prompts = prompts{}
	p.progress(m, t)
	p.prompts.list = p.promptsFor(m, t, p.asks[0])
	m.emit(Listening{Leg: t.leg, Verb: "Pay"})
	p.listening(m, t)
	p.next(m, t)
}

func (p *paying) listening(m *machine, t *thread) {
	m.emit(Listening{Leg: t.leg, Verb: "Pay", Keys: true, FinishOnKey: "#", Quiet: p.prompts.quiet, WorldActs: !p.typed})
}

func (p *paying) fetched(m *machine, t *thread, f Fetched) {
	if p.prompts.fetched(m, t, f, codeMedia) {
		p.next(m, t)
	}
}

// next begins the next prompt, or goes on when there is none.
func (p *paying) next(m *machine, t *thread) {
	if !p.prompts.next(m, t) {
		p.prompted(m, t)
	}
}

// prompted waits for what was asked for. Behind the last prompt, that the payment is
// being made, it is made.
func (p *paying) prompted(m *machine, t *thread) {
	if len(p.asks) == 0 {
		p.over(m, t, p.outcomeOf(m).Result)
		return
	}
	p.listening(m, t)
	p.wait(m, t)
}

// wait waits for the next key, unless the world is paying.
func (p *paying) wait(m *machine, t *thread) {
	m.stopTimer(t, tokenUnpaid)
	if p.typed || p.payment == nil {
		m.timer(time.Duration(intAttr(p.el, "timeout", 5, 1, maxSeconds))*time.Second, t, tokenUnpaid)
	}
}

func (p *paying) outcome(m *machine, t *thread, e Event) bool {
	d, ok := e.(PayDoes)
	if !ok || p.payment != nil {
		return false
	}
	o := d.Payment
	set(&o.Result, "success")
	set(&o.Takes, m.set.Options.PayTakes)
	p.payment = &o
	if !p.typed {
		m.stopTimer(t, tokenUnpaid)
		m.timer(o.Takes, t, tokenPaid)
	}
	return true
}

// outcomeOf is how a payment goes about which all was typed.
func (p *paying) outcomeOf(m *machine) *Payment {
	if p.payment == nil {
		p.payment = &Payment{Result: "success", Takes: m.set.Options.PayTakes}
	}
	return p.payment
}

func (p *paying) expired(m *machine, t *thread, token int) {
	switch {
	case token == tokenPrompt:
		if !p.prompts.heard(m, t) {
			p.prompted(m, t)
		}
	case token == tokenPaid:
		p.over(m, t, p.payment.Result)
	case p.entry == "":
		p.failed(m, t, "timeout")
	default:
		p.entered(m, t)
	}
}

// key takes a key. "*" ends a Pay, "#" an entry.
func (p *paying) key(m *machine, t *thread, k byte) bool {
	switch {
	case k == '*':
		p.over(m, t, "caller-interrupted-with-star")
		return true
	case len(p.asks) == 0, k == '#' && p.entry == "":
		return true
	}
	p.barge(m, t)
	if k == '#' {
		p.entered(m, t)
		return true
	}
	p.entry += string(k)
	if len(p.entry) >= fullLength(p.asks[0], p.entry, p.cardType()) {
		p.entered(m, t)
		return true
	}
	p.wait(m, t)
	return true
}

// barge stops the prompt, and from the first key on the world does not pay by itself.
func (p *paying) barge(m *machine, t *thread) {
	first := !p.typed
	p.typed = true
	m.stopTimer(t, tokenPaid)
	if quiet := p.prompts.quiet; first || !quiet {
		p.prompts.cut(m, t)
		p.listening(m, t)
	}
}

// entered judges an entry, and asks for the next thing or for the same again.
func (p *paying) entered(m *machine, t *thread) {
	m.stopTimer(t, tokenUnpaid)
	what, entry := p.asks[0], p.entry
	if fault := p.wrong(m, what, entry); fault != "" {
		p.failed(m, t, fault)
		return
	}
	if el := p.element(what); el != nil && el.AttrOr("requireMatchingInputs", "false") == "true" && p.again != entry {
		if p.again != "" {
			p.again = ""
			p.failed(m, t, "input-matching-failed")
			return
		}
		p.again = entry
		p.ask(m, t, p.attempt, "")
		return
	}
	p.again = ""
	have := map[string]string{what: entry}
	for name, value := range p.have {
		have[name] = value
	}
	p.have, p.asks = have, p.asks[1:]
	if len(p.asks) > 0 {
		p.ask(m, t, 1, "")
		return
	}
	p.process(m, t)
}

// process lets the caller hear that the payment is being made, and makes it.
func (p *paying) process(m *machine, t *thread) {
	m.emit(Listening{Leg: t.leg, Verb: "Pay"})
	p.attempt, p.fault = 1, ""
	p.prompts = prompts{list: p.promptsFor(m, t, payProcessing)}
	p.next(m, t)
}

// failed asks again, or gives up.
func (p *paying) failed(m *machine, t *thread, fault string) {
	if p.attempt >= p.attempts(m) {
		p.over(m, t, "too-many-failed-attempts")
		return
	}
	p.ask(m, t, p.attempt+1, fault)
}

func (p *paying) over(m *machine, t *thread, result string) {
	m.stopTimer(t, tokenPaid)
	m.stopTimer(t, tokenUnpaid)
	p.prompts.cut(m, t)
	m.emit(Listening{Leg: t.leg, Verb: "Pay"})
	m.then(t, p.result(m, t, result))
}

func (p *paying) gone(m *machine, t *thread) *load { return p.result(m, t, "caller-hung-up") }

// element is the Prompt of the document for a thing, an attempt, an error and a card:
// the first that names all of it or leaves it open.
func (p *paying) element(what string) *twiml.Element {
	for el := range p.el.Elements() {
		if el.Name == "Prompt" && el.AttrOr("for", what) == what && names(el, "attempt", strconv.Itoa(p.attempt)) &&
			names(el, "cardType", p.cardType()) && (el.AttrOr("errorType", "") == "" || names(el, "errorType", p.fault)) {
			return el
		}
	}
	return nil
}

// names reports whether an attribute that is a list has a word, or is not there.
func names(el *twiml.Element, attr, word string) bool {
	list, ok := el.Attr(attr)
	return !ok || slices.Contains(strings.Fields(list), word)
}
