package misconfigured_test

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/callgate/callgate/explain"
	"github.com/callgate/callgate/interop/internal/process"
)

func TestMain(m *testing.M) { os.Exit(process.Main(m, token)) }

// settings are the part of callgate.yaml that matters here.
type settings struct {
	publicURL        string
	trusted, allowed []string
	webhooks         []string // as the carrier's console has them
	postOnly         bool     // the route takes no GET
	calls            bool     // it takes webhooks of calls alone
	ipv6             bool     // the gate listens on ::1
}

// trusting believes the proxy on this machine.
func trusting(hosts ...string) settings {
	if len(hosts) == 0 {
		hosts = []string{host}
	}
	return settings{trusted: []string{"127.0.0.1"}, allowed: hosts}
}

// trustingOthers believes proxies that are not the one that calls.
func trustingOthers() settings {
	return settings{trusted: []string{"10.0.0.0/8"}, allowed: []string{host}}
}

// public is told its address.
func public() settings { return settings{publicURL: "https://" + host} }

// publicPost takes POSTs alone, as routes do by default.
func publicPost() settings { return settings{publicURL: "https://" + host, postOnly: true} }

// publicWith is told its address and those in the carrier's console.
func publicWith(targets ...string) settings {
	s := public()
	for _, t := range targets {
		s.webhooks = append(s.webhooks, "https://"+host+t)
	}
	return s
}

// lines returns callgate.yaml. A status route answers with true codes, which tell
// what was admitted.
func (s settings) lines() []string {
	lines := []string{"support_number: +15005550100", `admin: {listen: "off"}`, "log_format: json"}
	list := func(name string, values []string) {
		if len(values) > 0 {
			quoted, _ := json.Marshal(values) // of strings
			lines = append(lines, name+": "+string(quoted))
		}
	}
	if s.publicURL != "" {
		lines = append(lines, "public_url: "+s.publicURL)
	}
	list("trusted_proxies", s.trusted)
	list("allowed_hosts", s.allowed)
	list("webhooks", s.webhooks)
	methods, profile := "[GET, POST]", "signature"
	if s.postOnly {
		methods = "[POST]"
	}
	if s.calls {
		profile = "voice"
	}
	return append(lines, "profile: "+profile, "routes: [{path: /, kind: status, methods: "+methods+"}]")
}

// server is "callgate serve" behind a proxy.
type server struct {
	*process.Process
	file  string // its configuration
	lines []string
}

// startServer starts a server at an address that was held for it.
func startServer(t *testing.T, s settings, held net.Listener) *server {
	t.Helper()
	dir := t.TempDir()
	srv := &server{file: filepath.Join(dir, "callgate.yaml"), lines: s.lines()}
	srv.write(t)
	address := held.Addr().String()
	held.Close()
	srv.Process = process.Start(t, process.Spec{
		Argv:   []string{process.Callgate(t), "serve", "--config", srv.file, "--listen", address},
		Env:    []string{"TWILIO_AUTH_TOKEN=" + token, "TWILIO_ACCOUNT_SID=" + sid},
		Listen: address,
	})
	return srv
}

func (s *server) write(t *testing.T) {
	t.Helper()
	if err := os.WriteFile(s.file, []byte(strings.Join(s.lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// mend puts lines into callgate.yaml, in the place of those with the same key if there
// are any, and has the server read it again.
func (s *server) mend(t *testing.T, printed string) {
	t.Helper()
	for line := range strings.Lines(printed) {
		line = strings.TrimSuffix(line, "\n")
		key, _, _ := strings.Cut(line, ":")
		replaced := false
		for i, had := range s.lines {
			if strings.HasPrefix(had, key+":") {
				s.lines[i], replaced = line, true
			}
		}
		if !replaced {
			s.lines = append(s.lines, line)
		}
	}
	s.write(t)
	s.Signal(t, syscall.SIGHUP)
	s.WaitLine(t, func(line string) bool { return strings.Contains(line, "configuration read again") })
}

// answer is an explanation as it stands in the log.
type answer struct {
	Cause explain.Cause `json:"cause"`
	Mends []string      `json:"mends"`
}

// explanation waits for the explanation in the log.
func (s *server) explanation(t *testing.T) answer {
	t.Helper()
	line := s.WaitLine(t, func(line string) bool { return strings.Contains(line, `"why a signature failed"`) })
	var a answer
	if err := json.Unmarshal([]byte(line), &a); err != nil {
		t.Fatal(err)
	}
	return a
}

// mendsIn returns the mends for a place, such as "nginx" or "callgate.yaml".
func (a answer) mendsIn(place string) (mends []string) {
	for _, m := range a.Mends {
		if text, found := strings.CutPrefix(m, "in "+place+": "); found {
			mends = append(mends, text)
		}
	}
	return mends
}

// yamlLines returns the lines of a mend without the note in parentheses behind them.
func yamlLines(mend string) string {
	lines, _, _ := strings.Cut(mend, " (")
	return lines
}

// String is what a failed test shows of an explanation.
func (a answer) String() string { return fmt.Sprintf("%s\n%s", a.Cause, strings.Join(a.Mends, "\n")) }
