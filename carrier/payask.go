package carrier

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/callgate/callgate"
)

// payPrompts are what the carrier asks with when a document has no Prompt of its own.
// Its words are documented nowhere.
var payPrompts = map[string]string{
	askCard:       "Please enter your card number, followed by the pound key.",
	askExpiry:     "Please enter your expiration date, two digits for the month and two digits for the year.",
	askCode:       "Please enter the security code of your card.",
	askPostal:     "Please enter your postal code, followed by the pound key.",
	askRouting:    "Please enter your bank routing number.",
	askAccount:    "Please enter your bank account number, followed by the pound key.",
	payProcessing: "Thank you. Your payment is being processed.",
}

// promptsFor is what is heard before an entry.
func (p *paying) promptsFor(m *machine, t *thread, what string) []prompt {
	language := p.el.AttrOr("language", "en-US")
	if el := p.element(what); el != nil {
		var out []prompt
		for child := range el.Elements() {
			if oneOf(child.Name, "Say", "Play", "Pause") {
				q := m.prompt(t, child)
				if _, own := child.Attr("language"); !own && q.heard.Sound == SoundSay {
					q.heard.Language = language
				}
				out = append(out, q)
			}
		}
		return out
	}
	text := payPrompts[what]
	if oneOf(p.fault, "invalid-card-number", "invalid-card-type", "invalid-date", "invalid-security-code", "input-matching-failed") {
		text = "That was not valid. " + text
	}
	return []prompt{{ready: true, heard: Heard{Leg: t.leg, Sound: SoundSay, Text: text, Language: language, Loop: 1, Lasts: m.sayLength(text)}}}
}

// progress tells the statusCallback what is asked for. The names of its parameters are
// those of Prompt's attributes: the reference that this follows gives none.
func (p *paying) progress(m *machine, t *thread) {
	ref := p.el.AttrOr("statusCallback", "")
	if ref == "" {
		return
	}
	more := []callgate.Param{{Name: "For", Value: p.asks[0]}, {Name: "Attempt", Value: itoa(p.attempt)}}
	if p.fault != "" {
		more = append(more, callgate.Param{Name: "ErrorType", Value: p.fault})
	}
	m.send(Request{For: ForPay, Leg: t.leg, Verb: "Pay", Method: methodOr(p.el.AttrOr("statusCallbackMethod", "POST")),
		URL: resolve(t.url, ref), Callback: true, Params: withParams(m.standard(&m.legs[t.leg]), more...)}, 0)
}

// cardTypes are the kinds of card by how their numbers begin (ISO/IEC 7812), the longer
// beginning first, and how many digits they have; 0 for several lengths.
var cardTypes = []struct {
	begins, name string
	digits       int
}{
	{"34", "amex", 15}, {"37", "amex", 15}, {"36", "diners-club", 14}, {"38", "diners-club", 14}, {"30", "diners-club", 14},
	{"35", "jcb", 16}, {"6011", "discover", 16}, {"64", "discover", 16}, {"65", "discover", 16},
	{"2014", "enroute", 15}, {"2149", "enroute", 15}, {"50", "maestro", 0}, {"56", "maestro", 0}, {"57", "maestro", 0}, {"58", "maestro", 0},
	{"6", "maestro", 0}, {"4", "visa", 16}, {"5", "mastercard", 16}, {"2", "mastercard", 16},
}

func cardType(number string) (name string, digits int) {
	for _, c := range cardTypes {
		if strings.HasPrefix(number, c.begins) {
			return c.name, c.digits
		}
	}
	return "", 0
}

// cardType is the kind of the card that was entered.
func (p *paying) cardType() string {
	name, _ := cardType(p.have[askCard])
	return name
}

// Lengths of entries. A card number has 12 to 19 digits (ISO/IEC 7812), an American
// routing number 9, an account number at most 17 (the ACH rules of Nacha).
const (
	minCard, maxCard = 12, 19
	expiryDigits     = 4
	routingDigits    = 9
	maxAccount       = 17
	maxPostal        = 10
)

// fullLength is at how many digits an entry is complete without "#".
func fullLength(what, entry, card string) int {
	switch what {
	case askCard:
		if _, n := cardType(entry); n > 0 {
			return n
		}
		return maxCard
	case askExpiry:
		return expiryDigits
	case askCode:
		return codeDigits(card)
	case askRouting:
		return routingDigits
	case askAccount:
		return maxAccount
	}
	return maxPostal
}

// codeDigits is how long a security code is.
func codeDigits(card string) int {
	if card == "amex" {
		return 4
	}
	return 3
}

// wrong is the errorType of an entry, "" when it will do. For what the carrier has no
// errorType it is "timeout", the one of an entry that did not come to its end.
func (p *paying) wrong(m *machine, what, entry string) string {
	ok, fault := true, "timeout"
	switch what {
	case askCard:
		if kind, _ := cardType(entry); !slices.Contains(strings.Fields(p.el.AttrOr("validCardTypes", "visa mastercard amex")), kind) {
			return "invalid-card-type"
		}
		ok, fault = len(entry) >= minCard && luhn(entry), "invalid-card-number"
	case askExpiry:
		ok, fault = m.unexpired(entry), "invalid-date"
	case askCode:
		ok, fault = len(entry) == codeDigits(p.cardType()), "invalid-security-code"
	case askPostal:
		ok = len(entry) >= intAttr(p.el, "minPostalCodeLength", 1, 1, maxPostal)
	case askRouting:
		ok = len(entry) == routingDigits
	}
	if ok {
		return ""
	}
	return fault
}

// unexpired reports whether a date, MMYY, is that of the call's month or later.
func (m *machine) unexpired(entry string) bool {
	date, err := time.Parse("0106", entry)
	return err == nil && date.AddDate(0, 1, 0).After(m.set.Start.Add(m.now))
}

// luhn is the check of ISO/IEC 7812, annex B.
func luhn(digits string) bool {
	sum := 0
	for i := range len(digits) {
		n := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return sum%10 == 0
}

// result is the request to the action. Card data never appears, only what the
// carrier sends of it: masked numbers and a token.
func (p *paying) result(m *machine, t *thread, result string) *load {
	params := callgate.Params{{Name: "Result", Value: result}}
	switch {
	case p.payment != nil && len(p.payment.Params) > 0:
		for _, name := range slices.Sorted(maps.Keys(p.payment.Params)) {
			params = append(params, callgate.Param{Name: name, Value: p.payment.Params[name]})
		}
	case result == "success":
		params = append(params, p.paid(m)...)
	}
	l := actionOrHere(t, p.el, params...)
	l.method = "POST"
	return l
}

// paid are the parameters of a success.
func (p *paying) paid(m *machine) callgate.Params {
	have := p.have
	if have == nil { // the world has paid
		have = map[string]string{askCard: "4111111111111111", askExpiry: "1230", askCode: "123", askPostal: "94105", askRouting: "110000000", askAccount: "000123456789"}
	}
	method := p.el.AttrOr("paymentMethod", "credit-card")
	params := callgate.Params{{Name: "PaymentMethod", Value: method}, {Name: "ProfileId", Value: m.sid("PK")}}
	add := func(name, value string) { params = append(params, callgate.Param{Name: name, Value: value}) }
	if method == "ach-debit" {
		add("BankAccountNumber", masked(have[askAccount]))
		add("BankRoutingNumber", have[askRouting])
		add("BankAccountType", p.el.AttrOr("bankAccountType", "consumer-checking"))
	} else {
		kind, _ := cardType(have[askCard])
		add("PaymentCardNumber", masked(have[askCard]))
		add("PaymentCardType", kind)
		add("ExpirationDate", have[askExpiry])
		if slices.Contains(asksOf(p.el), askCode) {
			add("SecurityCode", strings.Repeat("x", len(have[askCode])))
		}
		switch given := p.el.AttrOr("postalCode", "true"); given {
		case "true":
			add("PaymentCardPostalCode", have[askPostal])
		case "false":
		default:
			add("PaymentCardPostalCode", given)
		}
	}
	if p.el.AttrOr("chargeAmount", "") != "" && strings.Trim(p.el.AttrOr("chargeAmount", ""), "0.") != "" {
		add("PaymentConfirmationCode", m.sid("PC"))
	} else { // no amount, or 0, makes a token (twiml/pay)
		add("PaymentToken", m.sid("TK"))
	}
	return params
}

// masked leaves the last four digits.
func masked(number string) string {
	n := max(0, len(number)-4)
	return strings.Repeat("x", n) + number[n:]
}
