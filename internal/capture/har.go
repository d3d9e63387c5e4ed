package capture

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/callgate/callgate/twilio"
)

// har is the log of a HAR file, as far as requests go (HAR 1.2).
type har struct {
	Entries []struct {
		Request harRequest `json:"request"`
	} `json:"entries"`
}

type harRequest struct {
	Method      string    `json:"method"`
	URL         string    `json:"url"`
	HTTPVersion string    `json:"httpVersion"`
	Headers     []harPair `json:"headers"`
	PostData    *struct {
		MimeType string    `json:"mimeType"`
		Text     string    `json:"text"`
		Encoding string    `json:"encoding"` // "base64", as some proxies write
		Params   []harPair `json:"params"`
	} `json:"postData"`
}

type harPair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// readHAR reads the entries that have a signature. A HAR of a whole session holds
// many that have none.
func readHAR(log []byte) ([]Capture, error) {
	var h har
	if err := json.Unmarshal(log, &h); err != nil {
		return nil, fmt.Errorf("the HAR file: %w", jsonFault(err))
	}
	var captures []Capture
	for i, e := range h.Entries {
		if !e.Request.signed() && len(h.Entries) > 1 {
			continue
		}
		c, err := e.Request.capture()
		if err != nil {
			return nil, fmt.Errorf("the HAR file: entry %d: %w", i+1, err)
		}
		captures = append(captures, *c)
		if len(captures) > maxRequests {
			return nil, fmt.Errorf("the HAR file: more than %d requests with a signature", maxRequests)
		}
	}
	if len(captures) == 0 {
		return nil, fmt.Errorf("the HAR file: none of its %d requests has an %s header", len(h.Entries), twilio.Header)
	}
	return captures, nil
}

func (h *harRequest) signed() bool {
	return slices.ContainsFunc(h.Headers, func(p harPair) bool { return strings.EqualFold(p.Name, twilio.Header) })
}

func (h *harRequest) capture() (*Capture, error) {
	r := newRequest()
	r.Method, r.URL, r.Proto = h.Method, h.URL, h.HTTPVersion
	if r.Method == "" || r.URL == "" {
		return nil, errors.New("it has no method or no url")
	}
	for _, p := range h.Headers {
		if strings.HasPrefix(p.Name, ":") {
			continue // of HTTP/2; the url has it all
		}
		name := http.CanonicalHeaderKey(p.Name)
		r.Header[name] = append(r.Header[name], p.Value)
	}
	r.Host = r.Header.Get("Host")
	if h.PostData == nil {
		return &Capture{Form: FormHAR, Request: r}, nil
	}
	if r.Header.Get("Content-Type") == "" && h.PostData.MimeType != "" {
		r.Header.Set("Content-Type", h.PostData.MimeType)
	}
	switch {
	case h.PostData.Encoding == "base64":
		body, err := base64.StdEncoding.DecodeString(h.PostData.Text)
		if err != nil {
			return nil, errors.New("postData.text is not base64")
		}
		r.Body = body
	case h.PostData.Text != "":
		r.Body = []byte(h.PostData.Text)
	default:
		r.Body = []byte(encodeParams(h.PostData.Params))
	}
	return &Capture{Form: FormHAR, Request: r}, nil
}

// encodeParams writes the parameters of a form whose text was not kept.
func encodeParams(params []harPair) string {
	pairs := make([]string, len(params))
	for i, p := range params {
		pairs[i] = url.QueryEscape(p.Name) + "=" + url.QueryEscape(p.Value)
	}
	return strings.Join(pairs, "&")
}
