package callgate_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/twilio"
)

// basic returns an Authorization header.
func basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

// Credentials of the tests, and headers with and without them.
var (
	right = basic("operator", "open: sesame")
	wrong = basic("operator", "close sesame")
)

// TestAuth has every demand of a route with every combination of a signature and
// credentials. The answer is a status, and whether it is the rescue document.
func TestAuth(t *testing.T) {
	const ok, challenge, bare403, rescued = "200 answer", "401 challenge", "403 bare", "200 rescue"
	for _, c := range []struct {
		auth          callgate.Auth
		signature     string // "good", "bad" or "none"
		authorization string
		want          string
	}{
		{callgate.AuthSignature, "good", "", ok},
		{callgate.AuthSignature, "good", wrong, ok},
		{callgate.AuthSignature, "bad", "", rescued},
		{callgate.AuthSignature, "bad", right, rescued},
		{callgate.AuthSignature, "none", "", bare403},
		{callgate.AuthSignature, "none", right, bare403},

		{callgate.AuthBasic, "none", right, ok},
		{callgate.AuthBasic, "none", wrong, challenge},
		{callgate.AuthBasic, "none", "", challenge},
		{callgate.AuthBasic, "good", "", challenge},
		{callgate.AuthBasic, "good", wrong, challenge},
		{callgate.AuthBasic, "bad", right, ok},

		{callgate.AuthBoth, "good", right, ok},
		{callgate.AuthBoth, "good", "", challenge}, // the carrier asks again with credentials
		{callgate.AuthBoth, "good", wrong, rescued},
		{callgate.AuthBoth, "bad", right, rescued},
		{callgate.AuthBoth, "bad", "", rescued},
		{callgate.AuthBoth, "none", right, bare403},
		{callgate.AuthBoth, "none", "", bare403},

		{callgate.AuthEither, "good", right, ok},
		{callgate.AuthEither, "good", "", ok},
		{callgate.AuthEither, "good", wrong, ok},
		{callgate.AuthEither, "bad", right, ok},
		{callgate.AuthEither, "bad", wrong, rescued},
		{callgate.AuthEither, "bad", "", rescued},
		{callgate.AuthEither, "none", right, ok},
		{callgate.AuthEither, "none", wrong, challenge},
		{callgate.AuthEither, "none", "", challenge},
	} {
		credentials := map[string]string{"": "no", right: "right", wrong: "wrong"}[c.authorization]
		t.Run(fmt.Sprintf("%s, %s signature, %s credentials", c.auth, c.signature, credentials), func(t *testing.T) {
			resp, body, event := serve(t, withUsers(t, c.auth), answering, authRequest(t, c.signature, c.authorization))
			got := fmt.Sprint(resp.StatusCode)
			switch {
			case body == welcome:
				got += " answer"
			case strings.Contains(body, support):
				got += " rescue"
			case resp.Header.Get("WWW-Authenticate") == `Basic realm="callgate", charset="UTF-8"`:
				got += " challenge"
			case body == "Forbidden\n":
				got += " bare"
			}
			if got != c.want {
				t.Errorf("%s, want %s (%+v)", got, c.want, event)
			}
		})
	}
}

// withUsers is a gate that knows one user, who may do what the carrier may.
func withUsers(t testing.TB, auth callgate.Auth) callgate.Config {
	t.Helper()
	c := config(t)
	c.Users = passwords{"operator": "open: sesame"}
	c.Routes[0].Auth = auth
	c.Routes[0].Entries = append(c.Routes[0].Entries, callgate.Entry{
		Effect: callgate.Allow, Principal: callgate.User("operator"), Permission: callgate.View,
	})
	return c
}

func authRequest(t testing.TB, signature, authorization string) *http.Request {
	t.Helper()
	r := signedPost(t, "/", "")
	switch signature {
	case "bad":
		r.Header.Set(twilio.Header, strings.Repeat("A", 27)+"=")
	case "none":
		r.Header.Del(twilio.Header)
	}
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	return r
}

// TestUserPrincipals shows that a password vouches for the user, and for nothing
// that the parameters say.
func TestUserPrincipals(t *testing.T) {
	user := callgate.User("operator")
	carrier := []callgate.Principal{callgate.Carrier("twilio"), callgate.Account(account), callgate.Key("main"), callgate.Number(dialled)}
	for _, c := range []struct {
		auth      callgate.Auth
		signature string
		want      []callgate.Principal
	}{
		{callgate.AuthBasic, "none", []callgate.Principal{user}},
		{callgate.AuthBasic, "good", []callgate.Principal{user}},
		{callgate.AuthEither, "bad", []callgate.Principal{user}},
		{callgate.AuthEither, "good", append(slices.Clone(carrier), user)},
		{callgate.AuthBoth, "good", append(slices.Clone(carrier), user)},
		{callgate.AuthSignature, "good", carrier},
	} {
		a, err := noted(newGate(t, withUsers(t, c.auth)).Check(authRequest(t, c.signature, right)))
		if err != nil {
			t.Errorf("%s: %v", c.auth, err)
			continue
		}
		if want := append([]callgate.Principal{callgate.Everyone}, c.want...); !slices.Equal(a.Principals, want) {
			t.Errorf("%s with a %s signature: %v, want %v", c.auth, c.signature, a.Principals, want)
		}
	}
}

func TestCredentials(t *testing.T) {
	encode := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	g := newGate(t, withUsers(t, callgate.AuthBasic))
	for _, c := range []struct {
		name   string
		header []string
		want   string // of the refusal; empty: admitted
	}{
		{"right", []string{right}, ""},
		{"scheme in small letters", []string{"basic " + encode("operator:open: sesame")}, ""},
		{"more spaces", []string{"Basic   " + encode("operator:open: sesame")}, ""},
		{"wrong", []string{wrong}, "no user has this name and password"},
		{"unknown user", []string{basic("nobody", "open: sesame")}, "no user has this name and password"},
		{"no password", []string{basic("operator", "")}, "no user has this name and password"},
		{"none", nil, "no Authorization header"},
		{"two", []string{right, right}, "2 Authorization headers"},
		{"empty", []string{""}, "not for Basic"},
		{"bearer", []string{"Bearer " + encode("operator:open: sesame")}, "not for Basic"},
		{"scheme alone", []string{"Basic"}, "not for Basic"},
		{"nothing behind the scheme", []string{"Basic "}, "no user's name"},
		{"no base64", []string{"Basic !!!!"}, "not base64"},
		{"base64 for addresses", []string{"Basic " + base64.URLEncoding.EncodeToString([]byte("operator:\xff\xff\xff"))}, "not base64"},
		{"no colon", []string{"Basic " + encode("operator")}, "no user's name"},
		{"no name", []string{basic("", "open: sesame")}, "no user's name"},
		{"name with a space", []string{basic("the operator", "x")}, "no user's name"},
		{"name with a line break", []string{basic("operator\nadmin", "x")}, "no user's name"},
		{"password with a zero byte", []string{basic("operator", "open: sesame\x00")}, "control characters"},
		{"endless name", []string{basic(strings.Repeat("n", 129), "x")}, "too long"},
		{"endless password", []string{basic("operator", strings.Repeat("p", 73))}, "too long"},
		{"endless header", []string{"Basic " + strings.Repeat("A", 1<<15)}, "too long"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := authRequest(t, "none", "")
			r.Header["Authorization"] = c.header
			_, err := noted(g.Check(r))
			switch {
			case c.want == "" && err != nil:
				t.Errorf("refused: %v", err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), "refused: login: ") || !strings.Contains(err.Error(), c.want)):
				t.Errorf("error %v, want %q", err, c.want)
			case err != nil && strings.Contains(err.Error(), "sesame"):
				t.Errorf("the error shows the password: %v", err)
			}
		})
	}
}

// TestLongestCredentials has a name and a password of exactly the limits.
func TestLongestCredentials(t *testing.T) {
	user, password := strings.Repeat("n", 128), strings.Repeat("p", 72)
	c := withUsers(t, callgate.AuthBasic)
	c.Users = passwords{user: password}
	c.Routes[0].Entries[0].Principal = callgate.User(user)
	if _, err := noted(newGate(t, c).Check(authRequest(t, "none", basic(user, password)))); err != nil {
		t.Error(err)
	}
}

// TestAuthInherited has a route that demands more than the one above it, and one
// below that says nothing.
func TestAuthInherited(t *testing.T) {
	c := withUsers(t, callgate.AuthInherited)
	c.Routes = append(c.Routes,
		callgate.Route{Path: "/both", Auth: callgate.AuthBoth},
		callgate.Route{Path: "/both/below"},
		callgate.Route{Path: "/both/signature", Auth: callgate.AuthSignature},
	)
	g := newGate(t, c)
	for target, want := range map[string]string{
		"/": "", "/both": "login", "/both/below": "login", "/both/signature": "",
	} {
		_, err := noted(g.Check(signedPost(t, target, "")))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", target, err, want)
		}
	}
}

// TestUserIsDenied has a user who is known but may not: he is told so as
// a caller is, because he may be one.
func TestUserIsDenied(t *testing.T) {
	c := withUsers(t, callgate.AuthBasic)
	c.Routes[0].Permission = "restricted"
	resp, body, event := serve(t, c, answering, authRequest(t, "none", right))
	if resp.StatusCode != 200 || !strings.Contains(body, support) || event.Reason != callgate.ReasonDenied {
		t.Errorf("%d %s %+v", resp.StatusCode, body, event)
	}
}

// broken is a PasswordChecker with a fault.
type broken struct{}

func (broken) CheckPassword(string, string) bool { panic("no such table: users") }

func TestPasswordCheckerPanics(t *testing.T) {
	c := withUsers(t, callgate.AuthBasic)
	c.Users = broken{}
	resp, body, event := serve(t, c, answering, authRequest(t, "none", right))
	if resp.StatusCode != 500 || body != "Internal Server Error\n" {
		t.Errorf("without a signature: %d %q", resp.StatusCode, body)
	}
	if event.Reason != callgate.ReasonPanic || !strings.Contains(event.Detail, "broken.CheckPassword") || strings.Contains(event.Detail, "no such table") {
		t.Errorf("%+v", event)
	}
	resp, body, _ = serve(t, c, answering, authRequest(t, "good", right))
	if resp.StatusCode != 200 || !strings.Contains(body, support) {
		t.Errorf("with a signature: %d %q", resp.StatusCode, body)
	}
}

// TestUserSendsNoForm: a password vouches for no form that is not one.
func TestUserSendsNoForm(t *testing.T) {
	g := newGate(t, withUsers(t, callgate.AuthBasic))
	r := authRequest(t, "none", right)
	setBody(r, "a=%zz")
	if _, err := noted(g.Check(r)); !errors.Is(err, callgate.ErrParams) {
		t.Errorf("error %v, want ErrParams", err)
	}
	r = authRequest(t, "none", right)
	r.Header.Set("Content-Type", "text/plain")
	if a, err := noted(g.Check(r)); err != nil || a.Params != nil {
		t.Errorf("%+v %v", a, err)
	}
}
