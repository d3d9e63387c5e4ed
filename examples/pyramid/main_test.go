package main

import (
	"bufio"
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/callgate/callgate/internal/leaktest"
)

// voice is what the carrier sends with each call.
var voice = url.Values{
	"AccountSid": {"AC00000000000000000000000000000001"}, "ApiVersion": {"2010-04-01"},
	"CallSid": {"CA00000000000000000000000000000001"}, "CallStatus": {"in-progress"},
	"Direction": {"inbound"}, "From": {leaktest.Caller}, "To": {"+15005550100"},
}

// program builds the example.
func program(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pyramid")
	if out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		t.Fatalf("building: %v\n%s", err, out)
	}
	return path
}

// server is a running example.
type server struct {
	origin string // where it listens
	public string // where the carrier believes it to be
}

var listening = regexp.MustCompile(`msg=listening address=(\S+)`)

func start(t *testing.T, public string, args ...string) *server {
	t.Helper()
	record := leaktest.Record(t)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program(t), append([]string{"--listen", "127.0.0.1:0"}, args...)...)
	cmd.Env = append(os.Environ(), "TWILIO_AUTH_TOKEN="+leaktest.Token, "CALLGATE_PUBLIC_URL="+public)
	cmd.Stderr = w
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	lines := bufio.NewScanner(io.TeeReader(r, record))
	s := &server{public: public}
	for s.origin == "" && lines.Scan() {
		if m := listening.FindStringSubmatch(lines.Text()); m != nil {
			s.origin = "http://" + m[1]
		}
	}
	if s.origin == "" {
		t.Fatalf("it does not listen: %v\n%s", cmd.Wait(), record.Text())
	}
	if s.public == "" {
		s.public = s.origin
	}
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		for lines.Scan() { // to the end of the log
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("it did not stop well: %v\n%s", err, record.Text())
		}
	})
	return s
}

// call is one request of the carrier, or of somebody else.
type call struct {
	method, path, digits string
	unsigned             bool
	token                string
}

func (s *server) send(t *testing.T, c call) (status int, header http.Header, body string) {
	t.Helper()
	params := url.Values{}
	for name, values := range voice {
		params[name] = values
	}
	if c.digits != "" {
		params.Set("Digits", c.digits)
	}
	target, form := c.path, params.Encode()
	if c.method == http.MethodGet {
		target, form, params = c.path+"?"+form, "", nil
	}
	r, err := http.NewRequest(c.method, s.origin+target, strings.NewReader(form))
	if err != nil {
		t.Fatal(err)
	}
	if form != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	token := leaktest.Token
	if c.token != "" {
		token = c.token
	}
	if !c.unsigned {
		r.Header.Set("X-Twilio-Signature", sign(token, s.public+target, params))
	}
	client := http.Client{Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, res.Header, string(text)
}

// sign is the reading of twilio.com/docs/usage/security.
func sign(token, url string, params url.Values) string {
	var names []string
	for name := range params {
		names = append(names, name)
	}
	sort.Strings(names)
	mac := hmac.New(sha1.New, []byte(token))
	io.WriteString(mac, url)
	for _, name := range names {
		io.WriteString(mac, name+params.Get(name))
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// The conversation of the original, and what it answered when something went wrong.
func TestConversation(t *testing.T) {
	const apology = "We are sorry, your call cannot be answered here. We are connecting you with our call center."
	for _, at := range []struct{ name, public string }{
		{"where it listens", ""},
		{"behind a proxy", "https://ivr.example.org/demo"},
	} {
		s := start(t, at.public, "--support-number", "+15005550143")
		rescue := []string{"<Say language=\"en\">" + apology + "</Say><Dial>+15005550143</Dial>"}
		n := 0
		for _, c := range []struct {
			name string
			call call
			want []string
		}{
			{"welcome", call{method: "GET", path: "/"}, []string{
				`<Gather action="` + s.public + `/" method="POST" timeout="3" numDigits="1"><Say voice="woman" language="en">Hello`, "press 1", "press 2",
				`Please try again.</Say><Redirect method="GET">` + s.public + `/</Redirect>`,
			}},
			{"1", call{method: "POST", path: "/", digits: "1"}, []string{`<Response><Redirect method="GET">` + s.public + `/accessible</Redirect>`}},
			{"2", call{method: "POST", path: "/", digits: "2"}, []string{`<Response><Redirect method="GET">` + s.public + `/restricted</Redirect>`}},
			{"another key", call{method: "POST", path: "/", digits: leaktest.Digits}, []string{
				`<Response><Say voice="woman" language="en">That is not one of the choices.</Say><Redirect method="GET">` + s.public + `/</Redirect>`,
			}},
			{"no key", call{method: "POST", path: "/"}, []string{"That is not one of the choices."}},
			{"accessible", call{method: "GET", path: "/accessible"}, []string{"You have reached the route", "Goodbye.</Say><Hangup"}},
			{"restricted", call{method: "GET", path: "/restricted"}, rescue},
			{"not found", call{method: "GET", path: "/nowhere"}, rescue},
			{"method not allowed", call{method: "POST", path: "/accessible"}, rescue},
			{"forged", call{method: "POST", path: "/", digits: leaktest.Digits, token: "made up"}, rescue},
			{"forged, not found", call{method: "GET", path: "/nowhere", token: "made up"}, rescue},
		} {
			n++ // each a call of its own: in one call, rescues are counted
			voice.Set("CallSid", fmt.Sprintf("CA%032x", n))
			status, header, body := s.send(t, c.call)
			if status != 200 || header.Get("Content-Type") != "text/xml; charset=utf-8" {
				t.Errorf("%s, %s: status %d, %v", at.name, c.name, status, header)
			}
			for _, want := range c.want {
				if !strings.Contains(body, want) {
					t.Errorf("%s, %s:\n%s\nis without\n%s", at.name, c.name, body, want)
				}
			}
		}
		status, _, body := s.send(t, call{method: "POST", path: "/", digits: leaktest.Digits, unsigned: true})
		if status != 403 || strings.Contains(body, "Response") {
			t.Errorf("%s, unsigned: status %d, %s", at.name, status, body)
		}
	}
}

// It does not start without what it needs, and says what that is.
func TestSettings(t *testing.T) {
	path := program(t)
	for name, c := range map[string]struct {
		args []string
		env  []string
		want string
		code int
	}{
		"no token":          {[]string{"--support-number", "+15005550143"}, nil, "TWILIO_AUTH_TOKEN is not set", 2},
		"empty token":       {[]string{"--support-number", "+15005550143"}, []string{"TWILIO_AUTH_TOKEN="}, "TWILIO_AUTH_TOKEN is not set", 2},
		"no support number": {nil, []string{"TWILIO_AUTH_TOKEN=" + leaktest.Token}, "no support number: use --support-number or CALLGATE_SUPPORT_NUMBER", 2},
		"support number that is none": {
			[]string{"--listen", "127.0.0.1:0", "--support-number", "help"}, []string{"TWILIO_AUTH_TOKEN=" + leaktest.Token}, "the support number is no telephone number", 2,
		},
		"public URL that is none": {
			[]string{"--listen", "127.0.0.1:0", "--support-number", "+15005550143", "--public-url", "ivr.example.org"}, []string{"TWILIO_AUTH_TOKEN=" + leaktest.Token}, "PublicURL", 2,
		},
		"bad address":  {[]string{"--listen", "nowhere"}, []string{"TWILIO_AUTH_TOKEN=" + leaktest.Token, "CALLGATE_SUPPORT_NUMBER=+15005550143"}, "missing port in address", 2},
		"unknown flag": {[]string{"--port", "1"}, nil, "flag provided but not defined: -port", 2},
		"argument":     {[]string{"here"}, nil, `there are no arguments, but "here" was given`, 2},
		"help":         {[]string{"--help"}, nil, "-support-number number", 0},
	} {
		var output bytes.Buffer
		cmd := exec.Command(path, c.args...)
		cmd.Env, cmd.Stdout, cmd.Stderr = append(c.env, "PATH="+os.Getenv("PATH")), &output, &output
		cmd.Run()
		if cmd.ProcessState.ExitCode() != c.code || !strings.Contains(output.String(), c.want) {
			t.Errorf("%s: exit code %d, want %d\n%s\nwant %q", name, cmd.ProcessState.ExitCode(), c.code, output.String(), c.want)
		}
		for _, what := range leaktest.Find(output.Bytes()) {
			t.Errorf("%s: %s came out", name, what)
		}
	}
}

// A handler that panics, fails, or is not there ends in the rescue.
func TestFailures(t *testing.T) {
	record := leaktest.Record(t)
	const public = "https://ivr.example.org"
	gate, err := newGate(settings{publicURL: public, supportNumber: "+15005550143", token: leaktest.Token}, slog.New(slog.NewTextHandler(record, nil)))
	if err != nil {
		t.Fatal(err)
	}
	calls := 0 // each a call of its own: in one call, rescues are counted
	for name, h := range map[string]http.HandlerFunc{
		"panic":     func(http.ResponseWriter, *http.Request) { panic("digits " + leaktest.Digits) },
		"error":     func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "broken", http.StatusInternalServerError) },
		"not found": http.NotFound,
		"forbidden": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) },
	} {
		params := url.Values{}
		for name, values := range voice {
			params[name] = values
		}
		calls++
		params.Set("CallSid", fmt.Sprintf("CA%032x", calls))
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(params.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("X-Twilio-Signature", sign(leaktest.Token, public+"/", params))
		w := httptest.NewRecorder()
		gate.Handler(h).ServeHTTP(w, r)
		if w.Code != 200 || !strings.Contains(w.Body.String(), "<Dial>+15005550143</Dial>") {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	if n := strings.Count(record.Text(), "outcome=rescued"); n != 4 {
		t.Errorf("%d of 4 are in the log:\n%s", n, record.Text())
	}
}
