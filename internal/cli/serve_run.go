package cli

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/internal/config"
	"github.com/callgate/callgate/internal/metrics"
	"github.com/callgate/callgate/internal/requestlog"
	"github.com/callgate/callgate/internal/server"
	"github.com/callgate/callgate/internal/watch"
)

// watchInterval is how often files are looked at. A second is soon for somebody who has
// changed one, and a few file reads a second cost nothing.
const watchInterval = time.Second

// serving is a run of "callgate serve".
type serving struct {
	env     *Env
	source  source
	dev     bool
	log     *slog.Logger
	metrics *metrics.Metrics
	builder builder
	files   watch.Files
	current atomic.Pointer[generation]
}

func newServing(cmd *cobra.Command, env *Env, dev bool) *serving {
	s := &serving{env: env, source: newSource(cmd, env), dev: dev, metrics: metrics.New(readBuild().Version)}
	if dev {
		s.builder.devKey = callgate.Secret(rand.Text())
	}
	s.builder.env = env
	return s
}

// check reads everything and says whether it is right.
func (s *serving) check(ctx context.Context) error {
	c, err := s.source.load()
	if err != nil {
		return err
	}
	if _, _, err := s.builder.build(ctx, c); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.env.Stdout, "%s: fine\n", s.source.name())
	return err
}

// run serves until ctx is done.
func (s *serving) run(ctx context.Context) error {
	c, err := s.source.load()
	if err != nil {
		return err
	}
	s.startLog(c.LogFormat)
	main, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return c.Fault("listen", err.Error())
	}
	defer main.Close()
	if s.dev {
		if c, err = s.fillForDev(c, main); err != nil {
			return err
		}
	}
	g, files, err := s.builder.build(ctx, c)
	if err != nil {
		return err
	}
	s.use(g, files)
	endpoints := []server.Endpoint{s.mainEndpoint(main, g)}
	if c.Admin.Listen != config.AdminOff {
		admin, err := net.Listen("tcp", c.Admin.Listen)
		if err != nil {
			return c.Fault("admin.listen", err.Error())
		}
		defer admin.Close()
		endpoints = append(endpoints, s.adminEndpoint(ctx, admin, c))
	}
	s.announce(g, endpoints)
	go s.reloadOnChange(ctx)
	err = server.Run(ctx, server.Timeouts(c.Timeouts), s.log, endpoints...)
	s.log.Info("stopped")
	return err
}

// startLog makes the log: text for somebody who looks on, JSON for programs.
func (s *serving) startLog(format string) {
	var h slog.Handler = slog.NewJSONHandler(s.env.Stderr, nil)
	if format == config.LogText || format == config.LogAuto && isTerminal(s.env.Stderr) {
		h = slog.NewTextHandler(s.env.Stderr, nil)
	}
	s.log = slog.New(h)
	requests := requestlog.New(s.log)
	s.builder.observe = func(ctx context.Context, e callgate.Event) {
		s.metrics.Observe(ctx, e)
		requests.Observe(ctx, e)
	}
}

// use answers with a generation from now on.
func (s *serving) use(g *generation, files []string) {
	s.current.Store(g)
	s.watch(files)
}

func (s *serving) watch(files []string) {
	if s.source.file != "" {
		files = append(files, s.source.file)
	}
	s.files.Set(files...)
}

func (s *serving) mainEndpoint(ln net.Listener, g *generation) server.Endpoint {
	e := server.Endpoint{Listener: ln, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.current.Load().handler.ServeHTTP(w, r)
	})}
	if g.certificate != nil {
		e.TLS = &tls.Config{GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			return s.current.Load().certificate, nil
		}}
	}
	return e
}

func (s *serving) adminEndpoint(ctx context.Context, ln net.Listener, c *config.Config) server.Endpoint {
	if reason := c.Admin.InsecureNotLoopback; reason != "" {
		s.log.Warn("the admin listener is not on the loopback interface", "reason", reason)
	}
	ready := func() error {
		if ctx.Err() != nil {
			return errors.New("stopping")
		}
		return nil
	}
	return server.Endpoint{Listener: ln, Handler: server.NewAdmin(ready, s.metrics.Handler())}
}

// announce says where the server listens.
func (s *serving) announce(g *generation, endpoints []server.Endpoint) {
	s.log.Info("listening", "address", endpoints[0].Listener.Addr().String(), "public_url", g.config.PublicURL,
		"tls", endpoints[0].TLS != nil, "configuration", s.source.name(), "version", readBuild().Version)
	for _, admin := range endpoints[1:] {
		s.log.Info("admin listening", "address", admin.Listener.Addr().String())
	}
	if s.dev {
		s.announceDev(g, endpoints[0])
	}
}

// reloadOnChange reads the configuration again when one of its files has changed, and
// on SIGHUP.
func (s *serving) reloadOnChange(ctx context.Context) {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	tick := time.NewTicker(watchInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-hangup:
			s.reload(ctx, "SIGHUP")
		case <-tick.C:
			if s.files.Changed() {
				s.reload(ctx, "a file changed")
			}
		}
	}
}

// reload replaces the generation by a new one, or keeps it when the new one is wrong.
func (s *serving) reload(ctx context.Context, why string) {
	old := s.current.Load()
	err := s.replace(ctx, old)
	s.metrics.Reloaded(err)
	if err == nil {
		s.log.Info("configuration read again", "because", why)
		return
	}
	for _, fault := range flatten(err) {
		s.log.Error("the new configuration is wrong; the old one stays", "because", why, "fault", fault.Error())
	}
}

func (s *serving) replace(ctx context.Context, old *generation) error {
	c, err := s.source.load()
	if err != nil {
		return err
	}
	g, files, err := s.builder.build(ctx, c)
	if err != nil {
		s.watch(append(files, old.files...))
		return err
	}
	if (g.certificate == nil) != (old.certificate == nil) {
		return c.Fault("tls", "cannot be added or removed while the server runs; restart it")
	}
	s.warnOfRestart(old.config, c)
	s.use(g, files)
	return nil
}

// warnOfRestart says which changes take effect at the next start only.
func (s *serving) warnOfRestart(old, c *config.Config) {
	for key, changed := range map[string]bool{
		"listen":       old.Listen != c.Listen,
		"admin.listen": old.Admin.Listen != c.Admin.Listen,
		"timeouts":     old.Timeouts != c.Timeouts,
		"log_format":   old.LogFormat != c.LogFormat,
	} {
		if changed {
			s.log.Warn("a change takes effect at the next start only", "key", key)
		}
	}
}
