package server_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/callgate/callgate/internal/server"
)

// running is a server under test.
type running struct {
	addr string
	stop context.CancelFunc
	done chan error
}

func start(t *testing.T, timeouts server.Timeouts, h http.HandlerFunc) *running {
	t.Helper()
	ln := listen(t)
	ctx, cancel := context.WithCancel(t.Context())
	s := &running{addr: ln.Addr().String(), stop: cancel, done: make(chan error, 1)}
	log := slog.New(slog.DiscardHandler)
	go func() { s.done <- server.Run(ctx, timeouts, log, server.Endpoint{Listener: ln, Handler: h}) }()
	t.Cleanup(cancel)
	return s
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return ln
}

func (s *running) wait(t *testing.T) error {
	t.Helper()
	select {
	case err := <-s.done:
		return err
	case <-time.After(20 * time.Second):
		t.Fatal("the server did not stop")
		return nil
	}
}

// dial opens a connection that gives up when the test has long failed.
func (s *running) dial(t *testing.T) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestStopFinishesRequests(t *testing.T) {
	inside, finish := make(chan bool), make(chan bool)
	s := start(t, server.Timeouts{}, func(w http.ResponseWriter, r *http.Request) {
		inside <- true
		<-finish
		if err := r.Context().Err(); err != nil {
			t.Errorf("the request was ended: %v", err)
		}
		fmt.Fprint(w, "finished")
	})
	c := s.dial(t)
	fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	<-inside
	s.stop()
	for dialable(s.addr) { // until the listener is closed, which Shutdown does first
	}
	finish <- true
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	if body, _ := io.ReadAll(res.Body); string(body) != "finished" {
		t.Errorf("got %q", body)
	}
	if err := s.wait(t); err != nil {
		t.Error(err)
	}
}

func dialable(addr string) bool {
	c, err := net.Dial("tcp", addr)
	if err == nil {
		c.Close()
	}
	return err == nil
}

func TestStopCutsOff(t *testing.T) {
	inside := make(chan bool)
	s := start(t, server.Timeouts{Stop: 50 * time.Millisecond}, func(_ http.ResponseWriter, r *http.Request) {
		inside <- true
		<-r.Context().Done()
	})
	fmt.Fprint(s.dial(t), "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	<-inside
	s.stop()
	err := s.wait(t)
	if err == nil || !strings.Contains(err.Error(), "took longer than 50ms and were cut off") {
		t.Errorf("got %v", err)
	}
}

// A client that does not get on with its request is cut off.
func TestSlowClients(t *testing.T) {
	short := server.Timeouts{ReadHeader: 100 * time.Millisecond, Read: 200 * time.Millisecond, Idle: 100 * time.Millisecond}
	s := start(t, short, func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			w.WriteHeader(http.StatusTeapot)
		}
	})
	for name, c := range map[string]struct{ sent, answer string }{
		"nothing":        {"", ""},
		"half a header":  {"GET / HTTP/1.1\r\nHost: x\r\nX-A", "HTTP/1.1 400"},
		"half a body":    {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n12345", "HTTP/1.1 418"},
		"idle afterward": {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn := s.dial(t)
			fmt.Fprint(conn, c.sent)
			got, err := io.ReadAll(conn) // ends when the server closes the connection
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(string(got), c.answer) || (c.answer == "") != (len(got) == 0) {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestHeaderLimit(t *testing.T) {
	s := start(t, server.Timeouts{}, func(http.ResponseWriter, *http.Request) {})
	for size, want := range map[int]string{
		server.MaxHeaderBytes / 2: "200 OK",
		server.MaxHeaderBytes * 2: "431 Request Header Fields Too Large",
	} {
		c := s.dial(t)
		fmt.Fprintf(c, "GET / HTTP/1.1\r\nHost: x\r\nX-Large: %s\r\n\r\n", strings.Repeat("x", size))
		res, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil || res.Status != want {
			t.Errorf("%d bytes of header: %v, %v; want %s", size, res, err, want)
		}
	}
}

// Endpoints stop in their order, and the failure of one stops all.
func TestEndpoints(t *testing.T) {
	first, second, broken := listen(t), listen(t), listen(t)
	inside, finish := make(chan bool), make(chan bool)
	slow := func(http.ResponseWriter, *http.Request) { inside <- true; <-finish }
	done := make(chan error, 1)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go func() {
		done <- server.Run(ctx, server.Timeouts{}, slog.New(slog.DiscardHandler),
			server.Endpoint{Listener: first, Handler: http.HandlerFunc(slow)},
			server.Endpoint{Listener: second, Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})},
			server.Endpoint{Listener: broken})
	}()
	go http.Get("http://" + first.Addr().String())
	<-inside
	broken.Close()
	for dialable(first.Addr().String()) {
	}
	if res, err := http.Get("http://" + second.Addr().String()); err != nil || res.StatusCode != 200 {
		t.Errorf("the second endpoint stopped before the first: %v %v", res, err)
	}
	finish <- true
	if err := <-done; !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v", err)
	}
}

func TestAdmin(t *testing.T) {
	var notReady error
	metrics := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "calls 1") })
	h := server.NewAdmin(func() error { return notReady }, metrics)
	get := func(method, path string) string {
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, httptest.NewRequest(method, path, nil))
		return fmt.Sprintf("%d %s", rec.Code, strings.TrimSpace(rec.Body.String()))
	}
	for request, want := range map[string]string{
		"GET /healthz": "200 ok",
		"GET /readyz":  "200 ready",
		"GET /metrics": "200 calls 1",
		"GET /":        "404 404 page not found",
		"POST /readyz": "405 Method Not Allowed",
	} {
		method, path, _ := strings.Cut(request, " ")
		if got := get(method, path); got != want {
			t.Errorf("%s: %s, want %s", request, got, want)
		}
	}
	notReady = errors.New("stopping")
	if got := get("GET", "/readyz"); got != "503 stopping" {
		t.Errorf("not ready: %s", got)
	}
	if got := get("GET", "/healthz"); got != "200 ok" {
		t.Errorf("not ready, but alive: %s", got)
	}
}

func TestTimeoutsOrDefaults(t *testing.T) {
	got := server.Timeouts{Write: time.Second}.OrDefaults()
	want := server.Timeouts{ReadHeader: server.DefaultReadHeader, Read: server.DefaultRead, Write: time.Second, Idle: server.DefaultIdle, Stop: server.DefaultStop}
	if got != want {
		t.Errorf("got %+v", got)
	}
}
