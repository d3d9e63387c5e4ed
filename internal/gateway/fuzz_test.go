package gateway_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/internal/gateway"
)

// FuzzPassesOn: whatever is admitted comes to the application byte for byte, with no header
// that is not on the list, no principal but those of the gate, and under a path that the
// gate's route covers whatever the case of its letters.
func FuzzPassesOn(f *testing.F) {
	var got *seen
	application := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = &seen{r.Method, r.RequestURI, r.Host, string(body), r.Header}
		io.WriteString(w, welcome)
	}))
	f.Cleanup(application.Close)
	g, err := gateway.New(gateway.Config{Upstream: application.URL, Routes: routes, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		f.Fatal(err)
	}
	allow := []callgate.Entry{{Effect: callgate.Allow, Principal: callgate.Everyone, Permission: callgate.View}}
	gate, err := callgate.New(callgate.Config{
		PublicURL: "https://ivr.example.org", Users: users{},
		Rescue: callgate.Rescue{Documents: map[string][]byte{"": []byte(apology)}},
		Routes: []callgate.Route{
			{Path: "/", Auth: callgate.AuthBasic, Entries: allow},
			{Path: "/admin", Entries: []callgate.Entry{{Effect: callgate.Deny, Principal: callgate.Everyone, Permission: callgate.View}}},
		},
	})
	if err != nil {
		f.Fatal(err)
	}
	handler := gate.Handler(g)
	f.Add("/a%2fb?c=%2B;d&&", "Callgate_Principals", "user:root", "a=1", "Upgrade")
	f.Add("/Admin;x/%41", "X-Original-URL", "/admin", "", "Connection")
	f.Add("/españa?", "Transfer-Encoding", "chunked", "a;b", "Content-Length")
	f.Fuzz(func(t *testing.T, target, name, value, body, name2 string) {
		u := strings.SplitN(target, "?", 2)[0]
		r := httptest.NewRequest("POST", "/", strings.NewReader(body))
		r.RequestURI, r.URL.Path = target, pathOf(u)
		r.Header.Set("Content-Type", form)
		if valid(name) && valid(name2) {
			r.Header[http.CanonicalHeaderKey(name)] = []string{strings.Map(visible, value)}
			r.Header[name2] = []string{strings.Map(visible, value)}
		}
		r.SetBasicAuth("ann", "open sesame")
		got = nil
		handler.ServeHTTP(httptest.NewRecorder(), r)
		if got == nil {
			return
		}
		if got.Target != target || got.Body != body || got.Header.Get(gateway.Principals) != "everyone, user:ann" {
			t.Errorf("sent %q %q, the application got %+v", target, body, got)
		}
		if strings.HasPrefix(strings.ToLower(pathOf(u))+"/", "/admin/") {
			t.Errorf("%q was passed on", target)
		}
		for name := range got.Header {
			if !strings.Contains(" Accept Accept-Language Content-Length Content-Type Cookie Traceparent Tracestate User-Agent X-Request-Id I-Twilio-Idempotency-Token Callgate-Principals X-Forwarded-Proto X-Forwarded-Host ", " "+name+" ") && !strings.HasPrefix(name, "X-Twilio-") {
				t.Errorf("the application got the header %s", name)
			}
		}
	})
}

// pathOf decodes a path as net/http does; what it refuses is no path.
func pathOf(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			hi, lo := strings.IndexByte(hexDigits, s[i+1]|0x20), strings.IndexByte(hexDigits, s[i+2]|0x20)
			if hi >= 0 && lo >= 0 {
				b.WriteByte(byte(hi<<4 | lo))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

const hexDigits = "0123456789abcdef"

// valid reports whether a header can have this name.
func valid(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(c rune) bool {
		return c <= ' ' || c >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, c)
	}) && !strings.EqualFold(name, "Authorization") && !strings.EqualFold(name, "Content-Type")
}

func visible(c rune) rune {
	if c < ' ' || c >= 0x7f {
		return '?'
	}
	return c
}
