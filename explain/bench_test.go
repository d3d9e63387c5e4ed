package explain_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/callgate/callgate/explain"
	"github.com/callgate/callgate/twilio"
)

// BenchmarkExplain explains forged requests, for which every search goes to its
// end or to its bound: what an attacker can make an explanation cost.
func BenchmarkExplain(b *testing.B) {
	for _, bench := range []struct {
		name string
		seed uint64
	}{{"form", 0}, {"form-and-query", 9}, {"odd-form-and-query", 18}, {"get", 21}, {"json", 2}} {
		b.Run(bench.name, func(b *testing.B) {
			c := newCase(bench.seed)
			r := c.request()
			r.Header.Set(twilio.Header, "AAAAAAAAAAAAAAAAAAAAAAAAAAA=")
			benchmark(b, c.config, r)
		})
	}
	b.Run("largest-body", func(b *testing.B) {
		c := newCase(0)
		r := c.request()
		r.Header.Set(twilio.Header, "AAAAAAAAAAAAAAAAAAAAAAAAAAA=")
		r.Body = make([]byte, 64<<10)
		for i := range r.Body {
			r.Body[i] = "a=%20&b, c;"[i%11]
		}
		benchmark(b, c.config, r)
	})
	b.Run("many-headers", func(b *testing.B) {
		c := newCase(0)
		r := c.request()
		r.Header = http.Header{twilio.Header: {"AAAAAAAAAAAAAAAAAAAAAAAAAAA="}, "Content-Type": r.Header["Content-Type"]}
		for range 100 {
			for _, name := range []string{"X-Forwarded-Host", "X-Forwarded-Prefix", "X-Original-Uri", "X-Forwarded-Port"} {
				r.Header.Add(name, "/"+string(rune('a'+len(r.Header[name])%26))+"?x=1")
			}
		}
		benchmark(b, c.config, r)
	})
}

func benchmark(b *testing.B, config explain.Config, r *explain.Request) {
	e, err := explain.New(config)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	var tried int
	for b.Loop() {
		tried = e.Explain(context.Background(), r).Tried
	}
	b.ReportMetric(float64(tried), "candidates")
}
