package doctor

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/explain"
	"github.com/callgate/callgate/internal/doctor/protocol"
	"github.com/callgate/callgate/twilio"
)

// judge says how a probe went.
func (e *examination) judge(ctx context.Context, res result) Check {
	c := Check{Name: res.shape.name}
	switch {
	case res.err != nil && res.shape.kind == protocol.Slow:
		c.ill("no answer: "+reason(res.err), finding(CauseImpatient, patienceMend(e.where(nil), e.proxy)))
	case res.err != nil:
		c.ill("no answer: "+reason(res.err), finding(CauseUnreachable, explain.Mend{Where: "the proxy", Note: "let such a request through; its log may say why it did not"}))
	case res.answer == nil:
		e.judgeForeign(&c, res)
	case res.shape.kind == protocol.Slow:
		c.Result, c.Text = OK, fmt.Sprintf("one that takes as long as the server may gets through, after %v", res.response.took.Round(time.Millisecond))
	case res.shape.kind == protocol.Unsigned:
		e.judgeUnsigned(&c, res)
	default:
		e.judgeArrived(ctx, &c, res)
	}
	if c.Result == Ill && res.shape.rare != "" {
		c.Result = Note
		c.Text += "; " + res.shape.rare
		if res.shape.kind != protocol.Stream {
			c.Findings = nil // that was all there is to do
		}
	}
	return c
}

func (c *Check) ill(text string, f ...Finding) { c.Result, c.Text, c.Findings = Ill, text, f }

// judgeUnsigned looks at what the gate says of a request without a signature.
func (e *examination) judgeUnsigned(c *Check, res result) {
	v := res.answer.Verdict
	switch {
	case v == nil:
		c.ill("the server has not said what it would do", finding(CauseNoDoctor))
	case v.Admitted:
		c.ill("admitted: anyone can call this route", finding(CauseOpen, explain.Mend{
			Where: "callgate.yaml", Note: "ask for the carrier's signature on the route, end its observation, and let no proxy log in for everybody", Line: "auth: signature",
		}))
	default:
		c.Result, c.Text = OK, fmt.Sprintf("refused (%s)", v.Reason)
	}
}

// judgeArrived compares what arrived with what was sent, and has a refusal explained.
func (e *examination) judgeArrived(ctx context.Context, c *Check, res result) {
	a, v := res.answer.Arrived, res.answer.Verdict
	if a == nil || v == nil {
		c.ill("the server has not said what arrived", finding(CauseNoDoctor))
		return
	}
	c.Differences = differences(res.sent, a, e.told)
	switch {
	case !v.Admitted:
		e.refused(ctx, c, res)
	case res.shape.kind == protocol.Stream && !res.response.upgraded:
		c.ill(fmt.Sprintf("the handshake arrived, and its answer came back as %s instead of 101", statusText(res.response.status)), e.upgradeLost())
	case v.Form != "" && v.Form != string(callgate.FormAsReceived):
		c.Result, c.Text = OK, "admitted, in the spelling "+v.Form
	default:
		c.Result, c.Text = OK, "admitted"
	}
}

// refused says why the gate would refuse what arrived.
func (e *examination) refused(ctx context.Context, c *Check, res result) {
	v := res.answer.Verdict
	text := "refused: " + v.Reason
	if v.Reason != string(callgate.ReasonMismatch) && v.Detail != "" { // of a mismatch it tells nothing that the differences do not
		text += ": " + v.Detail
	}
	text += e.through()
	if v.Reason == string(callgate.ReasonTooLarge) {
		c.ill(text, finding(CauseLimit, explain.Mend{Where: "callgate.yaml", Line: "max_body: 65536"}))
		c.Result = Note // somebody has set the limit
		return
	}
	x := e.explained(ctx, res, "")
	switch {
	case res.shape.kind == protocol.Stream && res.answer.Arrived.Header["Upgrade"] == nil:
		c.ill(text, e.upgradeLost())
	case x != nil && x.Confidence == explain.Proved && x.Cause != explain.CauseNone:
		var found []Finding
		for _, change := range x.Changes {
			found = append(found, Finding{change.Cause, change.Title, e.mendsOnTheWay(ctx, res, change)})
		}
		c.ill(text, found...)
	case v.Reason == string(callgate.ReasonHost):
		c.ill(text, Finding{explain.CauseHost, explain.CauseHost.Title(), []explain.Mend{
			{Where: "callgate.yaml", Line: "public_url: " + e.session.origin() + e.session.path},
			{Where: "callgate.yaml", Line: "allowed_hosts: [" + strings.Join(append(slices.Clone(e.server.AllowedHosts), e.session.authority), ", ") + "]", Note: "or, when it has several"},
		}})
	case x != nil && len(x.Guesses) > 0 && len(c.Differences) == 0:
		g := x.Guesses[0]
		c.ill(text, Finding{g.Cause, g.Title, g.Mends})
	default:
		c.ill(text, finding(CauseChanged, explain.Mend{Where: "the proxy", Note: "forward requests as they came; the differences are shown with each probe"}))
	}
}

func (e *examination) upgradeLost() Finding {
	lines := map[explain.Proxy]string{
		explain.ProxyNginx:        "proxy_http_version 1.1;\nproxy_set_header Upgrade    $http_upgrade;\nproxy_set_header Connection $callgate_connection;",
		explain.ProxyApache:       "ProxyPass / http://127.0.0.1:8080/ nocanon upgrade=websocket",
		explain.ProxyLoadBalancer: "# switch WebSockets on",
	}
	mend := explain.Mend{Where: "the proxy", Note: "pass Upgrade and Connection on, and 101 back; the files in docs/proxies do. Only media streams need it"}
	if line := lines[e.proxy]; line != "" {
		mend.Where, mend.Line = e.proxy.Name(), line
	}
	return finding(CauseUpgrade, mend)
}

// differences compares what arrived with what was sent. Of the target, prefix is what is
// rightly taken off.
func differences(sent request, a *protocol.Arrived, prefix string) []Difference {
	var ds []Difference
	compare := func(part, sent, arrived string) {
		if sent != arrived {
			ds = append(ds, difference(part, sent, arrived))
		}
	}
	compare("method", sent.method, a.Method)
	compare("target", strings.TrimPrefix(sent.target, prefix), string(a.Target))
	compare("Host", sent.authority, a.Host)
	for _, name := range []string{"Content-Type", "Content-Encoding", twilio.Header, "Upgrade", "Sec-Websocket-Key"} {
		compare(name, strings.Join(sent.header.Values(name), ", "), strings.Join(a.Header[name], ", "))
	}
	compare("body", string(sent.body), string(a.Body))
	if a.BodyFault != "" {
		ds = append(ds, Difference{"body", "whole", a.BodyFault})
	}
	return ds
}

// shown is how much of a part is shown round a difference, before is how much of
// that is in front of it.
const shown, before = 64, 24

// difference quotes both sides round the first byte that differs.
func difference(part, sent, arrived string) Difference {
	if part == twilio.Header {
		return Difference{part, presence(sent), presence(arrived)} // a signature is shown nowhere
	}
	start, _ := common(sent, arrived)
	from := max(0, start-before)
	if len(sent) <= shown && len(arrived) <= shown {
		from = 0
	}
	return Difference{part, window(sent, from), window(arrived, from)}
}

func presence(s string) string {
	if s == "" {
		return none
	}
	return "given"
}

// none is what a difference shows for a part that is not there.
const none = "none"

func window(s string, from int) string {
	if s == "" {
		return none
	}
	cut, text := from, s[min(from, len(s)):]
	quoted := fmt.Sprintf("%+q", text[:min(len(text), shown)])
	if cut > 0 {
		quoted = "..." + quoted
	}
	if len(text) > shown {
		quoted += "..."
	}
	return quoted
}

func statusText(status int) string { return fmt.Sprintf("%d %s", status, http.StatusText(status)) }
