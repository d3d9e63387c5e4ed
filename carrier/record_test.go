package carrier_test

import (
	"strings"
	"testing"
	"time"

	"github.com/callgate/callgate/carrier"
)

// twiml/record: the action is requested always, also when the caller hung up.
func TestRecord(t *testing.T) {
	tests := []struct {
		name     string
		record   string
		do       func(*carrier.Call) error
		duration string
		digits   string // "-" for none
		status   string
	}{
		{"silence after speech ends it, and is trimmed", `<Record action="next"/>`,
			func(c *carrier.Call) error { return c.Record(12*time.Second, "silence") }, "12", "-", "in-progress"},
		{"silence is kept with do-not-trim", `<Record action="next" trim="do-not-trim" timeout="4"/>`,
			func(c *carrier.Call) error { return c.Record(12*time.Second, "silence") }, "16", "-", "in-progress"},
		{"any key ends it by default", `<Record action="next"/>`,
			func(c *carrier.Call) error { return c.Record(3*time.Second, "7") }, "3", "7", "in-progress"},
		{"finishOnKey is a set of keys", `<Record action="next" finishOnKey="*#"/>`,
			func(c *carrier.Call) error {
				if err := c.Record(3*time.Second, "7"); err != nil {
					return err
				}
				return c.Do(carrier.Key{Key: '*'})
			}, "3", "*", "in-progress"},
		{"a hang-up ends it", `<Record action="next"/>`,
			func(c *carrier.Call) error { return c.Record(5*time.Second, "hangup") }, "5", "hangup", "completed"},
		{"maxLength ends it", `<Record action="next" maxLength="6"/>`,
			func(c *carrier.Call) error { return c.Record(20*time.Second, "silence") }, "6", "-", "in-progress"},
		{"a silent recording is saved too", `<Record action="next"/>`,
			func(c *carrier.Call) error { return c.Record(0, "silence") }, "5", "-", "in-progress"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			call, app := place(t, map[string]string{"/voice": tt.record + `<Say>unreachable</Say>`, "/next": ""})
			must(t, tt.do(call))
			_, err := call.Finish()
			must(t, err)
			got := app.requests("/next")
			if len(got) != 1 {
				t.Fatalf("%d requests to the action\n%s", len(got), transcript(call))
			}
			p := got[0].Params
			if p.Get("RecordingDuration") != tt.duration || p.Get("CallStatus") != tt.status {
				t.Errorf("RecordingDuration = %q, CallStatus = %q, want %q and %q", p.Get("RecordingDuration"), p.Get("CallStatus"), tt.duration, tt.status)
			}
			if tt.digits == "-" && p.Has("Digits") || tt.digits != "-" && p.Get("Digits") != tt.digits {
				t.Errorf("Digits = %q, want %q", p.Get("Digits"), tt.digits)
			}
			if sid := p.Get("RecordingSid"); !strings.HasPrefix(sid, "RE") || !strings.HasSuffix(p.Get("RecordingUrl"), sid) {
				t.Errorf("RecordingSid = %q, RecordingUrl = %q", sid, p.Get("RecordingUrl"))
			}
			for _, e := range call.Log() {
				if e.Heard != nil && e.Heard.Text == "unreachable" {
					t.Error("the verb after Record was run")
				}
			}
		})
	}
}

func TestRecordBeep(t *testing.T) {
	for play, want := range map[string]bool{"true": true, "false": false} {
		call, _ := place(t, map[string]string{"/voice": `<Record action="next" playBeep="` + play + `"/>`, "/next": ""})
		finish(t, call, carrier.EndDocument)
		beeped := false
		for _, e := range call.Log() {
			beeped = beeped || e.Heard != nil && e.Heard.Sound == carrier.SoundBeep
		}
		if beeped != want {
			t.Errorf("playBeep=%s: a beep %v", play, beeped)
		}
	}
}

func TestRecordingCallbacks(t *testing.T) {
	call, app := place(t, map[string]string{
		"/voice": `<Record action="next" recordingStatusCallback="rec" recordingStatusCallbackEvent="in-progress completed absent"
			transcribe="true" transcribeCallback="text"/>`,
		"/next": "<Hangup/>", "/rec": "", "/text": "",
	})
	must(t, call.Speak(carrier.Speech{Text: "please call me back", Lasts: 4 * time.Second}))
	finish(t, call, carrier.EndHangup)
	rec := app.requests("/rec")
	if len(rec) != 2 || rec[0].Params.Get("RecordingStatus") != "in-progress" || rec[1].Params.Get("RecordingStatus") != "completed" {
		t.Fatalf("recording callbacks: %v", rec)
	}
	if rec[1].Params.Get("RecordingSid") != app.requests("/next")[0].Params.Get("RecordingSid") || rec[1].Params.Get("CallSid") != call.Sid(0) {
		t.Error("the callback is about another recording or call")
	}
	// The recording is ready only after the action was requested.
	if paths := strings.Join(app.paths(), " "); paths != "/voice /rec /next /rec /text" {
		t.Errorf("requests: %s", paths)
	}
	if got := app.requests("/text")[0].Params.Get("TranscriptionText"); got != "please call me back" {
		t.Errorf("TranscriptionText = %q", got)
	}
}

func TestRecordSilenceTrimmed(t *testing.T) {
	call, app := place(t, map[string]string{"/voice": `<Record action="next"/>`, "/next": ""},
		func(c *carrier.Config) { c.Options.SilentRecording = carrier.SilenceTrimmed })
	finish(t, call, carrier.EndDocument)
	if got := app.requests("/next")[0].Params.Get("RecordingDuration"); got != "0" {
		t.Errorf("RecordingDuration = %q", got)
	}
}

func TestRecordNothing(t *testing.T) {
	call, app := place(t, map[string]string{
		"/voice": `<Record action="next" playBeep="false" recordingStatusCallback="rec" recordingStatusCallbackEvent="completed absent"/>`,
		"/next":  "", "/rec": "",
	})
	must(t, call.HangUp())
	finish(t, call, carrier.EndCallerHangup)
	if got := app.requests("/rec"); len(got) != 1 || got[0].Params.Get("RecordingStatus") != "absent" {
		t.Errorf("recording callbacks: %v", got)
	}
	if got := app.requests("/next")[0].Params.Get("RecordingDuration"); got != "0" {
		t.Errorf("RecordingDuration = %q", got)
	}
}
