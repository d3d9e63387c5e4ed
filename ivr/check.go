package ivr

import (
	"errors"
	"slices"
	"time"
)

// Report is what Check has to say about a flow.
type Report struct {
	// Findings are what is wrong, in the order of the source.
	Findings []Finding
	// Bounds are what was proved. They are those of the flow as it stands, also when
	// there are findings, and zero when it cannot be compiled.
	Bounds Bounds
	// Program is the compiled flow, nil when it cannot be compiled.
	Program *Program
}

// HasErrors reports whether the flow must not go live.
func (r *Report) HasErrors() bool {
	return slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Severity == Error })
}

// Bounds are the most that a call can come to.
type Bounds struct {
	// SilentSeconds is the longest call of a caller who says nothing and whom nobody
	// answers, by SpeechDuration and the time-outs of the flow.
	SilentSeconds int `json:"silent_seconds"`
	// Documents is the most documents that the carrier requests between two answers of
	// the caller. Those of a queue, which the carrier repeats, count as one.
	Documents int `json:"documents"`
	// Endless is true when the two above have no bound: a queue without max_wait, or a
	// circle that is among the findings. They then bound the rest of the call.
	Endless bool `json:"endless,omitempty"`
	// StateBytes is the longest token in a URL, in characters.
	StateBytes int `json:"state_bytes"`
	// DocumentBytes is the largest document, for URLs of a Site of up to 200 characters.
	DocumentBytes int `json:"document_bytes"`
}

// Check compiles a flow and looks for everything that Rules lists. It goes through
// the graph of the flow as a call could, subflows entered from each place anew, and
// through nothing else: no request is made, no telephone rung. now is for holidays
// that are over, and for the days on which clocks change.
func Check(f *Flow, now time.Time) *Report {
	p, err := Compile(f)
	var problems Problems
	if errors.As(err, &problems) {
		sortFindings(problems)
		return &Report{Findings: problems}
	}
	k := &checker{p: p, now: now, seen: map[seenKey]bool{}}
	k.run()
	sortFindings(k.findings)
	return &Report{Findings: k.findings, Bounds: k.bounds, Program: p}
}

// checker collects what is wrong with one program.
type checker struct {
	p        *Program
	now      time.Time
	g        *graph
	findings []Finding
	bounds   Bounds
	seen     map[seenKey]bool
	looping  []bool          // places in an endless loop
	dead     []bool          // places from which no call ends
	spoken   map[string]bool // what the carrier says about languages, not to be said of each node
}

// seenKey keeps a fault from being reported once for each place of its node.
type seenKey struct {
	rule        Rule
	node, field string
	message     string
}

func (k *checker) run() {
	k.bounds.StateBytes = k.p.largestState()
	k.checkStateSize()
	k.checkSchedules()
	k.checkNodes()
	g, ok := expand(k.p)
	if !ok {
		k.add(Finding{Rule: FlowTooLarge, Severity: Error, Field: "subflows", Message: "subflows call subflows in more ways than can be checked: flatten some of them"})
		return
	}
	k.g = g
	k.checkReachable()
	k.checkEndless()
	k.checkDeadEnds()
	k.checkConvergence()
	k.checkEscape()
	k.checkReject()
	k.checkAssigned()
	k.checkDocuments()
	k.measure()
}

// add reports a finding once.
func (k *checker) add(f Finding) {
	key := seenKey{f.Rule, f.Node, f.Field, f.Message}
	if k.seen[key] {
		return
	}
	k.seen[key] = true
	f.Pos = k.p.locate(f.Node, f.Field)
	k.findings = append(k.findings, f)
}
