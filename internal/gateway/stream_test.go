package gateway_test

import (
	"bufio"
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/internal/gateway"
	"github.com/callgate/callgate/internal/leaktest"
)

// The key and the answer to it of RFC 6455 section 1.3.
const (
	streamKey    = "dGhlIHNhbXBsZSBub25jZQ=="
	streamAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
)

// echo is an application that takes streams and sends back what it gets, in capitals.
func echo(t *testing.T, header *http.Header) *httptest.Server {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*header = r.Header
		sum := sha1.Sum([]byte(r.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
		conn, rw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		fmt.Fprintf(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n", base64.StdEncoding.EncodeToString(sum[:]))
		for {
			text, err := readFrame(rw)
			if err != nil {
				return
			}
			// FIN and text, unmasked as a server sends it
			conn.Write(append([]byte{0x81, byte(len(text))}, bytes.ToUpper(text)...))
		}
	}))
	t.Cleanup(s.Close)
	return s
}

// readFrame reads a short frame (RFC 6455 section 5.2).
func readFrame(r io.Reader) ([]byte, error) {
	var head [2]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	var mask [4]byte
	if head[1]&0x80 != 0 {
		if _, err := io.ReadFull(r, mask[:]); err != nil {
			return nil, err
		}
	}
	text := make([]byte, head[1]&0x7f)
	_, err := io.ReadFull(r, text)
	for i := range text {
		text[i] ^= mask[i%4]
	}
	return text, err
}

// writeFrame writes a short text as a client does, masked.
func writeFrame(w io.Writer, text string) error {
	mask := binary.BigEndian.AppendUint32(nil, 0x37fa213d)
	frame := append([]byte{0x81, 0x80 | byte(len(text))}, mask...)
	for i, c := range []byte(text) {
		frame = append(frame, c^mask[i%4])
	}
	_, err := w.Write(frame)
	return err
}

// open sends the handshake that the carrier signs: with the address in wss, without
// parameters.
func open(t *testing.T, b *behind, path, signed string, more ...string) (net.Conn, *bufio.Reader, *http.Response) {
	t.Helper()
	mac := hmac.New(sha1.New, []byte(leaktest.Token))
	io.WriteString(mac, signed)
	conn := dial(t, b.server)
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: ivr.example.org\r\n"+strings.Join(more, "")+"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"+
		"Sec-WebSocket-Key: %s\r\nCallgate-Principals: user:root\r\nX-Twilio-Signature: %s\r\n\r\n",
		path, streamKey, base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	in := bufio.NewReader(conn)
	resp, err := http.ReadResponse(in, nil)
	if err != nil {
		t.Fatal(err)
	}
	return conn, in, resp
}

const streamAddress = "wss://ivr.example.org/line/media"

// A stream is opened only with the carrier's signature, and then belongs to the
// application.
func TestStream(t *testing.T) {
	var header http.Header
	b := newBehind(t, echo(t, &header).URL, callgate.KindStream, nil)
	conn, in, resp := open(t, b, "/media", streamAddress)
	if resp.StatusCode != 101 || resp.Header.Get("Sec-WebSocket-Accept") != streamAccept {
		t.Fatalf("%d %v", resp.StatusCode, resp.Header)
	}
	for _, text := range []string{"hello", "hello again"} {
		if err := writeFrame(conn, text); err != nil {
			t.Fatal(err)
		}
		if got, err := readFrame(in); string(got) != strings.ToUpper(text) {
			t.Errorf("%q %v", got, err)
		}
	}
	if got := header.Get(gateway.Principals); got != "everyone, carrier:twilio, account:"+account+", key:main" {
		t.Error(got)
	}
	conn.Close()
	if event := <-b.events; event.Outcome != callgate.OutcomeAccepted || event.Status != 101 {
		t.Errorf("%+v", event)
	}
}

// A handshake that asks for a tunnel too, by which requests would come to the application
// round the gate, is passed on without that wish.
func TestStreamIsNoTunnel(t *testing.T) {
	asked := make(chan http.Header, 1)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.Header
		hijacked("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\nPRI")(w, r)
	}))
	defer s.Close()
	b := newBehind(t, s.URL, callgate.KindStream, nil)
	_, _, resp := open(t, b, "/media", streamAddress, "Upgrade: h2c\r\n", "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n")
	header := <-asked
	if resp.StatusCode != 502 || len(header["Upgrade"]) != 1 || header.Get("Upgrade") != "websocket" || header.Get("HTTP2-Settings") != "" {
		t.Errorf("%d, the application was asked with %v", resp.StatusCode, header)
	}
}

func TestStreamRefused(t *testing.T) {
	var asked atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer s.Close()
	b := newBehind(t, s.URL, callgate.KindStream, nil)
	for path, signed := range map[string]string{
		"/media":   "https://ivr.example.org/line/media",
		"/media?":  streamAddress,
		"/media/x": streamAddress,
		"/other":   streamAddress,
	} {
		if _, _, resp := open(t, b, path, signed); resp.StatusCode != 403 {
			t.Errorf("%s signed as %s: %d", path, signed, resp.StatusCode)
		}
		<-b.events
	}
	if asked.Load() > 0 {
		t.Error("the application was asked")
	}
}

// An application that takes no stream says so itself, and one that fails is logged.
func TestStreamFailures(t *testing.T) {
	closed := httptest.NewServer(nil)
	closed.Close()
	no := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", 426) }))
	defer no.Close()
	other := httptest.NewServer(hijacked("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"))
	defer other.Close()
	for upstream, want := range map[string]struct {
		status  int
		outcome callgate.Outcome
	}{
		closed.URL: {502, callgate.OutcomeFailed},
		no.URL:     {426, callgate.OutcomeAccepted},
		other.URL:  {502, callgate.OutcomeFailed},
	} {
		b := newBehind(t, upstream, callgate.KindStream, nil)
		_, _, resp := open(t, b, "/media", streamAddress)
		if event := <-b.events; resp.StatusCode != want.status || event.Outcome != want.outcome {
			t.Errorf("%d %+v, want %v", resp.StatusCode, event, want)
		}
	}
}

// A handshake that somebody sends again and again does not use up the server.
func TestStreamLimit(t *testing.T) {
	var header http.Header
	b := newBehind(t, echo(t, &header).URL, callgate.KindStream, nil)
	var first net.Conn
	for i := range gateway.MaxStreams {
		conn, _, resp := open(t, b, "/media", streamAddress)
		if resp.StatusCode != 101 {
			t.Fatalf("stream %d: %d", i, resp.StatusCode)
		}
		if i == 0 {
			first = conn
		}
	}
	if _, _, resp := open(t, b, "/media", streamAddress); resp.StatusCode != 503 {
		t.Errorf("%d", resp.StatusCode)
	}
	if event := <-b.events; event.Status != 503 {
		t.Errorf("%+v", event)
	}
	first.Close()
	<-b.events // that it ended
	if _, _, resp := open(t, b, "/media", streamAddress); resp.StatusCode != 101 {
		t.Errorf("%d", resp.StatusCode)
	}
}
