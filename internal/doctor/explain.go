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
// application that could be at fault, so what mends one is to be done on the way. Of a
// proxy that does not say what it is, the lines of all that are known are returned.
func (e *examination) mendsOnTheWay(ctx context.Context, res result, change explain.Change) []explain.Mend {
	var mends []explain.Mend
	for _, m := range change.Mends {
		if m.Where == "the application" {
			m = explain.Mend{Where: "the proxy", Note: "pass on what came as it came: nothing may decode, sort, trim or write it anew"}
		}
		mends = append(mends, m)
	}
	if e.proxy != "" {
		return mends
	}
	lines, have := e.lines[change.Cause]
	for _, p := range known {
		if have {
			break
		}
		x := e.explained(ctx, res, p)
		if x == nil {
			continue
		}
		for _, other := range x.Changes {
			for _, m := range other.Mends {
				if other.Cause == change.Cause && m.Where == p.Name() {
					lines = append(lines, m)
				}
			}
		}
	}
	e.lines[change.Cause] = lines
	return append(mends, lines...)
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
	if server := cmp.Or(string(by), res.response.header.Get("Server")); server != "" && len(header["Via"]) == 0 {
		header.Set("Via", "1.1 "+server) // so that its lines are proposed
	}
	return explainer.Explain(ctx, &explain.Request{
		Method: a.Method, URL: string(res.answer.Verdict.Address), Target: string(a.Target), Host: a.Host,
		TLS: a.TLS, Proto: a.Proto, Header: header, Body: a.Body, Peer: peer.Addr(), Listen: a.Listen,
	})
}
