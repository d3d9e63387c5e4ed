package proxies_test

import (
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/interop/internal/process"
	"github.com/callgate/callgate/interop/internal/proxy"
	"github.com/callgate/callgate/interop/internal/signer"
	"github.com/callgate/callgate/interop/internal/wire"
	"github.com/callgate/callgate/twilio"
)

// The handshake of RFC 6455 section 1.3, with its own example of a key.
const (
	webSocketKey  = "dGhlIHNhbXBsZSBub25jZQ=="
	webSocketGUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
)

// TestMediaStreamsPass upgrades to a WebSocket through every proxy: to a program on
// the library, and to a program that "callgate serve" stands in front of.
func TestMediaStreamsPass(t *testing.T) {
	signed := signer.Python().Sign(t, []signer.Job{
		{Token: token, URL: "wss://" + host + "/media"},
		{Token: token, URL: "wss://" + host + "/media/"}, // the documentation advises to try a slash
		{Token: token, URL: "wss://" + host + "/other"},
	})
	authority := proxy.NewAuthority(t, host)
	for name, upstream := range streamServers(t) {
		for _, p := range proxy.All() {
			t.Run(name+"/"+p.Name, func(t *testing.T) {
				front := p.Start(t, p.Documented(t), proxy.Site{Upstream: upstream, Authority: authority})
				for i, want := range []int{http.StatusSwitchingProtocols, http.StatusSwitchingProtocols, http.StatusForbidden} {
					conn, err := wire.Dial(front.Address, authority.ClientConfig())
					if err != nil {
						t.Fatal(err)
					}
					defer conn.Close()
					answer, err := conn.Do(handshake(signed[i].Signature))
					if err != nil || answer.Status != want {
						t.Fatalf("handshake %d: %+v, %v; want %d", i, answer, err, want)
					}
					if want == http.StatusSwitchingProtocols {
						echoes(t, conn)
					}
				}
			})
		}
	}
}

// streamServers starts the servers of streams and returns their addresses.
func streamServers(t *testing.T) map[string]string {
	t.Helper()
	application := httptest.NewServer(http.HandlerFunc(echo))
	t.Cleanup(application.Close)
	route := "routes:\n  - {path: /media, kind: stream, upstream: \"" + application.URL + "\"}\n"
	servers := map[string]string{
		"library/public_url": streamServer(t, callgate.Config{PublicURL: "https://" + host}),
		"library/trusted_proxies": streamServer(t, callgate.Config{
			TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, AllowedHosts: []string{host},
		}),
	}
	program := process.Callgate(t)
	for _, mode := range modes() {
		servers["serve/"+mode.name] = serve(t, program, mode.yaml+route)
	}
	return servers
}

func handshake(signature string) wire.Request {
	return wire.Request{Method: "GET", Target: "/media", Headers: []string{
		"Host: " + host, "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
		"Sec-WebSocket-Key: " + webSocketKey, "X-Twilio-Signature: " + signature,
	}}
}

// echoes sends bytes that are no HTTP and wants them back.
func echoes(t *testing.T, conn *wire.Conn) {
	t.Helper()
	sent := "\x81\x05hello\x00\xff"
	if _, err := io.WriteString(conn, sent); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(sent))
	if _, err := io.ReadFull(conn.Reader, got); err != nil || string(got) != sent {
		t.Fatalf("echo of %q: %q, %v", sent, got, err)
	}
}

// streamServer starts a program whose gate admits handshakes to a handler that
// takes the connection and sends back what comes.
func streamServer(t *testing.T, config callgate.Config) (address string) {
	t.Helper()
	verifier, err := twilio.New(twilio.Config{Keys: []twilio.Key{{Name: "main", Token: token}}})
	if err != nil {
		t.Fatal(err)
	}
	config.Verifier = verifier
	config.Routes = []callgate.Route{{
		Path: "/", Kind: callgate.KindStream,
		Entries: []callgate.Entry{{Effect: callgate.Allow, Principal: callgate.Carrier("twilio"), Permission: callgate.View}},
	}}
	gate, err := callgate.New(config)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(gate.Handler(http.HandlerFunc(echo)))
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://")
}

func echo(w http.ResponseWriter, r *http.Request) {
	conn, rw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return // the status will show it
	}
	defer conn.Close()
	sum := sha1.Sum([]byte(r.Header.Get("Sec-WebSocket-Key") + webSocketGUID))
	fmt.Fprintf(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
		base64.StdEncoding.EncodeToString(sum[:]))
	_, _ = io.Copy(conn, rw) // until the other side is gone
}
