// Package casefile writes redacted refusals, which package explain makes, into files:
// one where the user says, or a bounded number of them into a folder while a server
// runs.
//
// A file appears whole or not at all, and only its owner may read it: what is in it is
// redacted, and who reads it is the owner's choice all the same.
package casefile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/callgate/callgate/explain"
)

const (
	// DefaultKeep is how many files of each cause a Store keeps.
	DefaultKeep = 10
	// MaxSize bounds a file in bytes. A webhook makes one of about 4 kB. With the
	// number of causes it bounds the folder.
	MaxSize = 128 << 10

	folderMode = 0o700
	// leftover is how old a file that was never finished must be to be removed.
	leftover = time.Hour
)

// Write writes a case to a file, in place of one that is there.
func Write(name string, c *explain.Case) error {
	text, err := encode(c)
	if err != nil {
		return err
	}
	return replace(name, text)
}

func encode(c *explain.Case) ([]byte, error) {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false) // a form is easier to read with its "&"
	enc.SetIndent("", "  ")
	err := enc.Encode(c)
	return text.Bytes(), err
}

// unfinished begins the names of files that are being written.
const unfinished = ".callgate-case-"

// replace puts a file in its place when all of it is on the disk.
func replace(name string, text []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), unfinished) // for its owner only
	if err != nil {
		return withoutName(err)
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		_ = os.Remove(f.Name()) // what failed is said
		return withoutName(err)
	}
	return nil
}

// withoutName leaves the name of the unfinished file, which says nothing, out.
func withoutName(err error) error {
	var path *os.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}

// A Store is a folder with the newest cases of each cause. What is kept of one is not
// pushed out by another, so that a flood of forged requests leaves the others alone.
type Store struct {
	dir  string
	keep int
	now  func() time.Time
	mu   sync.Mutex
}

// Open makes the folder when it is not there, and finds out whether it can be
// written to. Of each cause the newest keep files stay; 0 is DefaultKeep. A nil clock
// is time.Now.
func Open(dir string, keep int, now func() time.Time) (*Store, error) {
	if keep == 0 {
		keep = DefaultKeep
	}
	if now == nil {
		now = time.Now
	}
	if err := os.MkdirAll(dir, folderMode); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(dir, unfinished)
	if err != nil {
		return nil, fmt.Errorf("the folder %s cannot be written to: %w", dir, withoutName(err))
	}
	return &Store{dir: dir, keep: keep, now: now}, errors.Join(f.Close(), os.Remove(f.Name()))
}

// Save writes a case of a cause, removes the oldest that are too many, and returns the
// name of the file.
func (s *Store) Save(cause explain.Cause, c *explain.Case) (string, error) {
	text, err := encode(c)
	if err != nil {
		return "", err
	}
	if len(text) > MaxSize {
		return "", fmt.Errorf("the case has more than %d bytes", MaxSize)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	name := filepath.Join(s.dir, string(cause)+"-"+s.now().UTC().Format(stamp)+".json")
	if err := replace(name, text); err != nil {
		return "", err
	}
	return name, s.prune(cause)
}

// stamp is the time in a name, by which names are in order.
const stamp = "20060102T150405.000000000Z"

var stamped = regexp.MustCompile(`^\d{8}T\d{6}\.\d{9}Z\.json$`)

// prune removes the oldest files of a cause, and what was never finished. Files with
// other names are somebody else's.
func (s *Store) prune(cause explain.Cause) error {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return err
	}
	var names []string
	for _, e := range entries {
		rest, ours := strings.CutPrefix(e.Name(), string(cause)+"-")
		if ours && stamped.MatchString(rest) {
			names = append(names, e.Name())
		}
		info, err := e.Info()
		if strings.HasPrefix(e.Name(), unfinished) && err == nil && s.now().Sub(info.ModTime()) > leftover {
			_ = os.Remove(filepath.Join(s.dir, e.Name())) // the next one tries again
		}
	}
	slices.Sort(names)
	var failed []error
	for _, name := range names[:max(len(names)-s.keep, 0)] {
		failed = append(failed, os.Remove(filepath.Join(s.dir, name)))
	}
	return errors.Join(failed...)
}
