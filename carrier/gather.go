package carrier

import (
	"slices"
	"strings"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/twiml"
)

// gathering is a Gather: its prompts, then the wait for keys or speech.
type gathering struct {
	idle
	el      *twiml.Element
	prompts prompts
	digits  string
	// finished is the key that ended the entry.
	finished string
	said     *Speech // speech that goes on or has just ended

	keys, words          bool
	timeout, speechPause time.Duration
	maxSpeech            time.Duration
	numDigits            int
	finishOnKey          string
	partial              int // SequenceNumber of partial results
}

func (g *gathering) clone() activity {
	c := *g
	c.prompts = g.prompts.clone()
	return &c
}

// Tokens of a Gather's timers.
const (
	tokenSilence = tokenPrompt + 1 + iota // nothing was pressed or said for too long
	tokenSpoken                           // the caller has finished speaking
	tokenSpeech                           // and was silent after it
)

// gather begins a Gather (twiml/gather).
func (m *machine) gather(t *thread, el *twiml.Element) bool {
	input := strings.Fields(el.AttrOr("input", "dtmf"))
	g := &gathering{el: el, words: slices.Contains(input, "speech")}
	g.keys = slices.Contains(input, "dtmf") || !g.words
	g.timeout = time.Duration(intAttr(el, "timeout", 5, 1, maxSeconds)) * time.Second
	g.speechPause = g.timeout
	switch s := strings.TrimSpace(el.AttrOr("speechTimeout", "")); {
	case s == "auto":
		g.speechPause = m.set.Options.SpeechAuto
	case s != "":
		g.speechPause = time.Duration(intAttr(el, "speechTimeout", int(g.timeout/time.Second), 1, maxSeconds)) * time.Second
	}
	g.maxSpeech = time.Duration(intAttr(el, "maxSpeechTime", 60, 1, 60)) * time.Second
	g.numDigits = intAttr(el, "numDigits", 0, 1, 1000)
	g.finishOnKey = finishKey(el)
	for child := range el.Elements() {
		if !oneOf(child.Name, "Say", "Play", "Pause") {
			continue // 13320, a warning of Check
		}
		g.prompts.list = append(g.prompts.list, m.prompt(t, child))
	}
	t.act = g
	g.listening(m, t)
	g.next(m, t)
	return true
}

// finishKey is one key, or none for an empty attribute; anything else is the default.
func finishKey(el *twiml.Element) string {
	s := el.AttrOr("finishOnKey", "#")
	if s == "" || len(s) == 1 && strings.Contains("0123456789#*", s) {
		return s
	}
	return "#"
}

func (g *gathering) listening(m *machine, t *thread) {
	m.emit(Listening{Leg: t.leg, Verb: "Gather", Keys: g.keys, Speech: g.words,
		NumDigits: g.numDigits, FinishOnKey: g.finishOnKey, Quiet: g.prompts.quiet, InQueue: t.role == queueWait})
}

func (g *gathering) fetched(m *machine, t *thread, f Fetched) {
	if g.prompts.fetched(m, t, f, codeGatherMedia) {
		g.next(m, t)
	}
}

// next begins the next prompt, or the wait.
func (g *gathering) next(m *machine, t *thread) {
	if !g.prompts.next(m, t) {
		g.wait(m, t)
	}
}

// wait begins to count the time without input.
func (g *gathering) wait(m *machine, t *thread) {
	g.listening(m, t)
	m.timer(g.timeout, t, tokenSilence)
	m.pressKeys(t, g)
}

// pressKeys lets a called party, who has heard the prompts, press its keys.
func (m *machine) pressKeys(t *thread, g *gathering) {
	l := &m.legs[t.leg]
	for t.leg > 0 && l.keys != "" && t.act == activity(g) {
		k := l.keys[0]
		l.keys = l.keys[1:]
		m.key(Key{Leg: t.leg, Key: k})
	}
}

func (g *gathering) expired(m *machine, t *thread, token int) {
	switch token {
	case tokenPrompt:
		if !g.prompts.heard(m, t) {
			g.wait(m, t)
		}
	case tokenSilence:
		g.done(m, t)
	case tokenSpoken:
		g.spoken(m, t)
	case tokenSpeech:
		g.done(m, t)
	}
}

func (g *gathering) key(m *machine, t *thread, k byte) bool {
	if !g.keys || g.said != nil {
		return true
	}
	g.prompts.cut(m, t)
	m.stopTimer(t, tokenSilence)
	if string(k) == g.finishOnKey {
		g.finished = g.finishOnKey
		g.done(m, t)
		return true
	}
	g.digits += string(k)
	if g.numDigits > 0 && len(g.digits) >= g.numDigits {
		g.done(m, t)
		return true
	}
	m.timer(g.timeout, t, tokenSilence)
	return true
}

func (g *gathering) speech(m *machine, t *thread, s Speech) bool {
	if !g.words || g.digits != "" {
		return true
	}
	if !g.prompts.quiet {
		if g.el.AttrOr("bargeIn", "true") == "false" {
			return true
		}
		g.prompts.cut(m, t)
	}
	m.stopTimer(t, tokenSilence)
	m.stopTimer(t, tokenSpeech)
	s.Lasts = min(s.Lasts, g.maxSpeech)
	if g.said != nil {
		s.Text = strings.TrimSpace(g.said.Text + " " + s.Text)
	}
	if s.Confidence <= 0 || s.Confidence > 1 {
		s.Confidence = 0.9
	}
	g.said = &s
	m.stopTimer(t, tokenSpoken)
	m.timer(s.Lasts, t, tokenSpoken)
	return true
}

// spoken is the end of what the caller says; a silence makes it final.
func (g *gathering) spoken(m *machine, t *thread) {
	if ref := g.el.AttrOr("partialResultCallback", ""); ref != "" {
		m.send(Request{For: ForPartial, Leg: t.leg, Verb: "Gather", Callback: true,
			Method: methodOr(g.el.AttrOr("partialResultCallbackMethod", "POST")), URL: resolve(t.url, ref),
			Params: withParams(m.standard(&m.legs[t.leg]),
				callgate.Param{Name: "UnstableSpeechResult", Value: g.said.Text},
				callgate.Param{Name: "SequenceNumber", Value: itoa(g.partial)})}, 0)
		g.partial++
	}
	m.timer(g.speechPause, t, tokenSpeech)
}

// done ends the Gather: with a request when there is input, else with the next verb.
func (g *gathering) done(m *machine, t *thread) {
	m.stopTimer(t, tokenPrompt)
	m.stopTimer(t, tokenSilence)
	m.emit(Listening{Leg: t.leg, Verb: "Gather"})
	switch {
	case g.said != nil, g.digits != "":
		m.load(t, *g.result(m, t))
	case g.el.AttrOr("actionOnEmptyResult", "false") == "true":
		l := g.result(m, t)
		if !g.keys || m.set.Options.EmptyResult != EmptyDigits {
			l.params = nil
		}
		m.load(t, *l)
	default:
		m.run(t)
	}
}

// result is the request with what was pressed or said.
func (g *gathering) result(m *machine, t *thread) *load {
	if g.said != nil {
		return actionOrHere(t, g.el, callgate.Param{Name: "SpeechResult", Value: g.said.Text},
			callgate.Param{Name: "Confidence", Value: fraction(g.said.Confidence)})
	}
	l := actionOrHere(t, g.el, callgate.Param{Name: "Digits", Value: g.digits})
	if m.set.Options.GatherExtras == FinishedKey {
		l.params = append(l.params, callgate.Param{Name: "FinishedOnKey", Value: g.finished}, callgate.Param{Name: "msg", Value: "Gather End"})
	}
	return l
}

// gone is the caller hanging up, which is no input by default.
func (g *gathering) gone(m *machine, t *thread) *load {
	if g.digits == "" || m.set.Options.GatherHangUp == NoRequest {
		return nil
	}
	return g.result(m, t)
}
