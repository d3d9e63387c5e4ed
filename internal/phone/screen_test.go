package phone_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/callgate/callgate/carrier"
	"github.com/callgate/callgate/internal/phone"
)

func TestScreen(t *testing.T) {
	heard := func(h carrier.Heard) carrier.Entry {
		return carrier.Entry{At: 61500 * time.Millisecond, Kind: carrier.EntryKind(h.Sound), Heard: &h}
	}
	tests := []struct {
		entry carrier.Entry
		want  string
	}{
		{heard(carrier.Heard{Sound: carrier.SoundSay, Text: "Hello there, this is a text that is too long for one line.", Loop: 2}),
			"01:01.5  <  Hello there, this is a text that is too\n            long for one line. (2 times)\n"},
		{heard(carrier.Heard{Sound: carrier.SoundPlay, URL: "https://x/a.mp3"}), "01:01.5  <  ♪ https://x/a.mp3\n"},
		{heard(carrier.Heard{Sound: carrier.SoundTones, Text: "12"}), "01:01.5  <  tones 12\n"},
		{heard(carrier.Heard{Sound: carrier.SoundPause, Lasts: 2 * time.Second}), "01:01.5     silence, 2s\n"},
		{heard(carrier.Heard{Sound: carrier.SoundMusic}), "01:01.5  <  ♪ hold music\n"},
		{heard(carrier.Heard{Sound: carrier.SoundBusy}), "01:01.5  <  busy tone\n"},
		{heard(carrier.Heard{Sound: carrier.SoundRefused}), "01:01.5  <  the number is not in service\n"},
		{carrier.Entry{Kind: carrier.KindProblem, Problem: &carrier.Problem{Code: 12100, Severity: carrier.Error, Message: "bad", URL: "https://x/"}},
			"00:00.0  !  error 12100: bad\n            in https://x/\n"},
		{heard(carrier.Heard{Sound: carrier.SoundSay, Text: "\x1b[31mred\u009b2Jclear\a"}), "01:01.5  <  ·[31mred·2Jclear·\n"},
		{carrier.Entry{Kind: carrier.KindBridge, Text: "\x1b]0;x\a"}, "00:00.0  =  you talk to ·]0;x·\n"},
		{carrier.Entry{Kind: carrier.KindQueue, Text: "q"}, "00:00.0     you wait in the queue q\n"},
		{carrier.Entry{Kind: carrier.KindConference, Text: "c"}, "00:00.0     you are in the conference c\n"},
		{carrier.Entry{Kind: carrier.KindPay}, "00:00.0     the line asks for a card\n"},
		{carrier.Entry{Kind: carrier.KindSession, Text: "Stream"}, "00:00.0     a machine has the call: Stream\n"},
		{carrier.Entry{Kind: carrier.KindRefer, Text: "sip:a"}, "00:00.0     you are sent to sip:a\n"},
		{carrier.Entry{Kind: carrier.KindSms, Text: "+1"}, "00:00.0     a message is sent to +1\n"},
		{carrier.Entry{Kind: carrier.KindSpeech}, "00:00.0  ›  “(speaks)”\n"},
		{carrier.Entry{Kind: carrier.KindEnd, End: &carrier.End{Reason: carrier.EndApology, Status: "completed", Lasted: 3 * time.Second}},
			"00:00.0  =  the call is over: the carrier apologised\n            for an error of the application, status\n            completed; 3s in all, 0s billed\n"},
	}
	for _, tt := range tests {
		var out bytes.Buffer
		(&phone.Screen{Out: &out, Width: 52}).Entry(tt.entry)
		if out.String() != tt.want {
			t.Errorf("%+v is shown as\n%q, want\n%q", tt.entry.Kind, out.String(), tt.want)
		}
	}
}

func TestScreenTrace(t *testing.T) {
	x := carrier.Exchange{For: carrier.ForAction, Method: "POST", URL: "https://x/", Status: 200, ContentType: "text/xml", Body: []byte("<Response>\x1b[31m</Response>\n"), Took: time.Millisecond}
	x.Params = append(x.Params, struct{ Name, Value string }{"Digits", "1"}, struct{ Name, Value string }{"FromCity", ""})
	entry := carrier.Entry{Kind: carrier.KindRequest, Exchange: &x}
	var out bytes.Buffer
	(&phone.Screen{Out: &out}).Entry(entry)
	if out.Len() > 0 {
		t.Errorf("without --trace: %s", out.String())
	}
	(&phone.Screen{Out: &out, Trace: true}).Entry(entry)
	want := "          POST https://x/  (action)\n            Digits=1\n          ← 200 text/xml, 27 bytes, 1ms\n            <Response>·[31m</Response>\n"
	if out.String() != want {
		t.Errorf("%q, want %q", out.String(), want)
	}
	out.Reset()
	x.Err, x.Method = "connection refused", "GET"
	(&phone.Screen{Out: &out, Trace: true, Color: true}).Entry(entry)
	if !strings.Contains(out.String(), "← connection refused") || !strings.Contains(out.String(), "\x1b[2m") {
		t.Errorf("%q", out.String())
	}
}
