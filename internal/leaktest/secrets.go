package leaktest

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// How long a secret must be, and one of digits alone, which are found by chance in a time
// or a port.
const (
	shortest       = 6
	shortestDigits = 8
)

// secrets are what is searched for, by the words for it.
type secrets struct {
	mu   sync.Mutex
	more []string
}

var planted secrets

// all returns the constants of this package and what Main was given.
func (s *secrets) all() map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := map[string]string{
		"the token":                 Token,
		"the digits":                Digits,
		"the speech":                Speech,
		"the whole caller's number": strings.TrimPrefix(Caller, "+"),
	}
	for _, secret := range s.more {
		all[fmt.Sprintf("the secret %q", secret)] = secret
	}
	return all
}

func (s *secrets) add(more []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, secret := range more {
		if len(secret) < shortest || len(secret) < shortestDigits && strings.Trim(secret, "0123456789") == "" {
			panic(fmt.Sprintf("leaktest: %q is too short to be searched for", secret))
		}
	}
	s.more = append(s.more, more...)
}

// keep writes the secrets of a package into the folder for the search of the whole run.
func (s *secrets) keep(dir string) error {
	text, err := json.Marshal(s.more)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, "secrets-*")
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}

// load reads the secrets of all packages.
func (s *secrets) load(dir string) error {
	names, err := filepath.Glob(filepath.Join(dir, "secrets-*"))
	if err != nil {
		return err
	}
	all := map[string]bool{}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		var more []string
		if err := json.Unmarshal(text, &more); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		for _, secret := range more {
			all[secret] = true
		}
	}
	for secret := range all {
		s.add([]string{secret})
	}
	return nil
}
