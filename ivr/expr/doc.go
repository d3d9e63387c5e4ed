// Package expr is the small closed language of conditions and values in call
// flows: typed, without loops, functions or side effects, so that a checker can
// say everything about it before a call is answered.
//
//	age >= 18 and not (plan in ['trial', 'none'])
//	visits + 1
//	due between 2026-01-01 and 2026-12-31
//	postcode matches '[0-9]{5}'
//
// # Grammar
//
//	expr    = and { "or" and }
//	and     = not { "and" not }
//	not     = "not" not | test
//	test    = sum [ ("==" | "!=" | "<" | "<=" | ">" | ">=") sum
//	              | ["not"] "in" "[" literal { "," literal } "]"
//	              | "between" sum "and" sum
//	              | "matches" text ]
//	sum     = term { ("+" | "-") term }
//	term    = literal | name | "(" expr ")"
//	literal = number | "-" number | text | date | "true" | "false"
//	name    = word { "." word }
//
// A text stands in single or double quotes, in which a backslash makes the next
// character literal. A date is written 2026-03-02. A word begins with a lower-case
// letter and goes on with these, digits and "_".
//
// # Types
//
// There are four: Text, Number, Bool and Date. Both sides of a comparison have
// the same type; "<" and its kin, and between, take numbers and dates; "+" and
// "-" take numbers; matches takes a text and a regular expression (RE2 syntax) that
// must match the whole of it. What breaks these rules is found by Expr.Type, before
// anything is evaluated. Evaluation itself cannot fail: a sum outside ±MaxNumber
// stays at that limit.
//
// The package needs nothing but the standard library.
package expr
