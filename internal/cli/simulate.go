package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/carrier"
	"github.com/callgate/callgate/internal/callscript"
	"github.com/callgate/callgate/internal/flowfile"
	calls "github.com/callgate/callgate/internal/line"
	"github.com/callgate/callgate/ivr"
	"github.com/callgate/callgate/twilio"
)

// What a flow in this process is called with. The key is no secret: nothing but
// this process knows the address, which is never looked up.
const (
	simulatedURL   = "https://line.example"
	simulatedToken = callgate.Secret("simulated-0123456789abcdef")
)

// flowSet loads the flows that are called in this process, each once.
type flowSet struct {
	mu     sync.Mutex
	loaded map[string]*simulatedFlow
}

// simulatedFlow is a flow that is ready to be called.
type simulatedFlow struct {
	program *ivr.Program
	locales []string
	names   []string // of languages, in the flow
	sealer  *ivr.Sealer
	err     error
}

func (f *flowSet) load(path string) (*simulatedFlow, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if s := f.loaded[path]; s != nil {
		return s, s.err
	}
	s, err := readSimulatedFlow(path)
	if err != nil {
		s = &simulatedFlow{err: err}
	}
	if f.loaded == nil {
		f.loaded = map[string]*simulatedFlow{}
	}
	f.loaded[path] = s
	return s, s.err
}

func readSimulatedFlow(path string) (*simulatedFlow, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	flow, err := flowfile.Load(path, content)
	if err != nil {
		return nil, err
	}
	program, err := ivr.Compile(flow)
	if err != nil {
		return nil, err
	}
	return newSimulatedFlow(flow, program)
}

// newSimulatedFlow makes a flow that is compiled ready to be called.
func newSimulatedFlow(flow *ivr.Flow, program *ivr.Program) (*simulatedFlow, error) {
	s := &simulatedFlow{program: program}
	for _, l := range flow.Languages {
		s.locales, s.names = append(s.locales, l.Locale), append(s.names, l.Name)
	}
	if len(s.locales) == 0 {
		s.locales = []string{"en-US"} // that of a flow that names none
	}
	var err error
	s.sealer, err = ivr.NewSealer([]byte(simulatedToken.Reveal()))
	return s, err
}

// flowWorld is what stands round a flow that is called.
type flowWorld struct {
	calls.Config
	// rescued is told when the gate had to rescue a caller.
	rescued func(string)
	// grant are permissions that calls have besides View, which "serve" grants.
	grant []callgate.Permission
	// madeUp: callers are made up, so that what they enter can be shown even where it is
	// sensitive, and a saved call can be made again.
	madeUp bool
}

func (w *flowWorld) fill() {
	if w.Log == nil {
		w.Log = slog.New(slog.DiscardHandler)
	}
}

// entries are the access control list of the line.
func (w *flowWorld) entries() []callgate.Entry {
	var list []callgate.Entry
	for _, p := range append([]callgate.Permission{callgate.View}, w.grant...) {
		list = append(list, callgate.Entry{Effect: callgate.Allow, Principal: callgate.Carrier(twilio.Name), Permission: p})
	}
	return list
}

// config makes a line to call: the flow behind a gate, as "serve" has it, but in
// this process.
func (s *simulatedFlow) config(w flowWorld) (carrier.Config, error) {
	w.Path, w.Program, w.Sealer, w.Media = "/", s.program, s.sealer, simulatedURL+"/media/"
	w.fill()
	var sensitive sensitiveCalls
	if !w.madeUp {
		w.Observe = sensitive.watch(w.Observe)
	}
	answers, err := calls.New(w.Config)
	if err != nil {
		return carrier.Config{}, err
	}
	verifier, err := newVerifier(simulatedToken, carrier.TestAccount, twilio.ProfileVoice)
	if err != nil {
		return carrier.Config{}, err
	}
	say, _ := callgate.Apology("en")
	rescue, err := callgate.RescueDocument(say, "en", devSupportNumber)
	if err != nil {
		return carrier.Config{}, err
	}
	gate, err := callgate.New(callgate.Config{
		Verifier: verifier, PublicURL: simulatedURL, Now: w.Now,
		Rescue: callgate.Rescue{Documents: map[string][]byte{"": rescue}},
		Routes: []callgate.Route{
			{Path: "/", Entries: w.entries()},
			answers.StatusRoute(),
		},
		Observe: func(_ context.Context, e *callgate.Event) {
			switch {
			case w.rescued == nil:
			case e.Outcome == callgate.OutcomeRescued:
				w.rescued(fmt.Sprintf("the flow failed and the caller was rescued: %s", e.Detail))
			case e.Outcome == callgate.OutcomeRefused:
				w.rescued(fmt.Sprintf("the gate refused a request, so that the caller is rescued: %s: %s", e.Reason, e.Detail))
			}
		},
	})
	if err != nil {
		return carrier.Config{}, err
	}
	return carrier.Config{
		Token: simulatedToken, VoiceURL: simulatedURL + "/", Transport: carrier.Direct(gate.Handler(answers)), Media: carrier.MediaNone,
		Sensitive: sensitive.has,
	}, nil
}

// open makes what answers a case whose suite names a flow.
func (f *flowSet) open(p *callscript.Playing, path string) (callscript.Target, error) {
	s, err := f.load(path)
	if err != nil {
		return callscript.Target{}, err
	}
	grant, err := s.granted(p.Case.Grant)
	if err != nil {
		return callscript.Target{}, fmt.Errorf("%s: %w", path, err)
	}
	languages := &calls.Languages{}
	languages.Set(p.Party.From, p.Party.Lang)
	config, err := s.config(flowWorld{
		Config:  calls.Config{Lookups: p, Outbox: p, Languages: languages, Now: p.Now, Observe: p.Observe, Failed: p.Failed},
		rescued: p.Rescued, grant: grant,
	})
	return callscript.Target{Config: config}, err
}

// granted are the permissions that a case grants, each of which a node asks for.
func (s *simulatedFlow) granted(names []string) ([]callgate.Permission, error) {
	var list []callgate.Permission
	have := s.program.Permissions()
	for _, name := range names {
		if !slices.Contains(have, name) {
			return nil, fmt.Errorf("grant: no node asks for the permission %q; the flow has %q", name, have)
		}
		list = append(list, callgate.Permission(name))
	}
	return list, nil
}

// errNoTarget says that nothing is named that could answer.
var errNoTarget = errors.New("nothing answers the calls: name a flow or a url in the file, or use --flow or --url")
