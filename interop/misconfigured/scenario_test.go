package misconfigured_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/callgate/callgate/explain"
	"github.com/callgate/callgate/interop/internal/signer"
	"github.com/callgate/callgate/interop/internal/wire"
)

const (
	host  = "ivr.example.org"
	token = "6f1d3c5b7a9e8d2c4b6a8091f2e3d4c5"
	sid   = "AC0123456789abcdef0123456789abcdef"
)

// scenario is one wrong configuration.
type scenario struct {
	name string
	// wrong is what the request goes through, the outermost proxy first.
	wrong []hop
	gate  settings
	send  webhook
	// redirected says how the carrier goes on when the answer is a redirect.
	redirected redirected
	// onward is what an address on another scheme leads to.
	onward []hop
	// cause is what the explanation must name first.
	cause explain.Cause
	// fix is the directive that the mend must print: the one that the right
	// configuration has and the wrong one has not, or the reverse.
	fix string
	// right is the configuration after the mend. Nil: callgate.yaml is mended, by
	// the line that the explanation prints.
	right []hop
	// final is the address in the carrier's console after the mend, where it is mended there.
	final string
	// miss says why the first cause, or the mend, is not the right one.
	miss string
}

// hop is a proxy with the documented configuration but for some edits.
type hop struct {
	proxy string
	plain bool     // without TLS
	edits []string // pairs of old and new text
	text  string   // or a whole configuration
}

// redirected is how a redirect is followed: with a GET and without the parameters.
type redirected int

const (
	notRedirected redirected = iota
	signedAnew               // as the simulated carrier does
	sameSignature            // as somleng does, whose carrier has the same signature
)

// webhook is a request that the carrier makes.
type webhook struct {
	method string
	url    string
	params [][2]string // of a form
	json   string      // a body whose hash replaces signer.HashMark in the URL
}

// post is a webhook of a call with odd values.
func post(target string) webhook { return postTo("https://" + host + target) }

func postTo(url string) webhook {
	return webhook{method: "POST", url: url, params: [][2]string{
		{"AccountSid", sid}, {"ApiVersion", "2010-04-01"}, {"CallSid", "CA0123456789abcdef0123456789abcdef"},
		{"CallStatus", "in-progress"}, {"Direction", "inbound"}, {"From", "+15555550199"}, {"To", "+15555550100"},
		{"FromCity", ""}, {"CallerName", "O'Hara & Söhne"},
	}}
}

// event is a webhook with a JSON body.
func event(target, body string) webhook {
	return webhook{method: "POST", url: "https://" + host + target + "bodySHA256=" + signer.HashMark, json: body}
}

func (w webhook) job() signer.Job {
	j := signer.Job{Token: token, URL: w.url, Params: w.params}
	if w.json != "" {
		j.Hashed = &w.json
	}
	return j
}

// request writes the webhook as it goes over the wire.
func (w webhook) request(signed signer.Signed) wire.Request {
	_, rest, _ := strings.Cut(signed.URL, "://")
	authority, target, _ := strings.Cut(rest, "/")
	r := wire.Request{Method: w.method, Target: "/" + target, Headers: []string{
		"Host: " + authority, "User-Agent: TwilioProxy/1.1", "X-Twilio-Signature: " + signed.Signature,
	}}
	switch {
	case w.json != "":
		r.Headers, r.Body = append(r.Headers, "Content-Type: application/json"), []byte(w.json)
	case w.params != nil:
		r.Headers = append(r.Headers, "Content-Type: application/x-www-form-urlencoded")
		r.Body = []byte(form(w.params))
	}
	return r
}

func form(params [][2]string) string {
	var pairs []string
	for _, p := range params {
		pairs = append(pairs, url.QueryEscape(p[0])+"="+url.QueryEscape(p[1]))
	}
	return strings.Join(pairs, "&")
}

// sign has webhooks signed by both libraries, which must agree on every byte.
func sign(t *testing.T, webhooks ...webhook) []wire.Request {
	t.Helper()
	jobs := make([]signer.Job, len(webhooks))
	for i, w := range webhooks {
		jobs[i] = w.job()
	}
	python, node := signer.Python().Sign(t, jobs), signer.Node().Sign(t, jobs)
	requests := make([]wire.Request, len(webhooks))
	for i, w := range webhooks {
		if python[i] != node[i] {
			t.Errorf("%s: the libraries sign it differently", w.url)
		}
		requests[i] = w.request(python[i])
	}
	return requests
}

// scenarios returns all of them.
func scenarios() []scenario {
	var all []scenario
	for _, list := range [][]scenario{
		nginxScenarios(), haproxyScenarios(), apacheScenarios(), caddyScenarios(), redirectScenarios(), chainScenarios(),
	} {
		all = append(all, list...)
	}
	return all
}

// TestScenariosAreNamed keeps the rows of the table apart.
func TestScenariosAreNamed(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range scenarios() {
		name := s.title()
		if seen[name] {
			t.Errorf("two scenarios are called %q", name)
		}
		seen[name] = true
	}
}

func (s scenario) title() string {
	var names []string
	for _, h := range s.wrong {
		names = append(names, h.proxy)
	}
	return strings.Join(names, " and ") + ": " + s.name
}
