package carrier

import (
	"strings"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/twiml"
)

// connecting is a Connect.
type connecting struct {
	idle
	el, noun *twiml.Element
	sid      string
	socket   int // the handshake that is awaited
	since    time.Duration
	open     bool
	result   *SessionResult
}

func (c *connecting) clone() activity { d := *c; return &d }

// connect begins a Connect (twiml/connect). For a Stream or ConversationRelay
// the WebSocket handshake is made; no media flows.
func (m *machine) connect(t *thread, el *twiml.Element) bool {
	var noun *twiml.Element
	for child := range el.Elements() {
		noun = child
		break
	}
	if noun == nil {
		return false // 12200, a warning of Check
	}
	c := &connecting{el: el, noun: noun, since: m.now}
	t.act = c
	if !oneOf(noun.Name, "Stream", "ConversationRelay") || noun.AttrOr("url", "") == "" {
		c.sid = m.sid("CO")
		c.opens(m)
		return true
	}
	prefix := "MZ"
	if noun.Name == "ConversationRelay" {
		prefix = "VX"
	}
	c.sid = m.sid(prefix)
	c.socket = m.openSocket(t, noun)
	return true
}

// openSocket asks for a handshake.
func (m *machine) openSocket(t *thread, noun *twiml.Element) int {
	id := m.id()
	url := noun.AttrOr("url", "")
	m.pending = append(m.pending, pending{id: id, thread: t.id, url: url})
	m.emit(Socket{ID: id, URL: url, Noun: noun.Name})
	return id
}

func (c *connecting) opens(m *machine) {
	c.open, c.since = true, m.now
	m.emit(Session{Noun: c.noun.Name, Sid: c.sid})
}

// socketOpened takes what came of a handshake. One of a Start is only logged.
func (m *machine) socketOpened(s SocketOpened) {
	p, ok := m.take(s.ID)
	if !ok {
		return
	}
	if s.Code != 0 {
		m.emit(Problem{Code: s.Code, Severity: Error, Message: s.Message, URL: p.url})
	}
	m.with(p.thread, func(t *thread) { t.act.opened(m, t, s) })
}

func (c *connecting) opened(m *machine, t *thread, s SocketOpened) {
	switch {
	case s.ID != c.socket:
	case s.Code != 0:
		m.then(t, c.request(m, t, "failed"))
	default:
		c.streamEvent(m, t, "stream-started")
		c.opens(m)
		if greeting := c.noun.AttrOr("welcomeGreeting", ""); greeting != "" {
			m.heard(Heard{Sound: SoundSay, Text: greeting, Language: c.noun.AttrOr("language", "en-US"), Loop: 1, Lasts: m.sayLength(greeting)})
		}
	}
}

func (c *connecting) outcome(m *machine, t *thread, e Event) bool {
	d, ok := e.(SessionEnds)
	if !ok || c.result != nil || !c.open {
		return false
	}
	o := d.SessionResult
	set(&o.After, m.set.Options.Session)
	set(&o.Status, "ended")
	c.result = &o
	m.timer(o.After, t, tokenDone)
	return true
}

func (c *connecting) expired(m *machine, t *thread, _ int) {
	c.streamEvent(m, t, "stream-stopped")
	m.talked = true
	m.then(t, c.request(m, t, c.result.Status))
}

func (c *connecting) gone(m *machine, t *thread) *load {
	c.streamEvent(m, t, "stream-stopped")
	return c.request(m, t, "completed")
}

func (c *connecting) request(m *machine, t *thread, status string) *load {
	if c.noun.Name != "ConversationRelay" {
		return action(t, c.el)
	}
	p := callgate.Params{
		{Name: "SessionDuration", Value: seconds(m.now - c.since)},
		{Name: "SessionId", Value: c.sid},
		{Name: "SessionStatus", Value: status},
	}
	if c.result != nil && c.result.HandoffData != "" {
		p = append(p, callgate.Param{Name: "HandoffData", Value: c.result.HandoffData})
	}
	return action(t, c.el, p...)
}

func (c *connecting) streamEvent(m *machine, t *thread, event string) {
	if c.noun.Name == "Stream" {
		m.streamEvent(t.url, c.noun, c.sid, event)
	}
}

// streamEvent tells the statusCallback of a Stream or Siprec.
func (m *machine) streamEvent(base string, noun *twiml.Element, sid, event string) {
	ref := noun.AttrOr("statusCallback", "")
	if ref == "" {
		return
	}
	word := strings.ToUpper(noun.Name[:1]) + strings.ToLower(noun.Name[1:])
	m.send(Request{For: ForStream, Verb: noun.Name, Method: methodOr(noun.AttrOr("statusCallbackMethod", "POST")),
		URL: resolve(base, ref), Callback: true, Params: withParams(callgate.Params{
			{Name: "AccountSid", Value: m.set.Account},
			{Name: "CallSid", Value: m.legs[0].sid},
			{Name: word + "Event", Value: event},
			{Name: word + "Name", Value: noun.AttrOr("name", sid)},
			{Name: word + "Sid", Value: sid},
			{Name: "Timestamp", Value: m.stamp()},
		})}, 0)
}
