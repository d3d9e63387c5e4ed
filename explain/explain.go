package explain

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/callgate/callgate/twilio"
)

// Config is what the gate knows. New checks it whole.
type Config struct {
	// Keys are the keys in use, newest first. Unlike those of a verifier they may
	// be misspelled: finding that out is part of an explanation. At least one is
	// required.
	Keys []twilio.Key
	// OtherKeys are known but not in use: of a rotation, or of a test.
	OtherKeys []twilio.Key
	// PublicURL, AllowedHosts and TrustedProxies are those of the gate.
	PublicURL      string
	AllowedHosts   []string
	TrustedProxies []netip.Prefix
	// Webhooks are addresses that are configured at the carrier, as far as they are known.
	Webhooks []string
	// Work bounds one search, see MaxWork, which is the default and the most.
	Work int
}

// An Explainer finds out why signatures failed. It is immutable and may be used by
// many goroutines. It admits nothing: its answers are for people.
type Explainer struct{ config Config }

// New makes an explainer. The error joins every fault of the configuration and
// never shows a key.
func New(c Config) (*Explainer, error) {
	var faults []error
	if len(c.Keys) == 0 {
		faults = append(faults, errors.New("Keys: none; give at least one auth token"))
	}
	faults = append(faults, emptyKeys("Keys", c.Keys)...)
	faults = append(faults, emptyKeys("OtherKeys", c.OtherKeys)...)
	for i, url := range slices.Concat([]string{c.PublicURL}, c.Webhooks) {
		if a := parseAddress(url); url != "" && (a.scheme == "" || a.host == "") {
			faults = append(faults, fmt.Errorf("%s: not an address with scheme and host, such as https://ivr.example.org", urlField(i)))
		}
	}
	if len(faults) > 0 {
		return nil, fmt.Errorf("explain: %w", errors.Join(faults...))
	}
	return &Explainer{c}, nil
}

func emptyKeys(field string, keys []twilio.Key) (faults []error) {
	for i, k := range keys {
		if k.Token.Reveal() == "" {
			faults = append(faults, fmt.Errorf("%s[%d].Token: empty; anyone could sign with it", field, i))
		}
	}
	return faults
}

func urlField(i int) string {
	if i == 0 {
		return "PublicURL"
	}
	return fmt.Sprintf("Webhooks[%d]", i-1)
}

// Explain says why the signature of a request does not fit. It ends early, with
// Complete false, when ctx does; besides, it is bounded by MaxCandidates and
// MaxWork and always gives the same answer.
func (e *Explainer) Explain(ctx context.Context, r *Request) *Explanation {
	values := r.Header[twilio.Header]
	strict, loose := signatures(values)
	s := newSearch(ctx, &e.config, r, slices.Concat(strict, loose))
	x := &Explanation{Proxy: detectProxy(r), Complete: true}
	b := &answer{Explanation: x, search: s, mends: newMends(&e.config, r, x.Proxy, s)}
	if len(strict)+len(loose) == 0 {
		b.withoutSignature(values)
	} else if key := s.fitsAsIs(); key != nil {
		b.asIs(key, len(strict) == 0)
	} else {
		m := s.run()
		x.Complete = !s.budget.exhausted
		b.found(m, len(strict) == 0)
	}
	x.Tried = s.tried
	x.Title = x.Cause.Title()
	return x
}

// fitsAsIs returns the key with which the signature fits without a change, in one
// of the spellings of the address that the carrier's rules leave open.
func (s *search) fitsAsIs() *tryKey {
	at := s.roots[0].root
	for _, a := range forms(at.address) {
		text := appendSigned([]byte(a.String()), at.params)
		for i := range s.keys {
			if s.keys[i].cause == "" && s.fits(&s.keys[i], text) {
				return &s.keys[i]
			}
		}
	}
	return nil
}

// forms lists what the carrier may have signed for an address; the rules are
// those that package twilio verifies with.
func forms(a address) []address {
	list := []address{a}
	vary := func(change func(*address)) {
		for _, b := range list {
			change(&b)
			if !slices.Contains(list, b) {
				list = append(list, b)
			}
		}
	}
	vary(func(b *address) { b.user = "" })
	vary(func(b *address) {
		if b.port == "" {
			b.port = defaultPort(b.scheme)
		} else {
			b.port = ""
		}
	})
	vary(func(b *address) {
		switch {
		case b.path == "/":
			b.path = ""
		case !isWebsocket(b.scheme):
		case strings.HasSuffix(b.path, "/"):
			b.path = strings.TrimSuffix(b.path, "/")
		default:
			b.path += "/"
		}
	})
	return list
}
