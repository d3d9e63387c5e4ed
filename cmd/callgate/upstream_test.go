package main

import (
	"bufio"
	"crypto/sha1"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/callgate/callgate/internal/leaktest"
)

// upstream starts an application for the gate to stand in front of, whose address is then
// in $NAME: /media is a stream that sends back what it gets, /broken fails, and everything
// else says what it was sent. upstream NAME
func upstream(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: upstream NAME")
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/broken", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, leaktest.Digits, 500) })
	mux.HandleFunc("GET /media", echoStream)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "<Response><Say>")
		text := fmt.Sprintf("%s %s://%s%s with %s from %s", r.Method, r.Header.Get("X-Forwarded-Proto"), r.Host, r.RequestURI, r.FormValue("Digits"), r.Header.Get("Callgate-Principals"))
		xml.EscapeText(w, []byte(text))
		io.WriteString(w, "</Say></Response>")
	})
	s := httptest.NewServer(mux)
	ts.Defer(s.Close)
	ts.Setenv(args[0], s.Listener.Addr().String())
}

func echoStream(w http.ResponseWriter, r *http.Request) {
	conn, rw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	defer conn.Close()
	// RFC 6455 section 1.3
	sum := sha1.Sum([]byte(r.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	fmt.Fprintf(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n", base64.StdEncoding.EncodeToString(sum[:]))
	io.Copy(conn, rw)
}

// stream opens a WebSocket as the carrier does, with the handshake of RFC 6455, sends a
// frame and prints what comes back: stream SIGNED NAME PATH, where SIGNED is the address
// that is signed.
func stream(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: stream SIGNED NAME PATH")
	}
	conn, err := net.Dial("tcp", ts.Getenv(args[1]))
	ts.Check(err)
	defer conn.Close()
	ts.Check(conn.SetDeadline(time.Now().Add(patience)))
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nX-Twilio-Signature: %s\r\n\r\n",
		args[2], signature(leaktest.Token, args[0], nil))
	in := bufio.NewReader(conn)
	res, err := http.ReadResponse(in, nil)
	ts.Check(err)
	fmt.Fprintln(ts.Stdout(), res.StatusCode, res.Header.Get("Sec-WebSocket-Accept"))
	if res.StatusCode != http.StatusSwitchingProtocols {
		return
	}
	// "Hello", masked: RFC 6455 section 5.7
	frame := []byte{0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58}
	_, err = conn.Write(frame)
	ts.Check(err)
	back := make([]byte, len(frame))
	_, err = io.ReadFull(in, back)
	ts.Check(err)
	fmt.Fprintf(ts.Stdout(), "%x\n", back)
}
