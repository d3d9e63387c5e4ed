package ivr

import (
	"cmp"
	"fmt"
	"time"
)

// Schedule is opening hours in a time zone.
type Schedule struct {
	Name string
	// Zone is an IANA name such as "America/New_York". Required: "local" time is
	// that of whatever machine answers.
	Zone string
	// Week are the regular hours.
	Week []Interval
	// Holidays are days on which the line is closed.
	Holidays []Holiday
	// Exceptions are days with other hours than usual. They come before Holidays.
	Exceptions []Exception
	// Override opens or closes the line whatever the clock says, until it is taken
	// out again. One in the Event comes before it.
	Override Override
}

// Interval is a time of some days of the week.
type Interval struct {
	Days []time.Weekday
	Span
}

// Span is a time of the day, from From up to and not including To. A To that is
// earlier than From is on the next day: {22:00, 06:00} is a night. {00:00, 24:00} is a
// whole day.
type Span struct{ From, To ClockTime }

// ClockTime is a time of the day in minutes after midnight, at most 24:00.
type ClockTime int

// Holiday is a day.
type Holiday struct {
	Day  Day
	Name string
}

// Exception is a day with hours of its own; none is closed.
type Exception struct {
	Day   Day
	Hours []Span
}

// Day is a date. A Year of 0 is every year.
type Day struct {
	Year  int
	Month time.Month
	Day   int
}

// Override is what a schedule says regardless of the clock.
type Override string

// The overrides. The zero Override leaves it to the clock.
const (
	ForceOpen    Override = "open"
	ForceClosed  Override = "closed"
	ForceHoliday Override = "holiday"
)

// schedule is a compiled Schedule.
type schedule struct {
	name       string
	zone       *time.Location
	week       []weekSpan
	holidays   map[Day]string
	exceptions map[Day][]Span
	override   Override
}

// weekSpan is a time of the week in minutes after Sunday midnight. To may be beyond
// the end of the week.
type weekSpan struct{ from, to int }

const (
	minutesPerDay  = 24 * 60
	minutesPerWeek = 7 * minutesPerDay
)

// end is when a span ends, in minutes of the day on which it begins.
func (s Span) end() int {
	if s.To < s.From {
		return int(s.To) + minutesPerDay
	}
	return int(s.To)
}

// status is what a schedule says: open, closed, or the name of a holiday.
type status struct {
	open    bool
	holiday bool
	name    string
}

// at returns what the schedule says at a time.
func (s *schedule) at(now time.Time, override Override) status {
	switch cmp.Or(override, s.override) {
	case ForceOpen:
		return status{open: true}
	case ForceClosed:
		return status{}
	case ForceHoliday:
		return status{holiday: true}
	}
	now = now.In(s.zone)
	minute := now.Hour()*60 + now.Minute()
	if s.openedYesterday(now, minute) {
		return status{open: true}
	}
	today := dayOf(now)
	if spans, ok := s.exception(today); ok {
		return status{open: covers(spans, minute)}
	}
	if name, ok := s.holiday(today); ok {
		return status{holiday: true, name: name}
	}
	return status{open: s.regular(int(now.Weekday())*minutesPerDay+minute, true)}
}

// openedYesterday reports whether hours that began yesterday still last: a night
// belongs to the day on which it begins.
func (s *schedule) openedYesterday(now time.Time, minute int) bool {
	// Noon in UTC: the time of day that it is now may not exist yesterday.
	yesterday := dayOf(time.Date(now.Year(), now.Month(), now.Day()-1, 12, 0, 0, 0, time.UTC))
	if spans, ok := s.exception(yesterday); ok {
		return covers(spans, minute+minutesPerDay)
	}
	if _, ok := s.holiday(yesterday); ok {
		return false
	}
	weekday := (int(now.Weekday()) + 6) % 7
	return s.regular(weekday*minutesPerDay+minute+minutesPerDay, false)
}

// regular reports whether a minute lies in the regular hours of its day. The minute
// counts from Sunday; with today false it is one after the midnight that ends the
// day.
func (s *schedule) regular(minute int, today bool) bool {
	for _, w := range s.week {
		begins := w.from / minutesPerDay
		of := minute / minutesPerDay
		if !today {
			of--
		}
		if begins == of && w.from <= minute && minute < w.to {
			return true
		}
	}
	return false
}

func covers(spans []Span, minute int) bool {
	for _, s := range spans {
		if int(s.From) <= minute && minute < s.end() {
			return true
		}
	}
	return false
}

func dayOf(t time.Time) Day { return Day{t.Year(), t.Month(), t.Day()} }

// everyYear is the day without its year.
func (d Day) everyYear() Day { return Day{0, d.Month, d.Day} }

func (s *schedule) exception(d Day) ([]Span, bool) {
	if spans, ok := s.exceptions[d]; ok {
		return spans, true
	}
	spans, ok := s.exceptions[d.everyYear()]
	return spans, ok
}

func (s *schedule) holiday(d Day) (string, bool) {
	if name, ok := s.holidays[d]; ok {
		return name, true
	}
	name, ok := s.holidays[d.everyYear()]
	return name, ok
}

func (c *compiler) declareSchedules() {
	c.schedules = map[string]*schedule{}
	for i := range c.flow.Schedules {
		s, field := &c.flow.Schedules[i], fmt.Sprintf("schedules.%d", i)
		if !isName(s.Name) {
			c.fault(InvalidValue, "", field+".name", "%q is no name of a schedule: use lower-case letters, digits, - and _", s.Name)
		}
		if c.schedules[s.Name] != nil {
			c.fault(DuplicateName, "", field+".name", "there are two schedules %q", s.Name)
		}
		c.schedules[s.Name] = c.schedule(s, field)
	}
}

func (c *compiler) schedule(s *Schedule, field string) *schedule {
	out := &schedule{name: s.Name, holidays: map[Day]string{}, exceptions: map[Day][]Span{}, override: s.Override}
	var err error
	if out.zone, err = loadZone(s.Zone); err != nil {
		c.fault(UnknownZone, "", field+".zone", "%q is no time zone: write an IANA name such as Europe/Paris", s.Zone)
		out.zone = time.UTC
	}
	c.override(field, s.Override)
	for i := range s.Week {
		out.week = append(out.week, c.interval(fmt.Sprintf("%s.week.%d", field, i), &s.Week[i])...)
	}
	for i, h := range s.Holidays {
		c.day(fmt.Sprintf("%s.holidays.%d", field, i), h.Day)
		if _, dup := out.holidays[h.Day]; dup {
			c.fault(DuplicateName, "", fmt.Sprintf("%s.holidays.%d", field, i), "there are two holidays on this day")
		}
		out.holidays[h.Day] = h.Name
	}
	for i, e := range s.Exceptions {
		at := fmt.Sprintf("%s.exceptions.%d", field, i)
		c.day(at, e.Day)
		for j, sp := range e.Hours {
			c.span(fmt.Sprintf("%s.hours.%d", at, j), sp)
		}
		if _, dup := out.exceptions[e.Day]; dup {
			c.fault(DuplicateName, "", at, "there are two exceptions on this day")
		}
		out.exceptions[e.Day] = e.Hours
	}
	return out
}

// interval checks a time of the week and returns it by day.
func (c *compiler) interval(field string, in *Interval) []weekSpan {
	c.span(field, in.Span)
	if len(in.Days) == 0 {
		c.fault(InvalidValue, "", field+".days", "the interval is on no day")
	}
	var out []weekSpan
	for _, d := range in.Days {
		if d < time.Sunday || d > time.Saturday {
			c.fault(InvalidValue, "", field+".days", "%d is no day of the week", d)
			continue
		}
		out = append(out, weekSpan{int(d)*minutesPerDay + int(in.From), int(d)*minutesPerDay + in.end()})
	}
	return out
}

func (c *compiler) override(field string, o Override) {
	switch o {
	case "", ForceOpen, ForceClosed, ForceHoliday:
	default:
		c.fault(InvalidValue, "", field+".override", "%q is no override: write open, closed or holiday", o)
	}
}

func (c *compiler) span(field string, s Span) {
	if s.From < 0 || s.From >= minutesPerDay || s.To < 0 || s.To > minutesPerDay {
		c.fault(InvalidValue, "", field, "a time of the day is from 00:00 to 24:00")
	}
}

func (c *compiler) day(field string, d Day) {
	year := cmp.Or(d.Year, 2024) // a leap year, for the 29th of February of every year
	t := time.Date(year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
	if dayOf(t) != (Day{year, d.Month, d.Day}) || d.Year < 0 || d.Year > 9999 {
		c.fault(InvalidValue, "", field, "there is no day %04d-%02d-%02d", d.Year, d.Month, d.Day)
	}
}

// hoursStepper is a compiled Hours.
type hoursStepper struct {
	schedule *schedule
	open     target
	closed   target
	holiday  target
	named    map[string]target
}

func (h *Hours) compile(c *nodeCompiler) stepper {
	out := &hoursStepper{schedule: c.schedules[h.Schedule], named: map[string]target{}}
	if out.schedule == nil {
		msg := fmt.Sprintf("there is no schedule %q", h.Schedule)
		if near := nearest(h.Schedule, c.schedules); near != "" {
			msg += ": did you mean " + near + "?"
		}
		c.fault(UndefinedName, "schedule", "%s", msg)
	}
	out.open = c.exit("open", "open", h.Open, ByFlow)
	out.closed = c.exit("closed", "closed", h.Closed, ByFlow)
	out.holiday = c.exitOr("holiday", "holiday", h.Holiday, ByFlow, out.closed)
	for _, name := range sortedKeys(h.Holidays) {
		if out.schedule != nil && !out.schedule.hasHoliday(name) {
			c.fault(UndefinedName, "holidays."+name, "the schedule has no holiday %q", name)
		}
		out.named[name] = c.exit("holidays."+name, name, h.Holidays[name], ByFlow)
	}
	return out
}

func (s *schedule) hasHoliday(name string) bool {
	for _, n := range s.holidays {
		if n == name {
			return true
		}
	}
	return false
}

func (h *hoursStepper) enter(r *run) move {
	now := h.schedule.at(r.ev.Now, r.ev.Overrides[h.schedule.name])
	switch to, ok := h.named[now.name]; {
	case now.open:
		return r.take(h.open, "open")
	case ok && now.holiday:
		return r.take(to, now.name)
	case now.holiday:
		return r.take(h.holiday, "holiday")
	}
	return r.take(h.closed, "closed")
}

func (h *hoursStepper) resume(r *run) move { return r.misplaced() }
