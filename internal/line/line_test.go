package line_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/callgatetest"
	"github.com/callgate/callgate/carrier"
	"github.com/callgate/callgate/internal/leaktest"
	"github.com/callgate/callgate/internal/line"
	"github.com/callgate/callgate/internal/lookup"
	"github.com/callgate/callgate/internal/outbox"
	"github.com/callgate/callgate/ivr"
	"github.com/callgate/callgate/ivr/expr"
	"github.com/callgate/callgate/twilio"
)

// clinic is a flow with a look-up, a booking and a voicemail. The welcome can be
// changed, which makes another version.
func clinic(t *testing.T, welcome, url string) *ivr.Program {
	t.Helper()
	p, err := ivr.Compile(&ivr.Flow{
		Name: "clinic", Start: "main", Exhausted: "mail",
		Vars: []ivr.Var{{Name: "doctor", Type: expr.Text}},
		Nodes: []ivr.Node{
			{ID: "main", Do: &ivr.Menu{
				Ask: ivr.Ask{Prompt: ivr.Speak(welcome)},
				Options: []ivr.Option{
					{Key: "1", To: "ask"}, {Key: "2", To: "mail"}, {Key: "3", To: "back"},
				},
			}},
			{ID: "ask", Do: &ivr.HTTP{
				URL: url + "/doctor", Filler: ivr.Speak("One moment."), Timeout: 20,
				Outputs: []ivr.Output{{Path: "name", Into: "doctor"}}, OK: "tell", Error: "mail",
			}},
			{ID: "tell", Do: &ivr.Say{Prompt: ivr.Speak("Your doctor is {doctor}."), To: "bye"}},
			{ID: "mail", Do: &ivr.Voicemail{Mailbox: "desk", Greeting: ivr.Speak("Please leave a message."), Recorded: "bye", Empty: "bye"}},
			{ID: "back", Do: &ivr.Callback{
				List: "desk", Ask: ivr.Ask{Prompt: ivr.Speak("Please enter your number.")}, Confirm: ivr.Speak("Press 1 and we call you."),
				Booked: "bye", Declined: "bye", Country: "1",
			}},
			{ID: "bye", Do: &ivr.Hangup{Prompt: ivr.Speak("Goodbye.")}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func sealer(t *testing.T) *ivr.Sealer {
	t.Helper()
	s, err := ivr.NewSealer([]byte("a state key of the tests of package line"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// config is what all lines of a test share.
func config(t *testing.T, p *ivr.Program, log io.Writer) line.Config {
	t.Helper()
	box, err := outbox.Open(filepath.Join(t.TempDir(), "outbox.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { box.Close() })
	return line.Config{
		Path: "/clinic", Program: p, Sealer: sealer(t), Outbox: box, Languages: new(line.Languages),
		Log: slog.New(slog.NewTextHandler(io.MultiWriter(log, leaktest.Record(t)), nil)),
	}
}

func newLine(t *testing.T, c line.Config) *line.Line {
	t.Helper()
	l, err := line.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// gated puts a gate in front of what answers a line.
func gated(t *testing.T, l *line.Line, answer http.Handler, more ...callgate.Entry) http.Handler {
	t.Helper()
	verifier, err := twilio.New(twilio.Config{Keys: []twilio.Key{{Name: "test", Token: callgatetest.Token}}})
	if err != nil {
		t.Fatal(err)
	}
	rescue, err := callgate.RescueDocument("This is the rescue.", "en", "+15550100")
	if err != nil {
		t.Fatal(err)
	}
	gate, err := callgate.New(callgate.Config{
		Verifier: verifier, PublicURL: callgatetest.PublicURL,
		Rescue: callgate.Rescue{Documents: map[string][]byte{"": rescue}},
		Routes: []callgate.Route{
			{Path: "/clinic", Entries: append(more, callgate.Entry{Effect: callgate.Allow, Principal: callgate.Carrier("twilio"), Permission: callgate.View})},
			l.StatusRoute(),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return gate.Handler(answer)
}

func call(t *testing.T, h http.Handler) *callgatetest.Call {
	t.Helper()
	return callgatetest.NewCarrier(t, h, callgatetest.At("/clinic")).Call()
}

// Every webhook of a call is answered by a line that was made for it alone, as if the
// server had been killed after each step and another one had taken over.
func TestEachStepByAnotherServer(t *testing.T) {
	c := config(t, clinic(t, "For your doctor press 1.", "https://crm.example.org"), io.Discard)
	first := newLine(t, c)
	anew := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { newLine(t, c).ServeHTTP(w, r) })
	var transcripts []string
	for _, answer := range []http.Handler{first, anew} {
		call := call(t, gated(t, first, answer))
		call.Hear("press 1")
		call.Press("9") // a wrong key is counted
		call.Hear("press 1")
		call.Silence() // and so is silence, apart
		call.Press("2")
		call.Hear("leave a message")
		call.Record(12*time.Second, "hangup")
		call.Ends(carrier.EndCallerHangup)
		transcripts = append(transcripts, call.Transcript())
	}
	if transcripts[0] != transcripts[1] {
		t.Errorf("one server:\n%s\na server for each step:\n%s", transcripts[0], transcripts[1])
	}
}

// Bookings and voicemails are on the disk, once each.
func TestOutbox(t *testing.T) {
	path := filepath.Join(t.TempDir(), "outbox.jsonl")
	c := config(t, clinic(t, "Welcome.", "https://crm.example.org"), io.Discard)
	box, err := outbox.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer box.Close()
	c.Outbox = box
	l := newLine(t, c)
	desk := callgatetest.NewCarrier(t, gated(t, l, l), callgatetest.At("/clinic"))

	booking := desk.Call()
	booking.Hear("Welcome")
	booking.Press("3")
	booking.Press("1") // yes, this number
	booking.Hear("Goodbye")
	booking.Ends(carrier.EndHangup)

	mail := desk.CallFrom(carrier.Caller{Seed: 1}) // another CallSid
	mail.Press("2")
	mail.Record(5*time.Second, "#")
	mail.Ends(carrier.EndHangup)

	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(content)), "\n")
	var kinds []string
	for _, l := range lines {
		for _, kind := range []string{`"type":"booking"`, `"ready":false`, `"ready":true`} {
			if strings.Contains(l, kind) {
				kinds = append(kinds, kind)
			}
		}
	}
	if got := strings.Join(kinds, " "); got != `"type":"booking" "ready":false "ready":true` {
		t.Errorf("the outbox holds\n%s", content)
	}
}

// A slow look-up: the caller hears the filler, and the answer later, from one request.
func TestLookups(t *testing.T) {
	release := make(chan struct{})
	var requests atomic.Int32
	var released atomic.Bool
	crm := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		<-release
		io.WriteString(w, `{"name":"Ada"}`)
	}))
	defer crm.Close()
	client, err := lookup.New(lookup.Config{Hosts: []string{crm.URL}, PrivateNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	if err != nil {
		t.Fatal(err)
	}
	c := config(t, clinic(t, "Welcome.", crm.URL), io.Discard)
	c.Lookups = client
	l := newLine(t, c)
	// The webhook's patience is cut short instead of waiting for it.
	impatient := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithCancel(r.Context())
		if !released.Load() {
			cancel()
		}
		defer cancel()
		l.ServeHTTP(w, r.WithContext(ctx))
	})
	call := call(t, gated(t, l, impatient))
	call.Press("1")
	call.Hear("One moment")
	released.Store(true)
	close(release)
	call.Hear("Your doctor is Ada")
	call.Ends(carrier.EndHangup)
	if n := requests.Load(); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
}

// Without look-ups configured, and when the server is not to be asked, the call takes
// the exit for errors.
func TestLookupFails(t *testing.T) {
	var log bytes.Buffer
	l := newLine(t, config(t, clinic(t, "Welcome.", "https://crm.example.org"), &log))
	call := call(t, gated(t, l, l))
	call.Press("1")
	call.Hear("leave a message")
	call.HangUp()
	if !strings.Contains(log.String(), "look-up failed") {
		t.Errorf("the log: %s", log.String())
	}
}

// A call goes on with the version that it began with; new calls begin with the new one.
func TestOlderVersion(t *testing.T) {
	before := clinic(t, "The old welcome.", "https://crm.example.org")
	after := clinic(t, "The new welcome.", "https://crm.example.org")
	old := config(t, before, io.Discard)
	fresh := old
	fresh.Program, fresh.Older = after, []*ivr.Program{before}
	forgetful := old
	forgetful.Program = after
	l := newLine(t, old)
	var now http.Handler = l
	h := gated(t, l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { now.ServeHTTP(w, r) }))

	call1 := call(t, h)
	call1.Hear("The old welcome")
	now = newLine(t, fresh)
	call1.Press("9")
	call1.Hear("The old welcome")
	call2 := call(t, h)
	call2.Hear("The new welcome")

	// Where the old version is gone, the line begins again.
	now = newLine(t, forgetful)
	call1.Press("9")
	call1.Hear("The new welcome")
}

// webhook are the parameters of one with a key that was pressed.
func webhook(callSid string) callgate.Params {
	return callgate.Params{
		{Name: "AccountSid", Value: callgatetest.Account}, {Name: "ApiVersion", Value: "2010-04-01"},
		{Name: "CallSid", Value: callSid}, {Name: "CallStatus", Value: "in-progress"},
		{Name: "Digits", Value: "1"}, {Name: "Direction", Value: "inbound"},
		{Name: "From", Value: "+15550100"}, {Name: "To", Value: "+15550199"},
	}
}

// A state that is cut, changed, or of another call starts the line again, and is logged
// without what it held.
func TestLostState(t *testing.T) {
	var log bytes.Buffer
	l := newLine(t, config(t, clinic(t, "Welcome.", "https://crm.example.org"), &log))
	h := gated(t, l, l)
	for _, token := range []string{"i", "iAAAA", "x", "i" + strings.Repeat("A", 3000), "vAAAA"} {
		w := httptest.NewRecorder()
		log.Reset()
		r := callgatetest.NewRequest(t, "POST", "/clinic?s="+token, webhook("CA00000000000000000000000000000001"))
		h.ServeHTTP(w, r)
		if token != "vAAAA" && !strings.Contains(w.Body.String(), "Welcome.") {
			t.Errorf("%.10s: %d %s", token, w.Code, w.Body)
		}
		if !strings.Contains(log.String(), "reason=not-sealed") || strings.Contains(log.String(), "AAAA\"") {
			t.Errorf("%.10s: the log: %s", token, log.String())
		}
	}
}

// A line that starts again asks for permissions, and says what fails, as at the start of
// a call.
func TestRestartIsAStep(t *testing.T) {
	fails := &ivr.Custom{
		Behavior: ivr.BehaviorFunc(func(*ivr.Visit) (string, error) { return "", errors.New("out of order") }),
		Exits:    map[string]string{"ok": "menu"}, Error: "menu",
	}
	program, err := ivr.Compile(&ivr.Flow{
		Name: "vip", Start: "own", Exhausted: "bye",
		Nodes: []ivr.Node{
			{ID: "own", Do: fails, Tags: []string{"came"}},
			{ID: "menu", Permission: "vip", Do: &ivr.Menu{Ask: ivr.Ask{Prompt: ivr.Speak("Press 1.")}, Options: []ivr.Option{{Key: "1", To: "bye"}}}},
			{ID: "bye", Do: &ivr.Hangup{}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	var tags []string
	c := config(t, program, &log)
	c.Observe = func(_ string, answer ivr.Answer) { tags = append(tags, answer.Tags...) }
	l := newLine(t, c)
	vip := callgate.Entry{Effect: callgate.Allow, Principal: callgate.Carrier("twilio"), Permission: "vip"}
	h := gated(t, l, l, vip)
	for _, target := range []string{"/clinic", "/clinic?s=iAAAA"} {
		w := httptest.NewRecorder()
		log.Reset()
		tags = nil
		h.ServeHTTP(w, callgatetest.NewRequest(t, "POST", target, webhook("CA00000000000000000000000000000001")))
		if !strings.Contains(w.Body.String(), "Press 1.") || !strings.Contains(log.String(), "node own: out of order") || len(tags) != 1 {
			t.Errorf("%s: %s\n%s\n%q", target, w.Body, log.String(), tags)
		}
	}
}

func TestByNumberAndFaults(t *testing.T) {
	one, two := clinic(t, "Number one.", "https://crm.example.org"), clinic(t, "Number two.", "https://crm.example.org")
	c := config(t, one, io.Discard)
	c.ByNumber = map[string]*ivr.Program{"+15550199": two}
	l := newLine(t, c)
	call(t, gated(t, l, l)).Hear("Number two")

	c.Outbox = nil
	if _, err := line.New(c); err == nil || !strings.Contains(err.Error(), "outbox: missing") {
		t.Errorf("without an outbox: %v", err)
	}
	c = config(t, nil, io.Discard)
	if _, err := line.New(c); err == nil || !strings.Contains(err.Error(), "flow: missing") {
		t.Errorf("without a flow: %v", err)
	}
	c = config(t, one, io.Discard)
	c.Media = "media/"
	if _, err := line.New(c); err == nil || !strings.Contains(err.Error(), "media_url") {
		t.Errorf("with a relative media address: %v", err)
	}
}

// What is below the route is not the line.
func TestBelow(t *testing.T) {
	l := newLine(t, config(t, clinic(t, "Welcome.", "https://crm.example.org"), io.Discard))
	h := callgatetest.NewCarrier(t, gated(t, l, l), callgatetest.At("/clinic/elsewhere"))
	h.Call().Hear("This is the rescue")
}

// Only a line whose steps ask nobody and keep nothing answers at once.
func TestAnswersAtOnce(t *testing.T) {
	say := func(to string) ivr.Node {
		return ivr.Node{ID: "hello", Do: &ivr.Say{Prompt: ivr.Speak("Hello."), To: to}}
	}
	bye := ivr.Node{ID: "bye", Do: &ivr.Hangup{}}
	custom := &ivr.Custom{Behavior: ivr.BehaviorFunc(func(*ivr.Visit) (string, error) { return "ok", nil }), Exits: map[string]string{"ok": "bye"}}
	prompt, err := ivr.Compile(&ivr.Flow{Name: "prompt", Start: "hello", Nodes: []ivr.Node{say("bye"), bye}})
	if err != nil {
		t.Fatal(err)
	}
	slow, err := ivr.Compile(&ivr.Flow{Name: "slow", Start: "hello", Nodes: []ivr.Node{say("own"), {ID: "own", Do: custom}, bye}})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(*line.Config)
		want   bool
	}{
		"prompt":          {func(c *line.Config) {}, true},
		"look-ups":        {func(c *line.Config) { c.Program = clinic(t, "Hello.", "https://crm.example.org") }, false},
		"custom nodes":    {func(c *line.Config) { c.Program = slow }, false},
		"of one number":   {func(c *line.Config) { c.ByNumber = map[string]*ivr.Program{"+15550100": slow} }, false},
		"of an older one": {func(c *line.Config) { c.Older = []*ivr.Program{slow} }, false},
	} {
		conf := config(t, prompt, io.Discard)
		c.change(&conf)
		if got := newLine(t, conf).AnswersAtOnce(); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
