package cli

import (
	"github.com/spf13/cobra"

	"github.com/callgate/callgate/internal/flowfile"
)

func newSchema(env *Env) *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of flow files, for editors",
		Long: `Print the JSON Schema (draft 7) of flow files. Editors that know it complete keys,
show what they mean, and mark what does not belong. It says of the form of a file what
"callgate check" says; where the ways of a flow lead only the check sees.

An editor with the YAML language server finds it by a first line in the flow such as

  # yaml-language-server: $schema=flow.schema.json`,
		Example: `  callgate schema > flow.schema.json`,
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := env.Stdout.Write(flowfile.Schema())
			return err
		},
	}
}
