package ivr_test

import (
	"testing"

	"github.com/callgate/callgate/ivr"
	"github.com/callgate/callgate/twiml"
)

// TestEveryCarrier: what the basic nodes send has nothing that some carrier lacks.
// The documents of all nodes are checked for Twilio by every test of this package.
func TestEveryCarrier(t *testing.T) {
	entry := collectLine(text("x"), &ivr.Collect{Digits: &ivr.Digits{Max: 6}, Confirm: &ivr.Confirm{Prompt: ivr.Speak("{x}?")}})
	language := languageLine()
	for i := range 2 {
		language.Nodes[0].Do.(*ivr.ChooseLanguage).Offers[i].Words = nil
	}
	f := lineOf(&ivr.HTTP{URL: "https://example.org/", Filler: ivr.Speak("Wait."), OK: "bye", Error: "bye"})
	for _, profile := range twiml.Profiles() {
		strict := func(f *ivr.Flow) *call {
			c := newCall(t, f)
			c.profile = profile
			return c
		}
		strict(menuLine()).dial().silent().press("7").press("1")
		strict(entry).dial().press("123").press("1")
		strict(language).dial().press("2")
		strict(voicemailLine()).dial().follow(ivr.Recorded, "RecordingUrl", "https://x", "RecordingDuration", "4")
		strict(lineOf(&ivr.Goto{To: "desk"})).dial().follow(ivr.Dialled, "DialCallStatus", "busy")
		strict(callbackLineWithNote()).dial().press("2")
		c := strict(f)
		c.results[callSid+":0"] = ivr.Result{Outcome: ivr.Pending}
		c.dial().follow(ivr.Poll)
	}
	c := newCall(t, queueLine())
	c.profile = twiml.SignalWire
	c.dial().follow(ivr.Waiting, "QueuePosition", "1").follow(ivr.WaitKey, "Digits", "1")
}
