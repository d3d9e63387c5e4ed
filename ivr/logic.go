package ivr

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/callgate/callgate/ivr/expr"
	"github.com/callgate/callgate/twiml"
)

// sayStepper is a compiled Say.
type sayStepper struct {
	prompt *prompt
	to     target
}

func (s *Say) compile(c *nodeCompiler) stepper {
	out := &sayStepper{c.prompt("prompt", s.Prompt), c.exit("to", "next", s.To, ByFlow)}
	c.at("next").cost.seconds = longestOf(out.prompt)
	return out
}

func (s *sayStepper) enter(r *run) move {
	r.say(s.prompt)
	if r.err != nil {
		return move{to: broken}
	}
	return r.take(s.to, "next")
}

func (s *sayStepper) resume(r *run) move { return r.misplaced() }

// branchStepper is a compiled Branch.
type branchStepper struct {
	cases []branchCase
	other target
}

type branchCase struct {
	when *computed
	choice
}

func (b *Branch) compile(c *nodeCompiler) stepper {
	out := &branchStepper{}
	for i, k := range b.Cases {
		field := fmt.Sprintf("cases.%d", i)
		label := cmp.Or(k.Label, fmt.Sprint(k.When))
		when := c.expression(field+".when", k.When, expr.Bool)
		out.cases = append(out.cases, branchCase{when, choice{c.exit(field+".to", label, k.To, ByFlow), label}})
	}
	out.other = c.exit("else", "else", b.Else, ByFlow)
	return out
}

func (b *branchStepper) enter(r *run) move {
	for i := range b.cases {
		if r.eval(b.cases[i].when).Bool() {
			return r.take(b.cases[i].to, b.cases[i].label)
		}
	}
	return r.take(b.other, "else")
}

func (b *branchStepper) resume(r *run) move { return r.misplaced() }

// setStepper is a compiled Set.
type setStepper struct {
	assign []assignment
	to     target
}

type assignment struct {
	v     *variable
	value *computed
}

func (s *Set) compile(c *nodeCompiler) stepper {
	out := &setStepper{to: c.exit("to", "next", s.To, ByFlow)}
	given := map[int]bool{}
	for i, a := range s.Assign {
		field := fmt.Sprintf("assign.%d", i)
		v := c.variable(field+".var", a.Var)
		before := len(c.node.reads)
		value := c.expression(field+".value", a.Value, v.Type)
		for j := before; j < len(c.node.reads); j++ {
			c.node.reads[j].own = given[c.node.reads[j].slot]
		}
		given[v.slot] = true
		c.flows = append(c.flows, valueFlow{v, value.vars})
		c.sets("next", v)
		out.assign = append(out.assign, assignment{v, value})
	}
	return out
}

func (s *setStepper) enter(r *run) move {
	for i := range s.assign {
		r.assign(s.assign[i].v, r.eval(s.assign[i].value))
	}
	return r.take(s.to, "next")
}

func (s *setStepper) resume(r *run) move { return r.misplaced() }

// assign gives a variable a value of its type; a text is cut to the variable's size.
func (r *run) assign(v *variable, value expr.Value) {
	if value.Type() == expr.Text {
		value = expr.TextValue(clean(value.Text(), v.Max))
	}
	r.set(v.slot, value)
}

// callStepper is a compiled Call.
type callStepper struct {
	scope int
	in    []assignment
	out   []handover
	to    target
}

// handover is a value that goes from one variable to another.
type handover struct {
	from int
	to   *variable
}

func (k *Call) compile(c *nodeCompiler) stepper {
	out := &callStepper{to: c.exit("to", "next", k.To, ByFlow)}
	scope, ok := c.subflows[k.Subflow]
	if !ok {
		msg := fmt.Sprintf("there is no subflow %q", k.Subflow)
		if near := nearest(k.Subflow, c.subflows); near != "" {
			msg += ": did you mean " + near + "?"
		}
		c.fault(UndefinedName, "subflow", "%s", msg)
		return out
	}
	out.scope = scope
	c.calls[c.index] = append(c.calls[c.index], scope)
	sub := c.p.scopes[scope]
	c.inputs(k, sub, out)
	for _, name := range sortedKeys(k.Out) {
		field := "out." + name
		from, isOutput := sub.vars[name], slices.Contains(sub.outputs, name)
		if from == nil || !isOutput {
			c.fault(UndefinedName, field, "%q is no output of the subflow %s", name, k.Subflow)
			continue
		}
		to := c.variable(field, k.Out[name], from.Type)
		c.flows = append(c.flows, valueFlow{to, []*variable{from}})
		c.sets("next", to)
		out.out = append(out.out, handover{from.slot, to})
	}
	return out
}

func (c *nodeCompiler) inputs(k *Call, sub *scope, out *callStepper) {
	for _, name := range sortedKeys(k.In) {
		field := "in." + name
		v := sub.vars[name]
		if v == nil || !slices.Contains(sub.inputs, name) {
			c.fault(UndefinedName, field, "%q is no input of the subflow %s", name, k.Subflow)
			continue
		}
		value := c.expression(field, k.In[name], v.Type)
		c.flows = append(c.flows, valueFlow{v, value.vars})
		out.in = append(out.in, assignment{v, value})
	}
	for _, name := range sub.inputs {
		if _, ok := k.In[name]; !ok {
			c.fault(InvalidValue, "in", "the subflow %s needs the input %s", k.Subflow, name)
		}
	}
}

func (k *callStepper) enter(r *run) move {
	values := make([]expr.Value, len(k.in))
	for i := range k.in {
		values[i] = r.eval(k.in[i].value)
	}
	sub := r.p.scopes[k.scope]
	r.s.stack = append(r.s.stack[:len(r.s.stack):len(r.s.stack)], r.s.node)
	r.s.history = nil // questions before the subflow cannot be gone back to from inside
	for _, b := range sub.presets {
		r.set(b.slot, b.value)
	}
	for i := range k.in {
		r.assign(k.in[i].v, values[i])
	}
	return move{sub.start, "call"}
}

func (k *callStepper) resume(r *run) move { return r.misplaced() }

// leaveSubflow goes on after the Call that is on top of the stack.
func (r *run) leaveSubflow(m move) move {
	r.note(m.exit, Return)
	if len(r.s.stack) == 0 {
		return r.misplaced()
	}
	top := len(r.s.stack) - 1
	at := r.s.stack[top]
	r.s.stack, r.s.history = r.s.stack[:top:top], nil
	k := r.p.nodes[at].do.(*callStepper)
	values := make([]expr.Value, len(k.out))
	for i := range k.out {
		values[i] = r.s.slot(k.out[i].from)
	}
	r.clear(r.p.scopes[k.scope].slots)
	for i := range k.out {
		r.assign(k.out[i].to, values[i])
	}
	r.s.node = at
	return r.take(k.to, "next")
}

// gotoStepper is a compiled Goto.
type gotoStepper struct {
	to, otherwise target
	max           int
	slot          int // of the count
}

func (g *Goto) compile(c *nodeCompiler) stepper {
	out := &gotoStepper{to: c.exit("to", "next", g.To, ByFlow), otherwise: nowhere}
	switch {
	case g.Max < 0 || g.Max > maxMaxSteps:
		c.fault(InvalidValue, "max", "%d is out of range: write a number from 1 to %d", g.Max, maxMaxSteps)
	case g.Max > 0:
		out.max = g.Max
		out.slot = c.hiddenSlot(expr.Number, 0)
		c.at("next").bound = g.Max
		out.otherwise = c.exit("otherwise", "otherwise", g.Otherwise, ByFlow)
	case g.Otherwise != "":
		c.fault(InvalidValue, "otherwise", "otherwise is for a goto with max")
	}
	return out
}

func (g *gotoStepper) enter(r *run) move {
	if g.max == 0 {
		return r.take(g.to, "next")
	}
	times := r.s.slot(g.slot).Number()
	if times >= float64(g.max) {
		return r.take(g.otherwise, "otherwise")
	}
	r.set(g.slot, expr.NumberValue(times+1))
	return r.take(g.to, "next")
}

func (g *gotoStepper) resume(r *run) move { return r.misplaced() }

// hangupStepper is a compiled Hangup.
type hangupStepper struct{ prompt *prompt }

func (h *Hangup) compile(c *nodeCompiler) stepper {
	out := &hangupStepper{c.optionalPrompt("prompt", h.Prompt)}
	c.ends("hangup", ByFlow, cost{seconds: longestOf(out.prompt)})
	return out
}

// ends adds an exit by which the call ends.
func (c *nodeCompiler) ends(label string, cause Cause, k cost) {
	c.node.exits = append(c.node.exits, exit{label: label, to: toEnd, cause: cause, cost: k})
}

func (h *hangupStepper) enter(r *run) move {
	r.say(h.prompt)
	if r.err != nil {
		return move{to: broken}
	}
	return r.end("hangup")
}

func (h *hangupStepper) resume(r *run) move { return r.misplaced() }

// rejectStepper is a compiled Reject.
type rejectStepper struct{ reason twiml.RejectReason }

func (j *Reject) compile(c *nodeCompiler) stepper {
	switch j.Reason {
	case "", twiml.Rejected, twiml.Busy:
	default:
		c.fault(InvalidValue, "reason", "%q is no reason: write rejected or busy", j.Reason)
	}
	c.ends("reject", ByFlow, cost{})
	return &rejectStepper{cmp.Or(j.Reason, twiml.Rejected)}
}

func (j *rejectStepper) enter(r *run) move {
	if r.s.step == 0 && len(r.said) == 0 {
		r.doc = twiml.New(&twiml.Reject{Reason: j.reason})
	}
	return r.end("reject") // otherwise it was answered, and is hung up
}

func (j *rejectStepper) resume(r *run) move { return r.misplaced() }
