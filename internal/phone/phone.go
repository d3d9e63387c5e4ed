package phone

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/callgate/callgate/carrier"
)

// Phone lets a person make a call.
type Phone struct {
	Screen *Screen
	// Actions are what is typed. When it is closed the caller hangs up.
	Actions <-chan Action
	// Voice says aloud what is heard. Nil: it is only shown.
	Voice *Voice
	// Barge lets something typed cut off what is being said aloud. It is for input that is
	// typed at the time: of a file everything is there from the start. Real time does so anyway.
	Barge bool
	// Real makes time pass as on a clock.
	Real bool

	call    *carrier.Call
	asked   int           // the last leg for which somebody was asked
	askedAt time.Duration // and when
	typed   typing
	held    *Action // what was typed while something was said aloud
}

// Entry shows an entry of the call; give it to the call as Observe.
func (p *Phone) Entry(e carrier.Entry) {
	saying := says(e)
	switch {
	case p.Real && saying:
		p.typed.show(p.Screen, e.At)
		p.typed.begin(e)
	case p.Real && e.Kind == carrier.KindCut:
		p.typed.words = nil
		p.Screen.endWords()
	default:
		p.Screen.Entry(e)
	}
	if p.Voice != nil {
		p.aloud(e, saying)
	}
}

// aloud speaks what is heard, and stops when it is cut.
func (p *Phone) aloud(e carrier.Entry, saying bool) {
	switch {
	case saying && p.Real:
		p.Voice.begin(e.Heard)
	case saying && p.held == nil:
		p.Voice.begin(e.Heard)
		p.listen()
	case e.Kind == carrier.KindCut || e.End != nil:
		p.Voice.Stop()
	}
}

// listen waits until a text is said, or something is typed.
func (p *Phone) listen() {
	var typed <-chan Action
	if p.Barge {
		typed = p.Actions
	}
	select {
	case err := <-p.Voice.done:
		p.Voice.ended(err)
	case a, ok := <-typed:
		if !ok {
			a = Action{HangUp: true}
		}
		p.held = &a
		p.Voice.Stop()
	}
}

// Run makes the call that has been placed, to its end.
func (p *Phone) Run(ctx context.Context, call *carrier.Call) error {
	p.call = call
	if p.Real {
		return p.runReal(ctx)
	}
	for {
		if _, over := call.End(); over {
			_, err := call.Finish() // callbacks that are due after the end
			return err
		}
		switch others := call.Undecided(); {
		case len(others) > 0:
			if err := p.decide(ctx, others[0]); err != nil {
				return err
			}
		case call.Waits():
			if err := p.act(ctx); err != nil {
				return err
			}
		default:
			at, ok := call.Next()
			if !ok {
				return nil
			}
			if _, err := call.Step(at); err != nil {
				return err
			}
		}
	}
}

// next waits for something typed. Without any more input the caller hangs up.
func (p *Phone) next(ctx context.Context) (Action, error) {
	if a := p.held; a != nil {
		p.held = nil
		return *a, nil
	}
	select {
	case a, ok := <-p.Actions:
		if !ok {
			return Action{HangUp: true}, nil
		}
		return a, nil
	case <-ctx.Done():
		return Action{}, ctx.Err()
	}
}

// act lets the caller do something while the line waits.
func (p *Phone) act(ctx context.Context) error {
	p.prompt(p.waiting())
	a, err := p.next(ctx)
	if err != nil {
		return err
	}
	switch {
	case a.HangUp:
		return p.call.HangUp()
	case a.Silence:
		return p.call.Silence()
	case a.Keys != "":
		return p.press(a.Keys)
	case a.Say != "":
		return p.call.Do(carrier.Speech{Text: a.Say})
	}
	p.help()
	return nil
}

// press presses keys one after another, as far as the line takes them.
func (p *Phone) press(keys string) error {
	for i := range len(keys) {
		if err := p.call.Do(carrier.Key{Key: keys[i]}); err != nil {
			return err
		}
		if i+1 < len(keys) {
			if err := p.call.Wait(300 * time.Millisecond); err != nil {
				return err
			}
		}
	}
	return nil
}

// waiting says what the line waits for.
func (p *Phone) waiting() string {
	l := p.call.Listening()
	var takes []string
	switch {
	case l.Keys && l.NumDigits == 1:
		takes = append(takes, "a key")
	case l.Keys && l.NumDigits > 1:
		takes = append(takes, fmt.Sprintf("%d keys", l.NumDigits))
	case l.Keys && l.FinishOnKey != "" && l.Verb == "Gather":
		takes = append(takes, "keys and "+l.FinishOnKey)
	case l.Keys && l.Verb == "Gather":
		takes = append(takes, "keys")
	}
	if l.Speech {
		takes = append(takes, `speech ("…)`)
	}
	if l.Voice {
		takes = append(takes, `your message ("…)`)
	}
	return strings.Join(takes, " or ") + ", Enter for silence, h to hang up"
}

func (p *Phone) prompt(text string) {
	p.Screen.line(p.call.Now(), "?", dim, text)
}

func (p *Phone) help() {
	p.prompt(`type keys (0-9 * #), "speech, Enter for silence, h to hang up; while it rings: a answers, b is busy, n does not answer, f does not exist`)
}

// decide asks what the other side does.
func (p *Phone) decide(ctx context.Context, e carrier.Effect) error {
	switch e.(type) {
	case carrier.Paying:
		return p.pay(ctx)
	case carrier.Queued:
		return p.queue(ctx)
	}
	leg, ok := e.(carrier.LegStarted)
	if !ok {
		p.call.Decide()
		return nil
	}
	p.prompt(fmt.Sprintf("%s rings: a answers, b is busy, n does not answer, f does not exist, h to hang up", leg.To))
	a, err := p.next(ctx)
	if err != nil {
		return err
	}
	does, ok := outcome(a)
	switch {
	case a.HangUp:
		return p.call.HangUp()
	case ok:
		return p.call.Do(carrier.CalleeDoes{Leg: leg.Leg, Callee: carrier.Callee{Does: does, Keys: "1"}})
	}
	p.help()
	return nil
}

// pay lets the caller enter a card, or be done with it.
func (p *Phone) pay(ctx context.Context) error {
	if !p.call.Listening().Quiet { // the prompt first
		at, _ := p.call.Next()
		_, err := p.call.Step(at)
		return err
	}
	p.prompt("keys and #, Enter to have paid, * to stop, h to hang up")
	a, err := p.next(ctx)
	switch {
	case err != nil:
		return err
	case a.HangUp:
		return p.call.HangUp()
	case a.Silence:
		p.call.Decide()
	case a.Keys != "":
		return p.press(a.Keys)
	default:
		p.help()
	}
	return nil
}

// queue lets the caller wait, or press keys meanwhile.
func (p *Phone) queue(ctx context.Context) error {
	p.prompt("Enter until somebody takes the call, keys while you wait, f for a full queue, h to hang up")
	a, err := p.next(ctx)
	switch {
	case err != nil:
		return err
	case a.HangUp:
		return p.call.HangUp()
	case a.Silence:
		p.call.Decide()
	case a.Other == 'f':
		return p.call.Do(carrier.QueueDoes{Queue: carrier.Queue{Result: "queue-full"}})
	case a.Keys != "":
		if err := p.untilKeys(); err != nil {
			return err
		}
		return p.press(a.Keys)
	default:
		p.help()
	}
	return nil
}

// queuePatience is how long it may take until what is heard in a queue takes keys.
const queuePatience = 5 * time.Minute

// untilKeys lets time pass until the queue takes keys.
func (p *Phone) untilKeys() error {
	limit := p.call.Now() + queuePatience
	for !p.call.Listening().Keys {
		at, ok := p.call.Next()
		if !ok || at > limit {
			return nil
		}
		if _, err := p.call.Step(at); err != nil {
			return err
		}
	}
	return nil
}

// outcome reads what the other side does. Enter lets them answer.
func outcome(a Action) (carrier.Outcome, bool) {
	switch {
	case a.Silence || a.Other == 'a':
		return carrier.Answers, true
	case a.Other == 'b':
		return carrier.Busy, true
	case a.Other == 'n':
		return carrier.NoAnswer, true
	case a.Other == 'f':
		return carrier.Fails, true
	}
	return "", false
}
