package carrier

import (
	"strings"
	"time"

	"github.com/callgate/callgate/twiml"
)

// maxLoop is how often "loop=0" repeats at most (twiml/say, twiml/play).
const maxLoop = 1000

// sounding is a Say, Play or Pause of its own.
type sounding struct {
	idle
	el *twiml.Element
}

func (s *sounding) clone() activity { c := *s; return &c }

func (s *sounding) expired(m *machine, t *thread, _ int) { m.run(t) }

func (s *sounding) fetched(m *machine, t *thread, f Fetched) {
	h, ok := m.played(t, s.el, f, codeMedia)
	if t.dead || m.end != nil || t.act != activity(s) {
		return
	}
	if !ok {
		m.run(t)
		return
	}
	m.heard(h)
	m.timer(h.Lasts, t, tokenDone)
}

// sound begins a Say or Play.
func (m *machine) sound(t *thread, el *twiml.Element) bool {
	s := &sounding{el: el}
	t.act = s
	if url, ok := mediaOf(t, el); ok {
		m.fetch(t, url)
		return true
	}
	h, ok := m.soundOf(t, el)
	if !ok {
		t.act = idle{}
		return false
	}
	m.heard(h)
	m.timer(h.Lasts, t, tokenDone)
	return true
}

// pause is silence. As the first verb of a call it delays the answer.
func (m *machine) pause(t *thread, el *twiml.Element) bool {
	if !t.first {
		m.answer()
	}
	h, _ := m.soundOf(t, el)
	h.Leg = t.leg
	m.emit(h)
	t.act = &sounding{el: el}
	m.timer(h.Lasts, t, tokenDone)
	return true
}

// mediaOf returns the URL of the file that an element plays, if it does.
func mediaOf(t *thread, el *twiml.Element) (string, bool) {
	text := el.Text()
	if el.Name != "Play" || text == "" {
		return "", false
	}
	return resolve(t.url, text), true
}

// soundOf is what is heard of an element that plays no file; false when it is nothing.
func (m *machine) soundOf(t *thread, el *twiml.Element) (Heard, bool) {
	h := Heard{Leg: t.leg, Loop: 1}
	switch el.Name {
	case "Say":
		h.Sound, h.Text = SoundSay, strings.Join(strings.Fields(el.AllText()), " ")
		h.Voice, h.Language = el.AttrOr("voice", ""), el.AttrOr("language", "en-US")
		h.Loop = loopOf(el)
		h.Lasts = time.Duration(h.Loop) * m.elementLength(el)
		return h, h.Text != ""
	case "Play":
		keys := el.AttrOr("digits", "")
		h.Sound, h.Text, h.Lasts = SoundTones, keys, tonesLength(keys)
		return h, keys != ""
	case "Pause":
		h.Sound, h.Lasts = SoundPause, time.Duration(intAttr(el, "length", 1, 1, maxSeconds))*time.Second
		return h, true
	}
	return h, false
}

// played is what is heard of a Play once its file is known; false when nothing is.
func (m *machine) played(t *thread, el *twiml.Element, f Fetched, code int) (Heard, bool) {
	url, _ := mediaOf(t, el)
	if f.Code != 0 {
		p := Problem{Code: f.Code, Severity: Error, Message: f.Message, URL: url, Line: el.Line, Col: el.Col}
		if p.Code == codeMedia {
			p.Code = code
		}
		if m.set.Options.MediaFailure == FailCall {
			m.fatal(t, p)
		} else {
			m.emit(p)
		}
		return Heard{}, false
	}
	loop := loopOf(el)
	return Heard{Leg: t.leg, Sound: SoundPlay, URL: url, Loop: loop, Lasts: time.Duration(loop) * f.Lasts}, true
}

func loopOf(el *twiml.Element) int {
	if n := intAttr(el, "loop", 1, 0, maxLoop); n > 0 {
		return n
	}
	return maxLoop
}

// maxSeconds bounds every number of seconds in a document: a day, the longest
// that a carrier keeps a call up.
const maxSeconds = 86400

// intAttr returns a whole number between low and high; the default when the
// attribute is absent or anything else, as the carrier does (a warning of Check).
func intAttr(el *twiml.Element, name string, def, low, high int) int {
	s, ok := el.Attr(name)
	if !ok {
		return def
	}
	n, any := 0, false
	for _, c := range strings.TrimSpace(s) {
		if c < '0' || c > '9' || n > high {
			return def
		}
		n, any = n*10+int(c-'0'), true
	}
	if !any || n < low || n > high {
		return def
	}
	return n
}

// cut stops what a party hears.
func (m *machine) cut(leg int) { m.emit(Cut{Leg: leg}) }
