package cli

import (
	"fmt"
	"time"

	"github.com/callgate/callgate/internal/config"
)

// trial is a route that is observed, or was.
type trial struct {
	key   string // in the configuration
	route config.Route
	until time.Time
}

// trials returns the routes that have a trial.
func trials(c *config.Config) (list []trial) {
	for i, r := range c.Routes {
		if r.Observe != nil {
			until, _ := config.ParseUntil(r.Observe.Until) // the configuration was checked
			list = append(list, trial{fmt.Sprintf("routes[%d].observe.until", i), r, until})
		}
	}
	return list
}

// endedTrials are faults when a configuration is checked before it is used. A server
// starts with them, because one that starts again must answer calls; it enforces.
func endedTrials(c *config.Config, now time.Time) (faults []error) {
	for _, t := range trials(c) {
		if !now.Before(t.until) {
			faults = append(faults, c.Fault(t.key, t.route.Observe.Until+" has passed, so that the route enforces; remove observe, or give a later date"))
		}
	}
	return faults
}

// warnOfTrials says at the start, and on reload, which routes are on trial.
func (s *serving) warnOfTrials(c *config.Config) {
	for _, fault := range endedTrials(c, time.Now()) {
		s.log.Warn("a trial is over", "fault", fault.Error())
	}
	for _, t := range trials(c) {
		if !time.Now().Before(t.until) {
			continue
		}
		attrs := []any{"route", t.route.Path, "until", t.until.UTC().Format(time.RFC3339)}
		if reason := t.route.Observe.InsecureAdmitRefused; reason != "" {
			s.log.Warn("a route is observed and admits what it would refuse", append(attrs, "reason", reason)...)
			continue
		}
		s.log.Info("a route is observed", attrs...)
	}
}
