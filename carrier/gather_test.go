package carrier_test

import (
	"testing"
	"time"

	"github.com/callgate/callgate/carrier"
	"github.com/callgate/callgate/internal/leaktest"
)

// Each case is a sentence of twiml/gather or of the table of section 1.3 of the
// notes it was distilled into: what was pressed or said, and what is requested when.
func TestGather(t *testing.T) {
	tests := []struct {
		name   string
		gather string
		do     func(*carrier.Call) error
		path   string            // what is requested next; "" when the next verb runs
		params map[string]string // that it carries
		at     time.Duration     // when, in whole seconds after the prompt; -1: do not care
	}{
		{"digits end with the finishing key, which is not among them", `<Gather action="next"/>`,
			func(c *carrier.Call) error { return c.Press("12#") }, "/next", map[string]string{"Digits": "12"}, -1},
		{"digits end with the time-out, counted from the last key", `<Gather action="next" timeout="4"/>`,
			func(c *carrier.Call) error { return c.Press("12") }, "/next", map[string]string{"Digits": "12"}, 4},
		{"the n-th digit is sent at once", `<Gather action="next" numDigits="2"/>`,
			func(c *carrier.Call) error { return c.Press("12") }, "/next", map[string]string{"Digits": "12"}, 0},
		{"the finishing key before any digit is no input", `<Gather action="next"/>`,
			func(c *carrier.Call) error { return c.Press("#") }, "", nil, 0},
		{"an empty finishOnKey lets # be a digit", `<Gather action="next" finishOnKey="" numDigits="2"/>`,
			func(c *carrier.Call) error { return c.Press("1#") }, "/next", map[string]string{"Digits": "1#"}, -1},
		{"another finishing key", `<Gather action="next" finishOnKey="*"/>`,
			func(c *carrier.Call) error { return c.Press("1#*") }, "/next", map[string]string{"Digits": "1#"}, -1},
		{"an invalid finishOnKey counts as the default", `<Gather action="next" finishOnKey="ab"/>`,
			func(c *carrier.Call) error { return c.Press("1#") }, "/next", map[string]string{"Digits": "1"}, -1},
		{"silence runs on to the next verb after five seconds", `<Gather action="next"/>`,
			(*carrier.Call).Silence, "", nil, 5},
		{"silence with a time-out", `<Gather action="next" timeout="9"/>`, (*carrier.Call).Silence, "", nil, 9},
		{"silence with actionOnEmptyResult", `<Gather action="next" actionOnEmptyResult="true"/>`,
			(*carrier.Call).Silence, "/next", map[string]string{"Digits": ""}, 5},
		{"without an action the current document is requested", `<Gather numDigits="1"/>`,
			func(c *carrier.Call) error { return c.Press("5") }, "/voice", map[string]string{"Digits": "5"}, 0},
		{"speech", `<Gather action="next" input="speech" speechTimeout="2"/>`,
			func(c *carrier.Call) error { return c.Speak(carrier.Speech{Text: "billing", Lasts: time.Second}) },
			"/next", map[string]string{"SpeechResult": "billing", "Confidence": "0.9"}, 3},
		{"speechTimeout defaults to timeout", `<Gather action="next" input="speech" timeout="3"/>`,
			func(c *carrier.Call) error {
				return c.Speak(carrier.Speech{Text: "sales", Confidence: 0.5, Lasts: time.Second})
			}, "/next", map[string]string{"SpeechResult": "sales", "Confidence": "0.5"}, 4},
		{"speech first: keys no longer count", `<Gather action="next" input="dtmf speech" speechTimeout="1"/>`,
			func(c *carrier.Call) error {
				if err := c.Speak(carrier.Speech{Text: "one", Lasts: time.Second}); err != nil {
					return err
				}
				return c.Do(carrier.Key{Key: '#'})
			}, "/next", map[string]string{"SpeechResult": "one"}, 2},
		{"keys first: speech no longer counts", `<Gather action="next" input="speech dtmf" timeout="2"/>`,
			func(c *carrier.Call) error {
				if err := c.Press("7"); err != nil {
					return err
				}
				return c.Do(carrier.Speech{Text: "one", Lasts: time.Second})
			}, "/next", map[string]string{"Digits": "7"}, 2},
		{"keys do not count where only speech does", `<Gather action="next" input="speech" timeout="2"/>`,
			func(c *carrier.Call) error {
				if err := c.Do(carrier.Key{Key: '1'}); err != nil {
					return err
				}
				return c.Silence()
			}, "", nil, 2},
		{"speech is cut off after maxSpeechTime", `<Gather action="next" input="speech" maxSpeechTime="3" speechTimeout="1"/>`,
			func(c *carrier.Call) error { return c.Speak(carrier.Speech{Text: "long", Lasts: time.Minute}) },
			"/next", map[string]string{"SpeechResult": "long"}, 4},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			call, app := place(t, map[string]string{
				"/voice": tt.gather + `<Say>no input</Say>`,
				"/next":  `<Say>got it</Say>`,
			})
			start := call.Now()
			must(t, tt.do(call))
			pressed := lastInput(call)
			if tt.path == "" {
				must(t, call.Hear("no input"))
			} else {
				n := 1
				if tt.path == "/voice" {
					n = 2
				}
				for len(app.requests(tt.path)) < n {
					if _, err := call.Step(call.Now() + time.Hour); err != nil {
						t.Fatal(err)
					}
				}
				got := app.requests(tt.path)[n-1].Params
				for name, want := range tt.params {
					if !got.Has(name) || got.Get(name) != want {
						t.Errorf("%s = %q, want %q", name, got.Get(name), want)
					}
				}
				if tt.params["SpeechResult"] != "" && got.Has("Digits") || tt.params["Digits"] != "" && got.Has("SpeechResult") {
					t.Error("both Digits and SpeechResult are sent")
				}
			}
			from := max(start, pressed)
			if got := call.Now() - from; tt.at >= 0 && got != tt.at*time.Second {
				t.Errorf("it took %v after the last input, want %d s\n%s", got, tt.at, transcript(call))
			}
		})
	}
}

// lastInput is when the caller last pressed a key or began to speak.
func lastInput(call *carrier.Call) time.Duration {
	var at time.Duration
	for _, e := range call.Log() {
		if e.Kind == carrier.KindKey && e.Text != "#" || e.Kind == carrier.KindSpeech {
			at = e.At
		}
	}
	return at
}

// The time-out counts from the end of all nested audio: a prompt of 20 seconds and
// timeout="5" give 25.
func TestGatherTimeoutBeginsAfterThePrompts(t *testing.T) {
	call, _ := place(t, map[string]string{
		"/voice": `<Gather action="next"><Pause length="12"/><Pause length="8"/></Gather><Say>no input</Say>`,
	})
	must(t, call.Silence())
	must(t, call.Hear("no input"))
	if call.Now() != 25*time.Second {
		t.Errorf("no input after %v, want 25s", call.Now())
	}
}

func TestGatherBargeIn(t *testing.T) {
	t.Run("the first key stops the prompt", func(t *testing.T) {
		call, app := place(t, map[string]string{
			"/voice": `<Gather action="next" numDigits="1"><Say>A very long prompt that nobody wants to hear to its end.</Say></Gather>`,
			"/next":  `<Say>got it</Say>`,
		})
		must(t, call.Hear("a very long prompt"))
		must(t, call.Barge("1"))
		must(t, call.Hear("got it"))
		if call.Now() != 0 || len(app.requests("/next")) != 1 {
			t.Errorf("the key was taken at %v\n%s", call.Now(), transcript(call))
		}
	})
	t.Run("speech stops it unless bargeIn is false", func(t *testing.T) {
		for barge, want := range map[string]int{"true": 1, "false": 0} {
			call, app := place(t, map[string]string{
				"/voice": `<Gather action="next" input="speech" bargeIn="` + barge + `"><Pause length="30"/></Gather>`,
				"/next":  `<Say>got it</Say>`,
			})
			must(t, call.Do(carrier.Speech{Text: "hello", Lasts: time.Second}))
			must(t, call.Wait(20*time.Second))
			if got := len(app.requests("/next")); got != want {
				t.Errorf("bargeIn=%s: %d requests, want %d", barge, got, want)
			}
		}
	})
}

func TestGatherChildren(t *testing.T) {
	call, _ := place(t, map[string]string{
		"/voice": `<Gather action="next"><Play digits="12"/><Record/><Say>only this</Say></Gather><Say>no input</Say>`,
	})
	must(t, call.Hear("only this"))
	for _, e := range call.Log() {
		if e.Heard != nil && e.Heard.Sound == carrier.SoundTones {
			t.Error("digits are played inside a Gather")
		}
	}
	wantCode(t, call, 13320)
}

func TestGatherPartialResults(t *testing.T) {
	call, app := place(t, map[string]string{
		"/voice":   `<Gather action="next" input="speech" speechTimeout="3" partialResultCallback="partial"/>`,
		"/partial": "", "/next": "",
	})
	must(t, call.Say("one"))
	must(t, call.Wait(1500*time.Millisecond))
	must(t, call.Do(carrier.Speech{Text: "two"}))
	finish(t, call, carrier.EndDocument)
	got := app.requests("/partial")
	if len(got) != 2 || got[0].Params.Get("UnstableSpeechResult") != "one" || got[1].Params.Get("UnstableSpeechResult") != "one two" ||
		got[0].Params.Get("SequenceNumber") != "0" || got[1].Params.Get("SequenceNumber") != "1" {
		t.Errorf("partial results: %v", got)
	}
	if got := app.requests("/next")[0].Params.Get("SpeechResult"); got != "one two" {
		t.Errorf("SpeechResult = %q", got)
	}
}

// A caller who hangs up while a Gather waits leaves no request but the status callback.
func TestGatherHangUp(t *testing.T) {
	call, app := place(t, map[string]string{"/voice": `<Gather action="next"/>`, "/status": ""},
		func(c *carrier.Config) { c.StatusURL = publicURL + "/status" })
	must(t, call.HangUp())
	finish(t, call, carrier.EndCallerHangup)
	if len(app.requests("/next")) != 0 {
		t.Error("the action was requested")
	}
	if got := app.requests("/status"); len(got) != 1 || got[0].Params.Get("CallStatus") != "completed" {
		t.Errorf("status callbacks: %v", got)
	}
}

// What the documentation leaves open is an option.
func TestGatherOptions(t *testing.T) {
	docs := map[string]string{"/voice": `<Gather action="next"/>`, "/next": ""}
	call, app := place(t, docs, func(c *carrier.Config) {
		c.Options.GatherExtras, c.Options.GatherHangUp = carrier.FinishedKey, carrier.SendEntered
	})
	must(t, call.Press("12#"))
	finish(t, call, carrier.EndDocument)
	if p := app.requests("/next")[0].Params; p.Get("FinishedOnKey") != "#" || p.Get("msg") != "Gather End" || p.Get("Digits") != "12" {
		t.Errorf("the action is told %v", p)
	}
	call, app = place(t, docs, func(c *carrier.Config) { c.Options.GatherHangUp = carrier.SendEntered })
	must(t, call.Press("12"))
	must(t, call.HangUp())
	finish(t, call, carrier.EndCallerHangup)
	if p := app.requests("/next")[0].Params; p.Get("Digits") != "12" || p.Get("CallStatus") != "completed" || p.Has("FinishedOnKey") {
		t.Errorf("after a hang-up the action is told %v", p)
	}
	call, _ = place(t, nil, func(c *carrier.Config) { c.Options.HTTPErrorCode, c.Options.Apology = 11217, "Sorry about that." })
	must(t, call.Hear("sorry about that"))
	wantCode(t, call, 11217)
}

// wantCode demands that the debugger has said something.
func wantCode(t *testing.T, call *carrier.Call, code int) {
	t.Helper()
	leaktest.Note(call.Problems())
	for _, p := range call.Problems() {
		if p.Code == code {
			return
		}
	}
	t.Errorf("the debugger does not say %d; it says %v\n%s", code, call.Problems(), transcript(call))
}

// wantNoProblems demands that it has said nothing.
func wantNoProblems(t *testing.T, call *carrier.Call) {
	t.Helper()
	leaktest.Note(call.Problems())
	for _, p := range call.Problems() {
		t.Error(p)
	}
}
