package explain

import (
	"cmp"
	"slices"
)

const (
	// maxOrdered bounds the pairs of a query of which every order is tried: six
	// pairs have 720.
	maxOrdered = 6
	// deepOrdered bounds the pairs of which every order is tried together with
	// other changes.
	deepOrdered = 4
)

// editOrder adds other orders of the query. Frameworks that sort a query do not
// say how it was before, so for short queries every order is tried.
func editOrder(es *edits[string], pairs []string) {
	byName := func(a, b string) int { return cmp.Compare(pairName(a), pairName(b)) }
	order := func(cost int, change func([]string) []string) {
		query(es, CauseQueryOrder, cost, slotOrder, change)
	}
	order(costFair, func(ps []string) []string { slices.SortStableFunc(ps, byName); return ps })
	order(costUnlikely, func(ps []string) []string { slices.Reverse(ps); return ps })
	order(costFair, carrierLast)
	order(costUnlikely, func(ps []string) []string { slices.SortStableFunc(ps, byName); return carrierLast(ps) })
	distinct := onceBy(slices.Clone(pairs), func(p string) string { return p })
	n := len(distinct)
	if n < 2 || n > maxOrdered || len(pairs) > 2*maxOrdered {
		editMoves(es, pairs)
		return
	}
	editOrders(es, n, func(p []int) func([]string) []string {
		to := make([]string, n)
		for i, j := range p {
			to[i] = distinct[j]
		}
		return func(ps []string) []string { return inOrder(ps, to) }
	})
	// Of pairs that stand twice, others may have stood between.
	if m := len(pairs); m > n && m <= maxOrdered {
		editOrders(es, m, func(p []int) func([]string) []string {
			to := slices.Clone(p)
			return func(ps []string) []string { return inPlaces(ps, to) }
		})
	}
}

// editOrders adds what is made of every order of n things.
func editOrders(es *edits[string], n int, order func(p []int) func([]string) []string) {
	cost := min(n, costRare) // two orders are few, 24 are many
	permute(n, func(p []int) {
		query(es, CauseQueryOrder, cost, slotOrder, order(p))
		if n > deepOrdered {
			last := &(*es)[len(*es)-1]
			last.cost, last.depth = costLast, maxOrdered+1-n
		}
	})
}

// inPlaces puts ps into the places of to, or leaves them when their number is another.
func inPlaces(ps []string, to []int) []string {
	if len(ps) != len(to) {
		return ps
	}
	out := make([]string, len(ps))
	for i, j := range to {
		out[i] = ps[j]
	}
	return out
}

// editMoves offers, for a query that is too long for every order, to move one
// pair to the front or to the end.
func editMoves(es *edits[string], pairs []string) {
	move := func(pair string, to func([]string) []string) {
		query(es, CauseQueryOrder, costRare, slotOrder, func(ps []string) []string {
			i := slices.Index(ps, pair)
			if i < 0 {
				return ps
			}
			return to(slices.Delete(ps, i, i+1))
		})
	}
	for _, p := range ownPairs(pairs) {
		move(p, func(ps []string) []string { return slices.Insert(ps, 0, p) })
		move(p, func(ps []string) []string { return append(ps, p) })
	}
}

// carrierLast puts the carrier's parameters behind the application's: so the
// carrier does with a GET, whose address the application has chosen.
func carrierLast(ps []string) []string {
	slices.SortStableFunc(ps, func(a, b string) int {
		return cmp.Compare(rank(a), rank(b))
	})
	return ps
}

func rank(pair string) int {
	if isCarrierParam(decode(pairName(pair), true)) {
		return 1
	}
	return 0
}

// inOrder puts ps into the order of to. Those that stand twice stay together, and one
// that an edit has changed stands where its name did.
func inOrder(ps, to []string) []string {
	place := func(p string) int {
		if i := slices.Index(to, p); i >= 0 {
			return i
		}
		return slices.IndexFunc(to, func(q string) bool { return pairName(q) == pairName(p) })
	}
	slices.SortStableFunc(ps, func(a, b string) int { return cmp.Compare(place(a), place(b)) })
	return ps
}

// permute calls f with every order of n numbers but the first (Heap's algorithm).
func permute(n int, f func([]int)) {
	p := make([]int, n)
	for i := range p {
		p[i] = i
	}
	c := make([]int, n)
	for i := 0; i < n; {
		if c[i] >= i {
			c[i] = 0
			i++
			continue
		}
		if i%2 == 0 {
			p[0], p[i] = p[i], p[0]
		} else {
			p[c[i]], p[i] = p[i], p[c[i]]
		}
		f(p)
		c[i]++
		i = 0
	}
}
