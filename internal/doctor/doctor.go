// Package doctor examines a server from where its carrier is: through its public
// address and everything that stands in front of it, before a call depends on it.
//
// It asks the server for a challenge (see package protocol), sends probes of every shape
// that a carrier's requests have, with bytes that proxies are known to change, and
// compares what arrived with what it sent. What the gate would have refused is explained
// by package explain. Besides it looks at the connection, the certificate, the clocks,
// the time that answers take, at each route with and without a signature, and at the
// fallback address.
//
// Nothing is sent that would be admitted as a call, and nothing that is of use to who
// sees it: so the examination goes on where a certificate is wrong, to find the rest.
package doctor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/explain"
	"github.com/callgate/callgate/internal/doctor/protocol"
)

// Config says what to examine. URL and Token are required.
type Config struct {
	// URL is the address as it is configured at the carrier, or the beginning of it.
	URL string
	// Token is the newest auth token of the server.
	Token callgate.Secret
	// Fallback is the fallback address that is configured at the carrier, if any.
	Fallback string
	// Server is where to connect, HOST:PORT, instead of where the URL says: for an
	// address that DNS does not know yet.
	Server string
	// Roots are the authorities to trust; nil for the system's.
	Roots *x509.CertPool
	// Slow has an answer take as long as one to a call may, to see that it gets through.
	Slow bool
	// Timeout bounds one exchange; zero is callgate.CarrierPatience.
	Timeout time.Duration
	// Now is the clock; nil is that of the system.
	Now func() time.Time
	// Found is told of each check as it is made, and Progress of what comes next: the
	// number of probes that were sent, how many there are, and what the next is.
	Found    func(Check)
	Progress func(sent, all int, next string)
}

// examination is one under way.
type examination struct {
	config  Config
	session *session
	report  *Report

	server  *protocol.Server // what it told about itself
	proxy   explain.Proxy    // what the probes come through, as far as that is known
	alpn    string           // "h2" when HTTP/2 is offered
	prefix  *string          // what proxies take off the path; nil while it is not known
	told    string           // that prefix, when the server has been told of it
	times   []time.Duration  // of probes that were answered
	protos  map[string]bool  // of requests as they arrived
	hops    string
	several bool                             // there is more than one proxy
	named   bool                             // the proxy says itself what it is
	lines   map[explain.Cause][]explain.Mend // for proxies that do not say what they are
}

// Run examines a server. The error is about the configuration alone, or ctx's.
func Run(ctx context.Context, c Config) (*Report, error) {
	e, err := newExamination(c)
	if err != nil {
		return nil, err
	}
	if e.resolve(ctx) && e.connect(ctx) && e.greet(ctx) {
		e.probes(ctx)
		e.summary()
	}
	e.fallback(ctx)
	e.report.conclude()
	return e.report, ctx.Err()
}

func newExamination(c Config) (*examination, error) {
	b, err := parseBase(c.URL)
	if err != nil {
		return nil, err
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Timeout == 0 {
		c.Timeout = callgate.CarrierPatience
	}
	if c.Found == nil {
		c.Found = func(Check) {}
	}
	if c.Progress == nil {
		c.Progress = func(int, int, string) {}
	}
	s := &session{base: b, dialer: newDialer(b, c), key: protocol.NewKey(c.Token), now: c.Now}
	return &examination{config: c, session: s, report: &Report{URL: c.URL}, protos: map[string]bool{}, lines: map[explain.Cause][]explain.Mend{}}, nil
}

// newDialer makes the dialer of an address.
func newDialer(b base, c Config) dialer {
	d := dialer{endpoint: b.endpoint(), timeout: c.Timeout}
	if c.Server != "" {
		d.endpoint = c.Server
	}
	if b.scheme == "https" {
		// Certificate and version are looked at in connect, which says why it goes on.
		d.config = &tls.Config{ServerName: b.host, InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, NextProtos: []string{"http/1.1"}}
	}
	return d
}

func (e *examination) add(c Check) {
	e.report.Checks = append(e.report.Checks, c)
	e.config.Found(c)
}

// greet gets a challenge, and has the server tell about itself.
func (e *examination) greet(ctx context.Context) bool {
	response, answer, err := e.session.patientHello(ctx)
	switch {
	case err != nil:
		c := Check{Name: "doctor"}
		c.ill("no answer: "+reason(err), finding(CauseUnreachable, explain.Mend{Where: "the proxy", Note: "let requests through, and answer them"}))
		e.add(c)
		return false
	case answer == nil:
		e.add(clock(response, 0))
		e.add(e.noDoctor(response))
		return false
	case answer.Challenge == "":
		c := Check{Name: "doctor"}
		c.ill("the server has no challenge to give: others ask for them too", finding(CauseNoDoctor, explain.Mend{Where: "here", Note: "wait a minute"}))
		e.add(c)
		return false
	}
	e.add(clock(response, answer.Time))
	about := e.session.probe(ctx, shape{name: "doctor", kind: protocol.About, method: "GET", target: e.session.path + protocol.Path + "about"})
	if about.err != nil || about.answer == nil || about.answer.Server == nil {
		e.add(e.judge(ctx, about))
		return false
	}
	e.server = about.answer.Server
	e.add(Check{Name: "doctor", Result: OK, Text: "answered by Callgate " + e.server.Version + ", which takes itself for " + e.address()})
	return true
}

// address says what the server takes itself for.
func (e *examination) address() string {
	if e.server.PublicURL != "" {
		return e.server.PublicURL
	}
	return "what its proxies say"
}
