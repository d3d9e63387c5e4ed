package callgatetest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/callgatetest"
	"github.com/callgate/callgate/carrier"
	"github.com/callgate/callgate/twilio"
)

// gate guards a handler with the key and the address of this package.
func gate(t *testing.T, h http.Handler) http.Handler {
	t.Helper()
	v, err := twilio.New(twilio.Config{Keys: []twilio.Key{{Name: "test", Account: callgatetest.Account, Token: callgatetest.Token}}})
	if err != nil {
		t.Fatal(err)
	}
	rescue, err := callgate.RescueDocument("Sorry.", "en", "+15005550143")
	if err != nil {
		t.Fatal(err)
	}
	g, err := callgate.New(callgate.Config{
		Verifier: v, PublicURL: callgatetest.PublicURL, Rescue: callgate.Rescue{Documents: map[string][]byte{"": rescue}},
		Routes: []callgate.Route{{Path: "/", Methods: []string{"GET", "POST"},
			Entries: []callgate.Entry{{Effect: callgate.Allow, Principal: callgate.Carrier("twilio"), Permission: callgate.View}}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return g.Handler(h)
}

// A line behind a gate is called as one without.
func TestCallsThroughAGate(t *testing.T) {
	call := callgatetest.NewCarrier(t, gate(t, menu()), callgatetest.At("/voice")).CallFrom(carrier.Caller{From: "anonymous"})
	call.Hear("press 1")
	call.Silence()
	call.HearMatch(`Press \d for sales`)
	call.Barge("1")
	call.Dials("+15550123", carrier.Callee{Does: carrier.NoAnswer})
	call.Hear("nobody can talk")
	call.Ends(carrier.EndDocument)
}

// NewRequest makes requests that the gate admits: the voice profile and all.
func TestNewRequest(t *testing.T) {
	params := callgate.Params{
		{Name: "AccountSid", Value: callgatetest.Account}, {Name: "ApiVersion", Value: "2010-04-01"},
		{Name: "CallSid", Value: "CA" + strings.Repeat("0", 32)}, {Name: "CallStatus", Value: "ringing"}, {Name: "Direction", Value: "inbound"},
		{Name: "From", Value: "+15550100"}, {Name: "To", Value: "+15550199"}, {Name: "CallerName", Value: "1 & 2"},
	}
	for _, method := range []string{"GET", "POST"} {
		got := ""
		h := gate(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			admission, _ := callgate.AdmissionFrom(r.Context())
			got = admission.Params.Get("CallerName")
			w.Header().Set("Content-Type", "text/xml")
			io.WriteString(w, "<Response/>")
		}))
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, callgatetest.NewRequest(t, method, "/voice?a=b", params))
		if rec.Code != http.StatusOK || got != "1 & 2" {
			t.Errorf("%s: status %d, CallerName %q", method, rec.Code, got)
		}
	}
}

// failing is a testing.TB that notes how a test would have failed.
type failing struct {
	testing.TB
	said string
}

func (f *failing) Helper() {}
func (f *failing) Fatal(args ...any) {
	f.said += args[0].(error).Error()
	panic(f)
}
func (f *failing) Error(args ...any)                 { f.said += args[0].(interface{ String() string }).String() }
func (f *failing) Errorf(format string, args ...any) { f.said += format }

// A line that does something else fails the test, with what it did.
func TestFailures(t *testing.T) {
	tests := map[string]struct {
		do   func(*callgatetest.Call)
		want string
	}{
		"hear":   {func(c *callgatetest.Call) { c.Hear("good evening") }, `want to hear "good evening", but the line waits for keys`},
		"match":  {func(c *callgatetest.Call) { c.HearMatch("(") }, "missing closing"},
		"file":   {func(c *callgatetest.Call) { c.HearFile("a.wav") }, "want to hear the file a.wav"},
		"say":    {func(c *callgatetest.Call) { c.Say("hello") }, "want the line to listen to speech"},
		"record": {func(c *callgatetest.Call) { c.Record(time.Second, "#") }, "want a recording"},
		"dials":  {func(c *callgatetest.Call) { c.Dials("+1", carrier.Callee{}) }, "want the line to dial +1"},
		"ends":   {func(c *callgatetest.Call) { c.HangUp(); c.Ends(carrier.EndHangup) }, "the call ended with"},
		"errors": {func(c *callgatetest.Call) {
			c.Call.Fault(carrier.Fault{Kind: carrier.FaultStatus})
			c.Press("1")
			c.Wait(time.Minute)
			c.Ends(carrier.EndHangup)
		}, "error 11200"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := &failing{TB: t}
			func() {
				defer func() {
					if p := recover(); p != nil && p != f {
						panic(p)
					}
				}()
				tt.do(callgatetest.NewCarrier(f, menu(), callgatetest.At("/voice")).Call())
			}()
			if !strings.Contains(f.said, tt.want) {
				t.Errorf("the test fails with %q, want %q", f.said, tt.want)
			}
		})
	}
}
