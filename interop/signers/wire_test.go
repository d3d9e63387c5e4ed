package signers_test

import (
	"encoding/base64"
	"slices"
	"strings"

	"github.com/callgate/callgate/interop/internal/signer"
)

// sent is a request as the server receives it: a line for "verify --jsonl".
type sent struct {
	ID      string         `json:"id"`
	Token   string         `json:"token"`
	Method  string         `json:"method"`
	URL     string         `json:"url"`
	Headers map[string]any `json:"headers"`
	Body    string         `json:"body_base64"`

	shape string
	want  verdict
}

const signatureHeader = "X-Twilio-Signature"

// send puts a request and its signature on the wire.
func (r *request) send(signed signer.Signed) *sent {
	w := &sent{ID: r.id, Token: r.token, Method: r.method, URL: r.receivedURL, shape: r.shape, want: r.want}
	if r.receivedURL == r.signedURL {
		w.URL = signed.URL // with the hash in it
	}
	w.Headers = map[string]any{signatureHeader: signed.Signature}
	if r.contentType != "" {
		w.Headers["Content-Type"] = r.contentType
	}
	for _, h := range r.extra {
		w.Headers[h.name] = h.value
	}
	w.setBody(r.body)
	return w
}

func (w *sent) setBody(body []byte) { w.Body = base64.StdEncoding.EncodeToString(body) }

func (w *sent) signature() string { return w.Headers[signatureHeader].(string) }

// clone copies a request so that it can be changed.
func (w *sent) clone() *sent {
	c := *w
	c.Headers = make(map[string]any, len(w.Headers))
	for name, value := range w.Headers {
		c.Headers[name] = value
	}
	return &c
}

// signedText is the plain reading of the rule: the URL, then every distinct
// name and value in the order of their bytes. It only tells whether a change
// alters what is signed; the signatures come from the libraries.
func signedText(url string, ps []param) string {
	pairs := slices.Clone(ps)
	slices.SortFunc(pairs, func(a, b param) int {
		if c := strings.Compare(a.name, b.name); c != 0 {
			return c
		}
		return strings.Compare(a.value, b.value)
	})
	for _, p := range slices.Compact(pairs) {
		url += p.name + p.value
	}
	return url
}
