// Package leaktest finds secrets in what tests make the program say: its logs, its
// errors and its metrics.
//
// Tests use the constants of this package as tokens, digits and the like, which are
// easily told from everything else, and write what the program says to a Recorder. When the
// test ends, the recorder fails it if any of them, or anything that looks like a
// signature, came out. A package that makes no log hands its errors, and what it makes for
// logs, to Note, and names other secrets of its tests in Main.
//
// With the environment variable CALLGATE_TEST_RECORD all of it is also kept in that folder,
// with what the test programs print, and scripts/test.sh searches the text of the whole test
// run once more, for the secrets of every package.
package leaktest

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// What tests send, and no log, error or metric may hold. Digits are more than a port or
// a number of milliseconds has, so that they are not found by chance.
const (
	Token  = "callgate-test-token-2f7a61c0"
	Digits = "47110815"
	Speech = "callgate test speech"
	// Caller is a number that the carrier sets aside for tests.
	Caller = "+15005550006"
)

// Variable names the folder that recordings are kept in.
const Variable = "CALLGATE_TEST_RECORD"

// signature is what the base64 of a HMAC-SHA1 looks like, in text or in a URL.
var signature = regexp.MustCompile(`(^|[^A-Za-z0-9+/])([A-Za-z0-9+/]{27}=|([A-Za-z0-9+/]|%2[BbFf]){27}%3[Dd])($|[^A-Za-z0-9+/=])`)

// Find returns what was found in the text, in words that may be printed.
func Find(text []byte) (found []string) {
	spaces := strings.NewReplacer("+", " ", "%20", " ")
	for name, secret := range planted.all() {
		if bytes.Contains(text, []byte(secret)) || strings.Contains(spaces.Replace(string(text)), secret) {
			found = append(found, name)
		}
	}
	if signature.Match(text) {
		found = append(found, "a signature")
	}
	return found
}

// Recorder keeps what was written to it. It may be used from many goroutines.
type Recorder struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Record makes a recorder that is searched when the test ends.
func Record(t testing.TB) *Recorder {
	r := &Recorder{}
	t.Cleanup(func() {
		text := r.Text()
		for _, what := range Find([]byte(text)) {
			t.Errorf("%s came out in:\n%s", what, text)
		}
		if err := Keep(text); err != nil {
			t.Error(err)
		}
	})
	return r
}

// Write keeps p.
func (r *Recorder) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(p)
}

// Text returns what was written so far.
func (r *Recorder) Text() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

// Keep writes the text into the folder for the search of the whole test run, if
// there is one.
func Keep(text string) error {
	dir := os.Getenv(Variable)
	if dir == "" || text == "" {
		return nil
	}
	f, err := os.CreateTemp(dir, "recorded-*")
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}

// Scan searches the files that were kept in a folder, and returns how many there are
// and what was found.
func Scan(dir string) (files int, found []string, err error) {
	if err := planted.load(dir); err != nil {
		return 0, nil, err
	}
	names, err := filepath.Glob(filepath.Join(dir, "recorded-*"))
	if err != nil {
		return 0, nil, err
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return 0, nil, err
		}
		for _, what := range Find(text) {
			found = append(found, fmt.Sprintf("%s came out in:\n%s", what, excerpt(text)))
		}
	}
	return len(names), found, nil
}

// excerpt returns the first lines of a text in which something is found, or all of it when
// it takes several lines to see.
func excerpt(text []byte) []byte {
	const shown = 3
	var lines [][]byte
	for line := range bytes.Lines(text) {
		if len(lines) < shown && len(Find(line)) > 0 {
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 {
		return text
	}
	return bytes.Join(lines, nil)
}
