package ivr

import (
	"fmt"
	"slices"
)

// slots is a set of variables.
type slots []uint64

func newSlots(n int) slots     { return make(slots, (n+63)/64) }
func (s slots) add(i int)      { s[i/64] |= 1 << (i % 64) }
func (s slots) remove(i int)   { s[i/64] &^= 1 << (i % 64) }
func (s slots) has(i int) bool { return s[i/64]&(1<<(i%64)) != 0 }

// keep removes what other has not and reports whether that changed anything.
func (s slots) keep(other slots) bool {
	changed := false
	for i := range s {
		if kept := s[i] & other[i]; kept != s[i] {
			s[i], changed = kept, true
		}
	}
	return changed
}

// checkAssigned finds variables that are read on some way before they are set: a
// forward data flow, in which a place has the variables that are set on all ways to it.
func (k *checker) checkAssigned() {
	n := len(k.p.vars)
	set := make([]slots, len(k.g.places))
	set[0] = newSlots(n)
	for _, b := range k.p.scopes[0].presets {
		set[0].add(b.slot)
	}
	after := newSlots(n)
	queue := []int{0}
	queued := make([]bool, len(k.g.places))
	for len(queue) > 0 {
		i := queue[0]
		queue = queue[1:]
		queued[i] = false
		for _, e := range k.g.places[i].edges {
			if e.to == end {
				continue
			}
			copy(after, set[i])
			k.through(i, e, after)
			switch {
			case set[e.to] == nil:
				set[e.to] = slices.Clone(after)
			case !set[e.to].keep(after):
				continue
			}
			if !queued[e.to] {
				queued[e.to] = true
				queue = append(queue, e.to)
			}
		}
	}
	for i := range k.g.places {
		for _, use := range k.g.node(i).reads {
			if !use.own && use.slot >= 0 && !set[i].has(use.slot) {
				k.reportUnset(i, use)
			}
		}
	}
}

// through changes a set as the move along an edge does.
func (k *checker) through(i int, e edge, set slots) {
	n := k.g.node(i)
	if call, ok := n.do.(*callStepper); ok {
		for _, b := range k.p.scopes[call.scope].presets {
			set.add(b.slot)
		}
		for _, in := range call.in {
			set.add(in.v.slot)
		}
		return
	}
	for _, slot := range e.exit.sets {
		set.add(slot)
	}
	stack := k.g.places[i].stack
	for to := e.exit.to; to == toReturn; {
		top := k.g.stacks[stack]
		call := k.p.nodes[top.call].do.(*callStepper)
		k.returns(call, set)
		stack, to = top.below, call.to
	}
	if k.p.nodes[k.g.places[e.to].node].scope == 0 {
		k.unwinds(stack, set)
	}
}

// returns hands outputs over and forgets the variables of the subflow.
func (k *checker) returns(call *callStepper, set slots) {
	for _, out := range call.out {
		if set.has(out.from) {
			set.add(out.to.slot)
		} else {
			set.remove(out.to.slot)
		}
	}
	for _, slot := range k.p.scopes[call.scope].slots {
		set.remove(slot)
	}
}

// unwinds forgets the variables of all subflows on a stack.
func (k *checker) unwinds(stack int, set slots) {
	for stack != 0 {
		top := k.g.stacks[stack]
		for _, slot := range k.p.scopes[k.p.nodes[top.call].do.(*callStepper).scope].slots {
			set.remove(slot)
		}
		stack = top.below
	}
}

// reportUnset reports a read with a shortest way on which the variable is not set.
func (k *checker) reportUnset(i int, u use) {
	n := k.g.node(i)
	k.add(Finding{
		Rule: UnsetVariable, Severity: Error, Node: n.name, Field: u.field, Witness: k.unsetWay(i, u.slot),
		Message: fmt.Sprintf("%s is read here, and on some way nothing has set it: give it a default, or set it before", k.p.vars[u.slot].Name),
	})
}

// unsetWay is a shortest way to a place on which a variable is not set.
func (k *checker) unsetWay(goal, slot int) []Transition {
	type at struct {
		place int
		set   bool
	}
	type step struct {
		from at
		exit *exit
		have slots // all variables that this way has set
	}
	have := newSlots(len(k.p.vars))
	for _, b := range k.p.scopes[0].presets {
		have.add(b.slot)
	}
	start := at{0, have.has(slot)}
	came := map[at]step{start: {have: have}}
	for queue := []at{start}; len(queue) > 0; queue = queue[1:] {
		here := queue[0]
		if here == (at{goal, false}) {
			var way []Transition
			for a := here; a != start; a = came[a].from {
				way = append(way, k.g.transition(came[a].from.place, came[a].exit, a.place))
			}
			slices.Reverse(way)
			return way
		}
		for _, e := range k.g.places[here.place].edges {
			if e.to == end {
				continue
			}
			after := slices.Clone(came[here].have)
			k.through(here.place, e, after)
			next := at{e.to, after.has(slot)}
			if _, seen := came[next]; !seen {
				came[next] = step{here, e.exit, after}
				queue = append(queue, next)
			}
		}
	}
	return k.g.way(goal)
}
