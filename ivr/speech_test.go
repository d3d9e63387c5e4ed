package ivr_test

import (
	"strings"
	"testing"

	"github.com/callgate/callgate/ivr"
)

// unsure says something of which the carrier is as sure as it says.
func (c *call) unsure(words, confidence string) *call {
	c.t.Helper()
	return c.follow(ivr.Input, "SpeechResult", words, "Confidence", confidence)
}

func spokenMenu() *ivr.Flow {
	f := menuLine()
	m := f.Nodes[0].Do.(*ivr.Menu)
	m.Options[0].Words = map[string][]string{"en": {"sales"}}
	m.Options[1].Words = map[string][]string{"en": {"support"}}
	return f
}

// The values are those that the carrier's page on Gather shows, and those of
// recognisers that leave the confidence out or at the "not set" of their interface, 0.
func TestConfidence(t *testing.T) {
	for _, c := range []struct {
		least      float64
		confidence string
		taken      bool
	}{
		{0, "0.01", true},
		{0.5, "0.9181", true},
		{0.5, "0.5", true},
		{0.5, "0.49", false},
		{0.5, "0.0", true},
		{0.5, "", true},
		{0.5, "high", true},
		{0.5, "NaN", true},
		{0.5, "-1", true},
		{1, "0.99", false},
		{1, "1.0", true},
	} {
		want := map[bool]string{true: "it →1→ sales →hangup→ (end)", false: ""}[c.taken]
		f := spokenMenu()
		f.Nodes[0].Do.(*ivr.Menu).Ask.Confidence = c.least
		newCall(t, f).dial().unsure("Sales.", c.confidence).trail(want)

		f = spokenMenu()
		f.Confidence = c.least
		newCall(t, f).dial().unsure("Sales.", c.confidence).trail(want)
	}
}

func TestSpeechThatIsNotSureIsAWrongAnswer(t *testing.T) {
	f := spokenMenu()
	f.Confidence = 0.5
	c := newCall(t, f).dial().unsure("sales", "0.2").hears("That is no choice.")
	c.silent().hears("I heard nothing.") // counted apart
	c.unsure("sales", "0.2").unsure("support", "0.3").at("desk")

	f = languageLine()
	f.Confidence = 0.5
	newCall(t, f).dial().unsure("français", "0.2").at("it").unsure("français", "0.8").hears("Bonjour.")

	f = collectLine(text("x"), &ivr.Collect{Speech: &ivr.Speech{}, Ask: ivr.Ask{Confidence: 0.6}})
	newCall(t, f).dial().unsure("Smith", "0.5").hears("Enter it.").unsure("Smith", "0.7").hears("It is Smith.")
}

func TestConfirmOnlyWhatIsNotSure(t *testing.T) {
	f := collectLine(text("x"), &ivr.Collect{
		Speech:  &ivr.Speech{},
		Confirm: &ivr.Confirm{Prompt: ivr.Speak("Did you say {x}?"), Below: 0.8},
	})
	newCall(t, f).dial().unsure("Smith", "0.9").hears("It is Smith.")
	for _, unknown := range []string{"", "0.0", "high", "NaN", "80"} {
		newCall(t, f).dial().unsure("Smith", unknown).hears("Did you say Smith?")
	}
	newCall(t, f).dial().unsure("Smith", "0.7").hears("Did you say Smith?").press("1").hears("It is Smith.")
}

func commandLine() *ivr.Flow {
	f := menuLine()
	f.Languages = []ivr.Language{{Name: "en", Locale: "en-US"}, {Name: "de", Locale: "de-DE"}}
	f.Keys = []ivr.GlobalKey{
		{Label: "help", Do: ivr.Operator, To: "desk", Words: map[string][]string{"en": {"help me"}, "de": {"Hilfe"}}},
		{Key: "9", Do: ivr.Repeat, Words: map[string][]string{"en": {"once more"}}},
		{Key: "0", Do: ivr.Operator, To: "desk", Words: map[string][]string{"en": {"operator"}}},
	}
	return f
}

// With words for its global commands a line listens in every menu.
func TestSpokenCommands(t *testing.T) {
	for said, want := range map[string]string{
		"Operator.":              "it →key 0→ desk",
		"The operator, please":   "it →key 0→ desk",
		"zero":                   "it →key 0→ desk",
		"Help me!":               "it →help→ desk",
		"two":                    "it →2→ support →hangup→ (end)",
		"help me, operator":      "", // two commands are none
		"Hilfe":                  "", // in the other language
		"I do not know anything": "",
	} {
		newCall(t, commandLine()).dial().speak(said).trail(want)
	}
	c := newCall(t, commandLine()).dial().silent().hears("I heard nothing.")
	c.speak("Once more.").hears("For sales, press 1.").silent().silent().at("desk") // asking again is no attempt
	if c := newCall(t, commandLine()).dial(); !strings.Contains(c.doc, `input="dtmf speech"`) || !strings.Contains(c.doc, "help me,once more,operator") {
		t.Errorf("the menu does not listen:\n%s", c.shown())
	}
}

func TestSpokenCommandsInEntries(t *testing.T) {
	f := collectLine(text("x"), &ivr.Collect{Speech: &ivr.Speech{}})
	f.Keys = commandLine().Keys[2:]
	newCall(t, f).dial().speak("operator").at("desk")
	newCall(t, f).dial().speak("The operator").hears("It is The operator.") // an entry of its own
	newCall(t, f).dial().press("0").at("desk")

	// An entry by digits listens to no speech.
	f = collectLine(text("x"), &ivr.Collect{Digits: &ivr.Digits{Max: 4}})
	f.Keys = commandLine().Keys[2:]
	if c := newCall(t, f).dial(); strings.Contains(c.doc, "speech") {
		t.Errorf("the entry listens:\n%s", c.shown())
	}
	for _, n := range mustCompile(t, f).Outline() {
		for _, e := range n.Exits {
			if n.Name == "it" && e.Label == "key 0" {
				t.Errorf("one digit is an entry, and there is the exit %v", e)
			}
		}
	}
}

func TestOwnWordsComeBeforeCommands(t *testing.T) {
	f := commandLine()
	f.Nodes[0].Do.(*ivr.Menu).Options[0].Words = map[string][]string{"en": {"Operator"}}
	newCall(t, f).dial().speak("operator").trail("it →1→ sales →hangup→ (end)")
}

func TestTags(t *testing.T) {
	f := menuLine()
	f.Nodes[0].Tags, f.Nodes[1].Tags = []string{"arrived"}, []string{"served", "sales"}
	c := newCall(t, f).dial()
	if got := strings.Join(c.answer.Tags, " "); got != "arrived" {
		t.Errorf("at the start: %q", got)
	}
	if c.silent(); len(c.answer.Tags) != 0 {
		t.Errorf("asked again: %q", c.answer.Tags)
	}
	c.press("1")
	if got := strings.Join(c.answer.Tags, " "); got != "served sales" {
		t.Errorf("at the end: %q", got)
	}
}
