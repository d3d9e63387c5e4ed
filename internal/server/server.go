// Package server runs HTTP servers that slow or greedy clients cannot hold up, and
// that finish the requests in flight when they are told to stop.
package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// MaxHeaderBytes bounds the headers of a request. A carrier sends less than 2 kB; the
// rest is room for what proxies add, and for the URL, where the state of a call travels.
const MaxHeaderBytes = 16 << 10

// Defaults of Timeouts.
const (
	// DefaultRead is for a client that dribbles headers or a body. The carrier waits 15 s
	// for the whole answer, so one that needs longer than this has lost its call anyway.
	DefaultRead = 10 * time.Second
	// DefaultReadHeader is no less: whoever wants to hold a connection dribbles the body,
	// and a second deadline is a timer to set for each request.
	DefaultReadHeader = DefaultRead
	// DefaultWrite covers reading, the handler's deadline (10 s) and sending the
	// answer. It is over the carrier's 15 s, so that it only ends what is lost.
	DefaultWrite = 20 * time.Second
	// DefaultIdle keeps a connection for the next step of a call: callers take up to
	// a minute or two to answer a question.
	DefaultIdle = 2 * time.Minute
	// DefaultStop is how long the carrier waits for an answer: no request in flight
	// is worth more.
	DefaultStop = 15 * time.Second
)

// Timeouts bound how long a connection may keep the server busy. A zero field is its
// default.
type Timeouts struct {
	ReadHeader time.Duration // from the first byte of a request to the end of its headers
	Read       time.Duration // to the end of its body
	Write      time.Duration // to the end of the answer
	Idle       time.Duration // between requests of one connection
	Stop       time.Duration // what requests in flight get when the server stops
}

// OrDefaults returns the timeouts with every zero field filled in.
func (t Timeouts) OrDefaults() Timeouts {
	or := func(t, def time.Duration) time.Duration {
		if t == 0 {
			return def
		}
		return t
	}
	return Timeouts{
		ReadHeader: or(t.ReadHeader, DefaultReadHeader),
		Read:       or(t.Read, DefaultRead),
		Write:      or(t.Write, DefaultWrite),
		Idle:       or(t.Idle, DefaultIdle),
		Stop:       or(t.Stop, DefaultStop),
	}
}

// Endpoint is a listener and what answers on it.
type Endpoint struct {
	Listener net.Listener
	Handler  http.Handler
	TLS      *tls.Config // nil: plain HTTP
}

// Run serves the endpoints until ctx is done or one of them fails. Then it stops them
// in their order, each when its requests in flight are answered, so that an endpoint
// with metrics is to be given last. It returns nil when all of them stopped in time
// because ctx was done. What clients do wrong is logged at the level Debug.
func Run(ctx context.Context, t Timeouts, log *slog.Logger, endpoints ...Endpoint) error {
	t = t.OrDefaults()
	failed := make(chan error, len(endpoints))
	servers := make([]*http.Server, len(endpoints))
	for i, e := range endpoints {
		servers[i] = newServer(t, log, e)
		go func() { failed <- serve(servers[i], e) }()
	}
	var errs []error
	select {
	case err := <-failed:
		errs = append(errs, err)
	case <-ctx.Done():
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), t.Stop)
	defer cancel()
	for i, s := range servers {
		errs = append(errs, stop(ctx, s, endpoints[i], t.Stop))
	}
	return errors.Join(errs...)
}

func newServer(t Timeouts, log *slog.Logger, e Endpoint) *http.Server {
	return &http.Server{
		Handler:           e.Handler,
		TLSConfig:         e.TLS,
		ReadHeaderTimeout: t.ReadHeader,
		ReadTimeout:       t.Read,
		WriteTimeout:      t.Write,
		IdleTimeout:       t.Idle,
		MaxHeaderBytes:    MaxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

func serve(s *http.Server, e Endpoint) error {
	var err error
	if e.TLS != nil {
		err = s.ServeTLS(e.Listener, "", "")
	} else {
		err = s.Serve(e.Listener)
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("serving %s: %w", e.Listener.Addr(), err)
}

// stop waits for the requests in flight, and cuts them off when they take too long.
func stop(ctx context.Context, s *http.Server, e Endpoint, limit time.Duration) error {
	if err := s.Shutdown(ctx); err != nil {
		s.Close()
		return fmt.Errorf("stopping %s: requests in flight took longer than %v and were cut off", e.Listener.Addr(), limit)
	}
	return nil
}
