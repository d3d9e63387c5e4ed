package gateway_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/internal/gateway"
	"github.com/callgate/callgate/internal/leaktest"
	"github.com/callgate/callgate/twilio"
)

const (
	account = "AC00000000000000000000000000000001"
	form    = "application/x-www-form-urlencoded"
	welcome = `<?xml version="1.0" encoding="UTF-8"?><Response><Say>Hello</Say></Response>`
	apology = `<?xml version="1.0" encoding="UTF-8"?><Response><Say>Sorry</Say></Response>`
)

// voice is the body of a call's webhook with more behind it.
func voice(more string) string {
	return "CallSid=CA00000000000000000000000000000001&AccountSid=" + account +
		"&From=%2B15005550006&To=%2B15005550100&CallStatus=in-progress&Direction=inbound&ApiVersion=2010-04-01" + more
}

// routes are those of the gate.
var routes = []string{"/", "/admin", "/admin/secret"}

// behind is a gate with an application behind it.
type behind struct {
	t      *testing.T
	server *httptest.Server
	log    *leaktest.Recorder
	events chan callgate.Event
}

// users takes one password.
type users struct{}

func (users) CheckPassword(_, password string) bool { return password == "open sesame" }

func newBehind(t *testing.T, upstream string, kind callgate.Kind, change func(*callgate.Config)) *behind {
	t.Helper()
	b := &behind{t: t, log: leaktest.Record(t), events: make(chan callgate.Event, 2*gateway.MaxStreams)}
	g, err := gateway.New(gateway.Config{Upstream: upstream, Kind: kind, Routes: routes, Log: slog.New(slog.NewTextHandler(b.log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := twilio.New(twilio.Config{Keys: []twilio.Key{{Name: "main", Account: account, Token: leaktest.Token}}})
	if err != nil {
		t.Fatal(err)
	}
	methods := []string{"GET", "POST"}
	if kind == callgate.KindStream {
		methods = nil
	}
	config := callgate.Config{
		Verifier:  verifier,
		PublicURL: "https://ivr.example.org/line",
		Users:     users{},
		Routes: []callgate.Route{{Path: "/", Kind: kind, Methods: methods, Entries: []callgate.Entry{
			{Effect: callgate.Allow, Principal: callgate.Everyone, Permission: callgate.View},
		}}, {Path: "/admin", Kind: kind, Methods: methods}, {Path: "/admin/secret", Kind: kind, Methods: methods}},
		Rescue:  callgate.Rescue{Documents: map[string][]byte{"": []byte(apology)}},
		Observe: func(_ context.Context, e *callgate.Event) { b.events <- *e },
	}
	if change != nil {
		change(&config)
	}
	gate, err := callgate.New(config)
	if err != nil {
		t.Fatal(err)
	}
	b.server = httptest.NewServer(gate.Handler(g))
	t.Cleanup(b.server.Close)
	return b
}

// request makes a request that the carrier signed, by the rule of its documentation.
func (b *behind) request(method, target, body string) *http.Request {
	b.t.Helper()
	r, err := http.NewRequest(method, b.server.URL, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	path, query, asks := strings.Cut(target, "?")
	r.URL.Opaque, r.URL.RawQuery, r.URL.ForceQuery = path, query, asks // on the wire as it stands here
	if body != "" {
		r.Header.Set("Content-Type", form)
	}
	signed := "https://ivr.example.org/line" + target
	params, _ := url.ParseQuery(strings.ReplaceAll(body, ";", "%3B"))
	names := make([]string, 0, len(params))
	for name := range params {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		signed += name + params.Get(name)
	}
	mac := hmac.New(sha1.New, []byte(leaktest.Token))
	io.WriteString(mac, signed)
	r.Header.Set("X-Twilio-Signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	return r
}

// do sends a request and returns the answer and what the gate says of it.
func (b *behind) do(r *http.Request) (status int, body string, event callgate.Event) {
	b.t.Helper()
	resp, err := b.server.Client().Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return resp.StatusCode, string(text), <-b.events
}

// seen is what an application got.
type seen struct {
	Method, Target, Host, Body string
	Header                     http.Header
}

// application records what it gets and answers.
func application(t *testing.T, into *seen) *httptest.Server {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		*into = seen{r.Method, r.RequestURI, r.Host, string(body), r.Header}
		io.WriteString(w, welcome)
	}))
	t.Cleanup(s.Close)
	return s
}

// The application gets what was signed, byte for byte, and who sent it.
func TestPassesOn(t *testing.T) {
	var got seen
	b := newBehind(t, application(t, &got).URL, callgate.KindVoice, nil)
	for _, target := range []string{"/", "/ivr", "/a%2fb/%C3%A9", "/ivr?", "/ivr?a=1;b=%2B+2&&c='%zz", "/ivr?x=/?y", "/españa?q=é"} {
		body := voice("&Digits=" + leaktest.Digits + "&Empty=&SpeechResult=a%3Bb+%26")
		status, answer, event := b.do(b.request("POST", target, body))
		if strings.Contains(target, "%zz") {
			if event.Reason != callgate.ReasonParams {
				t.Errorf("%s: %+v", target, event)
			}
			continue
		}
		if status != 200 || answer != welcome || event.Outcome != callgate.OutcomeAccepted {
			t.Errorf("%s: %d %s %+v", target, status, answer, event)
		}
		if got.Method != "POST" || got.Target != target || got.Body != body || got.Host != "ivr.example.org" {
			t.Errorf("%s: the application got %+v", target, got)
		}
	}
	want := http.Header{
		"Content-Type":        {form},
		"Content-Length":      {got.Header.Get("Content-Length")},
		"User-Agent":          {"Go-http-client/1.1"},
		"X-Forwarded-Proto":   {"https"},
		"X-Forwarded-Host":    {"ivr.example.org"},
		"X-Forwarded-Prefix":  {"/line"},
		"X-Twilio-Signature":  {got.Header.Get("X-Twilio-Signature")},
		"Callgate-Principals": {"everyone, carrier:twilio, account:" + account + ", key:main, number:+15005550100"},
	}
	if diff := cmp.Diff(want, got.Header); diff != "" {
		t.Error(diff)
	}

	target := "/ivr?" + strings.ReplaceAll(voice(""), "%2B", "%2b")
	if status, _, _ := b.do(b.request("GET", target, "")); status != 200 || got.Method != "GET" || got.Target != target || got.Body != "" {
		t.Errorf("%d %+v", status, got)
	}
	// a body that came in chunks has a length
	chunked := b.request("POST", "/", voice(""))
	chunked.ContentLength = -1
	if status, _, _ := b.do(chunked); status != 200 || got.Body != voice("") || got.Header.Get("Content-Length") == "" {
		t.Errorf("%d %+v", status, got)
	}
}

// No header that a client sends passes for one of ours, or changes what a signed request
// is to a framework.
func TestHeadersCannotBeForged(t *testing.T) {
	var got seen
	b := newBehind(t, application(t, &got).URL, callgate.KindVoice, nil)
	r := b.request("POST", "/", voice(""))
	for _, name := range []string{
		"Callgate-Principals", "callgate-principals", "Callgate_Principals", "CALLGATE.PRINCIPALS", "Callgate-Other",
		"X-Twilio_Signature", "X_Twilio_Signature", "X-Twilio.Signature",
		"Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Prefix", "X-Forwarded-User", "X-Real-IP", "Via",
		"X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "X-Original-URL", "X-Rewrite-URL", "X-Original-Host", "X-Host",
		"Range", "If-Match", "If-None-Match", "If-Modified-Since", "Accept-Encoding", "Expect", "Te", "Idempotency-Key", "Content-Encoding",
		"Upgrade", "Connection", "Keep-Alive", "Proxy-Authorization", "Proxy-Connection", "Transfer-Encoding", "Trailer", "Remote-User", "X-Remote-User",
	} {
		if name == "Content-Encoding" {
			r.Header[name] = []string{"identity"}
			continue
		}
		if name == "Expect" || name == "Transfer-Encoding" || name == "Trailer" {
			continue // Go's client does not send these; see TestOnTheWire
		}
		r.Header[name] = append(r.Header[name], "user:root")
	}
	r.Header.Set("Connection", "X-Twilio-Signature, Content-Type, Callgate-Principals, close")
	r.Header.Set("X-Twilio-Idempotency", "kept")
	r.Header.Set("I-Twilio-Idempotency-Token", "kept")
	r.Header.Set("Authorization", "Bearer of.its.own")
	status, _, event := b.do(r)
	if status != 200 || event.Outcome != callgate.OutcomeAccepted {
		t.Fatalf("%d %+v", status, event)
	}
	var names []string
	for name := range got.Header {
		names = append(names, name)
	}
	slices.Sort(names)
	want := []string{"Authorization", "Callgate-Principals", "Content-Length", "I-Twilio-Idempotency-Token", "User-Agent", "X-Forwarded-Host", "X-Forwarded-Prefix", "X-Forwarded-Proto", "X-Twilio-Idempotency"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
	for name, values := range got.Header {
		if strings.Contains(strings.Join(values, ","), "root") {
			t.Errorf("%s: %q", name, values)
		}
	}
}

// A path that an application reads as one of another route, whose access control list was
// not asked, is not passed on.
func TestPathsReadInTwoWays(t *testing.T) {
	var got seen
	b := newBehind(t, application(t, &got).URL, callgate.KindVoice, nil)
	for target, passed := range map[string]bool{
		"/": true, "/ivr": true, "/admin": true, "/admin/": true, "/admin/x": true, "/administration": true, "/ivr/admin": true, "/IVR": true, "/ivr;x=1": true,
		"/Admin": false, "/ADMIN/x": false, "/admin;x": false, "/admin;x/y": false, "/%41dmin": false, "/adm%69n": true, "/admi%256E": false, "/ad%25": false,
		"/admin/secre\u017f": true, "/admin/\u017fecret": false, "/admin/secret;x": false, "/admin/SECRET/x": false,
	} {
		got = seen{}
		_, _, event := b.do(b.request("POST", target, voice("")))
		if (got.Target == target) != passed || passed != (event.Outcome == callgate.OutcomeAccepted) {
			t.Errorf("%s: %v %s, the application got %+v", target, event.Reason, event.Detail, got)
		}
	}
}

// A password that the gate has checked goes no further, and the user does.
func TestUser(t *testing.T) {
	var got seen
	b := newBehind(t, application(t, &got).URL, callgate.KindVoice, func(c *callgate.Config) { c.Routes[0].Auth = callgate.AuthBasic })
	r := b.request("POST", "/", "x=1")
	r.Header.Del("X-Twilio-Signature")
	r.SetBasicAuth("näme,carrier", "open sesame")
	status, _, _ := b.do(r)
	principals := got.Header.Get(gateway.Principals)
	if status != 200 || principals != "everyone, user:n%C3%A4me%2Ccarrier" || got.Header.Get("Authorization") != "" {
		t.Errorf("%d %q %v", status, principals, got.Header)
	}
}

// An upstream over TLS is verified.
func TestCertificate(t *testing.T) {
	s := httptest.NewTLSServer(http.NotFoundHandler())
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)
	defer s.Close()
	b := newBehind(t, s.URL, callgate.KindVoice, nil)
	if _, body, _ := b.do(b.request("POST", "/", voice(""))); body != apology || !strings.Contains(b.log.Text(), "certificate") {
		t.Errorf("%s %s", body, b.log.Text())
	}
}

func TestNewFaults(t *testing.T) {
	for upstream, want := range map[string]string{
		"":                        "must be scheme, host and port",
		"127.0.0.1:9000":          "must be scheme, host and port",
		"localhost":               "must be scheme, host and port",
		"ws://127.0.0.1:9000":     "must be scheme, host and port",
		"unix:/run/app.sock":      "must be scheme, host and port",
		"http://":                 "must be scheme, host and port",
		"http://:9000":            "must be scheme, host and port",
		"http://h:port":           "must be scheme, host and port",
		"http://u:hunter2@h:9000": "must have no user and password",
		"http://h:9000/app":       "must have no path",
		"http://h:9000?":          "must have no path",
		"http://h:9000?a=b":       "must have no path",
		"http://h:9000/#a":        "must have no path",
	} {
		_, err := gateway.New(gateway.Config{Upstream: upstream})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v, want %s", upstream, err, want)
		}
	}
	for _, upstream := range []string{"http://127.0.0.1:9000", "http://127.0.0.1:9000/", "https://app.internal", "http://[::1]:9000"} {
		if _, err := gateway.New(gateway.Config{Upstream: upstream}); err != nil {
			t.Errorf("%q: %v", upstream, err)
		}
	}
}

func TestNeedsTheGate(t *testing.T) {
	g, err := gateway.New(gateway.Config{Upstream: "http://127.0.0.1:9"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if recover() == nil {
			t.Error("a request was passed on that no gate admitted")
		}
	}()
	g.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("POST", "/", nil))
}

// dial opens a connection to a server, which ends with the test.
func dial(t *testing.T, s *httptest.Server) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return conn
}
