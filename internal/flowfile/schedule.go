package flowfile

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/callgate/callgate/ivr"
)

func schedules(to *[]ivr.Schedule) shape {
	return namesInOrder(to, "the name of a schedule", namePattern, func(name string, s *ivr.Schedule) shape {
		s.Name = name
		return object{ref: "schedule", what: "a schedule", fields: []field{
			{key: "zone", need: required, shape: words(&s.Zone), doc: "The time zone, such as America/New_York."},
			{key: "week", shape: week(&s.Week), doc: "The regular hours: days, and the times at which the line is open."},
			{key: "holidays", shape: holidays(&s.Holidays), doc: "Days on which the line is closed, and what they are called."},
			{key: "exceptions", shape: exceptions(&s.Exceptions), doc: "Days with other hours than usual. They come before holidays."},
			{key: "override", shape: word(&s.Override, ivr.ForceOpen, ivr.ForceClosed, ivr.ForceHoliday), doc: "What the line is whatever the clock says, until this is taken out again."},
		}}
	})
}

// Forms of days, times and dates.
const (
	dayPattern   = `(mon|tue|wed|thu|fri|sat|sun)`
	rangePattern = dayPattern + `(-` + dayPattern + `)?`
	daysPattern  = `^` + rangePattern + `(, *` + rangePattern + `)*$`

	timePattern  = `[0-9]{1,2}:[0-9]{2}`
	spanPattern  = timePattern + ` ?- ?` + timePattern
	spansPattern = `^` + spanPattern + `(, *` + spanPattern + `)*$`
	hoursPattern = `^(closed|` + spanPattern + `(, *` + spanPattern + `)*)$`

	datePattern = `^([0-9]{4}-)?[0-9]{2}-[0-9]{2}$`
)

// closed is the word for a day without hours.
const closed = "closed"

func week(to *[]ivr.Interval) shape {
	return names{want: "a day or several, such as mon-fri or sat,sun,", pattern: daysPattern, entry: func(key string) (string, shape) {
		return strconv.Itoa(len(*to)), scalar{
			want: "a time or several, such as 08:00-12:00, 13:00-17:00,", types: text, pattern: spansPattern,
			set: func(s string) error {
				spans, err := parseSpans(s)
				for _, span := range spans {
					*to = append(*to, ivr.Interval{Days: parseDays(key), Span: span})
				}
				return err
			},
		}
	}}
}

func holidays(to *[]ivr.Holiday) shape {
	m := namesInOrder(to, "a date, such as 2026-12-24, or 12-24 for every year,", datePattern, func(name string, h *ivr.Holiday) shape {
		h.Day, _ = parseDay(name)
		return words(&h.Name)
	})
	m.check = isDay
	return m
}

func exceptions(to *[]ivr.Exception) shape {
	m := namesInOrder(to, "a date, such as 2026-12-24, or 12-24 for every year,", datePattern, func(name string, e *ivr.Exception) shape {
		e.Day, _ = parseDay(name)
		return scalar{
			want: "a time or several, such as 08:00-12:00, or the word closed", types: text, pattern: hoursPattern,
			set: func(s string) error {
				if s == closed {
					return nil
				}
				spans, err := parseSpans(s)
				e.Hours = spans
				return err
			},
		}
	})
	m.check = isDay
	return m
}

func isDay(r *reader, p pair) {
	if _, err := parseDay(p.key.Value); err != nil {
		r.fault(WrongValue, p.key, "%v", err)
	}
}

// week days in the order of time.Weekday.
var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// parseDays reads what daysPattern admits. A range may go over the end of the week.
func parseDays(s string) []time.Weekday {
	var days []time.Weekday
	for part := range strings.SplitSeq(s, ",") {
		from, to, isRange := strings.Cut(strings.TrimSpace(part), "-")
		day := slices.Index(weekdays, from)
		last := day
		if isRange {
			last = slices.Index(weekdays, to)
		}
		for ; day != last; day = (day + 1) % len(weekdays) {
			days = append(days, time.Weekday(day))
		}
		days = append(days, time.Weekday(last))
	}
	return days
}

// parseSpans reads what spansPattern admits.
func parseSpans(s string) ([]ivr.Span, error) {
	var spans []ivr.Span
	for part := range strings.SplitSeq(s, ",") {
		from, to, _ := strings.Cut(part, "-")
		var span ivr.Span
		for _, end := range []struct {
			text string
			to   *ivr.ClockTime
		}{{from, &span.From}, {to, &span.To}} {
			t, err := parseClock(strings.TrimSpace(end.text))
			if err != nil {
				return nil, err
			}
			*end.to = t
		}
		spans = append(spans, span)
	}
	return spans, nil
}

func parseClock(s string) (ivr.ClockTime, error) {
	h, m, _ := strings.Cut(s, ":")
	hour, _ := strconv.Atoi(h)
	minute, _ := strconv.Atoi(m)
	if minute > 59 || 60*hour+minute > 24*60 {
		return 0, fmt.Errorf("%s is no time of the day: write it from 00:00 to 24:00", s)
	}
	return ivr.ClockTime(60*hour + minute), nil
}

// parseDay reads what datePattern admits, and refuses days that do not exist.
func parseDay(s string) (ivr.Day, error) {
	// A leap year, so that 29 February can be a day of every year that has it.
	full, year := "2024-"+s, 0
	if len(s) == len(time.DateOnly) {
		full = s
	}
	t, err := time.Parse(time.DateOnly, full)
	if err != nil {
		return ivr.Day{}, fmt.Errorf("%s is no day of the calendar", s)
	}
	if full == s {
		year = t.Year()
	}
	return ivr.Day{Year: year, Month: t.Month(), Day: t.Day()}, nil
}
