package keys_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/callgate/callgate/internal/keys"
	"github.com/callgate/callgate/internal/leaktest"
)

const token = "callgate-test-token-of-package-keys"

func TestRead(t *testing.T) {
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	env := map[string]string{"GOOD": token, "EMPTY": "", "SPACE": token + " "}
	sh := func(script string) []string { return []string{"sh", "-c", script} }
	missing := filepath.Join(dir, "missing")

	for name, c := range map[string]struct {
		source keys.Source
		want   string // in the error; "" means that the token is read
	}{
		"variable":              {keys.Source{Env: "GOOD"}, ""},
		"variable empty":        {keys.Source{Env: "EMPTY"}, "environment variable EMPTY: it is not set, or empty"},
		"variable not set":      {keys.Source{Env: "NONE"}, "environment variable NONE: it is not set, or empty"},
		"variable with space":   {keys.Source{Env: "SPACE"}, "white space"},
		"file":                  {keys.Source{File: file("plain", token)}, ""},
		"file, newline":         {keys.Source{File: file("newline", token+"\n")}, ""},
		"file, CRLF":            {keys.Source{File: file("crlf", token+"\r\n")}, ""},
		"file, two newlines":    {keys.Source{File: file("two", token+"\n\n")}, "several lines"},
		"file, newline only":    {keys.Source{File: file("blank", "\n")}, "it is empty"},
		"file, two lines":       {keys.Source{File: file("lines", token+"\n"+token)}, "several lines"},
		"file, leading space":   {keys.Source{File: file("space", " "+token)}, "white space"},
		"file, zero byte":       {keys.Source{File: file("zero", token+"\x00"+token)}, "control character"},
		"file, largest":         {keys.Source{File: file("largest", token+strings.Repeat("x", keys.MaxSize-len(token)))}, ""},
		"file, too large":       {keys.Source{File: file("large", strings.Repeat("x", keys.MaxSize+1))}, "more than 4096 bytes"},
		"file missing":          {keys.Source{File: missing}, "file " + missing + ": no such file or directory"},
		"file is a directory":   {keys.Source{File: dir}, "file " + dir + ": is a directory"},
		"command":               {keys.Source{Command: sh("echo " + token)}, ""},
		"command, no newline":   {keys.Source{Command: sh("printf %s " + token)}, ""},
		"command, nothing":      {keys.Source{Command: sh("true")}, "command sh: it is empty"},
		"command fails":         {keys.Source{Command: sh("echo " + token + "; exit 3")}, "command sh: exit status 3"},
		"command missing":       {keys.Source{Command: []string{"callgate-no-such-program"}}, "executable file not found"},
		"command too talkative": {keys.Source{Command: sh("yes")}, "did not end within"},
		"command hangs":         {keys.Source{Command: sh("sleep 60")}, "did not end within"},
		"no source":             {keys.Source{}, "name an environment variable, a file or a command"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := keys.Reader{Getenv: func(k string) string { return env[k] }, Stderr: io.Discard, Timeout: 300 * time.Millisecond}
			got, err := leaktest.Noted(r.Read(t.Context(), c.source))
			if c.want == "" {
				if err != nil || !strings.HasPrefix(got.Reveal(), token) {
					t.Fatalf("got %q, %v", got.Reveal(), err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("error %v, want one with %q", err, c.want)
			}
			if strings.Contains(err.Error(), token) || got != "" {
				t.Fatalf("the secret came out: %q, %v", got.Reveal(), err)
			}
		})
	}
}

// A command is stopped when what it is read for is.
func TestReadCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := keys.Reader{Stderr: io.Discard}
	if _, err := leaktest.Noted(r.Read(ctx, keys.Source{Command: []string{"sleep", "60"}})); err == nil {
		t.Fatal("no error")
	}
}

// Arguments of a command may be secret: errors name the program only.
func TestSourceString(t *testing.T) {
	got := keys.Source{Command: []string{"vault", "read", token}}.String()
	if got != "command vault" {
		t.Errorf("got %q", got)
	}
}
