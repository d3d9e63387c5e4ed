package twilio_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"net/http"
	"testing"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/twilio"
)

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
