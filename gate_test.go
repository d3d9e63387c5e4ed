package callgate_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/internal/leaktest"
	"github.com/callgate/callgate/twilio"
)

// timeout is the error of a connection whose deadline has passed.
type timeout struct{ error }

func (timeout) Timeout() bool   { return true }
func (timeout) Temporary() bool { return true }

// TestCheck changes one thing at a time in a request that is admitted.
func TestCheck(t *testing.T) {
	form := voiceForm("")
	for _, c := range []struct {
		name   string
		change func(*http.Request)
		want   *callgate.Refusal // nil: admitted
	}{
		{"as it is", func(*http.Request) {}, nil},
		{"other host", func(r *http.Request) { r.Host = "evil.example" }, nil}, // the public URL counts
		{"other header", func(r *http.Request) { r.Header.Set("User-Agent", "TwilioProxy/1.1") }, nil},
		{"chunked", func(r *http.Request) { r.ContentLength = -1 }, nil},
		{"body in small pieces", func(r *http.Request) { r.Body = io.NopCloser(iotest.OneByteReader(strings.NewReader(form))) }, nil},

		{"no signature", func(r *http.Request) { r.Header.Del(twilio.Header) }, callgate.ErrMissing},
		{"two signatures", func(r *http.Request) { r.Header.Add(twilio.Header, r.Header.Get(twilio.Header)) }, callgate.ErrMalformed},
		{"other signature", func(r *http.Request) { r.Header.Set(twilio.Header, strings.Repeat("A", 27)+"=") }, callgate.ErrMismatch},
		{"other path", func(r *http.Request) { r.RequestURI = "/other" }, callgate.ErrMismatch},
		{"path in capitals", func(r *http.Request) { r.RequestURI = "/IVR" }, callgate.ErrMismatch},
		{"slash added", func(r *http.Request) { r.RequestURI = "/ivr/" }, callgate.ErrMismatch},
		{"query added", func(r *http.Request) { r.RequestURI = "/ivr?x=1" }, callgate.ErrMismatch},
		{"question mark added", func(r *http.Request) { r.RequestURI = "/ivr?" }, callgate.ErrMismatch},
		{"path encoded", func(r *http.Request) { r.RequestURI = "/iv%72" }, callgate.ErrMismatch},
		{"parameter added", func(r *http.Request) { setBody(r, form+"&Digits="+leaktest.Digits) }, callgate.ErrMismatch},
		{"parameter removed", func(r *http.Request) { setBody(r, strings.Replace(form, "&Direction=inbound", "", 1)) }, callgate.ErrMismatch},
		{"parameter repeated with another value", func(r *http.Request) { setBody(r, form+"&To=%2B15005550000") }, callgate.ErrMismatch},
		{"parameters bad", func(r *http.Request) { setBody(r, form+"&x=%zz") }, callgate.ErrParams},
		{"absolute target", func(r *http.Request) { r.RequestURI = public + "/ivr" }, callgate.ErrTarget},
		{"no target", func(r *http.Request) { r.RequestURI = "" }, callgate.ErrTarget},

		{"GET", func(r *http.Request) { r.Method = "GET" }, callgate.ErrMethod},
		{"PUT", func(r *http.Request) { r.Method = "PUT" }, callgate.ErrMethod},
		{"HEAD", func(r *http.Request) { r.Method = "HEAD" }, callgate.ErrMethod},
		{"OPTIONS", func(r *http.Request) { r.Method = "OPTIONS" }, callgate.ErrMethod},
		{"CONNECT", func(r *http.Request) { r.Method, r.RequestURI = "CONNECT", "ivr.example.org:443" }, callgate.ErrTarget},
		{"method in small letters", func(r *http.Request) { r.Method = "post" }, callgate.ErrMethod},
		{"no method", func(r *http.Request) { r.Method = "" }, callgate.ErrMethod},

		{"two content types", func(r *http.Request) { r.Header.Add("Content-Type", "application/json") }, callgate.ErrContentType},
		{"JSON", func(r *http.Request) { r.Header.Set("Content-Type", "application/json") }, callgate.ErrMismatch},
		{"multipart", func(r *http.Request) { r.Header.Set("Content-Type", "multipart/form-data; boundary=x") }, callgate.ErrContentType},
		{"text", func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }, callgate.ErrContentType},
		{"no content type", func(r *http.Request) { r.Header.Del("Content-Type") }, callgate.ErrContentType},
		{"compressed", func(r *http.Request) { r.Header.Set("Content-Encoding", "gzip") }, callgate.ErrContentType},

		{"no body", func(r *http.Request) { setBody(r, "") }, callgate.ErrMismatch},
		{"no body at all", func(r *http.Request) { r.Body, r.ContentLength = nil, 0 }, callgate.ErrMismatch},
		{"body over the limit", func(r *http.Request) { setBody(r, form+"&x="+strings.Repeat("y", 1<<10)) }, callgate.ErrTooLarge},
		{"body over the limit, length unknown", func(r *http.Request) {
			setBody(r, form+"&x="+strings.Repeat("y", 1<<10))
			r.ContentLength = -1
		}, callgate.ErrTooLarge},
		{"length over the limit", func(r *http.Request) { r.ContentLength = 1 << 40 }, callgate.ErrTooLarge},
		{"limit in front of the gate", func(r *http.Request) { r.Body = http.MaxBytesReader(nil, r.Body, 10) }, callgate.ErrTooLarge},
		{"body was read", func(r *http.Request) { r.Body = http.NoBody }, callgate.ErrBody},
		{"body is short", func(r *http.Request) { r.ContentLength++ }, callgate.ErrBody},
		{"body is long", func(r *http.Request) { r.ContentLength-- }, callgate.ErrBody},
		{"body breaks off", func(r *http.Request) {
			r.Body = io.NopCloser(io.MultiReader(strings.NewReader(form[:20]), iotest.ErrReader(io.ErrUnexpectedEOF)))
		}, callgate.ErrBody},
		{"body breaks off, length unknown", func(r *http.Request) {
			r.Body = io.NopCloser(io.MultiReader(strings.NewReader(form[:20]), iotest.ErrReader(io.ErrUnexpectedEOF)))
			r.ContentLength = -1
		}, callgate.ErrBody},
		{"body is slow", func(r *http.Request) {
			r.Body = io.NopCloser(iotest.ErrReader(timeout{errors.New("read tcp 127.0.0.1: i/o timeout")}))
		}, callgate.ErrBody},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := config(t)
			config.MaxBody = int64(len(form)) + 512
			r := signedPost(t, "/ivr", "")
			c.change(r)
			a, err := noted(newGate(t, config).Check(r))
			switch {
			case c.want == nil && err != nil:
				t.Errorf("refused: %v", err)
			case c.want != nil && !errors.Is(err, c.want):
				t.Errorf("error %v, want %v", err, c.want)
			case c.want != nil && a != nil:
				t.Error("refused and admitted")
			}
			if err != nil {
				checkDetail(t, err)
			}
		})
	}
}

// setBody gives a request a body of known length.
func setBody(r *http.Request, body string) {
	r.Body = io.NopCloser(strings.NewReader(body))
	r.ContentLength = int64(len(body))
}

// checkDetail looks for what must not be logged in a refusal.
func checkDetail(t *testing.T, err error) {
	t.Helper()
	var refusal *callgate.Refusal
	if !errors.As(err, &refusal) || refusal.Detail == "" {
		t.Errorf("%#v is no refusal with a detail", err)
		return
	}
	for _, secret := range []string{string(token), "5005550006", "5005550009", "127.0.0.1"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the error shows %q: %v", secret, err)
		}
	}
}

func TestBodyAtTheLimit(t *testing.T) {
	c := config(t)
	c.MaxBody = int64(len(voiceForm("")))
	if _, err := noted(newGate(t, c).Check(signedPost(t, "/", ""))); err != nil {
		t.Errorf("a body of exactly the limit: %v", err)
	}
	c.MaxBody--
	if _, err := noted(newGate(t, c).Check(signedPost(t, "/", ""))); !errors.Is(err, callgate.ErrTooLarge) {
		t.Errorf("a body of one byte more: %v", err)
	}
}

func TestAdmission(t *testing.T) {
	r := signedPost(t, "/ivr?step=2&step=3", "&Digits="+leaktest.Digits)
	a, err := noted(newGate(t, config(t)).Check(r))
	if err != nil {
		t.Fatal(err)
	}
	for what, ok := range map[string]bool{
		"proof":    a.Proof == callgate.Proof{Carrier: "twilio", Account: account, Key: "main", Form: callgate.FormAsReceived},
		"digits":   a.Params.Get("Digits") == leaktest.Digits,
		"caller":   a.Params.Get("From") == caller,
		"no query": !a.Params.Has("step"),
		"query":    slices.Equal(a.Query.Values("step"), []string{"2", "3"}) && !a.Query.Has("Digits"),
		"route":    a.Route == "/",
		"URL":      a.URL == public+"/ivr?step=2&step=3",
		"method":   a.Method == "POST",
		"body":     string(a.Body) == voiceForm("&Digits="+leaktest.Digits),
		"decision": a.Decision.Allowed && a.Decision.String() == `view allowed by "allow carrier:twilio view" on /`,
		"principals": slices.Equal(a.Principals, []callgate.Principal{
			callgate.Everyone, callgate.Carrier("twilio"), callgate.Account(account), callgate.Key("main"), callgate.Number(dialled),
		}),
	} {
		if !ok {
			t.Errorf("%s is wrong: %+v", what, a)
		}
	}
	if r.Form != nil || r.PostForm != nil || r.RequestURI != "/ivr?step=2&step=3" {
		t.Error("Check has changed the request")
	}
	if _, ok := callgate.AdmissionFrom(context.Background()); ok {
		t.Error("an admission out of nowhere")
	}
}

func TestAdmissionOfGet(t *testing.T) {
	c := config(t)
	c.Routes[0].Methods = []string{"GET"}
	target := "/ivr?step=2&" + voiceForm("&Digits="+leaktest.Digits)
	a, err := noted(newGate(t, c).Check(sign(t, request("GET", target, ""), public+target)))
	if err != nil {
		t.Fatal(err)
	}
	if a.Params.Get("Digits") != leaktest.Digits || a.Params.Get("step") != "2" || !slices.Equal(a.Params, a.Query) || a.Body != nil {
		t.Errorf("%+v", a)
	}
}

// TestAdmissionOfJSON has a body that its hash in the address vouches for.
func TestAdmissionOfJSON(t *testing.T) {
	c := config(t)
	c.Routes[0].Kind = callgate.KindStatus
	body := `{"To":"+15005550009"}`
	url := twilio.WithBodyHash(public+"/events", []byte(body))
	r := request("POST", strings.TrimPrefix(url, public), body)
	r.Header.Set("Content-Type", "application/json")
	a, err := noted(newGate(t, c).Check(sign(t, r, url)))
	if err != nil {
		t.Fatal(err)
	}
	if a.Params != nil || string(a.Body) != body || slices.Contains(a.Principals, callgate.Number(dialled)) {
		t.Errorf("%+v", a)
	}
}

// proven is a verifier that proves what it is told, whatever the request.
type proven callgate.Proof

func (p proven) Verify(*callgate.Request) (callgate.Proof, error) { return callgate.Proof(p), nil }

func TestPrincipals(t *testing.T) {
	keyOfAll := proven{Carrier: "twilio", Key: "main"}
	for _, c := range []struct {
		name     string
		verifier callgate.Verifier
		form     string
		want     string
	}{
		{"account of the key", proven{Carrier: "c", Account: "AC1", Key: "k"}, "AccountSid=" + account, "everyone carrier:c account:AC1 key:k"},
		{"account of the request", keyOfAll, "AccountSid=" + account, "everyone carrier:twilio account:" + account + " key:main"},
		{"no account", keyOfAll, "x=y", "everyone carrier:twilio key:main"},
		{"two accounts", keyOfAll, "AccountSid=" + account + "&AccountSid=" + account, "everyone carrier:twilio key:main"},
		{"account that is none", keyOfAll, "AccountSid=everyone%0Auser:admin", "everyone carrier:twilio key:main"},
		{"account of digits", keyOfAll, "AccountSid=15005550006", "everyone carrier:twilio key:main"},
		{"endless account", keyOfAll, "AccountSid=AC" + strings.Repeat("0", 99), "everyone carrier:twilio key:main"},
		{"no key", proven{Carrier: "c"}, "", "everyone carrier:c"},
		{"number", keyOfAll, "To=%2B15005550009", "everyone carrier:twilio key:main number:+15005550009"},
		{"short number", keyOfAll, "To=911", "everyone carrier:twilio key:main number:911"},
		{"number with a space for its sign", keyOfAll, "To=+15005550009", "everyone carrier:twilio key:main"},
		{"two numbers", keyOfAll, "To=911&To=912", "everyone carrier:twilio key:main"},
		{"client", keyOfAll, "To=client:alice", "everyone carrier:twilio key:main"},
		{"SIP", keyOfAll, "To=sip:alice@example.org", "everyone carrier:twilio key:main"},
		{"sign alone", keyOfAll, "To=%2B", "everyone carrier:twilio key:main"},
		{"too many digits", keyOfAll, "To=%2B1500555000900000", "everyone carrier:twilio key:main"},
		{"called, not dialled", keyOfAll, "Called=911", "everyone carrier:twilio key:main"},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := config(t)
			config.Verifier = c.verifier
			config.Routes[0].Entries[0].Principal = callgate.Everyone
			a, err := noted(newGate(t, config).Check(post("/", c.form)))
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Trim(fmt.Sprint(a.Principals), "[]"); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

// TestAccess has the access control of a small company.
func TestAccess(t *testing.T) {
	allow := func(p callgate.Principal, what callgate.Permission) callgate.Entry {
		return callgate.Entry{Effect: callgate.Allow, Principal: p, Permission: what}
	}
	deny := func(p callgate.Principal, what callgate.Permission) callgate.Entry {
		return callgate.Entry{Effect: callgate.Deny, Principal: p, Permission: what}
	}
	c := config(t)
	c.Routes = append(c.Routes,
		callgate.Route{Path: "/restricted", Permission: "restricted"},
		callgate.Route{Path: "/branch", Entries: []callgate.Entry{
			deny(callgate.Number(dialled), callgate.AnyPermission),
		}},
		callgate.Route{Path: "/branch/open", Entries: []callgate.Entry{allow(callgate.Account(account), callgate.View)}},
		callgate.Route{Path: "/closed", Entries: []callgate.Entry{
			deny(callgate.Key("main"), callgate.View), allow(callgate.Everyone, callgate.AnyPermission),
		}},
		callgate.Route{Path: "/any", Permission: "dial", Entries: []callgate.Entry{allow(callgate.Carrier("twilio"), callgate.AnyPermission)}},
		callgate.Route{Path: "/any/below"},
	)
	g := newGate(t, c)
	for target, want := range map[string]string{
		"/":              `view allowed by "allow carrier:twilio view" on /`,
		"/x/y":           `view allowed by "allow carrier:twilio view" on /`,
		"/restricted":    `restricted denied: no entry matches`,
		"/restricted/x":  `restricted denied: no entry matches`,
		"/branch":        `view denied by "deny number:+*********09 *" on /branch`,
		"/branch/open/x": `view allowed by "allow account:` + account + ` view" on /branch/open`,
		"/closed":        `view denied by "deny key:main view" on /closed`,
		"/any":           `dial allowed by "allow carrier:twilio *" on /any`,
		"/any/below":     `dial allowed by "allow carrier:twilio *" on /any`,
	} {
		a, err := noted(g.Check(signedPost(t, target, "")))
		var got string
		var refusal *callgate.Refusal
		switch {
		case err == nil:
			got = a.Decision.String()
		case errors.As(err, &refusal) && refusal.Reason == callgate.ReasonDenied:
			got = refusal.Detail
		}
		if got != want {
			t.Errorf("%s: %s (%v), want %s", target, got, err, want)
		}
	}
}

// failing is a verifier with a fault of its own.
type failing struct{}

func (failing) Verify(*callgate.Request) (callgate.Proof, error) {
	return callgate.Proof{Carrier: "twilio"}, errors.New("key " + string(token) + " is not to be found")
}

// TestVerifierError fails closed, and does not show the error.
func TestVerifierError(t *testing.T) {
	c := config(t)
	c.Verifier = failing{}
	_, err := noted(newGate(t, c).Check(signedPost(t, "/", "")))
	if !errors.Is(err, callgate.ErrMismatch) {
		t.Errorf("error %v, want ErrMismatch", err)
	}
	checkDetail(t, err)
}

// TestVerifierOfRoute has another carrier, or another key, on one route.
func TestVerifierOfRoute(t *testing.T) {
	other, err := twilio.New(twilio.Config{Keys: []twilio.Key{{Name: "other", Token: "fedcba9876543210fedcba9876543210"}}})
	if err != nil {
		t.Fatal(err)
	}
	c := config(t)
	c.Routes = append(c.Routes, callgate.Route{Path: "/other", Verifier: other}, callgate.Route{Path: "/other/below"})
	g := newGate(t, c)
	for target, want := range map[string]error{"/": nil, "/other": callgate.ErrMismatch, "/other/below": callgate.ErrMismatch} {
		if _, err := noted(g.Check(signedPost(t, target, ""))); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", target, err, want)
		}
	}
}

// kinds is a verifier that remembers what it was told about the route.
type kinds struct{ got callgate.Kind }

func (k *kinds) Verify(r *callgate.Request) (callgate.Proof, error) {
	k.got = r.Kind
	return callgate.Proof{Carrier: "twilio"}, nil
}

func TestKindOfRoute(t *testing.T) {
	k := &kinds{}
	c := config(t)
	c.Verifier = k
	c.Routes = append(c.Routes,
		callgate.Route{Path: "/status", Kind: callgate.KindStatus},
		callgate.Route{Path: "/status/voice"},
		callgate.Route{Path: "/stream", Kind: callgate.KindStream},
	)
	g := newGate(t, c)
	for target, want := range map[string]callgate.Kind{
		"/": callgate.KindVoice, "/status/x": callgate.KindStatus, "/status/voice": callgate.KindVoice, "/stream": callgate.KindStream,
	} {
		r := post(target, voiceForm(""))
		if want == callgate.KindStream {
			r = request("GET", target, "")
		}
		if _, err := noted(g.Check(r)); err != nil || k.got != want {
			t.Errorf("%s: %v, %v, want %v", target, k.got, err, want)
		}
	}
}
