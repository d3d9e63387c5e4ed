package explain

import (
	"slices"
	"strings"
)

// maxPairs bounds the pairs of a query that are edited one by one.
const maxPairs = 12

// ownPairs returns the distinct pairs of the application. The carrier's are never
// edited one by one: it appends them itself, last.
func ownPairs(pairs []string) []string {
	var own []string
	for _, p := range pairs {
		if len(own) < maxPairs && !isCarrierParam(decode(pairName(p), true)) && !slices.Contains(own, p) {
			own = append(own, p)
		}
	}
	return own
}

// queryEdits returns the ways in which the query can differ: the hash of the body,
// the order of the pairs, pairs dropped, added and doubled, and last how they are encoded.
func queryEdits(base string, body []byte) edits[string] {
	var es edits[string]
	pairs := pairsOf(base)
	editBodyHash(&es, body)
	editOrder(&es, pairs)
	editDroppedPairs(&es, pairs)
	editRepeatedPairs(&es, pairs)
	editBareQuery(&es) // after what drops pairs, which leaves others in combinations
	editQueryEncoding(&es, decode(base, false))
	editQueryCharset(&es)
	return es
}

// query adds an edit of the pairs. A "?" without any is left to editBareQuery: no change of
// pairs is why it was there.
func query(es *edits[string], cause Cause, cost int, slot slot, change func([]string) []string) {
	es.add(cause, cost, slot, func(q string) (string, bool) {
		if q == "?" {
			return q, false
		}
		return changed(q, queryOf(change(pairsOf(q))))
	})
}

// editBareQuery offers a "?" with nothing behind it, and none.
func editBareQuery(es *edits[string]) {
	es.add(CauseQueryLost, costUnlikely, slotFree, func(q string) (string, bool) { return "?", q == "" })
	es.add(CauseQueryAdded, costFair, slotFree, func(q string) (string, bool) { return "", q != "" })
}

// editDroppedPairs offers to leave out one pair: a proxy, a redirect or a
// tracker added it.
func editDroppedPairs(es *edits[string], pairs []string) {
	for _, pair := range ownPairs(pairs) {
		name := pairName(pair)
		query(es, CauseQueryAdded, costUnlikely, slotFree, func(ps []string) []string {
			return slices.DeleteFunc(ps, func(p string) bool { return pairName(p) == name })
		})
	}
	query(es, CauseQueryAdded, costUnlikely, slotFree, func(ps []string) []string {
		return slices.DeleteFunc(ps, func(p string) bool { return p == "" })
	})
}

// editRepeatedPairs offers each pair once, the first or last of those with one
// name, and the whole query or one pair a second time.
func editRepeatedPairs(es *edits[string], pairs []string) {
	query(es, CauseQueryRepeated, costFair, slotFree, func(ps []string) []string { return onceBy(ps, func(p string) string { return p }) })
	query(es, CauseQueryRepeated, costFair, slotFree, func(ps []string) []string { return onceBy(ps, pairName) })
	query(es, CauseQueryRepeated, costFair, slotFree, func(ps []string) []string {
		slices.Reverse(ps)
		ps = onceBy(ps, pairName)
		slices.Reverse(ps)
		return ps
	})
	query(es, CauseQueryRepeated, costUnlikely, slotFree, func(ps []string) []string { return append(ps, ps...) })
	for _, again := range ownPairs(pairs) {
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

func editQueryEncoding(es *edits[string], text string) {
	recode := func(cost int, slot slot, change func(string) string) {
		es.add(CauseQueryEncoding, cost, slot, func(q string) (string, bool) {
			if len(q) <= 1 {
				return q, false
			}
			return changed(q, "?"+change(q[1:]))
		})
	}
	free := func(change func(string) string) { recode(costFair, slotFree, change) }
	recode(costFair, slotFree, func(q string) string { return strings.ReplaceAll(q, "%20", "+") })
	recode(costFair, slotFree, func(q string) string { return strings.ReplaceAll(q, "+", "%20") })
	recode(costFair, slotFree, func(q string) string { return strings.ReplaceAll(q, " ", "+") })
	free(func(q string) string { return mapPairs(q, escapeNumberPlus) })
	form := newEncoder(queryStyles[0]) // the carrier's own
	for _, style := range queryStyles {
		for _, lower := range []bool{false, true} {
			style.lower = lower
			e := newEncoder(style)
			recode(costFair, slotRecodeQuery, func(q string) string { return recodePairs(q, spacePlus, e, e) })
			recode(costFair, slotRecodeQuery, func(q string) string { return recodePairs(q, spacePlus, e, form) })
			recode(costFair, slotRecodeQuery, func(q string) string { return recodePairs(q, literalPlus, e, e) })
		}
	}
	recode(costFair, slotFree, func(q string) string { return recodeAppended(q, form) })
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

// escapeNumberPlus escapes the raw plus of a telephone number.
func escapeNumberPlus(pair string) string {
	name, value, found := strings.Cut(pair, "=")
	if !found || len(value) < 2 || value[0] != '+' || value[1] < '0' || value[1] > '9' {
		return pair
	}
	return name + "=%2B" + value[1:]
}

// plus is what a "+" is that a query has.
type plus int

const (
	spacePlus   plus = iota // a space, as in a form
	literalPlus             // a plus that was once escaped
)

// recodePairs writes names and values in another style: those of the application
// in own, and what the carrier appended in the style of the carrier.
func recodePairs(q string, plus plus, own, carrier *encoder) string {
	b := make([]byte, 0, len(q)+len(q)/2)
	for rest, more := q, true; more; {
		var pair string
		pair, rest, more = strings.Cut(rest, "&")
		name, value, hasValue := strings.Cut(pair, "=")
		e := own
		if own != carrier && isCarrierParam(decode(name, plus == spacePlus)) {
			e = carrier
		}
		b = e.recode(b, name, plus)
		if hasValue {
			b = e.recode(append(b, '='), value, plus)
		}
		if more {
			b = append(b, '&')
		}
	}
	return string(b)
}

// recodeAppended writes anew what the carrier appended: its parameters, which come
// after those of the application, and all behind the first of them.
func recodeAppended(q string, carrier *encoder) string {
	appended := false
	return mapPairs(q, func(pair string) string {
		name, value, found := strings.Cut(pair, "=")
		appended = appended || isCarrierParam(decode(name, true))
		if !appended || !found {
			return pair
		}
		return string(carrier.recode(append(carrier.recode(nil, name, spacePlus), '='), value, spacePlus))
	})
}

func mapPairs(q string, change func(string) string) string {
	pairs := strings.Split(q, "&")
	for i, p := range pairs {
		pairs[i] = change(p)
	}
	return strings.Join(pairs, "&")
}
