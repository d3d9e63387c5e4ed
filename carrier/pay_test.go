package carrier_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/callgate/callgate/carrier"
)

// keys presses some, entry after entry.
func keys(entries ...string) func(*carrier.Call) error {
	return func(c *carrier.Call) error {
		for _, e := range entries {
			if err := c.Press(e); err != nil {
				return err
			}
		}
		return nil
	}
}

// Numbers of cards are those that card companies give for tests.
const (
	visa = "4111111111111111"
	amex = "378282246310005"
)

// What the action of a Pay is told: the Results and parameters are those of twiml/pay.
func TestPayResult(t *testing.T) {
	tests := []struct {
		name   string
		pay    string // attributes
		world  carrier.Payment
		do     func(*carrier.Call) error
		result string
		with   map[string]string
		not    []string
	}{
		{"nobody types", ` chargeAmount="10.00"`, carrier.Payment{}, nil, "success",
			map[string]string{"PaymentMethod": "credit-card", "PaymentCardNumber": "xxxxxxxxxxxx1111", "PaymentCardType": "visa", "PaymentConfirmationCode": "*"}, []string{"PaymentToken"}},
		{"a token", "", carrier.Payment{}, nil, "success", map[string]string{"PaymentToken": "*", "ProfileId": "*"}, []string{"PaymentConfirmationCode"}},
		{"a token for nothing", ` chargeAmount="0"`, carrier.Payment{}, nil, "success", map[string]string{"PaymentToken": "*"}, []string{"PaymentConfirmationCode"}},
		{"the connector fails", "", carrier.Payment{Result: "payment-connector-error", Params: map[string]string{"ConnectorError": "x"}}, nil,
			"payment-connector-error", map[string]string{"ConnectorError": "x"}, []string{"PaymentToken"}},
		{"all is typed", ` chargeAmount="20.45"`, carrier.Payment{}, keys(visa, "1230", "123", "94105#"), "success",
			map[string]string{"PaymentCardNumber": "xxxxxxxxxxxx1111", "ExpirationDate": "1230", "SecurityCode": "xxx", "PaymentCardPostalCode": "94105"}, nil},
		{"an amex", "", carrier.Payment{}, keys(amex, "0326", "1234", "1#"), "success",
			map[string]string{"PaymentCardNumber": "xxxxxxxxxxx0005", "PaymentCardType": "amex", "SecurityCode": "xxxx"}, nil},
		{"neither code nor postal code", ` securityCode="false" postalCode="false"`, carrier.Payment{}, keys(visa, "1230"), "success",
			nil, []string{"SecurityCode", "PaymentCardPostalCode"}},
		{"a postal code that is known", ` postalCode="10115"`, carrier.Payment{}, keys(visa, "1230", "123"), "success",
			map[string]string{"PaymentCardPostalCode": "10115"}, nil},
		{"typed, and the connector fails", "", carrier.Payment{Result: "payment-connector-error", Params: map[string]string{"PayErrorCode": "64012"}},
			keys(visa, "1230", "123", "94105#"), "payment-connector-error", map[string]string{"PayErrorCode": "64012"}, nil},
		{"a bank account", ` paymentMethod="ach-debit" bankAccountType="consumer-savings"`, carrier.Payment{}, keys("110000000", "000123456789#"), "success",
			map[string]string{"PaymentMethod": "ach-debit", "BankAccountNumber": "xxxxxxxx6789", "BankRoutingNumber": "110000000", "BankAccountType": "consumer-savings"}, []string{"PaymentCardNumber"}},
		{"a wrong number, three times", "", carrier.Payment{}, keys("4111111111111112", "4111111111111112", "4111111111111112"), "too-many-failed-attempts", nil, []string{"PaymentToken"}},
		{"a wrong number, once", ` maxAttempts="1"`, carrier.Payment{}, keys("4111111111111112"), "too-many-failed-attempts", nil, nil},
		{"no such card", ` maxAttempts="1" validCardTypes="amex"`, carrier.Payment{}, keys(visa), "too-many-failed-attempts", nil, nil},
		{"a card that has expired", ` maxAttempts="1"`, carrier.Payment{}, keys(visa, "0226"), "too-many-failed-attempts", nil, nil},
		{"a code too short", ` maxAttempts="1"`, carrier.Payment{}, keys(visa, "0326", "12#"), "too-many-failed-attempts", nil, nil},
		{"a postal code too short", ` maxAttempts="1" minPostalCodeLength="5"`, carrier.Payment{}, keys(visa, "0326", "123", "1234#"), "too-many-failed-attempts", nil, nil},
		{"begun, and no more", ` maxAttempts="2" timeout="3"`, carrier.Payment{}, keys("4#"), "too-many-failed-attempts", nil, nil},
		{"star", "", carrier.Payment{}, keys("*"), "caller-interrupted-with-star", nil, nil},
		{"star in an entry", "", carrier.Payment{}, keys("41*"), "caller-interrupted-with-star", nil, nil},
		{"hang-up", "", carrier.Payment{}, (*carrier.Call).HangUp, "caller-hung-up", nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			call, app := place(t, map[string]string{"/voice": `<Pay action="/paid"` + tt.pay + `/>`, "/paid": `<Say>thanks</Say>`},
				func(c *carrier.Config) { c.World.Payment = tt.world })
			if tt.do != nil {
				must(t, tt.do(call))
			}
			_, err := call.Finish()
			must(t, err)
			p := app.requests("/paid")[0].Params
			if p.Get("Result") != tt.result {
				t.Errorf("Result is %q, want %q\n%s", p.Get("Result"), tt.result, call.Transcript())
			}
			for name, want := range tt.with {
				if got := p.Get(name); got != want && (want != "*" || got == "") {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
			for _, name := range tt.not {
				if p.Get(name) != "" {
					t.Errorf("%s is %q", name, p.Get(name))
				}
			}
			if strings.Contains(call.Transcript(), "presses 4") || strings.Contains(call.Transcript(), "411111") {
				t.Errorf("the transcript has digits of the card:\n%s", call.Transcript())
			}
		})
	}
}

// The prompts of a document, by what is asked for, attempt, error and card; two of them
// are official examples (twiml/pay, twiml/pay/prompt).
func TestPayPrompts(t *testing.T) {
	const doc = `<Pay language="en-GB" statusCallback="/asked" timeout="4">
		<Prompt for="payment-card-number" errorType="invalid-card-number invalid-card-type"><Say>That is no card.</Say></Prompt>
		<Prompt for="payment-card-number" errorType="timeout"><Say>Still there?</Say></Prompt>
		<Prompt for="payment-card-number"><Say>Please enter your 16 digit Visa or Mastercard number.</Say></Prompt>
		<Prompt for="expiration-date" attempt="1"><Say>Two digits for the month and two digits for the year.</Say></Prompt>
		<Prompt for="expiration-date" attempt="2 3"><Say>For example, 0 3 2 2.</Say></Prompt>
		<Prompt for="security-code" cardType="amex"><Say>Four digits on the front.</Say></Prompt>
		<Prompt for="security-code" cardType="visa mastercard" requireMatchingInputs="true"><Say>Three digits on the back.</Say></Prompt>
		<Prompt for="payment-processing"><Say>One moment.</Say><Pause length="2"/></Prompt>
	</Pay>`
	call, app := place(t, map[string]string{"/voice": doc, "/asked": ""})
	for _, step := range []struct{ hear, press string }{
		{"Please enter your 16 digit", "4111111111111112"},
		{"That is no card", "4#"},
		{"That is no card", visa},
		{"Two digits", "1330"},
		{"For example", "1230"},
		{"Three digits", "123"},
		{"Three digits", "124"}, // not the same
		{"Three digits", "123"},
		{"Three digits", "123"},
		{"postal code", "94105#"},
		{"One moment", ""},
	} {
		must(t, call.Hear(step.hear))
		if step.press != "" {
			must(t, call.Press(step.press))
		}
	}
	var asked []string
	for _, r := range app.requests("/asked") {
		asked = append(asked, strings.TrimSpace(r.Params.Get("For")+" "+r.Params.Get("Attempt")+" "+r.Params.Get("ErrorType")))
	}
	want := []string{
		"payment-card-number 1", "payment-card-number 2 invalid-card-number", "payment-card-number 3 invalid-card-number",
		"expiration-date 1", "expiration-date 2 invalid-date", "security-code 1", "security-code 1", "security-code 2 input-matching-failed",
		"security-code 2", "postal-code 1",
	}
	if !slices.Equal(asked, want) {
		t.Errorf("asked\n%s\nwant\n%s", strings.Join(asked, "\n"), strings.Join(want, "\n"))
	}
	for _, e := range call.Log() {
		if e.Heard != nil && e.Heard.Sound == carrier.SoundSay && e.Heard.Language != "en-GB" {
			t.Errorf("%v is not in English of Britain", e)
		}
	}
}

// Once the caller has begun to type, time-outs run out, and the world does not pay.
func TestPayTimeout(t *testing.T) {
	call, app := place(t, map[string]string{"/voice": `<Pay action="/paid" timeout="4" maxAttempts="2"/>`, "/paid": ""})
	must(t, call.Press("4"))
	must(t, call.Silence())
	must(t, call.Hear("That was not valid"))
	must(t, call.Silence())
	_, err := call.Finish()
	must(t, err)
	if got := app.requests("/paid")[0].Params.Get("Result"); got != "too-many-failed-attempts" {
		t.Errorf("Result is %q\n%s", got, call.Transcript())
	}
}

// A caller who is no part of the world's plans does not type, and the prompts run out.
func TestPaySilence(t *testing.T) {
	a, server := newApp(t, map[string]string{"/voice": `<Pay action="/paid" timeout="4" maxAttempts="2"/>`, "/paid": ""})
	line, err := carrier.NewLine(carrier.Config{Token: token, VoiceURL: publicURL + "/voice", Server: server})
	must(t, err)
	call, err := line.Call(t.Context(), carrier.Caller{Manual: true})
	must(t, err)
	for {
		if _, over := call.End(); over {
			break
		}
		_, err := call.Step(call.Now() + time.Minute)
		must(t, err)
	}
	if got := a.requests("/paid")[0].Params.Get("Result"); got != "too-many-failed-attempts" {
		t.Errorf("Result is %q\n%s", got, call.Transcript())
	}
}

func TestPayActionMustBeHTTPS(t *testing.T) {
	call, _ := place(t, map[string]string{"/voice": `<Pay action="http://ivr.example.org/paid"/>`})
	finish(t, call, carrier.EndApology)
	wantCode(t, call, 64016)
}
