// Package strictyaml reads a YAML file into Go structs and reports everything
// that is wrong with it at once, each fault with its line.
//
// It takes less than YAML has, because a configuration file that means something
// else than its author thinks is worse than one that is refused:
//
//   - every key must be a field of the struct, named by its yaml tag, and may stand
//     there once; for an unknown one the nearest known name is suggested;
//   - a string is the text as written: a telephone number keeps its "+" and its zeros,
//     and a country code "no" is not false;
//   - a bool is true or false, an int is decimal, a duration has its unit ("10s");
//   - a list is written as a list even when it has one element;
//   - anchors, aliases, merge keys, tags of one's own and a second document are refused.
//
// A struct that is a Shorthand may be written as a single value. The kinds of field it fills are string, bool, int, int64, time.Duration, Any, structs,
// pointers to structs, slices and maps (with string keys) of these. A key without a
// value leaves its field as it was.
package strictyaml

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"

	"go.yaml.in/yaml/v4"
)

// MaxSize bounds a file in bytes: far above any written by hand, far below what
// would make the parser slow.
const MaxSize = 1 << 20

// Fault is one thing that is wrong with a file. It never quotes a value, because a
// value may be a secret that was put into the wrong place.
type Fault struct {
	// Where is the file's name with the line, as in "callgate.yaml:12", or what
	// else the value came from; "" when the problem says that itself.
	Where string
	// Line and Column are where that is, from 1; 0 when it is not known.
	Line, Column int
	// Key is the path of the key, as in "routes[1].kind"; "" when it is the file.
	Key string
	// Problem says what is wrong and what to do.
	Problem string
}

// Error writes the fault on one line.
func (f *Fault) Error() string {
	text := f.Problem
	if f.Key != "" {
		text = f.Key + ": " + text
	}
	if f.Where != "" {
		text = f.Where + ": " + text
	}
	return text
}

// Join joins faults in the order of their lines.
func Join(faults []error) error {
	line := func(err error) int {
		var f *Fault
		errors.As(err, &f)
		if f == nil {
			return 0
		}
		return f.Line
	}
	sorted := slices.Clone(faults)
	slices.SortStableFunc(sorted, func(a, b error) int { return line(a) - line(b) })
	return errors.Join(sorted...)
}

// Positions says where each key of a file stands.
type Positions struct {
	file  string
	lines map[string]int
}

// Fault makes a fault of a key, with the line that it stands on. For a key that is not
// in the file it is the line of the nearest one round it.
func (p *Positions) Fault(key, problem string) *Fault {
	f := &Fault{Where: p.file, Key: key, Problem: problem}
	for at := key; at != "" && f.Line == 0; at = parent(at) {
		f.Line = p.lines[at]
	}
	if f.Line > 0 {
		f.Where = fmt.Sprintf("%s:%d", p.file, f.Line)
	}
	return f
}

// Empty reports whether no key could be read.
func (p *Positions) Empty() bool { return len(p.lines) == 0 }

// Has reports whether the key stands in the file.
func (p *Positions) Has(key string) bool { return p.lines[key] > 0 }

// parent returns the path of the mapping or list that holds the key.
func parent(key string) string {
	for i := len(key) - 1; i > 0; i-- {
		if key[i] == '.' || key[i] == '[' {
			return key[:i]
		}
	}
	return ""
}

// Decode reads the file's content into the struct that v points to. The error
// joins a *Fault for each thing that is wrong; what could be read is in v all the same, so
// that a caller can check it and add to the faults. The positions are never nil.
func Decode(file string, content []byte, v any) (*Positions, error) {
	pos := &Positions{file: file, lines: map[string]int{}}
	root, err := Parse(file, content)
	if root == nil || err != nil {
		return pos, err
	}
	d := &decoder{pos: pos}
	d.decode("", root, reflect.ValueOf(v).Elem())
	return pos, Join(d.faults)
}

// Parse returns the top node of the only document, nil when the file is empty, for
// readers that give nodes a meaning of their own; Foreign says of a node whether it
// is one that this package refuses. The error is a *Fault.
func Parse(file string, content []byte) (*yaml.Node, error) {
	if len(content) > MaxSize {
		return nil, &Fault{Where: file, Problem: fmt.Sprintf("more than %d bytes", MaxSize)}
	}
	dec := yaml.NewDecoder(bytes.NewReader(content))
	var doc, more yaml.Node
	switch err := dec.Decode(&doc); {
	case err == io.EOF || err == nil && len(doc.Content) == 0:
		return nil, nil
	case err != nil:
		return nil, syntaxFault(file, err)
	}
	switch err := dec.Decode(&more); {
	case err == io.EOF:
		return doc.Content[0], nil
	case err != nil:
		return nil, syntaxFault(file, err)
	}
	return nil, faultAt(file, more.Line, more.Column, "a second document begins here; one file holds one")
}

// syntaxFault says where the construct begins that is not YAML, or, when the parser
// does not tell, where it gave up.
func syntaxFault(file string, err error) error {
	var at *yaml.LoadError
	if !errors.As(err, &at) {
		return &Fault{Where: file, Problem: "not YAML: " + err.Error()}
	}
	mark, problem := at.Mark, at.Message
	if at.ContextMsg != "" && at.ContextMark.Line > 0 {
		mark, problem = at.ContextMark, at.ContextMsg+": "+at.Message
	}
	return faultAt(file, mark.Line, mark.Column, "not YAML: "+problem)
}

func faultAt(file string, line, column int, problem string) *Fault {
	return &Fault{Where: fmt.Sprintf("%s:%d", file, line), Line: line, Column: column, Problem: problem}
}
