// Package responder answers "callgate doctor" in the server: it gives challenges, and
// says of each probe which bytes arrived and what the gate thinks of them. Package
// protocol says how the two talk and why a stranger learns nothing.
//
// Whatever is not signed by the doctor, is used a second time or comes too late is
// passed on to the gate as if the responder were not there, so that it gets what every
// other request gets at that path.
package responder

import (
	"bytes"
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/internal/doctor/protocol"
)

// Config is what the responder needs of the server. All fields but MaxBody are required.
type Config struct {
	// Token is the newest auth token of the server.
	Token callgate.Secret
	// Server is what it is told about itself. The gate is asked about probes with the
	// public URL and the allowed hosts in it.
	Server protocol.Server
	// TrustedProxies are those of the gate.
	TrustedProxies []netip.Prefix
	// MaxBody is the gate's limit of bodies in bytes; 0 is its default.
	MaxBody int64
	// Check is the gate: it says whether a request would be admitted, and does nothing else.
	Check func(*http.Request) error
	// Log is told of each challenge.
	Log *slog.Logger
	// Now is the clock.
	Now func() time.Time
}

// Responder answers the doctor.
type Responder struct {
	config Config
	key    protocol.Key
	ledger ledger
}

// New makes a responder.
func New(c Config) *Responder {
	return &Responder{config: c, key: protocol.NewKey(c.Token), ledger: newLedger(c.Now())}
}

// Handler answers requests of the doctor, and leaves all others to next.
func (r *Responder) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if header := q.Header[protocol.Header]; len(header) == 0 || len(header) > 1 || !r.answer(w, q, header[0]) {
			next.ServeHTTP(w, q)
		}
	})
}

// answer answers a request of the doctor. It reports false, and has done nothing, when
// it is not one that may be answered.
func (r *Responder) answer(w http.ResponseWriter, q *http.Request, header string) bool {
	said, ok := r.key.Read(header)
	if !ok {
		return false
	}
	now := r.config.Now()
	a := &protocol.Answer{Time: now.UnixMilli()}
	switch said := said.(type) {
	case protocol.Hello:
		challenge := rand.Text()
		wait, ok := r.ledger.open(said, challenge, now)
		if !ok {
			return false
		}
		if a.Wait = int(wait / time.Second); a.Wait == 0 {
			a.Challenge = challenge
			r.config.Log.Info("the doctor was given a challenge", "peer", q.RemoteAddr)
		}
	case protocol.Probe:
		if !r.ledger.use(said, now) {
			return false
		}
		if said.Kind == protocol.Slow && !r.wait(q) {
			return true
		}
		r.examine(a, q, said)
		if said.Kind == protocol.Stream && isHandshake(q) {
			upgrade(w, q, r.key.SealAnswer(header, a))
			return true
		}
	}
	write(w, r.key.SealAnswer(header, a))
	return true
}

// wait takes as long as an answer to a call may. It reports false when nobody waits any more.
func (r *Responder) wait(q *http.Request) bool {
	select {
	case <-time.After(time.Duration(r.config.Server.Deadline) * time.Millisecond):
		return true
	case <-q.Context().Done():
		return false
	}
}

func write(w http.ResponseWriter, text []byte) {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Cache-Control", "no-store, no-transform")
	h.Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(text) // whoever asked has gone
}

// examine says what arrived, and what the gate thinks of it.
func (r *Responder) examine(a *protocol.Answer, q *http.Request, p protocol.Probe) {
	switch p.Kind {
	case protocol.About:
		a.Server = &r.config.Server
		return
	case protocol.Slow:
		return
	}
	a.Arrived = arrived(q)
	body, fault := readBody(q)
	a.Arrived.Body, a.Arrived.BodyFault = body, fault
	again := q.Clone(q.Context())
	again.Body = io.NopCloser(bytes.NewReader(body))
	a.Verdict = r.verdict(again, p)
}

// readBody reads the body, which the server's own timeouts bound in time.
func readBody(q *http.Request) (body []byte, fault string) {
	body, err := io.ReadAll(io.LimitReader(q.Body, protocol.MaxBody+1))
	switch {
	case err != nil:
		return body, "it ended early, or did not come in time"
	case len(body) > protocol.MaxBody:
		return body[:protocol.MaxBody], "it is longer than any that the doctor sends"
	}
	return body, ""
}
