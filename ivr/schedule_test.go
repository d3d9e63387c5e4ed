package ivr_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/callgate/callgate/ivr"
)

// hoursAt says what a schedule says at a time, by the words of its documentation and
// minute by minute: the hours of a day begin on that day and may end on the next; an
// exception stands in the place of a day's hours and holiday, a holiday in that of its
// hours.
func hoursAt(s *ivr.Schedule, now time.Time) string {
	zone, err := time.LoadLocation(s.Zone)
	if err != nil {
		panic(err)
	}
	local := now.In(zone)
	minute := ivr.ClockTime(local.Hour()*60 + local.Minute())
	today := time.Date(local.Year(), local.Month(), local.Day(), 12, 0, 0, 0, time.UTC)
	spans, holiday := hoursOf(s, today)
	for _, span := range spans {
		if span.From <= minute && (minute < span.To || span.To < span.From) {
			return "open"
		}
	}
	before, _ := hoursOf(s, today.AddDate(0, 0, -1))
	for _, span := range before {
		if span.To < span.From && minute < span.To {
			return "open"
		}
	}
	if holiday {
		return "holiday"
	}
	return "closed"
}

// hoursOf are the hours that begin on a day, and whether it is a holiday.
func hoursOf(s *ivr.Schedule, day time.Time) (spans []ivr.Span, holiday bool) {
	is := func(d ivr.Day) bool {
		return d.Month == day.Month() && d.Day == day.Day() && (d.Year == 0 || d.Year == day.Year())
	}
	for _, e := range s.Exceptions {
		if is(e.Day) {
			return e.Hours, false
		}
	}
	for _, h := range s.Holidays {
		if is(h.Day) {
			return nil, true
		}
	}
	for _, in := range s.Week {
		for _, weekday := range in.Days {
			if weekday == day.Weekday() {
				spans = append(spans, in.Span)
			}
		}
	}
	return spans, false
}

func drawSpans(t *rapid.T, name string) []ivr.Span {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) ivr.Span {
		minute := func(most int) ivr.ClockTime { return ivr.ClockTime(15 * rapid.IntRange(0, most/15).Draw(t, "minute")) }
		return ivr.Span{From: minute(23 * 60), To: minute(24 * 60)}
	}), 0, 3).Draw(t, name)
}

// drawSchedule makes a schedule of the days round a week in which clocks change in
// Europe, and on another date in America.
func drawSchedule(t *rapid.T) ivr.Schedule {
	s := ivr.Schedule{Name: "s", Zone: rapid.SampledFrom([]string{"Europe/Paris", "America/New_York", "Asia/Kathmandu", "Pacific/Apia", "UTC"}).Draw(t, "zone")}
	for _, span := range drawSpans(t, "week") {
		days := rapid.SliceOfNDistinct(rapid.IntRange(0, 6), 1, 7, rapid.ID).Draw(t, "days")
		in := ivr.Interval{Span: span}
		for _, d := range days {
			in.Days = append(in.Days, time.Weekday(d))
		}
		s.Week = append(s.Week, in)
	}
	day := func(name string) ivr.Day {
		return ivr.Day{Year: 2026, Month: time.March, Day: rapid.IntRange(24, 31).Draw(t, name)}
	}
	if rapid.Bool().Draw(t, "a holiday") {
		s.Holidays = []ivr.Holiday{{Day: day("holiday"), Name: "feast"}}
	}
	if rapid.Bool().Draw(t, "an exception") {
		s.Exceptions = []ivr.Exception{{Day: day("exception"), Hours: drawSpans(t, "hours")}}
	}
	return s
}

// TestHoursAreThoseOfTheSchedule: whatever the hours, the zone and the minute.
func TestHoursAreThoseOfTheSchedule(t *testing.T) {
	seen := map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		s := drawSchedule(rt)
		f := lineOf(&ivr.Hours{Schedule: "s", Open: "open", Closed: "closed", Holiday: "holiday"},
			hangup("open", "open"), hangup("closed", "closed"), hangup("holiday", "holiday"))
		f.Schedules = []ivr.Schedule{s}
		c := newCall(t, f)
		for range 20 {
			minutes := rapid.IntRange(0, 9*24*60).Draw(rt, "minutes")
			c.now = time.Date(2026, time.March, 23, 0, 0, 0, 0, time.UTC).Add(time.Duration(minutes) * time.Minute)
			want := hoursAt(&s, c.now)
			if got := c.dial().heard(); got != want {
				rt.Fatalf("%v in %s: %s, want %s\n%+v", c.now, s.Zone, got, want, s)
			}
			seen[want]++
		}
	})
	if len(seen) < 3 {
		t.Errorf("only %v were seen: the generator is of no use", seen)
	}
}
