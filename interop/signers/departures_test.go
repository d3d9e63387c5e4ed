package signers_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/callgate/callgate/interop/internal/signer"
)

// departure is a rule of the carrier that a library does not follow. A request
// to which it applies is signed as the carrier never would, and is refused.
type departure struct {
	name string
	// with and without are signed alike by a library that follows the rule.
	with, without []param
	applies       func([]param) bool
}

// departures are those that a signer can have. Versions differ, so each is
// probed for.
func departures() []departure {
	return []departure{{
		// twilio-python before 7.15 signs a repeated pair twice; the carrier,
		// and python's later versions, sign it once (twilio-python#613, #617).
		name:    "repeated pairs are signed twice",
		with:    []param{{"a", "1"}, {"a", "1"}},
		without: []param{{"a", "1"}},
		applies: func(ps []param) bool {
			for i, p := range ps {
				if slices.Contains(ps[:i], p) {
					return true
				}
			}
			return false
		},
	}, {
		// JavaScript compares UTF-16 code units: what lies beyond the basic plane
		// sorts before the end of that plane. The documentation asks for a
		// "Unix-style case-sensitive" order, which is that of the bytes. Two
		// names show it: the concatenation in the order of the bytes is the
		// name of a single parameter with an empty value.
		name:    "sorted by UTF-16 code units",
		with:    []param{{"\uffe0", ""}, {"\U0001f600", ""}},
		without: []param{{"\uffe0\U0001f600", ""}},
		applies: func(ps []param) bool { return sortedUTF16(ps) != signedText("", ps) },
	}}
}

// departs changes the expected verdicts of those requests that the library
// signs in its own way.
func departs(t *testing.T, library signer.Library, requests []*request) {
	t.Helper()
	for _, d := range departures() {
		with := (&request{signedURL: "https://ivr.example.org/", params: d.with}).job()
		without := (&request{signedURL: "https://ivr.example.org/", params: d.without}).job()
		signed := library.Sign(t, []signer.Job{with, without})
		if signed[0].Signature == signed[1].Signature {
			continue
		}
		n := 0
		for _, r := range requests {
			if d.applies(r.params) && r.want.valid {
				r.want = refused("mismatch")
				n++
			}
		}
		if n == 0 {
			t.Errorf("%s: %s, but no request shows it", library.Name, d.name)
		}
		t.Logf("%s: %s: %d requests are to be refused", library.Name, d.name, n)
	}
}

// sortedUTF16 is signedText in the order of UTF-16 code units.
func sortedUTF16(ps []param) string {
	pairs := slices.Clone(ps)
	slices.SortFunc(pairs, func(a, b param) int {
		if c := compareUTF16(a.name, b.name); c != 0 {
			return c
		}
		return compareUTF16(a.value, b.value)
	})
	var b strings.Builder
	for _, p := range slices.Compact(pairs) {
		b.WriteString(p.name + p.value)
	}
	return b.String()
}

// compareUTF16 compares as JavaScript does. Characters beyond the basic plane
// begin with a surrogate, 0xd800 to 0xdbff.
func compareUTF16(a, b string) int {
	for a != "" && b != "" {
		ra, na := utf8.DecodeRuneInString(a)
		rb, nb := utf8.DecodeRuneInString(b)
		if ra != rb {
			beyondA, beyondB := ra > 0xffff, rb > 0xffff
			switch {
			case beyondA && !beyondB && rb >= 0xe000:
				return -1
			case beyondB && !beyondA && ra >= 0xe000:
				return 1
			}
			return int(ra - rb)
		}
		a, b = a[na:], b[nb:]
	}
	return len(a) - len(b)
}
