package flowfile_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/callgate/callgate/internal/flowfile"
	"github.com/callgate/callgate/ivr"
)

func TestLoadOverrides(t *testing.T) {
	for _, c := range []struct {
		content string
		want    map[string]ivr.Override
		fault   string
	}{
		{"", nil, ""},
		{"# until Monday\n", nil, ""},
		{"{}", nil, ""},
		{"shop: closed\n", map[string]ivr.Override{"shop": ivr.ForceClosed}, ""},
		{"shop: open\nworkshop: holiday # a party\n", map[string]ivr.Override{"shop": ivr.ForceOpen, "workshop": ivr.ForceHoliday}, ""},
		{"shop: shut\n", nil, `hours.yaml:1:7: error: wrong-form: one of open, closed, holiday is wanted here`},
		{"shop: close\n", nil, `hours.yaml:1:7: error: wrong-form: one of open, closed, holiday is wanted here; did you mean "closed"?`},
		{"shop:\n", nil, `hours.yaml:1:6: error: wrong-form: one of open, closed, holiday is wanted here, not nothing`},
		{"\nshops: open\n", nil, `hours.yaml:2:1: error: undefined-name: there is no schedule "shops"; did you mean "shop"?`},
		{"attic: open\n", nil, `hours.yaml:1:1: error: undefined-name: there is no schedule "attic"`},
		{"shop: open\nshop: closed\n", nil, `hours.yaml:2:1: error: repeated-key: "shop" stands here again; it was on line 1 already`},
		{"closed\n", nil, `hours.yaml:1:1: error: wrong-form: keys with values is wanted here, not a text`},
		{"[shop]\n", nil, `hours.yaml:1:1: error: wrong-form: keys with values is wanted here, not a list`},
		{"shop: &x closed\n", nil, `hours.yaml:1:7: error: wrong-form: an anchor (&x); write each value out where it is used`},
	} {
		got, err := flowfile.LoadOverrides("hours.yaml", []byte(c.content), []string{"shop", "workshop"})
		fault := ""
		if err != nil {
			fault = err.Error()
		}
		if d := cmp.Diff(c.want, got); d != "" || fault != c.fault {
			t.Errorf("%q: %v, %s\nwant %s", c.content, got, fault, c.fault)
		}
	}
}

// Whatever stands in the file, it is a fault with a place or names of schedules.
func FuzzLoadOverrides(f *testing.F) {
	for _, seed := range []string{"shop: closed", "shop: {open: x}", "a: &x 1", "- shop", "shop: open\nshop: closed", "\"shop\": 'open'", "? shop\n: open", "..."} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content string) {
		list, err := flowfile.LoadOverrides("hours.yaml", []byte(content), []string{"shop"})
		var problems ivr.Problems
		if err != nil && !errors.As(err, &problems) {
			t.Fatalf("%v is no list of findings", err)
		}
		for name, o := range list {
			if name != "shop" || o != ivr.ForceOpen && o != ivr.ForceClosed && o != ivr.ForceHoliday {
				t.Errorf("%q: %q", name, o)
			}
		}
	})
}
