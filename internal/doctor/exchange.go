package doctor

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"time"

	"github.com/callgate/callgate/internal/doctor/protocol"
)

// response is what came back.
type response struct {
	status int
	proto  string
	header http.Header
	body   []byte
	// upgraded: the body came in a frame of a WebSocket.
	upgraded bool
	took     time.Duration
	// sent is when the request went out, for the clock.
	sent time.Time
}

// bytes writes a request in HTTP/1.1, byte for byte: a client of the library would
// clean the path and spell headers in its own way.
func (r request) bytes() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\n", r.method, r.target, r.authority)
	for _, name := range slices.Sorted(maps.Keys(r.header)) {
		for _, v := range r.header[name] {
			fmt.Fprintf(&b, "%s: %s\r\n", name, v)
		}
	}
	if len(r.body) > 0 || r.method == http.MethodPost {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(r.body))
	}
	if r.header.Get("Connection") == "" {
		b.WriteString("Connection: close\r\n")
	}
	b.WriteString("\r\n")
	b.Write(r.body)
	return b.Bytes()
}

// maxResponse bounds what is read of a response, its headers included.
const maxResponse = protocol.MaxAnswer + 64<<10

// dialer opens connections to one address.
type dialer struct {
	endpoint string // HOST:PORT
	config   *tls.Config
	timeout  time.Duration
}

// dial opens a connection, which ends when the time for one exchange does.
func (d dialer) dial(ctx context.Context) (net.Conn, error) {
	end := time.Now().Add(d.timeout)
	ctx, cancel := context.WithDeadline(ctx, end)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", d.endpoint)
	if err != nil {
		return nil, err
	}
	if err := conn.SetDeadline(end); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	if d.config == nil {
		return conn, nil
	}
	secured := tls.Client(conn, d.config)
	if err := secured.HandshakeContext(ctx); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return secured, nil
}

// exchange sends a request over a connection of its own, so that the time includes what
// a carrier needs for its first request too. It follows no redirect.
func (d dialer) exchange(ctx context.Context, r request) (*response, error) {
	begin := time.Now()
	conn, err := d.dial(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	answer := &response{sent: time.Now()}
	// A server may answer before it has read all. Then the rest cannot be written, and
	// the answer says why.
	_, writeErr := conn.Write(r.bytes())
	in := bufio.NewReader(io.LimitReader(conn, maxResponse))
	got, err := http.ReadResponse(in, &http.Request{Method: r.method})
	if err != nil {
		return nil, errors.Join(writeErr, err)
	}
	answer.status, answer.proto, answer.header = got.StatusCode, got.Proto, got.Header
	if answer.upgraded = got.StatusCode == http.StatusSwitchingProtocols; answer.upgraded {
		answer.body, err = readFrame(in)
	} else {
		answer.body, err = io.ReadAll(io.LimitReader(got.Body, protocol.MaxAnswer))
		got.Body.Close()
	}
	answer.took = time.Since(begin)
	return answer, err
}

// addHandshake asks for a WebSocket, RFC 6455 section 4.1.
func addHandshake(h http.Header) {
	const keySize = 16
	key := make([]byte, keySize)
	_, _ = rand.Read(key) // it never fails
	h.Set("Connection", "Upgrade")
	h.Set("Upgrade", "websocket")
	h.Set("Sec-WebSocket-Version", "13")
	h.Set("Sec-WebSocket-Key", base64.StdEncoding.EncodeToString(key))
}

// errFrame says that what came over a WebSocket is not the one text that was expected.
var errFrame = errors.New("not the frame that the server sends")

// readFrame reads the one text frame that the server sends, RFC 6455 section 5.2.
func readFrame(in io.Reader) ([]byte, error) {
	const finalText, masked, length16, length64 = 0x81, 0x80, 126, 127
	var head [2]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return nil, err
	}
	if head[0] != finalText || head[1]&masked != 0 {
		return nil, errFrame
	}
	length := uint64(head[1])
	var long [8]byte
	switch head[1] {
	case length16:
		if _, err := io.ReadFull(in, long[6:]); err != nil {
			return nil, err
		}
		length = binary.BigEndian.Uint64(long[:])
	case length64:
		if _, err := io.ReadFull(in, long[:]); err != nil {
			return nil, err
		}
		length = binary.BigEndian.Uint64(long[:])
	}
	if length > protocol.MaxAnswer {
		return nil, errFrame
	}
	text := make([]byte, length)
	_, err := io.ReadFull(in, text)
	return text, err
}
