package ivr_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/callgate/callgate/ivr"
	"github.com/callgate/callgate/ivr/expr"
)

// TestCompileFaults breaks the clinic in the ways of which no other test is: a field
// that is missing or out of range, in every kind of node.
func TestCompileFaults(t *testing.T) {
	queue := func(change func(q *ivr.Queue)) func(f *ivr.Flow) {
		return func(f *ivr.Flow) {
			q := &ivr.Queue{Name: "q", Error: "desk"}
			change(q)
			replace(f, "info", q)
		}
	}
	callback := func(change func(b *ivr.Callback)) func(f *ivr.Flow) {
		return func(f *ivr.Flow) {
			b := &ivr.Callback{Ask: ask("?"), Confirm: ivr.Speak("?"), Country: "1", Booked: "main", Declined: "main"}
			change(b)
			replace(f, "info", b)
		}
	}
	language := func(change func(l *ivr.ChooseLanguage)) func(f *ivr.Flow) {
		return func(f *ivr.Flow) {
			f.Languages = []ivr.Language{{Name: "en", Locale: "en-US"}}
			l := &ivr.ChooseLanguage{Ask: ask("?"), Offers: []ivr.Offer{{Language: "en", Key: "1"}}, To: "main"}
			change(l)
			replace(f, "info", l)
		}
	}
	custom := func(change func(k *ivr.Custom)) func(f *ivr.Flow) {
		return func(f *ivr.Flow) {
			k := &ivr.Custom{
				Behavior: ivr.BehaviorFunc(func(*ivr.Visit) (string, error) { return "ok", nil }), Exits: map[string]string{"ok": "main"},
			}
			change(k)
			replace(f, "info", k)
		}
	}
	digits := func(d ivr.Digits) func(f *ivr.Flow) {
		return func(f *ivr.Flow) { do[ivr.Collect](f, "code").Digits = &d }
	}
	date := func(d ivr.DateRule) func(f *ivr.Flow) {
		return func(f *ivr.Flow) {
			f.Vars[0] = ivr.Var{Name: "code", Type: expr.Date}
			do[ivr.Collect](f, "code").Digits = &ivr.Digits{Date: &d}
		}
	}
	http := func(change func(h *ivr.HTTP)) func(f *ivr.Flow) {
		return func(f *ivr.Flow) { change(do[ivr.HTTP](f, "look")) }
	}
	transfer := func(change func(x *ivr.Transfer)) func(f *ivr.Flow) {
		return func(f *ivr.Flow) { change(do[ivr.Transfer](f, "desk")) }
	}
	schedule := func(change func(s *ivr.Schedule)) func(f *ivr.Flow) {
		return func(f *ivr.Flow) { change(&f.Schedules[0]) }
	}
	for _, c := range []struct {
		name   string
		change func(f *ivr.Flow)
		at     string
		says   string
	}{
		{"no node", func(f *ivr.Flow) { replace(f, "info", nil) }, "info ", "does nothing"},
		{"nil node", func(f *ivr.Flow) { replace(f, "info", (*ivr.Say)(nil)) }, "info ", "does nothing"},
		{"start missing", func(f *ivr.Flow) { f.Start = "" }, " start", "name the first node"},
		{"reserved name", func(f *ivr.Flow) { add(f, "return", &ivr.Hangup{}) }, "return ", "not the word return"},
		{"steps", func(f *ivr.Flow) { f.MaxSteps = -1 }, " max_steps", "from 1 to 1000"},
		{"attempts", func(f *ivr.Flow) { f.Attempts = 11 }, " attempts", "from 1 to 10"},
		{"profile", func(f *ivr.Flow) { f.Profile = "acme" }, " profile", "acme"},
		{"own number", func(f *ivr.Flow) { f.Numbers = []string{"0155"} }, " numbers.0", "E.164"},
		{"language name", func(f *ivr.Flow) { f.Languages = []ivr.Language{{Name: "EN", Locale: "en-US"}} }, " languages.0.name", "lower-case"},
		{"language without locale", func(f *ivr.Flow) { f.Languages = []ivr.Language{{Name: "en"}} }, " languages.0.locale", "en-US"},
		{"language of a prompt", func(f *ivr.Flow) {
			do[ivr.Say](f, "info").Prompt = ivr.Prompt{"en": {{Text: "a"}}, "de": {{Text: "b"}}}
		}, "info prompt.de", "no language"},
		{"language of words", func(f *ivr.Flow) {
			do[ivr.Menu](f, "main").Options[0].Words = map[string][]string{"de": {"b"}}
		}, "main options.0.words.de", "no language"},
		{"word without letters", func(f *ivr.Flow) {
			do[ivr.Menu](f, "main").Options[0].Words = map[string][]string{"en": {"!"}}
		}, "main options.0.words.en.0", "no letters"},
		{"variable name", func(f *ivr.Flow) { f.Vars = append(f.Vars, text("not")) }, " vars.2.name", "no name"},
		{"variable with a dot", func(f *ivr.Flow) { f.Vars = append(f.Vars, text("call.from")) }, " vars.2.name", "no name"},
		{"variable type", func(f *ivr.Flow) { f.Vars = append(f.Vars, ivr.Var{Name: "x"}) }, " vars.2.type", "text, number"},
		{"variable max", func(f *ivr.Flow) { f.Vars[0].Max = 5000 }, " vars.0.max", "from 1 to 1000"},
		{"default type", func(f *ivr.Flow) { f.Vars[0].Default = expr.NumberValue(1) }, " vars.0.default", "is a number"},
		{"default size", func(f *ivr.Flow) { f.Vars[0].Default = expr.TextValue(strings.Repeat("a", 81)) }, " vars.0.default", "longer"},
		{"key", func(f *ivr.Flow) { f.Keys[0].Key = "10" }, " keys.0.key", "one of 0-9"},
		{"key twice", func(f *ivr.Flow) { f.Keys = append(f.Keys, f.Keys[0]) }, " keys.1.key", "two things"},
		{"command", func(f *ivr.Flow) { f.Keys[0].Do = "sing" }, " keys.0.do", "operator, repeat or back"},
		{"operator without a node", func(f *ivr.Flow) { f.Keys[0].To = "" }, " keys.0.to", "leads nowhere"},
		{"repeat with a node", func(f *ivr.Flow) { f.Keys[0].Do = ivr.Repeat }, " keys.0.to", "only operator"},
		{"global target", func(f *ivr.Flow) { f.OnError = "dsk" }, " on_error", "did you mean desk?"},
		{"piece of two kinds", func(f *ivr.Flow) {
			do[ivr.Say](f, "info").Prompt = ivr.Prompt{"": {{Text: "a"}, {Text: "a", File: "b"}}}
		}, "info prompt.1", "is one of"},
		{"piece of no kind", func(f *ivr.Flow) { do[ivr.Say](f, "info").Prompt = ivr.Prompt{"": {{}}} }, "info prompt", "is one of"},
		{"prompt of no pieces", func(f *ivr.Flow) { do[ivr.Say](f, "info").Prompt = ivr.Prompt{"en": nil} }, "info prompt.en", "nothing to say"},
		{"file", func(f *ivr.Flow) { do[ivr.Say](f, "info").Prompt = ivr.Prompt{"": {{File: "/a.mp3"}}} }, "info prompt", "without a slash"},
		{"file scheme", func(f *ivr.Flow) {
			do[ivr.Say](f, "info").Prompt = ivr.Prompt{"": {{File: "ftp://example.org/a.mp3"}}}
		}, "info prompt", "https"},
		{"file length", func(f *ivr.Flow) {
			do[ivr.Say](f, "info").Prompt = ivr.Prompt{"": {{File: "a.mp3", Seconds: -1}}}
		}, "info prompt.seconds", "cannot play"},

		{"menu without options", func(f *ivr.Flow) { do[ivr.Menu](f, "main").Options = nil }, "main options", "from 1 to 100"},
		{"option without a key", func(f *ivr.Flow) { do[ivr.Menu](f, "main").Options[1].Key = "" }, "main options.1", "neither pressed nor said"},
		{"option key", func(f *ivr.Flow) { do[ivr.Menu](f, "main").Options[1].Key = "a" }, "main options.1.key", "cannot be pressed"},
		{"option long key", func(f *ivr.Flow) { do[ivr.Menu](f, "main").Options[1].Key = "12345678901" }, "main options.1.key", "cannot be pressed"},
		{"no-match prompt", func(f *ivr.Flow) { do[ivr.Menu](f, "main").Ask.NoMatch = []ivr.Prompt{nil} }, "main no_match.0", "nothing to say"},

		{"neither digits nor speech", func(f *ivr.Flow) { do[ivr.Collect](f, "code").Digits = nil }, "code digits", "one of the two"},
		{"both", func(f *ivr.Flow) { do[ivr.Collect](f, "code").Speech = &ivr.Speech{} }, "code digits", "one of the two"},
		{"no max", digits(ivr.Digits{Min: 3}), "code digits.max", "at most"},
		{"min over max", digits(ivr.Digits{Min: 5, Max: 4}), "code digits.min", "from 1 to 4"},
		{"finish", digits(ivr.Digits{Max: 4, Finish: "5"}), "code digits.finish", "# or *"},
		{"pattern", digits(ivr.Digits{Max: 4, Pattern: "["}), "code digits.pattern", "regular expression"},
		{"range", digits(ivr.Digits{Max: 4, Range: &ivr.Range{From: 5, To: 4}}), "code digits.range", "empty"},
		{"entry larger than its variable", func(f *ivr.Flow) {
			f.Vars[0].Max = 3
		}, "code into", "does not fit"},
		{"layout", date(ivr.DateRule{Layout: "DD/MM"}), "code digits.date.layout", "no order"},
		{"zone of a date", date(ivr.DateRule{Layout: "DDMM", Zone: "Mars/Base"}), "code digits.date.zone", "no time zone"},
		{"days", date(ivr.DateRule{Layout: "DDMM", From: days(2), To: days(1)}), "code digits.date.from", "no date"},
		{"length of a date", func(f *ivr.Flow) {
			f.Vars[0] = ivr.Var{Name: "code", Type: expr.Date}
			do[ivr.Collect](f, "code").Digits = &ivr.Digits{Min: 3, Max: 4, Date: &ivr.DateRule{Layout: "DDMM"}}
		}, "code digits.max", "leave min and max out"},
		{"confirm key", func(f *ivr.Flow) {
			do[ivr.Collect](f, "code").Confirm = &ivr.Confirm{Prompt: ivr.Speak("?"), Yes: "yes"}
		}, "code confirm", "no key"},
		{"confirm keys", func(f *ivr.Flow) {
			do[ivr.Collect](f, "code").Confirm = &ivr.Confirm{Prompt: ivr.Speak("?"), Yes: "2"}
		}, "code confirm", "two things"},
		{"hints", func(f *ivr.Flow) {
			k := do[ivr.Collect](f, "code")
			k.Digits, k.Speech = nil, &ivr.Speech{Hints: map[string][]string{"de": {"a"}}}
		}, "code speech.hints.de", "no language"},

		{"override", schedule(func(s *ivr.Schedule) { s.Override = "ajar" }), " schedules.0.override", "open, closed or holiday"},
		{"schedule name", func(f *ivr.Flow) { f.Schedules[0].Name, do[ivr.Hours](f, "hours").Schedule = "Office", "Office" }, " schedules.0.name", "lower-case"},
		{"interval without days", schedule(func(s *ivr.Schedule) { s.Week[0].Days = nil }), " schedules.0.week.0.days", "on no day"},
		{"day of the week", schedule(func(s *ivr.Schedule) { s.Week[0].Days = []time.Weekday{9} }), " schedules.0.week.0.days", "no day"},
		{"time of the day", schedule(func(s *ivr.Schedule) { s.Week[0].To = 25 * 60 }), " schedules.0.week.0", "from 00:00 to 24:00"},
		{"holiday that does not exist", schedule(func(s *ivr.Schedule) { s.Holidays[0].Day.Day = 32 }), " schedules.0.holidays.0", "no day"},
		{"holiday twice", schedule(func(s *ivr.Schedule) { s.Holidays = append(s.Holidays, s.Holidays[0]) }), " schedules.0.holidays.1", "two holidays"},
		{"exception twice", schedule(func(s *ivr.Schedule) {
			s.Exceptions = []ivr.Exception{{Day: ivr.Day{Month: 1, Day: 1}}, {Day: ivr.Day{Month: 1, Day: 1}}}
		}), " schedules.0.exceptions.1", "two exceptions"},
		{"holiday exit", func(f *ivr.Flow) { do[ivr.Hours](f, "hours").Holidays = map[string]string{"easter": "main"} }, "hours holidays.easter", "no holiday"},

		{"no target", transfer(func(x *ivr.Transfer) { x.Targets = nil }), "desk targets", "from 1 to 50"},
		{"target of two kinds", transfer(func(x *ivr.Transfer) { x.Targets[0].SIP = "sip:a@b" }), "desk targets.0", "one of number"},
		{"SIP", transfer(func(x *ivr.Transfer) { x.Targets[0] = ivr.Target{SIP: "a@b"} }), "desk targets.0.sip", "SIP"},
		{"strategy", transfer(func(x *ivr.Transfer) { x.Strategy = "random" }), "desk strategy", "sequential, shuffled or all"},
		{"ring", transfer(func(x *ivr.Transfer) { x.Timeout = 3 }), "desk timeout", "from 5s to 120s"},
		{"accept key", transfer(func(x *ivr.Transfer) { x.Accept, x.Whisper = "1#", ivr.Speak("?") }), "desk accept", "no key"},
		{"accept unsaid", transfer(func(x *ivr.Transfer) { x.Accept = "1" }), "desk whisper", "not told"},

		{"queue name", queue(func(q *ivr.Queue) { q.Name = "" }), "info name", "from 1 to 64"},
		{"leave key", queue(func(q *ivr.Queue) { q.LeaveKey = "12" }), "info leave_key", "no key"},
		{"left nowhere", queue(func(q *ivr.Queue) { q.LeaveKey = "1" }), "info left", "leads nowhere"},
		{"left without a key", queue(func(q *ivr.Queue) { q.Left = "main" }), "info left", "without leave_key"},
		{"time-out nowhere", queue(func(q *ivr.Queue) { q.MaxWait = 60 }), "info timeout", "leads nowhere"},
		{"time-out without a limit", queue(func(q *ivr.Queue) { q.Timeout = "main" }), "info timeout", "without max_wait"},
		{"wait", queue(func(q *ivr.Queue) { q.MaxWait, q.Timeout = 100_000, "main" }), "info max_wait", "from 1s to"},

		{"message length", func(f *ivr.Flow) { do[ivr.Voicemail](f, "mailbox").Max = 4000 }, "mailbox max", "from 2s to 3600s"},
		{"finish keys", func(f *ivr.Flow) { do[ivr.Voicemail](f, "mailbox").Finish = "#x" }, "mailbox finish", "no key"},

		{"country", callback(func(b *ivr.Callback) { b.Country = "+1" }), "info country", "no country code"},
		{"trunk", callback(func(b *ivr.Callback) { b.Trunk = "o" }), "info trunk", "no prefix"},
		{"keys of a callback", callback(func(b *ivr.Callback) { b.Yes = "3" }), "info yes", "two things"},

		{"no offer", language(func(l *ivr.ChooseLanguage) { l.Offers = nil }), "info offers", "no language is offered"},
		{"offered language", language(func(l *ivr.ChooseLanguage) { l.Offers[0].Language = "de" }), "info offers.0.language", "no language"},
		{"offer without a key", language(func(l *ivr.ChooseLanguage) { l.Offers[0].Key = "" }), "info offers.0", "neither pressed nor said"},
		{"offer without a node", language(func(l *ivr.ChooseLanguage) { l.To = "" }), "info offers.0.to", "leads nowhere"},
		{"default language", language(func(l *ivr.ChooseLanguage) { l.Default = "de" }), "info default", "no language"},

		{"method", http(func(h *ivr.HTTP) { h.Method = "DELETE" }), "look method", "GET, POST or PUT"},
		{"relative URL", http(func(h *ivr.HTTP) { h.URL = "/{code}" }), "look url", "no URL"},
		{"URL with a password", http(func(h *ivr.HTTP) { h.URL = "https://a:b@example.org/{code}" }), "look url", "no URL"},
		{"body of a GET", http(func(h *ivr.HTTP) { h.JSON = map[string]expr.Expr{"a": expr.Must("1")} }), "look json", "no body"},
		{"header of ours", http(func(h *ivr.HTTP) { h.Headers = []ivr.Header{{Name: "idempotency-key", Value: "1"}} }), "look headers.0.name", "cannot be set"},
		{"header name", http(func(h *ivr.HTTP) { h.Headers = []ivr.Header{{Name: "X Y", Value: "1"}} }), "look headers.0.name", "cannot be set"},
		{"header without value", http(func(h *ivr.HTTP) { h.Headers = []ivr.Header{{Name: "X"}} }), "look headers.0", "one of the two"},
		{"status", http(func(h *ivr.HTTP) { h.Statuses = map[int]string{42: "main"} }), "look statuses.42", "no status"},
		{"path", http(func(h *ivr.HTTP) { h.Outputs[0].Path = "a..b" }), "look outputs.0.path", "no path"},
		{"optional without default", http(func(h *ivr.HTTP) { h.Outputs[0].Optional = true }), "look outputs.0.optional", "no default"},
		{"look-up time", http(func(h *ivr.HTTP) { h.Timeout = 31 }), "look timeout", "from 1s to 30s"},

		{"expression missing", func(f *ivr.Flow) { replace(f, "info", &ivr.Set{Assign: []ivr.Assign{{Var: "code"}}, To: "main"}) }, "info assign.0.value", "missing"},
		{"subflow", func(f *ivr.Flow) { replace(f, "info", &ivr.Call{Subflow: "sub", To: "main"}) }, "info subflow", "no subflow"},
		{"goto limit", func(f *ivr.Flow) { replace(f, "info", &ivr.Goto{To: "main", Max: -1}) }, "info max", "from 1 to"},
		{"goto otherwise", func(f *ivr.Flow) { replace(f, "info", &ivr.Goto{To: "main", Otherwise: "main"}) }, "info otherwise", "with max"},
		{"reason", func(f *ivr.Flow) { replace(f, "info", &ivr.Reject{Reason: "rude"}) }, "info reason", "rejected or busy"},

		{"no behavior", custom(func(k *ivr.Custom) { k.Behavior = nil }), "info behavior", "no behavior"},
		{"no exit", custom(func(k *ivr.Custom) { k.Exits = nil }), "info exits", "no way out"},
		{"secret", custom(func(k *ivr.Custom) { k.Reads = []string{"pin"} }), "info reads.0", "AllowSecret"},
	} {
		f := clinic()
		if c.name == "secret" {
			f.Vars = append(f.Vars, ivr.Var{Name: "pin", Type: expr.Text, Secret: true})
		}
		c.change(f)
		_, err := ivr.Compile(f)
		var problems ivr.Problems
		if !errors.As(err, &problems) {
			t.Errorf("%s: compiles", c.name)
			continue
		}
		if p := problems[0]; len(problems) > 1 || p.Node+" "+p.Field != c.at || !strings.Contains(p.Message, c.says) {
			t.Errorf("%s:\n%v\nwant it at %q: …%s…", c.name, err, c.at, c.says)
		}
	}
}

// subflowFaults are about calls between a flow and its parts.
func TestSubflowFaults(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(f *ivr.Flow)
		at     string
		says   string
	}{
		{"input missing", func(f *ivr.Flow) { do[ivr.Call](f, "first").In = nil }, "first in", "needs the input what"},
		{"input unknown", func(f *ivr.Flow) { do[ivr.Call](f, "first").In["got"] = expr.Must("'x'") }, "first in.got", "no input"},
		{"input type", func(f *ivr.Flow) { do[ivr.Call](f, "first").In["what"] = expr.Must("5") }, "first in.what", "a number"},
		{"output unknown", func(f *ivr.Flow) { do[ivr.Call](f, "first").Out = map[string]string{"what": "a"} }, "first out.what", "no output"},
		{"output into nothing", func(f *ivr.Flow) { do[ivr.Call](f, "first").Out["got"] = "c" }, "first out.got", "no variable"},
		{"input undeclared", func(f *ivr.Flow) { f.Subflows[0].Inputs = []string{"what", "else"} }, " subflows.0.inputs.1", "no variable"},
		{"two of a name", func(f *ivr.Flow) { f.Subflows = append(f.Subflows, f.Subflows[0]) }, " subflows.1.name", "two subflows"},
		{"a node of the main flow", func(f *ivr.Flow) { f.Subflows[0].Start = "bye" }, " subflows.0.start", "in the subflow ask"},
	} {
		f := subflowLine()
		c.change(f)
		_, err := ivr.Compile(f)
		var problems ivr.Problems
		if !errors.As(err, &problems) || problems[0].Node+" "+problems[0].Field != c.at || !strings.Contains(problems[0].Message, c.says) {
			t.Errorf("%s:\n%v\nwant it at %q: …%s…", c.name, err, c.at, c.says)
		}
	}
}
