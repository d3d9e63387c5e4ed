package ivr_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/callgate/callgate/ivr"
	"github.com/callgate/callgate/ivr/expr"
	"github.com/callgate/callgate/twiml"
)

func transferLine(x *ivr.Transfer) *ivr.Flow {
	return lineOf(x, hangup("after", "After."), hangup("busy", "Busy."), hangup("none", "None."), hangup("failed", "Failed."), hangup("declined", "Declined."))
}

// TestTransferOutcomes gives the carrier's words for how a dialled call ended.
func TestTransferOutcomes(t *testing.T) {
	for _, c := range []struct{ status, bridged, want string }{
		{"completed", "true", "After."},
		{"completed", "", "After."},
		{"answered", "", "After."},
		{"completed", "false", "Declined."},
		{"busy", "", "Busy."},
		{"no-answer", "false", "None."},
		{"failed", "", "Failed."},
		{"canceled", "", "None."},
		{"", "", "Failed."},
		{"unheard-of", "", "Failed."},
	} {
		f := transferLine(&ivr.Transfer{
			Targets:  []ivr.Target{{Number: "+15550100003"}},
			Answered: "after", Busy: "busy", NoAnswer: "none", Failed: "failed", Declined: "declined",
		})
		newCall(t, f).dial().at("it").follow(ivr.Dialled, "DialCallStatus", c.status, "DialBridged", c.bridged).hears(c.want)
	}
}

func TestTransferEndsTheCall(t *testing.T) {
	f := transferLine(&ivr.Transfer{Targets: []ivr.Target{{Number: "+15550100003"}}, Otherwise: "none"})
	newCall(t, f).dial().follow(ivr.Dialled, "DialCallStatus", "completed").at("").trail("it →answered→ (end)")
	newCall(t, f).dial().follow(ivr.Dialled, "DialCallStatus", "busy").hears("None.")
}

func dialled(c *call) string {
	root, err := twiml.Decode([]byte(c.doc))
	if err != nil {
		c.t.Fatal(err)
	}
	var all []string
	if d := root.Child("Dial"); d != nil {
		for el := range d.Elements() {
			all = append(all, el.Text())
		}
	}
	return strings.Join(all, " ")
}

func TestTransferInSequence(t *testing.T) {
	f := transferLine(&ivr.Transfer{
		Targets: []ivr.Target{
			{Number: "+15550100003"},
			{Number: "{nobody}"},           // empty: passed over
			{Number: "+15550199999"},       // the line itself, as the caller dialled it
			{SIP: "sip:{odd}@example.org"}, // what a variable holds adds no header
			{Client: "ann"},
		},
		Busy: "busy", Otherwise: "none",
	})
	f.Vars = []ivr.Var{
		{Name: "nobody", Type: expr.Text, Default: expr.TextValue("")},
		{Name: "odd", Type: expr.Text, Default: expr.TextValue("a.b+1?X=y;z")},
	}
	c := newCall(t, f).dial()
	var rung []string
	for c.answer.Node == "it" {
		rung = append(rung, dialled(c))
		c.follow(ivr.Dialled, "DialCallStatus", "busy")
	}
	if want := []string{"+15550100003", "sip:a.b+1%3FX%3Dy%3Bz@example.org", "ann"}; !cmp.Equal(rung, want) {
		t.Errorf("rang %q", rung)
	}
	c.hears("Busy.")
}

func TestTransferToAll(t *testing.T) {
	f := transferLine(&ivr.Transfer{
		Targets:  []ivr.Target{{Number: "+15550100003"}, {Number: "+15550100004"}},
		Strategy: ivr.All, Otherwise: "none",
	})
	c := newCall(t, f).dial()
	if got := dialled(c); got != "+15550100003 +15550100004" {
		t.Errorf("rang %q", got)
	}
	c.follow(ivr.Dialled, "DialCallStatus", "no-answer").hears("None.")
}

// A shuffled transfer rings everybody once, in one order for one call and in
// different orders for different calls.
func TestTransferShuffled(t *testing.T) {
	targets := []ivr.Target{}
	for _, n := range "23456789" {
		targets = append(targets, ivr.Target{Number: "+1555010000" + string(n)})
	}
	f := transferLine(&ivr.Transfer{Targets: targets, Strategy: ivr.Shuffled, Otherwise: "none"})
	c := newCall(t, f).dial()
	seen := map[string]bool{}
	for c.answer.Node == "it" {
		seen[dialled(c)] = true
		c.follow(ivr.Dialled, "DialCallStatus", "no-answer")
	}
	if len(seen) != len(targets) {
		t.Errorf("rang %d of %d", len(seen), len(targets))
	}
	first := map[string]bool{}
	for _, sid := range []string{"CA1", "CA2", "CA3", "CA4", "CA5", "CA6", "CA7", "CA8"} {
		c := newCall(t, f)
		c.edit = func(ev *ivr.Event) { ev.CallSid = sid }
		first[dialled(c.dial())] = true
	}
	if len(first) < 3 {
		t.Errorf("eight calls began with only %d targets", len(first))
	}
}

func TestWhisperAndAccept(t *testing.T) {
	f := transferLine(&ivr.Transfer{
		Targets:  []ivr.Target{{Number: "+15550100003"}},
		CallerID: "+15550100009", Whisper: ivr.Speak("A call from {call.from|digits}. To take it, press 5."), Accept: "5",
		Declined: "declined", Otherwise: "none",
	})
	c := newCall(t, f).dial()
	offered := c.doc
	c.params.Set("From", "+15550100009") // as it is on the other call
	c.follow(ivr.Whisper).hears("A call from + 1 5 5 5 0 1 0 0 0 0 1.")
	whispered := c.doc
	c.follow(ivr.Accept, "Digits", "5")
	if c.shown() != "<Response/>" {
		t.Errorf("accepted with %s", c.shown())
	}
	c.doc = whispered
	c.follow(ivr.Accept, "Digits", "1")
	if !strings.Contains(c.doc, "<Hangup/>") {
		t.Errorf("declined with %s", c.shown())
	}
	c.doc = offered
	c.follow(ivr.Dialled, "DialCallStatus", "completed", "DialBridged", "false").hears("Declined.")
}

func TestWhisperWithoutAccept(t *testing.T) {
	f := transferLine(&ivr.Transfer{Targets: []ivr.Target{{Client: "ann"}}, Whisper: ivr.Speak("A call."), Otherwise: "none"})
	c := newCall(t, f).dial().follow(ivr.Whisper)
	if want := "<Response>\n<Say language=\"en-US\">A call.</Say>\n</Response>"; c.shown() != want {
		t.Errorf("got %s", c.shown())
	}
}

func queueLine() *ivr.Flow {
	return lineOf(&ivr.Queue{
		Name: "support", Announce: ivr.Speak("You are number {queue.position} of {queue.size}, about {queue.wait} minutes."),
		Music: ivr.Prompt{"": {{File: "music.mp3", Seconds: 60}}}, MaxWait: 300, LeaveKey: "1",
		Bridged: "bridged", Timeout: "late", Left: "left", Full: "full", Error: "failed",
	}, hangup("bridged", "Bridged."), hangup("late", "Late."), hangup("left", "Left."), hangup("full", "Full."), hangup("failed", "Failed."))
}

func TestQueueResults(t *testing.T) {
	for _, c := range []struct{ result, time, want string }{
		{"bridged", "10", "Bridged."},
		{"leave", "299", "Left."},
		{"leave", "300", "Late."},
		{"queue-full", "0", "Full."},
		{"error", "5", "Failed."},
		{"system-error", "5", "Failed."},
	} {
		newCall(t, queueLine()).dial().follow(ivr.Queued, "QueueResult", c.result, "QueueTime", c.time).hears(c.want)
	}
	newCall(t, queueLine()).dial().follow(ivr.Queued, "QueueResult", "hangup").at("").trail("it →gone→ (end)")
}

func TestQueueWaiting(t *testing.T) {
	c := newCall(t, queueLine()).dial()
	waiting := []string{"QueuePosition", "3", "CurrentQueueSize", "7", "AvgQueueTime", "130", "QueueTime", "20"}
	c.follow(ivr.Waiting, waiting...).hears("You are number 3 of 7, about 3 minutes. [" + mediaURL + "music.mp3]").at("it")
	document := c.doc
	c.follow(ivr.WaitKey, "Digits", "1")
	if !strings.Contains(c.doc, "<Leave/>") {
		t.Errorf("the key does not leave: %s", c.shown())
	}
	c.doc = document
	c.follow(ivr.WaitKey, "Digits", "2")
	if !strings.Contains(c.doc, "<Redirect") {
		t.Errorf("another key does not go on: %s", c.shown())
	}
	c.follow(ivr.Waiting, "QueueTime", "301")
	if !strings.Contains(c.doc, "<Leave/>") {
		t.Errorf("after max_wait: %s", c.shown())
	}
}

func TestQueueWithoutFrills(t *testing.T) {
	f := lineOf(&ivr.Queue{Name: "plain"})
	c := newCall(t, f).dial()
	if strings.Contains(c.doc, "waitUrl") {
		t.Errorf("the carrier's music is replaced: %s", c.doc)
	}
	c.follow(ivr.Queued, "QueueResult", "bridged").at("")
}

func voicemailLine() *ivr.Flow {
	return lineOf(&ivr.Voicemail{Greeting: ivr.Speak("Leave a message."), Mailbox: "office", Notify: "office of {call.to}", Min: 2, Recorded: "thanks", Empty: "empty"},
		hangup("thanks", "Thanks."), hangup("empty", "Nothing."))
}

func TestVoicemail(t *testing.T) {
	recording := []string{"RecordingUrl", "https://api.example.org/RE1", "RecordingSid", "RE1", "RecordingDuration", "12"}
	c := newCall(t, voicemailLine()).dial().hears("Leave a message.")
	document := c.doc
	c.follow(ivr.Recorded, append(recording, "Digits", "#")...).hears("Thanks.")
	want := &ivr.Message{
		Key: callSid + ":1", Node: "it", Mailbox: "office", Notify: "office of +15550199999", From: caller, Language: "en-US",
		URL: "https://api.example.org/RE1", Sid: "RE1", Seconds: 12,
	}
	if len(c.effects) == 0 || !cmp.Equal(c.effects[0], ivr.Effect(want)) {
		t.Errorf("effects %v", c.effects)
	}

	// The callback comes with its own token, long after.
	c.doc, c.effects = document, nil
	c.params.Set("CallStatus", "completed")
	c.follow(ivr.Saved, append(recording, "RecordingStatus", "completed")...)
	want.Key, want.Ready = callSid+":1:ready", true
	if len(c.effects) != 1 || !cmp.Equal(c.effects[0], ivr.Effect(want)) {
		t.Errorf("effects %v", c.effects)
	}
	c.doc, c.effects = document, nil
	c.follow(ivr.Saved, "RecordingStatus", "absent")
	if c.answer.Document != nil || len(c.effects) != 0 {
		t.Errorf("an absent recording: %v", c.answer)
	}
}

func TestVoicemailWithoutMessage(t *testing.T) {
	c := newCall(t, voicemailLine()).dial().follow(ivr.Recorded, "RecordingUrl", "https://x", "RecordingDuration", "1").hears("Nothing.")
	if len(c.effects) != 0 {
		t.Errorf("effects %v", c.effects)
	}
	newCall(t, voicemailLine()).dial().silent().hears("Nothing.")
}

func TestVoicemailWhenTheCallerHangsUp(t *testing.T) {
	c := newCall(t, voicemailLine()).dial()
	c.params.Set("CallStatus", "completed")
	c.follow(ivr.Recorded, "RecordingUrl", "https://x", "RecordingDuration", "9", "Digits", "hangup").at("").trail("it →hangup→ (end)")
	if len(c.effects) != 1 {
		t.Errorf("effects %v", c.effects)
	}
}

func callbackLine() *ivr.Flow {
	return lineOf(&ivr.Callback{
		Ask:     ivr.Ask{Prompt: ivr.Speak("Enter your number, then press hash."), NoMatch: []ivr.Prompt{ivr.Speak("Not a number.")}},
		Confirm: ivr.Speak("We call {callback.number|digits}. If so, press 1. For another, 2. For none, 3."),
		Country: "44", Trunk: "0", List: "sales", Note: "wants {what}",
		Booked: "booked", Declined: "declined", Invalid: "invalid", Error: "failed",
	}, hangup("booked", "Booked."), hangup("declined", "Declined."), hangup("invalid", "Invalid."), hangup("failed", "Failed."))
}

func callbackCall(t *testing.T) *call {
	f := callbackLine()
	f.Vars = []ivr.Var{{Name: "what", Type: expr.Text, Default: expr.TextValue("tea")}}
	return newCall(t, f)
}

func TestCallbackToTheCaller(t *testing.T) {
	c := callbackCall(t)
	c.results[callSid+":1"] = ivr.Result{Outcome: ivr.Done}
	c.dial().hears("We call + 1 5 5 5 0 1 0 0 0 0 1.").press("1").hears("Booked.")
	want := &ivr.Booking{Key: callSid + ":1", Node: "it", List: "sales", Number: caller, Language: "en-US", Note: "wants tea", At: monday}
	if len(c.effects) != 1 || !cmp.Equal(c.effects[0], ivr.Effect(want)) {
		t.Errorf("effects %v", c.effects)
	}
	callbackCall(t).dial().press("1").hears("Failed.") // no result
	callbackCall(t).dial().press("3").hears("Declined.")
	callbackCall(t).dial().silent().press("7").silent().press("8").silent().hears("Invalid.")
}

func TestCallbackToAnotherNumber(t *testing.T) {
	for entry, want := range map[string]string{
		"02079460000":      "4 4 2 0 7 9 4 6 0 0 0 0",
		"2079460000":       "4 4 2 0 7 9 4 6 0 0 0 0",
		"0033123456789":    "3 3 1 2 3 4 5 6 7 8 9",
		"12":               "Not a number.",
		"00":               "Not a number.",
		"0012345678901234": "1 2 3 4 5 6 7 8 9 0 1 2 3 4",
		"*":                "Not a number.",
	} {
		callbackCall(t).dial().press("2").hears("Enter your number").press(entry).hears(want)
	}
	for _, from := range []string{"anonymous", "", "+266696687", "Restricted", "client:ann"} {
		c := callbackCall(t)
		c.params.Set("From", from)
		c.dial().hears("Enter your number")
	}
}

func languageLine() *ivr.Flow {
	both := func(en, fr string) ivr.Prompt { return ivr.Prompt{"en": {{Text: en}}, "fr": {{Text: fr}}} }
	f := lineOf(&ivr.ChooseLanguage{
		Ask: ivr.Ask{Prompt: both("For English, press 1.", "Pour le français, faites le 2.")},
		Offers: []ivr.Offer{
			{Language: "en", Key: "1", Words: []string{"English"}},
			{Language: "fr", Key: "2", Words: []string{"français"}},
		},
		To: "hello", Remember: true,
	}, ivr.Node{ID: "hello", Do: &ivr.Hangup{Prompt: both("Hello.", "Bonjour.")}})
	f.Languages = []ivr.Language{{Name: "en", Locale: "en-US"}, {Name: "fr", Locale: "fr-FR", Voice: "Polly.Lea"}}
	return f
}

func TestChooseLanguage(t *testing.T) {
	c := newCall(t, languageLine()).dial().hears("For English, press 1. Pour le français, faites le 2.")
	if !strings.Contains(c.doc, `<Say voice="Polly.Lea" language="fr-FR">Pour`) {
		t.Errorf("French is not spoken in French: %s", c.shown())
	}
	c.press("2").hears("Bonjour.").trail("it →fr→ hello →hangup→ (end)")
	if c.answer.Language != "fr-FR" {
		t.Errorf("language %q", c.answer.Language)
	}
	want := &ivr.Remember{Key: callSid + ":1", From: caller, Language: "fr"}
	if len(c.effects) != 1 || !cmp.Equal(c.effects[0], ivr.Effect(want)) {
		t.Errorf("effects %v", c.effects)
	}
	newCall(t, languageLine()).dial().speak("Français !").hears("Bonjour.")
	newCall(t, languageLine()).dial().silent().silent().silent().hears("Hello.")
	newCall(t, languageLine()).dial().press("9").press("8").press("7").hears("Hello.")
	c = newCall(t, languageLine())
	c.edit = func(ev *ivr.Event) { ev.Remembered = "fr" }
	c.dial().hears("Bonjour.")
}

// What needs no result is not asked for while a result is missing, and is not lost.
func TestEffectsBesideALookup(t *testing.T) {
	f := languageLine()
	replace(f, "hello", &ivr.HTTP{URL: "https://crm.example.org/", OK: "bye", Error: "bye"})
	c := newCall(t, f).dial().press("2").at("")
	var kinds []string
	for _, e := range c.effects {
		kinds = append(kinds, fmt.Sprintf("%T %s", e, strings.TrimPrefix(e.IdempotencyKey(), callSid)))
	}
	if diff := cmp.Diff([]string{"*ivr.Lookup :1.2", "*ivr.Remember :1"}, kinds); diff != "" {
		t.Error(diff)
	}
}

func TestWithheldNumbersAreNotRemembered(t *testing.T) {
	c := newCall(t, languageLine())
	c.params.Set("From", "anonymous")
	if c.dial().press("2"); len(c.effects) != 0 {
		t.Errorf("effects %v", c.effects)
	}
}
