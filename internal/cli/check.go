package cli

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/callgate/callgate/internal/flowfile"
	"github.com/callgate/callgate/ivr"
	"github.com/callgate/callgate/twiml"
)

// flowCheck is what "callgate check" says of one file. The JSON names are part of the
// command's interface.
type flowCheck struct {
	File     string        `json:"file"`
	Findings []ivr.Finding `json:"findings"`
	// Bounds are missing when the flow cannot be compiled.
	Bounds *ivr.Bounds `json:"bounds,omitempty"`
}

func newCheck(env *Env) *cobra.Command {
	var asJSON, strict bool
	var at string
	cmd := &cobra.Command{
		Use:   "check FLOW|-...",
		Short: "Prove call flows before they are live",
		Long: `Check call flows without a call: that every way leads somewhere, that callers who are
silent, always wrong or met by failing servers get to an end, that every prompt exists
in every language, and more. A file named - is standard input.

Each finding has its place in the file, its severity, its rule and, where it is about a way,
the shortest one that shows it. Exit code 1 means that there are errors, or with
--warnings-as-errors any warnings; hints never matter. For a flow that could be live
the bounds that were proved are printed: the longest call of a caller who says nothing, the
most documents between two answers of the caller, and the largest state in a URL.

The rules: ` + ruleNames() + `.`,
		Example: `  callgate check clinic.yaml
  callgate check --json *.yaml
  callgate check --at 2027-01-01 clinic.yaml`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("%s needs a flow file, or - for standard input", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(_ *cobra.Command, files []string) error {
			now, err := parseDay(at)
			if err != nil {
				return err
			}
			checks, err := checkFlows(env, files, now)
			if err == nil {
				err = printFlowChecks(env, checks, asJSON)
			}
			if err == nil && anyFinding(checks, strict) {
				err = no("")
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "answer in JSON")
	cmd.Flags().BoolVar(&strict, "warnings-as-errors", false, "exit 1 on warnings too")
	cmd.Flags().StringVar(&at, "at", "", "check as on this `DATE`, such as 2027-01-01, instead of today: for holidays that are over")
	return cmd
}

// ruleNames lists the rules of the file and those of the flow.
func ruleNames() string {
	var names []string
	for _, r := range append(flowfile.Rules(), ivr.Rules()...) {
		names = append(names, string(r))
	}
	return strings.Join(names, ", ")
}

func parseDay(s string) (time.Time, error) {
	if s == "" {
		return time.Now(), nil
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return t, usagef("--at takes a date such as 2027-01-01, not %q", s)
	}
	return t, nil
}

// checkFlows checks every file before anything is printed, so that one that cannot be
// read is not overlooked below a page of findings.
func checkFlows(env *Env, files []string, now time.Time) ([]*checkedFlow, error) {
	var checks []*checkedFlow
	var errs []error
	for _, name := range files {
		c, err := checkFlow(env, name, now)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		checks = append(checks, c)
	}
	return checks, errors.Join(errs...)
}

func printFlowChecks(env *Env, checks []*checkedFlow, asJSON bool) error {
	if asJSON {
		list := make([]flowCheck, len(checks))
		for i, c := range checks {
			list[i] = flowCheck{File: c.file, Findings: append([]ivr.Finding{}, c.report.Findings...)}
			if c.report.Program != nil {
				list[i].Bounds = &c.report.Bounds
			}
		}
		return env.printJSON(list)
	}
	var b strings.Builder
	p := env.palette(env.Stdout)
	for _, c := range checks {
		for _, f := range c.report.Findings {
			writeFinding(&b, p, f)
		}
		writeVerdict(&b, p, c)
	}
	_, err := fmt.Fprint(env.Stdout, b.String())
	return err
}

func writeFinding(b *strings.Builder, p palette, f ivr.Finding) {
	severity := string(f.Severity)
	if f.Severity == ivr.Error {
		severity = p.red(severity)
	}
	fmt.Fprintf(b, "%s: %s %s: %s\n", f.Pos, severity, f.Rule, f.Message)
	if len(f.Witness) > 0 {
		fmt.Fprintf(b, "    way: %s\n", ivr.Way(f.Witness))
	}
}

// writeVerdict sums up what was found in a file and what was proved.
func writeVerdict(b *strings.Builder, p palette, c *checkedFlow) {
	counts := countFindings(c.report.Findings)
	switch {
	case counts == "":
		counts = p.green("fine")
	case c.report.HasErrors():
		counts = p.red(counts)
	}
	fmt.Fprintf(b, "%s: %s\n", c.file, counts)
	if c.report.Program == nil {
		return
	}
	k := c.report.Bounds
	endless := ""
	if k.Endless {
		endless = " (and then without end)"
	}
	fmt.Fprintf(b, "    a caller who says nothing stays at most %d seconds (%v)%s\n", k.SilentSeconds, time.Duration(k.SilentSeconds)*time.Second, endless)
	fmt.Fprintf(b, "    at most %d documents between two answers of the caller%s\n", k.Documents, endless)
	fmt.Fprintf(b, "    at most %d of %d characters of state in a URL, and %d of %d bytes in a document\n", k.StateBytes, ivr.MaxToken, k.DocumentBytes, twiml.MaxBytes)
}

func countFindings(findings []ivr.Finding) string {
	var parts []string
	for _, s := range []ivr.Severity{ivr.Error, ivr.Warning, ivr.Hint} {
		n := 0
		for _, f := range findings {
			if f.Severity == s {
				n++
			}
		}
		switch {
		case n == 1:
			parts = append(parts, "1 "+string(s))
		case n > 1:
			parts = append(parts, fmt.Sprintf("%d %ss", n, s))
		}
	}
	return strings.Join(parts, ", ")
}

// anyFinding reports whether there is an error, or a warning when these count.
func anyFinding(checks []*checkedFlow, warningsToo bool) bool {
	for _, c := range checks {
		for _, f := range c.report.Findings {
			if f.Severity == ivr.Error || warningsToo && f.Severity == ivr.Warning {
				return true
			}
		}
	}
	return false
}
