package frameworks_test

import (
	"context"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/callgate/callgate/explain"
	"github.com/callgate/callgate/interop/internal/process"
	"github.com/callgate/callgate/interop/internal/signer"
	"github.com/callgate/callgate/twilio"
)

const (
	host     = "ivr.example.org"
	token    = "6f1d3c5b7a9e8d2c4b6a8091f2e3d4c5"
	sid      = "AC0123456789abcdef0123456789abcdef"
	formType = "application/x-www-form-urlencoded"
)

// wantCases is how many there must be.
const wantCases = 30

func TestFrameworks(t *testing.T) {
	cases := slices.Concat(expressCases, pythonCases, laravelCases)
	if len(cases) < wantCases {
		t.Errorf("%d cases", len(cases))
	}
	signed := sign(t, cases)
	var jobs []job
	for i, c := range cases {
		jobs = append(jobs, c.received(c.way, signed[i]), c.received(c.rightWay(), signed[i]))
	}
	seen := receive(t, jobs)
	for i, c := range cases {
		t.Run(c.way+" "+c.thread, func(t *testing.T) {
			wrong, right := seen[2*i], seen[2*i+1]
			if wrong.Valid || !right.Valid {
				t.Fatalf("the library accepts the wrong way: %v, the right way: %v\n%+v\n%+v", wrong.Valid, right.Valid, wrong, right)
			}
			c.explained(t, wrong, jobs[2*i])
		})
	}
}

// sign has all requests signed by both libraries, which must agree.
func sign(t *testing.T, cases []useCase) []signer.Signed {
	t.Helper()
	jobs := make([]signer.Job, len(cases))
	for i, c := range cases {
		jobs[i] = signer.Job{Token: token, URL: "https://" + c.name() + c.mount + c.target, Params: c.params()}
		if c.json != "" {
			jobs[i].URL, jobs[i].Hashed = jobs[i].URL+"&bodySHA256="+signer.HashMark, &c.json
		}
	}
	signed := signer.Python().Sign(t, jobs)
	if !slices.Equal(signed, signer.Node().Sign(t, jobs)) {
		t.Error("the libraries sign differently")
	}
	return signed
}

func (c useCase) name() string {
	if c.host != "" {
		return c.host
	}
	return host
}

func (c useCase) params() [][2]string {
	if c.json != "" {
		return nil
	}
	return append([][2]string{
		{"AccountSid", sid}, {"ApiVersion", "2010-04-01"}, {"CallSid", "CA0123456789abcdef0123456789abcdef"},
		{"CallStatus", "ringing"}, {"Direction", "inbound"}, {"From", "+15005550001"}, {"To", "+15005550006"},
	}, c.more...)
}

func (c useCase) rightWay() string {
	if c.right != "" {
		return c.right
	}
	framework, _, _ := strings.Cut(c.way, "_")
	if framework == "php" {
		framework = "laravel"
	}
	return framework + "_right"
}

// received is the request as the framework gets it from a proxy that ends TLS.
func (c useCase) received(way string, s signer.Signed) job {
	j := job{
		Way: way, Token: token, Signature: s.Signature, Method: http.MethodPost, Mount: c.mount,
		Target: strings.TrimPrefix(s.URL, "https://"+c.name()+c.mount), Body: form(c.params()),
		Headers: [][2]string{
			{"Host", "upstream:8000"}, {"X-Forwarded-Proto", "https"}, {"X-Forwarded-Host", c.name()},
			{"User-Agent", "TwilioProxy/1.1"}, {"X-Twilio-Signature", s.Signature}, {"Content-Type", formType},
		},
	}
	if c.json != "" {
		j.Body, j.Headers[len(j.Headers)-1][1] = c.json, "application/json"
	}
	return j
}

// explained asks why the library refused what the framework saw.
func (c useCase) explained(t *testing.T, s seen, j job) {
	t.Helper()
	e, err := explain.New(explain.Config{Keys: []twilio.Key{{Name: "main", Account: sid, Token: token}}})
	if err != nil {
		t.Fatal(err)
	}
	r := &explain.Request{Method: j.Method, URL: s.URL, Header: http.Header{}, Body: []byte(form(s.Params)), Peer: netip.MustParseAddr("10.0.0.7")}
	if s.Body != nil {
		r.Body = []byte(*s.Body)
	}
	for _, h := range j.Headers {
		r.Header.Set(h[0], h[1])
	}
	x := noted(e.Explain(context.Background(), r))
	if x.Confidence != explain.Proved || x.Cause != c.cause {
		t.Errorf("%s %v, want %s proved; saw %s %v", x.Confidence, x.Causes(), c.cause, s.URL, s.Params)
	}
	if len(x.Changes) == 0 || len(x.Changes[0].Mends) == 0 {
		t.Error("no mend")
	}
	page, err := os.ReadFile(filepath.Join(process.Root(t), "docs", "causes", string(c.cause)+".md"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), c.advice) {
		t.Errorf("docs/causes/%s.md lacks %q", c.cause, c.advice)
	}
}
