package callscript

import (
	"fmt"
	"strings"
	"time"

	"github.com/callgate/callgate/carrier"
)

// play lets a step happen in a call.
func (s *Step) play(call *carrier.Call) error {
	switch {
	case s.Hear != nil:
		match, err := s.Hear.matcher()
		if err != nil {
			return err
		}
		return call.HearFunc("to hear "+s.Hear.String(), match)
	case s.Press != "":
		return call.Press(s.Press)
	case s.Barge != "":
		return call.Barge(s.Barge)
	case s.Say != nil:
		return call.Speak(carrier.Speech{Text: s.Say.Text, Confidence: float64(s.Say.Confidence) / 100, Lasts: s.Say.Lasts})
	case s.Silence > 0:
		return repeat(s.Silence, call.Silence)
	case s.Wait > 0:
		return call.Wait(s.Wait)
	case s.Hangup:
		return call.HangUp()
	case s.Record != nil:
		return s.Record.play(call)
	case s.Fault != nil:
		f, err := s.Fault.fault()
		if err != nil {
			return err
		}
		if f.Nth == 0 && f.Chance == 0 {
			f.Nth = 1
		}
		return call.Fault(f)
	}
	return s.decide(call)
}

// decide says what others do.
func (s *Step) decide(call *carrier.Call) error {
	switch {
	case s.Dial != nil:
		return call.Dials(s.Dial.To, s.Dial.callee())
	case s.Queue != nil:
		return call.Queues(s.Queue.Name, s.Queue.queue())
	case s.Conference != nil:
		return call.Confers(s.Conference.Name, s.Conference.conference())
	case s.Pay != nil:
		return call.Pays(carrier.Payment{Result: s.Pay.Result, Takes: s.Pay.Takes, Params: s.Pay.Params})
	case s.Session != nil:
		return call.Connects(carrier.SessionResult{After: s.Session.After, Status: s.Session.Status, HandoffData: s.Session.Handoff})
	case s.Refer != nil:
		return call.Refers(carrier.ReferResult{SIPCode: s.Refer.SIPCode, NotifyCode: s.Refer.Notify, After: s.Refer.After})
	}
	return nil
}

func repeat(n int, f func() error) error {
	for range n {
		if err := f(); err != nil {
			return err
		}
	}
	return nil
}

func (r *Record) play(call *carrier.Call) error {
	if r.Text == "" {
		return call.Record(time.Duration(r.Seconds)*time.Second, r.End)
	}
	if err := call.Speak(carrier.Speech{Text: r.Text, Lasts: time.Duration(r.Seconds) * time.Second}); err != nil {
		return err
	}
	if err := call.Wait(time.Duration(r.Seconds) * time.Second); err != nil {
		return err
	}
	return call.Record(0, r.End)
}

func (d *Dial) callee() carrier.Callee {
	return carrier.Callee{Does: carrier.Outcome(d.Answer), Ring: d.Ring, Talk: d.Talk, Keys: d.Keys, Machine: d.Machine, SIPCode: d.SIPCode}
}

func (q *Queue) queue() carrier.Queue {
	return carrier.Queue{Result: q.Result, Wait: q.Wait, Talk: q.Talk}
}

func (c *Conference) conference() carrier.Conference {
	return carrier.Conference{Joined: c.Joined, Lasts: c.Lasts}
}

// Apply fills in what a script says of the world and of what goes wrong.
func Apply(s *Suite, config *carrier.Config) error { return s.apply(&s.Cases[0], config) }

// told names the step for messages about a call, without what is entered at a sensitive
// node.
func (s *Step) told(call *carrier.Call) string {
	if !call.Sensitive() {
		return s.String()
	}
	hidden := *s
	hidden.Press = strings.Repeat(carrier.HiddenKey, len(s.Press))
	hidden.Barge = strings.Repeat(carrier.HiddenKey, len(s.Barge))
	if s.Say != nil {
		hidden.Say = &Say{Text: carrier.HiddenSpeech}
	}
	return hidden.String()
}

// Play lets the steps of the first case happen in a call.
func Play(call *carrier.Call, s *Suite) error {
	for i := range s.Cases[0].Steps {
		step := &s.Cases[0].Steps[i]
		if err := step.play(call); err != nil {
			return fmt.Errorf("%s:%d: %s: %w", s.path, s.stepLine(&s.Cases[0], i), step.told(call), err)
		}
	}
	return nil
}
