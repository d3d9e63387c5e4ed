package explain

import (
	"slices"
	"strings"

	"github.com/callgate/callgate"
)

// maxNames bounds the parameters that are edited one by one.
const maxNames = 40

// paramEdits collects the ways in which the parameters of a form can differ.
type paramEdits struct {
	edits[callgate.Params]
	base     callgate.Params
	names    []string // of base, each once, in the order of the body
	accounts []string // of ours
}

// values adds an edit that changes values one by one.
func (es *paramEdits) values(cause Cause, cost int, slot slot, change func(name, value string) string) {
	es.add(cause, cost, slot, func(ps callgate.Params) (callgate.Params, bool) {
		var out callgate.Params
		for i, p := range ps {
			v := change(p.Name, p.Value)
			if v == p.Value {
				continue
			}
			if out == nil {
				out = slices.Clone(ps)
			}
			out[i].Value = v
		}
		return out, out != nil
	})
}

// list adds an edit that returns another list, which it may build in the copy
// that it is given.
func (es *paramEdits) list(cause Cause, cost int, slot slot, change func(callgate.Params) callgate.Params) {
	es.add(cause, cost, slot, func(ps callgate.Params) (callgate.Params, bool) {
		out := change(slices.Clone(ps))
		return out, !slices.Equal(out, ps)
	})
}

// editParams adds all edits of the parameters. Those that bring parameters back
// come first, so that what changes values reaches them too.
func editParams(base callgate.Params, accounts []string) edits[callgate.Params] {
	es := &paramEdits{base: base, accounts: accounts}
	for _, p := range base[:min(len(base), maxNames)] {
		if !slices.Contains(es.names, p.Name) {
			es.names = append(es.names, p.Name)
		}
	}
	es.lost()
	es.added()
	es.repeated()
	es.joined()
	es.renamed()
	es.emptied()
	es.encoding()
	es.charset()
	es.trimmed()
	return es.edits
}

// lost offers parameters that are missing: empty ones, which frameworks drop,
// and those whose value is known from elsewhere.
func (es *paramEdits) lost() {
	put := func(cost int, value func(callgate.Params) string, names ...string) {
		es.list(CauseParamsLost, cost, slotFree, func(ps callgate.Params) callgate.Params {
			for _, n := range names {
				if !ps.Has(n) {
					ps = append(ps, callgate.Param{Name: n, Value: value(ps)})
				}
			}
			return ps
		})
	}
	empty := func(callgate.Params) string { return "" }
	for _, n := range guessable {
		if !es.base.Has(n) {
			es.guess(n, func(v func(callgate.Params) string) { put(costUnlikely, v, n) })
		}
	}
	for _, group := range es.placeGroups() {
		put(costFair, empty, group...)
	}
	for _, n := range mayBeEmpty {
		put(costUnlikely, empty, n)
	}
	put(costUnlikely, empty, "Digits", "FinishedOnKey")
}

// guessable are the names of parameters whose values can be known from elsewhere.
var guessable = []string{
	"ApiVersion", "Direction", "CallStatus", "AccountSid", "From", "To", "Caller", "Called", "msg",
	"FromCity", "FromState", "FromZip", "FromCountry", "ToCity", "ToState", "ToZip", "ToCountry",
	"CallerCity", "CallerState", "CallerZip", "CallerCountry", "CalledCity", "CalledState", "CalledZip", "CalledCountry",
}

// guess calls offer with each value that the parameter may have had.
func (es *paramEdits) guess(name string, offer func(func(callgate.Params) string)) {
	for _, c := range constants[name] {
		offer(func(callgate.Params) string { return c })
	}
	if name == "AccountSid" {
		for _, a := range es.accounts {
			offer(func(callgate.Params) string { return a })
		}
	}
	for _, side := range sides {
		rest, found := strings.CutPrefix(name, side)
		twin := alias[side] + rest
		if found && (rest == "" || isPlace(name)) && es.base.Has(twin) {
			offer(func(ps callgate.Params) string { return ps.Get(twin) })
		}
	}
}

// placeGroups returns the sets of missing places that are dropped together. The
// carrier sends all four of a party or none, so what is missing was empty.
func (es *paramEdits) placeGroups() [][]string {
	var groups [][]string
	add := func(parties []string, which ...string) {
		var names []string
		for _, party := range parties {
			for _, place := range which {
				if !es.base.Has(party + place) {
					names = append(names, party+place)
				}
			}
		}
		if len(names) > 0 {
			groups = append(groups, names)
		}
	}
	add(sides, places...)
	for _, parties := range [][]string{{"To", "Called"}, {"From", "Caller"}, {"From", "To"}, {"From"}, {"To"}} {
		add(parties, places...)
		for _, place := range places {
			if slices.ContainsFunc(places, func(other string) bool { return es.base.Has(parties[0] + other) }) {
				add(parties, place)
			}
		}
	}
	return groups
}

// added offers to leave parameters out: one, those that frameworks add, or all
// that are not the carrier's.
func (es *paramEdits) added() {
	without := func(cost int, drop func(string) bool) {
		es.list(CauseParamsAdded, cost, slotFree, func(ps callgate.Params) callgate.Params {
			return slices.DeleteFunc(ps, func(p callgate.Param) bool { return drop(p.Name) })
		})
	}
	without(costFair, func(n string) bool { return frameworkParams[n] })
	without(costFair, func(n string) bool { return !isCarrierParam(n) })
	for _, name := range es.names {
		if !isCarrierParam(name) {
			without(costUnlikely, func(n string) bool { return n == name })
		}
	}
	es.list(CauseParamsAdded, costUnlikely, slotFree, func(ps callgate.Params) callgate.Params {
		return slices.DeleteFunc(ps, func(p callgate.Param) bool { return p.Value == "" })
	})
}

// renamed offers names that a language's variables cannot have.
func (es *paramEdits) renamed() {
	rename := func(cost int, change func(string) string) {
		es.list(CauseParamsRenamed, cost, slotFree, func(ps callgate.Params) callgate.Params {
			for i := range ps {
				ps[i].Name = change(ps[i].Name)
			}
			return ps
		})
	}
	rename(costFair, func(n string) string { return strings.ReplaceAll(n, "_", ".") })
	rename(costUnlikely, func(n string) string { return strings.ReplaceAll(n, "_", " ") })
	rename(costUnlikely, func(n string) string { return strings.TrimSuffix(n, "[]") })
	for _, name := range es.names {
		if isCarrierParam(name) && !strings.HasPrefix(name, "SipHeader_") {
			continue
		}
		one := func(to string) {
			rename(costUnlikely, func(n string) string {
				if n == name {
					return to
				}
				return n
			})
		}
		one(name + "[]")
		if strings.Contains(name, "_") {
			rename(costUnlikely, func(n string) string { // all but this one
				if n == name {
					return n
				}
				return strings.ReplaceAll(n, "_", ".")
			})
		}
		if strings.Contains(name, "_") {
			one(strings.ReplaceAll(name, "_", "."))
			one(strings.ReplaceAll(name, "_", "-"))
		}
	}
}
