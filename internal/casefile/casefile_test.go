package casefile_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/callgate/callgate/explain"
	"github.com/callgate/callgate/internal/casefile"
	"github.com/callgate/callgate/twilio"
)

// oneCase is a case with a body of some bytes.
func oneCase(size int) *explain.Case {
	return &explain.Case{
		Config: explain.Config{Keys: []twilio.Key{{Name: "main", Token: "0123456789abcdef0123456789abcdef"}}, PublicURL: "https://ivr.example.org"},
		Request: &explain.Request{
			Method: "POST", Target: "/menu", Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
			Body: []byte(strings.Repeat("a", size)),
		},
	}
}

// ticking is a clock that goes on by a second at each look.
func ticking() func() time.Time {
	at := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	return func() time.Time { at = at.Add(time.Second); return at }
}

func open(t *testing.T, dir string, keep int) *casefile.Store {
	t.Helper()
	s, err := casefile.Open(dir, keep, ticking())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func save(t *testing.T, s *casefile.Store, cause explain.Cause) string {
	t.Helper()
	name, err := s.Save(cause, oneCase(100))
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Base(name)
}

// names are the files of a folder in order.
func names(t *testing.T, dir string) (list []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

// A file is whole, the case can be read again, and nobody else may read it.
func TestSave(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "cases")
	name := save(t, open(t, dir, 0), explain.CauseSlash)
	if !strings.HasPrefix(name, "slash-20261128T1200") || !slices.Equal(names(t, dir), []string{name}) {
		t.Errorf("%s in %v", name, names(t, dir))
	}
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	var c explain.Case
	if err := json.Unmarshal(text, &c); err != nil || c.Request.Target != "/menu" || !explain.IsCase(text) {
		t.Errorf("%v %+v", err, c)
	}
	for path, want := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, name): 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v %v", path, info, err)
		}
	}
}

// Of each cause the newest stay, whatever comes of another cause, and other files are
// left alone.
func TestKeep(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, 2)
	foreign := []string{"host-notes.json", "slash-20261128T120000.000000000Z.json.bak", "readme"}
	for _, name := range foreign {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want := append(foreign, save(t, s, explain.CauseHost), save(t, s, explain.CauseHostCase))
	for range 5 {
		save(t, s, explain.CauseForged)
	}
	want = append(want, save(t, s, explain.CauseForged), save(t, s, explain.CauseForged))
	slices.Sort(want)
	if got := names(t, dir); !slices.Equal(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
	// so it is for a server that starts again
	s = open(t, dir, 1)
	save(t, s, explain.CauseHost)
	if got := names(t, dir); len(got) != len(want) {
		t.Errorf("%v", got)
	}
}

func TestTooLarge(t *testing.T) {
	dir := t.TempDir()
	if _, err := open(t, dir, 0).Save(explain.CauseSlash, oneCase(casefile.MaxSize)); err == nil || len(names(t, dir)) > 0 {
		t.Errorf("%v %v", err, names(t, dir))
	}
}

// What was never finished is removed, once it is old.
func TestLeftovers(t *testing.T) {
	dir := t.TempDir()
	for name, age := range map[string]time.Duration{".callgate-case-1": 2 * time.Hour, ".callgate-case-2": time.Minute} {
		path, at := filepath.Join(dir, name), ticking()().Add(-age)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	saved := save(t, open(t, dir, 0), explain.CauseSlash)
	if got := names(t, dir); !slices.Equal(got, []string{".callgate-case-2", saved}) {
		t.Errorf("%v", got)
	}
}

// A folder that cannot be made is said, and so is a file.
func TestFailures(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := casefile.Open(file, 0, nil); err == nil {
		t.Error("a file is taken for a folder")
	}
	if err := casefile.Write(filepath.Join(file, "case.json"), oneCase(1)); err == nil || strings.Contains(err.Error(), "callgate-case") {
		t.Error(err)
	}
	dir := t.TempDir()
	s := open(t, dir, 0)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Save(explain.CauseSlash, oneCase(1)); err == nil {
		t.Error("saved into a folder that is gone")
	}
}

func TestWrite(t *testing.T) {
	name := filepath.Join(t.TempDir(), "case.json")
	for range 2 { // the second replaces the first
		if err := casefile.Write(name, oneCase(1)); err != nil {
			t.Fatal(err)
		}
	}
	if text, err := os.ReadFile(name); err != nil || !explain.IsCase(text) {
		t.Errorf("%v %s", err, text)
	}
}
