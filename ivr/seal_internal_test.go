package ivr

import (
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/callgate/callgate/ivr/expr"
)

// drawState makes a state of any content that a program can have. Lists without
// elements are nil, as in states that come out of a URL.
func drawState(t *rapid.T) State {
	targets := func(name string, most int) (list []target) {
		for _, n := range rapid.SliceOfN(rapid.Int32Range(0, 1<<31-1), 0, most).Draw(t, name) {
			list = append(list, target(n))
		}
		return list
	}
	s := State{
		version: Version(rapid.Uint64().Draw(t, "version")),
		step:    rapid.Uint64Range(0, 1000).Draw(t, "step"),
		began:   hours(sealedAt),
		node:    target(rapid.Int32Range(0, 1<<31-1).Draw(t, "node")),
		phase:   rapid.Byte().Draw(t, "phase"), noInput: rapid.Byte().Draw(t, "silences"), noMatch: rapid.Byte().Draw(t, "mistakes"),
		count: rapid.Byte().Draw(t, "count"), lang: rapid.Byte().Draw(t, "language"), capped: rapid.Bool().Draw(t, "capped"),
		stack: targets("stack", 5), history: targets("history", maxBack),
		lookup: lookupID{rapid.Uint64().Draw(t, "look-up"), rapid.Uint64().Draw(t, "nth")},
	}
	slots := rapid.SliceOfNDistinct(rapid.IntRange(0, 5000), 0, 10, rapid.ID).Draw(t, "slots")
	slices.Sort(slots)
	for _, slot := range slots {
		s.vars = append(s.vars, binding{slot, drawValue(t)})
	}
	return s
}

func drawValue(t *rapid.T) expr.Value {
	switch rapid.IntRange(0, 4).Draw(t, "type") {
	case 0:
		return expr.TextValue(rapid.StringN(0, 40, 80).Draw(t, "text"))
	case 1:
		// What an entry can be: whole numbers of up to 15 digits are exact.
		return expr.NumberValue(float64(rapid.Int64Range(-1e15+1, 1e15-1).Draw(t, "whole")))
	case 2:
		return expr.NumberValue(rapid.Float64Range(-1e15, 1e15).Draw(t, "number"))
	case 3:
		return expr.BoolValue(rapid.Bool().Draw(t, "bool"))
	}
	day := rapid.Int64Range(firstDay, lastDay).Draw(t, "day")
	return expr.DateValue(time.Unix(day*secondsPerDay, 0).UTC())
}

var sealedAt = time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)

// A sealed state opens in its own call, with its key or after a rotation, as what it was,
// and in no other way: not with any character changed, left out or added.
func TestSealedStates(t *testing.T) {
	before, after, stranger := mustSealer(t, "old"), mustSealer(t, "new", "old"), mustSealer(t, "new")
	own := Leg{CallSid: "CA1"}
	rapid.Check(t, func(rt *rapid.T) {
		s := drawState(rt)
		sealed, err := before.seal(&s, callContext("CA1"))
		if err != nil {
			var large *StateError
			if !errors.As(err, &large) || large.Reason != TooLarge {
				rt.Fatal(err)
			}
			return
		}
		if again, _ := before.seal(&s, callContext("CA1")); again != sealed {
			rt.Fatalf("the same state is sealed as %s and %s", sealed, again)
		}
		token := string(Input) + sealed
		for _, keys := range []*Sealer{before, after} {
			got, kind, err := keys.Open(token, own, sealedAt)
			if err != nil || kind != Input || !reflect.DeepEqual(got, s) {
				rt.Fatalf("%+v\nopens as %+v, %c, %v", s, got, kind, err)
			}
		}
		refuses(rt, stranger, token, own)
		refuses(rt, before, token, Leg{CallSid: "CA2"})
		refuses(rt, before, string(Accept)+sealed, own)
		at := rapid.IntRange(1, len(token)-1).Draw(rt, "at")
		other := rapid.SampledFrom([]rune("ABCxyz019-_=.%")).Draw(rt, "other")
		if token[at] != byte(other) {
			refuses(rt, before, token[:at]+string(other)+token[at+1:], own)
		}
		refuses(rt, before, token[:at], own)
		refuses(rt, before, token[:at]+string(other)+token[at:], own)
	})
}

func mustSealer(t *testing.T, secrets ...string) *Sealer {
	t.Helper()
	var raw [][]byte
	for _, s := range secrets {
		raw = append(raw, []byte(s))
	}
	s, err := NewSealer(raw...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func refuses(t *rapid.T, s *Sealer, token string, leg Leg) {
	t.Helper()
	_, _, err := s.Open(token, leg, sealedAt)
	var lost *StateError
	if !errors.As(err, &lost) || lost.Reason != NotSealed {
		t.Fatalf("%s opens in %s: %v", token, leg.CallSid, err)
	}
}
