package twilio_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/twilio"
)

// vector is one published signature. testdata/vectors.json names the source of
// each: test suites of the carrier's libraries, its documents, real captures.
type vector struct {
	Source      string
	Evidence    string
	Token       string
	Method      string
	URL         string
	Params      [][2]string
	Body        *string
	ContentType string `json:"content_type"`
	Signature   string
	Valid       bool
	Note        string
}

func readVectors(t testing.TB) []vector {
	t.Helper()
	data, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []vector
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func (v vector) request() *callgate.Request {
	r := &callgate.Request{Method: v.Method, URL: v.URL, Header: http.Header{}}
	r.Header.Set(twilio.Header, v.Signature)
	switch {
	case v.Body != nil:
		r.Body = []byte(*v.Body)
		r.Header.Set("Content-Type", v.ContentType)
	case v.Method == http.MethodPost:
		r.Body = []byte(encodeForm(v.Params))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return r
}

// encodeForm writes pairs in the order given.
func encodeForm(params [][2]string) string {
	var b strings.Builder
	for i, p := range params {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(url.QueryEscape(p[0]) + "=" + url.QueryEscape(p[1]))
	}
	return b.String()
}

// exceptions are the vectors that must not behave as they are recorded.
var exceptions = map[string]string{
	"TfZzewPq8wqrGlMfyAud8+/IvJ0=": "made by a library that writes %27 for an apostrophe; the carrier signs the apostrophe (vector dsq4Ehbj6cs+KdTkpF5sSSplOWw=)",
	"Np1nax6uFoY6qpfT5l9jWwJeit0=": "the document does not print the token",
	"hqeF3G9Hrnv6/R0jOhoYDD2PPUs=": "the document does not print the token",
}

func TestVectors(t *testing.T) {
	vectors := readVectors(t)
	if len(vectors) != 66 {
		t.Errorf("%d vectors of the carrier, want 66", len(vectors))
	}
	for _, v := range vectors {
		t.Run(v.Signature+" "+v.Source, func(t *testing.T) {
			verifier := mustNew(t, twilio.Config{
				Keys:    []twilio.Key{{Name: "only", Token: callgate.Secret(v.Token)}},
				Profile: twilio.ProfileSignature,
			})
			want := v.Valid && exceptions[v.Signature] == ""
			_, err := noted(verifier.Verify(v.request()))
			if (err == nil) != want {
				t.Errorf("Verify = %v, want valid %v (%s)", err, want, v.Note)
			}
		})
	}
}

func mustNew(t testing.TB, c twilio.Config) *twilio.Verifier {
	t.Helper()
	v, err := twilio.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
