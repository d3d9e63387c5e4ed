package ivr

import (
	"cmp"

	"github.com/callgate/callgate/twiml"
)

// Limits and defaults of a voicemail.
const (
	minMessage, maxMessage = 2, 3600 // seconds; the carrier's without agreement
	defaultMessage         = 180
	defaultSilence         = 5
	maxSilence             = 60
)

// voicemailStepper is a compiled Voicemail.
type voicemailStepper struct {
	greeting *prompt
	record   twiml.Record
	min      int
	mailbox  string
	notify   *template
	recorded target
	empty    target
}

func (v *Voicemail) compile(c *nodeCompiler) stepper {
	out := &voicemailStepper{greeting: c.prompt("greeting", v.Greeting), mailbox: v.Mailbox}
	out.notify = c.template("notify", v.Notify, "go along with a message")
	out.record = twiml.Record{
		Method:      twiml.POST,
		MaxLength:   c.seconds("max", v.Max, defaultMessage, minMessage, maxMessage),
		Timeout:     twiml.Set(c.seconds("silence", v.Silence, defaultSilence, 1, maxSilence)),
		FinishOnKey: twiml.Set(cmp.Or(v.Finish, "#")),
		PlayBeep:    twiml.True,
	}
	out.min = c.seconds("min", v.Min, 1, 1, out.record.MaxLength)
	for i := range v.Finish {
		if !isKey(v.Finish[i : i+1]) {
			c.fault(InvalidValue, "finish", "%q holds what is no key: write some of 0-9, * and #", v.Finish)
			break
		}
	}
	out.recorded = c.exit("recorded", "recorded", v.Recorded, ByCaller)
	out.empty = c.exitOr("empty", "empty", v.Empty, BySilence, out.recorded)
	c.ends("hangup", ByCaller, cost{})
	silence, _ := out.record.Timeout.Get()
	quiet := cost{documents: 1, seconds: longestOf(out.greeting) + silence}
	c.at("empty").cost = quiet
	if out.min <= silence {
		// Some carriers keep a recording of silence, and it is as long as that lasted.
		recorded := c.at("recorded")
		recorded.quiet, recorded.cost = true, quiet
	}
	return out
}

func (v *voicemailStepper) enter(r *run) move {
	r.say(v.greeting)
	return r.wait(func(token string) []twiml.Verb {
		record := v.record
		record.Action = r.url(Recorded, token)
		record.RecordingCallback = twiml.RecordingCallback{URL: r.site.status + string(Saved) + token, Method: twiml.POST}
		// Some carriers request no action when nothing was said.
		return []twiml.Verb{&record, &twiml.Redirect{Method: twiml.POST, URL: r.url(Silence, token)}}
	})
}

func (v *voicemailStepper) resume(r *run) move {
	switch {
	case r.ev.Kind == Silence:
		return r.take(v.empty, "empty")
	case r.ev.Kind != Recorded:
		return r.misplaced()
	}
	id := r.newID()
	kept := r.param("RecordingUrl") != "" && r.number("RecordingDuration") >= v.min
	if kept {
		r.effects = append(r.effects, v.message(r, r.key(id), false))
	}
	switch {
	case r.param("Digits") == "hangup" || hasEnded(r.ev):
		return r.end("hangup")
	case kept:
		return r.take(v.recorded, "recorded")
	}
	return r.take(v.empty, "empty")
}

// message is the effect of a recording. Its two stages have keys of their own.
func (v *voicemailStepper) message(r *run, key string, ready bool) *Message {
	if ready {
		key += ":ready"
	}
	return &Message{
		Key: key, Node: r.p.nodes[r.s.node].name, Mailbox: v.mailbox, Notify: v.notify.fill(r, plain), Ready: ready,
		From: clean(r.param("From"), maxFact), Language: r.lang().locale,
		URL: r.param("RecordingUrl"), Sid: r.param("RecordingSid"), Seconds: r.number("RecordingDuration"),
	}
}

// aside answers the status callback of a recording.
func (v *voicemailStepper) aside(r *run) {
	switch {
	case r.ev.Kind != Saved:
		r.fail(&StateError{Misplaced})
	case r.param("RecordingStatus") != "completed" || r.number("RecordingDuration") < v.min:
	default:
		r.effects = append(r.effects, v.message(r, r.key(r.newID()), true))
	}
}
