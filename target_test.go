package callgate_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/twilio"
)

// Request targets and whether they are clean. Clean ones reach the handler byte
// for byte; the others are refused, although they are signed.
var targets = []struct {
	target string
	clean  bool
}{
	{"/", true},
	{"/?", true},
	{"/ivr", true},
	{"/ivr/", true},
	{"/ivr?", true},
	{"/ivr?a=//&b=/../&c=\\", true}, // queries are data
	{"/ivr?a=1?b=2", true},
	{"/ivr?a=%zz", false}, // which is not what was signed, by any reading
	{"/ivr?a=%2e%2e%2f&b=%23&c=%00", true},
	{"/a%2fb", true},
	{"/a%2Fb%2f", true},
	{"/play/https%3A%2F%2Fcdn.example%2Fx.mp3", true},
	{"/España", true},
	{"/Espa%C3%B1a", true},
	{"/Espa%c3%b1a", true},
	{"/a%2fb/España", true}, // net/url loses the %2f of this one
	{"/a|b'c", true},
	{"/a;b=c,d:e@f!$&'()*+", true},
	{"/%7Euser/~user", true},
	{"/.well-known/x", true},
	{"/a..b/...", true},
	{"/a%20b", true},
	{"/%252e%252e/x", true}, // decoded once, this is no dot
	{"/%25", true},

	{"", false},
	{"*", false},
	{"ivr", false},
	{"ivr.example.org:443", false},
	{"http://ivr.example.org/", false},
	{"https://ivr.example.org/ivr", false},
	{"HTTP://evil.example/x", false},
	{"/ivr#", false},
	{"/ivr#rc=2&rp=all", false},
	{"/ivr?x=1#y", false},
	{"//", false},
	{"//evil.example/x", false},
	{"/a//b", false},
	{"/a//", false},
	{"/.", false},
	{"/..", false},
	{"/./a", false},
	{"/a/.", false},
	{"/a/./b", false},
	{"/a/../b", false},
	{"/a/..", false},
	{"/../../etc/passwd", false},
	{"/%2e", false},
	{"/%2e%2e/x", false},
	{"/%2E./x", false},
	{"/a/.%2e/b", false},
	{"/a%2f..%2fb", false},
	{"/a/%2e%2e%2fb", false},
	{"/..%5cb", false},
	{"/a%5c..%5cb", false},
	{"/a\\b", false},
	{"/a b", false},
	{"/a\tb", false},
	{"/a\x00b", false},
	{"/a\x7fb", false},
	{"/a?b c", false},
	{"/a?b\x00", false},
	{"/a%00b", false},
	{"/a%0ab", false},
	{"/a%1fb", false},
	{"/a%7fb", false},
	{"/a%", false},
	{"/a%2", false},
	{"/a%zzb", false},
	{"/a%2gb", false},
	{"/a%u002fb", false},
	{"/a%ff", false},
	{"/a\xffb", false},
	{"/a%c3(", false},
	{"/a%c0%ae%c0%ae", false}, // a dot in the overlong spelling
}

func TestTargets(t *testing.T) {
	g := newGate(t, config(t))
	for _, c := range targets {
		t.Run(c.target, func(t *testing.T) {
			a, err := noted(g.Check(signedPost(t, c.target, "")))
			if !c.clean {
				if !errors.Is(err, callgate.ErrTarget) && !errors.Is(err, callgate.ErrParams) {
					t.Errorf("error %v, want ErrTarget", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if want := public + c.target; a.URL != want {
				t.Errorf("URL %q, want %q", a.URL, want)
			}
		})
	}
}

// TestEncodedSlash is about routers that read an encoded slash as a slash and
// those that do not: where that would decide the route, nobody is admitted.
func TestEncodedSlash(t *testing.T) {
	c := config(t)
	c.Routes = append(c.Routes, callgate.Route{Path: "/staff", Permission: "restricted"}, callgate.Route{Path: "/ivr/menu"})
	g := newGate(t, c)
	for target, want := range map[string]error{
		"/staff":             callgate.ErrDenied,
		"/staff/x":           callgate.ErrDenied,
		"/staff/%2f":         callgate.ErrDenied,
		"/%73taff":           callgate.ErrDenied,
		"/staf%66/x":         callgate.ErrDenied,
		"/staff%2fx":         callgate.ErrTarget,
		"/staff%2F":          callgate.ErrTarget,
		"/ivr%2fmenu":        callgate.ErrTarget,
		"/ivr/menu%2fx":      callgate.ErrTarget,
		"/ivr/menu/x%2fy":    nil,
		"/ivr%2fmenus":       nil,
		"/x%2fstaff":         nil,
		"/%2fstaff":          callgate.ErrTarget, // which a file server cleans to /staff
		"/%2f%2fstaff/x":     callgate.ErrTarget,
		"/x/https%3a%2f%2fy": nil,
	} {
		_, err := noted(g.Check(signedPost(t, target, "")))
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", target, err, want)
		}
	}
}

// TestTargetsOnTheWire sends targets through a real server, which reads some of
// them in its own way.
func TestTargetsOnTheWire(t *testing.T) {
	events := make(chan callgate.Event, 1)
	c := config(t)
	c.Observe = func(_ context.Context, e *callgate.Event) { events <- *e }
	urls := make(chan string, 1)
	s := httptest.NewServer(newGate(t, c).Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, _ := callgate.AdmissionFrom(r.Context())
		urls <- a.URL
		io.WriteString(w, welcome)
	})))
	defer s.Close()
	for _, c := range []struct {
		target string
		clean  bool
	}{
		{"/ivr?x=1", true},
		{"/a%2fb/España?q='|", true},
		{"/ivr?", true},
		{"http://evil.example/ivr", false},
		{"http://ivr.example.org/ivr", false},
		{"/ivr#x", false},
		{"/a/../b", false},
		{"/%2e%2e/b", false},
		{"//ivr", false},
		{"/a//b", false},
	} {
		t.Run(c.target, func(t *testing.T) {
			r := signedPost(t, c.target, "")
			status, header, body := exchange(t, s.Listener.Addr().String(), "POST", c.target, r.Header, voiceForm(""))
			event := <-events
			if status != 200 || header.Get("Location") != "" {
				t.Fatalf("%d %v %+v", status, header, event)
			}
			if c.clean {
				if url := <-urls; url != public+c.target || body != welcome {
					t.Errorf("%q for %q", body, url)
				}
			} else if event.Reason != callgate.ReasonTarget || !strings.Contains(body, support) {
				t.Errorf("%+v, answer %q", event, body)
			}

			r.Header.Del(twilio.Header)
			status, _, body = exchange(t, s.Listener.Addr().String(), "POST", c.target, r.Header, voiceForm(""))
			event = <-events
			if want := map[bool]int{true: 403, false: 404}[c.clean]; status != want || strings.Contains(body, support) {
				t.Errorf("without a signature: %d %q %+v, want a bare %d", status, body, event, want)
			}
		})
	}
	if len(urls) > 0 {
		t.Errorf("the handler got %q", <-urls)
	}
}

// exchange writes a request byte by byte, as no HTTP client would.
func exchange(t *testing.T, address, method, target string, header http.Header, body string) (int, http.Header, string) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: ivr.example.org\r\nContent-Length: %d\r\nConnection: close\r\n", method, target, len(body))
	header.Write(&b)
	if _, err := io.WriteString(conn, b.String()+"\r\n"+body); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, string(answer)
}
