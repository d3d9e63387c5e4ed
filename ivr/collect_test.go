package ivr_test

import (
	"testing"
	"time"

	"github.com/callgate/callgate/ivr"
	"github.com/callgate/callgate/ivr/expr"
)

func collectLine(v ivr.Var, k *ivr.Collect) *ivr.Flow {
	k.Into, k.To = v.Name, "read"
	if k.Ask.Prompt == nil {
		k.Ask.Prompt = ivr.Speak("Enter it.")
	}
	f := lineOf(k, say("read", "It is {"+v.Name+"}.", "bye"))
	f.Vars = []ivr.Var{v}
	return f
}

func text(name string) ivr.Var   { return ivr.Var{Name: name, Type: expr.Text} }
func number(name string) ivr.Var { return ivr.Var{Name: name, Type: expr.Number} }
func date(name string) ivr.Var   { return ivr.Var{Name: name, Type: expr.Date} }

func days(n int) *int { return &n }

// TestEntries presses an entry and looks at what the line then says: the value, that
// the form is wrong, or that a rule is broken.
func TestEntries(t *testing.T) {
	const noMatch, invalid = "no match", "invalid"
	code := &ivr.Digits{Min: 4, Max: 6}
	for _, c := range []struct {
		name   string
		v      ivr.Var
		digits *ivr.Digits
		entry  string
		want   string
	}{
		{"shortest", text("x"), code, "0123", "It is 0123."},
		{"longest", text("x"), code, "012345", "It is 012345."},
		{"too short", text("x"), code, "012", noMatch},
		{"too long", text("x"), code, "0123456", noMatch},
		{"not digits", text("x"), code, "01*3", noMatch},
		{"number", number("x"), code, "0042", "It is 42."},
		{"pattern", text("x"), &ivr.Digits{Max: 4, Pattern: "7.*|8"}, "7123", "It is 7123."},
		{"pattern is of the whole", text("x"), &ivr.Digits{Max: 4, Pattern: "7.*|8"}, "18", invalid},
		{"range", number("x"), &ivr.Digits{Max: 3, Range: &ivr.Range{From: 10, To: 200}}, "200", "It is 200."},
		{"below range", number("x"), &ivr.Digits{Max: 3, Range: &ivr.Range{From: 10, To: 200}}, "9", invalid},
		{"above range", text("x"), &ivr.Digits{Max: 3, Range: &ivr.Range{From: 10, To: 200}}, "201", invalid},
		{"date", date("x"), &ivr.Digits{Date: &ivr.DateRule{Layout: "DDMMYYYY"}}, "29022024", "It is 2024-02-29."},
		{"no such date", date("x"), &ivr.Digits{Date: &ivr.DateRule{Layout: "DDMMYYYY"}}, "29022025", invalid},
		{"month first", date("x"), &ivr.Digits{Date: &ivr.DateRule{Layout: "MMDDYYYY"}}, "12312020", "It is 2020-12-31."},
		{"short year is near", date("x"), &ivr.Digits{Date: &ivr.DateRule{Layout: "DDMMYY"}}, "010136", "It is 2036-01-01."},
		{"short year is past", date("x"), &ivr.Digits{Date: &ivr.DateRule{Layout: "DDMMYY"}}, "010137", "It is 1937-01-01."},
		{"no year is next", date("x"), &ivr.Digits{Date: &ivr.DateRule{Layout: "DDMM"}}, "0103", "It is 2027-03-01."},
		{"no year is today", date("x"), &ivr.Digits{Date: &ivr.DateRule{Layout: "DDMM"}}, "0203", "It is 2026-03-02."},
		{"no year, leap day", date("x"), &ivr.Digits{Date: &ivr.DateRule{Layout: "MMDD"}}, "0229", "It is 2028-02-29."},
		{"days to come", date("x"), &ivr.Digits{Date: &ivr.DateRule{Layout: "DDMMYYYY", From: days(0), To: days(10)}}, "12032026", "It is 2026-03-12."},
		{"too many days", date("x"), &ivr.Digits{Date: &ivr.DateRule{Layout: "DDMMYYYY", From: days(0), To: days(10)}}, "13032026", invalid},
		{"yesterday", date("x"), &ivr.Digits{Date: &ivr.DateRule{Layout: "DDMMYYYY", From: days(0)}}, "01032026", invalid},
		{"today is local", date("x"), &ivr.Digits{Date: &ivr.DateRule{Layout: "DDMMYYYY", From: days(0), Zone: "Pacific/Auckland"}}, "02032026", invalid},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := &ivr.Collect{Digits: c.digits, Invalid: []ivr.Prompt{ivr.Speak(invalid)}}
			k.Ask.NoMatch = []ivr.Prompt{ivr.Speak(noMatch)}
			newCall(t, collectLine(c.v, k)).dial().press(c.entry).hears(c.want)
		})
	}
}

func TestCollectGivesUpByTheLastMistake(t *testing.T) {
	k := &ivr.Collect{Digits: &ivr.Digits{Min: 2, Max: 2, Range: &ivr.Range{From: 50, To: 99}}, OnInvalid: "bye"}
	f := collectLine(number("x"), k)
	newCall(t, f).dial().press("1").press("2").press("11").trail("it →invalid→ bye →hangup→ (end)")
	newCall(t, f).dial().press("11").press("12").press("1").trail("it →exhausted→ desk")
	newCall(t, f).dial().silent().silent().silent().trail("it →exhausted→ desk")
}

func TestCollectConfirms(t *testing.T) {
	k := &ivr.Collect{
		Digits:  &ivr.Digits{Min: 4, Max: 4},
		Confirm: &ivr.Confirm{Prompt: ivr.Speak("You entered {x|digits}. For yes, press 1, for no, 2.")},
	}
	f := collectLine(text("x"), k)
	c := newCall(t, f).dial().press("0123").hears("You entered 0 1 2 3.")
	c.silent().hears("You entered 0 1 2 3.").press("5").hears("You entered 0 1 2 3.")
	c.press("2").hears("Enter it.").press("4567").hears("You entered 4 5 6 7.")
	c.press("1").hears("It is 4567.").at("")

	// What was not confirmed is not kept.
	f.Vars[0].Default = expr.TextValue("nothing")
	f.Nodes[0].Do.(*ivr.Collect).Ask.OnNoInput = "read"
	newCall(t, f).dial().press("0123").silent().silent().silent().hears("It is nothing.")
}

func TestCollectBySpeech(t *testing.T) {
	k := &ivr.Collect{Speech: &ivr.Speech{Hints: map[string][]string{"en": {"Smith", "Jones"}}}}
	newCall(t, collectLine(text("x"), k)).dial().speak("Ann Smith-Jones & Co.").hears("It is Ann Smith-Jones & Co..")

	k = &ivr.Collect{Speech: &ivr.Speech{Pattern: "yes|no"}, Invalid: []ivr.Prompt{ivr.Speak("Yes or no?")}}
	f := collectLine(text("x"), k)
	f.Keys = []ivr.GlobalKey{{Key: "0", Do: ivr.Operator, To: "desk"}}
	newCall(t, f).dial().speak("Yes.").hears("It is yes.")
	newCall(t, f).dial().speak("Maybe").hears("Yes or no?")
	newCall(t, f).dial().press("0").at("desk")
	newCall(t, f).dial().press("1").at("it")
}

func TestGlobalKeysInEntries(t *testing.T) {
	keys := []ivr.GlobalKey{{Key: "0", Do: ivr.Operator, To: "desk"}, {Key: "*", Do: ivr.Repeat}}
	f := collectLine(text("x"), &ivr.Collect{Digits: &ivr.Digits{Min: 3, Max: 3}})
	f.Keys = keys
	newCall(t, f).dial().press("0").at("desk")
	newCall(t, f).dial().press("*").hears("Enter it.").at("it")
	f = collectLine(text("x"), &ivr.Collect{Digits: &ivr.Digits{Max: 3}})
	f.Keys = keys
	newCall(t, f).dial().press("0").hears("It is 0.") // one digit is an entry here
}

// An entry comes back as it was pressed, zeros in front and all.
func TestNumbersAreExact(t *testing.T) {
	f := collectLine(number("x"), &ivr.Collect{Digits: &ivr.Digits{Max: 15}})
	newCall(t, f).dial().press("999999999999999").hears("It is 999999999999999.")
	f.Nodes[0].Do.(*ivr.Collect).Digits.Max = 16
	if _, err := ivr.Compile(f); err == nil {
		t.Error("a number of 16 digits compiles")
	}
}

func TestTodayIsTheDayOfTheCall(t *testing.T) {
	f := collectLine(date("x"), &ivr.Collect{Digits: &ivr.Digits{Date: &ivr.DateRule{Layout: "DDMM", Zone: "America/New_York"}}})
	c := newCall(t, f)
	c.now = time.Date(2026, 3, 2, 3, 0, 0, 0, time.UTC) // still the first of March there
	c.dial().press("0103").hears("It is 2026-03-01.")
}
