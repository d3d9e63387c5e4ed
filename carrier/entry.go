package carrier

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/callgate/callgate"
)

// EntryKind says what an Entry tells.
type EntryKind string

// The kinds of entries besides those of Sound, which entries of what is heard have.
const (
	KindStatus     EntryKind = "status"     // the call, or a leg, has another CallStatus
	KindRequest    EntryKind = "request"    // an HTTP request that was made, with its answer
	KindCut        EntryKind = "cut"        // what was heard stops before its end
	KindListening  EntryKind = "listening"  // what the line takes from the caller
	KindKey        EntryKind = "key"        // a party presses a key
	KindSpeech     EntryKind = "speech"     // the caller speaks
	KindHangUp     EntryKind = "hang-up"    // a party hangs up
	KindDial       EntryKind = "dial"       // the carrier rings somebody
	KindBridge     EntryKind = "bridge"     // the caller talks to somebody
	KindUnbridge   EntryKind = "unbridge"   // and no more
	KindQueue      EntryKind = "queue"      // the caller waits in a queue
	KindConference EntryKind = "conference" // the caller enters a conference
	KindPay        EntryKind = "pay"        // the caller is asked for a card
	KindSession    EntryKind = "session"    // a machine has the call
	KindRefer      EntryKind = "refer"      // the caller is sent to another SIP address
	KindSms        EntryKind = "sms"        // a message is sent
	KindOthers     EntryKind = "others"     // what others do, when it was decided from outside
	KindFault      EntryKind = "fault"      // something goes wrong on demand from here on
	KindProblem    EntryKind = "problem"    // the debugger says something
	KindEnd        EntryKind = "end"        // the call is over
)

// Entry is one thing that happened in a call. Which fields are set depends on
// the kind.
type Entry struct {
	// At is when, since the call began.
	At   time.Duration
	Kind EntryKind
	// Leg is whose: 0 is the caller.
	Leg int
	// Text is what is said or pressed, or whom it is about.
	Text string
	// The following hold more of their kinds.
	Heard     *Heard
	Listening *Listening
	Dialled   *LegStarted
	Exchange  *Exchange
	Problem   *Problem
	End       *End
	Speech    *Speech
	Others    Event
	Fault     *Fault
}

// String writes the entry as a line of a transcript: the time, who, what.
func (e Entry) String() string {
	return fmt.Sprintf("%s  %-8s %s", clock(e.At), e.who(), Printable(e.what()))
}

// Printable puts a dot in the place of each character that could steer a terminal:
// what a server answers is not to be trusted with one.
func Printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return '·'
		}
		return r
	}, s)
}

// clock writes a time of a call as minutes, seconds and tenths.
func clock(d time.Duration) string {
	tenths := int64(d.Round(100*time.Millisecond) / (100 * time.Millisecond))
	return fmt.Sprintf("%02d:%02d.%d", tenths/600, tenths/10%60, tenths%10)
}

func (e Entry) who() string {
	switch e.Kind {
	case KindKey, KindSpeech, KindHangUp:
		if e.Leg == 0 {
			return "caller"
		}
		return fmt.Sprintf("leg %d", e.Leg)
	case KindProblem:
		return "debugger"
	case KindRequest:
		return "http"
	}
	if e.Leg > 0 {
		return fmt.Sprintf("line→%d", e.Leg)
	}
	return "line"
}

func (e Entry) what() string {
	switch e.Kind {
	case KindProblem:
		return e.Problem.String()
	case KindRequest:
		return e.Exchange.String()
	case KindEnd:
		return fmt.Sprintf("ends: %s (%s)", e.End.Reason, e.End.Status)
	case KindListening:
		return e.Listening.String()
	case KindDial:
		return fmt.Sprintf("dials %s", e.Text)
	case KindKey:
		return "presses " + e.Text
	case KindSpeech:
		return fmt.Sprintf("says %q", e.Text)
	case KindHangUp:
		return "hangs up"
	}
	if e.Heard != nil {
		return e.Heard.String()
	}
	if e.Text == "" {
		return string(e.Kind)
	}
	return string(e.Kind) + " " + e.Text
}

// String says what is heard: text in quotation marks, files as such.
func (h Heard) String() string {
	s := string(h.Sound)
	switch h.Sound {
	case SoundSay:
		s += fmt.Sprintf(" %q", h.Text)
		if h.Language != "" && h.Language != "en-US" {
			s += " [" + h.Language + "]"
		}
	case SoundPlay:
		s += " " + h.URL
	case SoundTones, SoundRinging:
		s = strings.TrimSpace(s + " " + h.Text)
	case SoundPause:
		s += fmt.Sprintf(" %gs", h.Lasts.Seconds())
	}
	if h.Loop > 1 {
		s += fmt.Sprintf(" ×%d", h.Loop)
	}
	return s
}

// String says what the line takes.
func (l Listening) String() string {
	var takes []string
	if l.Keys {
		takes = append(takes, "keys")
	}
	if l.Speech {
		takes = append(takes, "speech")
	}
	if l.Voice {
		takes = append(takes, "a recording")
	}
	switch {
	case len(takes) == 0:
		return "stops listening"
	case l.Quiet:
		return "waits for " + strings.Join(takes, " or ")
	}
	return "listens for " + strings.Join(takes, " or ")
}

// String writes the request and the status of its answer.
func (x Exchange) String() string {
	s := fmt.Sprintf("%s %s %s", x.For, x.Method, shortURL(x.URL))
	switch {
	case x.Err != "":
		s += " → " + x.Err
	case x.Cached:
		s += fmt.Sprintf(" → %d (from the cache)", x.Status)
	default:
		s += fmt.Sprintf(" → %d", x.Status)
	}
	if x.Attempt > 1 {
		s += fmt.Sprintf(" (attempt %d)", x.Attempt)
	}
	return s
}

// shortQuery is how much of a query a transcript shows.
const shortQuery = 40

// shortURL leaves out a long query: the parameters of a GET, a sealed state.
func shortURL(url string) string {
	if before, query := cutQuery(url); len(query) > shortQuery {
		return before + "?…"
	}
	return url
}

// MarshalJSON writes the entry flat, with times in seconds.
func (e Entry) MarshalJSON() ([]byte, error) {
	out := map[string]any{"at": e.At.Seconds(), "kind": e.Kind}
	put := func(name string, value any, zero bool) {
		if !zero {
			out[name] = value
		}
	}
	put("leg", e.Leg, e.Leg == 0)
	put("text", e.Text, e.Text == "")
	if e.Heard != nil {
		e.Heard.put(put)
	}
	if e.Listening != nil {
		e.Listening.put(put)
	}
	if d := e.Dialled; d != nil {
		put("sid", d.Sid, false)
		put("noun", d.Noun, false)
		put("from", d.From, d.From == "")
		put("to", d.To, false)
	}
	if e.Problem != nil {
		put("problem", e.Problem, false)
	}
	if e.Exchange != nil {
		put("request", e.Exchange, false)
	}
	if e.End != nil {
		put("reason", e.End.Reason, false)
		put("status", e.End.Status, false)
		put("talked", e.End.Talked.Seconds(), false)
	}
	return marshal(out)
}

// put gives the members of the JSON object, and whether they are left out.
func (h *Heard) put(put func(name string, value any, zero bool)) {
	put("text", h.Text, h.Text == "")
	put("url", h.URL, h.URL == "")
	put("voice", h.Voice, h.Voice == "")
	put("language", h.Language, h.Language == "")
	put("lasts", h.Lasts.Seconds(), h.Lasts == 0)
}

func (l *Listening) put(put func(name string, value any, zero bool)) {
	put("verb", l.Verb, false)
	put("keys", l.Keys, !l.Keys)
	put("speech", l.Speech, !l.Speech)
	put("voice", l.Voice, !l.Voice)
	put("quiet", l.Quiet, !l.Quiet)
	put("numDigits", l.NumDigits, l.NumDigits == 0)
	put("finishOnKey", l.FinishOnKey, l.FinishOnKey == "")
}

// marshal is json.Marshal that leaves "<", ">" and "&" as they are: entries hold
// documents and URLs, and are not put into HTML.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte{'\n'}), err
}

// MarshalJSON writes the exchange with its parameters as an object.
func (x Exchange) MarshalJSON() ([]byte, error) {
	return marshal(struct {
		For         Purpose             `json:"for"`
		Verb        string              `json:"verb,omitempty"`
		Method      string              `json:"method"`
		URL         string              `json:"url"`
		Params      map[string][]string `json:"params,omitempty"`
		Attempt     int                 `json:"attempt,omitempty"`
		Redirect    int                 `json:"redirect,omitempty"`
		Status      int                 `json:"status,omitempty"`
		ContentType string              `json:"contentType,omitempty"`
		Body        string              `json:"body,omitempty"`
		Cached      bool                `json:"cached,omitempty"`
		Took        float64             `json:"took,omitempty"`
		Error       string              `json:"error,omitempty"`
	}{x.For, x.Verb, x.Method, x.URL, paramMap(x.Params), x.Attempt, x.Redirect, x.Status, x.ContentType, string(x.Body), x.Cached, x.Took.Seconds(), x.Err})
}

func paramMap(p callgate.Params) map[string][]string {
	m := map[string][]string{}
	for _, q := range p {
		m[q.Name] = append(m[q.Name], q.Value)
	}
	return m
}
