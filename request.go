package callgate

import (
	"fmt"
	"net/http"
)

// Kind is what a route serves, and so what a request to it must be. A signature
// does not say what it was made for, so the verifier has to be told.
type Kind int

// The kinds. The zero Kind is the one that promises most about a request.
const (
	KindVoice  Kind = iota // asks for a TwiML document, in a call
	KindStatus             // tells about a call, recording, conference or the like; controls nothing
	KindStream             // a WebSocket handshake
)

// String returns the word for the kind in configuration and logs.
func (k Kind) String() string {
	switch k {
	case KindVoice:
		return "voice"
	case KindStatus:
		return "status"
	case KindStream:
		return "stream"
	}
	return fmt.Sprintf("Kind(%d)", int(k))
}

// Request is what a carrier signed, as bytes: nothing in it was decoded,
// cleaned or put together again by a URL parser.
type Request struct {
	// Kind is what the route of the request serves. A verifier that checks the
	// signature alone ignores it.
	Kind Kind

	// Method is the method of the request line: GET or POST for a webhook.
	Method string

	// URL is the address as the carrier knows it: scheme, host, port if any,
	// path and query, byte for byte. A fragment is never part of a request
	// (it holds the carrier's connection settings) and is ignored.
	URL string

	// Header holds the request's headers under their canonical names.
	Header http.Header

	// Body is the raw body, before any parser.
	Body []byte

	form *form // of a request to a gate
}

// AppendParams decodes the body as a form, as the function AppendParams does. A gate
// reads the parameters of a request that it admits from the same decoding, so that it
// cannot read others than those that were verified.
func (r *Request) AppendParams(dst []RawParam, buf []byte) ([]RawParam, []byte, error) {
	if r.form == nil {
		return AppendParams(dst, buf, r.Body)
	}
	pairs, err := r.form.decode(r.Body)
	return append(dst, pairs...), buf, err
}

// A Verifier decides whether a carrier signed a request. It is pure: it reads
// no clock, file or network, and may be called from many goroutines.
//
// The error is a *Refusal; its Reason is one of the closed list in this package.
// A request without a signature header is refused with ReasonMissing whatever
// else is wrong with it: the gate asks so who is no carrier at all.
type Verifier interface {
	Verify(*Request) (Proof, error)
}

// Proof says what a valid signature proved and how it was matched. It holds no
// secret and may be logged.
type Proof struct {
	// Carrier names the carrier, such as "twilio".
	Carrier string
	// Account is the account that the matching key belongs to, empty when the
	// key was configured without one.
	Account string
	// Key is the name of the matching key.
	Key string
	// Form names the spelling of the address that matched. A form other than
	// FormAsReceived is allowed by the carrier's rules, but a change in it
	// shows that a proxy or a setting has drifted.
	Form Form
}

// Form names a spelling of the address that the carrier's own rules leave open.
// Forms combine with "+", as in "port-removed+userinfo-removed".
type Form string

// FormAsReceived is the address exactly as the gate knows it.
const FormAsReceived Form = "as-received"
