package misconfigured_test

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/callgate/callgate/explain"
	"github.com/callgate/callgate/interop/internal/process"
)

var writeTable = flag.Bool("write", false, "write docs/misconfigured-proxies.md")

// wantRate is the share of scenarios whose first cause must be the right one.
const wantRate = 0.95

// outcome is a row of the table.
type outcome struct {
	said explain.Cause
	mend string
	// named says that the first cause is the right one.
	named bool
	miss  string // why it is not right
	// printed is what the log says for the proxy, and applied that the test could apply it.
	printed string
	applied bool
}

// TestTable runs all scenarios and compares what came out with the table.
func TestTable(t *testing.T) {
	trials := prepare(t)
	rows := make([]outcome, len(trials))
	named := 0
	for i, tr := range trials {
		t.Run(tr.title(), func(t *testing.T) {
			rows[i].miss = "it did not run to its end"
			rows[i] = tr.run(t)
			switch got := rows[i].miss; {
			case got != "" && tr.miss == "":
				t.Error(got)
			case got == "" && tr.miss != "":
				t.Error("marked as a miss, and is right")
			}
		})
		if rows[i].named {
			named++
		}
	}
	applyAll(t, trials, rows)
	if float64(named) < wantRate*float64(len(rows)) {
		t.Errorf("the first cause is right in %d of %d", named, len(rows))
	}
	if !t.Failed() {
		compareTable(t, table(trials, rows, named))
	}
}

// applyAll applies what is printed for the proxies to their wrong configurations, as far
// as a test can, starts the proxies with what comes out, and sends the requests again.
func applyAll(t *testing.T, trials []trial, rows []outcome) {
	t.Helper()
	f := newFleet(t)
	again := map[int]trial{}
	for i, tr := range trials {
		if tr.right == nil || rows[i].miss != "" {
			continue
		}
		wrong := f.config(t, tr.wrong[0])
		mended := hop{proxy: tr.wrong[0].proxy, text: applyPrinted(tr.wrong[0].proxy, wrong, rows[i].printed)}
		if mended.text == wrong {
			continue
		}
		tr.fleet, tr.held = f, listen(t, "127.0.0.1")
		tr.before = f.add(t, []hop{mended}, tr.held.Addr().String())
		again[i] = tr
	}
	f.start(t)
	for i, tr := range again {
		t.Run("printed mend of "+tr.title(), func(t *testing.T) {
			startServer(t, tr.gate, tr.held)
			rows[i].applied = tr.exchange(t, tr.before, tr.wrong[0], tr.request) == http.StatusNoContent
		})
	}
}

// prepare signs all requests and starts all proxies.
func prepare(t *testing.T) []trial {
	t.Helper()
	f := newFleet(t)
	all := scenarios()
	webhooks := make([]webhook, len(all))
	for i, s := range all {
		webhooks[i] = s.send
	}
	requests := sign(t, webhooks...)
	trials := make([]trial, len(all))
	for i, s := range all {
		ip := "127.0.0.1"
		if s.gate.ipv6 {
			ip = "::1"
		}
		tr := trial{scenario: s, fleet: f, request: requests[i], held: listen(t, ip)}
		address := tr.held.Addr().String()
		tr.before = f.add(t, s.wrong, address)
		if s.right != nil {
			tr.after = f.add(t, s.right, address)
		}
		if s.onward != nil {
			tr.onward = f.add(t, s.onward, address)
		}
		trials[i] = tr
	}
	f.start(t)
	return trials
}

const introduction = `# Misconfigured proxies

What an explanation says behind real proxies with wrong configurations. Each row
is one run: a request was signed by python3-twilio and by npm's twilio, which agree
on every byte; proxies with the wrong configuration passed it on; ` + "`callgate serve`" + `
refused it and wrote into its log why; and after the mend the same request was
admitted. A line of callgate.yaml is written into that file as it stands in the log;
what stands there for this proxy is applied to its wrong configuration: directives take the
place of those with the same name, and what is to be removed is deleted. Where that is
not enough, because only a person can do what is printed, the last column says "by hand", and
what is printed names what tells the right configuration from the wrong one. A mend that
begins with "remove" names a directive that the wrong configuration had, and an address is
what is written into the carrier's console.

The proxies send no header that names them, and none with the original address,
unless they do so by default. Where the lost part of an address stands nowhere else,
it is in ` + "`webhooks`" + ` of callgate.yaml, and the name of the row says so. A redirect is
followed as the simulated carrier does, with a GET of the Location that is signed anew,
or with the signature of the POST, as somleng does.

The scenarios are in interop/misconfigured. This page is made by
` + "`make proxies-table`" + `.

- The first cause is the right one: %d of %d (%.1f %%).
- It is, and its printed mend mends: %d of %d (%.1f %%). The others say why not.
- Of %d mends in the configuration of a proxy, the test applied %d as they are printed.

| Proxy and what is wrong | First cause | Mend that was applied | Mended as printed |
|---|---|---|---|
`

func table(trials []trial, rows []outcome, named int) string {
	var lines strings.Builder
	mended, applied, byHand := 0, 0, 0
	for i, tr := range trials {
		verdict := "yes"
		switch {
		case rows[i].miss != "":
			verdict = "no: " + tr.miss
		case rows[i].applied:
			applied++
		case tr.right != nil:
			verdict, byHand = "yes, by hand", byHand+1
		}
		if rows[i].miss == "" {
			mended++
		}
		mend := rows[i].mend
		if mend != "" {
			mend = "`" + strings.ReplaceAll(strings.ReplaceAll(mend, "\n", "`<br>`"), "|", `\|`) + "`"
		}
		fmt.Fprintf(&lines, "| %s | %s | %s | %s |\n", tr.title(), rows[i].said, mend, verdict)
	}
	share := func(n int) float64 { return 100 * float64(n) / float64(len(rows)) }
	return fmt.Sprintf(introduction, named, len(rows), share(named), mended, len(rows), share(mended), applied+byHand, applied) + lines.String()
}

func compareTable(t *testing.T, want string) {
	t.Helper()
	path := filepath.Join(process.Root(t), "docs", "misconfigured-proxies.md")
	if *writeTable {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("docs/misconfigured-proxies.md is not what the scenarios give: run make proxies-table")
	}
}
