package ivr_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/callgate/callgate/ivr"
	"github.com/callgate/callgate/ivr/expr"
)

// FuzzTexts: a text that compiles is spoken in a document that can be written.
func FuzzTexts(f *testing.F) {
	f.Add("Hello {call.from|digits}, {{you}}.", "caller")
	f.Add("<p>Hello</p> &amp; {call.to}", "<&>")
	f.Fuzz(func(t *testing.T, s, from string) {
		for _, piece := range []ivr.Piece{{Text: s}, {Markup: s}} {
			flow := lineOf(&ivr.Say{Prompt: ivr.Prompt{"": {piece}}, To: "bye"})
			p, err := ivr.Compile(flow)
			if err != nil {
				continue
			}
			c := newCall(t, lineOf(&ivr.Hangup{}))
			ev := &ivr.Event{Kind: ivr.Start, CallSid: callSid, Params: url.Values{"From": {from}, "To": {from}}, Now: monday}
			answer, err := p.Step(c.site, ivr.State{}, ev)
			if err != nil {
				t.Fatalf("%q: %v", s, err)
			}
			if _, err := answer.Document.Bytes(); err != nil {
				t.Fatalf("%q: %v", s, err)
			}
		}
	})
}

// FuzzAnswers: whatever a server answers, and the caller presses and says, a call
// goes on.
func FuzzAnswers(f *testing.F) {
	line := lookupLine()
	replace(line, "found", &ivr.Collect{Ask: ask("{name}?"), Digits: &ivr.Digits{Max: 30, Pattern: "1.*"}, Into: "code", To: "say"})
	add(line, "say", &ivr.Collect{Ask: ask("{code}"), Speech: &ivr.Speech{}, Into: "code", To: "date"})
	add(line, "date", &ivr.Collect{Ask: ask("{code}"), Digits: &ivr.Digits{Date: &ivr.DateRule{Layout: "DDMMYY"}}, Into: "day", To: "last"})
	add(line, "last", &ivr.Set{Assign: []ivr.Assign{{Var: "age", Value: expr.Must("age + score")}}, To: "bye"})
	p := mustCompile(f, line)
	site := newCall(f, menuLine()).site
	f.Add([]byte(found), "123", "Hello.", int64(0))
	f.Fuzz(func(t *testing.T, body []byte, digits, speech string, day int64) {
		state, kind := ivr.State{}, ivr.Start
		for range 12 {
			ev := &ivr.Event{
				Kind: kind, CallSid: callSid, Params: url.Values{"Digits": {digits}, "SpeechResult": {speech}},
				Now:     time.Unix(day%1e11, 0),
				Results: []ivr.Result{{Key: callSid + ":0", Status: 200, Body: body}},
			}
			answer, err := p.Step(site, state, ev)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := answer.Document.Bytes(); err != nil {
				t.Fatal(err)
			}
			if answer.Node == "" || answer.Node == "desk" {
				return
			}
			state, kind = answer.State, ivr.Input
		}
	})
}
