package ivr

import (
	"bytes"
	"net/url"
	"testing"
	"time"

	"github.com/callgate/callgate/ivr/expr"
)

// FuzzDecodeState reads states of any bytes, as if they had been sealed with the
// right key: by an older build, or by the owner of a token. Whatever can be read is
// written as it was, and a step with it does not panic.
func FuzzDecodeState(f *testing.F) {
	p, err := Compile(&Flow{
		Start: "menu", Exhausted: "bye", Vars: []Var{{Name: "x", Type: expr.Text}, {Name: "n", Type: expr.Number}},
		Nodes: []Node{
			{ID: "menu", Do: &Menu{Ask: Ask{Prompt: Speak("?")}, Options: []Option{{Key: "1", To: "call"}}}},
			{ID: "call", Do: &Call{Subflow: "sub", To: "ring"}},
			{ID: "ring", Do: &Transfer{Targets: []Target{{Number: "+15550100001"}}, Whisper: Speak("{call.from}"), Otherwise: "record"}},
			{ID: "record", Do: &Voicemail{Greeting: Speak("Speak."), Recorded: "back"}},
			{ID: "back", Do: &Callback{Ask: Ask{Prompt: Speak("?")}, Confirm: Speak("{callback.number}"), Country: "1", Booked: "bye", Declined: "bye"}},
			{ID: "bye", Do: &Hangup{}},
		},
		Subflows: []Subflow{{Name: "sub", Start: "in", Nodes: []Node{{ID: "in", Do: &Menu{Ask: Ask{Prompt: Speak("?")}, Options: []Option{{Key: "1", To: Return}}}}}}},
	})
	if err != nil {
		f.Fatal(err)
	}
	keys, _ := NewSealer([]byte("x"))
	site, _ := NewSite(SiteConfig{URL: "https://example.org/", Sealer: keys})
	now := time.Unix(1.7e9, 0)
	for _, s := range []State{
		{version: p.version},
		{version: p.version, step: 3, began: hours(now), node: 2, count: 1, parent: "CA1"},
		{version: p.version, node: 6, stack: []target{1}, history: []target{0}, lookup: lookupID{1, 2},
			vars: []binding{{0, expr.TextValue("a")}, {1, expr.NumberValue(0.5)}, {2, expr.BoolValue(true)}, {3, expr.DateValue(now)}}},
	} {
		f.Add(s.append(nil), byte('i'), "1")
	}
	f.Fuzz(func(t *testing.T, b []byte, kind byte, digits string) {
		s, err := decodeState(b)
		if err != nil {
			return
		}
		again, err := decodeState(s.append(nil))
		if err != nil || !bytes.Equal(again.append(nil), s.append(nil)) {
			t.Fatalf("%x is read and written as %x", b, s.append(nil))
		}
		s.version = p.version
		ev := &Event{Kind: EventKind(kind), CallSid: "CA1", Params: url.Values{"Digits": {digits}}, Now: now}
		answer, err := p.Step(site, s, ev)
		if err == nil && answer.Document == nil && !answer.Pending && ev.Kind != Saved {
			t.Fatalf("neither a document nor an error for %c at %q", kind, answer.Node)
		}
		if err == nil && answer.Document != nil {
			if _, err := answer.Document.Bytes(); err != nil {
				t.Fatal(err)
			}
		}
	})
}
