package carrier_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/callgate/callgate/carrier"
)

// twiml/dial: what the action is told.
func TestDialOutcomes(t *testing.T) {
	tests := []struct {
		name   string
		dial   string
		callee carrier.Callee
		want   map[string]string // "-" for a parameter that must not be there
		at     time.Duration     // when the action is requested
	}{
		{"answered", `>+15550123</Dial>`, carrier.Callee{Ring: 3 * time.Second, Talk: 42 * time.Second},
			map[string]string{"DialCallStatus": "completed", "DialBridged": "true", "DialCallDuration": "42", "CallStatus": "in-progress"}, 45 * time.Second},
		{"busy", `>+15550123</Dial>`, carrier.Callee{Does: carrier.Busy, Ring: 2 * time.Second},
			map[string]string{"DialCallStatus": "busy", "DialBridged": "false", "DialCallDuration": "-"}, 2 * time.Second},
		{"no such number", `>+15550123</Dial>`, carrier.Callee{Does: carrier.Fails, Ring: time.Second},
			map[string]string{"DialCallStatus": "failed", "DialBridged": "false"}, time.Second},
		{"nobody answers for 30 seconds, and about five more", `>+15550123</Dial>`, carrier.Callee{Does: carrier.NoAnswer},
			map[string]string{"DialCallStatus": "no-answer", "DialBridged": "false"}, 35 * time.Second},
		{"a shorter timeout", ` timeout="10">+15550123</Dial>`, carrier.Callee{Does: carrier.NoAnswer},
			map[string]string{"DialCallStatus": "no-answer"}, 15 * time.Second},
		{"a timeout out of range is the default", ` timeout="4">+15550123</Dial>`, carrier.Callee{Does: carrier.NoAnswer},
			map[string]string{"DialCallStatus": "no-answer"}, 35 * time.Second},
		{"an answer after the timeout comes too late", ` timeout="5">+15550123</Dial>`, carrier.Callee{Ring: time.Minute},
			map[string]string{"DialCallStatus": "no-answer"}, 10 * time.Second},
		{"timeLimit ends the conversation", ` timeLimit="20">+15550123</Dial>`, carrier.Callee{Ring: time.Second, Talk: time.Hour},
			map[string]string{"DialCallStatus": "completed", "DialCallDuration": "20", "DialBridged": "true"}, 21 * time.Second},
		{"the SIP code of a refusal", `><Sip>sip:ann@example.org</Sip></Dial>`, carrier.Callee{Does: carrier.Busy, Ring: time.Second, SIPCode: 486},
			map[string]string{"DialCallStatus": "busy", "DialSipResponseCode": "486"}, time.Second},
		{"a recording", ` record="record-from-answer">+15550123</Dial>`, carrier.Callee{Ring: time.Second, Talk: 5 * time.Second},
			map[string]string{"DialCallStatus": "completed", "RecordingUrl": "+"}, 6 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			call, app := place(t, map[string]string{"/voice": `<Dial action="next"` + tt.dial + `<Say>unreachable</Say>`, "/next": ""})
			must(t, call.Dials("", tt.callee))
			for len(app.requests("/next")) == 0 {
				if _, err := call.Step(call.Now() + time.Hour); err != nil {
					t.Fatal(err)
				}
			}
			if call.Now() != tt.at {
				t.Errorf("the action is requested after %v, want %v\n%s", call.Now(), tt.at, transcript(call))
			}
			p := app.requests("/next")[0].Params
			for name, want := range tt.want {
				if want == "-" && p.Has(name) || want == "+" && p.Get(name) == "" || !strings.ContainsAny(want, "-+") && p.Get(name) != want {
					t.Errorf("%s = %q, want %q", name, p.Get(name), want)
				}
			}
			if p.Get("DialCallSid") != call.Sid(1) {
				t.Errorf("DialCallSid = %q, want %q", p.Get("DialCallSid"), call.Sid(1))
			}
			_, err := call.Finish()
			must(t, err)
		})
	}
}

// Without an action the next verb follows: unlike Gather and Record.
func TestDialFallsThrough(t *testing.T) {
	call, _ := place(t, map[string]string{"/voice": `<Dial>+15550123</Dial><Say>Goodbye</Say>`})
	must(t, call.Dials("+15550123", carrier.Callee{Does: carrier.Busy}))
	must(t, call.Hear("goodbye"))
	finish(t, call, carrier.EndDocument)
}

func TestDialEndsInTransfer(t *testing.T) {
	for _, after := range []string{"", "<Hangup/>"} {
		call, _ := place(t, map[string]string{"/voice": `<Dial action="next">+15550123</Dial>`, "/next": after})
		finish(t, call, carrier.EndTransfer)
	}
}

func TestDialSimultaneous(t *testing.T) {
	call, app := place(t, map[string]string{
		"/voice": `<Dial action="next"><Number>+15550001</Number><Client>ann</Client><Sip>sip:bob@example.org</Sip></Dial>`, "/next": "",
	}, func(c *carrier.Config) {
		c.World.Callees = map[string]carrier.Callee{
			"+15550001":  {Does: carrier.Busy, Ring: time.Second},
			"client:ann": {Ring: 4 * time.Second, Talk: 10 * time.Second},
			"":           {Ring: 20 * time.Second},
		}
	})
	finish(t, call, carrier.EndTransfer)
	if got := app.requests("/next")[0].Params; got.Get("DialCallSid") != call.Sid(2) || got.Get("DialCallStatus") != "completed" {
		t.Errorf("the action is told %v", got)
	}
	// "The first call to pick up is connected to the current call and the rest are hung up."
	var states []string
	for _, e := range call.Log() {
		if e.Kind == carrier.KindStatus && e.Leg == 3 {
			states = append(states, e.Text)
		}
	}
	if !slices.Equal(states, []string{"ringing", "canceled"}) {
		t.Errorf("the slowest party goes through %v", states)
	}
}

func TestDialSequential(t *testing.T) {
	call, app := place(t, map[string]string{
		"/voice": `<Dial action="next" sequential="true" timeout="10"><Number>+15550001</Number><Number>+15550002</Number><Number>+15550003</Number></Dial>`,
		"/next":  "",
	})
	must(t, call.Dials("+15550001", carrier.Callee{Does: carrier.Busy, Ring: time.Second}))
	must(t, call.Dials("+15550002", carrier.Callee{Does: carrier.NoAnswer}))
	if call.Now() != time.Second {
		t.Errorf("the second rings at %v", call.Now())
	}
	must(t, call.Dials("+15550003", carrier.Callee{Talk: 7 * time.Second}))
	if call.Now() != 16*time.Second {
		t.Errorf("the third rings at %v", call.Now())
	}
	finish(t, call, carrier.EndTransfer)
	if got := app.requests("/next")[0].Params; got.Get("DialCallSid") != call.Sid(3) || got.Get("DialCallDuration") != "7" {
		t.Errorf("the action is told %v", got)
	}
}

// A document runs on the called party before the bridge, in a call of its own.
func TestDialWhisper(t *testing.T) {
	docs := map[string]string{
		"/voice":  `<Dial action="next"><Number url="/screen">+15550123</Number></Dial>`,
		"/screen": `<Gather numDigits="1" action="/accept" timeout="3"><Say>Press 1 to take the call.</Say></Gather><Hangup/>`,
		"/accept": `<Say>Connecting.</Say>`,
		"/next":   "",
	}
	t.Run("accepted", func(t *testing.T) {
		call, app := place(t, docs)
		must(t, call.Dials("", carrier.Callee{Keys: "1", Talk: 20 * time.Second}))
		finish(t, call, carrier.EndTransfer)
		p := app.requests("/screen")[0].Params
		for name, want := range map[string]string{
			"CallSid": call.Sid(1), "ParentCallSid": call.Sid(0), "Direction": "outbound-dial",
			"To": "+15550123", "From": "+15550100", "CallStatus": "in-progress",
		} {
			if p.Get(name) != want {
				t.Errorf("%s = %q, want %q", name, p.Get(name), want)
			}
		}
		if got := app.requests("/accept")[0].Params; got.Get("Digits") != "1" || got.Get("CallSid") != call.Sid(1) {
			t.Errorf("the action of the whisper is told %v", got)
		}
		if got := app.requests("/next")[0].Params; got.Get("DialBridged") != "true" || got.Get("CallSid") != call.Sid(0) {
			t.Errorf("the action is told %v", got)
		}
	})
	t.Run("declined: completed, but not bridged", func(t *testing.T) {
		call, app := place(t, docs)
		must(t, call.Dials("", carrier.Callee{}))
		finish(t, call, carrier.EndDocument)
		if got := app.requests("/next")[0].Params; got.Get("DialBridged") != "false" || got.Get("DialCallStatus") != "completed" {
			t.Errorf("the action is told %v", got)
		}
	})
	t.Run("a Dial in it is an error", func(t *testing.T) {
		call, app := place(t, map[string]string{
			"/voice": docs["/voice"], "/next": "", "/screen": `<Dial>+15550199</Dial>`,
		})
		finish(t, call, carrier.EndDocument)
		wantCode(t, call, 13201)
		if got := app.requests("/next")[0].Params.Get("DialBridged"); got != "false" {
			t.Errorf("DialBridged = %q", got)
		}
	})
}

func TestDialStatusCallbacks(t *testing.T) {
	call, app := place(t, map[string]string{
		"/voice": `<Dial action="next"><Number statusCallback="/progress" statusCallbackEvent="initiated ringing answered completed">+15550123</Number></Dial>`,
		"/next":  "", "/progress": "",
	})
	must(t, call.Dials("", carrier.Callee{Ring: time.Second, Talk: 61 * time.Second}))
	finish(t, call, carrier.EndTransfer)
	var states, sequence []string
	for _, g := range app.requests("/progress") {
		states = append(states, g.Params.Get("CallStatus"))
		sequence = append(sequence, g.Params.Get("SequenceNumber"))
		if g.Params.Get("ParentCallSid") != call.Sid(0) || g.Params.Get("CallSid") != call.Sid(1) ||
			g.Params.Get("CallbackSource") != "call-progress-events" || g.Params.Get("Timestamp") == "" {
			t.Errorf("a status callback is told %v", g.Params)
		}
	}
	if !slices.Equal(states, []string{"initiated", "ringing", "in-progress", "completed"}) || !slices.Equal(sequence, []string{"0", "1", "2", "3"}) {
		t.Errorf("states %v, sequence %v", states, sequence)
	}
	last := app.requests("/progress")[3].Params
	if last.Get("CallDuration") != "61" || last.Get("Duration") != "2" {
		t.Errorf("CallDuration = %q, Duration = %q", last.Get("CallDuration"), last.Get("Duration"))
	}
}

// answerOnBridge as the first verb leaves the call unanswered until the other side answers.
func TestDialAnswerOnBridge(t *testing.T) {
	call, app := place(t, map[string]string{
		"/voice": `<Dial action="next" answerOnBridge="true">+15550123</Dial>`, "/next": "",
	})
	must(t, call.Dials("", carrier.Callee{Does: carrier.NoAnswer}))
	end := finish(t, call, carrier.EndDocument)
	if got := app.requests("/next")[0].Params.Get("CallStatus"); got != "ringing" {
		t.Errorf("CallStatus = %q before the answer", got)
	}
	if end.Talked != 0 {
		t.Errorf("answered for %v", end.Talked)
	}
	call, _ = place(t, map[string]string{"/voice": `<Dial answerOnBridge="true">+15550123</Dial>`})
	must(t, call.Dials("", carrier.Callee{Ring: 8 * time.Second, Talk: 12 * time.Second}))
	if end := finish(t, call, carrier.EndTransfer); end.Talked != 12*time.Second || end.Lasted != 20*time.Second {
		t.Errorf("talked %v of %v", end.Talked, end.Lasted)
	}
}

func TestDialHangUps(t *testing.T) {
	t.Run("star", func(t *testing.T) {
		call, app := place(t, map[string]string{"/voice": `<Dial action="next" hangupOnStar="true">+15550123</Dial>`, "/next": `<Say>back</Say>`})
		must(t, call.Dials("", carrier.Callee{Ring: time.Second, Talk: time.Hour}))
		must(t, call.Press("*"))
		must(t, call.Hear("back"))
		if got := app.requests("/next")[0].Params.Get("DialCallStatus"); got != "completed" {
			t.Errorf("DialCallStatus = %q", got)
		}
	})
	t.Run("the caller while talking", func(t *testing.T) {
		call, app := place(t, map[string]string{"/voice": `<Dial action="next">+15550123</Dial>`, "/next": `<Say>to nobody</Say>`})
		must(t, call.Dials("", carrier.Callee{Ring: time.Second, Talk: time.Hour}))
		must(t, call.Wait(10*time.Second))
		must(t, call.HangUp())
		finish(t, call, carrier.EndCallerHangup)
		if got := app.requests("/next")[0].Params; got.Get("DialCallStatus") != "completed" || got.Get("CallStatus") != "completed" || got.Get("DialCallDuration") != "9" {
			t.Errorf("the action is told %v", got)
		}
	})
	t.Run("the caller while it rings", func(t *testing.T) {
		call, app := place(t, map[string]string{"/voice": `<Dial action="next">+15550123</Dial>`, "/next": ""})
		must(t, call.Wait(2*time.Second))
		must(t, call.HangUp())
		finish(t, call, carrier.EndCallerHangup)
		if got := app.requests("/next")[0].Params.Get("DialCallStatus"); got != "canceled" {
			t.Errorf("DialCallStatus = %q", got)
		}
	})
	t.Run("no action, and the caller is gone: the next verb does not run", func(t *testing.T) {
		call, _ := place(t, map[string]string{"/voice": `<Dial>+15550123</Dial><Say>to nobody</Say>`})
		must(t, call.Wait(20*time.Second))
		must(t, call.HangUp())
		finish(t, call, carrier.EndCallerHangup)
	})
}

func TestDialCallerID(t *testing.T) {
	call, app := place(t, map[string]string{
		"/voice":  `<Dial callerId="+15550777"><Number url="/screen">+15550123</Number></Dial>`,
		"/screen": "",
	})
	finish(t, call, carrier.EndTransfer)
	if got := app.requests("/screen")[0].Params.Get("From"); got != "+15550777" {
		t.Errorf("From = %q", got)
	}
}

func TestDialTransferByCallee(t *testing.T) {
	call, app := place(t, map[string]string{
		"/voice": `<Dial referUrl="/refer"><Sip>sip:ann@example.org</Sip></Dial>`, "/refer": `<Say>transferring</Say>`,
	})
	must(t, call.Dials("", carrier.Callee{Ring: time.Second, Talk: time.Hour}))
	must(t, call.Wait(5*time.Second))
	must(t, call.Do(carrier.CalleeRefers{Target: "sip:bob@example.org"}))
	must(t, call.Hear("transferring"))
	if got := app.requests("/refer")[0].Params.Get("ReferTransferTarget"); got != "sip:bob@example.org" {
		t.Errorf("ReferTransferTarget = %q", got)
	}
	call, _ = place(t, map[string]string{"/voice": `<Dial><Sip>sip:ann@example.org</Sip></Dial>`})
	must(t, call.Dials("", carrier.Callee{Ring: time.Second, Talk: time.Minute}))
	must(t, call.Wait(5*time.Second))
	must(t, call.Do(carrier.CalleeRefers{Target: "sip:bob@example.org"}))
	wantCode(t, call, 13802)
}

func TestDialMachineDetection(t *testing.T) {
	call, app := place(t, map[string]string{
		"/voice": `<Dial><Number machineDetection="Enable" amdStatusCallback="/amd" url="/screen">+15550123</Number></Dial>`,
		"/amd":   "", "/screen": "",
	})
	must(t, call.Dials("", carrier.Callee{Machine: true}))
	finish(t, call, carrier.EndTransfer)
	if got := app.requests("/amd")[0].Params.Get("AnsweredBy"); got != "machine_start" {
		t.Errorf("AnsweredBy = %q", got)
	}
	if got := app.requests("/screen")[0].Params.Get("AnsweredBy"); got != "machine_start" {
		t.Errorf("AnsweredBy = %q in the whisper", got)
	}
}
