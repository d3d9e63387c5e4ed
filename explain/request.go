package explain

import (
	"net/http"
	"net/netip"
	"strings"
)

// Request is a refused request as it was received, as bytes: nothing in it was
// decoded or cleaned. What is not known is left empty; the more is known, the
// more can be explained.
type Request struct {
	// Method is the method of the request line.
	Method string
	// URL is the address that the gate took the request for. When it is empty, the
	// address is put together from TLS, Host and Target.
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

// address returns the address that the request was taken for.
func (r *Request) address() address {
	url := r.URL
	if url == "" {
		scheme := "http://"
		if r.TLS {
			scheme = "https://"
		}
		url = scheme + r.Host + r.Target
	}
	a := parseAddress(url)
	if r.handshake() {
		a.scheme = socketScheme(a.scheme)
	}
	return a
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
