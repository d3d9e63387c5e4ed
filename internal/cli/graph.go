package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/callgate/callgate/internal/graph"
	"github.com/callgate/callgate/internal/spell"
)

// pictureFormat is a form of pictures, also the end of their files' names.
type pictureFormat struct {
	name   string
	ends   []string
	binary bool
	draw   func(*graph.Picture) ([]byte, error)
}

func pictureFormats() []pictureFormat {
	return []pictureFormat{
		{"svg", []string{".svg"}, false, (*graph.Picture).SVG},
		{"png", []string{".png"}, true, (*graph.Picture).PNG},
		{"mermaid", []string{".mmd", ".mermaid"}, false, func(p *graph.Picture) ([]byte, error) { return p.Mermaid(), nil }},
		{"dot", []string{".dot", ".gv"}, false, func(p *graph.Picture) ([]byte, error) { return p.DOT(), nil }},
	}
}

func newGraph(env *Env) *cobra.Command {
	var output, format string
	cmd := &cobra.Command{
		Use:   "graph FLOW|-",
		Short: "Draw a call flow",
		Long: `Draw a call flow: its nodes by kind, with the beginning of what callers hear, and the
exits between them. Dashed arrows are for callers who do not answer, and for failures;
what can happen at every question leads from one node called everywhere. What
"callgate check" finds is red, or amber if it is a warning, and named.

SVG and PNG are pictures; Mermaid and DOT are text, for Markdown pages and for other
programs. Nothing else has to be installed. The same flow gives the same bytes.`,
		Example: `  callgate graph clinic.yaml --output clinic.svg
  callgate graph clinic.yaml --format mermaid`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef("%s draws one flow file, or - for standard input, but was given %d", cmd.CommandPath(), len(args))
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			f, err := choosePictureFormat(format, output)
			if err != nil {
				return err
			}
			return drawFlow(env, args[0], output, f)
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "", "write to this `FILE` instead of standard output")
	cmd.Flags().StringVar(&format, "format", "", "svg, png, mermaid or dot (default: by the name of the output, else svg)")
	return cmd
}

// choosePictureFormat takes the format that is named, or that the output's name ends in.
func choosePictureFormat(format, output string) (pictureFormat, error) {
	formats := pictureFormats()
	var names []string
	for _, f := range formats {
		names = append(names, f.name)
	}
	if format != "" {
		i := slices.Index(names, format)
		if i < 0 {
			return pictureFormat{}, usagef("unknown format %q%s: there are %s", format, didYouMean("", spell.Nearest(format, names)), strings.Join(names, ", "))
		}
		return formats[i], nil
	}
	end := strings.ToLower(filepath.Ext(output))
	for _, f := range formats {
		if slices.Contains(f.ends, end) {
			return f, nil
		}
	}
	if output != "" {
		return pictureFormat{}, usagef("the name %q does not end in the name of a format: use --format with one of %s", output, strings.Join(names, ", "))
	}
	return formats[0], nil
}

func drawFlow(env *Env, file, output string, format pictureFormat) error {
	if format.binary && output == "" && isTerminal(env.Stdout) {
		return usagef("%s is not for a terminal: use --output", format.name)
	}
	c, err := checkFlow(env, file, time.Now())
	if err != nil {
		return err
	}
	if c.report.Program == nil {
		return no(cannotDraw(c))
	}
	picture, err := format.draw(graph.New(c.flow, c.report.Program.Outline(), c.report.Findings))
	if err != nil {
		return err
	}
	if c.report.HasErrors() {
		fmt.Fprintf(env.Stderr, "%s: %s, marked in the picture; see callgate check\n", c.file, countFindings(c.report.Findings))
	}
	if output == "" {
		_, err = env.Stdout.Write(picture)
		return err
	}
	return os.WriteFile(output, picture, 0o644)
}

// cannotDraw says why a flow has no picture.
func cannotDraw(c *checkedFlow) string {
	var b strings.Builder
	for _, f := range c.report.Findings {
		writeFinding(&b, palette{}, f)
	}
	fmt.Fprintf(&b, "%s: %s, too much to draw it", c.file, countFindings(c.report.Findings))
	return b.String()
}
