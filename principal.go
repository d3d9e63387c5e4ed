package callgate

import (
	"slices"
	"strings"
)

// Principal is one thing that is known about who sent a request. A request has
// a set of them, and access control entries name them.
type Principal string

// What principals begin with.
const (
	kindCarrier = "carrier:"
	kindAccount = "account:"
	kindNumber  = "number:"
	kindKey     = "key:"
	kindUser    = "user:"
)

// Everyone is a principal of every request, authenticated or not.
const Everyone Principal = "everyone"

// Carrier is the principal of a request that a carrier signed: "carrier:twilio".
func Carrier(name string) Principal { return Principal(kindCarrier + name) }

// Account is the principal of the carrier's account that a verified request is
// for: "account:AC…".
func Account(sid string) Principal { return Principal(kindAccount + sid) }

// Number is the principal of the number that was dialled: "number:+1…".
func Number(e164 string) Principal { return Principal(kindNumber + e164) }

// Key is the principal of the key that verified the request: "key:NAME".
func Key(name string) Principal { return Principal(kindKey + name) }

// User is the principal of a person or program that gave HTTP Basic
// credentials: "user:NAME".
func User(name string) Principal { return Principal(kindUser + name) }

// known reports whether p is a principal that some request can have.
func (p Principal) known() bool {
	if p == Everyone {
		return true
	}
	kind, name, _ := strings.Cut(string(p), ":")
	return slices.Contains([]string{"carrier", "account", "number", "key", "user"}, kind) && name != "" && isWord(name)
}

// masked hides the digits of a number but the last two, for logs.
func (p Principal) masked() Principal {
	if !strings.HasPrefix(string(p), kindNumber) {
		return p
	}
	return Principal(maskDigits(string(p), len(kindNumber)))
}

// maskDigits masks the number in s that begins at a place; a plus sign and the last two
// characters stay.
func maskDigits(s string, from int) string {
	const shown = 2
	if from < len(s) && s[from] == '+' {
		from++
	}
	end := len(s)
	if end-from > shown {
		end -= shown
	}
	var room [64]byte // for every number
	masked := append(room[:0], s...)
	for i := from; i < end; i++ {
		masked[i] = '*'
	}
	return string(masked)
}

// identify returns the principals of a request. What names them was verified;
// of what only a password vouches for, nothing names one but the user.
func (v *visit) identify() []Principal {
	a := &v.admission
	// All names in one piece of memory; each ends at one of ends.
	var room [160]byte // for the usual ones
	var ends [maxPrincipals]int
	text, count := room[:0], 0
	add := func(kind, name string) {
		text = append(append(text, kind...), name...)
		ends[count] = len(text)
		count++
	}
	if v.verified {
		add(kindCarrier, a.Proof.Carrier)
		if account := v.account(); account != "" {
			add(kindAccount, account)
		}
		if a.Proof.Key != "" {
			add(kindKey, a.Proof.Key)
		}
		if to := v.named.to; isNumber(to) {
			add(kindNumber, to)
		}
	}
	if v.user != "" {
		add(kindUser, v.user)
	}
	ps, all, start := append(v.principals[:0], Everyone), string(text), 0
	for _, end := range ends[:count] {
		ps = append(ps, Principal(all[start:end]))
		start = end
	}
	return ps
}

// account returns the account that a verified request is for: that of the key,
// or the one that the request names when the key is good for all.
func (v *visit) account() string {
	if !v.verified || v.admission.Proof.Account != "" {
		return v.admission.Proof.Account
	}
	if sid := v.named.account; isSid(sid) {
		return sid
	}
	return ""
}

// named are the parameters that say who and what a request is about. One that occurs
// twice says nothing.
type named struct{ account, callSid, to string }

func (n *named) read(p Params) {
	var seen [3]int
	note := func(i int, into *string, value string) {
		if *into = value; seen[i] > 0 {
			*into = ""
		}
		seen[i]++
	}
	*n = named{}
	for i := range p {
		switch p[i].Name {
		case "AccountSid":
			note(0, &n.account, p[i].Value)
		case "CallSid":
			note(1, &n.callSid, p[i].Value)
		case "To":
			note(2, &n.to, p[i].Value)
		}
	}
}

// isNumber reports whether s is a dialled number: digits, with a plus sign when
// it is international (E.164 has 15 digits at most).
func isNumber(s string) bool {
	const longest = 15
	s = strings.TrimPrefix(s, "+")
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != "" && len(s) <= longest
}

// isSid reports whether s can be an identifier that a carrier made, and so may
// be logged: letters, digits and a few marks, beginning with a letter, or with a
// UUID's digit. Digits alone could be a caller's.
func isSid(s string) bool {
	const shortest, longest = 8, 64
	letters := 0
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			letters++
		case c >= '0' && c <= '9' || c == '-' || c == '_' || c == ':' || c == '.':
		default:
			return false
		}
	}
	return letters > 0 && len(s) >= shortest && len(s) <= longest
}
