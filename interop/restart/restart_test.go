// Package restart kills the server in the middle of calls, and has two serve one call.
package restart

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/callgate/callgate/carrier"
	"github.com/callgate/callgate/internal/leaktest"
	"github.com/callgate/callgate/interop/internal/process"
)

const (
	token  = "restart-0123456789abcdef01234567"
	public = "https://ivr.example.test"
)

func TestMain(m *testing.M) { os.Exit(process.Main(m, token)) }

// phoenix is a server that is killed after each request and started anew, on another
// port, before the next one. Nothing passes from one to the next but the key.
type phoenix struct {
	t    *testing.T
	argv []string
	dir  string
	each bool // whether it is killed after each request
	cmd  *exec.Cmd
	addr string
	born int
}

// newPhoenix is a server of a flow, in a folder of its own, that is started when the first
// request comes.
func newPhoenix(t *testing.T, callgate, file string) *phoenix {
	t.Helper()
	p := &phoenix{t: t, dir: t.TempDir(), argv: []string{callgate, "serve", "--admin-listen", "off"}}
	config := fmt.Sprintf("outbox: outbox.jsonl\nroutes: [{path: /, flow: %q, media_url: https://media.example.test/}]\n", file)
	if err := os.WriteFile(filepath.Join(p.dir, "callgate.yaml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	return p
}

func (p *phoenix) start() {
	p.t.Helper()
	p.addr = process.FreeAddress(p.t)
	p.cmd = exec.Command(p.argv[0], append(p.argv[1:], "--listen", p.addr)...)
	p.cmd.Dir = p.dir
	p.cmd.Env = []string{"TWILIO_AUTH_TOKEN=" + token, "CALLGATE_PUBLIC_URL=" + public, "CALLGATE_SUPPORT_NUMBER=+15005550143"}
	p.cmd.Stderr = leaktest.Record(p.t)
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.born++
	give := time.Now().Add(30 * time.Second)
	for {
		conn, err := net.Dial("tcp", p.addr)
		if err == nil {
			conn.Close()
			return
		}
		if time.Now().After(give) {
			p.t.Fatalf("the server does not listen on %s", p.addr)
		}
		time.Sleep(5 * time.Millisecond) // until it listens: there is nothing to wait for
	}
}

func (p *phoenix) kill() {
	if p.cmd != nil {
		p.cmd.Process.Kill()
		p.cmd.Wait()
		p.cmd = nil
	}
}

// RoundTrip sends a request to a server that has seen none before.
func (p *phoenix) RoundTrip(r *http.Request) (*http.Response, error) {
	if p.cmd == nil {
		p.start()
	}
	if p.each {
		defer p.kill()
	}
	out := r.Clone(r.Context())
	out.URL = &url.URL{Scheme: "http", Host: p.addr, Path: r.URL.Path, RawPath: r.URL.RawPath, RawQuery: r.URL.RawQuery}
	out.Host = r.URL.Host
	transport := &http.Transport{DisableKeepAlives: true}
	answer, err := transport.RoundTrip(out)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body) // before the server is killed
	if err != nil {
		return nil, err
	}
	answer.Body = io.NopCloser(bytes.NewReader(body))
	return answer, nil
}

// caller does something wherever a call waits for it, in order, and is silent then.
type caller []func(*carrier.Call) error

func press(keys string) func(*carrier.Call) error {
	return func(c *carrier.Call) error { return c.Press(keys) }
}

func silence(c *carrier.Call) error { return c.Silence() }

func record(c *carrier.Call) error { return c.Record(10*time.Second, "#") }

// twins are two servers on two ports, of which each answers every other request. They
// share the key and nothing else.
type twins struct {
	both [2]*phoenix
	next int
}

// RoundTrip sends a request to the server that did not get the last one.
func (tw *twins) RoundTrip(r *http.Request) (*http.Response, error) {
	tw.next++
	return tw.both[tw.next%2].RoundTrip(r)
}

// The server is killed at every step of a call through each example, or another one on
// another port takes the next step, and the call hears the same, step for step, as one
// whose server was left alone.
func TestKilledAtEveryStep(t *testing.T) {
	callgate := process.Callgate(t)
	for flow, does := range map[string]caller{
		"demo":     {press("7"), silence, press("1")},
		"clinic":   {press("2"), silence},
		"helpline": {press("1"), press("2")},
		"shop":     {press("1"), silence},
		"pager":    {record},
	} {
		t.Run(flow, func(t *testing.T) {
			file := filepath.Join(process.Root(t), "examples", flow, flow+".yaml")
			alone, killed := newPhoenix(t, callgate, file), newPhoenix(t, callgate, file)
			killed.each = true
			both := &twins{both: [2]*phoenix{newPhoenix(t, callgate, file), newPhoenix(t, callgate, file)}}
			want := call(t, alone, does)
			if got := call(t, killed, does); got != want {
				t.Errorf("left alone:\n%s\nkilled at every step:\n%s", want, got)
			}
			if got := call(t, both, does); got != want {
				t.Errorf("left alone:\n%s\nby two servers in turn:\n%s", want, got)
			}
			if killed.born < 3 || both.next != killed.born {
				t.Errorf("the calls had %d and %d steps; that proves little", killed.born, both.next)
			}
		})
	}
}

func call(t *testing.T, p http.RoundTripper, does caller) string {
	line, err := carrier.NewLine(carrier.Config{Token: token, VoiceURL: public + "/", Transport: p})
	if err != nil {
		t.Fatal(err)
	}
	call, err := line.Call(t.Context(), carrier.Caller{})
	if err != nil {
		t.Fatal(err)
	}
	for i, do := range does {
		if err := do(call); err != nil {
			t.Fatalf("step %d: %v", i+1, err)
		}
	}
	if _, err := call.Finish(); err != nil {
		t.Fatal(err)
	}
	for _, problem := range call.Problems() {
		t.Errorf("the carrier's debugger: %v", problem)
	}
	return call.Transcript()
}

// shop is a flow whose second question is asked in other words after a change.
const shop = `name: Shop
start: first
exhausted: bye
nodes:
  first: {menu: "For %[1]s, press 1.", options: {1: second}}
  second: {menu: "For %[1]s tea, press 1.", options: {1: bye}}
  bye: {hangup: "%[1]s, goodbye."}
`

// A flow is changed in the middle of a call. New calls hear the new one, and the call that
// began before it ends on the version that it began with.
func TestChangedInTheMiddleOfACall(t *testing.T) {
	file := filepath.Join(t.TempDir(), "shop.yaml")
	write := func(word string) {
		if err := os.WriteFile(file, fmt.Appendf(nil, shop, word), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("green")
	p := newPhoenix(t, process.Callgate(t), file)
	begin := func() *carrier.Call {
		line, err := carrier.NewLine(carrier.Config{Token: token, VoiceURL: public + "/", Transport: p})
		if err != nil {
			t.Fatal(err)
		}
		call, err := line.Call(t.Context(), carrier.Caller{})
		if err != nil {
			t.Fatal(err)
		}
		return call
	}
	old := begin()
	if err := old.Press("1"); err != nil {
		t.Fatal(err)
	}
	write("black")
	for give := time.Now().Add(30 * time.Second); !strings.Contains(begin().Transcript(), "For black"); {
		if time.Now().After(give) {
			t.Fatal("the server does not read the flow again")
		}
		time.Sleep(50 * time.Millisecond) // until it is read again: there is nothing to wait for
	}
	if err := old.Press("1"); err != nil {
		t.Fatal(err)
	}
	heard := old.Transcript()
	for _, want := range []string{"For green, press 1.", "For green tea, press 1.", "green, goodbye."} {
		if !strings.Contains(heard, want) {
			t.Errorf("the call in progress does not hear %q:\n%s", want, heard)
		}
	}
	if strings.Contains(heard, "black") {
		t.Errorf("the call in progress hears the new flow:\n%s", heard)
	}
}
