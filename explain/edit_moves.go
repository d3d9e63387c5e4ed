package explain

import (
	"slices"

	"github.com/callgate/callgate"
)

// maxMoved bounds the parameters of the query that may have gone into the body.
const maxMoved = 6

// editToQuery offers to put parameters of the body back into the query: those
// that are not the carrier's, all or as many of the first or last. The carrier's own are in
// the query only of a GET.
func editToQuery(es *edits[root]) {
	move := func(cost int, which func(i, n int) bool) {
		es.add(CauseQueryInBody, cost, slotMove, func(o root) (root, bool) { return o.toQuery(which) })
	}
	move(costFair, func(_, _ int) bool { return true })
	for k := 1; k <= maxMoved; k++ {
		move(costUnlikely, func(i, _ int) bool { return i < k })
		move(costUnlikely, func(i, n int) bool { return i >= n-k })
	}
}

// toQuery moves those of the application's parameters that which picks, by their
// place among them, to the end of the query.
func (o root) toQuery(which func(i, n int) bool) (root, bool) {
	var kept callgate.Params
	var keptRaw []string
	own, n := 0, 0
	for _, p := range o.params {
		if !isCarrierParam(p.Name) {
			n++
		}
	}
	if n == 0 || n > maxNames {
		return o, false
	}
	pairs := pairsOf(o.address.query)
	for i, p := range o.params {
		moves := false
		if !isCarrierParam(p.Name) {
			moves = which(own, n)
			own++
		}
		if !moves {
			kept = append(kept, p)
			if o.raw != nil {
				keptRaw = append(keptRaw, o.raw[i])
			}
			continue
		}
		pair := queryStyles[0].encode(p.Name) + "=" + queryStyles[0].encode(p.Value)
		if o.raw != nil {
			pair = o.raw[i]
		}
		pairs = append(pairs, pair)
	}
	o.params, o.raw = kept, keptRaw
	o.address.query = queryOf(pairs)
	return o, true
}

// editToBody offers to put parameters of the query back into the body: all, the
// carrier's, or those from one place on.
func editToBody(es *edits[root], base root) {
	isCarriers := func(p callgate.Param) bool { return isCarrierParam(p.Name) }
	if base.content == contentJSON || slices.ContainsFunc(base.params, isCarriers) && !slices.ContainsFunc(base.queryParams(), isCarriers) {
		return // the body has all that the carrier sends
	}
	move := func(cost int, which func(i int, pair string) bool) {
		es.add(CauseBodyInQuery, cost, slotMove, func(o root) (root, bool) {
			var kept []string
			had := len(o.params)
			params := slices.Clone(o.params)
			for i, pair := range pairsOf(o.address.query) {
				if which(i, pair) {
					params = append(params, paramOf(pair))
				} else {
					kept = append(kept, pair)
				}
			}
			o.params, o.raw, o.content = params, nil, contentForm
			o.address.query = queryOf(kept)
			return o, len(params) != had
		})
	}
	move(costFair, func(int, string) bool { return true })
	move(costFair, func(_ int, pair string) bool { return isCarriers(paramOf(pair)) })
	pairs := pairsOf(base.address.query)
	n := period(pairs)
	for k := 1; k < min(n, maxMoved); k++ {
		if isCarriers(paramOf(pairs[k-1])) == isCarriers(paramOf(pairs[k])) {
			continue // one address has been continued by one party
		}
		move(costUnlikely, func(i int, _ string) bool { return i%n >= k })
		move(costUnlikely, func(i int, _ string) bool { return i%n < k })
	}
}

// period returns after how many pairs a query begins again: half of them when it was
// doubled as a whole, else all.
func period(pairs []string) int {
	if half := len(pairs) / 2; len(pairs)%2 == 0 && slices.Equal(pairs[:half], pairs[half:]) {
		return half
	}
	return len(pairs)
}
