package explain

import (
	"slices"
	"strings"
)

// originEdits returns the ways in which scheme, user, host and port can differ.
// get says that the request is a GET, which a handshake of a WebSocket is too.
func (f *facts) originEdits(base address, get bool) edits[address] {
	var es edits[address]
	f.editScheme(&es, base, get)
	f.editHost(&es, base)
	f.editPort(&es)
	f.editUser(&es)
	return es
}

func (f *facts) editScheme(es *edits[address], base address, get bool) {
	for _, s := range []string{"https://", "http://", "wss://", "ws://"} {
		cost := costLikely
		switch {
		case isWebsocket(s) && !get:
			continue
		case slices.Contains(f.schemes, s):
		case isWebsocket(s) != isWebsocket(base.scheme):
			cost = costUnlikely
		case s == "http://" || s == "ws://":
			cost = costFair
		}
		es.add(CauseScheme, cost, slotScheme, func(a address) (address, bool) {
			changed := a.scheme != s
			a.scheme = s
			return a, changed
		})
	}
}

// editHost offers each known host with its own port, without one and with the
// port that the request has, and other spellings of the request's host.
func (f *facts) editHost(es *edits[address], base address) {
	set := func(cause Cause, cost int, host string, port func(address) string) {
		es.add(cause, cost, slotHost, func(a address) (address, bool) {
			if a.host == host {
				return a, false // the port alone is another cause
			}
			a.host, a.port = host, port(a)
			return a, true
		})
	}
	keep := func(a address) string { return a.port }
	for _, o := range f.origins {
		cause, cost := hostCause(base.host, o.host), o.cost
		set(cause, cost, o.host, func(address) string { return o.port })
		if base.port != o.port {
			set(cause, cost, o.host, keep)
		}
		if o.port != "" && base.port != "" {
			set(cause, cost, o.host, func(address) string { return "" })
		}
	}
	for _, o := range f.origins {
		if hostCause(base.host, o.host) == CauseHost {
			w := toggleWWW(o.host)
			set(CauseHost, costRare, w, func(address) string { return o.port })
		}
	}
	set(CauseWWW, costFair, toggleWWW(base.host), keep)
	for _, spell := range []func(string) string{strings.ToLower, capitalFirst, capitalLabels, strings.ToUpper} {
		es.add(CauseHostCase, costUnlikely, slotFree, func(a address) (address, bool) {
			host := spell(a.host)
			changed := host != a.host
			a.host = host
			return a, changed
		})
	}
}

// hostCause says how two hosts differ.
func hostCause(seen, signed string) Cause {
	switch {
	case strings.EqualFold(seen, signed):
		return CauseHostCase
	case strings.EqualFold(toggleWWW(seen), signed):
		return CauseWWW
	}
	return CauseHost
}

func toggleWWW(host string) string {
	if rest, found := strings.CutPrefix(host, "www."); found {
		return rest
	}
	return "www." + host
}

func capitalFirst(host string) string {
	if host == "" {
		return ""
	}
	return strings.ToUpper(host[:1]) + host[1:]
}

func capitalLabels(host string) string {
	labels := strings.Split(host, ".")
	for i, l := range labels {
		labels[i] = capitalFirst(l)
	}
	return strings.Join(labels, ".")
}

func (f *facts) editPort(es *edits[address]) {
	set := func(cost int, port func(address) string) {
		es.add(CausePort, cost, slotPort, func(a address) (address, bool) {
			p := port(a)
			changed := p != a.port
			a.port = p
			return a, changed
		})
	}
	set(costLikely, func(address) string { return "" })
	for _, p := range f.ports {
		set(costLikely, func(address) string { return p })
	}
	set(costFair, func(a address) string { return defaultPort(a.scheme) })
	// The port that a plain HTTP listener's default hides.
	set(costRare, func(address) string { return ":443" })
	set(costRare, func(address) string { return ":80" })
}

func (f *facts) editUser(es *edits[address]) {
	set := func(user string) {
		es.add(CauseUserinfo, costUnlikely, slotUser, func(a address) (address, bool) {
			changed := a.user != user
			a.user = user
			return a, changed
		})
	}
	set("")
	for _, u := range f.users {
		set(u)
	}
}
