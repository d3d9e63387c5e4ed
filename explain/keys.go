package explain

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"slices"
	"strings"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/twilio"
)

// tryKey is a key to try. Its hash holds the padded key, so that one candidate
// costs one pass over its bytes.
type tryKey struct {
	name    string
	account string
	cause   Cause // empty for a key that the gate itself would have used
	cost    int
	mac     hash.Hash
}

// maxKeys bounds the keys that are tried, spellings included.
const maxKeys = 32

// tryKeys lists the keys for a request of an account: first those that the gate
// would have used, then those of other accounts, other spellings of all these,
// and last the keys that are not in use.
func tryKeys(c *Config, account string) []tryKey {
	var keys []tryKey
	seen := map[string]bool{}
	add := func(k twilio.Key, token string, cause Cause, cost int) {
		if token == "" || seen[token] || len(keys) == maxKeys {
			return
		}
		seen[token] = true
		keys = append(keys, tryKey{k.Name, k.Account, cause, cost, hmac.New(sha1.New, []byte(token))})
	}
	ours := slices.ContainsFunc(c.Keys, func(k twilio.Key) bool { return k.Account == account && account != "" })
	foreign := func(k twilio.Key) bool { return ours && k.Account != "" && k.Account != account }
	for _, k := range c.Keys {
		if !foreign(k) {
			add(k, k.Token.Reveal(), "", 0)
		}
	}
	for _, k := range c.Keys {
		if foreign(k) {
			add(k, k.Token.Reveal(), CauseOtherAccount, costLikely)
		}
	}
	for _, k := range c.Keys {
		for _, spelling := range spellings(k.Token.Reveal()) {
			add(k, spelling, CauseKeySpelling, costLikely)
		}
	}
	for _, k := range c.OtherKeys {
		add(k, k.Token.Reveal(), CauseOtherKey, costFair)
	}
	for _, k := range c.OtherKeys {
		for _, spelling := range spellings(k.Token.Reveal()) {
			add(k, spelling, CauseOtherKey, costUnlikely)
		}
	}
	return keys
}

// keyClutter is what surrounds a key that was copied with too much: white space,
// quotation marks, a byte order mark.
const keyClutter = " \t\r\n\v\f\u00a0\u200b\ufeff\"'`;,<>"

// spellings returns what a key may have been meant as.
func spellings(token string) []string {
	bare := strings.Trim(token, keyClutter)
	list := []string{bare}
	if i := strings.LastIndexAny(bare, "=: "); i >= 0 {
		list = append(list, strings.Trim(bare[i+1:], keyClutter)) // NAME=token
	}
	list = append(list, strings.ToLower(bare), removeSpace(bare))
	return slices.DeleteFunc(list, func(s string) bool { return s == token })
}

func removeSpace(s string) string { return strings.Join(strings.Fields(s), "") }

// accountOf returns the account that a request claims to be of.
func (o *root) accountOf() string {
	const name = "AccountSid"
	if o.params.Has(name) {
		return o.params.Get(name)
	}
	return o.queryParams().Get(name)
}

type signature [sha1.Size]byte

// signatures reads the signature header. The gate takes one value that is the
// canonical base64 of twenty bytes; when there is something else, loose holds what it may have been.
func signatures(values []string) (strict, loose []signature) {
	if len(values) == 1 && len(values[0]) == base64.StdEncoding.EncodedLen(sha1.Size) {
		if s, ok := toSignature(base64.StdEncoding.Strict().DecodeString(values[0])); ok {
			return []signature{s}, nil
		}
	}
	for _, v := range listOf(values) {
		v = decode(strings.Trim(v, " \t\"'"), false)
		v = strings.NewReplacer(" ", "+", "-", "+", "_", "/", "=", "").Replace(v)
		s, ok := toSignature(base64.RawStdEncoding.DecodeString(v))
		if !ok {
			s, ok = toSignature(hex.DecodeString(v))
		}
		if ok && !slices.Contains(loose, s) && len(loose) < maxSignatures {
			loose = append(loose, s)
		}
	}
	return nil, loose
}

// maxSignatures bounds the values of a header that was joined from several.
const maxSignatures = 4

func toSignature(b []byte, err error) (s signature, ok bool) {
	if err != nil || len(b) != len(s) {
		return s, false
	}
	return signature(b), true
}

// appendSigned appends the parameters as the carrier signs them: sorted, the
// values of a repeated name each once, without separators.
func appendSigned(b []byte, ps callgate.Params) []byte {
	ps = sortedByName(ps)
	for i := 0; i < len(ps); {
		n := 1
		for i+n < len(ps) && ps[i+n].Name == ps[i].Name {
			n++
		}
		if n == 1 {
			b = append(append(b, ps[i].Name...), ps[i].Value...)
		} else {
			b = appendRepeated(b, ps[i:i+n])
		}
		i += n
	}
	return b
}

func appendRepeated(b []byte, ps callgate.Params) []byte {
	values := make([]string, len(ps))
	for i, p := range ps {
		values[i] = p.Value
	}
	slices.Sort(values)
	for _, v := range slices.Compact(values) {
		b = append(append(b, ps[0].Name...), v...)
	}
	return b
}

// sortedByName returns the parameters in the order of their names; those with
// one name stay in the order in which they were sent.
func sortedByName(ps callgate.Params) callgate.Params {
	byName := func(a, b callgate.Param) int { return strings.Compare(a.Name, b.Name) }
	if !slices.IsSortedFunc(ps, byName) {
		ps = slices.Clone(ps)
		slices.SortStableFunc(ps, byName)
	}
	return ps
}
