package callgate

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// MaxObserve is how far ahead Route.ObserveUntil may be: a quarter of a year. A trial
// that nobody ends in that time was forgotten.
const MaxObserve = 92 * 24 * time.Hour

// observing reports whether the route is on trial. When the time is over it enforces,
// because nothing but the clock is asked.
func (r *route) observing(now time.Time) bool { return now.Before(r.observeUntil) }

// observes admits a request without a valid signature where the configuration says
// so, and remembers what it would have been refused for. It is asked about
// signatures alone: what cannot be read, or asks for another host, is refused as ever.
func (g *Gate) observes(v *visit, refusal *Refusal) bool {
	if !v.route.admitRefused || !v.route.observing(g.now()) {
		return false
	}
	v.admission.Observed = refusal
	return true
}

// granted reports whether the access control lists let a request in. One that is only
// observed has no principal but Everyone, for which there need not be an entry; an
// entry that denies it counts.
func (a *Admission) granted() bool {
	return a.Decision.Allowed || a.Observed != nil && a.Decision.Resource == ""
}

// noteObserved writes into an event that the route was on trial, and what the request
// would have been refused for.
func (e *Event) noteObserved(v *visit) {
	if !v.route.observing(v.admission.Received) {
		return
	}
	e.ObservedUntil = v.route.observeUntil
	observed := v.admission.Observed
	if observed == nil || e.Outcome == OutcomeRefused { // for another reason, then
		return
	}
	e.Observed = observed
	if e.Outcome == OutcomeAccepted {
		e.Outcome, e.Reason, e.Detail = OutcomeObserved, observed.Reason, observed.Detail
	}
}

// checkObserve looks at what can be told from a route alone.
func (r Route) checkObserve(f *faults, field string, now func() time.Time) {
	words := strings.TrimSpace(r.InsecureAdmitRefused)
	switch {
	case r.ObserveUntil.IsZero() && r.InsecureAdmitRefused != "":
		f.add(field+".ObserveUntil", "missing: until when are refused requests admitted?")
	case !r.ObserveUntil.IsZero() && r.ObserveUntil.After(now().Add(MaxObserve)):
		f.add(field+".ObserveUntil", "%s is more than %d days ahead; a trial that long is forgotten", r.ObserveUntil.Format(time.DateOnly), MaxObserve/(24*time.Hour))
	case r.InsecureAdmitRefused != "" && words == "":
		f.add(field+".InsecureAdmitRefused", "no reason; say in words why whoever finds the address is admitted until then")
	}
}

// checkAdmitRefused looks at a route that admits what it would refuse, when everything
// inherited is known.
func (c *Config) checkAdmitRefused(f *faults, r *route) {
	if !r.admitRefused {
		return
	}
	i := slices.IndexFunc(c.Routes, func(configured Route) bool { return configured.Path == r.resource.Name })
	say := func(format string, args ...any) {
		f.add(fmt.Sprintf("Routes[%d].InsecureAdmitRefused", i), format, args...)
	}
	switch {
	case r.kind == KindStream:
		say("not for streams: one that was opened without a signature would last beyond the date")
	case r.auth != AuthSignature:
		say("not where a password is asked for: passwords are not on trial, and whoever guesses them must be stopped")
	}
	if d := r.resource.Decide([]Principal{Everyone}, r.permission); d.Resource != "" && !d.Allowed {
		say("the entry %q on %s denies whoever has no signature, on trial too, and so nothing would be admitted; leave one of them out (what no entry allows is denied anyway)", d.Entry, d.Resource)
	}
}
