package callgate

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
)

// origin is what stands before the request target in the address that the
// carrier knows.
type origin struct {
	scheme string // "http" or "https"
	host   string // without port; an IPv6 address keeps its brackets
	port   string // digits, or empty
	prefix string // a path without a trailing slash, or empty
}

// String joins the parts, byte for byte.
func (o origin) String() string {
	s := o.scheme + "://" + o.host
	if o.port != "" {
		s += ":" + o.port
	}
	return s + o.prefix
}

// effectivePort returns the port, be it written or not.
func (o origin) effectivePort() string {
	switch {
	case o.port != "":
		return o.port
	case o.scheme == "https":
		return "443"
	default:
		return "80"
	}
}

// parsePublicURL checks a configured public URL. Its spelling is kept, because
// it is part of what the carrier signs.
func parsePublicURL(s string) (origin, error) {
	var o origin
	scheme, rest, found := strings.Cut(s, "://")
	switch {
	case !found || scheme == "" || rest == "":
		return o, errors.New(`must be scheme and host, such as "https://ivr.example.org"`)
	case scheme == "wss" || scheme == "ws":
		return o, fmt.Errorf("must begin with %q: a WebSocket has the same public URL as the rest", strings.Replace(scheme, "ws", "http", 1)+"://")
	case scheme != "https" && scheme != "http":
		return o, errors.New(`must begin with "https://" or "http://", in small letters`)
	case strings.ContainsAny(rest, "?#"):
		return o, errors.New(`must have no "?" and no "#": they belong to single requests`)
	}
	authority, prefix := rest, ""
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		authority, prefix = rest[:i], rest[i:]
	}
	if strings.IndexByte(authority, '@') >= 0 {
		return o, errors.New("must have no user and password: the carrier does not sign them")
	}
	var err error
	if o, err = parseHost(authority); err != nil {
		return o, err
	}
	o.scheme = scheme
	o.prefix, err = parsePrefix(prefix)
	return o, err
}

// parseHost checks HOST or HOST:PORT.
func parseHost(s string) (origin, error) {
	o := origin{host: s}
	if i := strings.LastIndexByte(s, ':'); i >= 0 && strings.IndexByte(s[i:], ']') < 0 {
		o.host, o.port = s[:i], s[i+1:]
		if !isPort(o.port) {
			return o, errors.New("the port is no number from 1 to 65535")
		}
	}
	if literal, ok := strings.CutPrefix(o.host, "["); ok {
		literal, ok = strings.CutSuffix(literal, "]")
		ip, err := netip.ParseAddr(literal)
		if !ok || err != nil || !ip.Is6() || ip.Zone() != "" {
			return o, errors.New("the brackets hold no IPv6 address")
		}
		return o, nil
	}
	if !isHostname(o.host) {
		return o, errors.New("the host is no name of letters, digits, dots and hyphens, and no address")
	}
	return o, nil
}

func isPort(s string) bool {
	n, err := strconv.ParseUint(s, 10, 16)
	return err == nil && n > 0 && s[0] != '0'
}

// maxHostname is the longest domain name, RFC 1035 section 2.3.4.
const maxHostname = 253

func isHostname(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '.' || c == '_') {
			return false
		}
	}
	return s != "" && len(s) <= maxHostname && s[0] != '.' && !strings.Contains(s, "..")
}

// parsePrefix checks the path that stands before each request target. Its
// trailing slash is the first byte of the target.
func parsePrefix(s string) (string, error) {
	s = strings.TrimSuffix(s, "/")
	if s == "" {
		return "", nil
	}
	t, err := parseTarget(s)
	if err != nil || t.query != "" || strings.HasSuffix(s, "/") || strings.HasSuffix(s, "?") {
		return "", errors.New("the path prefix is not a clean path that begins with a slash")
	}
	return s, nil
}

// parseAllowedHost checks an entry of AllowedHosts: HOST[:PORT][/PREFIX].
func parseAllowedHost(s string) (origin, error) {
	authority, prefix := s, ""
	if i := strings.IndexByte(s, '/'); i >= 0 {
		authority, prefix = s[:i], s[i:]
	}
	o, err := parseHost(authority)
	if err != nil {
		return o, err
	}
	o.host = strings.ToLower(o.host)
	o.prefix, err = parsePrefix(prefix)
	return o, err
}

// address returns the URL that the carrier requested, as far as it can be known
// here: the raw target behind an origin that is ours.
func (g *Gate) address(r *http.Request, raw string) (string, *Refusal) {
	if g.public != "" {
		return g.public + raw, nil
	}
	o, err := g.origin(r)
	if err != nil {
		return "", Refuse(ReasonHost, "%v", err)
	}
	if !g.allows(o) {
		return o.String() + raw, Refuse(ReasonHost, "%s is not in AllowedHosts", o) // the address is for explanations
	}
	return o.String() + raw, nil
}

// origin finds the origin that a request without a public URL is for. Errors
// quote nothing that was not checked.
func (g *Gate) origin(r *http.Request) (origin, error) {
	claim := claim{host: r.Host, proto: "http"}
	if r.TLS != nil {
		claim.proto = "https"
	}
	if g.trusts(peer(r)) {
		forwarded, err := g.forwarded(r.Header)
		if err != nil {
			return origin{}, err
		}
		claim = forwarded.or(claim)
	}
	return claim.origin()
}

// allows reports whether an origin is one of ours. Letters match in either
// case; a host without a port stands for the port that the scheme implies.
func (g *Gate) allows(o origin) bool {
	for _, a := range g.hosts {
		a.scheme = o.scheme
		if strings.EqualFold(a.host, o.host) && a.effectivePort() == o.effectivePort() && a.prefix == o.prefix {
			return true
		}
	}
	return false
}

// peer returns the address that the request's connection comes from; it is not
// valid when there is none, as on a Unix socket.
func peer(r *http.Request) netip.Addr {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return ap.Addr().Unmap().WithZone("")
}

// trusts reports whether an address is one of a trusted proxy.
func (g *Gate) trusts(ip netip.Addr) bool {
	for _, p := range g.proxies {
		if p.Contains(ip) {
			return true
		}
	}
	return false
}
