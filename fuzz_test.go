package callgate_test

import (
	"encoding/xml"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/internal/leaktest"
	"github.com/callgate/callgate/twilio"
)

// FuzzGate sends whatever there is, without a key. Nothing may panic, nobody may
// be admitted, and every answer is one of a few.
func FuzzGate(f *testing.F) {
	f.Add("POST", "/ivr?x=1", "ivr.example.org", "10.0.0.7:1", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=", "application/x-www-form-urlencoded", "", "host=ivr.example.org", voiceForm("&Digits="+leaktest.Digits))
	f.Add("GET", "/media", "h", "", "", "", right, "", "")
	f.Add("POST", "/status?bodySHA256=00", "h", "@", "x", "application/json", wrong, ";", "{}")
	f.Add("OPTIONS", "*", "", "", "", "", "Basic Og==", "\"", "\x00")
	c := withUsers(f, callgate.AuthBoth)
	c.PublicURL, c.AllowedHosts = "", []string{"ivr.example.org"}
	c.TrustedProxies = behindProxiesPrefixes
	c.Routes = append(c.Routes,
		callgate.Route{Path: "/ivr", Methods: []string{"GET", "POST"}, Auth: callgate.AuthSignature},
		callgate.Route{Path: "/either", Auth: callgate.AuthEither},
		callgate.Route{Path: "/status", Kind: callgate.KindStatus, Auth: callgate.AuthSignature},
		callgate.Route{Path: "/media", Kind: callgate.KindStream},
	)
	rescue := string(rescueDocument(f, "en"))
	var gates []http.Handler
	for _, policy := range []callgate.UnsignedPolicy{callgate.UnsignedForbid, callgate.UnsignedRescue} {
		c.Unsigned = policy
		gates = append(gates, newGate(f, c).Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			panic("admitted")
		})))
	}
	f.Fuzz(func(t *testing.T, method, target, host, peer, signature, contentType, authorization, forwarded, body string) {
		if authorization == right {
			return // a password is a key too
		}
		for _, gate := range gates {
			r := request(method, target, body)
			r.Host, r.RemoteAddr = host, peer
			for name, value := range map[string]string{
				twilio.Header: signature, "Content-Type": contentType, "Authorization": authorization,
				"Forwarded": forwarded, "X-Forwarded-Host": forwarded, "Upgrade": forwarded,
			} {
				if value != "" {
					r.Header.Set(name, value)
				}
			}
			w := httptest.NewRecorder()
			gate.ServeHTTP(w, r)
			bareCodes := []int{400, 401, 403, 404, 405, 413, 415}
			switch got := w.Body.String(); {
			case w.Code == 200 && (got == rescue || strings.Contains(got, "<Hangup/>")):
			case slices.Contains(bareCodes, w.Code) && got == http.StatusText(w.Code)+"\n":
			default:
				t.Fatalf("%d %q", w.Code, got)
			}
		}
	})
}

// FuzzAddress: whatever headers say, the address is one of ours, and what
// strangers say changes nothing.
func FuzzAddress(f *testing.F) {
	f.Add("ivr.example.org", `for=203.0.113.9;proto=https;host="ivr.example.org:443"`, "https", "ivr.example.org", "443", "/p", "203.0.113.9, 10.0.0.8")
	f.Add("evil.example", "host=evil.example,;", "wss,http", "evil.example, ivr.example.org", "1", "/", "unknown")
	f.Add("[2001:db8::1]:80", `host="[2001:db8::1]";for="[2001:db8::5]:1"`, "", "", "", "", "[2001:db8::5]:1,")
	g := behindProxies(f, "ivr.example.org", "ivr.example.org/p", "[2001:db8::1]")
	ours := []string{
		"https://ivr.example.org/x", "https://ivr.example.org/p/x", "https://[2001:db8::1]/x",
		"https://ivr.example.org:443/x", "https://ivr.example.org:443/p/x", "https://[2001:db8::1]:443/x",
		"http://ivr.example.org/x", "http://ivr.example.org/p/x", "http://[2001:db8::1]/x",
		"http://ivr.example.org:80/x", "http://ivr.example.org:80/p/x", "http://[2001:db8::1]:80/x",
	}
	f.Fuzz(func(t *testing.T, host, forwarded, proto, xhost, port, prefix, from string) {
		check := func(peer string, withHeaders string) string {
			r := post("/x", "")
			r.Host, r.RemoteAddr = host, peer
			if withHeaders == "with" {
				for name, value := range map[string]string{
					"Forwarded": forwarded, "X-Forwarded-Proto": proto, "X-Forwarded-Host": xhost,
					"X-Forwarded-Port": port, "X-Forwarded-Prefix": prefix, "X-Forwarded-For": from,
				} {
					if value != "" {
						r.Header.Set(name, value)
					}
				}
			}
			a, err := noted(g.Check(r))
			if err != nil {
				return err.Error()
			}
			if !slices.Contains(ours, strings.ToLower(a.URL)) {
				t.Errorf("%q is not ours", a.URL)
			}
			return a.URL
		}
		check(proxy, "with")
		if with, without := check(stranger, "with"), check(stranger, "without"); with != without {
			t.Errorf("a stranger's headers make %q of %q", with, without)
		}
	})
}

// FuzzTarget: a target that is admitted means the same to others, and a router
// does not redirect it.
func FuzzTarget(f *testing.F) {
	for _, c := range targets {
		f.Add(c.target)
	}
	c := config(f)
	c.Verifier = echo{}
	c.Routes = append(c.Routes, callgate.Route{Path: "/staff", Permission: "restricted"})
	g := newGate(f, c)
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(http.ResponseWriter, *http.Request) {})
	gated := g.Handler(mux)
	f.Fuzz(func(t *testing.T, target string) {
		a, err := noted(g.Check(request("POST", target, "")))
		if err != nil {
			return
		}
		u, err := url.ParseRequestURI(target)
		if err != nil {
			t.Fatalf("net/url does not read it: %v", err)
		}
		if a.URL != public+target || a.Route != "/" {
			t.Errorf("%+v", a)
		}
		if cleaned := path.Clean(u.Path); cleaned == "/staff" || strings.HasPrefix(cleaned, "/staff/") {
			t.Errorf("who cleans the path reaches %s", cleaned)
		}
		// Where a router would redirect to another spelling, the caller is rescued instead.
		w := httptest.NewRecorder()
		gated.ServeHTTP(w, request("POST", target, ""))
		if w.Code != http.StatusOK || w.Header().Get("Location") != "" {
			t.Errorf("behind the gate, http.ServeMux answers %d, Location %q", w.Code, w.Header().Get("Location"))
		}
	})
}

// FuzzCredentials: who is admitted is who net/http reads in the header.
func FuzzCredentials(f *testing.F) {
	for _, header := range []string{right, wrong, "basic  b3BlcmF0b3I6b3Blbjogc2VzYW1l", "Basic", "Bearer x", basic("operator", "a:b\x00")} {
		f.Add(header)
	}
	c := withUsers(f, callgate.AuthBasic)
	c.Users = everybody{}
	c.Routes[0].Entries[0].Principal = callgate.Everyone
	g := newGate(f, c)
	f.Fuzz(func(t *testing.T, header string) {
		r := request("POST", "/", "")
		r.Header["Authorization"] = []string{header}
		a, err := noted(g.Check(r))
		if err != nil {
			return
		}
		// net/http takes one space after the scheme, and RFC 9110 one or more.
		r.Header.Set("Authorization", "Basic "+strings.TrimLeft(header[len("Basic "):], " "))
		if user, _, ok := r.BasicAuth(); !ok || !slices.Contains(a.Principals, callgate.User(user)) {
			t.Errorf("%q is %v; net/http reads %q", header, a.Principals, user)
		}
	})
}

// everybody has every password.
type everybody struct{}

func (everybody) CheckPassword(string, string) bool { return true }

// FuzzRescueDocument: whatever is to be said is said, in a document.
func FuzzRescueDocument(f *testing.F) {
	f.Add("Sorry.", "en", support)
	f.Add("<Hangup/>&amp;", "", "(1) 2-3")
	f.Add("]]>\r\n\t", "de-AT", "+1")
	f.Fuzz(func(t *testing.T, say, language, number string) {
		doc, err := callgate.RescueDocument(say, language, number)
		if err != nil {
			return
		}
		var got struct {
			Say []struct {
				Language string `xml:"language,attr"`
				Text     string `xml:",chardata"`
			}
			Dial string
		}
		if err := xml.Unmarshal(doc, &got); err != nil {
			t.Fatal(err)
		}
		if len(got.Say) != 2 || got.Say[0].Text != say || got.Say[0].Language != language || got.Dial != strings.TrimSpace(number) {
			t.Errorf("%+v", got)
		}
	})
}
