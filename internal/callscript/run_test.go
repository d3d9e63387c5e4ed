package callscript_test

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/callgate/callgate/carrier"
	"github.com/callgate/callgate/internal/callscript"
	"github.com/callgate/callgate/ivr"
)

// app answers with documents by path.
func app(docs map[string]string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		doc, ok := docs[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/xml")
		io.WriteString(w, "<Response>"+doc+"</Response>")
	})
}

// everything is an application with each verb that steps are for.
func everything() callscript.Opener {
	h := app(map[string]string{
		"/voice":   `<Gather numDigits="1" action="/key" input="dtmf speech"><Say>Choose.</Say><Play>/chime.wav</Play></Gather><Redirect/>`,
		"/key":     `<Dial action="/queue"><Number>+15550123</Number></Dial>`,
		"/queue":   `<Enqueue action="/conf">q</Enqueue>`,
		"/conf":    `<Dial action="/pay"><Conference>c</Conference></Dial>`,
		"/pay":     `<Pay action="/connect"/>`,
		"/connect": `<Connect action="/record"><VirtualAgent connectorName="x"/></Connect>`,
		"/record":  `<Record action="/refer" finishOnKey="#"/>`,
		"/refer":   `<Refer action="/end"><Sip>sip:b@example.org</Sip></Refer>`,
		"/end":     `<Say language="es-MX">Adiós</Say><Hangup/>`,
	})
	return callscript.OpenerFunc(func(*callscript.Playing) (callscript.Target, error) {
		return callscript.Target{Config: carrier.Config{Token: "0123456789abcdef", VoiceURL: "https://ivr.example.org/voice", Transport: carrier.Direct(h), Media: carrier.MediaNone}}, nil
	})
}

func run(t *testing.T, opener callscript.Opener, text string, o callscript.Options) []*callscript.Result {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.test.yaml")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	s, err := callscript.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	results, err := callscript.Run(t.Context(), []*callscript.Suite{s}, opener, o)
	if err != nil {
		t.Fatal(err)
	}
	return results
}

// Each kind of step, in one call.
func TestSteps(t *testing.T) {
	results := run(t, everything(), `
url: https://ivr.example.org/voice
cases:
  - name: all
    from: sip:a@example.org
    extra: {CallerName: Ann}
    steps:
      - hear: {file: chime.wav}
      - silence: 1
      - hear: /^Choose\.$/
      - barge: 1
      - dial: {to: "+15550123", ring: 2s, talk: 5s}
      - queue: {name: q, wait: 4s, talk: 6s}
      - conference: {name: c, joined: 2s, lasts: 3s}
      - pay: {result: success, takes: 9s}
      - session: {after: 8s}
      - record: {seconds: 4, end: "#", text: hello}
      - refer: {sip_code: 202}
      - hear: {text: Adiós, lang: es}
    expect: {end: hangup, status: completed, heard: [Choose], not_heard: [goodbye], dialled: ["+15550123"], not_dialled: ["+1"], warnings: [], errors: [], lasts: "<2m", requests: =10}
  - name: words
    faults: [{kind: status, status: 503, for: action, nth: 1}]
    steps:
      - say: {text: one, confidence: 50, lasts: 1s}
      - wait: 10s
      - hear: an application error
    expect: {end: apology, errors: [11200]}
  - name: a fault in the middle
    steps:
      - hear: choose
      - fault: drop
      - press: 1
      - dial: busy
      - hangup: true
    expect: {end: caller-hangup, warnings: [11205]}
`, callscript.Options{})
	for _, r := range results {
		for _, f := range r.Failures {
			t.Errorf("%s: line %d: %s: %s", r.Case.Name, f.Line, f.Step, f.Text)
		}
		if t.Failed() {
			t.Log(r.Text())
		}
	}
}

// What does not come as written is told, in the order of the file.
func TestExpectations(t *testing.T) {
	results := run(t, everything(), `
cases:
  - name: a
    steps: [press: 1, dial: busy, hangup: true]
    expect:
      end: hangup
      status: busy
      heard: [nothing]
      not_heard: [choose]
      dialled: ["+1"]
      not_dialled: ["+15550123"]
      visited: [a]
      warnings: [12200]
      errors: [11200]
      requests: <2
      lasts: ">1h"
      rescued: true
`, callscript.Options{})
	var got []string
	for _, f := range results[0].Failures {
		got = append(got, f.Text)
	}
	all := strings.Join(got, "\n")
	for _, want := range []string{
		"the call ended with caller-hangup, want hangup", "the call's status is completed, want busy", `did not hear "nothing"`, `the caller heard "choose"`,
		"+1 was not dialled", "+15550123 was dialled", "node a was not visited", "there was no warning 12200", "there was no error 11200",
		"requests, want <2", "lasted", "the caller was not rescued",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("the failures do not say %q:\n%s", want, all)
		}
	}
}

func TestRunChoosesAndReports(t *testing.T) {
	text := `
cases:
  - name: good
    steps: [press: 1, hangup: true]
  - name: bad
    steps: [hear: nothing]
`
	var each int
	results := run(t, everything(), text, callscript.Options{Parallel: 2, Each: func(*callscript.Result) { each++ }})
	if each != 2 || len(results[0].Failures) != 0 || len(results[1].Failures) != 1 {
		t.Fatalf("%d results, %v, %v", each, results[0].Failures, results[1].Failures)
	}
	if one := run(t, everything(), text, callscript.Options{Match: regexp.MustCompile("^good$")}); len(one) != 1 {
		t.Errorf("%d cases match", len(one))
	}
	var report bytes.Buffer
	if err := callscript.JUnit(&report, results); err != nil {
		t.Fatal(err)
	}
	var junit struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Suite    struct {
			Cases []struct {
				Name    string `xml:"name,attr"`
				Failure string `xml:"failure"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(report.Bytes(), &junit); err != nil || junit.Tests != 2 || junit.Failures != 1 || !strings.Contains(junit.Suite.Cases[1].Failure, "status ringing") {
		t.Errorf("JUnit: %v: %+v", err, junit)
	}
	line, err := json.Marshal(results[1])
	if err != nil || !strings.Contains(string(line), `"ok":false`) || !strings.Contains(string(line), `"log":[`) {
		t.Errorf("JSON: %v: %s", err, line)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s, err := callscript.Parse("x.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := callscript.Run(ctx, []*callscript.Suite{s}, everything(), callscript.Options{}); err == nil {
		t.Error("a run that was stopped has no error")
	}
}

// A call that was made is written as a case, and the case passes.
func TestRecordingPasses(t *testing.T) {
	text := `
cases:
  - name: a
    from: sip:a@example.org
    steps:
      - silence: 2
      - barge: 1
      - dial: {to: "+15550123", answer: no-answer}
      - record: {seconds: 4, end: "#"}
    expect: {end: hangup}
`
	first := run(t, everything(), text, callscript.Options{})[0]
	if len(first.Failures) > 0 {
		t.Fatal(first.Text())
	}
	written := callscript.Recording{Name: "again", URL: "https://ivr.example.org/voice", From: "sip:a@example.org", Log: first.Log}.Case()
	again := run(t, everything(), written, callscript.Options{})[0]
	if len(again.Failures) > 0 {
		t.Errorf("%s\n%s", written, again.Text())
	}
	for _, want := range []string{"silence: 1", `barge: "1"`, `record: {seconds: 4, end: "#"}`, "answer: no-answer", "expect: {end: hangup}"} {
		if !strings.Contains(written, want) {
			t.Errorf("the case does not say %s:\n%s", want, written)
		}
	}
}

// What a carrier's documentation leaves open is as the file says.
func TestCarrierOptions(t *testing.T) {
	for options, passes := range map[string]bool{"": false, "carrier: {apology: Oh dear., speech_rate: 10, cookies: drop}": true} {
		results := run(t, everything(), options+`
cases:
  - name: a
    faults: [{status: 500}]
    steps: [hear: Oh dear.]
    expect: {errors: [11200]}
`, callscript.Options{})
		if passed := len(results[0].Failures) == 0; passed != passes {
			t.Errorf("%q: %v", options, results[0].Failures)
		}
	}
}

// What others did in a call, and how it was paid, is in its case.
func TestRecordingOfOthers(t *testing.T) {
	first := run(t, everything(), `
cases:
  - name: a
    from: sip:a@example.org
    steps:
      - fault: {delay: 2s, for: action}
      - press: 1
      - dial: {answer: answer, ring: 2s, talk: 5s, keys: "1", machine: true}
      - queue: {result: system-error, wait: 4s}
      - conference: {joined: 2s, lasts: 3s}
      - press: "4111111111111112"
      - press: "4111111111111112"
      - press: "4111111111111112"
      - session: {after: 8s, status: failed}
      - record: {seconds: 4, text: hello}
      - refer: {sip_code: 486, notify: 487, after: 2s}
    expect: {end: hangup}
`, callscript.Options{})[0]
	if len(first.Failures) > 0 {
		t.Fatal(first.Text())
	}
	written := callscript.Recording{Name: "again", URL: "https://ivr.example.org/voice", Method: "GET", Fallback: "https://x.example/",
		From: "sip:a@example.org", Log: first.Log}.Case()
	if again := run(t, everything(), written, callscript.Options{})[0]; len(again.Failures) > 0 {
		t.Errorf("%s\n%s", written, again.Text())
	}
	for _, want := range []string{
		"method: \"GET\"\nfallback: \"https://x.example/\"\n", `fault: {kind: "delay", for: "action", nth: 1, delay: 2s}`,
		`dial: {to: "+15550123", answer: answer, ring: 2s, talk: 5s, keys: "1", machine: true}`, "queue: {result: system-error, wait: 4s}",
		"conference: {joined: 2s, lasts: 3s}", "pay: {result: too-many-failed-attempts}", `session: {after: 8s, status: "failed"}`,
		`record: {seconds: 4, end: "silence", text: "hello"}`, "refer: {sip_code: 486, notify: 487, after: 2s}",
	} {
		if !strings.Contains(written, want) {
			t.Errorf("the case does not say %s:\n%s", want, written)
		}
	}
	if strings.Contains(written, "411111") || strings.Contains(written, "xx") {
		t.Errorf("the case has digits of a card:\n%s", written)
	}
}

func TestReplies(t *testing.T) {
	s, err := callscript.Parse("x.yaml", []byte(`
http: [{match: GET https://crm/*, reply: {status: 201, json: {name: Ann, age: 41}}}]
cases:
  - name: a
    http:
      - {match: GET https://crm/slow, reply: {delay: 7s}}
      - {match: GET https://crm/late, reply: {delay: 20s}}
      - {match: GET https://crm/down, reply: {error: true}}
`))
	if err != nil {
		t.Fatal(err)
	}
	var got []ivr.Result
	opener := callscript.OpenerFunc(func(p *callscript.Playing) (callscript.Target, error) {
		for _, path := range []string{"other", "slow", "late", "down"} {
			r, _ := p.Do(t.Context(), &ivr.Lookup{Key: path, Method: "GET", URL: "https://crm/" + path, Timeout: 10e9})
			got = append(got, r)
		}
		r, err := p.Do(t.Context(), &ivr.Lookup{Key: "none", Method: "POST", URL: "https://crm/x", Timeout: 10e9})
		if err == nil {
			t.Error("a look-up without a reply is no error")
		}
		got = append(got, r)
		return everything().Open(p)
	})
	if _, err := callscript.Run(t.Context(), []*callscript.Suite{s}, opener, callscript.Options{}); err != nil {
		t.Fatal(err)
	}
	want := []struct {
		outcome ivr.Outcome
		status  int
		body    string
	}{{ivr.Done, 201, `{"age":41,"name":"Ann"}`}, {ivr.Pending, 0, ""}, {ivr.Pending, 0, ""}, {ivr.Failed, 0, ""}, {ivr.Failed, 0, ""}}
	for i, w := range want {
		if got[i].Outcome != w.outcome || got[i].Status != w.status || string(got[i].Body) != w.body {
			t.Errorf("%s: %+v, want %+v", got[i].Key, got[i], w)
		}
	}
}

func TestCover(t *testing.T) {
	nodes := []ivr.NodeInfo{
		{Name: "a", Asks: true, Exits: []ivr.ExitInfo{
			{Label: "1", To: "b"}, {Label: "noinput", To: "b"},
			{Label: "exhausted", To: "b", Cause: ivr.ByWrong, Global: true}, {Label: "key 0", To: "b", Cause: ivr.ByCaller, Global: true},
		}},
		{Name: "b", Exits: []ivr.ExitInfo{
			{Label: "busy", To: "c", Cause: ivr.ByOthers, Global: true}, {Label: "failed", To: "c", Cause: ivr.ByFailure, Global: true}, {Label: "answered"},
		}},
		{Name: "c", Asks: true, Exits: []ivr.ExitInfo{{Label: "hangup"}, {Label: "key 0", To: "b", Cause: ivr.ByCaller, Global: true}}},
	}
	answers := []ivr.Answer{
		{Node: "a", Language: "en-US", Missed: ivr.ByWrong},
		{Language: "en-US", Trail: []ivr.Transition{{From: "a", Exit: "1", To: "b"}, {From: "b", Exit: "failed", To: "c"}}},
	}
	c := callscript.Cover(nodes, []string{"en-US", "es-MX"}, answers)
	if c.Nodes != (callscript.Share{Done: 3, Of: 3}) || c.Exits != (callscript.Share{Done: 3, Of: 10}) || c.Languages != (callscript.Share{Done: 1, Of: 2}) || c.Percent() != 46 {
		t.Errorf("%+v, %d%%", c, c.Percent())
	}
	want := []string{"a →noinput→", "a →exhausted→", "→key 0→", "b →answered→", "c →hangup→", "c →noinput→", "c →nomatch→"}
	if !slices.Equal(c.MissedExits, want) {
		t.Errorf("missed %q, want %q", c.MissedExits, want)
	}
	if !strings.Contains(c.String(), "not exercised: language es-MX") {
		t.Error(c.String())
	}
}

// An exit to a node that the call is not let into is taken, and the node not visited.
func TestCoverDenied(t *testing.T) {
	var p callscript.Playing
	p.Failed("CA1", &ivr.StepError{Node: "vault", Err: &ivr.DeniedError{Permission: "open"},
		Trail: []ivr.Transition{{From: "a", Exit: "1", To: "vault"}}})
	c := callscript.Cover([]ivr.NodeInfo{
		{Name: "a", Exits: []ivr.ExitInfo{{Label: "1", To: "vault"}}}, {Name: "vault", Exits: []ivr.ExitInfo{{Label: "hangup"}}},
	}, nil, p.Answers())
	if !slices.Equal(c.MissedNodes, []string{"vault"}) || !slices.Equal(c.MissedExits, []string{"vault →hangup→"}) {
		t.Errorf("%+v", c)
	}
}
