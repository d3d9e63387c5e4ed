package ivr_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/callgate/callgate/ivr"
	"github.com/callgate/callgate/ivr/expr"
)

func slotLine() *ivr.Flow {
	f := callbackLine()
	f.Vars = []ivr.Var{text("what"), text("second"), text("third")}
	f.Vars[0].Default, f.Vars[1].Default, f.Vars[2].Default = expr.TextValue("tea"), expr.TextValue("Tuesday at 10"), expr.TextValue("")
	f.Nodes[0].Do.(*ivr.Callback).Slots = &ivr.Slots{
		Prompt:  ivr.Speak("For the morning, press 1. For {second}, press 2."),
		Choices: []ivr.Slot{{Key: "1", Value: "morning"}, {Key: "2", Value: "{second}"}, {Key: "3", Value: "{third}"}},
	}
	f.Keys = []ivr.GlobalKey{{Key: "0", Do: ivr.Operator, To: "desk"}, {Key: "9", Do: ivr.Repeat}}
	return f
}

func TestCallbackSlots(t *testing.T) {
	for key, slot := range map[string]string{"1": "morning", "2": "Tuesday at 10"} {
		c := newCall(t, slotLine())
		c.results[callSid+":2"] = ivr.Result{Outcome: ivr.Done}
		c.dial().hears("We call").press("1").hears("For Tuesday at 10, press 2.").press(key).hears("Booked.")
		want := &ivr.Booking{Key: callSid + ":2", Node: "it", List: "sales", Number: caller, Language: "en-US", Note: "wants tea", Slot: slot, At: monday}
		if diff := cmp.Diff([]ivr.Effect{want}, c.effects); diff != "" {
			t.Error(diff)
		}
	}
	// No booking without a slot: a wrong key, a time that is empty, silence.
	c := newCall(t, slotLine()).dial().press("1").press("7").hears("Not a number.").press("3").hears("Not a number.").silent().silent()
	c.press("9").hears("For the morning").press("8").hears("Invalid.")
	if len(c.effects) != 0 {
		t.Errorf("effects %v", c.effects)
	}
	newCall(t, slotLine()).dial().press("1").silent().silent().silent().hears("Invalid.")
	newCall(t, slotLine()).dial().press("1").press("0").at("desk")
}

func TestLongestSilenceOfACallback(t *testing.T) {
	f := slotLine()
	b := f.Nodes[0].Do.(*ivr.Callback)
	file := func(name string, seconds int) ivr.Prompt {
		return ivr.Prompt{"": {{File: name, Seconds: seconds}}}
	}
	b.Ask, b.Confirm, b.Slots.Prompt = ivr.Ask{Prompt: file("number.mp3", 4)}, file("confirm.mp3", 9), file("slots.mp3", 2)
	f.Nodes[3].Do = &ivr.Hangup{}
	// The caller's number is known, so that the confirmation is what a silent caller
	// hears: three times 9 s and 5 s of silence.
	if got := ivr.Check(f, monday).Bounds.SilentSeconds; got != 3*(9+5) {
		t.Errorf("%d seconds", got)
	}
}
