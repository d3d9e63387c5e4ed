package requestlog

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"time"
)

const (
	// flushInterval is how long a line may wait. Nobody who reads a log notices a tenth
	// of a second, and a busy server writes hundreds of lines at once.
	flushInterval = 100 * time.Millisecond
	// bufferSize is when lines do not wait: about 200 of them.
	bufferSize = 64 << 10
)

// Buffer gathers lines and writes many at once, because a system call for each line
// costs more than checking the signature of the request that the line is about.
// Nothing is lost as long as Close is called at the end; a process that is killed loses
// what came in the last tenth of a second.
type Buffer struct {
	mu     sync.Mutex
	to     io.Writer
	lines  []byte
	timer  *time.Timer
	closed bool
}

// NewBuffer makes a buffer in front of a writer.
func NewBuffer(to io.Writer) *Buffer { return &Buffer{to: to} }

// Write takes a line. The error is that of writing it together with those before it, if
// that was due.
func (b *Buffer) Write(line []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return b.to.Write(line)
	}
	b.lines = append(b.lines, line...)
	if len(b.lines) >= bufferSize {
		return len(line), b.flush()
	}
	switch {
	case b.timer == nil:
		b.timer = time.AfterFunc(flushInterval, func() { _ = b.Flush() })
	case len(b.lines) == len(line): // the first that waits
		b.timer.Reset(flushInterval)
	}
	return len(line), nil
}

// Flush writes what waits.
func (b *Buffer) Flush() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.flush()
}

func (b *Buffer) flush() error {
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
