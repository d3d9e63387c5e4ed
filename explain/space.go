package explain

import (
	"hash/maphash"
	"slices"
	"strings"

	"github.com/callgate/callgate"
)

// node is one edited value and the edits that made it.
type node[T any] struct {
	value T
	text  string // what of the value is signed
	path  []int  // the edits, in the order in which they were applied
	cost  int
	depth int // the most changes that an explanation with it may have
}

// space is what the edits make of one value, in levels: level n holds the
// distinct texts that take n edits. The first levels are kept; the last, which
// is by far the largest, is walked through and never held.
type space[T any] struct {
	list   func() []edit[T] // called when level 1 is made
	edits  []edit[T]        // those of level 1
	text   func(T) string
	budget *budget
	work   int                 // to make one variant
	levels [kept + 1][]node[T] // each sorted by cost
	made   [kept + 1]int       // up to which cost
	seen   map[uint64]struct{}
	seed   maphash.Seed
}

func newSpace[T any](start T, list func() []edit[T], text func(T) string, b *budget) *space[T] {
	first := node[T]{value: start, text: text(start), depth: MaxChanges}
	return &space[T]{list: list, text: text, budget: b, work: buildText(first.text), levels: [kept + 1][]node[T]{{first}}}
}

// singles makes level 1. Edits that change nothing, or the same as one before,
// are not tried in combinations either.
func (s *space[T]) singles() {
	s.seen, s.seed = map[uint64]struct{}{}, maphash.MakeSeed()
	first := &s.levels[0][0]
	s.isNew(first.text)
	var out []node[T]
	for _, e := range s.list() {
		if !s.budget.spend(s.work) {
			break
		}
		if n, ok := s.apply(first, e, len(s.edits)); ok {
			s.edits = append(s.edits, e)
			out = append(out, n)
		}
	}
	slices.SortStableFunc(out, func(a, b node[T]) int { return a.cost - b.cost })
	s.levels[1] = out
}

// apply makes the node that edit e, which has number i, makes of another.
func (s *space[T]) apply(from *node[T], e edit[T], i int) (node[T], bool) {
	value, changed := e.apply(from.value)
	if !changed {
		return node[T]{}, false
	}
	text := s.text(value)
	if !s.isNew(text) {
		return node[T]{}, false
	}
	path := make([]int, len(from.path)+1)
	copy(path, from.path)
	path[len(from.path)] = i
	return node[T]{value, text, path, from.cost + e.cost, min(from.depth, e.depth)}, true
}

// isNew reports whether a text has not been made before.
func (s *space[T]) isNew(text string) bool {
	sum := maphash.String(s.seed, text)
	_, had := s.seen[sum]
	s.seen[sum] = struct{}{}
	return !had
}

// kept is the highest level that is held.
const kept = MaxChanges - 1

// each calls f with the nodes of a level that have a cost, until f returns false.
// Costs are asked for in rising order, and made when they are.
func (s *space[T]) each(level, cost int, f func(*node[T]) bool) bool {
	if level > kept {
		return s.combine(level, cost, f)
	}
	s.hold(level, cost)
	nodes := s.levels[level]
	at, _ := slices.BinarySearchFunc(nodes, cost, func(n node[T], c int) int { return n.cost - c })
	for ; at < len(nodes) && nodes[at].cost == cost; at++ {
		if !f(&nodes[at]) {
			return false
		}
	}
	return true
}

// share calls f with the nodes of a level that take their share of a cost: all of
// it when others is 0, else what leaves at least 1 for each of the others' changes.
func (s *space[T]) share(level, left, others int, f func(*node[T]) bool) bool {
	if level == 0 {
		return others == 0 && left > 0 || f(&s.levels[0][0])
	}
	cost := level
	if others == 0 {
		cost = left
	}
	for ; cost <= min(left-others, level*costLast); cost++ {
		if !s.each(level, cost, f) {
			return false
		}
	}
	return true
}

// hold makes and keeps a level up to a cost.
func (s *space[T]) hold(level, cost int) {
	if level == 0 {
		return
	}
	if s.made[1] == 0 {
		s.singles()
		s.made[1] = costLast
	}
	for s.made[level] < min(cost, level*costLast) {
		s.made[level]++
		s.combine(level, s.made[level], func(n *node[T]) bool {
			s.levels[level] = append(s.levels[level], *n)
			return len(s.levels[level]) < maxLevel
		})
	}
}

// combine makes the nodes of a level that have a cost from those of the level below.
func (s *space[T]) combine(level, cost int, f func(*node[T]) bool) bool {
	for c := level - 1; c < cost; c++ {
		below := func(from *node[T]) bool {
			for i := from.path[len(from.path)-1] + 1; i < len(s.edits); i++ {
				e := s.edits[i]
				if e.cost != cost-c || !s.combines(from, e, level) {
					continue
				}
				if !s.budget.spend(s.work) {
					return false
				}
				if n, ok := s.apply(from, e, i); ok && !f(&n) {
					return false
				}
			}
			return true
		}
		if !s.each(level-1, c, below) {
			return false
		}
	}
	return true
}

// combines reports whether edit e may be the last of a number of edits: no two
// set the same thing, and some are for small explanations only.
func (s *space[T]) combines(from *node[T], e edit[T], level int) bool {
	if min(from.depth, e.depth) < level {
		return false
	}
	if e.slot == slotFree {
		return true
	}
	for _, earlier := range from.path {
		if s.edits[earlier].slot == e.slot {
			return false
		}
	}
	return true
}

// budget bounds a search by the work that it does, not by the clock, so that the
// same request has the same answer on every machine. A unit of work is about a
// nanosecond of a present-day core.
type budget struct {
	work      int
	stop      func() bool // asked now and then; the caller's context
	asked     int
	exhausted bool
}

// What things cost, from BenchmarkExplain.
const (
	hashWork   = 300 // of a signature, besides half a unit for each byte
	buildWork  = 500 // of a variant, besides its bytes or parameters
	buildByte  = 4
	buildParam = 100
)

// hash takes the work of one signature from the budget.
func (b *budget) hash(bytes int) bool {
	return b.spend(hashWork + bytes/2 + beyond(bytes, typicalBytes))
}

// What requests of the carrier stay below. Nothing is built as fast in the caches beyond
// that, and nobody but an attacker sends it.
const (
	typicalBytes = 4 << 10
	typicalParts = 128
	buildPart    = 200
)

// buildText is the work to make one variant of an address or a piece of it.
func buildText(text string) int {
	parts := strings.Count(text, "&") + strings.Count(text, "/")
	return buildWork + buildByte*len(text) + buildPart*beyond(parts, typicalParts)
}

// buildForm is the work to make one variant of a form, of which text is signed.
func buildForm(ps callgate.Params, text string) int {
	return buildWork + buildParam*(len(ps)+beyond(len(ps), typicalParts)) + 2*buildByte*beyond(len(text), typicalBytes)
}

func beyond(n, typical int) int { return max(n-typical, 0) }

func (b *budget) spend(work int) bool {
	b.work -= work
	b.asked++
	if b.work < 0 || b.asked%askEvery == 0 && b.stop() {
		b.exhausted = true
	}
	return !b.exhausted
}

// askEvery is how much is done between two looks at the context.
const askEvery = 256
