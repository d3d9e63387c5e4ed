package callgate_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/internal/leaktest"
	"github.com/callgate/callgate/twilio"
)

// What the tests call with. The numbers are the carrier's test numbers, which
// belong to nobody.
const (
	token   = callgate.Secret("root-5d2f8a1c7b3e9046d1c0a9f84e7b")
	account = "AC00000000000000000000000000000001"
	callSid = "CA00000000000000000000000000000001"
	caller  = "+15005550006"
	dialled = "+15005550009"
	support = "+15005550100"
	public  = "https://ivr.example.org"
)

// TestMain has all that the gate says searched for what the tests send; see noted and
// newGate.
func TestMain(m *testing.M) {
	os.Exit(leaktest.Main(m, string(token), "hunter2", "open sesame", "correct horse", "my secret", "secret-path"))
}

// noted hands on what Check said to the search for leaks.
func noted(a *callgate.Admission, err error) (*callgate.Admission, error) {
	leaktest.Note(err)
	if a != nil {
		leaktest.Note(a.Proof)
	}
	return a, err
}

// voiceForm is the body of a complete voice webhook with more parameters behind it.
func voiceForm(more string) string {
	return "CallSid=" + callSid + "&AccountSid=" + account + "&From=%2B15005550006&To=%2B15005550009" +
		"&CallStatus=in-progress&Direction=inbound&ApiVersion=2010-04-01" + more
}

func newVerifier(t testing.TB) *twilio.Verifier {
	t.Helper()
	v, err := twilio.New(twilio.Config{Keys: []twilio.Key{{Name: "main", Account: account, Token: token}}})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// rescueDocument is what the tests expect to hear.
func rescueDocument(t testing.TB, language string) []byte {
	t.Helper()
	say, _ := callgate.Apology(language)
	doc, err := callgate.RescueDocument(say, language, support)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// config is a gate that admits the carrier to everything.
func config(t testing.TB) callgate.Config {
	t.Helper()
	return callgate.Config{
		Verifier:  newVerifier(t),
		PublicURL: public,
		Rescue:    callgate.Rescue{Documents: map[string][]byte{"": rescueDocument(t, "en")}},
		Routes: []callgate.Route{{
			Path:    "/",
			Entries: []callgate.Entry{{Effect: callgate.Allow, Principal: callgate.Carrier("twilio"), Permission: callgate.View}},
		}},
	}
}

func newGate(t testing.TB, c callgate.Config) *callgate.Gate {
	t.Helper()
	told := c.Observe
	c.Observe = func(ctx context.Context, e *callgate.Event) {
		timeless := *e
		timeless.Start, timeless.Duration = time.Time{}, 0
		leaktest.Note(timeless, e.Err)
		if told != nil {
			told(ctx, e)
		}
	}
	g, err := callgate.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// request makes a request as a server gets it, whatever its target.
func request(method, target, body string) *http.Request {
	r := httptest.NewRequest("POST", "/", strings.NewReader(body))
	r.Method = method
	r.RequestURI, r.Host = target, "ivr.example.org"
	if u, err := url.ParseRequestURI(target); err == nil {
		r.URL = u
	}
	return r
}

// post makes a form request.
func post(target, body string) *http.Request {
	r := request("POST", target, body)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	return r
}

// sign signs a request as the carrier that sent it to url.
func sign(t testing.TB, r *http.Request, url string) *http.Request {
	t.Helper()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	signature, err := newVerifier(t).Sign(&callgate.Request{Method: r.Method, URL: url, Header: r.Header, Body: body})
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set(twilio.Header, signature)
	return r
}

// signedPost is a voice webhook that the carrier sent to the target.
func signedPost(t testing.TB, target, more string) *http.Request {
	t.Helper()
	return sign(t, post(target, voiceForm(more)), public+target)
}

const welcome = `<?xml version="1.0" encoding="UTF-8"?><Response><Say>Welcome.</Say></Response>`

// answering answers each request with a document.
var answering = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	fmt.Fprint(w, welcome)
})

// serve gives a request to a gate and returns the answer and the event.
func serve(t testing.TB, c callgate.Config, next http.Handler, r *http.Request) (*http.Response, string, callgate.Event) {
	t.Helper()
	var events []callgate.Event
	c.Observe = func(_ context.Context, e *callgate.Event) { events = append(events, *e) }
	w := httptest.NewRecorder()
	newGate(t, c).Handler(next).ServeHTTP(w, r)
	if len(events) != 1 {
		t.Fatalf("%d events, want 1", len(events))
	}
	return w.Result(), w.Body.String(), events[0]
}

// discardLog is for servers whose complaints are expected.
var discardLog = log.New(io.Discard, "", 0)

func newRecorder() *httptest.ResponseRecorder { return httptest.NewRecorder() }

// observe keeps the last event.
func observe(last *callgate.Event) func(context.Context, *callgate.Event) {
	return func(_ context.Context, e *callgate.Event) { *last = *e }
}
