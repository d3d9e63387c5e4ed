package ivr_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/callgate/callgate/ivr"
	"github.com/callgate/callgate/ivr/expr"
)

func sealer(t testing.TB, secrets ...string) *ivr.Sealer {
	t.Helper()
	var raw [][]byte
	for _, s := range secrets {
		raw = append(raw, []byte(s))
	}
	s, err := ivr.NewSealer(raw...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// open opens the token of a call's last document as a server would, and says why not.
func open(c *call, s *ivr.Sealer, token string, leg ivr.Leg, now time.Time) string {
	_, _, err := s.Open(token, leg, now)
	if err == nil {
		return "opens"
	}
	return stateReason(err)
}

func TestWhichTokensOpen(t *testing.T) {
	c := newCall(t, transferLine(&ivr.Transfer{
		Targets: []ivr.Target{{Number: "+15550100003"}}, Whisper: ivr.Speak("Hello."), Otherwise: "none",
	})).dial()
	own := ivr.Leg{CallSid: callSid}
	token, whisper := c.token(ivr.Dialled), c.token(ivr.Whisper)
	for _, k := range []struct {
		name   string
		sealer *ivr.Sealer
		token  string
		leg    ivr.Leg
		after  time.Duration
		want   string
	}{
		{"as made", c.sealer, token, own, 0, "opens"},
		{"after a day", c.sealer, token, own, 24 * time.Hour, "opens"},
		{"by a slow clock", c.sealer, token, own, -time.Hour, "opens"},
		{"older than a call can be", c.sealer, token, own, 27 * time.Hour, "expired"},
		{"from the future", c.sealer, token, own, -4 * time.Hour, "expired"},
		{"of another call", c.sealer, token, ivr.Leg{CallSid: "CA2"}, 0, "not-sealed"},
		{"after a rotation", sealer(t, "new", "token"), token, own, 0, "opens"},
		{"without the key", sealer(t, "new"), token, own, 0, "not-sealed"},
		{"as another event", c.sealer, "q" + token[1:], own, 0, "opens"}, // Step refuses it
		{"of no event", c.sealer, "z" + token[1:], own, 0, "not-sealed"},
		{"of the first event", c.sealer, "s" + token[1:], own, 0, "not-sealed"},
		{"empty", c.sealer, "", own, 0, "not-sealed"},
		{"kind alone", c.sealer, "i", own, 0, "not-sealed"},
		{"cut", c.sealer, token[:len(token)-1], own, 0, "not-sealed"},
		{"longer", c.sealer, token + "A", own, 0, "not-sealed"},
		{"huge", c.sealer, "i" + strings.Repeat("A", ivr.MaxToken), own, 0, "not-sealed"},
		{"whisper", c.sealer, whisper, ivr.Leg{CallSid: "CA9", ParentCallSid: callSid}, 0, "opens"},
		{"whisper without a parent", c.sealer, whisper, ivr.Leg{CallSid: "CA9"}, 0, "opens"},
		{"whisper of another parent", c.sealer, whisper, ivr.Leg{CallSid: "CA9", ParentCallSid: "CA8"}, 0, "not-sealed"},
		{"whisper as the caller's", c.sealer, "d" + whisper[1:], own, 0, "not-sealed"},
		{"the caller's as whisper", c.sealer, "h" + token[1:], own, 0, "not-sealed"},
	} {
		if got := open(c, k.sealer, k.token, k.leg, monday.Add(k.after)); got != k.want {
			t.Errorf("%s: %s, want %s", k.name, got, k.want)
		}
	}
}

// A repeated webhook comes later than the first, and gets the same document.
func TestRepeatedStepsAreEqual(t *testing.T) {
	c := newCall(t, menuLine()).dial()
	first := c.doc
	s, _, err := c.sealer.Open(c.token(ivr.Input), ivr.Leg{CallSid: callSid}, c.now)
	if err != nil {
		t.Fatal(err)
	}
	c.now = c.now.Add(30 * time.Second)
	c.step(ivr.State{}, ivr.Start, nil)
	if c.doc != first {
		t.Errorf("the first step differs:\n%s\n%s", first, c.doc)
	}
	c.step(s, ivr.Input, url.Values{"Digits": {"7"}})
	first = c.doc
	c.now = c.now.Add(30 * time.Minute)
	c.step(s, ivr.Input, url.Values{"Digits": {"7"}})
	if c.doc != first {
		t.Errorf("the second step differs:\n%s\n%s", first, c.doc)
	}
}

// Every value survives in the URL, and the state that a step began with is not changed.
func TestStatesCarryValues(t *testing.T) {
	values := map[string]expr.Value{
		"a": expr.TextValue("Zoë & <co>"), "b": expr.NumberValue(-3), "c": expr.NumberValue(0.125), "d": expr.BoolValue(true),
		"e": expr.BoolValue(false), "f": expr.NumberValue(1e15), "g": expr.TextValue(""),
	}
	for i, d := range []string{"0001-01-01", "1969-12-31", "2026-03-02", "9999-12-31"} {
		v, err := expr.ParseDate(d)
		if err != nil {
			t.Fatal(err)
		}
		values[string(rune('h'+i))] = v
	}
	f := lineOf(&ivr.Menu{Ask: ivr.Ask{Prompt: ivr.Speak("?")}, Options: []ivr.Option{{Key: "1", To: "set"}}},
		ivr.Node{ID: "set", Do: &ivr.Set{To: "again"}},
		ivr.Node{ID: "again", Do: &ivr.Menu{
			Ask:     ivr.Ask{Prompt: ivr.Speak("{a}|{b}|{c}|{d}|{e}|{f}|{g}|{h}|{i}|{j}|{k}")},
			Options: []ivr.Option{{Key: "1", To: "it"}},
		}})
	set := f.Nodes[1].Do.(*ivr.Set)
	for _, name := range strings.Split("abcdefghijk", "") {
		f.Vars = append(f.Vars, ivr.Var{Name: name, Type: values[name].Type()})
		set.Assign = append(set.Assign, ivr.Assign{Var: name, Value: expr.Literal(values[name])})
	}
	c := newCall(t, f).dial()
	before := c.answer.State
	c.press("1").silent().hears("Zoë & <co>|-3|0.125|true|false|1000000000000000||0001-01-01|1969-12-31|2026-03-02|9999-12-31")
	if before.Step() != 1 || c.answer.State.Step() != 3 {
		t.Errorf("steps %d and %d", before.Step(), c.answer.State.Step())
	}
}

func TestStepRefusesStatesOfOtherPrograms(t *testing.T) {
	c := newCall(t, menuLine()).dial()
	old := c.answer.State
	f := menuLine()
	f.Nodes[0].Do.(*ivr.Menu).Ask.Prompt = ivr.Speak("Something new.")
	c.program = mustCompile(t, f)
	if _, err := c.try(old, ivr.Silence, nil); stateReason(err) != "other-version" {
		t.Errorf("another version: %v", err)
	}
	if _, err := c.try(ivr.State{}, ivr.Silence, nil); stateReason(err) != "other-version" {
		t.Errorf("no state: %v", err)
	}
}

func TestStepRefusesEventsThatCannotBe(t *testing.T) {
	kinds := []ivr.EventKind{
		ivr.Input, ivr.Silence, ivr.Dialled, ivr.Queued, ivr.Waiting, ivr.WaitKey, ivr.Recorded, ivr.Saved, ivr.Poll, ivr.Whisper, ivr.Accept,
	}
	for name, k := range map[string]struct {
		flow  *ivr.Flow
		kinds string
	}{
		"menu":      {menuLine(), "in"},
		"collect":   {collectLine(text("x"), &ivr.Collect{Digits: &ivr.Digits{Max: 3}}), "in"},
		"transfer":  {transferLine(&ivr.Transfer{Targets: []ivr.Target{{Number: "+15550100003"}}, Otherwise: "none"}), "dha"},
		"queue":     {queueLine(), "qwk"},
		"voicemail": {voicemailLine(), "nrv"},
		"callback":  {callbackLineWithNote(), "in"},
		"language":  {languageLine(), "in"},
	} {
		c := newCall(t, k.flow).dial()
		for _, kind := range kinds {
			_, err := c.program.Step(c.site, c.answer.State, &ivr.Event{Kind: kind, CallSid: callSid, Params: url.Values{}, Now: monday})
			var se *ivr.StateError
			if refused := errors.As(err, &se) && se.Reason == ivr.Misplaced; refused == strings.ContainsRune(k.kinds, rune(kind)) {
				t.Errorf("%s: event %c: %v", name, kind, err)
			}
		}
	}
}

func callbackLineWithNote() *ivr.Flow {
	f := callbackLine()
	f.Vars = []ivr.Var{{Name: "what", Type: expr.Text, Default: expr.TextValue("tea")}}
	return f
}

func TestRestart(t *testing.T) {
	f := menuLine()
	f.Lost = ivr.Speak("Sorry, we begin again.")
	c := newCall(t, f)
	for kind, want := range map[ivr.EventKind]string{
		ivr.Input:   "Sorry, we begin again.",
		ivr.Poll:    "Sorry, we begin again.",
		ivr.Dialled: "Sorry, we begin again.",
		ivr.Waiting: "<Leave/>",
		ivr.WaitKey: "<Leave/>",
		ivr.Whisper: "<Response/>",
		ivr.Accept:  "<Response/>",
	} {
		answer, err := c.program.Restart(c.site, &ivr.Event{Kind: kind, CallSid: callSid, Params: c.params, Now: monday})
		if err != nil {
			t.Fatal(err)
		}
		body, err := answer.Document.Bytes()
		if err != nil || !strings.Contains(string(body), want) {
			t.Errorf("event %c: %s, %v", kind, body, err)
		}
	}
	answer, err := c.program.Restart(c.site, &ivr.Event{Kind: ivr.Saved, CallSid: callSid, Params: c.params, Now: monday})
	if err != nil || answer.Document != nil {
		t.Errorf("a status callback gets a document: %v, %v", answer.Document, err)
	}
}

// The caller is gone: nothing more is dialled, recorded or asked.
func TestEventsAfterTheCall(t *testing.T) {
	f := transferLine(&ivr.Transfer{Targets: []ivr.Target{{Number: "+15550100003"}, {Number: "+15550100004"}}, Otherwise: "none"})
	c := newCall(t, f).dial()
	c.params.Set("CallStatus", "completed")
	c.follow(ivr.Dialled, "DialCallStatus", "canceled").at("")
	if strings.Contains(c.doc, "Dial") {
		t.Errorf("goes on dialling: %s", c.doc)
	}
}

func TestVersionsAreOfTheContent(t *testing.T) {
	versions := map[ivr.Version]string{mustCompile(t, menuLine()).Version(): "as it was"}
	if v := mustCompile(t, menuLine()).Version(); versions[v] == "" {
		t.Error("equal flows have different versions")
	}
	for name, change := range map[string]func(*ivr.Flow){
		"prompt":   func(f *ivr.Flow) { f.Nodes[0].Do.(*ivr.Menu).Ask.Prompt = ivr.Speak("?") },
		"target":   func(f *ivr.Flow) { f.Nodes[0].Do.(*ivr.Menu).Options[0].To = "support" },
		"attempts": func(f *ivr.Flow) { f.Nodes[0].Do.(*ivr.Menu).Ask.Attempts = 2 },
		"order":    func(f *ivr.Flow) { f.Nodes[1], f.Nodes[2] = f.Nodes[2], f.Nodes[1] },
		"kind":     func(f *ivr.Flow) { f.Nodes[1].Do = &ivr.Goto{To: "support"} },
		"variable": func(f *ivr.Flow) { f.Vars = []ivr.Var{text("x")} },
		"condition": func(f *ivr.Flow) {
			f.Nodes[1].Do = &ivr.Branch{Cases: []ivr.Case{{When: expr.Must("call.from == 'x'"), To: "support"}}, Else: "support"}
		},
		"other condition": func(f *ivr.Flow) {
			f.Nodes[1].Do = &ivr.Branch{Cases: []ivr.Case{{When: expr.Must("call.from == 'y'"), To: "support"}}, Else: "support"}
		},
	} {
		f := menuLine()
		change(f)
		v := mustCompile(t, f).Version()
		if other, dup := versions[v]; dup {
			t.Errorf("%s: the version of %s", name, other)
		}
		versions[v] = name
	}
	f := menuLine()
	f.Locate = func(string, string) ivr.Pos { return ivr.Pos{Line: 7} }
	if versions[mustCompile(t, f).Version()] != "as it was" {
		t.Error("where a flow was read changes its version")
	}
}

func TestStatesTooLargeForAURL(t *testing.T) {
	f := collectLine(ivr.Var{Name: "x", Type: expr.Text, Max: 1000}, &ivr.Collect{Speech: &ivr.Speech{}})
	f.Vars = append(f.Vars, ivr.Var{Name: "y", Type: expr.Text, Max: 1000})
	f.Nodes[1] = ivr.Node{ID: "read", Do: &ivr.Set{Assign: []ivr.Assign{{Var: "y", Value: expr.Must("x")}}, To: "again"}}
	f.Nodes = append(f.Nodes, ivr.Node{ID: "again", Do: &ivr.Menu{Ask: ivr.Ask{Prompt: ivr.Speak("?")}, Options: []ivr.Option{{Key: "1", To: "bye"}}}})
	c := newCall(t, f).dial()
	s := c.answer.State
	if _, err := c.try(s, ivr.Input, url.Values{"SpeechResult": {strings.Repeat("a", 999)}}); stateReason(err) != "too-large" {
		t.Errorf("two thousand bytes: %v", err)
	}
}

func TestNewSiteReportsEverything(t *testing.T) {
	_, err := ivr.NewSite(ivr.SiteConfig{URL: "ivr.example.org", Status: "https://x/?a=b", Media: "https://x/media"})
	for _, want := range []string{"URL:", "Status:", "Media:", "Sealer:"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s is not in %v", want, err)
		}
	}
}

// FuzzOpen opens tokens of any bytes: it never panics, and what opens is a token
// that was sealed, in the one spelling that it has.
func FuzzOpen(f *testing.F) {
	c := newCall(f, menuLine()).dial()
	token := c.token(ivr.Input)
	f.Add(token)
	f.Add("")
	f.Add("i")
	f.Fuzz(func(t *testing.T, s string) {
		st, kind, err := c.sealer.Open(s, ivr.Leg{CallSid: callSid}, monday)
		if err != nil {
			return
		}
		if s[1:] != token[1:] {
			t.Fatalf("%q opens", s)
		}
		answer, err := c.program.Step(c.site, st, &ivr.Event{Kind: kind, CallSid: callSid, Params: c.params, Now: monday})
		if err == nil && answer.Document == nil {
			t.Fatal("no document and no error")
		}
	})
}
