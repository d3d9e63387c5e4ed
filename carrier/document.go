package carrier

import (
	"errors"
	"fmt"
	"mime"
	"strings"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/twiml"
)

// fetching is a thread that waits for a document.
type fetching struct {
	idle
	id int
}

func (f *fetching) clone() activity { c := *f; return &c }

// load asks for a document that takes the place of the one the thread runs.
func (m *machine) load(t *thread, l load) {
	if m.counts(t) && !m.spend(t) {
		return
	}
	t.documents++
	if l.method != "GET" {
		l.method = "POST"
	}
	if fault := badURL(l.url); fault != "" {
		m.fatal(t, Problem{Code: codeBadURL, URL: l.url, Message: fault})
		return
	}
	t.purpose = l.purpose
	r := Request{For: l.purpose, Leg: t.leg, Verb: l.verb, Method: l.method, URL: l.url,
		Params: withParams(m.standard(&m.legs[t.leg]), l.params...)}
	m.send(r, t.id)
	t.act = &fetching{id: m.ids}
}

// counts reports whether a document counts against a runaway: each of the call
// itself does, and what is heard meanwhile when it takes no time, because a queue's
// document is asked for again as long as the caller waits.
func (m *machine) counts(t *thread) bool {
	if t.role == flow || t.role == whisper {
		return true
	}
	return t.documents > 0 && m.now-t.loaded < time.Second
}

// reload asks for a document at a reference that is relative to the current one.
func (m *machine) reload(t *thread, purpose Purpose, verb, method, ref string, params ...callgate.Param) {
	m.load(t, load{purpose: purpose, verb: verb, method: method, url: resolve(t.url, ref), params: params})
}

// answered takes the answer to a request.
func (m *machine) answered(a Answered) {
	p, ok := m.take(a.ID)
	if !ok {
		return
	}
	if a.URL == "" {
		a.URL = withoutFragment(p.url)
	}
	if p.callback || p.discard {
		m.lookAt(p, a)
		return
	}
	m.with(p.thread, func(t *thread) {
		if f, ok := t.act.(*fetching); ok && f.id == p.id {
			m.open(t, a)
		}
	})
}

// lookAt logs what is wrong with an answer that is not run.
func (m *machine) lookAt(p pending, a Answered) {
	switch {
	case a.Code != 0:
		m.emit(Problem{Code: a.Code, Severity: Error, Message: a.Message, URL: p.url})
	case a.Status >= 300:
		m.emit(Problem{Code: m.statusCode(a.Status), Severity: Error, URL: p.url, Message: fmt.Sprintf("the answer has status %d", a.Status)})
	case p.callback && p.purpose == ForStatus && !goodCallbackAnswer(a):
		m.emit(Problem{Code: codeCallback, Severity: Warning, URL: p.url,
			Message: "a status callback wants status 204, or 200 with text/xml and <Response/>"})
	}
}

// statusCode is what the debugger says of an HTTP status.
func (m *machine) statusCode(status int) int {
	if status >= 400 {
		return m.set.Options.HTTPErrorCode
	}
	return codeRetrieval
}

// goodCallbackAnswer follows error page 15003.
func goodCallbackAnswer(a Answered) bool {
	if a.Status == 204 {
		return true
	}
	kind, _, _ := mime.ParseMediaType(a.ContentType)
	return a.Status == 200 && (kind == "text/xml" || kind == "application/xml")
}

// open takes an answer that is to be a document.
func (m *machine) open(t *thread, a Answered) {
	t.url, t.loaded = a.URL, m.now
	switch {
	case a.Code != 0:
		m.fatal(t, Problem{Code: a.Code, URL: a.URL, Message: a.Message})
		return
	case a.Status < 200 || a.Status > 299:
		m.fatal(t, Problem{Code: m.statusCode(a.Status), URL: a.URL, Message: fmt.Sprintf("the answer has status %d", a.Status)})
		return
	}
	kind, _, _ := mime.ParseMediaType(a.ContentType)
	switch {
	case strings.HasPrefix(kind, "audio/"):
		m.playAnswer(t, a.URL)
	case len(a.Body) > twiml.MaxBytes:
		m.fatal(t, Problem{Code: int(twiml.CodeTooLarge), URL: a.URL, Message: "the answer has more than 64 kB"})
	case a.ContentType == "":
		m.fatal(t, Problem{Code: codeRetrieval, URL: a.URL, Message: "the answer has no Content-Type: send text/xml"})
	case kind == "text/xml" || kind == "application/xml" || kind == "text/html":
		m.document(t, a.Body)
	case kind == "text/plain":
		m.plain(t, a.Body)
	default:
		m.fatal(t, Problem{Code: codeContentType, URL: a.URL,
			Message: fmt.Sprintf("the answer has Content-Type %s: a document is text/xml", kind)})
	}
}

// document starts to run a document.
func (m *machine) document(t *thread, body []byte) {
	root, err := twiml.Decode(body)
	if err != nil {
		var f twiml.Finding
		if errors.As(err, &f) {
			m.fatal(t, fromFinding(f, t.url))
			return
		}
		m.fatal(t, Problem{Code: int(twiml.CodeMalformed), URL: t.url, Message: err.Error()})
		return
	}
	t.findings = nil
	for _, f := range twiml.Check(body, twiml.Twilio) {
		switch {
		case f.Code >= firstStreamCode && f.Code <= lastStreamCode:
			// The stream fails and says so when it is tried; the call goes on.
		case f.Severity == twiml.Fatal:
			t.findings = append(t.findings, f)
		default:
			m.emit(fromFinding(f, t.url))
		}
	}
	t.verbs, t.next = nil, 0
	for el := range root.Elements() {
		t.verbs = append(t.verbs, el)
	}
	m.run(t)
}

// Codes about media streams, whose faults are not the call's.
const (
	firstStreamCode = 31900
	lastStreamCode  = 31999
)

// plain runs text that is a document, and otherwise reads it out and hangs up.
func (m *machine) plain(t *thread, body []byte) {
	if _, err := twiml.Decode(body); err == nil {
		m.document(t, body)
		return
	}
	text := strings.TrimSpace(string(body))
	m.answer()
	if m.end != nil {
		return
	}
	d := m.sayLength(text)
	m.heard(Heard{Leg: t.leg, Sound: SoundSay, Text: text, Language: "en-US", Loop: 1, Lasts: d})
	m.lastSound(t)
	m.timer(d, t, tokenDone)
}

// playAnswer plays an answer that is a media file, and hangs up.
func (m *machine) playAnswer(t *thread, url string) {
	m.answer()
	if m.end != nil {
		return
	}
	t.act = &answerFile{url: url}
	m.fetch(t, url)
}

// lastSound makes a thread end with what is now heard.
func (m *machine) lastSound(t *thread) {
	if t.role == flow {
		t.act = &ending{reason: EndSpoken, status: "completed"}
		return
	}
	t.verbs, t.next = nil, 0
	t.act = &sounding{}
}

// answerFile is a media file that came in place of a document.
type answerFile struct {
	idle
	url string
}

func (a *answerFile) clone() activity { c := *a; return &c }

func (a *answerFile) fetched(m *machine, t *thread, f Fetched) {
	d := f.Lasts
	if f.Code != 0 {
		m.emit(Problem{Code: f.Code, Severity: Error, Message: f.Message, URL: a.url})
		d = 0
	}
	m.heard(Heard{Leg: t.leg, Sound: SoundPlay, URL: a.url, Loop: 1, Lasts: d})
	m.lastSound(t)
	m.timer(d, t, tokenDone)
}

// fetch asks for a media file.
func (m *machine) fetch(t *thread, url string) int {
	id := m.id()
	m.pending = append(m.pending, pending{id: id, thread: t.id, url: url})
	m.emit(Fetch{ID: id, URL: url})
	return id
}
