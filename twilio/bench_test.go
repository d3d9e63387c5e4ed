package twilio_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"net/http"
	"testing"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/twilio"
)

// inbound are the 27 parameters of a captured inbound call (2025; numbers,
// identifiers and the call token changed), in the order on the wire.
var inbound = [][2]string{
	{"Called", "+13105550199"}, {"ToState", "CA"}, {"CallerCountry", "US"}, {"Direction", "inbound"},
	{"CallerState", "CA"}, {"ToZip", ""}, {"CallSid", "CA450188bc524230c5086da78b80861648"},
	{"To", "+13105550199"}, {"CallerZip", "91604"}, {"ToCountry", "US"},
	{"StirVerstat", "TN-Validation-Passed-A"},
	{"CallToken", "%7B%22parentCallInfoToken%22%3A%22eyJhbGciOiJFUzI1NiJ9.eyJjYWxsU2lkIjoiQ0EwIiwiZnJvbSI6IisxIiwidG8iOiIrMSIsImlhdCI6IjEifQ.AAAABBBBCCCCDDDDEEEEFFFFGGGGHHHHIIIIJJJJKKKKLLLLMMMMNNNNOOOOPPPPQQQQRRRRSSSSTTTTUUUUVV%22%2C%22identityHeaderTokens%22%3A%5B%5D%7D"},
	{"CalledZip", ""}, {"ApiVersion", "2010-04-01"}, {"CalledCity", ""}, {"CallStatus", "ringing"},
	{"From", "+18185550123"}, {"AccountSid", "AC00000000000000000000000000000000"}, {"CalledCountry", "US"},
	{"CallerCity", "LOS ANGELES"}, {"ToCity", ""}, {"FromCountry", "US"}, {"Caller", "+18185550123"},
	{"FromCity", "LOS ANGELES"}, {"CalledState", "CA"}, {"FromZip", "91604"}, {"FromState", "CA"},
}

const token = "0123456789abcdef0123456789abcdef"

func benchRequest(tb testing.TB) (*callgate.Request, []byte) {
	r := &callgate.Request{
		Method: http.MethodPost,
		URL:    "https://ivr.example.org/voice/step?s=opaque-state-of-a-call",
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded; charset=UTF-8"}},
		Body:   []byte(encodeForm(inbound)),
	}
	v := mustNew(tb, twilio.Config{Keys: []twilio.Key{{Name: "only", Token: token}}})
	signature, err := v.Sign(r)
	if err != nil {
		tb.Fatal(err)
	}
	r.Header.Set(twilio.Header, signature)
	return r, []byte(signedString(r.URL, inbound))
}

func BenchmarkVerify(b *testing.B) {
	r, signed := benchRequest(b)
	b.Run("hmac", func(b *testing.B) { // the yardstick: one HMAC over the same bytes
		b.ReportAllocs()
		for b.Loop() {
			m := hmac.New(sha1.New, []byte(token))
			m.Write(signed)
			m.Sum(nil)
		}
	})
	for name, profile := range map[string]twilio.Profile{"signature": twilio.ProfileSignature, "voice": twilio.ProfileVoice} {
		v := mustNew(b, twilio.Config{Keys: []twilio.Key{{Name: "only", Token: token}}, Profile: profile})
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := v.Verify(r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
