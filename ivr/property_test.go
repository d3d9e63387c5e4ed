package ivr_test

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/callgate/callgate/ivr"
	"github.com/callgate/callgate/ivr/expr"
)

// watched is an expression that reports variables that have no value.
type watched struct {
	expr.Expr
	fail func(format string, args ...any)
}

func (w watched) String() string { return fmt.Sprint(w.Expr) }

func (w watched) Eval(values expr.Values) expr.Value {
	return w.Expr.Eval(func(name string) expr.Value {
		v := values(name)
		if v.Type() == 0 {
			w.fail("%s is read and has no value", name)
		}
		return v
	})
}

// drawFlow makes a flow of some nodes, whose exits lead anywhere. Many are bad lines.
func drawFlow(t *rapid.T) *ivr.Flow {
	f := &ivr.Flow{
		Start: "n0", Exhausted: "end", OnError: "end",
		Vars:      []ivr.Var{text("a"), {Name: "b", Type: expr.Number, Default: expr.NumberValue(1)}, date("c")},
		MaxSteps:  1000,
		Schedules: []ivr.Schedule{{Name: "s", Zone: "Europe/Paris"}},
		Languages: []ivr.Language{{Name: "en", Locale: "en-US"}, {Name: "fr", Locale: "fr-FR"}},
		Keys:      []ivr.GlobalKey{{Key: "0", Do: ivr.Operator, To: "end"}, {Key: "*", Do: ivr.Back}, {Key: "9", Do: ivr.Repeat}},
	}
	main := rapid.IntRange(1, 8).Draw(t, "nodes")
	sub := rapid.IntRange(0, 4).Draw(t, "subflow nodes")
	for i := range main {
		f.Nodes = append(f.Nodes, ivr.Node{ID: fmt.Sprintf("n%d", i), Do: drawAction(t, main, sub > 0, "end")})
	}
	f.Nodes = append(f.Nodes, hangup("end", "Goodbye."))
	if sub > 0 {
		s := ivr.Subflow{Name: "sub", Start: "n0", Vars: []ivr.Var{text("a"), {Name: "b", Type: expr.Number, Default: expr.NumberValue(2)}, date("c")}, Inputs: []string{"a"}, Outputs: []string{"b", "c"}}
		for i := range sub {
			s.Nodes = append(s.Nodes, ivr.Node{ID: fmt.Sprintf("n%d", i), Do: drawAction(t, sub, false, ivr.Return)})
		}
		f.Subflows = []ivr.Subflow{s}
	}
	return f
}

// drawAction makes a node. Exits lead to one of n nodes, or to last.
func drawAction(t *rapid.T, n int, calls bool, last string) ivr.Action {
	to := func() string {
		if i := rapid.IntRange(0, n+1).Draw(t, "to"); i < n {
			return fmt.Sprintf("n%d", i)
		}
		return last
	}
	maybe := func() string {
		if rapid.Bool().Draw(t, "given") {
			return to()
		}
		return ""
	}
	prompt := ivr.Speak(rapid.SampledFrom([]string{"Hello.", "It is {b}.", "{a} & <co>", "{c}", "{call.from|digits}"}).Draw(t, "text"))
	ask := ivr.Ask{Prompt: prompt, OnNoInput: maybe(), OnNoMatch: maybe(), Attempts: rapid.IntRange(1, 3).Draw(t, "attempts")}
	kinds := 14
	if calls {
		kinds++
	}
	switch rapid.IntRange(0, kinds).Draw(t, "kind") {
	case 0, 1:
		return &ivr.Menu{Ask: ask, Options: []ivr.Option{{Key: "1", To: to()}, {Key: "2", To: to(), Words: map[string][]string{"en": {"yes"}}}}}
	case 2:
		return &ivr.Collect{Ask: ask, Digits: &ivr.Digits{Max: 4}, Into: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "into"), To: to(), OnInvalid: maybe()}
	case 3:
		return &ivr.Collect{Ask: ask, Digits: &ivr.Digits{Date: &ivr.DateRule{Layout: "DDMM"}}, Into: "c", To: to(), Confirm: &ivr.Confirm{Prompt: ivr.Speak("{c}?")}}
	case 4:
		return &ivr.Say{Prompt: prompt, To: to()}
	case 5:
		return &ivr.Branch{Cases: []ivr.Case{{When: watched{expr.Must("b > 1"), t.Fatalf}, To: to()}, {When: watched{expr.Must("a == '1'"), t.Fatalf}, To: to()}}, Else: to()}
	case 6:
		return &ivr.Set{Assign: []ivr.Assign{{Var: "b", Value: watched{expr.Must("b + 1"), t.Fatalf}}, {Var: "a", Value: expr.Must("'x'")}}, To: to()}
	case 7:
		return &ivr.Goto{To: to(), Max: rapid.IntRange(1, 3).Draw(t, "max"), Otherwise: to()}
	case 8:
		return &ivr.Hours{Schedule: "s", Open: to(), Closed: to()}
	case 9:
		return &ivr.Transfer{Targets: []ivr.Target{{Number: "+15550100003"}, {Number: "{call.to}"}, {Client: "ann"}}, Whisper: ivr.Speak("Hm."), Answered: maybe(), Otherwise: to()}
	case 10:
		return &ivr.Queue{Name: "q", MaxWait: 60, Timeout: to(), LeaveKey: "1", Left: to(), Bridged: maybe()}
	case 11:
		return &ivr.Voicemail{Greeting: prompt, Recorded: to(), Empty: maybe()}
	case 12:
		return &ivr.HTTP{URL: "https://example.org/{b}", Outputs: []ivr.Output{{Path: "a", Into: "a"}}, Filler: ivr.Speak("Wait."), OK: to(), Error: to(), Timedout: maybe()}
	case 13:
		return &ivr.Callback{Ask: ask, Confirm: ivr.Speak("{callback.number}?"), Country: "1", Booked: to(), Declined: to()}
	case 14:
		return &ivr.ChooseLanguage{Ask: ask, Offers: []ivr.Offer{{Language: "en", Key: "1"}, {Language: "fr", Key: "2"}}, To: to(), Default: "fr"}
	default:
		return &ivr.Call{Subflow: "sub", In: map[string]expr.Expr{"a": expr.Must("'in'")}, Out: map[string]string{"c": "c"}, To: to()}
	}
}

// TestCheckedFlowsNeverFail: in a flow without errors, whatever happens, every step
// has a document; and callers who are silent come to an end within the bounds.
func TestCheckedFlowsNeverFail(t *testing.T) {
	clean := 0
	rapid.Check(t, func(rt *rapid.T) {
		f := drawFlow(rt)
		r := ivr.Check(f, monday)
		if r.Program == nil {
			rt.Fatalf("a flow that holds together does not compile: %v", r.Findings)
		}
		errs := slices.DeleteFunc(slices.Clone(r.Findings), func(f ivr.Finding) bool { return f.Severity != ivr.Error })
		if len(errs) > 0 {
			return
		}
		clean++
		walk(t, rt, f, r.Bounds, false)
		walk(t, rt, f, r.Bounds, true)
	})
	if clean < 3 {
		t.Errorf("only %d flows were without errors: the generator is of no use", clean)
	}
}

// walk makes one call of random events, or of silence alone.
func walk(t *testing.T, rt *rapid.T, f *ivr.Flow, bounds ivr.Bounds, quiet bool) {
	c := newCall(t, f)
	c.results = nil
	c.edit = func(ev *ivr.Event) {}
	pending := rapid.SliceOfN(rapid.SampledFrom([]ivr.Result{
		{Outcome: ivr.Pending}, {Outcome: ivr.Failed}, {Outcome: ivr.TimedOut}, {Status: 200, Body: []byte(`{"a":"1"}`)}, {Status: 500}, {Status: 200},
	}), 1, 8).Draw(rt, "results")
	documents, state, kind, params := 0, ivr.State{}, ivr.Start, url.Values{}
	for {
		ev := &ivr.Event{Kind: kind, CallSid: callSid, Now: monday, Params: params}
		answer, err := c.program.Step(c.site, state, ev)
		for i := 0; err == nil && answer.Pending; i++ {
			for _, e := range answer.Effects {
				result := pending[(documents+i)%len(pending)]
				result.Key = e.IdempotencyKey()
				ev.Results = append(ev.Results, result)
			}
			answer, err = c.program.Step(c.site, state, ev)
		}
		if err != nil {
			if !quiet && strings.Contains(err.Error(), "steps") {
				return // a caller who presses keys for ever
			}
			rt.Fatalf("after %d documents, event %c: %v", documents, kind, err)
		}
		documents++
		body, err := answer.Document.Bytes()
		if err != nil {
			rt.Fatal(err)
		}
		if len(body) > bounds.DocumentBytes {
			rt.Fatalf("a document of %d bytes, the bound is %d", len(body), bounds.DocumentBytes)
		}
		if quiet && documents > bounds.Documents {
			rt.Fatalf("%d documents without a word, the bound is %d", documents, bounds.Documents)
		}
		if answer.Node == "" || documents > 300 {
			return
		}
		kind, params = next(rt, string(body), quiet)
		token := ""
		for _, m := range tokenPattern.FindAllStringSubmatch(string(body), -1) {
			if len(m[1]+m[2]) > bounds.StateBytes {
				rt.Fatalf("a token of %d characters, the bound is %d", len(m[1]+m[2]), bounds.StateBytes)
			}
			if m[1] == string(kind) {
				token = m[1] + m[2]
			}
		}
		if state, _, err = c.sealer.Open(token, ivr.Leg{CallSid: callSid}, monday); err != nil {
			rt.Fatalf("event %c: %v in\n%s", kind, err, body)
		}
	}
}

// next draws what happens at a document.
func next(t *rapid.T, body string, quiet bool) (ivr.EventKind, url.Values) {
	p := url.Values{"From": {caller}, "To": {"+15550199999"}}
	draw := func(name string, words ...string) { p.Set(name, rapid.SampledFrom(words).Draw(t, name)) }
	has := func(kind ivr.EventKind) bool { return strings.Contains(body, "?s="+string(kind)) }
	switch {
	case has(ivr.Dialled):
		draw("DialCallStatus", "busy", "no-answer", "failed", "completed")
		draw("DialBridged", "true", "false")
		return ivr.Dialled, p
	case has(ivr.Queued):
		draw("QueueResult", "bridged", "leave", "queue-full", "error")
		p.Set("QueueTime", strconv.Itoa(rapid.IntRange(0, 120).Draw(t, "time")))
		if quiet && p.Get("QueueResult") == "leave" {
			p.Set("QueueTime", "60")
		}
		return ivr.Queued, p
	case has(ivr.Poll):
		return ivr.Poll, p
	case quiet:
		return ivr.Silence, p
	case has(ivr.Recorded):
		p.Set("RecordingUrl", "https://example.org/RE")
		draw("RecordingDuration", "0", "9")
		return ivr.Recorded, p
	case rapid.IntRange(0, 3).Draw(t, "silent") == 0:
		return ivr.Silence, p
	}
	draw("Digits", "1", "2", "3", "0", "9", "*", "#", "12", "0103", "9999", "15550100004", "")
	draw("SpeechResult", "Yes.", "maybe", "")
	return ivr.Input, p
}
