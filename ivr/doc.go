// Package ivr runs telephone lines: what a caller hears, may press or say, and where
// that leads. (IVR is interactive voice response.)
//
// # A line is data
//
// A Flow is a graph of named nodes, each of one kind: Say, Menu, Collect, Hours,
// ChooseLanguage, Transfer, Queue, Voicemail, Callback, HTTP, Branch, Set, Call (of a
// Subflow), Goto, Hangup, Reject; and Custom for what is written in Go. Exits name
// the next node.
//
//	flow := &ivr.Flow{
//		Name: "shop", Start: "main", Exhausted: "desk",
//		Nodes: []ivr.Node{
//			{ID: "main", Do: &ivr.Menu{
//				Ask: ivr.Ask{Prompt: ivr.Speak("For opening hours, press 1. For a person, press 2.")},
//				Options: []ivr.Option{{Key: "1", To: "hours"}, {Key: "2", To: "desk"}},
//			}},
//			{ID: "hours", Do: &ivr.Say{Prompt: ivr.Speak("We are open from nine to five."), To: "main"}},
//			{ID: "desk", Do: &ivr.Transfer{Targets: []ivr.Target{{Number: "+15558675310"}}, Otherwise: "bye"}},
//			{ID: "bye", Do: &ivr.Hangup{Prompt: ivr.Speak("Nobody is here. Please call again.")}},
//		},
//	}
//
// # From a flow to an answer
//
// Compile makes a Program of it; Check proves things about it that compiling does
// not: that every call ends, that silent callers are not asked for ever, that
// secrets stay inside. A Site says at which address a program is served, and a
// Sealer keeps the state of calls.
//
// The carrier asks for a document with a webhook. Program.Step answers one:
//
//	state, event -> state, document, effects
//
// It is pure. The clock, the results of look-ups and everything that is known of
// the call come in the Event; what is to be done outside goes out as an Effect. So
// the same webhook gets the same bytes, on any machine, as often as it is repeated,
// and a test needs neither a telephone nor a network.
//
// # State travels with the call
//
// The state is sealed into the URLs of the document: encrypted and authenticated,
// bound to the call, with the number of the step, the hour in which the call began
// and the version of the flow. There is nothing to store. Any machine of a fleet that
// has the key takes the next step, and a restart loses no call. Calls that began
// before a flow was changed go on with the version that they began with, if whoever
// serves them keeps the older Program; State.Version says which. A state that cannot
// be opened is a *StateError: log it and answer with Program.Restart.
//
// # Effects
//
// An HTTP or Callback node needs a result before it can go on. Step then returns a
// Pending answer without a document; do its effects, add their results to the event,
// and make the same step again. When a look-up is slow, give Pending as its result:
// the caller hears the filler, and the carrier asks again later. An effect has an
// idempotency key of CallSid and step: do each once.
//
// # Who serves it
//
// A handler that has verified the webhook does this:
//
//	state, kind := ivr.State{}, ivr.Start
//	if token := query.Get(ivr.TokenParam); token != "" {
//		state, kind, err = sealer.Open(token, ivr.Leg{CallSid: sid, ParentCallSid: parent}, now)
//	}
//	event := &ivr.Event{Kind: kind, CallSid: sid, Params: params, Now: now}
//	answer, err := program.Step(site, state, event)
//
// and writes answer.Document. See the package's examples for the loop with effects.
//
// Step trusts its parameters: they must have passed the gate that verifies the
// carrier's signature. Documents keep to what all carriers have: absolute URLs,
// POST, explicit actions and timeouts, a redirect for silence. Sound files are
// fetched by the carrier without any signature; protect them otherwise.
//
// The package needs the standard library and package twiml, and touches neither
// network nor clock nor files, time zones excepted.
package ivr
