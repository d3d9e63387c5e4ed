package carrier_test

import (
	"slices"
	"testing"
	"time"

	"github.com/callgate/callgate/carrier"
)

// twiml/enqueue: the wait document is requested again whenever it ends.
func TestEnqueueWaits(t *testing.T) {
	call, app := place(t, map[string]string{
		"/voice": `<Enqueue action="next" waitUrl="wait">support</Enqueue>`,
		"/wait":  `<Say>Please hold.</Say><Pause length="9"/>`,
		"/next":  "",
	}, func(c *carrier.Config) {
		c.World.Queues = map[string]carrier.Queue{"support": {Wait: 35 * time.Second, Talk: 90 * time.Second}}
	})
	finish(t, call, carrier.EndTransfer)
	waits := app.requests("/wait")
	if len(waits) != 4 {
		t.Fatalf("%d wait documents, want 4\n%s", len(waits), transcript(call))
	}
	for _, name := range []string{"QueuePosition", "QueueSid", "QueueTime", "AvgQueueTime", "CurrentQueueSize", "MaxQueueSize"} {
		if waits[0].Params.Get(name) == "" {
			t.Errorf("the wait document is not told %s", name)
		}
	}
	if waits[0].Params.Get("QueueTime") != "0" || waits[3].Params.Get("QueueTime") == "0" || waits[0].Params.Get("MaxQueueSize") != "1000" {
		t.Errorf("QueueTime goes from %s to %s", waits[0].Params.Get("QueueTime"), waits[3].Params.Get("QueueTime"))
	}
	p := app.requests("/next")[0].Params
	if p.Get("QueueResult") != "bridged" || p.Get("QueueTime") != "35" || p.Get("QueueSid") != waits[0].Params.Get("QueueSid") {
		t.Errorf("the action is told %v", p)
	}
}

func TestEnqueueResults(t *testing.T) {
	tests := []struct {
		name   string
		wait   string
		queue  carrier.Queue
		do     func(*carrier.Call) error
		result string
		code   int
	}{
		{name: "full", queue: carrier.Queue{Result: "queue-full"}, result: "queue-full", code: 14207},
		{name: "redirected", queue: carrier.Queue{Result: "redirected"}, result: "redirected"},
		{name: "redirected from the conversation", queue: carrier.Queue{Result: "redirected-from-bridged"}, result: "redirected-from-bridged"},
		{name: "system error", queue: carrier.Queue{Result: "system-error"}, result: "system-error"},
		{name: "Leave", wait: `<Say>hold</Say><Leave/>`, result: "leave"},
		{name: "Leave after a key", wait: `<Gather numDigits="1" action="/leave"><Say>Press 1 to leave.</Say></Gather>`,
			do: func(c *carrier.Call) error { return c.Press("1") }, result: "leave"},
		{name: "hang-up", wait: `<Say>hold</Say><Pause length="5"/>`,
			do: func(c *carrier.Call) error {
				if err := c.Wait(7 * time.Second); err != nil {
					return err
				}
				return c.HangUp()
			}, result: "hangup"},
		{name: "a broken wait document", wait: `<<`, result: "error", code: 12100},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			call, app := place(t, map[string]string{
				"/voice": `<Enqueue action="next" waitUrl="wait">support</Enqueue>`, "/wait": tt.wait + `<Pause/>`, "/leave": `<Leave/>`, "/next": "<Hangup/>",
			}, func(c *carrier.Config) { c.World.Queues = map[string]carrier.Queue{"": tt.queue} })
			if tt.do != nil {
				must(t, tt.do(call))
			}
			_, err := call.Finish()
			must(t, err)
			got := app.requests("/next")
			if len(got) != 1 || got[0].Params.Get("QueueResult") != tt.result {
				t.Errorf("the action is told %v, want QueueResult %s\n%s", got, tt.result, transcript(call))
			}
			if tt.code != 0 {
				wantCode(t, call, tt.code)
			}
		})
	}
}

// After a Gather in the wait document has been answered, the wait document comes
// round again, not the Gather's.
func TestEnqueueWaitDocumentComesRound(t *testing.T) {
	call, app := place(t, map[string]string{
		"/voice": `<Enqueue waitUrl="wait">support</Enqueue>`,
		"/wait":  `<Gather numDigits="1" action="/key" timeout="20"/>`,
		"/key":   `<Pause length="2"/>`,
	})
	must(t, call.Press("1"))
	must(t, call.Press("2"))
	must(t, call.HangUp())
	if got := app.paths(); !slices.Equal(got, []string{"/voice", "/wait", "/key", "/wait", "/key"}) {
		t.Errorf("requests: %v", got)
	}
}

func TestEnqueueWithoutAction(t *testing.T) {
	call, _ := place(t, map[string]string{"/voice": `<Enqueue>support</Enqueue><Say>Thank you.</Say>`})
	must(t, call.Hear("thank you"))
	music := false
	for _, e := range call.Log() {
		music = music || e.Heard != nil && e.Heard.Sound == carrier.SoundMusic
	}
	if !music {
		t.Error("no hold music without a waitUrl")
	}
	if call.Now() != 90*time.Second { // 60 s in the queue, 30 s of conversation
		t.Errorf("the next verb runs at %v", call.Now())
	}
}

// twiml/queue: a Dial of a Queue tells the waiting party's whisper who takes it out.
func TestDialQueue(t *testing.T) {
	call, app := place(t, map[string]string{
		"/voice": `<Dial action="next"><Queue url="/about">support</Queue></Dial>`,
		"/about": `<Say>You will now talk to us.</Say>`,
		"/next":  "",
	})
	must(t, call.Dials("queue:support", carrier.Callee{Ring: 2 * time.Second}))
	finish(t, call, carrier.EndTransfer)
	p := app.requests("/about")[0].Params
	if p.Get("DequeingCallSid") != call.Sid(0) || p.Get("CallSid") == call.Sid(0) || p.Get("QueueSid") == "" {
		t.Errorf("the whisper is told %v", p)
	}
}

// twiml/conference: the wait document is not requested again, and silence follows it.
func TestConference(t *testing.T) {
	call, app := place(t, map[string]string{
		"/voice": `<Dial action="next"><Conference waitUrl="/wait" statusCallback="/conf"
			statusCallbackEvent="start end join leave">room</Conference></Dial>`,
		"/wait": `<Say>You are the first.</Say>`, "/conf": "", "/next": "",
	}, func(c *carrier.Config) {
		c.World.Conferences = map[string]carrier.Conference{"room": {Joined: time.Minute, Lasts: 10 * time.Minute}}
	})
	finish(t, call, carrier.EndTransfer)
	if n := len(app.requests("/wait")); n != 1 {
		t.Errorf("the wait document was requested %d times", n)
	}
	p := app.requests("/next")[0].Params
	if p.Get("DialCallStatus") != "answered" || p.Has("DialCallSid") || p.Has("DialCallDuration") {
		t.Errorf("the action is told %v", p)
	}
	var events []string
	for _, g := range app.requests("/conf") {
		events = append(events, g.Params.Get("StatusCallbackEvent"))
	}
	if !slices.Equal(events, []string{"participant-join", "conference-start", "participant-leave", "conference-end"}) {
		t.Errorf("events: %v", events)
	}
}

func TestConferenceWaitVerbs(t *testing.T) {
	call, _ := place(t, map[string]string{
		"/voice": `<Dial><Conference waitUrl="/wait">room</Conference></Dial>`, "/wait": `<Gather/>`,
	})
	finish(t, call, carrier.EndTransfer)
	wantCode(t, call, 13238)
}

func TestConferenceLeftWithStar(t *testing.T) {
	call, _ := place(t, map[string]string{"/voice": `<Dial hangupOnStar="true"><Conference>room</Conference></Dial><Say>left</Say>`})
	must(t, call.Wait(20*time.Second))
	must(t, call.Press("*"))
	must(t, call.Hear("left"))
}
