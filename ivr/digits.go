package ivr

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/callgate/callgate/ivr/expr"
)

// digitsRule is a compiled Digits.
type digitsRule struct {
	min, max int
	finish   string
	pattern  *regexp.Regexp
	bounds   *Range
	date     *dateRule
}

func (c *nodeCompiler) digits(d *Digits, into *variable) *digitsRule {
	out := &digitsRule{bounds: d.Range, finish: cmp.Or(d.Finish, "#")}
	if d.Date != nil && d.Max == 0 {
		d = &Digits{Min: len(d.Date.Layout), Max: len(d.Date.Layout), Pattern: d.Pattern, Finish: d.Finish, Date: d.Date, Range: d.Range, Luhn: d.Luhn}
	}
	if d.Max == 0 {
		c.fault(InvalidValue, "digits.max", "the number of digits has no max: write how many there are at most")
	}
	out.max = c.within("digits.max", d.Max, maxDigits, 1, maxDigits)
	out.min = c.within("digits.min", d.Min, 1, 1, out.max)
	if out.finish != "#" && out.finish != "*" {
		c.fault(InvalidValue, "digits.finish", "%q cannot end an entry: write # or *", out.finish)
	}
	if d.Luhn || out.min >= minCard && out.max <= maxCard {
		c.fault(CardData, "digits", "this takes payment card numbers, which must not come through here: use the carrier's <Pay> from a Go handler, which hands on a token instead")
	}
	out.pattern = c.pattern("digits.pattern", d.Pattern)
	if r := d.Range; r != nil && r.From > r.To {
		c.fault(InvalidValue, "digits.range", "the range from %d to %d is empty", r.From, r.To)
	}
	if d.Date != nil {
		out.date = c.dateRule(d.Date, out)
	}
	if into.Type == expr.Text && out.max > into.Max {
		c.fault(InvalidValue, "into", "an entry of %d digits does not fit into %s, whose max is %d", out.max, into.Name, into.Max)
	}
	if into.Type == expr.Number && out.max > maxNumberDigits {
		c.fault(InvalidValue, "into", "an entry of %d digits does not fit into a number: keep it as text", out.max)
	}
	return out
}

// maxNumberDigits is how many digits a number has at most, see expr.MaxNumber.
const maxNumberDigits = 15

// takes reports whether a key is an entry of its own, and not a global key.
func (d *digitsRule) takes(key string) bool {
	return d.min == 1 && strings.Trim(key, "0123456789") == ""
}

func (d *digitsRule) read(entry string, typ expr.Type, now time.Time) (expr.Value, entryFault) {
	if strings.Trim(entry, "0123456789") != "" || len(entry) < d.min || len(entry) > d.max {
		return expr.Value{}, entryNoMatch
	}
	if d.pattern != nil && !d.pattern.MatchString(entry) {
		return expr.Value{}, entryInvalid
	}
	if d.date != nil {
		return d.date.read(entry, now)
	}
	// A range is about a number that has at most 15 digits, which is exact.
	n, err := expr.Number.Parse(entry)
	if d.bounds != nil && (err != nil || n.Number() < float64(d.bounds.From) || n.Number() > float64(d.bounds.To)) {
		return expr.Value{}, entryInvalid
	}
	if typ == expr.Number {
		if err != nil {
			return expr.Value{}, entryInvalid
		}
		return n, entryFine
	}
	return expr.TextValue(entry), entryFine
}

// dateRule is a compiled DateRule.
type dateRule struct {
	layout   string
	zone     *time.Location
	from, to *int
}

func (c *nodeCompiler) dateRule(d *DateRule, digits *digitsRule) *dateRule {
	out := &dateRule{layout: d.Layout, zone: time.UTC, from: d.From, to: d.To}
	if !validLayout(d.Layout) {
		c.fault(InvalidValue, "digits.date.layout", "%q is no order of a date: write DD and MM, and YY or YYYY if the year is asked for, each once", d.Layout)
	}
	if digits.min != len(d.Layout) || digits.max != len(d.Layout) {
		c.fault(InvalidValue, "digits.max", "a date as %s has %d digits: leave min and max out", d.Layout, len(d.Layout))
	}
	if d.Zone != "" {
		out.zone = c.zone("digits.date.zone", d.Zone)
	}
	if d.From != nil && d.To != nil && *d.From > *d.To {
		c.fault(InvalidValue, "digits.date.from", "no date is from %d to %d days from today", *d.From, *d.To)
	}
	return out
}

// zone finds a time zone.
func (c *nodeCompiler) zone(field, name string) *time.Location {
	loc, err := loadZone(name)
	if err != nil {
		c.fault(UnknownZone, field, "%q is no time zone: write an IANA name such as Europe/Paris", name)
		return time.UTC
	}
	return loc
}

func loadZone(name string) (*time.Location, error) {
	if name == "" || name == "Local" { // which differ from machine to machine, or mean UTC
		return nil, fmt.Errorf("no zone")
	}
	return time.LoadLocation(name)
}

func validLayout(s string) bool {
	rest := s
	for _, part := range []string{"DD", "MM"} {
		if strings.Count(s, part) != 1 {
			return false
		}
		rest = strings.Replace(rest, part, "", 1)
	}
	return rest == "" || rest == "YY" || rest == "YYYY"
}

// read takes digits as a date. A date that does not exist is of the wrong form.
func (d *dateRule) read(entry string, now time.Time) (expr.Value, entryFault) {
	part := func(name string) int {
		at := strings.Index(d.layout, name)
		if at < 0 {
			return 0
		}
		n, _ := strconv.Atoi(entry[at : at+len(name)]) // they are digits
		return n
	}
	now = now.In(d.zone)
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	month, dayOf := time.Month(part("MM")), part("DD")
	var date time.Time
	switch {
	case strings.Contains(d.layout, "YYYY"):
		date = time.Date(part("YYYY"), month, dayOf, 0, 0, 0, 0, time.UTC)
	case strings.Contains(d.layout, "YY"):
		date = time.Date(fullYear(part("YY"), today.Year()), month, dayOf, 0, 0, 0, 0, time.UTC)
	default:
		date = nextSuchDay(today, month, dayOf)
	}
	if date.Month() != month || date.Day() != dayOf || date.Year() < 1 {
		return expr.Value{}, entryInvalid
	}
	days := int(date.Sub(today).Hours() / 24)
	if d.from != nil && days < *d.from || d.to != nil && days > *d.to {
		return expr.Value{}, entryInvalid
	}
	return expr.DateValue(date), entryFine
}

// fullYear completes a year of two digits: at most ten years from now, otherwise
// in the past.
func fullYear(yy, now int) int {
	year := now/100*100 + yy
	for year > now+10 {
		year -= 100
	}
	for year+100 <= now+10 {
		year += 100
	}
	return year
}

// nextSuchDay is the next day of this month and day from today on; the 29th of
// February may be years away.
func nextSuchDay(today time.Time, month time.Month, dayOf int) time.Time {
	for year := today.Year(); year <= today.Year()+8; year++ {
		date := time.Date(year, month, dayOf, 0, 0, 0, 0, time.UTC)
		if date.Day() == dayOf && !date.Before(today) {
			return date
		}
	}
	return time.Time{}
}
