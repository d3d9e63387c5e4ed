package callgate_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/twilio"
)

// streaming is a gate with a route for WebSockets.
func streaming(t testing.TB) callgate.Config {
	t.Helper()
	c := config(t)
	c.Routes = append(c.Routes, callgate.Route{Path: "/media", Kind: callgate.KindStream})
	return c
}

// handshake is what the carrier opens a stream with (RFC 6455 section 1.3).
func handshake(t testing.TB) *http.Request {
	t.Helper()
	r := request("GET", "/media", "")
	r.Header.Set("Connection", "Upgrade")
	r.Header.Set("Upgrade", "websocket")
	r.Header.Set("Sec-WebSocket-Version", "13")
	r.Header.Set("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
	return sign(t, r, "wss://ivr.example.org/media")
}

// hijacks returns a handler that takes the connection over in a way of its own,
// opens the stream, and sends back what it gets.
func hijacks(t *testing.T, hijack func(http.ResponseWriter) (net.Conn, *bufio.ReadWriter, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, ok := callgate.AdmissionFrom(r.Context()); !ok {
			t.Error("no admission")
		}
		if _, ok := r.Context().Deadline(); ok {
			t.Error("a stream with a deadline")
		}
		if err := http.NewResponseController(w).SetWriteDeadline(time.Time{}); err != nil {
			t.Error(err) // what is below must be within reach
		}
		conn, rw, err := hijack(w)
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
		line, _ := rw.ReadString('\n')
		io.WriteString(conn, strings.ToUpper(line))
	})
}

func TestStreamOpens(t *testing.T) {
	for name, hijack := range map[string]func(http.ResponseWriter) (net.Conn, *bufio.ReadWriter, error){
		"Hijacker": func(w http.ResponseWriter) (net.Conn, *bufio.ReadWriter, error) { return w.(http.Hijacker).Hijack() },
		"ResponseController": func(w http.ResponseWriter) (net.Conn, *bufio.ReadWriter, error) {
			return http.NewResponseController(w).Hijack()
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := streaming(t)
			c.Deadline = time.Millisecond // which is not for streams
			events := make(chan callgate.Event, 1)
			c.Observe = func(_ context.Context, e *callgate.Event) { events <- *e }
			s := httptest.NewServer(newGate(t, c).Handler(hijacks(t, hijack)))
			defer s.Close()
			conn, err := net.Dial("tcp", s.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			fmt.Fprintf(conn, "GET /media HTTP/1.1\r\nHost: h\r\n")
			handshake(t).Header.Write(conn)
			io.WriteString(conn, "\r\n")
			in := bufio.NewReader(conn)
			resp, err := http.ReadResponse(in, nil)
			if err != nil || resp.StatusCode != 101 {
				t.Fatalf("%v %v", resp, err)
			}
			fmt.Fprintln(conn, "hello")
			if line, err := in.ReadString('\n'); line != "HELLO\n" {
				t.Errorf("%q, %v", line, err)
			}
			event := <-events
			if event.Outcome != callgate.OutcomeAccepted || event.Status != 101 || event.Kind != callgate.KindStream || event.Key != "main" {
				t.Errorf("%+v", event)
			}
		})
	}
}

// TestStreamRefused shows that nothing is opened before it is verified, and that
// nobody is sent TwiML who asked for a stream.
func TestStreamRefused(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*http.Request)
		status int
	}{
		{"unsigned", func(r *http.Request) { r.Header.Del(twilio.Header) }, 403},
		{"signed for https", func(r *http.Request) {
			page := sign(t, request("GET", "/media", ""), public+"/media")
			r.Header.Set(twilio.Header, page.Header.Get(twilio.Header))
		}, 403},
		{"no upgrade", func(r *http.Request) { r.Header.Del("Upgrade") }, 403},
		{"wrong signature", func(r *http.Request) { r.Header.Set(twilio.Header, strings.Repeat("A", 27)+"=") }, 403},
		{"other path", func(r *http.Request) { r.RequestURI = "/media/x" }, 403},
		{"POST", func(r *http.Request) { r.Method = "POST" }, 405},
		{"unclean path", func(r *http.Request) { r.RequestURI = "/media/../media" }, 200}, // it may be a call
	} {
		t.Run(c.name, func(t *testing.T) {
			r := handshake(t)
			c.change(r)
			resp, body, event := serve(t, streaming(t), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.WriteHeader(http.StatusSwitchingProtocols)
			}), r)
			if resp.StatusCode != c.status || (c.status != 200) == strings.Contains(body, support) {
				t.Errorf("%d %q %+v, want %d", resp.StatusCode, body, event, c.status)
			}
		})
	}
}

// TestStreamWriters has handlers that do not open a stream after all.
func TestStreamWriters(t *testing.T) {
	for _, c := range []struct {
		name    string
		handler http.Handler
		status  int
		outcome callgate.Outcome
		body    string
	}{
		{"nothing", http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), 200, callgate.OutcomeAccepted, ""},
		{"status", writes(426, "", ""), 426, callgate.OutcomeAccepted, ""},
		{"text", writes(0, "", "no stream"), 200, callgate.OutcomeAccepted, "no stream"},
		{"two statuses", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(400)
			io.WriteString(w, "bad")
			w.WriteHeader(500)
		}), 400, callgate.OutcomeAccepted, "bad"},
		{"flush", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.(http.Flusher).Flush()
			io.WriteString(w, "more")
		}), 200, callgate.OutcomeAccepted, "more"},
		{"no hijacker", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if _, _, err := w.(http.Hijacker).Hijack(); err == nil {
				t.Error("hijacked a recorder")
			}
			w.WriteHeader(501)
		}), 501, callgate.OutcomeFailed, ""},
		{"panic", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("hunter2") }), 500, callgate.OutcomeFailed, "Internal Server Error\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			resp, body, event := serve(t, streaming(t), c.handler, handshake(t))
			if resp.StatusCode != c.status || body != c.body || event.Outcome != c.outcome || event.Status != c.status {
				t.Errorf("%d %q %+v", resp.StatusCode, body, event)
			}
			if strings.Contains(event.Detail, "hunter2") {
				t.Errorf("%+v", event)
			}
		})
	}
}

// TestStreamPanicsLate: what was begun is cut off, not ended as if it were whole.
func TestStreamPanicsLate(t *testing.T) {
	c := streaming(t)
	var event callgate.Event
	c.Observe = func(_ context.Context, e *callgate.Event) { event = *e }
	h := newGate(t, c).Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(200)
		panic("late")
	}))
	defer func() {
		if p := recover(); p != http.ErrAbortHandler {
			t.Errorf("panic %v, want http.ErrAbortHandler", p)
		}
		if event.Outcome != callgate.OutcomeFailed || event.Status != 200 || event.Reason != callgate.ReasonPanic {
			t.Errorf("%+v", event)
		}
	}()
	h.ServeHTTP(httptest.NewRecorder(), handshake(t))
}
