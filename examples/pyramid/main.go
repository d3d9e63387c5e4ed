// Pyramid is a small telephone line on the callgate library: the demonstration that
// Patrick Yevsukov wrote for Python's Pyramid in 2017 (twilio.com/blog/2017/09/
// request-signature-authentication-ivr-python-pyramid.html), with the same routes,
// permissions and answers.
//
//	GET /            offers two choices
//	POST /           goes where the caller chose
//	GET /accessible  is open to the carrier
//	GET /restricted  is open to nobody
//
// Whatever is refused, not found or fails is answered with a document that connects
// the caller with the support number, because the carrier would otherwise say an
// apology of its own and hang up.
//
// The auth token comes from TWILIO_AUTH_TOKEN. To try it:
//
//	TWILIO_AUTH_TOKEN=secret go run ./examples/pyramid --support-number +15005550100
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/twilio"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Getenv, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "pyramid:", err)
		os.Exit(2)
	}
}

// settings are what the program needs to know.
type settings struct {
	listen, publicURL, supportNumber string
	token                            callgate.Secret
}

// readSettings reads flags, and the environment where there is none.
func readSettings(args []string, getenv func(string) string, usage io.Writer) (settings, error) {
	or := func(name, def string) string {
		if value := getenv(name); value != "" {
			return value
		}
		return def
	}
	s := settings{token: callgate.Secret(getenv("TWILIO_AUTH_TOKEN"))}
	flags := flag.NewFlagSet("pyramid", flag.ContinueOnError)
	flags.SetOutput(usage)
	flags.StringVar(&s.listen, "listen", or("CALLGATE_LISTEN", "127.0.0.1:8080"), "`HOST:PORT` to listen on; port 0 picks one")
	flags.StringVar(&s.publicURL, "public-url", or("CALLGATE_PUBLIC_URL", ""), "`URL` that the carrier reaches this by (default: what it listens on)")
	flags.StringVar(&s.supportNumber, "support-number", or("CALLGATE_SUPPORT_NUMBER", ""), "`number` that callers are connected with when something fails")
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	if flags.NArg() > 0 {
		return s, fmt.Errorf("there are no arguments, but %q was given", flags.Arg(0))
	}
	return s, s.check()
}

func (s settings) check() error {
	var faults []error
	if s.token == "" {
		faults = append(faults, errors.New("TWILIO_AUTH_TOKEN is not set: without the auth token nobody could be told from the carrier"))
	}
	if s.supportNumber == "" {
		faults = append(faults, errors.New("no support number: use --support-number or CALLGATE_SUPPORT_NUMBER"))
	}
	return errors.Join(faults...)
}

// run serves the line until the context ends.
func run(ctx context.Context, args []string, getenv func(string) string, output io.Writer) error {
	s, err := readSettings(args, getenv, output)
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", s.listen)
	if err != nil {
		return err
	}
	if s.publicURL == "" {
		s.publicURL = "http://" + ln.Addr().String()
	}
	log := slog.New(slog.NewTextHandler(output, nil))
	gate, err := newGate(s, log)
	if err != nil {
		return errors.Join(err, ln.Close())
	}
	log.Info("listening", "address", ln.Addr().String(), "public_url", s.publicURL)
	return serve(ctx, ln, gate.Handler(newLine()))
}

func newGate(s settings, log *slog.Logger) (*callgate.Gate, error) {
	verifier, err := twilio.New(twilio.Config{Keys: []twilio.Key{{Name: "main", Token: s.token}}})
	if err != nil {
		return nil, err
	}
	rescue, err := callgate.RescueDocument("We are sorry, your call cannot be answered here. "+
		"We are connecting you with our call center.", "en", s.supportNumber)
	if err != nil {
		return nil, err
	}
	return callgate.New(callgate.Config{
		Verifier:  verifier,
		PublicURL: s.publicURL,
		Routes:    routes(),
		Rescue:    callgate.Rescue{Documents: map[string][]byte{"": rescue}},
		Observe: func(ctx context.Context, e *callgate.Event) {
			log.InfoContext(ctx, "request", "outcome", e.Outcome, "reason", e.Reason, "route", e.Route,
				"call", e.CallSid, "duration", e.Duration, "error", e.Err)
		},
	})
}

// serve serves until the context ends, and then waits for the requests in flight.
func serve(ctx context.Context, ln net.Listener, h http.Handler) error {
	server := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 20 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(ln) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 15*time.Second)
	defer cancel()
	return server.Shutdown(ctx)
}
