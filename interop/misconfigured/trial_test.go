package misconfigured_test

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/callgate/callgate/interop/internal/wire"
)

// trial is a scenario with what was prepared for it.
type trial struct {
	scenario
	fleet   *fleet
	request wire.Request
	held    net.Listener // of the address of its server
	// Where the ways through the configurations begin: the wrong and the right one, and
	// the one that a redirect to another scheme leads to.
	before, after, onward string
}

// refusals are what a status route says to a signature, a method or a body that is wrong.
var refusals = []int{http.StatusForbidden, http.StatusMethodNotAllowed, http.StatusUnsupportedMediaType}

// run sends the request through the wrong configuration, reads in the log of the
// server why it was refused, mends what is printed there, and sends it again.
func (tr *trial) run(t *testing.T) outcome {
	t.Helper()
	srv := startServer(t, tr.gate, tr.held)
	if status := tr.exchange(t, tr.before, tr.wrong[0], tr.request); !slices.Contains(refusals, status) {
		t.Fatalf("through the wrong configuration: %d, which no gate says to a wrong signature", status)
	}
	a := srv.explanation(t)
	t.Cleanup(func() {
		if t.Failed() {
			t.Log("the explanation:", a)
		}
	})
	row := outcome{said: a.Cause, named: a.Cause == tr.cause}
	switch {
	case !row.named:
		row.miss = fmt.Sprintf("the first cause is %s, not %s", a.Cause, tr.cause)
	case tr.final != "":
		row.mend, row.miss = tr.mendConsole(t, a)
	case tr.right != nil:
		row.printed = strings.Join(a.mendsIn(titles[tr.wrong[0].proxy]), "\n")
		row.mend, row.miss = tr.mendProxy(t, row.printed)
	default:
		row.mend, row.miss = tr.mendGate(t, srv, a)
	}
	return row
}

// mendGate applies the line of callgate.yaml that is printed first.
func (tr *trial) mendGate(t *testing.T, srv *server, a answer) (mend, miss string) {
	t.Helper()
	mends := a.mendsIn("callgate.yaml")
	if len(mends) == 0 {
		return "", "no line of callgate.yaml is printed"
	}
	mend = yamlLines(mends[0])
	srv.mend(t, mend)
	if status := tr.exchange(t, tr.before, tr.wrong[0], tr.request); status != http.StatusNoContent {
		return mend, fmt.Sprintf("with %q the request is still refused", mend)
	}
	return mend, ""
}

// mendProxy checks that what tells the configurations apart is printed for the proxy,
// and sends the request through the right one.
func (tr *trial) mendProxy(t *testing.T, printed string) (mend, miss string) {
	t.Helper()
	if status := tr.exchange(t, tr.after, tr.right[0], tr.request); status != http.StatusNoContent {
		t.Fatalf("through the right configuration: %d, want 204", status)
	}
	was, is := tr.count(t, tr.wrong), tr.count(t, tr.right)
	mend = tr.fix
	switch {
	case was == is:
		t.Fatalf("%q does not tell the right configuration from the wrong one", tr.fix)
	case was > is:
		mend = "remove " + mend
	}
	if !strings.Contains(singleSpaced(printed), tr.fix) {
		miss = fmt.Sprintf("%q is not printed for the proxy", tr.fix)
	}
	return mend, miss
}

// titles are the names by which explanations call the proxies.
var titles = map[string]string{"nginx": "nginx", "HAProxy": "HAProxy", "Apache": "Apache httpd", "Caddy": "Caddy"}

// mendConsole gives the carrier the final address, as is printed, and has it send the
// same webhook there.
func (tr *trial) mendConsole(t *testing.T, a answer) (mend, miss string) {
	t.Helper()
	const advice = "write the final address"
	if !strings.Contains(strings.Join(a.mendsIn("the carrier's console"), "\n"), advice) {
		return "", fmt.Sprintf("%q is not printed for the carrier's console", advice)
	}
	mended := tr.send
	mended.url = tr.final
	address, first := tr.before, tr.wrong[0]
	if tr.onward != "" {
		address, first = tr.onward, tr.scenario.onward[0]
	}
	if status := tr.exchange(t, address, first, sign(t, mended)[0]); status != http.StatusNoContent {
		return tr.final, fmt.Sprintf("at %s it is still refused", tr.final)
	}
	return tr.final, ""
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

// exchange sends the request and, where the scenario says so, follows a redirect as
// the carrier does.
func (tr *trial) exchange(t *testing.T, address string, first hop, r wire.Request) (status int) {
	t.Helper()
	answer := tr.do(t, address, first, r)
	if answer.Status != http.StatusMovedPermanently && answer.Status != http.StatusFound || tr.redirected == notRedirected {
		return answer.Status
	}
	base, to := tr.location(t, address, answer)
	followed := sign(t, webhook{method: "GET", url: to.String()})[0]
	if tr.redirected == sameSignature {
		followed.Headers[2] = r.Headers[2]
	}
	if to.Scheme != base.Scheme {
		address, first = tr.onward, tr.scenario.onward[0]
	}
	return tr.do(t, address, first, followed).Status
}

// location returns the address that a redirect was given for, and where it leads.
func (tr *trial) location(t *testing.T, address string, answer *wire.Response) (base, to *url.URL) {
	t.Helper()
	base, err := url.Parse(tr.send.url)
	if err != nil {
		t.Fatal(err)
	}
	if to, err = base.Parse(answer.Header.Get("Location")); err != nil {
		t.Fatal(err)
	}
	// A proxy adds its port unless it is 443; here it is another.
	if _, port, _ := net.SplitHostPort(address); to.Port() == port {
		to.Host = to.Hostname()
	}
	return base, to
}

func (tr *trial) do(t *testing.T, address string, first hop, r wire.Request) *wire.Response {
	t.Helper()
	var config *tls.Config
	if !first.plain {
		config = tr.fleet.authority.ClientConfig()
	}
	answer, err := wire.Do(address, config, r)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}
