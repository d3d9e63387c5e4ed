package ivr_test

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/callgate/callgate/ivr"
	"github.com/callgate/callgate/ivr/expr"
	"github.com/callgate/callgate/twiml"
)

// quiz is a node of one's own: it asks for the sum of two numbers that it makes from
// the name of the call, and counts right answers.
type quiz struct{}

func (quiz) Visit(v *ivr.Visit) (string, error) {
	sum := len(v.Event().CallSid) + 1
	if !v.First() && v.Event().Kind == ivr.Input {
		if v.Event().Params.Get("Digits") == fmt.Sprint(sum) {
			v.Set("points", expr.NumberValue(v.Get("points").Number()+1))
			return "right", nil
		}
		return "wrong", nil
	}
	v.Say(fmt.Sprintf("How much is %d plus 1?", sum-1))
	v.Ask(twiml.Gather{Input: twiml.DTMF, Timeout: 5, FinishOnKey: twiml.Set("#")})
	return "", nil
}

// A node that is written in Go, in a flow that is built in code.
func Example_customNode() {
	flow := &ivr.Flow{
		Name: "quiz", Start: "question", Exhausted: "bye",
		Vars: []ivr.Var{{Name: "points", Type: expr.Number, Default: expr.NumberValue(0)}},
		Nodes: []ivr.Node{
			{ID: "question", Do: &ivr.Custom{
				Behavior: quiz{}, Asks: true, Seconds: 8, Writes: []string{"points"},
				Exits: map[string]string{"right": "yes", "wrong": "bye"},
			}},
			{ID: "yes", Do: &ivr.Hangup{Prompt: ivr.Speak("Yes! You have {points} points.")}},
			{ID: "bye", Do: &ivr.Hangup{Prompt: ivr.Speak("Goodbye.")}},
		},
	}
	now := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	report := ivr.Check(flow, now)
	for _, finding := range report.Findings {
		fmt.Println(finding)
	}
	fmt.Println("at most", report.Bounds.SilentSeconds, "seconds of silence")

	sealer, err := ivr.NewSealer([]byte("a key"))
	if err != nil {
		fmt.Println(err)
		return
	}
	site, err := ivr.NewSite(ivr.SiteConfig{URL: "https://ivr.example.org/quiz", Sealer: sealer})
	if err != nil {
		fmt.Println(err)
		return
	}
	state, event := ivr.State{}, &ivr.Event{Kind: ivr.Start, CallSid: "CA1", Params: url.Values{}, Now: now}
	for _, keys := range []string{"", "4"} {
		event.Params = url.Values{"Digits": {keys}}
		answer, err := report.Program.Step(site, state, event)
		if err != nil {
			fmt.Println(err)
			return
		}
		body, err := answer.Document.Bytes()
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println("asks:", strings.Contains(string(body), "<Gather"), "at:", answer.Node, "went:", len(answer.Trail))
		state, event.Kind = answer.State, ivr.Input
	}
	// Output:
	// at most 26 seconds of silence
	// asks: true at: question went: 0
	// asks: false at:  went: 2
}

func customLine(b ivr.Behavior, change func(k *ivr.Custom)) *ivr.Flow {
	k := &ivr.Custom{Behavior: b, Exits: map[string]string{"ok": "read"}, Asks: true, Reads: []string{"x"}, Writes: []string{"y"}}
	if change != nil {
		change(k)
	}
	f := lineOf(k, say("read", "{y}.", "bye"))
	f.Vars = []ivr.Var{{Name: "x", Type: expr.Text, Default: expr.TextValue("x")}, text("y"), text("z")}
	return f
}

func TestCustomNodeIsNotAskedForEver(t *testing.T) {
	f := customLine(ivr.BehaviorFunc(func(v *ivr.Visit) (string, error) {
		v.Ask(twiml.Gather{Prompts: []twiml.Audio{&twiml.Say{Text: "Well?"}}})
		return "", nil
	}), nil)
	newCall(t, f).dial().at("it").silent().at("it").press("1").at("it").silent().at("desk").trail("it →exhausted→ desk")
}

func TestCustomNodeNeedsAResult(t *testing.T) {
	f := customLine(ivr.BehaviorFunc(func(v *ivr.Visit) (string, error) {
		r, ok := v.Need(&ivr.Lookup{Key: v.Key(), Method: "GET", URL: "https://example.org/" + v.Get("x").Text()})
		if !ok {
			return "", nil
		}
		v.Set("y", expr.TextValue(string(r.Body)+v.Get("call.from").Text()+v.Language()))
		return "ok", nil
	}), func(k *ivr.Custom) { k.Asks = false })
	c := newCall(t, f)
	c.results[callSid+":0"] = ivr.Result{Status: 200, Body: []byte("Hi ")}
	c.dial().hears("Hi " + caller + "en.")
}

// What a custom node does beyond what it says is an error of the step.
func TestCustomNodeKeepsToItsWord(t *testing.T) {
	for name, k := range map[string]struct {
		visit func(v *ivr.Visit) string
		says  string
	}{
		"reads":         {func(v *ivr.Visit) string { v.Get("z"); return "ok" }, `read "z"`},
		"writes":        {func(v *ivr.Visit) string { v.Set("x", expr.TextValue("")); return "ok" }, `set "x"`},
		"type":          {func(v *ivr.Visit) string { v.Set("y", expr.NumberValue(1)); return "ok" }, "set y, a text, to a number"},
		"exit":          {func(*ivr.Visit) string { return "out" }, `the exit "out"`},
		"does nothing":  {func(*ivr.Visit) string { return "" }, "neither asked nor took an exit"},
		"fails by XML":  {func(v *ivr.Visit) string { v.Say("a\x00b"); return "ok" }, ""},
		"asks, in vain": {func(v *ivr.Visit) string { v.Ask(twiml.Gather{}); v.Set("y", expr.TextValue("")); return "ok" }, ""},
	} {
		f := customLine(ivr.BehaviorFunc(func(v *ivr.Visit) (string, error) { return k.visit(v), nil }), nil)
		_, err := newCall(t, f).try(ivr.State{}, ivr.Start, nil)
		if k.says == "" && err != nil || k.says != "" && (err == nil || !strings.Contains(err.Error(), k.says)) {
			t.Errorf("%s: %v, want …%s…", name, err, k.says)
		}
	}
	f := customLine(ivr.BehaviorFunc(func(v *ivr.Visit) (string, error) {
		v.Ask(twiml.Gather{})
		return "", nil
	}), func(k *ivr.Custom) { k.Asks = false })
	if _, err := newCall(t, f).try(ivr.State{}, ivr.Start, nil); err == nil || !strings.Contains(err.Error(), "says that it does not") {
		t.Errorf("asks all the same: %v", err)
	}
}

// broken is a behavior that changes what it may, and then fails.
func broken(v *ivr.Visit) (string, error) {
	v.Set("y", expr.TextValue("half done"))
	v.Say("Half a sentence,")
	if _, ok := v.Need(&ivr.Lookup{Key: v.Key(), Method: "GET", URL: "https://example.org/"}); !ok {
		return "", nil
	}
	return "ok", fmt.Errorf("broken")
}

// TestCustomNodeFails: an error leads to the exit for failures, and nothing remains of
// the visit.
func TestCustomNodeFails(t *testing.T) {
	own := say("own", "It is {y}.", "desk")
	for name, change := range map[string]func(f *ivr.Flow, k *ivr.Custom){
		"own exit":         func(_ *ivr.Flow, k *ivr.Custom) { k.Error = "own" },
		"that of the node": func(f *ivr.Flow, _ *ivr.Custom) { f.Nodes[0].OnError = "own" },
		"that of the flow": func(f *ivr.Flow, _ *ivr.Custom) { f.OnError = "own" },
	} {
		f := customLine(ivr.BehaviorFunc(broken), nil)
		f.Vars[1].Default = expr.TextValue("whole")
		f.Nodes = append(f.Nodes, own)
		change(f, f.Nodes[0].Do.(*ivr.Custom))
		c := newCall(t, f).dial().at("desk").trail("it →error→ own →next→ desk").hears("It is whole.")
		if strings.Contains(c.doc, "Half") {
			t.Errorf("%s: %s", name, c.doc)
		}
		if got := c.answer.Failures; len(got) != 1 || got[0].Error() != "ivr: node it: broken" {
			t.Errorf("%s: the failures are %v", name, got)
		}
	}
}

// TestCustomNodeFailsForGood: without a place to go to the step fails, and a denial is
// no failure.
func TestCustomNodeFailsForGood(t *testing.T) {
	nowhere := customLine(ivr.BehaviorFunc(broken), nil)
	nowhere.Exhausted = ""
	k := nowhere.Nodes[0].Do.(*ivr.Custom)
	k.Asks = false
	if _, err := newCall(t, nowhere).try(ivr.State{}, ivr.Start, nil); err == nil || err.Error() != "ivr: node it: broken" {
		t.Errorf("without an exit: %v", err)
	}
	denied := customLine(ivr.BehaviorFunc(func(*ivr.Visit) (string, error) { return "", &ivr.DeniedError{Permission: "vip"} }), nil)
	var want *ivr.DeniedError
	if _, err := newCall(t, denied).try(ivr.State{}, ivr.Start, nil); !errors.As(err, &want) {
		t.Errorf("denied: %v", err)
	}
	labelled := customLine(ivr.BehaviorFunc(broken), func(k *ivr.Custom) { k.Exits["error"] = "bye" })
	if _, err := ivr.Compile(labelled); err == nil || !strings.Contains(err.Error(), "name the node in error") {
		t.Errorf("an exit with the name of that for failures: %v", err)
	}
}

// TestCustomNodesFail: when the step fails in the end, what failed before it is there.
func TestCustomNodesFail(t *testing.T) {
	fail := func(what string) ivr.Behavior {
		return ivr.BehaviorFunc(func(*ivr.Visit) (string, error) { return "", errors.New(what) })
	}
	f := lineOf(&ivr.Custom{Behavior: fail("first"), Exits: map[string]string{"ok": "bye"}, Error: "again"},
		ivr.Node{ID: "again", Do: &ivr.Custom{Behavior: fail("second"), Exits: map[string]string{"ok": "bye"}}})
	f.Exhausted = ""
	c := newCall(t, f)
	answer, err := c.program.Step(c.site, ivr.State{}, &ivr.Event{Kind: ivr.Start, CallSid: callSid, Params: url.Values{}, Now: monday})
	if err == nil || err.Error() != "ivr: node again: second" || len(answer.Failures) != 1 || answer.Failures[0].Error() != "ivr: node it: first" {
		t.Errorf("%v after %v", err, answer.Failures)
	}
}

// TestAppendDocument: a document in the place of the one that was made is written, and
// none is an error.
func TestAppendDocument(t *testing.T) {
	answer := newCall(t, menuLine()).dial().answer
	answer.Document = twiml.New(&twiml.Hangup{})
	if body, err := answer.AppendDocument([]byte("before")); err != nil || !strings.Contains(string(body), "before<?xml") || !strings.Contains(string(body), "<Response><Hangup/>") {
		t.Errorf("%s, %v", body, err)
	}
	answer.Document = nil
	if body, err := answer.AppendDocument([]byte("before")); err == nil || string(body) != "before" {
		t.Errorf("%s, %v", body, err)
	}
}

// TestCustomNodeFailsAlone: the effects of what comes after it have keys of their own.
func TestCustomNodeFailsAlone(t *testing.T) {
	f := customLine(ivr.BehaviorFunc(broken), func(k *ivr.Custom) { k.Error = "ask" })
	f.Nodes = append(f.Nodes, ivr.Node{ID: "ask", Do: &ivr.HTTP{URL: "https://example.org/next", OK: "bye", Error: "desk"}})
	c := newCall(t, f).dial()
	keys := map[string]bool{}
	for _, e := range c.effects {
		if keys[e.IdempotencyKey()] {
			t.Errorf("the key %s is used twice", e.IdempotencyKey())
		}
		keys[e.IdempotencyKey()] = true
	}
	if len(keys) != 2 {
		t.Errorf("effects: %v", c.effects)
	}
}
