package explainer

import (
	"context"
	"net/http"
	"net/netip"
	"slices"
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

// worthIt reports whether a request has a signature, or says that it is the
// carrier's: then something on the way dropped the header. What else has none is a
// stranger's.
func worthIt(h http.Header) bool {
	return len(h[twilio.Header]) > 0 || strings.HasPrefix(h.Get("User-Agent"), "TwilioProxy/") || len(h["I-Twilio-Idempotency-Token"]) > 0
}

// Observe submits the request of an event when it was refused for its signature, or
// would have been.
func (r *Runner) Observe(ctx context.Context, e *callgate.Event) {
	q := Refused{Route: e.Route, Reason: e.Reason, Outcome: callgate.OutcomeRefused, ObservedUntil: e.ObservedUntil}
	if e.Observed != nil {
		q.Reason, q.Outcome = e.Observed.Reason, callgate.OutcomeObserved
	} else if e.Outcome != callgate.OutcomeRefused {
		return
	}
	s, ok := callgate.ReceivedFrom(ctx)
	if !ok || !explained[q.Reason] || !worthIt(s.Request.Header) {
		return
	}
	peer, _ := netip.ParseAddrPort(s.Request.RemoteAddr)
	q.Peer = peer.Addr()
	r.Submit(q, func() *explain.Request { return copied(s) })
}

// copied returns the request as it was received.
func copied(s *callgate.Received) *explain.Request {
	q := s.Request
	peer, _ := netip.ParseAddrPort(q.RemoteAddr)
	out := &explain.Request{
		Method: q.Method, URL: s.URL, Target: q.RequestURI, Host: q.Host, TLS: q.TLS != nil, Proto: q.Proto,
		Header: q.Header.Clone(), Body: slices.Clone(s.Body[:min(len(s.Body), maxKept)]), Peer: peer.Addr(),
	}
	if local, ok := q.Context().Value(http.LocalAddrContextKey).(interface{ String() string }); ok {
		out.Listen = local.String()
	}
	return out
}
