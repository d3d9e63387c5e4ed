// Package htpasswd checks passwords against a file as "htpasswd -B" of the Apache
// HTTP Server writes it: a line "name:hash" for each user, where the hash is one of
// bcrypt. Lines that are blank or begin with "#" are skipped.
//
// Other forms of hash that such a file can have (crypt, MD5, SHA-1 and plain text)
// are quickly tried by whoever gets the file, and are refused.
//
// bcrypt is slow, which is its purpose: at the cost 10 it takes about 50 ms of a
// processor. So that guessing cannot starve calls, at most half of the processors
// check passwords at a time; and so that calls do not wait behind it, a password
// that was right is remembered, as an HMAC under a key that only this process has.
// A user who does not exist takes the same time as one who does, whatever the costs
// in the file.
package htpasswd

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"

	"golang.org/x/crypto/bcrypt"
)

const (
	// maxCost keeps a slip in the file from stopping the server: each step doubles
	// the time, and 14 takes about a second.
	maxCost = 14
	// maxPassword is how much of a password bcrypt reads, in bytes. A longer one is
	// refused, because any that begins alike would be right too.
	maxPassword = 72
)

// Users knows passwords. It may be used by many goroutines.
type Users struct {
	hashes map[string][]byte
	// decoys are hashes of nothing, by cost, that fill up the time of a check to that
	// of the dearest. The last has the greatest cost of the file.
	decoys map[int][]byte
	most   int

	slots chan struct{} // one for each check that may run

	mu    sync.Mutex
	key   [sha256.Size]byte
	right map[[sha256.Size]byte]bool // as many as users at most
}

// Parse reads the content of a file; its name is for messages. The error joins all
// faults, each with its line, and quotes no hash.
func Parse(file string, content []byte) (*Users, error) {
	u := &Users{
		hashes: map[string][]byte{},
		decoys: map[int][]byte{},
		slots:  make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2)),
		right:  map[[sha256.Size]byte]bool{},
	}
	rand.Read(u.key[:])
	var faults []error
	least := maxCost
	lines := map[string]int{}
	for n, line := range strings.Split(string(content), "\n") {
		line = strings.TrimSuffix(line, "\r")
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, cost, err := u.add(line)
		if first, twice := lines[name]; err == nil && twice {
			err = fmt.Errorf("the user %q is on line %d already; keep one of them", name, first)
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("%s:%d: %w", file, n+1, err))
			continue
		}
		lines[name] = n + 1
		u.most, least = max(u.most, cost), min(least, cost)
	}
	if len(lines) == 0 && len(faults) == 0 {
		faults = append(faults, fmt.Errorf(`%s: no users; add one with "htpasswd -B %s NAME"`, file, file))
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return u, u.makeDecoys(least)
}

// add takes in a line.
func (u *Users) add(line string) (name string, cost int, err error) {
	name, hash, found := strings.Cut(line, ":")
	switch {
	case !found:
		return "", 0, errors.New(`not "name:hash"`)
	case name == "" || strings.ContainsFunc(name, func(c rune) bool { return c <= ' ' || c == 0x7f }):
		return "", 0, errors.New("the user's name is empty or has white space or control characters")
	case !isBcrypt(hash):
		return "", 0, fmt.Errorf(`the hash of %q is not one of bcrypt; make it with "htpasswd -B"`, name)
	}
	if cost, err = bcrypt.Cost([]byte(hash)); err != nil {
		return "", 0, fmt.Errorf("the hash of %q is damaged", name)
	}
	if cost > maxCost {
		return "", 0, fmt.Errorf("the hash of %q has the cost %d; above %d a check takes seconds", name, cost, maxCost)
	}
	if _, twice := u.hashes[name]; !twice {
		u.hashes[name] = []byte(hash)
	}
	return name, cost, nil
}

// isBcrypt reports whether a hash has the form of bcrypt's: version, cost, and 53
// characters of salt and sum. Version 2x is the one that had an error.
func isBcrypt(hash string) bool {
	const length = len("$2y$10$") + 53
	if len(hash) != length || hash[0] != '$' || hash[3] != '$' || hash[6] != '$' {
		return false
	}
	if v := hash[1:3]; v != "2a" && v != "2b" && v != "2y" {
		return false
	}
	return !strings.ContainsFunc(hash[7:], func(c rune) bool {
		return !(c == '.' || c == '/' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z')
	})
}

func (u *Users) makeDecoys(least int) error {
	for cost := least; cost <= u.most; cost++ {
		decoy, err := bcrypt.GenerateFromPassword([]byte(rand.Text()), cost)
		if err != nil {
			return fmt.Errorf("hashing: %w", err)
		}
		u.decoys[cost] = decoy
	}
	return nil
}

// CheckPassword reports whether the user exists and has the password.
func (u *Users) CheckPassword(user, password string) bool {
	// bcrypt reads a password again and again with a zero byte after it, so that
	// one with a zero byte in it could be right too.
	if len(password) > maxPassword || strings.IndexByte(password, 0) >= 0 {
		return false
	}
	sum := u.sum(user, password)
	if u.knows(sum) {
		return true
	}
	u.slots <- struct{}{}
	defer func() { <-u.slots }()
	if !u.compare(user, password) {
		return false
	}
	u.remember(sum)
	return true
}

// compare takes 2^most rounds for every user: a step of the cost doubles the rounds,
// so the costs from one's own to the last but one add up to the rest.
func (u *Users) compare(user, password string) bool {
	hash, known := u.hashes[user]
	if !known {
		hash = u.decoys[u.most]
	}
	err := bcrypt.CompareHashAndPassword(hash, []byte(password))
	cost, _ := bcrypt.Cost(hash) // Parse has read it
	for ; cost < u.most; cost++ {
		_ = bcrypt.CompareHashAndPassword(u.decoys[cost], []byte(password))
	}
	return err == nil && known
}

func (u *Users) sum(user, password string) (sum [sha256.Size]byte) {
	h := hmac.New(sha256.New, u.key[:])
	h.Write([]byte(user + ":" + password)) // a name has no colon
	h.Sum(sum[:0])
	return sum
}

func (u *Users) knows(sum [sha256.Size]byte) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.right[sum]
}

func (u *Users) remember(sum [sha256.Size]byte) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.right[sum] = true
}
