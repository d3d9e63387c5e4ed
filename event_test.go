package callgate_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/twilio"
)

func TestEvent(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	c := config(t)
	c.Now = func() time.Time { now = now.Add(time.Millisecond); return now }
	c.Routes = append(c.Routes, callgate.Route{Path: "/ivr"})
	var received time.Time
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, _ := callgate.AdmissionFrom(r.Context())
		received = a.Received
		answering.ServeHTTP(w, r)
	})
	_, _, event := serve(t, c, handler, signedPost(t, "/ivr/secret-path?pin=47110815", "&Digits=47110815&SpeechResult=my+secret"))
	want := callgate.Event{
		Outcome: callgate.OutcomeAccepted, Route: "/ivr", Kind: callgate.KindVoice, Method: "POST",
		Status: 200, Bytes: int64(len(welcome)),
		CallSid: callSid, Verified: true, Carrier: "twilio", Account: account, Key: "main", Form: callgate.FormAsReceived,
		Principals: []callgate.Principal{"everyone", "carrier:twilio", callgate.Principal("account:" + account), "key:main", "number:+*********09"},
		Decision: callgate.Decision{
			Allowed: true, Permission: "view", Resource: "/",
			Entry: callgate.Entry{Effect: callgate.Allow, Principal: "carrier:twilio", Permission: "view"},
		},
		Start: time.Date(2026, 1, 1, 0, 0, 0, int(time.Millisecond), time.UTC), Duration: time.Millisecond,
	}
	if !received.Equal(want.Start) {
		t.Errorf("received at %v", received)
	}
	if fmt.Sprintf("%+v", event) != fmt.Sprintf("%+v", want) {
		t.Errorf("%+v\nwant %+v", event, want)
	}
}

// TestEventsTellNothing makes requests full of secrets in every way that they can
// end, and looks for the secrets in the events.
func TestEventsTellNothing(t *testing.T) {
	secrets := []string{string(token), "47110815", "hunter2", "my secret", "my+secret", "15005550006", "15005550009", "secret-path", "sesame"}
	target, more := "/secret-path?pin=47110815", "&Digits=47110815&SpeechResult=my+secret"
	saying := "<Response><Say>hunter2 47110815</Say></Response>"
	for name, c := range map[string]struct {
		handler http.Handler
		change  func(*callgate.Config, *http.Request)
	}{
		"accepted":      {writes(200, "", saying), nil},
		"error":         {writes(500, "", saying), nil},
		"redirect":      {http.RedirectHandler("/?pin=47110815", 301), nil},
		"no document":   {writes(200, "", "hunter2"), nil},
		"panic":         {panics(errors.New("hunter2 47110815")), nil},
		"mismatch":      {answering, func(_ *callgate.Config, r *http.Request) { r.RequestURI += "hunter2" }},
		"target":        {answering, func(_ *callgate.Config, r *http.Request) { r.RequestURI += "#hunter2" }},
		"bad query":     {answering, func(_ *callgate.Config, r *http.Request) { r.RequestURI += "%hunter2" }},
		"method":        {answering, func(_ *callgate.Config, r *http.Request) { r.Method = "hunter2" }},
		"content type":  {answering, func(_ *callgate.Config, r *http.Request) { r.Header.Set("Content-Type", "hunter2") }},
		"denied":        {answering, func(c *callgate.Config, _ *http.Request) { c.Routes[0].Entries[0].Principal = callgate.Number(caller) }},
		"denied number": {answering, func(c *callgate.Config, _ *http.Request) { denyNumber(c) }},
		"login": {answering, func(c *callgate.Config, r *http.Request) {
			c.Users, c.Routes[0].Auth = passwords{"operator": "open sesame"}, callgate.AuthBoth
			r.Header.Set("Authorization", basic("hunter2", "open sesame"))
		}},
		"digits for a call": {answering, func(_ *callgate.Config, r *http.Request) {
			setBody(r, strings.Replace(voiceForm(more), callSid, "15005550006", 1))
		}},
		"verifier error": {answering, func(c *callgate.Config, _ *http.Request) { c.Verifier = failing{} }},
		"unsigned":       {answering, func(_ *callgate.Config, r *http.Request) { r.Header.Del(twilio.Header) }},
		"no body":        {answering, func(_ *callgate.Config, r *http.Request) { r.Body = http.NoBody }},
	} {
		t.Run(name, func(t *testing.T) {
			config := config(t)
			r := signedPost(t, target, more)
			signature := r.Header.Get(twilio.Header)
			if c.change != nil {
				c.change(&config, r)
			}
			_, _, event := serve(t, config, c.handler, r)
			asJSON, err := json.Marshal(event)
			if err != nil {
				t.Fatal(err)
			}
			told := fmt.Sprintf("%+v %#v %v %s", event, event, event.Err, asJSON)
			for _, secret := range append(secrets, signature) {
				if signature != "" && strings.Contains(told, secret) {
					t.Errorf("the event shows %q: %s", secret, told)
				}
			}
		})
	}
}

func denyNumber(c *callgate.Config) {
	c.Routes[0].Entries = slices.Insert(c.Routes[0].Entries, 0, callgate.Entry{
		Effect: callgate.Deny, Principal: callgate.Number(dialled), Permission: callgate.View,
	})
}

// TestEventMethod keeps inventions out of logs and metrics.
func TestEventMethod(t *testing.T) {
	for method, want := range map[string]string{"PUT": "PUT", "OPTIONS": "OPTIONS", "post": "other", "X\nY": "other", "": "other"} {
		r := signedPost(t, "/", "")
		r.Method = method
		if _, _, event := serve(t, config(t), answering, r); event.Method != want {
			t.Errorf("%q is %q, want %q", method, event.Method, want)
		}
	}
}

// TestEventAfterAnswer: an observer that waits or panics does the answer no harm.
func TestEventAfterAnswer(t *testing.T) {
	c := config(t)
	release := make(chan struct{})
	c.Observe = func(context.Context, *callgate.Event) {
		<-release
		panic("the log is full")
	}
	s := httptest.NewServer(newGate(t, c).Handler(answering))
	defer s.Close()
	defer close(release)
	req, err := http.NewRequest("POST", s.URL+"/", strings.NewReader(voiceForm("")))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = signedPost(t, "/", "").Header
	resp, err := s.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, err := io.ReadAll(resp.Body); string(body) != welcome {
		t.Errorf("%s, %v", body, err)
	}
}

// TestNoObserver serves without anybody who wants to know.
func TestNoObserver(t *testing.T) {
	w := httptest.NewRecorder()
	newGate(t, config(t)).Handler(answering).ServeHTTP(w, signedPost(t, "/", ""))
	if w.Body.String() != welcome {
		t.Error(w.Body)
	}
}

// TestEventNumbers masks what is dialled, however short it is.
func TestEventNumbers(t *testing.T) {
	for number, want := range map[string]string{
		"%2B15005550009": "number:+*********09", "911": "number:*11", "91": "number:**", "1": "number:*",
	} {
		c := config(t)
		c.Verifier = echo{}
		_, _, event := serve(t, c, answering, post("/", "To="+number))
		if got := event.Principals[len(event.Principals)-1]; string(got) != want {
			t.Errorf("%s is %s, want %s", number, got, want)
		}
	}
}

// The observer gets the request itself, and of its body what the gate read.
func TestReceivedFrom(t *testing.T) {
	for name, c := range map[string]struct{ body, want string }{
		"read":      {"CallSid=CA1&Digits=1", "CallSid=CA1&Digits=1"},
		"too large": {strings.Repeat("a", callgate.DefaultMaxBody+1), ""},
	} {
		r := post("/menu?a=b", c.body)
		observed := 0
		conf := config(t)
		conf.Observe = func(ctx context.Context, _ *callgate.Event) {
			observed++
			got, ok := callgate.ReceivedFrom(ctx)
			if !ok || got.Request != r || string(got.Body) != c.want {
				t.Errorf("%s: %+v", name, got)
			}
			if _, ok := callgate.ReceivedFrom(r.Context()); ok {
				t.Errorf("%s: the request's own context has it too", name)
			}
		}
		newGate(t, conf).Handler(answering).ServeHTTP(httptest.NewRecorder(), r)
		if observed != 1 {
			t.Errorf("%s: observed %d times", name, observed)
		}
	}
}

// The observer also gets the address that the gate took the request for, admitted or not.
func TestReceivedURL(t *testing.T) {
	for _, c := range []struct {
		method, forwarded string
		want              string
	}{
		{"POST", "", "http://ivr.example.org/menu?a=b"},
		{"POST", "host=ivr.example.org;proto=https", "https://ivr.example.org/menu?a=b"},
		{"POST", "host=other.example.org;proto=https", "https://other.example.org/menu?a=b"}, // refused
		{"POST", "host=evil.example.org, host=other.example.org;proto=https", "https://other.example.org/menu?a=b"},
		{"POST", "host=\"a b\"", ""},          // no host at all
		{"PUT", "host=other.example.org", ""}, // refused before that
	} {
		conf := config(t)
		conf.PublicURL, conf.AllowedHosts = "", []string{"ivr.example.org"}
		conf.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}
		got := "nobody was told"
		conf.Observe = func(ctx context.Context, _ *callgate.Event) {
			received, _ := callgate.ReceivedFrom(ctx)
			got = received.URL
		}
		r := post("/menu?a=b", "CallSid=CA1")
		r.Method = c.method
		if c.forwarded != "" {
			r.Header.Set("Forwarded", c.forwarded)
		}
		newGate(t, conf).Handler(answering).ServeHTTP(httptest.NewRecorder(), r)
		if got != c.want {
			t.Errorf("%s %s: %q, want %q", c.method, c.forwarded, got, c.want)
		}
	}
}

// TestEventClaims: what a body claims that was not verified says which call it may be,
// and never whose it is.
func TestEventClaims(t *testing.T) {
	c := config(t)
	c.Verifier = proven{Carrier: "twilio", Key: "main"}
	c.Routes[0].Kind = callgate.KindStatus
	c.Routes[0].Entries[0].Principal = callgate.User("nobody")
	r := post("/", "AccountSid="+account+"&CallSid="+callSid)
	r.Header.Set("Content-Type", "text/plain")
	_, _, event := serve(t, c, answering, r)
	if !event.Verified || event.Account != "" || event.CallSid != callSid || event.Reason != callgate.ReasonDenied {
		t.Errorf("%+v", event)
	}
}
