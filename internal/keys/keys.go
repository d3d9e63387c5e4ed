// Package keys reads secrets, such as the auth tokens that carriers sign with,
// from where they are kept: an environment variable, a file, or the output of a
// command. A secret never comes from a flag's value or from the configuration file
// itself, because those are read by more people than a secret should be.
//
// An empty secret is refused at every source, and so is one that begins or ends
// with white space or has several lines: it is a slip of copying, and would
// otherwise be found out by every call being refused. No error quotes what was read.
package keys

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/callgate/callgate"
)

// MaxSize bounds a secret in bytes. A carrier's auth token has 32; anything near
// the limit is the wrong file.
const MaxSize = 4096

// CommandTimeout bounds how long a command may take to print a secret. It leaves
// time for a password manager that asks a server, not for one that waits for
// somebody to type.
const CommandTimeout = 10 * time.Second

// Source is where a secret comes from. Exactly one field is set.
type Source struct {
	// Env names an environment variable.
	Env string
	// File is the path of a file that holds the secret and nothing else. One
	// newline at its end is not part of the secret.
	File string
	// Command is a program and its arguments; no shell is involved. One newline at
	// the end of its output is not part of the secret.
	Command []string
}

// String names the source for messages.
func (s Source) String() string {
	switch {
	case s.Env != "":
		return "environment variable " + s.Env
	case s.File != "":
		return "file " + s.File
	case len(s.Command) > 0:
		return "command " + s.Command[0] // its arguments may be secret too
	}
	return "no source"
}

// Reader reads secrets.
type Reader struct {
	// Getenv returns the value of an environment variable.
	Getenv func(string) string
	// Stderr is where commands write what they have to complain of.
	Stderr io.Writer
	// Timeout bounds a command; CommandTimeout when zero.
	Timeout time.Duration
}

// Read reads the secret from its source.
func (r Reader) Read(ctx context.Context, s Source) (callgate.Secret, error) {
	raw, err := r.raw(ctx, s)
	if err != nil {
		return "", fmt.Errorf("%s: %w", s, err)
	}
	raw = trimNewline(raw)
	if err := check(raw); err != nil {
		return "", fmt.Errorf("%s: %w", s, err)
	}
	return callgate.Secret(raw), nil
}

func (r Reader) raw(ctx context.Context, s Source) ([]byte, error) {
	switch {
	case s.Env != "":
		value := r.Getenv(s.Env)
		if value == "" {
			return nil, errors.New("it is not set, or empty")
		}
		return []byte(value), nil
	case s.File != "":
		return readFile(s.File)
	case len(s.Command) > 0:
		return r.run(ctx, s.Command)
	}
	return nil, errors.New("name an environment variable, a file or a command")
}

func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, errors.Unwrap(err) // the path is in the source's name already
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, MaxSize+1))
	var at *os.PathError
	if errors.As(err, &at) {
		err = at.Err
	}
	return raw, err
}

func (r Reader) run(ctx context.Context, command []string) ([]byte, error) {
	timeout := r.Timeout
	if timeout == 0 {
		timeout = CommandTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	var out limited
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Stdout, cmd.Stderr = &out, r.Stderr
	cmd.WaitDelay = time.Second // a grandchild that keeps the pipe open does not hold us
	err := cmd.Run()
	if ctx.Err() == context.DeadlineExceeded {
		return nil, fmt.Errorf("it did not end within %v", timeout)
	}
	return out.buf.Bytes(), err
}

// limited keeps the first MaxSize+1 bytes, enough to see that it was too much.
type limited struct{ buf bytes.Buffer }

func (l *limited) Write(p []byte) (int, error) {
	if room := MaxSize + 1 - l.buf.Len(); room > 0 {
		l.buf.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}

func trimNewline(raw []byte) []byte {
	raw, ok := bytes.CutSuffix(raw, []byte("\n"))
	if ok {
		raw = bytes.TrimSuffix(raw, []byte("\r"))
	}
	return raw
}

// check refuses what cannot be meant as a secret.
func check(raw []byte) error {
	switch {
	case len(raw) == 0:
		return errors.New("it is empty")
	case len(raw) > MaxSize:
		return fmt.Errorf("it has more than %d bytes", MaxSize)
	case bytes.ContainsAny(raw, "\r\n"):
		return errors.New("it has several lines; one is wanted")
	case strings.TrimSpace(string(raw)) != string(raw):
		return errors.New("it begins or ends with white space; remove it")
	case bytes.ContainsFunc(raw, func(c rune) bool { return c < ' ' || c == 0x7f }):
		return errors.New("it holds a control character; it is not text")
	}
	return nil
}
