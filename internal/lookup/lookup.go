// Package lookup makes the requests of HTTP nodes, within limits.
//
// A flow says which URL is asked, and a caller has a part in it: digits become path
// elements and parameters. So a request goes only to hosts that are configured, over
// TLS unless the host is configured with "http://", and never to a private address
// (loopback, link-local, the networks of RFC 1918 and others) unless that is configured
// too. The address is checked when the connection is made, on the address that it is
// made to: a name that resolves differently a moment later cannot get round it.
// Redirects are not followed, and answers are bounded in size and time.
//
// A request that got no answer, or one that says "later", is made again if the look-up
// asks for that, and an answer that may serve other calls is kept in memory for as long
// as it may, within bounds.
//
// Each request carries the header Idempotency-Key. Asking twice with the same key is one
// request as long as its result is kept here (see Client.Do), and the server that is
// asked can tell a repetition after a restart by the key.
package lookup

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/ivr"
)

// Limits of requests.
const (
	// maxAnswer bounds an answer in bytes. What is read out to a caller or decides on
	// the way on is short.
	maxAnswer = 256 << 10
	// maxHeader bounds the answer's headers in bytes.
	maxHeader = 16 << 10
	// connectTimeout leaves time for an answer within the ten seconds of a webhook.
	connectTimeout = 3 * time.Second
	// maxPerHost bounds the connections to one server: it shall not suffer from a
	// flood of calls.
	maxPerHost = 32
)

// Config is checked whole by New.
type Config struct {
	// Hosts are the servers that may be asked: "crm.example.org", "crm.example.org:8443",
	// or "http://crm.internal:8000" for one without TLS. None: no look-up is made.
	Hosts []string
	// PrivateNetworks are private networks in which servers may be.
	PrivateNetworks []netip.Prefix
	// Secrets are values of headers by the name that flows call them by.
	Secrets map[string]callgate.Secret
	// TLS is for servers with certificates of an authority of one's own; nil is the
	// system's.
	TLS *tls.Config
}

// Client makes requests. Make one with New; it may be used by many goroutines.
type Client struct {
	hosts   map[string]bool // scheme://host:port
	private []netip.Prefix
	secrets map[string]callgate.Secret
	http    *http.Client
	jobs    jobs
	cache   cache
}

// New makes a client. The error joins every fault.
func New(c Config) (*Client, error) {
	var faults []error
	l := &Client{hosts: map[string]bool{}, private: c.PrivateNetworks, secrets: c.Secrets}
	for i, host := range c.Hosts {
		origin, err := parseHost(host)
		if err != nil {
			faults = append(faults, fmt.Errorf("hosts[%d]: %q: %w", i, host, err))
		}
		l.hosts[origin] = true
	}
	for name, secret := range c.Secrets {
		if strings.ContainsFunc(secret.Reveal(), func(r rune) bool { return r < ' ' || r == 0x7f }) || secret == "" {
			faults = append(faults, fmt.Errorf("secrets: %s is empty or has a control character, which no header can carry", name))
		}
	}
	if err := errors.Join(faults...); err != nil {
		return nil, fmt.Errorf("look-ups: %w", err)
	}
	dialer := &net.Dialer{Timeout: connectTimeout, Control: l.control}
	l.http = &http.Client{
		Transport: &http.Transport{
			Proxy:                  nil, // a proxy would resolve names by itself, past the check
			DialContext:            dialer.DialContext,
			TLSClientConfig:        c.TLS,
			TLSHandshakeTimeout:    connectTimeout,
			MaxConnsPerHost:        maxPerHost,
			MaxResponseHeaderBytes: maxHeader,
			IdleConnTimeout:        time.Minute,
			ForceAttemptHTTP2:      true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return l, nil
}

// parseHost returns scheme, host and port of an entry of Hosts.
func parseHost(s string) (string, error) {
	if !strings.Contains(s, "://") {
		s = "https://" + s
	}
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || u.Path != "" || u.RawQuery != "" || u.User != nil || u.Fragment != "" {
		return "", errors.New(`must be a host such as "crm.example.org:8443", or "http://" and a host for one without TLS`)
	}
	if u.Scheme != "https" && u.Scheme != "http" {
		return "", fmt.Errorf("%q cannot be spoken; use https, or http for one without TLS", u.Scheme)
	}
	return origin(u), nil
}

// origin writes scheme, host and port in one spelling.
func origin(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"https": "443", "http": "80"}[u.Scheme]
	}
	return u.Scheme + "://" + net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}

// Allows reports whether a URL is one of a configured server.
func (l *Client) Allows(rawURL string) bool {
	u, err := url.Parse(rawURL)
	return err == nil && u.User == nil && l.hosts[origin(u)]
}

// errPrivate is why a connection is not made.
var errPrivate = errors.New("the server has a private address, which is not allowed; see lookups.private_networks")

// control is called with the address that a connection is about to be made to.
func (l *Client) control(_, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	ip := ap.Addr().Unmap().WithZone("")
	if isPublic(ip) {
		return nil
	}
	for _, p := range l.private {
		if p.Contains(ip) {
			return nil
		}
	}
	return errPrivate
}

// special are networks that are not reached over the internet and that package netip
// has no question for (IANA special-purpose address registries).
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("100.64.0.0/10"),
	netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("64:ff9b::/96"), // NAT64: an IPv4 address in disguise
	netip.MustParsePrefix("64:ff9b:1::/48"),
	netip.MustParsePrefix("2001::/23"), // Teredo among others
	netip.MustParsePrefix("2001:db8::/32"),
	netip.MustParsePrefix("2002::/16"), // 6to4
	netip.MustParsePrefix("fec0::/10"),
}

func isPublic(ip netip.Addr) bool {
	if !ip.IsGlobalUnicast() || ip.IsPrivate() {
		return false
	}
	for _, p := range special {
		if p.Contains(ip) {
			return false
		}
	}
	return true
}

// errors of a request that is not made.
var (
	errHost   = errors.New("the host is not one of lookups.hosts")
	errSecret = errors.New("a header asks for a secret that is not in lookups.secrets")
)

// errors of a request that may be made again.
var (
	errConnection = errors.New("no connection to the server")
	errBroken     = errors.New("the server did not answer properly")
)

// request makes one request and reads the answer.
func (l *Client) request(ctx context.Context, q *ivr.Lookup) (status int, body []byte, err error) {
	if !l.Allows(q.URL) {
		return 0, nil, errHost
	}
	r, err := http.NewRequestWithContext(ctx, q.Method, q.URL, bytes.NewReader(q.Body))
	if err != nil {
		return 0, nil, errors.New("the URL cannot be requested")
	}
	if err := l.setHeaders(r.Header, q); err != nil {
		return 0, nil, err
	}
	answer, err := l.http.Do(r)
	if err != nil {
		return 0, nil, withoutURL(err)
	}
	defer answer.Body.Close()
	body, err = io.ReadAll(io.LimitReader(answer.Body, maxAnswer+1))
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return 0, nil, context.DeadlineExceeded
	case err != nil:
		return 0, nil, errBroken
	case len(body) > maxAnswer:
		return 0, nil, fmt.Errorf("the answer is over %d bytes", maxAnswer)
	}
	return answer.StatusCode, body, nil
}

// setHeaders sets those of the look-up, with secrets filled in, and those of ours.
func (l *Client) setHeaders(to http.Header, q *ivr.Lookup) error {
	for _, h := range q.Headers {
		value := h.Value
		if h.Secret != "" {
			secret, ok := l.secrets[h.Secret]
			if !ok {
				return errSecret
			}
			value = secret.Reveal()
		}
		to.Set(h.Name, value)
	}
	if q.Body != nil {
		to.Set("Content-Type", "application/json")
	}
	to.Set("Accept", "application/json")
	to.Set("User-Agent", "callgate")
	to.Set("Idempotency-Key", q.Key)
	return nil
}

// withoutURL takes the URL out of an error, because it may hold a caller's digits.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	var op *net.OpError
	switch {
	case errors.Is(err, errPrivate):
		return errPrivate
	case errors.Is(err, context.DeadlineExceeded):
		return context.DeadlineExceeded
	case errors.As(err, &op):
		return errConnection
	}
	var cert *tls.CertificateVerificationError
	if errors.As(err, &cert) {
		return errors.New("the server's certificate is not trusted")
	}
	return errBroken
}
