package explain

import (
	"slices"
	"strings"
)

// maxPairs bounds the pairs of a query that are edited one by one.
const maxPairs = 40

// editQuery adds the ways in which the query can differ: pairs dropped, added,
// doubled and put in another order. Its encoding comes after them.
func editQuery(es *edits[address], base address, text string) {
	pairs := base.pairs()
	editBareQuery(es)
	editDroppedPairs(es, pairs)
	editRepeatedPairs(es, pairs)
	editOrder(es, pairs)
	editQueryEncoding(es, text)
}

// query adds an edit of the pairs.
func query(es *edits[address], cause Cause, cost int, slot slot, change func([]string) []string) {
	es.add(cause, cost, slot, func(a address) (address, bool) {
		b := a.withPairs(change(a.pairs()))
		return b, b.query != a.query
	})
}

// editBareQuery offers a "?" with nothing behind it, and none.
func editBareQuery(es *edits[address]) {
	es.add(CauseQueryLost, costUnlikely, slotFree, func(a address) (address, bool) {
		if a.query != "" {
			return a, false
		}
		a.query = "?"
		return a, true
	})
	es.add(CauseQueryAdded, costFair, slotFree, func(a address) (address, bool) {
		changed := a.query != ""
		a.query = ""
		return a, changed
	})
}

// editDroppedPairs offers to leave out one pair: a proxy, a redirect or a
// tracker added it.
func editDroppedPairs(es *edits[address], pairs []string) {
	seen := map[string]bool{}
	for _, pair := range pairs[:min(len(pairs), maxPairs)] {
		if seen[pair] {
			continue
		}
		seen[pair] = true
		cost := costUnlikely
		if isCarrierParam(decode(pairName(pair), true)) {
			cost = costRare
		}
		name := pairName(pair)
		query(es, CauseQueryAdded, cost, slotFree, func(ps []string) []string {
			return slices.DeleteFunc(ps, func(p string) bool { return pairName(p) == name })
		})
	}
	query(es, CauseQueryAdded, costUnlikely, slotFree, func(ps []string) []string {
		return slices.DeleteFunc(ps, func(p string) bool { return p == "" })
	})
}

// editRepeatedPairs offers each pair once, the first or last of those with one
// name, and the whole query or one pair a second time.
func editRepeatedPairs(es *edits[address], pairs []string) {
	query(es, CauseQueryRepeated, costFair, slotFree, func(ps []string) []string { return onceBy(ps, func(p string) string { return p }) })
	query(es, CauseQueryRepeated, costFair, slotFree, func(ps []string) []string { return onceBy(ps, pairName) })
	query(es, CauseQueryRepeated, costFair, slotFree, func(ps []string) []string {
		slices.Reverse(ps)
		ps = onceBy(ps, pairName)
		slices.Reverse(ps)
		return ps
	})
	query(es, CauseQueryRepeated, costUnlikely, slotFree, func(ps []string) []string { return append(ps, ps...) })
	for i := range min(len(pairs), maxPairs) {
		again := pairs[i]
		query(es, CauseQueryRepeated, costRare, slotFree, func(ps []string) []string {
			at := slices.Index(ps, again)
			if at < 0 {
				return ps
			}
			return slices.Insert(ps, at, again)
		})
		query(es, CauseQueryRepeated, costRare, slotFree, func(ps []string) []string {
			if !slices.Contains(ps, again) {
				return ps
			}
			return append(ps, again)
		})
	}
}

// onceBy keeps the first of the elements that have the same key.
func onceBy(list []string, key func(string) string) []string {
	seen := make(map[string]bool, len(list))
	return slices.DeleteFunc(list, func(s string) bool {
		k := key(s)
		had := seen[k]
		seen[k] = true
		return had
	})
}

func editQueryEncoding(es *edits[address], text string) {
	recode := func(cost int, slot slot, change func(string) string) {
		es.add(CauseQueryEncoding, cost, slot, func(a address) (address, bool) {
			if len(a.query) <= 1 {
				return a, false
			}
			q := "?" + change(a.query[1:])
			changed := q != a.query
			a.query = q
			return a, changed
		})
	}
	free := func(change func(string) string) { recode(costFair, slotFree, change) }
	recode(costFair, slotFree, func(q string) string { return strings.ReplaceAll(q, "%20", "+") })
	recode(costFair, slotFree, func(q string) string { return strings.ReplaceAll(q, "+", "%20") })
	recode(costFair, slotFree, func(q string) string { return strings.ReplaceAll(q, " ", "+") })
	for _, s := range queryStyles {
		for _, lower := range []bool{false, true} {
			for _, plus := range []bool{true, false} {
				s := s
				s.lower = lower
				recode(costFair, slotRecodeQuery, func(q string) string { return recodePairs(q, s, plus) })
			}
		}
	}
	editCase(func(cost int, change func(string) string) { recode(cost, slotFree, change) })
	editBytes(text, " '!()*:@,/?;$|[]{}\"<>^`\\~+-_.", free)
	editTwice(free)
	free(func(q string) string { // "a" for "a="
		return mapPairs(q, func(p string) string { return strings.TrimSuffix(p, "=") })
	})
	free(func(q string) string { // "a=" for "a"
		return mapPairs(q, func(p string) string {
			if p == "" || strings.Contains(p, "=") {
				return p
			}
			return p + "="
		})
	})
}

// recodePairs writes names and values in another style. With plus a "+" that it
// finds is a space, else it is a plus that was once escaped.
func recodePairs(q string, s style, plus bool) string {
	return mapPairs(q, func(p string) string {
		name, value, found := strings.Cut(p, "=")
		if !found {
			return s.encode(decode(p, plus))
		}
		return s.encode(decode(name, plus)) + "=" + s.encode(decode(value, plus))
	})
}

func mapPairs(q string, change func(string) string) string {
	pairs := strings.Split(q, "&")
	for i, p := range pairs {
		pairs[i] = change(p)
	}
	return strings.Join(pairs, "&")
}
