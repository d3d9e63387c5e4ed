package carrier

import (
	"strings"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/twiml"
)

// started is what a Start has begun and a Stop, or the end of the call, ends.
type started struct {
	noun  *twiml.Element
	sid   string
	base  string // URL of the document
	since time.Duration
}

// start begins what goes on beside the call (twiml/stream, siprec,
// transcription, recording).
func (m *machine) start(t *thread, el *twiml.Element) {
	for noun := range el.Elements() {
		s := started{noun: noun, base: t.url, since: m.now}
		switch noun.Name {
		case "Stream":
			s.sid = m.sid("MZ")
			if noun.AttrOr("url", "") != "" {
				m.openSocket(t, noun)
			}
		case "Siprec":
			s.sid = m.sid("SR")
		case "Transcription":
			s.sid = m.sid("GT")
		case "Recording":
			s.sid = m.sid("RE")
		default:
			continue // 14300, found by Check
		}
		m.starts = append(m.starts, s)
		m.startEvent(t, s, true)
	}
}

// stop ends what a Start of the same noun and name has begun.
func (m *machine) stop(el *twiml.Element) {
	for noun := range el.Elements() {
		m.stopStarted(noun.Name + " " + noun.AttrOr("name", ""))
	}
}

// stopStarted ends what goes by a noun and name, or all of it for "".
func (m *machine) stopStarted(which string) {
	var left []started
	for _, s := range m.starts {
		if which != "" && which != s.noun.Name+" "+s.noun.AttrOr("name", "") {
			left = append(left, s)
			continue
		}
		m.startEvent(&thread{url: s.base}, s, false)
	}
	m.starts = left
}

// startEvent tells whoever wants to know that something has begun or ended.
func (m *machine) startEvent(t *thread, s started, begins bool) {
	word := "stopped"
	if begins {
		word = "started"
	}
	switch s.noun.Name {
	case "Stream", "Siprec":
		m.streamEvent(s.base, s.noun, s.sid, strings.ToLower(s.noun.Name)+"-"+word)
	case "Transcription":
		m.transcriptionEvent(s, "transcription-"+word)
	case "Recording":
		c := callbackOf(s.noun, s.sid, "StartCallRecordingTwiML")
		if begins {
			c.tell(m, t, "in-progress", 0, 0)
			return
		}
		c.tell(m, t, "completed", m.now-s.since, m.set.Options.RecordingReady)
	}
}

func (m *machine) transcriptionEvent(s started, event string) {
	ref := s.noun.AttrOr("statusCallbackUrl", "")
	if ref == "" {
		return
	}
	m.send(Request{For: ForTranscription, Verb: "Transcription", Method: methodOr(s.noun.AttrOr("statusCallbackMethod", "POST")),
		URL: resolve(s.base, ref), Callback: true, Params: withParams(callgate.Params{
			{Name: "AccountSid", Value: m.set.Account},
			{Name: "CallSid", Value: m.legs[0].sid},
			{Name: "LanguageCode", Value: s.noun.AttrOr("languageCode", "en-US")},
			{Name: "Timestamp", Value: m.stamp()},
			{Name: "TranscriptionEvent", Value: event},
			{Name: "TranscriptionSid", Value: s.sid},
		})}, 0)
}

// sms sends a message (twiml/sms, deprecated), and requests its action if there is one.
func (m *machine) sms(t *thread, el *twiml.Element) bool {
	l := &m.legs[0]
	m.emit(Sent{From: el.AttrOr("from", l.to), To: el.AttrOr("to", l.from), Text: el.Text()})
	told := []callgate.Param{{Name: "SmsSid", Value: m.sid("SM")}, {Name: "SmsStatus", Value: "sent"}}
	if ref := el.AttrOr("statusCallback", ""); ref != "" {
		m.send(Request{For: ForStatus, Leg: t.leg, Verb: "Sms", Method: "POST", URL: resolve(t.url, ref), Callback: true,
			Params: withParams(m.standard(l), told...)}, 0)
	}
	next := action(t, el, told...)
	if next == nil {
		return false
	}
	m.load(t, *next)
	return true
}
