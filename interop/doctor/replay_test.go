package doctor_test

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/callgate/callgate/internal/doctor/protocol"
	"github.com/callgate/callgate/interop/internal/process"
	"github.com/callgate/callgate/interop/internal/wire"
)

// eavesdropper passes connections on and keeps what went through.
type eavesdropper struct {
	address  string
	upstream string

	mu    sync.Mutex
	asked []*bytes.Buffer // a request each: the doctor opens a connection for every one
	heard bytes.Buffer    // all answers
}

func eavesdrop(t *testing.T, upstream string) *eavesdropper {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	e := &eavesdropper{address: ln.Addr().String(), upstream: upstream}
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go e.pass(conn)
		}
	}()
	return e
}

func (e *eavesdropper) pass(in net.Conn) {
	defer in.Close()
	out, err := net.Dial("tcp", e.upstream)
	if err != nil {
		return
	}
	defer out.Close()
	request := &bytes.Buffer{}
	e.mu.Lock()
	e.asked = append(e.asked, request)
	e.mu.Unlock()
	go func() {
		io.Copy(out, io.TeeReader(in, e.locked(request)))
		out.(*net.TCPConn).CloseWrite()
	}()
	io.Copy(in, io.TeeReader(out, e.locked(&e.heard)))
}

// locked writes to a buffer that others read.
func (e *eavesdropper) locked(b *bytes.Buffer) io.Writer { return lockedWriter{e, b} }

type lockedWriter struct {
	e *eavesdropper
	b *bytes.Buffer
}

func (w lockedWriter) Write(p []byte) (int, error) {
	w.e.mu.Lock()
	defer w.e.mu.Unlock()
	return w.b.Write(p)
}

// Whoever has heard a whole examination, without TLS, has nothing that the server answers
// or admits, has learned nothing of what it told, and has seen no signature of the token.
func TestEavesdropper(t *testing.T) {
	config := filepath.Join(t.TempDir(), "callgate.yaml")
	yaml := "public_url: http://" + host + "\ndoctor: on\nsupport_number: +15005550100\nadmin: {listen: \"off\"}\n" + routes
	if err := os.WriteFile(config, []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	address := process.FreeAddress(t)
	server := process.Start(t, process.Spec{
		Argv: []string{process.Callgate(t), "serve", "--config", config, "--listen", address},
		Env:  []string{"TWILIO_AUTH_TOKEN=" + token}, Listen: address,
	})
	ear := eavesdrop(t, address)
	out, _ := visit(t, "--url", "http://"+host, "--server", ear.address)
	if !strings.Contains(out, "ok    POST: admitted") {
		t.Fatalf("the examination went wrong:\n%s", out)
	}
	ear.mu.Lock()
	defer ear.mu.Unlock()
	for _, told := range []string{host, "/voice", "/status", token} {
		if strings.Contains(ear.heard.String(), told) {
			t.Errorf("%q can be heard in the answers", told)
		}
	}
	if len(ear.asked) < 30 {
		t.Fatalf("%d requests only were heard", len(ear.asked))
	}
	for _, request := range ear.asked {
		if request.Len() == 0 {
			continue // the doctor looked whether there is a connection
		}
		replay(t, address, request.Bytes())
		replay(t, address, bytes.ReplaceAll(request.Bytes(), []byte(protocol.Header), []byte("X-Other")))
	}
	if log := server.Output(); strings.Contains(log, "accepted") || strings.Count(log, "was given a challenge") != 1 {
		t.Error("a replayed request was accepted, or got a challenge")
	}
}

// replay sends a request and wants anything but an answer to the doctor.
func replay(t *testing.T, address string, request []byte) {
	t.Helper()
	conn, err := wire.Dial(address, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Write(request); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || bytes.Contains(body, []byte("v1 answer")) || answer.StatusCode == http.StatusSwitchingProtocols {
		line, _, _ := bytes.Cut(request, []byte("\r\n"))
		t.Errorf("%s: %d %s, %v", line, answer.StatusCode, body, err)
	}
}
