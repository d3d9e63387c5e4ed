package ivr_test

import (
	"testing"
	"time"

	"github.com/callgate/callgate/ivr"
	"github.com/callgate/callgate/ivr/expr"
)

func TestBranchAndSet(t *testing.T) {
	f := collectLine(number("age"), &ivr.Collect{Digits: &ivr.Digits{Max: 3}})
	f.Vars = append(f.Vars, number("years"), text("word"))
	f.Nodes[1] = ivr.Node{ID: "read", Do: &ivr.Set{Assign: []ivr.Assign{
		{Var: "years", Value: expr.Must("age - 18")},
		{Var: "years", Value: expr.Must("years + 1")},
		{Var: "word", Value: expr.Must("'grown up'")},
	}, To: "old"}}
	f.Nodes = append(f.Nodes,
		ivr.Node{ID: "old", Do: &ivr.Branch{Cases: []ivr.Case{
			{When: expr.Must("age >= 18 and age < 100"), To: "yes"},
			{When: expr.Must("age >= 100"), To: "very", Label: "very old"},
		}, Else: "no"}},
		say("yes", "You are {word} for {years} years.", "bye"), hangup("very", "Really?"), hangup("no", "Too young."))
	newCall(t, f).dial().press("20").hears("You are grown up for 3 years. Goodbye.")
	newCall(t, f).dial().press("100").hears("Really?").trail("it →ok→ read →next→ old →very old→ very →hangup→ (end)")
	newCall(t, f).dial().press("17").hears("Too young.")
}

func TestFactsOfTheCall(t *testing.T) {
	f := lineOf(&ivr.Branch{
		Cases: []ivr.Case{{When: expr.Must("call.from matches '[+]1555.*'"), To: "home"}}, Else: "bye",
	}, say("home", "{call.from|digits} to {call.to} in {call.language}.", "bye"))
	newCall(t, f).dial().hears("+ 1 5 5 5 0 1 0 0 0 0 1 to +15550199999 in en.")
}

func subflowLine() *ivr.Flow {
	return &ivr.Flow{
		Start: "first", Exhausted: "bye",
		Vars: []ivr.Var{text("a"), text("b")},
		Keys: []ivr.GlobalKey{{Key: "0", Do: ivr.Operator, To: "bye"}, {Key: "*", Do: ivr.Back}},
		Nodes: []ivr.Node{
			{ID: "first", Do: &ivr.Call{Subflow: "ask", In: map[string]expr.Expr{"what": expr.Must("'first'")}, Out: map[string]string{"got": "a"}, To: "second"}},
			{ID: "second", Do: &ivr.Call{Subflow: "ask", In: map[string]expr.Expr{"what": expr.Must("a")}, Out: map[string]string{"got": "b"}, To: "end"}},
			{ID: "end", Do: &ivr.Hangup{Prompt: ivr.Speak("{a} and {b}.")}},
			bye(),
		},
		Subflows: []ivr.Subflow{
			{
				Name: "ask", Start: "in", Inputs: []string{"what"}, Outputs: []string{"got"},
				Vars: []ivr.Var{text("what"), text("got"), {Name: "times", Type: expr.Number, Default: expr.NumberValue(0)}},
				Nodes: []ivr.Node{
					{ID: "in", Do: &ivr.Set{Assign: []ivr.Assign{{Var: "times", Value: expr.Must("times + 1")}}, To: "enter"}},
					{ID: "enter", Do: &ivr.Collect{
						Ask:    ivr.Ask{Prompt: ivr.Speak("The {what} one, time {times}?"), OnNoInput: "in"},
						Digits: &ivr.Digits{Min: 2, Max: 2}, Into: "got", To: ivr.Return,
					}},
				},
			},
		},
	}
}

func TestSubflowsReturn(t *testing.T) {
	c := newCall(t, subflowLine()).dial().at("ask/enter").hears("The first one, time 1?").trail("first →call→ ask/in →next→ ask/enter")
	c.press("11").at("ask/enter").hears("The 11 one, time 1?") // its variables are new
	c.trail("ask/enter →ok→ return →next→ second →call→ ask/in →next→ ask/enter")
	c.press("22").at("").hears("11 and 22.")
}

func TestSubflowsAreLeftByGlobalKeys(t *testing.T) {
	c := newCall(t, subflowLine()).dial()
	c.press("0").at("").hears("Goodbye.").trail("ask/enter →key 0→ bye →hangup→ (end)")
	c = newCall(t, subflowLine()).dial().press("11")
	c.press("*").at("ask/enter").hears("The 11 one") // the question before was in another run of it
}

func TestGotoWithMax(t *testing.T) {
	f := lineOf(&ivr.Say{Prompt: ivr.Speak("Round."), To: "again"},
		ivr.Node{ID: "again", Do: &ivr.Goto{To: "it", Max: 2, Otherwise: "bye"}})
	newCall(t, f).dial().hears("Round. Round. Round. Goodbye.")
}

func TestHours(t *testing.T) {
	clock := func(h, m int) ivr.ClockTime { return ivr.ClockTime(h*60 + m) }
	weekdays := []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}
	schedule := ivr.Schedule{
		Name: "office", Zone: "America/New_York",
		Week: []ivr.Interval{
			{Days: weekdays, Span: ivr.Span{From: clock(9, 0), To: clock(17, 30)}},
			{Days: []time.Weekday{time.Saturday}, Span: ivr.Span{From: clock(22, 0), To: clock(2, 0)}},
		},
		Holidays: []ivr.Holiday{
			{Day: ivr.Day{Month: time.December, Day: 25}, Name: "christmas"},
			{Day: ivr.Day{Year: 2026, Month: time.July, Day: 3}, Name: "independence"},
		},
		Exceptions: []ivr.Exception{
			{Day: ivr.Day{Year: 2026, Month: time.March, Day: 4}, Hours: []ivr.Span{{From: clock(12, 0), To: clock(13, 0)}}},
			{Day: ivr.Day{Year: 2026, Month: time.March, Day: 5}},
		},
	}
	f := lineOf(&ivr.Hours{Schedule: "office", Open: "open", Closed: "closed", Holiday: "holiday", Holidays: map[string]string{"christmas": "noel"}},
		hangup("open", "Open."), hangup("closed", "Closed."), hangup("holiday", "Holiday."), hangup("noel", "Christmas."))
	f.Schedules = []ivr.Schedule{schedule}
	for _, c := range []struct{ at, want string }{
		{"2026-03-02T08:59:59-05:00", "Closed."},
		{"2026-03-02T09:00:00-05:00", "Open."},
		{"2026-03-02T17:29:59-05:00", "Open."},
		{"2026-03-02T17:30:00-05:00", "Closed."},
		{"2026-03-02T14:00:00Z", "Open."},   // 9:00 in New York
		{"2026-03-09T13:00:00Z", "Open."},   // after clocks went forward
		{"2026-03-09T12:59:00Z", "Closed."}, //
		{"2026-03-07T21:59:00-05:00", "Closed."},
		{"2026-03-07T23:00:00-05:00", "Open."},
		{"2026-03-08T01:59:00-05:00", "Open."}, // the night of Saturday
		{"2026-03-08T03:00:00-04:00", "Closed."},
		{"2026-03-07T01:00:00-05:00", "Closed."}, // not that of Friday
		{"2026-03-04T10:00:00-05:00", "Closed."},
		{"2026-03-04T12:30:00-05:00", "Open."},
		{"2026-03-05T12:30:00-05:00", "Closed."},
		{"2026-12-25T10:00:00-05:00", "Christmas."},
		{"2031-12-25T10:00:00-05:00", "Christmas."},
		{"2026-07-03T10:00:00-04:00", "Holiday."},
		{"2027-07-05T10:00:00-04:00", "Open."},
	} {
		call := newCall(t, f)
		now, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		call.now = now
		call.dial()
		if heard := call.heard(); heard != c.want {
			t.Errorf("at %s: heard %q, want %q", c.at, heard, c.want)
		}
	}
}

// In Chile clocks go forward at midnight: the sixth of September has no half past
// midnight, and the night that begins on it is a night all the same.
func TestHoursOfANightWhenMidnightIsSkipped(t *testing.T) {
	f := lineOf(&ivr.Hours{Schedule: "night", Open: "open", Closed: "closed"}, hangup("open", "Open."), hangup("closed", "Closed."))
	f.Schedules = []ivr.Schedule{{
		Name: "night", Zone: "America/Santiago",
		Week: []ivr.Interval{{Days: []time.Weekday{time.Sunday}, Span: ivr.Span{From: 22 * 60, To: 2 * 60}}},
	}}
	c := newCall(t, f)
	c.now = time.Date(2026, 9, 7, 3, 30, 0, 0, time.UTC) // half past midnight on Monday
	c.dial().hears("Open.")
}

func TestHoursOverride(t *testing.T) {
	f := lineOf(&ivr.Hours{Schedule: "never", Open: "open", Closed: "closed", Holiday: "holiday"},
		hangup("open", "Open."), hangup("closed", "Closed."), hangup("holiday", "Holiday."))
	f.Schedules = []ivr.Schedule{{Name: "never", Zone: "UTC"}}
	newCall(t, f).dial().hears("Closed.")
	f.Schedules[0].Override = ivr.ForceOpen
	newCall(t, f).dial().hears("Open.")
	c := newCall(t, f)
	c.edit = func(ev *ivr.Event) { ev.Overrides = map[string]ivr.Override{"never": ivr.ForceHoliday} }
	c.dial().hears("Holiday.")
}

func TestReject(t *testing.T) {
	f := lineOf(&ivr.Branch{Cases: []ivr.Case{{When: expr.Must("call.from == '+15550100001'"), To: "no"}}, Else: "bye"},
		ivr.Node{ID: "no", Do: &ivr.Reject{Reason: "busy"}})
	c := newCall(t, f).dial().at("")
	if want := `<Response>` + "\n" + `<Reject reason="busy"/>` + "\n" + `</Response>`; c.shown() != want {
		t.Errorf("got %s", c.shown())
	}
}

// assign makes assignments of names and expressions.
func assign(pairs ...string) []ivr.Assign {
	var as []ivr.Assign
	for i := 0; i < len(pairs); i += 2 {
		as = append(as, ivr.Assign{Var: pairs[i], Value: expr.Must(pairs[i+1])})
	}
	return as
}
