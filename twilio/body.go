package twilio

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"strings"

	"github.com/callgate/callgate"
)

// BodyHashParam is the query parameter that carries the SHA-256 of a body that
// is not a form.
const BodyHashParam = "bodySHA256"

// content is what of a request the signature covers.
type content int

const (
	contentNone content = iota // the address alone; there is no body
	contentForm                // the address and the parameters of the form
	contentJSON                // the address, and through its hash the body
)

// classify decides by method and headers which rule signs the body, and
// refuses a request with a body that no rule signs: nothing would vouch for it.
func classify(r *callgate.Request) (content, error) {
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		return 0, callgate.Refuse(callgate.ReasonMethod, "the carrier sends GET and POST only")
	}
	for _, coding := range r.Header["Content-Encoding"] {
		if coding != "" && !strings.EqualFold(coding, "identity") {
			return 0, callgate.Refuse(callgate.ReasonContentType, "the body has a content coding, which is not signed")
		}
	}
	if r.Method == http.MethodGet {
		if len(r.Body) > 0 {
			return 0, callgate.Refuse(callgate.ReasonContentType, "a GET with a body, which is not signed")
		}
		return contentNone, nil
	}
	return classifyPost(r)
}

func classifyPost(r *callgate.Request) (content, error) {
	types := r.Header["Content-Type"]
	if len(types) > 1 {
		return 0, callgate.Refuse(callgate.ReasonContentType, "%d Content-Type headers", len(types))
	}
	if len(types) == 0 || types[0] == "" {
		if len(r.Body) > 0 {
			return 0, callgate.Refuse(callgate.ReasonContentType, "a body without a Content-Type")
		}
		return contentNone, nil
	}
	mediaType, params, _ := strings.Cut(types[0], ";")
	mediaType = strings.Trim(mediaType, " \t")
	if !onlyUTF8(params) {
		return 0, callgate.Refuse(callgate.ReasonContentType, "a Content-Type parameter other than charset=utf-8")
	}
	const form = "application/x-www-form-urlencoded"
	switch {
	case mediaType == form || strings.EqualFold(mediaType, form):
		return contentForm, nil
	case isJSON(mediaType):
		return contentJSON, nil
	}
	return 0, callgate.Refuse(callgate.ReasonContentType, "the body is neither a form nor JSON")
}

// onlyUTF8 reports whether the parameters of a media type say nothing but that
// the charset is UTF-8. Any other would change what the signed bytes mean.
func onlyUTF8(params string) bool {
	for params != "" {
		var p string
		p, params, _ = strings.Cut(params, ";")
		switch p = strings.Trim(p, " \t"); {
		case p == "", strings.EqualFold(p, "charset=utf-8"), strings.EqualFold(p, `charset="utf-8"`):
		default:
			return false
		}
	}
	return true
}

// isJSON reports whether the type is application/json or application/*+json.
func isJSON(mediaType string) bool {
	const prefix, suffix = "application/", "+json"
	if strings.EqualFold(mediaType, "application/json") {
		return true
	}
	n := len(mediaType)
	return n > len(prefix)+len(suffix) &&
		strings.EqualFold(mediaType[:len(prefix)], prefix) && strings.EqualFold(mediaType[n-len(suffix):], suffix)
}

// checkBodyHash compares the body with the hash in the query of the signed
// address. The parameter may be repeated only with one and the same value:
// an address that carries two hashes vouches for neither.
func checkBodyHash(query string, body []byte) error {
	var want string
	for pair := range strings.SplitSeq(strings.TrimPrefix(query, "?"), "&") {
		name, value, _ := strings.Cut(pair, "=")
		if name != BodyHashParam {
			continue
		}
		if want != "" && value != want {
			return callgate.Refuse(callgate.ReasonBodyHash, "two different %s in the address", BodyHashParam)
		}
		want = value
	}
	if want == "" {
		return callgate.Refuse(callgate.ReasonBodyHash, "no %s in the address", BodyHashParam)
	}
	sum := sha256.Sum256(body)
	var hexSum [2 * sha256.Size]byte
	hex.Encode(hexSum[:], sum[:])
	if len(want) != len(hexSum) || subtle.ConstantTimeCompare([]byte(want), hexSum[:]) != 1 {
		return callgate.Refuse(callgate.ReasonBodyHash, "the body has another SHA-256 than the address says in 64 lower-case hexadecimal digits")
	}
	return nil
}

// WithBodyHash returns the address with the parameter that a JSON body needs:
// bodySHA256, the SHA-256 of the body's bytes in lower-case hexadecimal, at the
// end of the query. A fragment is removed, because it is never requested.
func WithBodyHash(url string, body []byte) string {
	url, _, _ = strings.Cut(url, "#")
	separator := "?"
	switch {
	case strings.HasSuffix(url, "?"):
		separator = ""
	case strings.Contains(url, "?"):
		separator = "&"
	}
	sum := sha256.Sum256(body)
	return url + separator + BodyHashParam + "=" + hex.EncodeToString(sum[:])
}

// accountInQuery returns the AccountSid of a query, or nil. It is a hint which
// key to try first, so it is read without decoding.
func accountInQuery(query string) string {
	for pair := range strings.SplitSeq(strings.TrimPrefix(query, "?"), "&") {
		if name, value, _ := strings.Cut(pair, "="); name == "AccountSid" {
			return value
		}
	}
	return ""
}

// accountInForm is accountInQuery for decoded parameters.
func accountInForm(params []callgate.RawParam) []byte {
	for _, p := range params {
		if bytes.Equal(p.Name, accountSid) {
			return p.Value
		}
	}
	return nil
}

var accountSid = []byte("AccountSid")
