package gateway

import (
	"errors"
	"strings"
)

// errPath: access control lists belong to paths, so the application must not find another
// route's resource behind a path than the gate.
var errPath = errors.New("a path that applications read in two ways: it is another route's in other letters, or without what is behind a semicolon or an escape")

// otherwiseRead reports whether an application could take a path for one of another route:
// many read capitals and small letters alike, and take the rest of a segment from a
// semicolon on for parameters. A second escape ("%2563") is another way to say a letter
// to those that decode twice.
func (g *Gateway) otherwiseRead(path, route string) bool {
	if strings.IndexByte(path, '%') >= 0 && len(g.routes) > 1 {
		return true
	}
	segments := strings.Split(path, "/")
	for i, s := range segments {
		segments[i], _, _ = strings.Cut(s, ";")
	}
	longest := "/"
	for _, other := range g.routes {
		if len(other) > len(longest) && coversFolded(strings.Split(other, "/"), segments) {
			longest = other
		}
	}
	return longest != route && len(g.routes) > 0
}

// coversFolded reports whether a route covers a path, whatever the case of letters.
func coversFolded(route, path []string) bool {
	if len(route) > len(path) {
		return false
	}
	for i := range route {
		if !strings.EqualFold(route[i], path[i]) {
			return false
		}
	}
	return true
}
