package flowfile_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/callgate/callgate/internal/flowfile"
	"github.com/callgate/callgate/ivr"
)

// checkedOn is the day on which the flows of the rules are checked.
var checkedOn = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// check loads and checks a flow, as "callgate check" does.
func check(t *testing.T, file string) []ivr.Finding {
	t.Helper()
	flow, err := flowfile.Load(file, read(t, file))
	var problems ivr.Problems
	if errors.As(err, &problems) {
		return problems
	}
	return ivr.Check(flow, checkedOn).Findings
}

// goOnly are rules that no file can break: two things of one name are a repeated key
// there.
var goOnly = []ivr.Rule{ivr.DuplicateName}

// Each rule has a flow that breaks just it, in one place of the file, and the same flow
// put right.
func TestRules(t *testing.T) {
	for _, rule := range slices.Concat(flowfile.Rules(), ivr.Rules()) {
		if slices.Contains(goOnly, rule) {
			continue
		}
		file := "testdata/rules/" + string(rule)
		findings := check(t, file+".yaml")
		if len(findings) == 0 {
			t.Errorf("%s: nothing was found", rule)
		}
		for _, f := range findings {
			if f.Rule != rule {
				t.Errorf("%s: breaks another rule: %v", rule, f)
			}
			if !strings.HasPrefix(f.Pos.String(), file+".yaml:") || f.Pos.Col == 0 {
				t.Errorf("%s: a finding without a place: %v", rule, f)
			}
		}
		for _, f := range check(t, file+".fixed.yaml") {
			t.Errorf("%s: found in what was put right: %v", rule, f)
		}
	}
}

// The examples break no rule.
func TestExamples(t *testing.T) {
	for name, content := range flowFiles(t) {
		if strings.HasPrefix(name, "testdata/") {
			continue
		}
		flow, err := flowfile.Load(name, content)
		if err != nil {
			t.Error(err)
			continue
		}
		report := ivr.Check(flow, checkedOn)
		for _, f := range report.Findings {
			t.Error(f)
		}
		if b := report.Bounds; b.Endless || b.SilentSeconds == 0 || b.Documents == 0 || b.StateBytes == 0 {
			t.Errorf("%s: bounds %+v", name, b)
		}
	}
}
