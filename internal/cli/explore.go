package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/carrier"
	"github.com/callgate/callgate/internal/callscript"
	"github.com/callgate/callgate/internal/explore"
	calls "github.com/callgate/callgate/internal/line"
)

// exploreFlags are those of "callgate explore".
type exploreFlags struct {
	calls  int
	asJSON bool
	save   string
}

func newExplore(env *Env) *cobra.Command {
	var f exploreFlags
	cmd := &cobra.Command{
		Use:   "explore FLOW",
		Short: "Call a flow on every way that it can take",
		Long: `Call a flow on every way that it can take: each key, silence and wrong answer at each
question, each outcome of a transfer and a look-up, each side of the opening hours. The flow runs
in this process behind the gate, as it does in "callgate serve".

Every call must end, without the carrier's apology, without a document that the carrier
complains of, and without a rescue. What "callgate check" says on paper (the longest silent
call, the most documents, the largest state, what cannot be reached) must hold in every call.

What is found is shown with the decisions that lead there; --save writes the calls as cases for
callgate test. Exit code 1: something was found.`,
		Example: "  callgate explore clinic.yaml\n  callgate explore --save found clinic.yaml",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef("%s takes one flow file", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return runExplore(cmd, env, &f, args[0]) },
	}
	cmd.Flags().IntVar(&f.calls, "calls", 5000, "make at most `N` calls")
	cmd.Flags().BoolVar(&f.asJSON, "json", false, "answer in JSON")
	cmd.Flags().StringVar(&f.save, "save", "", "write what is found as cases into this `folder`")
	return cmd
}

func runExplore(cmd *cobra.Command, env *Env, f *exploreFlags, file string) error {
	if f.calls < 1 {
		return usagef("--calls %d: make at least one call", f.calls)
	}
	checked, err := checkFlow(env, file, time.Now())
	if err != nil {
		return err
	}
	if checked.report.Program == nil {
		return no(fmt.Sprintf("%s cannot be run: see callgate check %s", file, file))
	}
	flow, err := newSimulatedFlow(checked.flow, checked.report.Program)
	if err != nil {
		return err
	}
	began := time.Now()
	report, err := explore.Run(cmd.Context(), explore.Subject{
		Flow: checked.flow, Report: checked.report,
		Open: func(w *explore.Walk) (carrier.Config, error) {
			return flow.config(flowWorld{
				Config:  calls.Config{Lookups: w, Outbox: w, Languages: &calls.Languages{}, Now: w.Now, Observe: w.Observe},
				rescued: w.Rescued, grant: []callgate.Permission{callgate.AnyPermission}, madeUp: true,
			})
		},
	}, explore.Options{Calls: f.calls})
	if err != nil {
		return err
	}
	cover := callscript.Cover(checked.report.Program.Outline(), flow.locales, report.Answers)
	if err := f.saveCases(file, report); err != nil {
		return err
	}
	if err := f.print(env, file, report, cover, time.Since(began)); err != nil {
		return err
	}
	if len(report.Findings) > 0 {
		return no("")
	}
	return nil
}

// saveCases writes the calls of findings as cases.
func (f *exploreFlags) saveCases(flow string, r *explore.Report) error {
	if f.save == "" || len(r.Findings) == 0 {
		return nil
	}
	if err := os.MkdirAll(f.save, 0o755); err != nil {
		return err
	}
	path, err := filepath.Abs(flow)
	if err != nil {
		return err
	}
	for i, found := range r.Findings {
		name := fmt.Sprintf("%02d-%s.test.yaml", i+1, found.Rule)
		c := callscript.Recording{Name: found.Rule + ": " + strings.Join(found.Way, ", "), Flow: path, Log: found.Log}
		if err := os.WriteFile(filepath.Join(f.save, name), []byte(c.Case()), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// exploreReport is the answer in JSON. The names are part of the command's interface.
type exploreReport struct {
	File     string               `json:"file"`
	Calls    int                  `json:"calls"`
	Bounded  bool                 `json:"bounded,omitempty"`
	Percent  int                  `json:"percent"`
	Missed   *callscript.Coverage `json:"missed"`
	Findings []exploreFinding     `json:"findings"`
}

type exploreFinding struct {
	Rule  string   `json:"rule"`
	Text  string   `json:"text"`
	Start string   `json:"start"`
	Way   []string `json:"way"`
}

func (f *exploreFlags) print(env *Env, file string, r *explore.Report, cover *callscript.Coverage, took time.Duration) error {
	out := exploreReport{File: file, Calls: r.Calls, Bounded: r.Bounded, Percent: cover.Percent(), Missed: cover, Findings: []exploreFinding{}}
	for _, found := range r.Findings {
		out.Findings = append(out.Findings, exploreFinding{found.Rule, found.Text, found.Start.Format(time.RFC3339), found.Way})
	}
	if f.asJSON {
		return env.printJSON(out)
	}
	p := env.palette(env.Stdout)
	var b strings.Builder
	for _, found := range out.Findings {
		fmt.Fprintf(&b, "%s: %s %s: %s\n    way: %s\n", file, p.red("error"), found.Rule, found.Text, strings.Join(found.Way, ", "))
	}
	fmt.Fprintf(&b, "%s: %d calls in %v, %d found; %d of %d nodes, %d of %d exits, %d of %d languages\n", file, r.Calls, took.Round(time.Millisecond),
		len(r.Findings), cover.Nodes.Done, cover.Nodes.Of, cover.Exits.Done, cover.Exits.Of, cover.Languages.Done, cover.Languages.Of)
	b.WriteString(cover.String())
	if r.Bounded {
		fmt.Fprintf(&b, "there are more ways than --calls %d lets through\n", f.calls)
	}
	_, err := fmt.Fprint(env.Stdout, b.String())
	return err
}
