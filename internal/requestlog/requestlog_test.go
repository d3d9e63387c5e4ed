package requestlog_test

import (
	"errors"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/internal/leaktest"
	"github.com/callgate/callgate/internal/requestlog"
)

func TestObserve(t *testing.T) {
	refusal := callgate.Refuse(callgate.ReasonMismatch, "tried 1 key")
	for name, c := range map[string]struct {
		event callgate.Event
		want  string
	}{
		"accepted": {
			callgate.Event{
				Outcome: callgate.OutcomeAccepted, Route: "/", Method: "POST", Status: 200, Bytes: 321,
				CallSid: "CA1", Verified: true, Account: "AC1", Key: "main", Form: callgate.FormAsReceived,
				Duration: 1500 * time.Microsecond,
			},
			`{"level":"INFO","msg":"request","outcome":"accepted","route":"/","method":"POST","status":200,"call":"CA1","account":"AC1","key":"main","bytes":321,"milliseconds":1.5}`,
		},
		"accepted, in another spelling": {
			callgate.Event{Outcome: callgate.OutcomeAccepted, Verified: true, Form: "port-removed"},
			`{"level":"INFO","msg":"request","outcome":"accepted","status":0,"form":"port-removed","bytes":0,"milliseconds":0}`,
		},
		"refused": {
			callgate.Event{
				Outcome: callgate.OutcomeRefused, Reason: callgate.ReasonMismatch, Detail: "tried 1 key",
				Rescue: callgate.RescuedWithDocument, Route: "/", Status: 200, Account: "AC2", Key: "not verified", Err: refusal,
			},
			`{"level":"WARN","msg":"request","outcome":"refused","reason":"mismatch","detail":"tried 1 key","rescue":"document","route":"/","status":200,"bytes":0,"milliseconds":0}`,
		},
		"observed": {
			callgate.Event{
				Outcome: callgate.OutcomeObserved, Reason: callgate.ReasonMismatch, Detail: "tried 1 key", Route: "/", Status: 200,
				ObservedUntil: time.Date(2026, 12, 31, 1, 0, 0, 0, time.FixedZone("", 3600)), Observed: refusal,
			},
			`{"level":"WARN","msg":"request","outcome":"observed","reason":"mismatch","detail":"tried 1 key","observed_until":"2026-12-31T00:00:00Z","route":"/","status":200,"bytes":0,"milliseconds":0}`,
		},
		"observed, and then rescued": {
			callgate.Event{
				Outcome: callgate.OutcomeRescued, Reason: callgate.ReasonPanic,
				ObservedUntil: time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC), Observed: refusal,
			},
			`{"level":"ERROR","msg":"request","outcome":"rescued","reason":"panic","observed_until":"2026-12-31T00:00:00Z","observed":"mismatch","status":0,"bytes":0,"milliseconds":0}`,
		},
		"rescued": {
			callgate.Event{Outcome: callgate.OutcomeRescued, Reason: callgate.ReasonPanic, Err: errors.New("panic in f")},
			`{"level":"ERROR","msg":"request","outcome":"rescued","reason":"panic","status":0,"error":"panic in f","bytes":0,"milliseconds":0}`,
		},
		"failed": {
			callgate.Event{Outcome: callgate.OutcomeFailed, Status: 500},
			`{"level":"ERROR","msg":"request","outcome":"failed","status":500,"bytes":0,"milliseconds":0}`,
		},
		"gone": {
			callgate.Event{Outcome: callgate.OutcomeGone, Reason: callgate.ReasonGone},
			`{"level":"WARN","msg":"request","outcome":"gone","reason":"gone","status":0,"bytes":0,"milliseconds":0}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			record := leaktest.Record(t)
			requestlog.New(slog.New(withoutTime(record))).Observe(t.Context(), &c.event)
			if got := strings.TrimSpace(record.Text()); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// NewJSON writes what New and a slog.JSONHandler write, in the same order.
func TestJSON(t *testing.T) {
	start := time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.FixedZone("", 3600))
	base := callgate.Event{Outcome: callgate.OutcomeAccepted, Route: "/", Method: "POST", Status: 200, Bytes: 321,
		CallSid: "CA1", Verified: true, Account: "AC1", Key: "main", Form: callgate.FormAsReceived, Start: start}
	for name, change := range map[string]func(*callgate.Event){
		"accepted":   func(*callgate.Event) {},
		"form":       func(e *callgate.Event) { e.Form = "port-removed" },
		"refused":    func(e *callgate.Event) { e.Outcome, e.Reason, e.Verified = callgate.OutcomeRefused, "mismatch", false },
		"failed":     func(e *callgate.Event) { e.Outcome, e.Err = callgate.OutcomeFailed, errors.New("broken") },
		"gone":       func(e *callgate.Event) { e.Outcome = callgate.OutcomeGone },
		"quotes":     func(e *callgate.Event) { e.Detail = `a "b" \ <&> c` },
		"controls":   func(e *callgate.Event) { e.Detail = "a\n\t\x00\x7f" },
		"not ASCII":  func(e *callgate.Event) { e.Route = "/España\u2028😀" },
		"not UTF-8":  func(e *callgate.Event) { e.Detail = "a\xffb" },
		"nanosecond": func(e *callgate.Event) { e.Duration = 1 },
		"slow":       func(e *callgate.Event) { e.Duration = 15*time.Second + 1 },
		"round":      func(e *callgate.Event) { e.Duration = 1500 * time.Microsecond },
		"whole":      func(e *callgate.Event) { e.Duration = 20 * time.Millisecond },
		"minutes":    func(e *callgate.Event) { e.Duration = time.Hour + 10*time.Nanosecond },
		"elsewhere":  func(e *callgate.Event) { e.Start = start.UTC() },
		"on time":    func(e *callgate.Event) { e.Start = start.Truncate(time.Second) },
		"half past":  func(e *callgate.Event) { e.Start = start.Truncate(time.Second).Add(time.Second / 2) },
	} {
		t.Run(name, func(t *testing.T) {
			e := base
			change(&e)
			sameLine(t, &e)
		})
	}
}

// TestJSONBytes has every byte at every place of a text that is looked at eight by eight.
func TestJSONBytes(t *testing.T) {
	for c := range 256 {
		if c == '\b' || c == '\f' {
			continue // package json has shorter names for them
		}
		for at := range 10 {
			text := []byte("0123456789")
			text[at] = byte(c)
			sameLine(t, &callgate.Event{Outcome: callgate.OutcomeRefused, Detail: string(text)})
		}
	}
}

// sameLine compares the two ways to write an event.
func sameLine(t *testing.T, e *callgate.Event) {
	t.Helper()
	want, got := leaktest.Record(t), leaktest.Record(t)
	b := requestlog.NewBuffer(got)
	requestlog.NewJSON(b).Observe(t.Context(), e)
	b.Close()
	end := e.Start.Add(e.Duration)
	requestlog.New(slog.New(slog.NewJSONHandler(want, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			a.Value = slog.TimeValue(end)
		}
		return a
	}}))).Observe(t.Context(), e)
	if got.Text() != want.Text() {
		t.Errorf("got\n%s\nwant\n%s", got.Text(), want.Text())
	}
}

// The line of a failure is not held back.
func TestJSONPrompt(t *testing.T) {
	var w writes
	l := requestlog.NewJSON(requestlog.NewBuffer(&w))
	l.Observe(t.Context(), &callgate.Event{Outcome: callgate.OutcomeAccepted})
	if len(w.all) != 0 {
		t.Errorf("%q", w.all)
	}
	l.Observe(t.Context(), &callgate.Event{Outcome: callgate.OutcomeFailed})
	if len(w.all) != 1 || strings.Count(w.all[0], "\n") != 2 {
		t.Errorf("%q", w.all)
	}
}

func withoutTime(w io.Writer) slog.Handler {
	return slog.NewJSONHandler(w, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}})
}

// A log that takes errors only is not given what is below.
func TestObserveLevel(t *testing.T) {
	record := leaktest.Record(t)
	l := requestlog.New(slog.New(slog.NewTextHandler(record, &slog.HandlerOptions{Level: slog.LevelError})))
	l.Observe(t.Context(), &callgate.Event{Outcome: callgate.OutcomeAccepted})
	l.Observe(t.Context(), &callgate.Event{Outcome: callgate.OutcomeRefused})
	if got := record.Text(); got != "" {
		t.Errorf("got %s", got)
	}
}

// unsayable is an error that panics when it is asked what it is.
type unsayable struct{}

func (unsayable) Error() string { panic("unsayable") }

// Lines of events come in the order of the log, and an error that panics takes no line
// but its own with it.
func TestJSONOrder(t *testing.T) {
	out := leaktest.Record(t)
	b := requestlog.NewBuffer(out)
	l := requestlog.NewJSON(b)
	for i, outcome := range []callgate.Outcome{callgate.OutcomeAccepted, callgate.OutcomeGone, callgate.OutcomeAccepted} {
		e := &callgate.Event{Outcome: outcome, Status: i}
		if outcome == callgate.OutcomeGone {
			e.Err = unsayable{}
		}
		l.Observe(t.Context(), e)
	}
	if _, err := b.Write([]byte("of the server\n")); err != nil {
		t.Fatal(err)
	}
	l.Observe(t.Context(), &callgate.Event{Outcome: callgate.OutcomeAccepted, Status: 3})
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	var got []string
	for line := range strings.Lines(out.Text()) {
		_, status, _ := strings.Cut(line, `"status":`)
		status, _, _ = strings.Cut(status, ",")
		got = append(got, status)
	}
	if !slices.Equal(got, []string{"0", "2", "", "3"}) {
		t.Errorf("%q: %s", got, out.Text())
	}
}
