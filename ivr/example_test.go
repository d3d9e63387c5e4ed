package ivr_test

import (
	"fmt"
	"net/url"
	"regexp"
	"time"

	"github.com/callgate/callgate/ivr"
	"github.com/callgate/callgate/ivr/expr"
)

// A flow that is built in code, checked, and asked for its first document.
func Example() {
	flow := &ivr.Flow{
		Name: "shop", Start: "main", Exhausted: "desk",
		Nodes: []ivr.Node{
			{ID: "main", Do: &ivr.Menu{
				Ask:     ivr.Ask{Prompt: ivr.Speak("For opening hours, press 1. For a person, press 2.")},
				Options: []ivr.Option{{Key: "1", To: "hours"}, {Key: "2", To: "desk"}},
			}},
			{ID: "hours", Do: &ivr.Say{Prompt: ivr.Speak("We are open from nine to five."), To: "main"}},
			{ID: "desk", Do: &ivr.Transfer{Targets: []ivr.Target{{Number: "+15558675310"}}, Otherwise: "bye"}},
			{ID: "bye", Do: &ivr.Hangup{Prompt: ivr.Speak("Nobody is here. Please call again.")}},
		},
	}
	now := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	report := ivr.Check(flow, now)
	for _, finding := range report.Findings {
		fmt.Println(finding)
	}
	fmt.Printf("at most %d s and %d documents of silence\n", report.Bounds.SilentSeconds, report.Bounds.Documents)

	answer, err := report.Program.Step(exampleSite(), ivr.State{}, &ivr.Event{
		Kind: ivr.Start, CallSid: "CA1", Params: url.Values{"From": {"+15550100001"}}, Now: now,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	body, err := answer.Document.Bytes()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("waits at", answer.Node)
	fmt.Println(tokens.ReplaceAllString(string(body), "?s=$1..."))
	// Output:
	// at most 59 s and 5 documents of silence
	// waits at main
	// <?xml version="1.0" encoding="UTF-8"?>
	// <Response><Gather action="https://ivr.example.org/line?s=i..." method="POST" input="dtmf" timeout="5" finishOnKey="" numDigits="1"><Say language="en-US">For opening hours, press 1. For a person, press 2.</Say></Gather><Redirect method="POST">https://ivr.example.org/line?s=n...</Redirect></Response>
}

var tokens = regexp.MustCompile(`\?s=([a-z])[A-Za-z0-9_-]+`)

func exampleSealer() *ivr.Sealer {
	sealer, err := ivr.NewSealer([]byte("the auth token, or a key of its own"))
	if err != nil {
		panic(err)
	}
	return sealer
}

func exampleSite() *ivr.Site {
	site, err := ivr.NewSite(ivr.SiteConfig{URL: "https://ivr.example.org/line", Sealer: exampleSealer()})
	if err != nil {
		panic(err)
	}
	return site
}

// What a server does with one webhook after the gate has verified it: open the
// state, make the step, do the effects that it needs, and answer.
func ExampleProgram_Step() {
	program, err := ivr.Compile(&ivr.Flow{
		Name: "balance", Start: "look", Vars: []ivr.Var{{Name: "points", Type: expr.Number}},
		Nodes: []ivr.Node{
			{ID: "look", Do: &ivr.HTTP{
				URL: "https://crm.example.org/points?number={call.from}", Outputs: []ivr.Output{{Path: "points", Into: "points"}},
				OK: "tell", Error: "sorry",
			}},
			{ID: "tell", Do: &ivr.Hangup{Prompt: ivr.Speak("You have {points} points.")}},
			{ID: "sorry", Do: &ivr.Hangup{Prompt: ivr.Speak("We cannot tell now.")}},
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	site, sealer := exampleSite(), exampleSealer()

	// do makes the request; here the answer is at hand.
	do := func(e ivr.Effect) ivr.Result {
		fmt.Println("effect", e.IdempotencyKey(), e.(*ivr.Lookup).URL)
		return ivr.Result{Key: e.IdempotencyKey(), Status: 200, Body: []byte(`{"points": 120}`)}
	}
	answer := func(query, params url.Values, now time.Time) (ivr.Answer, error) {
		event := &ivr.Event{Kind: ivr.Start, CallSid: params.Get("CallSid"), Params: params, Now: now}
		state := ivr.State{}
		if token := query.Get(ivr.TokenParam); token != "" {
			leg := ivr.Leg{CallSid: params.Get("CallSid"), ParentCallSid: params.Get("ParentCallSid")}
			var err error
			if state, event.Kind, err = sealer.Open(token, leg, now); err != nil {
				return program.Restart(site, event) // and log it
			}
		}
		for {
			answer, err := program.Step(site, state, event)
			if err != nil || !answer.Pending {
				return answer, err
			}
			for _, effect := range answer.Effects {
				event.Results = append(event.Results, do(effect))
			}
		}
	}

	a, err := answer(nil, url.Values{"CallSid": {"CA1"}, "From": {"+15550100001"}}, time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(ivr.Way(a.Trail))
	// Output:
	// effect CA1:0 https://crm.example.org/points?number=%2B15550100001
	// look →ok→ tell →hangup→ (end)
}
