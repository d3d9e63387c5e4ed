package requestlog_test

import (
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/callgate/callgate/internal/requestlog"
)

// writes records each write.
type writes struct {
	mu  sync.Mutex
	all []string
}

func (w *writes) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all = append(w.all, string(p))
	return len(p), nil
}

func (w *writes) expect(t *testing.T, want ...string) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if fmt.Sprintf("%q", w.all) != fmt.Sprintf("%q", want) {
		t.Errorf("got %q, want %q", w.all, want)
	}
}

// Lines wait for each other, but not for long, and again after that.
func TestBufferWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w writes
		b := requestlog.NewBuffer(&w)
		fmt.Fprint(b, "a\n")
		fmt.Fprint(b, "b\n")
		w.expect(t)
		time.Sleep(time.Second)
		w.expect(t, "a\nb\n")
		fmt.Fprint(b, "c\n")
		time.Sleep(time.Second)
		w.expect(t, "a\nb\n", "c\n")
	})
}

func TestBufferClose(t *testing.T) {
	var w writes
	b := requestlog.NewBuffer(&w)
	fmt.Fprint(b, "a\n")
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	fmt.Fprint(b, "late\n")
	w.expect(t, "a\n", "late\n")
}

// A failure is written at once, after what came before it.
func TestBufferPrompt(t *testing.T) {
	var w writes
	b := requestlog.NewBuffer(&w)
	log := slog.New(b.Prompt(withoutTime(b), slog.LevelError)).With("k", 1)
	log.Info("a")
	log.Warn("b")
	w.expect(t)
	log.Error("c")
	w.expect(t, `{"level":"INFO","msg":"a","k":1}`+"\n"+`{"level":"WARN","msg":"b","k":1}`+"\n"+`{"level":"ERROR","msg":"c","k":1}`+"\n")
	_ = b.Close()
}

// Of many writers, each line arrives once and whole, however much there is.
func TestBufferLosesNothing(t *testing.T) {
	const writers, lines = 8, 500
	var w writes
	b := requestlog.NewBuffer(&w)
	var all sync.WaitGroup
	for i := range writers {
		all.Go(func() {
			for k := range lines {
				fmt.Fprintf(b, "%d-%d %s\n", i, k, strings.Repeat("x", 100))
			}
		})
	}
	all.Wait()
	_ = b.Close()
	seen := map[string]bool{}
	for line := range strings.Lines(strings.Join(w.all, "")) {
		seen[line] = true
	}
	if len(seen) != writers*lines {
		t.Errorf("%d lines, want %d", len(seen), writers*lines)
	}
}
