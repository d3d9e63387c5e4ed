package ivr

import (
	"errors"
	"fmt"
	"slices"

	"github.com/callgate/callgate/ivr/expr"
	"github.com/callgate/callgate/twiml"
)

// Custom is a node that is written in Go. What it does is up to its Behavior; what
// Check must know about it is said here.
type Custom struct {
	Behavior Behavior
	// Exits are its ways out, by the name that Behavior returns.
	Exits map[string]string
	// Error is the node after an error of Behavior, of whose visit nothing remains.
	// Default OnError of the node, or of the flow. Without any, the step fails, and the
	// caller must be rescued.
	Error string
	// Asks: it waits for the caller. It may do so Attempts times in a row (default that
	// of the flow); then the call goes to Exhausted (default that of the flow).
	Asks      bool
	Attempts  int
	Exhausted string
	// Seconds is how long one of its documents takes when the caller is silent.
	Seconds int
	// Reads are the variables that Visit.Get may be asked for, Writes those that it has
	// set whatever exit it takes.
	Reads, Writes []string
	// AllowSecret lets it read secret variables. What it writes is then secret too.
	AllowSecret bool
	// Version changes when Behavior does: calls in progress finish on the version
	// that they began with.
	Version string
}

// Behavior is what a custom node does. It must be pure, as Step is: everything that
// it knows comes from the Visit. It may be used by many calls at once.
type Behavior interface {
	// Visit is called when a call comes to the node, and again with each answer of the
	// caller. It returns the name of an exit, or "" after Visit.Ask or Visit.Need. An
	// error takes the call to Custom.Error, but for a *DeniedError, which denies it. It
	// is logged, and so must not quote what the caller entered.
	Visit(v *Visit) (exit string, err error)
}

// BehaviorFunc is a function as a Behavior.
type BehaviorFunc func(v *Visit) (exit string, err error)

// Visit calls f.
func (f BehaviorFunc) Visit(v *Visit) (string, error) { return f(v) }

// Visit is a call at a custom node. It must not be kept.
type Visit struct {
	r     *run
	c     *customStepper
	asked *twiml.Gather // with which it waits for the caller
	spent bool          // it would, and has waited as often as it may
	needs bool          // results of effects are missing
}

// customStepper is a compiled Custom.
type customStepper struct {
	behavior  Behavior
	exits     map[string]target
	asks      bool
	attempts  int
	exhausted target
	failed    target
	reads     map[string]*variable // writes included
	writes    map[string]*variable
}

func (k *Custom) compile(c *nodeCompiler) stepper {
	out := &customStepper{behavior: k.Behavior, exits: map[string]target{}, asks: k.Asks, reads: map[string]*variable{}, writes: map[string]*variable{}}
	if isNil(k.Behavior) {
		c.fault(InvalidValue, "behavior", "the node has no behavior")
	}
	for _, name := range sortedKeys(k.Exits) {
		out.exits[name] = c.exit("exits."+name, name, k.Exits[name], k.cause())
	}
	if len(k.Exits) == 0 {
		c.fault(MissingExit, "exits", "the node has no way out")
	}
	c.customVars(k, out)
	if _, ok := k.Exits[errorLabel]; ok {
		c.fault(InvalidValue, "exits."+errorLabel, "this is the exit for errors, which set no variables: name the node in error")
	}
	field, name := c.failing("error", k.Error)
	out.failed = c.exitOr(field, errorLabel, name, ByFailure, c.p.onError)
	if k.Asks {
		out.attempts = c.within("attempts", k.Attempts, c.defaultAttempts(), 1, maxAttempts)
		c.node.asks = true
		out.exhausted = c.exitOr("exhausted", "exhausted", k.Exhausted, BySilence, c.p.exhausted)
		c.at("exhausted").cost = cost{documents: out.attempts, seconds: out.attempts * k.Seconds}
		c.globalKeys(false, func(key string) bool { return true }) // the node decides what keys mean
	}
	return out
}

func (c *nodeCompiler) customVars(k *Custom, out *customStepper) {
	for i, name := range k.Reads {
		field := fmt.Sprintf("reads.%d", i)
		out.reads[name] = c.variable(field, name)
		c.reads(field, out.reads[name], false)
		if !k.AllowSecret {
			c.leaks(field, out.reads[name], "be read by a node that is written in Go; if this one may know it, set AllowSecret")
		}
	}
	for i, name := range k.Writes {
		v := c.variable(fmt.Sprintf("writes.%d", i), name)
		for _, from := range k.Reads {
			c.flows = append(c.flows, valueFlow{v, []*variable{out.reads[from]}})
		}
		out.reads[name], out.writes[name] = v, v
		for j := range c.node.exits {
			c.node.exits[j].sets = append(c.node.exits[j].sets, v.slot)
		}
	}
}

func (k *Custom) cause() Cause {
	if k.Asks {
		return ByCaller
	}
	return ByFlow
}

func (k *customStepper) enter(r *run) move { return k.visit(r) }

func (k *customStepper) resume(r *run) move {
	if r.ev.Kind != Input && r.ev.Kind != Silence {
		return r.misplaced()
	}
	return k.visit(r)
}

func (k *customStepper) visit(r *run) move {
	v := &Visit{r: r, c: k}
	before := *r
	r.owned = false // so that what it sets can be taken back
	exit, err := k.behavior.Visit(v)
	to, ok := k.exits[exit]
	switch {
	case r.err != nil:
	case err != nil && k.failed != nowhere && !isDenied(err):
		nth := r.nth
		*r = before
		r.nth = nth // the keys of its effects are not for others
		r.failures = append(r.failures, &StepError{Node: r.p.nodes[r.s.node].name, Err: err, Trail: r.trail})
		return r.take(k.failed, errorLabel)
	case err != nil:
		r.fail(err)
	case v.needs:
		return move{to: blocks}
	case exit == "" && v.spent:
		return r.take(k.exhausted, "exhausted")
	case exit == "" && v.asked != nil:
		r.s.count++
		return r.gather(v.asked, append(slices.Clip(r.audio()), v.asked.Prompts...))
	case exit == "":
		r.fail(errors.New("the behavior neither asked nor took an exit"))
	case !ok:
		r.fail(fmt.Errorf("the behavior took the exit %q, which the node does not have", exit))
	default:
		if k.asks {
			return r.chosen(to, exit)
		}
		return r.take(to, exit)
	}
	return move{to: broken}
}

func isDenied(err error) bool {
	var denied *DeniedError
	return errors.As(err, &denied)
}

// Event returns the event. Its Kind is Input or Silence when the caller was asked.
func (v *Visit) Event() *Event { return v.r.ev }

// First reports whether the call has just come to the node.
func (v *Visit) First() bool { return v.r.s.count == 0 }

// Language returns the name of the language that is spoken.
func (v *Visit) Language() string { return v.r.lang().name }

// Get returns a variable that is listed in Reads or Writes, or a fact such as
// call.from. Any other name fails the step: Check would not know of it.
func (v *Visit) Get(name string) expr.Value {
	if f, _ := facts(name); f != noFact {
		return v.r.value(ref{fact: f})
	}
	x := v.c.reads[name]
	if x == nil {
		v.r.fail(fmt.Errorf("the behavior read %q, which is not listed in reads", name))
		return expr.Value{}
	}
	return v.r.s.slot(x.slot)
}

// Set gives a variable that is listed in Writes a value of its type. Anything else
// fails the step.
func (v *Visit) Set(name string, value expr.Value) {
	x := v.c.writes[name]
	switch {
	case x == nil:
		v.r.fail(fmt.Errorf("the behavior set %q, which is not listed in writes", name))
	case value.Type() != x.Type:
		v.r.fail(fmt.Errorf("the behavior set %s, a %v, to a %v", name, x.Type, value.Type()))
	default:
		v.r.assign(x, value)
	}
}

// Say speaks before what follows, in the language and voice of the call.
func (v *Visit) Say(text string) {
	lang := v.r.lang()
	v.r.said = append(v.r.said, &twiml.Say{Text: clean(text, maxSpoken), Language: lang.locale, Voice: lang.voice})
}

// maxSpoken is how long a text of one Say is at most; see LongPrompt.
const maxSpoken = 3000

// Ask waits for the caller with a Gather; its action, method and the redirect for
// silence are filled in. What was said before goes into it. Visit must then return "".
func (v *Visit) Ask(g twiml.Gather) {
	switch {
	case !v.c.asks:
		v.r.fail(errors.New("the behavior asked, and the node says that it does not"))
	case int(v.r.s.count) >= v.c.attempts:
		v.spent = true
	default:
		v.asked = &g
	}
}

// Need returns the result of an effect. When there is none yet it returns false, and
// Visit must return "" at once: it is called again with the result.
func (v *Visit) Need(e Effect) (Result, bool) {
	result, ok := v.r.once(e)
	v.needs = v.needs || !ok
	return result, ok
}

// Key makes an idempotency key for an effect of this visit.
func (v *Visit) Key() string { return v.r.key(v.r.newID()) }
