package ivr

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"

	"github.com/callgate/callgate/twiml"
)

// Limits of a transfer.
const (
	defaultRing      = 20 // seconds
	minRing, maxRing = 5, 120
	ringGrace        = 5  // seconds that the carrier adds to a timeout
	maxSimultaneous  = 10 // nouns of one Dial
	maxTargets       = 50 // rung one after another
	acceptTimeout    = 10 // seconds to press the accept key
)

// transferStepper is a compiled Transfer.
type transferStepper struct {
	targets  []callee
	strategy Strategy
	dial     twiml.Dial
	callerID *template
	whisper  *prompt
	accept   string
	answered target
	exits    map[outcome]target
}

// callee is a compiled Target.
type callee struct {
	kind    calleeKind
	address *template
}

type calleeKind uint8

const (
	numberCallee calleeKind = iota
	sipCallee
	clientCallee
)

// outcome is how a dialled call ended.
type outcome string

const (
	wasAnswered outcome = "answered"
	wasBusy     outcome = "busy"
	noAnswer    outcome = "no-answer"
	hasFailed   outcome = "failed"
	wasDeclined outcome = "declined"
)

func (t *Transfer) compile(c *nodeCompiler) stepper {
	out := &transferStepper{strategy: cmp.Or(t.Strategy, Sequential), accept: t.Accept}
	out.dial = twiml.Dial{
		Method:  twiml.POST,
		Timeout: c.seconds("timeout", t.Timeout, defaultRing, minRing, maxRing),
		Record:  t.Record,
	}
	most := maxTargets
	switch out.strategy {
	case Sequential, Shuffled:
	case All:
		most = maxSimultaneous
	default:
		c.fault(InvalidValue, "strategy", "%q is no strategy: write sequential, shuffled or all", t.Strategy)
	}
	if len(t.Targets) == 0 || len(t.Targets) > most {
		c.fault(InvalidValue, "targets", "there are from 1 to %d targets, here %d", most, len(t.Targets))
	}
	for i := range t.Targets {
		out.targets = append(out.targets, c.callee(fmt.Sprintf("targets.%d", i), &t.Targets[i]))
	}
	out.callerID = c.template("caller_id", t.CallerID, "be shown to the person who is called")
	c.whispering = true
	out.whisper = c.optionalPrompt("whisper", t.Whisper)
	c.whispering = false
	if t.Accept != "" && !isKey(t.Accept) {
		c.fault(InvalidValue, "accept", "%q is no key: write one of 0-9, * and #", t.Accept)
	}
	if t.Accept != "" && out.whisper == nil {
		c.fault(EmptyPrompt, "whisper", "the person who answers is not told to press %s: say it in whisper", t.Accept)
	}
	c.outcomes(t, out)
	return out
}

func (c *nodeCompiler) callee(field string, t *Target) callee {
	if count(t.Number != "", t.SIP != "", t.Client != "") != 1 {
		c.fault(InvalidValue, field, "a target is one of number, sip and client")
		return callee{address: &template{}}
	}
	out := callee{address: c.template(field, t.Number+t.SIP+t.Client, "be dialled")}
	static := !out.address.dynamic()
	switch {
	case t.Number != "":
		if static && !isE164(t.Number) {
			c.fault(InvalidValue, field+".number", "%q is no telephone number in E.164 form: write it like +15558675310", t.Number)
		}
	case t.SIP != "":
		out.kind = sipCallee
		if !strings.HasPrefix(t.SIP, "sip:") && !strings.HasPrefix(t.SIP, "sips:") {
			c.fault(InvalidValue, field+".sip", "%q is no SIP address: write it like sip:name@example.org", t.SIP)
		}
	default:
		out.kind = clientCallee
	}
	return out
}

func (c *nodeCompiler) outcomes(t *Transfer, out *transferStepper) {
	c.dialExits(t, out)
	rings := len(t.Targets)
	if out.strategy == All {
		rings = 1
	}
	whisper := longestOf(out.whisper) + acceptTimeout
	if out.whisper == nil {
		whisper = 0
	}
	k := cost{documents: rings, seconds: rings * (out.dial.Timeout + ringGrace + whisper)}
	for i := range c.node.exits {
		c.node.exits[i].cost = k
	}
}

func (c *nodeCompiler) dialExits(t *Transfer, out *transferStepper) {
	if t.Answered == "" {
		out.answered = toEnd
		c.ends(string(wasAnswered), ByOthers, cost{})
	} else {
		out.answered = c.exit("answered", string(wasAnswered), t.Answered, ByOthers)
	}
	otherwise, missing := nowhere, 0
	if t.Otherwise != "" {
		otherwise = c.lookup("otherwise", t.Otherwise)
	}
	out.exits = map[outcome]target{}
	for _, e := range []struct {
		is    outcome
		field string
		name  string
		cause Cause
	}{
		{wasBusy, "busy", t.Busy, ByOthers},
		{noAnswer, "no_answer", t.NoAnswer, ByOthers},
		{hasFailed, "failed", t.Failed, ByFailure},
		{wasDeclined, "declined", t.Declined, ByOthers},
	} {
		if e.cause == ByFailure {
			e.field, e.name = c.failing(e.field, e.name)
		}
		out.exits[e.is] = c.exitOr(e.field, string(e.is), e.name, e.cause, otherwise)
		if e.name == "" && t.Otherwise == "" {
			missing++
		}
	}
	if missing > 0 {
		c.fault(MissingExit, "otherwise", "callers whom nobody answers are led nowhere: name the next node in otherwise, or in each of busy, no_answer, failed and declined")
	}
}

func count(bs ...bool) int {
	n := 0
	for _, b := range bs {
		if b {
			n++
		}
	}
	return n
}

func (t *transferStepper) enter(r *run) move {
	if t.strategy == All {
		return t.dialAll(r)
	}
	return t.dialNext(r, hasFailed)
}

// dialNext rings the next target, or leaves by how the last one ended.
func (t *transferStepper) dialNext(r *run, last outcome) move {
	order := t.order(r)
	for int(r.s.count) < len(order) {
		noun := t.noun(r, &t.targets[order[r.s.count]])
		r.s.count++
		if noun != nil {
			return t.dialNouns(r, []twiml.Noun{noun})
		}
	}
	return r.take(t.exits[last], string(last))
}

func (t *transferStepper) dialAll(r *run) move {
	var nouns []twiml.Noun
	for i := range t.targets {
		if noun := t.noun(r, &t.targets[i]); noun != nil {
			nouns = append(nouns, noun)
		}
	}
	r.s.count = uint8(len(t.targets))
	if len(nouns) == 0 {
		return r.take(t.exits[hasFailed], string(hasFailed))
	}
	return t.dialNouns(r, nouns)
}

// order is in which order the targets ring. A shuffled one is drawn from the call's
// name, so that it is the same at every step of the call and on every machine.
func (t *transferStepper) order(r *run) []int {
	order := make([]int, len(t.targets))
	for i := range order {
		order[i] = i
	}
	if t.strategy == Shuffled {
		h := fnv.New64a()
		fmt.Fprintf(h, "%s %d", r.ev.CallSid, r.s.node)
		random := rand.New(rand.NewPCG(h.Sum64(), 0))
		random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	}
	return order
}

// noun makes the noun of a target. It is nil when there is no such number, and when
// the number is the line's own: it would call itself.
func (t *transferStepper) noun(r *run, c *callee) twiml.Noun {
	write := plain
	if c.kind == sipCallee {
		write = addressPart
	}
	address := strings.TrimSpace(c.address.fill(r, write))
	switch {
	case address == "":
		return nil
	case c.kind == sipCallee:
		return &twiml.Sip{URI: address}
	case c.kind == clientCallee:
		return &twiml.Client{Name: address}
	case !isE164(address) || r.p.numbers[address] || address == r.param("To"):
		return nil
	}
	return &twiml.Number{Number: address}
}

// addressPart writes a value into a SIP address, to which it can add neither headers
// nor parameters.
func addressPart(b *strings.Builder, value string) {
	for i := range len(value) {
		switch c := value[i]; {
		case c == '.' || c == '+':
			b.WriteByte(c)
		default:
			escaped(b, value[i:i+1])
		}
	}
}

func (t *transferStepper) dialNouns(r *run, nouns []twiml.Noun) move {
	dial := t.dial
	dial.CallerID, dial.Nouns = t.callerID.fill(r, plain), nouns
	whisper := ""
	if t.whisper != nil {
		if r.p.caller >= 0 {
			// On the other call From is the number that is shown there.
			r.set(r.p.caller, r.value(ref{fact: factFrom}))
		}
		leg := r.s
		leg.parent = r.ev.CallSid
		sealed, ok := r.seal(&leg, legContext)
		if !ok {
			return move{to: broken}
		}
		whisper = r.url(Whisper, sealed)
	}
	for _, noun := range nouns {
		setWhisper(noun, whisper)
	}
	return r.wait(func(token string) []twiml.Verb {
		dial.Action = r.url(Dialled, token)
		return []twiml.Verb{&dial}
	})
}

func setWhisper(noun twiml.Noun, url string) {
	if url == "" {
		return
	}
	switch n := noun.(type) {
	case *twiml.Number:
		n.URL, n.Method = url, twiml.POST
	case *twiml.Sip:
		n.URL, n.Method = url, twiml.POST
	case *twiml.Client:
		n.URL, n.Method = url, twiml.POST
	}
}

func (t *transferStepper) resume(r *run) move {
	if r.ev.Kind != Dialled {
		return r.misplaced()
	}
	switch is := t.outcome(r); {
	case is == wasAnswered:
		return r.take(t.answered, string(is))
	case t.strategy == All:
		return r.take(t.exits[is], string(is))
	default:
		return t.dialNext(r, is)
	}
}

// outcome reads how a dialled call ended. "completed" is also said of a call that
// the whisper hung up; DialBridged tells whether there was a conversation. Carriers
// that do not send it have only the former.
func (t *transferStepper) outcome(r *run) outcome {
	switch r.param("DialCallStatus") {
	case "completed", "answered":
		if strings.EqualFold(r.param("DialBridged"), "false") {
			return wasDeclined
		}
		return wasAnswered
	case "busy":
		return wasBusy
	case "no-answer", "canceled":
		return noAnswer
	}
	return hasFailed
}

// aside answers the call of a dialled person.
func (t *transferStepper) aside(r *run) {
	switch {
	case r.ev.Kind == Accept && r.param("Digits") == t.accept:
		r.doc = twiml.New() // the end of this document connects the two
	case r.ev.Kind == Accept:
		r.doc = twiml.New(&twiml.Hangup{})
	case r.ev.Kind == Whisper && t.accept == "":
		r.say(t.whisper)
		r.doc = r.document()
	case r.ev.Kind == Whisper:
		sealed, ok := r.seal(&r.s, legContext)
		if !ok {
			return
		}
		g := keyGather(acceptTimeout)
		g.Action, g.Method, g.Prompts = r.url(Accept, sealed), twiml.POST, r.audio(t.whisper)
		r.doc = twiml.New(&g, &twiml.Hangup{}) // without the key the call is not taken
	default:
		r.fail(&StateError{Misplaced})
	}
}
