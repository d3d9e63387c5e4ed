package twilio

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/callgate/callgate"
)

// Header is the request header that carries the signature.
const Header = "X-Twilio-Signature"

// Name names this carrier in proofs and principals.
const Name = "twilio"

// A Verifier admits requests that the carrier signed with one of its keys. Make
// one with New. It is immutable and may be used by many goroutines.
type Verifier struct {
	keys    []Key // without the tokens, so that printing the verifier shows none
	profile Profile
	voice   *lexicon
	status  *lexicon
	pool    sync.Pool
}

var _ callgate.Verifier = (*Verifier)(nil)

// Verify decides whether the carrier signed the request. The error is a
// *callgate.Refusal.
//
// The checks run from cheap to dear, and those that tell something about the
// content run after the signature, so that a stranger learns nothing from the
// reason but what the request itself shows.
func (v *Verifier) Verify(r *callgate.Request) (callgate.Proof, error) {
	if len(v.keys) == 0 {
		return callgate.Proof{}, callgate.Refuse(callgate.ReasonNoKey, "the verifier was not made with New")
	}
	var want [sha1.Size]byte
	if err := decodeSignature(&want, r.Header[Header]); err != nil {
		return callgate.Proof{}, err
	}
	s := v.pool.Get().(*scratch)
	defer v.release(s)
	signed, err := s.prepare(r)
	if err != nil {
		return callgate.Proof{}, err
	}
	key, form, err := v.match(s, &signed, &want)
	if err != nil {
		return callgate.Proof{}, err
	}
	if signed.content == contentJSON {
		if err := checkBodyHash(signed.query, r.Body); err != nil {
			return callgate.Proof{}, err
		}
	}
	if v.profile != ProfileSignature {
		if err := v.checkProfile(s, r, &signed, key); err != nil {
			return callgate.Proof{}, err
		}
	}
	return callgate.Proof{Carrier: Name, Account: key.Account, Key: key.Name, Form: form}, nil
}

// Sign returns the value of the signature header for a request: that of the
// newest key of the account whose AccountSid the request carries, else of the
// newest key. It changes nothing in the request. A body that no rule signs is
// refused as Verify would refuse it; a JSON body needs its hash in the address,
// see WithBodyHash. The profile is not applied.
func (v *Verifier) Sign(r *callgate.Request) (string, error) {
	if len(v.keys) == 0 {
		return "", callgate.Refuse(callgate.ReasonNoKey, "the verifier was not made with New")
	}
	s := v.pool.Get().(*scratch)
	defer v.release(s)
	signed, err := s.prepare(r)
	if err != nil {
		return "", err
	}
	if signed.content == contentJSON {
		if err := checkBodyHash(signed.query, r.Body); err != nil {
			return "", err
		}
	}
	s.url, _ = signed.append(s.url[:0], 0)
	return base64.StdEncoding.EncodeToString(s.mac(v.signingKey(s, &signed), s.url)), nil
}

// signed is a request as the signature sees it.
type signed struct {
	forms
	content   content
	handshake bool // of a WebSocket
}

// prepare loads what of the request is signed.
func (s *scratch) prepare(r *callgate.Request) (signed, error) {
	a := parse(r.URL)
	out := signed{handshake: a.websocket() || r.Method == http.MethodGet && asksUpgrade(r.Header)}
	var err error
	if out.content, err = classify(r); err != nil {
		return out, err
	}
	if out.handshake {
		if r.Method != http.MethodGet {
			return out, callgate.Refuse(callgate.ReasonMethod, "a WebSocket handshake is a GET")
		}
		a.toWebsocket()
	}
	out.forms = a.forms()
	s.reset()
	if out.content == contentForm {
		err = s.loadBody(r)
	}
	return out, err
}

// asksUpgrade reports whether the headers ask for a WebSocket.
func asksUpgrade(h http.Header) bool {
	for _, value := range h["Upgrade"] {
		for token := range strings.SplitSeq(value, ",") {
			if strings.EqualFold(strings.Trim(token, " \t"), "websocket") {
				return true
			}
		}
	}
	return false
}

// match looks for the key and the spelling that make the signature. Which of
// them matched is no secret, so it stops at the first; each comparison takes
// the same time wherever the bytes differ.
func (v *Verifier) match(s *scratch, r *signed, want *[sha1.Size]byte) (*Key, callgate.Form, error) {
	s.orderKeys(v.keys, r)
	for i := range r.count() {
		var set formSet
		s.url, set = r.append(s.url[:0], i)
		for _, k := range s.keys {
			if hmac.Equal(s.mac(k, s.url), want[:]) {
				return &v.keys[k], set.form(), nil
			}
		}
	}
	return nil, "", callgate.Refuse(callgate.ReasonMismatch, "tried %s on %s of the address", several(len(v.keys), "key"), several(r.count(), "spelling"))
}

// orderKeys puts the keys of the request's account first.
func (s *scratch) orderKeys(keys []Key, r *signed) {
	s.keys = s.keys[:0]
	if len(keys) == 1 {
		s.keys = append(s.keys, 0)
		return
	}
	for _, first := range []bool{true, false} {
		for i, k := range keys {
			if s.isAccount(r, k.Account) == first {
				s.keys = append(s.keys, i)
			}
		}
	}
}

// isAccount reports whether the request says that it is of this account, which
// is not proved before a key matched.
func (s *scratch) isAccount(r *signed, account string) bool {
	switch {
	case account == "":
		return false
	case r.content == contentForm:
		return string(accountInForm(s.params)) == account
	}
	return accountInQuery(r.query) == account
}

// signingKey returns the index of the key to sign with.
func (v *Verifier) signingKey(s *scratch, r *signed) int {
	first := -1
	for i, k := range v.keys {
		if s.isAccount(r, k.Account) {
			return i
		}
		if k.Account == "" && first < 0 {
			first = i
		}
	}
	return max(first, 0)
}

// release keeps the scratch for another request, without hold on this one.
func (v *Verifier) release(s *scratch) {
	clear(s.params)
	if cap(s.text) > maxKeptText || cap(s.tail) > maxKeptText || cap(s.url) > maxKeptText {
		return
	}
	v.pool.Put(s)
}

// canonical is base64 in which each sum has one spelling.
var canonical = base64.StdEncoding.Strict()

// decodeSignature reads the header: one value, the canonical base64 of twenty
// bytes. Nothing is trimmed.
func decodeSignature(sum *[sha1.Size]byte, values []string) error {
	const encoded = 28 // (20 + 2) / 3 * 4
	switch {
	case len(values) == 0 || len(values) == 1 && values[0] == "":
		return callgate.Refuse(callgate.ReasonMissing, "no %s header", Header)
	case len(values) > 1:
		return callgate.Refuse(callgate.ReasonMalformed, "%d %s headers", len(values), Header)
	case len(values[0]) != encoded:
		return callgate.Refuse(callgate.ReasonMalformed, "%s is not %d characters long", Header, encoded)
	}
	var text [encoded]byte
	copy(text[:], values[0])
	// One byte more than a sum: the decoder wants room for whole quanta.
	var decoded [sha1.Size + 1]byte
	n, err := canonical.Decode(decoded[:], text[:])
	if err != nil || n != sha1.Size {
		return callgate.Refuse(callgate.ReasonMalformed, "%s is not the canonical base64 of %d bytes", Header, sha1.Size)
	}
	copy(sum[:], decoded[:])
	return nil
}

func several(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}
