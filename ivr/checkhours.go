package ivr

import (
	"fmt"
	"slices"
	"time"
)

// daysAhead is how far clock changes are looked for: a year has both of them.
const daysAhead = 366

// checkSchedules looks at each schedule by itself.
func (k *checker) checkSchedules() {
	for i := range k.p.flow.Schedules {
		s := &k.p.flow.Schedules[i]
		field := fmt.Sprintf("schedules.%d", i)
		zone, err := loadZone(s.Zone)
		if err != nil {
			continue // it did not compile
		}
		k.checkIntervals(s, field, zone)
		k.checkPast(s, field, zone)
	}
}

func (k *checker) schedule(rule Rule, field, format string, args ...any) {
	k.add(Finding{Rule: rule, Severity: Warning, Field: field, Message: fmt.Sprintf(format, args...)})
}

func (k *checker) checkIntervals(s *Schedule, field string, zone *time.Location) {
	type of struct {
		weekSpan
		field string
	}
	var all []of
	for i, in := range s.Week {
		at := fmt.Sprintf("%s.week.%d", field, i)
		if in.From == in.To {
			k.schedule(HoursEmpty, at, "the interval ends when it begins: for a whole day write 00:00 to 24:00")
			continue
		}
		for _, d := range in.Days {
			all = append(all, of{weekSpan{int(d)*minutesPerDay + int(in.From), int(d)*minutesPerDay + in.end()}, at})
		}
		k.checkGap(in, at, zone)
	}
	slices.SortStableFunc(all, func(a, b of) int { return a.from - b.from })
	for i := range all {
		for j := range all {
			// The same week and the one after, into which the last night reaches.
			later := all[j].from
			if j <= i {
				later += minutesPerWeek
			}
			if later < all[i].to && i != j {
				k.schedule(HoursOverlap, all[j].field, "the interval overlaps with another on %v: join the two", time.Weekday(all[j].from/minutesPerDay))
			}
		}
	}
	for i, e := range s.Exceptions {
		for j, sp := range e.Hours {
			if sp.From == sp.To {
				k.schedule(HoursEmpty, fmt.Sprintf("%s.exceptions.%d.hours.%d", field, i, j), "the time ends when it begins: for a day without hours leave them out")
			}
		}
	}
}

// checkGap looks for an hour that is skipped when clocks go forward.
func (k *checker) checkGap(in Interval, field string, zone *time.Location) {
	today := k.now.In(zone)
	for d := range daysAhead {
		on := today.AddDate(0, 0, d)
		if !slices.Contains(in.Days, on.Weekday()) {
			continue
		}
		for _, minute := range []int{int(in.From), in.end()} {
			t := time.Date(on.Year(), on.Month(), on.Day(), 0, minute, 0, 0, zone)
			if minute %= minutesPerDay; t.Hour()*60+t.Minute() != minute {
				k.schedule(HoursGap, field, "%02d:%02d does not exist on %s, when clocks in %v go forward", minute/60, minute%60, t.Format("2006-01-02"), zone)
				return
			}
		}
	}
}

func (k *checker) checkPast(s *Schedule, field string, zone *time.Location) {
	now := k.now.In(zone)
	past := func(d Day) bool {
		return d.Year != 0 && time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, zone).AddDate(0, 0, 1).Before(now)
	}
	for i, h := range s.Holidays {
		if past(h.Day) {
			k.schedule(HoursPast, fmt.Sprintf("%s.holidays.%d", field, i), "the holiday %s is over: take it out, or write it without a year", h.Name)
		}
	}
	for i, e := range s.Exceptions {
		if past(e.Day) {
			k.schedule(HoursPast, fmt.Sprintf("%s.exceptions.%d", field, i), "this exception is over: take it out")
		}
	}
}

// checkHours wants every exit of an Hours node to be possible.
func (k *checker) checkHours(n *node, h *hoursStepper) {
	s := h.schedule
	opens := s.opens()
	switch {
	case !opens:
		k.at(n, HoursEmpty, Warning, "open", "the schedule %s is never open, so that this exit is never taken", s.name)
	case s.alwaysOpen():
		k.at(n, HoursEmpty, Warning, "closed", "the schedule %s is always open, so that this exit is never taken", s.name)
	}
	if h.holiday != h.closed && len(s.holidays) == 0 {
		k.at(n, HoursEmpty, Warning, "holiday", "the schedule %s has no holidays, so that this exit is never taken", s.name)
	}
}

func (s *schedule) opens() bool {
	for _, w := range s.week {
		if w.from < w.to {
			return true
		}
	}
	for _, spans := range s.exceptions {
		for _, sp := range spans {
			if sp.From != sp.To {
				return true
			}
		}
	}
	return false
}

// alwaysOpen reports whether the week has no closed minute and no day is special.
func (s *schedule) alwaysOpen() bool {
	if len(s.holidays) > 0 || len(s.exceptions) > 0 {
		return false
	}
	for minute := range minutesPerWeek {
		dayBefore := (minute/minutesPerDay + 6) % 7
		late := dayBefore*minutesPerDay + minutesPerDay + minute%minutesPerDay
		if !s.regular(minute, true) && !s.regular(late, false) {
			return false
		}
	}
	return true
}
