package doctor_test

import (
	"encoding/json"
	"encoding/pem"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/callgate/callgate/internal/doctor"
	"github.com/callgate/callgate/interop/internal/process"
	"github.com/callgate/callgate/interop/internal/proxy"
)

func TestMain(m *testing.M) { os.Exit(process.Main(m)) }

const (
	host  = "ivr.example.org"
	token = "6f1d3c5b7a9e8d2c4b6a8091f2e3d4c5"
)

const (
	public   = "public_url: https://" + host + "\n"
	trusting = "trusted_proxies: [127.0.0.1]\nallowed_hosts: [" + host + "]\n"
	routes   = "routes:\n  - {path: /, demo: true}\n  - {path: /voice, demo: true}\n  - {path: /status, kind: status}\n" +
		"  - {path: /media, kind: stream, upstream: \"http://127.0.0.1:9\"}\n"
)

// serve starts "callgate serve" and returns its address.
func serve(t *testing.T, yaml string) string {
	t.Helper()
	config := filepath.Join(t.TempDir(), "callgate.yaml")
	yaml = "support_number: +15005550100\nadmin: {listen: \"off\"}\ndoctor: on\n" + yaml + routes
	if err := os.WriteFile(config, []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	address := process.FreeAddress(t)
	process.Start(t, process.Spec{
		Argv:   []string{process.Callgate(t), "serve", "--config", config, "--listen", address},
		Env:    []string{"TWILIO_AUTH_TOKEN=" + token},
		Listen: address,
	})
	return address
}

// visit runs the doctor and returns what it printed and its exit code.
func visit(t *testing.T, args ...string) (stdout string, code int) {
	t.Helper()
	cmd := exec.Command(process.Callgate(t), append([]string{"doctor"}, args...)...)
	cmd.Env = []string{"TWILIO_AUTH_TOKEN=" + token}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		code = exit.ExitCode()
	case err != nil:
		t.Fatal(err)
	}
	if stderr.Len() > 0 {
		t.Errorf("on standard error: %s", stderr.String())
	}
	return string(out), code
}

// report runs the doctor through a proxy.
func report(t *testing.T, a *proxy.Authority, front string, args ...string) (*doctor.Report, int) {
	t.Helper()
	out, code := visit(t, append([]string{"--json", "--url", "https://" + host, "--server", front, "--ca-cert", authorityFile(t, a)}, args...)...)
	var r doctor.Report
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Cleanup(func() {
		if t.Failed() {
			var text strings.Builder
			for _, c := range r.Checks {
				_ = c.WriteText(&text, func(_ doctor.Result, s string) string { return s })
			}
			_ = r.WriteMends(&text)
			t.Log("the report:\n" + text.String())
		}
	})
	return &r, code
}

// authorityFile writes the certificate of the authority.
func authorityFile(t *testing.T, a *proxy.Authority) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "authority.pem")
	if err := os.WriteFile(name, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.Root}), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// With the documented configurations there is nothing to mend.
func TestDocumentedConfigurations(t *testing.T) {
	authority := proxy.NewAuthority(t, host)
	for name, yaml := range map[string]string{"public_url": public, "trusted_proxies": trusting} {
		upstream := serve(t, yaml)
		for _, p := range proxy.All() {
			t.Run(name+"/"+p.Name, func(t *testing.T) {
				front := p.Start(t, p.Documented(t), proxy.Site{Upstream: upstream, Authority: authority})
				r, code := report(t, authority, front.Address)
				if code != 0 || !r.Well {
					t.Errorf("exit code %d", code)
				}
				if len(r.Checks) < 30 {
					t.Errorf("%d checks only", len(r.Checks))
				}
			})
		}
	}
}
