package callgate

import (
	"errors"
	"fmt"
	"net/http"
	"sync"
)

// answer is the http.ResponseWriter of a handler whose answer is held back until
// it is complete, so that a caller is given a whole answer or the rescue, never
// half of either. After close the handler can write no more.
type answer struct {
	mu       sync.Mutex
	header   http.Header
	body     []byte
	status   int // 0 until it is written
	overflow bool
	closed   bool
	checked  bool // by who wrote it, see WriteDocument
}

var errTooLong = errors.New("callgate: the answer is longer than carriers take")

// answers are used again unless their handler may still be running.
var answers = sync.Pool{New: func() any { return &answer{header: http.Header{}} }}

func newAnswer() *answer { return answers.Get().(*answer) }

// free gives the answer back. The handler must have returned.
func (a *answer) free() {
	if len(a.header) > 0 {
		clear(a.header)
	}
	*a = answer{header: a.header, body: a.body[:0]}
	answers.Put(a)
}

// close ends the writing, and waits for a write that is going on.
func (a *answer) close() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.closed = true
}

// Header is the handler's until it returns. It is not that of the connection:
// a handler that goes on after its deadline must not change what is sent.
func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(status int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if status < 100 || status > 999 {
		panic(fmt.Sprintf("callgate: the handler wrote the status %d", status)) // as net/http does
	}
	// An informational status is followed by the real one; see http.ResponseWriter.
	if a.status == 0 && status >= 200 {
		a.status = status
	}
}

func (a *answer) Write(p []byte) (int, error) {
	if err := a.grow(len(p)); err != nil {
		return 0, err
	}
	defer a.mu.Unlock()
	a.body = append(a.body, p...)
	return len(p), nil
}

// WriteString spares io.WriteString a copy.
func (a *answer) WriteString(s string) (int, error) {
	if err := a.grow(len(s)); err != nil {
		return 0, err
	}
	defer a.mu.Unlock()
	a.body = append(a.body, s...)
	return len(s), nil
}

// WriteDocument takes a whole document from a handler that has made sure that carriers
// can read it, as package twiml does, so that it is not read again. A handler finds it
// by asking for interface{ WriteDocument([]byte) error }, as with http.Flusher; whatever
// else is written is read.
func (a *answer) WriteDocument(doc []byte) error {
	if err := a.grow(len(doc)); err != nil {
		return err
	}
	defer a.mu.Unlock()
	a.checked = len(a.body) == 0
	a.body = append(a.body, doc...)
	return nil
}

// grow locks the answer for n more bytes, unless they may not be written.
func (a *answer) grow(n int) error {
	a.mu.Lock()
	switch {
	case a.closed:
		a.mu.Unlock()
		return http.ErrHandlerTimeout
	case len(a.body)+n > MaxDocument:
		a.overflow = true
		a.mu.Unlock()
		return errTooLong
	}
	if a.status == 0 {
		a.status = http.StatusOK
	}
	a.checked = false
	return nil
}
