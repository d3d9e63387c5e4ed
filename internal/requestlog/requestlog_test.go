package requestlog_test

import (
	"errors"
	"io"
	"log/slog"
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
			requestlog.New(slog.New(withoutTime(record))).Observe(t.Context(), c.event)
			if got := strings.TrimSpace(record.Text()); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
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
	l.Observe(t.Context(), callgate.Event{Outcome: callgate.OutcomeAccepted})
	l.Observe(t.Context(), callgate.Event{Outcome: callgate.OutcomeRefused})
	if got := record.Text(); got != "" {
		t.Errorf("got %s", got)
	}
}
