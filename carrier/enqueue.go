package carrier

import (
	"strings"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/twiml"
)

// queueing is an Enqueue.
type queueing struct {
	idle
	el      *twiml.Element
	name    string
	sid     string
	since   time.Duration
	waiter  int // the thread that is heard meanwhile, 0 for none
	queue   *Queue
	bridged bool
	talks   time.Duration // since when
}

func (q *queueing) clone() activity { c := *q; return &c }

// Tokens of an Enqueue's timers.
const (
	tokenTaken = iota // somebody takes the caller out of the queue
	tokenOver         // the conversation is over
)

// enqueue begins an Enqueue (twiml/enqueue). A TaskRouter workflow is a queue like any other here.
func (m *machine) enqueue(t *thread, el *twiml.Element) bool {
	q := &queueing{el: el, name: el.Text(), sid: m.sid("QU"), since: m.now}
	if q.name == "" {
		q.name = el.AttrOr("workflowSid", "")
	}
	t.act = q
	m.emit(Queued{Name: q.name, Sid: q.sid})
	ref, given := el.Attr("waitUrl")
	switch {
	case !given:
		m.heard(Heard{Sound: SoundMusic})
	case strings.TrimSpace(ref) != "":
		w := m.spawn(0, queueWait, t.id)
		w.url, q.waiter = t.url, w.id
		m.load(w, q.wait(m, t))
	}
	return true
}

// wait is the request for what is heard in the queue.
func (q *queueing) wait(m *machine, t *thread) load {
	return load{purpose: ForWait, verb: "Enqueue", method: q.el.AttrOr("waitUrlMethod", "POST"),
		url: resolve(t.url, q.el.AttrOr("waitUrl", "")), params: callgate.Params{
			{Name: "AvgQueueTime", Value: seconds(m.now - q.since)},
			{Name: "CurrentQueueSize", Value: "1"},
			{Name: "MaxQueueSize", Value: itoa(intAttr(q.el, "maxQueueSize", m.set.Options.MaxQueueSize, 1, 5000))},
			{Name: "QueuePosition", Value: "1"},
			{Name: "QueueSid", Value: q.sid},
			{Name: "QueueTime", Value: seconds(m.now - q.since)},
		}}
}

func (q *queueing) outcome(m *machine, t *thread, e Event) bool {
	d, ok := e.(QueueDoes)
	if !ok || q.queue != nil {
		return false
	}
	o := d.Queue
	set(&o.Result, "bridged")
	set(&o.Wait, m.set.Options.QueueWait)
	set(&o.Talk, m.set.Options.Talk)
	q.queue = &o
	if o.Result == "queue-full" {
		m.emit(Problem{Code: codeQueueFull, Severity: Warning, URL: t.url, Line: q.el.Line, Col: q.el.Col, Message: "the queue is full"})
		q.leave(m, t, o.Result)
		return true
	}
	m.timer(o.Wait, t, tokenTaken)
	return true
}

func (q *queueing) expired(m *machine, t *thread, token int) {
	switch {
	case token == tokenOver:
		m.emit(Unbridged{Talk: m.now - q.talks, Cause: "callee"})
		m.talked = true
		m.then(t, q.result(m, t, "bridged"))
	case oneOf(q.queue.Result, "bridged", "redirected-from-bridged"):
		q.stopWaiting(m)
		q.bridged, q.talks, m.talked = true, m.now, true
		m.fromCaller()
		m.emit(Bridged{Name: "queue:" + q.name})
		m.timer(q.queue.Talk, t, tokenOver)
	default:
		q.leave(m, t, q.queue.Result)
	}
}

// leave takes the caller out of the queue.
func (q *queueing) leave(m *machine, t *thread, result string) {
	q.stopWaiting(m)
	m.stopTimer(t, tokenTaken)
	m.then(t, q.result(m, t, result))
}

func (q *queueing) stopWaiting(m *machine) {
	m.cut(0)
	m.with(q.waiter, m.kill)
	q.waiter = 0
}

func (q *queueing) result(m *machine, t *thread, result string) *load {
	if q.queue != nil && q.queue.Result == "redirected-from-bridged" && result == "bridged" {
		result = q.queue.Result
	}
	waited := m.now - q.since
	if q.bridged {
		waited = q.talks - q.since
	}
	return action(t, q.el, callgate.Param{Name: "QueueResult", Value: result},
		callgate.Param{Name: "QueueSid", Value: q.sid}, callgate.Param{Name: "QueueTime", Value: seconds(waited)})
}

func (q *queueing) gone(m *machine, t *thread) *load {
	if q.bridged {
		m.emit(Unbridged{Talk: m.now - q.talks, Cause: "caller"})
		return q.result(m, t, "bridged")
	}
	return q.result(m, t, "hangup")
}

// leave is the Leave of a document that is heard in a queue (twiml/leave).
// Elsewhere there is nothing to leave.
func (m *machine) leave(t *thread) bool {
	if t.role != queueWait {
		return false
	}
	owner := t.owner
	m.kill(t)
	m.with(owner, func(o *thread) {
		if q, ok := o.act.(*queueing); ok {
			q.leave(m, o, "leave")
		}
	})
	return true
}
