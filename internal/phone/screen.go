package phone

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/callgate/callgate/carrier"
)

// Screen shows a call. It is for one goroutine.
type Screen struct {
	// Out is where it writes.
	Out io.Writer
	// Color uses colours. Only a terminal wants them.
	Color bool
	// Width is that of the terminal in characters; 0 stands for 80.
	Width int
	// Trace shows each request and its answer.
	Trace bool

	open bool // a line is being written word by word
}

// The colours of a line (ECMA-48, select graphic rendition).
const (
	plain  = ""
	bold   = "1"
	dim    = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
	cyan   = "36"
)

func (s *Screen) paint(code, text string) string {
	if !s.Color || code == plain || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// line writes one line: the time, a sign, a text that is wrapped.
func (s *Screen) line(at time.Duration, sign, color, text string) {
	s.endWords()
	head := fmt.Sprintf("%s  %s  ", stamp(at), sign)
	indent := strings.Repeat(" ", 12)
	for i, part := range wrap(carrier.Printable(text), s.width()-len(indent)) {
		if i == 0 {
			fmt.Fprintf(s.Out, "%s%s\n", s.paint(dim, head), s.paint(color, part))
			continue
		}
		fmt.Fprintf(s.Out, "%s%s\n", indent, s.paint(color, part))
	}
}

func (s *Screen) width() int {
	if s.Width < 40 {
		return 80
	}
	return s.Width
}

// stamp is a time of a call: minutes, seconds and tenths.
func stamp(d time.Duration) string {
	tenths := int64(d.Round(100*time.Millisecond) / (100 * time.Millisecond))
	return fmt.Sprintf("%02d:%02d.%d", tenths/600, tenths/10%60, tenths%10)
}

// wrap breaks a text into lines of at most width characters.
func wrap(text string, width int) []string {
	var lines []string
	for paragraph := range strings.SplitSeq(text, "\n") {
		line := ""
		for _, word := range strings.Fields(paragraph) {
			switch {
			case line == "":
				line = word
			case len([]rune(line))+1+len([]rune(word)) > width:
				lines = append(lines, line)
				line = word
			default:
				line += " " + word
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// Entry shows one thing that happened.
func (s *Screen) Entry(e carrier.Entry) {
	switch {
	case e.Heard != nil:
		s.heard(e)
	case e.Problem != nil:
		color := yellow
		if e.Problem.Severity == carrier.Error {
			color = red
		}
		text := e.Problem.String()
		if e.Problem.URL != "" {
			text += "\nin " + e.Problem.URL
		}
		s.line(e.At, "!", color, text)
	case e.Exchange != nil:
		if s.Trace {
			s.exchange(e)
		}
	case e.Dialled != nil:
		s.line(e.At, ">", cyan, fmt.Sprintf("the line dials %s", e.Text))
	case e.End != nil:
		s.end(e)
	default:
		s.other(e)
	}
}

func (s *Screen) heard(e carrier.Entry) {
	h := e.Heard
	sign, color := "<", bold
	who := ""
	if e.Leg > 0 {
		sign, color, who = ">", plain, "the other side hears: "
	}
	switch h.Sound {
	case carrier.SoundSay:
		s.line(e.At, sign, color, who+h.Text+times(h.Loop)+language(h.Language))
	case carrier.SoundPlay:
		s.line(e.At, sign, color, who+"♪ "+h.URL+times(h.Loop))
	case carrier.SoundTones:
		s.line(e.At, sign, plain, who+"tones "+h.Text)
	case carrier.SoundPause:
		s.line(e.At, " ", dim, fmt.Sprintf("silence, %v", h.Lasts))
	case carrier.SoundBeep:
		s.line(e.At, sign, plain, "beep")
	case carrier.SoundRinging:
		s.line(e.At, sign, plain, "ringing")
	case carrier.SoundMusic:
		s.line(e.At, sign, plain, "♪ hold music")
	case carrier.SoundBusy:
		s.line(e.At, sign, yellow, "busy tone")
	case carrier.SoundRefused:
		s.line(e.At, sign, yellow, "the number is not in service")
	}
}

func times(loop int) string {
	if loop > 1 {
		return fmt.Sprintf(" (%d times)", loop)
	}
	return ""
}

func language(code string) string {
	if code == "" || code == "en-US" {
		return ""
	}
	return " [" + code + "]"
}

func (s *Screen) end(e carrier.Entry) {
	color := green
	if e.End.Reason == carrier.EndApology || e.End.Reason == carrier.EndRunaway {
		color = red
	}
	s.line(e.At, "=", color, fmt.Sprintf("the call is over: %s, status %s; %v in all, %v billed", words(e.End.Reason), e.End.Status,
		e.End.Lasted.Round(100*time.Millisecond), e.End.Talked.Round(100*time.Millisecond)))
}

// words says how a call ended.
func words(r carrier.EndReason) string {
	switch r {
	case carrier.EndHangup:
		return "the line hung up"
	case carrier.EndDocument:
		return "the document had no more verbs"
	case carrier.EndTransfer:
		return "the conversation is over"
	case carrier.EndCallerHangup:
		return "you hung up"
	case carrier.EndRejected:
		return "the line rejected it"
	case carrier.EndApology:
		return "the carrier apologised for an error of the application"
	case carrier.EndSpoken:
		return "the answer was no document"
	case carrier.EndTimeLimit:
		return "the longest time for a call was up"
	case carrier.EndRunaway:
		return "too many documents without anything from you"
	}
	return string(r)
}

func (s *Screen) other(e carrier.Entry) {
	switch e.Kind {
	case carrier.KindStatus:
		if text := status(e); text != "" {
			s.line(e.At, " ", dim, text)
		}
	case carrier.KindKey:
		s.line(e.At, sideOf(e.Leg), cyan, e.Text)
	case carrier.KindSpeech:
		text := e.Text
		if text == "" {
			text = "(speaks)"
		}
		s.line(e.At, sideOf(e.Leg), cyan, "“"+text+"”")
	case carrier.KindBridge:
		s.line(e.At, "=", green, "you talk to "+e.Text)
	case carrier.KindUnbridge:
		s.line(e.At, "=", plain, "the conversation is over ("+e.Text+")")
	case carrier.KindQueue:
		s.line(e.At, " ", plain, "you wait in the queue "+e.Text)
	case carrier.KindConference:
		s.line(e.At, " ", plain, "you are in the conference "+e.Text)
	case carrier.KindPay:
		s.line(e.At, " ", plain, "the line asks for a card")
	case carrier.KindSession:
		s.line(e.At, " ", plain, "a machine has the call: "+e.Text)
	case carrier.KindRefer:
		s.line(e.At, " ", plain, "you are sent to "+e.Text)
	case carrier.KindSms:
		s.line(e.At, " ", plain, "a message is sent to "+e.Text)
	}
}

func sideOf(leg int) string {
	if leg > 0 {
		return ">"
	}
	return "›"
}

func status(e carrier.Entry) string {
	if e.Leg == 0 {
		switch e.Text {
		case "ringing":
			return "calling"
		case "in-progress":
			return "the line answers"
		}
		return ""
	}
	switch e.Text {
	case "ringing":
		return ""
	case "in-progress":
		return "the other side answers"
	case "completed":
		return ""
	}
	return "the other side: " + e.Text
}

// exchange shows a request and its answer.
func (s *Screen) exchange(e carrier.Entry) {
	x := e.Exchange
	s.endWords()
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %s  (%s)\n", strings.Repeat(" ", 9), x.Method, x.URL, x.For)
	if x.Method == "POST" {
		for _, p := range x.Params {
			if p.Value != "" {
				fmt.Fprintf(&b, "            %s=%s\n", p.Name, carrier.Printable(p.Value))
			}
		}
	}
	switch {
	case x.Err != "":
		fmt.Fprintf(&b, "          ← %s\n", carrier.Printable(x.Err))
	default:
		fmt.Fprintf(&b, "          ← %d %s, %d bytes, %v%s\n", x.Status, carrier.Printable(x.ContentType), len(x.Body), x.Took.Round(10*time.Microsecond), cached(x))
		for line := range strings.SplitSeq(strings.TrimRight(carrier.Printable(string(x.Body)), "\n"), "\n") {
			fmt.Fprintf(&b, "            %s\n", line)
		}
	}
	fmt.Fprint(s.Out, s.paint(dim, strings.TrimRight(b.String(), "\n"))+"\n")
}

func cached(x *carrier.Exchange) string {
	if x.Cached {
		return ", from the cache"
	}
	return ""
}

// words writes words one by one; endWords ends the line.
func (s *Screen) words(at time.Duration, text string) {
	if !s.open {
		fmt.Fprint(s.Out, s.paint(dim, fmt.Sprintf("%s  <  ", stamp(at))))
	}
	s.open = true
	fmt.Fprint(s.Out, s.paint(bold, carrier.Printable(text))+" ")
}

func (s *Screen) endWords() {
	if s.open {
		fmt.Fprintln(s.Out)
	}
	s.open = false
}
