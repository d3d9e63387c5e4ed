package explainer

import (
	"context"
	"io"
	"net/http"
	"net/netip"
	"strings"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/explain"
	"github.com/callgate/callgate/twilio"
)

// maxKept bounds the body that is kept of a request. The gate takes no larger one
// unless it is told to; of a larger one the signature is explained without it.
const maxKept = 64 << 10

// explained are the reasons of refusals that have a cause to find.
var explained = map[callgate.Reason]bool{
	callgate.ReasonMissing: true, callgate.ReasonProfile: true,
	callgate.ReasonMismatch: true, callgate.ReasonBodyHash: true, callgate.ReasonContentType: true, callgate.ReasonParams: true,
	callgate.ReasonMalformed: true, callgate.ReasonMethod: true, callgate.ReasonHost: true, callgate.ReasonAccount: true,
}

// seen is a request on its way through the gate, and the body as far as it was read.
type seen struct {
	request *http.Request
	body    []byte
	source  io.ReadCloser
}

type seenKey struct{}

// Handler makes the gate's handler one whose refused requests can be explained:
// Observe must be called with the event of each request, in its context.
func (r *Runner) Handler(gate http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if len(q.Header[twilio.Header]) == 0 && !claimsCarrier(q.Header) {
			gate.ServeHTTP(w, q)
			return
		}
		s := &seen{request: q, source: q.Body}
		watched := q.WithContext(context.WithValue(q.Context(), seenKey{}, s))
		if q.Body != nil && q.Body != http.NoBody {
			watched.Body = s
		}
		gate.ServeHTTP(w, watched)
	})
}

// claimsCarrier reports whether a request without a signature says that it is the
// carrier's: then something on the way dropped the header. What else has none is a
// stranger's and not worth an explanation.
func claimsCarrier(h http.Header) bool {
	return strings.HasPrefix(h.Get("User-Agent"), "TwilioProxy/") || len(h["I-Twilio-Idempotency-Token"]) > 0
}

// Read reads the body and keeps what was read.
func (s *seen) Read(p []byte) (int, error) {
	n, err := s.source.Read(p)
	s.body = append(s.body, p[:min(n, maxKept-len(s.body))]...)
	return n, err
}

// Close closes the body.
func (s *seen) Close() error { return s.source.Close() }

// Observe submits the request of an event when it was refused for its signature, or
// would have been.
func (r *Runner) Observe(ctx context.Context, e callgate.Event) {
	q := Refused{Route: e.Route, Reason: e.Reason, Outcome: callgate.OutcomeRefused, ObservedUntil: e.ObservedUntil}
	if e.Observed != nil {
		q.Reason, q.Outcome = e.Observed.Reason, callgate.OutcomeObserved
	} else if e.Outcome != callgate.OutcomeRefused {
		return
	}
	s, ok := ctx.Value(seenKey{}).(*seen)
	if !ok || !explained[q.Reason] {
		return
	}
	peer, _ := netip.ParseAddrPort(s.request.RemoteAddr)
	q.Peer = peer.Addr()
	r.Submit(q, s.copied)
}

// copied returns the request as it was received.
func (s *seen) copied() *explain.Request {
	q := s.request
	peer, _ := netip.ParseAddrPort(q.RemoteAddr)
	out := &explain.Request{
		Method: q.Method, Target: q.RequestURI, Host: q.Host, TLS: q.TLS != nil, Proto: q.Proto,
		Header: q.Header.Clone(), Body: append([]byte(nil), s.body...), Peer: peer.Addr(),
	}
	if local, ok := q.Context().Value(http.LocalAddrContextKey).(interface{ String() string }); ok {
		out.Listen = local.String()
	}
	return out
}
