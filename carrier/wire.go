package carrier

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/callgate/callgate/twiml"
)

// connectTimeout is the carrier's default for making a connection.
const connectTimeout = 5 * time.Second

// newTransport makes the transport of a line: no proxy, because the carrier
// knows none, and connections that are kept, because many calls share them.
func newTransport() *http.Transport {
	return &http.Transport{
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			return (&net.Dialer{Timeout: connectLimit(ctx)}).DialContext(ctx, network, address)
		},
		TLSHandshakeTimeout:   connectTimeout,
		MaxIdleConnsPerHost:   64,
		IdleConnTimeout:       30 * time.Second,
		ResponseHeaderTimeout: 15 * time.Second,
	}
}

// connectKey is that of the connection override ct in a request's context.
type connectKey struct{}

// connectLimit is how long a connection may take to be made.
func connectLimit(ctx context.Context) time.Duration {
	if d, ok := ctx.Value(connectKey{}).(time.Duration); ok {
		return d
	}
	return connectTimeout
}

// newRequest makes a request for a public URL that goes where the line's server
// really is. The request target is sent byte for byte as it was signed.
func (l *Line) newRequest(ctx context.Context, method, rawURL, body string) (*http.Request, error) {
	scheme, authority, path, query := split(rawURL)
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		authority = authority[i+1:]
	}
	if path == "" {
		path = "/"
	}
	u := &url.URL{Scheme: scheme, Host: authority, Opaque: path, RawQuery: strings.TrimPrefix(query, "?"), ForceQuery: query == "?"}
	if strings.HasPrefix(path, "//") { // which Opaque would take for a host
		parsed, err := url.Parse(rawURL)
		if err != nil {
			return nil, err
		}
		u = parsed
		u.User = nil
	}
	req := &http.Request{Method: method, URL: u, Host: authority, Header: http.Header{}, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1}
	if l.server != nil && originOf(rawURL) == l.origin {
		u.Scheme, u.Host = l.server.Scheme, l.server.Host
		req.Header.Set("X-Forwarded-Proto", scheme)
		req.Header.Set("X-Forwarded-Host", authority)
	}
	if body != "" {
		req.Body = io.NopCloser(strings.NewReader(body))
		req.ContentLength = int64(len(body))
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(body)), nil }
	}
	return req.WithContext(ctx), nil
}

// roundTrip sends a request and reads the answer, up to one byte more than a
// document may have.
func (j *job) roundTrip(req *http.Request) attempt {
	resp, err := j.line.config.Transport.RoundTrip(req)
	if err != nil {
		code, connected := classify(err)
		a := attempt{code: code, message: plainError(err), connected: connected}
		if code == codeTimeoutTotal {
			a.code, a.took = codeConnection, min(j.limits.read, j.limits.total)
			if j.limits.total != defaultOverrides().total {
				a.code = codeTimeoutTotal
			}
		}
		return a
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, twiml.MaxBytes+1))
	if err != nil {
		return attempt{code: codeProtocol, message: "the answer breaks off: " + plainError(err), connected: true}
	}
	a := attempt{connected: true, status: resp.StatusCode, header: resp.Header, body: body}
	if bad := badCookies(resp.Header); bad != "" {
		return attempt{code: codeProtocol, message: bad, connected: true}
	}
	if j.line.config.Cookies == KeepCookies {
		public := *req.URL
		public.Scheme, public.Host, public.Opaque = schemeOf(req), req.Host, ""
		public.Path, _, _ = strings.Cut(req.URL.RequestURI(), "?")
		j.jar.SetCookies(&public, resp.Cookies())
	}
	return a
}

// schemeOf is the scheme of the public URL of a request.
func schemeOf(req *http.Request) string {
	if s := req.Header.Get("X-Forwarded-Proto"); s != "" {
		return s
	}
	return req.URL.Scheme
}

// badCookies says what is wrong with cookies that the carrier does not take (11206).
func badCookies(h http.Header) string {
	for _, line := range h["Set-Cookie"] {
		name, _, _ := strings.Cut(line, "=")
		if strings.TrimSpace(name) == "" {
			return "a cookie without a name"
		}
		for i := range len(line) {
			if line[i] < ' ' && line[i] != '\t' || line[i] > '~' {
				return "a cookie with characters that are not allowed"
			}
		}
	}
	return ""
}

// classify turns the error of a request into a code of the error dictionary, and
// says whether the connection had been made.
func classify(err error) (code int, connected bool) {
	var (
		dns     *net.DNSError
		op      *net.OpError
		name    x509.HostnameError
		cert    x509.CertificateInvalidError
		unknown x509.UnknownAuthorityError
		record  tls.RecordHeaderError
		alert   tls.AlertError
	)
	switch {
	case errors.As(err, &dns):
		return codeHost, false
	case errors.As(err, &name):
		return codeTLSName, false
	case errors.As(err, &cert) && cert.Reason == x509.Expired:
		return codeTLSExpired, false
	case errors.As(err, &cert), errors.As(err, &unknown):
		return codeTLSChain, false
	case errors.As(err, &record), errors.As(err, &alert), strings.Contains(err.Error(), "tls: "):
		return codeTLS, false
	case errors.As(err, &op) && op.Op == "dial" && op.Timeout():
		return codeTimeoutConnect, false
	case errors.As(err, &op) && op.Op == "dial":
		return codeRefused, false
	case isTimeout(err):
		return codeTimeoutTotal, true
	case strings.Contains(err.Error(), "malformed"):
		return codeProtocol, true
	}
	return codeConnection, true
}

func isTimeout(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout()
}

// plainError is the innermost words of an error: the address is in the entry already.
func plainError(err error) string {
	if isTimeout(err) {
		return "no answer within the time limit"
	}
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err.Error()
		}
		err = inner
	}
}
