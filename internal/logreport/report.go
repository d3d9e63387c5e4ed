// Package logreport reads the log of a server and says how many requests it refused, or
// would have refused on a route that is observed, and why.
//
// The log is what "callgate serve" writes: a line for each request, and one for each
// explanation of why a signature failed. Explanations are for a few requests of each
// sender a minute, so their numbers say how often a cause was seen and not how often
// it was at work.
package logreport

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/explain"
)

const (
	// maxLine bounds a line in bytes. An explanation has a few thousand.
	maxLine = 1 << 20
	// maxRoutes bounds the routes that are kept apart; a configuration has tens.
	maxRoutes = 1000
	// maxTexts bounds the different mends that are kept of one cause.
	maxTexts = 16
)

// The lines that are read, by their message.
const (
	requestMessage     = "request"
	explanationMessage = "why a signature failed"
)

// Options say what is counted.
type Options struct {
	Since time.Time // lines before are left out; zero: none is
	Route string    // only this one; empty: all
}

// Report is what was counted. Its JSON names are part of the command's interface.
type Report struct {
	Routes []*Route `json:"routes"`
	// Foreign is how many lines were not written by callgate.
	Foreign int `json:"foreign_lines,omitempty"`
}

// Route is what was counted of a route: while it was observed, or else.
type Route struct {
	Route string `json:"route"`
	// ObservedUntil is when the trial ends or ended; empty for what was no trial.
	ObservedUntil string `json:"observed_until,omitempty"`
	Requests      int    `json:"requests"`
	// Refused were refused, and Observed would have been and were admitted.
	Refused  int       `json:"refused"`
	Observed int       `json:"would_have_refused"`
	Reasons  []*Reason `json:"reasons,omitempty"`
}

// Reason is how often a request was, or would have been, refused for a reason.
type Reason struct {
	Reason callgate.Reason `json:"reason"`
	Means  string          `json:"means,omitempty"`
	Count  int             `json:"count"`
	Causes []*Cause        `json:"causes,omitempty"`
}

// Cause is why signatures failed, as far as that was explained.
type Cause struct {
	Cause      explain.Cause      `json:"cause"`
	Title      string             `json:"title"`
	Confidence explain.Confidence `json:"confidence"`
	// Logged is how many lines of the log name it.
	Logged int      `json:"logged"`
	Likely []string `json:"likely,omitempty"`
	Mends  []string `json:"mends,omitempty"`
}

// Read adds the lines of a log to the report.
func (r *Report) Read(log io.Reader, o Options) error {
	s := bufio.NewScanner(log)
	s.Buffer(nil, maxLine)
	for s.Scan() {
		if strings.TrimSpace(s.Text()) == "" {
			continue
		}
		l, ok := parseLine(s.Text())
		if !ok || !r.add(l, o) {
			r.Foreign++
		}
	}
	if errors.Is(s.Err(), bufio.ErrTooLong) {
		return fmt.Errorf("a line has more than %d bytes; this is no log of callgate", maxLine)
	}
	return s.Err()
}

// add counts a line, and reports whether it can be one of ours.
func (r *Report) add(l line, o Options) bool {
	at, err := time.Parse(time.RFC3339Nano, l.get("time"))
	if err != nil || l.get("msg") == "" {
		return false
	}
	message := l.get("msg")
	if message != requestMessage && message != explanationMessage || at.Before(o.Since) {
		return true
	}
	name := l.get("route")
	if name == "" || o.Route != "" && name != o.Route {
		return true
	}
	route := r.route(name, l.get("observed_until"))
	switch {
	case route == nil: // more than a server can have
		return false
	case message == requestMessage:
		route.addRequest(l)
	default:
		route.addExplanation(l)
	}
	return true
}

// route returns the counts of a route, of its trial apart.
func (r *Report) route(name, until string) *Route {
	for _, have := range r.Routes {
		if have.Route == name && (have.ObservedUntil == "") == (until == "") {
			have.ObservedUntil = max(have.ObservedUntil, until)
			return have
		}
	}
	if len(r.Routes) == maxRoutes {
		return nil
	}
	made := &Route{Route: name, ObservedUntil: until}
	r.Routes = append(r.Routes, made)
	return made
}

func (r *Route) addRequest(l line) {
	r.Requests++
	reason := callgate.Reason(l.get("reason"))
	switch outcome := callgate.Outcome(l.get("outcome")); {
	case outcome == callgate.OutcomeRefused:
		r.Refused++
	case outcome == callgate.OutcomeObserved:
		r.Observed++
	case l.get("observed") != "": // admitted, and then something else became of it
		r.Observed++
		reason = callgate.Reason(l.get("observed"))
	default:
		return
	}
	r.reason(reason).Count++
}

// reason returns the counts of a reason. The list of reasons is closed; what is not on
// it is counted as one.
func (r *Route) reason(reason callgate.Reason) *Reason {
	if meanings[reason] == "" {
		reason = "other"
	}
	for _, have := range r.Reasons {
		if have.Reason == reason {
			return have
		}
	}
	made := &Reason{Reason: reason, Means: meanings[reason]}
	r.Reasons = append(r.Reasons, made)
	return made
}

func (r *Route) addExplanation(l line) {
	cause := explain.Cause(l.get("cause"))
	if cause.Title() == "" {
		return
	}
	c := r.reason(callgate.Reason(l.get("reason"))).cause(cause)
	c.Logged++
	if confidence := explain.Confidence(l.get("confidence")); confidence == explain.Proved {
		c.Confidence = explain.Proved
	}
	addTexts(&c.Likely, l.all("likely"))
	addTexts(&c.Mends, l.all("mends"))
}

func (r *Reason) cause(cause explain.Cause) *Cause {
	for _, have := range r.Causes {
		if have.Cause == cause {
			return have
		}
	}
	made := &Cause{Cause: cause, Title: cause.Title(), Confidence: explain.Likely}
	r.Causes = append(r.Causes, made)
	return made
}

func addTexts(to *[]string, texts []string) {
	for _, t := range texts {
		if len(*to) < maxTexts && !slices.Contains(*to, t) {
			*to = append(*to, t)
		}
	}
}

// Sort puts what was counted in order: routes by their path, the rest by how often it
// was seen.
func (r *Report) Sort() {
	slices.SortStableFunc(r.Routes, func(a, b *Route) int {
		if c := strings.Compare(a.Route, b.Route); c != 0 {
			return c
		}
		return strings.Compare(b.ObservedUntil, a.ObservedUntil)
	})
	for _, route := range r.Routes {
		slices.SortStableFunc(route.Reasons, func(a, b *Reason) int {
			if a.Count != b.Count {
				return b.Count - a.Count
			}
			return strings.Compare(string(a.Reason), string(b.Reason))
		})
		for _, reason := range route.Reasons {
			slices.SortStableFunc(reason.Causes, func(a, b *Cause) int {
				if a.Logged != b.Logged {
					return b.Logged - a.Logged
				}
				return strings.Compare(string(a.Cause), string(b.Cause))
			})
		}
	}
}

// Requests is how many requests were counted, and how many of them were, or would have
// been, refused.
func (r *Report) Requests() (all, refused int) {
	for _, route := range r.Routes {
		all += route.Requests
		refused += route.Refused + route.Observed
	}
	return all, refused
}
