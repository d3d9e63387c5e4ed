package carrier

import (
	"slices"
	"strings"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/twiml"
)

// recording is a Record.
type recording struct {
	idle
	el          *twiml.Element
	sid         string
	beeping     bool
	began       time.Duration
	voiceFrom   time.Duration // first and last moment of speech
	voiceTo     time.Duration
	spoke       bool
	text        string
	silence     time.Duration
	finishOnKey string
}

func (r *recording) clone() activity { c := *r; return &c }

// Tokens of a Record's timers.
const (
	tokenBeep  = iota // the beep is over
	tokenQuiet        // the caller was silent for too long
	tokenFull         // maxLength
)

// beepLength is how long the beep before a recording is.
const beepLength = 500 * time.Millisecond

// record begins a Record (twiml/record).
func (m *machine) record(t *thread, el *twiml.Element) bool {
	r := &recording{el: el, sid: m.sid("RE")}
	r.silence = time.Duration(intAttr(el, "timeout", 5, 0, maxSeconds)) * time.Second
	r.finishOnKey = el.AttrOr("finishOnKey", "1234567890*#")
	if strings.Trim(r.finishOnKey, "0123456789#*") != "" {
		r.finishOnKey = "1234567890*#"
	}
	t.act = r
	if el.AttrOr("playBeep", "true") == "false" {
		r.start(m, t)
		return true
	}
	r.beeping = true
	m.heard(Heard{Leg: t.leg, Sound: SoundBeep, Lasts: beepLength})
	m.timer(beepLength, t, tokenBeep)
	return true
}

func (r *recording) start(m *machine, t *thread) {
	r.beeping, r.began = false, m.now
	m.emit(Listening{Leg: t.leg, Verb: "Record", Keys: r.finishOnKey != "", Voice: true, FinishOnKey: r.finishOnKey, Quiet: true})
	r.callbacks().tell(m, t, "in-progress", 0, 0)
	limit := 3600
	if r.el.AttrOr("transcribe", "false") == "true" {
		limit = 120
	}
	m.timer(time.Duration(intAttr(r.el, "maxLength", limit, 2, maxSeconds))*time.Second, t, tokenFull)
	r.listen(m, t, 0)
}

// listen waits for silence, after speech of some length.
func (r *recording) listen(m *machine, t *thread, after time.Duration) {
	m.stopTimer(t, tokenQuiet)
	if r.silence > 0 {
		m.timer(after+r.silence, t, tokenQuiet)
	}
}

func (r *recording) expired(m *machine, t *thread, token int) {
	switch token {
	case tokenBeep:
		r.start(m, t)
	case tokenQuiet, tokenFull:
		m.then(t, r.finish(m, t, ""))
	}
}

func (r *recording) key(m *machine, t *thread, k byte) bool {
	if !r.beeping && strings.IndexByte(r.finishOnKey, k) >= 0 {
		m.then(t, r.finish(m, t, string(k)))
	}
	return true
}

func (r *recording) speech(m *machine, t *thread, s Speech) bool {
	if r.beeping {
		return true
	}
	if !r.spoke {
		r.voiceFrom, r.spoke = m.now, true
	}
	r.voiceTo = max(r.voiceTo, m.now+s.Lasts)
	r.text = strings.TrimSpace(r.text + " " + s.Text)
	r.listen(m, t, s.Lasts)
	return true
}

func (r *recording) gone(m *machine, t *thread) *load {
	if r.beeping {
		r.began = m.now
	}
	return r.finish(m, t, "hangup")
}

// finish ends the recording and returns the request that follows.
func (r *recording) finish(m *machine, t *thread, digits string) *load {
	m.stopTimer(t, tokenQuiet)
	m.stopTimer(t, tokenFull)
	m.emit(Listening{Leg: t.leg, Verb: "Record"})
	length := m.now - r.began
	switch trims := r.el.AttrOr("trim", "trim-silence") == "trim-silence"; {
	case trims && r.spoke:
		length = min(r.voiceTo, m.now) - r.voiceFrom
	case trims && m.set.Options.SilentRecording == SilenceTrimmed:
		length = 0
	}
	event := "completed"
	if length <= 0 {
		event = "absent"
	}
	r.callbacks().tell(m, t, event, length, m.set.Options.RecordingReady)
	r.transcribe(m, t, length)
	params := []callgate.Param{
		{Name: "RecordingUrl", Value: recordingURL(m.set.Account, r.sid)},
		{Name: "RecordingSid", Value: r.sid},
		{Name: "RecordingDuration", Value: seconds(length)},
	}
	if digits != "" {
		params = append(params, callgate.Param{Name: "Digits", Value: digits})
	}
	return actionOrHere(t, r.el, params...)
}

// transcribe sends the text of the recording, which the carrier does for
// recordings of 2 to 120 seconds.
func (r *recording) transcribe(m *machine, t *thread, length time.Duration) {
	ref := r.el.AttrOr("transcribeCallback", "")
	if r.el.AttrOr("transcribe", "false") != "true" && ref == "" {
		return
	}
	if length < 2*time.Second || length > 120*time.Second {
		m.emit(Problem{Code: codeTranscription, Severity: Warning, URL: t.url, Line: r.el.Line, Col: r.el.Col,
			Message: "the recording is not transcribed: it must have 2 to 120 seconds"})
		return
	}
	if ref == "" {
		return
	}
	m.later(2*m.set.Options.RecordingReady, Request{For: ForTranscription, Leg: t.leg, Verb: "Record", Method: "POST",
		URL: resolve(t.url, ref), Callback: true, Params: withParams(m.standard(&m.legs[t.leg]),
			callgate.Param{Name: "TranscriptionSid", Value: m.sid("TR")},
			callgate.Param{Name: "TranscriptionStatus", Value: "completed"},
			callgate.Param{Name: "TranscriptionText", Value: r.text},
			callgate.Param{Name: "RecordingSid", Value: r.sid},
			callgate.Param{Name: "RecordingUrl", Value: recordingURL(m.set.Account, r.sid)})})
}

func (r *recording) callbacks() recordingCallback {
	return callbackOf(r.el, r.sid, "RecordVerb")
}

// recordingURL is where a recording can be fetched, once it is ready.
func recordingURL(account, sid string) string {
	return "https://api.twilio.com/" + apiVersion + "/Accounts/" + account + "/Recordings/" + sid
}

// recordingCallback is the recordingStatusCallback of any verb or noun.
type recordingCallback struct {
	ref, method string
	events      []string
	sid, source string
	verb        string
}

func callbackOf(el *twiml.Element, sid, source string) recordingCallback {
	return recordingCallback{
		ref: strings.TrimSpace(el.AttrOr("recordingStatusCallback", "")), method: el.AttrOr("recordingStatusCallbackMethod", "POST"),
		events: strings.Fields(el.AttrOr("recordingStatusCallbackEvent", "completed")), sid: sid, source: source, verb: el.Name,
	}
}

// tell sends an event of a recording after a delay, if it is wanted.
func (c recordingCallback) tell(m *machine, t *thread, event string, length, after time.Duration) {
	if c.ref == "" || !slices.Contains(c.events, event) {
		return
	}
	p := callgate.Params{
		{Name: "AccountSid", Value: m.set.Account},
		{Name: "CallSid", Value: m.legs[t.leg].sid},
		{Name: "RecordingChannels", Value: "1"},
		{Name: "RecordingSid", Value: c.sid},
		{Name: "RecordingSource", Value: c.source},
		{Name: "RecordingStartTime", Value: m.stampAt(m.now - length)},
		{Name: "RecordingStatus", Value: event},
		{Name: "RecordingUrl", Value: recordingURL(m.set.Account, c.sid)},
	}
	if event == "completed" {
		p = append(p, callgate.Param{Name: "RecordingDuration", Value: seconds(length)})
	}
	m.later(after, Request{For: ForRecording, Leg: t.leg, Verb: c.verb, Method: methodOr(c.method), URL: resolve(t.url, c.ref),
		Params: withParams(p), Callback: true})
}
