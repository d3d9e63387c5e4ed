package gateway_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/internal/leaktest"
)

// Whatever an application does, a caller hears an answer or the rescue, and a status
// callback gets a true code. The log says where it went wrong.
func TestFailures(t *testing.T) {
	closed := httptest.NewServer(nil)
	closed.Close()
	handlers := map[string]http.HandlerFunc{
		"500":      func(w http.ResponseWriter, _ *http.Request) { http.Error(w, leaktest.Digits, 500) },
		"404":      func(w http.ResponseWriter, _ *http.Request) { http.Error(w, leaktest.Digits, 404) },
		"redirect": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "http://169.254.169.254/", 302) },
		"no TwiML": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, leaktest.Digits) },
		"too long": func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, 2*callgate.MaxDocument)) },
		"breaks off": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			io.WriteString(w, welcome)
		},
		"aborts":    func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"no HTTP":   hijacked("digits " + leaktest.Digits + "\n"),
		"long head": hijacked("HTTP/1.1 200 OK\r\nX: " + strings.Repeat(leaktest.Digits, 8192) + "\r\n\r\n"),
		"switches":  hijacked("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"),
		"stalls": func(_ http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body) // or the server does not see that the gate goes away
			<-r.Context().Done()
		},
		"closed": nil,
	}
	for _, c := range []struct {
		name   string
		reason callgate.Reason // for a call
		log    string          // empty: the log of the request says it
		status int             // for a status callback, 0 when it is cut off
	}{
		{"500", callgate.ReasonStatus, "", 500},
		{"404", callgate.ReasonStatus, "", 404},
		{"redirect", callgate.ReasonRedirect, "", 404},
		{"no TwiML", callgate.ReasonDocument, "", 200},
		{"too long", callgate.ReasonTooLong, "", 500},
		{"breaks off", callgate.ReasonAborted, "", 0},
		{"aborts", callgate.ReasonStatus, "it broke off, or its answer is no HTTP or no WebSocket", 502},
		{"no HTTP", callgate.ReasonStatus, "it broke off, or its answer is no HTTP or no WebSocket", 502},
		{"long head", callgate.ReasonStatus, "it broke off, or its answer is no HTTP or no WebSocket", 502},
		{"switches", callgate.ReasonStatus, "it broke off, or its answer is no HTTP or no WebSocket", 502},
		{"stalls", callgate.ReasonDeadline, "", 503},
		{"closed", callgate.ReasonStatus, "connect: connection refused", 502},
	} {
		t.Run(c.name, func(t *testing.T) {
			upstream := closed.URL
			if h := handlers[c.name]; h != nil {
				s := httptest.NewServer(h)
				defer s.Close()
				upstream = s.URL
			}
			change := func(config *callgate.Config) {
				if c.name == "stalls" {
					config.Deadline = 50 * time.Millisecond
				}
			}
			b := newBehind(t, upstream, callgate.KindVoice, change)
			status, body, event := b.do(b.request("POST", "/", voice("&Digits="+leaktest.Digits)))
			if status != 200 || body != apology || event.Outcome != callgate.OutcomeRescued || event.Reason != c.reason {
				t.Errorf("voice: %d %s %+v", status, body, event)
			}
			if log := b.log.Text(); !strings.Contains(log, c.log) || (c.log == "") != (log == "") {
				t.Errorf("the log says %q", log)
			}
			b = newBehind(t, upstream, callgate.KindStatus, change)
			r := b.request("POST", "/", voice(""))
			if c.status == 0 {
				if resp, err := b.server.Client().Do(r); err == nil {
					t.Errorf("status: %s", resp.Status)
				}
				return
			}
			if status, _, event := b.do(r); status != c.status || event.Outcome == callgate.OutcomeAccepted != (status < 500 && c.name != "redirect") {
				t.Errorf("status: %d %+v", status, event)
			}
		})
	}
}

// hijacked answers with a text that need not be HTTP.
func hijacked(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		io.WriteString(conn, text)
		conn.Close()
	}
}

// The signature covers decoded parameters, so a semicolon may be written raw by whoever
// has seen the request. Applications that end a value at it would read another form.
func TestSemicolon(t *testing.T) {
	var got seen
	b := newBehind(t, application(t, &got).URL, callgate.KindVoice, nil)
	status, body, event := b.do(b.request("POST", "/", voice("&SpeechResult=x;Digits=1")))
	if status != 200 || body != apology || event.Reason != callgate.ReasonStatus || got.Method != "" {
		t.Errorf("%d %s %+v, the application got %+v", status, body, event, got)
	}
	if log := b.log.Text(); !strings.Contains(log, `a form with a raw`) {
		t.Error(log)
	}
}
