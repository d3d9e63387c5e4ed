package expr

import (
	"fmt"
	"regexp"
	"unicode/utf8"
)

// Limits of an expression. They keep reading and evaluating one cheap; the longest
// sensible condition of a call flow is a line or two.
const (
	MaxLength = 1000 // bytes
	maxDepth  = 50   // nested parentheses and nots
)

// SyntaxError says where an expression is wrong.
type SyntaxError struct {
	Offset int // in bytes from the start of the expression
	Reason string
}

// Error says where and what.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("character %d: %s", e.Offset+1, e.Reason)
}

// Parse reads an expression; the error is a *SyntaxError.
func Parse(s string) (Expr, error) {
	if len(s) > MaxLength {
		return nil, &SyntaxError{Reason: fmt.Sprintf("the expression has %d bytes, at most %d are read: use several variables or cases", len(s), MaxLength)}
	}
	if !utf8.ValidString(s) {
		return nil, &SyntaxError{Reason: "the expression is not UTF-8"}
	}
	p := parser{lexer: lexer{src: s}}
	p.next()
	x := p.or()
	if p.err == nil && p.tok.kind != tokEnd {
		p.fail("here the expression should end: a word such as and, or, == may be missing")
	}
	if p.err != nil {
		return nil, p.err
	}
	return x, nil
}

// Must is Parse for expressions written in Go code; it panics on an error.
func Must(s string) Expr {
	x, err := Parse(s)
	if err != nil {
		panic(fmt.Sprintf("expr: %q: %v", s, err))
	}
	return x
}

// parser is a recursive descent over the grammar of the package comment. After a
// fault it goes on with whatever is at hand; only the first fault counts.
type parser struct {
	lexer
	tok   token
	depth int
	err   *SyntaxError
}

func (p *parser) next() {
	tok, err := p.scan()
	if err != nil {
		p.failAt(err.Offset, err.Reason)
	}
	p.tok = tok
}

func (p *parser) fail(reason string) { p.failAt(p.tok.at, reason) }

func (p *parser) failAt(at int, reason string) {
	if p.err == nil {
		p.err = &SyntaxError{Offset: at, Reason: reason}
	}
	p.lexer.pos = len(p.src) // so that every loop ends
	p.tok = token{kind: tokEnd, at: len(p.src)}
}

// take goes past a word or sign if it is next.
func (p *parser) take(word string) bool {
	if (p.tok.kind != tokWord && p.tok.kind != tokSign) || p.tok.text != word {
		return false
	}
	p.next()
	return true
}

func (p *parser) expect(word string) {
	if !p.take(word) {
		p.fail(fmt.Sprintf("%q is missing here", word))
	}
}

func (p *parser) or() Expr {
	x := p.and()
	for p.take("or") {
		x = logic{"or", x, p.and()}
	}
	return x
}

func (p *parser) and() Expr {
	x := p.not()
	for p.take("and") {
		x = logic{"and", x, p.not()}
	}
	return x
}

func (p *parser) not() Expr {
	if p.tok.kind == tokWord && p.tok.text == "not" {
		if !p.enter() {
			return literal{}
		}
		defer p.leave()
		p.next()
		return not{p.not()}
	}
	return p.test()
}

func (p *parser) test() Expr {
	x := p.sum()
	if p.tok.kind != tokSign && p.tok.kind != tokWord {
		return x
	}
	switch op := p.tok.text; op {
	case "==", "!=", "<", "<=", ">", ">=":
		p.next()
		return compare{op, x, p.sum()}
	case "in":
		p.next()
		return in{x, p.list()}
	case "not":
		p.next()
		p.expect("in")
		return not{in{x, p.list()}}
	case "between":
		p.next()
		low := p.sum()
		p.expect("and")
		return between{x, low, p.sum()}
	case "matches":
		p.next()
		return p.matches(x)
	case "=":
		p.fail("to compare, write ==")
	}
	return x
}

func (p *parser) matches(x Expr) Expr {
	if p.tok.kind != tokText {
		p.fail("matches needs a regular expression in quotes")
		return x
	}
	pattern := p.tok.text
	re, err := WholeMatch(pattern)
	if err != nil {
		p.fail(err.Error())
		return x
	}
	p.next()
	return matches{x, pattern, re}
}

// WholeMatch compiles a regular expression (RE2 syntax) that must match the whole
// of a text.
func WholeMatch(pattern string) (*regexp.Regexp, error) {
	// Alone first: "a)|(b" would otherwise close the group that is put round it.
	if _, err := regexp.Compile(pattern); err != nil {
		return nil, fmt.Errorf("not a regular expression: %w", err)
	}
	return regexp.MustCompile(`\A(?:` + pattern + `)\z`), nil
}

func (p *parser) list() []Value {
	p.expect("[")
	var list []Value
	for p.err == nil {
		v, ok := p.literal()
		if !ok {
			p.fail("a list holds texts, numbers, dates, true or false")
			break
		}
		list = append(list, v)
		if !p.take(",") {
			p.expect("]")
			break
		}
	}
	return list
}

func (p *parser) sum() Expr {
	x := p.term()
	for p.tok.kind == tokSign && (p.tok.text == "+" || p.tok.text == "-") {
		op := p.tok.text
		p.next()
		x = sum{op, x, p.term()}
	}
	return x
}

func (p *parser) term() Expr {
	if v, ok := p.literal(); ok {
		return literal{v}
	}
	switch {
	case p.tok.kind == tokWord && !keywords[p.tok.text]:
		name := p.tok.text
		p.next()
		return variable{name}
	case p.tok.kind == tokSign && p.tok.text == "(":
		if !p.enter() {
			return literal{}
		}
		defer p.leave()
		p.next()
		x := p.or()
		p.expect(")")
		return x
	}
	p.fail("a value is missing here: a variable, a number, a text in quotes, a date such as 2026-03-02, true or false")
	return literal{}
}

// literal reads a literal if one is next.
func (p *parser) literal() (Value, bool) {
	tok := p.tok
	switch {
	case tok.kind == tokText:
		p.next()
		return TextValue(tok.text), true
	case tok.kind == tokNumber, tok.kind == tokDate:
		return p.typed(tok, tok.text)
	case tok.kind == tokSign && tok.text == "-":
		p.next()
		if p.tok.kind != tokNumber {
			p.fail("after this minus a number is missing")
			return Value{}, false
		}
		return p.typed(p.tok, "-"+p.tok.text)
	case tok.kind == tokWord && (tok.text == "true" || tok.text == "false"):
		p.next()
		return BoolValue(tok.text == "true"), true
	}
	return Value{}, false
}

// typed reads a number or a date.
func (p *parser) typed(tok token, text string) (Value, bool) {
	t := Number
	if tok.kind == tokDate {
		t = Date
	}
	v, err := t.Parse(text)
	if err != nil {
		p.failAt(tok.at, err.Error())
		return Value{}, false
	}
	p.next()
	return v, true
}

func (p *parser) enter() bool {
	if p.depth++; p.depth > maxDepth {
		p.fail("nested too deeply: use several variables or cases")
		return false
	}
	return true
}

func (p *parser) leave() { p.depth-- }

// keywords cannot be names of variables.
var keywords = map[string]bool{
	"and": true, "or": true, "not": true, "in": true, "between": true, "matches": true, "true": true, "false": true,
}

// IsName reports whether s can be the name of a variable: a word that is no
// keyword, or several with dots between them.
func IsName(s string) bool {
	l := lexer{src: s}
	tok, err := l.scan()
	return err == nil && tok.kind == tokWord && tok.text == s && !keywords[s]
}
