package callgate_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/twilio"
)

// The clock of a trial, and when it ends.
var (
	trialNow   = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	trialUntil = time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)
)

// trialWords is why what would be refused is admitted.
const trialWords = "the proxy is being set up, and the line gives nothing away"

// onTrial is a gate whose root is on trial and does, with words, admit what it would refuse.
func onTrial(t testing.TB, kind callgate.Kind, words string) callgate.Config {
	c := config(t)
	c.Now = func() time.Time { return trialNow }
	c.Routes[0].Kind, c.Routes[0].ObserveUntil, c.Routes[0].InsecureAdmitRefused = kind, trialUntil, words
	return c
}

// unverified are requests whose signature is missing or wrong.
var unverified = []struct {
	name   string
	change func(*testing.T, *http.Request)
	reason callgate.Reason
}{
	{"wrong signature", func(_ *testing.T, r *http.Request) { r.Header.Set(twilio.Header, strings.Repeat("A", 27)+"=") }, callgate.ReasonMismatch},
	{"no signature", func(_ *testing.T, r *http.Request) { r.Header.Del(twilio.Header) }, callgate.ReasonMissing},
	{"malformed signature", func(_ *testing.T, r *http.Request) { r.Header.Set(twilio.Header, "x") }, callgate.ReasonMalformed},
	{"another account", func(t *testing.T, r *http.Request) {
		signedAgain(t, r, strings.Replace(voiceForm(""), account, "AC00000000000000000000000000000002", 1))
	}, callgate.ReasonAccount},
	{"a body that nothing signs", func(_ *testing.T, r *http.Request) { r.Header.Set("Content-Type", "text/plain") }, callgate.ReasonContentType},
}

// TestObserve has what is admitted on trial when the operator says so: as a request of
// nobody.
func TestObserve(t *testing.T) {
	for _, c := range unverified {
		for _, kind := range []callgate.Kind{callgate.KindVoice, callgate.KindStatus} {
			t.Run(c.name+", "+kind.String(), func(t *testing.T) {
				r := signedPost(t, "/", "")
				c.change(t, r)
				var a *callgate.Admission
				next := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					a, _ = callgate.AdmissionFrom(r.Context())
					answering(w, r)
				})
				_, body, event := serve(t, onTrial(t, kind, trialWords), next, r)
				if event.Outcome != callgate.OutcomeObserved || event.Reason != c.reason || event.Observed == nil ||
					event.Verified || !event.ObservedUntil.Equal(trialUntil) || body != welcome {
					t.Fatalf("%+v\n%s", event, body)
				}
				if a.Observed == nil || a.Observed.Reason != c.reason || a.Proof != (callgate.Proof{}) ||
					!slices.Equal(a.Principals, []callgate.Principal{callgate.Everyone}) {
					t.Errorf("%+v", a)
				}
				if a.Decision.Allowed || a.Decide(callgate.View).Allowed || a.Decide("other").Allowed {
					t.Error("the access control lists grant it something")
				}
			})
		}
	}
}

// Without the words a trial admits nobody, and only the event tells of it.
func TestObserveAdmitsNobody(t *testing.T) {
	for _, c := range unverified {
		t.Run(c.name, func(t *testing.T) {
			for _, until := range []time.Time{{}, trialUntil} {
				config := onTrial(t, callgate.KindStatus, "")
				config.Routes[0].ObserveUntil = until
				r := signedPost(t, "/", "")
				c.change(t, r)
				resp, _, event := serve(t, config, answering, r)
				if event.Outcome != callgate.OutcomeRefused || event.Reason != c.reason || event.Observed != nil || resp.StatusCode < 400 {
					t.Errorf("%d %+v", resp.StatusCode, event)
				}
				if !event.ObservedUntil.Equal(until) {
					t.Errorf("until %v", event.ObservedUntil)
				}
			}
		})
	}
}

// What is right is admitted on trial as ever.
func TestObserveVerified(t *testing.T) {
	_, _, event := serve(t, onTrial(t, callgate.KindVoice, trialWords), answering, signedPost(t, "/", ""))
	if event.Outcome != callgate.OutcomeAccepted || !event.Verified || event.Observed != nil || event.ObservedUntil.IsZero() || !event.Decision.Allowed {
		t.Errorf("%+v", event)
	}
}

// TestObserveStillRefuses has what is no matter of the signature.
func TestObserveStillRefuses(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*callgate.Config, *http.Request)
		reason callgate.Reason
	}{
		{"target", func(_ *callgate.Config, r *http.Request) { r.RequestURI = "/a/../b" }, callgate.ReasonTarget},
		{"method", func(_ *callgate.Config, r *http.Request) { r.Method = "GET" }, callgate.ReasonMethod},
		{"too large", func(_ *callgate.Config, r *http.Request) { r.ContentLength = 1 << 20 }, callgate.ReasonTooLarge},
		{"body", func(_ *callgate.Config, r *http.Request) { r.Body = http.NoBody }, callgate.ReasonBody},
		{"parameters", func(_ *callgate.Config, r *http.Request) { setBody(r, "a=%zz") }, callgate.ReasonParams},
		{"two content types", func(_ *callgate.Config, r *http.Request) { r.Header.Add("Content-Type", "x/y") }, callgate.ReasonContentType},
		{"another host", func(c *callgate.Config, r *http.Request) {
			c.PublicURL, c.AllowedHosts, r.Host = "", []string{"ivr.example.org"}, "evil.example"
		}, callgate.ReasonHost},
		{"a verifier that panics", func(c *callgate.Config, _ *http.Request) { c.Verifier = panicking{} }, callgate.ReasonPanic},
		{"denied, though signed", func(c *callgate.Config, r *http.Request) {
			c.Routes[0].Permission = "restricted"
		}, callgate.ReasonDenied},
	} {
		t.Run(c.name, func(t *testing.T) {
			config, r := onTrial(t, callgate.KindVoice, trialWords), signedPost(t, "/", "")
			c.change(&config, r)
			_, body, event := serve(t, config, answering, r)
			if event.Outcome != callgate.OutcomeRefused || event.Reason != c.reason || event.Observed != nil || body == welcome {
				t.Errorf("%+v", event)
			}
		})
	}
}

// TestObserveEnds: the same gate enforces when the time has come.
func TestObserveEnds(t *testing.T) {
	now := trialNow
	c := onTrial(t, callgate.KindVoice, trialWords)
	c.Now = func() time.Time { return now }
	var event callgate.Event
	c.Observe = observe(&event)
	g := newGate(t, c)
	h := g.Handler(answering)
	for _, moment := range []struct {
		at   time.Time
		want callgate.Outcome
	}{
		{trialNow, callgate.OutcomeObserved},
		{trialUntil.Add(-1), callgate.OutcomeObserved},
		{trialUntil, callgate.OutcomeRefused},
		{trialUntil.AddDate(1, 0, 0), callgate.OutcomeRefused},
	} {
		now = moment.at
		h.ServeHTTP(newRecorder(), post("/", voiceForm("")))
		if event.Outcome != moment.want || event.ObservedUntil.IsZero() != (moment.want == callgate.OutcomeRefused) {
			t.Errorf("%v: %+v", moment.at, event)
		}
		a, err := noted(g.Check(post("/", voiceForm(""))))
		if (err == nil) != (moment.want == callgate.OutcomeObserved) || err == nil && a.Observed == nil {
			t.Errorf("%v: Check says %+v, %v", moment.at, a, err)
		}
	}
}

// TestObserveOtherRoutes: what is above and below enforces.
func TestObserveOtherRoutes(t *testing.T) {
	c := onTrial(t, callgate.KindVoice, "")
	c.Routes[0].ObserveUntil = time.Time{}
	c.Routes = append(c.Routes,
		callgate.Route{Path: "/trial", ObserveUntil: trialUntil, InsecureAdmitRefused: trialWords},
		callgate.Route{Path: "/trial/pay"})
	for target, want := range map[string]callgate.Outcome{
		"/trial": callgate.OutcomeObserved, "/trial/more": callgate.OutcomeObserved,
		"/": callgate.OutcomeRefused, "/trials": callgate.OutcomeRefused, "/trial/pay": callgate.OutcomeRefused, "/trial/pay/more": callgate.OutcomeRefused,
		"/trial%2Fpay": callgate.OutcomeRefused, "/trial/more/../pay": callgate.OutcomeRefused,
	} {
		if _, _, event := serve(t, c, answering, post(target, voiceForm(""))); event.Outcome != want {
			t.Errorf("%s: %+v", target, event)
		}
	}
}

// What becomes of an observed request after it was admitted is told too.
func TestObserveHandlerFails(t *testing.T) {
	c := onTrial(t, callgate.KindVoice, trialWords)
	resp, body, event := serve(t, c, http.NotFoundHandler(), post("/", voiceForm("")))
	if event.Outcome != callgate.OutcomeRescued || event.Reason != callgate.ReasonStatus || event.Observed == nil ||
		event.Observed.Reason != callgate.ReasonMissing || resp.StatusCode != 200 || body != string(rescueDocument(t, "en")) {
		t.Errorf("%+v", event)
	}
}

// An entry may grant everybody what an observed request asks for.
func TestObserveEveryone(t *testing.T) {
	c := onTrial(t, callgate.KindVoice, trialWords)
	c.Routes[0].Entries = []callgate.Entry{{Effect: callgate.Allow, Principal: callgate.Everyone, Permission: callgate.AnyPermission}}
	_, _, event := serve(t, c, answering, post("/", voiceForm("")))
	if event.Outcome != callgate.OutcomeObserved || !event.Decision.Allowed {
		t.Errorf("%+v", event)
	}
}

func TestObserveFaults(t *testing.T) {
	deny := callgate.Entry{Effect: callgate.Deny, Principal: callgate.Everyone, Permission: callgate.AnyPermission}
	for want, change := range map[string]func(*callgate.Config, *callgate.Route){
		"": func(_ *callgate.Config, r *callgate.Route) { r.ObserveUntil = trialNow.Add(callgate.MaxObserve) },
		"Routes[0].ObserveUntil: missing: until when": func(_ *callgate.Config, r *callgate.Route) {
			r.ObserveUntil = time.Time{}
		},
		"Routes[0].ObserveUntil: 2027-02-28 is more than 92 days ahead": func(_ *callgate.Config, r *callgate.Route) {
			r.ObserveUntil = trialNow.Add(callgate.MaxObserve + 1)
		},
		"Routes[0].InsecureAdmitRefused: no reason": func(_ *callgate.Config, r *callgate.Route) { r.InsecureAdmitRefused = " " },
		"Routes[0].InsecureAdmitRefused: not for streams": func(_ *callgate.Config, r *callgate.Route) {
			r.Kind = callgate.KindStream
		},
		"Routes[0].InsecureAdmitRefused: not where a password is asked for": func(c *callgate.Config, r *callgate.Route) {
			r.Auth, c.Users = callgate.AuthEither, passwords{}
		},
		`Routes[0].InsecureAdmitRefused: the entry "deny everyone *" on / denies`: func(_ *callgate.Config, r *callgate.Route) {
			r.Entries = append(r.Entries, deny)
		},
	} {
		c := onTrial(t, callgate.KindVoice, trialWords)
		change(&c, &c.Routes[0])
		_, err := callgate.New(c)
		if want == "" && err != nil || want != "" && (err == nil || !strings.HasPrefix(err.Error(), "callgate: "+want)) {
			t.Errorf("got %v\nwant %s", err, want)
		}
	}
}

// A date that has passed is no fault: the route enforces, and a server that starts
// again must start.
func TestObserveLongOver(t *testing.T) {
	c := onTrial(t, callgate.KindVoice, trialWords)
	c.Routes[0].ObserveUntil = trialNow.AddDate(-1, 0, 0)
	var event callgate.Event
	c.Observe = func(_ context.Context, e *callgate.Event) { event = *e }
	newGate(t, c).Handler(answering).ServeHTTP(newRecorder(), post("/", voiceForm("")))
	if event.Outcome != callgate.OutcomeRefused {
		t.Errorf("%+v", event)
	}
}

// FuzzObserve sends whatever there is to a gate that enforces and to the same gate on
// trial. The trial admits what the other admits, in the same way; besides, only on its
// route, only what was refused for its signature, and as nobody's.
func FuzzObserve(f *testing.F) {
	f.Add("POST", "/", "ivr.example.org", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=", "application/x-www-form-urlencoded", voiceForm(""))
	f.Add("POST", "/pay", "ivr.example.org", "", "", "")
	f.Add("POST", "/trial%2fpay", "evil.example", "x", "application/json", "{}")
	f.Add("GET", "/trial/../pay?a=%zz", "ivr.example.org:443", "", "text/plain", "\x00")
	signatures := []callgate.Reason{
		callgate.ReasonMissing, callgate.ReasonMalformed, callgate.ReasonMismatch, callgate.ReasonBodyHash,
		callgate.ReasonContentType, callgate.ReasonParams, callgate.ReasonMethod, callgate.ReasonProfile, callgate.ReasonAccount,
	}
	enforcing := config(f)
	enforcing.PublicURL, enforcing.AllowedHosts = "", []string{"ivr.example.org"}
	enforcing.Now = func() time.Time { return trialNow }
	enforcing.Routes = append(enforcing.Routes,
		callgate.Route{Path: "/trial", Methods: []string{"GET", "POST"}},
		callgate.Route{Path: "/trial/pay"})
	trying := enforcing
	trying.Routes = slices.Clone(enforcing.Routes)
	trying.Routes[1].ObserveUntil, trying.Routes[1].InsecureAdmitRefused = trialUntil, trialWords
	strict, trial := newGate(f, enforcing), newGate(f, trying)
	f.Fuzz(func(t *testing.T, method, target, host, signature, contentType, body string) {
		check := func(g *callgate.Gate) (*callgate.Admission, error) {
			r := request(method, target, body)
			r.Host = host
			r.Header.Set("Content-Type", contentType)
			if signature != "" {
				r.Header.Set(twilio.Header, signature)
			}
			return noted(g.Check(r))
		}
		want, refusal := check(strict)
		got, err := check(trial)
		switch {
		case (refusal == nil) != (want != nil) || (err == nil) != (got != nil):
			t.Fatal("neither admitted nor refused, or both")
		case refusal == nil:
			if err != nil || got.Observed != nil || !slices.Equal(got.Principals, want.Principals) {
				t.Fatalf("admitted, and on trial %+v, %v", got, err)
			}
		case err == nil:
			if got.Observed == nil || got.Route != "/trial" || !slices.Contains(signatures, got.Observed.Reason) || got.Observed.Error() != refusal.Error() ||
				!slices.Equal(got.Principals, []callgate.Principal{callgate.Everyone}) || !strings.EqualFold(host[:len("ivr.example.org")], "ivr.example.org") {
				t.Fatalf("refused with %v, and on trial %+v", refusal, got)
			}
		}
	})
}
