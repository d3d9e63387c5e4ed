package ivr_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/callgate/callgate/ivr"
	"github.com/callgate/callgate/ivr/expr"
)

func lookupLine() *ivr.Flow {
	f := lineOf(&ivr.HTTP{
		Method:  "POST",
		URL:     "https://crm.example.org/callers/{call.from}?code={code}",
		Headers: []ivr.Header{{Name: "X-Line", Value: "line {call.to}"}, {Name: "Authorization", Secret: "crm"}},
		JSON:    map[string]expr.Expr{"code": expr.Must("code"), "age": expr.Must("age + 1"), "new": expr.Must("age > 5")},
		Outputs: []ivr.Output{
			{Path: "person.name", Into: "name"},
			{Path: "slots.0.day", Into: "day"},
			{Path: "score", Into: "score"},
			{Path: "vip", Into: "vip", Optional: true},
		},
		Filler: ivr.Speak("One moment."), Polls: 2,
		OK: "found", Statuses: map[int]string{404: "unknown"}, Error: "failed", Timedout: "slow",
	}, hangup("found", "{name}, {day}, {score}, {vip}."), hangup("unknown", "Unknown."), hangup("failed", "Failed."), hangup("slow", "Slow."))
	f.Vars = []ivr.Var{
		{Name: "code", Type: expr.Text, Default: expr.TextValue("a&b/../é")},
		{Name: "age", Type: expr.Number, Default: expr.NumberValue(7)},
		{Name: "name", Type: expr.Text, Max: 10}, {Name: "day", Type: expr.Date}, {Name: "score", Type: expr.Number},
		{Name: "vip", Type: expr.Bool, Default: expr.BoolValue(false)},
	}
	return f
}

const found = `{"person": {"name": "Ann"}, "slots": [{"day": "2026-03-05"}], "score": 1.5, "vip": true}`

// lookup makes the call with an answer to the look-up.
func lookup(t *testing.T, r ivr.Result) *call {
	c := newCall(t, lookupLine())
	c.results[callSid+":0"] = r
	return c.dial()
}

func TestLookupRequest(t *testing.T) {
	c := lookup(t, ivr.Result{Status: 200, Body: []byte(found)})
	want := &ivr.Lookup{
		Key: callSid + ":0", Node: "it", Method: "POST",
		URL:     "https://crm.example.org/callers/%2B15550100001?code=a%26b%2F%2E%2E%2F%C3%A9",
		Headers: []ivr.Header{{Name: "X-Line", Value: "line +15550199999"}, {Name: "Authorization", Secret: "crm"}},
		Body:    []byte(`{"age":8,"code":"a\u0026b/../é","new":true}`),
		Timeout: 5 * time.Second,
	}
	if diff := cmp.Diff(ivr.Effect(want), c.effects[0]); diff != "" {
		t.Error(diff)
	}
	c.hears("Ann, 2026-03-05, 1.5, true.").trail("it →ok→ found →hangup→ (end)")
}

func TestLookupAnswers(t *testing.T) {
	with := func(old, new string) []byte { return []byte(strings.Replace(found, old, new, 1)) }
	for _, c := range []struct {
		name   string
		result ivr.Result
		want   string
	}{
		{"created", ivr.Result{Status: 201, Body: []byte(found)}, "Ann,"},
		{"optional missing", ivr.Result{Status: 200, Body: with(`, "vip": true`, "")}, "1.5, false."},
		{"optional null", ivr.Result{Status: 200, Body: with(`"vip": true`, `"vip": null`)}, "1.5, false."},
		{"number as text", ivr.Result{Status: 200, Body: with(`1.5`, `"1.5"`)}, "1.5, true."},
		{"text as number", ivr.Result{Status: 200, Body: with(`"Ann"`, `007.10`)}, "Failed."},
		{"number into text", ivr.Result{Status: 200, Body: with(`"Ann"`, `7`)}, "7, "},
		{"missing", ivr.Result{Status: 200, Body: with("name", "nome")}, "Failed."},
		{"wrong type", ivr.Result{Status: 200, Body: with(`"2026-03-05"`, "5")}, "Failed."},
		{"no date", ivr.Result{Status: 200, Body: with("2026-03-05", "tomorrow")}, "Failed."},
		{"object", ivr.Result{Status: 200, Body: with(`"Ann"`, `{}`)}, "Failed."},
		{"too long", ivr.Result{Status: 200, Body: with("Ann", "Ann Annabel Smith")}, "Failed."},
		{"control character", ivr.Result{Status: 200, Body: with("Ann", `A\u0000n`)}, "Failed."},
		{"too large", ivr.Result{Status: 200, Body: with("1.5", "1e16")}, "Failed."},
		{"not JSON", ivr.Result{Status: 200, Body: []byte("<html>")}, "Failed."},
		{"two documents", ivr.Result{Status: 200, Body: []byte(found + found)}, "Failed."},
		{"empty", ivr.Result{Status: 200}, "Failed."},
		{"named status", ivr.Result{Status: 404}, "Unknown."},
		{"other status", ivr.Result{Status: 500, Body: []byte(found)}, "Failed."},
		{"failed", ivr.Result{Outcome: ivr.Failed}, "Failed."},
		{"timed out", ivr.Result{Outcome: ivr.TimedOut}, "Slow."},
	} {
		t.Run(c.name, func(t *testing.T) { lookup(t, c.result).hears(c.want) })
	}
}

// A slow look-up keeps its key from poll to poll, and ends.
func TestLookupPolls(t *testing.T) {
	pending := ivr.Result{Outcome: ivr.Pending}
	c := lookup(t, pending).at("it").hears("One moment.")
	c.follow(ivr.Poll).at("it").hears("One moment.")
	c.results[callSid+":0"] = ivr.Result{Status: 200, Body: []byte(found)}
	c.follow(ivr.Poll).at("").hears("Ann,")
	for _, e := range c.effects {
		if e.IdempotencyKey() != callSid+":0" {
			t.Errorf("key %s", e.IdempotencyKey())
		}
	}
	lookup(t, pending).follow(ivr.Poll).follow(ivr.Poll).hears("Slow.")
}

func TestLookupsInOneStepHaveKeysOfTheirOwn(t *testing.T) {
	h := func(to string) *ivr.HTTP { return &ivr.HTTP{URL: "https://crm.example.org/", OK: to, Error: "bye"} }
	f := lineOf(h("second"), ivr.Node{ID: "second", Do: h("bye")})
	c := newCall(t, f)
	c.results[callSid+":0"] = ivr.Result{Status: 204}
	c.results[callSid+":0.2"] = ivr.Result{Status: 204}
	c.dial().trail("it →ok→ second →ok→ bye →hangup→ (end)")
}

func TestSpeechBeforeALookupIsKept(t *testing.T) {
	f := lineOf(&ivr.Say{Prompt: ivr.Speak("Welcome."), To: "look"},
		ivr.Node{ID: "look", Do: &ivr.HTTP{URL: "https://crm.example.org/", Filler: ivr.Speak("Wait."), OK: "bye", Error: "bye"}})
	c := newCall(t, f)
	c.results[callSid+":0"] = ivr.Result{Outcome: ivr.Pending}
	c.dial().hears("Welcome. Wait.")
	c.results[callSid+":0"] = ivr.Result{Status: 200}
	c.follow(ivr.Poll)
	if c.heard() != "Goodbye." {
		t.Errorf("heard %q", c.heard())
	}
}
