package callscript

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/callgate/callgate/carrier"
)

// Recording is a call to be written as a case.
type Recording struct {
	Name string
	URL  string // of the server that answered; empty when Flow is given
	Flow string
	From string
	To   string
	Log  []carrier.Entry
}

// Case writes a call that somebody made as a suite with one case, in YAML: what
// was heard before each thing that the caller did, what others did, and the end.
func (r Recording) Case() string {
	var b strings.Builder
	if r.Flow != "" {
		fmt.Fprintf(&b, "flow: %s\n", quote(r.Flow))
	} else {
		fmt.Fprintf(&b, "url: %s\n", quote(r.URL))
	}
	fmt.Fprintf(&b, "cases:\n  - name: %s\n", quote(r.Name))
	for _, p := range []struct{ key, value string }{{"from", r.From}, {"to", r.To}} {
		if p.value != "" {
			fmt.Fprintf(&b, "    %s: %s\n", p.key, quote(p.value))
		}
	}
	steps := r.steps()
	if len(steps) > 0 {
		b.WriteString("    steps:\n")
	}
	for _, s := range steps {
		b.WriteString("      - " + s + "\n")
	}
	for _, e := range r.Log {
		if e.End != nil {
			fmt.Fprintf(&b, "    expect: {end: %s%s}\n", e.End.Reason, r.errors())
		}
	}
	return b.String()
}

// errors are those that the debugger showed, which a case must expect.
func (r Recording) errors() string {
	var codes []string
	for _, e := range r.Log {
		if p := e.Problem; p != nil && p.Severity == carrier.Error && !slices.Contains(codes, strconv.Itoa(p.Code)) {
			codes = append(codes, strconv.Itoa(p.Code))
		}
	}
	if codes == nil {
		return ""
	}
	return ", errors: [" + strings.Join(codes, ", ") + "]"
}

// quote writes a text so that YAML takes it for one: its double-quoted form has
// the escapes of JSON.
func quote(s string) string { return strconv.Quote(s) }

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
	silence int
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
	if r.quiet {
		r.add("press: %s", quote(r.keys))
	} else {
		r.add("barge: %s", quote(r.keys))
	}
	r.keys = ""
}

func (r *recorder) entry(e *carrier.Entry, rest []carrier.Entry) {
	switch {
	case e.Leg > 0 && e.Kind != carrier.KindDial:
	case e.Heard != nil && (e.Heard.Sound == carrier.SoundSay || e.Heard.Sound == carrier.SoundPlay):
		r.pressed()
		r.hear = quote(e.Heard.Text)
		if e.Heard.Sound == carrier.SoundPlay {
			r.hear = "{file: " + quote(fileName(e.Heard.URL)) + "}"
		}
	case e.Listening != nil:
		r.listening(e)
	case e.Kind == carrier.KindKey:
		r.key(e)
	case e.Kind == carrier.KindSpeech:
		r.speech(e)
	case e.Kind == carrier.KindHangUp:
		r.hangUp(e)
	case e.Dialled != nil:
		r.heard()
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
		r.spoke = max(e.At, 1)
		return
	}
	r.spoke = max(e.At, 1)
	r.add("say: %s", quote(e.Text))
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
		length = int((at - r.spoke).Round(time.Second) / time.Second)
	}
	r.add("record: {seconds: %d, end: %s}", length, quote(end))
	r.voice, r.spoke = false, 0
}

// dial writes what a dialled party did.
func (r *recorder) dial(e *carrier.Entry, rest []carrier.Entry) {
	answer := "no-answer"
	for _, later := range rest {
		if later.Leg != e.Leg || later.Kind != carrier.KindStatus {
			continue
		}
		switch later.Text {
		case "in-progress":
			answer = "answer"
		case "busy", "failed":
			answer = later.Text
		case "ringing":
			continue
		}
		break
	}
	r.add("dial: {to: %s, answer: %s}", quote(e.Dialled.To), answer)
}

// fileName is the last element of a URL's path.
func fileName(url string) string {
	url, _, _ = strings.Cut(url, "?")
	return url[strings.LastIndexByte(url, '/')+1:]
}
