package explain

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"unicode/utf8"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/twilio"
)

// Case is a request and what was known about it, made safe to hand on: every
// value of a caller, every account and every key is replaced by another of the
// same length and classes, and the request is signed again, with a throw-away key
// that is part of the case. Its explanation is that of the original.
type Case struct {
	Config  Config
	Request *Request
}

// Case makes a case of a request. The error says why none could be made that has
// the same explanation and keeps nothing of the original.
func (e *Explainer) Case(ctx context.Context, r *Request) (*Case, error) {
	want := e.Explain(ctx, r)
	if !want.Complete && ctx.Err() != nil {
		return nil, fmt.Errorf("explain: %w", ctx.Err())
	}
	var err error
	// Replacements are drawn at random, and one of them may by chance stand for
	// another value, or hold an original one.
	for range caseTries {
		d := newRedactor()
		c := d.redact(&e.config, r, want)
		if err = c.same(ctx, want); err != nil {
			continue
		}
		if err = d.leak(); err == nil {
			return c, nil
		}
	}
	return nil, err
}

const caseTries = 10

// same says whether the explanation of the case is the wanted one.
func (c *Case) same(ctx context.Context, want *Explanation) error {
	e, err := New(c.Config)
	if err != nil {
		return err
	}
	a, err := json.Marshal(want)
	if err != nil {
		return err
	}
	b, err := json.Marshal(e.Explain(ctx, c.Request))
	if err != nil {
		return err
	}
	if !bytes.Equal(a, b) {
		return errors.New("explain: the redacted request has another explanation than the request")
	}
	return nil
}

// caseVersion is the version of the form of case files.
const caseVersion = 1

// wireCase is the form of a case file.
type wireCase struct {
	Version        int             `json:"callgate_case"`
	Request        wireCaseRequest `json:"request"`
	Keys           []wireKey       `json:"keys"`
	OtherKeys      []wireKey       `json:"other_keys,omitempty"`
	PublicURL      string          `json:"public_url,omitempty"`
	AllowedHosts   []string        `json:"allowed_hosts,omitempty"`
	TrustedProxies []netip.Prefix  `json:"trusted_proxies,omitempty"`
	Webhooks       []string        `json:"webhooks,omitempty"`
}

type wireCaseRequest struct {
	Method  string      `json:"method"`
	URL     string      `json:"url,omitempty"`
	Target  string      `json:"target,omitempty"`
	Host    string      `json:"host,omitempty"`
	TLS     bool        `json:"tls,omitempty"`
	Proto   string      `json:"proto,omitempty"`
	Headers http.Header `json:"headers"`
	Body    string      `json:"body,omitempty"`
	Base64  []byte      `json:"body_base64,omitempty"`
	Peer    string      `json:"peer,omitempty"`
	Listen  string      `json:"listen,omitempty"`
}

// wireKey is a throw-away key: its token is written in plain.
type wireKey struct {
	Name    string `json:"name"`
	Account string `json:"account,omitempty"`
	Token   string `json:"token"`
}

// MarshalJSON writes the form of a case file.
func (c *Case) MarshalJSON() ([]byte, error) {
	r := c.Request
	w := wireCase{
		Version: caseVersion,
		Request: wireCaseRequest{
			Method: r.Method, URL: r.URL, Target: r.Target, Host: r.Host, TLS: r.TLS, Proto: r.Proto,
			Headers: r.Header, Listen: r.Listen,
		},
		Keys: toWire(c.Config.Keys), OtherKeys: toWire(c.Config.OtherKeys),
		PublicURL: c.Config.PublicURL, AllowedHosts: c.Config.AllowedHosts,
		TrustedProxies: c.Config.TrustedProxies, Webhooks: c.Config.Webhooks,
	}
	if r.Peer.IsValid() {
		w.Request.Peer = r.Peer.String()
	}
	if utf8.Valid(r.Body) {
		w.Request.Body = string(r.Body)
	} else {
		w.Request.Base64 = r.Body
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // a form is easier to read with its "&"
	err := enc.Encode(w)
	return b.Bytes(), err
}

func toWire(keys []twilio.Key) []wireKey {
	var out []wireKey
	for _, k := range keys {
		out = append(out, wireKey{k.Name, k.Account, k.Token.Reveal()})
	}
	return out
}

func fromWire(keys []wireKey) []twilio.Key {
	var out []twilio.Key
	for _, k := range keys {
		out = append(out, twilio.Key{Name: k.Name, Account: k.Account, Token: callgate.Secret(k.Token)})
	}
	return out
}

// IsCase reports whether text is JSON in the form of a case file.
func IsCase(text []byte) bool {
	var w struct {
		Version *json.Number `json:"callgate_case"`
	}
	return json.Unmarshal(text, &w) == nil && w.Version != nil
}

// UnmarshalJSON reads the form of a case file.
func (c *Case) UnmarshalJSON(text []byte) error {
	var w wireCase
	if err := json.Unmarshal(text, &w); err != nil {
		return fmt.Errorf("explain: reading a case: %w", err)
	}
	if w.Version != caseVersion {
		return fmt.Errorf("explain: a case of version %d; this program reads version %d", w.Version, caseVersion)
	}
	r := &Request{
		Method: w.Request.Method, URL: w.Request.URL, Target: w.Request.Target, Host: w.Request.Host,
		TLS: w.Request.TLS, Proto: w.Request.Proto, Header: http.Header{}, Body: w.Request.Base64, Listen: w.Request.Listen,
	}
	if w.Request.Body != "" {
		r.Body = []byte(w.Request.Body)
	}
	for name, values := range w.Request.Headers {
		r.Header[http.CanonicalHeaderKey(name)] = values
	}
	if w.Request.Peer != "" {
		var err error
		if r.Peer, err = netip.ParseAddr(w.Request.Peer); err != nil {
			return fmt.Errorf("explain: the peer of a case: %w", err)
		}
	}
	c.Request = r
	c.Config = Config{
		Keys: fromWire(w.Keys), OtherKeys: fromWire(w.OtherKeys),
		PublicURL: w.PublicURL, AllowedHosts: w.AllowedHosts, TrustedProxies: w.TrustedProxies, Webhooks: w.Webhooks,
	}
	return nil
}
