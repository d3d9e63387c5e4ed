package explain

import "strings"

// maxSegments bounds the segments of a path that are edited one by one.
const maxSegments = 6

// commonPrefixes are beginnings of paths that gateways and front controllers
// strip or add without saying so in a header.
var commonPrefixes = []string{"/api", "/v1", "/prod", "/dev", "/stage", "/default", "/twilio", "/webhook", "/webhooks", "/voice", "/ivr", "/app", "/index.php"}

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

// pathEdits returns the ways in which the path alone can differ.
func (f *facts) pathEdits(base string) edits[string] {
	var es edits[string]
	var path pathEdit = func(cause Cause, cost int, slot slot, change func(string) string) {
		es.add(cause, cost, slot, func(p string) (string, bool) { return changed(p, change(p)) })
	}
	f.editPrefix(path)
	path(CauseSlash, costLikely, slotFree, func(p string) string {
		if strings.HasSuffix(p, "/") {
			return strings.TrimSuffix(p, "/")
		}
		return p + "/"
	})
	path(CauseSlash, costUnlikely, slotFree, func(p string) string { return strings.TrimRight(p, "/") })
	path(CauseSlashes, costUnlikely, slotFree, mergeSlashes)
	for n := range min(strings.Count(base, "//"), maxSegments) {
		path(CauseSlashes, costUnlikely, slotFree, func(p string) string { return singleSlash(p, n) })
	}
	for n := range min(strings.Count(base, "/"), maxSegments) + 1 {
		path(CauseSlashes, costUnlikely, slotFree, func(p string) string { return doubleSlash(p, n) })
	}
	f.editPathEncoding(path, base)
	return es
}

type pathEdit func(cause Cause, cost int, slot slot, change func(string) string)

// editPrefix adds beginnings of the path. What was put before it is cut off
// first, because that is what happened last.
func (f *facts) editPrefix(path pathEdit) {
	for _, p := range f.prefixes {
		path(CausePrefixAdded, costFair, slotFree, func(q string) string {
			if rest, found := strings.CutPrefix(q, p); found && strings.HasPrefix(rest, "/") {
				return rest
			}
			return q
		})
	}
	for n := range 3 {
		path(CausePrefixAdded, costFair+n, slotFree, func(p string) string { return dropSegments(p, n+1) })
	}
	for _, p := range f.prefixes {
		path.prepend(p, costFair)
	}
	for _, t := range f.targets {
		// What stands before the last segment of a known address.
		if i := strings.LastIndexByte(strings.TrimRight(targetPath(t), "/"), '/'); i > 0 {
			path.prepend(t[:i], costUnlikely)
		}
	}
	for _, p := range commonPrefixes {
		path.prepend(p, costRare)
	}
}

// prepend adds a prefix. The root of the gate may be the prefix with a slash or without.
func (path pathEdit) prepend(prefix string, cost int) {
	path(CausePrefixLost, cost, slotFree, func(p string) string { return prefix + p })
	path(CausePrefixLost, cost, slotFree, func(p string) string {
		if p != "/" {
			return p
		}
		return prefix
	})
}

// targetPath returns the path of a target.
func targetPath(t string) string {
	path, _, _ := strings.Cut(t, "?")
	return path
}

// dropSegments drops the first n segments of a path. Of the last one "/" is left.
func dropSegments(p string, n int) string {
	rest := p
	for range n {
		if len(rest) <= 1 {
			return p
		}
		i := strings.IndexByte(rest[1:], '/')
		if i < 0 {
			rest = "/"
			continue
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

// singleSlash makes the pair of slashes with number n, counted from 0, one.
func singleSlash(p string, n int) string {
	at := 0
	for ; n >= 0; n-- {
		i := strings.Index(p[at:], "//")
		if i < 0 {
			return p
		}
		at += i + 1
	}
	return p[:at] + p[at+1:]
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

func (f *facts) editPathEncoding(path pathEdit, base string) {
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
	text := decode(base, false)
	editBytes(text, " +:@,;=&$!'()*|[]~-_.", func(change func(string) string) {
		path(CausePathEncoding, costUnlikely, slotFree, change)
	})
	// "%2F" that was decoded is a slash like the others.
	for n := range min(strings.Count(base, "/"), maxSegments) {
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
