package callgate

import (
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
)

// Limits of Basic credentials. Hashing a password is made to be slow, so what
// is hashed is bounded before.
const (
	// maxUser bounds a user's name in bytes.
	maxUser = 128
	// maxPassword bounds a password in bytes: bcrypt reads no more than 72.
	maxPassword = 72
	// maxCredentials bounds the base64 of both with the colon between them.
	maxCredentials = (maxUser + 1 + maxPassword + 2) / 3 * 4
)

// errNoLogin is a login refusal for credentials that are missing. A carrier
// asks without any first, and again with them when it is answered 401.
var errNoLogin = Refuse(ReasonLogin, "no Authorization header")

// authenticate does what the route demands: a signature, a password, or both.
func (g *Gate) authenticate(r *http.Request, v *visit) *Refusal {
	switch v.route.auth {
	case AuthBasic:
		return g.login(r, v)
	case AuthBoth:
		// The signature first, so that only the carrier can try passwords.
		if refusal := g.verify(r, v); refusal != nil {
			return refusal
		}
		return g.login(r, v)
	case AuthEither:
		return g.either(r, v)
	}
	return g.verify(r, v)
}

// either wants one proof and does not mind two. What is there must be right as
// long as nothing else is: a request with a wrong signature is refused for it,
// one without a signature for its password.
func (g *Gate) either(r *http.Request, v *visit) *Refusal {
	signature := g.verify(r, v)
	login := g.login(r, v)
	switch {
	case signature == nil || login == nil:
		return nil
	case signature.Reason == ReasonMissing:
		return login
	}
	return signature
}

// verify asks the verifier.
func (g *Gate) verify(r *http.Request, v *visit) *Refusal {
	a := &v.admission
	v.request = Request{
		Kind:   v.route.kind,
		Method: r.Method,
		URL:    a.URL,
		Header: r.Header,
		Body:   a.Body,
		form:   v.form,
	}
	proof, err := v.route.verifier.Verify(&v.request)
	if err != nil {
		var refusal *Refusal
		if !errors.As(err, &refusal) {
			// Its words are not made for logs, and nobody is admitted without a reason.
			refusal = Refuse(ReasonMismatch, "the verifier gave no reason but an error of its own")
		}
		return refusal
	}
	a.Proof, v.verified = proof, true
	return nil
}

// login checks Basic credentials, RFC 7617.
func (g *Gate) login(r *http.Request, v *visit) *Refusal {
	values := r.Header["Authorization"]
	switch len(values) {
	case 0:
		return errNoLogin
	case 1:
	default:
		return Refuse(ReasonLogin, "%d Authorization headers", len(values))
	}
	user, password, refusal := parseBasic(values[0])
	if refusal != nil {
		return refusal
	}
	if !g.users.CheckPassword(user, password) {
		return Refuse(ReasonLogin, "no user has this name and password")
	}
	v.user = user
	return nil
}

func parseBasic(header string) (user, password string, err *Refusal) {
	const scheme = "Basic "
	if len(header) < len(scheme) || !strings.EqualFold(header[:len(scheme)], scheme) {
		return "", "", Refuse(ReasonLogin, "the Authorization header is not for Basic authentication")
	}
	encoded := strings.TrimLeft(header[len(scheme):], " ")
	if len(encoded) > maxCredentials {
		return "", "", Refuse(ReasonLogin, "the credentials are too long")
	}
	decoded, failure := base64.StdEncoding.DecodeString(encoded)
	if failure != nil {
		return "", "", Refuse(ReasonLogin, "the credentials are not base64")
	}
	user, password, found := strings.Cut(string(decoded), ":")
	switch {
	case !found || user == "" || !isWord(user):
		return "", "", Refuse(ReasonLogin, "the credentials have no user's name, or one with white space")
	case strings.ContainsFunc(password, func(c rune) bool { return c < ' ' || c == 0x7f }):
		return "", "", Refuse(ReasonLogin, "the password has control characters, which RFC 7617 forbids")
	case len(user) > maxUser || len(password) > maxPassword:
		return "", "", Refuse(ReasonLogin, "the credentials are too long")
	}
	return user, password, nil
}
