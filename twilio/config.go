package twilio

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/callgate/callgate"
)

// Key is an auth token and where it belongs.
type Key struct {
	// Name names the key in proofs, principals, logs and metrics. It is a word
	// of letters, digits, ".", "_" and "-", at most 64 characters.
	Name string
	// Account is the account SID ("AC" and 32 lower-case hexadecimal digits)
	// that the token belongs to. Empty means any account: then the AccountSid
	// of a request is not compared with anything.
	Account string
	// Token is the primary auth token of the account; traffic of a subaccount
	// is signed with the subaccount's own. An API key does not sign.
	Token callgate.Secret
}

// Profile says what must hold besides the signature.
type Profile int

// The profiles. The zero Profile is the strict one.
const (
	// ProfileVoice asks that the request be what its Kind says; see the package
	// comment.
	ProfileVoice Profile = iota
	// ProfileSignature checks the signature alone. What a valid signature does
	// not prove is then the caller's to check.
	ProfileSignature
)

// Config is checked whole by New.
type Config struct {
	// Keys are the live keys, newest first. At least one is required; around the
	// promotion of a new token both the new and the old one belong here.
	Keys []Key
	// Profile is what must hold besides the signature.
	Profile Profile
	// ExtraParams are the names of parameters that the application itself has
	// the carrier send, such as the <Parameter> of a client.
	ExtraParams []string
}

// New makes a verifier. The error joins every fault of the configuration and
// never shows a token.
func New(c Config) (*Verifier, error) {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	if len(c.Keys) == 0 {
		fault("Keys: none; give at least one auth token")
	}
	for i, k := range c.Keys {
		for _, err := range k.faults() {
			fault("Keys[%d].%w", i, err)
		}
		if j := slices.IndexFunc(c.Keys[:i], func(other Key) bool { return other.Name == k.Name }); j >= 0 && k.Name != "" {
			fault("Keys[%d].Name: the same as Keys[%d].Name; give each key a name of its own", i, j)
		}
	}
	if c.Profile != ProfileVoice && c.Profile != ProfileSignature {
		fault("Profile: %d is none; use ProfileVoice or ProfileSignature", c.Profile)
	}
	const most = 200 // parameters; a table of fixed size holds the names
	if len(c.ExtraParams) > most {
		fault("ExtraParams: %d names; at most %d", len(c.ExtraParams), most)
	}
	for i, name := range c.ExtraParams {
		if err := checkExtra(name, c.ExtraParams[:i]); err != nil {
			fault("ExtraParams[%d]: %w", i, err)
		}
	}
	if len(faults) > 0 {
		return nil, fmt.Errorf("twilio: %w", errors.Join(faults...))
	}
	n := newNames(c.ExtraParams)
	keys := slices.Clone(c.Keys)
	v := &Verifier{
		profile: c.Profile,
		voice:   newLexicon(n, callgate.KindVoice, inVoice),
		status:  newLexicon(n, callgate.KindStatus, inStatus),
	}
	for _, k := range keys {
		v.keys = append(v.keys, Key{Name: k.Name, Account: k.Account})
	}
	v.pool.New = func() any { return newScratch(keys, n) }
	return v, nil
}

// checkExtra says what is wrong with the name of an application's parameter.
func checkExtra(name string, before []string) error {
	const shortest = 3 // a shorter name stands in too many values by accident
	switch {
	case len(name) < shortest || !isName([]byte(name)):
		return fmt.Errorf(`%q must be a letter and at least two more letters, digits, "_", "-" or "."`, name)
	case name <= "AccountSid":
		return fmt.Errorf("%q sorts before AccountSid, which must be the first parameter; rename it", name)
	case slices.ContainsFunc(words, func(w word) bool { return w.name == name }):
		return fmt.Errorf("%q is a parameter of the carrier; leave it out", name)
	case slices.Contains(before, name):
		return fmt.Errorf("%q is there twice", name)
	}
	return nil
}

// faults lists what is wrong with a key, without showing its token.
func (k Key) faults() (faults []error) {
	fault := func(text string) { faults = append(faults, errors.New(text)) }
	if !isKeyName(k.Name) {
		fault(`Name: must be 1 to 64 letters, digits, ".", "_" or "-"`)
	}
	if k.Account != "" && !isSid(k.Account, "AC") {
		fault(`Account: must be empty or "AC" and 32 lower-case hexadecimal digits`)
	}
	const quotes = "\"'`"
	switch token := k.Token.Reveal(); {
	case token == "":
		fault("Token: empty; anyone could sign with it")
	case token == k.Name:
		fault("Token: the same as Name, which is shown in logs")
	case strings.ContainsFunc(token, isSpaceOrControl):
		fault("Token: has white space or control characters; remove them (a file often ends with a line break)")
	case strings.Trim(token, quotes) != token:
		fault("Token: starts or ends with a quotation mark; remove the quotation")
	case isSid(token, "AC"), isSid(token, "SK"):
		fault("Token: is the SID of an account or API key; use the auth token of the account, which alone signs")
	}
	return faults
}

func isSpaceOrControl(c rune) bool { return c <= ' ' || c >= 0x7f && c <= 0xa0 }

func isKeyName(s string) bool {
	const longest = 64
	for i := range len(s) {
		c := s[i]
		if !(c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c == '.' || c == '_' || c == '-') {
			return false
		}
	}
	return s != "" && len(s) <= longest
}

// isSid reports whether s is a two-letter prefix and 32 lower-case hexadecimal digits.
func isSid(s, prefix string) bool {
	return len(s) == sidLength && munchSid([]byte(s), prefix[0], prefix[1]) == sidLength
}
