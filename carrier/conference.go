package carrier

import (
	"slices"
	"strings"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/twiml"
)

// conferring is a Dial of a Conference.
type conferring struct {
	idle
	el, noun *twiml.Element
	name     string
	sid      string
	since    time.Duration
	waiter   int
	begun    time.Duration
	begins   bool // it has begun
	planned  bool
	lasts    time.Duration
	sequence int
	record   recordingCallback
}

func (c *conferring) clone() activity { d := *c; return &d }

// Tokens of a conference's timers.
const (
	tokenJoined = iota // somebody else is there
	tokenClosed        // it is over for the caller
	tokenCapped        // timeLimit
)

// conference begins a Dial of a Conference (twiml/conference).
func (m *machine) conference(t *thread, el, noun *twiml.Element) bool {
	c := &conferring{el: el, noun: noun, name: noun.Text(), sid: m.sid("CF"), since: m.now}
	if noun.AttrOr("record", "do-not-record") == "record-from-start" {
		c.record = callbackOf(noun, m.sid("RE"), "Conference")
	}
	t.act = c
	m.emit(Conferenced{Name: c.name, Sid: c.sid})
	c.tell(m, t, "join", "participant-join")
	m.timer(time.Duration(intAttr(el, "timeLimit", 14400, 1, maxSeconds))*time.Second, t, tokenCapped)
	if el.AttrOr("hangupOnStar", "false") == "true" {
		m.emit(Listening{Leg: t.leg, Verb: "Dial", Keys: true, FinishOnKey: "*", Quiet: true})
	}
	ref, given := noun.Attr("waitUrl")
	switch {
	case !given:
		m.heard(Heard{Sound: SoundMusic})
	case strings.TrimSpace(ref) != "":
		w := m.spawn(0, conferenceWait, t.id)
		w.url, c.waiter = t.url, w.id
		m.load(w, load{purpose: ForWait, verb: "Conference", method: noun.AttrOr("waitMethod", "POST"), url: resolve(t.url, ref)})
	}
	return true
}

func (c *conferring) outcome(m *machine, t *thread, e Event) bool {
	d, ok := e.(ConferenceDoes)
	if !ok || c.planned {
		return false
	}
	o := d.Conference
	set(&o.Joined, m.set.Options.ConferenceWait)
	set(&o.Lasts, m.set.Options.Talk)
	c.planned, c.lasts = true, o.Lasts
	if o.Joined > 0 {
		m.timer(o.Joined, t, tokenJoined)
	}
	return true
}

func (c *conferring) expired(m *machine, t *thread, token int) {
	switch token {
	case tokenJoined:
		m.cut(0)
		m.with(c.waiter, m.kill)
		c.begins, c.begun, m.talked = true, m.now, true
		if beep := c.noun.AttrOr("beep", "true"); beep == "true" || beep == "onEnter" {
			m.emit(Heard{Sound: SoundBeep, Lasts: beepLength})
		}
		m.fromCaller()
		m.emit(Bridged{Name: "conference:" + c.name})
		c.tell(m, t, "start", "conference-start")
		c.record.tell(m, t, "in-progress", 0, 0)
		m.timer(c.lasts, t, tokenClosed)
	case tokenClosed:
		c.over(m, t, "callee")
	case tokenCapped:
		c.over(m, t, "limit")
	}
}

func (c *conferring) key(m *machine, t *thread, k byte) bool {
	if k == '*' && c.el.AttrOr("hangupOnStar", "false") == "true" {
		c.over(m, t, "star")
	}
	return true
}

func (c *conferring) over(m *machine, t *thread, cause string) {
	m.then(t, c.finish(m, t, cause))
}

// finish takes the caller out of the conference and returns the request that follows.
func (c *conferring) finish(m *machine, t *thread, cause string) *load {
	m.stopTimer(t, tokenJoined)
	m.stopTimer(t, tokenClosed)
	m.stopTimer(t, tokenCapped)
	m.with(c.waiter, m.kill)
	if c.el.AttrOr("hangupOnStar", "false") == "true" {
		m.emit(Listening{Leg: t.leg, Verb: "Dial"})
	}
	c.tell(m, t, "leave", "participant-leave")
	if c.begins {
		m.emit(Unbridged{Talk: m.now - c.begun, Cause: cause})
		m.talked = true
		c.record.tell(m, t, "completed", m.now-c.begun, m.set.Options.RecordingReady)
		if cause == "callee" || c.noun.AttrOr("endConferenceOnExit", "false") == "true" {
			c.tell(m, t, "end", "conference-end")
		}
	}
	// DialCallSid and DialCallDuration are not sent after a conference.
	return action(t, c.el, callgate.Param{Name: "DialCallStatus", Value: "answered"})
}

func (c *conferring) gone(m *machine, t *thread) *load { return c.finish(m, t, "caller") }

// tell sends an event of the conference, if it is wanted.
func (c *conferring) tell(m *machine, t *thread, event, word string) {
	ref := c.noun.AttrOr("statusCallback", "")
	if ref == "" || !slices.Contains(strings.Fields(c.noun.AttrOr("statusCallbackEvent", "")), event) {
		return
	}
	c.sequence++
	p := callgate.Params{
		{Name: "AccountSid", Value: m.set.Account},
		{Name: "ConferenceSid", Value: c.sid},
		{Name: "FriendlyName", Value: c.name},
		{Name: "SequenceNumber", Value: itoa(c.sequence)},
		{Name: "StatusCallbackEvent", Value: word},
		{Name: "Timestamp", Value: m.stamp()},
	}
	if strings.HasPrefix(word, "participant") {
		p = append(p, callgate.Param{Name: "CallSid", Value: m.legs[t.leg].sid},
			callgate.Param{Name: "Muted", Value: c.noun.AttrOr("muted", "false")},
			callgate.Param{Name: "Hold", Value: "false"},
			callgate.Param{Name: "StartConferenceOnEnter", Value: c.noun.AttrOr("startConferenceOnEnter", "true")},
			callgate.Param{Name: "EndConferenceOnExit", Value: c.noun.AttrOr("endConferenceOnExit", "false")})
		if label := c.noun.AttrOr("participantLabel", ""); label != "" {
			p = append(p, callgate.Param{Name: "ParticipantLabel", Value: label})
		}
		if sid := c.noun.AttrOr("coach", ""); sid != "" {
			p = append(p, callgate.Param{Name: "CallSidToCoach", Value: sid}, callgate.Param{Name: "Coaching", Value: "true"})
		}
	}
	m.send(Request{For: ForConference, Leg: t.leg, Verb: "Conference", Method: methodOr(c.noun.AttrOr("statusCallbackMethod", "POST")),
		URL: resolve(t.url, ref), Params: withParams(p), Callback: true}, 0)
}
