package explain

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"
)

// When nothing fits, the request itself says what is likely. Guesses are made in
// the order of how much they rest on: what is plain to see before what is left.

func (a *answer) guess(c Cause, why string) {
	a.Guesses = append(a.Guesses, Guess{
		Cause: c, Title: c.Title(), Why: why,
		Mends: a.mends.of(c, a.search.roots[0].root.address, nil),
	})
}

func (a *answer) guesses() {
	s := a.search
	if !s.fromCarrier() {
		a.guess(CauseForged, "it has neither the carrier's User-Agent nor its parameters")
	}
	a.guessBody()
	a.guessAccount()
	if s.fromCarrier() && len(a.Guesses) == 0 {
		a.guessRest()
	}
	a.Cause, a.Confidence = a.Guesses[0].Cause, Likely
}

func (a *answer) guessBody() {
	r, o := a.search.request, &a.search.roots[0].root
	declared, err := strconv.Atoi(r.Header.Get("Content-Length"))
	switch {
	case err == nil && declared > len(r.Body) && len(r.Body) > 0:
		a.guess(CauseBodyTruncated, fmt.Sprintf("Content-Length says %d bytes and %d arrived", declared, len(r.Body)))
	case o.content == contentForm && endsInEscape(r.Body):
		a.guess(CauseBodyTruncated, "the form ends in the middle of an escape")
	case r.Method == http.MethodPost && len(r.Body) == 0 && (declared > 0 || o.content == contentForm):
		a.guess(CauseBodyLost, "it is a form without a body; something read the body first, or a redirect dropped it")
	case a.search.bareGet():
		a.guess(CauseMethod, "it is a GET without the carrier's parameters, as a redirect makes of a POST")
	}
	if o.content != contentForm {
		return
	}
	for _, p := range o.params {
		if strings.ContainsRune(p.Value, utf8.RuneError) {
			a.guess(CauseCharset, "values have bytes that are no UTF-8, or U+FFFD in the place of lost ones")
			return
		}
	}
}

// bareGet reports whether the request is a GET without the carrier's parameters,
// which the carrier sends only where a redirect led it. Streams have none either.
func (s *search) bareGet() bool {
	if s.request.Method != http.MethodGet || s.request.handshake() || !s.fromCarrier() {
		return false
	}
	query := s.roots[0].root.queryParams()
	return !query.Has("AccountSid") && !query.Has("CallSid")
}

// endsInEscape reports whether a form was cut within an escape.
func endsInEscape(body []byte) bool {
	i := strings.LastIndexByte(string(body), '%')
	return i >= 0 && i+2 >= len(body)
}

// guessAccount looks at whether the account that the request names has a key.
func (a *answer) guessAccount() {
	account := a.search.roots[0].root.accountOf()
	if account == "" {
		return
	}
	for _, k := range a.search.config.Keys {
		if k.Account == "" || k.Account == account {
			return
		}
	}
	a.guess(CauseUnknownAccount, "the AccountSid that it carries belongs to none of the keys")
}

// guessRest is for requests in which everything looks right.
func (a *answer) guessRest() {
	rotated := "it looks like the carrier's, and no known change of the address or the parameters makes it fit"
	unknown := "no known change of the address makes it fit, and there is no public_url that would settle it"
	if a.search.config.PublicURL == "" && len(a.search.config.Webhooks) == 0 {
		a.guess(CauseAddressUnknown, unknown)
		a.guess(CauseKeyRotated, rotated)
		return
	}
	a.guess(CauseKeyRotated, rotated)
	a.guess(CauseAddressUnknown, "the webhook may be configured at the carrier with another address")
}

// fromCarrier reports whether the request looks like the carrier's. Anybody can
// make it look so; nothing is admitted for it.
func (s *search) fromCarrier() bool {
	r := s.request
	if strings.HasPrefix(r.Header.Get("User-Agent"), "TwilioProxy") || len(r.Header["I-Twilio-Idempotency-Token"]) > 0 {
		return true
	}
	o := &s.roots[0].root
	query := o.queryParams()
	for _, name := range []string{"AccountSid", "CallSid", "MessageSid", "SmsSid"} {
		if o.params.Has(name) || query.Has(name) {
			return true
		}
	}
	return false
}

// isSHA256 reports whether a header value is the base64 of 32 bytes.
func isSHA256(values []string) bool {
	const size = 32
	if len(values) != 1 {
		return false
	}
	b, err := base64.StdEncoding.DecodeString(values[0])
	return err == nil && len(b) == size
}
