package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/internal/keys"
)

// tokenVariable and accountVariable are the carrier's own names, which its other
// tools read too.
const (
	tokenVariable   = "TWILIO_AUTH_TOKEN"
	accountVariable = "TWILIO_ACCOUNT_SID"
)

// tokenFlags say where the auth token of a command comes from.
type tokenFlags struct{ file, command string }

const tokenHelp = `The auth token comes from the environment variable TWILIO_AUTH_TOKEN, from --token-file
or from --token-command, never from a flag's value.`

func (t *tokenFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&t.file, "token-file", "", "read the auth token from this `file`")
	cmd.Flags().StringVar(&t.command, "token-command", "", "read the auth token from what this shell `command` prints")
	cmd.MarkFlagsMutuallyExclusive("token-file", "token-command")
}

func (t *tokenFlags) source() keys.Source {
	switch {
	case t.file != "":
		return keys.Source{File: t.file}
	case t.command != "":
		return keys.Source{Command: []string{"sh", "-c", t.command}}
	}
	return keys.Source{Env: tokenVariable}
}

// read returns the token.
func (t *tokenFlags) read(cmd *cobra.Command, env *Env) (callgate.Secret, error) {
	token, err := env.keyReader().Read(cmd.Context(), t.source())
	if err != nil {
		return "", fmt.Errorf("no auth token: %w; set %s, or use --token-file or --token-command", err, tokenVariable)
	}
	return token, nil
}

func (env *Env) keyReader() keys.Reader {
	return keys.Reader{Getenv: env.Getenv, Stderr: env.Stderr}
}
