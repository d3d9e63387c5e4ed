package explain_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/callgate/callgate/explain"
	"github.com/callgate/callgate/twilio"
)

var pages = filepath.Join("..", "docs", "causes")

// TestPages holds that each cause has a page that begins with its word and title and
// says something of each proxy and of frameworks, with every line that is proposed for
// it; that it has a line in the table, and that no page is without a cause.
func TestPages(t *testing.T) {
	index, err := os.ReadFile(filepath.Join(pages, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{"README.md": true}
	for _, c := range explain.Causes() {
		name := string(c) + ".md"
		known[name] = true
		page, err := os.ReadFile(filepath.Join(pages, name))
		if err != nil {
			t.Error(err)
			continue
		}
		if want := "# " + string(c) + ": " + c.Title() + "\n"; !strings.HasPrefix(string(page), want) {
			t.Errorf("%s: does not begin with %q", name, want)
		}
		for _, part := range []string{"**Symptom.**", "**Cause.**", "**Mend.**"} {
			if !strings.Contains(string(page), part) {
				t.Errorf("%s: no %s", name, part)
			}
		}
		for _, who := range []string{"nginx", "HAProxy", "Apache", "Caddy", "ngrok", "oad balancer", "rameworks"} {
			if !strings.Contains(string(page), who) {
				t.Errorf("%s: nothing on %s", name, who)
			}
		}
		for proxy, line := range explain.ProxyLines[c] {
			if !strings.Contains(string(page), "\n"+line+"\n") {
				t.Errorf("%s: lacks the line of %s, %q", name, proxy, line)
			}
		}
		if line := "| [" + string(c) + "](" + name + ") | " + c.Title() + " |"; !strings.Contains(string(index), line) {
			t.Errorf("the table lacks %s", line)
		}
	}
	files, err := os.ReadDir(pages)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !known[f.Name()] {
			t.Errorf("%s: a page without a cause", f.Name())
		}
	}
	if explain.Cause("no such").Title() != "" {
		t.Error("a word that is no cause has a title")
	}
}

// TestMendsOfProxies explains the request of every thread as if it had come through each
// proxy: what is proposed for a proxy's configuration must stand on the page of the cause.
func TestMendsOfProxies(t *testing.T) {
	marks := map[explain.Proxy][2]string{
		explain.ProxyNginx:        {"X-Real-Ip", "192.0.2.1"},
		explain.ProxyHAProxy:      {"Via", "1.1 haproxy"},
		explain.ProxyApache:       {"Via", "1.1 ivr.example.org (Apache/2.4.66)"},
		explain.ProxyCaddy:        {"Via", "2.0 Caddy"},
		explain.ProxyNgrok:        {"Ngrok-Auth-User-Email", "x"},
		explain.ProxyLoadBalancer: {"X-Amzn-Trace-Id", "Root=1-1"},
	}
	for proxy, mark := range marks {
		var lines int
		for _, c := range append(addressThreads, queryThreads...) {
			config, r := c.request()
			r.Header.Add(mark[0], mark[1])
			e, err := explain.New(config)
			if err != nil {
				t.Fatal(err)
			}
			x := noted(e.Explain(context.Background(), r))
			if x.Proxy != proxy {
				if proxy == explain.ProxyNgrok || x.Proxy != explain.ProxyNgrok { // one of the threads is about ngrok
					t.Errorf("%s: taken for %q", proxy, x.Proxy)
				}
				continue
			}
			for _, change := range x.Changes {
				for _, m := range change.Mends {
					if m.Where == proxy.Name() {
						lines++
						onPage(t, change.Cause, m.Line)
					}
				}
			}
		}
		if lines == 0 {
			t.Errorf("%s: no mend of its own", proxy)
		}
	}
}

func onPage(t *testing.T, c explain.Cause, line string) {
	t.Helper()
	page, err := os.ReadFile(filepath.Join(pages, string(c)+".md"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), line) {
		t.Errorf("%s: the page lacks %q", c, line)
	}
}

// TestGuesses asks what is said of requests that nothing makes fit.
func TestGuesses(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(config *explain.Config, r *explain.Request)
		want   []explain.Cause
	}{
		{"another key, address known", func(c *explain.Config, _ *explain.Request) { c.PublicURL = "https://example.org" },
			[]explain.Cause{explain.CauseKeyRotated, explain.CauseAddressUnknown}},
		{"another key, address not known", func(*explain.Config, *explain.Request) {},
			[]explain.Cause{explain.CauseAddressUnknown, explain.CauseKeyRotated}},
		{"an account without key", func(_ *explain.Config, r *explain.Request) {
			r.Body = []byte(strings.ReplaceAll(string(r.Body), accountA, accountB))
		}, []explain.Cause{explain.CauseUnknownAccount}},
		{"a body that was cut", func(_ *explain.Config, r *explain.Request) {
			r.Header.Set("Content-Length", "200")
			r.Body = r.Body[:100]
		}, []explain.Cause{explain.CauseBodyTruncated}},
		{"a body that ends in an escape", func(_ *explain.Config, r *explain.Request) {
			r.Body = r.Body[:strings.LastIndex(string(r.Body), "%")+2]
		}, []explain.Cause{explain.CauseBodyTruncated}},
		{"no body", func(_ *explain.Config, r *explain.Request) {
			r.Header.Set("User-Agent", "TwilioProxy/1.1")
			r.Body = nil
		}, []explain.Cause{explain.CauseBodyLost}},
		{"a GET without parameters", func(_ *explain.Config, r *explain.Request) {
			r.Header.Set("User-Agent", "TwilioProxy/1.1")
			r.Method, r.Body = "GET", nil
		}, []explain.Cause{explain.CauseMethod}},
		{"characters that were lost", func(_ *explain.Config, r *explain.Request) {
			r.Body = append(r.Body, "&Body=%EF%BF%BD"...)
		}, []explain.Cause{explain.CauseCharset}},
		{"nothing of the carrier", func(_ *explain.Config, r *explain.Request) {
			r.Body = []byte("a=b")
		}, []explain.Cause{explain.CauseForged}},
		{"no signature", func(_ *explain.Config, r *explain.Request) { r.Header.Del(twilio.Header) },
			[]explain.Cause{explain.CauseSignatureMissing}},
		{"no signature, nothing of the carrier", func(_ *explain.Config, r *explain.Request) {
			r.Header = http.Header{"Content-Type": r.Header["Content-Type"]}
			r.Body = nil
		}, []explain.Cause{explain.CauseSignatureMissing, explain.CauseForged}},
		{"no signature at all in the header", func(_ *explain.Config, r *explain.Request) { r.Header.Set(twilio.Header, "hello") },
			[]explain.Cause{explain.CauseSignatureHeader}},
		{"a signature of 32 bytes", func(_ *explain.Config, r *explain.Request) {
			r.Header.Set(twilio.Header, strings.Repeat("A", 43)+"=")
		}, []explain.Cause{explain.CauseSharedKey}},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := threadCase{signed: post("https://example.org/voice"), saw: func(*message, *knowledge) {}}
			config, r := k.request()
			m := k.signed
			r.Header.Set(twilio.Header, m.sign("a key that nobody knows"))
			c.change(&config, r)
			e, err := explain.New(config)
			if err != nil {
				t.Fatal(err)
			}
			x := noted(e.Explain(context.Background(), r))
			if got := x.Causes(); len(got) == 0 || x.Cause != c.want[0] || len(got) != len(c.want) || got[len(got)-1] != c.want[len(c.want)-1] {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}
