package ivr_test

import (
	"fmt"

	"pgregory.net/rapid"

	"github.com/callgate/callgate/ivr"
	"github.com/callgate/callgate/ivr/expr"
	"github.com/callgate/callgate/twiml"
)

// watched is an expression that reports variables that have no value.
type watched struct {
	expr.Expr
	fail func(format string, args ...any)
}

func (w watched) String() string { return fmt.Sprint(w.Expr) }

func (w watched) Eval(values expr.Values) expr.Value {
	return w.Expr.Eval(func(name string) expr.Value {
		v := values(name)
		if v.Type() == 0 {
			w.fail("%s is read and has no value", name)
		}
		return v
	})
}

// drawFlow makes a flow of some nodes, whose exits lead anywhere. Many are bad lines.
func drawFlow(t *rapid.T) *ivr.Flow {
	f := &ivr.Flow{
		Start: "n0", Exhausted: "end", OnError: "end",
		Vars:      []ivr.Var{text("a"), {Name: "b", Type: expr.Number, Default: expr.NumberValue(1)}, date("c")},
		MaxSteps:  1000,
		Profile:   rapid.SampledFrom(twiml.Profiles()).Draw(t, "profile"),
		Schedules: []ivr.Schedule{{Name: "s", Zone: "Europe/Paris"}},
		Languages: []ivr.Language{{Name: "en", Locale: "en-US"}, {Name: "fr", Locale: "fr-FR"}},
		Keys:      []ivr.GlobalKey{{Key: "0", Do: ivr.Operator, To: "end"}, {Key: "*", Do: ivr.Back}, {Key: "9", Do: ivr.Repeat}},
	}
	if rapid.IntRange(0, 3).Draw(t, "spoken commands") == 0 {
		f.Confidence = 0.5
		f.Keys[0].Words = map[string][]string{"en": {"operator"}, "fr": {"quelqu'un"}}
		f.Keys = append(f.Keys, ivr.GlobalKey{Label: "more", Do: ivr.Repeat, Words: map[string][]string{"en": {"once more"}}})
	}
	main := rapid.IntRange(1, 8).Draw(t, "nodes")
	sub := rapid.IntRange(0, 4).Draw(t, "subflow nodes")
	for i := range main {
		f.Nodes = append(f.Nodes, ivr.Node{ID: fmt.Sprintf("n%d", i), Do: drawAction(t, main, sub > 0, "end")})
	}
	f.Nodes = append(f.Nodes, hangup("end", "Goodbye."))
	if sub > 0 {
		s := ivr.Subflow{Name: "sub", Start: "n0", Vars: []ivr.Var{text("a"), {Name: "b", Type: expr.Number, Default: expr.NumberValue(2)}, date("c")}, Inputs: []string{"a"}, Outputs: []string{"b", "c"}}
		for i := range sub {
			s.Nodes = append(s.Nodes, ivr.Node{ID: fmt.Sprintf("n%d", i), Do: drawAction(t, sub, false, ivr.Return)})
		}
		f.Subflows = []ivr.Subflow{s}
	}
	return f
}

// drawAction makes a node. Exits lead to one of n nodes, or to last.
func drawAction(t *rapid.T, n int, calls bool, last string) ivr.Action {
	to := func() string {
		if i := rapid.IntRange(0, n+1).Draw(t, "to"); i < n {
			return fmt.Sprintf("n%d", i)
		}
		return last
	}
	maybe := func() string {
		if rapid.Bool().Draw(t, "given") {
			return to()
		}
		return ""
	}
	prompt := ivr.Speak(rapid.SampledFrom([]string{"Hello.", "It is {b}.", "{a} & <co>", "{c}", "{call.from|digits}"}).Draw(t, "text"))
	ask := ivr.Ask{Prompt: prompt, OnNoInput: maybe(), OnNoMatch: maybe(), Attempts: rapid.IntRange(1, 3).Draw(t, "attempts")}
	kinds := 15
	if calls {
		kinds++
	}
	switch rapid.IntRange(0, kinds).Draw(t, "kind") {
	case 0, 1:
		return &ivr.Menu{Ask: ask, Options: []ivr.Option{{Key: "1", To: to()}, {Key: "2", To: to(), Words: map[string][]string{"en": {"yes"}}}}}
	case 2:
		return &ivr.Collect{Ask: ask, Digits: &ivr.Digits{Max: 4}, Into: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "into"), To: to(), OnInvalid: maybe()}
	case 3:
		return &ivr.Collect{Ask: ask, Digits: &ivr.Digits{Date: &ivr.DateRule{Layout: "DDMM"}}, Into: "c", To: to(), Confirm: &ivr.Confirm{Prompt: ivr.Speak("{c}?")}}
	case 4:
		return &ivr.Say{Prompt: prompt, To: to()}
	case 5:
		return &ivr.Branch{Cases: []ivr.Case{{When: watched{expr.Must("b > 1"), t.Fatalf}, To: to()}, {When: watched{expr.Must("a == '1'"), t.Fatalf}, To: to()}}, Else: to()}
	case 6:
		return &ivr.Set{Assign: []ivr.Assign{{Var: "b", Value: watched{expr.Must("b + 1"), t.Fatalf}}, {Var: "a", Value: expr.Must("'x'")}}, To: to()}
	case 7:
		return &ivr.Goto{To: to(), Max: rapid.IntRange(1, 3).Draw(t, "max"), Otherwise: to()}
	case 8:
		return &ivr.Hours{Schedule: "s", Open: to(), Closed: to()}
	case 9:
		return &ivr.Transfer{Targets: []ivr.Target{{Number: "+15550100003"}, {Number: "{call.to}"}, {Client: "ann"}}, Whisper: ivr.Speak("Hm."), Answered: maybe(), Otherwise: to()}
	case 10:
		return &ivr.Queue{Name: "q", MaxWait: 60, Timeout: to(), LeaveKey: "1", Left: to(), Bridged: maybe()}
	case 11:
		return &ivr.Voicemail{Greeting: prompt, Recorded: to(), Empty: maybe()}
	case 12:
		filler := ivr.Speak("Wait.")
		if rapid.Bool().Draw(t, "no filler") {
			filler = nil
		}
		return &ivr.HTTP{URL: "https://example.org/{b}", Outputs: []ivr.Output{{Path: "a", Into: "a"}}, Filler: filler, Polls: rapid.IntRange(0, 3).Draw(t, "polls"), OK: to(), Error: to(), Timedout: maybe()}
	case 13:
		b := &ivr.Callback{Ask: ask, Confirm: ivr.Speak("{callback.number}?"), Country: "1", Booked: to(), Declined: to()}
		if rapid.Bool().Draw(t, "slots") {
			b.Slots = &ivr.Slots{Prompt: ivr.Speak("When? Morning, 1. The {b}, 2."), Choices: []ivr.Slot{{Key: "1", Value: "morning"}, {Key: "2", Value: "{b}"}}}
		}
		return b
	case 14:
		return &ivr.Collect{Ask: ask, Speech: &ivr.Speech{}, Into: "a", To: to(), Confirm: &ivr.Confirm{Prompt: ivr.Speak("{a}?"), Below: 0.8}}
	case 15:
		return &ivr.ChooseLanguage{Ask: ask, Offers: []ivr.Offer{{Language: "en", Key: "1"}, {Language: "fr", Key: "2"}}, To: to(), Default: "fr"}
	default:
		return &ivr.Call{Subflow: "sub", In: map[string]expr.Expr{"a": expr.Must("'in'")}, Out: map[string]string{"c": "c"}, To: to()}
	}
}
