package ivr

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/callgate/callgate/ivr/expr"
)

// nodeCompiler compiles one node. Its methods resolve what the node names, note
// what the checker needs, and report faults with the field that they are in.
type nodeCompiler struct {
	*compiler
	scope *scope
	index int // of the scope
	node  *node
	// queue and callback let texts use the facts of such a node.
	queue, callback bool
	// whispering: the text is spoken to somebody else than the caller.
	whispering bool
	// ownVar is a variable whose value the node has at hand in ownSlot.
	ownVar  *variable
	ownSlot int
	// onError is Node.OnError. fails: the node has an exit for failures; caught: that
	// exit is onError.
	onError       string
	fails, caught bool
}

func (c *nodeCompiler) fault(rule Rule, field, format string, args ...any) {
	c.compiler.fault(rule, c.node.name, field, format, args...)
}

func (c *nodeCompiler) within(field string, n, def, low, high int) int {
	return c.compiler.within(c.node.name, field, n, def, low, high)
}

func (c *nodeCompiler) seconds(field string, n, def, low, high int) int {
	return c.compiler.seconds(c.node.name, field, n, def, low, high)
}

func (c *nodeCompiler) share(field string, x float64) float64 {
	return c.compiler.share(c.node.name, field, x)
}

// exit adds an exit that must be there.
func (c *nodeCompiler) exit(field, label, name string, cause Cause) target {
	if name == "" {
		c.fault(MissingExit, field, "%s leads nowhere: name the next node", field)
		return nowhere
	}
	return c.exitOr(field, label, name, cause, nowhere)
}

// exitOr adds an exit that has a default.
func (c *nodeCompiler) exitOr(field, label, name string, cause Cause, def target) target {
	to := def
	if name != "" {
		to = c.lookup(field, name)
	}
	if to != nowhere {
		c.node.exits = append(c.node.exits, exit{label: label, to: to, cause: cause, global: name == ""})
	}
	return to
}

// lookup resolves the name of a node of this scope.
func (c *nodeCompiler) lookup(field, name string) target {
	if name == Return {
		if c.index == 0 {
			c.fault(UndefinedTarget, field, "the main flow has nothing to return to: name a node, such as a hangup")
		}
		return toReturn
	}
	t, ok := c.scope.nodes[name]
	if !ok {
		c.fault(UndefinedTarget, field, "%s", noNode(name, c.scope))
		return nowhere
	}
	return t
}

// errorLabel is that of the exit for failures.
const errorLabel = "error"

// errorExit adds the exit for failures, whose default is that of the node's OnError, and
// then that of the flow.
func (c *nodeCompiler) errorExit(field, name string) target {
	field, name = c.failing(field, name)
	to := c.exitOr(field, errorLabel, name, ByFailure, c.p.onError)
	if to == nowhere && name == "" {
		c.fault(MissingExit, field, "a failure leads nowhere: name a node here, or one for the whole flow in on_error")
	}
	return to
}

// failing returns the field that names where failures go, and the name in it: OnError
// stands in for an exit for failures that names none.
func (c *nodeCompiler) failing(field, name string) (string, string) {
	c.fails = true
	if name != "" || c.onError == "" {
		return field, name
	}
	c.caught = true
	return "on_error", c.onError
}

// checkOnError refuses an OnError that nothing would ever lead to.
func (c *nodeCompiler) checkOnError() {
	switch {
	case c.onError == "" || c.caught:
	case c.fails:
		c.fault(InvalidValue, "on_error", "the node says elsewhere where its failures go: keep one of the two")
	default:
		c.fault(InvalidValue, "on_error", "a %s does not fail: take on_error away, it belongs at nodes that look something up, transfer, queue or book a call back", c.node.kind)
	}
}

// hideEntry makes the node sensitive, and secret what it sets.
func (c *nodeCompiler) hideEntry() {
	// A Callback reads the number to the caller and hands it on: nothing of it is kept back.
	if !c.node.asks || c.node.kind == KindCallback {
		c.fault(InvalidValue, "sensitive", "a %s cannot be sensitive: it is for the answers at menu, collect and language", c.node.kind)
		return
	}
	c.node.sensitive = true
	switch do := c.node.do.(type) {
	case *collectStepper:
		do.into.enteredHere()
	case *customStepper:
		for _, v := range do.writes {
			v.enteredHere()
		}
	}
}

// at returns the exit that was added last under a label.
func (c *nodeCompiler) at(label string) *exit {
	for i := len(c.node.exits) - 1; i >= 0; i-- {
		if c.node.exits[i].label == label {
			return &c.node.exits[i]
		}
	}
	return &exit{} // it leads nowhere, which was reported
}

// sets notes that a variable has a value after an exit.
func (c *nodeCompiler) sets(label string, v *variable) {
	e := c.at(label)
	e.sets = append(e.sets, v.slot)
}

// variable finds a variable of this scope, of one of some types if any are given.
func (c *nodeCompiler) variable(field, name string, types ...expr.Type) *variable {
	v := c.scope.vars[name]
	if v == nil {
		c.fault(UndefinedName, field, "%s", c.noVariable(name))
		return &variable{slot: -1}
	}
	if len(types) > 0 && !slices.Contains(types, v.Type) {
		c.fault(TypeMismatch, field, "the variable %s is a %v, and here it must be a %s", name, v.Type, either(types))
	}
	return v
}

func either(types []expr.Type) string {
	words := make([]string, len(types))
	for i, t := range types {
		words[i] = t.String()
	}
	return strings.Join(words, " or ")
}

func (c *nodeCompiler) noVariable(name string) string {
	if near := nearest(name, c.scope.vars); near != "" {
		return fmt.Sprintf("there is no variable %q: did you mean %s?", name, near)
	}
	return fmt.Sprintf("there is no variable %q: declare it in vars", name)
}

// ref resolves a name in a text or expression.
func (c *nodeCompiler) ref(name string) (ref, expr.Type, *variable, bool) {
	if v := c.scope.vars[name]; v != nil {
		return ref{slot: v.slot}, v.Type, v, true
	}
	if name == callbackNumber && c.callback {
		return ref{slot: c.slotFor(&c.p.callback, maxE164)}, expr.Text, nil, true
	}
	f, t := facts(name)
	if f == factFrom && c.whispering {
		return ref{slot: c.slotFor(&c.p.caller, maxFact)}, t, nil, true
	}
	if f == noFact || f.ofQueue() && !c.queue {
		return ref{slot: -1}, 0, nil, false
	}
	return ref{fact: f}, t, nil, true
}

// reads notes that the node reads a variable. own: the node has set it before.
func (c *nodeCompiler) reads(field string, v *variable, own bool) {
	if v != nil {
		c.node.reads = append(c.node.reads, use{slot: v.slot, field: field, own: own})
	}
}

// computed is a compiled expression.
type computed struct {
	expr expr.Expr
	refs map[string]ref
	vars []*variable
}

// expression checks an expression, which must have a type if one is given.
func (c *nodeCompiler) expression(field string, x expr.Expr, want expr.Type) *computed {
	if isNil(x) {
		c.fault(InvalidValue, field, "an expression is missing")
		return &computed{expr: expr.Literal(expr.Value{})}
	}
	out := &computed{expr: x, refs: map[string]ref{}}
	got, err := x.Type(func(name string) (expr.Type, bool) {
		_, t, _, ok := c.ref(name)
		return t, ok
	})
	var unknown *expr.UnknownError
	switch {
	case errors.As(err, &unknown):
		c.fault(UndefinedName, field, "%s", c.noVariable(unknown.Name))
	case err != nil:
		c.fault(TypeMismatch, field, "%v", err)
	case want != 0 && got != want:
		c.fault(TypeMismatch, field, "the expression is a %v, and here it must be a %v", got, want)
	}
	for _, name := range x.Vars() {
		r, _, v, ok := c.ref(name)
		if !ok {
			continue
		}
		out.refs[name] = r
		if v != nil {
			out.vars = append(out.vars, v)
			c.reads(field, v, false)
		}
	}
	return out
}

// leaks notes that a value goes out, so it must not be secret.
func (c *nodeCompiler) leaks(field string, v *variable, what string) {
	if v != nil {
		c.sinks = append(c.sinks, sink{c.node.name, field, v, what})
	}
}

// isNil reports whether an interface holds nothing, or a nil pointer.
func isNil(x any) bool {
	if x == nil {
		return true
	}
	v := reflect.ValueOf(x)
	return v.Kind() == reflect.Pointer && v.IsNil()
}
