package explain

import (
	"slices"
)

// node is one edited value and the edits that made it.
type node[T any] struct {
	value T
	text  string // what of the value is signed
	path  []int  // the edits, in the order in which they were applied
	cost  int
}

// space is what the edits make of one value: level n holds every distinct text
// that takes n edits, the cheapest first. Levels are made when they are needed.
type space[T any] struct {
	edits  []edit[T]
	text   func(T) string
	budget *budget
	levels [][]node[T]
	seen   map[string]bool
}

func newSpace[T any](start T, es []edit[T], text func(T) string, b *budget) *space[T] {
	first := node[T]{value: start, text: text(start)}
	return &space[T]{
		edits: es, text: text, budget: b,
		levels: [][]node[T]{{first}},
		seen:   map[string]bool{first.text: true},
	}
}

// level returns the nodes that take n edits. allowed is how many changes the
// whole explanation has, which rules some edits out.
func (s *space[T]) level(n int) []node[T] {
	for len(s.levels) <= n {
		s.levels = append(s.levels, s.grow(len(s.levels)))
	}
	return s.levels[n]
}

// grow makes the level with n edits from the one below. It goes by cost, so
// that a level that becomes too large lacks only the dearest.
func (s *space[T]) grow(n int) []node[T] {
	var out []node[T]
	below := s.levels[n-1]
	byCost, highest := s.editsByCost(n)
	for total := n; total <= n*highest; total++ {
		for i := range below {
			from := &below[i]
			if from.cost >= total {
				break // the level is sorted by cost
			}
			for _, e := range byCost[min(total-from.cost, highest+1)] {
				if !s.combines(from, e) {
					continue
				}
				if len(out) == maxLevel || !s.budget.spend(len(from.text)) {
					return out
				}
				out = s.apply(out, from, e)
			}
		}
	}
	return out
}

// editsByCost groups the edits that may be one of n; the group after the highest is empty.
func (s *space[T]) editsByCost(n int) (groups [][]int, highest int) {
	for _, e := range s.edits {
		highest = max(highest, e.cost)
	}
	groups = make([][]int, highest+2)
	for i, e := range s.edits {
		if e.depth >= n {
			groups[e.cost] = append(groups[e.cost], i)
		}
	}
	return groups, highest
}

// combines reports whether edit e may follow the edits of a node: edits are
// applied in their order, and no two set the same thing.
func (s *space[T]) combines(from *node[T], e int) bool {
	for _, earlier := range from.path {
		if earlier >= e || s.edits[e].slot != slotFree && s.edits[e].slot == s.edits[earlier].slot {
			return false
		}
		if s.edits[earlier].depth <= len(from.path) {
			return false
		}
	}
	return true
}

func (s *space[T]) apply(out []node[T], from *node[T], e int) []node[T] {
	value, changed := s.edits[e].apply(from.value)
	if !changed {
		return out
	}
	text := s.text(value)
	if s.seen[text] {
		return out
	}
	s.seen[text] = true
	return append(out, node[T]{value, text, append(slices.Clone(from.path), e), from.cost + s.edits[e].cost})
}

// depth returns the most changes that an explanation with this node may have.
func (s *space[T]) depth(n *node[T]) int {
	d := MaxChanges
	for _, e := range n.path {
		d = min(d, s.edits[e].depth)
	}
	return d
}

// budget bounds a search by what it makes, not by the clock, so that the same
// request has the same answer on every machine.
type budget struct {
	candidates int
	bytes      int
	stop       func() bool // asked now and then; the caller's context
	asked      int
	exhausted  bool
}

// spend takes one candidate's bytes from the budget.
func (b *budget) spend(bytes int) bool {
	b.bytes -= bytes
	b.asked++
	if b.bytes < 0 || b.asked%askEvery == 0 && b.stop() {
		b.exhausted = true
	}
	return !b.exhausted
}

// askEvery is how many candidates pass between two looks at the context.
const askEvery = 256
