package responder_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/internal/doctor/protocol"
	"github.com/callgate/callgate/twilio"
)

// The handshake of RFC 6455 section 1.3, with its own example of a key and of the answer.
const (
	exampleKey    = "dGhlIHNhbXBsZSBub25jZQ=="
	exampleAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
)

// handshake is a probe of a WebSocket, signed as the carrier signs one.
func (s *site) handshake(t *testing.T, challenge, header string) string {
	t.Helper()
	v, err := twilio.New(twilio.Config{Keys: []twilio.Key{{Name: "k", Token: s.key.Token(challenge)}}, Profile: twilio.ProfileSignature})
	if err != nil {
		t.Fatal(err)
	}
	signature, err := v.Sign(&callgate.Request{Method: "GET", URL: "wss://ivr.example.org/media"})
	if err != nil {
		t.Fatal(err)
	}
	return "GET /media HTTP/1.1\r\nHost: ivr.example.org\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + exampleKey + "\r\n" +
		twilio.Header + ": " + signature + "\r\n" + protocol.Header + ": " + header + "\r\n\r\n"
}

// A handshake that arrives as one is answered as one, in one frame.
func TestUpgrade(t *testing.T) {
	s := newSite(t)
	web := httptest.NewServer(s)
	defer web.Close()
	c := s.challenge(t, "n")
	header := s.probe(c, 1, protocol.Stream)
	conn, err := net.Dial("tcp", web.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, s.handshake(t, c, header)); err != nil {
		t.Fatal(err)
	}
	in := bufio.NewReader(conn)
	answer, err := http.ReadResponse(in, nil)
	if err != nil || answer.StatusCode != http.StatusSwitchingProtocols || answer.Header.Get("Sec-WebSocket-Accept") != exampleAccept {
		t.Fatalf("%+v, %v", answer, err)
	}
	frame, err := io.ReadAll(in)
	if err != nil {
		t.Fatal(err)
	}
	// A final text frame whose length stands in the two bytes behind 126.
	if frame[0] != 0x81 || frame[1] != 126 || int(frame[2])<<8|int(frame[3]) != len(frame)-4 {
		t.Fatalf("the frame begins with % x and has %d bytes", frame[:4], len(frame))
	}
	a, err := s.key.OpenAnswer(header, frame[4:])
	if err != nil || !a.Verdict.Admitted || string(a.Verdict.Address) != "https://ivr.example.org/media" {
		t.Errorf("%+v, %v", a, err)
	}
}

// One that has lost its headers on the way is answered without an upgrade, and refused.
func TestUpgradeLost(t *testing.T) {
	s := newSite(t)
	c := s.challenge(t, "n")
	for i, header := range []string{"Upgrade", "Connection", "Sec-WebSocket-Key"} {
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(s.handshake(t, c, ""))))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Del(header)
		a := s.answer(t, r, s.probe(c, i+1, protocol.Stream))
		if a.Arrived.Header[http.CanonicalHeaderKey(header)] != nil {
			t.Errorf("without %s: %+v", header, a.Arrived.Header)
		}
		if header == "Upgrade" && a.Verdict.Admitted {
			t.Errorf("without %s it is admitted", header)
		}
	}
	// And where a connection cannot be taken over, as with a recorder.
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(s.handshake(t, c, ""))))
	if err != nil {
		t.Fatal(err)
	}
	if a := s.answer(t, r, s.probe(c, 9, protocol.Stream)); a.Verdict == nil {
		t.Errorf("%+v", a)
	}
}

// Whether a body came in pieces or with its length is told, and where a request came to.
func TestWire(t *testing.T) {
	s := newSite(t)
	web := httptest.NewServer(s)
	defer web.Close()
	c := s.challenge(t, "n")
	header := s.probe(c, 1, protocol.Webhook)
	r, err := http.NewRequest("POST", web.URL+"/a", io.MultiReader(strings.NewReader("A=1"))) // of unknown length
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set(protocol.Header, header)
	answer, err := web.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	a, err := s.key.OpenAnswer(header, text)
	if err != nil {
		t.Fatal(err)
	}
	if got := a.Arrived; got.Header["Transfer-Encoding"][0] != "chunked" || got.Listen != web.Listener.Addr().String() || string(got.Body) != "A=1" {
		t.Errorf("%+v", got)
	}
	if got := answer.Header.Get("Cache-Control"); got != "no-store, no-transform" {
		t.Errorf("Cache-Control is %q", got)
	}
}
