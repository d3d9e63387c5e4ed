package cli

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/callgate/callgate"
)

// wireRequest is a request in the JSON form that sign and verify read:
//
//	{"id":"…","token":"…","method":"POST","url":"https://…","headers":{"Content-Type":"…"},"body":"…"}
//
// A header's value is a string or a list of strings. A body that is not UTF-8 text
// goes into body_base64 instead of body.
type wireRequest struct {
	ID      json.RawMessage `json:"id,omitempty"` // a string or a number; it comes back in the answer
	Token   callgate.Secret `json:"token,omitempty"`
	Method  string          `json:"method"`
	URL     string          `json:"url"`
	Headers wireHeaders     `json:"headers"`
	Body    *string         `json:"body,omitempty"`
	Base64  *string         `json:"body_base64,omitempty"`
}

// wireOf is the JSON form of a request, without a token.
func wireOf(r *callgate.Request) *wireRequest {
	w := &wireRequest{Method: r.Method, URL: r.URL, Headers: wireHeaders(r.Header)}
	if text := string(r.Body); utf8.ValidString(text) {
		w.Body = &text
	} else {
		text = base64.StdEncoding.EncodeToString(r.Body)
		w.Base64 = &text
	}
	return w
}

// parseWire reads the JSON form. The request's kind is left to the caller. When only
// part of it could be read, the ID is in the answer all the same.
func parseWire(text []byte) (*wireRequest, *callgate.Request, error) {
	var w wireRequest
	if !utf8.Valid(text) {
		return &w, nil, errors.New("not UTF-8; put a body of other bytes into body_base64")
	}
	if err := json.Unmarshal(text, &w); err != nil {
		return &w, nil, jsonFault(err)
	}
	r := &callgate.Request{Method: w.Method, URL: w.URL, Header: http.Header(w.Headers)}
	switch {
	case w.Body != nil && w.Base64 != nil:
		return &w, nil, errors.New("body and body_base64 are both there; one is wanted")
	case w.Body != nil:
		r.Body = []byte(*w.Body)
	case w.Base64 != nil:
		body, err := base64.StdEncoding.Strict().DecodeString(*w.Base64)
		if err != nil {
			return &w, nil, errors.New("body_base64 is not base64 (RFC 4648, section 4)")
		}
		r.Body = body
	}
	return &w, r, nil
}

// jsonFault says what is wrong with JSON without quoting it, for it holds secrets.
func jsonFault(err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("not JSON, at byte %d: %v", syntax.Offset, err)
	case errors.As(err, &kind) && kind.Field != "":
		return fmt.Errorf("%s: text is wanted; this is of the JSON type %s", kind.Field, jsonKind(kind.Value))
	case errors.As(err, &kind):
		return fmt.Errorf("a JSON object is wanted; this is of the JSON type %s", jsonKind(kind.Value))
	}
	return err
}

// jsonKind cuts the value off "number 12".
func jsonKind(s string) string {
	kind, _, _ := strings.Cut(s, " ")
	return kind
}

// wireHeaders are headers under their canonical names. A name that is there twice, in
// whatever spelling, has both values, as it has in HTTP.
type wireHeaders http.Header

// UnmarshalJSON reads an object whose values are strings or lists of strings.
func (h *wireHeaders) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		return nil
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	if open, err := dec.Token(); err != nil || open != json.Delim('{') {
		return errors.New("headers: a JSON object is wanted")
	}
	*h = wireHeaders{}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return err
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return err
		}
		if err := h.add(name.(string), value); err != nil {
			return err
		}
	}
	return nil
}

func (h *wireHeaders) add(name string, value json.RawMessage) error {
	var one string
	var list []string
	if err := json.Unmarshal(value, &one); err == nil && string(value) != "null" {
		list = []string{one}
	} else if err := json.Unmarshal(value, &list); err != nil || list == nil {
		return fmt.Errorf("headers: the value of %q is neither a string nor a list of strings", name)
	}
	canonical := http.CanonicalHeaderKey(name)
	(*h)[canonical] = append((*h)[canonical], list...)
	return nil
}
