package callgate_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/callgate/callgate"
)

func TestParseParams(t *testing.T) {
	cases := []struct {
		raw  string
		want callgate.Params
		bad  string // what the error says
	}{
		{raw: "", want: nil},
		{raw: "a=1", want: callgate.Params{{"a", "1"}}},
		{raw: "b=2&a=1&b=1", want: callgate.Params{{"b", "2"}, {"a", "1"}, {"b", "1"}}},
		{raw: "a", want: callgate.Params{{"a", ""}}},
		{raw: "a=", want: callgate.Params{{"a", ""}}},
		{raw: "=", want: callgate.Params{{"", ""}}},
		{raw: "=a", want: callgate.Params{{"", "a"}}},
		{raw: "&&a=1&&b=2&", want: callgate.Params{{"a", "1"}, {"b", "2"}}},
		{raw: "&", want: nil},
		{raw: "a=b=c", want: callgate.Params{{"a", "b=c"}}},
		{raw: "a+b=c+d", want: callgate.Params{{"a b", "c d"}}},
		{raw: "a=%2B%3d%26", want: callgate.Params{{"a", "+=&"}}},
		{raw: "a=1;b=2", want: callgate.Params{{"a", "1;b=2"}}}, // url.ParseQuery refuses it
		{raw: "a=caf%C3%A9", want: callgate.Params{{"a", "caf\u00e9"}}},
		{raw: "a=%00%ff", want: callgate.Params{{"a", "\x00\xff"}}},
		{raw: "a=\u00e9", want: callgate.Params{{"a", "\u00e9"}}},
		{raw: "%61=1", want: callgate.Params{{"a", "1"}}},
		{raw: "a=1&b=%+&c", bad: "parameter 2: value: a % that is not followed by two hexadecimal digits, at byte 1"},
		{raw: "a=12%", bad: "parameter 1: value: a % that is not followed by two hexadecimal digits, at byte 3"},
		{raw: "a=%2", bad: "parameter 1: value"},
		{raw: "a=%2&b=0", bad: "parameter 1: value"}, // the pair ends the escape
		{raw: "a%=0", bad: "parameter 1: name"},
		{raw: "a=%g0", bad: "parameter 1: value"},
		{raw: "a=%%30", bad: "parameter 1: value"},
		{raw: strings.Repeat("a&", callgate.MaxParams), want: slices.Repeat(callgate.Params{{"a", ""}}, callgate.MaxParams)},
		{raw: strings.Repeat("a&", callgate.MaxParams+1), bad: "more than 1000 parameters"},
	}
	for _, c := range cases {
		got, err := callgate.ParseParams([]byte(c.raw))
		switch {
		case c.bad == "" && err != nil, c.bad != "" && (err == nil || !strings.Contains(err.Error(), c.bad)):
			t.Errorf("ParseParams(%.40q) = %v, want error %q", c.raw, err, c.bad)
		case !slices.Equal(got, c.want):
			t.Errorf("ParseParams(%.40q) = %q, want %q", c.raw, got, c.want)
		}
	}
}

func TestParams(t *testing.T) {
	p := callgate.Params{{"Digits", "1"}, {"From", ""}, {"Digits", "2"}}
	for name, want := range map[string]struct {
		get    string
		has    bool
		values []string
	}{
		"Digits": {"1", true, []string{"1", "2"}},
		"From":   {"", true, []string{""}},
		"digits": {"", false, nil},
	} {
		if p.Get(name) != want.get || p.Has(name) != want.has || !slices.Equal(p.Values(name), want.values) {
			t.Errorf("%s: %q, %v, %q; want %+v", name, p.Get(name), p.Has(name), p.Values(name), want)
		}
	}
}

// TestAppendParamsReuses: with room in the buffers, decoding allocates nothing.
func TestAppendParamsReuses(t *testing.T) {
	raw := []byte("From=%2B15550123&FromCity=LOS+ANGELES&Digits=1&ToZip=")
	params, buf := make([]callgate.RawParam, 0, 8), make([]byte, 0, len(raw))
	allocations := testing.AllocsPerRun(100, func() {
		if _, _, err := callgate.AppendParams(params, buf, raw); err != nil {
			t.Fatal(err)
		}
	})
	if allocations != 0 {
		t.Errorf("%v allocations", allocations)
	}
}

// FuzzParseParams compares with net/url, which decodes by the same rules where
// both accept: url.ParseQuery refuses a semicolon and keeps no order.
func FuzzParseParams(f *testing.F) {
	for _, seed := range []string{"a=1&b=%2B+c", "a=%zz", "a=1;b", "&&=&", "%", "a%3d=b&a", "+=%20", "long+name+=and+a+long+value&AccountSid=AC0123456789abcdef0123456789abcdef&%2B%2Bx=y.z%2B-_"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		before := string(raw)
		params, err := callgate.ParseParams(raw)
		if string(raw) != before {
			t.Fatal("changed its input")
		}
		if strings.Contains(before, ";") || strings.Count(before, "&") >= callgate.MaxParams {
			return
		}
		values, want := url.ParseQuery(before)
		if (err == nil) != (want == nil) {
			t.Fatalf("ParseParams = %v, url.ParseQuery = %v", err, want)
		}
		if err != nil {
			return
		}
		n := 0
		for name, all := range values {
			n += len(all)
			if got := params.Values(name); !slices.Equal(got, all) {
				t.Errorf("%q = %q, want %q", name, got, all)
			}
		}
		if n != len(params) {
			t.Errorf("%d parameters, want %d", len(params), n)
		}
	})
}

// readingVerifier admits everything and keeps what it read.
type readingVerifier struct{ read [][]callgate.RawParam }

func (v *readingVerifier) Verify(r *callgate.Request) (callgate.Proof, error) {
	for range 2 {
		pairs, _, err := r.AppendParams(nil, nil)
		if err != nil {
			return callgate.Proof{}, callgate.Refuse(callgate.ReasonParams, "%v", err)
		}
		v.read = append(v.read, pairs)
	}
	return callgate.Proof{Carrier: "twilio"}, nil
}

// A verifier reads the parameters that the handler gets, with and without a gate.
func TestRequestAppendParams(t *testing.T) {
	const body = "CallSid=CA%31&a=%2B1&a=b+c"
	want := callgate.Params{{"CallSid", "CA1"}, {"a", "+1"}, {"a", "b c"}}
	v := &readingVerifier{}
	c := config(t)
	c.Verifier = v
	for range 2 { // the second time in memory that was used
		v.read = nil
		a, err := newGate(t, c).Check(post("/", body))
		if err != nil || !slices.Equal(a.Params, want) {
			t.Fatalf("%v, %v", a, err)
		}
	}
	if _, err := v.Verify(&callgate.Request{Body: []byte(body)}); err != nil {
		t.Fatal(err)
	}
	if len(v.read) != 4 {
		t.Fatal(v.read)
	}
	for _, pairs := range v.read[2:] { // of the others the memory was given back
		for i, p := range pairs {
			if string(p.Name) != want[i].Name || string(p.Value) != want[i].Value {
				t.Errorf("%q", pairs)
			}
		}
	}
	if _, err := newGate(t, c).Check(post("/", "a=%")); err == nil || !strings.Contains(err.Error(), "two hexadecimal digits") {
		t.Error(err)
	}
}
