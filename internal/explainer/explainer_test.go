package explainer_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/explain"
	"github.com/callgate/callgate/internal/explainer"
	"github.com/callgate/callgate/internal/leaktest"
	"github.com/callgate/callgate/twilio"
)

const token = "0123456789abcdef0123456789abcdef"

var keys = []twilio.Key{{Name: "main", Token: token}}

// bench is a gate with a runner behind it.
type bench struct {
	handler  http.Handler
	runner   *explainer.Runner
	cases    explainer.Cases // set before requests are sent
	log      bytes.Buffer
	causes   map[explain.Cause]int
	outcomes map[callgate.Outcome]int
	dropped  int
	copies   int
}

func newBench(t testing.TB) *bench { return newBenchOf(t, func(*callgate.Config) {}) }

// newBenchOf has a gate of another configuration.
func newBenchOf(t testing.TB, change func(*callgate.Config)) *bench {
	t.Helper()
	b := &bench{causes: map[explain.Cause]int{}, outcomes: map[callgate.Outcome]int{}}
	b.runner = explainer.New(explainer.Config{
		Log:       func() *slog.Logger { return slog.New(slog.NewJSONHandler(&b.log, nil)) },
		Cases:     func() explainer.Cases { return b.cases },
		Explained: func(c explain.Cause, o callgate.Outcome) { b.causes[c]++; b.outcomes[o]++ },
		Dropped:   func(callgate.Outcome) { b.dropped++ },
	})
	v, err := twilio.New(twilio.Config{Keys: keys, Profile: twilio.ProfileSignature})
	if err != nil {
		t.Fatal(err)
	}
	rescue, err := callgate.RescueDocument("Sorry.", "en", "+15005550100")
	if err != nil {
		t.Fatal(err)
	}
	config := callgate.Config{
		Verifier: v, PublicURL: "https://ivr.example.org", Observe: b.runner.Observe,
		Routes: []callgate.Route{{Path: "/", Entries: []callgate.Entry{
			{Effect: callgate.Allow, Principal: callgate.Carrier(twilio.Name), Permission: callgate.View},
		}}},
		Rescue: callgate.Rescue{Documents: map[string][]byte{"": rescue}},
	}
	change(&config)
	gate, err := callgate.New(config)
	if err != nil {
		t.Fatal(err)
	}
	e, err := explain.New(explain.Config{
		Keys: keys, PublicURL: config.PublicURL, AllowedHosts: config.AllowedHosts, TrustedProxies: config.TrustedProxies,
	})
	if err != nil {
		t.Fatal(err)
	}
	b.runner.Use(e)
	b.handler = gate.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "<Response/>")
	}))
	t.Cleanup(func() { leaktest.Record(t).Write(b.log.Bytes()) })
	return b
}

// post sends a form that was signed for an address.
func (b *bench) post(t *testing.T, signedFor, target, from string) {
	t.Helper()
	b.postWith(t, signedFor, target, from, nil)
}

// postWith has more headers.
func (b *bench) postWith(t *testing.T, signedFor, target, from string, more http.Header) {
	t.Helper()
	const form = "CallSid=CA00000000000000000000000000000001&From=%2B15005550006&Digits=47110815"
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "User-Agent": {"TwilioProxy/1.1"}}
	v, err := twilio.New(twilio.Config{Keys: keys, Profile: twilio.ProfileSignature})
	if err != nil {
		t.Fatal(err)
	}
	signature, err := v.Sign(&callgate.Request{Method: "POST", URL: signedFor, Header: header, Body: []byte(form)})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("POST", target, strings.NewReader(form))
	r.Header, r.RemoteAddr = header, from
	r.Header.Set(twilio.Header, signature)
	maps.Copy(r.Header, more)
	b.handler.ServeHTTP(httptest.NewRecorder(), r)
}

func TestRefusedRequestsAreExplained(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { b.runner.Run(ctx); close(done) }()
		b.post(t, "https://ivr.example.org/menu", "/menu", "192.0.2.1:1234")  // valid
		b.post(t, "https://ivr.example.org/menu/", "/menu", "192.0.2.1:1234") // a slash is missing
		synctest.Wait()
		if b.causes[explain.CauseSlash] != 1 || len(b.causes) != 1 {
			t.Errorf("causes %v", b.causes)
		}
		line := b.log.String()
		for _, want := range []string{`"cause":"slash"`, `"confidence":"proved"`, `"route":"/"`, `"reason":"mismatch"`, `"mends":[`, `\"/menu/\"`} {
			if !strings.Contains(line, want) {
				t.Errorf("the log lacks %s: %s", want, line)
			}
		}
		if strings.Contains(line, "47110815") || strings.Contains(line, "5550006") {
			t.Errorf("the log shows data of a caller: %s", line)
		}
		stop()
		<-done
	})
}

// Of one sender's requests to one route, a few are explained in a minute, and of
// one cause one is logged; in the next minute it starts again.
func TestOneALineAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { b.runner.Run(ctx); close(done) }()
		time.Sleep(time.Until(time.Now().Truncate(time.Minute).Add(time.Minute)))
		for range 20 {
			b.post(t, "https://ivr.example.org/menu/", "/menu", "192.0.2.1:1234")
			time.Sleep(time.Second)
		}
		if n := b.causes[explain.CauseSlash]; n != 4 {
			t.Errorf("%d explained in a minute", n)
		}
		if b.dropped != 16 {
			t.Errorf("%d dropped", b.dropped)
		}
		if n := strings.Count(b.log.String(), `"cause":"slash"`); n != 1 {
			t.Errorf("%d lines in a minute", n)
		}
		time.Sleep(time.Minute)
		b.post(t, "https://ivr.example.org/menu/", "/menu", "192.0.2.1:1234")
		synctest.Wait()
		if n := strings.Count(b.log.String(), `"cause":"slash"`); n != 2 {
			t.Errorf("%d lines in two minutes", n)
		}
		stop()
		<-done
	})
}

// A flood from many senders fills the queue and no more: what is dropped was not
// even copied.
func TestFlood(t *testing.T) {
	b := newBench(t) // nobody runs it
	for i := range 3000 {
		peer := netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)})
		b.runner.Submit(explainer.Refused{Peer: peer, Route: "/", Reason: callgate.ReasonMismatch}, func() *explain.Request {
			b.copies++
			return &explain.Request{Method: "POST", Target: "/"}
		})
	}
	const queue = 16
	if b.copies != queue || b.dropped != 3000-queue {
		t.Errorf("%d copies, %d dropped", b.copies, b.dropped)
	}
}

// A request of the carrier whose signature was dropped on the way is explained; one
// without anything of the carrier is not even kept.
func TestDroppedSignatureIsExplained(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { b.runner.Run(ctx); close(done) }()
		for _, agent := range []string{"TwilioProxy/1.1", "curl/8.5.0", ""} {
			r := httptest.NewRequest("POST", "/menu", strings.NewReader("CallSid=CA1"))
			r.Header.Set("User-Agent", agent)
			b.handler.ServeHTTP(httptest.NewRecorder(), r)
		}
		synctest.Wait()
		stop()
		<-done
		if b.causes[explain.CauseSignatureMissing] != 1 || len(b.causes) != 1 || b.dropped != 0 {
			t.Errorf("causes %v, %d dropped", b.causes, b.dropped)
		}
		if !strings.Contains(b.log.String(), "del-header X-Twilio-Signature") {
			t.Errorf("no mend: %s", b.log.String())
		}
	})
}

// A GET that a redirect made of a POST is validly signed; the route does not take it,
// and the log says why it came.
func TestRedirectedPostIsExplained(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { b.runner.Run(ctx); close(done) }()
		v, err := twilio.New(twilio.Config{Keys: keys, Profile: twilio.ProfileSignature})
		if err != nil {
			t.Fatal(err)
		}
		for _, query := range []string{"", "?AccountSid=AC1&CallSid=CA1"} {
			r := httptest.NewRequest("GET", "/menu"+query, nil)
			signature, err := v.Sign(&callgate.Request{Method: "GET", URL: "https://ivr.example.org/menu" + query})
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set(twilio.Header, signature)
			r.Header.Set("User-Agent", "TwilioProxy/1.1")
			b.handler.ServeHTTP(httptest.NewRecorder(), r)
			synctest.Wait()
			time.Sleep(time.Minute)
		}
		stop()
		<-done
		// The second one is a webhook that is configured as GET: nothing is wrong with its signature.
		if b.causes[explain.CauseMethod] != 1 || b.causes[explain.CauseNone] != 1 {
			t.Errorf("causes %v", b.causes)
		}
		if n := strings.Count(b.log.String(), "why a signature failed"); n != 1 {
			t.Errorf("%d lines: %s", n, b.log.String())
		}
	})
}

// Requests that were not refused for their signature are none of its business.
func TestNotExplained(t *testing.T) {
	b := newBench(t)
	r := httptest.NewRequest("POST", "/", strings.NewReader("a=b")) // no signature
	b.handler.ServeHTTP(httptest.NewRecorder(), r)
	b.runner.Observe(t.Context(), &callgate.Event{Outcome: callgate.OutcomeRefused, Reason: callgate.ReasonMismatch}) // from elsewhere
	b.runner.Use(nil)
	b.post(t, "https://ivr.example.org/other", "/menu", "192.0.2.1:1234")
	if b.dropped != 0 || len(b.causes) != 0 {
		t.Errorf("%d dropped, causes %v", b.dropped, b.causes)
	}
}

// saved is where cases are saved in a test. It fails, or keeps them.
type saved struct {
	err    error
	causes []explain.Cause
	cases  []*explain.Case
}

func (s *saved) Save(cause explain.Cause, c *explain.Case) (string, error) {
	if s.err != nil {
		return "", s.err
	}
	s.causes, s.cases = append(s.causes, cause), append(s.cases, c)
	return "a file", nil
}

// running has a runner run while a test does something, and gives it the bench then.
func running(t *testing.T, change func(*callgate.Config), while func(*bench)) *bench {
	var b *bench
	synctest.Test(t, func(t *testing.T) {
		b = newBenchOf(t, change)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { b.runner.Run(ctx); close(done) }()
		time.Sleep(time.Until(time.Now().Truncate(time.Minute).Add(time.Minute)))
		while(b)
		synctest.Wait()
		stop()
		<-done
	})
	return b
}

// A case is saved of what the log has a line for, with the same explanation; when it
// cannot be, the line says so and nothing else is lost.
func TestCasesAreSaved(t *testing.T) {
	to := &saved{}
	b := running(t, func(*callgate.Config) {}, func(b *bench) {
		b.cases = to
		for range 2 {
			b.post(t, "https://ivr.example.org/menu/", "/menu", "192.0.2.1:1234")
			time.Sleep(time.Second)
		}
		synctest.Wait()
		to.err = errors.New("the disk is full")
		time.Sleep(time.Minute)
		b.post(t, "https://ivr.example.org/menu/", "/menu", "192.0.2.1:1234")
	})
	log := b.log.String()
	if len(to.cases) != 1 || to.causes[0] != explain.CauseSlash || strings.Count(log, `"case":"a file"`) != 1 {
		t.Fatalf("%v, and the log %s", to.causes, log)
	}
	e, err := explain.New(to.cases[0].Config)
	if err != nil {
		t.Fatal(err)
	}
	if x := e.Explain(t.Context(), to.cases[0].Request); x.Cause != explain.CauseSlash || x.Confidence != explain.Proved {
		t.Errorf("%+v", x)
	}
	if strings.Count(log, `"cause":"slash"`) != 2 || !strings.Contains(log, `"case_not_saved":"the disk is full"`) {
		t.Error(log)
	}
}

// What is observed is explained as what is refused, and told apart.
func TestObservedAreExplained(t *testing.T) {
	b := running(t, func(c *callgate.Config) {
		c.Routes[0].ObserveUntil, c.Routes[0].InsecureAdmitRefused = time.Now().Add(time.Hour), "it is a test"
	}, func(b *bench) { b.post(t, "https://ivr.example.org/menu/", "/menu", "192.0.2.1:1234") })
	if b.outcomes[callgate.OutcomeObserved] != 1 || b.causes[explain.CauseSlash] != 1 || !strings.Contains(b.log.String(), `"observed_until":"`) {
		t.Errorf("%v %v %s", b.outcomes, b.causes, b.log.String())
	}
}

// A trusted proxy may say a host that is not allowed, in whichever header the gate
// believes: the explanation is about the address that the gate took.
func TestHostOfTrustedProxy(t *testing.T) {
	for name, header := range map[string]http.Header{
		"Forwarded":        {"Forwarded": {"for=198.51.100.1;host=internal.example.org;proto=https"}},
		"X-Forwarded-Host": {"X-Forwarded-Host": {"internal.example.org"}, "X-Forwarded-Proto": {"https"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := running(t, func(c *callgate.Config) {
				c.PublicURL, c.AllowedHosts = "", []string{"ivr.example.org"}
				c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}
			}, func(b *bench) { b.postWith(t, "https://ivr.example.org/menu", "/menu", "192.0.2.1:1234", header) })
			log := b.log.String()
			if b.causes[explain.CauseHost] != 1 || !strings.Contains(log, `"reason":"host"`) ||
				!strings.Contains(log, `"host":{"signed":"\"ivr.example.org\"","arrived":"\"internal.example.org\""}`) || strings.Contains(log, `"scheme":{`) {
				t.Errorf("%v %s", b.causes, log)
			}
		})
	}
}
