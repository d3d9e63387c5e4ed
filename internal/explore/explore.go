// Package explore calls a flow on every way that it can take, up to a bound, and
// looks whether the calls keep what ivr.Check has promised.
//
// A call is a sequence of decisions: when it begins, which key the caller presses
// or that the caller is silent, who answers, what a look-up brings. Each place in a
// flow at which there is a decision is tried with each of its answers; a place is
// a node, what is decided there, and how often the call was there before. So loops
// are walked a few times, and not for ever.
//
// What must hold of every call: it ends; nobody hears the carrier's apology; no
// document is one that the carrier complains of; nobody has to be rescued. And what
// Check says on paper must hold on the line: the bounds of length, documents and
// sizes, and that nodes which it calls unreachable are not reached. A difference is
// a fault in one of the two.
package explore

import (
	"context"
	"slices"
	"time"

	"github.com/callgate/callgate/carrier"
	"github.com/callgate/callgate/ivr"
)

// Subject is a flow that is to be explored.
type Subject struct {
	Flow *ivr.Flow
	// Report is what Check says of it; it holds the program.
	Report *ivr.Report
	// Open makes the line to call. The walk answers for what stands round the flow.
	Open func(w *Walk) (carrier.Config, error)
}

// Options bound an exploration.
type Options struct {
	// Calls is how many calls are made at most. Default 5000.
	Calls int
	// Decisions is how many decisions a call has at most before the caller is silent.
	// Default 200.
	Decisions int
}

// Report is what an exploration found.
type Report struct {
	// Calls were made; Bounded is true when there were more ways than the bound lets through.
	Calls   int
	Bounded bool
	// Answers are the steps of the flow in all calls, for coverage.
	Answers  []ivr.Answer
	Findings []Finding
}

// Finding is a call that did not keep what is promised.
type Finding struct {
	// Rule is a word for what was not kept.
	Rule string
	// Text says what happened.
	Text string
	// Way are the decisions that led there.
	Way []string
	// Log is the call.
	Log []carrier.Entry
	// Start is when it began.
	Start time.Time
}

// maxFindings bounds what is kept: one fault shows in many calls.
const maxFindings = 20

// explorer holds what has been tried.
type explorer struct {
	subject Subject
	options Options
	choices *choices
	tried   map[place]map[string]bool
	queue   []route // ways to be gone
	report  *Report
	rules   map[string]int
}

// route is a way to be gone.
type route struct {
	way []string // decisions, as their labels
	// stubborn: after the way, whoever decides says what was said the last time at that
	// node. That walks loops up to their bounds, which trying one thing at a time does not.
	stubborn bool
}

// maxStubborn is how often the same is decided at a node: more often than the
// counters of flows allow, and less often than until the call has too many steps.
const maxStubborn = 12

// place is where a decision is made.
type place struct {
	node string // that waits
	kind string // what is decided
	nth  int    // how often the call was here before, up to maxVisits
	last string // what was decided here before, at nodes that ask several things
}

// maxVisits is how often a place counts as another one: enough for the counters
// of a flow, which begin with three attempts.
const maxVisits = 4

// Run explores a flow. The error is that of the context, or of a line that cannot
// be called at all.
func Run(ctx context.Context, s Subject, o Options) (*Report, error) {
	if o.Calls <= 0 {
		o.Calls = 5000
	}
	if o.Decisions <= 0 {
		o.Decisions = 200
	}
	e := &explorer{subject: s, options: o, choices: newChoices(s.Flow), tried: map[place]map[string]bool{},
		queue: []route{{}}, report: &Report{}, rules: map[string]int{}}
	for len(e.queue) > 0 {
		if e.report.Calls == o.Calls {
			e.report.Bounded = true
			break
		}
		next := e.queue[0]
		e.queue = e.queue[1:]
		if err := e.call(ctx, next); err != nil {
			return e.report, err
		}
		e.report.Calls++
	}
	return e.report, nil
}

// call makes one call on a way that is given, and then on the first new way at each place.
func (e *explorer) call(ctx context.Context, r route) error {
	w := &Walk{explorer: e, route: r, start: carrier.DefaultStart(), visits: map[string]int{}, last: map[string]string{}, lookups: map[string]string{}}
	w.start = w.startTime()
	config, err := e.subject.Open(w)
	if err != nil {
		return err
	}
	config.Start, config.Seed = w.start, uint64(e.report.Calls)
	line, err := carrier.NewLine(config)
	if err != nil {
		return err
	}
	from := w.decide("from", e.choices.from)
	call, err := line.Call(ctx, carrier.Caller{From: from, Manual: true})
	if err != nil {
		return err
	}
	w.set(call)
	if err := w.walk(call); err != nil {
		return err
	}
	e.report.Answers = append(e.report.Answers, w.answers...)
	w.judge(call)
	return nil
}

// option chooses at a place: what the way says, or what was not tried yet. What else
// was not tried is put on the queue.
func (e *explorer) option(w *Walk, p place, options []string) string {
	tried := e.tried[p]
	if tried == nil {
		tried = map[string]bool{}
		e.tried[p] = tried
	}
	if n := len(w.taken); n < len(w.way) && slices.Contains(options, w.way[n]) {
		tried[w.way[n]] = true
		return w.way[n]
	}
	key := p.node + "\x00" + p.kind
	if last := w.last[key]; w.stubborn && w.visits[key] <= maxStubborn && slices.Contains(options, last) {
		return last
	}
	choice, chosen := options[0], false
	for _, o := range options {
		if tried[o] {
			continue
		}
		tried[o] = true
		way := append(slices.Clone(w.taken), o)
		if p.nth == 0 {
			e.queue = append(e.queue, route{way, true})
		}
		if !chosen {
			choice, chosen = o, true
			continue
		}
		e.queue = append(e.queue, route{way, false})
	}
	return choice
}

// find notes what was not kept, once a rule for each way it shows.
func (e *explorer) find(f Finding) {
	e.rules[f.Rule]++
	if e.rules[f.Rule] > 3 || len(e.report.Findings) >= maxFindings {
		return
	}
	e.report.Findings = append(e.report.Findings, f)
}
