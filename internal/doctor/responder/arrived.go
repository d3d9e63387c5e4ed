package responder

import (
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/callgate/callgate/internal/doctor/protocol"
)

// shown are the headers whose values the doctor is told: those that it sends, and
// those in which proxies say what a request was before them.
var shown = []string{
	"Accept", "Connection", "Content-Encoding", "Content-Length", "Content-Type", "Forwarded", "Front-End-Https",
	"Sec-Websocket-Key", "Sec-Websocket-Version", "Transfer-Encoding", "Upgrade", "User-Agent", "Via",
	"X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Path", "X-Forwarded-Port", "X-Forwarded-Prefix",
	"X-Forwarded-Proto", "X-Forwarded-Protocol", "X-Forwarded-Scheme", "X-Forwarded-Server", "X-Forwarded-Ssl",
	"X-Forwarded-Uri", "X-Host", "X-Original-Host", "X-Original-Uri", "X-Original-Url", "X-Real-Ip",
	"X-Rewrite-Url", "X-Scheme", "X-Script-Name", "X-Twilio-Signature",
}

// traces are headers by which cloud providers are known. Their values are nobody's
// business, but a server that has them stands behind one.
var traces = []string{
	"Cf-Ray", "Fly-Request-Id", "Ngrok-Agent-Ips", "Render-Proxy-Ttl", "X-Amz-Cf-Id", "X-Amzn-Trace-Id", "X-Appgw-Trace-Id",
	"X-Arr-Log-Id", "X-Arr-Ssl", "X-Azure-Ref", "X-Cloud-Trace-Context", "X-Railway-Request-Id", "X-Vercel-Id",
}

// arrived says what of a request arrived, but for its body.
func arrived(q *http.Request) *protocol.Arrived {
	a := &protocol.Arrived{
		Method: q.Method, Target: []byte(q.RequestURI), Host: q.Host, Proto: q.Proto, TLS: q.TLS != nil,
		Peer: q.RemoteAddr, Header: map[string][]string{},
	}
	if local, ok := q.Context().Value(http.LocalAddrContextKey).(net.Addr); ok {
		a.Listen = local.String()
	}
	for name, values := range q.Header {
		switch {
		case slices.Contains(shown, name):
			a.Header[name] = values
		case slices.Contains(traces, name):
			a.Header[name] = []string{"…"}
		}
	}
	if len(q.TransferEncoding) > 0 { // net/http takes it out of the headers
		a.Header["Transfer-Encoding"] = q.TransferEncoding
	}
	return a
}

// isHandshake reports whether a WebSocket is asked for, RFC 6455 section 4.2.1.
func isHandshake(q *http.Request) bool {
	return q.Method == http.MethodGet && listed(q.Header, "Upgrade", "websocket") &&
		listed(q.Header, "Connection", "upgrade") && q.Header.Get("Sec-WebSocket-Key") != ""
}

// listed reports whether a header that is a list has a word.
func listed(h http.Header, name, word string) bool {
	for element := range strings.SplitSeq(strings.Join(h.Values(name), ","), ",") {
		if strings.EqualFold(strings.TrimSpace(element), word) {
			return true
		}
	}
	return false
}
