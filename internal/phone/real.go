package phone

import (
	"context"
	"strings"
	"time"

	"github.com/callgate/callgate/carrier"
)

// typing is a prompt that is shown word by word, as fast as it is heard.
type typing struct {
	words []string
	at    time.Duration // when the next word is due
	each  time.Duration
}

func (t *typing) begin(e carrier.Entry) {
	t.words = strings.Fields(e.Heard.Text)
	t.at = e.At
	t.each = e.Heard.Lasts / time.Duration(max(len(t.words), 1))
}

// show shows the words that are due.
func (t *typing) show(s *Screen, now time.Duration) {
	for len(t.words) > 0 && t.at <= now {
		s.words(t.at, t.words[0])
		t.words = t.words[1:]
		t.at += t.each
		if len(t.words) == 0 {
			s.endWords()
		}
	}
}

// runReal makes a call on the clock of the wall.
func (p *Phone) runReal(ctx context.Context) error {
	began := time.Now()
	actions := p.Actions
	for {
		now := time.Since(began)
		p.typed.show(p.Screen, now)
		if _, over := p.call.End(); over {
			_, err := p.call.Finish()
			return err
		}
		timer := time.NewTimer(time.Until(began.Add(p.due())))
		select {
		case <-timer.C:
		case a, ok := <-actions:
			timer.Stop()
			if !ok {
				a, actions = Action{HangUp: true}, nil
			}
			if err := p.advance(time.Since(began)); err != nil {
				return err
			}
			if err := p.actReal(a); err != nil {
				return err
			}
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
		if err := p.advance(time.Since(began)); err != nil {
			return err
		}
	}
}

// due is when the next thing happens, or the next word is heard.
func (p *Phone) due() time.Duration {
	due := time.Hour * 24
	if at, ok := p.call.Next(); ok {
		due = at
	}
	if len(p.typed.words) > 0 {
		due = min(due, p.typed.at)
	}
	if len(p.call.Undecided()) > 0 {
		due = min(due, p.askedAt+decideWithin)
	}
	return due
}

// decideWithin is how long a person has to say what the other side does, before
// they answer of themselves.
const decideWithin = 10 * time.Second

// advance lets the call catch up with the clock.
func (p *Phone) advance(now time.Duration) error {
	for p.call.Now() < now {
		if _, over := p.call.End(); over {
			break
		}
		if _, err := p.call.Step(now); err != nil {
			return err
		}
		p.others(p.call.Now())
	}
	p.others(now)
	p.typed.show(p.Screen, now)
	return nil
}

// others asks what a dialled party does, and lets the world decide everything else.
func (p *Phone) others(now time.Duration) {
	undecided := p.call.Undecided()
	if len(undecided) == 0 {
		return
	}
	leg, ok := undecided[0].(carrier.LegStarted)
	switch {
	case ok && p.asked < leg.Leg:
		p.asked, p.askedAt = leg.Leg, now
		p.prompt(leg.To + " rings: a answers, b is busy, n does not answer, f does not exist")
	case !ok || now >= p.askedAt+decideWithin:
		p.call.Decide()
	}
}

// actReal lets the caller do something, whether the line waits for it or not.
func (p *Phone) actReal(a Action) error {
	does, other := outcome(a)
	switch {
	case a.HangUp:
		return p.call.HangUp()
	case a.Keys != "":
		return p.press(a.Keys)
	case a.Say != "":
		return p.call.Do(carrier.Speech{Text: a.Say})
	case other && a.Other != 0:
		for _, e := range p.call.Undecided() {
			if leg, ok := e.(carrier.LegStarted); ok {
				return p.call.Do(carrier.CalleeDoes{Leg: leg.Leg, Callee: carrier.Callee{Does: does, Keys: "1"}})
			}
		}
	case a.Help:
		p.help()
	}
	return nil
}
