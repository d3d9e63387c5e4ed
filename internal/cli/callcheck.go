package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/callgate/callgate/carrier"
)

// check refuses flags that would do nothing beside each other, or that make no sense.
func (f *callFlags) check(cmd *cobra.Command) error {
	given := func(names ...string) string {
		for _, name := range names {
			if cmd.Flags().Changed(name) {
				return name
			}
		}
		return ""
	}
	many := given("calls") != ""
	switch {
	case many && f.load.calls < 1:
		return usagef("--calls %d: make at least one call", f.load.calls)
	case f.load.rate < 0:
		return usagef("--rate %g: calls begin at a positive rate, or at 0 as fast as the server takes them", f.load.rate)
	case !many && given("rate", "svg", "support-number") != "":
		return usagef("--%s is for many calls: add --calls N", given("rate", "svg", "support-number"))
	case many && given("record", "trace", "voice", "real-time") != "":
		return usagef("--%s is for one call, and --calls makes many", given("record", "trace", "voice", "real-time"))
	case given("press") != "" && strings.Trim(strings.Join(f.press, ""), " ") == "":
		return usagef("--press: say which keys, such as --press 1,2")
	case f.flow != "" && given("server", "method", "fallback", "status-callback", "token-file", "token-command") != "":
		return usagef("--%s is for a URL: the flow runs in this process", given("server", "method", "fallback", "status-callback", "token-file", "token-command"))
	}
	if f.record == "" {
		return nil
	}
	if info, err := os.Stat(filepath.Dir(f.record)); err != nil || !info.IsDir() { // not only after the call
		return usagef("--record %s: there is no folder %s", f.record, filepath.Dir(f.record))
	}
	return nil
}

// newLine makes a line whose errors name flags.
func newLine(c carrier.Config) (*carrier.Line, error) {
	line, err := carrier.NewLine(c)
	if err == nil {
		return line, nil
	}
	return nil, usagef("%s", flagNames.Replace(err.Error()))
}

var flagNames = strings.NewReplacer(
	"carrier: Config.VoiceURL is", "the URL is", "carrier: Config.VoiceMethod is", "--method is",
	"carrier: Config.FallbackURL is", "--fallback is", "carrier: Config.StatusURL is", "--status-callback is",
	"carrier: Config.Server is", "--server is", "carrier: Account and Token:", "the account ("+accountVariable+") and its token:",
)

// rescued tells, once, why the gate rescued the caller, who only hears that it did.
func (f *callFlags) rescued(env *Env) func(string) {
	told := false
	return func(why string) {
		if !told && f.load.calls == 0 {
			told = true
			fmt.Fprintf(noteWriter(env), "note: %s\n", why)
		}
	}
}
