package doctor

import (
	"context"
	"crypto/tls"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/callgate/callgate/explain"
)

// fallback asks the fallback address for what a carrier would want from it: not as a
// call, because it has no signature, but to see that somebody is there who does not
// depend on what is examined.
func (e *examination) fallback(ctx context.Context) {
	if e.config.Fallback == "" || ctx.Err() != nil {
		return
	}
	c := Check{Name: "fallback"}
	ill := func(text, note string) {
		c.ill(text, finding(CauseFallback, explain.Mend{Where: "the carrier's console, or the fallback's server", Note: note}))
	}
	b, answer, err := e.askFallback(ctx)
	switch {
	case b.host == "":
		ill(err.Error(), "write the whole address")
	case err != nil:
		ill("no answer: "+reason(err), "let the address answer whatever befalls the main one")
	default:
		judgeFallback(&c, ill, answer)
	}
	if c.Result == OK && b.authority == e.session.authority {
		c.Result = Note
		c.Text += "; it is on the same host as what it stands in for, and fails with it"
	}
	e.add(c)
}

// askFallback sends what the carrier would, but for the signature. Here the certificate
// must be right: there is nothing else to find.
func (e *examination) askFallback(ctx context.Context) (base, *response, error) {
	address, query, found := strings.Cut(e.config.Fallback, "?")
	b, err := parseBase(address)
	if err != nil {
		return base{}, nil, err
	}
	config := e.config
	if b.authority != e.session.authority {
		config.Server = "" // which is for the host that is examined
	}
	r := request{method: http.MethodPost, target: b.whole, authority: b.authority, body: []byte(call), header: http.Header{
		"User-Agent": {"callgate doctor"}, "Accept": {"*/*"}, "Content-Type": {formType},
	}}
	if found {
		r.target += "?" + query
	}
	d := newDialer(b, config)
	if d.config != nil {
		d.config.InsecureSkipVerify, d.config.MinVersion, d.config.RootCAs = false, tls.VersionTLS12, config.Roots
	}
	answer, err := d.exchange(ctx, r)
	return b, answer, err
}

func judgeFallback(c *Check, ill func(text, note string), answer *response) {
	switch refused := answer.status == http.StatusForbidden || answer.status == http.StatusUnauthorized; {
	case refused:
		c.Result, c.Text = OK, statusText(answer.status)+" without a signature: somebody is there, and asks for one"
	case answer.status < 200 || answer.status > 299:
		ill(statusText(answer.status), "let it answer 200 with TwiML that takes the caller to a human")
	case !isTwiML(answer.body):
		ill("the answer is no TwiML", "let it answer 200 with TwiML that takes the caller to a human")
	default:
		c.Result, c.Text = OK, fmt.Sprintf("TwiML after %v", answer.took.Round(1e6))
	}
}

// isTwiML reports whether a document is well formed and its root is a Response.
func isTwiML(document []byte) bool {
	dec := xml.NewDecoder(strings.NewReader(string(document)))
	root := ""
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return root == "Response"
		}
		if err != nil {
			return false
		}
		if start, ok := token.(xml.StartElement); ok && root == "" {
			root = start.Name.Local
		}
	}
}
