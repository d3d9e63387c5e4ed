package carrier

import (
	"context"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/callgate/callgate/twilio"
)

// Codes for WebSockets of streams.
const (
	codeSocketTimeout = 31901
	codeSocketRefused = 31902
	codeSocketTLS     = 31910
	codeHandshake     = 31920
	codeSocketScheme  = 31922
	codeSocketURL     = 31923
)

// websocketGUID is what RFC 6455, section 1.3, appends to the key.
const websocketGUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

// socket makes a signed WebSocket handshake and closes the connection in good
// order: no media flows.
func (c *client) socket(ctx context.Context, s Socket) SocketOpened {
	fail := func(code int, format string, args ...any) SocketOpened {
		return SocketOpened{ID: s.ID, Code: code, Message: fmt.Sprintf(format, args...)}
	}
	rest, ok := strings.CutPrefix(s.URL, "wss://")
	if !ok {
		return fail(codeSocketScheme, "the URL of a <%s> must begin with wss://", s.Noun)
	}
	public := "https://" + rest
	if fault := badURL(public); fault != "" {
		return fail(codeSocketURL, "%s", fault)
	}
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	req, key, err := c.handshake(ctx, public, s.URL)
	if err != nil {
		return fail(codeSocketURL, "%v", err)
	}
	resp, err := c.line.config.Transport.RoundTrip(req)
	e := Exchange{For: "socket", Method: http.MethodGet, URL: s.URL, Attempt: 1}
	if err != nil {
		e.Err = plainError(err)
		c.tellMedia(e)
		return fail(socketCode(err), "%s", e.Err)
	}
	defer resp.Body.Close()
	e.Status = resp.StatusCode
	c.tellMedia(e)
	if err := accepted(resp, key); err != nil {
		return fail(codeHandshake, "%v", err)
	}
	if conn, ok := resp.Body.(io.Writer); ok {
		_, _ = conn.Write(closeFrame()) // the other side may have gone already
	}
	return SocketOpened{ID: s.ID}
}

// handshake makes the request of RFC 6455, section 4.1, signed over the wss URL.
func (c *client) handshake(ctx context.Context, public, signed string) (*http.Request, string, error) {
	var nonce [16]byte
	binary.BigEndian.PutUint64(nonce[:], c.seed)
	binary.BigEndian.PutUint64(nonce[8:], uint64(c.count))
	c.count++
	key := base64.StdEncoding.EncodeToString(nonce[:])
	req, err := c.line.newRequest(ctx, http.MethodGet, withoutFragment(public), "")
	if err != nil {
		return nil, "", err
	}
	h := req.Header
	h.Set("Connection", "Upgrade")
	h.Set("Upgrade", "websocket")
	h.Set("Sec-WebSocket-Version", "13")
	h.Set("Sec-WebSocket-Key", key)
	h.Set("User-Agent", "TwilioProxy/1.1")
	signature, err := c.line.sign(http.MethodGet, withoutFragment(signed), h, "")
	if err != nil {
		return nil, "", err
	}
	h.Set(twilio.Header, signature)
	return req, key, nil
}

// accepted checks the server's half of the handshake.
func accepted(resp *http.Response, key string) error {
	sum := sha1.Sum([]byte(key + websocketGUID))
	switch {
	case resp.StatusCode != http.StatusSwitchingProtocols:
		return fmt.Errorf("the handshake was answered with status %d, not 101", resp.StatusCode)
	case !strings.EqualFold(resp.Header.Get("Upgrade"), "websocket"):
		return errors.New("the answer to the handshake upgrades to something else")
	case resp.Header.Get("Sec-WebSocket-Accept") != base64.StdEncoding.EncodeToString(sum[:]):
		return errors.New("Sec-WebSocket-Accept does not answer the key")
	}
	return nil
}

// closeFrame is a masked close frame with code 1000 (RFC 6455, section 5.5.1).
func closeFrame() []byte {
	var mask [4]byte
	_, _ = rand.Read(mask[:]) // never fails
	return append([]byte{0x88, 0x82, mask[0], mask[1], mask[2], mask[3]}, 0x03^mask[0], 0xe8^mask[1])
}

// socketCode is classify in the codes of streams.
func socketCode(err error) int {
	switch code, _ := classify(err); code {
	case codeTimeoutConnect, codeTimeoutTotal:
		return codeSocketTimeout
	case codeRefused:
		return codeSocketRefused
	case codeTLS, codeTLSName, codeTLSExpired, codeTLSChain:
		return codeSocketTLS
	}
	return codeHandshake
}
