package leaktest

import (
	"flag"
	"fmt"
	"io"
	"os"
	"sync"
)

// Main runs the tests of a package for its TestMain, and fails them when a secret came
// out: one of this package, or one of those that are named here, which are what the
// package's own tests use for keys, digits and the like. It returns the exit code.
func Main(m interface{ Run() int }, secrets ...string) int {
	planted.add(secrets)
	notes.reset()
	code := m.Run()
	if fuzzing() {
		return code
	}
	for _, leak := range notes.leaks {
		fmt.Fprintln(os.Stderr, leak)
		code = max(code, 1)
	}
	if err := notes.keep(); err != nil {
		fmt.Fprintln(os.Stderr, "leaktest:", err)
		code = max(code, 1)
	}
	return code
}

// noted are the different texts that were noted.
type noted struct {
	mu    sync.Mutex
	texts map[string]bool
	leaks []string
}

var notes noted

// maxNotes bounds what is remembered. Texts are sentences with a few numbers in them, and
// so not many; a test that makes more is not watched to its end, which is said.
const maxNotes = 200_000

// Note takes what a program says, for tests of packages that make no log: errors, and
// what is made for logs. Nil errors say nothing.
func Note(said ...any) {
	if fuzzing() {
		return // one process after another notes millions of texts
	}
	for _, s := range said {
		if s != nil {
			notes.add(fmt.Sprintf("%+v", s))
		}
	}
}

func (n *noted) reset() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.texts, n.leaks = map[string]bool{}, nil
}

func (n *noted) add(text string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.texts[text] {
		return
	}
	if n.texts == nil {
		n.texts = map[string]bool{}
	}
	if len(n.texts) == maxNotes {
		n.leaks = append(n.leaks, fmt.Sprintf("leaktest: more than %d texts were noted", maxNotes))
	}
	if len(n.texts) <= maxNotes {
		n.texts[text] = true
	}
	for _, what := range Find([]byte(text)) {
		n.leaks = append(n.leaks, fmt.Sprintf("%s came out in:\n%s", what, text))
	}
}

// keep puts the notes and the secrets where the whole run is searched.
func (n *noted) keep() error {
	dir := os.Getenv(Variable)
	if dir == "" {
		return nil
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	f, err := os.CreateTemp(dir, "recorded-notes-*")
	if err != nil {
		return err
	}
	for text := range n.texts {
		if _, err := io.WriteString(f, text+"\n"); err != nil {
			f.Close()
			return err
		}
	}
	if err := f.Close(); err != nil {
		return err
	}
	return planted.keep(dir)
}

// fuzzing reports whether this process makes up inputs.
func fuzzing() bool {
	for _, name := range []string{"test.fuzz", "test.fuzzworker"} {
		if f := flag.Lookup(name); f != nil && f.Value.String() != "" && f.Value.String() != "false" {
			return true
		}
	}
	return false
}

// Noted notes the error of a call and hands both of its results on.
func Noted[T any](result T, err error) (T, error) {
	Note(err)
	return result, err
}
