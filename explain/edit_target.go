package explain

import "strings"

// editTargets adds the ways in which path and query can differ as a whole: they
// are known from a header or from the configuration.
func (f *facts) editTargets(es *edits[root], base *root) {
	for _, t := range f.targets {
		var known address
		known.setTarget(t)
		set := func(cause Cause, change func(*address)) {
			es.add(cause, costFair, slotTarget, func(o root) (root, bool) {
				was := o.address
				change(&o.address)
				return o, o.address != was
			})
		}
		cause := pathCause(base.address.path, known.path)
		set(cause, func(a *address) { a.path = known.path })
		set(cause, func(a *address) { a.path, a.query = known.path, known.query })
		if known.query == "" {
			continue
		}
		set(CauseQueryLost, func(a *address) { a.query = known.query })
		// The carrier appends its parameters to a GET.
		set(CauseQueryLost, func(a *address) {
			if len(a.query) > 1 {
				a.query = known.query + "&" + a.query[1:]
			}
		})
	}
}

// editQueryInPath offers "/a?b=1" for "/a%3Fb=1": the question mark was escaped
// by an encoder that took the whole target for a path.
func editQueryInPath(es *edits[root]) {
	es.add(CauseQueryEncoding, costLikely, slotTarget, func(o root) (root, bool) {
		i := strings.Index(strings.ToUpper(o.address.path), "%3F")
		if i < 0 || o.address.query != "" {
			return o, false
		}
		path := o.address.path
		o.address.path, o.address.query = path[:i], "?"+path[i+len("%3F"):]
		return o, true
	})
}
