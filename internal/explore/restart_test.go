package explore_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/carrier"
	"github.com/callgate/callgate/internal/explore"
	"github.com/callgate/callgate/internal/line"
	"github.com/callgate/callgate/ivr"
	"github.com/callgate/callgate/twilio"
)

// fleet answers each request with a line that has seen none before, and with another
// program than the last one: nothing passes from one to the next but the key. It stands for
// processes that are killed at every step, and for a second one on another port; package
// interop/restart does the same with real processes, along one way of each example.
type fleet struct {
	t        *testing.T
	programs [2]*ivr.Program // of one flow, compiled apart
	log      io.Writer
	lines    atomic.Int64 // that have answered
}

// line makes a line out of nothing but the flow and the key.
func (f *fleet) line(w *explore.Walk) *line.Line {
	program := f.programs[f.lines.Load()%2]
	sealer, err := ivr.NewSealer([]byte(token.Reveal()))
	if err != nil {
		f.t.Fatal(err)
	}
	l, err := line.New(line.Config{
		Path: "/", Program: program, Sealer: sealer, Media: address + "/media/", Log: slog.New(slog.NewTextHandler(f.log, nil)),
		Lookups: w, Outbox: w, Now: w.Now, Observe: w.Observe,
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return l
}

// open is a gate with a fleet behind it.
func (f *fleet) open(w *explore.Walk) (carrier.Config, error) {
	verifier, err := twilio.New(twilio.Config{Keys: []twilio.Key{{Name: "test", Account: carrier.TestAccount, Token: token}}})
	if err != nil {
		return carrier.Config{}, err
	}
	gate, err := callgate.New(callgate.Config{
		Verifier: verifier, PublicURL: address,
		Rescue: callgate.Rescue{Documents: map[string][]byte{"": []byte("<Response><Say>Rescued.</Say></Response>")}},
		Routes: []callgate.Route{
			{Path: "/", Entries: []callgate.Entry{{Effect: callgate.Allow, Principal: callgate.Carrier(twilio.Name), Permission: callgate.AnyPermission}}},
			f.line(w).StatusRoute(),
		},
	})
	if err != nil {
		return carrier.Config{}, err
	}
	handler := gate.Handler(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		f.lines.Add(1)
		f.line(w).ServeHTTP(rw, r)
	}))
	return carrier.Config{Token: token, VoiceURL: address + "/", Transport: carrier.Direct(handler), Media: carrier.MediaNone}, nil
}

// shared is a log that many lines write to.
type shared struct {
	mu sync.Mutex
	bytes.Buffer
}

func (s *shared) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Buffer.Write(p)
}

// newFleet makes a subject whose steps are answered by a fleet.
func newFleet(t *testing.T, flow *ivr.Flow, log io.Writer) (explore.Subject, *fleet) {
	f := &fleet{t: t, log: log}
	for i := range f.programs {
		var err error
		if f.programs[i], err = ivr.Compile(flow); err != nil {
			t.Fatal(err)
		}
	}
	s := subject(t, flow)
	s.Open = f.open
	return s, f
}
