package explain

import "strings"

// maxSegments bounds the segments of a path that are edited one by one.
const maxSegments = 6

// commonPrefixes are beginnings of paths that gateways and front controllers
// strip or add without saying so in a header.
var commonPrefixes = []string{"/api", "/v1", "/prod", "/dev", "/stage", "/default", "/twilio", "/webhook", "/webhooks", "/voice", "/ivr", "/app", "/index.php"}

// editTarget adds the ways in which path and query can differ as a whole: they
// are known from a header or from the configuration.
func (f *facts) editTarget(es *edits[address], base address) {
	for _, t := range f.targets {
		var known address
		known.setTarget(t)
		es.add(pathCause(base.path, known.path), costFair, slotTarget, func(a address) (address, bool) {
			if a.path == known.path {
				return a, false
			}
			a.path, a.query = known.path, known.query
			return a, true
		})
		es.add(pathCause(base.path, known.path), costFair, slotTarget, func(a address) (address, bool) {
			changed := a.path != known.path
			a.path = known.path
			return a, changed
		})
		if known.query == "" {
			continue
		}
		es.add(CauseQueryLost, costFair, slotTarget, func(a address) (address, bool) {
			changed := a.query != known.query
			a.query = known.query
			return a, changed
		})
		es.add(CauseQueryLost, costFair, slotTarget, func(a address) (address, bool) {
			if len(a.query) <= 1 {
				return a, false
			}
			a.query = known.query + "&" + a.query[1:]
			return a, true
		})
	}
}

// pathCause says what happened to a signed path that was seen as another.
func pathCause(seen, signed string) Cause {
	switch {
	case seen == signed:
		return CauseQueryLost
	case strings.TrimSuffix(seen, "/") == strings.TrimSuffix(signed, "/"):
		return CauseSlash
	case decode(seen, false) == decode(signed, false):
		return CausePathEncoding
	case mergeSlashes(seen) == mergeSlashes(signed):
		return CauseSlashes
	case strings.HasSuffix(signed, seen) || seen == "/":
		return CausePrefixLost
	case strings.HasSuffix(seen, signed):
		return CausePrefixAdded
	}
	return CausePath
}

// editPath adds the ways in which the path alone can differ.
func (f *facts) editPath(es *edits[address], base address) {
	path := func(cause Cause, cost int, slot slot, change func(string) string) {
		es.add(cause, cost, slot, func(a address) (address, bool) {
			p := change(a.path)
			changed := p != a.path
			a.path = p
			return a, changed
		})
	}
	f.editPrefix(path)
	path(CauseSlash, costLikely, slotFree, func(p string) string {
		if strings.HasSuffix(p, "/") {
			return strings.TrimSuffix(p, "/")
		}
		return p + "/"
	})
	path(CauseSlashes, costUnlikely, slotFree, mergeSlashes)
	for n := range min(strings.Count(base.path, "/"), maxSegments) + 1 {
		path(CauseSlashes, costUnlikely, slotFree, func(p string) string { return doubleSlash(p, n) })
	}
	f.editPathEncoding(path, base)
}

type pathEdit func(cause Cause, cost int, slot slot, change func(string) string)

func (f *facts) editPrefix(path pathEdit) {
	prepend := func(prefix string, cost int) {
		path(CausePrefixLost, cost, slotFree, func(p string) string {
			if p == "/" {
				return prefix // the gate's root is the carrier's prefix without a slash
			}
			return prefix + p
		})
	}
	for _, p := range f.prefixes {
		prepend(p, costFair)
		path(CausePrefixAdded, costFair, slotFree, func(q string) string {
			if rest, found := strings.CutPrefix(q, p); found && strings.HasPrefix(rest, "/") {
				return rest
			}
			return q
		})
	}
	for _, t := range f.targets {
		// What stands before the last segment of a known address.
		if i := strings.LastIndexByte(strings.TrimRight(targetPath(t), "/"), '/'); i > 0 {
			prepend(t[:i], costUnlikely)
		}
	}
	for _, p := range commonPrefixes {
		prepend(p, costRare)
	}
	for n := range 3 {
		path(CausePrefixAdded, costFair+n, slotFree, func(p string) string { return dropSegments(p, n+1) })
	}
}

// targetPath returns the path of a target.
func targetPath(t string) string {
	path, _, _ := strings.Cut(t, "?")
	return path
}

// dropSegments drops the first n segments of a path that has more.
func dropSegments(p string, n int) string {
	rest := p
	for range n {
		if rest == "" {
			return p
		}
		i := strings.IndexByte(rest[1:], '/')
		if i < 0 {
			return p
		}
		rest = rest[i+1:]
	}
	return rest
}

func mergeSlashes(p string) string {
	for strings.Contains(p, "//") {
		p = strings.ReplaceAll(p, "//", "/")
	}
	return p
}

// doubleSlash doubles the slash with number n, counted from 0.
func doubleSlash(p string, n int) string {
	at := nthSlash(p, n)
	if at < 0 {
		return p
	}
	return p[:at] + "/" + p[at:]
}

func nthSlash(p string, n int) int {
	for i := range len(p) {
		if p[i] == '/' {
			if n == 0 {
				return i
			}
			n--
		}
	}
	return -1
}

func (f *facts) editPathEncoding(path pathEdit, base address) {
	editCase(func(cost int, change func(string) string) { path(CausePathEncoding, cost, slotFree, change) })
	for _, s := range pathStyles {
		for _, lower := range []bool{false, true} {
			s := s
			s.lower = lower
			path(CausePathEncoding, costUnlikely, slotRecodePath, func(p string) string {
				return s.encode(decode(p, false))
			})
		}
	}
	text := decode(base.path, false)
	editBytes(text, " +:@,;=&$!'()*|[]~-_.", func(change func(string) string) {
		path(CausePathEncoding, costUnlikely, slotFree, change)
	})
	// "%2F" that was decoded is a slash like the others.
	for n := range min(strings.Count(base.path, "/"), maxSegments) {
		for _, escape := range []string{"%2F", "%2f"} {
			path(CausePathEncoding, costRare, slotFree, func(p string) string {
				at := nthSlash(p, n+1)
				if at < 0 {
					return p
				}
				return p[:at] + escape + p[at+1:]
			})
		}
	}
	path(CausePathEncoding, costRare, slotFree, func(p string) string {
		return unescapeBytes(p, func(c byte) bool { return c == '/' })
	})
	editTwice(func(change func(string) string) { path(CausePathEncoding, costUnlikely, slotFree, change) })
}
