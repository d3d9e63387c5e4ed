package callscript

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/callgate/callgate/carrier"
)

// steps are the steps of the call.
func (r Recording) steps() []string {
	rec := recorder{}
	for i := range r.Log {
		rec.entry(&r.Log[i], r.Log[i+1:])
	}
	rec.heard()
	return rec.steps
}

// recorder gathers steps from a log.
type recorder struct {
	steps   []string
	hear    string // the last thing heard that no step waits for yet
	keys    string
	quiet   bool // the line waited when the keys were pressed
	waits   bool
	voice   bool   // a recording runs
	finish  string // the keys that end it
	spoke   time.Duration
	lasts   time.Duration // of what was said into a recording, as far as that was given
	silence int
	legs    map[int]string // whom they ring
	said    string         // into a recording
	paying  bool           // what is heard and pressed is about a card
}

func (r *recorder) add(format string, args ...any) {
	r.steps = append(r.steps, fmt.Sprintf(format, args...))
}

// heard writes the step that waits for what was heard last.
func (r *recorder) heard() {
	r.pressed()
	if r.silence > 0 {
		r.add("silence: %d", r.silence)
		r.silence = 0
	}
	if r.hear != "" {
		r.add("hear: %s", r.hear)
		r.hear = ""
	}
}

// pressed writes the step of the keys so far.
func (r *recorder) pressed() {
	if r.keys == "" {
		return
	}
	how := "barge"
	if r.quiet {
		how = "press"
	}
	note := ""
	if strings.Contains(r.keys, carrier.HiddenKey) {
		note = fillIn
	}
	r.add("%s: %s%s", how, quote(r.keys), note)
	r.keys = ""
}

// fillIn stands by what was entered at a sensitive node, which a recording does not have.
const fillIn = " # not recorded: write what the test enters here"

func (r *recorder) entry(e *carrier.Entry, rest []carrier.Entry) {
	switch {
	case e.Others != nil:
		r.heard()
		r.others(e)
	case e.Leg > 0 && e.Kind != carrier.KindDial:
	case r.paying:
		r.paying = e.Exchange == nil || e.Exchange.For != carrier.ForAction
		if e.Kind == carrier.KindHangUp || e.Kind == carrier.KindKey && e.Text == "*" {
			r.paid(e)
		}
	case e.Heard != nil && (e.Heard.Sound == carrier.SoundSay || e.Heard.Sound == carrier.SoundPlay):
		r.pressed()
		r.hear = quote(e.Heard.Text)
		if e.Heard.Sound == carrier.SoundPlay {
			r.hear = "{file: " + quote(fileName(e.Heard.URL)) + "}"
		}
	case e.Kind == carrier.KindPay:
		r.heard()
		r.pay(rest)
		r.paying = true
	case e.Listening != nil:
		r.listening(e)
	case e.Kind == carrier.KindKey:
		r.key(e)
	case e.Kind == carrier.KindSpeech:
		r.speech(e)
	case e.Kind == carrier.KindHangUp:
		r.hangUp(e)
	case e.Fault != nil:
		r.heard()
		r.add("fault: %s", faultText(e.Fault))
	case e.Dialled != nil:
		r.dial(e, rest)
	}
}

func (r *recorder) listening(e *carrier.Entry) {
	l := e.Listening
	stops := !l.Keys && !l.Speech && !l.Voice
	if stops && r.waits && r.keys == "" && r.spoke == 0 && l.Verb == "Gather" {
		r.timedOut()
	}
	if stops && r.voice {
		r.recorded(e.At, "silence")
	}
	r.waits, r.voice, r.finish = l.Quiet && !stops, l.Voice, l.FinishOnKey
	if stops {
		r.spoke = 0
	}
}

// timedOut notes that the caller was silent until the line gave up.
func (r *recorder) timedOut() {
	if r.hear != "" {
		r.heard()
	}
	r.silence++
}

// pay writes how a payment ended into which the caller typed: what was typed is not in the log.
func (r *recorder) pay(rest []carrier.Entry) {
	for _, later := range rest {
		if _, decided := later.Others.(carrier.PayDoes); decided {
			return
		}
		if later.Exchange == nil {
			continue
		}
		switch result := later.Exchange.Params.Get("Result"); result {
		case "", "caller-interrupted-with-star", "caller-hung-up":
		default:
			r.add("pay: {result: %s}", result)
			return
		}
	}
}

// paid writes what ends a Pay besides its result.
func (r *recorder) paid(e *carrier.Entry) {
	if e.Kind == carrier.KindHangUp {
		r.add("hangup: true")
		return
	}
	r.add("press: %s", quote(e.Text))
}

func (r *recorder) key(e *carrier.Entry) {
	if r.voice {
		if strings.Contains(r.finish, e.Text) {
			r.recorded(e.At, e.Text)
		}
		return
	}
	if r.keys == "" {
		r.heard()
		r.quiet = r.waits
	}
	r.keys += e.Text
}

func (r *recorder) speech(e *carrier.Entry) {
	r.heard()
	if r.voice {
		if r.spoke == 0 {
			r.spoke = max(e.At, 1)
		}
		r.lasts += e.Speech.Lasts
		r.said = strings.TrimSpace(r.said + " " + e.Text)
		return
	}
	r.spoke = max(e.At, 1)
	s, note := e.Speech, ""
	if e.Text == carrier.HiddenSpeech {
		note = fillIn
	}
	if s.Confidence == 0 && s.Lasts == 0 {
		r.add("say: %s%s", quote(e.Text), note)
		return
	}
	var f fields
	f.text("text", s.Text)
	f.number("confidence", int(math.Round(s.Confidence*100)))
	f.time("lasts", s.Lasts)
	r.add("say: %s%s", f, note)
}

func (r *recorder) hangUp(e *carrier.Entry) {
	if r.voice {
		r.recorded(e.At, "hangup")
		return
	}
	r.heard()
	r.add("hangup: true")
}

// recorded writes the step of a recording that has ended.
func (r *recorder) recorded(at time.Duration, end string) {
	r.heard()
	length := 0
	if r.spoke > 0 {
		lasts := at - r.spoke
		if end == "silence" { // which is no part of the message
			lasts = r.lasts
		}
		length = int(lasts.Round(time.Second) / time.Second)
	}
	f := fields{fmt.Sprintf("seconds: %d", length), "end: " + quote(end)}
	f.text("text", r.said)
	r.add("record: %s", f)
	r.voice, r.spoke, r.lasts, r.said = false, 0, 0, ""
}

// dial writes what a dialled party did, when nobody but the world decided it.
func (r *recorder) dial(e *carrier.Entry, rest []carrier.Entry) {
	answer := "no-answer"
	for _, later := range rest {
		switch {
		case later.Leg != e.Leg:
			continue
		case later.Others != nil:
			r.to(later.Leg, e.Dialled.To)
			return
		case later.Kind != carrier.KindStatus, later.Text == "ringing":
			continue
		case later.Text == "in-progress":
			answer = "answer"
		case later.Text == "busy", later.Text == "failed":
			answer = later.Text
		}
		break
	}
	r.heard()
	r.add("dial: {to: %s, answer: %s}", quote(e.Dialled.To), answer)
}

// to keeps whom a leg rings until it is known what they do.
func (r *recorder) to(leg int, number string) {
	if r.legs == nil {
		r.legs = map[int]string{}
	}
	r.legs[leg] = number
}

// others writes what others did, as it was decided.
func (r *recorder) others(e *carrier.Entry) {
	var f fields
	switch d := e.Others.(type) {
	case carrier.CalleeDoes:
		f.text("to", r.legs[d.Leg])
		f = append(f, "answer: "+e.Text)
		f.time("ring", d.Ring)
		f.time("talk", d.Talk)
		f.text("keys", d.Keys)
		f.flag("machine", d.Machine)
		f.number("sip_code", d.SIPCode)
		r.add("dial: %s", f)
	case carrier.QueueDoes:
		f = append(f, "result: "+e.Text)
		f.time("wait", d.Wait)
		f.time("talk", d.Talk)
		r.add("queue: %s", f)
	case carrier.ConferenceDoes:
		f.time("joined", d.Joined)
		f.time("lasts", d.Lasts)
		r.add("conference: %s", f)
	case carrier.PayDoes:
		f = append(f, "result: "+e.Text)
		f.time("takes", d.Takes)
		r.add("pay: %s", f)
	case carrier.SessionEnds:
		f.time("after", d.After)
		f.text("status", d.Status)
		f.text("handoff", d.HandoffData)
		r.add("session: %s", f)
	case carrier.ReferDoes:
		f.number("sip_code", d.SIPCode)
		f.number("notify", d.NotifyCode)
		f.time("after", d.After)
		r.add("refer: %s", f)
	}
}

// faultText writes a fault as a step has it.
func faultText(fault *carrier.Fault) string {
	var f fields
	f.text("kind", string(fault.Kind))
	f.text("for", string(fault.For))
	f.text("url", fault.URL)
	f.number("nth", fault.Nth)
	f.number("percent", int(math.Round(fault.Chance*100)))
	f.time("delay", fault.Delay)
	f.number("status", fault.Status)
	f.number("truncate", fault.Bytes)
	for name, code := range tlsCodes {
		if code == fault.Code && code != 0 {
			f.text("tls", name)
		}
	}
	return f.String()
}

// fileName is the last element of a URL's path.
func fileName(url string) string {
	url, _, _ = strings.Cut(url, "?")
	return url[strings.LastIndexByte(url, '/')+1:]
}
