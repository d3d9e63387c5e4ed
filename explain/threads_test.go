package explain_test

import (
	"context"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/explain"
	"github.com/callgate/callgate/twilio"
)

// threadCase is a request out of a public thread about a signature that failed:
// as the carrier signed it, and as the application of the thread saw it.
type threadCase struct {
	thread string
	what   string
	signed message
	// saw makes of the signed request what the application saw, and tells what it knew.
	saw func(m *message, k *knowledge)
	// want are the causes, the first one in front.
	want []explain.Cause
}

// knowledge is what the application knew, and in which request it came.
type knowledge struct {
	config explain.Config
	header http.Header
	key    string // that signed
	peer   string
}

// post is a call's webhook; get is the same with its parameters in the query.
func post(address string, params ...string) message {
	m := message{method: "POST", contentType: "application/x-www-form-urlencoded"}
	setURL(&m, address)
	m.params = [][2]string{
		{"AccountSid", accountA}, {"ApiVersion", "2010-04-01"}, {"CallSid", "CA0123456789abcdef0123456789abcdef"},
		{"CallStatus", "ringing"}, {"Called", "+15005550006"}, {"Caller", "+15005550001"},
		{"Direction", "inbound"}, {"From", "+15005550001"}, {"To", "+15005550006"},
	}
	return m.with(params...)
}

func get(address string) message {
	m := message{method: "GET"}
	setURL(&m, address)
	return m
}

func jsonPost(address, body string) message {
	m := message{method: "POST", contentType: "application/json", json: body}
	setURL(&m, address)
	m.pairs = append(m.pairs, "bodySHA256="+sha256Hex(body))
	return m
}

// with adds parameters, name after value.
func (m message) with(params ...string) message {
	m = m.clone()
	for i := 0; i+1 < len(params); i += 2 {
		m.params = append(m.params, [2]string{params[i], params[i+1]})
	}
	return m
}

func setURL(m *message, address string) {
	m.scheme, address, _ = strings.Cut(address, "://")
	authority, target := address, ""
	if i := strings.IndexAny(address, "/?"); i >= 0 {
		authority, target = address[:i], address[i:]
	}
	m.host, m.port = authority, ""
	if i := strings.LastIndexByte(authority, ':'); i >= 0 && !strings.HasSuffix(authority, "]") {
		m.host, m.port = authority[:i], authority[i:]
	}
	query := ""
	m.path, query, m.question = strings.Cut(target, "?")
	m.pairs = nil
	if query != "" {
		m.pairs, m.question = strings.Split(query, "&"), false
	}
}

// set changes the values of parameters.
func (m *message) set(change func(name, value string) string) {
	for i, p := range m.params {
		m.params[i][1] = change(p[0], p[1])
	}
}

func (m *message) drop(match func(name, value string) bool) {
	m.params = slices.DeleteFunc(m.params, func(p [2]string) bool { return match(p[0], p[1]) })
}

// TestThreads explains the requests of public threads. The threads are those that
// the notes on failed signatures (docs/causes) rest on.
func TestThreads(t *testing.T) {
	cases := slices.Concat(addressThreads, queryThreads, bodyThreads, keyThreads)
	if len(cases) < 30 {
		t.Errorf("%d cases", len(cases))
	}
	for _, c := range cases {
		t.Run(c.thread, func(t *testing.T) {
			t.Log(c.what)
			config, r := c.request()
			x := c.explain(t)
			shows := render(t, x)
			for _, value := range append(originalValues(r), r.Header.Get(twilio.Header), accountA, config.Keys[0].Token.Reveal()) {
				if strings.Contains(shows, value) {
					t.Errorf("shows %q:\n%s", value, shows)
				}
			}
			if x.Confidence != explain.Proved || !slices.Equal(x.Causes(), c.want) {
				t.Errorf("got %s %v, want %v", x.Confidence, x.Causes(), c.want)
			}
			if x.Title == "" || len(x.Changes) == 0 || len(x.Changes[0].Mends) == 0 {
				t.Errorf("no mend: %+v", x)
			}
		})
	}
}

func (c *threadCase) explain(t *testing.T) *explain.Explanation {
	t.Helper()
	config, r := c.request()
	e, err := explain.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return noted(e.Explain(context.Background(), r))
}

// request returns what the application knew and the request that it saw.
func (c *threadCase) request() (explain.Config, *explain.Request) {
	k := &knowledge{key: keyA, header: http.Header{}, peer: "10.0.0.7"}
	k.config.Keys = []twilio.Key{{Name: "main", Account: accountA, Token: keyA}}
	saw := c.signed.clone()
	c.saw(&saw, k)
	k.header.Set(twilio.Header, c.signed.sign(k.key))
	if saw.contentType != "" {
		k.header.Set("Content-Type", saw.contentType)
	}
	return k.config, &explain.Request{
		Method: saw.method, URL: saw.url(), Header: k.header, Body: []byte(saw.body()), Peer: netip.MustParseAddr(k.peer),
	}
}

// rekey replaces the key that the application has.
func (k *knowledge) rekey(token string) { k.config.Keys[0].Token = callgate.Secret(token) }
