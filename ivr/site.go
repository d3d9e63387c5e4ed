package ivr

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/callgate/callgate/ivr/internal/seal"
)

// SiteConfig says where a program is served. NewSite checks it whole.
type SiteConfig struct {
	// URL is the absolute address, without a query, that the carrier requests, as the
	// carrier knows it: "https://ivr.example.org/clinic". Required.
	URL string
	// Status is the absolute address for status callbacks. Default URL.
	Status string
	// Media is the absolute address under which relative sound files are; it ends
	// in "/". Required for flows with such files.
	Media string
	// Sealer seals the state. Required.
	Sealer *Sealer
}

// Site is where a program is served. It is immutable and may be shared.
type Site struct {
	url, status, media string
	sealer             *Sealer
}

// NewSite checks a configuration and reports every fault at once.
func NewSite(c SiteConfig) (*Site, error) {
	var faults []error
	check := func(field, value, example string) {
		u, err := url.Parse(value)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || strings.ContainsAny(value, "?# ") {
			faults = append(faults, fmt.Errorf("%s: %q is no absolute URL without query and fragment: write it like %s", field, value, example))
		}
	}
	check("URL", c.URL, "https://ivr.example.org/line")
	if c.Status != "" {
		check("Status", c.Status, "https://ivr.example.org/line/status")
	} else {
		c.Status = c.URL
	}
	if c.Media != "" {
		check("Media", c.Media, "https://ivr.example.org/media/")
		if !strings.HasSuffix(c.Media, "/") {
			faults = append(faults, fmt.Errorf("%s: %q must end in a slash", "Media", c.Media))
		}
	}
	if c.Sealer == nil {
		faults = append(faults, fmt.Errorf("%s: is missing; make one with NewSealer", "Sealer"))
	}
	if err := errors.Join(faults...); err != nil {
		return nil, fmt.Errorf("ivr: site: %w", err)
	}
	return &Site{url: c.URL + query, status: c.Status + query, media: c.Media, sealer: c.Sealer}, nil
}

// TokenParam is the name of the query parameter that holds the token: the kind of
// the event and the sealed state.
const TokenParam = "s"

const query = "?" + TokenParam + "="

// MaxToken bounds a token, in characters. No limit on a voice URL is documented;
// others of the carrier's URLs end at 4000 characters or much below, and 2 kB pass
// every proxy.
const MaxToken = 2048

// Sealer encrypts states for URLs and opens them again. A state is bound to its
// call: in another call it does not open. The same state always gives the same
// characters, so that a repeated webhook gets the same document.
type Sealer struct{ keys *seal.Keys }

// NewSealer makes a sealer of secrets, the newest first: the account's auth tokens,
// or a key of its own. New states are sealed by the first; the others still open the
// states of calls that began before a rotation.
func NewSealer(secrets ...[]byte) (*Sealer, error) {
	keys, err := seal.New("callgate ivr state v1", secrets...)
	if err != nil {
		return nil, fmt.Errorf("ivr: sealer: %w", err)
	}
	return &Sealer{keys}, nil
}

// StateError says why a token is of no use. The caller is still on the line: answer
// with Program.Restart, and log it.
type StateError struct{ Reason StateReason }

// StateReason is why a token is of no use.
type StateReason string

// The reasons.
const (
	// NotSealed: cut, changed, of another call, or sealed with a key that is gone.
	NotSealed StateReason = "not-sealed"
	// Expired: the call began longer than MaxAge ago.
	Expired StateReason = "expired"
	// OtherVersion: of a program that is not this one.
	OtherVersion StateReason = "other-version"
	// Unreadable: sealed by us, and not what this program can have sealed.
	Unreadable StateReason = "unreadable"
	// Misplaced: an event that cannot happen at this node.
	Misplaced StateReason = "misplaced"
	// TooLarge: over MaxToken.
	TooLarge StateReason = "too-large"
)

// Error gives the reason.
func (e *StateError) Error() string { return "ivr: state: " + string(e.Reason) }

// Leg names the call that a webhook belongs to, by its verified parameters.
type Leg struct{ CallSid, ParentCallSid string }

// Open reads a token. The error is a *StateError.
func (s *Sealer) Open(token string, leg Leg, now time.Time) (State, EventKind, error) {
	if len(token) < 1 || len(token) > MaxToken || !EventKind(token[0]).known() {
		return State{}, 0, &StateError{NotSealed}
	}
	kind := EventKind(token[0])
	context := callContext(leg.CallSid)
	if kind.onLeg() {
		context = legContext
	}
	var buf [256]byte
	text, err := s.keys.Open(buf[:0], token[1:], context)
	if err != nil {
		return State{}, 0, &StateError{NotSealed}
	}
	st, err := decodeState(text)
	switch {
	case err != nil:
		return State{}, 0, &StateError{Unreadable}
	case kind.onLeg() != (st.parent != ""):
		return State{}, 0, &StateError{Unreadable}
	case leg.ParentCallSid != "" && st.parent != "" && st.parent != leg.ParentCallSid:
		return State{}, 0, &StateError{NotSealed}
	case !fresh(st.began, now):
		return State{}, 0, &StateError{Expired}
	}
	return st, kind, nil
}

func fresh(began uint64, now time.Time) bool {
	h := hours(now)
	return began <= h+uint64(maxSkew.Hours()) && began+uint64(MaxAge.Hours()) >= h
}

// callContext binds a state to the caller's call.
func callContext(sid string) string { return "call " + sid }

// legContext is for the call of a dialled person. Its CallSid is not known when the
// token is made, and not every carrier names the parent, so the parent's is inside.
const legContext = "leg"

// seal writes the token of a state without its first character, the kind.
func (s *Sealer) seal(st *State, context string) (string, error) {
	var buf [256]byte
	var out [512]byte
	sealed := s.keys.Append(out[:0], st.append(buf[:0]), context)
	if len(sealed) >= MaxToken {
		return "", &StateError{TooLarge}
	}
	return string(sealed), nil
}
