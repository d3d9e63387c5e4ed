package carrier

import (
	"slices"
	"strings"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/twiml"
)

// verb begins a verb. It reports whether the thread must wait for it.
func (m *machine) verb(t *thread, el *twiml.Element) bool {
	switch m.allowed(t, el) {
	case ignored:
		return false
	case wasFatal:
		return true
	}
	switch el.Name {
	case "Pause":
		return m.pause(t, el)
	case "Reject":
		return m.reject(t, el)
	case "Dial":
		return m.dial(t, el)
	}
	if isVerb(el.Name) {
		m.answer()
		if m.end != nil {
			return true
		}
	}
	switch el.Name {
	case "Say", "Play":
		return m.sound(t, el)
	case "Gather":
		return m.gather(t, el)
	case "Record":
		return m.record(t, el)
	case "Redirect":
		m.reload(t, ForRedirect, "Redirect", el.AttrOr("method", "POST"), el.Text())
		return true
	case "Hangup":
		m.hangupVerb(t)
		return true
	}
	return m.rareVerb(t, el)
}

// rareVerb begins one of the verbs that few documents have.
func (m *machine) rareVerb(t *thread, el *twiml.Element) bool {
	switch el.Name {
	case "Enqueue":
		return m.enqueue(t, el)
	case "Leave":
		return m.leave(t)
	case "Pay":
		return m.pay(t, el)
	case "Refer":
		return m.refer(t, el)
	case "Connect":
		return m.connect(t, el)
	case "Start":
		m.start(t, el)
	case "Stop":
		m.stop(el)
	case "Sms":
		return m.sms(t, el)
	case "Echo":
		t.act = idle{}
		return true
	case "Annotate":
		m.emit(Problem{Severity: Warning, URL: t.url, Line: el.Line, Col: el.Col, Message: "<Annotate> does nothing in the simulated carrier"})
	}
	return false // unknown verbs are warnings: Check has told of them
}

func isVerb(name string) bool {
	return oneOf(name, "Say", "Play", "Gather", "Record", "Enqueue", "Hangup", "Redirect", "Refer", "Pay",
		"Connect", "Start", "Stop", "Sms", "Echo", "Leave")
}

// Verbs that documents on the side may hold (twiml/number, twiml/queue,
// twiml/enqueue, twiml/conference). Pause and Redirect in a Number's document are
// accepted in practice.
var allowedVerbs = map[role][]string{
	whisper:        {"Say", "Play", "Gather", "Hangup", "Pause", "Redirect"},
	queueWait:      {"Play", "Say", "Pause", "Hangup", "Redirect", "Leave", "Gather"},
	conferenceWait: {"Play", "Say", "Pause", "Redirect"},
}

// permit is whether a verb may stand where it does.
type permit int

const (
	mayRun   permit = iota
	ignored         // it does nothing
	wasFatal        // it was a fatal error, which has been dealt with
)

// allowed decides whether a verb may stand in this document, and logs it if not.
func (m *machine) allowed(t *thread, el *twiml.Element) permit {
	if t.role == flow || oneOf(el.Name, allowedVerbs[t.role]...) {
		return mayRun
	}
	p := Problem{Code: int(twiml.CodeSchema), Severity: Warning, URL: t.url, Line: el.Line, Col: el.Col,
		Message: "<" + el.Name + "> does nothing in a document that is heard here"}
	switch {
	case t.role == whisper && el.Name == "Dial":
		p.Code, p.Message = codeNestedDial, "<Dial> in a document for a called party"
		m.fatal(t, p)
		return wasFatal
	case t.role == conferenceWait:
		p.Code, p.Message = codeWaitVerb, "<"+el.Name+"> in a document that is heard before a conference"
		m.fatal(t, p)
		return wasFatal
	}
	m.emit(p)
	return ignored
}

// answer picks up the call, if it has not been.
func (m *machine) answer() {
	l := &m.legs[0]
	if l.up || m.end != nil {
		return
	}
	l.up, l.answered, l.status = true, m.now, "in-progress"
	m.emit(LegStatus{Leg: 0, Status: "in-progress"})
	m.progress(0, "answered")
}

// reject does not answer when it is the first verb, and hangs up otherwise.
func (m *machine) reject(t *thread, el *twiml.Element) bool {
	if !t.first {
		m.answer()
		m.finish(EndHangup, "completed")
		return true
	}
	if el.AttrOr("reason", "rejected") == "busy" {
		m.heard(Heard{Sound: SoundBusy})
		m.finish(EndRejected, "busy")
		return true
	}
	m.heard(Heard{Sound: SoundRefused})
	m.finish(EndRejected, "no-answer")
	return true
}

// hangupVerb ends the leg that the document runs on.
func (m *machine) hangupVerb(t *thread) {
	switch t.role {
	case whisper:
		m.endLeg(t.leg, "completed")
		m.declined(t)
	default:
		m.finish(m.orTransfer(EndHangup), "completed")
	}
}

// orTransfer is the reason of an end that the document brings: when nothing was
// heard since a conversation, that conversation was the end of it.
func (m *machine) orTransfer(reason EndReason) EndReason {
	if m.talked {
		return EndTransfer
	}
	return reason
}

// hangUp is a party that hangs up.
func (m *machine) hangUp(i int) {
	if m.end != nil || i < 0 || i >= len(m.legs) || m.legs[i].gone {
		return
	}
	if i > 0 {
		m.calleeHangsUp(i)
		return
	}
	l := &m.legs[0]
	status := "completed"
	if !l.up {
		status = "canceled"
		if l.direction == "inbound" {
			status = "no-answer"
		}
	}
	m.cut(0)
	m.lastRequests(status)
	m.finish(EndCallerHangup, status)
}

// lastRequests makes the requests that verbs still make when the caller has gone.
func (m *machine) lastRequests(status string) {
	l := &m.legs[0]
	l.status = status
	for _, t := range slices.Clone(m.threads) {
		if t.leg != 0 {
			continue
		}
		if r := t.act.gone(m, t); r != nil {
			m.send(Request{For: r.purpose, Leg: 0, Verb: r.verb, Method: methodOr(r.method), URL: r.url,
				Params: withParams(m.standard(l), r.params...)}, 0)
		}
	}
}

func methodOr(method string) string {
	if method == "GET" {
		return "GET"
	}
	return "POST"
}

// key is a key that a party presses.
func (m *machine) key(e Key) {
	if m.end != nil || !strings.ContainsRune("0123456789*#", rune(e.Key)) {
		return
	}
	if e.Leg == 0 {
		m.fromCaller()
	}
	m.toActivity(func(a activity, t *thread) bool { return t.leg == e.Leg && a.key(m, t, e.Key) })
}

// speech is something that the caller says.
func (m *machine) speech(e Speech) {
	if m.end != nil || strings.TrimSpace(e.Text) == "" && e.Lasts <= 0 {
		return
	}
	m.fromCaller()
	if e.Lasts <= 0 {
		e.Lasts = m.sayLength(e.Text)
	}
	m.toActivity(func(a activity, t *thread) bool { return t.leg == 0 && a.speech(m, t, e) })
}

// action builds the request of a verb's action, or nil when the verb has none.
func action(t *thread, el *twiml.Element, params ...callgate.Param) *load {
	ref := el.AttrOr("action", "")
	if strings.TrimSpace(ref) == "" {
		return nil
	}
	return &load{purpose: ForAction, verb: el.Name, method: el.AttrOr("method", "POST"), url: resolve(t.url, ref), params: params}
}

// actionOrHere is action with the current document as the default, which
// Gather, Record and Pay have.
func actionOrHere(t *thread, el *twiml.Element, params ...callgate.Param) *load {
	if l := action(t, el, params...); l != nil {
		return l
	}
	return &load{purpose: ForAction, verb: el.Name, method: el.AttrOr("method", "POST"), url: resolve(t.url, ""), params: params}
}

// then requests the action of a verb, or goes on with the next verb.
func (m *machine) then(t *thread, l *load) {
	if l == nil {
		m.run(t)
		return
	}
	m.load(t, *l)
}
