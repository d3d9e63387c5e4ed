package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"github.com/callgate/callgate/carrier"
	"github.com/callgate/callgate/internal/callscript"
	calls "github.com/callgate/callgate/internal/line"
)

// callFlags are those of "callgate call".
type callFlags struct {
	flow, server, method, fallback, status string
	from, to, now                          string
	press                                  []string
	script, record                         string
	lookups, grant                         []string
	http                                   []callscript.Lookup // replies of lookups and the script
	asJSON, trace, realTime, aloud         bool
	seed                                   uint64
	load                                   loadFlags
	token                                  tokenFlags
}

func newCall(env *Env) *cobra.Command {
	var f callFlags
	cmd := &cobra.Command{
		Use:   "call [URL]",
		Short: "Call a line without a telephone",
		Long: `Call a line as the carrier would: with signed requests to its voice URL, or to a flow
that is started in this process with --flow. What the caller hears is shown as it is
heard; what is typed are keys (0-9 * #), "speech, Enter for silence, and h to hang up.

Time is the telephone's own: nothing happens while you think. --real-time lets prompts take
as long as they do, keys interrupt them, and time-outs run out.

--press and --script make a call without a person. A script is YAML with steps, and if need
be http, world, faults and grant, as the cases of "callgate test" have them. --record writes the
call as such a case.

What a flow looks up is answered by --lookup, or by http in the script; other look-ups fail.

With --calls many calls are made at once, and counted.

Exit code 1: the carrier's debugger would show an error, or the call did not go as the script
says.

` + tokenHelp,
		Example: `  callgate call --flow clinic.yaml
  callgate call https://ivr.example.org/voice
  callgate call https://ivr.example.org/voice --server http://127.0.0.1:8080 --press 1,2
  callgate call --flow clinic.yaml --script steps.yaml --json
  callgate call --flow shop.yaml --lookup 'order-state={"state":"sent"}'
  callgate call https://ivr.example.org/voice --calls 500 --rate 50 --press 1`,
		Args: func(cmd *cobra.Command, args []string) error {
			if (len(args) == 1) == (f.flow != "") || len(args) > 1 {
				return usagef("%s calls one voice URL, or a flow with --flow", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return runCall(cmd, env, &f, args) },
	}
	f.add(cmd)
	return cmd
}

func (f *callFlags) add(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.StringVar(&f.flow, "flow", "", "call this flow `file`, in this process")
	fl.StringVar(&f.server, "server", "", "reach the URL's host at this `ADDRESS`, such as http://127.0.0.1:8080")
	fl.StringVar(&f.method, "method", "POST", "request the URL with POST or GET")
	fl.StringVar(&f.fallback, "fallback", "", "the number's fallback `URL`")
	fl.StringVar(&f.status, "status-callback", "", "the number's status callback `URL`")
	fl.StringVar(&f.from, "from", "", "call from this `number` (default +15550100)")
	fl.StringVar(&f.to, "to", "", "dial this `number` (default +15550199)")
	fl.StringVar(&f.now, "now", "", "begin at this `TIME`, such as 2026-03-02T10:00:00+01:00 (default: now)")
	fl.StringSliceVar(&f.press, "press", nil, "press these `keys`, one group after another whenever the line waits")
	fl.StringVar(&f.script, "script", "", "follow the steps in this `file`")
	fl.StringArrayVar(&f.lookups, "lookup", nil, "reply to the look-up of a flow's node: `NODE=REPLY` with JSON, a file of it, a status, or error")
	fl.StringSliceVar(&f.grant, "grant", nil, "grant this call a `permission` of the flow's nodes")
	fl.StringVar(&f.record, "record", "", "write the call to this `file` as a case for callgate test")
	fl.BoolVar(&f.asJSON, "json", false, "answer in JSON, one line for each thing that happens")
	fl.BoolVar(&f.trace, "trace", false, "show each request and its answer")
	fl.BoolVar(&f.realTime, "real-time", false, "let time pass as on a clock")
	fl.BoolVar(&f.aloud, "voice", false, "speak prompts aloud with espeak-ng or say")
	fl.Uint64Var(&f.seed, "seed", 0, "make the call's identifiers from this `number`")
	f.load.add(cmd)
	f.token.add(cmd)
	cmd.MarkFlagsMutuallyExclusive("press", "script", "real-time")
	cmd.MarkFlagsMutuallyExclusive("json", "trace")
	cmd.MarkFlagsMutuallyExclusive("json", "voice")
}

func runCall(cmd *cobra.Command, env *Env, f *callFlags, args []string) error {
	if err := f.check(cmd); err != nil {
		return err
	}
	steps, err := f.steps()
	if err != nil {
		return err
	}
	start, err := f.start()
	if err != nil {
		return err
	}
	clock := &callClock{start: start}
	config, err := f.config(cmd, env, args, clock, steps)
	if err != nil {
		return err
	}
	config.Start = start
	if steps != nil {
		if err := callscript.Apply(steps, &config); err != nil {
			return err
		}
	}
	if f.load.calls > 0 {
		return runLoad(cmd.Context(), env, f, config, steps)
	}
	p, restore, err := f.phone(cmd.Context(), env, steps)
	if err != nil {
		return err
	}
	defer restore()
	defer p.stop()
	config.Observe = p.observe
	line, err := newLine(config)
	if err != nil {
		return err
	}
	call, err := line.Call(cmd.Context(), carrier.Caller{From: f.from, To: f.to, Manual: p.person != nil})
	if err != nil {
		return err
	}
	clock.call.Store(call)
	wrong := p.make(cmd.Context(), call, steps)
	restore()
	return f.conclude(call, args, wrong)
}

// conclude writes down a call that is over, and says whether it went well.
func (f *callFlags) conclude(call *carrier.Call, args []string, wrong error) error {
	if errors.Is(wrong, context.Canceled) {
		return wrong
	}
	if err := f.keep(call, args); err != nil {
		return err
	}
	return callVerdict(call, wrong)
}

// callVerdict says no when the call went wrong.
func callVerdict(call *carrier.Call, wrong error) error {
	var miss *carrier.Miss
	switch {
	case errors.As(wrong, &miss):
		text, _, _ := strings.Cut(wrong.Error(), "\n") // the rest was shown as it happened
		return no(text)
	case wrong != nil:
		return wrong
	}
	for _, p := range call.Problems() {
		if p.Severity == carrier.Error {
			return no("")
		}
	}
	return nil
}

// config is the line to call.
func (f *callFlags) config(cmd *cobra.Command, env *Env, args []string, clock *callClock, steps *callscript.Suite) (carrier.Config, error) {
	if f.flow != "" {
		return f.flowConfig(env, clock, steps)
	}
	if len(f.lookups)+len(f.grant) > 0 || steps != nil && len(steps.Cases[0].HTTP)+len(steps.Cases[0].Grant) > 0 {
		return carrier.Config{}, usagef("replies to look-ups and permissions are for --flow: a server looks up and grants for itself")
	}
	token, err := f.token.read(cmd, env)
	if err != nil {
		return carrier.Config{}, err
	}
	return carrier.Config{
		Token: token, Account: env.Getenv(accountVariable), VoiceURL: args[0], VoiceMethod: f.method,
		FallbackURL: f.fallback, StatusURL: f.status, Server: f.server, Seed: f.seed,
	}, nil
}

// flowConfig is a flow in this process as the line to call.
func (f *callFlags) flowConfig(env *Env, clock *callClock, steps *callscript.Suite) (carrier.Config, error) {
	var flows flowSet
	flow, err := flows.load(f.flow)
	if err != nil {
		return carrier.Config{}, err
	}
	if f.http, err = f.replies(flow, steps); err != nil {
		return carrier.Config{}, err
	}
	if steps != nil {
		f.grant = append(f.grant, steps.Cases[0].Grant...)
	}
	grant, err := flow.granted(f.grant)
	if err != nil {
		return carrier.Config{}, usagef("%v", err)
	}
	replies := &toldReplies{Replies: callscript.NewReplies(clock.now, f.http), told: map[string]bool{}}
	if f.load.calls == 0 {
		replies.out = noteWriter(env)
	}
	c, err := flow.config(flowWorld{
		Config: calls.Config{Log: f.log(env), Lookups: replies, Outbox: forgetful{}, Languages: &calls.Languages{}, Now: clock.now},
		grant:  grant, rescued: f.rescued(env),
	})
	c.Seed = f.seed
	return c, err
}

// start is when the call begins.
func (f *callFlags) start() (time.Time, error) {
	if f.now == "" {
		return time.Now(), nil
	}
	t, err := time.Parse(time.RFC3339, f.now)
	if err != nil {
		return t, usagef("--now takes a time such as 2026-03-02T10:00:00+01:00, not %q", f.now)
	}
	return t, nil
}

// callClock is the time of day on a call's own clock, for the flow that answers it.
type callClock struct {
	start time.Time
	call  atomic.Pointer[carrier.Call]
}

func (c *callClock) now() time.Time {
	if call := c.call.Load(); call != nil {
		return c.start.Add(call.Now())
	}
	return c.start
}

// log tells what goes wrong inside of a flow, to whoever wants to see requests.
func (f *callFlags) log(env *Env) *slog.Logger {
	if !f.trace {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(slog.NewTextHandler(env.Stderr, nil))
}

// forgetful keeps no bookings and voicemails: nobody shall be called back because
// a line was tried out.
type forgetful struct{}

func (forgetful) Put(string, any) error { return nil }

// steps reads what --press and --script say.
func (f *callFlags) steps() (*callscript.Suite, error) {
	if f.script != "" {
		content, err := os.ReadFile(f.script)
		if err != nil {
			return nil, err
		}
		return callscript.ParseSteps(f.script, content)
	}
	if len(f.press) == 0 {
		return nil, nil
	}
	var b strings.Builder
	b.WriteString("steps:\n")
	for _, keys := range f.press {
		fmt.Fprintf(&b, "  - press: %q\n", strings.TrimSpace(keys))
	}
	s, err := callscript.ParseSteps("--press", []byte(b.String()))
	if err != nil {
		return nil, usagef("--press %s: keys are 0-9, * and #, with commas between groups", strings.Join(f.press, ","))
	}
	return s, nil
}

// beside is how a file names another one that is given relative to the working directory.
func beside(file, from string) string {
	if file == "" || filepath.IsAbs(file) {
		return file
	}
	abs, err := filepath.Abs(file)
	if err != nil {
		return file
	}
	dir, err := filepath.Abs(filepath.Dir(from))
	if err != nil {
		return abs
	}
	rel, err := filepath.Rel(dir, abs)
	if err != nil {
		return abs
	}
	return rel
}

// keep writes the call as a case.
func (f *callFlags) keep(call *carrier.Call, args []string) error {
	if f.record == "" {
		return nil
	}
	r := callscript.Recording{Name: "recorded call", Flow: beside(f.flow, f.record), From: f.from, To: f.to, HTTP: f.http, Grant: f.grant, Log: call.Log()}
	if f.flow != "" {
		r.Now = call.Start() // opening hours depend on it
	}
	if len(args) == 1 {
		r.URL, r.Fallback = args[0], f.fallback
		if f.method != http.MethodPost {
			r.Method = f.method
		}
	}
	if err := os.WriteFile(f.record, []byte(r.Case()), 0o644); err != nil {
		return fmt.Errorf("recording the call: %w", err)
	}
	return nil
}
