package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/internal/config"
	"github.com/callgate/callgate/internal/gateway"
	"github.com/callgate/callgate/twiml"
)

// answerer is what answers the calls of a route and of everything below it.
type answerer struct {
	http.Handler
	// resources are routes below it that ask for more than the route itself.
	resources []callgate.Route
	// atOnce: it waits for nothing.
	atOnce bool
}

// answerer makes what answers a route. It returns nil when the route leaves that to one
// above it, or when it is wrong, which is noted.
func (b *builder) answerer(ctx context.Context, key string, r config.Route) *answerer {
	switch {
	case r.Demo, r.Flow != "", len(r.Numbers) > 0:
		l := b.callFlows(ctx, key, r)
		if l == nil {
			return nil
		}
		b.lines[r.Path] = l
		return &answerer{Handler: l, resources: []callgate.Route{l.StatusRoute()}, atOnce: l.AnswersAtOnce()}
	case r.File != "":
		l, err := newFileLine(b.path(r.File))
		if err != nil {
			b.fault(key+".file", err)
		}
		return l
	case r.Upstream != "":
		g, err := gateway.New(gateway.Config{Upstream: r.Upstream, Kind: kindWords[r.Kind], Routes: b.paths(), Log: b.log})
		if err == nil && strings.HasSuffix(strings.TrimSuffix(r.Upstream, "/"), "//"+b.config.Listen) {
			err = errors.New("is where this server listens itself, so that each request would come back to it; name the application's port")
		}
		if err != nil {
			b.fault(key+".upstream", err)
			return nil
		}
		return &answerer{Handler: g}
	case r.Kind == config.KindStatus:
		return &answerer{Handler: http.HandlerFunc(noContent), atOnce: true}
	}
	return nil
}

// paths are those of all routes.
func (b *builder) paths() []string {
	paths := []string{"/"}
	for _, r := range b.config.Routes {
		paths = append(paths, r.Path)
	}
	return paths
}

// newFileLine answers each call with the same document.
func newFileLine(path string) (*answerer, error) {
	document, err := readTwiml(path)
	if err != nil {
		return nil, err
	}
	write := func(w http.ResponseWriter, _ *http.Request) { w.Write(document) }
	return &answerer{Handler: http.HandlerFunc(write), atOnce: true}, nil
}

// readTwiml reads a document that a carrier will take.
func readTwiml(path string) ([]byte, error) {
	document, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var fatal []error
	for _, f := range twiml.Check(document, twiml.Twilio) {
		if f.Severity == twiml.Fatal {
			fatal = append(fatal, fmt.Errorf("%s:%w", path, f))
		}
	}
	return document, errors.Join(fatal...)
}

// noContent answers a status callback: there is nothing to say.
func noContent(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }

// switchboard sends a request to the line of its route, which the gate has told.
type switchboard map[string]*answerer

func (s switchboard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	admission, _ := callgate.AdmissionFrom(r.Context())
	if h := s[admission.Route]; h != nil {
		h.ServeHTTP(w, r)
		return
	}
	http.NotFound(w, r)
}

// connect finds the line of each route: its own or, for calls, that of the nearest
// route above it which has one for calls.
func connect(routes []callgate.Route, own map[string]*answerer) switchboard {
	calls := map[string]*answerer{}
	for _, r := range routes {
		if own[r.Path] != nil && r.Kind == callgate.KindVoice {
			calls[r.Path] = own[r.Path]
		}
	}
	s := switchboard{}
	for _, r := range routes {
		if l := own[r.Path]; l != nil {
			s[r.Path] = l
		} else if l := nearest(r.Path, calls); l != nil {
			s[r.Path] = l
		}
	}
	return s
}

// nearest returns the line of the longest path above this one.
func nearest(path string, lines map[string]*answerer) *answerer {
	for path != "/" && path != "" {
		path = path[:strings.LastIndexByte(path, '/')]
		if l := lines[cmp.Or(path, "/")]; l != nil {
			return l
		}
	}
	return nil
}
