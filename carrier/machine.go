package carrier

import (
	"slices"
	"time"
)

// machine runs one step: it changes a core that nobody else holds and collects effects.
type machine struct {
	*core
	effects []Effect
}

func (m *machine) emit(e Effect) { m.effects = append(m.effects, e) }

func (m *machine) id() int {
	m.ids++
	return m.ids
}

func (m *machine) sid(prefix string) string {
	m.sids++
	return sid(prefix, m.set.Seed, m.sids)
}

func (m *machine) step(e Event) {
	switch e := e.(type) {
	case Tick:
		m.tick(e.At)
	case Answered:
		m.answered(e)
	case Fetched:
		if p, ok := m.take(e.ID); ok {
			m.with(p.thread, func(t *thread) { t.act.fetched(m, t, e) })
		}
	case SocketOpened:
		m.socketOpened(e)
	case Key:
		m.key(e)
	case Speech:
		m.speech(e)
	case HangUp:
		m.hangUp(e.Leg)
	case CalleeDoes:
		m.toActivity(func(a activity, t *thread) bool { return a.callee(m, t, e) })
	case CalleeRefers:
		m.toActivity(func(a activity, t *thread) bool { return a.refers(m, t, e) })
	case QueueDoes, ConferenceDoes, PayDoes, SessionEnds, ReferDoes:
		m.toActivity(func(a activity, t *thread) bool { return a.outcome(m, t, e) })
	}
}

// tick moves the clock to at, or to the next timer before it.
func (m *machine) tick(at time.Duration) {
	t, ok := m.earliest()
	if !ok || t.at > at {
		m.now = max(m.now, at)
		return
	}
	m.now = max(m.now, t.at)
	m.timers = slices.DeleteFunc(m.timers, func(u timer) bool { return u.id == t.id })
	if t.thread == 0 {
		m.send(*t.then, 0)
		return
	}
	m.with(t.thread, func(th *thread) {
		if t.token == tokenCallLimit {
			m.lastRequests("completed")
			m.finish(EndTimeLimit, "completed")
			return
		}
		th.act.expired(m, th, t.token)
	})
}

// timer wakes the thread's activity after d, with a token.
func (m *machine) timer(d time.Duration, t *thread, token int) {
	m.timers = append(m.timers, timer{at: m.now + d, id: m.id(), thread: t.id, token: token})
}

// stopTimer forgets the timers of a thread that carry a token.
func (m *machine) stopTimer(t *thread, token int) {
	m.timers = slices.DeleteFunc(m.timers, func(u timer) bool { return u.thread == t.id && u.token == token })
}

// later sends a callback after d, even after the end of the call.
func (m *machine) later(d time.Duration, r Request) {
	if d <= 0 {
		m.send(r, 0)
		return
	}
	m.timers = append(m.timers, timer{at: m.now + d, id: m.id(), then: &r})
}

// take removes what waits for an answer.
func (m *machine) take(id int) (pending, bool) {
	i := slices.IndexFunc(m.pending, func(p pending) bool { return p.id == id })
	if i < 0 {
		return pending{}, false
	}
	p := m.pending[i]
	m.pending = slices.Delete(m.pending, i, i+1)
	return p, true
}

// send makes a request of which a thread, or nobody, awaits the answer.
func (m *machine) send(r Request, thread int) {
	r.ID = m.id()
	m.pending = append(m.pending, pending{id: r.ID, thread: thread, url: r.URL, purpose: r.For, callback: r.Callback, discard: m.end != nil})
	m.emit(r)
}

// with calls f with the thread of that id, if it still runs.
func (m *machine) with(id int, f func(*thread)) {
	for _, t := range m.threads {
		if t.id == id {
			f(t)
			return
		}
	}
}

// toActivity offers an event to the threads, the newest first, until one takes it.
func (m *machine) toActivity(f func(activity, *thread) bool) {
	for _, t := range slices.Backward(slices.Clone(m.threads)) {
		if f(t.act, t) {
			return
		}
	}
}

// heard lets a party hear something.
func (m *machine) heard(h Heard) {
	if h.Leg == 0 {
		m.talked = false
	}
	m.emit(h)
}

// finish ends the call.
func (m *machine) finish(reason EndReason, status string) {
	if m.end != nil {
		return
	}
	l := &m.legs[0]
	end := End{Reason: reason, Status: status, Lasted: m.now, Talked: m.talkTime(l)}
	m.endLegs()
	m.stopStarted("")
	l.gone = true
	l.status = status
	m.end = &end
	m.threads = nil
	m.timers = slices.DeleteFunc(m.timers, func(t timer) bool { return t.thread != 0 })
	for i := range m.pending {
		m.pending[i].discard = true
	}
	m.emit(LegStatus{Leg: 0, Status: status})
	m.progress(0, "completed")
	m.emit(Ended{end})
}

// endLegs hangs up whoever the carrier has dialled.
func (m *machine) endLegs() {
	for i := range m.legs {
		if i > 0 && !m.legs[i].gone {
			m.endLeg(i, finalStatus(m.legs[i].status))
		}
	}
}

// finalStatus is the CallStatus of a dialled call that the carrier ends.
func finalStatus(status string) string {
	if status == "in-progress" {
		return "completed"
	}
	return "canceled"
}

// fromCaller notes that the caller has done something, or talks to somebody, so
// the call is no runaway.
func (m *machine) fromCaller() { m.budget = m.set.Options.MaxDocuments }
