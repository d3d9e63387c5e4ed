package flowfile_test

import (
	"slices"
	"testing"

	"github.com/callgate/callgate/ivr"
)

// exits are those that each kind of node must have, by the names that authors of
// telephone lines know them by.
var exits = map[ivr.Kind][]string{
	ivr.KindSay:       {"next"},
	ivr.KindMenu:      {"1", "secret", "#", "nurse", "noinput", "nomatch"},
	ivr.KindCollect:   {"ok", "noinput", "nomatch", "invalid", "exhausted"},
	ivr.KindHours:     {"open", "closed", "holiday", "Christmas"},
	ivr.KindLanguage:  {"en", "de", "exhausted"},
	ivr.KindTransfer:  {"answered", "busy", "no-answer", "failed", "declined"},
	ivr.KindQueue:     {"bridged", "timeout", "full", "left", "error"},
	ivr.KindVoicemail: {"recorded", "empty", "hangup"},
	ivr.KindCallback:  {"booked", "declined", "invalid", "error"},
	ivr.KindHTTP:      {"ok", "404", "503", "error", "timeout"},
	ivr.KindBranch:    {"a friend", "else"},
	ivr.KindSet:       {"next"},
	ivr.KindGoto:      {"next", "otherwise"},
	ivr.KindCall:      {"next"},
	ivr.KindHangup:    {"hangup"},
	ivr.KindReject:    {"reject"},
}

// The flow of every key compiles, and its nodes have every exit.
func TestEveryExit(t *testing.T) {
	program, err := ivr.Compile(load(t, "testdata/every-key.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	has := map[ivr.Kind][]string{}
	for _, n := range program.Outline() {
		for _, e := range n.Exits {
			has[n.Kind] = append(has[n.Kind], e.Label)
		}
	}
	for kind, want := range exits {
		for _, exit := range want {
			if !slices.Contains(has[kind], exit) {
				t.Errorf("%s has the exits %q, and not %q", kind, has[kind], exit)
			}
		}
	}
	if len(has) != len(exits) {
		t.Errorf("there are %d kinds of node, and exits of %d are wanted", len(has), len(exits))
	}
}
