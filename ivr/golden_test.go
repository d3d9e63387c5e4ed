package ivr_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/callgate/callgate/ivr"
	"github.com/callgate/callgate/twiml"
)

var update = flag.Bool("update", false, "write testdata/documents anew")

// TestDocuments compares the documents of every kind of node with files, which show
// what a carrier is sent. Tokens are cut to their first letter.
func TestDocuments(t *testing.T) {
	menu := menuLine()
	menu.Nodes[0].Do.(*ivr.Menu).Options[0].Words = map[string][]string{"en": {"sales", "to buy something"}}
	entry := collectLine(text("x"), &ivr.Collect{Digits: &ivr.Digits{Min: 1, Max: 6}, Confirm: &ivr.Confirm{Prompt: ivr.Speak("It is {x|digits}?")}})
	markup := lineOf(&ivr.Say{Prompt: ivr.Prompt{"": {
		{Text: "Fish & chips cost < 5."}, {Markup: `Call <say-as interpret-as="telephone">{call.from}</say-as>.`}, {File: "chime.mp3"},
	}}, To: "bye"})
	transfer := transferLine(&ivr.Transfer{
		Targets: []ivr.Target{{Number: "+15550100003"}, {SIP: "sip:a@example.org"}, {Client: "ann"}}, Strategy: ivr.All, Timeout: 25,
		CallerID: "+15550100009", Whisper: ivr.Speak("A call. Press 1."), Accept: "1", Record: twiml.RecordFromAnswer, Otherwise: "none",
	})
	waiting := []string{"QueuePosition", "3", "CurrentQueueSize", "7", "AvgQueueTime", "130", "QueueTime", "20"}
	for name, steps := range map[string][]func(c *call) *call{
		"menu":      {begin(menu), silent, press("7")},
		"collect":   {begin(entry), press("0042"), press("1")},
		"say":       {begin(markup)},
		"transfer":  {begin(transfer), follow(ivr.Whisper), follow(ivr.Accept, "Digits", "1")},
		"sequence":  {begin(lineOf(&ivr.Goto{To: "desk"})), follow(ivr.Dialled, "DialCallStatus", "busy")},
		"queue":     {begin(queueLine()), follow(ivr.Waiting, waiting...), follow(ivr.WaitKey, "Digits", "1")},
		"voicemail": {begin(voicemailLine()), follow(ivr.Recorded, "RecordingUrl", "https://x", "RecordingDuration", "4")},
		"language":  {begin(languageLine()), press("2")},
		"callback":  {begin(callbackLineWithNote()), press("2")},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCall(t, menuLine())
			var got strings.Builder
			for _, step := range steps {
				if next := step(c); next != c {
					c = next
				}
				got.WriteString(c.shown() + "\n\n")
			}
			compare(t, filepath.Join("testdata", "documents", name+".txt"), got.String())
		})
	}
}

func begin(f *ivr.Flow) func(c *call) *call {
	return func(c *call) *call { return newCall(c.t, f).dial() }
}
func press(keys string) func(c *call) *call { return func(c *call) *call { return c.press(keys) } }
func silent(c *call) *call                  { return c.silent() }
func follow(kind ivr.EventKind, params ...string) func(c *call) *call {
	return func(c *call) *call { return c.follow(kind, params...) }
}

func compare(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs; if that is right, run go test ./ivr -update\n%s", file, diff)
	}
}
