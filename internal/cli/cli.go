// Package cli is the command line of Callgate: a table of commands, each in a
// file of its own, and the only place where the parts of Callgate are wired
// together.
//
// A command is a function that builds a cobra.Command from an Env and stands in
// the table in this file. It writes its answer to env.Stdout and everything
// else to env.Stderr, reads no global state (os.Args, os.Getenv, os.Stdout), and
// tells how it went by the error of RunE:
//
//   - nil: fine, exit code 0;
//   - an error made by no: the question was answered and the answer is no, exit code 1;
//   - any other error: wrong usage or configuration, exit code 2. Its text says
//     what is wrong, where, and what to do. Faults in the arguments are made by usagef,
//     which adds a pointer to the help.
//
// Secrets never come from a flag's value, because a flag can be read in the
// process list and in the shell's history; see package keys for where they do
// come from.
package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// commands is the table: every command of Callgate, in the order of the help.
func commands() []func(*Env) *cobra.Command {
	return []func(*Env) *cobra.Command{
		newServe,
		newCheck,
		newGraph,
		newSchema,
		newCall,
		newTest,
		newExplore,
		newSign,
		newVerify,
		newExplain,
		newReport,
		newDoctor,
		newTwiml,
		newVersion,
		newMan,
	}
}

// Exit codes of callgate.
const (
	exitOK    = 0
	exitNo    = 1 // the answer is no
	exitUsage = 2 // wrong usage or configuration: there is no answer
)

// Main runs the command that args name (without the program's own name) and
// returns the exit code. It returns when the command is done or, for commands that
// serve, soon after ctx is.
func Main(ctx context.Context, args []string, env *Env) int {
	root := newRoot(env)
	knownShells(root)
	root.SetArgs(args)
	at, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitOK
	}
	return report(env, at, err)
}

func newRoot(env *Env) *cobra.Command {
	root := &cobra.Command{
		Use:   "callgate COMMAND",
		Short: "Answer telephone calls over webhooks, and let nobody in but the carrier",
		Long: `Callgate answers telephone calls over webhooks and lets nobody in but the carrier.

It authenticates each webhook by its request signature, asks an access control list
whether the request may do what it asks for, and answers TwiML. Whatever fails is
answered with TwiML that takes the caller to a human.

Secrets come from the environment (TWILIO_AUTH_TOKEN), a file or a command's output,
never from a flag's value.

Exit codes: 0 fine, 1 the answer is no, 2 wrong usage or configuration.`,
		SilenceErrors:         true, // report prints them
		SilenceUsage:          true,
		DisableAutoGenTag:     true, // manual pages must not change from build to build
		DisableFlagsInUseLine: true,
		Args:                  cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(cmd, args[0])
			}
			return cmd.Help()
		},
	}
	root.SetIn(env.Stdin)
	root.SetOut(env.Stdout)
	root.SetErr(env.Stderr)
	root.SetFlagErrorFunc(flagError)
	root.PersistentFlags().BoolP("help", "h", false, "show help")
	for _, build := range commands() {
		root.AddCommand(build(env))
	}
	root.Version = readBuild().String()
	root.SetVersionTemplate("{{.Version}}\n")
	root.InitDefaultVersionFlag()
	root.Flags().Lookup("version").Usage = "say which callgate this is"
	return root
}

// knownShells makes "callgate completion" refuse a shell that it has no script for.
func knownShells(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		if c.Name() != "completion" {
			continue
		}
		c.Args = cobra.ArbitraryArgs
		c.RunE = func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("no script for the shell %q; there are scripts for bash, fish, powershell and zsh", args[0])
			}
			return cmd.Help()
		}
	}
}

// report prints why a command did not do what was asked, and returns its exit code.
func report(env *Env, at *cobra.Command, err error) int {
	var answer *noError
	if errors.As(err, &answer) {
		if answer.text != "" {
			fmt.Fprintln(env.Stderr, answer.text)
		}
		return exitNo
	}
	if errors.Is(err, context.Canceled) { // nothing is wrong: somebody stopped it
		fmt.Fprintln(env.Stderr, "stopped")
		return exitNo
	}
	p := env.palette(env.Stderr)
	for _, e := range flatten(err) {
		fmt.Fprintf(env.Stderr, "%s %v\n", p.red("error:"), e)
	}
	var usage *usageError
	if errors.As(err, &usage) {
		fmt.Fprintf(env.Stderr, "usage: %s\nRun '%s --help' for more.\n", at.UseLine(), at.CommandPath())
	}
	return exitUsage
}

// noError is the error of a command whose answer is no.
type noError struct{ text string }

func (e *noError) Error() string { return "no: " + e.text }

// no makes the error of a command whose answer is no. The text is printed to
// standard error; with "" nothing is, because the command has said it all.
func no(text string) error { return &noError{text} }

// usageError is a fault in the arguments of a command.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

// usagef makes the error of a command that was called wrongly.
func usagef(format string, args ...any) error {
	return &usageError{fmt.Errorf(format, args...)}
}

// noArgs is cobra.NoArgs in the words of a command without subcommands.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef("%s takes no arguments, but was given %q", cmd.CommandPath(), strings.Join(args, " "))
	}
	return nil
}
