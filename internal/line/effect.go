package line

import (
	"context"
	"sync"
	"time"

	"github.com/callgate/callgate/ivr"
)

// patience is how long a webhook waits for the results of effects, all together. The
// carrier gives up after 15 seconds and the gate after 10; a caller who hears nothing
// for longer than this thinks that the line is dead.
const patience = 5 * time.Second

// do does an effect and returns how it went.
func (c *call) do(ctx context.Context, effect ivr.Effect) ivr.Result {
	switch e := effect.(type) {
	case *ivr.Lookup:
		return c.lookUp(ctx, e)
	case *ivr.Booking:
		return c.keep(e.Key, "booking", e.Node, booking{
			Key: e.Key, Type: "booking", At: e.At.UTC(), Node: e.Node,
			List: e.List, Number: e.Number, Language: e.Language, Note: e.Note, Slot: e.Slot,
		})
	case *ivr.Message:
		return c.keep(e.Key, "voicemail", e.Node, message{
			Key: e.Key, Type: "voicemail", At: c.now().UTC(), Node: e.Node,
			Mailbox: e.Mailbox, Notify: e.Notify, From: e.From, Language: e.Language,
			URL: e.URL, Sid: e.Sid, Seconds: e.Seconds, Ready: e.Ready,
		})
	case *ivr.Remember:
		c.line.Languages.Set(e.From, e.Language)
	}
	return ivr.Result{Key: effect.IdempotencyKey()}
}

func (c *call) lookUp(ctx context.Context, e *ivr.Lookup) ivr.Result {
	if c.line.Lookups == nil {
		c.log().Warn("look-up failed", "node", e.Node, "error", "no hosts are configured")
		return ivr.Result{Key: e.Key, Outcome: ivr.Failed}
	}
	result, err := c.line.Lookups.Do(ctx, e)
	if err != nil {
		c.log().Warn("look-up failed", "node", e.Node, "error", err)
	}
	return result
}

// keep writes an entry to the outbox.
func (c *call) keep(key, what, node string, entry any) ivr.Result {
	if c.line.Outbox == nil {
		c.log().Error(what+" is lost", "node", node, "error", "no outbox is configured")
		return ivr.Result{Key: key, Outcome: ivr.Failed}
	}
	if err := c.line.Outbox.Put(key, entry); err != nil {
		c.log().Error(what+" is lost", "node", node, "error", err)
		return ivr.Result{Key: key, Outcome: ivr.Failed}
	}
	return ivr.Result{Key: key}
}

// booking and message are lines of the outbox.
type booking struct {
	Key      string    `json:"key"`
	Type     string    `json:"type"`
	At       time.Time `json:"at"`
	Node     string    `json:"node"`
	List     string    `json:"list,omitempty"`
	Number   string    `json:"number"`
	Language string    `json:"language"`
	Note     string    `json:"note,omitempty"`
	Slot     string    `json:"slot,omitempty"`
}

type message struct {
	Key      string    `json:"key"`
	Type     string    `json:"type"`
	At       time.Time `json:"at"`
	Node     string    `json:"node"`
	Mailbox  string    `json:"mailbox,omitempty"`
	Notify   string    `json:"notify,omitempty"`
	From     string    `json:"from"`
	Language string    `json:"language"`
	URL      string    `json:"url"`
	Sid      string    `json:"sid,omitempty"`
	Seconds  int       `json:"seconds"`
	Ready    bool      `json:"ready"`
}

// maxRemembered bounds the callers whose language is kept.
const maxRemembered = 100_000

// Languages remembers which language callers chose, for as long as the server runs.
// The zero value knows nobody, and a nil one never will.
type Languages struct {
	mu     sync.Mutex
	byFrom map[string]string
}

func (l *Languages) of(from string) string {
	if l == nil {
		return ""
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.byFrom[from]
}

// Set keeps the language that a caller has chosen.
func (l *Languages) Set(from, language string) {
	if l == nil || from == "" {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.byFrom == nil || len(l.byFrom) >= maxRemembered {
		l.byFrom = map[string]string{} // forget all: it is a convenience
	}
	l.byFrom[from] = language
}
