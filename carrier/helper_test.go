package carrier_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/carrier"
	"github.com/callgate/callgate/internal/leaktest"
	"github.com/callgate/callgate/twilio"
)

const (
	token     = "carrier-d1c0a9f84e7b62535d2f8a1c7b"
	publicURL = "https://ivr.example.org"
)

// got is one request that a test server received.
type got struct {
	Method, Path string
	Params       callgate.Params
	Header       http.Header
}

// app is a server under test: documents by path, and what was asked for. Every
// request must bear a signature that our own verifier, which shares no code with
// the client but the package twilio, takes for the public URL.
type app struct {
	t     *testing.T
	mu    sync.Mutex
	docs  map[string]string
	got   []got
	serve map[string]http.HandlerFunc
}

func (a *app) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	if r.Header.Get(twilio.Header) != "" {
		a.verify(r, body)
	}
	raw := body
	if r.Method == http.MethodGet {
		raw = []byte(r.URL.RawQuery)
	}
	params, err := callgate.ParseParams(raw)
	if err != nil {
		a.t.Errorf("%s %s: parameters: %v", r.Method, r.URL, err)
	}
	a.mu.Lock()
	a.got = append(a.got, got{r.Method, r.URL.Path, params, r.Header})
	a.mu.Unlock()
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	if h := a.serve[r.URL.Path]; h != nil {
		h(w, r)
		return
	}
	doc, ok := a.docs[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	io.WriteString(w, doc)
}

func (a *app) verify(r *http.Request, body []byte) {
	v, err := twilio.New(twilio.Config{Keys: []twilio.Key{{Name: "test", Token: token}}, Profile: twilio.ProfileSignature})
	if err != nil {
		a.t.Fatal(err)
	}
	url := publicURL + r.RequestURI
	if _, err := v.Verify(&callgate.Request{Method: r.Method, URL: url, Header: r.Header, Body: body}); err != nil {
		a.t.Errorf("%s %s: %v", r.Method, r.RequestURI, err)
	}
}

// requests returns what was asked for at a path.
func (a *app) requests(path string) []got {
	a.mu.Lock()
	defer a.mu.Unlock()
	var out []got
	for _, g := range a.got {
		if g.Path == path {
			out = append(out, g)
		}
	}
	return out
}

// paths returns the paths that were asked for, in order.
func (a *app) paths() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	var out []string
	for _, g := range a.got {
		out = append(out, g.Path)
	}
	return out
}

// newApp serves documents by path; verbs are put into a Response.
func newApp(t *testing.T, docs map[string]string) (*app, string) {
	t.Helper()
	a := &app{t: t, docs: map[string]string{}, serve: map[string]http.HandlerFunc{}}
	for path, verbs := range docs {
		a.docs[path] = response(verbs)
	}
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	return a, server.URL
}

func response(verbs string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><Response>` + verbs + `</Response>`
}

// place calls "/voice" of a server with these documents.
func place(t *testing.T, docs map[string]string, change ...func(*carrier.Config)) (*carrier.Call, *app) {
	t.Helper()
	a, server := newApp(t, docs)
	return a.call(t, server, change...), a
}

func (a *app) call(t *testing.T, server string, change ...func(*carrier.Config)) *carrier.Call {
	t.Helper()
	config := carrier.Config{Token: token, VoiceURL: publicURL + "/voice", Server: server}
	for _, f := range change {
		f(&config)
	}
	line, err := carrier.NewLine(config)
	if err != nil {
		t.Fatal(err)
	}
	call, err := line.Call(t.Context(), carrier.Caller{})
	if err != nil {
		t.Fatal(err)
	}
	return call
}

// must fails the test on an error.
func must(t *testing.T, err error) {
	t.Helper()
	leaktest.Note(err)
	if err != nil {
		t.Fatal(err)
	}
}

// finish lets a call end and demands how.
func finish(t *testing.T, call *carrier.Call, want carrier.EndReason) carrier.End {
	t.Helper()
	end, err := call.Finish()
	must(t, err)
	leaktest.Note(end, call.Problems())
	if end.Reason != want {
		t.Errorf("the call ended with %s, want %s\n%s", end.Reason, want, transcript(call))
	}
	return end
}

func transcript(call *carrier.Call) string {
	var b strings.Builder
	for _, e := range call.Log() {
		b.WriteString(e.String() + "\n")
	}
	return b.String()
}
