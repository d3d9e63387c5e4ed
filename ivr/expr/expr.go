package expr

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Expr is an expression. Parse makes the ones of the language; a program may bring
// its own, which must be pure and fast.
type Expr interface {
	// Vars returns the names that Eval reads, each once.
	Vars() []string
	// Type returns the type of the result, or says why the expression cannot be
	// evaluated with variables of these types.
	Type(Types) (Type, error)
	// Eval returns the result. After Type found no fault it cannot fail.
	Eval(Values) Value
}

// Types gives the type of a variable, and false when there is none of that name.
type Types func(name string) (Type, bool)

// Values gives the value of a variable, the zero Value when it was not set.
type Values func(name string) Value

// literal is a value that was written down.
type literal struct{ value Value }

func (l literal) Vars() []string           { return nil }
func (l literal) Type(Types) (Type, error) { return l.value.typ, nil }
func (l literal) Eval(Values) Value        { return l.value }

// Literal makes an expression of a value.
func Literal(v Value) Expr { return literal{v} }

// variable reads a variable.
type variable struct{ name string }

func (v variable) Vars() []string           { return []string{v.name} }
func (v variable) Eval(values Values) Value { return values(v.name) }
func (v variable) Type(types Types) (Type, error) {
	t, ok := types(v.name)
	if !ok {
		return 0, &UnknownError{Name: v.name}
	}
	return t, nil
}

// UnknownError is the error of Type for a name that no variable has.
type UnknownError struct{ Name string }

// Error names the variable.
func (e *UnknownError) Error() string { return fmt.Sprintf("there is no variable %q", e.Name) }

// not negates.
type not struct{ x Expr }

func (n not) Vars() []string           { return n.x.Vars() }
func (n not) Eval(values Values) Value { return BoolValue(!n.x.Eval(values).Bool()) }
func (n not) Type(types Types) (Type, error) {
	return Bool, want(types, "not", Bool, n.x)
}

// logic is "and" or "or".
type logic struct {
	op   string
	x, y Expr
}

func (l logic) Vars() []string { return union(l.x, l.y) }
func (l logic) Type(types Types) (Type, error) {
	return Bool, want(types, l.op, Bool, l.x, l.y)
}
func (l logic) Eval(values Values) Value {
	if l.x.Eval(values).Bool() == (l.op == "or") {
		return BoolValue(l.op == "or")
	}
	return BoolValue(l.y.Eval(values).Bool())
}

// sum is "+" or "-".
type sum struct {
	op   string
	x, y Expr
}

func (s sum) Vars() []string { return union(s.x, s.y) }
func (s sum) Type(types Types) (Type, error) {
	return Number, want(types, s.op, Number, s.x, s.y)
}
func (s sum) Eval(values Values) Value {
	x, y := s.x.Eval(values).Number(), s.y.Eval(values).Number()
	if s.op == "-" {
		y = -y
	}
	return NumberValue(x + y)
}

// compare is one of == != < <= > >=.
type compare struct {
	op   string
	x, y Expr
}

func (c compare) Vars() []string { return union(c.x, c.y) }
func (c compare) Type(types Types) (Type, error) {
	if c.op == "==" || c.op == "!=" {
		t, err := c.x.Type(types)
		if err != nil {
			return 0, err
		}
		return Bool, want(types, c.op, t, c.y)
	}
	return Bool, wantOrdered(types, c.op, c.x, c.y)
}

// Eval compares. A variable that was not set is equal only to another such, and
// in no order to anything.
func (c compare) Eval(values Values) Value {
	x, y := c.x.Eval(values), c.y.Eval(values)
	same := x.typ == y.typ
	switch c.op {
	case "==":
		return BoolValue(x == y)
	case "!=":
		return BoolValue(x != y)
	case "<":
		return BoolValue(same && x.less(y))
	case ">":
		return BoolValue(same && y.less(x))
	case "<=":
		return BoolValue(same && !y.less(x))
	}
	return BoolValue(same && !x.less(y)) // >=
}

// between is low <= x and x <= high.
type between struct{ x, low, high Expr }

func (b between) Vars() []string { return union(b.x, b.low, b.high) }
func (b between) Type(types Types) (Type, error) {
	return Bool, wantOrdered(types, "between", b.x, b.low, b.high)
}
func (b between) Eval(values Values) Value {
	x, low, high := b.x.Eval(values), b.low.Eval(values), b.high.Eval(values)
	return BoolValue(x.typ == low.typ && x.typ == high.typ && !x.less(low) && !high.less(x))
}

// in is membership in a list.
type in struct {
	x    Expr
	list []Value
}

func (i in) Vars() []string { return i.x.Vars() }
func (i in) Type(types Types) (Type, error) {
	t, err := i.x.Type(types)
	if err != nil {
		return 0, err
	}
	for _, v := range i.list {
		if v.typ != t {
			return 0, fmt.Errorf("in takes one type on both sides, not %v and %v", t, v.typ)
		}
	}
	return Bool, nil
}
func (i in) Eval(values Values) Value {
	return BoolValue(slices.Contains(i.list, i.x.Eval(values)))
}

// matches tests a whole text against a regular expression.
type matches struct {
	x       Expr
	pattern string
	re      *regexp.Regexp
}

func (m matches) Vars() []string { return m.x.Vars() }
func (m matches) Type(types Types) (Type, error) {
	return Bool, want(types, "matches", Text, m.x)
}
func (m matches) Eval(values Values) Value {
	return BoolValue(m.re.MatchString(m.x.Eval(values).Text()))
}

// want checks that all of xs have type t.
func want(types Types, op string, t Type, xs ...Expr) error {
	for _, x := range xs {
		got, err := x.Type(types)
		if err != nil {
			return err
		}
		if got != t {
			return fmt.Errorf("%s takes %v here, not %v", op, t, got)
		}
	}
	return nil
}

// wantOrdered checks that all of xs have one type, and one that has an order.
func wantOrdered(types Types, op string, xs ...Expr) error {
	t, err := xs[0].Type(types)
	if err != nil {
		return err
	}
	if t != Number && t != Date {
		return fmt.Errorf("%s takes numbers or dates, not %v", op, t)
	}
	return want(types, op, t, xs[1:]...)
}

// union returns the variables of all, each once and in order.
func union(xs ...Expr) []string {
	var names []string
	for _, x := range xs {
		for _, n := range x.Vars() {
			if !slices.Contains(names, n) {
				names = append(names, n)
			}
		}
	}
	return names
}

// The String methods write what Parse reads.

func (l literal) String() string {
	if l.value.typ == Text {
		return quote(l.value.text)
	}
	return l.value.String()
}
func (v variable) String() string { return v.name }
func (n not) String() string      { return fmt.Sprintf("not (%v)", n.x) }
func (l logic) String() string    { return fmt.Sprintf("(%v) %s (%v)", l.x, l.op, l.y) }
func (s sum) String() string      { return fmt.Sprintf("(%v) %s (%v)", s.x, s.op, s.y) }
func (c compare) String() string  { return fmt.Sprintf("(%v) %s (%v)", c.x, c.op, c.y) }
func (b between) String() string {
	return fmt.Sprintf("(%v) between (%v) and (%v)", b.x, b.low, b.high)
}
func (m matches) String() string { return fmt.Sprintf("(%v) matches %s", m.x, quote(m.pattern)) }
func (i in) String() string {
	words := make([]string, len(i.list))
	for n, v := range i.list {
		words[n] = literal{v}.String()
	}
	return fmt.Sprintf("(%v) in [%s]", i.x, strings.Join(words, ", "))
}

func quote(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}
