package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/callgate/callgate/internal/spell"
	"github.com/callgate/callgate/twiml"
)

func newTwiml(env *Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "twiml",
		Short: "Work with TwiML documents",
		Args:  cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(cmd, args[0])
			}
			return cmd.Help()
		},
	}
	cmd.AddCommand(newTwimlCheck(env))
	return cmd
}

// documentCheck is what "callgate twiml check" says of one file. The JSON names
// are part of the command's interface.
type documentCheck struct {
	File     string          `json:"file"`
	Findings []twiml.Finding `json:"findings"`
}

func newTwimlCheck(env *Env) *cobra.Command {
	var profile string
	var asJSON, strict bool
	cmd := &cobra.Command{
		Use:   "check FILE|-...",
		Short: "Say what a carrier would complain of in TwiML documents",
		Long: `Check TwiML documents as the carrier does when it receives them, and say what it
would complain of, with its own error codes, line and column. A file named - is
standard input.

A fatal finding ends the call or takes it to the fallback URL; after a warning the
call goes on without the thing complained of. Exit code 1 means fatal findings, or
with --warnings-as-errors any.

The profile names the carrier: ` + profileNames() + `.
Strict is what all of them accept.`,
		Example: `  callgate twiml check menu.xml voicemail.xml
  curl -s https://example.com/menu | callgate twiml check --profile strict -`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("%s needs a file, or - for standard input", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(_ *cobra.Command, files []string) error {
			if !slices.Contains(twiml.Profiles(), twiml.Profile(profile)) {
				return usagef("unknown profile %q%s: there are %s", profile, didYouMean("", spell.Nearest(profile, profileList())), profileNames())
			}
			checks, err := checkDocuments(env, files, twiml.Profile(profile))
			if err != nil {
				return err
			}
			if err := printChecks(env, checks, asJSON); err != nil {
				return err
			}
			if refused(checks, strict) {
				return no("")
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&profile, "profile", string(twiml.Twilio), "carrier to check for")
	cmd.Flags().BoolVar(&asJSON, "json", false, "answer in JSON")
	cmd.Flags().BoolVar(&strict, "warnings-as-errors", false, "exit 1 on warnings too")
	return cmd
}

func profileList() []string {
	var names []string
	for _, p := range twiml.Profiles() {
		names = append(names, string(p))
	}
	return names
}

func profileNames() string { return strings.Join(profileList(), ", ") }

// checkDocuments reads and checks every file before anything is printed, so that
// a file that cannot be read is not overlooked below a page of findings.
func checkDocuments(env *Env, files []string, profile twiml.Profile) ([]documentCheck, error) {
	var checks []documentCheck
	var errs []error
	for _, name := range files {
		data, err := readDocument(env, name)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		checks = append(checks, documentCheck{name, append([]twiml.Finding{}, twiml.Check(data, profile)...)})
	}
	return checks, errors.Join(errs...)
}

// readDocument reads a file, or standard input for "-", and no more of it than it
// takes to see that it is too large.
func readDocument(env *Env, name string) ([]byte, error) {
	in := env.Stdin
	if name == "-" {
		name = "standard input"
	} else {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	data, err := io.ReadAll(io.LimitReader(in, twiml.MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	return data, nil
}

func printChecks(env *Env, checks []documentCheck, asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(env.Stdout)
		e.SetEscapeHTML(false) // messages hold element names
		return e.Encode(checks)
	}
	p := env.palette(env.Stdout)
	for _, c := range checks {
		if len(c.Findings) == 0 {
			if _, err := fmt.Fprintf(env.Stdout, "%s: %s\n", c.File, p.green("fine")); err != nil {
				return err
			}
		}
		for _, f := range c.Findings {
			severity := string(f.Severity)
			if f.Severity == twiml.Fatal {
				severity = p.red(severity)
			}
			if _, err := fmt.Fprintf(env.Stdout, "%s:%d:%d: %s %d: %s\n", c.File, f.Line, f.Col, severity, f.Code, f.Message); err != nil {
				return err
			}
		}
	}
	return nil
}

// refused reports whether there is a fatal finding, or any when warnings count.
func refused(checks []documentCheck, warningsToo bool) bool {
	for _, c := range checks {
		for _, f := range c.Findings {
			if warningsToo || f.Severity == twiml.Fatal {
				return true
			}
		}
	}
	return false
}
