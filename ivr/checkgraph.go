package ivr

import (
	"fmt"
	"slices"
)

// maxPlaces bounds the expanded graph. Subflows that call subflows several times
// multiply; real lines have a few hundred places.
const maxPlaces = 200_000

// place is a node as a call can be at it: with the Calls that led to its subflow.
// The same subflow called from two nodes is two sets of places, so that returning
// to the wrong one is not among the ways of a call.
type place struct {
	node   target
	stack  int // into graph.stacks; 0 is the main flow
	parent int // the place before, on a shortest way; -1 for the start
	via    *exit
	edges  []edge
}

// edge is a way from one place to the next.
type edge struct {
	exit *exit
	to   int // a place, or end
	call bool
}

// end is where a call ends.
const end = -1

// graph is all places of a program in the order of their distance from the start.
type graph struct {
	p      *Program
	places []place
	stacks []stackOf
	index  map[placeKey]int
}

type placeKey struct {
	node  target
	stack int
}

// stackOf is a Call on top of another stack.
type stackOf struct {
	below int
	call  target
}

// expand walks from the start along every exit, breadth first.
func expand(p *Program) (*graph, bool) {
	g := &graph{p: p, index: map[placeKey]int{}, stacks: []stackOf{{}}}
	stackIndex := map[stackOf]int{}
	g.place(p.scopes[0].start, 0, -1, nil)
	for i := 0; i < len(g.places); i++ {
		if len(g.places) > maxPlaces {
			return nil, false
		}
		at := g.places[i]
		n := &p.nodes[at.node]
		if call, ok := n.do.(*callStepper); ok {
			key := stackOf{at.stack, at.node}
			stack, known := stackIndex[key]
			if !known {
				stack = len(g.stacks)
				stackIndex[key] = stack
				g.stacks = append(g.stacks, key)
			}
			to := g.place(p.scopes[call.scope].start, stack, i, &n.exits[0])
			g.places[i].edges = append(g.places[i].edges, edge{exit: &n.exits[0], to: to, call: true})
			continue
		}
		for j := range n.exits {
			e := &n.exits[j]
			g.places[i].edges = append(g.places[i].edges, edge{exit: e, to: g.follow(i, e.to, e)})
		}
	}
	return g, true
}

// follow returns the place that an exit of place i leads to.
func (g *graph) follow(i int, to target, e *exit) int {
	stack := g.places[i].stack
	for to == toReturn {
		top := g.stacks[stack]
		stack, to = top.below, g.p.nodes[top.call].do.(*callStepper).to
	}
	if to == toEnd {
		return end
	}
	if g.p.nodes[to].scope == 0 {
		stack = 0
	}
	return g.place(to, stack, i, e)
}

func (g *graph) place(n target, stack, parent int, via *exit) int {
	key := placeKey{n, stack}
	if i, ok := g.index[key]; ok {
		return i
	}
	g.index[key] = len(g.places)
	g.places = append(g.places, place{node: n, stack: stack, parent: parent, via: via})
	return len(g.places) - 1
}

func (g *graph) node(i int) *node { return &g.p.nodes[g.places[i].node] }

// way is a shortest way from the start to a place.
func (g *graph) way(i int) []Transition {
	var ts []Transition
	for g.places[i].parent >= 0 {
		from := g.places[i].parent
		ts = append(ts, g.transition(from, g.places[i].via, i))
		i = from
	}
	slices.Reverse(ts)
	return ts
}

func (g *graph) transition(from int, e *exit, to int) Transition {
	t := Transition{From: g.node(from).name, Exit: e.label}
	if g.node(from).kind == KindCall {
		t.Exit = "call"
	}
	if to != end {
		t.To = g.node(to).name
	}
	return t
}

// path is a shortest way from one place to another along edges that ok lets pass,
// at least one of them; nil when there is none.
func (g *graph) path(from, to int, ok func(from int, e edge) bool) []Transition {
	type step struct {
		from int
		e    *exit
	}
	came := map[int]step{}
	queue := []int{from}
	for len(queue) > 0 {
		i := queue[0]
		queue = queue[1:]
		for _, e := range g.places[i].edges {
			if e.to == end || !ok(i, e) {
				continue
			}
			if _, seen := came[e.to]; seen {
				continue
			}
			came[e.to] = step{i, e.exit}
			if e.to == to {
				var ts []Transition
				for at := to; ; {
					s := came[at]
					ts = append(ts, g.transition(s.from, s.e, at))
					if at = s.from; at == from {
						slices.Reverse(ts)
						return ts
					}
				}
			}
			queue = append(queue, e.to)
		}
	}
	return nil
}

// reaching returns which places can come to one of the goals.
func (g *graph) reaching(goal func(i int) bool) []bool {
	back := make([][]int, len(g.places))
	reached := make([]bool, len(g.places))
	var queue []int
	for i := range g.places {
		if goal(i) {
			reached[i] = true
			queue = append(queue, i)
		}
		for _, e := range g.places[i].edges {
			if e.to != end {
				back[e.to] = append(back[e.to], i)
			}
		}
	}
	for len(queue) > 0 {
		i := queue[0]
		queue = queue[1:]
		for _, from := range back[i] {
			if !reached[from] {
				reached[from] = true
				queue = append(queue, from)
			}
		}
	}
	return reached
}

// components finds the strongly connected components along edges that ok lets pass
// (Tarjan's algorithm, without recursion), and returns the component of each place.
func (g *graph) components(ok func(e edge) bool) []int {
	const unseen = -1
	comp, low, order := make([]int, len(g.places)), make([]int, len(g.places)), make([]int, len(g.places))
	for i := range order {
		order[i], comp[i] = unseen, unseen
	}
	var stack []int
	counter, comps := 0, 0
	type frame struct{ at, edge int }
	for root := range g.places {
		if order[root] != unseen {
			continue
		}
		frames := []frame{{at: root}}
		for len(frames) > 0 {
			f := &frames[len(frames)-1]
			if f.edge == 0 {
				order[f.at], low[f.at] = counter, counter
				counter++
				stack = append(stack, f.at)
			}
			descended := false
			edges := g.places[f.at].edges
			for ; f.edge < len(edges); f.edge++ {
				e := edges[f.edge]
				if e.to == end || !ok(e) {
					continue
				}
				if order[e.to] == unseen {
					f.edge++
					frames = append(frames, frame{at: e.to})
					descended = true
					break
				}
				if comp[e.to] == unseen {
					low[f.at] = min(low[f.at], order[e.to])
				}
			}
			if descended {
				continue
			}
			if low[f.at] == order[f.at] {
				for {
					top := stack[len(stack)-1]
					stack = stack[:len(stack)-1]
					comp[top] = comps
					if top == f.at {
						break
					}
				}
				comps++
			}
			at := f.at
			if frames = frames[:len(frames)-1]; len(frames) > 0 {
				up := frames[len(frames)-1].at
				low[up] = min(low[up], low[at])
			}
		}
	}
	return comp
}

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
		return e.exit.bound == 0 && (e.exit.cause == rule.of || slices.Contains(rule.with, e.exit.cause) || e.call)
	}
	comp := k.g.components(ok)
	reported := map[int]bool{}
	for i := range k.g.places {
		for _, e := range k.g.places[i].edges {
			inside := e.to != end && comp[e.to] == comp[i] && ok(e)
			if !inside || rule.of != "" && (e.exit.cause != rule.of || k.dead[i]) {
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
