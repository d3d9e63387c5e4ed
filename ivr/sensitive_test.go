package ivr_test

import (
	"testing"

	"github.com/callgate/callgate/ivr"
	"github.com/callgate/callgate/ivr/expr"
	"github.com/callgate/callgate/twiml"
)

// TestSensitive: the answer says so while a call waits at the node, and not after.
func TestSensitive(t *testing.T) {
	f := lineOf(&ivr.Menu{Ask: ask("Press 1."), Options: []ivr.Option{{Key: "1", To: "pin"}}},
		ivr.Node{ID: "pin", Sensitive: true, Do: &ivr.Collect{
			Ask: ask("The PIN."), Digits: &ivr.Digits{Min: 4, Max: 4}, Into: "pin", To: "more",
			Confirm: &ivr.Confirm{Prompt: ivr.Speak("Are you sure?")},
		}},
		ivr.Node{ID: "more", Do: &ivr.Menu{Ask: ask("Press 1."), Options: []ivr.Option{{Key: "1", To: "bye"}}}})
	f.Vars = []ivr.Var{{Name: "pin", Type: expr.Text}}
	c := newCall(t, f).dial()
	for _, step := range []struct {
		do   func()
		want bool
	}{
		{func() {}, false},
		{func() { c.press("1") }, true},
		{func() { c.silent() }, true},      // asked again
		{func() { c.press("4711") }, true}, // to be confirmed
		{func() { c.press("1") }, false},
		{func() { c.press("1") }, false}, // the end
	} {
		step.do()
		if c.answer.Sensitive != step.want {
			t.Errorf("at %s: sensitive is %v, want %v", c.shown(), c.answer.Sensitive, step.want)
		}
	}
}

// TestSensitiveCustom: what a node in Go sets at a sensitive question is secret.
func TestSensitiveCustom(t *testing.T) {
	behavior := ivr.BehaviorFunc(func(v *ivr.Visit) (string, error) {
		v.Ask(twiml.Gather{NumDigits: 1})
		return "", nil
	})
	f := lineOf(&ivr.Custom{Behavior: behavior, Exits: map[string]string{"ok": "tell"}, Asks: true, Writes: []string{"word"}}, say("tell", "{word}", "bye"))
	f.Vars = []ivr.Var{{Name: "word", Type: expr.Text}}
	mustCompile(t, f)
	f.Nodes[0].Sensitive = true
	_, err := ivr.Compile(f)
	if problems, ok := err.(ivr.Problems); !ok || len(problems) != 1 || problems[0].Rule != ivr.SecretLeak || problems[0].Node != "tell" {
		t.Errorf("the error is %v", err)
	}
	f.Nodes[0].Do.(*ivr.Custom).Asks = false
	f.Nodes[1].Do = &ivr.Goto{To: "bye"}
	if _, err := ivr.Compile(f); err == nil {
		t.Error("a node that asks nothing was taken")
	}
}
