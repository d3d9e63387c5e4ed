package explain_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/callgate/callgate/explain"
	"github.com/callgate/callgate/twilio"
)

// TestSignatureFits asks about requests whose signature is right for the address:
// there is nothing to explain, or it is something that the signature does not cover.
func TestSignatureFits(t *testing.T) {
	fits := func(m message) (explain.Config, *explain.Request) {
		c := threadCase{signed: m, saw: func(*message, *knowledge) {}}
		return c.request()
	}
	form := post("https://example.org/voice")
	for _, c := range []struct {
		name   string
		signed message
		change func(r *explain.Request)
		want   []explain.Cause
	}{
		{"valid", form, func(*explain.Request) {}, nil},
		{"valid, without its port", post("https://example.org/voice"), func(r *explain.Request) { r.URL = "https://example.org:8443/voice" }, nil},
		{"valid JSON", jsonPost("https://example.org/events", `{}`), func(*explain.Request) {}, nil},
		{"JSON without a hash", get("https://example.org/events"), func(r *explain.Request) {
			r.Method, r.Body = "POST", []byte(`{}`)
			r.Header.Set("Content-Type", "application/json")
		}, []explain.Cause{explain.CauseBodyChanged}},
		{"a body of a type that is not signed", get("https://example.org/voice"), func(r *explain.Request) {
			r.Method, r.Body = "POST", []byte("hello")
			r.Header.Set("Content-Type", "text/plain")
		}, []explain.Cause{explain.CauseContentType}},
		{"a compressed body that is not signed", get("https://example.org/voice"), func(r *explain.Request) {
			r.Method, r.Body = "POST", []byte("hello")
			r.Header.Set("Content-Encoding", "br")
		}, []explain.Cause{explain.CauseBodyCompressed}},
		{"another method", get("https://example.org/voice"), func(r *explain.Request) { r.Method = "PUT" }, []explain.Cause{explain.CauseMethod}},
		{"a broken escape", post("https://example.org/voice", "Note", "100%"), func(r *explain.Request) {
			r.Body = bytes.ReplaceAll(r.Body, []byte("%25"), []byte("%"))
		}, []explain.Cause{explain.CauseBodyEncoding}},
		{"two headers, one of them right", form, func(r *explain.Request) {
			r.Header.Add(twilio.Header, "AAAAAAAAAAAAAAAAAAAAAAAAAAA=")
		}, []explain.Cause{explain.CauseSignatureHeader}},
		{"a quoted header without padding", form, func(r *explain.Request) {
			r.Header.Set(twilio.Header, `"`+strings.TrimRight(r.Header.Get(twilio.Header), "=")+`"`)
		}, []explain.Cause{explain.CauseSignatureHeader}},
		{"an account that is not ours, with our key", post("https://example.org/voice"), nil, []explain.Cause{explain.CauseOtherAccount}},
		{"a form that was compressed", form, func(r *explain.Request) {
			var b bytes.Buffer
			w := gzip.NewWriter(&b)
			if _, err := w.Write(r.Body); err != nil {
				t.Fatal(err)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			r.Body = b.Bytes()
			r.Header.Set("Content-Encoding", "gzip")
		}, []explain.Cause{explain.CauseBodyCompressed}},
		{"a form as multipart", post("https://example.org/voice"), func(r *explain.Request) { multipart(r) }, []explain.Cause{explain.CauseContentType}},
		{"a form without a type", form, func(r *explain.Request) { r.Header.Del("Content-Type") }, []explain.Cause{explain.CauseContentType}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := c.signed.clone()
			if c.change == nil {
				m.set(func(n, v string) string {
					if n == "AccountSid" {
						return "AC00000000000000000000000000000009"
					}
					return v
				})
				c.change = func(*explain.Request) {}
			}
			config, r := fits(m)
			c.change(r)
			e, err := explain.New(config)
			if err != nil {
				t.Fatal(err)
			}
			x := noted(e.Explain(context.Background(), r))
			if x.Confidence != explain.Proved || !slices.Equal(x.Causes(), c.want) {
				t.Errorf("got %s %s %v, want %v", x.Confidence, x.Cause, x.Causes(), c.want)
			}
			if len(c.want) == 0 && x.Cause != explain.CauseNone {
				t.Errorf("cause %s", x.Cause)
			}
			testCase(t, config, r)
		})
	}
}

// multipart writes the form of a request as multipart/form-data.
func multipart(r *explain.Request) {
	var b strings.Builder
	for pair := range strings.SplitSeq(string(r.Body), "&") {
		name, value, _ := strings.Cut(pair, "=")
		b.WriteString("--x\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + strings.ReplaceAll(value, "%2B", "+") + "\r\n")
	}
	r.Body = []byte(b.String() + "--x--\r\n")
	r.Header = http.Header{twilio.Header: r.Header[twilio.Header], "Content-Type": {"multipart/form-data; boundary=x"}}
}

// TestNew refuses a configuration that explains nothing, with every fault at once.
func TestNew(t *testing.T) {
	_, err := explain.New(explain.Config{
		OtherKeys: []twilio.Key{{Name: "old"}}, PublicURL: "ivr.example.org", Webhooks: []string{"https://a.example/", "nothing"},
	})
	if err == nil {
		t.Fatal("taken")
	}
	for _, want := range []string{"Keys: none", "OtherKeys[0].Token: empty", "PublicURL: ", "Webhooks[1]: "} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v: lacks %q", err, want)
		}
	}
}
