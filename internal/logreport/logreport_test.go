package logreport_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/explain"
	"github.com/callgate/callgate/internal/logreport"
)

// read makes the report of a log.
func read(t testing.TB, log string, o logreport.Options) *logreport.Report {
	t.Helper()
	r := &logreport.Report{}
	if err := r.Read(strings.NewReader(log), o); err != nil {
		t.Fatal(err)
	}
	r.Sort()
	return r
}

const log = `{"time":"2026-11-28T10:00:00.5Z","level":"INFO","msg":"listening","address":"127.0.0.1:8080"}
{"time":"2026-11-28T10:00:01Z","level":"INFO","msg":"request","outcome":"accepted","observed_until":"2026-12-31T00:00:00Z","route":"/ivr","status":200}
{"time":"2026-11-28T10:00:02Z","level":"WARN","msg":"request","outcome":"observed","reason":"mismatch","detail":"tried 1 key","observed_until":"2026-12-31T00:00:00Z","route":"/ivr","status":200}
{"time":"2026-11-28T10:00:02Z","level":"WARN","msg":"why a signature failed","cause":"scheme","title":"the scheme is not the signed one","confidence":"proved","route":"/ivr","outcome":"observed","reason":"mismatch","observed_until":"2026-12-31T00:00:00Z","scheme":{"signed":"\"https\"","arrived":"\"http\""},"mends":["in nginx: proxy_set_header X-Forwarded-Proto $scheme;","in callgate.yaml: public_url: https://ivr.example.org"]}
{"time":"2026-11-28T10:00:03Z","level":"ERROR","msg":"request","outcome":"rescued","reason":"panic","observed_until":"2026-12-31T00:00:00Z","observed":"missing","route":"/ivr","status":200}
{"time":"2026-11-28T10:00:04Z","level":"WARN","msg":"request","outcome":"refused","reason":"method","observed_until":"2026-12-31T00:00:00Z","route":"/ivr","status":405}
{"time":"2026-11-28T11:00:00Z","level":"INFO","msg":"request","outcome":"accepted","route":"/ivr","status":200}
{"time":"2026-11-28T11:00:00Z","level":"INFO","msg":"request","outcome":"accepted","route":"/","status":200}
Nov 28 11:00:00 host callgate[7]: {"time":"2026-11-28T11:00:01Z","level":"WARN","msg":"request","outcome":"refused","reason":"mismatch","route":"/","status":200}

panic: something else
`

// The same in the form for people, with values that are quoted.
const textLog = `time=2026-11-28T11:00:00.000Z level=INFO msg=request outcome=accepted route=/ status=200
time=2026-11-28T11:00:01.000Z level=WARN msg=request outcome=refused reason=mismatch detail="tried 1 key" route=/ status=200
time=2026-11-28T11:00:02.000Z level=INFO msg="why a signature failed" cause=forged title="probably not from the carrier" confidence=likely route=/ outcome=refused reason=mismatch likely="forged: it has no \"X-Home-Region\"" mends="in callgate.yaml: keys\n  - name: new\nin nginx: host"
`

func TestText(t *testing.T) {
	for _, c := range []struct {
		log  string
		o    logreport.Options
		want string
	}{
		{log, logreport.Options{}, `/: refused 1 of 2 requests (50.0 %), because
  1 mismatch: no key makes this signature for this request
/ivr (observed until 2026-12-31T00:00:00Z): refused 1 and would have refused 2 more, together 3 of 4 requests (75.0 %), because
  1 method: the carrier, or the route, does not use this method
  1 mismatch: no key makes this signature for this request
    scheme: the scheme is not the signed one (proved, logged once)
      mend in nginx: proxy_set_header X-Forwarded-Proto $scheme;
      mend in callgate.yaml: public_url: https://ivr.example.org
  1 missing: there is no signature
/ivr: refused 0 of 1 requests
`},
		{textLog, logreport.Options{}, `/: refused 1 of 2 requests (50.0 %), because
  1 mismatch: no key makes this signature for this request
    forged: probably not from the carrier (likely, logged once)
      likely forged: it has no "X-Home-Region"
      mend in callgate.yaml: keys
        - name: new
      mend in nginx: host
`},
		{log, logreport.Options{Since: time.Date(2026, 11, 28, 10, 30, 0, 0, time.UTC)}, `/: refused 1 of 2 requests (50.0 %), because
  1 mismatch: no key makes this signature for this request
/ivr: refused 0 of 1 requests
`},
		{log, logreport.Options{Route: "/nowhere"}, ""},
		{strings.SplitAfter(log, "\n")[1], logreport.Options{}, "/ivr (observed until 2026-12-31T00:00:00Z): would have refused 0 of 1 requests\n"},
		{strings.SplitAfter(log, "\n")[2], logreport.Options{}, "/ivr (observed until 2026-12-31T00:00:00Z): would have refused 1 of 1 requests (100.0 %), because\n" +
			"  1 mismatch: no key makes this signature for this request\n"},
	} {
		var b bytes.Buffer
		if err := read(t, c.log, c.o).WriteText(&b); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, b.String()); diff != "" {
			t.Error(diff)
		}
	}
}

func TestForeign(t *testing.T) {
	if n := read(t, log, logreport.Options{}).Foreign; n != 1 {
		t.Errorf("%d foreign lines", n)
	}
	for _, line := range []string{
		"x", "{}", `{"time":1}`, `{"time":"2026-11-28T10:00:00Z"}`, `{"time":"now","msg":"request"}`, `{"time":"2026-11-28T10:00:00Z","msg":"x"`,
		"time=2026-11-28T10:00:00Z msg", `time=2026-11-28T10:00:00Z msg="x`,
	} {
		if n := read(t, line, logreport.Options{}).Foreign; n != 1 {
			t.Errorf("%s is taken for a line of ours", line)
		}
	}
	r := &logreport.Report{}
	if err := r.Read(strings.NewReader(strings.Repeat("x", 2<<20)), logreport.Options{}); err == nil {
		t.Error("a line without end is read")
	}
}

// Whatever a log holds, a terminal is given no commands.
func TestNoCommands(t *testing.T) {
	var b bytes.Buffer
	r := read(t, `{"time":"2026-11-28T10:00:00Z","msg":"request","outcome":"refused","reason":"mismatch","route":"/\u001b[2J\u0007"}`, logreport.Options{})
	if err := r.WriteText(&b); err != nil || strings.ContainsAny(b.String(), "\x1b\x07") {
		t.Errorf("%q %v", b.String(), err)
	}
}

// Each reason that a request can be refused for has a meaning, and each is counted.
func TestReasons(t *testing.T) {
	for _, reason := range []callgate.Reason{
		callgate.ReasonMissing, callgate.ReasonMalformed, callgate.ReasonMismatch, callgate.ReasonBodyHash, callgate.ReasonContentType,
		callgate.ReasonParams, callgate.ReasonMethod, callgate.ReasonNoKey, callgate.ReasonProfile, callgate.ReasonAccount,
		callgate.ReasonTarget, callgate.ReasonHost, callgate.ReasonTooLarge, callgate.ReasonBody, callgate.ReasonLogin, callgate.ReasonDenied,
		callgate.ReasonPanic,
	} {
		r := read(t, `{"time":"2026-11-28T10:00:00Z","msg":"request","outcome":"refused","reason":"`+string(reason)+`","route":"/"}`, logreport.Options{})
		if got := r.Routes[0].Reasons[0]; got.Reason != reason || got.Means == "" || got.Count != 1 {
			t.Errorf("%s: %+v", reason, got)
		}
	}
}

// FuzzRead: no log makes it fail, what is counted is never more than there are lines,
// and what log/slog writes, whatever the values, is read as it was meant.
func FuzzRead(f *testing.F) {
	f.Add(log, "detail", "a = \"b\"\n")
	f.Add(textLog, "key with spaces", "x=1")
	f.Add(`{"time":"2026-11-28T10:00:00Z","msg":"request","a":{"time":"b"}}`, "time", "{\"time\":")
	f.Fuzz(func(t *testing.T, log, key, value string) {
		r := &logreport.Report{}
		if err := r.Read(strings.NewReader(log), logreport.Options{}); err == nil {
			r.Sort()
			all, refused := r.Requests()
			if lines := strings.Count(log, "\n") + 1; refused > all || all > lines {
				t.Fatalf("%d of %d requests in %d lines", refused, all, lines)
			}
			if _, err := json.Marshal(r); err != nil {
				t.Fatal(err)
			}
		}
		for _, form := range []func(*bytes.Buffer) slog.Handler{
			func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) },
			func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) },
		} {
			var b bytes.Buffer
			slog.New(form(&b)).Info("why a signature failed", "route", "/", "cause", "scheme", "reason", "mismatch", "mends", value, key, value)
			r := read(t, b.String(), logreport.Options{})
			if r.Foreign > 0 || len(r.Routes) == 0 || len(r.Routes[0].Reasons[0].Causes) == 0 {
				t.Fatalf("%s is read as %+v", b.String(), r)
			}
			if c := r.Routes[0].Reasons[0].Causes[0]; c.Cause != explain.CauseScheme || valid(strings.Join(c.Mends, "\n")) != valid(value) && !strings.Contains(value, "\n") {
				t.Fatalf("%q is read as %q", value, c.Mends)
			}
		}
	})
}

// valid replaces each byte that is no UTF-8, as JSON does.
func valid(s string) string { return string([]rune(s)) }
