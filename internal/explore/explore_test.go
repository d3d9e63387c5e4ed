package explore_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/carrier"
	"github.com/callgate/callgate/internal/explore"
	"github.com/callgate/callgate/internal/flowfile"
	"github.com/callgate/callgate/internal/line"
	"github.com/callgate/callgate/ivr"
	"github.com/callgate/callgate/twilio"
)

const (
	address = "https://line.example"
	token   = callgate.Secret("explore-0123456789abcdef")
)

// subject is a flow behind a gate, as "callgate serve" has it.
func subject(t testing.TB, flow *ivr.Flow) explore.Subject {
	t.Helper()
	report := ivr.Check(flow, carrier.DefaultStart())
	if report.Program == nil {
		t.Fatalf("the flow cannot be compiled: %v", report.Findings)
	}
	sealer, err := ivr.NewSealer([]byte(token.Reveal()))
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := twilio.New(twilio.Config{Keys: []twilio.Key{{Name: "test", Account: carrier.TestAccount, Token: token}}})
	if err != nil {
		t.Fatal(err)
	}
	rescue, err := callgate.RescueDocument("Sorry.", "en", "+15005550143")
	if err != nil {
		t.Fatal(err)
	}
	open := func(w *explore.Walk) (carrier.Config, error) {
		l, err := line.New(line.Config{Path: "/", Program: report.Program, Sealer: sealer, Media: address + "/media/", Lookups: w, Outbox: w,
			Languages: &line.Languages{}, Log: slog.New(slog.DiscardHandler), Now: w.Now, Observe: w.Observe})
		if err != nil {
			return carrier.Config{}, err
		}
		gate, err := callgate.New(callgate.Config{Verifier: verifier, PublicURL: address, Rescue: callgate.Rescue{Documents: map[string][]byte{"": rescue}},
			Routes: []callgate.Route{{Path: "/", Entries: []callgate.Entry{{Effect: callgate.Allow, Principal: callgate.Carrier(twilio.Name), Permission: callgate.AnyPermission}}}, l.StatusRoute()},
			Observe: func(_ context.Context, e *callgate.Event) {
				if e.Outcome == callgate.OutcomeRescued {
					w.Rescued("the flow failed")
				}
			}})
		if err != nil {
			return carrier.Config{}, err
		}
		return carrier.Config{Token: token, VoiceURL: address + "/", Transport: carrier.Direct(gate.Handler(l)), Media: carrier.MediaNone}, nil
	}
	return explore.Subject{Flow: flow, Report: report, Open: open}
}

func load(t testing.TB, file string) *ivr.Flow {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	flow, err := flowfile.Load(file, content)
	if err != nil {
		t.Fatal(err)
	}
	return flow
}

// Every exit of the example flows is taken, and every call keeps what check says,
// although each of its steps is answered by a server that has seen none before.
func TestExamples(t *testing.T) {
	files, err := filepath.Glob("../../examples/*/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no example flows", err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, ".test.yaml") {
			continue
		}
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			var log shared
			s, servers := newFleet(t, load(t, file), &log)
			r, err := explore.Run(t.Context(), s, explore.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(log.String(), "lost its place") {
				t.Errorf("calls lost their place:\n%s", log.String())
			}
			if n := int(servers.lines.Load()); n < 3*r.Calls {
				t.Errorf("%d calls had %d steps; that proves little", r.Calls, n)
			}
			for _, f := range r.Findings {
				t.Errorf("%s: %s: %v", f.Rule, f.Text, f.Way)
			}
			for _, missed := range missedExits(s.Report.Program, r.Answers) {
				t.Errorf("not taken: %s", missed)
			}
		})
	}
}

func missedExits(p *ivr.Program, answers []ivr.Answer) []string {
	var out []string
	for _, n := range p.Outline() {
		for _, e := range n.Exits {
			taken := slices.ContainsFunc(answers, func(a ivr.Answer) bool {
				return slices.ContainsFunc(a.Trail, func(t ivr.Transition) bool { return t.From == n.Name && t.Exit == e.Label })
			})
			if !taken && !e.Global {
				out = append(out, n.Name+" "+e.Label)
			}
		}
	}
	return out
}

// What is wrong with a line is found, with the way that leads there.
func TestFindings(t *testing.T) {
	flow := &ivr.Flow{Name: "broken", Start: "menu", Exhausted: "bye", Nodes: []ivr.Node{
		{ID: "menu", Do: &ivr.Menu{Ask: ivr.Ask{Prompt: ivr.Speak("Press 1.")}, Options: []ivr.Option{{Key: "1", To: "wrong"}}}},
		{ID: "wrong", Do: &ivr.Custom{Behavior: ivr.BehaviorFunc(func(v *ivr.Visit) (string, error) { return "no such exit", nil }), Exits: map[string]string{"ok": "bye"}}},
		{ID: "bye", Do: &ivr.Hangup{}},
	}}
	r, err := explore.Run(t.Context(), subject(t, flow), explore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Findings) == 0 || r.Findings[0].Rule != "rescue" || !slices.Contains(r.Findings[0].Way, "press 1") {
		t.Errorf("findings: %+v", r.Findings)
	}
}

// A line that is spoken to is walked by words: of options, offers and commands, and wrong ones.
func TestSpokenLine(t *testing.T) {
	words := func(s string) map[string][]string { return map[string][]string{"en": {s}} }
	flow := &ivr.Flow{
		Name: "spoken", Start: "language", Exhausted: "bye",
		Languages: []ivr.Language{{Name: "en", Locale: "en-US"}, {Name: "de", Locale: "de-DE"}},
		Keys:      []ivr.GlobalKey{{Label: "help", Do: ivr.Operator, To: "desk", Words: words("help")}},
		Nodes: []ivr.Node{
			{ID: "language", Do: &ivr.ChooseLanguage{Ask: ivr.Ask{Prompt: ivr.Speak("English?")}, To: "menu", Offers: []ivr.Offer{
				{Language: "en", Words: []string{"English"}}, {Language: "de", Words: []string{"German"}},
			}}},
			{ID: "menu", Do: &ivr.Menu{Ask: ivr.Ask{Prompt: ivr.Speak("Say tea or coffee."), OnNoMatch: "desk"}, RepeatKey: "9", Options: []ivr.Option{
				{Label: "tea", To: "bye", Words: words("tea")}, {Label: "coffee", To: "bye", Words: words("coffee")},
			}}},
			{ID: "desk", Do: &ivr.Transfer{Targets: []ivr.Target{{Number: "+15005550100"}}, Otherwise: "bye"}},
			{ID: "bye", Do: &ivr.Hangup{}},
		},
	}
	s := subject(t, flow)
	r, err := explore.Run(t.Context(), s, explore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Findings {
		t.Errorf("%s: %s: %v", f.Rule, f.Text, f.Way)
	}
	for _, missed := range missedExits(s.Report.Program, r.Answers) {
		t.Errorf("not taken: %s", missed)
	}
	helped := slices.ContainsFunc(r.Answers, func(a ivr.Answer) bool {
		return slices.ContainsFunc(a.Trail, func(t ivr.Transition) bool { return t.Exit == "help" })
	})
	if !helped {
		t.Error("nobody said help")
	}
}

func TestBounds(t *testing.T) {
	s := subject(t, load(t, "../../examples/shop/shop.yaml"))
	r, err := explore.Run(t.Context(), s, explore.Options{Calls: 5})
	if err != nil {
		t.Fatal(err)
	}
	if r.Calls != 5 || !r.Bounded {
		t.Errorf("%d calls, bounded %v", r.Calls, r.Bounded)
	}
	s.Report.Bounds = ivr.Bounds{}
	if r, err = explore.Run(t.Context(), s, explore.Options{Calls: 50}); err != nil {
		t.Fatal(err)
	}
	for _, rule := range []string{"documents", "document-bytes", "state-bytes", "silent-seconds"} {
		if !slices.ContainsFunc(r.Findings, func(f explore.Finding) bool { return f.Rule == rule }) {
			t.Errorf("a bound of nothing is not found to be broken: %s", rule)
		}
	}
}

func startOfTests() time.Time { return carrier.DefaultStart() }
