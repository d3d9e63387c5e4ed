package proxies_test

import (
	"net/url"
	"strings"

	"github.com/callgate/callgate/interop/internal/signer"
	"github.com/callgate/callgate/interop/internal/wire"
)

const (
	host  = "ivr.example.org"
	token = "6f1d3c5b7a9e8d2c4b6a8091f2e3d4c5"
	sid   = "AC0123456789abcdef0123456789abcdef"

	formType = "application/x-www-form-urlencoded"
)

// webhook is a request that the carrier makes to https://ivr.example.org.
type webhook struct {
	name   string
	method string
	target string
	params [][2]string // of a form
	json   string      // a body whose hash replaces signer.HashMark in the target
	// headers are what a client adds of its own.
	headers []string
	// unreachable names proxies that do not pass this request as it is, whatever
	// their configuration; docs/behind-a-proxy.md says why.
	unreachable []string
}

// call returns the parameters of a voice webhook with odd values.
func call(more ...[2]string) [][2]string {
	return append([][2]string{
		{"AccountSid", sid}, {"ApiVersion", "2010-04-01"}, {"CallSid", "CA0123456789abcdef0123456789abcdef"},
		{"CallStatus", "in-progress"}, {"Direction", "inbound"}, {"From", "+15555550199"}, {"To", "+15555550100"},
		{"FromCity", ""}, {"CallerName", " O'Hara & Söhne 日本 😀 100% "},
	}, more...)
}

func query(params [][2]string) string {
	var pairs []string
	for _, p := range params {
		pairs = append(pairs, url.QueryEscape(p[0])+"="+url.QueryEscape(p[1]))
	}
	return strings.Join(pairs, "&")
}

// calls are voice webhooks, which are answered with a document.
func calls() []webhook {
	return []webhook{
		{name: "POST", method: "POST", target: "/", params: call()},
		{name: "POST with a query", method: "POST", target: "/?lang=en&next=%2Fa%2fb", params: call([2]string{"Digits", "1"})},
		{name: "GET", method: "GET", target: "/?" + query(call())},
		{name: "GET with spaces as %20", method: "GET", target: "/?" + strings.ReplaceAll(query(call()), "+", "%20")},
		{name: "POST of 40 kB", method: "POST", target: "/", params: call([2]string{"SpeechResult", strings.Repeat("lorem ipsum ", 3400)})},
	}
}

// events are requests to a route that takes any path and answers 204. The targets
// are those that some proxy or framework is known to change.
func events() []webhook {
	targets := []string{
		"/", "/?", "/x?", "/x??", "/x?a", "/x?a=", "/x?=", "/x?a&&b", "/x/", "/x/y/", "/x.xml",
		"/a%2fb", "/a%2Fb", "/a%2fb%2F?c%2fd", "/%c3%a9", "/%C3%A9", "/%41%7e~", "/a%20b", "/a+b", "/a%2Bb", "/a%25b", "/a%3Fb", "/a%23b", "/a%3bb",
		"/O'Hara", "/a;b=c;d", "/a,b", "/a:b@c", "/(x)!*$&=", "/[x]",
		"/?q=O'Hara", "/?q=a+b", "/?q=a%20b", "/?q=%c3%a9", "/?q=%C3%A9", "/?q=a;b", "/?q=a|b", "/?q=[1]", "/?q=!()*", "/?q=@x:y", "/?q=%40x%3Ay",
		"/?z=1&a=2&z=0", "/?a=1&a=1", "/?u=https://x.example//y/../z", "/?a?b=c?d", "/?a%26b=c%3Dd", "/?q=é日本😀", `/?q="a<b>"`, "/?q=`^{}\\",
		"/?" + strings.Repeat("q=0123456789&", 300),
	}
	var ws []webhook
	for _, target := range targets {
		ws = append(ws,
			webhook{name: "GET " + target, method: "GET", target: target},
			webhook{name: "POST " + target, method: "POST", target: target, params: call()})
	}
	for _, target := range []string{"/é", "/日本", "/a|b", `/a"b`, "/a<b>", "/a`^{}"} {
		// Bytes that no URL may hold raw in its path.
		ws = append(ws, webhook{name: "raw GET " + target, method: "GET", target: target, unreachable: []string{"Caddy"}})
	}
	hash := "bodySHA256=" + signer.HashMark
	return append(ws,
		webhook{name: "JSON", method: "POST", target: "/events?" + hash, json: `{"a": [1, "é😀", null]}` + "\n"},
		webhook{name: "JSON after a query", method: "POST", target: "/events?b=O'Hara&a=1&" + hash, json: "{}"},
		webhook{name: "JSON of 60 kB", method: "POST", target: "/events?" + hash, json: `"` + strings.Repeat("x", 60<<10) + `"`},
		webhook{name: "forwarded headers made up", method: "POST", target: "/", params: call(), headers: []string{
			"Forwarded: for=1.2.3.4;host=evil.example;proto=http", "X-Forwarded-Host: evil.example", "X-Forwarded-Proto: http",
			"X-Forwarded-For: 1.2.3.4", "X-Forwarded-Port: 81", "X-Forwarded-Prefix: /evil"}},
		webhook{name: "many headers", method: "GET", target: "/", headers: []string{
			"User-Agent: TwilioProxy/1.1", "Accept: */*", "I-Twilio-Idempotency-Token: 1b9f", "Cookie: a=b", "Cache-Control: max-age=259200"}},
	)
}

func (w webhook) job() signer.Job {
	j := signer.Job{Token: token, URL: "https://" + host + w.target, Params: w.params}
	if w.json != "" {
		j.Hashed = &w.json
	}
	return j
}

// request writes the webhook as it goes over the wire.
func (w webhook) request(signed signer.Signed) wire.Request {
	r := wire.Request{
		Method: w.method,
		Target: strings.TrimPrefix(signed.URL, "https://"+host),
		Headers: append([]string{
			"Host: " + host,
			"X-Twilio-Signature: " + signed.Signature,
		}, w.headers...),
	}
	switch {
	case w.json != "":
		r.Headers = append(r.Headers, "Content-Type: application/json")
		r.Body = []byte(w.json)
	case w.params != nil:
		r.Headers = append(r.Headers, "Content-Type: "+formType)
		r.Body = []byte(query(w.params))
	}
	return r
}
