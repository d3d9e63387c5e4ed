// Package gateway passes requests that the gate admitted on to an application behind
// it, and the application's answers back.
//
// The application gets the request line and the body byte for byte, and of the headers,
// which no signature covers, only those of a short list: one that it does not know cannot
// change what a signed request means to it. Who sent the request stands in Principals.
// Where requests go is decided by the configuration alone.
package gateway

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/callgate/callgate"
)

const (
	// connectTimeout is for an application in the same building: one that does not
	// take a connection in this time is down, and the caller still gets the rescue.
	connectTimeout = 3 * time.Second
	// answerTimeout is how long an application may take to begin its answer. Webhooks
	// have the deadline of the gate besides; for the handshake of a stream this is all.
	answerTimeout = callgate.DefaultDeadline
	// idleTimeout ends connections that no call needs, those of an earlier
	// configuration too.
	idleTimeout = 90 * time.Second
	// maxConnections bounds the requests that an application has to work on at once.
	// More wait for one of these, and are rescued when the deadline is over.
	maxConnections = 256
	// MaxStreams bounds the streams of a route. A handshake can be sent again by whoever
	// has seen it, and each stream takes two connections and some 100 kB for as long as
	// it lasts.
	MaxStreams = 512
	// maxAnswerHeader bounds the headers of an answer in bytes.
	maxAnswerHeader = 32 << 10
)

// Config is checked by New.
type Config struct {
	// Upstream is where the application listens: scheme, host and port, such as
	// "http://127.0.0.1:9000".
	Upstream string
	// Kind is that of the route.
	Kind callgate.Kind
	// Routes are the paths of all routes, among which the gate has found the one of a
	// request.
	Routes []string
	// Log takes what goes wrong between the gate and the application.
	Log *slog.Logger
}

// Gateway is a handler to put behind a gate.
type Gateway struct {
	upstream url.URL
	kind     callgate.Kind
	routes   []string
	log      *slog.Logger
	proxy    httputil.ReverseProxy
	streams  atomic.Int64
}

// New makes a gateway.
func New(c Config) (*Gateway, error) {
	upstream, err := parseUpstream(c.Upstream)
	if err != nil {
		return nil, err
	}
	g := &Gateway{upstream: upstream, kind: c.Kind, routes: c.Routes, log: c.Log}
	g.proxy = httputil.ReverseProxy{
		Rewrite:        g.rewrite,
		Transport:      newTransport(c.Kind),
		ModifyResponse: withoutTrailers,
		ErrorHandler:   g.failed,
		ErrorLog:       slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug), // it quotes what was sent
	}
	return g, nil
}

// parseUpstream checks where an application listens. Errors do not quote it: it may
// hold a password.
func parseUpstream(s string) (url.URL, error) {
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		return url.URL{}, errors.New("must be scheme, host and port, such as http://127.0.0.1:9000; streams too begin with http:// or https://")
	case u.User != nil:
		return url.URL{}, errors.New("must have no user and password; the application can trust the gate by where it listens")
	case u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.ForceQuery || strings.Contains(s, "#"):
		return url.URL{}, errors.New("must have no path and no query: a request keeps its own")
	}
	return url.URL{Scheme: u.Scheme, Host: u.Host}, nil
}

func newTransport(kind callgate.Kind) *http.Transport {
	t := &http.Transport{ // without a Proxy: the environment does not decide where calls go
		DialContext:            (&net.Dialer{Timeout: connectTimeout}).DialContext,
		TLSHandshakeTimeout:    connectTimeout,
		ResponseHeaderTimeout:  answerTimeout,
		MaxResponseHeaderBytes: maxAnswerHeader,
		MaxIdleConnsPerHost:    maxConnections,
		IdleConnTimeout:        idleTimeout,
		DisableCompression:     true,
	}
	if kind != callgate.KindStream { // whose own limit refuses instead of waiting
		t.MaxConnsPerHost = maxConnections
	}
	return t
}

// ServeHTTP passes a request on. Its context must hold the admission.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a, ok := callgate.AdmissionFrom(r.Context())
	switch {
	case !ok:
		panic("gateway: a request that did not come through the gate")
	case g.otherwiseRead(r.URL.Path, a.Route):
		g.refuse(w, r, http.StatusNotFound, errPath)
		return
	case g.kind == callgate.KindStream:
		defer g.streams.Add(-1)
		if g.streams.Add(1) > MaxStreams {
			g.refuse(w, r, http.StatusServiceUnavailable, fmt.Errorf("%d streams are open, which is the limit", MaxStreams))
			return
		}
	case isForm(r.Header) && bytes.IndexByte(a.Body, ';') >= 0:
		g.refuse(w, r, http.StatusBadRequest, errSemicolon)
		return
	}
	g.proxy.ServeHTTP(w, r)
}

// errSemicolon: the signature covers what a form says once it is decoded, so that whoever
// has seen a request can write a semicolon in a value as ";" or as "%3B". The carrier
// does the latter. Some parsers take the former for the end of the value.
var errSemicolon = errors.New(`a form with a raw ";", which applications read in two ways and the carrier does not send`)

func isForm(h http.Header) bool {
	mediaType, _, _ := strings.Cut(h.Get("Content-Type"), ";")
	return strings.EqualFold(strings.Trim(mediaType, " \t"), "application/x-www-form-urlencoded")
}

// rewrite makes the request to the application from what was verified.
func (g *Gateway) rewrite(p *httputil.ProxyRequest) {
	a, _ := callgate.AdmissionFrom(p.In.Context()) // ServeHTTP has seen that it is there
	out := p.Out
	out.URL = g.address(p.In.RequestURI)
	out.Header = g.headers(out.Header, a)
	out.Host = setForwarded(out.Header, a.URL, p.In.RequestURI)
	out.TransferEncoding, out.Trailer = nil, nil
	out.ContentLength = int64(len(a.Body))
	out.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(a.Body)), nil }
	if out.Body = http.NoBody; len(a.Body) > 0 {
		out.Body, _ = out.GetBody()
	}
}

// address puts a request target behind the upstream, byte for byte: an Opaque URL is not
// encoded again.
func (g *Gateway) address(target string) *url.URL {
	u := g.upstream
	var query bool
	u.Opaque, u.RawQuery, query = strings.Cut(target, "?")
	u.ForceQuery = query && u.RawQuery == ""
	return &u
}

// withoutTrailers keeps an answer to what carriers read.
func withoutTrailers(r *http.Response) error {
	r.Trailer = nil
	return nil
}

// failed answers when the application did not.
func (g *Gateway) failed(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() != nil { // the deadline is over or the sender gone, which the gate says
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	var network net.Error
	if errors.As(err, &network) && network.Timeout() {
		g.refuse(w, r, http.StatusGatewayTimeout, withoutContent(err))
		return
	}
	g.refuse(w, r, http.StatusBadGateway, withoutContent(err))
}

// withoutContent returns what may be logged of an error: not what an application said,
// which may repeat what a caller did.
func withoutContent(err error) error {
	var op *net.OpError
	var network net.Error
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &op) && op.Op == "dial":
		return op
	case errors.As(err, &certificate):
		return certificate
	case errors.As(err, &network) && network.Timeout():
		return fmt.Errorf("it did not begin to answer in %v", answerTimeout)
	}
	return errors.New("it broke off, or its answer is no HTTP or no WebSocket")
}

// refuse answers in place of the application and logs why.
func (g *Gateway) refuse(w http.ResponseWriter, r *http.Request, status int, err error) {
	a, _ := callgate.AdmissionFrom(r.Context())
	g.log.Warn("the upstream has not answered", "upstream", g.upstream.String(), "route", a.Route, "status", status, "error", err.Error())
	w.WriteHeader(status)
}
