package cli

import (
	"net/http"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/internal/config"
	"github.com/callgate/callgate/internal/doctor/protocol"
	"github.com/callgate/callgate/internal/doctor/responder"
)

// withDoctor lets "callgate doctor" be answered in front of a gate, when that is
// switched on or the server is on trial.
func (b *builder) withDoctor(gate *callgate.Gate, handler http.Handler, c callgate.Config) http.Handler {
	if b.config.Doctor != config.DoctorOn && b.devKey == "" {
		return handler
	}
	r := responder.New(responder.Config{
		Token:          b.verifying[0].Token,
		Server:         b.aboutServer(c),
		TrustedProxies: c.TrustedProxies,
		MaxBody:        c.MaxBody,
		Check:          func(r *http.Request) error { _, err := gate.Check(r); return err },
		Log:            b.log,
		Now:            time.Now,
	})
	return r.Handler(handler)
}

// aboutServer is what the doctor is told.
func (b *builder) aboutServer(c callgate.Config) protocol.Server {
	deadline := c.Deadline
	if deadline == 0 {
		deadline = callgate.DefaultDeadline
	}
	s := protocol.Server{
		Version: readBuild().Version, PublicURL: c.PublicURL, AllowedHosts: c.AllowedHosts,
		Webhooks: b.config.Webhooks, Deadline: deadline.Milliseconds(),
	}
	for _, p := range c.TrustedProxies {
		s.TrustedProxies = append(s.TrustedProxies, p.String())
	}
	for _, r := range b.config.Routes { // those that are below them are answered alike
		s.Routes = append(s.Routes, protocol.Route{Path: r.Path, Kind: r.Kind, Methods: r.Methods})
	}
	return s
}
