package metrics_test

import (
	"bufio"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/internal/leaktest"
	"github.com/callgate/callgate/internal/metrics"
)

// page returns the lines of the metrics that are ours.
func page(t *testing.T, m *metrics.Metrics) map[string]bool {
	t.Helper()
	rec := httptest.NewRecorder()
	m.Handler().ServeHTTP(rec, httptest.NewRequest("GET", "/metrics", nil))
	if rec.Code != 200 {
		t.Fatalf("status %d", rec.Code)
	}
	leaktest.Record(t).Write(rec.Body.Bytes())
	lines := map[string]bool{}
	for s := bufio.NewScanner(rec.Body); s.Scan(); {
		if strings.HasPrefix(s.Text(), "callgate_") {
			lines[s.Text()] = true
		}
	}
	return lines
}

func TestMetrics(t *testing.T) {
	m := metrics.New("v1.2.3")
	for _, e := range []callgate.Event{
		{Outcome: callgate.OutcomeAccepted, Route: "/", Duration: 3 * time.Millisecond, CallSid: "CA1"},
		{Outcome: callgate.OutcomeAccepted, Route: "/", Duration: 3 * time.Second},
		{Outcome: callgate.OutcomeRefused, Reason: callgate.ReasonMismatch, Rescue: callgate.RescuedWithDocument, Route: "/a"},
		{Outcome: callgate.OutcomeRescued, Reason: callgate.ReasonPanic, Rescue: callgate.RescuedWithLastResort, Route: "/a"},
	} {
		m.Observe(t.Context(), &e)
	}
	lines := page(t, m)
	for _, want := range []string{
		`callgate_requests_total{outcome="accepted",reason="",route="/"} 2`,
		`callgate_requests_total{outcome="refused",reason="mismatch",route="/a"} 1`,
		`callgate_requests_total{outcome="rescued",reason="panic",route="/a"} 1`,
		`callgate_rescues_total{rescue="document",route="/a"} 1`,
		`callgate_rescues_total{rescue="last-resort",route="/a"} 1`,
		`callgate_request_duration_seconds_bucket{route="/",le="0.0025"} 0`,
		`callgate_request_duration_seconds_bucket{route="/",le="0.005"} 1`,
		`callgate_request_duration_seconds_bucket{route="/",le="5"} 2`,
		`callgate_request_duration_seconds_sum{route="/"} 3.003`,
		`callgate_reloads_total{result="ok"} 0`,
		`callgate_reloads_total{result="failed"} 0`,
		`callgate_configuration_ok 1`,
		`callgate_build_info{version="v1.2.3"} 1`,
	} {
		if !lines[want] {
			t.Errorf("there is no line %s", want)
		}
	}
}

func TestReloaded(t *testing.T) {
	m := metrics.New("v1")
	m.Reloaded(errors.New("wrong"))
	if lines := page(t, m); !lines[`callgate_configuration_ok 0`] || !lines[`callgate_reloads_total{result="failed"} 1`] {
		t.Error("a failure is not seen")
	}
	m.Reloaded(nil)
	if lines := page(t, m); !lines[`callgate_configuration_ok 1`] || !lines[`callgate_reloads_total{result="ok"} 1`] {
		t.Error("a success is not seen")
	}
}

// Nothing that waits to be counted is missing where somebody looks.
func TestCountedTogether(t *testing.T) {
	m := metrics.New("v1")
	for n := 1; n <= 130; n++ {
		m.Observe(t.Context(), &callgate.Event{Outcome: callgate.OutcomeAccepted, Route: "/", Duration: time.Second})
		if n != 1 && n != 64 && n != 130 {
			continue
		}
		lines := page(t, m)
		for _, want := range []string{
			fmt.Sprintf(`callgate_requests_total{outcome="accepted",reason="",route="/"} %d`, n),
			fmt.Sprintf(`callgate_request_duration_seconds_count{route="/"} %d`, n),
		} {
			if !lines[want] {
				t.Errorf("there is no line %s", want)
			}
		}
	}
}
