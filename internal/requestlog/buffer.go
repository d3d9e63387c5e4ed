package requestlog

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/callgate/callgate"
)

const (
	// flushInterval is how long a line may wait. Nobody who reads a log notices a tenth
	// of a second, and a busy server writes hundreds of lines at once.
	flushInterval = 100 * time.Millisecond
	// bufferSize is when lines do not wait: about 200 of them.
	bufferSize = 64 << 10
	// maxEvents bounds the events that wait to become lines, and hold their requests.
	maxEvents = 64
)

// Buffer gathers lines and writes many at once, because a system call for each line
// costs more than checking the signature of the request that the line is about.
// Nothing is lost as long as Close is called at the end; a process that is killed loses
// what came in the last tenth of a second.
type Buffer struct {
	mu     sync.Mutex
	to     io.Writer
	lines  jsonLine
	events []*callgate.Event // whose lines come after those
	second second
	timer  *time.Timer
	// waiting: the timer runs, for the first line or event that waits.
	waiting, closed bool
}

// NewBuffer makes a buffer in front of a writer.
func NewBuffer(to io.Writer) *Buffer { return &Buffer{to: to} }

// Write takes a line. The error is that of writing it together with those before it, if
// that was due.
func (b *Buffer) Write(line []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.writeEvents()
	b.lines = append(b.lines, line...)
	return len(line), b.wait()
}

// observe takes an event, whose line is written later: its error is asked what it is by
// whoever writes, under the lock. There is nobody to tell that it cannot be written, as
// with package slog.
func (b *Buffer) observe(e *callgate.Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.events = append(b.events, e)
	if len(b.events) == maxEvents {
		b.writeEvents()
	}
	if levelOf(e.Outcome) >= slog.LevelError {
		_ = b.flush()
	} else {
		_ = b.wait()
	}
}

func (b *Buffer) writeEvents() {
	for _, e := range b.events {
		b.writeEvent(e)
	}
	clear(b.events) // which hold their requests
	b.events = b.events[:0]
}

// writeEvent leaves out an event with an error that panics when it is asked what it is:
// nobody is there to catch it.
func (b *Buffer) writeEvent(e *callgate.Event) {
	before := len(b.lines)
	defer func() {
		if recover() != nil {
			b.lines = b.lines[:before]
		}
	}()
	b.lines.line(e, &b.second)
}

// wait flushes when that is due, now or later.
func (b *Buffer) wait() error {
	switch {
	case b.closed || len(b.lines) >= bufferSize:
		return b.flush()
	case b.waiting:
	case b.timer == nil:
		b.timer = time.AfterFunc(flushInterval, func() { _ = b.Flush() })
	default:
		b.timer.Reset(flushInterval)
	}
	b.waiting = true
	return nil
}

// Flush writes what waits.
func (b *Buffer) Flush() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.flush()
}

func (b *Buffer) flush() error {
	b.writeEvents()
	b.waiting = false
	if len(b.lines) == 0 {
		return nil
	}
	_, err := b.to.Write(b.lines)
	b.lines = b.lines[:0]
	return err
}

// Close writes what waits. Lines that come later are written at once.
func (b *Buffer) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	if b.timer != nil {
		b.timer.Stop()
	}
	return b.flush()
}

// Prompt returns a handler that writes with h, which writes to b, and does not let
// lines of this level and above wait, nor those before them.
func (b *Buffer) Prompt(h slog.Handler, level slog.Level) slog.Handler { return prompt{h, b, level} }

type prompt struct {
	slog.Handler
	buffer *Buffer
	level  slog.Level
}

func (p prompt) Handle(ctx context.Context, r slog.Record) error {
	err := p.Handler.Handle(ctx, r)
	if r.Level >= p.level {
		if flushed := p.buffer.Flush(); err == nil {
			err = flushed
		}
	}
	return err
}

func (p prompt) WithAttrs(attrs []slog.Attr) slog.Handler {
	return prompt{p.Handler.WithAttrs(attrs), p.buffer, p.level}
}

func (p prompt) WithGroup(name string) slog.Handler {
	return prompt{p.Handler.WithGroup(name), p.buffer, p.level}
}
