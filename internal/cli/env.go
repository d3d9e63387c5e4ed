package cli

import (
	"encoding/json"
	"io"
	"os"

	"golang.org/x/term"
)

// Env is what a command knows of the process it runs in. Tests fill in their own.
type Env struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	// Getenv returns the value of an environment variable, "" when there is none.
	Getenv func(name string) string
}

// OSEnv is the Env of this process.
func OSEnv() *Env {
	return &Env{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv}
}

// isTerminal reports whether somebody looks at what is written to w.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// palette returns the colours for w: none unless w is a terminal, and none when
// NO_COLOR is set (no-color.org) or the terminal is a dumb one.
func (env *Env) palette(w io.Writer) palette {
	return palette{on: isTerminal(w) && env.Getenv("NO_COLOR") == "" && env.Getenv("TERM") != "dumb"}
}

// palette colours text for a terminal, or leaves it as it is.
type palette struct{ on bool }

func (p palette) bold(s string) string  { return p.sgr("1", s) }
func (p palette) red(s string) string   { return p.sgr("31", s) }
func (p palette) green(s string) string { return p.sgr("32", s) }

// sgr puts a "select graphic rendition" sequence (ECMA-48, 8.3.117) round s.
func (p palette) sgr(code, s string) string {
	if !p.on {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

// printJSON writes a value as one line of JSON. Unlike json.Marshal it leaves "&" as it
// is, because what we print is for people and programs and not for HTML.
func (env *Env) printJSON(v any) error {
	enc := json.NewEncoder(env.Stdout)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
