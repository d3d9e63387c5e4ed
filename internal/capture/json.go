package capture

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"slices"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/explain"
)

// wire is a request in the JSON form of `callgate verify`, with what a gate knows
// besides.
type wire struct {
	Token   callgate.Secret `json:"token"`
	Method  string          `json:"method"`
	URL     string          `json:"url"`
	Headers headers         `json:"headers"`
	Body    *string         `json:"body"`
	Base64  *string         `json:"body_base64"`

	Target string     `json:"target"` // as in the request line
	Host   string     `json:"host"`   // the Host header
	TLS    bool       `json:"tls"`
	Proto  string     `json:"proto"`
	Peer   netip.Addr `json:"peer"`
	Listen string     `json:"listen"` // host:port

	PublicURL      string         `json:"public_url"`
	AllowedHosts   []string       `json:"allowed_hosts"`
	TrustedProxies []netip.Prefix `json:"trusted_proxies"`
	Webhooks       []string       `json:"webhooks"`

	Log json.RawMessage `json:"log"` // of a HAR file
}

// headers are headers whose value is a string or a list of strings.
type headers http.Header

// UnmarshalJSON reads an object, or a list of {"name": ..., "value": ...}.
func (h *headers) UnmarshalJSON(text []byte) error {
	var pairs []harPair
	if json.Unmarshal(text, &pairs) == nil && len(pairs) > 0 {
		*h = headers{}
		for _, p := range pairs {
			name := http.CanonicalHeaderKey(p.Name)
			(*h)[name] = append((*h)[name], p.Value)
		}
		return nil
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(text, &object); err != nil {
		return errors.New("headers: a JSON object is wanted")
	}
	*h = headers{}
	for _, name := range sortedKeys(object) {
		var value string
		var list []string
		if json.Unmarshal(object[name], &value) == nil {
			list = []string{value}
		} else if json.Unmarshal(object[name], &list) != nil {
			return fmt.Errorf("headers: a value is neither a string nor a list of strings")
		}
		canonical := http.CanonicalHeaderKey(name)
		(*h)[canonical] = append((*h)[canonical], list...)
	}
	return nil
}

func sortedKeys(m map[string]json.RawMessage) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// readJSON reads own requests, one after the other, a case or a HAR file.
func readJSON(text []byte) ([]Capture, error) {
	if explain.IsCase(text) {
		var c explain.Case
		if err := json.Unmarshal(text, &c); err != nil {
			return nil, err
		}
		return []Capture{{Form: FormCase, Request: c.Request, Config: c.Config}}, nil
	}
	var captures []Capture
	d := json.NewDecoder(bytes.NewReader(text))
	for {
		var w wire
		err := d.Decode(&w)
		switch {
		case err == io.EOF:
			return captures, nil
		case err != nil:
			return nil, fmt.Errorf("the request with number %d: %w", len(captures)+1, jsonFault(err))
		case w.Log != nil:
			return readHAR(w.Log)
		case len(captures) == maxRequests:
			return nil, fmt.Errorf("more than %d requests", maxRequests)
		}
		c, err := w.capture()
		if err != nil {
			return nil, fmt.Errorf("the request with number %d: %w", len(captures)+1, err)
		}
		captures = append(captures, *c)
	}
}

// readList reads the requests of a JSON array.
func readList(text []byte) ([]Capture, error) {
	var list []json.RawMessage
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, fmt.Errorf("the list of requests: %w", jsonFault(err))
	}
	if len(list) == 0 {
		return nil, errors.New("the list of requests is empty")
	}
	return readJSON(bytes.Join(asBytes(list), []byte("\n")))
}

func asBytes(list []json.RawMessage) [][]byte {
	out := make([][]byte, len(list))
	for i, m := range list {
		out[i] = m
	}
	return out
}

// jsonFault says what is wrong with JSON, without the text around it.
func jsonFault(err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("not JSON, at byte %d", syntax.Offset)
	case errors.As(err, &kind) && kind.Field == "body":
		return errors.New("body: the raw body is wanted, as one string, not what it was parsed into")
	case errors.As(err, &kind) && kind.Field != "":
		return fmt.Errorf("%s: has the wrong JSON type", kind.Field)
	case errors.As(err, &kind):
		return errors.New("has the wrong JSON type")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the JSON ends too early")
	}
	return errors.New("a field has a value that it cannot have: peer is an IP address, trusted_proxies are networks such as 10.0.0.0/8, and a header is a string or a list of strings")
}

func (w *wire) capture() (*Capture, error) {
	if w.Method == "" {
		return nil, errors.New(`it has no method; add "method":"POST"`)
	}
	if w.URL == "" && (w.Host == "" || w.Target == "") {
		return nil, errors.New(`it has no address; add "url", or "host" and "target"`)
	}
	r := &explain.Request{
		Method: w.Method, URL: w.URL, Target: w.Target, Host: w.Host, TLS: w.TLS, Proto: w.Proto,
		Header: http.Header(w.Headers), Peer: w.Peer, Listen: w.Listen,
	}
	if r.Header == nil {
		r.Header = http.Header{}
	}
	switch {
	case w.Body != nil && w.Base64 != nil:
		return nil, errors.New("body and body_base64 are both there; one is wanted")
	case w.Body != nil:
		r.Body = []byte(*w.Body)
	case w.Base64 != nil:
		body, err := base64.StdEncoding.DecodeString(*w.Base64)
		if err != nil {
			return nil, errors.New("body_base64 is not base64")
		}
		r.Body = body
	}
	return &Capture{Form: FormJSON, Request: r, Token: w.Token, Config: explain.Config{
		PublicURL: w.PublicURL, AllowedHosts: w.AllowedHosts, TrustedProxies: w.TrustedProxies, Webhooks: w.Webhooks,
	}}, nil
}
