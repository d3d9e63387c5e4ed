package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/callgate/callgate/carrier"
	"github.com/callgate/callgate/internal/callscript"
	calls "github.com/callgate/callgate/internal/line"
	"github.com/callgate/callgate/internal/phone"
)

// callFlags are those of "callgate call".
type callFlags struct {
	flow, server, method, fallback, status string
	from, to, now                          string
	press                                  []string
	script, record                         string
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

--press and --script make a call without a person. A script is YAML with steps, as the cases of
"callgate test" have them. --record writes the call as such a case.

With --calls many calls are made at once, and counted.

Exit code 1: the carrier's debugger would show an error, or the call did not go as the script
says.

` + tokenHelp,
		Example: `  callgate call --flow clinic.yaml
  callgate call https://ivr.example.org/voice
  callgate call https://ivr.example.org/voice --server http://127.0.0.1:8080 --press 1,2
  callgate call --flow clinic.yaml --script steps.yaml --json
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
	steps, err := f.steps()
	if err != nil {
		return err
	}
	start, err := f.start()
	if err != nil {
		return err
	}
	clock := &callClock{start: start}
	config, err := f.config(cmd, env, args, clock)
	if err != nil {
		return err
	}
	config.Start = start
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
	line, err := carrier.NewLine(config)
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
func (f *callFlags) config(cmd *cobra.Command, env *Env, args []string, clock *callClock) (carrier.Config, error) {
	if f.flow != "" {
		var flows flowSet
		flow, err := flows.load(f.flow)
		if err != nil {
			return carrier.Config{}, err
		}
		c, err := flow.config(flowWorld{Config: calls.Config{Log: f.log(env), Outbox: forgetful{}, Languages: &calls.Languages{}, Now: clock.now}})
		c.Seed = f.seed
		return c, err
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

// keep writes the call as a case.
func (f *callFlags) keep(call *carrier.Call, args []string) error {
	if f.record == "" {
		return nil
	}
	r := callscript.Recording{Name: "recorded call", Flow: f.flow, From: f.from, To: f.to, Log: call.Log()}
	if len(args) == 1 {
		r.URL = args[0]
	}
	if err := os.WriteFile(f.record, []byte(r.Case()), 0o644); err != nil {
		return fmt.Errorf("recording the call: %w", err)
	}
	return nil
}

// caller makes one call: a person, or a script.
type caller struct {
	person  *phone.Phone
	voice   *phone.Voice
	observe func(carrier.Entry)
}

// stop ends what the call does to the outside: what is still being said aloud.
func (c *caller) stop() {
	if c.voice != nil {
		c.voice.Stop()
	}
}

// phone makes who calls, and what shows the call. Restore leaves the terminal as it was.
func (f *callFlags) phone(ctx context.Context, env *Env, steps *callscript.Suite) (*caller, func(), error) {
	restore := func() {}
	out := env.Stdout
	raw := steps == nil && !f.asJSON && isTerminal(env.Stdout)
	if raw {
		r, ok, err := rawTerminal(env.Stdin)
		if err != nil {
			return nil, restore, err
		}
		if raw = ok; ok {
			restore = r
			out = crlf{out}
		}
	}
	screen := &phone.Screen{Out: out, Color: env.palette(env.Stdout).on, Width: terminalWidth(env.Stdout), Trace: f.trace}
	c := &caller{observe: screen.Entry}
	if f.asJSON {
		c.observe = func(e carrier.Entry) { _ = env.printJSON(e) }
	}
	if f.aloud {
		speak, err := speaker()
		if err != nil {
			restore()
			return nil, func() {}, err
		}
		c.voice = phone.NewVoice(ctx, speak, func(err error) { fmt.Fprintln(out, err) })
	}
	if steps != nil {
		c.speaks()
		return c, restore, nil
	}
	c.person = &phone.Phone{Screen: screen, Real: f.realTime, Voice: c.voice, Barge: raw, Actions: actions(env, raw, out)}
	if f.asJSON {
		screen.Out = io.Discard // what would be asked on a screen
	} else {
		c.observe = c.person.Entry
	}
	return c, restore, nil
}

// speaks says aloud what is heard in a call that no person makes.
func (c *caller) speaks() {
	if c.voice == nil {
		return
	}
	show := c.observe
	c.observe = func(e carrier.Entry) {
		show(e)
		c.voice.Entry(e)
	}
}

// actions are what is typed: single keys on a terminal, else lines.
func actions(env *Env, raw bool, echo io.Writer) <-chan phone.Action {
	if raw {
		return phone.ReadKeys(env.Stdin, echo)
	}
	return phone.ReadLines(env.Stdin)
}

// make makes the call.
func (c *caller) make(ctx context.Context, call *carrier.Call, steps *callscript.Suite) error {
	if c.person != nil {
		return c.person.Run(ctx, call)
	}
	if err := callscript.Play(call, steps); err != nil {
		return err
	}
	_, err := call.Finish()
	return err
}

// rawTerminal lets single keys be read, when the input is a terminal.
func rawTerminal(in io.Reader) (restore func(), ok bool, err error) {
	f, isFile := in.(*os.File)
	if !isFile || !term.IsTerminal(int(f.Fd())) {
		return func() {}, false, nil
	}
	old, err := term.MakeRaw(int(f.Fd()))
	if err != nil {
		return nil, false, fmt.Errorf("the terminal: %w", err)
	}
	return func() { _ = term.Restore(int(f.Fd()), old) }, true, nil
}

func terminalWidth(w io.Writer) int {
	f, ok := w.(*os.File)
	if !ok {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// crlf ends lines as a terminal in raw mode wants them.
type crlf struct{ io.Writer }

func (c crlf) Write(b []byte) (int, error) {
	if _, err := io.WriteString(c.Writer, strings.ReplaceAll(string(b), "\n", "\r\n")); err != nil {
		return 0, err
	}
	return len(b), nil
}
