package cli

import (
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

func newMan(env *Env) *cobra.Command {
	return &cobra.Command{
		Use:   "man DIR",
		Short: "Write the manual pages into a directory",
		Long: `Write one manual page for each command into a directory, which is made when it
does not exist. Pages that are there already are replaced.

The date on the pages is that of the commit that callgate was built from, or the day
in SOURCE_DATE_EPOCH, or today's.`,
		Example: "  callgate man /usr/local/share/man/man1\n  callgate man ./man && man ./man/callgate.1",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef("%s takes one argument, the directory to write to", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return writeMan(cmd.Root(), args[0])
		},
	}
}

func writeMan(root *cobra.Command, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("making the directory for manual pages: %w", err)
	}
	b := readBuild()
	header := &doc.GenManHeader{Section: "1", Source: "callgate " + b.Version, Manual: "Callgate"}
	if day, err := time.Parse(time.RFC3339, b.Time); err == nil {
		header.Date = &day
	}
	if err := doc.GenManTree(root, header, dir); err != nil {
		return fmt.Errorf("writing manual pages: %w", err)
	}
	return nil
}
