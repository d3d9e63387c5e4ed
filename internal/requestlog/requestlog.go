// Package requestlog writes one line of the log for each request that the gate saw.
//
// A line holds what a callgate.Event holds, which was made to be logged: numbers are
// masked, and there are no digits, no speech, no query, no body and no signature.
package requestlog

import (
	"context"
	"log/slog"
	"time"

	"github.com/callgate/callgate"
)

// Log writes events to a log. The level is Info for what was accepted, Warn for what
// was refused, or would have been, or whose sender went away, and Error when a caller had to be rescued from
// a failure of ours.
type Log struct {
	to   *slog.Logger
	json *Buffer // instead of to
}

// New makes a log of requests.
func New(to *slog.Logger) *Log { return &Log{to: to} }

// Observe writes the line of an event.
func (l *Log) Observe(ctx context.Context, e *callgate.Event) {
	if l.json != nil {
		l.json.observe(e)
		return
	}
	level := levelOf(e.Outcome)
	if !l.to.Enabled(ctx, level) {
		return
	}
	var list attrs
	describe(e, &list)
	l.to.LogAttrs(ctx, level, message, list...)
}

// message is that of each line.
const message = "request"

func levelOf(o callgate.Outcome) slog.Level {
	switch o {
	case callgate.OutcomeAccepted:
		return slog.LevelInfo
	case callgate.OutcomeRefused, callgate.OutcomeObserved, callgate.OutcomeGone:
		return slog.LevelWarn
	}
	return slog.LevelError
}

// fields takes the attributes of a line, one after another.
type fields interface {
	text(key, value string)
	integer(key string, n int64)
	milliseconds(key string, d time.Duration)
}

// describe lists what there is to say; what is empty is left out.
func describe(e *callgate.Event, to fields) {
	text := func(key, value string) {
		if value != "" {
			to.text(key, value)
		}
	}
	to.text("outcome", string(e.Outcome))
	text("reason", string(e.Reason))
	text("detail", e.Detail)
	if !e.ObservedUntil.IsZero() {
		text("observed_until", e.ObservedUntil.UTC().Format(time.RFC3339))
	}
	if e.Observed != nil && e.Outcome != callgate.OutcomeObserved { // what became of it then is the outcome
		text("observed", string(e.Observed.Reason))
	}
	text("rescue", string(e.Rescue))
	text("route", e.Route)
	text("method", e.Method)
	to.integer("status", int64(e.Status))
	text("call", e.CallSid)
	if e.Verified {
		text("account", e.Account)
		text("key", e.Key)
	}
	if e.Form != callgate.FormAsReceived {
		text("form", string(e.Form)) // a proxy or a setting has drifted
	}
	if e.Err != nil && e.Outcome != callgate.OutcomeRefused { // a refusal is its reason and detail
		text("error", e.Err.Error())
	}
	to.integer("bytes", e.Bytes)
	to.milliseconds("milliseconds", e.Duration)
}

// attrs are fields for package slog.
type attrs []slog.Attr

func (a *attrs) text(key, value string)      { *a = append(*a, slog.String(key, value)) }
func (a *attrs) integer(key string, n int64) { *a = append(*a, slog.Int64(key, n)) }
func (a *attrs) milliseconds(key string, d time.Duration) {
	*a = append(*a, slog.Float64(key, float64(d)/float64(time.Millisecond)))
}
