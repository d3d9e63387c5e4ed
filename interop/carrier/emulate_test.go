package carrier_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/callgate/callgate/interop/internal/process"
)

// The account and number of the emulation.
const (
	emulatedAccount = "AC00000000000000000000000000000000"
	emulatedNumber  = "+15551234567"
)

// startEmulate starts the npm package emulate with a number whose calls go to voiceURL.
func startEmulate(t *testing.T, voiceURL string) (base string) {
	t.Helper()
	index := filepath.Join(process.Root(t), "interop", "carrier", "npm", "node_modules", "emulate", "dist", "index.js")
	if _, err := os.Stat(index); err != nil {
		process.Missing(t, "the npm package emulate (scripts/interop-carrier-setup.sh)")
	}
	seed := filepath.Join(t.TempDir(), "seed.yaml")
	config := fmt.Sprintf("twilio:\n  account: {sid: %s, auth_token: %s}\n  phone_numbers:\n    - {phone_number: %q, voice_url: %q}\n",
		emulatedAccount, token, emulatedNumber, voiceURL)
	if err := os.WriteFile(seed, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	address := process.FreeAddress(t)
	_, port, _ := net.SplitHostPort(address)
	process.Start(t, process.Spec{Argv: []string{process.Need(t, "node"), index, "--service", "twilio", "--port", port, "--seed", seed}, Listen: address})
	return "http://" + address
}

// serve starts "callgate serve" with the demonstration line.
func serve(t *testing.T, key string) (p *process.Process, base string) {
	t.Helper()
	address := process.FreeAddress(t)
	base = "http://" + address
	p = process.Start(t, process.Spec{
		Argv: []string{process.Callgate(t), "serve", "--listen", address, "--admin-listen", "off", "--public-url", base, "--support-number", "+15005550143"},
		Dir:  t.TempDir(), Listen: address, Env: []string{"TWILIO_AUTH_TOKEN=" + key, "TWILIO_ACCOUNT_SID=" + emulatedAccount},
	})
	return p, base
}

// post sends a form to the emulation with the account's password.
func post(t *testing.T, target string, form url.Values) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, target, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(emulatedAccount, token)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusCreated {
		t.Fatalf("the emulation answers %s: %s (%v)", resp.Status, body, err)
	}
	return string(body)
}

// logged waits for a line of the server's log.
func logged(t *testing.T, p *process.Process, parts ...string) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
	lines:
		for _, line := range p.Lines() {
			for _, part := range parts {
				if !strings.Contains(line, part) {
					continue lines
				}
			}
			return
		}
	}
	t.Fatalf("no line of the log holds %q", parts)
}

// An emulation of the carrier that signs by itself calls our gate and is admitted;
// with another key it is not.
func TestEmulateCallsTheGate(t *testing.T) {
	for name, tt := range map[string]struct {
		key  string
		want []string
	}{
		"the same key": {token, []string{`"outcome":"accepted"`, `"account":"` + emulatedAccount + `"`, `"status":200`}},
		"another key":  {"another-0123456789abcdef", []string{`"outcome":"refused"`, `"reason":"mismatch"`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			gate, base := serve(t, tt.key)
			emulate := startEmulate(t, base+"/")
			answer := post(t, emulate+"/_twilio/simulate/inbound-call", url.Values{"To": {emulatedNumber}, "From": {"+15005550190"}})
			if !strings.Contains(answer, `"direction":"inbound"`) {
				t.Errorf("the emulation says %s", answer)
			}
			logged(t, gate, append(tt.want, `"msg":"request"`)...)
		})
	}
}
