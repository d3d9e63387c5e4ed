package callgate_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/twilio"
)

// TestRefused has refusals on each kind of route, with a signature and without.
func TestRefused(t *testing.T) {
	wrongSignature := func(r *http.Request) { r.Header.Set(twilio.Header, strings.Repeat("A", 27)+"=") }
	for _, c := range []struct {
		name   string
		change func(*http.Request)
		reason callgate.Reason
		status int // where the true one is told
	}{
		{"wrong signature", wrongSignature, callgate.ReasonMismatch, 403},
		{"malformed signature", func(r *http.Request) { r.Header.Set(twilio.Header, "x") }, callgate.ReasonMalformed, 403},
		{"profile", func(r *http.Request) {
			signedAgain(t, r, strings.Replace(voiceForm(""), "Direction=inbound", "Direction=up", 1))
		}, callgate.ReasonProfile, 403},
		{"not allowed", func(r *http.Request) {
			r.RequestURI = "/restricted"
			signedAgain(t, r, voiceForm(""))
		}, callgate.ReasonDenied, 403},
		{"target", func(r *http.Request) { r.RequestURI = "/a/../b" }, callgate.ReasonTarget, 404},
		{"method", func(r *http.Request) { r.Method = "PUT" }, callgate.ReasonMethod, 405},
		{"too large", func(r *http.Request) { r.ContentLength = 1 << 20 }, callgate.ReasonTooLarge, 413},
		{"body", func(r *http.Request) { r.Body = http.NoBody }, callgate.ReasonBody, 400},
		{"parameters", func(r *http.Request) { setBody(r, "a=%zz") }, callgate.ReasonParams, 400},
		{"content type", func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }, callgate.ReasonContentType, 415},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, kind := range []callgate.Kind{callgate.KindVoice, callgate.KindStatus} {
				config := config(t)
				config.Routes[0].Kind = kind
				config.Routes = append(config.Routes, callgate.Route{Path: "/restricted", Kind: kind, Permission: "restricted"})
				r := signedPost(t, "/", "")
				c.change(r)
				if kind == callgate.KindStatus && c.reason == callgate.ReasonProfile {
					continue // status callbacks have a looser profile
				}
				resp, body, event := serve(t, config, answering, r)
				if event.Outcome != callgate.OutcomeRefused || event.Reason != c.reason {
					t.Errorf("%s: %+v", kind, event)
				}
				if kind == callgate.KindVoice {
					checkHeader(t, resp, body)
					if resp.StatusCode != 200 || body != string(rescueDocument(t, "en")) {
						t.Errorf("a caller got %d %q", resp.StatusCode, body)
					}
				} else if resp.StatusCode != c.status || body != http.StatusText(c.status)+"\n" {
					t.Errorf("%s: %d %q, want a bare %d", kind, resp.StatusCode, body, c.status)
				}
			}
		})
	}
}

// signedAgain gives a request another body and signs it.
func signedAgain(t *testing.T, r *http.Request, body string) {
	t.Helper()
	setBody(r, body)
	sign(t, r, public+r.RequestURI)
}

// TestUnsigned has requests that do not come from the carrier. None of them
// learns the support number, unless the configuration says so.
func TestUnsigned(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*http.Request)
		status int
	}{
		{"good otherwise", func(*http.Request) {}, 403},
		{"empty header", func(r *http.Request) { r.Header.Set(twilio.Header, "") }, 403},
		{"target", func(r *http.Request) { r.RequestURI = "//x" }, 404},
		{"method", func(r *http.Request) { r.Method = "GET" }, 405},
		{"too large", func(r *http.Request) { r.ContentLength = 1 << 20 }, 413},
		{"body", func(r *http.Request) { r.Body = http.NoBody }, 400},
		{"two content types", func(r *http.Request) { r.Header.Add("Content-Type", "x/y") }, 415},
		{"content type", func(r *http.Request) { r.Header.Set("Content-Type", "x/y") }, 403},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, policy := range []callgate.UnsignedPolicy{callgate.UnsignedForbid, callgate.UnsignedRescue} {
				config := config(t)
				config.Unsigned = policy
				resp, body, event := serve(t, config, answering, func() *http.Request {
					r := signedPost(t, "/", "")
					r.Header.Del(twilio.Header)
					c.change(r)
					return r
				}())
				if event.Outcome != callgate.OutcomeRefused || event.Verified {
					t.Errorf("%+v", event)
				}
				if policy == callgate.UnsignedRescue {
					if resp.StatusCode != 200 || body != string(rescueDocument(t, "en")) {
						t.Errorf("%d %q", resp.StatusCode, body)
					}
					continue
				}
				if resp.StatusCode != c.status || body != http.StatusText(c.status)+"\n" {
					t.Errorf("%d %q, want a bare %d", resp.StatusCode, body, c.status)
				}
				if allow := resp.Header.Get("Allow"); (allow == "POST") != (c.status == 405) {
					t.Errorf("Allow: %q", allow)
				}
			}
		})
	}
}

// TestVerifierPanics must not leave a caller alone, nor tell strangers anything.
func TestVerifierPanics(t *testing.T) {
	c := config(t)
	c.Verifier = panicking{}
	resp, body, event := serve(t, c, answering, signedPost(t, "/", ""))
	if resp.StatusCode != 500 || body != "Internal Server Error\n" || event.Reason != callgate.ReasonPanic {
		t.Errorf("%d %s %+v", resp.StatusCode, body, event)
	}
}

type panicking struct{}

func (panicking) Verify(*callgate.Request) (callgate.Proof, error) { panic("no key") }
