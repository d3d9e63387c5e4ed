package callscript

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/callgate/callgate/carrier"
)

// Expect is what must be true of a call that is over. What is not given is not
// looked at, with one exception: an error of the carrier's debugger that is not
// listed fails the case.
type Expect struct {
	// End is how the call ends, one of carrier's EndReasons; Status its CallStatus.
	End    string `yaml:"end"`
	Status string `yaml:"status"`
	// Heard must have been heard, in any order; NotHeard must not.
	Heard    []Hear `yaml:"heard"`
	NotHeard []Hear `yaml:"not_heard"`
	// Dialled must have been dialled, NotDialled must not.
	Dialled    []string `yaml:"dialled"`
	NotDialled []string `yaml:"not_dialled"`
	// Visited nodes of the flow, in this order with others between; NotVisited not.
	Visited    []string `yaml:"visited"`
	NotVisited []string `yaml:"not_visited"`
	// Rescued: the flow fails and the gate takes the caller to a person. A case that
	// does not say so fails when that happens.
	Rescued bool `yaml:"rescued"`
	// Errors and Warnings are all codes that the debugger says; an empty list is none.
	Errors   []int `yaml:"errors"`
	Warnings []int `yaml:"warnings"`
	// Requests bounds the webhooks that control the call, Lasts the length of the
	// call: "<=9", "<2m", "=3".
	Requests string `yaml:"requests"`
	Lasts    string `yaml:"lasts"`
}

// ends are the words for End.
var ends = []carrier.EndReason{
	carrier.EndHangup, carrier.EndDocument, carrier.EndTransfer, carrier.EndCallerHangup, carrier.EndRejected,
	carrier.EndApology, carrier.EndSpoken, carrier.EndTimeLimit, carrier.EndRunaway,
}

func (s *Suite) checkExpect(e *Expect, key string) []error {
	var faults []error
	bad := func(sub, problem string) { faults = append(faults, s.pos.Fault(key+"."+sub, problem)) }
	if e.End != "" && !slices.Contains(ends, carrier.EndReason(e.End)) {
		bad("end", fmt.Sprintf("%q is no end of a call: one of %v", e.End, ends))
	}
	if statuses := []string{"completed", "busy", "failed", "no-answer", "canceled"}; e.Status != "" && !slices.Contains(statuses, e.Status) {
		bad("status", fmt.Sprintf("%q is no status of a call that is over: one of %v", e.Status, statuses))
	}
	for sub, list := range map[string][]Hear{"heard": e.Heard, "not_heard": e.NotHeard} {
		for i := range list {
			if _, err := list[i].matcher(); err != nil {
				bad(fmt.Sprintf("%s[%d]", sub, i), err.Error())
			}
		}
	}
	if e.Requests != "" {
		if _, err := bounded(e.Requests, 0, strconv.Atoi); err != nil {
			bad("requests", err.Error())
		}
	}
	if e.Lasts != "" {
		if _, err := bounded(e.Lasts, 0, time.ParseDuration); err != nil {
			bad("lasts", err.Error())
		}
	}
	return faults
}

// bounded reports whether a value keeps to a bound such as "<=9".
func bounded[T int | time.Duration](bound string, value T, parse func(string) (T, error)) (bool, error) {
	i := 0
	for i < len(bound) && strings.IndexByte("<>=", bound[i]) >= 0 {
		i++
	}
	op := bound[:i]
	limit, err := parse(strings.TrimSpace(bound[i:]))
	if err != nil {
		return false, fmt.Errorf("%q: write a bound such as <=9", bound)
	}
	switch op {
	case "", "=":
		return value == limit, nil
	case "<":
		return value < limit, nil
	case "<=":
		return value <= limit, nil
	case ">":
		return value > limit, nil
	case ">=":
		return value >= limit, nil
	}
	return false, fmt.Errorf("%q: a bound begins with <, <=, =, >= or >", bound)
}

// compare returns what is not as expected.
func (e *Expect) compare(call *carrier.Call, visited []string) []string {
	var out []string
	bad := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	end, _ := call.End()
	if e.End != "" && e.End != string(end.Reason) {
		bad("the call ended with %s, want %s", end.Reason, e.End)
	}
	if e.Status != "" && e.Status != end.Status {
		bad("the call's status is %s, want %s", end.Status, e.Status)
	}
	out = append(out, e.compareHeard(call)...)
	dialled := dialledBy(call)
	for _, to := range e.Dialled {
		if !slices.Contains(dialled, to) {
			bad("%s was not dialled; dialled: %v", to, dialled)
		}
	}
	for _, to := range e.NotDialled {
		if slices.Contains(dialled, to) {
			bad("%s was dialled", to)
		}
	}
	out = append(out, e.compareVisited(visited)...)
	out = append(out, e.compareProblems(call)...)
	if n := webhooks(call); e.Requests != "" {
		if ok, _ := bounded(e.Requests, n, strconv.Atoi); !ok {
			bad("there were %d requests, want %s", n, e.Requests)
		}
	}
	if e.Lasts != "" {
		if ok, _ := bounded(e.Lasts, end.Lasted, time.ParseDuration); !ok {
			bad("the call lasted %v, want %s", end.Lasted, e.Lasts)
		}
	}
	return out
}

func (e *Expect) compareHeard(call *carrier.Call) []string {
	var out []string
	anyHeard := func(h *Hear) bool {
		match, _ := h.matcher() // checked
		for _, entry := range call.Log() {
			if entry.Heard != nil && entry.Leg == 0 && match(*entry.Heard) {
				return true
			}
		}
		return false
	}
	for i := range e.Heard {
		if !anyHeard(&e.Heard[i]) {
			out = append(out, "the caller did not hear "+e.Heard[i].String())
		}
	}
	for i := range e.NotHeard {
		if anyHeard(&e.NotHeard[i]) {
			out = append(out, "the caller heard "+e.NotHeard[i].String())
		}
	}
	return out
}

func (e *Expect) compareVisited(visited []string) []string {
	var out []string
	at := 0
	for _, want := range e.Visited {
		i := slices.Index(visited[at:], want)
		if i < 0 {
			out = append(out, fmt.Sprintf("node %s was not visited then; visited: %s", want, strings.Join(visited, " ")))
			break
		}
		at += i + 1
	}
	for _, not := range e.NotVisited {
		if slices.Contains(visited, not) {
			out = append(out, "node "+not+" was visited")
		}
	}
	return out
}

func (e *Expect) compareProblems(call *carrier.Call) []string {
	var out []string
	have := map[carrier.Severity][]int{}
	for _, p := range call.Problems() {
		have[p.Severity] = append(have[p.Severity], p.Code)
		if p.Severity == carrier.Error && !slices.Contains(e.Errors, p.Code) || p.Severity == carrier.Warning && e.Warnings != nil && !slices.Contains(e.Warnings, p.Code) {
			out = append(out, p.String())
		}
	}
	for severity, want := range map[carrier.Severity][]int{carrier.Error: e.Errors, carrier.Warning: e.Warnings} {
		for _, code := range want {
			if !slices.Contains(have[severity], code) {
				out = append(out, fmt.Sprintf("there was no %s %d", severity, code))
			}
		}
	}
	return out
}

func dialledBy(call *carrier.Call) []string {
	var out []string
	for _, e := range call.Log() {
		if e.Dialled != nil {
			out = append(out, e.Dialled.To)
		}
	}
	return out
}

// webhooks counts the requests that control the call.
func webhooks(call *carrier.Call) int {
	n := 0
	for _, x := range call.Exchanges() {
		if ControlsCall(x.For) {
			n++
		}
	}
	return n
}

// ControlsCall reports whether the answer to a request is a document that is run.
func ControlsCall(p carrier.Purpose) bool {
	return slices.Contains([]carrier.Purpose{carrier.ForVoice, carrier.ForAction, carrier.ForRedirect, carrier.ForFallback,
		carrier.ForWait, carrier.ForWhisper, carrier.ForRefer}, p)
}
