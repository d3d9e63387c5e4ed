package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/callgate/callgate/carrier"
	"github.com/callgate/callgate/internal/leaktest"
)

const (
	public  = "https://ivr.example.org"
	support = "+15005550143"
)

var demoListening = regexp.MustCompile(`"msg":"listening","address":"([^"]+)"`)

// startDemo starts "callgate serve", which answers with the demonstration flow when
// there is no configuration.
func startDemo(t *testing.T) (origin string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "callgate")
	if out, err := exec.Command("go", "build", "-o", path, "../../cmd/callgate").CombinedOutput(); err != nil {
		t.Fatalf("building: %v\n%s", err, out)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "serve", "--listen", "127.0.0.1:0", "--admin-listen", "off", "--public-url", public, "--support-number", support)
	cmd.Dir = t.TempDir() // where there is no configuration
	cmd.Env = append(os.Environ(), "TWILIO_AUTH_TOKEN="+leaktest.Token)
	cmd.Stderr = w
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	record := leaktest.Record(t)
	lines := bufio.NewScanner(io.TeeReader(r, record))
	for origin == "" && lines.Scan() {
		if m := demoListening.FindStringSubmatch(lines.Text()); m != nil {
			origin = "http://" + m[1]
		}
	}
	if origin == "" {
		t.Fatalf("it does not listen: %v\n%s", cmd.Wait(), record.Text())
	}
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		for lines.Scan() { // to the end of the log
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("it did not stop well: %v\n%s", err, record.Text())
		}
	})
	return origin
}

// heard puts what a caller meets into words that both lines share.
func heard(log []carrier.Entry) []string {
	var out []string
	add := func(word string) {
		if len(out) == 0 || out[len(out)-1] != word {
			out = append(out, word)
		}
	}
	for _, e := range log {
		switch {
		case e.Dialled != nil && e.Dialled.To == support:
			add("is connected with a person")
		case e.End != nil && e.End.Reason == carrier.EndHangup:
			add("is hung up on")
		case e.Heard == nil || e.Heard.Sound != carrier.SoundSay:
		case strings.Contains(e.Heard.Text, "only the carrier can reach"):
			add("reaches the open part")
		case strings.Contains(e.Heard.Text, "sorry"):
			add("hears an apology")
		case strings.Contains(strings.ToLower(e.Heard.Text), "press 1"):
			add("is asked")
		}
	}
	return out
}

// The Pyramid demonstration, line by line in Go, and the demonstration flow do the
// same with the same caller.
func TestBothDemonstrationsBehaveTheSame(t *testing.T) {
	pyramid := start(t, public, "--support-number", support)
	demo := startDemo(t)
	tests := []struct {
		name, path string
		keys       string // pressed one by one; "-" is silence
		want       []string
	}{
		{"1 leads to the open part", "/", "1", []string{"is asked", "reaches the open part", "is hung up on"}},
		{"2 leads to a person", "/", "2", []string{"is asked", "hears an apology", "is connected with a person"}},
		{"silence is asked again", "/", "-1", []string{"is asked", "reaches the open part", "is hung up on"}},
		{"so is a wrong key", "/", "7-81", []string{"is asked", "reaches the open part", "is hung up on"}},
		{"and then 2", "/", "72", []string{"is asked", "hears an apology", "is connected with a person"}},
		{"an unknown route leads to a person", "/nowhere", "", []string{"hears an apology", "is connected with a person"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for name, config := range map[string]carrier.Config{
				"pyramid": {Server: pyramid.origin, VoiceMethod: "GET"}, // the original is called with GET
				"demo":    {Server: demo},
			} {
				config.Token, config.VoiceURL = leaktest.Token, public+tt.path
				line, err := carrier.NewLine(config)
				if err != nil {
					t.Fatal(err)
				}
				call, err := line.Call(t.Context(), carrier.Caller{From: leaktest.Caller})
				if err != nil {
					t.Fatal(err)
				}
				for _, k := range tt.keys {
					if k == '-' {
						err = call.Silence()
					} else {
						err = call.Press(string(k))
					}
					if err != nil {
						t.Fatalf("%s: %v", name, err)
					}
				}
				if _, err := call.Finish(); err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				if got := heard(call.Log()); !slices.Equal(got, tt.want) {
					t.Errorf("%s: the caller %v, want %v\n%s", name, got, tt.want, call.Transcript())
				}
				for _, p := range call.Problems() {
					t.Errorf("%s: %s", name, p)
				}
			}
		})
	}
}
