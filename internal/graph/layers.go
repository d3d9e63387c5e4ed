package graph

import (
	"slices"
	"sort"
)

// The layout is that of Sugiyama, Tagawa and Toda (1981): put nodes into layers so that
// arrows lead down, order each layer so that few arrows cross, then choose places that keep
// arrows straight. Between two layers of nodes lies one of labels.

// item is a node in its layer, or a place where an arrow passes through one.
type item struct {
	node        int     // in the part's nodes; -1 for a passing arrow
	left, right float64 // what it needs on both sides of its x
	height      float64
	layer       int
	x           float64
	up, down    []int // the items that it is connected with
}

// part is the main flow or a subflow, laid out by itself.
type part struct {
	boxes  []box
	edges  [][2]int // by boxes
	labels []float64
	loops  []bool // edges from a box to itself
	items  []item
	layers [][]int // items, from left to right
	chains [][]int // the items of each edge, from top to bottom
	upward []bool  // edges whose arrow points up
	// The top and the height of each layer, when it has its place.
	tops, heights []float64
}

// arrange gives every item its layer and its x.
func (p *part) arrange() {
	rank := p.ranks()
	p.makeItems(rank)
	p.order()
	p.spread()
}

// ranks finds how far from the start each box is. Edges that close a circle are turned.
func (p *part) ranks() []int {
	const unseen, open, done = 0, 1, 2
	state := make([]int, len(p.boxes))
	p.upward = make([]bool, len(p.edges))
	out := make([][]int, len(p.boxes))
	for i, e := range p.edges {
		out[e[0]] = append(out[e[0]], i)
	}
	var finished []int
	var visit func(v int)
	visit = func(v int) {
		state[v] = open
		for _, i := range out[v] {
			switch to := p.edges[i][1]; {
			case state[to] == unseen:
				visit(to)
			case state[to] == open:
				p.upward[i] = true
			}
		}
		state[v] = done
		finished = append(finished, v)
	}
	for v := range p.boxes {
		if state[v] == unseen {
			visit(v)
		}
	}
	rank := make([]int, len(p.boxes))
	slices.Reverse(finished)
	p.settle(finished, rank)
	return rank
}

// settle pushes boxes down below those that lead to them, and then pulls those up that
// nothing leads to, next to what they lead to.
func (p *part) settle(inOrder, rank []int) {
	for _, v := range inOrder {
		for i := range p.edges {
			if upper, lower := p.ends(i); upper == v && !p.loops[i] {
				rank[lower] = max(rank[lower], rank[v]+1)
			}
		}
	}
	for _, v := range slices.Backward(inOrder) {
		nearest, entered := -1, false
		for i := range p.edges {
			upper, lower := p.ends(i)
			entered = entered || lower == v && !p.loops[i]
			if upper == v && !p.loops[i] && (nearest < 0 || rank[lower] < nearest) {
				nearest = rank[lower]
			}
		}
		if !entered && nearest > 0 {
			rank[v] = nearest - 1
		}
	}
}

// ends returns the boxes of an edge, the one that is to be above first.
func (p *part) ends(i int) (upper, lower int) {
	if p.upward[i] {
		return p.edges[i][1], p.edges[i][0]
	}
	return p.edges[i][0], p.edges[i][1]
}

// Room round arrows and labels.
const (
	arrowRoom   = 6
	labelGap    = 5
	labelHeight = 14
)

func (p *part) makeItems(rank []int) {
	for v := range p.boxes {
		p.items = append(p.items, item{node: v, left: p.boxes[v].w / 2, right: p.boxes[v].w / 2, height: p.boxes[v].h, layer: 2 * rank[v]})
	}
	p.chains = make([][]int, len(p.edges))
	for i := range p.edges {
		upper, lower := p.ends(i)
		if p.loops[i] {
			p.items[upper].right += loopWidth + p.labels[i]
			continue
		}
		first, last := 2*rank[upper]+1, 2*rank[lower]-1
		labelled := first
		if p.upward[i] {
			labelled = last // beside where the arrow begins
		}
		chain := []int{upper}
		for layer := first; layer <= last; layer++ {
			it := item{node: -1, left: arrowRoom, right: arrowRoom, layer: layer}
			if layer == labelled && p.labels[i] > 0 {
				it.right, it.height = p.labels[i]+2*labelGap, labelHeight
			}
			chain = append(chain, len(p.items))
			p.items = append(p.items, it)
		}
		p.chains[i] = append(chain, lower)
	}
	for _, chain := range p.chains {
		for k := 1; k < len(chain); k++ {
			p.items[chain[k-1]].down = append(p.items[chain[k-1]].down, chain[k])
			p.items[chain[k]].up = append(p.items[chain[k]].up, chain[k-1])
		}
	}
}

// sweeps is how often the layers are put in order; more than this changes little.
const sweeps = 24

// order sorts each layer by the middle of what its items are connected with, from top
// to bottom and back, and keeps the order with the fewest crossings.
func (p *part) order() {
	p.layers = nil
	for i := range p.items {
		for len(p.layers) <= p.items[i].layer {
			p.layers = append(p.layers, nil)
		}
		p.layers[p.items[i].layer] = append(p.layers[p.items[i].layer], i)
	}
	place := make([]float64, len(p.items))
	number := func() {
		for _, layer := range p.layers {
			for k, i := range layer {
				place[i] = float64(k)
			}
		}
	}
	number()
	best, fewest := p.copyLayers(), p.crossings(place)
	for sweep := range sweeps {
		for k := range p.layers {
			layer := p.layers[k]
			if sweep%2 == 1 {
				layer = p.layers[len(p.layers)-1-k]
			}
			p.sortLayer(layer, place, sweep%2 == 0)
		}
		if n := p.crossings(place); n < fewest {
			best, fewest = p.copyLayers(), n
		}
	}
	p.layers = best
}

func (p *part) sortLayer(layer []int, place []float64, down bool) {
	want := map[int]float64{}
	for _, i := range layer {
		near := p.items[i].up
		if !down {
			near = p.items[i].down
		}
		want[i] = place[i]
		if len(near) > 0 {
			sum := 0.0
			for _, j := range near {
				sum += place[j]
			}
			want[i] = sum / float64(len(near))
		}
	}
	sort.SliceStable(layer, func(a, b int) bool { return want[layer[a]] < want[layer[b]] })
	for k, i := range layer {
		place[i] = float64(k)
	}
}

func (p *part) copyLayers() [][]int {
	layers := make([][]int, len(p.layers))
	for i := range layers {
		layers[i] = slices.Clone(p.layers[i])
	}
	return layers
}

// crossings counts how often arrows cross between neighbouring layers.
func (p *part) crossings(place []float64) int {
	n := 0
	for _, layer := range p.layers {
		var ends []float64 // of the arrows from left to right
		for _, i := range layer {
			var own []float64
			for _, j := range p.items[i].down {
				own = append(own, place[j])
			}
			slices.Sort(own)
			ends = append(ends, own...)
		}
		n += inversions(ends)
	}
	return n
}

// inversions counts pairs in the wrong order, by sorting into a list.
func inversions(list []float64) int {
	n := 0
	var sorted []float64
	for _, x := range list {
		at := sort.Search(len(sorted), func(i int) bool { return sorted[i] > x })
		n += len(sorted) - at
		sorted = slices.Insert(sorted, at, x)
	}
	return n
}
