package cli

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/explain"
	"github.com/callgate/callgate/internal/config"
	"github.com/callgate/callgate/internal/explainer"
	"github.com/callgate/callgate/internal/metrics"
	"github.com/callgate/callgate/internal/requestlog"
	"github.com/callgate/callgate/internal/server"
	"github.com/callgate/callgate/internal/strictyaml"
	"github.com/callgate/callgate/internal/watch"
	"github.com/callgate/callgate/ivr"
)

// watchInterval is how often files are looked at. A second is soon for somebody who has
// changed one, and a few file reads a second cost nothing.
const watchInterval = time.Second

// serving is a run of "callgate serve".
type serving struct {
	env     *Env
	source  source
	dev     bool
	builder builder
	files   watch.Files
	current atomic.Pointer[generation]
	ballast []byte

	log      *slog.Logger
	requests *requestlog.Log
	metrics  *metrics.Metrics
	why      *explainer.Runner
}

// ballastSize is that of a piece of memory that is never touched, and so is not there,
// but counts as in use. The collector waits until as much as is in use was allocated
// anew; a server has a few MiB in use, and would collect a hundred times a second under
// load. Unlike a larger percentage it stays in proportion when a flow needs more, and
// unlike a limit it never takes the time of calls.
const ballastSize = 16 << 20

func newServing(cmd *cobra.Command, env *Env, dev bool) *serving {
	s := &serving{env: env, source: newSource(cmd, env), dev: dev, metrics: metrics.New(readBuild().Version)}
	s.why = explainer.New(explainer.Config{
		Log:       func() *slog.Logger { return s.log },
		Cases:     func() explainer.Cases { return s.current.Load().cases },
		Explained: func(c explain.Cause, o callgate.Outcome) { s.metrics.Explained(string(c), o) },
		Dropped:   func(o callgate.Outcome) { s.metrics.Explained(metrics.NotExplained, o) },
	})
	if dev {
		s.builder.devKey = callgate.Secret(rand.Text())
	}
	s.builder.env, s.builder.observe, s.builder.visited = env, s.observe, s.metrics.Visited
	return s
}

// check reads everything and says whether it is right.
func (s *serving) check(ctx context.Context) error {
	g, _, err := s.read(ctx)
	if err != nil {
		return err
	}
	if err := strictyaml.Join(endedTrials(g.config, time.Now())); err != nil {
		return err
	}
	for _, w := range g.warnings {
		fmt.Fprintln(s.env.Stderr, w)
	}
	_, err = fmt.Fprintf(s.env.Stdout, "%s: fine\n", s.source.name())
	return err
}

// read makes a generation of the configuration as it is now. The error says everything
// that is wrong. The files are those that the configuration names.
func (s *serving) read(ctx context.Context) (g *generation, files []string, err error) {
	c, err := s.source.load()
	if c == nil {
		return nil, nil, err
	}
	g, files, buildErr := s.builder.build(ctx, c)
	if err = strictyaml.Join(merge(flatten(err), flatten(buildErr))); err != nil {
		return nil, files, err
	}
	return g, files, nil
}

// merge adds to the faults of a configuration those of what it names, except where
// they stand on the same line and so follow from the others.
func merge(faults, more []error) []error {
	lines := map[int]bool{}
	for _, err := range faults {
		var f *strictyaml.Fault
		if errors.As(err, &f) {
			lines[f.Line] = true
		}
	}
	for _, err := range more {
		var f *strictyaml.Fault
		if !errors.As(err, &f) || f.Line == 0 || !lines[f.Line] {
			faults = append(faults, err)
		}
	}
	return faults
}

// run serves until ctx is done.
func (s *serving) run(ctx context.Context) error {
	if s.dev {
		return s.runDev(ctx)
	}
	g, files, err := s.read(ctx) // whatever is wrong is said before a port is taken
	if err != nil {
		return err
	}
	s.use(g, files)
	main, err := listen(g.config)
	if err != nil {
		return err
	}
	defer main.Close()
	return s.serve(ctx, main)
}

func listen(c *config.Config) (net.Listener, error) {
	ln, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return nil, c.Fault("listen", err.Error()+"; --listen can name another address")
	}
	return ln, nil
}

// serve serves the current generation, and those that follow it, on a listener.
func (s *serving) serve(ctx context.Context, main net.Listener) error {
	s.ballast = make([]byte, ballastSize)
	g := s.current.Load()
	endLog := s.startLog(g.config.LogFormat)
	defer endLog()
	endpoints := []server.Endpoint{s.mainEndpoint(main, g)}
	if address := g.config.Admin.Listen; address != config.AdminOff {
		admin, err := net.Listen("tcp", address)
		if err != nil {
			return g.config.Fault("admin.listen", err.Error()+"; --admin-listen can name another address, or off")
		}
		defer admin.Close()
		endpoints = append(endpoints, s.adminEndpoint(ctx, admin, g.config))
	}
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP) // before anybody knows that there is somebody to signal
	defer signal.Stop(hangup)
	s.announce(g, endpoints)
	go s.reloadOnChange(ctx, hangup)
	said := make(chan struct{})
	context.AfterFunc(ctx, func() {
		s.log.Info("stopping; requests in flight are finished first")
		close(said)
	})
	go s.why.Run(ctx)
	err := server.Run(ctx, server.Timeouts(g.config.Timeouts), s.log, endpoints...)
	if ctx.Err() != nil {
		<-said // first, also when there was nothing to finish
	}
	s.log.Info("stopped")
	return err
}

// use answers with a generation from now on.
func (s *serving) use(g *generation, files []string) {
	s.current.Store(g)
	s.why.Use(g.explainer)
	s.builder.flows.keepOlder(g.lines)
	s.watch(files)
}

// startLog makes the log: text for somebody who looks on, JSON for programs. The lines of
// requests may wait for each other unless somebody looks on; those of the server itself,
// and failures, do not. What it returns ends the log.
func (s *serving) startLog(format string) (end func() error) {
	buffer := requestlog.NewBuffer(s.env.Stderr)
	lines := logHandler(s.env, buffer, format)
	s.log = slog.New(buffer.Prompt(lines, slog.LevelDebug))
	_, isJSON := lines.(*slog.JSONHandler)
	switch {
	case isTerminal(s.env.Stderr):
		s.requests = requestlog.New(s.log)
	case isJSON:
		s.requests = requestlog.NewJSON(buffer)
	default:
		s.requests = requestlog.New(slog.New(buffer.Prompt(lines, slog.LevelError)))
	}
	return buffer.Close
}

// newLog makes a log without a buffer.
func newLog(env *Env, format string) *slog.Logger {
	return slog.New(logHandler(env, env.Stderr, format))
}

func logHandler(env *Env, to io.Writer, format string) slog.Handler {
	if format == config.LogText || format == config.LogAuto && isTerminal(env.Stderr) {
		return slog.NewTextHandler(to, nil)
	}
	return slog.NewJSONHandler(to, nil)
}

// observe records a request.
func (s *serving) observe(ctx context.Context, e *callgate.Event) {
	s.metrics.Observe(ctx, e)
	s.requests.Observe(ctx, e)
	s.why.Observe(ctx, e)
}

// watch waits for changes of these files and of the configuration file.
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
	for _, admin := range endpoints[1:] {
		s.log.Info("admin listening", "address", admin.Listener.Addr().String())
	}
	s.log.Info("listening", "address", endpoints[0].Listener.Addr().String(), "public_url", g.config.PublicURL,
		"tls", endpoints[0].TLS != nil, "doctor", s.dev || g.config.Doctor == config.DoctorOn, "configuration", s.source.name(), "version", readBuild().Version)
	s.warnOfTrials(g.config)
	s.warnOfFindings(g)
	s.warnOfOverrides(g)
	if s.dev {
		s.announceDev(g, endpoints[0])
	}
}

// warnOfFindings says what is probably wrong with the flows. Hints are for their author.
func (s *serving) warnOfFindings(g *generation) {
	for _, w := range g.warnings {
		var f ivr.Finding
		if !errors.As(w, &f) || f.Severity == ivr.Warning {
			s.log.Warn("probably a fault", "finding", w.Error())
		}
	}
}

// warnOfOverrides says which opening hours are not what the clock says: one that is
// forgotten keeps a line closed.
func (s *serving) warnOfOverrides(g *generation) {
	for _, path := range slices.Sorted(maps.Keys(g.lines)) {
		list := g.lines[path].Overrides
		for _, schedule := range slices.Sorted(maps.Keys(list)) {
			s.log.Warn("a schedule is overridden", "route", path, "schedule", schedule, "override", list[schedule])
		}
	}
}

// reloadOnChange reads the configuration again when one of its files has changed, and
// on a signal.
func (s *serving) reloadOnChange(ctx context.Context, hangup <-chan os.Signal) {
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

// reload answers with the configuration as it is now or, when it is wrong, goes on with
// the one it was.
func (s *serving) reload(ctx context.Context, why string) {
	old := s.current.Load()
	g, files, err := s.read(ctx)
	if err == nil && (g.certificate == nil) != (old.certificate == nil) {
		err = g.config.Fault("tls", "cannot be added or removed while the server runs; restart it")
	}
	s.metrics.Reloaded(err)
	if err != nil {
		s.watch(append(files, old.files...)) // a change of either may mend it
		for _, fault := range flatten(err) {
			s.log.Error("the new configuration is wrong; the old one stays", "because", why, "fault", fault.Error())
		}
		return
	}
	s.warnOfRestart(old.config, g.config)
	s.use(g, files)
	s.log.Info("configuration read again", "because", why)
	s.warnOfTrials(g.config)
	s.warnOfFindings(g)
	s.warnOfOverrides(g)
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
