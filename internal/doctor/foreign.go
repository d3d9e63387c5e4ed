package doctor

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/callgate/callgate/explain"
	"github.com/callgate/callgate/internal/doctor/protocol"
)

// errNoChallenge: the server gave one before, and gives none now.
var errNoChallenge = errors.New("the server gives no further challenge; run the doctor again")

// reason says in few words why there is no answer.
func reason(err error) string {
	var timeout net.Error
	var op *net.OpError
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "none in time"
	case errors.As(err, &op):
		return op.Err.Error()
	}
	return plain(err.Error())
}

// plain makes a text that may quote what a stranger said one that a terminal shows as it is.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
}

// known are the proxies that name themselves in the Server header of an answer.
var known = []explain.Proxy{explain.ProxyNginx, explain.ProxyHAProxy, explain.ProxyApache, explain.ProxyCaddy}

// proxyNamed returns the proxy that an answer is from.
func proxyNamed(h http.Header) explain.Proxy {
	server := strings.ToLower(h.Get("Server"))
	for _, p := range known {
		if strings.Contains(server, string(p)) {
			return p
		}
	}
	return ""
}

// where names the proxy for a mend.
func (e *examination) where(h http.Header) string {
	if p := proxyNamed(h); p != "" {
		return p.Name()
	}
	if e.proxy != "" {
		return e.proxy.Name()
	}
	return "the proxy"
}

// isCallgate reports whether an answer looks like that of a gate: to a wrong signature,
// TwiML where calls are answered, and else a bare status.
func isCallgate(r *response) bool {
	if r.status == http.StatusOK {
		return isTwiML(r.body)
	}
	return r.header.Get("Cache-Control") == "no-store" && r.header.Get("X-Content-Type-Options") == "nosniff" &&
		string(r.body) == http.StatusText(r.status)+"\n"
}

// judgeForeign says what it means that something else than the server answered a probe.
func (e *examination) judgeForeign(c *Check, res result) {
	h, status := res.response.header, res.response.status
	who := e.where(h)
	mend := func(note string) explain.Mend { return explain.Mend{Where: who, Note: note} }
	text := fmt.Sprintf("%s answers %s before the request reaches Callgate", who, statusText(status))
	switch {
	case isCallgate(res.response):
		c.ill("a Callgate answers, but not the one that gave the challenge", finding(CauseFleet,
			explain.Mend{Where: "the examination", Note: "let one server take all requests for a while, or name it with --server"},
			mend("if there is one server only: pass the header X-Callgate-Doctor on with every request")))
	case res.shape.kind == protocol.Slow:
		c.ill(fmt.Sprintf("%s after %v instead of the answer", statusText(status), res.response.took.Round(time.Millisecond)), finding(CauseImpatient, patienceMend(who, e.proxyOr(h))))
	case status >= 300 && status < 400:
		c.ill(fmt.Sprintf("%s redirects with %d to %s", who, status, location(h)), finding(CauseRedirect,
			mend("no redirects for webhooks: they lose the caller's digits"),
			explain.Mend{Where: "the carrier's console", Note: "write the final address, with scheme, host and slash exactly as it is served"}))
	case status == http.StatusRequestEntityTooLarge, status == http.StatusRequestURITooLong, status == http.StatusRequestHeaderFieldsTooLarge,
		status == http.StatusBadRequest && strings.HasPrefix(res.shape.name, "long "):
		c.ill(text, finding(CauseLimit, limitMend(who, proxyNamed(h))))
	case status == http.StatusBadGateway, status == http.StatusServiceUnavailable, status == http.StatusGatewayTimeout:
		c.ill(text, finding(CauseBackend, mend("let it reach the address that Callgate listens on, and see whether Callgate runs")))
	case status >= 400:
		c.ill(text, finding(CauseRefused, refusedMend(who, e.proxyOr(h), status)))
	default:
		c.ill(fmt.Sprintf("%s answers, but not this probe", statusText(status)), finding(CauseCached,
			mend("cache nothing, and change no answer; behind the address there must be one Callgate, or the same one for a whole visit")))
	}
}

func (e *examination) proxyOr(h http.Header) explain.Proxy {
	if p := proxyNamed(h); p != "" {
		return p
	}
	return e.proxy
}

// maxLocation bounds what is shown of where a redirect leads.
const maxLocation = 200

func location(h http.Header) string {
	to := h.Get("Location")
	return fmt.Sprintf("%+q", to[:min(len(to), maxLocation)])
}

// patienceMend says what makes a proxy wait as long as the carrier.
func patienceMend(who string, p explain.Proxy) explain.Mend {
	lines := map[explain.Proxy]string{
		explain.ProxyNginx:   "proxy_read_timeout 60s;",
		explain.ProxyHAProxy: "timeout server 60s",
		explain.ProxyApache:  "ProxyPass / http://127.0.0.1:8080/ nocanon upgrade=websocket timeout=60",
		explain.ProxyCaddy:   "# remove response_header_timeout and read_timeout of the transport",
	}
	return explain.Mend{Where: who, Line: lines[p], Note: "wait longer than the carrier does, which is 15 s"}
}

func limitMend(who string, p explain.Proxy) explain.Mend {
	lines := map[explain.Proxy]string{
		explain.ProxyNginx:   "client_max_body_size 64k;\nlarge_client_header_buffers 4 16k;",
		explain.ProxyApache:  "LimitRequestBody 65536\nLimitRequestLine 8190",
		explain.ProxyHAProxy: "global\n    tune.bufsize 32768",
		explain.ProxyCaddy:   "request_body {\n    max_size 64KB\n}",
	}
	return explain.Mend{Where: who, Line: lines[p], Note: "take what Callgate takes: 64 KiB of body, and addresses of 4 KiB, where the state of a call travels"}
}

// refusedMend says what lets a request through that a proxy refuses.
func refusedMend(who string, p explain.Proxy, status int) explain.Mend {
	m := explain.Mend{Where: who, Note: "let the request through to Callgate, which decides by itself: no login, no rules about addresses, methods and bytes here"}
	switch {
	case p == explain.ProxyApache && status == http.StatusNotFound:
		m.Line = "AllowEncodedSlashes NoDecode"
	case p == explain.ProxyHAProxy && status == http.StatusBadRequest:
		m.Line = "option accept-invalid-http-request"
	case p == explain.ProxyNginx && status == http.StatusNotFound:
		m.Line = "location / {\n    proxy_pass http://callgate;"
	}
	return m
}

// noDoctor says why nobody who knows the token has answered.
func (e *examination) noDoctor(r *response) Check {
	c := Check{Name: "doctor"}
	if r.status >= 300 && r.status < 400 {
		e.judgeForeign(&c, result{response: r})
		return c
	}
	text := statusText(r.status)
	if server := r.header.Get("Server"); server != "" {
		text += fmt.Sprintf(" from %+q", server)
	}
	if r.status >= 500 {
		e.judgeForeign(&c, result{response: r})
		return c
	}
	if isCallgate(r) {
		text += ", from a Callgate that does not answer this doctor"
	}
	c.ill("no answer to the doctor: "+text, finding(CauseNoDoctor,
		explain.Mend{Where: "callgate.yaml", Line: "doctor: on", Note: "the server answers the doctor only when it says so"},
		explain.Mend{Where: "the environment or file that holds the key", Note: "use the token that is the first of `keys` on the server"},
		explain.Mend{Where: e.where(r.header), Note: "pass the header X-Callgate-Doctor on, and let this address reach Callgate"},
		explain.Mend{Where: "the clocks", Note: "set both: more than ten minutes apart, the server does not answer"}))
	return c
}

// clock compares the server's time with ours.
func clock(r *response, serverMillis int64) Check {
	// The Date header has whole seconds. It was written between the two ends of the exchange.
	const tolerable = 30 * time.Second
	c := Check{Name: "clock"}
	middle := r.sent.Add(r.took / 2)
	there := time.UnixMilli(serverMillis)
	whose := "the server's"
	if date, err := http.ParseTime(r.header.Get("Date")); err == nil && (serverMillis == 0 || middle.Sub(date).Abs() > tolerable) {
		there, whose = date.Add(time.Second/2), "the Date header's"
	} else if serverMillis == 0 {
		c.Result, c.Text = Note, "unknown: the answer has no Date header"
		return c
	}
	apart := there.Sub(middle)
	if apart.Abs() <= tolerable {
		c.Result, c.Text = OK, fmt.Sprintf("%s agrees with ours to %v", whose, apart.Abs().Round(100*time.Millisecond))
		return c
	}
	side := "ahead of"
	if apart < 0 {
		side = "behind"
	}
	c.ill(fmt.Sprintf("%s is %v %s ours", whose, apart.Abs().Round(time.Second), side), finding(CauseClock,
		explain.Mend{Where: "the machine whose clock is wrong", Note: "let it keep time (timedatectl set-ntp true): certificates, states of calls and logs rest on it"}))
	return c
}
