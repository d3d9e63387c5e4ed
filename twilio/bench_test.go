package twilio_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"testing"

	"github.com/callgate/callgate/twilio"
)

// BenchmarkVerify measures the way from the raw body to the verdict, next to the
// yardstick: one HMAC-SHA1 over the bytes that are signed.
func BenchmarkVerify(b *testing.B) {
	for _, c := range captures(b)[:4] {
		r := c.request()
		signed := []byte(signedString(c.url, c.params))
		b.Run(c.name+"/hmac", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				m := hmac.New(sha1.New, []byte(token))
				m.Write(signed)
				m.Sum(nil)
			}
		})
		for _, p := range []struct {
			name    string
			profile twilio.Profile
		}{{"signature", twilio.ProfileSignature}, {"voice", twilio.ProfileVoice}} {
			v := mustNew(b, twilio.Config{Keys: []twilio.Key{{Name: "only", Token: token}}, Profile: p.profile})
			b.Run(c.name+"/"+p.name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := v.Verify(r); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
