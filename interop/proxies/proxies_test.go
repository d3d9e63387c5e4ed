package proxies_test

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/callgate/callgate/interop/internal/process"
	"github.com/callgate/callgate/interop/internal/proxy"
	"github.com/callgate/callgate/interop/internal/signer"
	"github.com/callgate/callgate/interop/internal/wire"
)

func TestMain(m *testing.M) { os.Exit(process.Main(m, token)) }

// document is what a call is answered with.
const document = `<?xml version="1.0" encoding="UTF-8"?>
<Response><Say>You reached the document.</Say><Hangup/></Response>
`

const (
	voiceRoutes = "routes:\n  - {path: /, methods: [GET, POST], file: answer.xml}\n"
	// A status route answers with true codes, which tell what was admitted.
	eventRoutes = "profile: signature\nroutes:\n  - {path: /, kind: status, methods: [GET, POST]}\n"
)

// serve starts "callgate serve" and returns its address.
func serve(t *testing.T, callgate, yaml string) string {
	t.Helper()
	dir := t.TempDir()
	config := filepath.Join(dir, "callgate.yaml")
	yaml = "support_number: +15005550100\nadmin: {listen: \"off\"}\n" + yaml
	for path, text := range map[string]string{config: yaml, filepath.Join(dir, "answer.xml"): document} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	address := process.FreeAddress(t)
	process.Start(t, process.Spec{
		Argv:   []string{callgate, "serve", "--config", config, "--listen", address},
		Env:    []string{"TWILIO_AUTH_TOKEN=" + token, "TWILIO_ACCOUNT_SID=" + sid},
		Listen: address,
	})
	return address
}

// signAll signs every webhook with every library.
func signAll(t *testing.T, webhooks []webhook) map[string][]signer.Signed {
	t.Helper()
	jobs := make([]signer.Job, len(webhooks))
	for i, w := range webhooks {
		jobs[i] = w.job()
	}
	signed := map[string][]signer.Signed{}
	for _, library := range []signer.Library{signer.Python(), signer.Node()} {
		signed[library.Name] = library.Sign(t, jobs)
	}
	return signed
}

// mode is a way to tell Callgate its address.
type mode struct{ name, yaml string }

// modes are the two ways.
func modes() []mode {
	return []mode{
		{"public_url", "public_url: https://" + host + "\n"},
		{"trusted_proxies", "trusted_proxies: [127.0.0.1]\nallowed_hosts: [" + host + "]\n"},
	}
}

// eachFront runs a test for every proxy, with its documented configuration, in
// front of a server in each of the modes.
func eachFront(t *testing.T, modes []mode, routes string, test func(t *testing.T, p proxy.Proxy, send func(*testing.T, wire.Request) *wire.Response)) {
	t.Helper()
	callgate := process.Callgate(t)
	authority := proxy.NewAuthority(t, host)
	for _, mode := range modes {
		t.Run(mode.name, func(t *testing.T) {
			upstream := serve(t, callgate, mode.yaml+routes)
			for _, p := range proxy.All() {
				t.Run(p.Name, func(t *testing.T) {
					front := p.Start(t, p.Documented(t), proxy.Site{Upstream: upstream, Authority: authority})
					test(t, p, func(t *testing.T, r wire.Request) *wire.Response {
						t.Helper()
						answer, err := wire.Do(front.Address, authority.ClientConfig(), r)
						if err != nil {
							t.Fatal(err)
						}
						return answer
					})
				})
			}
		})
	}
}

func TestCallsPass(t *testing.T) {
	webhooks := calls()
	signed := signAll(t, webhooks)
	eachFront(t, modes(), voiceRoutes, func(t *testing.T, _ proxy.Proxy, send func(*testing.T, wire.Request) *wire.Response) {
		for library, signatures := range signed {
			for i, w := range webhooks {
				answer := send(t, w.request(signatures[i]))
				if answer.Status != http.StatusOK || string(answer.Body) != document {
					t.Errorf("%s, signed by %s: %d %s", w.name, library, answer.Status, answer.Body)
				}
			}
		}
	})
}

func TestEventsPass(t *testing.T) {
	webhooks := events()
	signed := signAll(t, webhooks)
	eachFront(t, modes(), eventRoutes, func(t *testing.T, p proxy.Proxy, send func(*testing.T, wire.Request) *wire.Response) {
		for library, signatures := range signed {
			for i, w := range webhooks {
				want := http.StatusNoContent
				if slices.Contains(w.unreachable, p.Name) {
					want = http.StatusForbidden
				}
				if answer := send(t, w.request(signatures[i])); answer.Status != want {
					t.Errorf("%s, signed by %s: %d, want %d\n%s", w.name, library, answer.Status, want, answer.Body)
				}
			}
		}
	})
}

// TestAnyUpstreamPort: the port of an upstream can begin like a documented one.
func TestAnyUpstreamPort(t *testing.T) {
	authority := proxy.NewAuthority(t, host)
	for _, p := range proxy.All() {
		p.Start(t, p.Documented(t), proxy.Site{Upstream: "127.0.0.1:44327", Authority: authority})
	}
}

// TestHostPasses has a host that is spelled with capitals and a port that is
// signed, as the carrier's messages are over https.
func TestHostPasses(t *testing.T) {
	const spelled = "IVR.Example.org:8443"
	job := signer.Job{Token: token, URL: "https://" + spelled + "/x?a=b", Params: call()}
	w := webhook{method: "POST", target: "/x?a=b", params: call()}
	r := w.request(signer.Node().Sign(t, []signer.Job{job})[0])
	r.Target, r.Headers[0] = w.target, "Host: "+spelled
	eachFront(t, []mode{
		{"public_url", "public_url: https://" + spelled + "\n"},
		{"trusted_proxies", "trusted_proxies: [127.0.0.1]\nallowed_hosts: [\"ivr.example.org:8443\"]\n"},
	}, eventRoutes, func(t *testing.T, _ proxy.Proxy, send func(*testing.T, wire.Request) *wire.Response) {
		if answer := send(t, r); answer.Status != http.StatusNoContent {
			t.Errorf("%d %s", answer.Status, answer.Body)
		}
	})
}

// unclean returns signed requests with paths that mean something else to whoever
// cleans them, and with a query that can't be decoded.
func unclean(t *testing.T) map[string]wire.Request {
	t.Helper()
	var webhooks []webhook
	var jobs []signer.Job
	for _, target := range []string{"//", "//x", "/x//y", "/./x", "/x/../y", "/x/.", "/..", "/%2e%2e/x", `/x\y`, "/x%00", "/x?q=%zz"} {
		w := webhook{method: "POST", target: target, params: call()}
		webhooks, jobs = append(webhooks, w), append(jobs, w.job())
	}
	requests := map[string]wire.Request{}
	for i, signed := range signer.Python().Sign(t, jobs) {
		requests[webhooks[i].target] = webhooks[i].request(signed)
	}
	return requests
}

// TestForgeriesDoNotPass sends what must be refused, by the proxy or by Callgate.
func TestForgeriesDoNotPass(t *testing.T) {
	post := webhook{method: "POST", target: "/", params: call()}
	elsewhere := webhook{method: "POST", target: "/", params: call()}.job()
	elsewhere.URL = "https://evil.example/"
	signed := signer.Python().Sign(t, []signer.Job{post.job(), elsewhere})
	genuine := post.request(signed[0])
	change := func(edit func(*wire.Request)) wire.Request {
		r := genuine
		r.Headers = slices.Clone(r.Headers)
		edit(&r)
		return r
	}
	evil := func(r *wire.Request) {
		r.Headers[1] = "X-Twilio-Signature: " + signed[1].Signature
	}
	forgeries := map[string]wire.Request{
		"no signature":   change(func(r *wire.Request) { r.Headers = slices.Delete(r.Headers, 1, 2) }),
		"two signatures": change(func(r *wire.Request) { r.Headers = append(r.Headers, r.Headers[1]) }),
		"other body":     change(func(r *wire.Request) { r.Body = append(slices.Clone(r.Body), "&Digits=1"...) }),
		"other target":   change(func(r *wire.Request) { r.Target = "/x" }),
		"another host": change(func(r *wire.Request) {
			evil(r)
			r.Headers[0] = "Host: evil.example"
		}),
		"another host in X-Forwarded-Host": change(func(r *wire.Request) {
			evil(r)
			r.Headers = append(r.Headers, "X-Forwarded-Host: evil.example")
		}),
		"another host in Forwarded": change(func(r *wire.Request) {
			evil(r)
			r.Headers = append(r.Headers, "Forwarded: host=evil.example;proto=https")
		}),
		"another host in the target": change(func(r *wire.Request) {
			evil(r)
			r.Target = "https://evil.example/"
		}),
	}
	for target, r := range unclean(t) {
		forgeries["unclean path "+target] = r
	}
	eachFront(t, modes(), eventRoutes, func(t *testing.T, _ proxy.Proxy, send func(*testing.T, wire.Request) *wire.Response) {
		if answer := send(t, genuine); answer.Status != http.StatusNoContent {
			t.Fatalf("the genuine request: %d", answer.Status)
		}
		for name, r := range forgeries {
			answer := send(t, r)
			// Caddy answers 200 and nothing for a host that it does not serve.
			if answer.Status == http.StatusNoContent {
				t.Errorf("%s was admitted", name)
			}
			if strings.Contains(string(answer.Body), signed[0].Signature) {
				t.Errorf("%s: the answer holds the signature", name)
			}
		}
	})
}
