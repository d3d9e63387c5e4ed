package doctor

import (
	"errors"
	"net"
	"net/netip"
	"strings"
)

// base is the address that is examined, cut where probes are put together. Nothing in
// it is decoded or cleaned.
type base struct {
	scheme    string // "https" or "http"
	authority string // as it stands in the address, and in Host
	host      string // without port and brackets
	port      string // the one to connect to
	path      string // "" or "/voice": without a slash at its end
	whole     string // the path as it was given, "/" at the least
}

func parseBase(url string) (base, error) {
	scheme, rest, found := strings.Cut(url, "://")
	b := base{scheme: scheme, whole: "/"}
	switch {
	case !found || scheme != "https" && scheme != "http":
		return b, errors.New("an address is wanted that begins with https:// (or http://), such as https://ivr.example.org")
	case strings.ContainsAny(rest, "?#"):
		return b, errors.New("an address without query and fragment is wanted: the probes have their own")
	case strings.ContainsAny(rest, "@ \\") || hasControl(rest):
		return b, errors.New("an address without user, password, spaces and control characters is wanted")
	}
	b.authority = rest
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		b.authority, b.whole = rest[:i], rest[i:]
	}
	b.path = strings.TrimRight(b.whole, "/")
	b.port = map[string]string{"https": "443", "http": "80"}[scheme]
	b.host = b.authority
	if host, port, err := net.SplitHostPort(b.authority); err == nil {
		b.host, b.port = host, port
	}
	b.host = strings.TrimSuffix(strings.TrimPrefix(b.host, "["), "]")
	if b.host == "" || b.port == "" {
		return b, errors.New("the address has no host, or a colon without a port")
	}
	return b, nil
}

func hasControl(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
}

func (b base) origin() string   { return b.scheme + "://" + b.authority }
func (b base) endpoint() string { return net.JoinHostPort(b.host, b.port) }

// local reports whether the host is this machine.
func (b base) local() bool {
	ip, err := netip.ParseAddr(b.host)
	return b.host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}
