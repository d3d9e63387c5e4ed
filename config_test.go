package callgate_test

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/callgate/callgate"
)

// passwords is a PasswordChecker for tests.
type passwords map[string]string

func (p passwords) CheckPassword(user, password string) bool {
	want, ok := p[user]
	return ok && want == password
}

func TestNewRefuses(t *testing.T) {
	allowCarrier := []callgate.Entry{{Effect: callgate.Allow, Principal: callgate.Carrier("twilio"), Permission: callgate.View}}
	for _, c := range []struct {
		name   string
		change func(*callgate.Config)
		want   string
	}{
		{"no verifier", func(c *callgate.Config) { c.Verifier = nil }, "Verifier: missing, but the route / asks for a signature"},
		{"no public URL", func(c *callgate.Config) { c.PublicURL = "" }, "PublicURL: missing"},
		{"public URL without scheme", func(c *callgate.Config) { c.PublicURL = "ivr.example.org" }, "must be scheme and host"},
		{"public URL without host", func(c *callgate.Config) { c.PublicURL = "https://" }, "must be scheme and host"},
		{"public URL without host but path", func(c *callgate.Config) { c.PublicURL = "https:///ivr" }, "the host is no name"},
		{"public URL with another scheme", func(c *callgate.Config) { c.PublicURL = "ftp://h" }, `must begin with "https://"`},
		{"public URL in capitals", func(c *callgate.Config) { c.PublicURL = "HTTPS://h" }, `in small letters`},
		{"public URL of a WebSocket", func(c *callgate.Config) { c.PublicURL = "wss://h" }, `must begin with "https://": a WebSocket`},
		{"public URL with a user", func(c *callgate.Config) { c.PublicURL = "https://u:p@h" }, "no user and password"},
		{"public URL with a query", func(c *callgate.Config) { c.PublicURL = "https://h/?a=b" }, `no "?"`},
		{"public URL with a fragment", func(c *callgate.Config) { c.PublicURL = "https://h/#rc=2" }, `no "#"`},
		{"public URL with a space", func(c *callgate.Config) { c.PublicURL = "https://h.example /" }, "the host is no name"},
		{"public URL with an empty label", func(c *callgate.Config) { c.PublicURL = "https://h..example" }, "the host is no name"},
		{"public URL with an endless host", func(c *callgate.Config) { c.PublicURL = "https://" + strings.Repeat("h", 254) }, "the host is no name"},
		{"public URL in Unicode", func(c *callgate.Config) { c.PublicURL = "https://ivr.español.example" }, "the host is no name"},
		{"public URL with port 0", func(c *callgate.Config) { c.PublicURL = "https://h:0" }, "the port is no number"},
		{"public URL with port 65536", func(c *callgate.Config) { c.PublicURL = "https://h:65536" }, "the port is no number"},
		{"public URL with an empty port", func(c *callgate.Config) { c.PublicURL = "https://h:" }, "the port is no number"},
		{"public URL with a port of other spelling", func(c *callgate.Config) { c.PublicURL = "https://h:0443" }, "the port is no number"},
		{"public URL with a bare IPv6 address", func(c *callgate.Config) { c.PublicURL = "https://2001:db8::1/" }, "the host is no name"},
		{"public URL with brackets round a name", func(c *callgate.Config) { c.PublicURL = "https://[h]/" }, "no IPv6 address"},
		{"public URL with brackets round IPv4", func(c *callgate.Config) { c.PublicURL = "https://[192.0.2.1]/" }, "no IPv6 address"},
		{"public URL with a zone", func(c *callgate.Config) { c.PublicURL = "https://[fe80::1%25eth0]/" }, "no IPv6 address"},
		{"public URL with an open bracket", func(c *callgate.Config) { c.PublicURL = "https://[2001:db8::1/" }, "no "},
		{"public URL with dots in its path", func(c *callgate.Config) { c.PublicURL = "https://h/a/../b" }, "the path prefix"},
		{"public URL with two slashes", func(c *callgate.Config) { c.PublicURL = "https://h/a//" }, "the path prefix"},

		{"allowed host with a scheme", func(c *callgate.Config) { c.AllowedHosts = []string{"https://h"} }, `AllowedHosts[0]: "https://h"`},
		{"allowed host with a wildcard", func(c *callgate.Config) { c.AllowedHosts = []string{"h", "*.h"} }, `AllowedHosts[1]: "*.h"`},
		{"empty allowed host", func(c *callgate.Config) { c.AllowedHosts = []string{""} }, `AllowedHosts[0]: ""`},
		{"allowed host with dots in its prefix", func(c *callgate.Config) { c.AllowedHosts = []string{"h/./x"} }, "the path prefix"},
		{"trusted proxy of nothing", func(c *callgate.Config) { c.TrustedProxies = []netip.Prefix{{}} }, "TrustedProxies[0]: no network"},
		{"everybody is a trusted proxy", func(c *callgate.Config) { c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")} }, "0.0.0.0/0 is everybody"},
		{"everybody in IPv6", func(c *callgate.Config) { c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("::/0")} }, "::/0 is everybody"},
		{"trusted proxy mapped to IPv6", func(c *callgate.Config) {
			c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("::ffff:10.0.0.0/104")}
		}, "write it as IPv4"},

		{"negative body", func(c *callgate.Config) { c.MaxBody = -1 }, "MaxBody: -1 is no limit"},
		{"endless body", func(c *callgate.Config) { c.MaxBody = 1 << 62 }, "is no limit"},
		{"negative deadline", func(c *callgate.Config) { c.Deadline = -1 }, "Deadline: "},
		{"deadline when the carrier has gone", func(c *callgate.Config) { c.Deadline = 15 * time.Second }, "below 15s"},
		{"unknown policy", func(c *callgate.Config) { c.Unsigned = 9 }, "Unsigned: 9 is none"},

		{"path without slash", func(c *callgate.Config) { c.Routes[0].Path = "ivr" }, `Routes[0].Path: "ivr" does not begin`},
		{"empty path", func(c *callgate.Config) { c.Routes[0].Path = "" }, `does not begin with a slash`},
		{"path with a slash at its end", func(c *callgate.Config) { c.Routes[0].Path = "/ivr/" }, `ends with a slash`},
		{"path with a query", func(c *callgate.Config) { c.Routes[0].Path = "/ivr?x" }, `a path is plain text`},
		{"encoded path", func(c *callgate.Config) { c.Routes[0].Path = "/a%20b" }, `a path is plain text`},
		{"path with dots", func(c *callgate.Config) { c.Routes[0].Path = "/a/../b" }, `a "." or ".." segment`},
		{"path with an empty segment", func(c *callgate.Config) { c.Routes[0].Path = "/a//b" }, `an empty segment`},
		{"path twice", func(c *callgate.Config) { c.Routes = append(c.Routes, c.Routes[0]) }, `Routes[1].Path: "/" is the path of Routes[0] too`},
		{"unknown kind", func(c *callgate.Config) { c.Routes[0].Kind = 7 }, "Routes[0].Kind: 7 is none"},
		{"negative kind", func(c *callgate.Config) { c.Routes[0].Kind = -1 }, "is none"},
		{"unknown demand", func(c *callgate.Config) { c.Routes[0].Auth = 7 }, "Routes[0].Auth: 7 is none"},
		{"method in small letters", func(c *callgate.Config) { c.Routes[0].Methods = []string{"POST", "get"} }, `Routes[0].Methods[1]: "get" is no method`},
		{"method that no route takes", func(c *callgate.Config) { c.Routes[0].Methods = []string{"CONNECT"} }, `"CONNECT" is no method`},
		{"stream by POST", func(c *callgate.Config) {
			c.Routes[0].Kind, c.Routes[0].Methods = callgate.KindStream, []string{"POST"}
		}, "POST cannot open a WebSocket"},
		{"every permission asked for", func(c *callgate.Config) { c.Routes[0].Permission = "*" }, `Routes[0].Permission: "*" is not one word`},
		{"permission of two words", func(c *callgate.Config) { c.Routes[0].Permission = "view all" }, "is not one word"},
		{"language with a space", func(c *callgate.Config) { c.Routes[0].Language = "en US" }, `Routes[0].Language: "en US"`},
		{"language that ends in a hyphen", func(c *callgate.Config) { c.Routes[0].Language = "en-" }, "is no language"},
		{"language of digits", func(c *callgate.Config) { c.Routes[0].Language = "1" }, "is no language"},
		{"endless language", func(c *callgate.Config) { c.Routes[0].Language = "en-abcdefghi" }, "is no language"},
		{"entry without effect", func(c *callgate.Config) {
			c.Routes[0].Entries = []callgate.Entry{{Principal: callgate.Everyone, Permission: callgate.View}}
		}, `Routes[0].Entries[0].Effect: ""`},
		{"entry without principal", func(c *callgate.Config) {
			c.Routes[0].Entries = []callgate.Entry{{Effect: callgate.Allow, Permission: callgate.View}}
		}, `Entries[0].Principal: ""`},
		{"entry for a principal of unknown kind", func(c *callgate.Config) { c.Routes[0].Entries[0].Principal = "role:admin" }, `"role:admin" is none`},
		{"entry for a principal without name", func(c *callgate.Config) { c.Routes[0].Entries[0].Principal = callgate.Carrier("") }, `"carrier:" is none`},
		{"entry for a principal of two words", func(c *callgate.Config) { c.Routes[0].Entries[0].Principal = callgate.User("a b") }, `is none`},
		{"entry without permission", func(c *callgate.Config) { c.Routes[0].Entries[0].Permission = "" }, `Entries[0].Permission: ""`},
		{"nothing is allowed", func(c *callgate.Config) { c.Routes[0].Entries = nil }, `give the route "/" the entry {Allow, Carrier("twilio"), View}`},
		{"everything is denied", func(c *callgate.Config) { c.Routes[0].Entries[0].Effect = callgate.Deny }, "no entry allows anything"},
		{"no routes", func(c *callgate.Config) { c.Routes = nil }, "no entry allows anything"},

		{"no users", func(c *callgate.Config) { c.Routes[0].Auth = callgate.AuthBasic }, "Users: missing, but the route / asks for a password"},
		{"no users for a child that inherits", func(c *callgate.Config) {
			c.Routes[0].Auth = callgate.AuthBoth
			c.Routes = append(c.Routes, callgate.Route{Path: "/x"})
		}, "the route /x asks for a password"},

		{"no rescue", func(c *callgate.Config) { c.Rescue = callgate.Rescue{} }, "Rescue: no document for the voice route /"},
		{"no rescue in the language", func(c *callgate.Config) {
			c.Rescue.Documents = map[string][]byte{"de": rescueDocument(t, "de")}
			c.Routes[0].Language = "fr"
		}, `(language "fr")`},
		{"no rescue for the route that is implied", func(c *callgate.Config) {
			c.Rescue = callgate.Rescue{}
			c.Routes = []callgate.Route{{Path: "/status", Kind: callgate.KindStatus, Entries: allowCarrier}}
		}, "no document for the voice route /"},
		{"rescue that is no document", func(c *callgate.Config) { c.Rescue.Documents["de"] = []byte("sorry") }, `Rescue.Documents["de"]: at byte 1`},
		{"empty rescue", func(c *callgate.Config) { c.Rescue.Documents["de"] = nil }, `Rescue.Documents["de"]`},
		{"rescue in no language", func(c *callgate.Config) { c.Rescue.Documents["de_DE"] = rescueDocument(t, "de") }, `"de_DE" is no language`},
		{"rescue of a route that is no document", func(c *callgate.Config) {
			c.Routes[0].Rescue = &callgate.Rescue{Documents: map[string][]byte{"": []byte("<html/>")}}
		}, `Routes[0].Rescue.Documents[""]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := config(t)
			c.change(&config)
			_, err := callgate.New(config)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

func TestNewTellsAllAtOnce(t *testing.T) {
	_, err := callgate.New(callgate.Config{
		MaxBody: -1,
		Routes:  []callgate.Route{{Path: "x", Entries: []callgate.Entry{{}}}, {Path: "/y", Kind: 9}},
	})
	for _, field := range []string{"PublicURL", "MaxBody", "Routes[0].Path", "Routes[0].Entries[0].Effect", "Routes[1].Kind"} {
		if err == nil || !strings.Contains(err.Error(), "callgate: "+field+": ") {
			t.Errorf("the error does not mention %s:\n%v", field, err)
		}
	}
}

func TestNewAccepts(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*callgate.Config)
	}{
		{"as it is", func(*callgate.Config) {}},
		{"public URL with a slash", func(c *callgate.Config) { c.PublicURL = "https://ivr.example.org/" }},
		{"public URL in mixed case", func(c *callgate.Config) { c.PublicURL = "http://IVR.Example:8080/Prefix/" }},
		{"public URL of IPv6", func(c *callgate.Config) { c.PublicURL = "https://[2001:db8::1]:8443" }},
		{"no verifier where nobody signs", func(c *callgate.Config) {
			c.Verifier, c.Users = nil, passwords{}
			c.Routes[0].Auth = callgate.AuthBasic
			c.Routes[0].Entries[0].Principal = callgate.User("operator")
		}},
		{"a verifier for one route", func(c *callgate.Config) {
			c.Routes = append(c.Routes, callgate.Route{Path: "/x", Verifier: c.Verifier})
			c.Verifier, c.Users = nil, passwords{}
			c.Routes[0].Auth, c.Routes[1].Auth = callgate.AuthBasic, callgate.AuthSignature
		}},
		{"no rescue where nobody calls", func(c *callgate.Config) {
			c.Rescue = callgate.Rescue{}
			c.Routes[0].Kind = callgate.KindStatus
		}},
		{"a rescue in the language of the route alone", func(c *callgate.Config) {
			c.Rescue.Documents = map[string][]byte{"de": rescueDocument(t, "de")}
			c.Routes[0].Language = "de-AT"
		}},
		{"entries below the root only", func(c *callgate.Config) {
			c.Routes = []callgate.Route{{Path: "/ivr", Entries: c.Routes[0].Entries}}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := config(t)
			c.change(&config)
			if _, err := callgate.New(config); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestConfigIsCopied changes a configuration after New.
func TestConfigIsCopied(t *testing.T) {
	c := config(t)
	g := newGate(t, c)
	c.Routes[0].Entries[0].Effect = callgate.Deny
	clear(c.Rescue.Documents[""])
	if _, err := noted(g.Check(signedPost(t, "/", ""))); err != nil {
		t.Errorf("the gate has changed: %v", err)
	}
}

func TestHandlerOfNothing(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("Handler(nil) did not panic")
		}
	}()
	newGate(t, config(t)).Handler(nil)
}

func TestWords(t *testing.T) {
	for want, got := range map[string]string{
		"inherited": callgate.AuthInherited.String(),
		"signature": callgate.AuthSignature.String(),
		"basic":     callgate.AuthBasic.String(),
		"both":      callgate.AuthBoth.String(),
		"either":    callgate.AuthEither.String(),
		"Auth(9)":   callgate.Auth(9).String(),
		"voice":     callgate.KindVoice.String(),
		"status":    callgate.KindStatus.String(),
		"stream":    callgate.KindStream.String(),
		"Kind(9)":   callgate.Kind(9).String(),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestRoutes gives requests to a tree and looks which route they belong to.
func TestRoutes(t *testing.T) {
	c := config(t)
	c.Routes = append(c.Routes,
		callgate.Route{Path: "/ivr/menu", Methods: []string{http.MethodGet}},
		callgate.Route{Path: "/ivr"},
		callgate.Route{Path: "/straße"},
		callgate.Route{Path: "/a b"},
	)
	g := newGate(t, c)
	for _, c := range []struct{ method, target, want string }{
		{"POST", "/", "/"},
		{"POST", "/?x=/ivr", "/"},
		{"POST", "/ivr", "/ivr"},
		{"POST", "/ivr?x", "/ivr"},
		{"POST", "/ivr/", "/ivr"},
		{"POST", "/ivr/x", "/ivr"},
		{"POST", "/ivrx", "/"},
		{"POST", "/IVR", "/"},
		{"GET", "/ivr/menu", "/ivr/menu"},
		{"GET", "/ivr/menu/1", "/ivr/menu"},
		{"POST", "/ivr/menus", "/ivr"},
		{"POST", "/%69vr", "/ivr"},
		{"POST", "/ivr/%2f", "/ivr"},
		{"POST", "/x%2fivr", "/"},
		{"POST", "/stra%C3%9Fe", "/straße"},
		{"POST", "/straße/x", "/straße"},
		{"POST", "/a%20b", "/a b"},
		{"POST", "/a+b", "/"},
	} {
		t.Run(c.method+" "+c.target, func(t *testing.T) {
			r := post(c.target, voiceForm(""))
			if c.method == "GET" {
				c.target += "?" + voiceForm("")
				r = request("GET", c.target, "")
			}
			a, err := noted(g.Check(sign(t, r, public+c.target)))
			if err != nil {
				t.Fatal(err)
			}
			if a.Route != c.want {
				t.Errorf("route %q, want %q", a.Route, c.want)
			}
		})
	}
}
