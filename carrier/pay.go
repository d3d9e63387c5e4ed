package carrier

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/twiml"
)

// paying is a Pay. The carrier's own prompts are not simulated, only that there
// are some and how it ends.
type paying struct {
	idle
	el      *twiml.Element
	payment *Payment
}

func (p *paying) clone() activity { c := *p; return &c }

// Tokens of a Pay's timers.
const (
	tokenPaid   = iota // the result is there
	tokenUnpaid        // the caller did nothing, at the last attempt
)

// pay begins a Pay (twiml/pay). Its action must be https: it gets a card's token.
func (m *machine) pay(t *thread, el *twiml.Element) bool {
	p := &paying{el: el}
	if url := actionOrHere(t, el).url; !strings.HasPrefix(url, "https:") {
		m.fatal(t, Problem{Code: codePayAction, URL: url, Line: el.Line, Col: el.Col, Message: "the action of <Pay> must be an https URL"})
		return true
	}
	t.act = p
	m.emit(Paying{Connector: el.AttrOr("paymentConnector", "Default"), Amount: el.AttrOr("chargeAmount", "")})
	prompt := "Please enter your card number."
	if el.AttrOr("paymentMethod", "credit-card") == "ach-debit" {
		prompt = "Please enter your bank routing number."
	}
	d := m.sayLength(prompt)
	m.heard(Heard{Sound: SoundSay, Text: prompt, Language: el.AttrOr("language", "en-US"), Loop: 1, Lasts: d})
	m.emit(Listening{Leg: t.leg, Verb: "Pay", Keys: true, FinishOnKey: "*", Quiet: true})
	attempts := time.Duration(intAttr(el, "maxAttempts", 1, 1, 3))
	m.timer(d+attempts*time.Duration(intAttr(el, "timeout", 5, 1, maxSeconds))*time.Second, t, tokenUnpaid)
	return true
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
	m.stopTimer(t, tokenUnpaid)
	m.timer(o.Takes, t, tokenPaid)
	return true
}

func (p *paying) expired(m *machine, t *thread, token int) {
	if token == tokenUnpaid {
		p.over(m, t, "too-many-failed-attempts")
		return
	}
	p.over(m, t, p.payment.Result)
}

// key counts "*", which ends a Pay; what else is pressed is the card's and nobody's business.
func (p *paying) key(m *machine, t *thread, k byte) bool {
	if k == '*' {
		p.over(m, t, "caller-interrupted-with-star")
	}
	return true
}

func (p *paying) over(m *machine, t *thread, result string) {
	m.stopTimer(t, tokenPaid)
	m.stopTimer(t, tokenUnpaid)
	m.emit(Listening{Leg: t.leg, Verb: "Pay"})
	m.then(t, p.result(m, t, result))
}

func (p *paying) gone(m *machine, t *thread) *load { return p.result(m, t, "caller-hung-up") }

// result is the request to the action. Card data never appears, only what the
// carrier sends of it: a masked number and a token.
func (p *paying) result(m *machine, t *thread, result string) *load {
	params := callgate.Params{{Name: "Result", Value: result}}
	switch {
	case p.payment != nil && len(p.payment.Params) > 0:
		for _, name := range slices.Sorted(maps.Keys(p.payment.Params)) {
			params = append(params, callgate.Param{Name: name, Value: p.payment.Params[name]})
		}
	case result == "success":
		params = append(params, callgate.Param{Name: "PaymentMethod", Value: p.el.AttrOr("paymentMethod", "credit-card")},
			callgate.Param{Name: "PaymentCardNumber", Value: "xxxxxxxxxxxx1111"},
			callgate.Param{Name: "PaymentCardType", Value: "visa"},
			callgate.Param{Name: "ExpirationDate", Value: "1230"},
			callgate.Param{Name: "ProfileId", Value: m.sid("PK")})
		if p.el.AttrOr("chargeAmount", "") != "" {
			params = append(params, callgate.Param{Name: "PaymentConfirmationCode", Value: m.sid("PC")})
		} else {
			params = append(params, callgate.Param{Name: "PaymentToken", Value: m.sid("TK")})
		}
	}
	l := actionOrHere(t, p.el, params...)
	l.method = "POST"
	return l
}
