package phone_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/callgate/callgate/carrier"
	"github.com/callgate/callgate/internal/phone"
)

// line answers with documents by path.
func line(t *testing.T, docs map[string]string) *carrier.Line {
	t.Helper()
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		io.WriteString(w, "<Response>"+docs[r.URL.Path]+"</Response>")
	})
	l, err := carrier.NewLine(carrier.Config{Token: "0123456789abcdef", VoiceURL: "https://ivr.example.org/voice", Transport: carrier.Direct(h), Media: carrier.MediaNone})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

var shop = map[string]string{
	"/voice":   `<Gather numDigits="1" action="/key" timeout="4"><Say>Press 1 to talk to somebody, or wait.</Say></Gather><Say>Nothing was pressed.</Say><Redirect/>`,
	"/key":     `<Dial action="/after"><Number url="/whisper">+15550123</Number></Dial>`,
	"/whisper": `<Gather numDigits="1" action="/ok"><Say>Press 1.</Say></Gather><Hangup/>`,
	"/after":   `<Gather input="speech" action="/end"><Say language="es-MX">Diga algo.</Say></Gather>`,
	"/end":     `<Record finishOnKey="#" action="/bye"/>`,
	"/bye":     `<Hangup/>`,
}

func call(t *testing.T, p *phone.Phone, docs map[string]string) *carrier.Call {
	t.Helper()
	c, err := line(t, docs).Call(t.Context(), carrier.Caller{Manual: true, Observe: p.Entry})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	return c
}

// A person makes a call: what is typed on the left, what is shown on the right.
func TestCallOfAPerson(t *testing.T) {
	var out bytes.Buffer
	typed := "\nx\n1\na\n\"hello there\n\"my name is Ann\n#\n"
	p := &phone.Phone{Screen: &phone.Screen{Out: &out, Width: 200}, Actions: phone.ReadLines(strings.NewReader(typed))}
	c := call(t, p, shop)
	if end, over := c.End(); !over || end.Reason != carrier.EndHangup {
		t.Errorf("the call ended with %+v", end)
	}
	for _, want := range []string{
		"00:00.0     calling\n", "the line answers\n", "  <  Press 1 to talk to somebody, or wait.\n", "  ?  a key, Enter for silence, h to hang up\n",
		"  <  Nothing was pressed.\n", "  ?  type keys (0-9 * #), ", "  ›  1\n", "  >  the line dials +15550123\n", "  <  ringing\n",
		"  ?  +15550123 rings: a answers, ", "the other side answers\n", "  >  the other side hears: Press 1.\n", "  =  you talk to +15550123\n",
		"  =  the conversation is over (callee)\n", "  <  Diga algo. [es-MX]\n", `  ?  speech ("…), Enter for silence`, "  ›  “hello there”\n", "  <  beep\n",
		`  ?  your message ("…), Enter for silence`, "  ›  “my name is Ann”\n", "  =  the call is over: the line hung up, status completed; ",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("not shown: %q\n%s", want, out.String())
		}
	}
}

// The end of the input is the end of the call.
func TestEndOfInput(t *testing.T) {
	p := &phone.Phone{Screen: &phone.Screen{Out: io.Discard}, Actions: phone.ReadLines(strings.NewReader(""))}
	if end, _ := call(t, p, shop).End(); end.Reason != carrier.EndCallerHangup {
		t.Errorf("the call ended with %s", end.Reason)
	}
}

func TestOtherSides(t *testing.T) {
	for typed, want := range map[string]string{"b": "busy", "n": "no-answer", "f": "failed", "h": "canceled"} {
		var out bytes.Buffer
		p := &phone.Phone{Screen: &phone.Screen{Out: &out}, Actions: phone.ReadLines(strings.NewReader("1\n" + typed + "\n"))}
		call(t, p, shop)
		if !strings.Contains(out.String(), "the other side: "+want) {
			t.Errorf("%s: not shown: %s\n%s", typed, want, out.String())
		}
	}
}

// In real time a prompt takes as long as it is heard, a key interrupts it, and
// nobody needs to press Enter for a time-out.
func TestRealTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		actions := make(chan phone.Action)
		p := &phone.Phone{Screen: &phone.Screen{Out: &out, Width: 200}, Actions: actions, Real: true}
		began := time.Now()
		go func() {
			time.Sleep(12 * time.Second) // the prompt and its time-out, and into the next prompt
			actions <- phone.Action{Keys: "1"}
			time.Sleep(3 * time.Second)
			actions <- phone.Action{Other: 'a'}
			time.Sleep(30 * time.Second) // five seconds of ringing, the whisper, some conversation
			actions <- phone.Action{HangUp: true}
		}()
		c := call(t, p, shop)
		if took := time.Since(began); took != 45*time.Second || c.Now() != 45*time.Second {
			t.Errorf("the call took %v, on its own clock %v", took, c.Now())
		}
		for _, want := range []string{"Press 1 to talk to somebody, or wait. \n", "Nothing was pressed. \n", "00:12.0  ›  1\n", "you talk to +15550123\n", "you hung up"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("not shown: %q\n%s", want, out.String())
			}
		}
	})
}

// A card is entered, or is not: Enter lets the caller have paid.
func TestPay(t *testing.T) {
	docs := map[string]string{"/voice": `<Pay action="/paid"/>`, "/paid": `<Say>Thank you.</Say>`}
	for typed, want := range map[string]string{
		"\n":                                    "00:34.3  <  Thank you.",
		"x\n41*\n":                              "type keys (0-9 * #)",
		"4111111111111111\n1230\n123\n94105#\n": "Your payment is being processed.",
		"h\n":                                   "you hung up",
	} {
		var out bytes.Buffer
		p := &phone.Phone{Screen: &phone.Screen{Out: &out, Width: 200}, Actions: phone.ReadLines(strings.NewReader(typed))}
		call(t, p, docs)
		if !strings.Contains(out.String(), want) || strings.Contains(out.String(), "›  4") {
			t.Errorf("%q: no %q in\n%s", typed, want, out.String())
		}
	}
}

// A caller in a queue waits, presses keys, finds it full, or hangs up.
func TestQueue(t *testing.T) {
	docs := map[string]string{
		"/voice": `<Enqueue waitUrl="/wait">q</Enqueue><Say>After the queue.</Say>`,
		"/wait":  `<Say>Please hold.</Say><Gather numDigits="1" action="/key"><Say>Press 1 to leave.</Say></Gather>`,
		"/key":   `<Leave/>`,
	}
	for typed, want := range map[string]string{
		"\n": "you talk to queue:q", "1\n": "After the queue.", "x\nf\n": "warning 14207", "h\n": "you hung up",
	} {
		var out bytes.Buffer
		p := &phone.Phone{Screen: &phone.Screen{Out: &out, Width: 200}, Actions: phone.ReadLines(strings.NewReader(typed))}
		call(t, p, docs)
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q: no %q in\n%s", typed, want, out.String())
		}
		if typed == "1\n" && strings.Count(out.String(), "Enter until somebody") != 1 {
			t.Errorf("asked again after the queue was left:\n%s", out.String())
		}
	}
}

// Who says nothing about the other side for ten seconds is answered.
func TestRealTimeDecidesItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		actions := make(chan phone.Action)
		p := &phone.Phone{Screen: &phone.Screen{Out: &out, Width: 200}, Actions: actions, Real: true}
		go func() {
			time.Sleep(time.Second)
			actions <- phone.Action{Keys: "1"}
			time.Sleep(19 * time.Second)
			actions <- phone.Action{Help: true}
			time.Sleep(10 * time.Second)
			close(actions)
		}()
		call(t, p, map[string]string{"/voice": shop["/voice"], "/key": `<Dial>+15550123</Dial>`})
		if !strings.Contains(out.String(), "00:16.0  =  you talk to +15550123") {
			t.Errorf("nobody answers\n%s", out.String())
		}
	})
}

// spoken keeps what a voice says. It says it for as long as the clock of the test has
// it say, or until it is cut off.
type spoken struct {
	lasts time.Duration
	said  []string
	cut   int
}

func (s *spoken) speak(ctx context.Context, text, language string) error {
	s.said = append(s.said, language+": "+text)
	select {
	case <-ctx.Done():
		s.cut++
	case <-time.After(s.lasts):
	}
	return nil
}

// Prompts are spoken, and cut off when the caller does something.
func TestVoiceInRealTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &spoken{lasts: time.Minute}
		actions := make(chan phone.Action)
		p := &phone.Phone{Screen: &phone.Screen{Out: io.Discard}, Actions: actions, Real: true,
			Voice: phone.NewVoice(t.Context(), s.speak, nil)}
		go func() {
			time.Sleep(time.Second)
			actions <- phone.Action{HangUp: true}
		}()
		call(t, p, shop)
		if len(s.said) != 1 || s.said[0] != "en-US: Press 1 to talk to somebody, or wait." || s.cut != 1 {
			t.Errorf("said %q, cut off %d times", s.said, s.cut)
		}
	})
}

// In the telephone's own time a key cuts a prompt off, and is pressed when the line waits.
func TestVoiceBarge(t *testing.T) {
	for _, tt := range []struct {
		name  string
		barge bool
		said  int
		cut   int
	}{{"typed", true, 2, 1}, {"from a file", false, 3, 0}} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &spoken{lasts: 3 * time.Second}
				actions := make(chan phone.Action)
				p := &phone.Phone{Screen: &phone.Screen{Out: io.Discard}, Actions: actions, Barge: tt.barge,
					Voice: phone.NewVoice(t.Context(), s.speak, nil)}
				go func() {
					time.Sleep(time.Second)
					actions <- phone.Action{Keys: "1"}
				}()
				call(t, p, map[string]string{
					"/voice": `<Gather numDigits="1" action="/key"><Say>One.</Say><Say>Two.</Say></Gather>`,
					"/key":   `<Say>Thank you.</Say>`,
				})
				if len(s.said) != tt.said || s.cut != tt.cut {
					t.Errorf("said %q, cut off %d times", s.said, s.cut)
				}
			})
		})
	}
}

// Without a loudspeaker every prompt fails, and that is told once.
func TestVoiceFails(t *testing.T) {
	var told []error
	broken := errors.New("no loudspeaker")
	p := &phone.Phone{Screen: &phone.Screen{Out: io.Discard}, Actions: phone.ReadLines(strings.NewReader("\n\n")),
		Voice: phone.NewVoice(t.Context(), func(context.Context, string, string) error { return broken }, func(err error) { told = append(told, err) })}
	call(t, p, shop)
	if len(told) != 1 || told[0] != broken {
		t.Errorf("told %v", told)
	}
}

// A voice is silent when the command is stopped.
func TestVoiceStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		s := &spoken{lasts: time.Hour}
		v := phone.NewVoice(ctx, s.speak, nil)
		go func() {
			time.Sleep(time.Second)
			cancel()
		}()
		began := time.Now()
		v.Entry(carrier.Entry{Heard: &carrier.Heard{Sound: carrier.SoundSay, Text: "A long story"}})
		v.Entry(carrier.Entry{Heard: &carrier.Heard{Sound: carrier.SoundPlay, URL: "a.mp3"}})
		v.Stop()
		if time.Since(began) != time.Second || s.cut != 1 || len(s.said) != 1 {
			t.Errorf("after %v: said %q, cut off %d times", time.Since(began), s.said, s.cut)
		}
	})
}
