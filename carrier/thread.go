package carrier

import (
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/twiml"
)

// role is what a thread runs documents for.
type role int

const (
	flow           role = iota // the call itself
	whisper                    // what a called party hears before the bridge
	queueWait                  // what the caller hears in a queue
	conferenceWait             // what the caller hears before a conference begins
)

// thread runs documents on one leg, one at a time.
type thread struct {
	id    int
	leg   int
	role  role
	owner int // the thread whose verb started this one; 0 for none

	url       string // where the document came from, after HTTP redirects
	verbs     []*twiml.Element
	next      int             // index in verbs
	findings  []twiml.Finding // fatal ones, told when their verb is reached
	first     bool            // no verb of the call has run yet
	loaded    time.Duration   // when the document began
	documents int             // that it has asked for
	purpose   Purpose         // of the request that brought the document
	act       activity
	dead      bool // killed within this step
}

func (t *thread) clone() *thread {
	u := *t
	u.act = t.act.clone()
	return &u
}

// load is a request for a document.
type load struct {
	purpose     Purpose
	verb        string
	method, url string
	params      callgate.Params
}

// activity is what a thread is busy with: a verb that takes time, or a request.
// Its methods are told what happens; most activities care for little of it, see idle.
type activity interface {
	clone() activity
	// expired is told that a timer of this activity has run out.
	expired(m *machine, t *thread, token int)
	// fetched is told what came of a Fetch.
	fetched(m *machine, t *thread, f Fetched)
	// opened is told what came of a Socket.
	opened(m *machine, t *thread, s SocketOpened)
	// key and speech are told what the party of the leg presses and says, and
	// report whether they took it.
	key(m *machine, t *thread, k byte) bool
	speech(m *machine, t *thread, s Speech) bool
	// callee, refers and outcome are told what the world does, and report whether
	// it was meant for them.
	callee(m *machine, t *thread, e CalleeDoes) bool
	refers(m *machine, t *thread, e CalleeRefers) bool
	outcome(m *machine, t *thread, e Event) bool
	// gone is told that the party of the leg has hung up, and returns the request
	// that the verb still makes, if any.
	gone(m *machine, t *thread) *load
}

// idle is the activity of a thread that waits for nothing, and what the others build on.
type idle struct{}

func (idle) clone() activity                             { return idle{} }
func (idle) expired(*machine, *thread, int)              {}
func (idle) fetched(*machine, *thread, Fetched)          {}
func (idle) opened(*machine, *thread, SocketOpened)      {}
func (idle) key(*machine, *thread, byte) bool            { return false }
func (idle) speech(*machine, *thread, Speech) bool       { return false }
func (idle) callee(*machine, *thread, CalleeDoes) bool   { return false }
func (idle) refers(*machine, *thread, CalleeRefers) bool { return false }
func (idle) outcome(*machine, *thread, Event) bool       { return false }
func (idle) gone(*machine, *thread) *load                { return nil }

// Tokens of timers that several activities use. tokenCallLimit ends the call.
const (
	tokenCallLimit = -1
	tokenDone      = 0
)

// spawn starts a thread.
func (m *machine) spawn(leg int, r role, owner int) *thread {
	t := &thread{id: m.id(), leg: leg, role: r, owner: owner, first: r == flow, act: idle{}}
	m.threads = append(m.threads, t)
	return t
}

// kill ends a thread and what it waits for.
func (m *machine) kill(t *thread) {
	for i, u := range m.threads {
		if u == t {
			m.threads = append(m.threads[:i:i], m.threads[i+1:]...)
			break
		}
	}
	t.act, t.dead = idle{}, true
	for i := range m.pending {
		if m.pending[i].thread == t.id {
			m.pending[i].discard = true
		}
	}
	timers := m.timers[:0:0]
	for _, u := range m.timers {
		if u.thread != t.id || u.thread == 0 {
			timers = append(timers, u)
		}
	}
	m.timers = timers
}

// run goes on with the next verb until one takes time or the document is over.
func (m *machine) run(t *thread) {
	t.act = idle{}
	for t.next < len(t.verbs) {
		el := t.verbs[t.next]
		t.next++
		if f, bad := t.fatalIn(el); bad {
			m.fatal(t, fromFinding(f, t.url))
			return
		}
		wait := m.verb(t, el)
		t.first = false
		if wait || t.dead || m.end != nil {
			return
		}
	}
	m.documentOver(t)
}

// fatalIn finds the fatal finding that lies within a verb.
func (t *thread) fatalIn(el *twiml.Element) (twiml.Finding, bool) {
	for _, f := range t.findings {
		if before(f.Line, f.Col, el.Line, el.Col) {
			continue
		}
		if t.next < len(t.verbs) && !before(f.Line, f.Col, t.verbs[t.next].Line, t.verbs[t.next].Col) {
			continue
		}
		return f, true
	}
	return twiml.Finding{}, false
}

func before(line, col, line2, col2 int) bool { return line < line2 || line == line2 && col < col2 }

// documentOver does what follows a document without another verb.
func (m *machine) documentOver(t *thread) {
	switch t.role {
	case flow:
		m.answer()
		if m.end != nil {
			return
		}
		m.finish(m.orTransfer(EndDocument), "completed")
	case whisper:
		owner := t.owner
		leg := t.leg
		m.kill(t)
		m.with(owner, func(o *thread) {
			if d, ok := o.act.(*dialing); ok {
				d.accepted(m, o, leg)
			}
		})
	case queueWait:
		m.with(t.owner, func(o *thread) {
			if q, ok := o.act.(*queueing); ok {
				m.load(t, q.wait(m, o)) // the carrier asks for the document again
			}
		})
	case conferenceWait:
		m.kill(t) // silence from here on
	}
}

// spend takes a document off the budget. It reports false, and ends the call,
// when there is none left.
func (m *machine) spend(t *thread) bool {
	m.budget--
	if m.budget >= 0 {
		return true
	}
	m.emit(Problem{Severity: Error, URL: t.url,
		Message: "the call ran away: too many documents without anything from the caller"})
	m.finish(EndRunaway, "failed")
	return false
}

// fatal is a fatal error of a document. The call goes to the fallback URL or ends
// with the carrier's apology; what ran beside it ends alone.
func (m *machine) fatal(t *thread, p Problem) {
	p.Severity = Error
	m.emit(p)
	t.act = idle{}
	switch t.role {
	case flow:
		m.fallback(t, p)
	case whisper:
		m.endLeg(t.leg, "completed")
		m.declined(t)
	case queueWait:
		owner := t.owner
		m.kill(t)
		m.with(owner, func(o *thread) {
			if q, ok := o.act.(*queueing); ok {
				q.leave(m, o, "error")
			}
		})
	case conferenceWait:
		m.kill(t)
	}
}

// fallback asks the number's fallback URL what to do, or says that there was an error.
func (m *machine) fallback(t *thread, p Problem) {
	if m.set.FallbackURL == "" || t.purpose == ForFallback {
		m.apologise(t)
		return
	}
	m.load(t, load{purpose: ForFallback, method: m.set.FallbackMethod, url: m.set.FallbackURL, params: callgate.Params{
		{Name: "ErrorCode", Value: itoa(p.Code)}, {Name: "ErrorUrl", Value: p.URL},
	}})
}

// apology is what the carrier says when an application fails and there is no
// fallback (twilio.com/en-us/blog/a-hidden-gem-fallback-urls-html).
const apology = "We're sorry, an application error has occurred. Goodbye."

func (m *machine) apologise(t *thread) {
	m.answer()
	if m.end != nil {
		return
	}
	text := m.set.Options.Apology
	d := m.sayLength(text)
	m.heard(Heard{Leg: 0, Sound: SoundSay, Text: text, Language: "en-US", Loop: 1, Lasts: d})
	t.act = &ending{reason: EndApology, status: "completed"}
	m.timer(d, t, tokenDone)
}

// ending is what is heard before the carrier hangs up.
type ending struct {
	idle
	reason EndReason
	status string
}

func (e *ending) clone() activity { c := *e; return &c }

func (e *ending) expired(m *machine, _ *thread, _ int) { m.finish(e.reason, e.status) }
