package cli_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/callgate/callgate/internal/cli"
)

// speaks puts a program of this name, a shell script, in the place of all others.
func speaks(t *testing.T, name, script string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	return dir
}

const voiceFlow = `name: Aloud
start: hello
nodes:
  hello: {say: "-w /tmp/x; touch $(touched) 'it'", to: bye}
  bye: {hangup: Goodbye.}
languages:
  de: {locale: de-DE}
`

func callAloud(t *testing.T, ctx context.Context, flow string, args ...string) (code int, out string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "flow.yaml")
	if err := os.WriteFile(file, []byte(flow), 0o644); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	env := &cli.Env{Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr, Getenv: func(string) string { return "" }}
	code = cli.Main(ctx, append([]string{"call", "--flow", file, "--voice"}, args...), env)
	return code, stdout.String() + stderr.String()
}

// The program gets the text as its input, whatever it looks like, the language as its
// only argument, and no keys.
func TestVoiceProgram(t *testing.T) {
	t.Setenv("TWILIO_AUTH_TOKEN", "a-secret-0123456789")
	dir := speaks(t, "espeak-ng", `{ echo "args: $*"; echo "key: $TWILIO_AUTH_TOKEN"; while read -r line || [ -n "$line" ]; do echo "text: $line"; done; } >>"${0%/*}/said"`)
	code, out := callAloud(t, t.Context(), voiceFlow)
	said, err := os.ReadFile(filepath.Join(dir, "said"))
	want := "args: --stdin -v de-de\nkey: \ntext: -w /tmp/x; touch $(touched) 'it'\nargs: --stdin -v de-de\nkey: \ntext: Goodbye.\n"
	if code != 0 || err != nil || string(said) != want {
		t.Errorf("exit code %d, %v\n%s\nsaid\n%s\nwant\n%s", code, err, out, said, want)
	}
}

// On macOS the voice is chosen from the list.
func TestVoiceOfMacOS(t *testing.T) {
	dir := speaks(t, "say", `if [ "$2" = "?" ]; then
echo "Samantha            en_US    # Hello!"
echo "Anna (Enhanced)     de_DE    # Hallo!"
else echo "$*" >>"${0%/*}/said"; fi`)
	code, out := callAloud(t, t.Context(), voiceFlow)
	said, _ := os.ReadFile(filepath.Join(dir, "said"))
	if want := strings.Repeat("-f - -v Anna (Enhanced)\n", 2); code != 0 || string(said) != want {
		t.Errorf("exit code %d\n%s\nsaid\n%s", code, out, said)
	}
}

// A language that the program does not speak is spoken as English.
func TestVoiceUnknownLanguage(t *testing.T) {
	dir := speaks(t, "espeak-ng", `case "$3" in en) echo "$*" >>"${0%/*}/said";; *) echo "Error: The specified espeak-ng voice does not exist." >&2; exit 1;; esac`)
	code, out := callAloud(t, t.Context(), voiceFlow)
	said, _ := os.ReadFile(filepath.Join(dir, "said"))
	if want := strings.Repeat("--stdin -v en\n", 2); code != 0 || string(said) != want || strings.Contains(out, "does not exist") {
		t.Errorf("exit code %d\n%s\nsaid\n%s", code, out, said)
	}
}

// What keeps the program from being heard is told once; nothing to speak with ends the command.
func TestVoiceErrors(t *testing.T) {
	speaks(t, "espeak-ng", "echo 'ALSA lib: no card' >&2; echo 'error: No such file or directory' >&2")
	if code, out := callAloud(t, t.Context(), voiceFlow); code != 0 || strings.Count(out, "--voice: ") != 1 || !strings.Contains(out, "espeak-ng: error: No such file") {
		t.Errorf("no loudspeaker: exit code %d\n%s", code, out)
	}
	t.Setenv("PATH", t.TempDir())
	if code, out := callAloud(t, t.Context(), voiceFlow); code != 2 || !strings.Contains(out, "neither espeak-ng nor say is installed") {
		t.Errorf("no program: exit code %d\n%s", code, out)
	}
}

// Stopping the command stops the program.
func TestVoiceStops(t *testing.T) {
	path := os.Getenv("PATH")
	dir := speaks(t, "espeak-ng", `echo $$ >"${0%/*}/pid"; exec sleep 600`)
	t.Setenv("PATH", dir+string(os.PathListSeparator)+path)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		for ctx.Err() == nil { // until the script runs
			if b, err := os.ReadFile(filepath.Join(dir, "pid")); err == nil && len(b) > 0 {
				cancel()
			}
			time.Sleep(time.Millisecond)
		}
	}()
	began := time.Now()
	code, out := callAloud(t, ctx, voiceFlow)
	if time.Since(began) > time.Minute || code != 1 || !strings.HasSuffix(out, "\nstopped\n") {
		t.Errorf("exit code %d after %v\n%s", code, time.Since(began), out)
	}
}
