package callgate

import "fmt"

// Reason is the word for a refusal in logs, metrics and JSON. The list is
// closed: every refusal of every verifier and of the gate has one of these.
type Reason string

// The reasons of a verifier.
const (
	ReasonMissing     Reason = "missing"      // there is no signature header
	ReasonMalformed   Reason = "malformed"    // the header is no signature: repeated, not canonical base64, wrong length
	ReasonMismatch    Reason = "mismatch"     // no key makes this signature for this request
	ReasonBodyHash    Reason = "body-hash"    // the body is not the one whose hash the signed URL carries, or there is no hash
	ReasonContentType Reason = "content-type" // no rule signs a body of this type, so nothing vouches for it
	ReasonParams      Reason = "params"       // the form is not well formed: what was signed cannot be told
	ReasonMethod      Reason = "method"       // the carrier, or the route, does not use this method
	ReasonNoKey       Reason = "no-key"       // there is no key to verify with
	ReasonProfile     Reason = "profile"      // signed, but not the request it claims to be (see docs/security.md)
	ReasonAccount     Reason = "account"      // signed by the key of another account
)

// The reasons of the gate.
const (
	ReasonTarget   Reason = "target"    // request target is not a clean origin-form path
	ReasonHost     Reason = "host"      // the host is not one of ours
	ReasonTooLarge Reason = "too-large" // the body is over the limit
	ReasonBody     Reason = "body"      // the body could not be read to its end
	ReasonLogin    Reason = "login"     // Basic credentials are missing or wrong
	ReasonDenied   Reason = "denied"    // authenticated, but no access control entry allows it
)

// Refusal is why a request is not admitted. Compare it with errors.Is and the
// Err variables: two refusals are the same when their reasons are.
type Refusal struct {
	Reason Reason
	// Detail says what was wrong in words that may be logged: no secret, no
	// signature and no caller's data.
	Detail string
}

// Error returns the reason and the detail.
func (r *Refusal) Error() string {
	if r.Detail == "" {
		return "refused: " + string(r.Reason)
	}
	return "refused: " + string(r.Reason) + ": " + r.Detail
}

// Is reports whether target is a refusal for the same reason.
func (r *Refusal) Is(target error) bool {
	t, ok := target.(*Refusal)
	return ok && t.Reason == r.Reason
}

// Refuse makes a refusal. The detail is a format as for fmt.Sprintf and must
// hold no secret, no signature and no caller's data.
func Refuse(reason Reason, detail string, args ...any) *Refusal {
	return &Refusal{Reason: reason, Detail: fmt.Sprintf(detail, args...)}
}

// One error for each reason, to compare with through errors.Is.
var (
	ErrMissing     = &Refusal{Reason: ReasonMissing}
	ErrMalformed   = &Refusal{Reason: ReasonMalformed}
	ErrMismatch    = &Refusal{Reason: ReasonMismatch}
	ErrBodyHash    = &Refusal{Reason: ReasonBodyHash}
	ErrContentType = &Refusal{Reason: ReasonContentType}
	ErrParams      = &Refusal{Reason: ReasonParams}
	ErrMethod      = &Refusal{Reason: ReasonMethod}
	ErrNoKey       = &Refusal{Reason: ReasonNoKey}
	ErrProfile     = &Refusal{Reason: ReasonProfile}
	ErrAccount     = &Refusal{Reason: ReasonAccount}
	ErrTarget      = &Refusal{Reason: ReasonTarget}
	ErrHost        = &Refusal{Reason: ReasonHost}
	ErrTooLarge    = &Refusal{Reason: ReasonTooLarge}
	ErrBody        = &Refusal{Reason: ReasonBody}
	ErrLogin       = &Refusal{Reason: ReasonLogin}
	ErrDenied      = &Refusal{Reason: ReasonDenied}
)
