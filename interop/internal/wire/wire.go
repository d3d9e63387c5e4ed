// Package wire sends requests byte for byte. An HTTP client would clean the path
// and spell headers in its own way; here the request is what the test wrote.
package wire

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// limit bounds one exchange.
const limit = 15 * time.Second

// Request is a request as it goes over the wire.
type Request struct {
	Method string
	// Target is the request target, such as "/ivr?a=b".
	Target string
	// Headers are written in this order and spelling, each "Name: value". A
	// Content-Length is added for a body.
	Headers []string
	Body    []byte
}

// Bytes writes the request in HTTP/1.1.
func (r Request) Bytes() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\n", r.Method, r.Target)
	for _, h := range r.Headers {
		b.WriteString(h + "\r\n")
	}
	if r.Body != nil {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(r.Body))
	}
	b.WriteString("\r\n")
	b.Write(r.Body)
	return b.Bytes()
}

// Response is an answer, read to its end.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// Conn is a connection to a server.
type Conn struct {
	net.Conn
	Reader *bufio.Reader
}

// Dial connects to address, with TLS unless config is nil.
func Dial(address string, config *tls.Config) (*Conn, error) {
	dialer := &net.Dialer{Timeout: limit}
	conn, err := dialer.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	if err := conn.SetDeadline(time.Now().Add(limit)); err != nil {
		return nil, err
	}
	if config != nil {
		secured := tls.Client(conn, config)
		if err := secured.Handshake(); err != nil {
			conn.Close()
			return nil, err
		}
		conn = secured
	}
	return &Conn{Conn: conn, Reader: bufio.NewReader(conn)}, nil
}

// Do sends a request and reads the answer. After a status 101 the connection is
// the WebSocket's.
func (c *Conn) Do(r Request) (*Response, error) {
	if _, err := c.Write(r.Bytes()); err != nil {
		return nil, err
	}
	resp, err := http.ReadResponse(c.Reader, &http.Request{Method: r.Method})
	if err != nil {
		return nil, err
	}
	answer := &Response{Status: resp.StatusCode, Header: resp.Header}
	if resp.StatusCode == http.StatusSwitchingProtocols {
		return answer, nil
	}
	defer resp.Body.Close()
	answer.Body, err = io.ReadAll(resp.Body)
	return answer, err
}

// Do sends one request over a connection of its own.
func Do(address string, config *tls.Config, r Request) (*Response, error) {
	conn, err := Dial(address, config)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	return conn.Do(r)
}
