package explain_test

import (
	"context"
	"net/http"
	"strings"
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

// hostile are pieces that repeated make long bodies and queries which are dear to take
// apart. None may cost much more than an ordinary form.
var hostile = map[string]string{
	"lists": `["a",`, "commas": "a,", "spaces": "+", "names": "a_", "entities": "%26amp;", "pairs": "&", "repeated": "a=1&", "euros": "%E2%82%AC", "slashes": "/",
}

func BenchmarkExplainHostile(b *testing.B) {
	for name, piece := range hostile {
		c := newCase(0)
		r := c.request()
		r.Header.Set(twilio.Header, "AAAAAAAAAAAAAAAAAAAAAAAAAAA=")
		b.Run(name+"/body", func(b *testing.B) {
			r.Body = []byte("Body=" + strings.Repeat(piece, 60<<10/len(piece)))
			benchmark(b, c.config, r)
		})
		b.Run(name+"/query", func(b *testing.B) {
			get := &explain.Request{Method: "GET", Header: r.Header, URL: "https://ivr.example.org/?" + strings.Repeat(piece, 8000/len(piece))}
			benchmark(b, c.config, get)
		})
	}
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
