package callgate_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"strings"
	"testing"

	"github.com/callgate/callgate"
)

// writes returns a handler that answers with a status, a type and a text.
func writes(status int, contentType, text string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if contentType != "" {
			w.Header().Set("Content-Type", contentType)
		}
		if status != 0 {
			w.WriteHeader(status)
		}
		if text != "" {
			io.WriteString(w, text)
		}
	})
}

func panics(value any) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, welcome) // which must not reach anybody
		panic(value)
	})
}

// TestVoiceAnswers has all that a handler can do on a voice route. An empty
// reason means that its answer is given.
func TestVoiceAnswers(t *testing.T) {
	var nothing map[string]int
	for _, c := range []struct {
		name    string
		handler http.Handler
		want    callgate.Reason
		detail  string
	}{
		{"document", writes(0, "", welcome), "", ""},
		{"document with status", writes(200, "", welcome), "", ""},
		{"created document", writes(201, "", welcome), "", ""},
		{"document with a status that has none", writes(204, "", welcome), "", ""},
		{"text/xml", writes(0, "text/xml", welcome), "", ""},
		{"application/xml", writes(0, "Application/XML; charset=utf-8", welcome), "", ""},
		{"text/html by mistake", writes(0, "text/html", welcome), "", ""},
		{"in pieces", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			for i := range welcome {
				fmt.Fprint(w, welcome[i:i+1])
			}
		}), "", ""},
		{"after information", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusEarlyHints)
			io.WriteString(w, welcome)
			w.WriteHeader(500) // too late, as with any http.ResponseWriter
		}), "", ""},
		{"as large as may be", writes(0, "", "<Response>"+strings.Repeat(" ", callgate.MaxDocument-21)+"</Response>"), "", ""},

		{"not found", http.NotFoundHandler(), callgate.ReasonStatus, "404 Not Found"},
		{"no method", writes(405, "", ""), callgate.ReasonStatus, "405 Method Not Allowed"},
		{"error", writes(500, "", "oops: password=hunter2"), callgate.ReasonStatus, "500 Internal Server Error"},
		{"error with a document", writes(503, "", welcome), callgate.ReasonStatus, "503"},
		{"unheard-of error", writes(599, "", welcome), callgate.ReasonStatus, "599"},
		{"redirect", http.RedirectHandler("/ivr/", http.StatusMovedPermanently), callgate.ReasonRedirect, "301"},
		{"temporary redirect", http.RedirectHandler("/ivr/", http.StatusTemporaryRedirect), callgate.ReasonRedirect, "307"},
		{"not modified", writes(304, "", ""), callgate.ReasonRedirect, "304"},
		{"nothing", writes(0, "", ""), callgate.ReasonEmpty, "nothing"},
		{"no content", writes(204, "", ""), callgate.ReasonEmpty, "nothing"},
		{"text", writes(0, "", "hunter2"), callgate.ReasonDocument, "at byte 1"},
		{"blank line before", writes(0, "", "\n"+welcome), callgate.ReasonDocument, "at byte 1"},
		{"HTML", writes(0, "text/html", "<html/>"), callgate.ReasonDocument, "root element"},
		{"truncated", writes(0, "", welcome[:70]), callgate.ReasonDocument, "ends within"},
		{"bare ampersand", writes(0, "", "<Response><Say>Tom & Jerry</Say></Response>"), callgate.ReasonDocument, "write &amp;"},
		{"JSON", writes(0, "application/json", `{"a":1}`), callgate.ReasonDocument, "neither XML nor audio"},
		{"document as JSON", writes(0, "application/json", welcome), callgate.ReasonDocument, "neither XML nor audio"},
		{"compressed", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			io.WriteString(w, welcome)
		}), callgate.ReasonDocument, "encoded"},
		{"too long", writes(0, "", "<Response>"+strings.Repeat(" ", callgate.MaxDocument-20)+"</Response>"), callgate.ReasonTooLong, "65536"},
		{"too long at once", writes(0, "", strings.Repeat("x", callgate.MaxDocument+1)), callgate.ReasonTooLong, "65536"},
		{"too long in bytes", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if _, err := w.Write(make([]byte, callgate.MaxDocument+1)); err == nil {
				t.Error("no error from Write")
			}
		}), callgate.ReasonTooLong, "65536"},
		{"panic", panics("hunter2"), callgate.ReasonPanic, "panic (string) in"},
		{"panic with an error", panics(errors.New("hunter2")), callgate.ReasonPanic, "panic (*errors.errorString) in"},
		{"panic of the runtime", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { nothing["hunter2"] = 1 }), callgate.ReasonPanic, "assignment to entry in nil map"},
		{"status that is none", writes(1000, "", welcome), callgate.ReasonPanic, "panic (string)"},
		{"abort", panics(http.ErrAbortHandler), callgate.ReasonAborted, "gave up"},
		{"exit", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { panic(nil) }), callgate.ReasonPanic, "panic called with nil argument"},
	} {
		for _, atOnce := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, at once %v", c.name, atOnce), func(t *testing.T) {
				conf := config(t)
				conf.Routes[0].AnswersAtOnce = atOnce
				resp, body, event := serve(t, conf, c.handler, signedPost(t, "/ivr", ""))
				if resp.StatusCode != 200 {
					t.Errorf("status %d", resp.StatusCode)
				}
				checkHeader(t, resp, body)
				if event.Reason != c.want || !strings.Contains(event.Detail, c.detail) {
					t.Errorf("%q %q, want %q %q", event.Reason, event.Detail, c.want, c.detail)
				}
				if strings.Contains(fmt.Sprintf("%+v", event), "hunter2") {
					t.Errorf("the event shows what the handler said: %+v", event)
				}
				rescued := body == string(rescueDocument(t, "en"))
				if c.want == "" {
					if rescued || event.Outcome != callgate.OutcomeAccepted || event.Rescue != callgate.RescuedNot {
						t.Errorf("%s %+v", body, event)
					}
				} else if !rescued || event.Outcome != callgate.OutcomeRescued || event.Rescue != callgate.RescuedWithDocument {
					t.Errorf("%s %+v", body, event)
				}
			})
		}
	}
}

// checkHeader checks what every document carries.
func checkHeader(t *testing.T, resp *http.Response, body string) {
	t.Helper()
	for name, want := range map[string]string{
		"Content-Type":           "text/xml; charset=utf-8",
		"Content-Length":         fmt.Sprint(len(body)),
		"Cache-Control":          "no-store",
		"X-Content-Type-Options": "", // of XML browsers make nothing else
		"Location":               "",
		"Content-Encoding":       "",
	} {
		if got := resp.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// TestVoiceHeaders shows what passes of the handler's headers.
func TestVoiceHeaders(t *testing.T) {
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Set-Cookie", "a=1")
		w.Header().Add("Set-Cookie", "b=2")
		w.Header().Set("Content-Length", "3")
		w.Header().Set("Transfer-Encoding", "chunked")
		w.Header().Set("Cache-Control", "public")
		io.WriteString(w, welcome)
	})
	resp, body, _ := serve(t, config(t), h, signedPost(t, "/", ""))
	checkHeader(t, resp, body)
	if cookies := resp.Header["Set-Cookie"]; len(cookies) != 2 || resp.Header.Get("Transfer-Encoding") != "" {
		t.Errorf("%v", resp.Header)
	}
	h2 := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Set-Cookie", "a=1")
		w.WriteHeader(500)
	})
	resp, _, _ = serve(t, config(t), h2, signedPost(t, "/", ""))
	if resp.Header.Get("Set-Cookie") != "" {
		t.Error("a rescue carries the headers of the answer that failed")
	}
}

// TestAudio: a carrier plays an answer that is audio.
func TestAudio(t *testing.T) {
	for _, contentType := range []string{"audio/mpeg", "Audio/wav"} {
		resp, body, event := serve(t, config(t), writes(0, contentType, "ID3\x04\x00"), signedPost(t, "/", ""))
		if body != "ID3\x04\x00" || resp.Header.Get("Content-Type") != contentType || event.Outcome != callgate.OutcomeAccepted {
			t.Errorf("%q %v %+v", body, resp.Header, event)
		}
	}
	if _, _, event := serve(t, config(t), writes(0, "audio/", "x"), signedPost(t, "/", "")); event.Reason != callgate.ReasonDocument {
		t.Errorf("%+v", event)
	}
}

// TestStatusAnswers has what a handler can do on a status route.
func TestStatusAnswers(t *testing.T) {
	for _, c := range []struct {
		name    string
		handler http.Handler
		status  int
		body    string
		outcome callgate.Outcome
		reason  callgate.Reason
	}{
		{"nothing", writes(0, "", ""), 204, "", callgate.OutcomeAccepted, ""},
		{"no content", writes(204, "", ""), 204, "", callgate.OutcomeAccepted, ""},
		{"no content, with some", writes(204, "", "x"), 204, "", callgate.OutcomeAccepted, ""},
		{"empty and fine", writes(200, "", ""), 200, "", callgate.OutcomeAccepted, ""},
		{"text", writes(0, "text/plain", "ok"), 200, "ok", callgate.OutcomeAccepted, ""},
		{"document", writes(0, "text/xml", "<Response/>"), 200, "<Response/>", callgate.OutcomeAccepted, ""},
		{"not found", writes(404, "text/plain", "no such call"), 404, "no such call", callgate.OutcomeAccepted, ""},
		{"error", writes(500, "text/plain", "later"), 500, "later", callgate.OutcomeFailed, callgate.ReasonStatus},
		{"redirect", http.RedirectHandler("/x", 307), 404, "Not Found\n", callgate.OutcomeFailed, callgate.ReasonRedirect},
		{"too long", writes(0, "", strings.Repeat("x", callgate.MaxDocument+1)), 500, "Internal Server Error\n", callgate.OutcomeFailed, callgate.ReasonTooLong},
		{"panic", panics("hunter2"), 500, "Internal Server Error\n", callgate.OutcomeFailed, callgate.ReasonPanic},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := config(t)
			config.Routes[0].Kind = callgate.KindStatus
			resp, body, event := serve(t, config, c.handler, signedPost(t, "/", ""))
			if resp.StatusCode != c.status || body != c.body {
				t.Errorf("%d %q, want %d %q", resp.StatusCode, body, c.status, c.body)
			}
			if event.Outcome != c.outcome || event.Reason != c.reason || event.Status != c.status || event.Rescue != callgate.RescuedNot {
				t.Errorf("%+v", event)
			}
			if resp.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("%v", resp.Header)
			}
		})
	}
}

// TestAbortedStatus: where nobody is to be rescued, http.ErrAbortHandler means
// what it means to net/http.
func TestAbortedStatus(t *testing.T) {
	c := config(t)
	c.Routes[0].Kind = callgate.KindStatus
	events := make(chan callgate.Event, 1)
	c.Observe = func(_ context.Context, e *callgate.Event) { events <- *e }
	s := httptest.NewServer(newGate(t, c).Handler(panics(http.ErrAbortHandler)))
	defer s.Close()
	req, err := http.NewRequest("POST", s.URL, strings.NewReader(voiceForm("")))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = signedPost(t, "/", "").Header
	if resp, err := s.Client().Do(req); err == nil {
		t.Errorf("an answer: %s", resp.Status)
	}
	if event := <-events; event.Outcome != callgate.OutcomeFailed || event.Reason != callgate.ReasonAborted || event.Status != 0 {
		t.Errorf("%+v", event)
	}
}

// TestUpstreamTooLong has a reverse proxy behind the gate, which gives up on an answer
// that the gate does not take: the length is the reason.
func TestUpstreamTooLong(t *testing.T) {
	upstream := httptest.NewServer(writes(0, "text/xml", strings.Repeat(" ", 2*callgate.MaxDocument)))
	defer upstream.Close()
	r := signedPost(t, "/", "")
	r = r.WithContext(context.WithValue(r.Context(), http.ServerContextKey, &http.Server{}))
	_, _, event := serve(t, config(t), proxyTo(upstream), r)
	if event.Reason != callgate.ReasonTooLong {
		t.Errorf("%+v", event)
	}
}

// proxyTo is a plain reverse proxy.
func proxyTo(upstream *httptest.Server) http.Handler {
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = "http", upstream.Listener.Addr().String()
		},
		ErrorLog: discardLog,
	}
}

// TestUpstreamBreaksOff has a reverse proxy behind the gate whose upstream stops
// in the middle of its answer.
func TestUpstreamBreaksOff(t *testing.T) {
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "1000")
		io.WriteString(w, welcome)
	}))
	defer upstream.Close()
	r := signedPost(t, "/", "")
	// Only under a server does the proxy panic.
	r = r.WithContext(context.WithValue(r.Context(), http.ServerContextKey, &http.Server{}))
	_, body, event := serve(t, config(t), proxyTo(upstream), r)
	if body != string(rescueDocument(t, "en")) || event.Reason != callgate.ReasonAborted {
		t.Errorf("%s %+v", body, event)
	}
}

// TestWriteDocument: a document that its writer vouches for is given as it is, but not
// with anything beside it, and everything else about an answer still counts.
func TestWriteDocument(t *testing.T) {
	const unread = "<Response>not read" // nobody would vouch for it; it shows that nobody looks
	vouch := func(w http.ResponseWriter) {
		if err := w.(interface{ WriteDocument([]byte) error }).WriteDocument([]byte(unread)); err != nil {
			t.Error(err)
		}
	}
	for name, c := range map[string]struct {
		h       http.HandlerFunc
		rescued bool
	}{
		"alone":            {func(w http.ResponseWriter, _ *http.Request) { vouch(w) }, false},
		"something after":  {func(w http.ResponseWriter, _ *http.Request) { vouch(w); io.WriteString(w, " ") }, true},
		"something before": {func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, " "); vouch(w) }, true},
		"twice":            {func(w http.ResponseWriter, _ *http.Request) { vouch(w); vouch(w) }, true},
		"a status":         {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500); vouch(w) }, true},
		"a panic":          {func(w http.ResponseWriter, _ *http.Request) { vouch(w); panic("late") }, true},
	} {
		t.Run(name, func(t *testing.T) {
			resp, body, event := serve(t, config(t), c.h, signedPost(t, "/", ""))
			if rescued := event.Outcome == callgate.OutcomeRescued; rescued != c.rescued || !rescued && body != unread {
				t.Errorf("%s %+v", body, event)
			}
			checkHeader(t, resp, body)
		})
	}
	// One that is too long is not given either, nor is what the next handler writes
	// taken for vouched for, in memory that is used again.
	long := func(w http.ResponseWriter, _ *http.Request) {
		if err := w.(interface{ WriteDocument([]byte) error }).WriteDocument(make([]byte, callgate.MaxDocument+1)); err == nil {
			t.Error("no error")
		}
	}
	if _, _, event := serve(t, config(t), http.HandlerFunc(long), signedPost(t, "/", "")); event.Reason != callgate.ReasonTooLong {
		t.Errorf("%+v", event)
	}
	if _, _, event := serve(t, config(t), writes(0, "text/xml", unread), signedPost(t, "/", "")); event.Reason != callgate.ReasonDocument {
		t.Errorf("%+v", event)
	}
}
