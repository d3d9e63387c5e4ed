package main

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/callgate/callgate/internal/leaktest"
)

// recordVariable names the folder that processes of the tests record into.
const recordVariable = "CALLGATE_SCRIPT_RECORD"

// recorded runs the program and keeps a copy of what it says on standard error.
func recorded(run func() int) int {
	dir := os.Getenv(recordVariable)
	if dir == "" {
		return run()
	}
	file, err := os.CreateTemp(dir, "stderr-*")
	if err != nil {
		panic(err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		panic(err)
	}
	stderr, done := os.Stderr, make(chan error)
	os.Stderr = w
	go func() {
		_, err := io.Copy(io.MultiWriter(file, stderr), r)
		done <- err
	}()
	code := run()
	w.Close()
	if err := <-done; err != nil {
		panic(err)
	}
	return code
}

// searchRecordings fails the test when something came out.
func searchRecordings(t *testing.T, dir string) {
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(names) == 0 {
		t.Errorf("nothing was recorded: %v", err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, what := range leaktest.Find(text) {
			t.Errorf("%s came out in %s:\n%s", what, filepath.Base(name), text)
		}
		if err := leaktest.Keep(string(text)); err != nil {
			t.Error(err)
		}
	}
}
