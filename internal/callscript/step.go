package callscript

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/callgate/callgate/carrier"
)

// Step is one thing that happens in a call. Exactly one field is given.
type Step struct {
	// Hear waits until the caller hears something.
	Hear *Hear `yaml:"hear"`
	// Press presses keys when the line waits for them; Barge presses them at once.
	Press string `yaml:"press"`
	Barge string `yaml:"barge"`
	// Say says something when the line listens to speech.
	Say *Say `yaml:"say"`
	// Silence lets so many time-outs of the line run out.
	Silence int `yaml:"silence"`
	// Wait lets time pass.
	Wait time.Duration `yaml:"wait"`
	// Hangup hangs up, now.
	Hangup bool `yaml:"hangup"`
	// Record speaks into a recording.
	Record *Record `yaml:"record"`
	// The following wait until the line does something, and say what others do about it.
	Dial       *Dial       `yaml:"dial"`
	Queue      *Queue      `yaml:"queue"`
	Conference *Conference `yaml:"conference"`
	Pay        *Pay        `yaml:"pay"`
	Session    *Session    `yaml:"session"`
	Refer      *Refer      `yaml:"refer"`
	// Fault lets the next request go wrong.
	Fault *Fault `yaml:"fault"`
}

// Hear is what is to be heard.
type Hear struct {
	// Text is part of what is spoken; between slashes it is a regular expression.
	Text string `yaml:"text"`
	// File is the end of the URL of a file that is played.
	File string `yaml:"file"`
	// Lang is the language that it is spoken in, "es" or "es-MX".
	Lang string `yaml:"lang"`
}

// Shorthand lets a step be written as "hear: text".
func (Hear) Shorthand() string { return "text" }

// Say is what the caller says.
type Say struct {
	Text string `yaml:"text"`
	// Confidence is in percent; 0 stands for 90.
	Confidence int           `yaml:"confidence"`
	Lasts      time.Duration `yaml:"lasts"`
}

// Shorthand lets a step be written as "say: text".
func (Say) Shorthand() string { return "text" }

// Record is a message that the caller leaves.
type Record struct {
	Seconds int `yaml:"seconds"`
	// End is "silence", the default, "hangup", or a key.
	End string `yaml:"end"`
	// Text is what is said, for transcriptions.
	Text string `yaml:"text"`
}

// Shorthand lets a step be written as "record: 12".
func (Record) Shorthand() string { return "seconds" }

// Dial is what a dialled party does.
type Dial struct {
	// To is whom; empty is anybody.
	To string `yaml:"to"`
	// Answer is "answer", the default, "busy", "no-answer" or "failed".
	Answer  string        `yaml:"answer"`
	Ring    time.Duration `yaml:"ring"`
	Talk    time.Duration `yaml:"talk"`
	Keys    string        `yaml:"keys"`
	Machine bool          `yaml:"machine"`
	SIPCode int           `yaml:"sip_code"`
}

// Shorthand lets an outcome be written as "busy".
func (Dial) Shorthand() string { return "answer" }

// Queue is what becomes of a caller in a queue.
type Queue struct {
	Name   string        `yaml:"name"`
	Result string        `yaml:"result"`
	Wait   time.Duration `yaml:"wait"`
	Talk   time.Duration `yaml:"talk"`
}

// Shorthand lets a result be written alone.
func (Queue) Shorthand() string { return "result" }

// Conference is what becomes of a caller in a conference.
type Conference struct {
	Name   string        `yaml:"name"`
	Joined time.Duration `yaml:"joined"`
	Lasts  time.Duration `yaml:"lasts"`
}

// Shorthand lets a step be written as "conference: name".
func (Conference) Shorthand() string { return "name" }

// Pay is the result of a payment.
type Pay struct {
	Result string            `yaml:"result"`
	Takes  time.Duration     `yaml:"takes"`
	Params map[string]string `yaml:"params"`
}

// Shorthand lets a result be written alone.
func (Pay) Shorthand() string { return "result" }

// Session is how a machine gives a call back.
type Session struct {
	After   time.Duration `yaml:"after"`
	Status  string        `yaml:"status"`
	Handoff string        `yaml:"handoff"`
}

// Shorthand lets a status be written alone.
func (Session) Shorthand() string { return "status" }

// Refer is what comes of a SIP REFER.
type Refer struct {
	SIPCode int           `yaml:"sip_code"`
	Notify  int           `yaml:"notify"`
	After   time.Duration `yaml:"after"`
}

// Shorthand lets a SIP code be written alone.
func (Refer) Shorthand() string { return "sip_code" }

// Fault is what goes wrong between the carrier and the server.
type Fault struct {
	// Kind is drop, lose, retry, delay, duplicate, truncate, status or tls. Delay,
	// status, truncate and tls may be named by their value alone.
	Kind     string        `yaml:"kind"`
	For      string        `yaml:"for"`
	URL      string        `yaml:"url"`
	Nth      int           `yaml:"nth"`
	Percent  int           `yaml:"percent"` // chance; 0 stands for 100
	Delay    time.Duration `yaml:"delay"`
	Status   int           `yaml:"status"`
	Truncate int           `yaml:"truncate"` // bytes that arrive
	TLS      string        `yaml:"tls"`      // handshake, name, expired or chain
}

// Shorthand lets a fault be written as its kind.
func (Fault) Shorthand() string { return "kind" }

// tlsCodes are what the carrier's debugger says of certificates.
var tlsCodes = map[string]int{"": 0, "handshake": 11220, "name": 11235, "expired": 11236, "chain": 11237}

func (f *Fault) fault() (carrier.Fault, error) {
	code, ok := tlsCodes[f.TLS]
	if !ok {
		return carrier.Fault{}, errors.New("tls is handshake, name, expired or chain")
	}
	out := carrier.Fault{
		Kind: carrier.FaultKind(f.Kind), For: carrier.Purpose(f.For), URL: f.URL, Nth: f.Nth, Chance: float64(f.Percent) / 100,
		Delay: f.Delay, Status: f.Status, Bytes: f.Truncate, Code: code,
	}
	if out.Kind == "" {
		switch {
		case f.Delay > 0:
			out.Kind = carrier.FaultDelay
		case f.Status > 0:
			out.Kind = carrier.FaultStatus
		case f.Truncate > 0:
			out.Kind = carrier.FaultTruncate
		case f.TLS != "":
			out.Kind = carrier.FaultTLS
		}
	}
	return out, out.Check()
}

// check demands exactly one field.
func (s *Step) check() error {
	name, n := "", 0
	v := reflect.ValueOf(*s)
	for i := range v.NumField() {
		if !v.Field(i).IsZero() {
			name, n = v.Type().Field(i).Tag.Get("yaml"), n+1
		}
	}
	switch {
	case n == 0:
		return errors.New("the step does nothing: write hear, press, barge, say, silence, wait, hangup, record, dial, queue, conference, pay, session, refer or fault")
	case n > 1:
		return errors.New("the step does several things: write a step for each")
	}
	return s.checkValue(name)
}

func (s *Step) checkValue(name string) error {
	switch name {
	case "hear":
		if s.Hear.Text == "" && s.Hear.File == "" {
			return errors.New("hear: a text, or a file, is wanted")
		}
		_, err := s.Hear.matcher()
		return err
	case "press", "barge":
		if strings.Contains(s.Press+s.Barge, carrier.HiddenKey) {
			return fmt.Errorf("%s: keys are 0-9, * and #; each %s in %q stands for a key that was pressed at a sensitive node and not recorded: write keys for the test in their place", name, carrier.HiddenKey, s.Press+s.Barge)
		}
		if strings.Trim(s.Press+s.Barge, "0123456789*#") != "" {
			return fmt.Errorf("%s: keys are 0-9, * and #", name)
		}
	case "say":
		if s.Say.Text == carrier.HiddenSpeech {
			return fmt.Errorf("say: %q stands for what was said at a sensitive node and not recorded: write words for the test in its place", s.Say.Text)
		}
	case "dial":
		return s.Dial.check()
	case "queue":
		return s.Queue.check()
	case "conference":
		return s.Conference.check()
	case "pay":
		return s.Pay.check()
	case "record":
		if s.Record.Seconds < 0 {
			return errors.New("record: seconds must not be negative")
		}
		if e := s.Record.End; e != "" && e != "silence" && e != "hangup" && (len(e) != 1 || !strings.Contains("0123456789*#", e)) {
			return errors.New("record: end is silence, hangup or a key")
		}
	case "fault":
		_, err := s.Fault.fault()
		return err
	case "silence", "wait":
		if s.Silence < 0 || s.Wait < 0 {
			return errors.New(name + " must not be negative")
		}
	}
	return nil
}

func (d *Dial) check() error {
	if !slices.Contains([]string{"", "answer", "busy", "no-answer", "failed"}, d.Answer) {
		return errors.New("dial: answer is answer, busy, no-answer or failed")
	}
	if strings.Trim(d.Keys, "0123456789*#") != "" {
		return errors.New("dial: keys are 0-9, * and #")
	}
	return notNegative("dial", d.Ring, d.Talk)
}

func (q *Queue) check() error {
	if !slices.Contains([]string{"", "bridged", "queue-full", "redirected", "redirected-from-bridged", "bridging-in-process", "error", "system-error"}, q.Result) {
		return errors.New("queue: result is bridged, queue-full, redirected, redirected-from-bridged, bridging-in-process, error or system-error")
	}
	return notNegative("queue", q.Wait, q.Talk)
}

// check lets Joined be negative, which stands for nobody.
func (c *Conference) check() error { return notNegative("conference", c.Lasts) }

func (p *Pay) check() error {
	if !slices.Contains([]string{"", "success", "too-many-failed-attempts", "payment-connector-error", "validation-error", "internal-error"}, p.Result) {
		return errors.New("pay: result is success, too-many-failed-attempts, payment-connector-error, validation-error or internal-error; for others press * or hang up")
	}
	return notNegative("pay", p.Takes)
}

func notNegative(what string, times ...time.Duration) error {
	for _, d := range times {
		if d < 0 {
			return errors.New(what + ": times must not be negative")
		}
	}
	return nil
}

// check looks at what others do.
func (w *World) check() error {
	for to, d := range w.Dial {
		if err := d.check(); err != nil {
			return fmt.Errorf("%q: %w", to, err)
		}
	}
	for name, q := range w.Queue {
		if err := q.check(); err != nil {
			return fmt.Errorf("%q: %w", name, err)
		}
	}
	for name, c := range w.Conference {
		if err := c.check(); err != nil {
			return fmt.Errorf("%q: %w", name, err)
		}
	}
	return nil
}

// matcher tells whether something that is heard is meant.
func (h *Hear) matcher() (func(carrier.Heard) bool, error) {
	match := func(have carrier.Heard) bool { return have.Sound == carrier.SoundSay }
	if h.File != "" {
		match = func(have carrier.Heard) bool {
			url, _, _ := strings.Cut(have.URL, "?")
			return have.Sound == carrier.SoundPlay && strings.HasSuffix(url, h.File)
		}
	} else if n := len(h.Text); n > 2 && h.Text[0] == '/' && h.Text[n-1] == '/' {
		re, err := regexp.Compile(h.Text[1 : n-1])
		if err != nil {
			return nil, fmt.Errorf("hear: %w", err)
		}
		match = func(have carrier.Heard) bool {
			return have.Sound == carrier.SoundSay && re.MatchString(have.Text)
		}
	} else {
		want := fold(h.Text)
		match = func(have carrier.Heard) bool {
			return have.Sound == carrier.SoundSay && strings.Contains(fold(have.Text), want)
		}
	}
	return func(have carrier.Heard) bool {
		return match(have) && (h.Lang == "" || have.Language == h.Lang || strings.HasPrefix(have.Language, h.Lang+"-"))
	}, nil
}

func (h *Hear) String() string {
	s := fmt.Sprintf("%q", h.Text)
	if h.File != "" {
		s = "the file " + h.File
	}
	if h.Lang != "" {
		s += " in " + h.Lang
	}
	return s
}

func fold(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

// String names the step for messages.
func (s *Step) String() string {
	switch {
	case s.Hear != nil:
		return "hear " + s.Hear.String()
	case s.Press != "":
		return "press " + s.Press
	case s.Barge != "":
		return "barge " + s.Barge
	case s.Say != nil:
		return fmt.Sprintf("say %q", s.Say.Text)
	case s.Silence != 0:
		return fmt.Sprintf("silence %d", s.Silence)
	case s.Wait != 0:
		return fmt.Sprintf("wait %v", s.Wait)
	case s.Hangup:
		return "hangup"
	case s.Record != nil:
		return fmt.Sprintf("record %d s", s.Record.Seconds)
	case s.Dial != nil:
		return strings.TrimSpace("dial " + s.Dial.To)
	case s.Fault != nil:
		return "fault " + s.Fault.Kind
	}
	return "step"
}
