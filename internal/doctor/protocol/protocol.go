// Package protocol is what "callgate doctor" and the server that it examines say to
// each other. Neither has a state here; package doctor asks and package responder
// answers.
//
// A request of the doctor is told from all others by one header, which proxies pass on
// as they do any other, whatever they do to the rest of the request:
//
//	X-Callgate-Doctor: v1 hello TIME NONCE MAC
//	X-Callgate-Doctor: v1 probe CHALLENGE NUMBER KIND MAC
//
// The MAC (HMAC-SHA256) covers the words before it and nothing else of the request,
// because the request itself is what may arrive changed. Its key is derived from the
// auth token for this purpose alone (HKDF, RFC 5869). So nothing that the carrier signed
// is a request of the doctor, and nothing that the doctor signs is a request of the
// carrier: probes have a signature too, so that the gate can be asked about it, but one
// made with a token that is derived for the one challenge.
//
// A hello gets a challenge, random and short-lived, and nothing else. A probe names a
// challenge and a number, and each number is good once. The answer is sealed (AES-GCM)
// with a key derived from the header that it answers. So a cache, another server or whoever
// stands between can neither answer in the server's place nor read what it tells.
package protocol

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/callgate/callgate"
)

// Header is the request header that makes a request one of the doctor.
const Header = "X-Callgate-Doctor"

// Path is below which probes go that are not about a path of their own. No route is
// needed there: the header decides.
const Path = "/.callgate/doctor/"

const (
	// Life is how long a challenge may be used: for some forty probes over a slow line,
	// and no longer than somebody waits for them.
	Life = time.Minute
	// MaxSkew is how far the clocks may be apart. A hello older than that is refused;
	// younger ones are remembered, so that none is answered twice.
	MaxSkew = 10 * time.Minute
	// MaxProbes is how many probes a challenge is good for: the doctor's shapes, and two
	// for each of up to forty routes.
	MaxProbes = 128
	// MaxBody bounds the body of a probe in bytes. The largest shape has 40 KiB.
	MaxBody = 64 << 10
	// MaxHeader bounds the header, so that a stranger makes nobody hash more. A probe
	// has about 100 bytes.
	MaxHeader = 256
	// MaxAnswer bounds an answer: a body of MaxBody, twice in base64, and the rest.
	MaxAnswer = 512 << 10
)

// Kind is what a probe asks.
type Kind string

// The kinds.
const (
	Webhook  Kind = "webhook"  // would this be admitted as a webhook, with the probe's token?
	Stream   Kind = "stream"   // would it be as a WebSocket handshake? If it arrives as one, it is answered as one
	Unsigned Kind = "unsigned" // would this be admitted as it is, without its signature?
	About    Kind = "about"    // what is the server told about itself?
	Slow     Kind = "slow"     // does an answer get through that takes as long as one to a call may? Once a challenge
)

// Hello asks for a challenge.
type Hello struct {
	Time  int64  // seconds since 1970
	Nonce string // random
}

// Probe is a request within a challenge.
type Probe struct {
	Challenge string
	Number    int // 1 to MaxProbes, each once
	Kind      Kind
}

// Key makes and checks what is said.
type Key struct{ mac []byte }

// keySize is that of HMAC-SHA256 keys: as long as the hash (RFC 2104, section 3).
const keySize = sha256.Size

// NewKey derives the key from an auth token.
func NewKey(token callgate.Secret) Key {
	return Key{derive([]byte(token.Reveal()), "callgate doctor v1")}
}

func derive(secret []byte, purpose string) []byte {
	key, err := hkdf.Key(sha256.New, secret, nil, purpose, keySize)
	if err != nil {
		panic(err) // only a length that HKDF has not makes it fail
	}
	return key
}

// Token derives the auth token that probes of a challenge are signed with, in the form
// of the carrier's.
func (k Key) Token(challenge string) callgate.Secret {
	const size = 16 // bytes, in twice as many digits
	return callgate.Secret(hex.EncodeToString(derive(k.mac, "callgate doctor v1 token "+challenge)[:size]))
}

// SignHello returns the header of a hello.
func (k Key) SignHello(h Hello) string {
	return k.sign(fmt.Sprintf("v1 hello %d %s", h.Time, h.Nonce))
}

// SignProbe returns the header of a probe.
func (k Key) SignProbe(p Probe) string {
	return k.sign(fmt.Sprintf("v1 probe %s %d %s", p.Challenge, p.Number, p.Kind))
}

func (k Key) sign(text string) string { return text + " " + k.sum(text) }

// encoding is that of MACs and of answers.
var encoding = base64.RawURLEncoding.Strict()

func (k Key) sum(text string) string {
	h := hmac.New(sha256.New, k.mac)
	h.Write([]byte(text))
	return encoding.EncodeToString(h.Sum(nil))
}

// Read returns what a header says: a Hello or a Probe. It reports false when it was not
// signed with the key. The MAC is checked before anything is parsed.
func (k Key) Read(header string) (any, bool) {
	cut := strings.LastIndexByte(header, ' ')
	if cut < 0 || len(header) > MaxHeader {
		return nil, false
	}
	text, sum := header[:cut], header[cut+1:]
	if !hmac.Equal([]byte(sum), []byte(k.sum(text))) {
		return nil, false
	}
	words := strings.Split(text, " ")
	switch {
	case len(words) == 4 && words[1] == "hello":
		t, err := strconv.ParseInt(words[2], 10, 64)
		return Hello{t, words[3]}, err == nil
	case len(words) == 5 && words[1] == "probe":
		n, err := strconv.Atoi(words[3])
		return Probe{words[2], n, Kind(words[4])}, err == nil
	}
	return nil, false
}

// Seal seals an answer to the request with this header.
func (k Key) Seal(header string, answer []byte) []byte {
	return []byte("v1 answer " + encoding.EncodeToString(k.sealing(header).Seal(nil, nil, answer, nil)))
}

// errForeign says why an answer is none.
var errForeign = errors.New("not an answer of the server to this request")

// Open returns the answer to the request with this header.
func (k Key) Open(header string, sealed []byte) ([]byte, error) {
	text, found := strings.CutPrefix(strings.TrimSpace(string(sealed)), "v1 answer ")
	if !found {
		return nil, errForeign
	}
	raw, err := encoding.DecodeString(text)
	if err != nil {
		return nil, errForeign
	}
	answer, err := k.sealing(header).Open(nil, nil, raw, nil)
	if err != nil {
		return nil, errForeign
	}
	return answer, nil
}

// sealing makes what seals the answer to one request. Its nonces are random and stand
// before what was sealed.
func (k Key) sealing(header string) cipher.AEAD {
	block, err := aes.NewCipher(derive(k.mac, "callgate doctor v1 answer "+header))
	if err != nil {
		panic(err) // the key has the right length
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // so has the block
	}
	return aead
}
