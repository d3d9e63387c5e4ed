package flowfile

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/callgate/callgate/internal/spell"
	"github.com/callgate/callgate/ivr/expr"
)

// yamlType is the type that YAML 1.2 gives to a single value. It decides what the
// JSON Schema, and so an editor, sees.
type yamlType uint8

const (
	text yamlType = 1 << iota
	integer
	float
	boolean
	null
)

// core are the forms of the core schema (YAML 1.2.2, section 10.3.2). The
// parser has others, of YAML 1.1, which would turn 2026-03-02 into a moment and
// 1_000 into a number; they are texts here.
var core = []struct {
	typ  yamlType
	form *regexp.Regexp
}{
	{null, regexp.MustCompile(`^(|~|null|Null|NULL)$`)},
	{boolean, regexp.MustCompile(`^(true|True|TRUE|false|False|FALSE)$`)},
	{integer, regexp.MustCompile(`^([-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$`)},
	{float, regexp.MustCompile(`^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`)},
	{float, regexp.MustCompile(`^([-+]?(\.inf|\.Inf|\.INF)|\.nan|\.NaN|\.NAN)$`)},
}

// quoted are the styles in which a value is a text whatever it looks like.
const quoted = yaml.SingleQuotedStyle | yaml.DoubleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle

func coreType(n *yaml.Node) yamlType {
	if n.Style&quoted != 0 {
		return text
	}
	for _, c := range core {
		if c.form.MatchString(n.Value) {
			return c.typ
		}
	}
	return text
}

// scalar is a single value.
type scalar struct {
	ref     string   // its name in the schema's definitions, "" for none
	want    string   // what is wanted, for faults
	advice  string   // how that is written, for faults
	types   yamlType // the types that it may have
	pattern string   // that a text must match (RE2)
	words   []string // or: the only texts that it may be
	spelled string   // how a value that is no text must be spelled (RE2)
	// Bounds of a text's length and of a number, where they are for the schema to say.
	minLength, low, high int
	set                  func(text string) error
}

func (s scalar) read(r *reader, n *yaml.Node) {
	if !r.usable(n) {
		return
	}
	typ := coreType(n)
	switch {
	case n.Kind != yaml.ScalarNode || typ == null:
		r.wanted(n, s.want)
	case typ&s.types == 0 && s.types&text != 0 && s.admits(r, n.Value):
		r.fault(WrongForm, n, "%s is wanted here, and YAML takes this for %s: put it in quotes", s.want, formOf(n))
	case typ&s.types == 0:
		r.wanted(n, s.want)
	case typ != text && s.spelled != "" && !r.matches(s.spelled, n.Value):
		r.fault(WrongForm, n, "%s is wanted here", s.want)
	case typ&(integer|float) != 0 && s.low < s.high && !between(n.Value, s.low, s.high):
		r.fault(WrongForm, n, "%s from %d to %d is wanted here", s.want, s.low, s.high)
	case typ == text && s.words != nil && !slices.Contains(s.words, n.Value):
		r.fault(WrongForm, n, "%s is wanted here%s", s.want, didYouMean(n.Value, s.words))
	case typ == text && (len(n.Value) < s.minLength || s.pattern != "" && !r.matches(s.pattern, n.Value)):
		r.fault(WrongForm, n, "%s is wanted here%s", s.want, s.advice)
	default:
		if err := s.set(n.Value); err != nil {
			r.fault(WrongValue, n, "%v", err)
		}
	}
}

// admits reports whether a value would be right if it stood in quotes.
func (s scalar) admits(r *reader, value string) bool {
	return len(value) >= s.minLength && (s.pattern == "" || r.matches(s.pattern, value)) && (s.words == nil || slices.Contains(s.words, value))
}

func between(number string, low, high int) bool {
	n, err := strconv.ParseFloat(number, 64)
	return err == nil && float64(low) <= n && n <= float64(high)
}

// inOtherWords are words that other languages for flows have, and what they are here.
var inOtherWords = map[string]string{
	"next": "to", "target": "to", "transition": "to", "string": "text", "int": "number", "integer": "number", "float": "number", "boolean": "bool",
}

// meant finds the word that was probably meant by another one, "" for none.
func meant(word string, words []string) string {
	if here := inOtherWords[word]; slices.Contains(words, here) {
		return here
	}
	return spell.Nearest(word, words)
}

func didYouMean(word string, words []string) string {
	if near := meant(word, words); near != "" {
		return fmt.Sprintf("; did you mean %q?", near)
	}
	return ""
}

// into makes a setter that keeps the text as it is written.
func into(to *string) func(string) error {
	return func(s string) error { *to = s; return nil }
}

// words is a text without rules, but not an empty one.
func words(to *string) shape {
	return scalar{want: "a text", types: text, pattern: `.`, set: into(to)}
}

const nameAdvice = "; names have lower-case letters, digits, - and _, and begin with a letter"

const (
	namePattern     = `^[a-z][a-z0-9_-]*$`
	variablePattern = `^[a-z][a-z0-9_]*$`
	languagePattern = `^[a-z]{2,3}(-[a-z0-9]{2,8})*$`
)

// node is the name of a node.
func node(to *string) shape {
	return scalar{ref: "node-name", want: "the name of a node", advice: nameAdvice, types: text, pattern: namePattern, set: into(to)}
}

// name is the name of something else: a schedule, a subflow.
func name(of string, to *string) shape {
	return scalar{want: "the name of a " + of, advice: nameAdvice, types: text, pattern: namePattern, set: into(to)}
}

// tag is a word by which visits are counted.
func tag(to *string) shape {
	return scalar{want: "a word", advice: nameAdvice, types: text, pattern: namePattern, set: into(to)}
}

// variable is the name of a variable.
func variable(to *string) shape {
	return scalar{want: "the name of a variable", advice: "; names of variables have lower-case letters, digits and _", types: text, pattern: variablePattern, set: into(to)}
}

// language is the name of a language.
func language(to *string) shape {
	return scalar{want: "the name of a language, such as en", types: text, pattern: languagePattern, set: into(to)}
}

// digitsOnly is how digits are spelled without quotes: as they are pressed.
const digitsOnly = `^[0-9]+$`

// key is one key of the telephone. Its digits need no quotes.
func key(to *string) shape {
	return scalar{
		want: `a key of the telephone: a digit, "*" or "#" (the last two in quotes)`, types: text | integer,
		pattern: `^[0-9*#]$`, spelled: `^[0-9]$`, high: 9, set: into(to),
	}
}

// keys are several keys of the telephone.
func keys(to *string) shape {
	return scalar{
		want: `keys of the telephone, such as "#" or "12*"`, types: text | integer,
		pattern: `^[0-9*#]+$`, spelled: digitsOnly, high: maxInteger, set: into(to),
	}
}

// digitText is a code of digits, kept with its leading zeros.
func digitText(want string, to *string) shape {
	return scalar{want: want, types: text | integer, pattern: `^[0-9]+$`, spelled: digitsOnly, high: maxInteger, set: into(to)}
}

// phone is a telephone number, or a text with a variable that comes out as one. It
// is kept as written, with its "+", also when it stands without quotes.
func phone(to *string) shape {
	return scalar{
		ref: "telephone-number", want: "a telephone number with + and country code, such as +15005550100", types: text | integer,
		pattern: `^(\+[1-9][0-9]{6,14}|.*\{.*\}.*)$`,
		set: func(s string) error {
			if s[0] != '+' && !strings.Contains(s, "{") {
				return fmt.Errorf("a telephone number begins with + and the country code: write it like +15005550100")
			}
			*to = s
			return nil
		},
	}
}

// maxInteger bounds whole numbers: nothing in a flow is larger, and the schema must
// have the same limit.
const maxInteger = 1_000_000_000

const decimal = `^(0|-?[1-9][0-9]*)$`

// count is a whole number.
func count(to *int) shape {
	return scalar{
		want: "a whole number", types: integer, spelled: decimal, low: -maxInteger, high: maxInteger,
		set: func(s string) (err error) { *to, err = strconv.Atoi(s); return err },
	}
}

// share is a number from 0 to 1.
func share(to *float64) shape {
	return scalar{
		want: "a number, such as 0.5,", types: integer | float, low: 0, high: 1,
		set: func(s string) (err error) { *to, err = strconv.ParseFloat(s, 64); return err },
	}
}

// durationPattern is that of a time in hours, minutes and whole seconds.
const durationPattern = `^([0-9]{1,3}h)?([0-9]{1,4}m)?([0-9]{1,5}s)?$`

// seconds is a time with its unit.
func seconds(to *int) shape {
	return scalar{
		ref: "duration", want: "a time with its unit, such as 10s, 3m or 1m30s,", types: text, pattern: durationPattern, minLength: 2,
		set: func(s string) error {
			d, err := time.ParseDuration(s)
			if err != nil {
				return fmt.Errorf("a time with its unit, such as 10s, 3m or 1m30s, is wanted here")
			}
			*to = int(d / time.Second)
			return nil
		},
	}
}

// flag is true or false.
func flag(to *bool) shape {
	return scalar{
		want: "true or false", types: boolean, spelled: `^(true|false)$`,
		set: func(s string) error { *to = s == "true"; return nil },
	}
}

// word is one of a few words.
func word[S ~string](to *S, known ...S) shape {
	list := make([]string, len(known))
	for i, w := range known {
		list[i] = string(w)
	}
	return scalar{
		want: "one of " + strings.Join(list, ", "), types: text, words: list,
		set: func(s string) error { *to = S(s); return nil },
	}
}

// expression is a condition or a value that is computed. Numbers, true and false
// are expressions too.
func expression(to *expr.Expr) shape {
	return scalar{
		ref: "expression", want: "an expression, such as visits + 1 or name == 'Ann'", types: text | integer | float | boolean,
		pattern: `.`,
		set: func(s string) error {
			x, err := expr.Parse(s)
			if err != nil {
				return fmt.Errorf("not an expression: %w", err)
			}
			*to = x
			return nil
		},
	}
}
