package ivr_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/callgate/callgate/ivr"
	"github.com/callgate/callgate/ivr/expr"
	"github.com/callgate/callgate/twiml"
)

// clinic is a line with nothing to find fault with: the tests break it.
func clinic() *ivr.Flow {
	clock := func(h int) ivr.ClockTime { return ivr.ClockTime(h * 60) }
	return &ivr.Flow{
		Name: "clinic", Start: "hours", Exhausted: "desk",
		Vars:    []ivr.Var{text("code"), number("tries")},
		Numbers: []string{"+15550199999"},
		Keys:    []ivr.GlobalKey{{Key: "0", Do: ivr.Operator, To: "desk"}},
		Schedules: []ivr.Schedule{{
			Name: "office", Zone: "America/New_York",
			Week:     []ivr.Interval{{Days: []time.Weekday{time.Monday, time.Tuesday}, Span: ivr.Span{From: clock(9), To: clock(17)}}},
			Holidays: []ivr.Holiday{{Day: ivr.Day{Month: time.December, Day: 25}, Name: "christmas"}},
		}},
		Nodes: []ivr.Node{
			{ID: "hours", Do: &ivr.Hours{Schedule: "office", Open: "main", Closed: "mailbox"}},
			{ID: "main", Do: &ivr.Menu{
				Ask:     ivr.Ask{Prompt: ivr.Speak("For an appointment, press 1. For opening hours, press 2.")},
				Options: []ivr.Option{{Key: "1", To: "code"}, {Key: "2", To: "info"}},
			}},
			{ID: "code", Do: &ivr.Collect{
				Ask: ivr.Ask{Prompt: ivr.Speak("Your code, please.")}, Digits: &ivr.Digits{Min: 4, Max: 4}, Into: "code", To: "look",
			}},
			{ID: "look", Do: &ivr.HTTP{
				URL: "https://clinic.example.org/{code}", Outputs: []ivr.Output{{Path: "tries", Into: "tries"}}, OK: "tell", Error: "mailbox",
			}},
			{ID: "tell", Do: &ivr.Say{Prompt: ivr.Speak("You have {tries} appointments."), To: "desk"}},
			{ID: "info", Do: &ivr.Say{Prompt: ivr.Speak("From nine to five."), To: "main"}},
			{ID: "desk", Do: &ivr.Transfer{Targets: []ivr.Target{{Number: "+15550100002"}}, Otherwise: "mailbox"}},
			{ID: "mailbox", Do: &ivr.Voicemail{Greeting: ivr.Speak("Please leave a message."), Recorded: "end"}},
			{ID: "end", Do: &ivr.Hangup{Prompt: ivr.Speak("Goodbye.")}},
		},
	}
}

// do finds what a node of a flow does.
func do[A any](f *ivr.Flow, id string) *A {
	for i := range f.Nodes {
		if a, ok := f.Nodes[i].Do.(any).(*A); ok && f.Nodes[i].ID == id {
			return a
		}
	}
	panic("no node " + id)
}

func replace(f *ivr.Flow, id string, do ivr.Action) {
	for i := range f.Nodes {
		if f.Nodes[i].ID == id {
			f.Nodes[i].Do = do
		}
	}
}

func add(f *ivr.Flow, id string, do ivr.Action) { f.Nodes = append(f.Nodes, ivr.Node{ID: id, Do: do}) }

func ask(text string) ivr.Ask { return ivr.Ask{Prompt: ivr.Speak(text)} }

// ruleTests break the clinic in one way each. at is the node and field of the
// finding, way its witness.
var ruleTests = []struct {
	rule   ivr.Rule
	name   string
	change func(f *ivr.Flow)
	at     string
	way    string
}{
	{ivr.UndefinedTarget, "option", func(f *ivr.Flow) { do[ivr.Menu](f, "main").Options[1].To = "infos" }, "main options.1.to", ""},
	{ivr.UndefinedTarget, "start", func(f *ivr.Flow) { f.Start = "begin" }, " start", ""},
	{ivr.UndefinedTarget, "return from the main flow", func(f *ivr.Flow) { do[ivr.Say](f, "tell").To = ivr.Return }, "tell to", ""},
	{ivr.UndefinedName, "variable", func(f *ivr.Flow) { do[ivr.Collect](f, "code").Into = "cod" }, "code into", ""},
	{ivr.UndefinedName, "in a text", func(f *ivr.Flow) { do[ivr.Say](f, "info").Prompt = ivr.Speak("{who}") }, "info prompt", ""},
	{ivr.UndefinedName, "schedule", func(f *ivr.Flow) { do[ivr.Hours](f, "hours").Schedule = "offices" }, "hours schedule", ""},
	{ivr.UndefinedName, "queue fact elsewhere", func(f *ivr.Flow) { do[ivr.Say](f, "info").Prompt = ivr.Speak("{queue.position}") }, "info prompt", ""},
	{ivr.DuplicateName, "node", func(f *ivr.Flow) { add(f, "end", &ivr.Hangup{}) }, "end ", ""},
	{ivr.DuplicateName, "variable", func(f *ivr.Flow) { f.Vars = append(f.Vars, text("code")) }, " vars.2.name", ""},
	{ivr.MissingExit, "say", func(f *ivr.Flow) { do[ivr.Say](f, "info").To = "" }, "info to", ""},
	{ivr.MissingExit, "transfer", func(f *ivr.Flow) { do[ivr.Transfer](f, "desk").Otherwise = "" }, "desk otherwise", ""},
	{ivr.MissingExit, "exhausted", func(f *ivr.Flow) {
		f.Exhausted = ""
		do[ivr.Menu](f, "main").Ask.Exhausted = "desk"
		do[ivr.Collect](f, "code").Ask.Exhausted = "desk"
	}, " exhausted", ""},
	{ivr.InvalidValue, "time-out", func(f *ivr.Flow) { do[ivr.Menu](f, "main").Ask.Timeout = 99 }, "main timeout", ""},
	{ivr.InvalidValue, "number", func(f *ivr.Flow) { do[ivr.Transfer](f, "desk").Targets[0].Number = "555 0100" }, "desk targets.0.number", ""},
	{ivr.InvalidValue, "variable in a host", func(f *ivr.Flow) { do[ivr.HTTP](f, "look").URL = "https://{code}.example.org/" }, "look url", ""},
	{ivr.InvalidValue, "name", func(f *ivr.Flow) { add(f, "Bye Bye", &ivr.Hangup{}) }, "Bye Bye ", ""},
	{ivr.InvalidValue, "brace", func(f *ivr.Flow) { do[ivr.Say](f, "info").Prompt = ivr.Speak("a { b") }, "info prompt", ""},
	{ivr.InvalidValue, "confidence of a flow", func(f *ivr.Flow) { f.Confidence = 1.5 }, " confidence", ""},
	{ivr.InvalidValue, "confidence in percent", func(f *ivr.Flow) { do[ivr.Menu](f, "main").Ask.Confidence = 50 }, "main confidence", ""},
	{ivr.InvalidValue, "confirmation of digits by confidence", func(f *ivr.Flow) {
		do[ivr.Collect](f, "code").Confirm = &ivr.Confirm{Prompt: ivr.Speak("{code}?"), Below: 0.5}
	}, "code confirm.below", ""},
	{ivr.InvalidValue, "tag", func(f *ivr.Flow) { f.Nodes[1].Tags = []string{"a", "Gave up"} }, "main tags.1", ""},
	{ivr.InvalidValue, "tag twice", func(f *ivr.Flow) { f.Nodes[1].Tags = []string{"a", "a"} }, "main tags.1", ""},
	{ivr.InvalidValue, "on_error where nothing fails", func(f *ivr.Flow) { f.Nodes[1].OnError = "desk" }, "main on_error", ""},
	{ivr.InvalidValue, "on_error beside error", func(f *ivr.Flow) { f.Nodes[3].OnError = "desk" }, "look on_error", ""},
	{ivr.UndefinedTarget, "on_error", func(f *ivr.Flow) { f.Nodes[3].OnError = "dsk"; do[ivr.HTTP](f, "look").Error = "" }, "look on_error", ""},
	{ivr.InvalidValue, "sensitive where nobody answers", func(f *ivr.Flow) { f.Nodes[4].Sensitive = true }, "tell sensitive", ""},
	{ivr.InvalidValue, "sensitive callback", func(f *ivr.Flow) { slotted(f); f.Nodes[6].Sensitive = true }, "desk sensitive", ""},
	{ivr.SecretLeak, "what is entered at a sensitive node", func(f *ivr.Flow) { f.Nodes[2].Sensitive = true }, "look url", ""},
	{ivr.SecretLeak, "confirmation at a sensitive node", func(f *ivr.Flow) {
		f.Nodes[2].Sensitive = true
		do[ivr.HTTP](f, "look").URL = "https://clinic.example.org/"
		do[ivr.Collect](f, "code").Confirm = &ivr.Confirm{Prompt: ivr.Speak("{code}?")}
	}, "code confirm.prompt", ""},
	{ivr.InvalidValue, "retries", func(f *ivr.Flow) { do[ivr.HTTP](f, "look").Retries = 4 }, "look retries", ""},
	{ivr.InvalidValue, "cache of more than a day", func(f *ivr.Flow) { do[ivr.HTTP](f, "look").Cache = 100_000 }, "look cache", ""},
	{ivr.InvalidValue, "cache of a POST", func(f *ivr.Flow) { h := do[ivr.HTTP](f, "look"); h.Method, h.Cache = "POST", 60 }, "look cache", ""},
	{ivr.InvalidValue, "command without key and words", func(f *ivr.Flow) { f.Keys = append(f.Keys, ivr.GlobalKey{Do: ivr.Repeat}) }, " keys.1.key", ""},
	{ivr.InvalidValue, "key without a command", func(f *ivr.Flow) { f.Keys = append(f.Keys, ivr.GlobalKey{Key: "9"}) }, " keys.1.do", ""},
	{ivr.InvalidValue, "slots without choices", func(f *ivr.Flow) { slotted(f).Slots = &ivr.Slots{Prompt: ivr.Speak("When?")} }, "desk slots.choices", ""},
	{ivr.InvalidValue, "slot without a time", func(f *ivr.Flow) { slotted(f).Slots.Choices[0].Value = "" }, "desk slots.choices.0.value", ""},
	{ivr.SecretLeak, "slot", func(f *ivr.Flow) {
		f.Vars = append(f.Vars, ivr.Var{Name: "when", Type: expr.Text, Secret: true, Default: expr.TextValue("x")})
		slotted(f).Slots.Choices[0].Value = "{when}"
	}, "desk slots.choices.0.value", ""},
	{ivr.InvalidValue, "repeat key", func(f *ivr.Flow) { do[ivr.Menu](f, "main").RepeatKey = "99" }, "main repeat_key", ""},
	{ivr.DuplicateKey, "repeat key", func(f *ivr.Flow) { do[ivr.Menu](f, "main").RepeatKey = "1" }, "main repeat_key", ""},
	{ivr.DuplicateKey, "back key", func(f *ivr.Flow) { m := do[ivr.Menu](f, "main"); m.RepeatKey, m.BackKey = "9", "9" }, "main back_key", ""},
	{ivr.ShadowedKey, "repeat key", func(f *ivr.Flow) { do[ivr.Menu](f, "main").RepeatKey = "0" }, "main ", ""},
	{ivr.SecretLeak, "notice of a message", func(f *ivr.Flow) {
		f.Vars = append(f.Vars, ivr.Var{Name: "who", Type: expr.Text, Secret: true, Default: expr.TextValue("x")})
		do[ivr.Voicemail](f, "mailbox").Notify = "{who}"
	}, "mailbox notify", ""},
	{ivr.DuplicateKey, "slot", func(f *ivr.Flow) { s := slotted(f).Slots; s.Choices = append(s.Choices, s.Choices[0]) }, "desk slots.choices.1.key", ""},
	{ivr.DuplicateKey, "words of two commands", func(f *ivr.Flow) {
		f.Keys[0].Words = map[string][]string{"en": {"person"}}
		f.Keys = append(f.Keys, ivr.GlobalKey{Label: "help", Do: ivr.Operator, To: "desk", Words: map[string][]string{"en": {"Person!"}}})
	}, " keys.1.words.en.0", ""},
	{ivr.UndefinedName, "language of a command", func(f *ivr.Flow) { f.Keys[0].Words = map[string][]string{"fr": {"aide"}} }, " keys.0.words.fr", ""},
	{ivr.MissingTranslation, "slots", func(f *ivr.Flow) {
		f.Languages = []ivr.Language{{Name: "en", Locale: "en-US"}, {Name: "fr", Locale: "fr-FR"}}
		slotted(f).Slots.Prompt = ivr.Prompt{"en": {{Text: "When?"}}}
	}, "desk slots.prompt", ""},
	{ivr.TypeMismatch, "date into number", func(f *ivr.Flow) {
		do[ivr.Collect](f, "code").Digits = &ivr.Digits{Date: &ivr.DateRule{Layout: "DDMM"}}
	}, "code into", ""},
	{ivr.TypeMismatch, "condition", func(f *ivr.Flow) {
		replace(f, "info", &ivr.Branch{Cases: []ivr.Case{{When: expr.Must("call.from > 5"), To: "main"}}, Else: "main"})
	}, "info cases.0.when", ""},
	{ivr.UnknownZone, "schedule", func(f *ivr.Flow) { f.Schedules[0].Zone = "America/Newyork" }, " schedules.0.zone", ""},
	{ivr.UnknownZone, "local", func(f *ivr.Flow) { f.Schedules[0].Zone = "Local" }, " schedules.0.zone", ""},
	{ivr.Recursion, "subflow", func(f *ivr.Flow) {
		f.Subflows = []ivr.Subflow{{Name: "sub", Start: "in", Nodes: []ivr.Node{{ID: "in", Do: &ivr.Call{Subflow: "sub", To: ivr.Return}}}}}
		replace(f, "info", &ivr.Call{Subflow: "sub", To: "main"})
	}, " subflows.0", ""},
	{ivr.CardData, "length", func(f *ivr.Flow) { do[ivr.Collect](f, "code").Digits = &ivr.Digits{Min: 13, Max: 19} }, "code digits", ""},
	{ivr.CardData, "luhn", func(f *ivr.Flow) { do[ivr.Collect](f, "code").Digits.Luhn = true }, "code digits", ""},
	{ivr.SecretLeak, "URL", func(f *ivr.Flow) { f.Vars[0].Secret = true }, "look url", ""},
	{ivr.SecretLeak, "speech, by way of another", func(f *ivr.Flow) {
		f.Vars[0].Secret = true
		f.Vars = append(f.Vars, text("copy"))
		h := do[ivr.HTTP](f, "look")
		h.URL = "https://clinic.example.org/"
		h.Method, h.JSON, h.AllowSecret = "POST", map[string]expr.Expr{"code": expr.Must("code")}, true
		replace(f, "tell", &ivr.Set{Assign: []ivr.Assign{{Var: "copy", Value: expr.Must("code")}}, To: "say"})
		add(f, "say", &ivr.Say{Prompt: ivr.Speak("{copy} and {tries}"), To: "desk"})
	}, "say prompt", ""},
	{ivr.DuplicateKey, "menu", func(f *ivr.Flow) { do[ivr.Menu](f, "main").Options[1].Key = "1" }, "main options.1.key", ""},
	{ivr.DuplicateKey, "words", func(f *ivr.Flow) {
		m := do[ivr.Menu](f, "main")
		m.Options[0].Words = map[string][]string{"en": {"Two hours!"}}
		m.Options[1].Words = map[string][]string{"en": {"2 hours"}}
	}, "main options.1.words.en.0", ""},
	{ivr.EmptyPrompt, "none", func(f *ivr.Flow) { do[ivr.Say](f, "info").Prompt = nil }, "info prompt", ""},
	{ivr.EmptyPrompt, "blank", func(f *ivr.Flow) { do[ivr.Say](f, "info").Prompt = ivr.Speak(" ") }, "info prompt", ""},

	{ivr.Unreachable, "node", func(f *ivr.Flow) { add(f, "attic", &ivr.Hangup{}) }, "attic ", ""},
	{ivr.Unreachable, "subflow", func(f *ivr.Flow) {
		f.Subflows = []ivr.Subflow{{Name: "sub", Start: "in", Nodes: []ivr.Node{{ID: "in", Do: &ivr.Goto{To: "out"}}, {ID: "out", Do: &ivr.Goto{To: ivr.Return}}}}}
	}, "sub/in ", ""},
	{ivr.DeadEnd, "circle of menus", func(f *ivr.Flow) {
		f.Keys = nil
		replace(f, "info", &ivr.Menu{
			Ask: ivr.Ask{Prompt: ivr.Speak("Again, press 1."), Exhausted: "spin"}, Options: []ivr.Option{{Key: "1", To: "spin"}},
		})
		add(f, "spin", &ivr.Goto{To: "spin2"})
		add(f, "spin2", &ivr.Goto{To: "info"})
	}, "info ", "hours →open→ main →2→ info"},
	{ivr.EndlessLoop, "says", func(f *ivr.Flow) {
		do[ivr.Say](f, "info").To = "more"
		add(f, "more", &ivr.Branch{Cases: []ivr.Case{{When: expr.Must("call.from == 'x'"), To: "main"}}, Else: "info"})
	}, "info ", "hours →open→ main →2→ info →next→ more →else→ info"},
	{ivr.EndlessLoop, "redialling", func(f *ivr.Flow) {
		do[ivr.Transfer](f, "desk").Busy = "desk"
	}, "desk ", "hours →open→ main →exhausted→ desk →busy→ desk"},
	{ivr.NoEscape, "menu", func(f *ivr.Flow) {
		replace(f, "info", &ivr.Menu{Ask: ask("Louder, press 1. Softer, press 2."), Options: []ivr.Option{{Key: "1", To: "end"}, {Key: "2", To: "end"}}})
		m := do[ivr.Menu](f, "info")
		m.Ask.Exhausted = "end"
		f.Keys = nil
	}, "info ", "hours →open→ main →2→ info"},
	{ivr.SilentCaller, "back to the start", func(f *ivr.Flow) { do[ivr.Menu](f, "main").Ask.OnNoInput = "hours" }, "main ", "hours →open→ main →noinput→ hours →open→ main"},
	{ivr.WrongCaller, "itself", func(f *ivr.Flow) { do[ivr.Menu](f, "main").Ask.OnNoMatch = "main" }, "main ", "hours →open→ main →nomatch→ main"},
	{ivr.FailingServices, "look-up again", func(f *ivr.Flow) { do[ivr.HTTP](f, "look").Error = "look" }, "look ", "hours →open→ main →1→ code →ok→ look →error→ look"},
	{ivr.FailingServices, "look-up again by on_error", func(f *ivr.Flow) { do[ivr.HTTP](f, "look").Error, f.Nodes[3].OnError = "", "look" }, "look ", "hours →open→ main →1→ code →ok→ look →error→ look"},
	{ivr.ShadowedKey, "menu", func(f *ivr.Flow) { do[ivr.Menu](f, "main").Options[1].Key = "0" }, "main ", ""},
	{ivr.ShadowedKey, "word", func(f *ivr.Flow) {
		f.Keys[0].Words = map[string][]string{"en": {"a person"}}
		do[ivr.Menu](f, "main").Options[1].Words = map[string][]string{"en": {"A person."}}
	}, "main ", ""},
	{ivr.SilentCaller, "recordings of silence", func(f *ivr.Flow) {
		v := do[ivr.Voicemail](f, "mailbox")
		v.Recorded, v.Empty = "main", "end"
		do[ivr.Menu](f, "main").Ask.OnNoInput = "mailbox"
	}, "main ", "hours →open→ main →noinput→ mailbox →recorded→ main"},
	{ivr.KeyPrefix, "options", func(f *ivr.Flow) { do[ivr.Menu](f, "main").Options[1].Key = "12" }, "main options.1.key", ""},
	{ivr.KeyPrefix, "global", func(f *ivr.Flow) { do[ivr.Menu](f, "main").Options[1].Key = "02" }, "main options.1.key", ""},
	{ivr.FinishKey, "global", func(f *ivr.Flow) {
		f.Keys = append(f.Keys, ivr.GlobalKey{Key: "#", Do: ivr.Repeat})
		do[ivr.Collect](f, "code").Digits.Max = 6
	}, "code digits.finish", ""},
	{ivr.FinishKey, "of a number to call back", func(f *ivr.Flow) {
		f.Keys = append(f.Keys, ivr.GlobalKey{Key: "#", Do: ivr.Repeat})
		slotted(f)
	}, "desk prompt", ""},
	{ivr.ShadowedKey, "confirmation", func(f *ivr.Flow) {
		do[ivr.Collect](f, "code").Confirm = &ivr.Confirm{Prompt: ivr.Speak("{code|digits}?"), No: "0"}
	}, "code ", ""},
	{ivr.ShadowedKey, "slot", func(f *ivr.Flow) { slotted(f).Slots.Choices[0].Key = "0" }, "desk ", ""},
	{ivr.HoursOverlap, "intervals", func(f *ivr.Flow) {
		f.Schedules[0].Week = append(f.Schedules[0].Week, ivr.Interval{Days: []time.Weekday{time.Tuesday}, Span: ivr.Span{From: 16 * 60, To: 18 * 60}})
	}, " schedules.0.week.1", ""},
	{ivr.HoursOverlap, "a night into Sunday", func(f *ivr.Flow) {
		f.Schedules[0].Week = []ivr.Interval{
			{Days: []time.Weekday{time.Saturday}, Span: ivr.Span{From: 22 * 60, To: 4 * 60}},
			{Days: []time.Weekday{time.Sunday}, Span: ivr.Span{From: 3 * 60, To: 5 * 60}},
		}
	}, " schedules.0.week.1", ""},
	{ivr.HoursEmpty, "interval", func(f *ivr.Flow) {
		f.Schedules[0].Week = append(f.Schedules[0].Week, ivr.Interval{Days: []time.Weekday{time.Friday}, Span: ivr.Span{From: 60, To: 60}})
	}, " schedules.0.week.1", ""},
	{ivr.HoursEmpty, "never open", func(f *ivr.Flow) { f.Schedules[0].Week = nil }, "hours open", ""},
	{ivr.HoursEmpty, "always open", func(f *ivr.Flow) {
		all := []time.Weekday{0, 1, 2, 3, 4, 5, 6}
		f.Schedules[0].Week = []ivr.Interval{{Days: all, Span: ivr.Span{From: 8 * 60, To: 20 * 60}}, {Days: all, Span: ivr.Span{From: 20 * 60, To: 8 * 60}}}
		f.Schedules[0].Holidays = nil
	}, "hours closed", ""},
	{ivr.HoursGap, "spring", func(f *ivr.Flow) {
		f.Schedules[0].Week = append(f.Schedules[0].Week, ivr.Interval{Days: []time.Weekday{time.Saturday}, Span: ivr.Span{From: 20 * 60, To: 2*60 + 30}})
	}, " schedules.0.week.1", ""},
	{ivr.HoursPast, "holiday", func(f *ivr.Flow) { f.Schedules[0].Holidays[0].Day.Year = 2025 }, " schedules.0.holidays.0", ""},
	{ivr.HoursPast, "exception", func(f *ivr.Flow) {
		f.Schedules[0].Exceptions = []ivr.Exception{{Day: ivr.Day{Year: 2026, Month: time.March, Day: 1}}}
	}, " schedules.0.exceptions.0", ""},
	{ivr.UnsetVariable, "on one way", func(f *ivr.Flow) { do[ivr.Voicemail](f, "mailbox").Greeting = ivr.Speak("{code}") }, "mailbox greeting", "hours →closed→ mailbox"},
	{ivr.UnsetVariable, "not by a failure", func(f *ivr.Flow) {
		do[ivr.HTTP](f, "look").Statuses = map[int]string{404: "tell"}
	}, "tell prompt", "hours →open→ main →1→ code →ok→ look →404→ tell"},
	{ivr.MissingTranslation, "one of two", func(f *ivr.Flow) {
		f.Languages = []ivr.Language{{Name: "en", Locale: "en-US"}, {Name: "fr", Locale: "fr-FR"}}
		do[ivr.Say](f, "info").Prompt = ivr.Prompt{"en": {{Text: "From nine to five."}}}
	}, "info prompt", ""},
	{ivr.LongPrompt, "text", func(f *ivr.Flow) { do[ivr.Say](f, "info").Prompt = ivr.Speak(strings.Repeat("word ", 601)) }, "info prompt", ""},
	{ivr.ManyOptions, "six", func(f *ivr.Flow) {
		m := do[ivr.Menu](f, "main")
		for _, key := range []string{"3", "4", "5", "6"} {
			m.Options = append(m.Options, ivr.Option{Key: key, To: "info"})
		}
	}, "main options", ""},
	{ivr.KeyBeforeChoice, "English", func(f *ivr.Flow) {
		do[ivr.Menu](f, "main").Ask.Prompt = ivr.Speak("Press 1 for an appointment, press 2 for opening hours.")
	}, "main prompt", ""},
	{ivr.InsecureURL, "look-up", func(f *ivr.Flow) { do[ivr.HTTP](f, "look").URL = "http://clinic.example.org/{code}" }, "look url", ""},
	{ivr.InsecureURL, "file", func(f *ivr.Flow) {
		do[ivr.Say](f, "info").Prompt = ivr.Prompt{"": {{File: "http://example.org/hours.mp3"}}}
	}, "info prompt", ""},
	{ivr.CarrierDocument, "verb that a carrier lacks", func(f *ivr.Flow) {
		f.Profile = twiml.Somleng
		replace(f, "info", &ivr.Queue{Name: "q", Error: "main"})
	}, "info ", ""},
	{ivr.CarrierDocument, "voice that does not exist", func(f *ivr.Flow) {
		f.Languages = []ivr.Language{{Name: "en", Locale: "en-XX"}}
	}, " languages.0", ""},
	{ivr.DocumentSize, "many says", func(f *ivr.Flow) {
		do[ivr.Say](f, "info").To = "say-0"
		for i := range 10 {
			to := fmt.Sprintf("say-%d", i+1)
			if i == 9 {
				to = "main"
			}
			add(f, fmt.Sprintf("say-%d", i), &ivr.Say{Prompt: ivr.Speak(strings.Repeat("x ", 1400)), To: to})
		}
	}, "info ", "hours →open→ main →2→ info"},
	{ivr.StateSize, "texts", func(f *ivr.Flow) {
		f.Vars = append(f.Vars, ivr.Var{Name: "a", Type: expr.Text, Max: 1000}, ivr.Var{Name: "b", Type: expr.Text, Max: 600})
	}, " vars", ""},
	{ivr.ManyDocuments, "attempts", func(f *ivr.Flow) {
		f.Attempts = 10
		for i := range 6 {
			to := fmt.Sprintf("ask-%d", i+1)
			if i == 5 {
				to = "desk"
			}
			add(f, fmt.Sprintf("ask-%d", i), &ivr.Menu{Ask: ivr.Ask{Prompt: ivr.Speak("?"), OnNoInput: to}, Options: []ivr.Option{{Key: "1", To: "desk"}}})
		}
		do[ivr.Menu](f, "main").Ask.OnNoInput = "ask-0"
	}, "hours ", ""},
	{ivr.TelephoneLoop, "own number", func(f *ivr.Flow) { do[ivr.Transfer](f, "desk").Targets[0].Number = "+15550199999" }, "desk targets.0.number", ""},
	{ivr.LateReject, "after a menu", func(f *ivr.Flow) { replace(f, "info", &ivr.Reject{}) }, "info ", "hours →open→ main →2→ info"},
	{ivr.FlowTooLarge, "subflows in subflows", func(f *ivr.Flow) {
		for i := range 20 {
			to := fmt.Sprintf("sub-%d", i+1)
			s := ivr.Subflow{Name: fmt.Sprintf("sub-%d", i), Start: "a", Nodes: []ivr.Node{{ID: "a", Do: &ivr.Call{Subflow: to, To: "b"}}, {ID: "b", Do: &ivr.Call{Subflow: to, To: ivr.Return}}}}
			if i == 19 {
				s.Nodes = []ivr.Node{{ID: "a", Do: &ivr.Goto{To: ivr.Return}}}
			}
			f.Subflows = append(f.Subflows, s)
		}
		replace(f, "info", &ivr.Call{Subflow: "sub-0", To: "main"})
	}, " subflows", ""},
}

// slotted makes a callback with a slot of the desk.
func slotted(f *ivr.Flow) *ivr.Callback {
	b := &ivr.Callback{
		Ask: ask("Your number?"), Confirm: ivr.Speak("{callback.number}?"), Country: "1", Booked: "end", Declined: "end",
		Invalid: "mailbox", Error: "mailbox",
		Slots: &ivr.Slots{Prompt: ivr.Speak("When?"), Choices: []ivr.Slot{{Key: "1", Value: "morning"}}},
	}
	replace(f, "desk", b)
	return b
}

// TestCheckFindsNothing: the clinic as it is, and with each of a few things that
// look like faults and are none.
func TestCheckFindsNothing(t *testing.T) {
	for name, change := range map[string]func(f *ivr.Flow){
		"as it is": func(*ivr.Flow) {},
		"subflow from two nodes": func(f *ivr.Flow) {
			f.Subflows = []ivr.Subflow{{Name: "sub", Start: "in", Nodes: []ivr.Node{{ID: "in", Do: &ivr.Say{Prompt: ivr.Speak("Hm."), To: ivr.Return}}}}}
			replace(f, "info", &ivr.Call{Subflow: "sub", To: "again"})
			add(f, "again", &ivr.Call{Subflow: "sub", To: "main"})
		},
		"loop with a bound": func(f *ivr.Flow) {
			do[ivr.Transfer](f, "desk").Busy = "once"
			add(f, "once", &ivr.Goto{To: "desk", Max: 1, Otherwise: "mailbox"})
		},
		"variable with a default": func(f *ivr.Flow) {
			f.Vars[0].Default = expr.TextValue("nobody")
			do[ivr.Voicemail](f, "mailbox").Greeting = ivr.Speak("Hello {code}.")
		},
		"secret to a server that may": func(f *ivr.Flow) {
			f.Vars[0].Secret = true
			h := do[ivr.HTTP](f, "look")
			h.URL, h.Method, h.JSON, h.AllowSecret = "https://clinic.example.org/", "POST", map[string]expr.Expr{"code": expr.Must("code")}, true
		},
		"secret in a condition": func(f *ivr.Flow) {
			f.Vars[0].Secret = true
			replace(f, "look", &ivr.Branch{Cases: []ivr.Case{{When: expr.Must("code == '1234'"), To: "info"}}, Else: "info"})
			f.Nodes = slices.DeleteFunc(f.Nodes, func(n ivr.Node) bool { return n.ID == "tell" })
		},
		"both languages": func(f *ivr.Flow) {
			f.Languages = []ivr.Language{{Name: "en", Locale: "en-US"}, {Name: "fr", Locale: "fr-FR"}}
			do[ivr.Say](f, "info").Prompt = ivr.Prompt{"en": {{Text: "From nine to five."}}, "": {{Text: "De neuf à cinq heures."}}}
		},
		"reject at once": func(f *ivr.Flow) { do[ivr.Hours](f, "hours").Closed = "no"; add(f, "no", &ivr.Reject{}) },
		"texts up to the limit": func(f *ivr.Flow) {
			do[ivr.Say](f, "info").Prompt = ivr.Speak(strings.Repeat("word ", 600))
		},
		"neighbouring hours": func(f *ivr.Flow) {
			f.Schedules[0].Week = append(f.Schedules[0].Week, ivr.Interval{Days: []time.Weekday{time.Monday}, Span: ivr.Span{From: 17 * 60, To: 18 * 60}})
		},
		"callback with slots":    func(f *ivr.Flow) { slotted(f) },
		"words for the operator": func(f *ivr.Flow) { f.Keys[0].Words = map[string][]string{"en": {"a person"}} },
		"a command that is only said": func(f *ivr.Flow) {
			f.Keys = append(f.Keys, ivr.GlobalKey{Do: ivr.Repeat, Words: map[string][]string{"en": {"once more"}}})
		},
		"cached and tried again": func(f *ivr.Flow) { h := do[ivr.HTTP](f, "look"); h.Cache, h.Retries = 60, 3 },
		"a message longer than silence": func(f *ivr.Flow) {
			v := do[ivr.Voicemail](f, "mailbox")
			v.Recorded, v.Empty, v.Min = "main", "end", 6
		},
		"nine digits or twenty": func(f *ivr.Flow) { do[ivr.Collect](f, "code").Digits = &ivr.Digits{Min: 9, Max: 20} },
		"keys of one length":    func(f *ivr.Flow) { m := do[ivr.Menu](f, "main"); m.Options[0].Key, m.Options[1].Key = "12", "13" },
	} {
		f := clinic()
		change(f)
		r := ivr.Check(f, monday)
		for _, finding := range r.Findings {
			t.Errorf("%s: %v", name, finding)
		}
		if r.Program == nil || r.HasErrors() {
			t.Errorf("%s: does not compile", name)
		}
	}
}

// TestRules breaks the clinic and requires that finding, at that place, and no other.
func TestRules(t *testing.T) {
	tested := map[ivr.Rule]bool{}
	for _, c := range ruleTests {
		tested[c.rule] = true
		t.Run(string(c.rule)+"/"+c.name, func(t *testing.T) {
			f := clinic()
			c.change(f)
			r := ivr.Check(f, monday)
			if len(r.Findings) == 0 {
				t.Fatal("nothing was found")
			}
			for i, got := range r.Findings {
				at := got.Node + " " + got.Field
				if got.Rule != c.rule || i == 0 && (at != c.at || ivr.Way(got.Witness) != c.way) {
					t.Errorf("found %v\nat %q by %q, want %s at %q by %q", got, at, ivr.Way(got.Witness), c.rule, c.at, c.way)
				}
			}
		})
	}
	for _, rule := range ivr.Rules() {
		if !tested[rule] {
			t.Errorf("no flow breaks %s", rule)
		}
	}
}
