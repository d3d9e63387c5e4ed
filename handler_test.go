package callgate_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/internal/leaktest"
)

// TestHandlerSees checks what a handler is given.
func TestHandlerSees(t *testing.T) {
	r := signedPost(t, "/ivr?x=%2f", "&Digits="+leaktest.Digits)
	original := r.Body
	_, body, event := serve(t, config(t), http.HandlerFunc(func(w http.ResponseWriter, in *http.Request) {
		a, ok := callgate.AdmissionFrom(in.Context())
		if !ok || a.Params.Get("Digits") != leaktest.Digits {
			t.Error("no admission")
		}
		for range 2 { // the second time nothing is left
			b, err := io.ReadAll(in.Body)
			if err != nil || len(b) != 0 && string(b) != string(a.Body) {
				t.Errorf("body %q, %v", b, err)
			}
		}
		if err := in.Body.Close(); err != nil {
			t.Error(err)
		}
		deadline, ok := in.Context().Deadline()
		if until := time.Until(deadline); !ok || until > callgate.DefaultDeadline || until < callgate.DefaultDeadline-time.Minute {
			t.Errorf("deadline in %v", until)
		}
		if in.RequestURI != r.RequestURI || in.URL != r.URL || in == r {
			t.Error("another request")
		}
		if in.Context().Value(ownKey{}) != "mine" {
			t.Error("the context has lost what it had")
		}
		io.WriteString(w, welcome)
	}), r.WithContext(context.WithValue(r.Context(), ownKey{}, "mine")))
	if body != welcome {
		t.Errorf("%+v", event)
	}
	if r.Body != original {
		t.Error("the request that came was changed")
	}
}

type ownKey struct{}

// TestFormValue: a handler that does read the form finds what was verified.
func TestFormValue(t *testing.T) {
	_, body, _ := serve(t, config(t), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "<Response><Say>%s</Say></Response>", r.PostFormValue("Digits"))
	}), signedPost(t, "/", "&Digits="+leaktest.Digits))
	if !strings.Contains(body, "<Say>"+leaktest.Digits+"</Say>") {
		t.Error(body)
	}
}

// TestManyAtOnce is for the race detector: requests that share everything that
// requests can share, some with handlers that go on after their deadline.
func TestManyAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := config(t)
		events := make(chan callgate.Event, 1000)
		c.Observe = func(_ context.Context, e *callgate.Event) { events <- *e }
		release := make(chan struct{})
		h := newGate(t, c).Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			a, _ := callgate.AdmissionFrom(r.Context())
			switch a.Params.Get("Digits") {
			case "0":
				<-release
				a.SetLanguage("de")
			case "1":
				panic("one")
			case "2":
				w.WriteHeader(404)
			}
			w.Header().Set("Set-Cookie", "x=y")
			io.WriteString(w, strings.Replace(welcome, "Welcome", a.Params.Get("Digits"), 1))
		}))
		const n = 100
		var wg sync.WaitGroup
		for i := range n {
			r := signedPost(t, "/", fmt.Sprintf("&Digits=%d", i%5))
			wg.Go(func() {
				w := httptest.NewRecorder()
				h.ServeHTTP(w, r)
				if digits := i % 5; digits > 2 && !strings.Contains(w.Body.String(), fmt.Sprintf("<Say>%d.</Say>", digits)) {
					t.Errorf("%d got %s", digits, w.Body)
				}
			})
		}
		wg.Wait()
		close(release)
		if len(events) != n {
			t.Errorf("%d events for %d requests", len(events), n)
		}
	})
}

// TestHTTP2 serves over TLS and HTTP/2, where an answer ends with its stream.
func TestHTTP2(t *testing.T) {
	c := config(t)
	c.Deadline = 50 * time.Millisecond
	release := make(chan struct{})
	s := httptest.NewUnstartedServer(newGate(t, c).Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			<-release
		}
		io.WriteString(w, welcome)
	})))
	s.EnableHTTP2 = true
	s.StartTLS()
	defer s.Close()
	defer close(release)
	for target, want := range map[string]string{"/": welcome, "/slow": string(rescueDocument(t, "en"))} {
		req, err := http.NewRequest("POST", s.URL+target, strings.NewReader(voiceForm("")))
		if err != nil {
			t.Fatal(err)
		}
		req.Header = signedPost(t, target, "").Header
		resp, err := s.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if body, err := io.ReadAll(resp.Body); string(body) != want || resp.ProtoMajor != 2 {
			t.Errorf("%s: %s %q, %v", target, resp.Proto, body, err)
		}
	}
}

// TestAdmissionDecides has a handler that asks for more than its route does.
func TestAdmissionDecides(t *testing.T) {
	c := config(t)
	c.Routes = append(c.Routes, callgate.Route{Path: "/staff", Entries: []callgate.Entry{
		{Effect: callgate.Allow, Principal: callgate.Number(dialled), Permission: "dial"},
	}})
	g := newGate(t, c)
	for target, want := range map[string]string{
		"/":      "dial denied: no entry matches",
		"/staff": `dial allowed by "allow number:+15005550009 dial" on /staff`,
	} {
		a, err := noted(g.Check(signedPost(t, target, "")))
		if err != nil {
			t.Fatal(err)
		}
		if got := a.Decide("dial").String(); got != want {
			t.Errorf("%s: %s, want %s", target, got, want)
		}
	}
	if (&callgate.Admission{Principals: []callgate.Principal{callgate.Everyone}}).Decide(callgate.View).Allowed {
		t.Error("an admission that no gate made is granted something")
	}
}
