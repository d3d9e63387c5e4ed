package explain

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Request is a refused request as it was received, as bytes: nothing in it was
// decoded or cleaned. What is not known is left empty; the more is known, the
// more can be explained.
type Request struct {
	// Method is the method of the request line.
	Method string
	// URL is the address that the gate took the request for. When it is empty, the
	// address is put together as the gate does: from the configuration, TLS, Host and
	// Target, and from the headers of a trusted proxy.
	URL string
	// Target and Host are the request target and the Host header as received.
	Target, Host string
	// TLS says that the request came over TLS to whoever received it.
	TLS bool
	// Proto is the protocol of the request line, such as "HTTP/1.1".
	Proto string
	// Header holds the headers under their canonical names.
	Header http.Header
	// Body is the raw body.
	Body []byte
	// Peer is who the connection came from: the proxy, when there is one.
	Peer netip.Addr
	// Listen is where the connection came to, as host:port.
	Listen string
}

// addressOf returns the address that the gate took a request for, by the rules of
// the gate: the public URL, or what a trusted proxy says, or the connection.
func (c *Config) addressOf(r *Request) address {
	var a address
	switch {
	case r.URL != "":
		a = parseAddress(r.URL)
	case c.PublicURL != "":
		a = parseAddress(c.PublicURL)
		a.setTarget(strings.TrimSuffix(a.path, "/") + r.Target)
	default:
		a = c.connection(r)
	}
	if r.handshake() {
		a.scheme = socketScheme(a.scheme)
	}
	return a
}

// connection returns the address as the connection has it, and what a trusted
// proxy says of it.
func (c *Config) connection(r *Request) address {
	a := address{scheme: "http://"}
	if r.TLS {
		a.scheme = "https://"
	}
	a.host, a.port = cutPort(r.Host)
	prefix := ""
	if c.trusts(r.Peer) {
		if proto := last(r.Header["X-Forwarded-Proto"]); proto != "" {
			a.scheme = strings.ToLower(proto) + "://"
		}
		if host := last(r.Header["X-Forwarded-Host"]); host != "" {
			a.host, a.port = cutPort(host)
		}
		if port := last(r.Header["X-Forwarded-Port"]); port != "" && ":"+port != defaultPort(a.scheme) {
			a.port = ":" + port
		}
		prefix = strings.TrimSuffix(last(r.Header["X-Forwarded-Prefix"]), "/")
	}
	a.setTarget(prefix + r.Target)
	return a
}

// trusts reports whether the headers of a peer are believed.
func (c *Config) trusts(peer netip.Addr) bool {
	peer = peer.Unmap()
	return slices.ContainsFunc(c.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(peer) })
}

// last returns the last element of a header that is a list.
func last(values []string) string {
	elements := listOf(values)
	if len(elements) == 0 {
		return ""
	}
	return elements[len(elements)-1]
}

// handshake reports whether the request asks for a WebSocket.
func (r *Request) handshake() bool {
	if r.Method != http.MethodGet {
		return false
	}
	for _, token := range listOf(r.Header["Upgrade"]) {
		if strings.EqualFold(token, "websocket") {
			return true
		}
	}
	return false
}

// socketScheme returns the scheme that a handshake is signed with.
func socketScheme(scheme string) string {
	switch strings.ToLower(scheme) {
	case "https://":
		return "wss://"
	case "http://":
		return "ws://"
	}
	return scheme
}

// listOf returns the elements of a header that is a list, without the white
// space round them.
func listOf(values []string) []string {
	var elements []string
	for _, v := range values {
		for e := range strings.SplitSeq(v, ",") {
			if e = strings.Trim(e, " \t"); e != "" {
				elements = append(elements, e)
			}
		}
	}
	return elements
}
