package cli

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/internal/doctor"
)

// doctorFlags are the flags of doctor besides the token.
type doctorFlags struct {
	url, fallback, server, caCert string
	timeout                       time.Duration
	asJSON, slow                  bool
}

func newDoctor(env *Env) *cobra.Command {
	var token tokenFlags
	var f doctorFlags
	cmd := &cobra.Command{
		Use:   "doctor --url URL",
		Short: "Examine a server through its public address, before calls depend on it",
		Long: `Examine a server from where its carrier is: through its public address and everything
that stands in front of it. Requests of every shape that a carrier sends are sent there,
and the server, which must have "doctor: on" in callgate.yaml, says which bytes arrived and
whether it would have admitted them. What it would not is explained, with the line that
mends it. Besides, it looks at the certificate, redirects, the versions of HTTP, the clocks,
the time that answers take, and at each route with and without a signature.

URL is spelled as at the carrier, without a query. No call is made and nothing is changed.
The probes are good for nobody else, and for nothing a second time.

` + tokenHelp + `
It is the one that the server has as the first of its keys.

Exit code 0: ready for the carrier; 1: something is to be mended, and the list is printed.`,
		Example: `  callgate doctor --url https://ivr.example.org
  callgate doctor --url https://ivr.example.org/voice --fallback https://elsewhere.example.net/sorry.xml
  callgate doctor --url https://ivr.example.org --server 192.0.2.7:443
  callgate doctor --url https://ivr.example.org --json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd, env, &token) },
	}
	token.add(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.url, "url", "", "the `URL` that is configured at the carrier")
	flags.StringVar(&f.fallback, "fallback", "", "the fallback `URL` that is configured at the carrier, to see that it answers")
	flags.StringVar(&f.server, "server", "", "connect to `HOST:PORT`, such as a proxy that DNS does not point to yet")
	flags.StringVar(&f.caCert, "ca-cert", "", "trust the authorities in this PEM `file`, and no others")
	flags.DurationVar(&f.timeout, "timeout", callgate.CarrierPatience, "how long to wait for one answer")
	flags.BoolVar(&f.slow, "slow", false, "also have an answer take as long as one to a call may (10s), to see that it gets through")
	flags.BoolVar(&f.asJSON, "json", false, "answer in JSON")
	return cmd
}

func (f *doctorFlags) run(cmd *cobra.Command, env *Env, token *tokenFlags) error {
	c, err := f.config(env)
	if err != nil {
		return err
	}
	if c.Token, err = token.read(cmd, env); err != nil {
		return err
	}
	report, err := doctor.Run(cmd.Context(), c)
	if isTerminal(env.Stderr) {
		fmt.Fprint(env.Stderr, clearLine)
	}
	switch {
	case report == nil:
		return usagef("--url: %w", err)
	case err != nil:
		return fmt.Errorf("the examination was ended: %w", err)
	}
	if f.asJSON {
		err = env.printJSON(report)
	} else {
		err = report.WriteMends(env.Stdout)
	}
	if err == nil && !report.Well {
		err = no("")
	}
	return err
}

// config is what the flags say.
func (f *doctorFlags) config(env *Env) (doctor.Config, error) {
	c := doctor.Config{URL: f.url, Fallback: f.fallback, Server: f.server, Slow: f.slow, Timeout: f.timeout}
	if f.url == "" {
		return c, usagef("--url is missing: the address that is configured at the carrier, such as https://ivr.example.org")
	}
	if _, _, err := net.SplitHostPort(f.server); f.server != "" && err != nil {
		return c, usagef("--server takes HOST:PORT, such as 192.0.2.7:443, not %q", f.server)
	}
	if f.timeout <= 0 {
		return c, usagef("--timeout takes a time above zero, such as 15s")
	}
	if f.caCert != "" {
		text, err := os.ReadFile(f.caCert)
		if err != nil {
			return c, fmt.Errorf("reading authorities: %w", err)
		}
		if c.Roots = x509.NewCertPool(); !c.Roots.AppendCertsFromPEM(text) {
			return c, fmt.Errorf("reading authorities: %w", errors.New(f.caCert+" holds no certificate in PEM form"))
		}
	}
	if !f.asJSON {
		c.Found = f.printer(env)
	}
	if isTerminal(env.Stderr) {
		c.Progress = func(sent, all int, next string) {
			fmt.Fprintf(env.Stderr, "%s%d of %d: %s", clearLine, sent+1, all, next)
		}
	}
	return c, nil
}

// clearLine goes to the beginning of the line and erases it (ECMA-48, 8.3.41).
const clearLine = "\r\x1b[K"

// printer prints each check as it is made.
func (f *doctorFlags) printer(env *Env) func(doctor.Check) {
	p := env.palette(env.Stdout)
	mark := func(r doctor.Result, text string) string {
		return map[doctor.Result]func(string) string{doctor.OK: p.green, doctor.Note: p.bold, doctor.Ill: p.red}[r](text)
	}
	return func(c doctor.Check) {
		if isTerminal(env.Stderr) {
			fmt.Fprint(env.Stderr, clearLine)
		}
		_ = c.WriteText(env.Stdout, mark) // what cannot be written now cannot be at the end either, where it is said
	}
}
