package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/callgate/callgate/carrier"
	"github.com/callgate/callgate/internal/callscript"
	"github.com/callgate/callgate/ivr"
)

// testFlags are those of "callgate test".
type testFlags struct {
	flow, url, server string
	run, junit        string
	asJSON, update    bool
	verbose, cover    bool
	coverMin          int
	parallel          int
	token             tokenFlags
}

// caseSuffixes are how files of cases end that are found in folders.
var caseSuffixes = []string{".test.yaml", ".test.yml"}

func newTest(env *Env) *cobra.Command {
	var f testFlags
	cmd := &cobra.Command{
		Use:   "test PATH...",
		Short: "Run written-down calls against a line",
		Long: `Run calls that are written down in YAML: what the caller hears, presses and says, what
others do, what goes wrong on the way, and how the call must end. A folder stands for the
files in it, and below, that end in .test.yaml.

What answers is the flow or the url that the file names, or --flow or --url. A flow runs in
this process behind the gate, with the replies to its look-ups from the file. A server is
called over HTTP; its requests are signed, so the auth token is needed.

Time is virtual: a call of three minutes takes milliseconds. Cases run side by side.

--cover says which nodes, exits and languages of flows no case came through; --cover-min
makes less than a share of them a failure. --update writes the transcripts that cases name
with "golden" instead of comparing with them.

` + tokenHelp,
		Example: `  callgate test examples
  callgate test --run 'wrong key' clinic.test.yaml
  callgate test --cover-min 90 --junit report.xml clinic.test.yaml
  callgate test --url https://ivr.example.org/voice --server http://127.0.0.1:8080 calls.test.yaml`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("%s needs a file of cases, or a folder with such files", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return runTest(cmd, env, &f, args) },
	}
	f.add(cmd)
	return cmd
}

func (f *testFlags) add(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.StringVar(&f.flow, "flow", "", "call this flow `file`, whatever the cases name")
	fl.StringVar(&f.url, "url", "", "call this voice `URL`, whatever the cases name")
	fl.StringVar(&f.server, "server", "", "reach the URL's host at this `ADDRESS`, such as http://127.0.0.1:8080")
	fl.StringVar(&f.run, "run", "", "run only cases whose name matches this `expression`")
	fl.StringVar(&f.junit, "junit", "", "write a report in JUnit's XML to this `file`")
	fl.BoolVar(&f.asJSON, "json", false, "answer in JSON, one line a case and one for the sum")
	fl.BoolVar(&f.update, "update", false, "write golden transcripts")
	fl.BoolVarP(&f.verbose, "verbose", "v", false, "name cases that pass, too")
	fl.BoolVar(&f.cover, "cover", false, "say what of the flows no case came through")
	fl.IntVar(&f.coverMin, "cover-min", 0, "fail when cases come through less than this `percentage` of a flow")
	fl.IntVar(&f.parallel, "parallel", 0, "run `N` cases at once (default: as many as processors)")
	f.token.add(cmd)
	cmd.MarkFlagsMutuallyExclusive("flow", "url")
}

// check refuses what makes no sense before anything is called.
func (f *testFlags) check() error {
	switch {
	case f.coverMin < 0 || f.coverMin > 100:
		return usagef("--cover-min %d: a percentage is from 0 to 100", f.coverMin)
	case f.parallel < 0:
		return usagef("--parallel %d: run at least one case at a time", f.parallel)
	case f.flow != "" && f.server != "":
		return usagef("--server is for a URL: the flow runs in this process")
	}
	if f.junit == "" {
		return nil
	}
	if info, err := os.Stat(filepath.Dir(f.junit)); err != nil || !info.IsDir() {
		return usagef("--junit %s: there is no folder %s", f.junit, filepath.Dir(f.junit))
	}
	return nil
}

func runTest(cmd *cobra.Command, env *Env, f *testFlags, args []string) error {
	if err := f.check(); err != nil {
		return err
	}
	options := callscript.Options{Parallel: f.parallel, Update: f.update}
	if f.run != "" {
		re, err := regexp.Compile(f.run)
		if err != nil {
			return usagef("--run: %v", err)
		}
		options.Match = re
	}
	suites, err := loadSuites(args)
	if err != nil {
		return err
	}
	opener := &caseOpener{cmd: cmd, env: env, flags: f}
	if err := opener.prepare(suites); err != nil {
		return err
	}
	if !f.asJSON {
		options.Each = func(r *callscript.Result) { printResult(env, r, f.verbose) }
	}
	began := time.Now()
	results, err := callscript.Run(cmd.Context(), suites, opener, options)
	if err != nil {
		return err
	}
	if f.junit != "" {
		if err := writeJUnit(f.junit, results); err != nil {
			return err
		}
	}
	return f.conclude(env, results, coverage(opener, results), time.Since(began))
}

// conclude prints the sum of a run, and says whether all went well.
func (f *testFlags) conclude(env *Env, results []*callscript.Result, covers []flowCover, took time.Duration) error {
	report := printSum
	if f.asJSON {
		report = printResultsJSON
	}
	if err := report(env, f, results, covers, took); err != nil {
		return err
	}
	return verdict(f, results, covers)
}

// loadSuites reads the files that are named, and those in folders.
func loadSuites(args []string) ([]*callscript.Suite, error) {
	var suites []*callscript.Suite
	var errs []error
	for _, arg := range args {
		files, err := caseFiles(arg)
		if err != nil {
			errs = append(errs, err)
		}
		for _, file := range files {
			s, err := callscript.Load(file)
			if err != nil {
				errs = append(errs, err)
				continue
			}
			suites = append(suites, s)
		}
	}
	return suites, errors.Join(errs...)
}

func caseFiles(path string) ([]string, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.IsDir():
		return []string{path}, nil
	}
	var files []string
	err = filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && slices.ContainsFunc(caseSuffixes, func(s string) bool { return strings.HasSuffix(name, s) }) {
			files = append(files, name)
		}
		return err
	})
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("%s: no files that end in %s", path, caseSuffixes[0])
	}
	return files, err
}

// caseOpener makes what answers cases.
type caseOpener struct {
	cmd   *cobra.Command
	env   *Env
	flags *testFlags
	flows flowSet
	base  carrier.Config // of servers
}

// prepare finds out what cannot work before the first call.
func (o *caseOpener) prepare(suites []*callscript.Suite) error {
	var errs []error
	servers := false
	for _, s := range suites {
		switch flow := o.flowOf(s); {
		case flow != "":
			f, err := o.flows.load(flow)
			if err == nil {
				err = s.CheckAgainst(f.program, f.names)
			}
			if err != nil {
				errs = append(errs, err)
			}
		case o.flags.url == "" && s.URL == "":
			errs = append(errs, fmt.Errorf("%s: %w", s.Path(), errNoTarget))
		default:
			servers = true
		}
	}
	if servers {
		token, err := o.flags.token.read(o.cmd, o.env)
		if err != nil {
			errs = append(errs, err)
		}
		o.base = carrier.Config{Token: token, Account: o.env.Getenv(accountVariable)}
	}
	return errors.Join(errs...)
}

// flowOf is the flow that answers a suite, "" when a server does.
func (o *caseOpener) flowOf(s *callscript.Suite) string {
	switch {
	case o.flags.flow != "":
		return o.flags.flow
	case o.flags.url != "" || s.Flow == "":
		return ""
	}
	return s.Beside(s.Flow)
}

// Open makes what answers a case.
func (o *caseOpener) Open(p *callscript.Playing) (callscript.Target, error) {
	if flow := o.flowOf(p.Suite); flow != "" {
		return o.flows.open(p, flow)
	}
	c := o.base
	c.VoiceURL, c.VoiceMethod, c.FallbackURL, c.Server = p.Suite.URL, p.Suite.Method, p.Suite.Fallback, p.Suite.Server
	if o.flags.url != "" {
		c.VoiceURL = o.flags.url
	}
	if o.flags.server != "" {
		c.Server = o.flags.server
	}
	return callscript.Target{Config: c}, nil
}

// flowCover is what cases came through of one flow.
type flowCover struct {
	File string `json:"file"`
	*callscript.Coverage
	Percentage int `json:"percent"`
}

// coverage gathers what cases came through of each flow.
func coverage(o *caseOpener, results []*callscript.Result) []flowCover {
	answers := map[string][]ivr.Answer{}
	var order []string
	for _, r := range results {
		flow := o.flowOf(r.Suite)
		if flow == "" {
			continue
		}
		if !slices.Contains(order, flow) {
			order = append(order, flow)
		}
		answers[flow] = append(answers[flow], r.Answers...)
	}
	var out []flowCover
	for _, file := range order {
		s, err := o.flows.load(file)
		if err != nil {
			continue // the cases have said so
		}
		c := callscript.Cover(s.program.Outline(), s.locales, answers[file])
		out = append(out, flowCover{file, c, c.Percent()})
	}
	return out
}

func writeJUnit(file string, results []*callscript.Result) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	if err := callscript.JUnit(f, results); err != nil {
		f.Close()
		return fmt.Errorf("writing %s: %w", file, err)
	}
	return f.Close()
}

func printResult(env *Env, r *callscript.Result, verbose bool) {
	p := env.palette(env.Stdout)
	text := r.Text()
	switch {
	case len(r.Failures) > 0:
		fmt.Fprintln(env.Stdout, p.red("FAIL")+strings.TrimPrefix(text, "FAIL"))
	case verbose:
		fmt.Fprintln(env.Stdout, p.green("ok")+strings.TrimPrefix(text, "ok"))
	}
}

// testSum is the sum of a run. The JSON names are part of the command's interface.
type testSum struct {
	Cases    int         `json:"cases"`
	Failed   int         `json:"failed"`
	Took     float64     `json:"took"`
	Lasted   float64     `json:"lasted"`
	Coverage []flowCover `json:"coverage,omitempty"`
}

func sumOf(results []*callscript.Result, covers []flowCover, took time.Duration) testSum {
	s := testSum{Cases: len(results), Took: took.Seconds(), Coverage: covers}
	for _, r := range results {
		s.Lasted += r.End.Lasted.Seconds()
		if len(r.Failures) > 0 {
			s.Failed++
		}
	}
	return s
}

func printResultsJSON(env *Env, _ *testFlags, results []*callscript.Result, covers []flowCover, took time.Duration) error {
	for _, r := range results {
		if err := env.printJSON(r); err != nil {
			return err
		}
	}
	return env.printJSON(sumOf(results, covers, took))
}

func printSum(env *Env, f *testFlags, results []*callscript.Result, covers []flowCover, took time.Duration) error {
	var b strings.Builder
	if f.cover || f.coverMin > 0 {
		for _, c := range covers {
			fmt.Fprintf(&b, "%s: %d%% covered: %d of %d nodes, %d of %d exits, %d of %d languages\n%s", c.File, c.Percentage,
				c.Nodes.Done, c.Nodes.Of, c.Exits.Done, c.Exits.Of, c.Languages.Done, c.Languages.Of, c.Coverage)
		}
	}
	s := sumOf(results, covers, took)
	calls := time.Duration(s.Lasted * float64(time.Second)).Round(time.Second)
	fmt.Fprintf(&b, "%d cases, %d failed; %v of calls in %v\n", s.Cases, s.Failed, calls, took.Round(time.Millisecond))
	_, err := fmt.Fprint(env.Stdout, b.String())
	return err
}

// verdict says no when a case failed, none was run, or the coverage is too small.
func verdict(f *testFlags, results []*callscript.Result, covers []flowCover) error {
	if len(results) == 0 {
		return no("no case matches --run " + f.run)
	}
	for _, r := range results {
		if len(r.Failures) > 0 {
			return no("")
		}
	}
	for _, c := range covers {
		if c.Percentage < f.coverMin {
			return no(fmt.Sprintf("%s: %d%% covered, and --cover-min asks for %d%%", c.File, c.Percentage, f.coverMin))
		}
	}
	return nil
}
