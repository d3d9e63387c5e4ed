// Package outbox keeps what a line has promised and received: bookings of calls back
// and voicemails, one JSON object a line, in a file that other programs read.
//
// A line is on the disk before the caller hears that the booking was made. Each has a
// key, the call and the step that it comes from: a webhook that the carrier repeats
// gives the same key and no second line. Keys of the last lines of the file are read
// at the start, so that this holds across a restart as well. When several servers write
// files of their own, whoever gathers them drops repeated keys.
//
// The file holds telephone numbers, and is readable by its owner only.
package outbox

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
)

// maxKeys bounds the keys that are remembered: more than the calls of a day.
const maxKeys = 100_000

// maxLine bounds a line that is read back, in bytes. Ours are much shorter.
const maxLine = 64 << 10

// Box is an open file. Make one with Open; it may be used by many goroutines.
type Box struct {
	mu    sync.Mutex
	file  *os.File
	known map[string]bool
	order []string // of known, the oldest first
}

// Open opens a file, or makes it, and reads the keys that are in it.
func Open(path string) (*Box, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("outbox: %w", err)
	}
	b := &Box{file: f, known: map[string]bool{}}
	if err := b.load(); err != nil {
		f.Close()
		return nil, fmt.Errorf("outbox: %s: %w", path, err)
	}
	return b, nil
}

// load remembers the keys of a file, and ends a last line that broke off in a crash.
func (b *Box) load() error {
	lines := bufio.NewScanner(b.file)
	lines.Buffer(make([]byte, 0, 4096), maxLine)
	n := 0
	for lines.Scan() {
		n++
		var entry struct {
			Key string `json:"key"`
		}
		if json.Unmarshal(lines.Bytes(), &entry) == nil && entry.Key != "" {
			b.remember(entry.Key)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("line %d: %w; is this the right file?", n+1, err)
	}
	return b.endLine()
}

func (b *Box) endLine() error {
	size, err := b.file.Seek(0, io.SeekEnd)
	if err != nil || size == 0 {
		return err
	}
	last := make([]byte, 1)
	if _, err := b.file.ReadAt(last, size-1); err != nil || last[0] == '\n' {
		return err
	}
	_, err = b.file.WriteString("\n")
	return err
}

func (b *Box) remember(key string) {
	if len(b.order) == maxKeys {
		delete(b.known, b.order[0])
		b.order = b.order[1:]
	}
	b.known[key] = true
	b.order = append(b.order, key)
}

// Put writes an entry, which must have the key as its member "key", unless one with
// this key was written before. When it returns without an error the entry is on the disk.
func (b *Box) Put(key string, entry any) error {
	line, err := json.Marshal(entry)
	if err != nil {
		return fmt.Errorf("outbox: %w", err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.file == nil {
		return errors.New("outbox: closed")
	}
	if b.known[key] {
		return nil
	}
	if _, err := b.file.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("outbox: %w", err)
	}
	if err := b.file.Sync(); err != nil {
		return fmt.Errorf("outbox: %w", err)
	}
	b.remember(key)
	return nil
}

// Close closes the file. What is put afterwards is an error.
func (b *Box) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	f := b.file
	b.file = nil
	if f == nil {
		return nil
	}
	return f.Close()
}
