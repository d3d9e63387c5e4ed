package carrier

import (
	"slices"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/twiml"
)

// Setup is what a call is placed with. It is checked by NewLine; Begin takes it as it is.
type Setup struct {
	// Seed makes the identifiers of the call. The same seed makes the same ones.
	Seed uint64
	// Account is the AccountSid that requests carry.
	Account string
	// From and To are the caller and the number dialled.
	From, To string
	// Direction is "inbound", the default, or "outbound-api" for a call that was placed
	// through the carrier's REST API and is already answered.
	Direction string
	// Start is the time of day when the call begins, which timestamps carry.
	Start time.Time
	// VoiceURL is requested first, with VoiceMethod.
	VoiceURL, VoiceMethod string
	// FallbackURL is requested after a fatal error. Empty: there is none.
	FallbackURL, FallbackMethod string
	// StatusURL is told about the progress of the call. Empty: there is none.
	StatusURL, StatusMethod string
	// StatusEvents are what StatusURL is told: "initiated", "ringing", "answered",
	// "completed". Empty: completed alone, which is all there is for an inbound call.
	StatusEvents []string
	// Extra parameters are sent with every request about the caller's leg.
	Extra callgate.Params
	// Options are what the documentation leaves open.
	Options Options
}

// State is a call at one moment. It is a value: Step does not change the one
// it is given.
type State struct{ c *core }

// core is what a State holds. clone must copy whatever a step may change.
type core struct {
	set     *Setup // never changes
	now     time.Duration
	legs    []leg // 0 is the caller
	threads []*thread
	timers  []timer
	pending []pending
	starts  []started // what Start verbs have begun
	ids     int       // the last number given to a request, thread or timer
	sids    int
	budget  int  // documents that may still run without anything from the caller
	talked  bool // the last thing that the caller had was a conversation
	end     *End
}

func (c *core) clone() *core {
	d := *c
	d.legs = slices.Clone(c.legs)
	d.timers = slices.Clone(c.timers)
	d.pending = slices.Clone(c.pending)
	d.starts = slices.Clone(c.starts)
	d.threads = make([]*thread, len(c.threads))
	for i, t := range c.threads {
		d.threads[i] = t.clone()
	}
	return &d
}

// leg is one telephone that the carrier is connected to.
type leg struct {
	sid, parent string
	from, to    string
	direction   string
	status      string // CallStatus
	noun        string
	up          bool          // it was answered
	answered    time.Duration // and when
	sequence    int           // SequenceNumber of its status callbacks
	callbacks   callbacks
	keys        string // that the party presses when a document listens
	machine     bool
	gone        bool
	el          *twiml.Element // the noun
	outcome     *Callee        // never changed once set
}

// timer wakes something at a time. A thread's activity gets its token back.
type timer struct {
	at     time.Duration
	id     int
	thread int // 0 for a deferred request
	token  int
	then   *Request // sent when there is no thread
}

// pending is a request, fetch or handshake that has not been answered.
type pending struct {
	id       int
	thread   int
	url      string
	purpose  Purpose
	callback bool
	discard  bool // the call is over: the answer is only looked at
}

// Begin places a call. The effects hold the request for the voice URL.
func Begin(setup Setup) (State, []Effect) {
	setup.Options = setup.Options.withDefaults()
	set(&setup.Direction, "inbound")
	set(&setup.VoiceMethod, "POST")
	set(&setup.FallbackMethod, "POST")
	set(&setup.StatusMethod, "POST")
	c := &core{set: &setup, budget: setup.Options.MaxDocuments}
	m := &machine{core: c}
	l := leg{sid: m.sid("CA"), from: setup.From, to: setup.To, direction: setup.Direction, status: "ringing"}
	if setup.StatusURL != "" {
		l.callbacks = callbacks{url: setup.StatusURL, method: setup.StatusMethod, events: setup.StatusEvents}
	}
	c.legs = []leg{l}
	m.emit(LegStatus{Leg: 0, Status: "ringing"})
	t := m.spawn(0, flow, 0)
	m.timer(setup.Options.MaxCall, t, tokenCallLimit)
	if setup.Direction == "outbound-api" {
		m.progress(0, "initiated")
		m.progress(0, "ringing")
		m.answer()
	}
	m.load(t, load{purpose: ForVoice, method: setup.VoiceMethod, url: setup.VoiceURL})
	return State{c}, m.effects
}

// Step takes one event and returns the state after it and what the carrier does.
// It is a pure function: no clock, no network, no randomness. An event that
// does not fit the state, such as a key after the end, changes nothing.
func Step(s State, e Event) (State, []Effect) {
	if s.c == nil {
		return s, nil
	}
	m := &machine{core: s.c.clone()}
	m.step(e)
	return State{m.core}, m.effects
}

// Now is how long ago the call began.
func (s State) Now() time.Duration {
	if s.c == nil {
		return 0
	}
	return s.c.now
}

// Next is when the next thing happens if nothing comes from outside, and
// whether there is one. After the end there may be callbacks that are due later.
func (s State) Next() (at time.Duration, ok bool) {
	if s.c == nil {
		return 0, false
	}
	t, ok := s.c.earliest()
	return t.at, ok
}

// End returns how the call ended, and whether it has.
func (s State) End() (End, bool) {
	if s.c == nil || s.c.end == nil {
		return End{}, false
	}
	return *s.c.end, true
}

// awaits reports whether it can still be decided what becomes of an effect: a caller may
// have left a queue, or a Pay, without anybody's doing.
func (s State) awaits(e Effect) bool {
	busy := func(with func(activity) bool) bool {
		return slices.ContainsFunc(s.c.threads, func(t *thread) bool { return with(t.act) })
	}
	switch e := e.(type) {
	case Queued:
		return busy(func(a activity) bool { q, ok := a.(*queueing); return ok && q.sid == e.Sid && q.queue == nil })
	case Paying:
		return busy(func(a activity) bool { p, ok := a.(*paying); return ok && p.payment == nil })
	}
	return true
}

// CallSid identifies a leg of the call; 0 is the caller's.
func (s State) CallSid(leg int) string {
	if s.c == nil || leg < 0 || leg >= len(s.c.legs) {
		return ""
	}
	return s.c.legs[leg].sid
}

func (c *core) earliest() (timer, bool) {
	var best timer
	found := false
	for _, t := range c.timers {
		if !found || t.at < best.at || t.at == best.at && t.id < best.id {
			best, found = t, true
		}
	}
	return best, found
}
