package callgate

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
)

// claim is what a connection or a trusted proxy says about where a request went.
// Empty fields say nothing.
type claim struct {
	proto, host, port, prefix string
}

// or fills in what c does not say.
func (c claim) or(other claim) claim {
	fill := func(a, b string) string {
		if a == "" {
			return b
		}
		return a
	}
	return claim{fill(c.proto, other.proto), fill(c.host, other.host), fill(c.port, other.port), fill(c.prefix, other.prefix)}
}

// origin checks a claim.
func (c claim) origin() (origin, error) {
	o, err := parseHost(c.host)
	if err != nil {
		return origin{}, err
	}
	// A proxy may name the scheme of a WebSocket.
	switch {
	case strings.EqualFold(c.proto, "https"), strings.EqualFold(c.proto, "wss"):
		o.scheme = "https"
	case strings.EqualFold(c.proto, "http"), strings.EqualFold(c.proto, "ws"):
		o.scheme = "http"
	default:
		return origin{}, errors.New("the forwarded protocol is neither http nor https")
	}
	if c.port != "" {
		if !isPort(c.port) {
			return origin{}, errors.New("the forwarded port is no number from 1 to 65535")
		}
		if o.port != "" && o.port != c.port {
			return origin{}, errors.New("the forwarded host and the forwarded port disagree")
		}
		if c.port != o.effectivePort() {
			o.port = c.port
		}
	}
	if o.prefix, err = parsePrefix(c.prefix); err != nil {
		return origin{}, fmt.Errorf("forwarded: %w", err)
	}
	return o, nil
}

// forwarded reads what trusted proxies say: Forwarded and X-Forwarded-*. A
// proxy sets one of them and may pass the other on from whoever called it, so
// when both say something they must agree.
func (g *Gate) forwarded(h http.Header) (claim, error) {
	hops, err := parseForwarded(h["Forwarded"])
	if err != nil {
		return claim{}, fmt.Errorf("the Forwarded header: %w", err)
	}
	standard := g.outermost(hops)
	usual, err := g.xForwarded(h)
	if err != nil {
		return claim{}, err
	}
	if standard.proto != "" && usual.proto != "" && !strings.EqualFold(standard.proto, usual.proto) ||
		standard.host != "" && usual.host != "" && !strings.EqualFold(standard.host, usual.host) {
		return claim{}, errors.New("Forwarded and X-Forwarded headers disagree")
	}
	return standard.or(usual), nil
}

// outermost walks from the nearest proxy outwards while each hop was added by a
// trusted proxy, and returns what the outermost of them says. An element is
// about the connection that the proxy accepted, so the element before it was
// added by a trusted proxy only when that connection came from one.
func (g *Gate) outermost(hops []hop) claim {
	var c claim
	for i := len(hops) - 1; i >= 0; i-- {
		c = claim{proto: hops[i].proto, host: hops[i].host}.or(c)
		if !g.trusts(hops[i].from) {
			break
		}
	}
	return c
}

// xForwarded reads the headers that proxies used before RFC 7239. Of a list,
// the element counts that the outermost trusted proxy added; X-Forwarded-For
// tells how many trusted proxies there are.
func (g *Gate) xForwarded(h http.Header) (claim, error) {
	depth := 1
	from := listed(h["X-Forwarded-For"])
	for i := len(from) - 1; i >= 0 && g.trusts(parseNode(from[i])); i-- {
		depth++
	}
	var c claim
	for _, header := range []struct {
		name string
		into *string
	}{
		{"X-Forwarded-Proto", &c.proto},
		{"X-Forwarded-Host", &c.host},
		{"X-Forwarded-Port", &c.port},
		{"X-Forwarded-Prefix", &c.prefix},
	} {
		values := listed(h[header.name])
		if len(values) == 0 {
			continue
		}
		*header.into = values[max(0, len(values)-depth)]
		if *header.into == "" {
			return claim{}, fmt.Errorf("%s is empty", header.name)
		}
	}
	return c, nil
}

// listed splits the lines of a list header at commas.
func listed(lines []string) []string {
	var values []string
	for _, line := range lines {
		for v := range strings.SplitSeq(line, ",") {
			values = append(values, strings.Trim(v, " \t"))
		}
	}
	return values
}

// hop is an element of a Forwarded header.
type hop struct {
	from        netip.Addr // not valid when hidden or unknown
	proto, host string
}

// parseForwarded reads Forwarded headers by the grammar of RFC 7239 section 4,
// and nothing that is merely similar.
func parseForwarded(lines []string) ([]hop, error) {
	var hops []hop
	for _, line := range lines {
		p := parser{rest: line}
		for {
			p.skipSpace()
			if !p.at(',') && p.rest != "" { // RFC 9110 section 5.6.1.2: empty elements are skipped
				h, err := p.element()
				if err != nil {
					return nil, err
				}
				hops = append(hops, h)
				p.skipSpace()
			}
			if p.rest == "" {
				break
			}
			if !p.take(',') {
				return nil, errors.New("something other than a comma after an element")
			}
		}
	}
	return hops, nil
}

// parser reads a header from left to right.
type parser struct{ rest string }

func (p *parser) at(c byte) bool { return p.rest != "" && p.rest[0] == c }

func (p *parser) take(c byte) bool {
	if p.at(c) {
		p.rest = p.rest[1:]
		return true
	}
	return false
}

func (p *parser) skipSpace() { p.rest = strings.TrimLeft(p.rest, " \t") }

// element reads pairs between semicolons.
func (p *parser) element() (hop, error) {
	var h hop
	var seen []string
	for {
		if !p.at(';') && !p.at(',') && p.rest != "" {
			name, value, err := p.pair()
			if err != nil {
				return h, err
			}
			for _, s := range seen {
				if s == name {
					return h, errors.New("a parameter occurs twice in an element")
				}
			}
			seen = append(seen, name)
			switch name {
			case "for":
				h.from = parseNode(value)
			case "proto":
				h.proto = value
			case "host":
				h.host = value
			}
		}
		if !p.take(';') {
			return h, nil
		}
	}
}

// pair reads token "=" value, and returns the name in small letters.
func (p *parser) pair() (name, value string, err error) {
	name = p.token()
	if name == "" || !p.take('=') {
		return "", "", errors.New("a parameter without a name or without a value")
	}
	if p.at('"') {
		value, err = p.quoted()
	} else {
		value = p.token()
	}
	if err == nil && value == "" {
		err = errors.New("a parameter with an empty value, or a value that needs quotation marks")
	}
	return strings.ToLower(name), value, err
}

func (p *parser) token() string {
	i := 0
	for i < len(p.rest) && isTokenByte(p.rest[i]) {
		i++
	}
	t := p.rest[:i]
	p.rest = p.rest[i:]
	return t
}

// isTokenByte is tchar of RFC 9110 section 5.6.2.
func isTokenByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0
}

// quoted reads a quoted-string, RFC 9110 section 5.6.4.
func (p *parser) quoted() (string, error) {
	var value []byte
	for i := 1; i < len(p.rest); i++ {
		switch c := p.rest[i]; {
		case c == '"':
			p.rest = p.rest[i+1:]
			return string(value), nil
		case c == '\\':
			if i++; i == len(p.rest) {
				return "", errors.New("a quotation without an end")
			}
			value = append(value, p.rest[i])
		case c < ' ' && c != '\t' || c == 0x7f:
			return "", errors.New("a control byte in a quotation")
		default:
			value = append(value, c)
		}
	}
	return "", errors.New("a quotation without an end")
}

// parseNode reads an address with or without port, RFC 7239 section 6. An
// unknown or hidden node has no valid address.
func parseNode(s string) netip.Addr {
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return ap.Addr().Unmap().WithZone("")
	}
	s = strings.TrimSuffix(strings.TrimPrefix(s, "["), "]")
	ip, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Addr{}
	}
	return ip.Unmap().WithZone("")
}
