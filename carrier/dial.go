package carrier

import (
	"slices"
	"strings"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/twiml"
)

// maxNouns is how many parties a Dial rings at most (twiml/dial).
const maxNouns = 10

// sipHost is what stands behind the @ of the carrier's SIP Call-IDs. It is of no account.
const sipHost = "sip.example"

// dialing is a Dial of numbers, clients, SIP addresses or a queue.
type dialing struct {
	idle
	el      *twiml.Element
	nouns   []*twiml.Element // not yet rung; all at once unless sequential
	legs    []int            // that ring or have been answered
	bridged int              // the leg that the caller talks to, 0 for none
	since   time.Duration    // of the conversation
	talk    time.Duration    // after which the callee hangs up
	results []string         // of the legs that did not make it
	last    int              // the leg that DialCallSid names
	sipCode int
	record  recordingCallback
}

func (d *dialing) clone() activity {
	c := *d
	c.nouns, c.legs, c.results = slices.Clone(d.nouns), slices.Clone(d.legs), slices.Clone(d.results)
	return &c
}

// Tokens of a Dial's timers. Those of a leg carry its number.
const (
	tokenTalk    = iota // the callee hangs up
	tokenLimit          // timeLimit
	tokenRing           // the timeout for those that ring
	tokenOutcome        // plus the leg, times two: what a callee does is due
)

// dial begins a Dial (twiml/dial).
func (m *machine) dial(t *thread, el *twiml.Element) bool {
	if !t.first || el.AttrOr("answerOnBridge", "false") != "true" {
		m.answer()
		if m.end != nil {
			return true
		}
	}
	if conf := el.Child("Conference"); conf != nil {
		m.answer()
		return m.conference(t, el, conf)
	}
	d := &dialing{el: el, nouns: nounsOf(el)}
	if record := el.AttrOr("record", "do-not-record"); record != "do-not-record" && record != "false" {
		d.record = callbackOf(el, m.sid("RE"), "DialVerb")
	}
	t.act = d
	d.ring(m, t)
	return true
}

// nounsOf lists whom a Dial rings; its text is a number.
func nounsOf(el *twiml.Element) []*twiml.Element {
	var nouns []*twiml.Element
	for child := range el.Elements() {
		if oneOf(child.Name, "Number", "Client", "Sip", "Sim", "Queue", "Application", "WhatsApp") && len(nouns) < maxNouns {
			nouns = append(nouns, child)
		}
	}
	if len(nouns) == 0 && el.Text() != "" {
		nouns = append(nouns, &twiml.Element{Name: "Number", Children: []twiml.Node{{Text: el.Text()}}, Line: el.Line, Col: el.Col})
	}
	return nouns
}

// ring rings the next noun, or all of them.
func (d *dialing) ring(m *machine, t *thread) {
	n := len(d.nouns)
	if d.el.AttrOr("sequential", "false") == "true" {
		n = min(n, 1)
	}
	limit := time.Duration(intAttr(d.el, "timeout", 30, 5, 600))*time.Second + m.set.Options.RingExtra
	now := d.nouns[:n]
	d.nouns = d.nouns[n:]
	for _, noun := range now {
		d.ringOne(m, t, noun, limit)
	}
	if len(d.legs) == 0 {
		d.none(m, t)
		return
	}
	m.heard(Heard{Leg: 0, Sound: SoundRinging, Text: d.el.AttrOr("ringTone", "")})
	m.timer(limit, t, tokenRing)
}

func (d *dialing) ringOne(m *machine, t *thread, noun *twiml.Element, limit time.Duration) {
	to := address(noun)
	if to == "" || noun.Name == "Number" && !looksLikeNumber(to) {
		d.results = append(d.results, "failed")
		return
	}
	caller := &m.legs[t.leg]
	l := leg{sid: m.sid("CA"), parent: caller.sid, from: d.el.AttrOr("callerId", caller.from), to: to,
		direction: "outbound-dial", status: "ringing", noun: noun.Name, el: noun}
	if noun.Name == "Queue" {
		l.parent, l.direction, l.from, l.to = "", "inbound", "", caller.to
	}
	l.callbacks = callbacks{url: resolveIf(t.url, noun.AttrOr("statusCallback", "")), method: noun.AttrOr("statusCallbackMethod", "POST"),
		events: strings.Fields(noun.AttrOr("statusCallbackEvent", ""))}
	m.legs = append(m.legs, l)
	i := len(m.legs) - 1
	d.legs = append(d.legs, i)
	d.last = i
	m.emit(LegStarted{Leg: i, Sid: l.sid, Noun: noun.Name, From: l.from, To: to, RingLimit: limit})
	m.emit(LegStatus{Leg: i, Status: "ringing"})
	m.progress(i, "initiated")
	m.progress(i, "ringing")
}

// callee takes what the party of a leg does.
func (d *dialing) callee(m *machine, t *thread, e CalleeDoes) bool {
	if !slices.Contains(d.legs, e.Leg) {
		return false
	}
	l := &m.legs[e.Leg]
	if l.up || l.outcome != nil {
		return true
	}
	c := e.Callee
	set(&c.Ring, m.set.Options.Ring)
	set(&c.Talk, m.set.Options.Talk)
	set(&c.Does, Answers)
	l.outcome = &c
	if c.Does != NoAnswer {
		m.timer(c.Ring, t, tokenOutcome+2*e.Leg)
	}
	return true
}

func (d *dialing) expired(m *machine, t *thread, token int) {
	switch token {
	case tokenTalk:
		d.unbridge(m, t, "callee")
	case tokenLimit:
		d.unbridge(m, t, "limit")
	case tokenRing:
		for _, i := range slices.Clone(d.legs) {
			if !m.legs[i].up {
				d.drop(m, i, "no-answer")
			}
		}
		if len(d.legs) == 0 {
			d.none(m, t)
		}
	default:
		d.due(m, t, (token-tokenOutcome)/2, (token-tokenOutcome)%2 == 1)
	}
}

// due is the moment at which a callee does something; ready that its keys have
// been sent and it can hear.
func (d *dialing) due(m *machine, t *thread, i int, ready bool) {
	l := &m.legs[i]
	switch {
	case l.gone:
	case ready:
		d.hears(m, t, i)
	case l.outcome.Does == Answers:
		d.answered(m, t, i)
	default:
		d.sipCode = l.outcome.SIPCode
		d.drop(m, i, string(l.outcome.Does))
		if len(d.legs) == 0 {
			d.none(m, t)
		}
	}
}

// answered is a party that picks up: the others are hung up (twiml/number).
func (d *dialing) answered(m *machine, t *thread, i int) {
	l := &m.legs[i]
	l.up, l.answered, l.status, l.keys, l.machine = true, m.now, "in-progress", l.outcome.Keys, l.outcome.Machine
	d.talk, d.last = l.outcome.Talk, i
	m.stopTimer(t, tokenRing)
	m.emit(LegStatus{Leg: i, Status: "in-progress"})
	m.progress(i, "answered")
	for _, other := range slices.Clone(d.legs) {
		if other != i {
			d.drop(m, other, "canceled")
		}
	}
	d.detectMachine(m, t, i)
	if keys := l.el.AttrOr("sendDigits", ""); keys != "" {
		m.emit(Heard{Leg: i, Sound: SoundTones, Text: keys, Lasts: tonesLength(keys)})
		m.timer(tonesLength(keys), t, tokenOutcome+2*i+1)
		return
	}
	d.hears(m, t, i)
}

// detectMachine reports what answered, when a noun asks for it.
func (d *dialing) detectMachine(m *machine, t *thread, i int) {
	l := &m.legs[i]
	ref := l.el.AttrOr("amdStatusCallback", "")
	if l.el.AttrOr("machineDetection", "") == "" || ref == "" {
		return
	}
	m.send(Request{For: ForMachine, Leg: i, Verb: l.noun, Method: methodOr(l.el.AttrOr("amdStatusCallbackMethod", "POST")),
		URL: resolve(t.url, ref), Callback: true, Params: withParams(callgate.Params{
			{Name: "AccountSid", Value: m.set.Account}, {Name: "AnsweredBy", Value: l.answeredBy()}, {Name: "CallSid", Value: l.sid},
			{Name: "MachineDetectionDuration", Value: "2000"},
		})}, 0)
}

// hears runs the document of the noun on the called party, or bridges at once.
func (d *dialing) hears(m *machine, t *thread, i int) {
	l := &m.legs[i]
	ref := l.el.AttrOr("url", "")
	if ref == "" {
		d.accepted(m, t, i)
		return
	}
	var params callgate.Params
	if l.noun == "Queue" {
		params = callgate.Params{
			{Name: "DequeingCallSid", Value: m.legs[t.leg].sid}, // spelt so by the carrier
			{Name: "QueueSid", Value: m.sid("QU")}, {Name: "QueueTime", Value: seconds(l.outcome.Ring)},
		}
	} else if l.el.AttrOr("machineDetection", "") != "" {
		params = callgate.Params{{Name: "AnsweredBy", Value: l.answeredBy()}}
	}
	w := m.spawn(i, whisper, t.id)
	w.url = t.url
	m.reload(w, ForWhisper, l.noun, l.el.AttrOr("method", "POST"), ref, params...)
}

// accepted bridges the caller and a called party.
func (d *dialing) accepted(m *machine, t *thread, i int) {
	m.answer() // with answerOnBridge the caller has only heard it ring
	if m.end != nil {
		return
	}
	d.bridged, d.since = i, m.now
	m.talked = true
	m.fromCaller() // somebody talks to the caller: this is no runaway
	m.cut(0)
	m.emit(Bridged{Leg: i, Name: m.legs[i].to})
	if d.el.AttrOr("hangupOnStar", "false") == "true" {
		m.emit(Listening{Leg: t.leg, Verb: "Dial", Keys: true, FinishOnKey: "*", Quiet: true})
	}
	d.record.tell(m, t, "in-progress", 0, 0)
	m.timer(d.talk, t, tokenTalk)
	m.timer(time.Duration(intAttr(d.el, "timeLimit", 14400, 1, maxSeconds))*time.Second, t, tokenLimit)
}

func (d *dialing) key(m *machine, t *thread, k byte) bool {
	if k == '*' && d.bridged > 0 && d.el.AttrOr("hangupOnStar", "false") == "true" {
		d.unbridge(m, t, "star")
	}
	return true
}

// refers is a transfer by the other side (twiml/dial, referUrl).
func (d *dialing) refers(m *machine, t *thread, e CalleeRefers) bool {
	if d.bridged == 0 {
		return false
	}
	ref := d.el.AttrOr("referUrl", "")
	if ref == "" {
		m.emit(Problem{Code: codeReferURL, Severity: Error, URL: t.url, Line: d.el.Line, Col: d.el.Col,
			Message: "the other side transfers the call, but <Dial> has no referUrl"})
		return true
	}
	d.stopTalking(m, t, "refer")
	m.reload(t, ForRefer, "Dial", d.el.AttrOr("referMethod", "POST"), ref,
		callgate.Param{Name: "ReferTransferTarget", Value: e.Target})
	return true
}

// stopTalking ends the conversation and the called leg.
func (d *dialing) stopTalking(m *machine, t *thread, cause string) {
	m.stopTimer(t, tokenTalk)
	m.stopTimer(t, tokenLimit)
	i := d.bridged
	if d.el.AttrOr("hangupOnStar", "false") == "true" {
		m.emit(Listening{Leg: t.leg, Verb: "Dial"})
	}
	m.emit(Unbridged{Leg: i, Talk: m.now - d.since, Cause: cause})
	d.record.tell(m, t, "completed", m.now-d.since, m.set.Options.RecordingReady)
	m.endLeg(i, "completed")
	m.talked = true
}

// unbridge ends the conversation and with it the Dial.
func (d *dialing) unbridge(m *machine, t *thread, cause string) {
	d.stopTalking(m, t, cause)
	m.then(t, d.result(m, t, "completed"))
}

// drop ends a leg that was not connected.
func (d *dialing) drop(m *machine, i int, status string) {
	d.legs = slices.DeleteFunc(d.legs, func(j int) bool { return j == i })
	d.results = append(d.results, status)
	m.endLeg(i, status)
}

// none goes on when nobody is left to ring: with the next noun, or the end of the Dial.
func (d *dialing) none(m *machine, t *thread) {
	m.stopTimer(t, tokenRing)
	if len(d.nouns) > 0 {
		d.ring(m, t)
		return
	}
	m.cut(0)
	m.then(t, d.result(m, t, worst(d.results)))
}

// worst is the status of a Dial that reached nobody: a telephone that rang says
// more than one that was busy, and that more than one that does not exist.
func worst(results []string) string {
	for _, s := range []string{"no-answer", "busy"} {
		if slices.Contains(results, s) {
			return s
		}
	}
	return "failed"
}

// result is the request to the action of the Dial, nil when there is none.
func (d *dialing) result(m *machine, t *thread, status string) *load {
	p := callgate.Params{{Name: "DialCallStatus", Value: status}, {Name: "DialBridged", Value: "false"}}
	if d.bridged > 0 {
		p[1].Value = "true"
	}
	if d.last > 0 {
		l := &m.legs[d.last]
		p = append(p, callgate.Param{Name: "DialCallSid", Value: l.sid})
		if l.up {
			p = append(p, callgate.Param{Name: "DialCallDuration", Value: seconds(m.talkTime(l))})
		}
		if l.noun == "Sip" {
			p = append(p, callgate.Param{Name: "DialSipCallId", Value: strings.ToLower(l.sid[2:]) + "@" + sipHost})
		}
		if d.sipCode > 0 && l.noun == "Sip" {
			p = append(p, callgate.Param{Name: "DialSipResponseCode", Value: itoa(d.sipCode)})
		}
	}
	if d.bridged > 0 && d.record.sid != "" {
		p = append(p, callgate.Param{Name: "RecordingUrl", Value: recordingURL(m.set.Account, d.record.sid)},
			callgate.Param{Name: "RecordingSid", Value: d.record.sid})
	}
	return action(t, d.el, p...)
}

// gone is the caller hanging up: while it rings, or out of the conversation.
func (d *dialing) gone(m *machine, t *thread) *load {
	if d.bridged > 0 {
		d.stopTalking(m, t, "caller")
		return d.result(m, t, "completed")
	}
	for _, i := range slices.Clone(d.legs) {
		d.drop(m, i, finalStatus(m.legs[i].status))
	}
	return d.result(m, t, m.set.Options.CancelStatus)
}

// afterWhisper is a party that answered but was not connected: the status is
// that of a call that took place, and DialBridged tells the difference.
func (d *dialing) afterWhisper(m *machine, t *thread) {
	d.legs = nil
	if len(d.nouns) > 0 {
		d.ring(m, t)
		return
	}
	m.cut(0)
	m.then(t, d.result(m, t, "completed"))
}
