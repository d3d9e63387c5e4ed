package doctor

import (
	"context"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/explain"
	"github.com/callgate/callgate/internal/doctor/protocol"
)

// maxRoutes bounds the routes that are probed; a server with more is told so.
const maxRoutes = 40

// probes sends all shapes, and those of the routes.
func (e *examination) probes(ctx context.Context) {
	shapes := append(shapesAt(e.session.base, e.server.PublicURL), e.webhooks()...)
	routes := e.server.Routes[:min(len(e.server.Routes), maxRoutes)]
	all := len(shapes) + 2*len(routes)
	if e.config.Slow {
		all++
	}
	sent := 0
	send := func(s shape) {
		if ctx.Err() != nil {
			return
		}
		e.config.Progress(sent, all, s.name)
		e.add(e.judge(ctx, e.note(ctx, e.session.probe(ctx, s))))
		sent++
	}
	for _, s := range shapes {
		send(s)
	}
	for _, r := range routes {
		for _, s := range routeShapes(e.outside(r.Path), r) {
			send(s)
		}
	}
	if e.config.Slow {
		send(shape{name: "slow answer", kind: protocol.Slow, method: http.MethodPost, target: e.session.path + protocol.Path + "slow", kindOf: formType, body: call})
	}
	if e.session.repeated > 0 {
		e.add(Check{Name: "fleet", Result: Note, Text: fmt.Sprintf("%d probes were sent again, because another Callgate answered: the servers of a fleet may differ, so examine each", e.session.repeated)})
	}
	if more := len(e.server.Routes) - len(routes); more > 0 {
		e.add(Check{Name: "routes", Result: Note, Text: fmt.Sprintf("%d more were not probed", more)})
	}
}

// maxWebhooks bounds the configured addresses that are probed.
const maxWebhooks = 20

// webhooks returns the shapes for the addresses that are configured at the carrier, and
// says which of them are of another server.
func (e *examination) webhooks() (shapes []shape) {
	elsewhere := 0
	for _, address := range e.server.Webhooks[:min(len(e.server.Webhooks), maxWebhooks)] {
		if s, ok := webhookShape(address, e.session.base); ok {
			shapes = append(shapes, s)
		} else {
			elsewhere++
		}
	}
	if elsewhere > 0 {
		e.add(Check{Name: "webhooks", Result: Note, Text: fmt.Sprintf("%d of those in callgate.yaml do not begin with %s; examine their addresses too", elsewhere, e.session.origin())})
	}
	return shapes
}

// note keeps what a result tells about the way to the server.
func (e *examination) note(ctx context.Context, res result) result {
	if res.answer == nil || res.answer.Arrived == nil {
		return res
	}
	a := res.answer.Arrived
	e.times = append(e.times, res.response.took)
	e.protos[a.Proto] = true
	if e.hops == "" {
		e.several = elements(a.Header["X-Forwarded-For"]) > 1 || elements(a.Header["Via"]) > 1 ||
			e.session.scheme == "https" && strings.EqualFold(strings.Join(a.Header["X-Forwarded-Proto"], ","), "http")
		e.named = len(a.Header["Via"]) > 0
		e.hops = hops(res.response.header, a)
		if x := e.explain(ctx, res, res.sent.url, ""); x != nil {
			e.proxy = x.Proxy
		}
	}
	if prefix, found := strings.CutSuffix(res.sent.target, string(a.Target)); found {
		if e.prefix == nil {
			e.prefix = &prefix
		}
		if v := res.answer.Verdict; v != nil && v.Admitted && res.shape.kind != protocol.Unsigned {
			e.told = prefix
		}
	}
	return res
}

// elements counts those of a header that is a list.
func elements(lines []string) int {
	if len(lines) == 0 {
		return 0
	}
	return strings.Count(strings.Join(lines, ","), ",") + 1
}

// through names what changes were made by, as far as that can be known: the Server header
// of an answer names the outermost proxy at the most.
func (e *examination) through() string {
	switch {
	case e.proxy == "" && e.several:
		return ", through several proxies"
	case e.proxy == "":
		return ""
	case e.several:
		return ", through several proxies, of which one is " + e.proxy.Name()
	case !e.named:
		return ", through " + e.proxy.Name() + " or what may stand behind it"
	}
	return ", through " + e.proxy.Name()
}

// outside returns the path of a route as the carrier has to write it.
func (e *examination) outside(path string) string {
	if e.prefix == nil || *e.prefix == "" {
		return path
	}
	return *e.prefix + path
}

// hops says what a request came through.
func hops(answer http.Header, a *protocol.Arrived) string {
	var list []string
	if server := answer.Get("Server"); server != "" {
		list = append(list, fmt.Sprintf("%+q answers", server))
	}
	for _, name := range []string{"Via", "Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Prefix"} {
		if values := a.Header[name]; len(values) > 0 {
			list = append(list, fmt.Sprintf("%s is %+q", name, strings.Join(values, ", ")))
		}
	}
	list = append(list, fmt.Sprintf("Host arrives as %+q", a.Host), "the connection comes from "+a.Peer)
	return strings.Join(list, ", ")
}

// summary says what all probes together tell.
func (e *examination) summary() {
	if e.hops != "" {
		e.add(Check{Name: "way", Result: OK, Text: e.hops})
		e.add(e.versions())
	}
	if len(e.times) > 0 {
		e.add(latency(e.times, time.Duration(e.server.Deadline)*time.Millisecond))
	}
}

// versions says which versions of HTTP are spoken.
func (e *examination) versions() Check {
	c := Check{Name: "http", Result: OK, Text: "Callgate is spoken to in " + strings.Join(slices.Sorted(maps.Keys(e.protos)), " and ")}
	if e.alpn == "h2" {
		c.Text += "; HTTP/2 is offered outside"
	}
	if e.protos["HTTP/1.0"] {
		c.Result = Note
		c.Text += ": in HTTP/1.0 no connection is kept and no WebSocket passes"
		c.Findings = []Finding{finding(CauseUpgrade, explain.Mend{Where: e.where(nil), Note: "speak HTTP/1.1 to Callgate (nginx: proxy_http_version 1.1)"})}
	}
	return c
}

// latency compares how long answers took with what is left of the carrier's patience
// when the server needs all of its own time.
func latency(times []time.Duration, deadline time.Duration) Check {
	slices.Sort(times)
	median, slowest := times[len(times)/2], times[len(times)-1]
	room := callgate.CarrierPatience - deadline
	const unit = time.Millisecond
	c := Check{Name: "latency", Result: OK, Text: fmt.Sprintf("half of the answers within %v, all within %v; %v are left of the carrier's %v when the server takes its %v",
		median.Round(unit), slowest.Round(unit), room, callgate.CarrierPatience, deadline)}
	switch {
	case slowest > room:
		c.ill(c.Text, finding(CauseSlow,
			explain.Mend{Where: "the network and the proxy", Note: "find out what takes so long: a probe costs the server nothing"},
			explain.Mend{Where: "callgate.yaml", Note: "or leave more of the carrier's time to the way", Line: "deadline: " + max(callgate.CarrierPatience-2*slowest, time.Second).Round(time.Second).String()}))
	case slowest > room/2:
		c.Result = Note
	}
	return c
}

// resolve looks the host up, unless it is told where to connect. It reports whether there
// is somewhere to connect to.
func (e *examination) resolve(ctx context.Context) (found bool) {
	host := e.session.host
	if e.config.Server != "" || e.session.local() {
		return true
	}
	c := Check{Name: "name", Result: OK}
	ips, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	private := slices.DeleteFunc(slices.Clone(ips), func(ip netip.Addr) bool { return !hidden(ip.Unmap()) })
	switch {
	case err != nil:
		c.ill("no address is found for "+host, finding(CauseName, explain.Mend{Where: "DNS", Note: "give the host an address, or correct the host; --server examines it before that"}))
	case len(private) > 0:
		c.ill(fmt.Sprintf("%s is at %v, which a carrier cannot reach", host, private[0]), finding(CauseName, explain.Mend{Where: "DNS", Note: "give the host addresses of the public internet only"}))
	case !slices.ContainsFunc(ips, func(ip netip.Addr) bool { return ip.Unmap().Is4() }):
		c.Result, c.Text = Note, host+" has IPv6 addresses only; not every carrier has IPv6"
	default:
		c.Text = fmt.Sprintf("%s has %d addresses", host, len(ips))
	}
	e.add(c)
	return err == nil
}

// hidden reports whether an address is not one of the public internet.
func hidden(ip netip.Addr) bool {
	return ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() || ip.IsUnspecified()
}
