package flowfile

import (
	"slices"

	"go.yaml.in/yaml/v4"

	"github.com/callgate/callgate/internal/strictyaml"
	"github.com/callgate/callgate/ivr"
)

// LoadOverrides reads a file that opens or closes schedules by hand: "practice: closed"
// a line. A file without anything in it overrides nothing. The error is of type
// ivr.Problems.
func LoadOverrides(file string, content []byte, schedules []string) (map[string]ivr.Override, error) {
	root, err := strictyaml.Parse(file, content)
	if err != nil {
		return nil, ivr.Problems{notYAML(file, err)}
	}
	if root == nil {
		return nil, nil
	}
	var list map[string]ivr.Override
	m := namesInto(&list, "the name of a schedule", namePattern, same, func(o *ivr.Override) shape {
		return word(o, ivr.ForceOpen, ivr.ForceClosed, ivr.ForceHoliday)
	})
	m.check = func(r *reader, p pair) {
		if name := p.key.Value; !slices.Contains(schedules, name) {
			r.fault(ivr.UndefinedName, p.key, "there is no schedule %q%s", name, didYouMean(name, schedules))
		}
	}
	r := newReader(file)
	if root.Kind == yaml.ScalarNode && coreType(root) == null {
		return nil, nil // comments alone
	}
	m.read(r, root)
	if len(r.problems) > 0 {
		return nil, sorted(r.problems)
	}
	return list, nil
}
