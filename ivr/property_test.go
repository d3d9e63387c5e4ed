package ivr_test

import (
	"bytes"
	"errors"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/callgate/callgate/ivr"
	"github.com/callgate/callgate/twiml"
)

// TestCheckedFlowsNeverFail: in a flow without errors, whatever happens, every step has
// a document that the carrier takes, along an exit of the graph that was checked; and
// callers who are silent come to an end within the bounds that were proved, and those who
// are always wrong come to one, too.
func TestCheckedFlowsNeverFail(t *testing.T) {
	clean := 0
	rapid.Check(t, func(rt *rapid.T) {
		f := drawFlow(rt)
		r := ivr.Check(f, monday)
		if r.Program == nil {
			rt.Fatalf("a flow that holds together does not compile: %v", r.Findings)
		}
		if r.HasErrors() {
			return
		}
		clean++
		for _, c := range []callerKind{anyhow, quiet, wrong} {
			newWalk(t, rt, f, r, c).run()
		}
	})
	if clean < 3 {
		t.Errorf("only %d flows were without errors: the generator is of no use", clean)
	}
}

// callerKind is how the caller of a walk behaves.
type callerKind int

const (
	anyhow callerKind = iota
	quiet             // says nothing, is answered by nobody
	wrong             // answers every question wrong
)

// walk is one call.
type walk struct {
	*call
	rt        *rapid.T
	report    *ivr.Report
	profile   twiml.Profile
	kind      callerKind
	quiet     bool
	results   []ivr.Result // of look-ups, in turn
	nodes     map[string]ivr.NodeInfo
	state     ivr.State
	documents int
	seconds   int // that the call has lasted at most
}

func newWalk(t *testing.T, rt *rapid.T, f *ivr.Flow, report *ivr.Report, kind callerKind) *walk {
	w := &walk{call: newCall(t, f), rt: rt, report: report, profile: f.Profile, kind: kind, quiet: kind == quiet, nodes: map[string]ivr.NodeInfo{}}
	for _, n := range report.Program.Outline() {
		w.nodes[n.Name] = n
	}
	w.results = rapid.SliceOfN(rapid.SampledFrom([]ivr.Result{
		{Outcome: ivr.Pending}, {Outcome: ivr.Failed}, {Outcome: ivr.TimedOut}, {Status: 200, Body: []byte(`{"a":"1"}`)}, {Status: 500}, {Status: 200},
	}), 1, 8).Draw(rt, "results")
	if kind == wrong {
		w.results = []ivr.Result{{Status: 200, Body: []byte(`{"a":"1"}`)}} // no service fails
	}
	return w
}

// run makes the call until it ends, or long enough.
func (w *walk) run() {
	ev := &ivr.Event{Kind: ivr.Start, CallSid: callSid, Now: monday, Params: url.Values{"From": {caller}}}
	for w.documents < 300 {
		answer, err := w.step(ev)
		if err != nil {
			if w.kind == anyhow && strings.Contains(err.Error(), "steps") {
				return // a caller who presses keys for ever
			}
			w.rt.Fatalf("after %d documents, event %c: %v", w.documents, ev.Kind, err)
		}
		body := w.document(answer)
		w.ways(answer)
		if answer.Node == "" || w.kind == wrong && w.nodes[answer.Node].Kind == ivr.KindVoicemail {
			return // who leaves a message has done something right
		}
		ev.Kind, ev.Params = w.next(string(body))
		ev.Results = nil
		w.follow(answer, ev, body)
		if w.kind == anyhow {
			w.stray()
		}
	}
	if w.kind != anyhow {
		w.rt.Fatalf("the call of a caller who is silent or wrong does not end: %d documents", w.documents)
	}
}

// step makes a step with its look-ups, twice, and requires the same of both.
func (w *walk) step(ev *ivr.Event) (ivr.Answer, error) {
	answer, err := w.program.Step(w.site, w.state, ev)
	for i := 0; err == nil && answer.Pending; i++ {
		for _, e := range answer.Effects {
			result := w.results[(w.documents+i)%len(w.results)]
			result.Key = e.IdempotencyKey()
			ev.Results = append(ev.Results, result)
			if _, isLookup := e.(*ivr.Lookup); isLookup {
				w.seconds += 5 // the patience of a webhook, and the time-out of the look-ups
			}
		}
		answer, err = w.program.Step(w.site, w.state, ev)
	}
	again, secondErr := w.program.Step(w.site, w.state, ev)
	if (err == nil) != (secondErr == nil) || err == nil && !reflect.DeepEqual(answer, again) {
		w.rt.Fatalf("the same step differs: %v, %v", err, secondErr)
	}
	return answer, err
}

// document requires of a document what every carrier does, and the bounds.
func (w *walk) document(answer ivr.Answer) []byte {
	w.documents++
	body, err := answer.Document.Bytes()
	if err != nil {
		w.rt.Fatal(err)
	}
	if fast, err := answer.AppendDocument(nil); err != nil || !bytes.Equal(fast, body) {
		w.rt.Fatalf("AppendDocument gives %s, %v\nwant %s", fast, err, body)
	}
	if len(body) > w.report.Bounds.DocumentBytes {
		w.rt.Fatalf("a document of %d bytes, the bound is %d", len(body), w.report.Bounds.DocumentBytes)
	}
	for _, f := range twiml.Check(body, w.profile) {
		if !w.warned(f) {
			w.rt.Fatalf("%s would complain, and the check did not: %v\n%s", w.profile, f, body)
		}
	}
	w.seconds += w.longest(body)
	if b := w.report.Bounds; w.quiet && !b.Endless && (w.documents > b.Documents || w.seconds > b.SilentSeconds) {
		w.rt.Fatalf("%d documents and %d seconds without a word, the bounds are %+v", w.documents, w.seconds, b)
	}
	return body
}

// warned reports whether the check has said the same of some node.
func (w *walk) warned(f twiml.Finding) bool {
	return slices.ContainsFunc(w.report.Findings, func(had ivr.Finding) bool {
		return had.Rule == ivr.CarrierDocument && strings.Contains(had.Message, "code "+strconv.Itoa(int(f.Code)))
	})
}

// ways requires each move to be one that the program says it has.
func (w *walk) ways(answer ivr.Answer) {
	for _, move := range answer.Trail {
		if move.Exit == "max_steps" || move.Exit == "key *" {
			continue // bounds the call; goes back along a way that was taken
		}
		if move.Exit == "call" && w.nodes[move.From].Kind == ivr.KindCall && w.nodes[move.To].Subflow == "sub" {
			continue
		}
		if !slices.ContainsFunc(w.nodes[move.From].Exits, func(e ivr.ExitInfo) bool { return e.Label == move.Exit && e.To == move.To }) {
			w.rt.Fatalf("the call went %s, and %+v has no such exit", ivr.Way([]ivr.Transition{move}), w.nodes[move.From])
		}
	}
}

// follow opens the state that a document holds for an event.
func (w *walk) follow(answer ivr.Answer, ev *ivr.Event, body []byte) {
	token := ""
	for _, m := range tokenPattern.FindAllStringSubmatch(string(body), -1) {
		if len(m[1]+m[2]) > w.report.Bounds.StateBytes {
			w.rt.Fatalf("a token of %d characters, the bound is %d", len(m[1]+m[2]), w.report.Bounds.StateBytes)
		}
		if m[1] == string(ev.Kind) {
			token = m[1] + m[2]
		}
	}
	state, kind, err := w.sealer.Open(token, ivr.Leg{CallSid: callSid}, monday)
	if err != nil || kind != ev.Kind {
		w.rt.Fatalf("event %c: %v in\n%s", ev.Kind, err, body)
	}
	if state.Step() != w.state.Step()+1 || state.Version() != w.program.Version() {
		w.rt.Fatalf("step %d of %v follows step %d", state.Step(), state.Version(), w.state.Step())
	}
	w.state = state
}

// longest is how many seconds a document takes when nobody says, presses or answers
// anything, by what the carrier's documentation says of each verb.
func (w *walk) longest(body []byte) int {
	root, err := twiml.Decode(body)
	if err != nil {
		w.rt.Fatal(err)
	}
	total := 0
	number := func(el *twiml.Element, name string) int {
		value, _ := el.Attr(name)
		n, _ := strconv.Atoi(value)
		return n
	}
	var add func(el *twiml.Element)
	add = func(el *twiml.Element) {
		switch el.Name {
		case "Say":
			total += int(ivr.SpeechDuration(el.AllText()).Seconds())
		case "Gather", "Record":
			total += number(el, "timeout")
		case "Dial":
			total += number(el, "timeout") + 5 // which the carrier adds
		}
		for child := range el.Elements() {
			add(child)
		}
	}
	add(root)
	return total
}

// stray sends an event that may not be one that the call waits for: a late one, or one of
// another document. It is answered, or refused as one whose place is lost; nothing else.
func (w *walk) stray() {
	kind := rapid.SampledFrom([]ivr.EventKind{
		ivr.Input, ivr.Silence, ivr.Dialled, ivr.Queued, ivr.Waiting, ivr.WaitKey, ivr.Recorded, ivr.Saved, ivr.Poll, ivr.Whisper, ivr.Accept,
	}).Draw(w.rt, "stray")
	ev := &ivr.Event{Kind: kind, CallSid: callSid, Now: monday, Params: url.Values{
		"Digits": {"1"}, "SpeechResult": {"Yes."}, "RecordingDuration": {"9"}, "RecordingUrl": {"https://example.org/RE"}, "RecordingStatus": {"completed"},
		"CallStatus": {rapid.SampledFrom([]string{"in-progress", "completed"}).Draw(w.rt, "status")},
	}}
	answer, err := w.program.Step(w.site, w.state, ev)
	var lost *ivr.StateError
	switch {
	case errors.As(err, &lost) && lost.Reason == ivr.Misplaced:
		restarted, err := w.program.Restart(w.site, ev)
		if err != nil || !restarted.Pending && restarted.Document == nil && !kind.IsStatus() {
			w.rt.Fatalf("event %c cannot begin anew: %v", kind, err)
		}
	case err != nil && !strings.Contains(err.Error(), "steps"):
		w.rt.Fatalf("event %c: %v", kind, err)
	case err == nil && !answer.Pending && answer.Document == nil && !kind.IsStatus():
		w.rt.Fatalf("event %c has no document", kind)
	}
}

// next draws what happens at a document.
func (w *walk) next(body string) (ivr.EventKind, url.Values) {
	p := url.Values{"From": {caller}, "To": {"+15550199999"}}
	draw := func(name string, words ...string) { p.Set(name, rapid.SampledFrom(words).Draw(w.rt, name)) }
	has := func(kind ivr.EventKind) bool { return strings.Contains(body, "?s="+string(kind)) }
	switch {
	case has(ivr.Dialled) && w.kind == wrong:
		draw("DialCallStatus", "busy", "no-answer")
		return ivr.Dialled, p
	case has(ivr.Dialled) && w.quiet:
		draw("DialCallStatus", "busy", "no-answer", "failed")
		return ivr.Dialled, p
	case has(ivr.Dialled):
		draw("DialCallStatus", "busy", "no-answer", "failed", "completed")
		draw("DialBridged", "true", "false")
		return ivr.Dialled, p
	case has(ivr.Queued):
		return ivr.Queued, w.queued(p)
	case has(ivr.Poll):
		return ivr.Poll, p
	case has(ivr.Recorded) && rapid.Bool().Draw(w.rt, "recorded"):
		p.Set("RecordingUrl", "https://example.org/RE")
		draw("RecordingDuration", "0", "5") // some carriers keep a recording of silence
		return ivr.Recorded, p
	case w.kind == wrong:
		p.Set("Digits", "##")
		return ivr.Input, p
	case w.quiet || has(ivr.Recorded) || rapid.IntRange(0, 3).Draw(w.rt, "silent") == 0:
		return ivr.Silence, p
	}
	draw("Digits", "1", "2", "3", "0", "9", "*", "#", "12", "0103", "9999", "15550100004", "")
	draw("SpeechResult", "Yes.", "maybe", "operator", "Once more!", "")
	draw("Confidence", "", "0.0", "0.3", "0.7", "0.95")
	return ivr.Input, p
}

// queued draws how the caller left a queue.
func (w *walk) queued(p url.Values) url.Values {
	results := []string{"bridged", "leave", "queue-full", "error"}
	switch w.kind {
	case quiet:
		results = results[1:]
	case wrong:
		results = []string{"leave"}
	}
	p.Set("QueueResult", rapid.SampledFrom(results).Draw(w.rt, "QueueResult"))
	p.Set("QueueTime", strconv.Itoa(rapid.IntRange(0, 120).Draw(w.rt, "time")))
	if w.quiet && p.Get("QueueResult") == "leave" {
		p.Set("QueueTime", "60")
		w.seconds += 60
	}
	return p
}
