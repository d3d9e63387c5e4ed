package flowfile_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/callgate/callgate/internal/flowfile"
	"github.com/callgate/callgate/ivr"
	"github.com/callgate/callgate/ivr/expr"
	"github.com/callgate/callgate/twiml"
)

func read(t testing.TB, file string) []byte {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func load(t testing.TB, file string) *ivr.Flow {
	t.Helper()
	flow, err := flowfile.Load(file, read(t, file))
	if err != nil {
		t.Fatal(err)
	}
	return flow
}

// diff compares flows. Expressions are what they print, and Locate is no content.
func diff(want, got *ivr.Flow) string {
	return cmp.Diff(want, got,
		cmp.Transformer("Print", func(x expr.Expr) string { return fmt.Sprint(x) }),
		cmp.AllowUnexported(expr.Value{}),
		cmp.FilterPath(func(p cmp.Path) bool { return p.String() == "Locate" }, cmp.Ignore()),
	)
}

func text(s string) []ivr.Piece { return []ivr.Piece{{Text: s}} }

func days(from, to int) *ivr.DateRule {
	return &ivr.DateRule{Layout: "DDMM", Zone: "Europe/Berlin", From: &from, To: &to}
}

const (
	mon, tue, wed      = time.Monday, time.Tuesday, time.Wednesday
	fri, sat, sun      = time.Friday, time.Saturday, time.Sunday
	from, until        = ivr.ClockTime(8 * 60), ivr.ClockTime(12 * 60)
	lunch, evening     = ivr.ClockTime(13 * 60), ivr.ClockTime(17*60 + 30)
	morning, midnight  = ivr.ClockTime(9 * 60), ivr.ClockTime(24 * 60)
	eleven, noon, hour = ivr.ClockTime(11 * 60), ivr.ClockTime(12 * 60), ivr.ClockTime(13 * 60)
)

// Every key fills the field that it is named for.
func TestEveryKey(t *testing.T) {
	want := &ivr.Flow{
		Name: "Every key", Start: "greeting",
		Languages: []ivr.Language{{Name: "en", Locale: "en-GB"}, {Name: "de", Locale: "de-DE", Voice: "Polly.Vicki"}},
		Numbers:   []string{"+15005550100", "+15005550101"},
		Exhausted: "person", OnError: "machine", Lost: ivr.Speak("Let us start over."),
		Timeout: 7, Attempts: 4, Confidence: 0.3, MaxSteps: 50, Profile: twiml.Strict,
		Keys: []ivr.GlobalKey{
			{Key: "0", Do: ivr.Operator, To: "person"}, {Key: "9", Do: ivr.Repeat},
			{Key: "*", Do: ivr.Back, Words: map[string][]string{"en": {"go back"}, "de": {"zurück"}}},
			{Label: "help", Do: ivr.Operator, To: "person", Words: map[string][]string{"en": {"operator"}, "de": {"Hilfe"}}},
		},
		Vars: []ivr.Var{
			{Name: "code", Type: expr.Text, Default: expr.TextValue("0012"), Max: 20},
			{Name: "pin", Type: expr.Text, Secret: true},
			{Name: "tries", Type: expr.Number, Default: expr.NumberValue(-1.5)},
			{Name: "known", Type: expr.Bool, Default: expr.BoolValue(true)},
			{Name: "day", Type: expr.Date, Default: expr.DateValue(time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC))},
			{Name: "name", Type: expr.Text},
		},
		Schedules: []ivr.Schedule{{
			Name: "shop", Zone: "Europe/Berlin",
			Week: []ivr.Interval{
				{Days: []time.Weekday{mon, tue, wed, fri}, Span: ivr.Span{From: from, To: until}},
				{Days: []time.Weekday{mon, tue, wed, fri}, Span: ivr.Span{From: lunch, To: evening}},
				{Days: []time.Weekday{sat, sun}, Span: ivr.Span{From: morning, To: midnight}},
			},
			Holidays: []ivr.Holiday{
				{Day: ivr.Day{Month: 12, Day: 25}, Name: "Christmas"},
				{Day: ivr.Day{Year: 2026, Month: 4, Day: 6}, Name: "Easter Monday"},
			},
			Exceptions: []ivr.Exception{
				{Day: ivr.Day{Month: 2, Day: 29}},
				{Day: ivr.Day{Year: 2026, Month: 12, Day: 24}, Hours: []ivr.Span{{From: from, To: eleven}, {From: noon, To: hour}}},
			},
			Override: ivr.ForceClosed,
		}},
		Nodes:    everyNode(),
		Subflows: []ivr.Subflow{everySubflow()},
	}
	if d := diff(want, load(t, "testdata/every-key.yaml")); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

func everyNode() []ivr.Node {
	return []ivr.Node{
		{ID: "greeting", Note: "The first thing that callers hear.", Tags: []string{"arrived"}, Do: &ivr.Say{
			Prompt: ivr.Prompt{
				"en": {{Text: "Hello."}, {File: "jingle.mp3", Seconds: 65}},
				"de": {{Markup: `<prosody rate="slow">Guten Tag</prosody>.`}},
			},
			To: "menu",
		}},
		{ID: "menu", Do: &ivr.Menu{
			Ask: ivr.Ask{
				Prompt:  ivr.Prompt{"en": text("Press 1, 12 or #."), "de": text("Drücken Sie 1, 12 oder #.")},
				Again:   ivr.Speak("Once more."),
				NoInput: []ivr.Prompt{{"en": text("Nothing."), "de": text("Nichts.")}, ivr.Speak("Still nothing.")},
				NoMatch: []ivr.Prompt{ivr.Speak("Wrong key.")},
				Timeout: 4, Attempts: 2, Confidence: 0.5, OnNoInput: "person", OnNoMatch: "machine", Exhausted: "person",
			},
			Options: []ivr.Option{
				{Key: "1", To: "code"},
				{Key: "12", To: "pin", Label: "secret", Words: map[string][]string{"en": {"pin", "secret number"}, "de": {"Geheimzahl"}}},
				{Key: "#", To: "lookup"},
				{Label: "nurse", To: "person", Words: map[string][]string{"en": {"nurse"}}},
			},
			RepeatKey: "8", BackKey: "*",
		}},
		{ID: "code", Do: &ivr.Collect{
			Ask: ivr.Ask{
				Prompt: ivr.Speak("Enter the code."), Again: ivr.Speak("The code again."),
				NoInput: []ivr.Prompt{ivr.Speak("Nothing.")}, NoMatch: []ivr.Prompt{ivr.Speak("That is no code.")},
				Timeout: 6, Attempts: 5, OnNoInput: "person", OnNoMatch: "person", Exhausted: "person",
			},
			Digits: &ivr.Digits{Min: 2, Max: 8, Finish: "*", Pattern: "[1-9].*", Range: &ivr.Range{From: 10, To: 99999999}},
			Into:   "code", Invalid: []ivr.Prompt{ivr.Speak("That code is too small."), ivr.Speak("Still too small.")},
			Confirm: &ivr.Confirm{Prompt: ivr.Speak("You entered {code|digits}. Right? 3 for yes, 4 for no."), Yes: "3", No: "4"},
			To:      "day", OnInvalid: "machine",
		}},
		{ID: "day", Do: &ivr.Collect{Ask: ivr.Ask{Prompt: ivr.Speak("Which day?")}, Into: "day", Digits: &ivr.Digits{Date: days(0, 60)}, To: "name"}},
		{ID: "name", Do: &ivr.Collect{
			Ask: ivr.Ask{Prompt: ivr.Speak("Say your name.")}, Into: "name", To: "language",
			Speech:  &ivr.Speech{Hints: map[string][]string{"en": {"Ann", "Bob"}, "de": {"Anne"}}, Pattern: "[a-z ]+"},
			Confirm: &ivr.Confirm{Prompt: ivr.Speak("You said {name}. Right?"), Below: 0.8},
		}},
		{ID: "pin", Sensitive: true, Do: &ivr.Collect{Ask: ivr.Ask{Prompt: ivr.Speak("Enter the PIN.")}, Into: "pin", Digits: &ivr.Digits{Max: 4}, To: "lookup"}},
		{ID: "language", Do: &ivr.ChooseLanguage{
			Ask:     ivr.Ask{Prompt: ivr.Prompt{"en": text("English: 1."), "de": text("Deutsch: 2.")}, Timeout: 3},
			Offers:  []ivr.Offer{{Key: "1", Language: "en"}, {Key: "2", Language: "de", Words: []string{"deutsch"}, To: "shop"}},
			Default: "de", Remember: true, To: "shop",
		}},
		{ID: "shop", Do: &ivr.Hours{Schedule: "shop", Open: "lookup", Closed: "machine", Holiday: "person", Holidays: map[string]string{"Christmas": "bye"}}},
		{ID: "lookup", Do: &ivr.HTTP{
			Method: "PUT", URL: "https://api.example.org/callers/{code}",
			Headers:     []ivr.Header{{Name: "X-Flow", Value: "every-key"}, {Name: "Authorization", Secret: "api-token"}},
			JSON:        map[string]expr.Expr{"pin": expr.Must("pin"), "visit": expr.Must("tries + 1")},
			AllowSecret: true,
			Outputs:     []ivr.Output{{Path: "patient.name", Into: "name"}, {Path: "patient.known", Into: "known", Optional: true}},
			Timeout:     20, Retries: 2, Filler: ivr.Speak("One moment."), Polls: 4,
			OK: "open-today", Statuses: map[int]string{404: "bye", 503: "machine"}, Error: "machine", Timedout: "person",
		}},
		{ID: "open-today", OnError: "which", Do: &ivr.HTTP{URL: "https://api.example.org/hours", Cache: 600, OK: "which"}},
		{ID: "which", Do: &ivr.Branch{
			Cases: []ivr.Case{
				{When: expr.Must("known and tries < 3"), To: "count", Label: "a friend"},
				{When: expr.Must("day between 2026-01-01 and 2026-12-31"), To: "ask-day"},
			},
			Else: "bye",
		}},
		{ID: "count", Do: &ivr.Set{To: "again", Assign: []ivr.Assign{
			{Var: "tries", Value: expr.Must("tries + 1")}, {Var: "known", Value: expr.Must("false")}, {Var: "code", Value: expr.Must("'x'")},
		}}},
		{ID: "again", Do: &ivr.Goto{To: "menu", Max: 2, Otherwise: "person"}},
		{ID: "ask-day", Do: &ivr.Call{
			Subflow: "booking", In: map[string]expr.Expr{"who": expr.Must("name"), "from": expr.Must("2026-03-02")},
			Out: map[string]string{"chosen": "day"}, To: "promise",
		}},
		{ID: "promise", Do: &ivr.Callback{
			Ask: ivr.Ask{Prompt: ivr.Speak("Enter your number.")}, Confirm: ivr.Speak("We call you at {callback.number|digits}. Right?"),
			Yes: "4", Other: "5", No: "6", Country: "44", Trunk: "0", List: "sales", Note: "{name} wants a call",
			Slots: &ivr.Slots{
				Prompt:  ivr.Speak("When? 1 for the morning, 2 for the day."),
				Choices: []ivr.Slot{{Key: "1", Value: "morning"}, {Key: "2", Value: "{day}"}},
			},
			Booked: "bye", Declined: "bye", Invalid: "person", Error: "machine",
		}},
		{ID: "person", Do: &ivr.Transfer{
			Targets:  []ivr.Target{{Number: "+15005550123"}, {SIP: "sip:desk@example.org"}, {Client: "desk"}, {Number: "{code}"}},
			Strategy: ivr.All, Timeout: 30, CallerID: "+15005550100", Whisper: ivr.Speak("A call for the desk."), Accept: "5",
			Record: twiml.RecordFromAnswerDual, Answered: "bye", Busy: "waiting", NoAnswer: "machine", Failed: "machine", Declined: "machine", Otherwise: "machine",
		}},
		{ID: "waiting", Do: &ivr.Queue{
			Name: "desk", Announce: ivr.Speak("You are number {queue.position}."),
			Music:   ivr.Prompt{"": {{File: "https://media.example.org/waiting.mp3", Seconds: 120}}},
			MaxWait: 300, LeaveKey: "*", Bridged: "bye", Timeout: "machine", Left: "promise", Full: "machine", Error: "machine",
		}},
		{ID: "machine", Do: &ivr.Voicemail{
			Greeting: ivr.Speak("Leave a message."), Mailbox: "desk", Notify: "desk@example.org", Min: 2, Max: 60, Silence: 4, Finish: "12#", Recorded: "bye", Empty: "closed",
		}},
		{ID: "bye", Permission: "restricted", Do: &ivr.Hangup{Prompt: ivr.Speak("Goodbye.")}},
		{ID: "closed", Do: &ivr.Hangup{}},
		{ID: "full", Do: &ivr.Reject{Reason: twiml.Busy}},
	}
}

func everySubflow() ivr.Subflow {
	return ivr.Subflow{
		Name: "booking", Start: "ask", Inputs: []string{"who", "from"}, Outputs: []string{"chosen"},
		Vars: []ivr.Var{{Name: "who", Type: expr.Text}, {Name: "from", Type: expr.Date}, {Name: "chosen", Type: expr.Date}},
		Nodes: []ivr.Node{{ID: "ask", Do: &ivr.Collect{
			Ask: ivr.Ask{Prompt: ivr.Speak("{who}, which day?")}, Into: "chosen", Digits: &ivr.Digits{Date: &ivr.DateRule{Layout: "MMDD"}}, To: "return",
		}}},
	}
}

// The file of every key is one: a new key of a table must be added to it. Luhn is the
// one that is there to be refused.
func TestEveryKeyIsThere(t *testing.T) {
	content := string(read(t, "testdata/every-key.yaml"))
	for _, key := range schemaKeys(t) {
		if !strings.Contains(content, key+":") && key != "luhn" {
			t.Errorf("the key %q does not stand in testdata/every-key.yaml", key)
		}
	}
}

// schemaKeys lists every key that has a meaning in flow files.
func schemaKeys(t *testing.T) []string {
	var schema any
	if err := json.Unmarshal(flowfile.Schema(), &schema); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if properties, ok := v["properties"].(map[string]any); ok {
				for key := range properties {
					seen[key] = true
				}
			}
			for _, part := range v {
				walk(part)
			}
		case []any:
			for _, part := range v {
				walk(part)
			}
		}
	}
	walk(schema)
	return slices.Sorted(maps.Keys(seen))
}

// A finding of package ivr points into the file.
func TestLocate(t *testing.T) {
	const content = `name: x
start: menu
exhausted: menu
nodes:
  menu:
    menu: Press 1.
    options:
      1: {to: nurze}
      2: {to: menu, words: {en: [one], de: [eins]}}
subflows:
  part:
    start: ask
    nodes:
      ask:
        say: Hello {nme}.
        to: return
`
	flow, err := flowfile.Load("x.yaml", []byte(content))
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[[2]string]string{
		{"", "start"}:                    "x.yaml:2:8",
		{"", "nodes.0"}:                  "x.yaml:5:3",
		{"", "languages.0.locale"}:       "x.yaml",
		{"menu", ""}:                     "x.yaml:5:3",
		{"menu", "prompt"}:               "x.yaml:6:11",
		{"menu", "prompt.en"}:            "x.yaml:6:11",
		{"menu", "options.0.to"}:         "x.yaml:8:15",
		{"menu", "options.1.words.de"}:   "x.yaml:9:40",
		{"menu", "options.1.words.en.0"}: "x.yaml:9:34",
		{"menu", "on_no_input"}:          "x.yaml:5:3",
		{"", "subflows.0.start"}:         "x.yaml:12:12",
		{"part/ask", "prompt"}:           "x.yaml:15:14",
		{"part/ask", "to"}:               "x.yaml:16:13",
		{"nobody", "to"}:                 "x.yaml",
	} {
		if got := flow.Locate(at[0], at[1]).String(); got != want {
			t.Errorf("Locate(%q, %q) = %s, want %s", at[0], at[1], got, want)
		}
	}
	_, err = ivr.Compile(flow)
	var problems ivr.Problems
	if !errors.As(err, &problems) || problems[0].Pos.String() != "x.yaml:8:15" || problems[0].Rule != ivr.UndefinedTarget {
		t.Errorf("Compile says %v", err)
	}
}
