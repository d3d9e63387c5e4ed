package ivr_test

import (
	"testing"

	"github.com/callgate/callgate/ivr"
)

func menuLine() *ivr.Flow {
	return lineOf(&ivr.Menu{
		Ask: ivr.Ask{
			Prompt:  ivr.Speak("For sales, press 1. For support, press 2."),
			Again:   ivr.Speak("Press 1 or 2."),
			NoInput: []ivr.Prompt{ivr.Speak("I heard nothing."), ivr.Speak("Still nothing.")},
			NoMatch: []ivr.Prompt{ivr.Speak("That is no choice.")},
		},
		Options: []ivr.Option{{Key: "1", To: "sales"}, {Key: "2", To: "support"}},
	}, hangup("sales", "Sales."), hangup("support", "Support."))
}

func TestMenuByKey(t *testing.T) {
	c := newCall(t, menuLine()).dial().at("it").hears("For sales, press 1.")
	c.press("2").at("").hears("Support.").trail("it →2→ support →hangup→ (end)")
}

func TestMenuCountsSilenceAndMistakesApart(t *testing.T) {
	c := newCall(t, menuLine()).dial()
	c.silent().hears("I heard nothing. Press 1 or 2.")
	c.press("7").hears("That is no choice. Press 1 or 2.")
	c.silent().hears("Still nothing. Press 1 or 2.")
	c.press("8").hears("That is no choice. Press 1 or 2.")
	c.silent().at("desk").trail("it →exhausted→ desk")

	c = newCall(t, menuLine()).dial()
	c.press("7").press("*").press("9").at("desk").trail("it →exhausted→ desk")
}

// An answer says when the caller gave none, or none that was understood.
func TestMenuMissed(t *testing.T) {
	c := newCall(t, menuLine()).dial()
	for _, step := range []struct {
		do   func() *call
		want ivr.Cause
	}{{c.silent, ivr.BySilence}, {func() *call { return c.press("7") }, ivr.ByWrong}, {func() *call { return c.press("1") }, ""}} {
		if step.do(); c.answer.Missed != step.want {
			t.Errorf("missed %q, want %q:\n%s", c.answer.Missed, step.want, c.doc)
		}
	}
}

func TestMenuExitsOfItsOwn(t *testing.T) {
	f := menuLine()
	m := f.Nodes[0].Do.(*ivr.Menu)
	m.Ask.Attempts, m.Ask.OnNoInput, m.Ask.OnNoMatch = 1, "sales", "support"
	newCall(t, f).dial().silent().trail("it →noinput→ sales →hangup→ (end)")
	newCall(t, f).dial().press("7").trail("it →nomatch→ support →hangup→ (end)")
}

func TestMenuResetsCountersAtEachVisit(t *testing.T) {
	f := menuLine()
	f.Nodes[1] = say("sales", "Sales.", "it")
	c := newCall(t, f).dial().silent().silent().press("1").hears("Sales. For sales")
	c.silent().hears("I heard nothing.").silent().at("it").silent().at("desk")
}

func TestMenuBySpeech(t *testing.T) {
	f := menuLine()
	m := f.Nodes[0].Do.(*ivr.Menu)
	m.Options[0].Words = map[string][]string{"en": {"sales", "buy something"}}
	m.Options[1].Words = map[string][]string{"en": {"support", "help"}}
	for said, want := range map[string]string{
		"Sales.":                           "it →1→ sales →hangup→ (end)",
		"SUPPORT!":                         "it →2→ support →hangup→ (end)",
		"Two.":                             "it →2→ support →hangup→ (end)",
		"one":                              "it →1→ sales →hangup→ (end)",
		"I want to buy something, please.": "it →1→ sales →hangup→ (end)",
		"supportive":                       "",
		"sales or support":                 "", // two choices are none
		"…":                                "",
	} {
		newCall(t, f).dial().speak(said).trail(want)
	}
}

func TestMenuWithKeysOfDifferentLength(t *testing.T) {
	f := lineOf(&ivr.Menu{
		Ask:     ivr.Ask{Prompt: ivr.Speak("Extension?")},
		Options: []ivr.Option{{Key: "1", To: "bye"}, {Key: "23", To: "desk"}, {Key: "*", To: "bye"}},
	})
	newCall(t, f).dial().press("23").at("desk")
	newCall(t, f).dial().press("1").at("")
	newCall(t, f).dial().press("*").at("")
	newCall(t, f).dial().press("2").at("it")
}

func TestGlobalKeys(t *testing.T) {
	f := &ivr.Flow{
		Start: "welcome", Exhausted: "desk",
		Keys: []ivr.GlobalKey{{Key: "0", Do: ivr.Operator, To: "desk"}, {Key: "9", Do: ivr.Repeat}, {Key: "*", Do: ivr.Back}},
		Nodes: []ivr.Node{
			say("welcome", "Welcome.", "one"),
			{ID: "one", Do: &ivr.Menu{Ask: ivr.Ask{Prompt: ivr.Speak("One.")}, Options: []ivr.Option{{Key: "1", To: "two"}}}},
			{ID: "two", Do: &ivr.Menu{Ask: ivr.Ask{Prompt: ivr.Speak("Two.")}, Options: []ivr.Option{{Key: "1", To: "three"}}}},
			{ID: "three", Do: &ivr.Menu{Ask: ivr.Ask{Prompt: ivr.Speak("Three.")}, Options: []ivr.Option{{Key: "0", To: "bye"}}}},
			desk(), bye(),
		},
	}
	c := newCall(t, f).dial().hears("Welcome. One.")
	c.press("9").at("one").hears("One.")
	c.press("*").at("one") // there is nothing before
	c.press("1").at("two").press("*").at("one").trail("two →key *→ one")
	c.press("1").press("1").at("three").press("*").press("*").at("one")
	c.press("0").at("desk").trail("one →key 0→ desk")
	newCall(t, f).dial().press("1").press("1").press("0").at("") // shadowed
	// Asking again is no attempt.
	c = newCall(t, f).dial().silent().silent()
	c.press("9").press("9").press("9").at("one").silent().at("desk")
}

func TestKeysOfOneMenu(t *testing.T) {
	m := func(id, to string) *ivr.Menu {
		return &ivr.Menu{Ask: ivr.Ask{Prompt: ivr.Speak(id + "?")}, Options: []ivr.Option{{Key: "1", To: to}}}
	}
	first, second := m("first", "second"), m("second", "bye")
	second.RepeatKey, second.BackKey = "9", "#"
	f := lineOf(first, ivr.Node{ID: "second", Do: second})
	c := newCall(t, f).dial().press("9").at("it").silent() // a wrong key at the first
	c.press("1").at("second").silent().silent()
	c.press("9").hears("second?").at("second").press("#").at("it").trail("second →key #→ it")
	// The menu's own keys come before those of the flow.
	f.Keys = []ivr.GlobalKey{{Key: "9", Do: ivr.Operator, To: "desk"}}
	newCall(t, f).dial().press("9").at("desk")
	newCall(t, f).dial().press("1").press("9").at("second")
}

func TestBackGoesFarButNotForEver(t *testing.T) {
	m := func(id, to string) ivr.Node {
		return ivr.Node{ID: id, Do: &ivr.Menu{Ask: ivr.Ask{Prompt: ivr.Speak(id)}, Options: []ivr.Option{{Key: "1", To: to}}}}
	}
	f := lineOf(&ivr.Goto{To: "a"}, m("a", "b"), m("b", "a"))
	f.Keys = []ivr.GlobalKey{{Key: "*", Do: ivr.Back}}
	c := newCall(t, f).dial()
	for range 20 {
		c.press("1")
	}
	for i := range 8 {
		c.press("*").at([]string{"b", "a"}[i%2])
	}
	c.press("*").at("a") // the history holds eight
}

func TestStepsOfACallAreBounded(t *testing.T) {
	f := menuLine()
	f.Nodes[1] = say("sales", "Sales.", "it")
	f.MaxSteps = 10
	c := newCall(t, f).dial()
	for range 9 {
		c.press("1").at("it")
	}
	c.press("1").at("desk")
}
