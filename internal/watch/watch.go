// Package watch notices when the content of files changes.
//
// It reads the files again and compares hashes. The files are few and small (a
// configuration, keys, certificates), and this way finds every kind of change alike: a
// file that was written in place, one that was renamed over, a symbolic link that was
// turned, as Kubernetes does with mounted secrets, and a network file system that
// sends no events. Nothing has to be set up again after any of them.
package watch

import (
	"crypto/sha256"
	"io"
	"os"
	"slices"
	"sync"
)

// maxSize bounds what is read of a file; a change behind it goes unnoticed.
const maxSize = 4 << 20

// Files watches a set of files. The zero value watches none. It may be used from
// many goroutines.
type Files struct {
	mu    sync.Mutex
	names []string
	last  []fingerprint
}

// fingerprint stands for the content of a file, or for why it could not be read.
type fingerprint struct {
	sum [sha256.Size]byte
	err string
}

// Set watches these files from now on, instead of those watched before.
func (f *Files) Set(names ...string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.names = slices.Clone(names)
	f.last = f.look()
}

// Changed reports whether any of the files has another content than at the last call
// of Changed or Set. A file that appears or vanishes has changed.
func (f *Files) Changed() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.look()
	changed := !slices.Equal(now, f.last)
	f.last = now
	return changed
}

func (f *Files) look() []fingerprint {
	prints := make([]fingerprint, len(f.names))
	for i, name := range f.names {
		prints[i] = read(name)
	}
	return prints
}

func read(name string) (p fingerprint) {
	file, err := os.Open(name)
	if err != nil {
		p.err = err.Error()
		return p
	}
	defer file.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, io.LimitReader(file, maxSize)); err != nil {
		p.err = err.Error()
		return p
	}
	hash.Sum(p.sum[:0])
	return p
}
