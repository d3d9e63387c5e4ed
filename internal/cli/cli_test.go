package cli_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/callgate/callgate/internal/cli"
)

// TestHelp demands of every command, present and future, what the help promises.
func TestHelp(t *testing.T) {
	root := cli.NewRoot(&cli.Env{Getenv: func(string) string { return "" }})
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		if c != root && !strings.HasPrefix(c.Example, "  "+c.CommandPath()) && !c.HasSubCommands() {
			t.Errorf("%s: the help needs an Example, indented by two spaces, that begins with the command", c.CommandPath())
		}
		if strings.HasSuffix(c.Short, ".") || c.Short == "" {
			t.Errorf("%s: Short is one line without a full stop, not %q", c.CommandPath(), c.Short)
		}
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(root)
}

// Main needs nothing of the process: not its arguments, streams or environment.
func TestMainExitCodes(t *testing.T) {
	for args, want := range map[string]int{
		"":                0,
		"version":         0,
		"version --help":  0,
		"version --bogus": 2,
		"bogus":           2,
	} {
		var out, errs bytes.Buffer
		env := &cli.Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Getenv: func(string) string { return "" }}
		if got := cli.Main(t.Context(), strings.Fields(args), env); got != want {
			t.Errorf("callgate %s: exit code %d, want %d\n%s", args, got, want, errs.String())
		}
		if (errs.Len() == 0) != (want == 0) {
			t.Errorf("callgate %s: standard error holds %q", args, errs.String())
		}
	}
}
