package carrier_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/callgate/callgate/carrier"
)

// What elements do: a document with "@" where the element stands, or does not. An
// element without a document does nothing, or what its parent's row says.
var elements = []attribute{
	{"Response", "", "", silent, carrier.World{}, "its verbs run from top to bottom; the call ends after the last"},
	{"Say", `@`, `<Say>a</Say>`, silent, carrier.World{}, "is heard, for an estimate of its length"},
	{"Play", `@`, `<Play>/a.wav</Play>`, silent, carrier.World{}, "is fetched and heard for its length, with an option what happens when it cannot be"},
	{"Pause", `@`, `<Pause/>`, silent, carrier.World{}, "silence"},
	{"Gather", `@`, `<Gather action="/a"/>`, one, carrier.World{}, "prompts, then keys or speech"},
	{"Record", `@`, `<Record action="/a"/>`, silent, carrier.World{}, "a message"},
	{"Redirect", `@`, `<Redirect>/a</Redirect>`, silent, carrier.World{}, "another document"},
	{"Reject", `@<Say>a</Say>`, `<Reject/>`, silent, carrier.World{}, "is not answered as the first verb; hangs up elsewhere"},
	{"Hangup", `@<Say>a</Say>`, `<Hangup/>`, silent, carrier.World{}, "the end"},
	{"Enqueue", `@`, `<Enqueue>q</Enqueue>`, silent, carrier.World{}, "waits until the world takes the caller out"},
	{"Leave", `@<Say>a</Say>`, "", silent, carrier.World{}, "in a document that is heard in a queue: leaves it; elsewhere nothing"},
	{"Task", "", "", silent, carrier.World{}, "nothing: " + router},
	{"Dial", `@`, `<Dial>+15550123</Dial>`, silent, somebody, "rings others, at most ten at once"},
	{"Number", `<Dial>@</Dial>`, `<Number>+15550123</Number>`, silent, somebody, "a telephone"},
	{"Client", `<Dial>@</Dial>`, `<Client>ann</Client>`, silent, somebody, "a software telephone"},
	{"Identity", `<Dial><Client>@</Client></Dial>`, `<Identity>ann</Identity>`, silent, somebody, "its name"},
	{"Sip", `<Dial>@</Dial>`, `<Sip>sip:bob@example.org</Sip>`, silent, somebody, "a SIP address; DialSipResponseCode and DialSipCallId"},
	{"Uri", `<Dial><Sip>@</Sip></Dial>`, `<Uri>sip:bob@example.org</Uri>`, silent, somebody, "which"},
	{"Headers", "", "", silent, carrier.World{}, "nothing: " + sip},
	{"Header", "", "", silent, carrier.World{}, "nothing: " + sip},
	{"Refer/Sip", `<Refer>@</Refer>`, `<Sip>sip:bob@example.org</Sip>`, silent, carrier.World{}, "where to"},
	{"Refer", `@`, `<Refer><Sip>sip:bob@example.org</Sip></Refer>`, silent, carrier.World{}, "the world says how it goes; error 13801 when the caller is not SIP"},
	{"Sim", `<Dial>@</Dial>`, `<Sim>DE00000000000000000000000000000000</Sim>`, silent, somebody, "a SIM card's telephone"},
	{"Queue", `<Dial>@</Dial>`, `<Queue>q</Queue>`, silent, somebody, "the caller who waits first, if the world has one: queues of other calls are not looked into"},
	{"Conference", `<Dial>@</Dial>`, `<Conference>c</Conference>`, silent, somebody, "the world says who else comes and when it ends"},
	{"Application", `<Dial>@</Dial>`, `<Application>AP00000000000000000000000000000000</Application>`, silent, somebody, "another application answers, as the world says"},
	{"ApplicationSid", `<Dial><Application>@</Application></Dial>`, `<ApplicationSid>AP00000000000000000000000000000000</ApplicationSid>`, silent, somebody, "which"},
	{"WhatsApp", `<Dial>@</Dial>`, `<WhatsApp>+15550123</WhatsApp>`, silent, somebody, "a WhatsApp telephone"},
	{"Sms", `@`, `<Sms>Hello</Sms>`, silent, carrier.World{}, "a message is sent, to nobody"},
	{"Pay", `@`, `<Pay action="/a"/>`, silent, carrier.World{}, "asks for a card or an account, unless the world pays"},
	{"Prompt", `<Pay action="/a">@</Pay>`, `<Prompt for="payment-card-number"><Say>a</Say></Prompt>`, silent, carrier.World{}, "in place of the carrier's own"},
	{"Connect", `@`, `<Connect><Room>r</Room></Connect>`, silent, carrier.World{}, "a machine has the call until the world gives it back"},
	{"Start", `@`, `<Start><Stream url="wss://ivr.example.org/ws"/></Start>`, silent, carrier.World{}, "something goes on beside the call"},
	{"Stop", `<Start><Stream name="n" statusCallback="/s"/></Start>@<Pause length="5"/>`, `<Stop><Stream name="n"/></Stop>`, silent, carrier.World{}, "ends it"},
	{"Stream", `<Connect>@</Connect>`, `<Stream url="wss://ivr.example.org/ws"/>`, silent, carrier.World{}, "a signed WebSocket handshake; no media flow"},
	{"Siprec", `<Start>@</Start>`, `<Siprec statusCallback="/s"/>`, silent, carrier.World{}, "its callbacks"},
	{"Transcription", `<Start>@</Start>`, `<Transcription statusCallbackUrl="/s"/>`, silent, carrier.World{}, "the callbacks of its start and end"},
	{"Recording", `<Start>@</Start>`, `<Recording recordingStatusCallback="/r"/>`, silent, carrier.World{}, "its callbacks"},
	{"ConversationRelay", `<Connect action="/a">@</Connect>`, `<ConversationRelay url="wss://ivr.example.org/ws"/>`, silent, carrier.World{}, "a signed WebSocket handshake, then the world says how it ends"},
	{"Assistant", `<Connect>@</Connect>`, `<Assistant/>`, silent, carrier.World{}, relay},
	{"Language", "", "", silent, carrier.World{}, "nothing: " + relay},
	{"Parameter", "", "", silent, carrier.World{}, "nothing: it is told over a media stream, or to a payment service"},
	{"Config", "", "", silent, carrier.World{}, "nothing: " + relay},
	{"VirtualAgent", `<Connect>@</Connect>`, `<VirtualAgent connectorName="x"/>`, silent, carrier.World{}, relay},
	{"Room", `<Connect>@</Connect>`, `<Room>r</Room>`, silent, carrier.World{}, relay},
	{"Conversation", `<Connect>@</Connect>`, `<Conversation/>`, silent, carrier.World{}, relay},
	{"AiSession", `<Connect>@</Connect>`, `<AiSession/>`, silent, carrier.World{}, relay},
	{"ConversationRelaySession", `<Connect>@</Connect>`, `<ConversationRelaySession/>`, silent, carrier.World{}, relay},
	{"Autopilot", `<Connect>@</Connect>`, `<Autopilot>x</Autopilot>`, silent, carrier.World{}, relay},
	{"Echo", `@`, `<Echo/>`, silent, carrier.World{}, "the caller is on the line until somebody hangs up"},
	{"Annotate", `@`, `<Annotate/>`, silent, carrier.World{}, "nothing but a warning: it is known from error codes alone"},
	{"BillingReferenceTag", "", "", silent, carrier.World{}, "nothing: as Annotate"},
	{"break", `<Say>a@b</Say>`, `<break/>`, silent, carrier.World{}, "a pause"},
	{"emphasis", "", "", silent, carrier.World{}, "its text is heard: " + pronunciation},
	{"lang", "", "", silent, carrier.World{}, "its text is heard: " + pronunciation},
	{"p", "", "", silent, carrier.World{}, "its text is heard: " + pronunciation},
	{"s", "", "", silent, carrier.World{}, "its text is heard: " + pronunciation},
	{"phoneme", "", "", silent, carrier.World{}, "its text is heard: " + pronunciation},
	{"prosody", "", "", silent, carrier.World{}, "its text is heard: " + pronunciation},
	{"say-as", "", "", silent, carrier.World{}, "its text is heard: " + pronunciation},
	{"sub", "", "", silent, carrier.World{}, "its text is heard: " + pronunciation},
	{"w", "", "", silent, carrier.World{}, "its text is heard: " + pronunciation},
}

// further are calls that bring parameters which the rows do not.
var further = []attribute{
	{"", `<Record action="/a"/>`, "", hangsUp, carrier.World{}, ""},
	{"", `<Dial action="/a"><Sip>sip:bob@example.org</Sip></Dial>`, "", silent, carrier.World{Callees: map[string]carrier.Callee{"": {Does: carrier.Busy, SIPCode: 486}}}, ""},
	{"", `<Pay action="/a"/>`, "", silent, carrier.World{Payment: carrier.Payment{Result: "payment-connector-error",
		Params: map[string]string{"PaymentError": "x", "PayErrorCode": "64012", "ConnectorError": "x"}}}, ""},
	{"", `<Pay action="/a" statusCallback="/s"/>`, "", keys("4#"), carrier.World{}, ""},
	{"", `<Connect action="/a"><ConversationRelay url="wss://ivr.example.org/ws"/></Connect>`, "", silent,
		carrier.World{Session: carrier.SessionResult{HandoffData: "x"}}, ""},
	{"", `<Dial record="record-from-answer" action="/a"><Number statusCallback="/s" statusCallbackEvent="initiated ringing answered completed">+15550123</Number></Dial>`, "", silent, somebody, ""},
}

// Every element of the schema is in the table, and what is told to act does.
func TestElements(t *testing.T) {
	have := map[string]bool{}
	for _, e := range elements {
		have[e.on] = true
		if e.doc != "" && e.value != "" && fingerprint(t, e, e.value) == fingerprint(t, e, "") {
			t.Errorf("%s makes no difference, but: %s", e.on, e.what)
		}
	}
	for name := range readSchema(t).Elements {
		if !have[name] {
			t.Errorf("%s is in no row", name)
		}
		delete(have, name)
	}
	for name := range have {
		t.Errorf("%s is in a row, and not in the schema", name)
	}
}

// neverSent are parameters that the schema has with a question mark, and why they are not sent.
var neverSent = map[string]string{
	"Gather FinishedOnKey":     "only with Options.GatherExtras: it has been seen, and is documented nowhere",
	"Number RecordingUrl":      "the recording is told to the action and to recordingStatusCallback",
	"Number RecordingSid":      "the recording is told to the action and to recordingStatusCallback",
	"Number RecordingDuration": "the recording is told to the action and to recordingStatusCallback",
}

// requested is what the carrier sends, by purpose and element: the names of parameters
// besides those of every request.
func requested(t *testing.T) map[string]map[string]bool {
	standard := map[string]bool{}
	for _, e := range played(t, attribute{doc: ""}, "") {
		if e.Exchange != nil {
			for _, p := range e.Exchange.Params {
				standard[p.Name] = true
			}
		}
	}
	out := map[string]map[string]bool{}
	rows := slices.Concat(elements, attributes, further)
	for _, a := range rows {
		if a.doc == "" {
			continue
		}
		for _, e := range played(t, a, " "+a.value) {
			if e.Exchange == nil || len(e.Exchange.Params) == 0 || e.Exchange.For == carrier.ForVoice {
				continue
			}
			key := strings.TrimSpace(fmt.Sprintf("%s %s", e.Exchange.For, e.Exchange.Verb))
			if out[key] == nil {
				out[key] = map[string]bool{}
			}
			for _, p := range e.Exchange.Params {
				if !standard[p.Name] {
					out[key][p.Name] = true
				}
			}
		}
	}
	return out
}

// Every parameter that the schema names is sent.
func TestParameters(t *testing.T) {
	sent := requested(t)
	for name, e := range readSchema(t).Elements {
		for purpose, params := range map[string][]string{"action": e.Request.Params, "wait": e.Request.Waiting, "status": e.StatusParams, "whisper": e.RequestParams} {
			for _, p := range params {
				p = strings.TrimSuffix(p, "?")
				standard := slices.Contains([]string{"CallSid", "CallStatus"}, p)
				if !standard && !sent[purpose+" "+name][p] && neverSent[name+" "+p] == "" {
					t.Errorf("%s of %s does not bring %s", purpose, name, p)
				}
			}
		}
	}
}

// docs/carrier-coverage.md says for people what the tables say: -update writes it.
func TestCoverageDocument(t *testing.T) {
	var b strings.Builder
	b.WriteString(coverageHead)
	for _, e := range elements {
		fmt.Fprintf(&b, "| `%s` | %s |\n", e.on, e.what)
	}
	b.WriteString("\n## Attributes\n\n| element | attribute | |\n|---|---|---|\n")
	rows := map[string]string{}
	for _, a := range attributes {
		rows[a.on] = a.what
	}
	for _, n := range unused {
		for _, name := range strings.Fields(n.names) {
			rows[n.element+" "+name] = "nothing: " + n.why
		}
	}
	for _, on := range slices.Sorted(maps.Keys(rows)) {
		element, name, _ := strings.Cut(on, " ")
		fmt.Fprintf(&b, "| `%s` | `%s` | %s |\n", element, name, rows[on])
	}
	b.WriteString("\n## Requests\n\nEach has the standard parameters of its call; these come on top.\n\n| for | of | parameters |\n|---|---|---|\n")
	sent := requested(t)
	for _, key := range slices.Sorted(maps.Keys(sent)) {
		purpose, element, _ := strings.Cut(key, " ")
		fmt.Fprintf(&b, "| %s | %s | %s |\n", purpose, element, strings.Join(slices.Sorted(maps.Keys(sent[key])), ", "))
	}
	const file = "../docs/carrier-coverage.md"
	if *update {
		must(t, os.WriteFile(file, []byte(b.String()), 0o644))
	}
	want, err := os.ReadFile(file)
	must(t, err)
	if string(want) != b.String() {
		t.Errorf("%s is not what the tables say: go test ./carrier -run CoverageDocument -update", file)
	}
}

const coverageHead = `# What the simulated carrier acts on

Every element and attribute that the carrier's documentation and libraries know, and what each does to a simulated call. The tests of package carrier hold this page: what is told to act must make a difference to a call, and what is told to do nothing must make none. A document with anything else draws the debugger's warning 12200, as at the carrier.

"The world" is what the steps of a case, or a person at the terminal, say of others.

## Elements

| element | |
|---|---|
`
