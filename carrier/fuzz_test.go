package carrier_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/callgate/callgate/carrier"
)

// simulation runs the pure interpreter without a line: the answers come from a
// list of documents, and what happens from a list of bytes.
type simulation struct {
	t      *testing.T
	state  carrier.State
	docs   []string
	script []byte
	todo   []carrier.Effect
	told   []string
	steps  int
	ended  bool
}

const maxSteps = 50000

func (s *simulation) run() {
	state, effects := carrier.Begin(carrier.Setup{
		Seed: 1, Account: carrier.TestAccount, From: "sip:a@example.org", To: "+15550199", VoiceURL: publicURL + "/0",
		StatusURL: publicURL + "/status", StatusEvents: []string{"initiated", "ringing", "answered", "completed"},
		FallbackURL: publicURL + "/1", Options: carrier.Options{MaxCall: time.Minute},
	})
	s.state = state
	s.take(effects)
	for s.steps < maxSteps {
		if len(s.todo) > 0 {
			e := s.todo[0]
			s.todo = s.todo[1:]
			s.answer(e)
			continue
		}
		if len(s.script) > 0 && !s.ended {
			s.happen()
			continue
		}
		at, ok := s.state.Next()
		if !ok {
			break
		}
		s.step(carrier.Tick{At: at})
	}
	if _, ended := s.state.End(); !ended || s.steps >= maxSteps {
		s.t.Errorf("the call does not end: %d steps, at %v", s.steps, s.state.Now())
	}
}

func (s *simulation) step(e carrier.Event) {
	s.steps++
	before := s.state.Now()
	state, effects := carrier.Step(s.state, e)
	if s.steps%64 == 0 { // the state that was stepped from is as it was
		if _, again := carrier.Step(s.state, e); !reflect.DeepEqual(again, effects) {
			s.t.Errorf("step %d, %T: the same state and event have other effects", s.steps, e)
		}
	}
	s.state = state
	if state.Now() < before {
		s.t.Errorf("the clock goes back from %v to %v", before, state.Now())
	}
	s.take(effects)
}

func (s *simulation) take(effects []carrier.Effect) {
	for _, e := range effects {
		s.told = append(s.told, fmt.Sprintf("%T%+v", e, e))
		_, request := e.(carrier.Request)
		_, problem := e.(carrier.Problem)
		if s.ended && !request && !problem {
			s.t.Errorf("after the end: %T%+v", e, e)
		}
		if _, ok := e.(carrier.Ended); ok {
			s.ended = true
		}
	}
	s.todo = append(s.todo, effects...)
}

func (s *simulation) answer(e carrier.Effect) {
	switch e := e.(type) {
	case carrier.Request:
		a := carrier.Answered{ID: e.ID, Status: 200, ContentType: "text/xml"}
		if len(s.docs) > 0 {
			a.Body = []byte(s.docs[(e.ID+len(e.URL))%len(s.docs)])
		}
		s.step(a)
	case carrier.Fetch:
		s.step(carrier.Fetched{ID: e.ID, Lasts: time.Second})
	case carrier.Socket:
		s.step(carrier.SocketOpened{ID: e.ID})
	}
}

// happen turns the next byte of the script into an event.
func (s *simulation) happen() {
	b := s.script[0]
	s.script = s.script[1:]
	leg := int(b>>4) % 4
	at, _ := s.state.Next()
	switch b % 16 {
	case 0, 1:
		s.step(carrier.Key{Leg: leg / 2, Key: "0123456789*#"[int(b>>4)%12]})
	case 2:
		s.step(carrier.Speech{Text: "hello"})
	case 3:
		s.step(carrier.HangUp{Leg: leg})
	case 4:
		s.step(carrier.CalleeDoes{Leg: leg, Callee: carrier.Callee{Keys: "1"}})
	case 5:
		s.step(carrier.CalleeDoes{Leg: leg, Callee: carrier.Callee{Does: carrier.Busy}})
	case 6:
		s.step(carrier.QueueDoes{})
	case 7:
		s.step(carrier.QueueDoes{Queue: carrier.Queue{Result: "queue-full"}})
	case 8:
		s.step(carrier.ConferenceDoes{})
	case 9:
		s.step(carrier.PayDoes{})
	case 10:
		s.step(carrier.SessionEnds{})
	case 11:
		s.step(carrier.ReferDoes{})
	case 12:
		s.step(carrier.CalleeRefers{Target: "sip:b@example.org"})
	case 13:
		s.step(carrier.Answered{ID: leg, Code: 11205})
	default:
		s.step(carrier.Tick{At: max(at, s.state.Now())})
	}
}

// Any documents with any events: no panic, no clock that goes back, no call
// without an end, and the same again when it is done again.
func FuzzStep(f *testing.F) {
	f.Add(response(`<Gather numDigits="1"><Say>hi</Say></Gather><Redirect/>`), response(`<Dial action="x"><Number url="y">+15550123</Number></Dial>`), []byte("\x0f\x10\x0f\x04"))
	f.Add(response(`<Enqueue waitUrl="w" action="a">q</Enqueue>`), response(`<Say>wait</Say><Leave/>`), []byte("\x0f\x06\x0f\x03"))
	f.Add(response(`<Redirect>/a</Redirect>`), response(`<Dial><Conference waitUrl="w">c</Conference></Dial>`), []byte("\x08\x0f"))
	f.Add(response(`<Record transcribe="true" transcribeCallback="t"/>`), response(`<Pay/><Refer action="r"><Sip>sip:x@y</Sip></Refer>`), []byte("\x02\x0f\x09\x0b"))
	samples, _ := filepath.Glob("../twiml/testdata/samples/*.twiml")
	for i := 1; i < len(samples); i += 2 {
		a, _ := os.ReadFile(samples[i-1])
		b, _ := os.ReadFile(samples[i])
		f.Add(string(a), string(b), []byte("\x0f\x04\x0f\x06\x08\x09\x0a\x0b"))
	}
	f.Fuzz(func(t *testing.T, doc1, doc2 string, script []byte) {
		if len(doc1)+len(doc2) > 4096 || len(script) > 256 {
			t.Skip()
		}
		var told [2][]string
		for i := range told {
			s := &simulation{t: t, docs: []string{doc1, doc2}, script: script}
			s.run()
			told[i] = s.told
		}
		if a, b := strings.Join(told[0], "\n"), strings.Join(told[1], "\n"); a != b {
			t.Errorf("two runs differ:\n%s\n---\n%s", a, b)
		}
	})
}

// Events that belong to nothing change nothing.
func TestStepOfNothing(t *testing.T) {
	var zero carrier.State
	if _, effects := carrier.Step(zero, carrier.HangUp{}); effects != nil {
		t.Errorf("the zero state has effects: %v", effects)
	}
	if _, ok := zero.Next(); ok || zero.Now() != 0 || zero.CallSid(0) != "" {
		t.Error("the zero state is about a call")
	}
	state, _ := carrier.Begin(carrier.Setup{VoiceURL: publicURL})
	for _, e := range []carrier.Event{
		carrier.Answered{ID: 99}, carrier.Fetched{ID: 99}, carrier.SocketOpened{ID: 99}, carrier.Key{Leg: 9, Key: '1'}, carrier.Key{Key: 'x'},
		carrier.HangUp{Leg: -1}, carrier.HangUp{Leg: 7}, carrier.CalleeDoes{Leg: 3}, carrier.QueueDoes{}, carrier.Speech{},
	} {
		if _, effects := carrier.Step(state, e); len(effects) != 0 {
			t.Errorf("%T has effects: %v", e, effects)
		}
	}
}
