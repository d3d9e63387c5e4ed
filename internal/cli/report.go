package cli

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/callgate/callgate/internal/logreport"
)

func newReport(env *Env) *cobra.Command {
	var since, route string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "report [LOG...]",
		Short: "Say what a server refused, or would have refused, and why",
		Long: `Say how many requests a server refused or, on a route that is observed, would have
refused, by reason and by cause, and what mends it. LOG is what callgate serve wrote to
standard error, as JSON or as text; - or none is standard input.

The reason of each request is counted. Causes are those that the log explains: one line
for each cause, sender and route a minute, so that a few lines may stand for many requests.

The exit code is 0 when no request was refused or would have been, and 1 when one was, or
when the log has no request.`,
		Example: `  callgate report callgate.log
  callgate report --since 24h --route /clinic callgate.log
  journalctl -u callgate -o cat --since today | callgate report
  callgate report --json callgate.log.1 callgate.log`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o := logreport.Options{Route: route}
			var err error
			if o.Since, err = parseSince(since, time.Now()); err != nil {
				return err
			}
			return makeReport(env, args, o, asJSON)
		},
	}
	cmd.Flags().StringVar(&since, "since", "", "leave out what is older: a `time` such as 24h, 2026-12-01 (UTC) or 2026-12-01T18:00:00+01:00")
	cmd.Flags().StringVar(&route, "route", "", "count this `route` only, a path as in the configuration")
	cmd.Flags().BoolVar(&asJSON, "json", false, "answer in JSON")
	return cmd
}

// parseSince reads a duration before now, a day or a time.
func parseSince(s string, now time.Time) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if d, err := time.ParseDuration(s); err == nil && d >= 0 {
		return now.Add(-d), nil
	}
	for _, form := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(form, s); err == nil {
			return t, nil
		}
	}
	return time.Time{}, usagef("--since %q is no time such as 24h, 2026-12-01 or 2026-12-01T18:00:00+01:00", s)
}

func makeReport(env *Env, logs []string, o logreport.Options, asJSON bool) error {
	if len(logs) == 0 {
		logs = []string{"-"}
	}
	r := &logreport.Report{Routes: []*logreport.Route{}}
	for _, name := range logs {
		if err := readLog(env, name, r, o); err != nil {
			return fmt.Errorf("reading the log %s: %w", name, err)
		}
	}
	r.Sort()
	if r.Foreign > 0 {
		fmt.Fprintf(env.Stderr, "lines not written by callgate: %d\n", r.Foreign)
	}
	var err error
	if asJSON {
		err = env.printJSON(r)
	} else {
		err = r.WriteText(env.Stdout)
	}
	if err != nil {
		return err
	}
	switch all, refused := r.Requests(); {
	case all == 0:
		return no("no request was found in the log")
	case refused > 0:
		return no("")
	}
	return nil
}

func readLog(env *Env, name string, r *logreport.Report, o logreport.Options) error {
	var in io.Reader = env.Stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	return r.Read(in, o)
}
