// Package explainer explains refused requests while a server runs, off the path of
// requests: a Runner keeps a copy of a request that the gate refuses, or would refuse, searches for
// the cause in a goroutine of its own, and logs and counts what it finds.
//
// A flood of forged requests must cost the admitted ones nothing. So a copy is
// made only of what will be explained: a few requests of each sender and route a minute,
// as many as the queue holds. The search gets a share of one core and rests for the
// remaining time. What does not fit is dropped and counted.
package explainer

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/explain"
)

const (
	// queueLength is how many requests wait for their explanation.
	queueLength = 16
	// share is the part of one core that explanations may take, as 1/share.
	share = 40
	// perMinute is how many requests of one sender to one route are explained in a
	// minute: more than one, because they may fail for different causes.
	perMinute = 4
	// maxSenders bounds the memory for senders and routes in one minute.
	maxSenders = 1024
)

// Config says where explanations go. All of it may be left out.
type Config struct {
	// Log returns the log, which gets one line for each cause, sender and route a minute.
	Log func() *slog.Logger
	// Explained is called with the cause of each explanation, and whether the request
	// was refused or observed.
	Explained func(explain.Cause, callgate.Outcome)
	// Cases returns where redacted requests are saved, of those that the log has a line
	// for; nil: nowhere, now.
	Cases func() Cases
	// Dropped is called for each request that is not explained because there are too many.
	Dropped func(callgate.Outcome)
}

// Cases keeps redacted requests, and returns where.
type Cases interface {
	Save(explain.Cause, *explain.Case) (name string, err error)
}

// Runner explains requests. Make one with New; Run must run for as long as
// there is something to explain.
type Runner struct {
	config    Config
	explainer atomic.Pointer[explain.Explainer]
	queue     chan job

	mu      sync.Mutex
	minute  int64 // of the counts below
	senders map[sender]int
	logged  map[answer]bool
}

// sender is who a request came from and to which route. Routes are those of the
// configuration; a path would be as many as somebody likes.
type sender struct {
	peer  netip.Addr
	route string
}

type answer struct {
	sender
	cause explain.Cause
}

// Refused is a request that was refused or, on a route that is observed, would have
// been.
type Refused struct {
	Peer    netip.Addr
	Route   string
	Reason  callgate.Reason
	Outcome callgate.Outcome // OutcomeRefused or OutcomeObserved
	// ObservedUntil is set while the route is on trial.
	ObservedUntil time.Time
}

func (q Refused) sender() sender { return sender{q.Peer.Unmap(), q.Route} }

type job struct {
	Refused
	request *explain.Request
}

// New makes a runner that explains nothing before Use is called.
func New(c Config) *Runner {
	if c.Log == nil {
		c.Log = func() *slog.Logger { return slog.New(slog.DiscardHandler) }
	}
	if c.Cases == nil {
		c.Cases = func() Cases { return nil }
	}
	if c.Explained == nil {
		c.Explained = func(explain.Cause, callgate.Outcome) {}
	}
	if c.Dropped == nil {
		c.Dropped = func(callgate.Outcome) {}
	}
	return &Runner{config: c, queue: make(chan job, queueLength)}
}

// Use explains with e from now on, for a new configuration; with nil nothing is
// explained.
func (r *Runner) Use(e *explain.Explainer) { r.explainer.Store(e) }

// Submit queues a request that was refused, unless too many were. copied is called
// only when it is queued, and returns the request in memory of its own.
func (r *Runner) Submit(q Refused, copied func() *explain.Request) {
	if r.explainer.Load() == nil {
		return
	}
	if len(r.queue) == cap(r.queue) || !r.admits(q.sender()) {
		r.config.Dropped(q.Outcome)
		return
	}
	select {
	case r.queue <- job{q, copied()}:
	default:
		r.config.Dropped(q.Outcome)
	}
}

// admits counts a request of a sender.
func (r *Runner) admits(s sender) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.turn()
	n := r.senders[s]
	if n == perMinute || n == 0 && len(r.senders) == maxSenders {
		return false
	}
	r.senders[s] = n + 1
	return true
}

// turn forgets the counts of another minute.
func (r *Runner) turn() {
	if now := time.Now().Unix() / int64(time.Minute/time.Second); now != r.minute || r.senders == nil {
		r.minute, r.senders, r.logged = now, map[sender]int{}, map[answer]bool{}
	}
}

// first reports whether a cause is found for the first time in this minute.
func (r *Runner) first(a answer) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.turn()
	had := r.logged[a]
	r.logged[a] = true
	return !had
}

// Run explains what is submitted, one after the other, until ctx is done.
func (r *Runner) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case j := <-r.queue:
			start := time.Now()
			r.explain(ctx, j)
			rest(ctx, time.Since(start)*(share-1))
		}
	}
}

func rest(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

func (r *Runner) explain(ctx context.Context, j job) {
	e := r.explainer.Load()
	if e == nil {
		return
	}
	x := e.Explain(ctx, j.request)
	r.config.Explained(x.Cause, j.Outcome)
	if x.Cause == explain.CauseNone || !r.first(answer{j.sender(), x.Cause}) {
		return // a valid signature explains nothing: the reason of the refusal says it
	}
	level := slog.LevelWarn // somebody has something to mend
	if x.Cause == explain.CauseForged {
		level = slog.LevelInfo
	}
	r.config.Log().LogAttrs(ctx, level, "why a signature failed", append(attributes(j, x), r.save(ctx, e, j, x.Cause)...)...)
}

// save saves the request as a case, where that is wanted, and returns what the log says of it.
func (r *Runner) save(ctx context.Context, e *explain.Explainer, j job, cause explain.Cause) []slog.Attr {
	cases := r.config.Cases()
	if cases == nil {
		return nil
	}
	c, err := e.Case(ctx, j.request)
	if err == nil {
		var name string
		if name, err = cases.Save(cause, c); err == nil {
			return []slog.Attr{slog.String("case", name)}
		}
	}
	return []slog.Attr{slog.String("case_not_saved", err.Error())}
}

// attributes are the parts of an explanation that go into the log.
func attributes(j job, x *explain.Explanation) []slog.Attr {
	attrs := []slog.Attr{
		slog.String("cause", string(x.Cause)), slog.String("title", x.Title),
		slog.String("confidence", string(x.Confidence)), slog.String("route", j.Route),
		slog.String("outcome", string(j.Outcome)), slog.String("reason", string(j.Reason)),
	}
	if !j.ObservedUntil.IsZero() {
		attrs = append(attrs, slog.String("observed_until", j.ObservedUntil.UTC().Format(time.RFC3339)))
	}
	var likely, mends texts
	for _, c := range x.Changes {
		for _, d := range c.Differences {
			attrs = append(attrs, slog.Group(d.Part, "signed", d.Signed, "arrived", d.Arrived))
		}
		mends.add(c.Mends)
	}
	for _, g := range x.Guesses {
		likely = append(likely, string(g.Cause)+": "+g.Why)
		mends.add(g.Mends)
	}
	if len(likely) > 0 {
		attrs = append(attrs, slog.Any("likely", likely))
	}
	if len(mends) > 0 {
		attrs = append(attrs, slog.Any("mends", mends))
	}
	return attrs
}

// texts are a list in a log of JSON, and lines in one of text.
type texts []string

// MarshalJSON writes a list.
func (t texts) MarshalJSON() ([]byte, error) { return json.Marshal([]string(t)) }

// MarshalText writes one text a line, and further lines of a text indented.
func (t texts) MarshalText() ([]byte, error) {
	const indent = "  "
	var lines []string
	for _, text := range t {
		lines = append(lines, strings.ReplaceAll(text, "\n", "\n"+indent))
	}
	return []byte(strings.Join(lines, "\n")), nil
}

func (t *texts) add(mends []explain.Mend) {
	for _, m := range mends {
		*t = append(*t, mendText(m))
	}
}

func mendText(m explain.Mend) string {
	text := "in " + m.Where + ": "
	if m.Line == "" {
		return text + m.Note
	}
	text += m.Line // exactly as it is to be written, line ends and all
	if m.Note != "" {
		text += " (" + m.Note + ")"
	}
	return text
}
