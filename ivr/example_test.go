package ivr_test

import (
	"fmt"
	"net/url"
	"os"
	"time"

	"github.com/callgate/callgate/ivr"
)

// A flow built in code, and the first two steps of a call.
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
	program, err := ivr.Compile(flow)
	if err != nil {
		fmt.Println(err)
		return
	}
	sealer, _ := ivr.NewSealer([]byte("the auth token, or a key of its own"))
	site, err := ivr.NewSite(ivr.SiteConfig{URL: "https://ivr.example.org/shop", Sealer: sealer})
	if err != nil {
		fmt.Println(err)
		return
	}

	// The call comes in.
	now := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	event := &ivr.Event{Kind: ivr.Start, CallSid: "CA1", Params: url.Values{}, Now: now}
	answer, err := program.Step(site, ivr.State{}, event)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("waits at", answer.Node)

	// The caller presses 2. A server opens the state from the URL of the webhook; here
	// it is at hand.
	event = &ivr.Event{Kind: ivr.Input, CallSid: "CA1", Params: url.Values{"Digits": {"2"}}, Now: now}
	answer, err = program.Step(site, answer.State, event)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(ivr.Way(answer.Trail))
	body, _ := answer.Document.Bytes()
	fmt.Println(len(body) > 0)
	_ = os.Stdout
	// Output:
	// waits at main
	// main →2→ desk
	// true
}
