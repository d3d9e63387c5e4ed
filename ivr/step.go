package ivr

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/callgate/callgate/ivr/expr"
	"github.com/callgate/callgate/twiml"
)

// Limits of a running call.
const (
	// maxHops bounds the nodes that one step goes through. Only a circle that Check
	// reports as EndlessLoop comes here.
	maxHops = 1000
	// graceSteps is how many steps a call has after MaxSteps, for what Exhausted does.
	graceSteps = 20
	// maxBack is how many questions the caller can go back.
	maxBack = 8
)

// Answer is what a step comes to.
type Answer struct {
	// Document is the answer to the webhook. It is nil when Pending, and for a status
	// callback, whose answer is a bare status.
	Document *twiml.Response
	asking   *gathering // that the document is, if it is a question
	// Pending: the effects, all of which need a result, must be done first. Do them, put
	// their results into the event and make the same step again, with the same state.
	Pending bool
	// Effects are to be done, each once a key. When not Pending they need no result.
	Effects []Effect
	// State is the one after the step, as it is sealed in the document's URLs.
	State State
	// Node is the qualified name of the node that waits; empty when the call ends here.
	Node string
	// Language is the carrier's name of the language that is spoken, "en-US".
	Language string
	// Trail are the moves that were made, in order.
	Trail []Transition
	// Failures are errors of custom nodes that led to another node; see Custom.Error. They
	// are there also when the step failed afterwards.
	Failures []*StepError
	// Missed is BySilence or ByWrong when the caller gave no answer, or none that was
	// understood, to the question of the node that Trail begins at, or that waits.
	Missed Cause
	// Tags are those of the nodes that the call came to, in order.
	Tags []string
	// Sensitive: what the caller enters at Node must not be shown or kept; see
	// Node.Sensitive.
	Sensitive bool
}

// AppendDocument appends the document to dst as bytes, the same that Document.AppendTo
// appends. It is faster where a question reads the same in each call but for its URLs.
// Whoever has changed what Document points to uses that.
func (a *Answer) AppendDocument(dst []byte) ([]byte, error) {
	switch {
	case a.Document == nil:
		return dst, errNoDocument
	case a.asking != nil && a.Document == &a.asking.doc:
		return a.asking.appendTo(dst)
	}
	return a.Document.AppendTo(dst)
}

var errNoDocument = errors.New("ivr: the answer has no document: it is pending, or a status callback's")

// StepError is a failure inside of a step. The caller is still on the line and must
// be rescued.
type StepError struct {
	Node string // the qualified name
	Err  error
	// Trail are the moves that were made before it, in order.
	Trail []Transition
}

// Error names the node and the cause.
func (e *StepError) Error() string { return fmt.Sprintf("ivr: node %s: %v", e.Node, e.Err) }

// Unwrap returns the cause.
func (e *StepError) Unwrap() error { return e.Err }

// DeniedError says that a call came to a node whose permission it was not granted. It is
// the cause of a *StepError.
type DeniedError struct{ Permission string }

// Error names the permission.
func (e *DeniedError) Error() string { return "the call lacks the permission " + e.Permission }

// move is where a call goes next.
type move struct {
	to   target
	exit string
}

// Moves that go to no node.
const (
	stay   target = -4 // the document is complete, the node waits
	blocks target = -5 // results of effects are missing
	broken target = -6 // r.err says why
)

// run is one step in the making.
type run struct {
	p        *Program
	site     *Site
	ev       *Event
	s        State
	owned    bool // the step has its own copy of s.vars
	said     []spoken
	doc      *twiml.Response
	asking   *gathering
	effects  []Effect // that need no result
	needs    []Effect // whose results are missing
	nth      uint64   // effects with a key so far
	trail    []Transition
	missed   Cause
	tags     []string
	failures []*StepError
	err      error
}

// Step answers one webhook. It is pure: the answer depends on its arguments alone,
// so that the same webhook gets the same bytes from every machine of a fleet.
//
// The state is what Sealer.Open returned, or the zero State for an event of the
// kind Start. A *StateError says that state and event do not belong to the program,
// see Restart; a *StepError that the flow failed.
func (p *Program) Step(site *Site, s State, ev *Event) (Answer, error) {
	if ev.Kind == Start {
		return p.begin(site, ev, nil)
	}
	if err := p.accepts(&s); err != nil {
		return Answer{}, err
	}
	r := &run{p: p, site: site, ev: ev, s: s}
	n := &p.nodes[s.node]
	switch {
	case ev.Kind == Waiting, ev.Kind == WaitKey, ev.Kind.onLeg(), ev.Kind == Saved:
		return r.aside(n)
	case hasEnded(ev) && ev.Kind != Recorded:
		return r.ended()
	}
	return r.finish(r.walk(n.do.resume(r)))
}

// Restart answers a webhook whose state is lost: the line begins again, with the
// flow's Lost in front.
func (p *Program) Restart(site *Site, ev *Event) (Answer, error) {
	switch ev.Kind {
	case Waiting, WaitKey:
		// Only what may stand in a waiting document. The call goes on after the Enqueue,
		// whose state is lost as well, and begins again there.
		return Answer{Document: twiml.New(&twiml.Leave{})}, nil
	case Whisper, Accept:
		return Answer{Document: twiml.New()}, nil // connects without a question
	case Saved:
		return Answer{}, nil
	}
	if hasEnded(ev) {
		return Answer{Document: twiml.New(&twiml.Hangup{})}, nil
	}
	return p.begin(site, ev, p.lost)
}

func (p *Program) begin(site *Site, ev *Event, first *prompt) (Answer, error) {
	r := &run{p: p, site: site, ev: ev, s: State{version: p.version, began: hours(ev.Now)}}
	r.s.vars = p.scopes[0].presets
	if i, ok := p.languageIndex(ev.Remembered); ok {
		r.s.lang = i
	}
	r.say(first)
	return r.finish(r.walk(move{to: p.scopes[0].start}))
}

// accepts checks that a state can be one of this program.
func (p *Program) accepts(s *State) error {
	if s.version != p.version {
		return &StateError{OtherVersion}
	}
	bad := s.node < 0 || int(s.node) >= len(p.nodes) || int(s.lang) >= len(p.languages)
	for _, t := range s.stack {
		bad = bad || t < 0 || int(t) >= len(p.nodes) || p.nodes[t].kind != KindCall
	}
	for _, t := range s.history {
		bad = bad || t < 0 || int(t) >= len(p.nodes)
	}
	for i := range s.vars {
		bad = bad || s.vars[i].slot >= len(p.vars)
	}
	if bad {
		return &StateError{Unreadable}
	}
	return nil
}

// hasEnded reports whether the caller is gone.
func hasEnded(ev *Event) bool {
	switch ev.Params.Get("CallStatus") {
	case "completed", "busy", "failed", "no-answer", "canceled":
		return true
	}
	return false
}

func (r *run) ended() (Answer, error) {
	return r.answer(twiml.New(&twiml.Hangup{}), ""), nil
}

// walk goes from node to node until one waits or the call ends.
func (r *run) walk(m move) target {
	for hops := 0; m.to >= 0 || m.to == toReturn; hops++ {
		if hops > maxHops {
			r.fail(fmt.Errorf("more than %d nodes in one step: a circle that asks the caller nothing", maxHops))
			return broken
		}
		if r.s.step >= uint64(r.p.maxSteps) && !r.s.capped {
			r.s.capped = true
			m = move{r.p.exhausted, "max_steps"}
		}
		if m.to == toReturn {
			m = r.leaveSubflow(m)
			continue
		}
		m = r.arrive(m)
	}
	return m.to
}

func (r *run) arrive(m move) move {
	if m.exit != "" {
		r.note(m.exit, r.p.nodes[m.to].name)
	}
	n := &r.p.nodes[m.to]
	r.unwind(n.scope)
	r.s.node = m.to
	r.s.phase, r.s.noInput, r.s.noMatch, r.s.count, r.s.lookup = 0, 0, 0, 0, lookupID{}
	r.tags = append(r.tags, n.tags...)
	if n.permission != "" && !slices.Contains(r.ev.Granted, n.permission) {
		r.fail(&DeniedError{n.permission})
		return move{to: broken}
	}
	return n.do.enter(r)
}

func (r *run) note(exit, to string) {
	if r.trail == nil {
		const usual = 4
		r.trail = make([]Transition, 0, usual)
	}
	r.trail = append(r.trail, Transition{From: r.p.nodes[r.s.node].name, Exit: exit, To: to})
}

// unwind leaves subflows for a node that a global key or default leads to in the
// main flow.
func (r *run) unwind(scope int) {
	if scope != 0 || len(r.s.stack) == 0 {
		return
	}
	for i := len(r.s.stack) - 1; i >= 0; i-- {
		call := r.p.nodes[r.s.stack[i]].do.(*callStepper)
		r.clear(r.p.scopes[call.scope].slots)
	}
	r.s.stack, r.s.history = nil, nil
}

// finish makes the answer of a step that walk has ended.
func (r *run) finish(t target) (Answer, error) {
	switch t {
	case blocks:
		return Answer{Pending: true, Effects: r.needs, Language: r.lang().locale}, nil
	case stay:
		return r.answer(r.doc, r.p.nodes[r.s.node].name), r.err
	case toEnd:
		if r.doc == nil {
			r.doc = r.document(&twiml.Hangup{})
		}
		return r.answer(r.doc, ""), nil
	case nowhere:
		r.fail(fmt.Errorf("there is no node to go to"))
	}
	if _, ok := r.err.(*StateError); ok {
		return Answer{}, r.err
	}
	return Answer{Failures: r.failures}, &StepError{Node: r.p.nodes[r.s.node].name, Err: r.err, Trail: r.trail}
}

func (r *run) answer(doc *twiml.Response, node string) Answer {
	return Answer{
		Document: doc, asking: r.asking, Effects: r.effects, State: r.s, Node: node,
		Language: r.lang().locale, Trail: r.trail, Missed: r.missed, Tags: r.tags, Failures: r.failures,
		Sensitive: node != "" && r.p.nodes[r.s.node].sensitive,
	}
}

// aside answers a webhook that does not move the call.
func (r *run) aside(n *node) (Answer, error) {
	do, ok := n.do.(interface{ aside(r *run) })
	if !ok {
		return Answer{}, &StateError{Misplaced}
	}
	do.aside(r)
	if r.err != nil {
		return r.finish(broken)
	}
	return r.answer(r.doc, n.name), nil
}

func (r *run) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

// misplaced is the move for an event that the node does not wait for.
func (r *run) misplaced() move {
	r.fail(&StateError{Misplaced})
	return move{to: broken}
}

// end ends the call. The exit is "" where nothing led there but the flow's end.
func (r *run) end(exit string) move {
	r.note(exit, "")
	return move{to: toEnd}
}

// take leaves by an exit; a target of toEnd ends the call.
func (r *run) take(to target, exit string) move {
	if to == toEnd {
		return r.end(exit)
	}
	return move{to, exit}
}

// lang returns the language that is spoken.
func (r *run) lang() *language { return &r.p.languages[r.s.lang] }

// param returns a parameter of the webhook.
func (r *run) param(name string) string { return r.ev.Params.Get(name) }

// number returns a parameter as a number; 0 when it is none.
func (r *run) number(name string) int {
	n, err := strconv.Atoi(r.param(name))
	if err != nil {
		return 0
	}
	return n
}

// value returns what a name stands for now.
func (r *run) value(x ref) expr.Value {
	switch x.fact {
	case noFact:
		return r.s.slot(x.slot)
	case factFrom:
		return expr.TextValue(clean(r.param("From"), maxFact))
	case factTo:
		return expr.TextValue(clean(r.param("To"), maxFact))
	case factSid:
		return expr.TextValue(clean(r.ev.CallSid, maxFact))
	case factLanguage:
		return expr.TextValue(r.lang().name)
	case factQueuePosition:
		return expr.NumberValue(float64(r.number("QueuePosition")))
	case factQueueSize:
		return expr.NumberValue(float64(r.number("CurrentQueueSize")))
	case factQueueWait:
		return expr.NumberValue(float64((r.number("AvgQueueTime") + 59) / 60))
	}
	return expr.Value{}
}

// eval evaluates an expression.
func (r *run) eval(c *computed) expr.Value {
	return c.expr.Eval(func(name string) expr.Value {
		x, ok := c.refs[name]
		if !ok {
			return expr.Value{}
		}
		return r.value(x)
	})
}

// set gives a variable a value. The state that the step began with keeps its own.
func (r *run) set(slot int, v expr.Value) {
	i, ok := findSlot(r.s.vars, slot)
	if ok && r.s.vars[i].value == v {
		return
	}
	if !r.owned {
		r.s.vars = append(make([]binding, 0, len(r.s.vars)+1), r.s.vars...)
		r.owned = true
	}
	switch {
	case !ok:
		r.s.vars = slices.Insert(r.s.vars, i, binding{slot, v})
	case v.Type() == 0:
		r.s.vars = slices.Delete(r.s.vars, i, i+1)
	default:
		r.s.vars[i].value = v
	}
}

// clear takes the values of variables away.
func (r *run) clear(slots []int) {
	for _, slot := range slots {
		if _, ok := findSlot(r.s.vars, slot); ok {
			r.set(slot, expr.Value{})
		}
	}
}
