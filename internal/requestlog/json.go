package requestlog

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strconv"
	"time"

	"github.com/callgate/callgate"
)

// NewJSON makes a log of requests with the lines that New writes to a
// slog.JSONHandler, but puts them together itself: what a handler does for a dozen
// attributes takes longer than checking a signature. It makes many lines at once, for
// which code and data are at hand then, from events that wait in the buffer. A line of
// the level Error does not wait there, nor do those before it.
func NewJSON(to *Buffer) *Log { return &Log{json: to} }

// jsonLine is a line in the making.
type jsonLine []byte

// second is one as it stands in lines, which many of them have in common.
type second struct {
	unix       int64
	location   *time.Location
	text, zone []byte
}

// when writes a time, as package slog does: with as many digits of the second as it has.
func (l *jsonLine) when(t time.Time, s *second) {
	if s.unix != t.Unix() || s.location != t.Location() {
		s.unix, s.location = t.Unix(), t.Location()
		s.text = t.AppendFormat(s.text[:0], "2006-01-02T15:04:05")
		s.zone = t.AppendFormat(s.zone[:0], "Z07:00")
	}
	*l = append(*l, s.text...)
	l.fraction(int64(t.Nanosecond()), int64(time.Second))
	*l = append(*l, s.zone...)
}

// line writes the line of an event.
func (l *jsonLine) line(e *callgate.Event, s *second) {
	*l = append(*l, `{"time":"`...)
	l.when(e.Start.Add(e.Duration), s)
	*l = append(*l, '"')
	l.text(slog.LevelKey, levelOf(e.Outcome).String())
	l.text(slog.MessageKey, message)
	describe(e, l)
	*l = append(*l, "}\n"...)
}

// key writes a name that needs no escapes.
func (l *jsonLine) key(key string) {
	*l = append(append(append(*l, `,"`...), key...), `":`...)
}

func (l *jsonLine) text(key, value string) {
	l.key(key)
	if isPlain(value) {
		*l = append(append(append(*l, '"'), value...), '"')
		return
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(value) // any string can be encoded
	*l = append(*l, bytes.TrimSuffix(b.Bytes(), []byte("\n"))...)
}

// isPlain reports whether a text stands in JSON as it is.
func isPlain(s string) bool {
	for ; len(s) >= 8; s = s[8:] {
		if !isPlainEight(s) {
			return false
		}
	}
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c > '~' {
			return false
		}
	}
	return true
}

// isPlainEight is isPlain for the first eight bytes.
func isPlainEight(s string) bool {
	const each = 0x0101010101010101
	_ = s[7]
	x := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
	// The highest bit of a byte is set by borrowing: what is below a space does, and a
	// quotation mark or a backslash that was made zero. DEL sets it by one more, and what
	// is beyond ASCII has it.
	return (x|(x-each*' ')|((x^each*'"')-each)|((x^each*'\\')-each)|(x+each))&(each*0x80) == 0
}

func (l *jsonLine) integer(key string, n int64) {
	l.key(key)
	*l = strconv.AppendInt(*l, n, 10)
}

// milliseconds writes what a float64 of them would be, which is slower to write.
func (l *jsonLine) milliseconds(key string, d time.Duration) {
	l.key(key)
	*l = strconv.AppendInt(*l, int64(d/time.Millisecond), 10)
	l.fraction(int64(d%time.Millisecond), int64(time.Millisecond))
}

// fraction writes a part of a whole, which is a power of ten, behind a point and without
// zeros at the end.
func (l *jsonLine) fraction(part, whole int64) {
	if part == 0 {
		return
	}
	at := len(*l)
	*l = strconv.AppendInt(*l, whole+part, 10) // all zeros, and a one in the place of the point
	(*l)[at] = '.'
	*l = bytes.TrimRight(*l, "0")
}
