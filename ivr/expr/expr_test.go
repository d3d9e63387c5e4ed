package expr_test

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/callgate/callgate/ivr/expr"
)

// world is what the expressions of these tests are about. Unset has a type and no value.
var world = map[string]expr.Value{
	"age":       expr.NumberValue(18),
	"name":      expr.TextValue("Ann"),
	"vip":       expr.BoolValue(true),
	"due":       expr.DateValue(time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)),
	"call.from": expr.TextValue("+15550100001"),
	"unset":     {},
}

func types(name string) (expr.Type, bool) {
	if name == "unset" {
		return expr.Number, true
	}
	v, ok := world[name]
	return v.Type(), ok
}

func values(name string) expr.Value { return world[name] }

func TestEval(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"age", "18"},
		{"call.from", "+15550100001"},
		{"1.50", "1.5"},
		{"-1.5", "-1.5"},
		{"'it\\'s'", "it's"},
		{`"a 'b' \" \\"`, `a 'b' " \`},
		{"2026-03-02", "2026-03-02"},
		{"true", "true"},

		{"age + 1", "19"},
		{"age - 1 - 1", "16"},
		{"age - (1 - 1)", "18"},
		{"age -1", "17"},
		{"age - -1", "19"},
		{"0.1 + 0.2", "0.3"},
		{"999999999999999 + 999999999999999", "1000000000000000"},

		{"age == 18", "true"},
		{"age == 18.0", "true"},
		{"age != 18", "false"},
		{"age < 18", "false"},
		{"age <= 18", "true"},
		{"age > 17.9", "true"},
		{"age >= 19", "false"},
		{"name == 'Ann'", "true"},
		{"name == 'ann'", "false"},
		{"due < 2026-03-03", "true"},
		{"due >= 2026-03-03", "false"},
		{"vip == true", "true"},
		{"age + 1 == 20 - 1", "true"},

		{"not vip", "false"},
		{"not not vip", "true"},
		{"vip and age > 20", "false"},
		{"vip or age > 20", "true"},
		{"false and false or true", "true"},
		{"false and (false or true)", "false"},
		{"true or true and false", "true"},
		{"not false and false", "false"},
		{"not age == 18", "false"},

		{"age in [17, 18]", "true"},
		{"age in [-1]", "false"},
		{"age not in [17, 18]", "false"},
		{"name in ['Bob', \"Ann\"]", "true"},
		{"due in [2026-03-02]", "true"},
		{"vip in [false]", "false"},

		{"age between 18 and 20", "true"},
		{"age between 0 and 17 or vip", "true"},
		{"age between 1 + 1 and 10 + 8 and vip", "true"},
		{"due between 2026-03-03 and 2026-04-01", "false"},

		{"name matches 'A.*'", "true"},
		{"name matches 'n'", "false"},
		{"name matches 'x|Ann'", "true"},
		{"name matches '(?i)ANN'", "true"},
		{"call.from matches '[+]1[0-9]+'", "true"},

		{"unset == 0", "false"},
		{"unset != 0", "true"},
		{"unset < 1", "false"},
		{"unset >= 1", "false"},
		{"unset between 0 and 1", "false"},
		{"unset + 1", "1"},
		{"unset in [0]", "false"},
	} {
		x, err := expr.Parse(c.in)
		if err != nil {
			t.Errorf("%s: %v", c.in, err)
			continue
		}
		if _, err := x.Type(types); err != nil {
			t.Errorf("%s: %v", c.in, err)
		}
		if got := x.Eval(values).String(); got != c.want {
			t.Errorf("%s is %s, want %s", c.in, got, c.want)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for _, c := range []struct {
		in   string
		at   int // of the fault, from 0
		says string
	}{
		{"", 0, "a value is missing"},
		{"age >=", 6, "a value is missing"},
		{"age = 18", 4, "write =="},
		{"age == 18 18", 10, "should end"},
		{"(age", 4, `")" is missing`},
		{"age)", 3, "should end"},
		{"age in 18", 7, `"[" is missing`},
		{"age in []", 8, "a list holds"},
		{"age in [1 2]", 10, `"]" is missing`},
		{"age in [name]", 8, "a list holds"},
		{"age not 18", 8, `"in" is missing`},
		{"age between 1", 13, `"and" is missing`},
		{"name matches name", 13, "in quotes"},
		{"name matches '['", 13, "not a regular expression"},
		{"name matches 'a)|(b'", 13, "not a regular expression"},
		{"'open", 0, "not closed"},
		{"Age", 0, "no meaning"},
		{"age && vip", 4, "no meaning"},
		{"12abc", 2, "a number ends here"},
		{"1.", 1, "digits are missing"},
		{"2026-13-01", 0, "not a date"},
		{"1e5", 1, "a number ends here"},
		{"9999999999999999", 0, "not a number between"},
		{"- 'a'", 2, "a number is missing"},
		{"and", 0, "a value is missing"},
		{strings.Repeat("(", 60) + "1", 50, "nested too deeply"},
		{strings.Repeat("not ", 60) + "true", 200, "nested too deeply"},
		{strings.Repeat("1+", 600), 0, "at most 1000"},
		{"'\xff'", 0, "UTF-8"},
	} {
		_, err := expr.Parse(c.in)
		var se *expr.SyntaxError
		if !errors.As(err, &se) || se.Offset != c.at || !strings.Contains(se.Reason, c.says) {
			t.Errorf("%.30s: %v, want character %d: …%s…", c.in, err, c.at+1, c.says)
		}
	}
}

func TestTypeErrors(t *testing.T) {
	for in, says := range map[string]string{
		"agee > 1":                  `there is no variable "agee"`,
		"age == 'x'":                "== takes number here, not text",
		"name < 'x'":                "numbers or dates",
		"age < due":                 "< takes number here, not date",
		"age and vip":               "and takes bool here, not number",
		"not age":                   "not takes bool here",
		"name + 'x'":                "+ takes number here, not text",
		"due - 1":                   "- takes number here, not date",
		"age in ['x']":              "in takes one type",
		"age matches '1.*'":         "matches takes text here",
		"age between 1 and due":     "between takes number here",
		"vip between true and true": "numbers or dates",
		"(age > 1) + 1 == 2":        "+ takes number here, not bool",
	} {
		x, err := expr.Parse(in)
		if err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		if _, err := x.Type(types); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want …%s…", in, err, says)
		}
	}
}

func TestVars(t *testing.T) {
	x := expr.Must("age > 1 and (name in ['x'] or age between age and call.from) and not vip and name matches 'x'")
	if got := strings.Join(x.Vars(), " "); got != "age name call.from vip" {
		t.Errorf("reads %s", got)
	}
}

func TestValues(t *testing.T) {
	for in, want := range map[expr.Value]string{
		expr.NumberValue(math.NaN()):           "0",
		expr.NumberValue(math.Inf(1)):          "1000000000000000",
		expr.NumberValue(-1e99):                "-1000000000000000",
		expr.NumberValue(math.Copysign(0, -1)): "0",
		expr.NumberValue(1.0000004):            "1",
		expr.NumberValue(123456789.25):         "123456789.25",
		{}:                                     "",
		expr.BoolValue(false):                  "false",
	} {
		if in.String() != want {
			t.Errorf("%v is written %s, want %s", in, in.String(), want)
		}
	}
	for _, c := range []struct {
		typ expr.Type
		in  string
		ok  bool
	}{
		{expr.Number, "1.5", true}, {expr.Number, "1,5", false}, {expr.Number, "NaN", false}, {expr.Number, "1e16", false},
		{expr.Bool, "true", true}, {expr.Bool, "yes", false},
		{expr.Date, "2026-02-29", false}, {expr.Date, "2024-02-29", true}, {expr.Date, "2024-2-29", false},
		{expr.Text, "anything", true}, {0, "", false},
	} {
		v, err := c.typ.Parse(c.in)
		if (err == nil) != c.ok || err == nil && v.String() != c.in {
			t.Errorf("%v %q: %v, %v", c.typ, c.in, v, err)
		}
	}
	for _, word := range []string{"text", "number", "bool", "date"} {
		if typ, err := expr.ParseType(word); err != nil || typ.String() != word {
			t.Errorf("type %s: %v, %v", word, typ, err)
		}
	}
	if _, err := expr.ParseType("integer"); err == nil {
		t.Error("integer is a type")
	}
}

func TestNames(t *testing.T) {
	for name, want := range map[string]bool{
		"a": true, "a_1": true, "call.from": true, "": false, "A": false, "1a": false, "a-b": false, "a.": false, "a.1": false,
		"and": false, "true": false, "a b": false, " a": false, "between": false, "ander": true,
	} {
		if expr.IsName(name) != want {
			t.Errorf("IsName(%q) is %v", name, !want)
		}
	}
}

// FuzzParse: whatever can be read is written so that it is read as the same, has a
// type or an error, and evaluates to that type whatever the variables hold.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"age >= 18 and not (name in ['trial', 'none'])", "due between 2026-01-01 and 2026-12-31", "name matches '[0-9]{5}'",
		"age + 1 - -2 == 0.5", "'it\\'s' == \"x\"", "true or false",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		x, err := expr.Parse(s)
		if err != nil {
			return
		}
		written := x.(interface{ String() string }).String()
		if len(written) > expr.MaxLength {
			return
		}
		again, err := expr.Parse(written)
		if err != nil {
			// Writing adds parentheses, of which only so many may be nested.
			if !strings.Contains(err.Error(), "nested") {
				t.Fatalf("%q is written %q: %v", s, written, err)
			}
			return
		}
		if got := again.(interface{ String() string }).String(); got != written {
			t.Fatalf("%q is written %q and then %q", s, written, got)
		}
		typ, err := x.Type(types)
		v := x.Eval(values)
		if w := again.Eval(values); v != w {
			t.Fatalf("%q is %v, and written %q it is %v", s, v, written, w)
		}
		if err == nil && v.Type() != typ && s != "unset" && v.Type() != 0 {
			t.Fatalf("%q is a %v and evaluates to a %v", s, typ, v.Type())
		}
	})
}
