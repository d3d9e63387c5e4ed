package carrier

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/callgate/callgate"
)

// apiVersion is the value of ApiVersion in every request.
const apiVersion = "2010-04-01"

// geo are the parameters that say where a number is. The carrier sends them
// empty when it does not know, which a simulator never does.
var geo = [...]string{"City", "State", "Zip", "Country"}

// standard returns the parameters that every request about a leg has.
func (m *machine) standard(l *leg) callgate.Params {
	p := callgate.Params{
		{Name: "AccountSid", Value: m.set.Account},
		{Name: "ApiVersion", Value: apiVersion},
		{Name: "CallSid", Value: l.sid},
		{Name: "CallStatus", Value: l.status},
		{Name: "Called", Value: l.to},
		{Name: "Caller", Value: l.from},
		{Name: "Direction", Value: l.direction},
		{Name: "From", Value: l.from},
		{Name: "To", Value: l.to},
	}
	for _, end := range [...]string{"Called", "Caller", "From", "To"} {
		for _, what := range geo {
			p = append(p, callgate.Param{Name: end + what})
		}
	}
	if l.parent != "" {
		p = append(p, callgate.Param{Name: "ParentCallSid", Value: l.parent})
	} else {
		p = append(p, m.set.Extra...)
	}
	return p
}

// withParams adds parameters, replacing those of the same name, and sorts by name, which
// is the order the carrier sends them in.
func withParams(p callgate.Params, more ...callgate.Param) callgate.Params {
	out := slices.Clone(p)
	for _, q := range more {
		i := slices.IndexFunc(out, func(have callgate.Param) bool { return have.Name == q.Name })
		if i >= 0 {
			out[i] = q
			continue
		}
		out = append(out, q)
	}
	slices.SortStableFunc(out, func(a, b callgate.Param) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// stamp is a time of the call as the carrier writes it: RFC 2822 in GMT.
func (m *machine) stamp() string { return m.stampAt(m.now) }

func (m *machine) stampAt(at time.Duration) string {
	return m.set.Start.Add(at).UTC().Format("Mon, 02 Jan 2006 15:04:05 +0000")
}

func itoa(n int) string { return strconv.Itoa(n) }

// seconds rounds up to whole seconds, the unit of the carrier's parameters.
func seconds(d time.Duration) string { return itoa(wholeSeconds(d)) }

func wholeSeconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

// talkTime is how long ago a leg was answered, 0 when it was not.
func (m *machine) talkTime(l *leg) time.Duration {
	if !l.up {
		return 0
	}
	return m.now - l.answered
}

// callbacks is where the progress of a call is reported to.
type callbacks struct {
	url, method string
	events      []string
}

// wants reports whether an event is among those asked for; completed is when
// none was named.
func (c callbacks) wants(event string) bool {
	if c.url == "" {
		return false
	}
	if len(c.events) == 0 {
		return event == "completed"
	}
	return slices.Contains(c.events, event)
}

// progress tells a leg's status callback of an event, if it wants to know.
func (m *machine) progress(i int, event string, more ...callgate.Param) {
	l := &m.legs[i]
	if !l.callbacks.wants(event) {
		return
	}
	p := []callgate.Param{
		{Name: "CallbackSource", Value: "call-progress-events"},
		{Name: "SequenceNumber", Value: itoa(l.sequence)},
		{Name: "Timestamp", Value: m.stamp()},
	}
	switch event {
	case "initiated", "ringing":
		p = append(p, callgate.Param{Name: "CallStatus", Value: event})
	case "completed":
		talk := m.talkTime(l)
		p = append(p, callgate.Param{Name: "CallDuration", Value: seconds(talk)},
			callgate.Param{Name: "Duration", Value: itoa((wholeSeconds(talk) + 59) / 60)})
	}
	l.sequence++
	p = append(p, more...)
	m.send(Request{For: ForStatus, Leg: i, Verb: l.noun, Method: l.callbacks.method, URL: l.callbacks.url,
		Params: withParams(m.standard(l), p...), Callback: true}, 0)
}
