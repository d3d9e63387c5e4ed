package carrier

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"
)

// Call is a call that a test, a script or a person makes. It keeps a virtual
// clock: a three-minute call takes as long as its requests do. A Call is for one
// goroutine.
type Call struct {
	ctx     context.Context
	line    *Line
	client  *client
	state   State
	world   World
	manual  bool
	observe func(Entry)

	log       []Entry
	inbox     []delivery // what arrives later
	todo      []Effect   // what is still to be performed
	undecided []Effect   // what waits for the world to act
	listening Listening
	sensitive bool // what it takes is not for the log
	entered   int  // the one in which the caller has begun to enter something
	asked     int  // how many times the line has begun to listen, to tell two Gathers apart
	heardAt   int  // in the log: where Hear goes on
	err       error
}

// delivery is an event, or a callback to be made, at a time.
type delivery struct {
	at       time.Duration
	event    Event
	callback *Request
}

// Now is how long ago the call began, on its own clock.
func (c *Call) Now() time.Duration { return c.state.Now() }

// Start is the time of day at which the call began.
func (c *Call) Start() time.Time { return c.line.config.Start }

// Sid is the CallSid of a leg; 0 is the caller's.
func (c *Call) Sid(leg int) string { return c.state.CallSid(leg) }

// End returns how the call ended, and whether it has.
func (c *Call) End() (End, bool) { return c.state.End() }

// Log is everything that has happened, in order. It must not be changed.
func (c *Call) Log() []Entry { return c.log }

// Listening is what the line takes from the caller now.
func (c *Call) Listening() Listening { return c.listening }

// Waits reports whether the line waits for the caller, who has done nothing yet:
// its prompts are over and a time-out runs. Keys that may be pressed in a queue do
// not count.
func (c *Call) Waits() bool { return c.quiet() && c.entered != c.asked }

// quiet reports whether a time-out runs that the caller's silence, or the end of
// what the caller enters, lets run out.
func (c *Call) quiet() bool {
	l := c.listening
	_, over := c.End()
	return !over && l.Quiet && !l.InQueue && !l.WorldActs && l.Verb != "Dial" && (l.Keys || l.Speech || l.Voice)
}

// Problems are what the carrier's debugger says of the call.
func (c *Call) Problems() []Problem {
	var out []Problem
	for i := range c.log {
		if p := c.log[i].Problem; p != nil {
			out = append(out, *p)
		}
	}
	return out
}

// Exchanges are the HTTP requests that were made, media files and handshakes included.
func (c *Call) Exchanges() []Exchange {
	var out []Exchange
	for i := range c.log {
		if x := c.log[i].Exchange; x != nil {
			out = append(out, *x)
		}
	}
	return out
}

// Next is when the next thing happens if nobody does anything, and whether
// there is one.
func (c *Call) Next() (time.Duration, bool) {
	at, ok := c.state.Next()
	for _, d := range c.inbox {
		if !ok || d.at < at {
			at, ok = d.at, true
		}
	}
	return at, ok
}

// Step lets time pass up to the given moment, or only up to the next thing that
// happens before it. It reports whether something happened. The error is that
// of the context.
func (c *Call) Step(until time.Duration) (bool, error) {
	if !c.manual {
		c.Decide()
	}
	at, ok := c.Next()
	if !ok || at > until {
		c.apply(Tick{At: until})
		return false, c.settle()
	}
	i := slices.IndexFunc(c.inbox, func(d delivery) bool { return d.at <= at })
	if i < 0 {
		c.apply(Tick{At: at})
		return true, c.settle()
	}
	d := c.inbox[i]
	c.inbox = slices.Delete(c.inbox, i, i+1)
	c.apply(Tick{At: d.at})
	if d.callback != nil {
		c.request(*d.callback)
	} else {
		c.apply(d.event)
	}
	return true, c.settle()
}

// Do lets something happen now: a key, speech, a hang-up, or what the world does.
func (c *Call) Do(e Event) error {
	switch e := e.(type) {
	case Key:
		c.add(Entry{Kind: KindKey, Leg: e.Leg, Text: c.shown(e)})
		if e.Leg == 0 && c.listening.Keys && !c.listening.Voice {
			c.entered = c.asked
		}
	case Speech:
		shown := c.shownSpeech(e)
		c.add(Entry{Kind: KindSpeech, Text: shown.Text, Speech: &shown})
		if c.listening.Speech || c.listening.Voice {
			c.entered = c.asked
		}
	case HangUp:
		c.add(Entry{Kind: KindHangUp, Leg: e.Leg})
	default:
		leg, text := decision(e)
		c.add(Entry{Kind: KindOthers, Leg: leg, Text: text, Others: e})
		c.undecided = slices.DeleteFunc(c.undecided, func(u Effect) bool { return decidedBy(u, e) })
	}
	c.apply(e)
	return c.settle()
}

// settle returns the error of the context, which alone stops a call from outside.
func (c *Call) settle() error {
	if c.err == nil {
		c.err = c.ctx.Err()
	}
	return c.err
}

func (c *Call) apply(e Event) {
	state, effects := Step(c.state, e)
	c.state = state
	c.perform(effects)
}

// perform does what the interpreter asks for. Answers may ask for more, which
// waits until what was asked for before is done.
func (c *Call) perform(effects []Effect) {
	for _, e := range effects {
		c.note(e)
	}
	idle := len(c.todo) == 0
	c.todo = append(c.todo, effects...)
	for idle && len(c.todo) > 0 {
		e := c.todo[0]
		c.do(e)
		c.todo = c.todo[1:] // not before: it tells perform that somebody is at it
	}
}

func (c *Call) do(e Effect) {
	switch e := e.(type) {
	case Request:
		c.deliver(e)
	case Fetch:
		c.apply(c.client.media(c.ctx, e))
	case Socket:
		c.apply(c.client.socket(c.ctx, e))
	case LegStarted, Queued, Conferenced, Paying, Session, Referred:
		c.undecided = append(c.undecided, e)
	}
}

// deliver makes a request now, or puts a callback off.
func (c *Call) deliver(r Request) {
	if !r.Callback || c.line.config.Callbacks == InOrder {
		c.request(r)
		return
	}
	at := c.state.Now()
	switch {
	case c.line.config.Callbacks == Late:
		at = c.line.config.Options.withDefaults().MaxCall + at
		if _, over := c.state.End(); over {
			at = c.state.Now()
		}
	default:
		rng := rand.New(rand.NewPCG(c.client.seed, uint64(r.ID)))
		at += time.Duration(rng.IntN(3000)) * time.Millisecond
	}
	c.inbox = append(c.inbox, delivery{at: at, callback: &r})
}

// request makes a request and gives its answer to the interpreter when it is due.
func (c *Call) request(r Request) {
	answer, took := c.client.do(c.ctx, r, c.state.Now())
	if took > 0 && !r.Callback {
		c.inbox = append(c.inbox, delivery{at: c.state.Now() + took, event: answer})
		return
	}
	c.apply(answer)
}

// hurry brings late callbacks forward to the end of the call.
func (c *Call) hurry() {
	if c.line.config.Callbacks != Late {
		return
	}
	for i := range c.inbox {
		if c.inbox[i].callback != nil {
			c.inbox[i].at = c.state.Now()
		}
	}
}

// decidedBy reports whether an event is what an effect waits for.
func decidedBy(effect Effect, e Event) bool {
	switch effect := effect.(type) {
	case LegStarted:
		d, ok := e.(CalleeDoes)
		return ok && d.Leg == effect.Leg
	case Queued:
		_, ok := e.(QueueDoes)
		return ok
	case Conferenced:
		_, ok := e.(ConferenceDoes)
		return ok
	case Paying:
		_, ok := e.(PayDoes)
		return ok
	case Session:
		_, ok := e.(SessionEnds)
		return ok
	case Referred:
		_, ok := e.(ReferDoes)
		return ok
	}
	return false
}

// Decide lets the World act on what nobody has decided.
func (c *Call) Decide() {
	for len(c.undecided) > 0 {
		e := c.undecided[0]
		c.undecided = c.undecided[1:]
		c.apply(c.world.does(e))
	}
}

// does is what the world does about an effect.
func (w World) does(e Effect) Event {
	switch e := e.(type) {
	case LegStarted:
		return CalleeDoes{Leg: e.Leg, Callee: lookUp(w.Callees, e.To)}
	case Queued:
		return QueueDoes{lookUp(w.Queues, e.Name)}
	case Conferenced:
		return ConferenceDoes{lookUp(w.Conferences, e.Name)}
	case Paying:
		return PayDoes{w.Payment}
	case Session:
		return SessionEnds{w.Session}
	}
	return ReferDoes{w.Refer}
}

func lookUp[T any](m map[string]T, key string) T {
	if v, ok := m[key]; ok {
		return v
	}
	return m[""]
}
