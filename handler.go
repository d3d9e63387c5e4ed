package callgate

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"time"
)

// Handler puts the gate in front of a handler. Requests that Check admits reach
// next with the Admission in their context and the body that was verified, and
// with a deadline; see the package comment for what becomes of the others and
// of answers. next may be any handler or router.
//
// What next writes is read before it is given to a caller, unless it is vouched for: the
// http.ResponseWriter has a method WriteDocument([]byte) error for whole documents whose
// writer has made sure that carriers can read them.
//
// Nothing in front of the gate may read bodies, or change paths and expect the
// routes to follow: what counts is the request line.
func (g *Gate) Handler(next http.Handler) http.Handler {
	if next == nil {
		panic("callgate: Handler(nil)")
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := g.visit()
		now := time.Now()
		v.admission.Received = now
		if g.clock != nil {
			v.admission.Received = g.clock()
		}
		v.deadline.begin(r.Context(), now.Add(g.deadline))
		defer v.deadline.end()
		refusal := g.decideInTime(w, r, v)
		var s sent
		switch {
		case refusal != nil:
			s = g.refuse(w, r, v, refusal)
		case v.route.kind == KindStream:
			s = g.stream(w, r, v, next)
		default:
			s = g.run(w, r, v, next)
		}
		if g.observe != nil {
			g.record(w, r, v, s)
		}
		if s.abort {
			panic(http.ErrAbortHandler)
		}
	})
}

// sent is what was answered and why.
type sent struct {
	outcome Outcome
	reason  Reason
	detail  string
	rescue  Rescued
	status  int
	bytes   int64
	err     error
	written bool // by the gate; else the handler of a stream did it
	abort   bool // the connection is to be cut off
}

// decideInTime is decide with a body that has to arrive before the deadline. A
// verifier or password checker that panics refuses.
func (g *Gate) decideInTime(w http.ResponseWriter, r *http.Request, v *visit) (refusal *Refusal) {
	defer func() {
		if p := recover(); p != nil {
			refusal = Refuse(ReasonPanic, "%v", panicError(p))
		}
	}()
	if r.ContentLength != 0 && !servedInTime(r, g.deadline) {
		control := http.NewResponseController(w)
		if control.SetReadDeadline(v.deadline.deadline) == nil {
			defer func() {
				// Of a body that is left unread, the server reads on before it answers.
				if v.bodyRead {
					_ = control.SetReadDeadline(time.Time{})
				}
			}()
		}
	}
	return g.decide(r, v)
}

// servedInTime reports whether the server itself ends slow bodies soon enough.
func servedInTime(r *http.Request, deadline time.Duration) bool {
	server, ok := r.Context().Value(http.ServerContextKey).(*http.Server)
	return ok && server.ReadTimeout > 0 && server.ReadTimeout <= deadline
}

// admitted returns the request as the handler sees it: the one that came, with
// another context and a body that can be read again.
func (v *visit) admitted(ctx context.Context, r *http.Request) *http.Request {
	v.context = admissionContext{ctx, &v.admission}
	r = r.WithContext(&v.context)
	r.Body = http.NoBody
	if len(v.admission.Body) > 0 {
		v.body.Reset(v.admission.Body)
		r.Body = &v.body
	}
	return r
}

// bodyReader is a body that is in the memory.
type bodyReader struct{ bytes.Reader }

func (*bodyReader) Close() error { return nil }

// run lets the handler answer a voice or status request, and answers in its
// place when it fails.
func (g *Gate) run(w http.ResponseWriter, r *http.Request, v *visit, next http.Handler) sent {
	a := newAnswer()
	in := v.admitted(&v.deadline, r)
	failure, ok := error(nil), true
	if v.route.atOnce {
		failure = call(next, a, in)
	} else {
		failure, ok = v.callInTime(r, next, a, in)
	}
	if !ok {
		a.close()
		return g.interrupted(w, r, v)
	}
	s := g.give(w, r, v, a, failure)
	a.free()
	return s
}

// call lets the handler answer. The error is its panic.
func call(next http.Handler, a *answer, in *http.Request) (failure error) {
	defer func() {
		if p := recover(); p != nil {
			failure = panicError(p)
		}
	}()
	next.ServeHTTP(a, in)
	return nil
}

// callInTime is call in a goroutine of its own, for which nobody waits longer than until
// the deadline.
func (v *visit) callInTime(r *http.Request, next http.Handler, a *answer, in *http.Request) (failure error, ok bool) {
	done := make(chan error, 1)
	go func() {
		var failure error
		defer func() { done <- failure }() // also when the handler ends its goroutine
		growStack()
		failure = call(next, a, in)
	}()
	return v.await(r, done)
}

// await waits until the handler is done, and reports false when the deadline or the
// end of the request came first.
func (v *visit) await(r *http.Request, done <-chan error) (failure error, ok bool) {
	// Most handlers have an answer before a timer could be set.
	runtime.Gosched()
	select {
	case failure = <-done:
		return failure, true
	default:
	}
	timer := time.NewTimer(time.Until(v.deadline.deadline))
	defer timer.Stop()
	select {
	case failure = <-done:
		return failure, true
	case <-timer.C:
	case <-r.Context().Done():
	}
	return nil, false
}

// handlerStack is room for the frames of a usual handler, in bytes.
const handlerStack = 9 << 10

// growStack makes the stack of a new goroutine large at once. Otherwise it grows when
// the handler is several calls deep, again and again, and each time all frames so
// far are copied, which can take longer than the handler.
//
//go:noinline
func growStack() {
	var room [handlerStack]byte
	runtime.KeepAlive(&room)
}

// interrupted answers for a handler that did not return in time.
func (g *Gate) interrupted(w http.ResponseWriter, r *http.Request, v *visit) sent {
	if errors.Is(r.Context().Err(), context.Canceled) {
		return g.gone(w, r, v)
	}
	return g.failed(w, r, v, fault{ReasonDeadline, fmt.Sprintf("no answer in time; the deadline is %v", g.deadline), http.StatusServiceUnavailable})
}

// gone answers a request whose sender has most likely gone away. It may also be
// that the server is stopping: then somebody is still there to be rescued.
func (g *Gate) gone(w http.ResponseWriter, r *http.Request, v *visit) sent {
	f := fault{ReasonGone, "the sender went away before the answer", http.StatusServiceUnavailable}
	var s sent
	if v.route.kind == KindVoice {
		s = g.document(w, v.route.documentFor(v.admission.languageOr(v.route.language)), RescuedWithDocument)
	} else {
		s = bare(w, f.status, nil)
	}
	s.outcome, s.reason, s.detail = OutcomeGone, f.reason, f.detail
	return s
}

// panicError says that there was a panic and where. The value is left out unless
// it is the runtime's own: it may be an error that quotes what the caller said.
func panicError(p any) error {
	if p == http.ErrAbortHandler {
		return http.ErrAbortHandler
	}
	what := fmt.Sprintf("%T", p)
	if e, ok := p.(runtime.Error); ok {
		what = e.Error()
	}
	return fmt.Errorf("panic (%s) in %s", what, panicSite())
}

// panicSite names the functions that led to a panic, the innermost first.
func panicSite() string {
	const depth, shown = 32, 4
	pc := make([]uintptr, depth)
	frames := runtime.CallersFrames(pc[:runtime.Callers(2, pc)])
	var site []string
	for panicking := false; len(site) < shown; {
		frame, more := frames.Next()
		switch {
		case frame.Function == "runtime.gopanic":
			panicking = true
		case panicking && !strings.HasPrefix(frame.Function, "runtime."):
			site = append(site, fmt.Sprintf("%s (line %d)", frame.Function, frame.Line))
		}
		if !more {
			break
		}
	}
	return strings.Join(site, " < ")
}
