package expr

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

// Type is the type of a value. The zero Type is that of no value.
type Type uint8

// The types.
const (
	Text Type = iota + 1
	Number
	Bool
	Date
)

// String returns the word for the type in flow files.
func (t Type) String() string {
	switch t {
	case Text:
		return "text"
	case Number:
		return "number"
	case Bool:
		return "bool"
	case Date:
		return "date"
	}
	return "none"
}

// ParseType reads the word for a type.
func ParseType(s string) (Type, error) {
	for t := Text; t <= Date; t++ {
		if s == t.String() {
			return t, nil
		}
	}
	return 0, fmt.Errorf("%q is no type: write text, number, bool or date", s)
}

// MaxNumber bounds numbers in size. Up to there every whole number is exact, and
// its digits stay few enough for a bound on the size of a call's state.
const MaxNumber = 1e15

// dateLayout is ISO 8601, whose order as text is the order in time.
const dateLayout = "2006-01-02"

// Value is a text, number, bool or date. The zero Value is none of them: a
// variable that was not set. Values can be compared with ==.
type Value struct {
	typ  Type
	text string // of a Text, or of a Date as dateLayout
	num  float64
}

// TextValue makes a text.
func TextValue(s string) Value { return Value{typ: Text, text: s} }

// NumberValue makes a number, within ±MaxNumber and rounded to six decimals.
// What is no number becomes 0.
func NumberValue(f float64) Value {
	switch {
	case math.IsNaN(f):
		f = 0
	case f > MaxNumber:
		f = MaxNumber
	case f < -MaxNumber:
		f = -MaxNumber
	case f != math.Trunc(f):
		f = math.Round(f*decimals) / decimals
	}
	return Value{typ: Number, num: f + 0} // + 0 turns -0 into 0
}

// decimals is the precision of fractions: 0.1 + 0.2 is 0.3.
const decimals = 1e6

// BoolValue makes a bool.
func BoolValue(b bool) Value {
	if b {
		return Value{typ: Bool, num: 1}
	}
	return Value{typ: Bool}
}

// DateValue makes a date of a day; the time of day and the zone are dropped.
func DateValue(t time.Time) Value { return Value{typ: Date, text: t.Format(dateLayout)} }

// ParseDate reads a date such as "2026-03-02".
func ParseDate(s string) (Value, error) {
	t, err := time.Parse(dateLayout, s)
	if err != nil {
		return Value{}, fmt.Errorf("%q is no date: write it as 2026-03-02", s)
	}
	return DateValue(t), nil
}

// Type returns the type; 0 for the zero Value.
func (v Value) Type() Type { return v.typ }

// Text returns a text, "" for any other type.
func (v Value) Text() string {
	if v.typ != Text {
		return ""
	}
	return v.text
}

// Number returns a number, 0 for any other type.
func (v Value) Number() float64 {
	if v.typ != Number {
		return 0
	}
	return v.num
}

// Bool returns a bool, false for any other type.
func (v Value) Bool() bool { return v.typ == Bool && v.num != 0 }

// Date returns a date as midnight UTC, the zero Time for any other type.
func (v Value) Date() time.Time {
	if v.typ != Date {
		return time.Time{}
	}
	t, _ := time.Parse(dateLayout, v.text)
	return t
}

// String writes the value as it is spoken, and put into URLs: a number without
// exponent, a date as 2026-03-02.
func (v Value) String() string {
	switch v.typ {
	case Text, Date:
		return v.text
	case Number:
		return strconv.FormatFloat(v.num, 'f', -1, 64)
	case Bool:
		return strconv.FormatBool(v.num != 0)
	}
	return ""
}

// Parse reads a value of type t from text: what String writes. It is strict, and
// its errors do not quote the text, which may be secret.
func (t Type) Parse(s string) (Value, error) {
	switch t {
	case Text:
		return TextValue(s), nil
	case Number:
		f, err := strconv.ParseFloat(s, 64)
		if err != nil || math.IsNaN(f) || math.Abs(f) > MaxNumber {
			return Value{}, fmt.Errorf("not a number between -%.0f and %.0f", MaxNumber, MaxNumber)
		}
		return NumberValue(f), nil
	case Bool:
		if s != "true" && s != "false" {
			return Value{}, fmt.Errorf("neither true nor false")
		}
		return BoolValue(s == "true"), nil
	case Date:
		v, err := ParseDate(s)
		if err != nil {
			return Value{}, fmt.Errorf("not a date such as 2026-03-02")
		}
		return v, nil
	}
	return Value{}, fmt.Errorf("no type")
}

// less reports whether v comes before w; both are numbers or both dates.
func (v Value) less(w Value) bool {
	if v.typ == Date {
		return v.text < w.text
	}
	return v.num < w.num
}
