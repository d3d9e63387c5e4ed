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
	for queue := []int{from}; len(queue) > 0; queue = queue[1:] {
		for _, e := range g.places[queue[0]].edges {
			if _, seen := came[e.to]; !seen && e.to != end && ok(queue[0], e) {
				came[e.to] = step{queue[0], e.exit}
				queue = append(queue, e.to)
			}
		}
	}
	var ts []Transition
	for at, s := to, came[to]; s.e != nil; s = came[at] {
		ts = append(ts, g.transition(s.from, s.e, at))
		if at = s.from; at == from {
			break
		}
	}
	slices.Reverse(ts)
	return ts
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

// components finds the strongly connected components along edges that ok lets pass,
// and returns the component of each place.
func (g *graph) components(ok func(e edge) bool) []int {
	t := &tarjan{
		g: g, ok: ok, comp: make([]int, len(g.places)),
		order: make([]int, len(g.places)), low: make([]int, len(g.places)),
	}
	for i := range g.places {
		t.order[i], t.comp[i] = unseen, unseen
	}
	for i := range g.places {
		if t.order[i] == unseen {
			t.search(i)
		}
	}
	return t.comp
}

// tarjan is Tarjan's algorithm. Its depth-first search keeps its own stack: a flow
// can have ways of many thousands of nodes.
type tarjan struct {
	g          *graph
	ok         func(e edge) bool
	comp       []int // the result; unseen while a place is on open
	order, low []int
	open       []int // places whose component is not complete
	frames     []frame
	comps      int
	counter    int
}

const unseen = -1

// frame is a place in the search and the edge to look at next.
type frame struct{ at, edge int }

func (t *tarjan) enter(i int) {
	t.order[i], t.low[i] = t.counter, t.counter
	t.counter++
	t.open = append(t.open, i)
	t.frames = append(t.frames, frame{at: i})
}

func (t *tarjan) search(root int) {
	t.enter(root)
	for len(t.frames) > 0 {
		f := &t.frames[len(t.frames)-1]
		if next, ok := t.descend(f); ok {
			t.enter(next)
			continue
		}
		at := f.at
		t.close(at)
		if t.frames = t.frames[:len(t.frames)-1]; len(t.frames) > 0 {
			up := t.frames[len(t.frames)-1].at
			t.low[up] = min(t.low[up], t.low[at])
		}
	}
}

// descend looks at the remaining edges of a place up to one that leads to a new one.
func (t *tarjan) descend(f *frame) (int, bool) {
	edges := t.g.places[f.at].edges
	for f.edge < len(edges) {
		e := edges[f.edge]
		f.edge++
		switch {
		case e.to == end || !t.ok(e):
		case t.order[e.to] == unseen:
			return e.to, true
		case t.comp[e.to] == unseen:
			t.low[f.at] = min(t.low[f.at], t.order[e.to])
		}
	}
	return 0, false
}

// close takes the component of a place off the open ones, if the place began it.
func (t *tarjan) close(at int) {
	if t.low[at] != t.order[at] {
		return
	}
	for {
		top := t.open[len(t.open)-1]
		t.open = t.open[:len(t.open)-1]
		t.comp[top] = t.comps
		if top == at {
			break
		}
	}
	t.comps++
}
