package callgate_test

import (
	"crypto/tls"
	"errors"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/internal/leaktest"
)

// echo is a verifier that admits everything, to see which address it is asked about.
type echo struct{ callgate.Verifier }

func (echo) Verify(*callgate.Request) (callgate.Proof, error) {
	return callgate.Proof{Carrier: "twilio"}, nil
}

const (
	proxy    = "10.0.0.7:4711"
	proxy2   = "10.0.0.8"
	stranger = "203.0.113.9:4711"
)

var behindProxiesPrefixes = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8::/32")}

// behindProxies is a gate without a public URL.
func behindProxies(t testing.TB, hosts ...string) *callgate.Gate {
	t.Helper()
	c := config(t)
	c.Verifier = echo{}
	c.PublicURL = ""
	c.AllowedHosts = hosts
	c.TrustedProxies = behindProxiesPrefixes
	return newGate(t, c)
}

// headers reads "Name: value" lines.
func headers(lines ...string) http.Header {
	h := http.Header{}
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ": ")
		h.Add(name, value)
	}
	return h
}

func TestAddress(t *testing.T) {
	g := behindProxies(t, "ivr.example.org", "ivr.example.org:8443", "other.example.org", "prefix.example.org/a/b", "[2001:db8::1]", "192.0.2.1:81")
	for _, c := range []struct {
		name    string
		peer    string
		host    string // of the Host header; "+tls" behind it: over TLS
		headers []string
		want    string // empty: refused
	}{
		// The connection itself.
		{"plain", stranger, "ivr.example.org", nil, "http://ivr.example.org/x?y"},
		{"TLS", stranger, "ivr.example.org+tls", nil, "https://ivr.example.org/x?y"},
		{"other host", stranger, "evil.example", nil, ""},
		{"no host", stranger, "", nil, ""},
		{"host below ours", stranger, "a.ivr.example.org", nil, ""},
		{"host above ours", stranger, "example.org", nil, ""},
		{"host with ours before it", stranger, "ivr.example.org.evil.example", nil, ""},
		{"host with a dot at its end", stranger, "ivr.example.org.", nil, ""},
		{"host with a user", stranger, "u@ivr.example.org", nil, ""},
		{"host with a path", stranger, "ivr.example.org/x", nil, ""},
		{"host with a space", stranger, "ivr.example.org ", nil, ""},
		{"host with an allowed one behind a comma", stranger, "evil.example,ivr.example.org", nil, ""},
		{"the spelling of the request is kept", stranger, "IVR.Example.ORG+tls", nil, "https://IVR.Example.ORG/x?y"},
		{"the default port is no other", stranger, "ivr.example.org:443+tls", nil, "https://ivr.example.org:443/x?y"},
		{"but it is of http", stranger, "ivr.example.org:443", nil, ""},
		{"another port", stranger, "ivr.example.org:8443+tls", nil, "https://ivr.example.org:8443/x?y"},
		{"another port that is not allowed", stranger, "ivr.example.org:8444+tls", nil, ""},
		{"port with letters", stranger, "ivr.example.org:443x", nil, ""},
		{"empty port", stranger, "ivr.example.org:", nil, ""},
		{"IPv6", stranger, "[2001:db8::1]+tls", nil, "https://[2001:db8::1]/x?y"},
		{"IPv6 with port", stranger, "[2001:DB8::1]:443+tls", nil, "https://[2001:DB8::1]:443/x?y"},
		{"IPv6 without brackets", stranger, "2001:db8::1", nil, ""},
		{"IPv4", stranger, "192.0.2.1:81", nil, "http://192.0.2.1:81/x?y"},
		{"IPv4 without its port", stranger, "192.0.2.1", nil, ""},
		{"a host with a prefix needs the prefix", stranger, "prefix.example.org", nil, ""},

		// Strangers cannot claim anything.
		{"stranger claims a host", stranger, "ivr.example.org", []string{"X-Forwarded-Host: other.example.org"}, "http://ivr.example.org/x?y"},
		{"stranger claims TLS", stranger, "ivr.example.org", []string{"X-Forwarded-Proto: https", "Forwarded: proto=https"}, "http://ivr.example.org/x?y"},
		{"stranger claims a port", stranger, "ivr.example.org", []string{"X-Forwarded-Port: 8443"}, "http://ivr.example.org/x?y"},
		{"stranger claims a prefix", stranger, "ivr.example.org", []string{"X-Forwarded-Prefix: /a/b"}, "http://ivr.example.org/x?y"},
		{"stranger claims our host", stranger, "evil.example", []string{"X-Forwarded-Host: ivr.example.org"}, ""},
		{"stranger sends nonsense", stranger, "ivr.example.org", []string{"Forwarded: ;;="}, "http://ivr.example.org/x?y"},
		{"stranger claims to be a proxy", stranger, "ivr.example.org", []string{"X-Forwarded-For: 10.0.0.7", "X-Forwarded-Proto: https"}, "http://ivr.example.org/x?y"},
		{"no peer", "", "ivr.example.org", []string{"X-Forwarded-Proto: https"}, "http://ivr.example.org/x?y"},
		{"a Unix socket", "@", "ivr.example.org", []string{"X-Forwarded-Proto: https"}, "http://ivr.example.org/x?y"},
		{"an address without port", "10.0.0.7", "ivr.example.org", []string{"X-Forwarded-Proto: https"}, "http://ivr.example.org/x?y"},

		// X-Forwarded from a trusted proxy.
		{"proxy says nothing", proxy, "ivr.example.org", nil, "http://ivr.example.org/x?y"},
		{"protocol", proxy, "ivr.example.org", []string{"X-Forwarded-Proto: https"}, "https://ivr.example.org/x?y"},
		{"protocol in capitals", proxy, "ivr.example.org", []string{"X-Forwarded-Proto: HTTPS"}, "https://ivr.example.org/x?y"},
		{"protocol of a WebSocket", proxy, "ivr.example.org", []string{"X-Forwarded-Proto: wss"}, "https://ivr.example.org/x?y"},
		{"protocol of a plain WebSocket", proxy, "ivr.example.org", []string{"X-Forwarded-Proto: ws"}, "http://ivr.example.org/x?y"},
		{"proxy ends TLS twice", proxy, "ivr.example.org+tls", []string{"X-Forwarded-Proto: http"}, "http://ivr.example.org/x?y"},
		{"another protocol", proxy, "ivr.example.org", []string{"X-Forwarded-Proto: gopher"}, ""},
		{"empty protocol", proxy, "ivr.example.org", []string{"X-Forwarded-Proto: "}, ""},
		{"host", proxy, "127.0.0.1:8080", []string{"X-Forwarded-Host: ivr.example.org", "X-Forwarded-Proto: https"}, "https://ivr.example.org/x?y"},
		{"host of somebody else", proxy, "ivr.example.org", []string{"X-Forwarded-Host: evil.example"}, ""},
		{"host that is none", proxy, "ivr.example.org", []string{"X-Forwarded-Host: a b"}, ""},
		{"host with port", proxy, "127.0.0.1", []string{"X-Forwarded-Host: ivr.example.org:8443", "X-Forwarded-Proto: https"}, "https://ivr.example.org:8443/x?y"},
		{"port", proxy, "ivr.example.org", []string{"X-Forwarded-Port: 8443", "X-Forwarded-Proto: https"}, "https://ivr.example.org:8443/x?y"},
		{"default port", proxy, "ivr.example.org", []string{"X-Forwarded-Port: 443", "X-Forwarded-Proto: https"}, "https://ivr.example.org/x?y"},
		{"default port twice", proxy, "ivr.example.org:443", []string{"X-Forwarded-Port: 443", "X-Forwarded-Proto: https"}, "https://ivr.example.org:443/x?y"},
		{"port that disagrees", proxy, "ivr.example.org:8443", []string{"X-Forwarded-Port: 443", "X-Forwarded-Proto: https"}, ""},
		{"port that is not allowed", proxy, "ivr.example.org", []string{"X-Forwarded-Port: 444", "X-Forwarded-Proto: https"}, ""},
		{"port that is none", proxy, "ivr.example.org", []string{"X-Forwarded-Port: https"}, ""},
		{"prefix", proxy, "prefix.example.org", []string{"X-Forwarded-Prefix: /a/b"}, "http://prefix.example.org/a/b/x?y"},
		{"prefix with a slash", proxy, "prefix.example.org", []string{"X-Forwarded-Prefix: /a/b/"}, "http://prefix.example.org/a/b/x?y"},
		{"no prefix where there must be one", proxy, "prefix.example.org", nil, ""},
		{"half a prefix", proxy, "prefix.example.org", []string{"X-Forwarded-Prefix: /a"}, ""},
		{"more than the prefix", proxy, "prefix.example.org", []string{"X-Forwarded-Prefix: /a/b/c"}, ""},
		{"prefix in capitals", proxy, "prefix.example.org", []string{"X-Forwarded-Prefix: /A/b"}, ""},
		{"prefix of a host without one", proxy, "ivr.example.org", []string{"X-Forwarded-Prefix: /a/b"}, ""},
		{"prefix with dots", proxy, "prefix.example.org", []string{"X-Forwarded-Prefix: /a/c/../b"}, ""},
		{"prefix with a query", proxy, "prefix.example.org", []string{"X-Forwarded-Prefix: /a/b?z="}, ""},
		{"prefix that is no path", proxy, "ivr.example.org", []string{"X-Forwarded-Prefix: .evil.example"}, ""},
		{"proxy on IPv6", "[2001:db8::7]:4711", "ivr.example.org", []string{"X-Forwarded-Proto: https"}, "https://ivr.example.org/x?y"},
		{"proxy mapped to IPv6", "[::ffff:10.0.0.7]:4711", "ivr.example.org", []string{"X-Forwarded-Proto: https"}, "https://ivr.example.org/x?y"},
		{"stranger mapped to IPv6", "[::ffff:11.0.0.7]:4711", "ivr.example.org", []string{"X-Forwarded-Proto: https"}, "http://ivr.example.org/x?y"},

		// Chains of proxies: what the outermost trusted one added counts.
		{"what a stranger sent is first", proxy, "127.0.0.1", []string{"X-Forwarded-Host: other.example.org, ivr.example.org", "X-Forwarded-For: 198.51.100.1, 203.0.113.9"}, "http://ivr.example.org/x?y"},
		{"also on a line of its own", proxy, "127.0.0.1", []string{"X-Forwarded-Host: evil.example", "X-Forwarded-Host: ivr.example.org"}, "http://ivr.example.org/x?y"},
		{"two proxies that both add", proxy, "127.0.0.1", []string{"X-Forwarded-Host: evil.example, ivr.example.org, inner", "X-Forwarded-Proto: https, http", "X-Forwarded-For: 1.2.3.4, 203.0.113.9, " + proxy2}, "https://ivr.example.org/x?y"},
		{"two proxies, of which the inner one replaces", proxy, "127.0.0.1", []string{"X-Forwarded-Host: ivr.example.org", "X-Forwarded-For: 203.0.113.9, " + proxy2}, "http://ivr.example.org/x?y"},
		{"three proxies with ports", proxy, "127.0.0.1", []string{"X-Forwarded-Proto: ftp, https, http, http", "X-Forwarded-For: 203.0.113.9:1, 10.0.0.9:2, [2001:db8::5]:3", "X-Forwarded-Host: ivr.example.org"}, "https://ivr.example.org/x?y"},
		{"garbage in the chain stops it", proxy, "ivr.example.org", []string{"X-Forwarded-Proto: https, http", "X-Forwarded-For: 10.0.0.9, unknown"}, "http://ivr.example.org/x?y"},
		{"empty element", proxy, "ivr.example.org", []string{"X-Forwarded-Proto: https,"}, ""},

		// Forwarded, RFC 7239.
		{"protocol and host", proxy, "127.0.0.1", []string{`Forwarded: for=203.0.113.9;proto=https;host=ivr.example.org`}, "https://ivr.example.org/x?y"},
		{"quoted host with port", proxy, "127.0.0.1", []string{`Forwarded: proto=https;host="ivr.example.org:8443"`}, "https://ivr.example.org:8443/x?y"},
		{"names in capitals", proxy, "127.0.0.1", []string{`Forwarded: Proto=HTTPS;HOST=ivr.example.org`}, "https://ivr.example.org/x?y"},
		{"escapes in quotation", proxy, "127.0.0.1", []string{`Forwarded: host="ivr\.example.org"`}, "http://ivr.example.org/x?y"},
		{"unknown parameters", proxy, "ivr.example.org", []string{`Forwarded: by=_x;secret="a, b; c=\"d";proto=https`}, "https://ivr.example.org/x?y"},
		{"only whom it is for", proxy, "ivr.example.org", []string{`Forwarded: for="[2001:db8:cafe::17]:4711"`}, "http://ivr.example.org/x?y"},
		{"what a stranger sent is first, again", proxy, "127.0.0.1", []string{`Forwarded: host=other.example.org, for=203.0.113.9;host=ivr.example.org`}, "http://ivr.example.org/x?y"},
		{"on lines of their own", proxy, "127.0.0.1", []string{`Forwarded: host=other.example.org`, `Forwarded: host=ivr.example.org`}, "http://ivr.example.org/x?y"},
		{"two proxies", proxy, "127.0.0.1", []string{`Forwarded: for=1.2.3.4;host=evil.example, for=203.0.113.9;host=ivr.example.org;proto=https, for=` + proxy2 + `;host=inner;proto=http`}, "https://ivr.example.org/x?y"},
		{"two proxies, of which the outer one says less", proxy, "127.0.0.1", []string{`Forwarded: for=203.0.113.9;proto=https, for="10.0.0.8:81";host=ivr.example.org;proto=http`}, "https://ivr.example.org/x?y"},
		{"a hidden proxy", proxy, "127.0.0.1", []string{`Forwarded: proto=https, for=_hidden;host=ivr.example.org`}, "http://ivr.example.org/x?y"},
		{"a proxy on IPv6", proxy, "127.0.0.1", []string{`Forwarded: proto=https, for="[2001:db8::5]";host=ivr.example.org`}, "https://ivr.example.org/x?y"},
		{"empty elements", proxy, "ivr.example.org", []string{`Forwarded: , proto=https ,, `}, "https://ivr.example.org/x?y"},
		{"empty pairs", proxy, "ivr.example.org", []string{`Forwarded: ;proto=https;;for=unknown;`}, "https://ivr.example.org/x?y"},
		{"empty header", proxy, "ivr.example.org", []string{`Forwarded: `}, "http://ivr.example.org/x?y"},
		{"parameter without value", proxy, "ivr.example.org", []string{`Forwarded: proto`}, ""},
		{"parameter with nothing", proxy, "ivr.example.org", []string{`Forwarded: proto=`}, ""},
		{"parameter with an empty quotation", proxy, "ivr.example.org", []string{`Forwarded: proto=""`}, ""},
		{"parameter without name", proxy, "ivr.example.org", []string{`Forwarded: =https`}, ""},
		{"parameter twice", proxy, "ivr.example.org", []string{`Forwarded: proto=https;PROTO=http`}, ""},
		{"space round a sign", proxy, "ivr.example.org", []string{`Forwarded: proto = https`}, ""},
		{"space behind a semicolon", proxy, "ivr.example.org", []string{`Forwarded: for=unknown; proto=https`}, ""},
		{"host with port but no quotation", proxy, "ivr.example.org", []string{`Forwarded: host=ivr.example.org:8443`}, ""},
		{"quotation without end", proxy, "ivr.example.org", []string{`Forwarded: host="ivr.example.org`}, ""},
		{"quotation that ends in an escape", proxy, "ivr.example.org", []string{`Forwarded: host="ivr.example.org\`}, ""},
		{"control byte in quotation", proxy, "ivr.example.org", []string{"Forwarded: host=\"ivr.example.org\x01\""}, ""},
		{"text behind quotation", proxy, "ivr.example.org", []string{`Forwarded: host="ivr.example.org"x`}, ""},
		{"another protocol, forwarded", proxy, "ivr.example.org", []string{`Forwarded: proto=javascript`}, ""},
		{"another host, forwarded", proxy, "ivr.example.org", []string{`Forwarded: host=evil.example`}, ""},

		// Both.
		{"both agree", proxy, "127.0.0.1", []string{`Forwarded: proto=https;host=ivr.example.org`, "X-Forwarded-Proto: HTTPS", "X-Forwarded-Host: IVR.example.org"}, "https://ivr.example.org/x?y"},
		{"they add to each other", proxy, "127.0.0.1", []string{`Forwarded: proto=https`, "X-Forwarded-Host: ivr.example.org"}, "https://ivr.example.org/x?y"},
		{"they disagree on the protocol", proxy, "ivr.example.org", []string{`Forwarded: proto=https`, "X-Forwarded-Proto: http"}, ""},
		{"they disagree on the host", proxy, "ivr.example.org", []string{`Forwarded: host=ivr.example.org`, "X-Forwarded-Host: other.example.org"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := post("/x?y", voiceForm(""))
			r.RemoteAddr = c.peer
			host, overTLS := strings.CutSuffix(c.host, "+tls")
			r.Host = host
			if overTLS {
				r.TLS = &tls.ConnectionState{}
			}
			for name, values := range headers(c.headers...) {
				r.Header[name] = values
			}
			a, err := noted(g.Check(r))
			switch {
			case c.want == "" && !errors.Is(err, callgate.ErrHost):
				t.Errorf("error %v, want ErrHost", err)
			case c.want != "" && err != nil:
				t.Error(err)
			case c.want != "" && a.URL != c.want:
				t.Errorf("%q, want %q", a.URL, c.want)
			}
		})
	}
}

// TestPublicURL shows that with a public URL nothing in a request changes the
// address, trusted or not.
func TestPublicURL(t *testing.T) {
	for _, c := range []struct{ public, target, want string }{
		{"https://ivr.example.org", "/x?y", "https://ivr.example.org/x?y"},
		{"https://ivr.example.org/", "/x?y", "https://ivr.example.org/x?y"},
		{"https://ivr.example.org", "/", "https://ivr.example.org/"},
		{"https://IVR.Example.org:8443/Pre/Fix", "/x", "https://IVR.Example.org:8443/Pre/Fix/x"},
		{"https://ivr.example.org/a%2Fb/", "/", "https://ivr.example.org/a%2Fb/"},
		{"https://ivr.example.org/a", "/a", "https://ivr.example.org/a/a"},
		{"http://[2001:db8::1]:8080", "/España%2f?'", "http://[2001:db8::1]:8080/España%2f?'"},
	} {
		config := config(t)
		config.Verifier = echo{}
		config.PublicURL = c.public
		config.AllowedHosts = []string{"other.example.org"}
		config.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
		g := newGate(t, config)
		for _, peer := range []string{proxy, stranger} {
			r := post(c.target, voiceForm(""))
			r.RemoteAddr, r.Host = peer, "other.example.org"
			r.Header.Set("X-Forwarded-Host", "other.example.org")
			r.Header.Set("X-Forwarded-Proto", "http")
			r.Header.Set("X-Forwarded-Prefix", "/b")
			r.Header.Set("Forwarded", "nonsense")
			a, err := noted(g.Check(r))
			if err != nil || a.URL != c.want {
				t.Errorf("%s from %s: %v %v, want %s", c.public, peer, a, err, c.want)
			}
		}
	}
}

// TestSignatureForAnotherHost is the attack that middleware falls for which takes
// the address from the request: whoever can have the carrier request a URL of his
// own gets a signature by our key for it, and sends it here with the name of his
// host.
func TestSignatureForAnotherHost(t *testing.T) {
	c := config(t)
	c.PublicURL = ""
	c.AllowedHosts = []string{"ivr.example.org"}
	c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	pinned, allowed := newGate(t, config(t)), newGate(t, c)
	for _, peer := range []string{proxy, stranger} {
		for _, header := range []string{"Host: evil.example", "X-Forwarded-Host: evil.example", "Forwarded: host=evil.example"} {
			attack := func() *http.Request {
				r := sign(t, post("/ivr", voiceForm("&Digits="+leaktest.Digits)), "https://evil.example/ivr")
				r.RemoteAddr, r.TLS = peer, &tls.ConnectionState{}
				name, value, _ := strings.Cut(header, ": ")
				r.Header.Set(name, value)
				if name == "Host" {
					r.Host = value
				}
				return r
			}
			if _, err := noted(pinned.Check(attack())); !errors.Is(err, callgate.ErrMismatch) {
				t.Errorf("public URL, %s from %s: %v, want ErrMismatch", header, peer, err)
			}
			want := callgate.ErrHost
			if peer == stranger && !strings.HasPrefix(header, "Host") {
				want = callgate.ErrMismatch // for our host, to which the header adds nothing
			}
			if _, err := noted(allowed.Check(attack())); !errors.Is(err, want) {
				t.Errorf("allowed hosts, %s from %s: %v, want %v", header, peer, err, want)
			}
		}
	}
}
