package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/callgate/callgate/carrier"
	"github.com/callgate/callgate/internal/callscript"
	"github.com/callgate/callgate/internal/phone"
)

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

// noteWriter is where notes go in the middle of a call: the terminal may be raw.
func noteWriter(env *Env) io.Writer {
	if isTerminal(env.Stderr) {
		return crlf{env.Stderr}
	}
	return env.Stderr
}

// crlf ends lines as a terminal in raw mode wants them.
type crlf struct{ io.Writer }

func (c crlf) Write(b []byte) (int, error) {
	if _, err := io.WriteString(c.Writer, strings.ReplaceAll(string(b), "\n", "\r\n")); err != nil {
		return 0, err
	}
	return len(b), nil
}
