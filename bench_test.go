package callgate_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/callgate/callgate"
)

// bareHandler is the least that answers a webhook: it parses the form and checks nothing.
var bareHandler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, "bad form", http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	w.Header().Set("Content-Length", fmt.Sprint(len(welcome)))
	io.WriteString(w, welcome)
})

// fullForm is a voice webhook with the 27 parameters that Twilio sends for a call
// within the United States.
func fullForm(t testing.TB) string {
	t.Helper()
	form, err := os.ReadFile("testdata/voice.form")
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(form))
}

func gated(b *testing.B) http.Handler {
	c := config(b)
	c.Observe = func(context.Context, *callgate.Event) {}
	return newGate(b, c).Handler(answering)
}

func BenchmarkHandler(b *testing.B) {
	body := fullForm(b)
	if _, err := url.ParseQuery(body); err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct {
		name string
		h    http.Handler
	}{{"bare", bareHandler}, {"gate", gated(b)}} {
		b.Run(c.name+"/inside", func(b *testing.B) {
			r := sign(b, post("/", body), public+"/")
			w := &discard{header: http.Header{}}
			b.ReportAllocs()
			for b.Loop() {
				in := *r
				in.Form, in.PostForm = nil, nil
				in.Body = io.NopCloser(strings.NewReader(body))
				clear(w.header)
				c.h.ServeHTTP(w, &in)
				if w.status != 0 && w.status != 200 {
					b.Fatal(w.status)
				}
			}
		})
		b.Run(c.name+"/served", func(b *testing.B) { benchServed(b, c.h, body) })
	}
}

// benchServed measures a whole request over one connection to a real server.
func benchServed(b *testing.B, h http.Handler, body string) {
	s := httptest.NewServer(h)
	defer s.Close()
	r := sign(b, post("/", body), public+"/")
	r.Host = "ivr.example.org"
	var wire bytes.Buffer
	if err := r.Write(&wire); err != nil {
		b.Fatal(err)
	}
	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	in := bufio.NewReader(conn)
	for b.Loop() {
		if _, err := conn.Write(wire.Bytes()); err != nil {
			b.Fatal(err)
		}
		resp, err := http.ReadResponse(in, r)
		if err != nil {
			b.Fatal(err)
		}
		if n, err := io.Copy(io.Discard, resp.Body); err != nil || n != int64(len(welcome)) || resp.StatusCode != 200 {
			b.Fatal(n, err, resp.Status)
		}
	}
}

// discard is a ResponseWriter that keeps the status.
type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) WriteHeader(status int)      { d.status = status }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }
