package flowfile

import (
	"errors"
	"strings"

	"github.com/callgate/callgate/internal/strictyaml"
	"github.com/callgate/callgate/ivr"
)

// Load reads a flow file. The name of the file is for findings. The error is of type
// ivr.Problems and lists everything that is wrong with the form of the file, in its
// order; whether the flow is a good one is for ivr.Compile and ivr.Check to say, whose
// findings point into the file too.
func Load(file string, content []byte) (*ivr.Flow, error) {
	r := newReader(file)
	root, err := strictyaml.Parse(file, content)
	if err != nil {
		return nil, ivr.Problems{notYAML(file, err)}
	}
	if root == nil {
		return nil, ivr.Problems{{
			Rule: MissingKey, Severity: ivr.Error, Pos: ivr.Pos{File: file, Line: 1, Col: 1},
			Message: "there is nothing in the file: a flow needs the keys name, start and nodes",
		}}
	}
	flow := &ivr.Flow{}
	flowShape(flow).read(r, root)
	if len(r.problems) > 0 {
		return nil, sorted(r.problems)
	}
	flow.Locate = r.locate
	return flow, nil
}

// advice are what authors of flows stumble over, by what the parser says of it.
var advice = []struct{ says, advice string }{
	{"mapping values are not allowed", `; a text that holds ": " must stand in quotes`},
	{"while scanning an alias", `; the key "*" must stand in quotes`},
	{"found character that cannot start any token", "; indent with spaces, and put a text that begins with a sign in quotes"},
	{"while scanning a quoted scalar", "; a quotation mark is not closed"},
	{"while parsing a block mapping", "; are the keys of one mapping indented alike, and texts with signs in quotes?"},
}

// notYAML makes a finding of a fault of the parser.
func notYAML(file string, err error) ivr.Finding {
	f := ivr.Finding{Rule: NotYAML, Severity: ivr.Error, Pos: ivr.Pos{File: file}, Message: err.Error()}
	var fault *strictyaml.Fault
	if !errors.As(err, &fault) {
		return f
	}
	f.Pos.Line, f.Pos.Col = fault.Line, fault.Column
	f.Message = strings.TrimPrefix(fault.Problem, "not YAML: ")
	for _, a := range advice {
		if strings.Contains(f.Message, a.says) {
			f.Message += a.advice
			break
		}
	}
	return f
}
