package ivr_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/callgate/callgate/internal/leaktest"
	"github.com/callgate/callgate/ivr"
	"github.com/callgate/callgate/twiml"
)

// monday is a Monday in New York, ten in the morning.
var monday = time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)

const (
	siteURL  = "https://ivr.example.org/line"
	mediaURL = "https://ivr.example.org/media/"
	caller   = "+15550100001"
	callSid  = "CA00000000000000000000000000000001"
)

// call is one telephone call with a program: it does what the carrier does with
// documents, as far as a flow is concerned.
type call struct {
	t       testing.TB
	program *ivr.Program
	site    *ivr.Site
	sealer  *ivr.Sealer
	profile twiml.Profile
	now     time.Time
	params  url.Values
	results map[string]ivr.Result // by IdempotencyKey
	answer  ivr.Answer
	effects []ivr.Effect
	doc     string // the last document
	edit    func(*ivr.Event)
}

func mustCompile(t testing.TB, f *ivr.Flow) *ivr.Program {
	t.Helper()
	p, err := ivr.Compile(f)
	if err != nil {
		t.Fatalf("the flow does not compile:\n%v", err)
	}
	return p
}

func newCall(t testing.TB, f *ivr.Flow) *call {
	t.Helper()
	sealer, err := ivr.NewSealer([]byte("token"))
	if err != nil {
		t.Fatal(err)
	}
	site, err := ivr.NewSite(ivr.SiteConfig{URL: siteURL, Media: mediaURL, Status: siteURL + "/status", Sealer: sealer})
	if err != nil {
		t.Fatal(err)
	}
	return &call{
		t: t, program: mustCompile(t, f), site: site, sealer: sealer, profile: twiml.Twilio, now: monday,
		params:  url.Values{"From": {caller}, "To": {"+15550199999"}, "CallSid": {callSid}, "CallStatus": {"in-progress"}},
		results: map[string]ivr.Result{},
	}
}

// step makes a step and requires of it what every step must hold: it is pure, its
// document is one that the carrier takes, and its state survives sealing.
func (c *call) step(s ivr.State, kind ivr.EventKind, params url.Values) {
	c.t.Helper()
	doc, err := c.try(s, kind, params)
	if err != nil {
		c.t.Fatalf("step %c at %q: %v", kind, c.answer.Node, err)
	}
	c.doc = doc
}

func (c *call) try(s ivr.State, kind ivr.EventKind, params url.Values) (string, error) {
	c.t.Helper()
	all := url.Values{}
	for _, from := range []url.Values{c.params, params} {
		for k, v := range from {
			all[k] = v
		}
	}
	ev := &ivr.Event{Kind: kind, CallSid: callSid, Params: all, Now: c.now}
	if c.edit != nil {
		c.edit(ev)
	}
	answer, err := c.program.Step(c.site, s, ev)
	for err == nil && answer.Pending {
		if len(answer.Effects) == 0 {
			c.t.Fatal("the answer is pending and asks for nothing")
		}
		for _, e := range answer.Effects {
			c.effects = append(c.effects, e)
			r, ok := c.results[e.IdempotencyKey()]
			if !ok {
				r = ivr.Result{Outcome: ivr.Failed}
			}
			r.Key = e.IdempotencyKey()
			ev.Results = append(ev.Results, r)
		}
		answer, err = c.program.Step(c.site, s, ev)
	}
	leaktest.Note(err, answer.Node, answer.Tags)
	if err != nil {
		return "", err
	}
	again, err := c.program.Step(c.site, s, ev)
	if err != nil {
		c.t.Fatalf("the same step fails the second time: %v", err)
	}
	c.answer = answer
	c.effects = append(c.effects, answer.Effects...)
	if answer.Document == nil {
		return "", nil
	}
	return c.checked(&answer, &again), nil
}

func (c *call) checked(answer, again *ivr.Answer) string {
	c.t.Helper()
	body, err := answer.Document.Bytes()
	if err != nil {
		c.t.Fatal(err)
	}
	for _, a := range []*ivr.Answer{answer, again} {
		if second, err := a.AppendDocument(nil); err != nil || !bytes.Equal(body, second) {
			c.t.Fatalf("the same step gives another document:\n%s\n%s, %v", body, second, err)
		}
	}
	for _, f := range twiml.Check(body, c.profile) {
		c.t.Errorf("%s: %v\n%s", c.profile, f, body)
	}
	return string(body)
}

// dial begins the call.
func (c *call) dial() *call {
	c.t.Helper()
	c.step(ivr.State{}, ivr.Start, nil)
	return c
}

var tokenPattern = regexp.MustCompile(`\?s=([a-z])([A-Za-z0-9_-]+)`)

// token finds the token of a kind of event in the last document.
func (c *call) token(kind ivr.EventKind) string {
	c.t.Helper()
	for _, m := range tokenPattern.FindAllStringSubmatch(c.doc, -1) {
		if m[1] == string(kind) {
			return m[1] + m[2]
		}
	}
	c.t.Fatalf("the document has no URL of kind %c:\n%s", kind, c.doc)
	return ""
}

// follow requests the URL of a kind in the last document.
func (c *call) follow(kind ivr.EventKind, params ...string) *call {
	c.t.Helper()
	leg := ivr.Leg{CallSid: callSid}
	if kind == ivr.Whisper || kind == ivr.Accept {
		leg = ivr.Leg{CallSid: "CAdialled", ParentCallSid: callSid}
	}
	s, got, err := c.sealer.Open(c.token(kind), leg, c.now)
	if err != nil || got != kind {
		c.t.Fatalf("opening a token of kind %c: %c, %v", kind, got, err)
	}
	values := url.Values{}
	for i := 0; i < len(params); i += 2 {
		values.Set(params[i], params[i+1])
	}
	c.step(s, kind, values)
	return c
}

func (c *call) press(keys string) *call {
	c.t.Helper()
	return c.follow(ivr.Input, "Digits", keys)
}
func (c *call) speak(words string) *call {
	c.t.Helper()
	return c.follow(ivr.Input, "SpeechResult", words)
}
func (c *call) silent() *call { c.t.Helper(); return c.follow(ivr.Silence) }

// hears requires the caller to hear a text next.
func (c *call) hears(text string) *call {
	c.t.Helper()
	if heard := c.heard(); !strings.Contains(heard, text) {
		c.t.Fatalf("at %q the caller hears %q, not %q", c.answer.Node, heard, text)
	}
	return c
}

// heard is what the last document says and plays, without its other verbs.
func (c *call) heard() string {
	root, err := twiml.Decode([]byte(c.doc))
	if err != nil {
		c.t.Fatal(err)
	}
	var heard []string
	var walk func(e *twiml.Element)
	walk = func(e *twiml.Element) {
		for el := range e.Elements() {
			switch el.Name {
			case "Say":
				heard = append(heard, el.AllText())
			case "Play":
				heard = append(heard, "["+el.Text()+"]")
			default:
				walk(el)
			}
		}
	}
	walk(root)
	return strings.Join(heard, " ")
}

// at requires the call to wait at a node; "" is that it has ended.
func (c *call) at(node string) *call {
	c.t.Helper()
	if c.answer.Node != node {
		c.t.Fatalf("the call is at %q, not %q:\n%s", c.answer.Node, node, c.doc)
	}
	return c
}

// trail requires the moves of the last step.
func (c *call) trail(way string) *call {
	c.t.Helper()
	if got := ivr.Way(c.answer.Trail); got != way {
		c.t.Fatalf("the call went %s, not %s", got, way)
	}
	return c
}

// shown is the last document with tokens cut out, for golden files.
func (c *call) shown() string {
	doc := tokenPattern.ReplaceAllString(c.doc, "?s=$1…")
	doc = strings.TrimPrefix(doc, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
	return strings.ReplaceAll(doc, "><", ">\n<")
}

func stateReason(err error) string {
	var se *ivr.StateError
	if errors.As(err, &se) {
		return string(se.Reason)
	}
	return fmt.Sprint(err)
}

// transfer is a node to which callers can go who gave up.
func desk() ivr.Node {
	return ivr.Node{ID: "desk", Do: &ivr.Transfer{Targets: []ivr.Target{{Number: "+15550100002"}}, Otherwise: "bye"}}
}

func bye() ivr.Node { return ivr.Node{ID: "bye", Do: &ivr.Hangup{Prompt: ivr.Speak("Goodbye.")}} }

// lineOf is a flow of one node, at which calls begin, and of desk and bye.
func lineOf(do ivr.Action, more ...ivr.Node) *ivr.Flow {
	nodes := append([]ivr.Node{{ID: "it", Do: do}}, more...)
	return &ivr.Flow{Name: "test", Start: "it", Exhausted: "desk", Nodes: append(nodes, desk(), bye())}
}

func say(id, text, to string) ivr.Node {
	return ivr.Node{ID: id, Do: &ivr.Say{Prompt: ivr.Speak(text), To: to}}
}

func hangup(id, text string) ivr.Node {
	return ivr.Node{ID: id, Do: &ivr.Hangup{Prompt: ivr.Speak(text)}}
}
