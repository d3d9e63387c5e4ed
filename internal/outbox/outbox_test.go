package outbox_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/callgate/callgate/internal/leaktest"
	"github.com/callgate/callgate/internal/outbox"
)

type entry struct {
	Key  string `json:"key"`
	Text string `json:"text"`
}

func open(t *testing.T, path string) *outbox.Box {
	t.Helper()
	b, err := leaktest.Noted(outbox.Open(path))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func put(t *testing.T, b *outbox.Box, key, text string) {
	t.Helper()
	if err := b.Put(key, entry{key, text}); err != nil {
		t.Fatal(err)
	}
}

func TestOnceAKeyAcrossRestarts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "outbox.jsonl")
	b := open(t, path)
	put(t, b, "CA1.1", "first")
	put(t, b, "CA1.1", "again")
	put(t, b, "CA1.2", "second")
	b.Close()
	put(t, open(t, path), "CA1.2", "after a restart")
	want := `{"key":"CA1.1","text":"first"}` + "\n" + `{"key":"CA1.2","text":"second"}` + "\n"
	if got := read(t, path); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; the file holds telephone numbers", info.Mode(), err)
	}
}

// A line that broke off in a crash stays as it is, and the next one stands alone.
func TestBrokenLastLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "outbox.jsonl")
	if err := os.WriteFile(path, []byte(`{"key":"CA1.1","te`), 0o600); err != nil {
		t.Fatal(err)
	}
	put(t, open(t, path), "CA1.1", "whole")
	if got, want := read(t, path), `{"key":"CA1.1","te`+"\n"+`{"key":"CA1.1","text":"whole"}`+"\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestFaults(t *testing.T) {
	dir := t.TempDir()
	if _, err := leaktest.Noted(outbox.Open(dir)); err == nil {
		t.Error("a folder was opened")
	}
	wrong := filepath.Join(dir, "wrong")
	if err := os.WriteFile(wrong, []byte(strings.Repeat("x", 100<<10)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := leaktest.Noted(outbox.Open(wrong)); err == nil || !strings.Contains(err.Error(), "line 1") {
		t.Errorf("a file of another kind: %v", err)
	}
	b := open(t, filepath.Join(dir, "closed"))
	b.Close()
	if err := b.Put("k", entry{Key: "k"}); err == nil {
		t.Error("an entry was put into a closed box")
	}
	if err := b.Put("k", func() {}); err == nil {
		t.Error("a function was written")
	}
}

func TestConcurrently(t *testing.T) {
	path := filepath.Join(t.TempDir(), "outbox.jsonl")
	b := open(t, path)
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			key := fmt.Sprint("CA", i%20)
			if err := b.Put(key, entry{key, "x"}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := strings.Count(read(t, path), "\n"); n != 20 {
		t.Errorf("%d lines, want 20", n)
	}
}
