package carrier_test

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/callgate/callgate/carrier"
)

// The examples of RFC 7616, section 3.9.1, and of RFC 2069, section 2.4, as corrected by
// its erratum 749.
func TestDigest(t *testing.T) {
	const rfc7616 = `realm="http-auth@example.org", qop="auth, auth-int", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`
	const cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
	tests := []struct{ name, challenge, target, user, password, response string }{
		{"MD5", `Digest ` + rfc7616 + `, algorithm=MD5`, "/dir/index.html", "Mufasa", "Circle of Life", "8ca523f5e9506fed4657c9700eebdbec"},
		{"SHA-256", `Digest ` + rfc7616 + `, algorithm=SHA-256`, "/dir/index.html", "Mufasa", "Circle of Life",
			"753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"},
		{"without qop", `Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"`, "/dir/index.html", "Mufasa", "CircleOfLife",
			"1949323746fe6a43ef61f9606e7febea"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := carrier.Digest(tt.challenge, "GET", tt.target, tt.user, tt.password, cnonce)
			if !strings.Contains(got, `response="`+tt.response+`"`) {
				t.Errorf("got %s, want the response %s", got, tt.response)
			}
		})
	}
	for _, unknown := range []string{`Digest nonce="x", algorithm=SHA-512-256`, `Digest nonce="x", qop="auth-int"`, `Bearer realm="x"`, ``} {
		if got := carrier.Digest(unknown, "GET", "/", "a", "b", "c"); got != "" {
			t.Errorf("%s: %s", unknown, got)
		}
	}
}

// A server that asks for a digest gets one that it can check itself, with a count.
func TestDigestInURL(t *testing.T) {
	const challenge = `Digest realm="ivr \"one\"", qop="auth", nonce="abc", opaque="o", algorithm=MD5`
	a, server := newApp(t, nil)
	a.serve["/voice"] = func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.Header.Get("Authorization"), `username="ann"`) {
			w.Header().Set("WWW-Authenticate", challenge)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Header().Set("Content-Type", "text/xml")
		io.WriteString(w, response(`<Pause/><Redirect>/voice?second</Redirect>`))
	}
	call := a.call(t, server, func(c *carrier.Config) {
		c.VoiceURL = "https://ann:open@ivr.example.org/voice"
		c.Options.MaxDocuments = 2
	})
	finish(t, call, carrier.EndRunaway)
	var auth []string
	for _, g := range a.requests("/voice") {
		_, rest, _ := strings.Cut(g.Header.Get("Authorization"), "uri=")
		auth = append(auth, strings.Join(strings.Split(rest, ", ")[:min(3, len(strings.Split(rest, ", ")))], " "))
	}
	want := []string{"", `"/voice" qop=auth nc=00000001`, `"/voice?second" qop=auth nc=00000002`}
	if !slices.Equal(auth, want) {
		t.Errorf("authorizations %q, want %q", auth, want)
	}
	if strings.Contains(transcript(call), "open") {
		t.Error("the transcript shows the password")
	}
}

func FuzzDigest(f *testing.F) {
	f.Add(`Digest realm="a", qop="auth", nonce="b", opaque="c\"d", algorithm=MD5`)
	f.Add(`Digest realm=`)
	f.Fuzz(func(t *testing.T, challenge string) {
		got := carrier.Digest(challenge, "GET", "/", "ann", "open", "x")
		if strings.Contains(got, "open") && !strings.Contains(challenge, "open") {
			t.Errorf("the password is in %s", got)
		}
	})
}
