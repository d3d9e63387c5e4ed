package doctor

import (
	"cmp"
	"context"
	"net/http"
	"net/netip"

	"github.com/callgate/callgate/explain"
	"github.com/callgate/callgate/twilio"
)

// mendsOnTheWay returns the mends of a change. Behind the gate's own address there is no
// application that could be at fault, so what mends one is to be done on the way. Where
// it is not known which proxy it was, the lines of all that are known are returned.
func (e *examination) mendsOnTheWay(ctx context.Context, res result, change explain.Change) []explain.Mend {
	var mends []explain.Mend
	for _, m := range change.Mends {
		if m.Where == "the application" {
			m = explain.Mend{Where: "the proxy", Note: "pass on what came as it came: nothing may decode, sort, trim or write it anew"}
		}
		mends = append(mends, m)
	}
	if e.proxy != "" && !e.several {
		return mends
	}
	if _, have := e.lines[change.Cause]; !have {
		e.lines[change.Cause] = e.linesOfOthers(ctx, res, change.Cause)
	}
	return append(mends, e.lines[change.Cause]...)
}

// linesOfOthers returns what mends a cause in each proxy that the probes may have come
// through besides the one that has said so.
func (e *examination) linesOfOthers(ctx context.Context, res result, cause explain.Cause) (lines []explain.Mend) {
	for _, p := range known {
		x := e.explained(ctx, res, p)
		if p == e.proxy || x == nil {
			continue
		}
		for _, change := range x.Changes {
			for _, m := range change.Mends {
				if change.Cause == cause && m.Where == p.Name() {
					lines = append(lines, m)
				}
			}
		}
	}
	return lines
}

// explained has a refusal explained. The address as it is configured comes first: with
// that of the probe itself, a part that was added would pass for the loss of the rest.
func (e *examination) explained(ctx context.Context, res result, by explain.Proxy) *explain.Explanation {
	x := e.explain(ctx, res, e.session.origin()+e.session.path, by)
	if x != nil && x.Confidence != explain.Proved {
		return e.explain(ctx, res, res.sent.url, by)
	}
	return x
}

// explain asks package explain, with the token that the probe was signed with, what the
// server knows of itself, and an address that the carrier may know. The proxy is who is
// taken to be on the way when nothing says it.
func (e *examination) explain(ctx context.Context, res result, webhook string, by explain.Proxy) *explain.Explanation {
	a := res.answer.Arrived
	config := explain.Config{
		Keys:      []twilio.Key{{Name: "probe", Token: e.session.key.Token(e.session.challenge)}},
		PublicURL: e.server.PublicURL, AllowedHosts: e.server.AllowedHosts, Webhooks: []string{webhook},
	}
	for _, text := range e.server.TrustedProxies {
		if p, err := netip.ParsePrefix(text); err == nil {
			config.TrustedProxies = append(config.TrustedProxies, p)
		}
	}
	explainer, err := explain.New(config)
	if err != nil {
		return nil
	}
	peer, _ := netip.ParseAddrPort(a.Peer)
	header := http.Header(a.Header).Clone()
	if server := cmp.Or(string(by), res.response.header.Get("Server")); by != "" || server != "" && len(header["Via"]) == 0 {
		header.Set("Via", "1.1 "+server) // so that its lines are proposed
	}
	return explainer.Explain(ctx, &explain.Request{
		Method: a.Method, URL: string(res.answer.Verdict.Address), Target: string(a.Target), Host: a.Host,
		TLS: a.TLS, Proto: a.Proto, Header: header, Body: a.Body, Peer: peer.Addr(), Listen: a.Listen,
	})
}
