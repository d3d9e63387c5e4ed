package ivr

import "slices"

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
