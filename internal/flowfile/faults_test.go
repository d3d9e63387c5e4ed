package flowfile_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/callgate/callgate/internal/flowfile"
	"github.com/callgate/callgate/internal/strictyaml"
	"github.com/callgate/callgate/ivr"
)

// frame is a flow with room for one node, which begins on line 5.
const frame = `name: x
start: a
exhausted: a
nodes:
  a:
`

// indent puts a node into the frame.
func inFrame(node string) string {
	return frame + "    " + strings.ReplaceAll(strings.TrimSpace(node), "\n", "\n    ") + "\n"
}

// faults returns what Load says, a line each: line:column rule: message.
func faults(t *testing.T, content string) string {
	t.Helper()
	flow, err := flowfile.Load("x.yaml", []byte(content))
	if err == nil {
		return ""
	}
	var problems ivr.Problems
	if flow != nil || !errors.As(err, &problems) {
		t.Fatalf("flow %v, error %v", flow, err)
	}
	var lines []string
	for _, f := range problems {
		if f.Severity != ivr.Error || f.Pos.File != "x.yaml" {
			t.Errorf("a finding of a file has severity %q and file %q", f.Severity, f.Pos.File)
		}
		lines = append(lines, fmt.Sprintf("%d:%d %s: %s", f.Pos.Line, f.Pos.Col, f.Rule, f.Message))
	}
	return strings.Join(lines, "\n")
}

func TestFaultsOfNodes(t *testing.T) {
	for _, c := range []struct{ node, want string }{
		// Keys.
		{"menu: x\noptoins: {1: a}", `6:5 missing-key: menu needs the key "options": the choices: the key, and the node that it leads to` + "\n" +
			`7:5 unknown-key: menu has no key "optoins"; did you mean "options"?`},
		{"say: x\nto: a\nfrom: b", `8:5 unknown-key: say has no key "from"; the keys here are say, to, permission, on_error, sensitive, tags, note`},
		{"say: x\nto: a\nsay: y", `8:5 repeated-key: "say" stands here again; it was on line 6 already`},
		{"say: x\nnext: a", `6:5 missing-key: say needs the key "to": the next node` + "\n" + `7:5 unknown-key: say has no key "next"; did you mean "to"?`},
		{"menu: x\noptions: {1: {to: a, words: [x]}}", "7:33 wrong-form: words by language, such as {en: [yes, sure]}, is wanted here, not a list"},
		{"menu: x\noptions: {1: a}\nconfidence: 50%", "8:17 wrong-form: a number, such as 0.5, is wanted here, not a text"},
		{"menu: x\noptions: {1: a}\nconfidence: 50", "8:17 wrong-form: a number, such as 0.5, from 0 to 1 is wanted here"},
		{"say: x", `6:5 missing-key: say needs the key "to": the next node`},
		{"sya: x\nto: a", `6:5 missing-key: nothing says what this node does; did you mean "say" by "sya"?; it needs one of the keys say, menu, collect, language, hours, http, branch, set, call, goto, transfer, queue, voicemail, callback, hangup, reject`},
		{"{}", `6:5 missing-key: nothing says what this node does; it needs one of the keys say, menu, collect, language, hours, http, branch, set, call, goto, transfer, queue, voicemail, callback, hangup, reject`},
		{"say: x\nhangup: y\nto: a", "6:5 wrong-form: a node does one thing, and this one has the keys say and hangup: make two nodes of it"},
		{"goodbye", "6:5 wrong-form: a node: say, menu, collect, language, hours, http, branch, set, call, goto, transfer, queue, voicemail, callback, hangup, reject with what belongs to it, is wanted here, not a text"},

		// Texts.
		{"say: 12\nto: a", "6:10 wrong-form: a text is wanted here, and YAML takes this for a number: put it in quotes"},
		{"say: true\nto: a", "6:10 wrong-form: a text is wanted here, and YAML takes this for true or false: put it in quotes"},
		{"say:\nto: a", "6:9 wrong-form: a text is wanted here, not nothing"},
		{"say: ''\nto: a", "6:10 wrong-form: a text is wanted here"},
		{"say: []\nto: a", "6:10 wrong-form: the list is empty"},
		{"say: {}\nto: a", "6:10 wrong-form: there must be at least one key here"},
		{"say: {english: x}\nto: a", "6:11 wrong-form: the name of a language, such as en, or file or ssml, is wanted as the key here"},
		{"say: {file: x.mp3, lenght: 3s}\nto: a", `6:24 unknown-key: a sound file has no key "lenght"; did you mean "length"?`},
		{"say: {en: {de: x}}\nto: a", `6:15 missing-key: a sound file needs the key "file": the URL of a sound file, absolute or relative to the folder of media` + "\n" +
			`6:16 unknown-key: a sound file has no key "de"; the keys here are file, length`},
		{"say: Press 1 or # to end\nto: a", "6:10 hidden-text: YAML takes what follows # on this line for a comment, so nobody would hear it: put the text in quotes, or the comment on a line of its own"},
		{"menu: x\noptions:\n  1: a\n  #: a", "8:7 hidden-text: YAML takes the key # near this line for a comment: put it in quotes, \"#\""},

		// Names.
		{"say: x\nto: Next", "7:9 wrong-form: the name of a node is wanted here; names have lower-case letters, digits, - and _, and begin with a letter"},
		{"say: x\nto: 1", "7:9 wrong-form: the name of a node is wanted here, not a number"},
		{"say: x\nto: [a]", "7:9 wrong-form: the name of a node is wanted here, not a list"},
		{"say: x\nto: &b a", "7:9 wrong-form: an anchor (&b); write each value out where it is used"},
		{"say: x\nto: !!str a", "7:9 wrong-form: a tag (!!str); write the value without it"},

		// Keys of the telephone.
		{"menu: x\noptions: {A: a}", `7:15 wrong-form: a key of the telephone ("*" and "#" in quotes), several, or a name for a choice that can only be said, is wanted as the key here`},
		{"menu: x\noptions: {}", "7:14 wrong-form: there must be at least one key here"},
		{"menu: x\noptions: {1: {to: a, word: {en: [x]}}}", `7:26 unknown-key: a choice has no key "word"; did you mean "words"?`},
		{"transfer: +15005550100\naccept: 12\notherwise: a", `7:13 wrong-form: a key of the telephone: a digit, "*" or "#" (the last two in quotes) is wanted here`},
		{"transfer: +15005550100\naccept: +1\notherwise: a", `7:13 wrong-form: a key of the telephone: a digit, "*" or "#" (the last two in quotes) is wanted here`},

		// Telephone numbers.
		{"transfer: 15005550100\notherwise: a", "6:15 wrong-value: a telephone number begins with + and the country code: write it like +15005550100"},
		{"transfer: [\"05005550100\"]\notherwise: a", "6:16 wrong-form: a telephone number such as +15005550100, sip:user@host or client:name is wanted here"},
		{"transfer: 1.5\notherwise: a", "6:15 wrong-form: a telephone number such as +15005550100, sip:user@host or client:name is wanted here, not a number"},

		// Numbers, times, words.
		{"goto: a\nmax: x", "7:10 wrong-form: a whole number is wanted here, not a text"},
		{"goto: a\nmax: 0x10", "7:10 wrong-form: a whole number is wanted here"},
		{"goto: a\nmax: 010", "7:10 wrong-form: a whole number is wanted here"},
		{"goto: a\nmax: \"2\"", "7:10 wrong-form: a whole number is wanted here, not a text"},
		{"goto: a\nmax: 1e3", "7:10 wrong-form: a whole number is wanted here, not a number"},
		{"goto: a\nmax: 99999999999999999999", "7:10 wrong-form: a whole number from -1000000000 to 1000000000 is wanted here"},
		{"queue: q\nmax_wait: 10", "7:15 wrong-form: a time with its unit, such as 10s, 3m or 1m30s, is wanted here, not a number"},
		{"queue: q\nmax_wait: 1.5s", "7:15 wrong-form: a time with its unit, such as 10s, 3m or 1m30s, is wanted here"},
		{"reject: bussy", `6:13 wrong-form: one of rejected, busy is wanted here; did you mean "busy"?`},
		{"language: x\noffers: {1: en}\nremember: yes\nto: a", "8:15 wrong-form: true or false is wanted here, not a text"},

		// Expressions.
		{"set: {x: 1 +}\nto: a", "6:14 wrong-value: not an expression: character 4: a value is missing here: a variable, a number, a text in quotes, a date such as 2026-03-02, true or false"},
		{"branch: []\nelse: a", "6:13 wrong-form: the list is empty"},
	} {
		if got := faults(t, inFrame(c.node)); got != c.want {
			t.Errorf("%s\ngot  %s\nwant %s", c.node, got, c.want)
		}
	}
}

func TestFaultsOfFlows(t *testing.T) {
	const fine = "name: x\nstart: a\nnodes: {a: {hangup: x}}\n"
	for _, c := range []struct{ content, want string }{
		{"", "1:1 missing-key: there is nothing in the file: a flow needs the keys name, start and nodes"},
		{"# nothing\n", "1:1 missing-key: there is nothing in the file: a flow needs the keys name, start and nodes"},
		{"- a", "1:1 wrong-form: keys with values is wanted here, not a list"},
		{"name: x\nstart: a", `1:1 missing-key: a flow needs the key "nodes": the steps of the line`},
		{fine + "nods: {}", `4:1 unknown-key: a flow has no key "nods"; did you mean "nodes"?`},
		{"name: x\nstart: a\nnodes: {}", "3:8 wrong-form: there must be at least one key here"},
		{"name: x\nstart: a\nnodes: {A: {hangup: x}}", "3:9 wrong-form: the name of a node is wanted as the key here"},
		{"name: x\nstart: a\nnodes: {~: {hangup: x}}", "3:9 wrong-form: a key is wanted here: one word"},
		{"name: x\nstart: a\nnodes: {[a]: {hangup: x}}", "3:9 wrong-form: a key is wanted here: one word"},
		{fine + "vars: {v: {type: number, default: x}}", "4:35 wrong-value: the default of a number is wanted here: not a number between -1000000000000000 and 1000000000000000"},
		{fine + "vars: {v: {type: date, default: 2026-02-30}}", "4:33 wrong-value: the default of a date is wanted here: not a date such as 2026-03-02"},
		{fine + "vars: {v: txt}", `4:11 wrong-form: one of text, number, bool, date is wanted here; did you mean "text"?`},
		{fine + "vars: {V: text}", "4:8 wrong-form: the name of a variable is wanted as the key here"},
		{fine + "keys: {1: operator}", "4:11 wrong-form: repeat, back, or {operator: NODE} is wanted here"},
		{fine + "keys: {10: repeat}", `4:8 wrong-form: a key of the telephone ("*" and "#" in quotes), or a name for what can only be said, is wanted as the key here`},
		{fine + "languages: {EN: en-US}", "4:13 wrong-form: the name of a language, such as en, is wanted as the key here"},
		{fine + "schedules: {s: {week: {mon: 8-9}}}", `4:16 missing-key: a schedule needs the key "zone": the time zone, such as America/New_York` + "\n" +
			"4:29 wrong-form: a time or several, such as 08:00-12:00, 13:00-17:00, is wanted here"},
		{fine + "schedules: {s: {zone: UTC, week: {monday: 08:00-09:00}}}", "4:35 wrong-form: a day or several, such as mon-fri or sat,sun, is wanted as the key here"},
		{fine + "schedules: {s: {zone: UTC, week: {mon: 08:00-25:00}}}", "4:40 wrong-value: 25:00 is no time of the day: write it from 00:00 to 24:00"},
		{fine + "schedules: {s: {zone: UTC, holidays: {02-30: x}}}", "4:39 wrong-value: 02-30 is no day of the calendar"},
		{fine + "schedules: {s: {zone: UTC, exceptions: {2027-02-29: closed}}}", "4:41 wrong-value: 2027-02-29 is no day of the calendar"},

		// What is not YAML, with the cause that is likely.
		{"name: x: y", `1:8 not-yaml: mapping values are not allowed in this context; a text that holds ": " must stand in quotes`},
		{"keys:\n  *: back", `2:3 not-yaml: while scanning an alias: did not find expected alphabetic or numeric character; the key "*" must stand in quotes`},
		{"keys:\n\t0: back", "2:1 not-yaml: while scanning for the next token: found character that cannot start any token; indent with spaces, and put a text that begins with a sign in quotes"},
		{fine + "---\n" + fine, "4:1 not-yaml: a second document begins here; one file holds one"},
		{strings.Repeat("#", strictyaml.MaxSize+1), "0:0 not-yaml: more than 1048576 bytes"},
	} {
		if got := faults(t, c.content); got != c.want {
			t.Errorf("%.200s\ngot  %s\nwant %s", c.content, got, c.want)
		}
	}
}

// Everything that is wrong is reported at once, in the order of the file.
func TestAllFaultsAtOnce(t *testing.T) {
	got := faults(t, "start: 1\nnam: x\nnodes:\n  a: {say: 1}\n  b: {hangup: x, to: b}\n")
	var places []string
	for line := range strings.SplitSeq(got, "\n") {
		place, _, _ := strings.Cut(line, ":"+" ")
		places = append(places, place)
	}
	want := []string{"1:1 missing-key", "1:8 wrong-form", "2:1 unknown-key", "4:6 missing-key", "4:12 wrong-form", "5:18 unknown-key"}
	if strings.Join(places, ", ") != strings.Join(want, ", ") {
		t.Errorf("got %q", places)
	}
}

// What is a comment, and meant as one, is fine.
func TestComments(t *testing.T) {
	const content = `# A flow.
name: x # the name
start: a
exhausted: a
nodes:
  # The menu.
  a:
    # What is said.
    menu: "Press 1 or # to end"
    options: # the choices
      1: a # again
      # The key #.
      "#": a
`
	if got := faults(t, content); got != "" {
		t.Error(got)
	}
}
