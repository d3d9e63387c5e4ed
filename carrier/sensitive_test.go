package carrier_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/callgate/callgate/carrier"
)

// What the caller enters while Config.Sensitive says so goes to the server and is
// nowhere in the log; before and after it is.
func TestSensitiveEntriesAreNotShown(t *testing.T) {
	const digits, words = "5284", "open sesame"
	for _, c := range []struct {
		name, gather string
		enter        func(*carrier.Call) error
		param, sent  string
		shown        []string
	}{
		{"keys", `<Gather numDigits="6" action="/next"><Say>The PIN.</Say></Gather>`,
			func(c *carrier.Call) error { return c.Press(digits + "#") }, "Digits", digits, []string{"x", "x", "x", "x", "#"}},
		{"keys that # is one of", `<Gather numDigits="5" finishOnKey="" action="/next"><Say>The PIN.</Say></Gather>`,
			func(c *carrier.Call) error { return c.Press(digits + "#") }, "Digits", digits + "#", []string{"x", "x", "x", "x", "x"}},
		{"keys in the middle of the prompt", `<Gather numDigits="4" action="/next"><Say>The PIN.</Say></Gather>`,
			func(c *carrier.Call) error { return c.Barge(digits) }, "Digits", digits, []string{"x", "x", "x", "x"}},
		{"keys in a URL", `<Gather numDigits="4" action="/next" method="GET"><Say>The PIN.</Say></Gather>`,
			func(c *carrier.Call) error { return c.Press(digits) }, "Digits", digits, []string{"x", "x", "x", "x"}},
		{"speech", `<Gather input="speech" action="/next" partialResultCallback="/part"><Say>The word.</Say></Gather>`,
			func(c *carrier.Call) error { return c.Say(words) }, "SpeechResult", words, []string{"***"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var waits bool
			call, app := place(t, map[string]string{
				"/voice": `<Gather numDigits="1" action="/pin"><Say>Press 1.</Say></Gather>`,
				"/pin":   c.gather,
				"/part":  "",
				"/next":  `<Gather numDigits="1" action="/end"><Say>Press 7.</Say></Gather>`,
				"/end":   `<Hangup/>`,
			}, func(config *carrier.Config) {
				asked := 0
				config.Sensitive = func(sid string) bool {
					asked++
					waits = asked == 2 // the second question
					return sid != "" && waits
				}
			})
			must(t, call.Press("1"))
			must(t, call.Hear("The"))
			must(t, c.enter(call))
			must(t, call.Press("7"))
			if _, err := call.Finish(); err != nil {
				t.Fatal(err)
			}
			var shown []string
			for _, e := range call.Log() {
				if e.Kind == carrier.KindKey || e.Kind == carrier.KindSpeech {
					shown = append(shown, e.Text)
				}
			}
			want := strings.Join(c.shown, " ")
			if got := strings.Join(shown, " "); got != "1 "+want+" 7" {
				t.Errorf("shown are %s, want 1 %s 7", got, want)
			}
			log, err := json.Marshal(call.Log())
			if err != nil {
				t.Fatal(err)
			}
			for _, text := range []string{string(log), call.Transcript()} {
				if strings.Contains(text, digits) || strings.Contains(text, words) {
					t.Errorf("what was entered stands in\n%s", text)
				}
			}
			sent := false
			for _, g := range app.got {
				sent = sent || g.Params.Get(c.param) == c.sent
			}
			if !sent {
				t.Errorf("the server did not get %s", c.param)
			}
		})
	}
}

// A failure does not tell the key that could not be pressed.
func TestSensitiveKeysAreNotInErrors(t *testing.T) {
	call, _ := place(t, map[string]string{
		"/voice": `<Gather numDigits="2" action="/end"><Say>The PIN.</Say></Gather>`, "/end": `<Say>Thank you.</Say><Hangup/>`,
	}, func(config *carrier.Config) { config.Sensitive = func(string) bool { return true } })
	err := call.Press("589")
	if err == nil || !strings.Contains(err.Error(), "for the key x") || strings.ContainsAny(err.Error(), "58") {
		t.Errorf("the error is %v", err)
	}
}
