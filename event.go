package callgate

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Outcome is what became of a request.
type Outcome string

// The outcomes.
const (
	// OutcomeAccepted: it was admitted, and the handler's answer was given.
	OutcomeAccepted Outcome = "accepted"
	// OutcomeObserved: it would have been refused, for Event.Reason, and was admitted
	// because the route says so; see Route.InsecureAdmitRefused. The handler's answer
	// was given.
	OutcomeObserved Outcome = "observed"
	// OutcomeRefused: it was not admitted. Event.Reason says why.
	OutcomeRefused Outcome = "refused"
	// OutcomeRescued: it was admitted, the handler failed, and the caller was given
	// a rescue document.
	OutcomeRescued Outcome = "rescued"
	// OutcomeFailed: it was admitted, the handler failed or answered with a status of
	// 500 or more, and the sender, who is no caller, was told so with a status code.
	OutcomeFailed Outcome = "failed"
	// OutcomeGone: it was admitted, and the sender went away before the answer.
	OutcomeGone Outcome = "gone"
)

// The reasons of a rescue or failure after a request was admitted.
const (
	ReasonPanic    Reason = "panic"    // the handler panicked
	ReasonDeadline Reason = "deadline" // there was no answer in time
	ReasonStatus   Reason = "status"   // the handler answered with a status of 400 or more, 404 and 405 of a router included
	ReasonRedirect Reason = "redirect" // it redirected, which loses the caller's digits and the signature
	ReasonEmpty    Reason = "empty"    // it answered nothing where a document is awaited
	ReasonDocument Reason = "document" // it answered something that is no TwiML document
	ReasonTooLong  Reason = "too-long" // its answer is over what the carrier takes
	ReasonAborted  Reason = "aborted"  // it panicked with http.ErrAbortHandler, as a reverse proxy does when its upstream breaks off
	ReasonGone     Reason = "gone"     // the sender went away
)

// Rescued is what a caller was given instead of an answer.
type Rescued string

// The kinds of a rescue.
const (
	RescuedNot            Rescued = ""
	RescuedWithDocument   Rescued = "document"    // a document of the configuration
	RescuedWithLastResort Rescued = "last-resort" // the built-in one: see MaxRescues
)

// Event is the record of one request. It holds nothing that must not be logged:
// numbers are masked, and there are no digits, no query, no body, no signature.
type Event struct {
	Outcome Outcome
	// Reason and Detail say why, unless the request was accepted.
	Reason Reason
	Detail string
	// Rescue is what the caller was given instead of an answer, if anything.
	Rescue Rescued

	Route  string // as configured; the path may hold what is not to be logged
	Kind   Kind
	Method string
	// Status and Bytes are those of the answer. A stream has no bytes, and the
	// status 101 when it was opened.
	Status int
	Bytes  int64

	// CallSid names the call, when the request says so in a form that a carrier
	// uses. It is only as true as the request: see Verified.
	CallSid string
	// Verified tells whether a signature matched, which a refused request may have too.
	Verified bool
	// Carrier, Account, Key and Form say what matched.
	Carrier, Account, Key string
	Form                  Form
	Principals            []Principal
	Decision              Decision

	// ObservedUntil is set while the route is on trial, see Route.ObserveUntil.
	ObservedUntil time.Time
	// Observed is what the request would have been refused for, when it was admitted
	// all the same, whatever became of it then.
	Observed *Refusal

	Start    time.Time
	Duration time.Duration
	// Err is the refusal, or what went wrong in the handler: for a panic where it
	// was, and of what type, but not the value, which may hold a caller's data.
	Err error
}

// record makes the event of a visit and its answer, and tells the observer. The
// answer is sent off before, so that an observer that is slow or panics does it
// no harm.
func (g *Gate) record(w http.ResponseWriter, r *http.Request, v *visit, s sent) {
	if s.written {
		_ = http.NewResponseController(w).Flush() // if it cannot be, it is sent when this returns
	}
	defer func() { _ = recover() }()
	a, e := &v.admission, &v.event
	e.Outcome, e.Reason, e.Detail, e.Rescue, e.Err = s.outcome, s.reason, s.detail, s.rescue, s.err
	e.Route, e.Kind, e.Method = v.route.resource.Name, v.route.kind, knownMethod(a.Method)
	e.Status, e.Bytes = s.status, s.bytes
	e.CallSid, e.Verified = v.callSid, v.verified
	e.Carrier, e.Account, e.Key, e.Form = a.Proof.Carrier, v.account(), a.Proof.Key, a.Proof.Form
	e.Decision = a.Decision.masked()
	e.Start, e.Duration = a.Received, g.since(a.Received)
	e.Principals = v.masked[:0]
	for _, p := range a.Principals {
		e.Principals = append(e.Principals, p.masked())
	}
	e.noteObserved(v)
	v.received = receivedContext{r.Context(), Received{r, a.Body, a.URL}}
	g.observe(&v.received, e)
}

// Received is a request as it came. Unlike its Event it holds what must not be
// logged; it is for programs that look into refusals.
type Received struct {
	// Request is the one that the gate's handler was given. Its body was read.
	Request *http.Request
	// Body is what was read: nothing when it was too large, cut short or late.
	Body []byte
	// URL is the address that the gate took the request for, even when it is not one of
	// ours; empty when it did not get that far.
	URL string
}

type receivedKey struct{}

// receivedContext is a context.WithValue that is allocated with the rest.
type receivedContext struct {
	context.Context
	received Received
}

func (c *receivedContext) Value(key any) any {
	if key == (receivedKey{}) {
		return &c.received
	}
	return c.Context.Value(key)
}

// ReceivedFrom returns the request that an event is about. The context is the one
// that Config.Observe is called with.
func ReceivedFrom(ctx context.Context) (*Received, bool) {
	r, ok := ctx.Value(receivedKey{}).(*Received)
	return r, ok
}

// noteCall remembers the call that the parameters name. Those of a refused
// request are what it claims, and may be no parameters at all.
func (v *visit) noteCall(p Params) {
	v.named.read(p)
	if isSid(v.named.callSid) {
		v.callSid = v.named.callSid
	}
}

// noteClaim looks for the call of a request that was refused before its
// parameters were read.
func (v *visit) noteClaim(r *http.Request) {
	raw := v.admission.Body
	if r.Method == http.MethodGet {
		_, query, _ := strings.Cut(r.RequestURI, "?")
		raw = []byte(query)
	}
	if p, err := ParseParams(raw); err == nil {
		var claimed named // and not v.named, which is what was verified
		if claimed.read(p); isSid(claimed.callSid) {
			v.callSid = claimed.callSid
		}
	}
}

// knownMethod keeps what anybody can put in a request line out of logs.
func knownMethod(method string) string {
	if slices.Contains(knownMethods, method) || method == http.MethodOptions || method == http.MethodConnect || method == http.MethodTrace {
		return method
	}
	return "other"
}
