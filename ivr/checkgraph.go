package ivr

import (
	"fmt"
	"slices"
)

// checkReachable finds nodes without a place.
func (k *checker) checkReachable() {
	reached := make([]bool, len(k.p.nodes))
	scopes := make([]bool, len(k.p.scopes))
	for i := range k.g.places {
		n := k.g.places[i].node
		reached[n], scopes[k.p.nodes[n].scope] = true, true
	}
	for i := range k.p.nodes {
		n := &k.p.nodes[i]
		switch {
		case reached[i]:
		case !scopes[n.scope] && target(i) != k.p.scopes[n.scope].start:
		case !scopes[n.scope]:
			k.add(Finding{Rule: Unreachable, Severity: Warning, Node: n.name, Message: fmt.Sprintf("no call comes to the subflow %s: call it or take it out", k.p.scopes[n.scope].name)})
		default:
			k.add(Finding{Rule: Unreachable, Severity: Warning, Node: n.name, Message: fmt.Sprintf("no call comes to %s: lead an exit there or take it out", n.name)})
		}
	}
}

// checkDeadEnds finds places from which no call ends. One is reported for each way
// into such a region, and nothing else inside of it: whatever goes round there does
// so because there is no end. Endless loops were found before and say more.
func (k *checker) checkDeadEnds() {
	loops := k.g.reaching(func(i int) bool { return k.looping[i] })
	ends := k.g.reaching(func(i int) bool {
		return slices.ContainsFunc(k.g.places[i].edges, func(e edge) bool { return e.to == end })
	})
	for i := range k.g.places {
		parent := k.g.places[i].parent
		k.dead = append(k.dead, !ends[i])
		if ends[i] || loops[i] || parent >= 0 && !ends[parent] {
			continue
		}
		k.add(Finding{
			Rule: DeadEnd, Severity: Error, Node: k.g.node(i).name, Witness: k.g.way(i),
			Message: fmt.Sprintf("from %s no way leads to the end of the call: add an exit to a hangup, transfer or voicemail", k.g.node(i).name),
		})
	}
}

// loopRule is a kind of circle in which the caller does nothing that is understood.
type loopRule struct {
	rule    Rule
	of      Cause // at least one move of the circle is made for this reason; "" is any
	with    []Cause
	message string
}

// checkEndless finds circles that ask the caller nothing.
func (k *checker) checkEndless() {
	k.looping = make([]bool, len(k.g.places))
	k.checkLoops(loopRule{
		EndlessLoop, "", []Cause{ByFlow, ByOthers},
		"the call goes round %s and asks the caller nothing: go through a goto with max",
	})
}

// checkConvergence finds circles of callers who do not answer, or not right, and of
// failures.
func (k *checker) checkConvergence() {
	for _, rule := range []loopRule{
		{SilentCaller, BySilence, []Cause{ByFlow, ByOthers}, "a caller who says nothing goes round %s for ever: end it after some attempts"},
		{WrongCaller, ByWrong, []Cause{ByFlow, ByOthers}, "a caller who is never understood goes round %s for ever: end it after some attempts"},
		{FailingServices, ByFailure, []Cause{ByFlow, ByOthers, BySilence}, "when everything fails the call goes round %s for ever: let the last failure end it"},
	} {
		k.checkLoops(rule)
	}
}

// checkLoops reports one circle of each strongly connected component of the moves
// that a rule is about.
func (k *checker) checkLoops(rule loopRule) {
	ok := func(e edge) bool {
		return e.exit.bound == 0 && (e.call || e.exit.by(rule.of) || slices.ContainsFunc(rule.with, e.exit.by))
	}
	comp := k.g.components(ok)
	reported := map[int]bool{}
	for i := range k.g.places {
		for _, e := range k.g.places[i].edges {
			inside := e.to != end && comp[e.to] == comp[i] && ok(e)
			if !inside || rule.of != "" && (!e.exit.by(rule.of) || k.dead[i]) {
				continue
			}
			k.looping[i] = k.looping[i] || rule.of == ""
			if reported[comp[i]] {
				continue
			}
			reported[comp[i]] = true
			k.reportLoop(rule, i, e, func(from int, e edge) bool { return ok(e) && comp[from] == comp[i] })
		}
	}
}

// reportLoop reports the circle that begins with an edge of a place.
func (k *checker) reportLoop(rule loopRule, i int, first edge, ok func(int, edge) bool) {
	circle := []Transition{k.g.transition(i, first.exit, first.to)}
	if first.to != i {
		circle = append(circle, k.g.path(first.to, i, ok)...)
	}
	name := k.g.node(i).name
	k.add(Finding{
		Rule: rule.rule, Severity: Error, Node: name, Witness: append(k.g.way(i), circle...),
		Message: fmt.Sprintf(rule.message, name),
	})
}

// checkEscape finds questions after which, whatever the caller says, nobody is
// reached. One is reported for each way into such a region.
func (k *checker) checkEscape() {
	helped := k.g.reaching(func(i int) bool {
		if k.g.node(i).permission != "" {
			return true // who has it is helped, and who has not is rescued
		}
		switch k.g.node(i).kind {
		case KindTransfer, KindQueue, KindVoicemail, KindCallback, KindCustom:
			return true
		}
		return false
	})
	visit := make([]bool, len(k.g.places))
	for i := range k.g.places {
		parent := k.g.places[i].parent
		visit[i] = parent >= 0 && visit[parent]
		if helped[i] || !k.g.node(i).asks || visit[i] || k.dead[i] {
			continue
		}
		visit[i] = true
		k.add(Finding{
			Rule: NoEscape, Severity: Warning, Node: k.g.node(i).name, Witness: k.g.way(i),
			Message: fmt.Sprintf("from %s on nobody can be reached, not even a voicemail: add a global key operator, or a way to a person", k.g.node(i).name),
		})
	}
}

// checkReject finds rejections of calls that were answered before.
func (k *checker) checkReject() {
	type at struct {
		place    int
		answered bool
	}
	came := map[at]at{{0, false}: {-1, false}}
	via := map[at]*exit{}
	queue := []at{{0, false}}
	for len(queue) > 0 {
		here := queue[0]
		queue = queue[1:]
		n := k.g.node(here.place)
		if n.kind == KindReject && here.answered {
			var way []Transition
			for a := here; came[a].place >= 0; a = came[a] {
				way = append(way, k.g.transition(came[a].place, via[a], a.place))
			}
			slices.Reverse(way)
			k.add(Finding{
				Rule: LateReject, Severity: Error, Node: n.name, Witness: way,
				Message: "a call can be rejected only before anything is said: use hangup here, or decide earlier",
			})
		}
		for _, e := range k.g.places[here.place].edges {
			next := at{e.to, here.answered || answers(n)}
			if _, seen := came[next]; e.to != end && !seen {
				came[next], via[next] = here, e.exit
				queue = append(queue, next)
			}
		}
	}
}

// answers reports whether the carrier answers the call for what a node does.
func answers(n *node) bool {
	switch do := n.do.(type) {
	case *branchStepper, *setStepper, *callStepper, *gotoStepper, *hoursStepper, *rejectStepper:
		return false
	case *httpStepper:
		return do.filler != nil
	}
	return true
}
