package demo_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/internal/demo"
	"github.com/callgate/callgate/twilio"
	"github.com/callgate/callgate/twiml"
)

// call sends a signed request through a gate in front of the line.
func call(t *testing.T, mount, publicURL, path, digits string) string {
	t.Helper()
	verifier, err := twilio.New(twilio.Config{Keys: []twilio.Key{{Name: "main", Token: "demo-test-token"}}, Profile: twilio.ProfileSignature})
	if err != nil {
		t.Fatal(err)
	}
	rescue, err := callgate.RescueDocument("Rescued.", "en", "+15005550143")
	if err != nil {
		t.Fatal(err)
	}
	line := demo.New(mount)
	root := callgate.Route{Path: "/", Entries: []callgate.Entry{{Effect: callgate.Allow, Principal: callgate.Carrier("twilio"), Permission: callgate.View}}}
	gate, err := callgate.New(callgate.Config{
		Verifier: verifier, PublicURL: publicURL, Routes: append(line.Resources(), root),
		Rescue: callgate.Rescue{Documents: map[string][]byte{"": rescue}},
	})
	if err != nil {
		t.Fatal(err)
	}
	body := url.Values{"Digits": {digits}}.Encode()
	if digits == "" {
		body = ""
	}
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	signature, err := verifier.Sign(&callgate.Request{Method: r.Method, URL: strings.TrimSuffix(publicURL, "/") + path, Header: r.Header, Body: []byte(body)})
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set(twilio.Header, signature)
	w := httptest.NewRecorder()
	gate.Handler(line).ServeHTTP(w, r)
	if findings := twiml.Check(w.Body.Bytes(), twiml.Strict); len(findings) > 0 {
		t.Errorf("%s: %v", path, findings)
	}
	return w.Body.String()
}

func TestConversation(t *testing.T) {
	for _, at := range []struct{ mount, public, base string }{
		{"/", "https://ivr.example.org", "https://ivr.example.org"},
		{"/demo", "https://ivr.example.org", "https://ivr.example.org/demo"},
		{"/a/b", "https://ivr.example.org:8443/prefix", "https://ivr.example.org:8443/prefix/a/b"},
	} {
		below := strings.TrimSuffix(at.mount, "/")
		for _, step := range []struct{ path, digits, want string }{
			{at.mount, "", `<Gather action="` + at.base + `/choice" method="POST" timeout="5" numDigits="1">`},
			{at.mount + "?x=1", "", `<Gather action="` + at.base + `/choice"`},
			{below + "/choice", "1", `<Redirect method="POST">` + at.base + `/accessible</Redirect>`},
			{below + "/choice", "2", `<Redirect method="POST">` + at.base + `/restricted</Redirect>`},
			{below + "/choice", "3", "That key does not lead anywhere. Please try again"},
			{below + "/choice", "11", "That key does not lead anywhere. Please try again"},
			{below + "/choice", "", "We did not hear a key. Please try again"},
			{below + "/accessible", "", "<Hangup"},
			{below + "/restricted", "", "Rescued."},
			{below + "/other", "", "Rescued."},
			{below + "/choice/more", "1", "Rescued."},
		} {
			if got := call(t, at.mount, at.public, step.path, step.digits); !strings.Contains(got, step.want) {
				t.Errorf("%s with %q: %s\nwant %s", step.path, step.digits, got, step.want)
			}
		}
	}
}

// Without a gate in front there is nobody to answer.
func TestWithoutGate(t *testing.T) {
	w := httptest.NewRecorder()
	demo.New("/").ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", nil))
	if w.Code != http.StatusNotFound {
		t.Errorf("status %d", w.Code)
	}
}
