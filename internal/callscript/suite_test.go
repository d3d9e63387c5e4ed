package callscript_test

import (
	"strings"
	"testing"

	"github.com/callgate/callgate/internal/callscript"
)

// Everything that is wrong with a file is told, with its line.
func TestParseFaults(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"no cases", "flow: a.yaml", "x.yaml: cases: there are no cases"},
		{"two targets", "flow: a\nurl: b\ncases: [{name: a}]", "x.yaml:2: url: flow and url exclude each other"},
		{"no name", "cases:\n  - steps: []", "x.yaml:2: cases[0]: the case has no name"},
		{"a name twice", "cases:\n  - name: a\n  - name: a", "x.yaml:3: cases[1].name: another case has this name"},
		{"no time", "cases:\n  - name: a\n    now: noon", "x.yaml:3: cases[0].now: a time is written like"},
		{"no match", "cases:\n  - name: a\n    http: [{match: https://x}]", "x.yaml:3: cases[0].http[0]: match \"https://x\": write a method and a URL"},
		{"no fault", "cases:\n  - name: a\n    faults: [wrong]", "x.yaml:3: cases[0].faults[0]: Kind is \"wrong\""},
		{"no delivery", "cases:\n  - name: a\n    callbacks: soon", "callbacks come in-order, unordered or late"},
		{"no outbox", "cases:\n  - name: a\n    outbox: x", "the outbox is kept or full"},
		{"a grant for a server", "url: https://x/\ncases:\n  - name: a\n    grant: [x]", "grant is for a flow"},
		{"a reply to nobody", "http: [{match: https://x}]\ncases: [{name: a}]", "x.yaml:1: http[0]: match \"https://x\": write a method"},
		{"a reply to two", "http: [{match: GET https://x, node: b}]\ncases: [{name: a}]", "match and node exclude each other"},
		{"no status", "http: [{node: b, reply: {status: 7}}]\ncases: [{name: a}]", "reply: 7 is no HTTP status"},
		{"a reply from the past", "http: [{node: b, reply: {delay: -1s}}]\ncases: [{name: a}]", "delay must not be negative"},
		{"a world that does not exist", "world: {dial: {\"*\": perhaps}}\ncases: [{name: a}]", "x.yaml:1: world: \"*\": dial: answer is answer, busy"},
		{"a queue of a case", "cases:\n  - name: a\n    world: {queue: {q: soon}}", "queue: result is bridged"},
		{"no queue", "cases:\n  - name: a\n    steps: [queue: {wait: -1s}]", "queue: times must not be negative"},
		{"no payment", "cases:\n  - name: a\n    steps: [pay: later]", "pay: result is success"},
		{"a message of no length", "cases:\n  - name: a\n    steps: [record: -1]", "record: seconds must not be negative"},
		{"keys of others", "cases:\n  - name: a\n    steps: [dial: {keys: x}]", "dial: keys are 0-9"},
		{"no status at the end", "cases:\n  - name: a\n    expect: {status: done}", "\"done\" is no status of a call that is over"},
		{"no purpose", "cases:\n  - name: a\n    faults: [{kind: drop, for: nothing}]", "For is \"nothing\": it is one of"},
		{"no seed", "cases:\n  - name: a\n    seed: -4", "a seed is 0 or more"},
		{"no such carrier", "carrier: {gather_hang_up: soon, speech_rate: -3, cookies: eat}\ncases: [{name: a}]", "x.yaml:1: carrier: gather_hang_up is soon: it must be no-request or send-entered"},
		{"a carrier that eats", "carrier: {cookies: eat, ring_extra: -1s}\ncases: [{name: a}]", "x.yaml:1: carrier: ring_extra is -1s: it must be positive"},
		{"nothing to do", "cases:\n  - name: a\n    steps: [{}]", "cases[0].steps[0]: the step does nothing"},
		{"two things", "cases:\n  - name: a\n    steps: [{press: 1, wait: 1s}]", "the step does several things"},
		{"no key", "cases:\n  - name: a\n    steps: [barge: a]", "barge: keys are 0-9, * and #"},
		{"nothing to hear", "cases:\n  - name: a\n    steps: [hear: {lang: en}]", "hear: a text, or a file, is wanted"},
		{"no expression", "cases:\n  - name: a\n    steps: [hear: /(/]", "hear: error parsing regexp"},
		{"no outcome", "cases:\n  - name: a\n    steps: [dial: perhaps]", "dial: answer is answer, busy, no-answer or failed"},
		{"no end of a recording", "cases:\n  - name: a\n    steps: [record: {end: soon}]", "record: end is silence, hangup or a key"},
		{"a wrong fault", "cases:\n  - name: a\n    steps: [fault: {tls: old}]", "tls is handshake, name, expired or chain"},
		{"a negative wait", "cases:\n  - name: a\n    steps: [wait: -1s]", "wait must not be negative"},
		{"no end", "cases:\n  - name: a\n    expect: {end: x}", "\"x\" is no end of a call"},
		{"no bound", "cases:\n  - name: a\n    expect: {requests: few, lasts: ~3}", "\"few\": write a bound such as <=9"},
		{"nothing expected", "cases:\n  - name: a\n    expect: {heard: [/(/]}", "expect.heard[0]: hear: error parsing regexp"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := callscript.Parse("x.yaml", []byte(tt.text))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add("flow: a.yaml\ncases:\n  - name: a\n    steps: [hear: b, press: 1, dial: busy, record: 3, fault: {delay: 16s}]\n    expect: {end: hangup, requests: <=3}\n")
	f.Add("cases: [{name: a, http: [{match: 'GET https://x/*', reply: {json: {a: [1, x]}}}]}]")
	f.Add("steps: [press: 1]\nhttp: [{node: a, reply: {status: 404}}]\nfaults: [drop]\nworld: {dial: {\"*\": busy}}\ngrant: [a]\nseed: 1\n")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := callscript.Parse("x.yaml", []byte(text))
		if (s == nil) == (err == nil) {
			t.Errorf("a suite %v and an error %v", s, err)
		}
		if s, err := callscript.ParseSteps("x.yaml", []byte(text)); err == nil && len(s.Cases) != 1 {
			t.Errorf("a script with %d cases", len(s.Cases))
		}
	})
}
