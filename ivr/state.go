package ivr

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/callgate/callgate/ivr/expr"
)

// State is where a call is in a flow, between two webhooks. The zero State is a
// call that begins. A State is never changed; Step returns a new one.
type State struct {
	version Version
	step    uint64 // the number of the next step
	began   uint64 // hours since 1970
	node    target // that waits
	phase   uint8  // of a node that asks several questions
	noInput uint8
	noMatch uint8
	count   uint8 // polls, or targets rung
	lang    uint8
	capped  bool // MaxSteps was reached
	stack   []target
	history []target
	lookup  lookupID
	vars    []binding // ordered by slot
	parent  string    // the call that this one, of a dialled person, belongs to
}

// lookupID names a look-up that goes on over several steps.
type lookupID struct{ step, nth uint64 }

// binding is a variable that has a value.
type binding struct {
	slot  int
	value expr.Value
}

// Version returns the version of the program that the state belongs to.
func (s *State) Version() Version { return s.version }

// Step returns the number of the next step, from 0.
func (s *State) Step() int { return int(s.step) }

// Version identifies a program by its content.
type Version uint64

// String writes the version as 16 hexadecimal digits.
func (v Version) String() string { return fmt.Sprintf("%016x", uint64(v)) }

// slot returns the value of a variable.
func (s *State) slot(n int) expr.Value {
	if i, ok := findSlot(s.vars, n); ok {
		return s.vars[i].value
	}
	return expr.Value{}
}

func findSlot(vars []binding, n int) (int, bool) {
	return slices.BinarySearchFunc(vars, n, func(b binding, n int) int { return b.slot - n })
}

// hours is the unit of the time of issue. It is this coarse, and the call's rather
// than the step's, because a repeated webhook comes later than the first and must
// get the same bytes.
func hours(t time.Time) uint64 { return uint64(max(0, t.Unix()/3600)) }

const (
	// MaxAge is how old a state may be: longer than the longest call, 24 hours.
	MaxAge = 25 * time.Hour
	// maxSkew is how far the clocks of two machines of a fleet may differ.
	maxSkew = 2 * time.Hour
)

// The types of value in a state. A whole number is much shorter than a fraction.
const (
	wireText byte = iota + 1
	wireInt
	wireFloat
	wireFalse
	wireTrue
	wireDate
)

// append writes the state. The form belongs to this package alone: the version of
// the program stands in front, and a form that changes must change the versions.
func (s *State) append(b []byte) []byte {
	b = binary.BigEndian.AppendUint64(b, uint64(s.version))
	for _, n := range []uint64{s.step, s.began, uint64(s.node)} {
		b = binary.AppendUvarint(b, n)
	}
	capped := byte(0)
	if s.capped {
		capped = 1
	}
	b = append(b, s.phase, s.noInput, s.noMatch, s.count, s.lang, capped)
	b = appendTargets(b, s.stack)
	b = appendTargets(b, s.history)
	b = binary.AppendUvarint(b, s.lookup.step)
	b = binary.AppendUvarint(b, s.lookup.nth)
	b = appendText(b, s.parent)
	b = binary.AppendUvarint(b, uint64(len(s.vars)))
	for _, v := range s.vars {
		b = binary.AppendUvarint(b, uint64(v.slot))
		b = appendValue(b, v.value)
	}
	return b
}

func appendTargets(b []byte, ts []target) []byte {
	b = binary.AppendUvarint(b, uint64(len(ts)))
	for _, t := range ts {
		b = binary.AppendUvarint(b, uint64(t))
	}
	return b
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendValue(b []byte, v expr.Value) []byte {
	switch v.Type() {
	case expr.Number:
		if n := v.Number(); n != math.Trunc(n) {
			return binary.BigEndian.AppendUint64(append(b, wireFloat), math.Float64bits(n))
		}
		return binary.AppendVarint(append(b, wireInt), int64(v.Number()))
	case expr.Bool:
		if v.Bool() {
			return append(b, wireTrue)
		}
		return append(b, wireFalse)
	case expr.Date:
		return binary.AppendVarint(append(b, wireDate), v.Date().Unix()/secondsPerDay)
	}
	return appendText(append(b, wireText), v.Text())
}

const secondsPerDay = 24 * 60 * 60

// The first of January of year 1 and the last of December of 9999, in days from 1970.
const (
	firstDay = -719162
	lastDay  = 2932896
)

// errCorrupt says that a text is no state. It was sealed with our key all the same,
// so it is one of a form that this build does not know.
var errCorrupt = errors.New("not a state of this form")

// decodeState reads what append wrote, and nothing else.
func decodeState(b []byte) (State, error) {
	var s State
	if len(b) < 8 {
		return State{}, errCorrupt
	}
	s.version = Version(binary.BigEndian.Uint64(b))
	d := decoder{b: b[8:]}
	s.step, s.began, s.node = d.uint(), d.uint(), d.target()
	s.phase, s.noInput, s.noMatch, s.count, s.lang = d.byte(), d.byte(), d.byte(), d.byte(), d.byte()
	switch d.byte() {
	case 0:
	case 1:
		s.capped = true
	default:
		d.bad = true
	}
	s.stack = d.targets()
	s.history = d.targets()
	s.lookup = lookupID{d.uint(), d.uint()}
	s.parent = d.text()
	s.vars = d.bindings()
	if d.bad || len(d.b) > 0 {
		return State{}, errCorrupt
	}
	return s, nil
}

// decoder takes values off the front of b. After a fault it yields zeros.
type decoder struct {
	b   []byte
	bad bool
}

func (d *decoder) uint() uint64 {
	n, size := binary.Uvarint(d.b)
	return advance(d, n, size)
}

func (d *decoder) int() int64 {
	n, size := binary.Varint(d.b)
	return advance(d, n, size)
}

func advance[N uint64 | int64](d *decoder, n N, size int) N {
	if size <= 0 {
		d.bad, d.b = true, nil
		return 0
	}
	d.b = d.b[size:]
	return n
}

func (d *decoder) byte() byte {
	if len(d.b) == 0 {
		d.bad = true
		return 0
	}
	c := d.b[0]
	d.b = d.b[1:]
	return c
}

func (d *decoder) target() target {
	n := d.uint()
	if n > math.MaxInt32 {
		d.bad = true
		return 0
	}
	return target(n)
}

// length reads the length of something that takes at least one byte each.
func (d *decoder) length() int {
	n := d.uint()
	if n > uint64(len(d.b)) {
		d.bad, d.b = true, nil
		return 0
	}
	return int(n)
}

func (d *decoder) targets() []target {
	n := d.length()
	if n == 0 {
		return nil
	}
	ts := make([]target, n)
	for i := range ts {
		ts[i] = d.target()
	}
	return ts
}

func (d *decoder) text() string {
	n := d.length()
	s := string(d.b[:n])
	d.b = d.b[n:]
	return s
}

func (d *decoder) bindings() []binding {
	n := d.length()
	if n == 0 {
		return nil
	}
	vars := make([]binding, n)
	last := -1
	for i := range vars {
		slot := int(d.target())
		if slot <= last {
			d.bad = true
			return nil
		}
		vars[i] = binding{slot, d.value()}
		last = slot
	}
	return vars
}

func (d *decoder) value() expr.Value {
	switch d.byte() {
	case wireText:
		return expr.TextValue(d.text())
	case wireInt:
		return expr.NumberValue(float64(d.int()))
	case wireFloat:
		if len(d.b) < 8 {
			d.bad = true
			return expr.Value{}
		}
		bits := binary.BigEndian.Uint64(d.b)
		d.b = d.b[8:]
		return expr.NumberValue(math.Float64frombits(bits))
	case wireFalse:
		return expr.BoolValue(false)
	case wireTrue:
		return expr.BoolValue(true)
	case wireDate:
		return d.date()
	}
	d.bad = true
	return expr.Value{}
}

// date reads a day within the years 1 to 9999, those that can be written.
func (d *decoder) date() expr.Value {
	days := d.int()
	if days < firstDay || days > lastDay {
		d.bad = true
		return expr.Value{}
	}
	return expr.DateValue(time.Unix(days*secondsPerDay, 0).UTC())
}
