package misconfigured_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/callgate/callgate/explain"
	"github.com/callgate/callgate/interop/internal/wire"
)

// trial is a scenario with what was started for it.
type trial struct {
	scenario
	fleet         *fleet
	request       wire.Request
	server        *server
	before, after string // where the ways through the wrong and the right configuration begin
}

// run sends the request through the wrong configuration, asks why it was refused,
// mends what the answer says, and sends the same request again.
func (tr *trial) run(t *testing.T) outcome {
	t.Helper()
	if status := tr.exchange(t, tr.before, tr.wrong[0]); status != http.StatusForbidden {
		t.Fatalf("through the wrong configuration: %d, want 403", status)
	}
	refused := tr.server.takeRefused()
	if refused == nil {
		t.Fatal("it did not reach the gate")
	}
	x := tr.explain(t, refused)
	row := outcome{said: x.Cause, named: x.Cause == tr.cause}
	switch {
	case !row.named:
		row.miss = fmt.Sprintf("the first cause is %s, not %s", x.Cause, tr.cause)
	case tr.right == nil:
		row.mend, row.miss = tr.mendGate(t, x)
	default:
		row.mend, row.miss = tr.mendProxy(t, x)
	}
	return row
}

func (tr *trial) explain(t *testing.T, refused *explain.Request) *explain.Explanation {
	t.Helper()
	explainer, err := explain.New(explain.Config{
		Keys: keys(), PublicURL: tr.gate.publicURL, AllowedHosts: tr.gate.allowed, TrustedProxies: networks(t, tr.gate.trusted),
	})
	if err != nil {
		t.Fatal(err)
	}
	x := explainer.Explain(context.Background(), refused)
	t.Cleanup(func() {
		if t.Failed() {
			var text strings.Builder
			if err := x.WriteText(&text); err != nil {
				t.Error(err)
			}
			t.Log("the explanation:\n" + text.String())
		}
	})
	return x
}

// mendGate applies the line of callgate.yaml that the explanation prints first.
func (tr *trial) mendGate(t *testing.T, x *explain.Explanation) (mend, miss string) {
	t.Helper()
	for _, m := range mendsOf(x) {
		if m.Where != "callgate.yaml" || m.Line == "" {
			continue
		}
		c, err := applied(m.Line)
		if err != nil {
			return m.Line, err.Error()
		}
		tr.server.configure(t, c)
		if status := tr.exchange(t, tr.before, tr.wrong[0]); status != http.StatusNoContent {
			return m.Line, fmt.Sprintf("with %q the request is still refused", m.Line)
		}
		return m.Line, ""
	}
	return "", "no line of callgate.yaml is printed"
}

// applied reads the settings that an explanation prints.
func applied(lines string) (settings, error) {
	var c settings
	for line := range strings.SplitSeq(lines, "\n") {
		name, value, _ := strings.Cut(line, ": ")
		list := []string{strings.TrimSuffix(strings.TrimPrefix(value, "["), "]")}
		switch name {
		case "public_url":
			c.publicURL = value
		case "trusted_proxies":
			c.trusted = list
		case "allowed_hosts":
			c.allowed = list
		default:
			return c, fmt.Errorf("the line %q does not tell the gate its address", line)
		}
	}
	return c, nil
}

// mendProxy checks that the explanation prints what tells the configurations apart,
// and sends the request through the right one.
func (tr *trial) mendProxy(t *testing.T, x *explain.Explanation) (mend, miss string) {
	t.Helper()
	if status := tr.exchange(t, tr.after, tr.right[0]); status != http.StatusNoContent {
		t.Fatalf("through the right configuration: %d, want 204", status)
	}
	var printed strings.Builder
	for _, m := range mendsOf(x) {
		fmt.Fprintln(&printed, m.Line, m.Note)
	}
	mend = tr.note
	if tr.fix != "" {
		mend = tr.fix
		was, is := tr.count(t, tr.wrong), tr.count(t, tr.right)
		if was == is {
			t.Fatalf("%q does not tell the right configuration from the wrong one", tr.fix)
		}
		if was > is {
			mend = "remove " + mend
		}
	}
	if phrase := tr.fix + tr.note; !strings.Contains(singleSpaced(printed.String()), phrase) {
		miss = fmt.Sprintf("the mend does not print %q", phrase)
	}
	return mend, miss
}

// count returns how often the directive stands in the configurations.
func (tr *trial) count(t *testing.T, hops []hop) (n int) {
	t.Helper()
	for _, h := range hops {
		for line := range strings.Lines(tr.fleet.config(t, h)) {
			line, _, _ = strings.Cut(line, "#")
			n += strings.Count(singleSpaced(line), tr.fix)
		}
	}
	return n
}

func singleSpaced(s string) string { return strings.Join(strings.Fields(s), " ") }

func mendsOf(x *explain.Explanation) (list []explain.Mend) {
	for _, c := range x.Changes {
		list = append(list, c.Mends...)
	}
	for _, g := range x.Guesses {
		list = append(list, g.Mends...)
	}
	return list
}

// exchange sends the request and follows one redirect that keeps the method, with
// the same body and signature.
func (tr *trial) exchange(t *testing.T, address string, first hop) (status int) {
	t.Helper()
	var config *tls.Config
	if !first.plain {
		config = tr.fleet.authority.ClientConfig()
	}
	answer, err := wire.Do(address, config, tr.request)
	if err != nil {
		t.Fatal(err)
	}
	if answer.Status != http.StatusPermanentRedirect {
		return answer.Status
	}
	again := tr.request
	again.Target = answer.Header.Get("Location")
	if _, rest, absolute := strings.Cut(again.Target, "://"); absolute {
		_, target, _ := strings.Cut(rest, "/")
		again.Target = "/" + target
	}
	if answer, err = wire.Do(address, config, again); err != nil {
		t.Fatal(err)
	}
	return answer.Status
}
