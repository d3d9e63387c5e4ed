package requestlog

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/callgate/callgate"
)

// NewJSON makes a log of requests with the lines that New writes to a
// slog.JSONHandler, but puts them together itself: what a handler does for a dozen
// attributes takes longer than checking a signature. A line of the level Error does
// not wait in the buffer, nor do those before it.
func NewJSON(to *Buffer) *Log { return &Log{json: to} }

// jsonLine is a line in the making.
type jsonLine []byte

// jsonLines are used again.
var jsonLines = sync.Pool{New: func() any { return new(jsonLine) }}

func (b *Buffer) observe(e *callgate.Event) {
	line := jsonLines.Get().(*jsonLine)
	defer jsonLines.Put(line)
	level := levelOf(e.Outcome)
	*line = append((*line)[:0], `{"time":"`...)
	*line = e.Start.Add(e.Duration).AppendFormat(*line, time.RFC3339Nano)
	*line = append(*line, '"')
	line.text(slog.LevelKey, level.String())
	line.text(slog.MessageKey, message)
	describe(e, line)
	*line = append(*line, "}\n"...)
	// As with package slog, there is nobody to tell that the log cannot be written.
	_, _ = b.Write(*line)
	if level >= slog.LevelError {
		_ = b.Flush()
	}
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
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c > '~' {
			return false
		}
	}
	return true
}

func (l *jsonLine) integer(key string, n int64) {
	l.key(key)
	*l = strconv.AppendInt(*l, n, 10)
}

func (l *jsonLine) decimal(key string, x float64) {
	l.key(key)
	*l = strconv.AppendFloat(*l, x, 'f', -1, 64)
}
