package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/callgate/callgate/internal/leaktest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"callgate": func() { os.Exit(recorded(run)) }})
}

// TestScripts runs the conversations in testdata with the real program. What the
// program says on standard error, and its metrics, may hold none of the secrets that
// the scripts send: $TOKEN, $DIGITS, $SPEECH, the caller's number, and signatures.
func TestScripts(t *testing.T) {
	recordings := t.TempDir()
	t.Cleanup(func() { searchRecordings(t, recordings) })
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv(recordVariable, recordings)
			env.Setenv("TOKEN", leaktest.Token)
			env.Setenv("DIGITS", leaktest.Digits)
			env.Setenv("SPEECH", leaktest.Speech)
			env.Setenv("PAST", day(-1))
			env.Setenv("SOON", day(30))
			env.Setenv("FAR", day(100))
			env.Values[serversKey{}] = servers{}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"cert":     cert,
			"exits":    exits,
			"start":    start,
			"signal":   signalServer,
			"halt":     halt,
			"logged":   logged,
			"printed":  printed,
			"call":     call,
			"fetch":    fetch,
			"fill":     fill,
			"appears":  appears,
			"raw":      raw,
			"stream":   stream,
			"upstream": upstream,
		},
	})
}

// exits runs a program as exec does and demands its exit code:
//
//	exits CODE PROGRAM [ARG...]
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM [ARG...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// day returns a date some days from now.
func day(days int) string { return time.Now().UTC().AddDate(0, 0, days).Format(time.DateOnly) }

// fill replaces $NAME in files by the variable of the script:
//
//	fill FILE...
func fill(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		text := os.Expand(ts.ReadFile(name), ts.Getenv)
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(text), 0o600))
	}
}

// appears waits until exactly one file matches a pattern, which only its owner may
// read, and copies it:
//
//	appears PATTERN COPY
func appears(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: appears PATTERN COPY")
	}
	for end := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		names, err := filepath.Glob(ts.MkAbs(args[0]))
		ts.Check(err)
		if len(names) == 1 {
			info, err := os.Stat(names[0])
			ts.Check(err)
			if mode := info.Mode().Perm(); mode != 0o600 {
				ts.Fatalf("%s has the mode %v", names[0], mode)
			}
			ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(ts.ReadFile(names[0])), 0o600))
			return
		}
		if len(names) > 1 || time.Now().After(end) {
			ts.Fatalf("%d files match %s", len(names), args[0])
		}
	}
}
