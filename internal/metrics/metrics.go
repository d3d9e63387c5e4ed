// Package metrics counts and times requests for Prometheus.
//
//	callgate_requests_total{route,outcome,reason}  requests by what became of them
//	callgate_rescues_total{route,rescue}           rescue documents given to callers
//	callgate_request_duration_seconds{route}       from the request's headers to the answer
//	callgate_visits_total{route,tag}               calls that came to nodes with a tag
//	callgate_explanations_total{cause,outcome}     why signatures failed, for those that were explained
//	callgate_reloads_total{result}                 readings of the configuration: "ok", "failed"
//	callgate_configuration_ok                      1 unless the last reading failed
//	callgate_build_info{version}                   1
//
// and the Go runtime's and the process's own. Every label has a bounded set of values:
// routes are those of the configuration, tags those of its flows, outcomes, reasons and kinds of rescue are closed lists.
// No label holds anything that a client sent.
package metrics

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/callgate/callgate"
)

// Metrics are the counts of one server.
type Metrics struct {
	registry  *prometheus.Registry
	requests  *prometheus.CounterVec
	rescues   *prometheus.CounterVec
	durations *prometheus.HistogramVec
	visits    *prometheus.CounterVec
	causes    *prometheus.CounterVec
	reloads   *prometheus.CounterVec
	config    prometheus.Gauge

	mu      sync.Mutex
	waiting []counted
}

// counted is what of an event is counted.
type counted struct {
	route, outcome, reason, rescue string
	duration                       time.Duration
}

// maxWaiting bounds the events that wait to be counted together: most are like the one
// before, whose counters need not be looked up again.
const maxWaiting = 64

// buckets are in seconds. An answer takes milliseconds; the gate's deadline is 10 s, and
// the carrier hangs up at 15.
var buckets = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 15}

// New makes the metrics of a server of this version.
func New(version string) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "callgate_requests_total", Help: "Requests by route, outcome and the reason of the outcome.",
		}, []string{"route", "outcome", "reason"}),
		rescues: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "callgate_rescues_total", Help: "Rescue documents given to callers.",
		}, []string{"route", "rescue"}),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "callgate_request_duration_seconds", Help: "Time from a request's headers to the end of its answer.",
			Buckets: buckets,
		}, []string{"route"}),
		visits: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "callgate_visits_total", Help: "Calls that came to nodes of flows with a tag, once for each time they came.",
		}, []string{"route", "tag"}),
		causes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "callgate_explanations_total", Help: "Requests that were refused, or would have been on an observed route, by why their signature failed: a few of each sender a minute.",
		}, []string{"cause", "outcome"}),
		reloads: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "callgate_reloads_total", Help: "Readings of the configuration after the start, by result.",
		}, []string{"result"}),
		config: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "callgate_configuration_ok", Help: "1 unless the last reading of the configuration failed and an older one is in use.",
		}),
	}
	build := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "callgate_build_info", Help: "The version that runs.",
	}, []string{"version"})
	build.WithLabelValues(version).Set(1)
	m.config.Set(1)
	m.reloads.WithLabelValues(reloadOK)
	m.reloads.WithLabelValues(reloadFailed)
	m.registry.MustRegister(m.requests, m.rescues, m.durations, m.visits, m.causes, m.reloads, m.config, build,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Observe counts a request, at the latest when somebody looks.
func (m *Metrics) Observe(_ context.Context, e *callgate.Event) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.waiting = append(m.waiting, counted{e.Route, string(e.Outcome), string(e.Reason), string(e.Rescue), e.Duration})
	if len(m.waiting) >= maxWaiting {
		m.count()
	}
}

// count counts what waits.
func (m *Metrics) count() {
	waiting := m.waiting
	m.waiting = m.waiting[:0]
	var requests prometheus.Counter // of the one before, which most are like
	var durations prometheus.Observer
	var before counted
	for i := range waiting {
		c := &waiting[i]
		if requests == nil || c.route != before.route || c.outcome != before.outcome || c.reason != before.reason {
			requests = m.requests.WithLabelValues(c.route, c.outcome, c.reason)
			durations = m.durations.WithLabelValues(c.route)
			before = *c
		}
		requests.Inc()
		durations.Observe(c.duration.Seconds())
		if c.rescue != string(callgate.RescuedNot) {
			m.rescues.WithLabelValues(c.route, c.rescue).Inc()
		}
	}
}

// countAll counts what waits, for somebody who looks.
func (m *Metrics) countAll() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.count()
}

// Visited counts a call that came to a node with a tag.
func (m *Metrics) Visited(route, tag string) { m.visits.WithLabelValues(route, tag).Inc() }

// NotExplained stands in the place of a cause for requests that were too many to be
// explained.
const NotExplained = "not-explained"

// Explained counts a request that was refused, or observed, by the cause that was
// found, one of a closed list.
func (m *Metrics) Explained(cause string, outcome callgate.Outcome) {
	m.causes.WithLabelValues(cause, string(outcome)).Inc()
}

const (
	reloadOK     = "ok"
	reloadFailed = "failed"
)

// Reloaded counts a reading of the configuration, which failed unless err is nil.
func (m *Metrics) Reloaded(err error) {
	if err != nil {
		m.reloads.WithLabelValues(reloadFailed).Inc()
		m.config.Set(0)
		return
	}
	m.reloads.WithLabelValues(reloadOK).Inc()
	m.config.Set(1)
}

// Handler answers with the metrics.
func (m *Metrics) Handler() http.Handler {
	page := promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.countAll()
		page.ServeHTTP(w, r)
	})
}
