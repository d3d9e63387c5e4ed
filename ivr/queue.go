package ivr

import "github.com/callgate/callgate/twiml"

const (
	maxWait      = 4 * 60 * 60 // seconds; a call ends after four hours
	maxQueueName = 64          // characters, the carrier's limit
	silentWait   = 15          // seconds between announcements without music
)

// queueStepper is a compiled Queue.
type queueStepper struct {
	name     string
	announce *prompt
	music    *prompt
	maxWait  int
	leaveKey string
	bridged  target
	timeout  target
	left     target
	full     target
	failed   target
}

func (q *Queue) compile(c *nodeCompiler) stepper {
	out := &queueStepper{name: q.Name, leaveKey: q.LeaveKey, timeout: nowhere, left: nowhere}
	if q.Name == "" || len(q.Name) > maxQueueName {
		c.fault(InvalidValue, "name", "the name of a queue has from 1 to %d characters", maxQueueName)
	}
	c.queue = true
	out.announce = c.optionalPrompt("announce", q.Announce)
	out.music = c.optionalPrompt("music", q.Music)
	c.queue = false
	if q.MaxWait != 0 {
		out.maxWait = c.seconds("max_wait", q.MaxWait, 0, 1, maxWait)
	}
	c.queueExits(q, out)
	return out
}

func (c *nodeCompiler) queueExits(q *Queue, out *queueStepper) {
	k := cost{documents: 1, endless: out.maxWait == 0}
	if out.maxWait > 0 {
		// It is looked at when the waiting document ends.
		k.seconds = out.maxWait + longestOf(out.announce, out.music) + silentWait
	}
	if out.bridged = toEnd; q.Bridged != "" {
		out.bridged = c.exit("bridged", "bridged", q.Bridged, ByOthers)
	} else {
		c.ends("bridged", ByOthers, cost{})
	}
	if q.MaxWait > 0 {
		out.timeout = c.exit("timeout", "timeout", q.Timeout, ByOthers)
	} else if q.Timeout != "" {
		c.fault(InvalidValue, "timeout", "without max_wait there is no timeout")
	}
	switch {
	case q.LeaveKey != "" && !isKey(q.LeaveKey):
		c.fault(InvalidValue, "leave_key", "%q is no key: write one of 0-9, * and #", q.LeaveKey)
	case q.LeaveKey != "":
		out.left = c.exit("left", "left", q.Left, ByCaller)
	case q.Left != "":
		c.fault(InvalidValue, "left", "without leave_key nobody leaves")
	}
	out.failed = c.errorExit("error", q.Error)
	out.full = c.exitOr("full", "full", q.Full, ByFailure, out.failed)
	for i := range c.node.exits {
		if e := &c.node.exits[i]; e.cause == ByOthers {
			e.cost = k
		} else {
			e.cost = cost{documents: 1}
		}
	}
}

func (q *queueStepper) enter(r *run) move {
	return r.wait(func(token string) []twiml.Verb {
		e := &twiml.Enqueue{Action: r.url(Queued, token), Method: twiml.POST, Queue: q.name}
		if q.hasWaiting() {
			e.WaitURL, e.WaitURLMethod = twiml.Set(r.url(Waiting, token)), twiml.POST
		}
		return []twiml.Verb{e}
	})
}

// hasWaiting reports whether the queue has something of its own to hear or to ask.
// Otherwise the carrier's music plays.
func (q *queueStepper) hasWaiting() bool {
	return q.announce != nil || q.music != nil || q.maxWait > 0 || q.leaveKey != ""
}

// late reports whether the caller has waited as long as the flow lets them.
func (q *queueStepper) late(r *run) bool {
	return q.maxWait > 0 && r.number("QueueTime") >= q.maxWait
}

// aside answers while the caller waits.
func (q *queueStepper) aside(r *run) {
	token, ok := r.seal(&r.s, callContext(r.ev.CallSid)) // the state stays as it is
	switch {
	case !ok:
	case r.ev.Kind == WaitKey && q.leaveKey != "" && r.param("Digits") == q.leaveKey:
		r.doc = twiml.New(&twiml.Leave{})
	case r.ev.Kind == WaitKey:
		r.doc = twiml.New(&twiml.Redirect{Method: twiml.POST, URL: r.url(Waiting, token)})
	case r.ev.Kind == Waiting && q.late(r):
		r.doc = twiml.New(&twiml.Leave{})
	case r.ev.Kind == Waiting:
		r.doc = q.waiting(r, token)
	default:
		r.fail(&StateError{Misplaced})
	}
}

// waiting is the document that is heard while waiting. When it ends the carrier
// requests it again, so it has no redirect at its end.
func (q *queueStepper) waiting(r *run, token string) *twiml.Response {
	r.say(q.announce)
	r.say(q.music)
	if q.leaveKey != "" {
		g := keyGather(1)
		if q.music == nil {
			g.Timeout = silentWait
		}
		g.Action, g.Method, g.Prompts = r.url(WaitKey, token), twiml.POST, r.audio()
		return twiml.New(&g)
	}
	if q.music == nil {
		return r.document(&twiml.Pause{Length: silentWait})
	}
	return r.document()
}

func (q *queueStepper) resume(r *run) move {
	if r.ev.Kind != Queued {
		return r.misplaced()
	}
	switch r.param("QueueResult") {
	case "bridged", "bridging-in-process", "redirected-from-bridged":
		return r.take(q.bridged, "bridged")
	case "leave":
		if q.timeout != nowhere && (q.late(r) || q.left == nowhere) {
			return r.take(q.timeout, "timeout")
		}
		if q.left != nowhere {
			return r.take(q.left, "left")
		}
	case "hangup", "redirected":
		return r.end("gone")
	case "queue-full":
		return r.take(q.full, "full")
	}
	return r.take(q.failed, "error")
}
