package protocol

import (
	"encoding/json"
	"fmt"
)

// Answer is what the server says. Which fields it has depends on what was asked.
type Answer struct {
	// Time is the server's clock, in milliseconds since 1970.
	Time int64 `json:"time"`
	// Challenge answers a hello; or Wait, the seconds until one may be had.
	Challenge string `json:"challenge,omitempty"`
	Wait      int    `json:"wait,omitempty"`
	// Arrived and Verdict answer a probe of the kinds Webhook, Stream and Unsigned.
	Arrived *Arrived `json:"arrived,omitempty"`
	Verdict *Verdict `json:"verdict,omitempty"`
	// Server answers a probe of the kind About.
	Server *Server `json:"server,omitempty"`
}

// Arrived is a probe as the server received it. Bytes that may not be UTF-8 are
// encoded by JSON in base64.
type Arrived struct {
	Method string `json:"method"`
	Target []byte `json:"target"`
	Host   string `json:"host"`
	Proto  string `json:"proto"`
	TLS    bool   `json:"tls,omitempty"`
	// Peer is who connected, and Listen where to: HOST:PORT.
	Peer   string `json:"peer,omitempty"`
	Listen string `json:"listen,omitempty"`
	// Header holds the headers that the doctor sends, and those in which proxies say
	// something about a request. All others stay untold: a proxy may add a secret.
	Header map[string][]string `json:"header"`
	Body   []byte              `json:"body,omitempty"`
	// BodyFault says why the body is not all there.
	BodyFault string `json:"body_fault,omitempty"`
}

// Verdict is what the gate says of a probe.
type Verdict struct {
	Admitted bool   `json:"admitted"`
	Reason   string `json:"reason,omitempty"`
	Detail   string `json:"detail,omitempty"`
	// Address is what the gate took the request for, if it got that far.
	Address []byte `json:"address,omitempty"`
	// Form is the spelling of the address that the signature fits.
	Form string `json:"form,omitempty"`
}

// Server is what the server is told about itself.
type Server struct {
	Version        string   `json:"version,omitempty"`
	PublicURL      string   `json:"public_url,omitempty"`
	AllowedHosts   []string `json:"allowed_hosts,omitempty"`
	TrustedProxies []string `json:"trusted_proxies,omitempty"`
	// Webhooks are addresses that are configured at the carrier, as far as it was told.
	Webhooks []string `json:"webhooks,omitempty"`
	// Deadline is how long an answer to a call may take, in milliseconds.
	Deadline int64   `json:"deadline"`
	Routes   []Route `json:"routes"`
}

// Route is a route of the server.
type Route struct {
	Path    string   `json:"path"`
	Kind    string   `json:"kind"`
	Methods []string `json:"methods"`
}

// SealAnswer seals an answer to the request with this header.
func (k Key) SealAnswer(header string, a *Answer) []byte {
	text, err := json.Marshal(a)
	if err != nil {
		panic(err) // all its types can be written
	}
	return k.Seal(header, text)
}

// OpenAnswer returns the answer to the request with this header.
func (k Key) OpenAnswer(header string, sealed []byte) (*Answer, error) {
	text, err := k.Open(header, sealed)
	if err != nil {
		return nil, err
	}
	var a Answer
	if err := json.Unmarshal(text, &a); err != nil {
		return nil, fmt.Errorf("the server's answer: %w", err)
	}
	return &a, nil
}
