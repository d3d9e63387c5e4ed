package responder_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/internal/doctor/protocol"
	"github.com/callgate/callgate/internal/doctor/responder"
	"github.com/callgate/callgate/internal/leaktest"
	"github.com/callgate/callgate/twilio"
)

const token = callgate.Secret(leaktest.Token)

// site is a gate with a responder in front of it.
type site struct {
	http.Handler
	gate *callgate.Gate
	key  protocol.Key
	now  time.Time
	log  bytes.Buffer
}

// newSite makes a server with a route that wants a signature, and an open one.
func newSite(t *testing.T) *site {
	t.Helper()
	verifier, err := twilio.New(twilio.Config{Keys: []twilio.Key{{Name: "main", Token: token}}, Profile: twilio.ProfileSignature})
	if err != nil {
		t.Fatal(err)
	}
	allow := callgate.Entry{Effect: callgate.Allow, Principal: callgate.Carrier(twilio.Name), Permission: callgate.View}
	s := &site{key: protocol.NewKey(token), now: time.Unix(1_750_000_000, 0)}
	s.gate, err = callgate.New(callgate.Config{
		Verifier: verifier, PublicURL: "https://ivr.example.org",
		Routes: []callgate.Route{{Path: "/", Kind: callgate.KindStatus, Methods: []string{"GET", "POST"}, Entries: []callgate.Entry{allow}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	r := responder.New(responder.Config{
		Token: token, Server: protocol.Server{PublicURL: "https://ivr.example.org", Routes: []protocol.Route{{Path: "/"}}},
		Check: func(r *http.Request) error { _, err := s.gate.Check(r); return err },
		Log:   slog.New(slog.NewTextHandler(&s.log, nil)), Now: func() time.Time { return s.now },
	})
	s.Handler = r.Handler(s.gate.Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })))
	return s
}

// ask sends a request with a header of the doctor, if any.
func (s *site) ask(r *http.Request, header string) *httptest.ResponseRecorder {
	if header != "" {
		r.Header.Set(protocol.Header, header)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// answer is ask for what the server answers.
func (s *site) answer(t *testing.T, r *http.Request, header string) *protocol.Answer {
	t.Helper()
	a, err := s.key.OpenAnswer(header, s.ask(r, header).Body.Bytes())
	if err != nil {
		t.Fatalf("%s %s: %v", r.Method, r.RequestURI, err)
	}
	return a
}

func post(target, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, target, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

func (s *site) hello(nonce string) string {
	return s.key.SignHello(protocol.Hello{Time: s.now.Unix(), Nonce: nonce})
}

// challenge gets one.
func (s *site) challenge(t *testing.T, nonce string) string {
	t.Helper()
	a := s.answer(t, post("/.callgate/doctor/hello", ""), s.hello(nonce))
	if a.Challenge == "" {
		t.Fatalf("no challenge, but %+v", a)
	}
	return a.Challenge
}

func (s *site) probe(challenge string, number int, kind protocol.Kind) string {
	return s.key.SignProbe(protocol.Probe{Challenge: challenge, Number: number, Kind: kind})
}

// signed is a request with the signature of a token.
func signed(t *testing.T, target, body string, by callgate.Secret) *http.Request {
	t.Helper()
	r := post(target, body)
	v, err := twilio.New(twilio.Config{Keys: []twilio.Key{{Name: "k", Token: by}}, Profile: twilio.ProfileSignature})
	if err != nil {
		t.Fatal(err)
	}
	signature, err := v.Sign(&callgate.Request{Method: r.Method, URL: "https://ivr.example.org" + target, Header: r.Header, Body: []byte(body)})
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set(twilio.Header, signature)
	return r
}

// What arrived is told as it arrived, with the gate's own word about it.
func TestProbe(t *testing.T) {
	s := newSite(t)
	c := s.challenge(t, "n")
	r := signed(t, "/a%2fb?x=%c3", "A=1&B=", s.key.Token(c))
	r.Header.Set("X-Forwarded-Proto", "https")
	r.Header.Set("X-Internal-Password", "hunter2")
	r.Header.Set("Cf-Ray", "8f1")
	a := s.answer(t, r, s.probe(c, 1, protocol.Webhook))
	if got := a.Arrived; got.Method != "POST" || string(got.Target) != "/a%2fb?x=%c3" || string(got.Body) != "A=1&B=" || got.Header["X-Forwarded-Proto"][0] != "https" {
		t.Errorf("arrived: %+v", got)
	}
	if h := a.Arrived.Header; h["X-Internal-Password"] != nil || h[protocol.Header] != nil || h["Cf-Ray"][0] != "…" {
		t.Errorf("headers: %v", h)
	}
	if v := a.Verdict; !v.Admitted || string(v.Address) != "https://ivr.example.org/a%2fb?x=%c3" || v.Form != "as-received" {
		t.Errorf("the verdict is %+v", v)
	}
	// The same with a byte more in the body.
	r = signed(t, "/a", "A=1", s.key.Token(c))
	changed := post("/a", "A=12")
	changed.Header = r.Header
	if v := s.answer(t, changed, s.probe(c, 2, protocol.Webhook)).Verdict; v.Admitted || v.Reason != "mismatch" {
		t.Errorf("changed: %+v", v)
	}
	if v := s.answer(t, post("/a", ""), s.probe(c, 3, protocol.Unsigned)).Verdict; v.Admitted || v.Reason != "missing" {
		t.Errorf("unsigned: %+v", v)
	}
	if got := s.answer(t, httptest.NewRequest("GET", "/", nil), s.probe(c, 4, protocol.About)).Server; got == nil || got.PublicURL != "https://ivr.example.org" {
		t.Errorf("about: %+v", got)
	}
}

// An unsigned probe tells nothing about a signature that somebody put into it.
func TestUnsignedIsNoOracle(t *testing.T) {
	s := newSite(t)
	c := s.challenge(t, "n")
	if v := s.answer(t, signed(t, "/a", "A=1", token), s.probe(c, 1, protocol.Unsigned)).Verdict; v.Admitted || v.Reason != "missing" {
		t.Errorf("a valid signature: %+v", v)
	}
	// And with the token of the carrier nothing is valid in the other kinds.
	if v := s.answer(t, signed(t, "/a", "A=1", token), s.probe(c, 2, protocol.Webhook)).Verdict; v.Admitted {
		t.Errorf("the carrier's signature: %+v", v)
	}
}

// stranger sends what somebody without the token can, and wants of each what the same
// request gets without the header.
func (s *site) stranger(t *testing.T, name, header string) {
	t.Helper()
	for _, target := range []string{"/", "/.callgate/doctor/hello", "/.callgate/doctor/about"} {
		plain, tried := s.ask(post(target, "A=1"), ""), s.ask(post(target, "A=1"), header)
		if plain.Code != tried.Code || plain.Body.String() != tried.Body.String() || fmt.Sprint(plain.Header()) != fmt.Sprint(tried.Header()) {
			t.Errorf("%s at %s: %d %q %v; without the header: %d %q %v", name, target, tried.Code, tried.Body, tried.Header(), plain.Code, plain.Body, plain.Header())
		}
	}
}

func TestStranger(t *testing.T) {
	s := newSite(t)
	c := s.challenge(t, "n")
	other := protocol.NewKey("another token")
	for name, header := range map[string]string{
		"garbage":                      "x",
		"a hello with another token":   other.SignHello(protocol.Hello{Time: s.now.Unix(), Nonce: "m"}),
		"a probe with another token":   other.SignProbe(protocol.Probe{Challenge: c, Number: 1, Kind: protocol.About}),
		"a probe of another challenge": s.probe("guessed", 1, protocol.About),
		"number 0":                     s.probe(c, 0, protocol.About),
		"a number too large":           s.probe(c, protocol.MaxProbes+1, protocol.About),
		"an early hello":               s.key.SignHello(protocol.Hello{Time: s.now.Add(-protocol.MaxSkew - time.Second).Unix(), Nonce: "o"}),
		"a late hello":                 s.key.SignHello(protocol.Hello{Time: s.now.Add(protocol.MaxSkew + time.Second).Unix(), Nonce: "p"}),
		"the signature of a carrier":   signed(t, "/", "A=1", token).Header.Get(twilio.Header),
	} {
		s.stranger(t, name, header)
	}
	twice := post("/", "")
	twice.Header[protocol.Header] = []string{s.probe(c, 1, protocol.About), s.probe(c, 2, protocol.About)}
	if w := s.ask(twice, ""); w.Code != http.StatusForbidden {
		t.Errorf("two headers: %d", w.Code)
	}
}

// Who has seen a request of the doctor can do nothing with it.
func TestReplay(t *testing.T) {
	s := newSite(t)
	hello := s.hello("once")
	c := s.answer(t, post("/", ""), hello).Challenge
	s.stranger(t, "the same hello", hello)
	probe := s.probe(c, 5, protocol.Webhook)
	s.answer(t, post("/", ""), probe)
	s.stranger(t, "the same probe", probe)
}

// Nobody keeps many connections waiting.
func TestSlowOnceAChallenge(t *testing.T) {
	s := newSite(t)
	c := s.challenge(t, "n")
	s.answer(t, post("/", ""), s.probe(c, 1, protocol.Slow))
	s.stranger(t, "a second one", s.probe(c, 2, protocol.Slow))
	s.answer(t, post("/", ""), s.probe(c, 3, protocol.Webhook))
}

func TestExpiredChallenge(t *testing.T) {
	s := newSite(t)
	c := s.challenge(t, "n")
	s.now = s.now.Add(protocol.Life)
	s.answer(t, post("/", ""), s.probe(c, 1, protocol.About)) // just in time
	s.now = s.now.Add(time.Second)
	s.stranger(t, "an expired challenge", s.probe(c, 2, protocol.About))
}

// A flood of hellos, even with the token, gets a few challenges and then has to wait.
func TestFloodOfChallenges(t *testing.T) {
	s := newSite(t)
	given, waits := []string{}, 0
	for i := range 3000 {
		w := s.ask(post("/", ""), s.hello(fmt.Sprint(i)))
		a, err := s.key.OpenAnswer(s.hello(fmt.Sprint(i)), w.Body.Bytes())
		switch {
		case err != nil:
			t.Fatal(err)
		case a.Challenge != "":
			given = append(given, a.Challenge)
		case a.Wait > 0:
			waits++
		}
	}
	if len(given) != 10 || waits != 2990 {
		t.Errorf("%d challenges and %d times to wait", len(given), waits)
	}
	live := 0
	for _, c := range given {
		if _, err := s.key.OpenAnswer(s.probe(c, 1, protocol.About), s.ask(post("/", ""), s.probe(c, 1, protocol.About)).Body.Bytes()); err == nil {
			live++
		}
	}
	if live != 4 {
		t.Errorf("%d challenges can be used, want 4", live)
	}
	s.now = s.now.Add(21 * time.Minute) // until the hellos are forgotten
	s.challenge(t, "later")
}

// Nothing that the doctor signs is a call.
func TestProbesAreNoCalls(t *testing.T) {
	s := newSite(t)
	c := s.challenge(t, "n")
	r := signed(t, "/a", "A=1", s.key.Token(c))
	header := s.probe(c, 1, protocol.Webhook)
	r.Header.Set(protocol.Header, header)
	if _, err := s.gate.Check(r.Clone(t.Context())); err == nil {
		t.Error("the gate admits a probe")
	}
	// Out of time it gets what a wrong signature gets.
	s.now = s.now.Add(2 * protocol.Life)
	if w := s.ask(signed(t, "/a", "A=1", s.key.Token(c)), header); w.Code != http.StatusForbidden {
		t.Errorf("a probe that is late: %d", w.Code)
	}
}

func TestBodies(t *testing.T) {
	s := newSite(t)
	c := s.challenge(t, "n")
	a := s.answer(t, post("/", strings.Repeat("x", protocol.MaxBody+1)), s.probe(c, 1, protocol.Webhook))
	if len(a.Arrived.Body) != protocol.MaxBody || !strings.Contains(a.Arrived.BodyFault, "longer") {
		t.Errorf("%d bytes, %q", len(a.Arrived.Body), a.Arrived.BodyFault)
	}
	r := post("/", "")
	r.Body = http.NoBody
	r.ContentLength = 10
	if v := s.answer(t, r, s.probe(c, 2, protocol.Webhook)).Verdict; v.Admitted {
		t.Errorf("a body that is missing: %+v", v)
	}
}

// What is logged holds neither tokens nor signatures.
func TestLog(t *testing.T) {
	s := newSite(t)
	c := s.challenge(t, "n")
	s.answer(t, signed(t, "/", "Digits="+leaktest.Digits, s.key.Token(c)), s.probe(c, 1, protocol.Webhook))
	if !strings.Contains(s.log.String(), "the doctor was given a challenge") {
		t.Errorf("the log: %s", s.log.String())
	}
	for _, what := range leaktest.Find(s.log.Bytes()) {
		t.Errorf("%s is in the log:\n%s", what, s.log.String())
	}
	if strings.Contains(s.log.String(), c) {
		t.Error("the challenge is in the log")
	}
}
