package ivr_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/callgate/callgate/ivr"
)

// A finding has the place that the source gives for its node and field.
func TestFindingsHavePlaces(t *testing.T) {
	f := clinic()
	f.Locate = func(node, field string) ivr.Pos {
		if node == "main" && field == "options.1.to" {
			return ivr.Pos{File: "clinic.yaml", Line: 12, Col: 9}
		}
		return ivr.Pos{File: "clinic.yaml", Line: 1}
	}
	f.Nodes[1].Do.(*ivr.Menu).Options[1].To = "infos"
	_, err := ivr.Compile(f)
	var problems ivr.Problems
	if !errors.As(err, &problems) || len(problems) != 1 {
		t.Fatalf("got %v", err)
	}
	const want = `clinic.yaml:12:9: error: undefined-target: there is no node "infos" in the flow: did you mean info?`
	if err.Error() != want {
		t.Errorf("got  %s\nwant %s", err, want)
	}
	written, err := json.Marshal(problems[0])
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"rule":"undefined-target","severity":"error","node":"main","field":"options.1.to","pos":{"file":"clinic.yaml","line":12,"col":9},"message":"there is no node \"infos\" in the flow: did you mean info?"}`; string(written) != want {
		t.Errorf("got  %s\nwant %s", written, want)
	}
}

func TestFindingWithoutSource(t *testing.T) {
	f := clinic()
	do[ivr.Menu](f, "main").Ask.OnNoMatch = "main"
	got := ivr.Check(f, monday).Findings[0].Error()
	const want = "error: wrong-caller: a caller who is never understood goes round main for ever: end it after some attempts (node main); way: hours →open→ main →nomatch→ main"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// All faults are reported at once, in the order of the source.
func TestCompileReportsEverything(t *testing.T) {
	f := clinic()
	f.Exhausted = "dsk"
	f.Nodes = append(f.Nodes, ivr.Node{ID: "x"})
	do[ivr.Menu](f, "main").Options[0].To = ""
	do[ivr.Collect](f, "code").Into = ""
	_, err := ivr.Compile(f)
	var problems ivr.Problems
	if !errors.As(err, &problems) {
		t.Fatal(err)
	}
	var rules []string
	for _, p := range problems {
		rules = append(rules, string(p.Rule)+" "+p.Node)
	}
	want := []string{"undefined-target ", "missing-exit main", "undefined-name code", "invalid-value x"}
	if diff := cmp.Diff(want, rules); diff != "" {
		t.Error(diff)
	}
}

func TestOutline(t *testing.T) {
	var got []string
	for _, n := range mustCompile(t, subflowLine()).Outline() {
		line := n.Name + " " + string(n.Kind)
		if n.Asks {
			line += " asks"
		}
		for _, e := range n.Exits {
			line += "; " + e.Label + " " + string(e.Cause) + " " + e.To
			if e.Global {
				line += " (global)"
			}
		}
		got = append(got, line)
	}
	want := []string{
		"first call; next flow second",
		"second call; next flow end",
		"end hangup; hangup flow ",
		"bye hangup; hangup flow ",
		"ask/in set; next flow ask/enter",
		"ask/enter collect asks; noinput silence ask/in; exhausted wrong bye (global); ok caller return; key 0 caller bye (global)",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestBounds works the bounds of a small line out by hand.
func TestBounds(t *testing.T) {
	f := lineOf(&ivr.Menu{
		Ask:     ivr.Ask{Prompt: ivr.Prompt{"": {{File: "menu.mp3", Seconds: 20}}}, Timeout: 7, Attempts: 2},
		Options: []ivr.Option{{Key: "1", To: "bye"}},
	})
	f.Nodes[1].Do = &ivr.Transfer{Targets: []ivr.Target{{Number: "+15550100003"}, {Number: "+15550100004"}}, Timeout: 30, Otherwise: "bye"}
	f.Nodes[2].Do = &ivr.Hangup{Prompt: ivr.Prompt{"": {{File: "bye.mp3", Seconds: 3}}}}
	r := ivr.Check(f, monday)
	// Two questions of 20 s and 7 s of silence each, two targets that ring 30 s and the
	// 5 s that carriers add, and the goodbye.
	if want := 2*(20+7) + 2*(30+5) + 3; r.Bounds.SilentSeconds != want {
		t.Errorf("%d seconds, want %d", r.Bounds.SilentSeconds, want)
	}
	// Two questions, two dials, one goodbye.
	if want := 2 + 2 + 1; r.Bounds.Documents != want {
		t.Errorf("%d documents, want %d", r.Bounds.Documents, want)
	}
	if r.Bounds.Endless {
		t.Error("no bound")
	}
	f.Nodes[2].Do = &ivr.Queue{Name: "q", Error: "desk"}
	if r := ivr.Check(f, monday); !r.Bounds.Endless {
		t.Error("a queue without max_wait has a bound")
	}
}

// A goto with max repeats what follows it so many times.
func TestBoundsOfLoops(t *testing.T) {
	f := lineOf(&ivr.Say{Prompt: ivr.Prompt{"": {{File: "x.mp3", Seconds: 10}}}, To: "again"},
		ivr.Node{ID: "again", Do: &ivr.Goto{To: "it", Max: 3, Otherwise: "bye"}})
	f.Exhausted = ""
	f.Nodes[3].Do = &ivr.Hangup{}
	f.Nodes = append(f.Nodes[:2:2], f.Nodes[3])
	r := ivr.Check(f, monday)
	if len(r.Findings) > 0 || r.Bounds.SilentSeconds != 40 || r.Bounds.Documents != 1 {
		t.Errorf("%v, %+v", r.Findings, r.Bounds)
	}
}

func TestTexts(t *testing.T) {
	for in, want := range map[string]string{
		"{{braces}} and {b}":       "{braces} and 7",
		"{b|digits}{a|digits}":     "7a b",
		"{a}{a}":                   "abab",
		"}":                        "a brace closes that was not opened",
		"{":                        "is not closed",
		"{}":                       "the name of a variable",
		"{a|upper}":                `"upper" is no filter`,
		"{A}":                      "the name of a variable",
		"\x00":                     "characters that XML forbids",
		"{a} < & > \" ' {call.to}": "ab < & > \" ' +15550199999",
	} {
		f := lineOf(&ivr.Set{Assign: assign("a", "'ab'", "b", "7"), To: "text"}, say("text", in, "bye"))
		f.Vars = []ivr.Var{text("a"), number("b")}
		if _, err := ivr.Compile(f); err != nil {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%q: %v", in, err)
			}
			continue
		}
		newCall(t, f).dial().hears(want + " Goodbye.")
	}
}

// What a variable holds is text, also in markup.
func TestMarkupIsNotOpenedByValues(t *testing.T) {
	f := lineOf(&ivr.Say{Prompt: ivr.Prompt{"": {{Markup: `<emphasis level="strong">{call.from}</emphasis>`}}}, To: "bye"})
	c := newCall(t, f)
	c.params.Set("From", `</emphasis><break time="10s"/>&amp;`)
	c.dial()
	if !strings.Contains(c.doc, `<emphasis level="strong">&lt;/emphasis&gt;&lt;break time="10s"/&gt;&amp;amp;</emphasis>`) {
		t.Errorf("got %s", c.shown())
	}
	for _, bad := range []string{"<p>", "<blink>x</blink>", "</Say><Hangup/><Say>x"} {
		f.Nodes[0].Do.(*ivr.Say).Prompt = ivr.Prompt{"": {{Markup: bad}}}
		if _, err := ivr.Compile(f); err == nil {
			t.Errorf("%q is taken for markup", bad)
		}
	}
}

// Values from outside that no document could hold are cut out.
func TestForbiddenCharactersFromOutside(t *testing.T) {
	f := collectLine(text("x"), &ivr.Collect{Speech: &ivr.Speech{}})
	newCall(t, f).dial().speak("a\x00b\uFFFEc\U0001F600").hears("It is abc\U0001F600.")
	g := lineOf(&ivr.Hangup{Prompt: ivr.Speak("{call.from}.")})
	c := newCall(t, g)
	c.params.Set("From", "sip:\x01a\xff\u0085@x")
	c.dial().hears("sip:a@x.")
}
