package gateway

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/callgate/callgate"
)

// Principals is the header that tells the application who sent a request: the principals
// of the gate with commas between, such as "everyone, carrier:twilio, number:+15005550100".
// In the name of a user, what is neither letter, digit nor one of "-._~+@:" is
// percent-encoded.
const Principals = "Callgate-Principals"

// passed are the headers that go on to the application as they came. None of them is
// signed, so none may be one that frameworks let decide what a request is:
// X-HTTP-Method-Override, X-Original-URL, Forwarded, Range and their like. Accept-Encoding
// is not among them, because the gate reads answers.
var passed = map[string]bool{
	"Accept": true, "Accept-Language": true, "Authorization": true, "Content-Type": true, "Cookie": true,
	"I-Twilio-Idempotency-Token": true, "Traceparent": true, "Tracestate": true, "User-Agent": true, "X-Request-Id": true,
}

// passedPrefix begins the names of the carrier's own headers, the signature's among them:
// an application that verifies it too can go on doing so.
const passedPrefix = "X-Twilio-"

// handshake are the headers that open a WebSocket (RFC 6455 section 4.1).
var handshake = map[string]bool{
	"Connection": true, "Upgrade": true, "Sec-Websocket-Key": true, "Sec-Websocket-Version": true,
	"Sec-Websocket-Protocol": true, "Sec-Websocket-Extensions": true,
}

// headers returns those for the application.
func (g *Gateway) headers(in http.Header, a *callgate.Admission) http.Header {
	out := make(http.Header, len(in)+4)
	for name, values := range in {
		if passed[name] || isPlainName(name) && strings.HasPrefix(name, passedPrefix) ||
			g.kind == callgate.KindStream && handshake[name] {
			out[name] = values
		}
	}
	list := make([]string, len(a.Principals))
	for i, p := range a.Principals {
		if strings.HasPrefix(string(p), "user:") {
			delete(out, "Authorization") // the gate has checked it, and the password ends there
		}
		list[i] = escape(string(p))
	}
	out.Set(Principals, strings.Join(list, ", "))
	if out["Upgrade"] != nil {
		// A handshake is verified when it asks for a WebSocket among others. One that the
		// application could take for a tunnel of HTTP/2 would lead round the gate.
		out.Set("Upgrade", "websocket")
	}
	return out
}

// isPlainName reports whether a header's name is one in every environment: some servers
// turn all but letters and digits into "_", so that X_Twilio_A would pass for X-Twilio-A.
func isPlainName(name string) bool {
	return !strings.ContainsFunc(name, func(c rune) bool { return !isAlphanumeric(c) && c != '-' })
}

func isAlphanumeric(c rune) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// escape keeps names of users from reading as something else.
func escape(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		if isAlphanumeric(rune(c)) || strings.IndexByte("-._~+@:", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// setForwarded tells the application the address that the carrier knows, of which target
// is the end, and returns the host of it.
func setForwarded(h http.Header, address, target string) (host string) {
	scheme, rest, _ := strings.Cut(address, "://")
	rest = strings.TrimSuffix(rest, target)
	host, prefix := rest, ""
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		host, prefix = rest[:i], rest[i:]
	}
	h.Set("X-Forwarded-Proto", scheme)
	h.Set("X-Forwarded-Host", host)
	if prefix != "" {
		h.Set("X-Forwarded-Prefix", prefix)
	}
	return host
}
