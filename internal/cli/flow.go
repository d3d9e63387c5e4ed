package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/callgate/callgate/internal/flowfile"
	"github.com/callgate/callgate/internal/strictyaml"
	"github.com/callgate/callgate/ivr"
)

// readFlow reads a flow file, or standard input for "-", and no more of it than it
// takes to see that it is too large.
func readFlow(env *Env, name string) ([]byte, error) {
	in := env.Stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	content, err := io.ReadAll(io.LimitReader(in, strictyaml.MaxSize+1))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	return content, nil
}

// checkedFlow is a flow file and what there is to say about it.
type checkedFlow struct {
	file   string
	flow   *ivr.Flow // nil when the file cannot be read
	report *ivr.Report
}

// checkFlow loads and checks a flow. The findings of a file that cannot be loaded are
// of the same form as those of a flow.
func checkFlow(env *Env, name string, now time.Time) (*checkedFlow, error) {
	content, err := readFlow(env, name)
	if err != nil {
		return nil, err
	}
	flow, err := flowfile.Load(name, content)
	var problems ivr.Problems
	switch {
	case errors.As(err, &problems):
		return &checkedFlow{file: name, report: &ivr.Report{Findings: problems}}, nil
	case err != nil:
		return nil, err
	}
	return &checkedFlow{name, flow, ivr.Check(flow, now)}, nil
}
