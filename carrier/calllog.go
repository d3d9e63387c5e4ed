package carrier

import (
	"fmt"
	"strings"
)

func (c *Call) exchange(x Exchange) {
	if c.sensitive {
		x = withoutEntry(x)
	}
	c.add(Entry{Kind: KindRequest, Exchange: &x})
}

func (c *Call) add(e Entry) {
	e.At = c.state.Now()
	c.log = append(c.log, e)
	if c.observe != nil {
		c.observe(e)
	}
}

// note writes an effect into the log.
func (c *Call) note(e Effect) {
	switch e := e.(type) {
	case Heard:
		c.add(Entry{Kind: EntryKind(e.Sound), Leg: e.Leg, Heard: &e})
	case Cut:
		c.add(Entry{Kind: KindCut, Leg: e.Leg})
	case Listening:
		if e.Leg == 0 {
			c.hears(e)
		}
		c.add(Entry{Kind: KindListening, Leg: e.Leg, Listening: &e})
	case LegStarted:
		c.add(Entry{Kind: KindDial, Leg: e.Leg, Text: e.To, Dialled: &e})
	case LegStatus:
		c.add(Entry{Kind: KindStatus, Leg: e.Leg, Text: e.Status})
	case Problem:
		e.URL = withoutPassword(e.URL)
		c.add(Entry{Kind: KindProblem, Problem: &e})
	case Ended:
		c.listening = Listening{}
		c.add(Entry{Kind: KindEnd, End: &e.End})
		c.hurry()
	default:
		if kind, text := named(e); kind != "" {
			c.add(Entry{Kind: kind, Text: text})
		}
	}
}

// hears keeps what the line listens for.
func (c *Call) hears(l Listening) {
	if !c.listening.Keys && !c.listening.Speech && !c.listening.Voice {
		c.asked++
		ask := c.line.config.Sensitive
		c.sensitive = l.Verb == "Gather" && ask != nil && ask(c.Sid(0))
	}
	c.listening = l
}

// named is the kind and the text of an effect that is told by its name.
func named(e Effect) (EntryKind, string) {
	switch e := e.(type) {
	case Bridged:
		return KindBridge, e.Name
	case Unbridged:
		return KindUnbridge, e.Cause
	case Queued:
		return KindQueue, e.Name
	case Conferenced:
		return KindConference, e.Name
	case Paying:
		return KindPay, strings.TrimSpace(e.Connector + " " + strings.TrimSpace(e.Amount+" "+e.Currency))
	case Session:
		return KindSession, e.Noun
	case Referred:
		return KindRefer, e.To
	case Sent:
		return KindSms, fmt.Sprintf("%s from %s: %q", e.To, e.From, e.Text)
	}
	return "", ""
}

// decision is which party an event is about, and a word for what it decides.
func decision(e Event) (leg int, text string) {
	switch e := e.(type) {
	case CalleeDoes:
		set(&e.Does, Answers)
		return e.Leg, string(e.Does)
	case CalleeRefers:
		return 0, "refer"
	case QueueDoes:
		set(&e.Result, "bridged")
		return 0, e.Result
	case PayDoes:
		set(&e.Result, "success")
		return 0, e.Result
	}
	return 0, ""
}

// Transcript is the log as text, one line an entry, without what only machines
// want to know.
func (c *Call) Transcript() string {
	var b strings.Builder
	for _, e := range c.log {
		if oneOf(e.Kind, KindListening, KindCut, KindOthers, KindFault) {
			continue
		}
		b.WriteString(e.String())
		b.WriteByte('\n')
	}
	return b.String()
}
