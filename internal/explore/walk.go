package explore

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/callgate/callgate/carrier"
	"github.com/callgate/callgate/ivr"
)

// Walk is one call of an exploration. It stands for everything round the flow: the
// caller, the clock, other people, look-ups.
type Walk struct {
	explorer *explorer
	route
	taken  []string // decisions made
	start  time.Time
	visits map[string]int
	last   map[string]string

	mu      sync.Mutex
	call    *carrier.Call
	answers []ivr.Answer
	node    string // the node that waits
	lookups map[string]string
	rescues []string
	nobody  map[string]bool // queues and conferences in which nobody comes
}

// Now is the time of day on the call's own clock.
func (w *Walk) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.call == nil {
		return w.start
	}
	return w.start.Add(w.call.Now())
}

func (w *Walk) set(call *carrier.Call) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.call = call
}

// Observe takes each step of the flow.
func (w *Walk) Observe(_ string, a ivr.Answer) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answers = append(w.answers, ivr.Answer{Node: a.Node, Language: a.Language, Trail: a.Trail, Missed: a.Missed})
	if a.Node != "" {
		w.node = a.Node
	}
}

// Rescued notes that the gate had to rescue the caller.
func (w *Walk) Rescued(why string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rescues = append(w.rescues, why)
}

// Put takes bookings and voicemails, and forgets them. Some get lost, as on a disk
// that is full.
func (w *Walk) Put(string, any) error {
	if w.decide("keep", []string{"it is kept", "it is lost"}) == "it is lost" {
		return errors.New("it is lost")
	}
	return nil
}

// Do brings a look-up to the result that is decided for it.
func (w *Walk) Do(_ context.Context, q *ivr.Lookup) (ivr.Result, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	reply, ok := w.lookups[q.Key] // a repeated request is the same look-up
	if !ok {
		options := w.explorer.choices.lookups[q.Node]
		if len(options) == 0 {
			options = []string{"timeout"}
		}
		reply = w.decideAt(q.Node, "look-up", options)
		w.lookups[q.Key] = reply
	}
	status, body, _ := strings.Cut(reply, " ")
	n, err := strconv.Atoi(status)
	if err != nil {
		return ivr.Result{Key: q.Key, Outcome: ivr.TimedOut}, errors.New("the look-up took too long")
	}
	return ivr.Result{Key: q.Key, Status: n, Body: []byte(body)}, nil
}

// decide decides at the node that waits.
func (w *Walk) decide(kind string, options []string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.decideAt(w.node, kind, options)
}

func (w *Walk) decideAt(node, kind string, options []string) string {
	key := node + "\x00" + kind
	p := place{node: node, kind: kind, nth: min(w.visits[key], maxVisits)}
	if w.explorer.choices.staged[node] {
		p.last = w.last[key]
	}
	w.visits[key]++
	choice := options[0]
	if len(w.taken) < w.explorer.options.Decisions {
		choice = w.explorer.option(w, p, options)
	}
	w.taken = append(w.taken, choice)
	w.last[key] = choice
	return choice
}

// startTime decides when the call begins.
func (w *Walk) startTime() time.Time {
	var labels []string
	for _, t := range w.explorer.choices.starts {
		labels = append(labels, t.Format(time.RFC3339))
	}
	choice := w.decide("start", labels)
	for i, l := range labels {
		if l == choice {
			return w.explorer.choices.starts[i]
		}
	}
	return w.start
}

// walk makes the call to its end.
func (w *Walk) walk(call *carrier.Call) error {
	for {
		if _, over := call.End(); over {
			_, err := call.Finish()
			return err
		}
		if effect, ok := w.undecided(call); ok {
			if err := w.others(call, effect); err != nil {
				return err
			}
			continue
		}
		if l := call.Listening(); call.Waits() || l.InQueue && l.Quiet {
			if err := w.caller(call); err != nil {
				return err
			}
			continue
		}
		at, ok := call.Next()
		if !ok {
			return nil
		}
		if _, err := call.Step(at); err != nil {
			return err
		}
	}
}

// undecided is the first thing that others have to decide.
func (w *Walk) undecided(call *carrier.Call) (carrier.Effect, bool) {
	for _, e := range call.Undecided() {
		if q, ok := e.(carrier.Queued); ok && w.nobody[q.Sid] {
			continue
		}
		return e, true
	}
	return nil, false
}

// caller lets the caller do something while the line waits.
func (w *Walk) caller(call *carrier.Call) error {
	if call.Listening().Voice {
		return w.record(call)
	}
	options := w.explorer.choices.inputs[w.waiting()]
	if len(options) == 0 {
		options = []string{silence, press + "1"}
	}
	choice := w.decide("input", options)
	switch {
	case strings.HasPrefix(choice, press):
		return w.press(call, choice[len(press):])
	case strings.HasPrefix(choice, speak):
		if call.Listening().Speech {
			return call.Say(choice[len(speak):])
		}
	}
	if call.Listening().InQueue {
		return w.wait(call)
	}
	return call.Silence()
}

// wait lets time pass until the line does something.
func (w *Walk) wait(call *carrier.Call) error {
	at, ok := call.Next()
	if !ok {
		return nil
	}
	_, err := call.Step(at)
	return err
}

// record lets the caller leave a message, or none.
func (w *Walk) record(call *carrier.Call) error {
	keys := call.Listening().FinishOnKey
	options := []string{"says nothing", "records a message", "hangs up while recording", "hangs up at the beep"}
	if keys != "" {
		options = append(options, "ends the recording at once")
	}
	switch w.decide("record", options) {
	case "records a message":
		return call.Record(5*time.Second, "silence")
	case "hangs up while recording":
		return call.Record(3*time.Second, "hangup")
	case "hangs up at the beep":
		return call.HangUp()
	case "ends the recording at once":
		return call.Do(carrier.Key{Key: keys[0]})
	}
	return call.Record(0, "silence")
}

func (w *Walk) waiting() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.node
}

// press presses keys as long as the same question takes them.
func (w *Walk) press(call *carrier.Call, keys string) error {
	for i := range len(keys) {
		if l := call.Listening(); !l.Quiet || !l.Keys {
			return nil
		}
		if err := call.Do(carrier.Key{Key: keys[i]}); err != nil {
			return err
		}
		if strings.IndexByte("#*", keys[i]) >= 0 {
			break
		}
	}
	return nil
}

// others lets other people and machines do something.
func (w *Walk) others(call *carrier.Call, e carrier.Effect) error {
	switch e := e.(type) {
	case carrier.LegStarted:
		return call.Do(carrier.CalleeDoes{Leg: e.Leg, Callee: w.callee()})
	case carrier.Queued:
		return w.queue(call, e)
	}
	call.Decide()
	return nil
}

func (w *Walk) callee() carrier.Callee {
	options := w.explorer.choices.dials[w.waiting()]
	if len(options) == 0 {
		options = []string{"answers", "does not answer"}
	}
	choice := w.decide("dial", options)
	c := carrier.Callee{Ring: 2 * time.Second, Talk: 10 * time.Second}
	switch {
	case choice == "is busy":
		c.Does = carrier.Busy
	case choice == "does not answer":
		c.Does = carrier.NoAnswer
	case choice == "cannot be reached":
		c.Does = carrier.Fails
	case strings.HasPrefix(choice, "accepts "):
		c.Keys = choice[len("accepts "):]
	}
	return c
}

func (w *Walk) queue(call *carrier.Call, e carrier.Queued) error {
	switch w.decide("queue", []string{"nobody comes", "somebody comes", "the queue is full", "the queue fails"}) {
	case "somebody comes":
		return call.Do(carrier.QueueDoes{Queue: carrier.Queue{Wait: 30 * time.Second, Talk: 10 * time.Second}})
	case "the queue is full":
		return call.Do(carrier.QueueDoes{Queue: carrier.Queue{Result: "queue-full"}})
	case "the queue fails":
		return call.Do(carrier.QueueDoes{Queue: carrier.Queue{Result: "system-error", Wait: time.Second}})
	}
	if w.nobody == nil {
		w.nobody = map[string]bool{}
	}
	w.nobody[e.Sid] = true
	return nil
}

// finding makes a finding of this call.
func (w *Walk) finding(call *carrier.Call, rule, format string, args ...any) {
	w.explorer.find(Finding{Rule: rule, Text: fmt.Sprintf(format, args...), Way: w.taken, Log: call.Log(), Start: w.start})
}
