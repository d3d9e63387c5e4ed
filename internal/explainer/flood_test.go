package explainer_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/twilio"
)

// BenchmarkFlood is the time of ten admitted requests, of the same while a hundred forged
// ones are refused, and of the same with explanations. The difference of the
// last two is what explanations cost under a flood.
func BenchmarkFlood(b *testing.B) {
	for _, c := range []struct {
		name      string
		forged    int
		explained bool
	}{{"quiet", 0, false}, {"flood", 10, false}, {"flood-explained", 10, true}} {
		b.Run(c.name, func(b *testing.B) {
			t := newBench(b)
			if !c.explained {
				t.runner.Use(nil)
			}
			ctx, stop := context.WithCancel(b.Context())
			done := make(chan struct{})
			go func() { t.runner.Run(ctx); close(done) }()
			defer func() { stop(); <-done }()
			valid, forged := signed(b, "https://ivr.example.org/"), signed(b, "https://other.example.org/")
			for b.Loop() {
				for range 10 {
					t.send(valid)
					for range c.forged {
						t.send(forged)
					}
				}
			}
		})
	}
}

const benchForm = "AccountSid=AC00000000000000000000000000000001&CallSid=CA00000000000000000000000000000001&From=%2B15005550006&Digits=4711"

// signed returns the headers of a form that was signed for an address.
func signed(b *testing.B, address string) http.Header {
	b.Helper()
	v, err := twilio.New(twilio.Config{Keys: keys, Profile: twilio.ProfileSignature})
	if err != nil {
		b.Fatal(err)
	}
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	signature, err := v.Sign(&callgate.Request{Method: "POST", URL: address, Header: header, Body: []byte(benchForm)})
	if err != nil {
		b.Fatal(err)
	}
	header.Set(twilio.Header, signature)
	return header
}

func (b *bench) send(header http.Header) {
	r := httptest.NewRequest("POST", "/", strings.NewReader(benchForm))
	r.Header = header
	b.handler.ServeHTTP(httptest.NewRecorder(), r)
}
