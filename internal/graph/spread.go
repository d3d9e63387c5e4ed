package graph

import (
	"math"
	"slices"
)

// gap is the least space between two items of a layer.
const gap = 16

// rounds is how often places are made better; more than this changes little.
const rounds = 120

// spread chooses the x of every item: as near as can be to what it is connected with,
// and clear of its neighbours in the layer.
func (p *part) spread() {
	for _, layer := range p.layers {
		x := 0.0
		for _, i := range layer {
			x += p.items[i].left
			p.items[i].x = x
			x += p.items[i].right + gap
		}
	}
	for round := range rounds {
		for k := range p.layers {
			layer := p.layers[k]
			if round%2 == 1 {
				layer = p.layers[len(p.layers)-1-k]
			}
			p.place(layer)
		}
	}
	for range 3 {
		for i := range p.chains {
			p.straighten(p.chains[i])
		}
	}
}

// snap is how near to upright, in pixels, makes an arrow upright.
const snap = 24

// straighten makes an arrow upright over as many layers as the neighbours leave room
// for: the eye follows one bend more easily than many.
func (p *part) straighten(chain []int) {
	for from := 1; from+1 < len(chain); {
		low, high, sum, to := math.Inf(-1), math.Inf(1), 0.0, from
		for ; to+1 < len(chain); to++ {
			l, h := p.room(chain[to])
			if l, h = max(low, l), min(high, h); l > h {
				break
			}
			low, high, sum = l, h, sum+p.items[chain[to]].x
		}
		if to == from { // rounding has left no room at all
			from++
			continue
		}
		x := min(max(sum/float64(to-from), low), high)
		for _, end := range []int{chain[0], chain[len(chain)-1]} {
			if at := p.items[end].x; math.Abs(at-x) < snap && low <= at && at <= high {
				x = at
			}
		}
		for ; from < to; from++ {
			p.items[chain[from]].x = x
		}
	}
}

// room is how far an item can move to the left and to the right.
func (p *part) room(i int) (low, high float64) {
	layer := p.layers[p.items[i].layer]
	k := slices.Index(layer, i)
	low, high = math.Inf(-1), math.Inf(1)
	if k > 0 {
		left := &p.items[layer[k-1]]
		low = left.x + left.right + gap + p.items[i].left
	}
	if k+1 < len(layer) {
		right := &p.items[layer[k+1]]
		high = right.x - right.left - gap - p.items[i].right
	}
	return low, high
}

// place moves the items of one layer: it minimises the weighted squares of the
// distances from where they would like to be, under the condition that they keep their
// order and their gaps. With the gaps taken out that is an isotonic regression, which
// pooling neighbours that are in each other's way solves exactly.
func (p *part) place(layer []int) {
	type pool struct {
		sum, weight float64
		n           int
	}
	var pools []pool
	offset := 0.0
	offsets := make([]float64, len(layer))
	for k, i := range layer {
		if k > 0 {
			offset += p.items[layer[k-1]].right + gap + p.items[i].left
		}
		offsets[k] = offset
		want, weight := p.wish(i)
		next := pool{(want - offset) * weight, weight, 1}
		for len(pools) > 0 {
			last := pools[len(pools)-1]
			if last.sum/last.weight <= next.sum/next.weight {
				break
			}
			next = pool{last.sum + next.sum, last.weight + next.weight, last.n + next.n}
			pools = pools[:len(pools)-1]
		}
		pools = append(pools, next)
	}
	k := 0
	for _, q := range pools {
		for range q.n {
			p.items[layer[k]].x = q.sum/q.weight + offsets[k]
			k++
		}
	}
}

// wish is where an item would like to be, and how much. Long arrows want to be straight
// more than short ones.
func (p *part) wish(i int) (x, weight float64) {
	const passing, touching, weak = 8, 2, 0.01
	it := &p.items[i]
	sum := 0.0
	for _, j := range slices.Concat(it.up, it.down) {
		w := 1.0
		switch passes := p.items[j].node < 0; {
		case passes && it.node < 0:
			w = passing
		case passes || it.node < 0:
			w = touching
		}
		sum += w * p.items[j].x
		weight += w
	}
	if weight == 0 {
		return it.x, weak
	}
	return sum / weight, weight
}
