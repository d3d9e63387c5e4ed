package explain_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/callgate/callgate/explain"
	"github.com/callgate/callgate/twilio"
)

// FuzzExplain holds for every request that an explanation ends within its bounds,
// is the same again, and shows neither a key nor the signature.
func FuzzExplain(f *testing.F) {
	for seed := range uint64(20) {
		c := newCase(seed)
		c.mutate(3)
		r := c.request()
		f.Add(r.Method, r.URL, r.Header.Get("Content-Type"), r.Header.Get(twilio.Header), "X-Forwarded-Host", "h, x", r.Body)
	}
	f.Add("POST", "", "", "", "", "", []byte("%"))
	f.Add("GET", "://?&=&", "multipart/form-data; boundary=x", "a,b", "Authorization", "Basic ==", []byte("--x\r\n\r\n--x--"))
	f.Add("POST", "http://h/%", "application/json", strings.Repeat("A", 43)+"=", "Content-Encoding", "gzip", []byte(`{"a":[1,null,{}]}`))
	e, err := explain.New(explain.Config{
		Keys:      []twilio.Key{{Name: "a", Account: accountA, Token: keyA}, {Name: "b", Account: accountB, Token: " " + keyB}},
		OtherKeys: []twilio.Key{{Name: "old", Token: keyOld}},
		PublicURL: "https://ivr.example.org/prefix",
		Webhooks:  []string{"https://user:password@ivr.example.org/a?b=c"},
		Work:      200_000, // a whole search takes the instrumented code a second
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, method, url, contentType, signature, name, value string, body []byte) {
		r := &explain.Request{
			Method: method, URL: url, Host: value, Target: url, Listen: value, Proto: name,
			Header: http.Header{"Content-Type": {contentType}, twilio.Header: {signature}, http.CanonicalHeaderKey(name): {value}},
			Body:   body,
		}
		x := noted(e.Explain(context.Background(), r))
		if x.Tried > explain.MaxCandidates || len(x.Changes) > explain.MaxChanges+2 {
			t.Errorf("%d candidates and %d changes", x.Tried, len(x.Changes))
		}
		if x.Title == "" || x.Confidence == "" || (x.Cause != explain.CauseNone && len(x.Changes)+len(x.Guesses) == 0) {
			t.Errorf("incomplete: %+v", x)
		}
		out := render(t, x)
		if again := render(t, noted(e.Explain(context.Background(), r))); out != again {
			t.Errorf("two answers:\n%s\n%s", out, again)
		}
		for _, secret := range []string{keyA, keyB, keyOld} {
			if strings.Contains(out, secret) {
				t.Errorf("shows a key:\n%s", out)
			}
		}
		if len(signature) >= 28 && strings.Contains(out, signature) {
			t.Errorf("shows the signature:\n%s", out)
		}
	})
}

func render(t *testing.T, x *explain.Explanation) string {
	t.Helper()
	text, err := json.Marshal(x)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := x.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	return string(text) + b.String()
}
