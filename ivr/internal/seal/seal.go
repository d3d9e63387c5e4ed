// Package seal encrypts small texts for URLs, so that nobody but the holder of a
// key reads, changes or makes one, and so that the same text in the same context
// always gives the same bytes.
//
// The cipher is AES-256-GCM. Its nonce is not random but the first 96 bits of
// HMAC-SHA256 over context and text under a second key: a synthetic nonce, the idea
// of SIV (RFC 5297) and AES-GCM-SIV (RFC 8452) with primitives of the standard
// library. Equal messages get equal nonces, which gives away that they are equal
// and nothing else; different ones collide with probability 2^-96 a pair, and GCM
// stays far below its limits for one key. Both keys are derived from the secret by
// HKDF-SHA256 under different labels.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"strings"
	"sync"
)

const (
	nonceSize = 12
	tagSize   = 16
	overhead  = nonceSize + tagSize
)

// ErrOpen says that none of the keys made this text in this context: it was made
// with another key or for another context, cut, or changed.
var ErrOpen = errors.New("not sealed by one of the keys for this context")

// Size returns the length of the sealed form of n bytes.
func Size(n int) int { return encoding.EncodedLen(n + overhead) }

var encoding = base64.RawURLEncoding.Strict()

// Keys seals with the first of several keys and opens with any. It may be used by
// many goroutines.
type Keys struct {
	keys []*key
	pool sync.Pool // of *buffers
}

type key struct {
	aead cipher.AEAD
	macs sync.Pool // of *mac
}

// mac is a keyed hash with room for its result.
type mac struct {
	hash hash.Hash
	sum  [sha256.Size]byte
}

// buffers are what one call works in. Arguments are copied there, because what is
// handed to a cipher must live on the heap.
type buffers struct {
	message       []byte // of Append
	text, context []byte // of Open
	raw           []byte
}

// New derives keys from secrets, the newest first. Label separates what is sealed
// here from any other use of the same secrets.
func New(label string, secrets ...[]byte) (*Keys, error) {
	if len(secrets) == 0 {
		return nil, errors.New("no secret to derive a key from")
	}
	k := &Keys{}
	k.pool.New = func() any { return new(buffers) }
	for i, s := range secrets {
		if len(s) == 0 {
			return nil, fmt.Errorf("secret %d is empty", i+1)
		}
		derived, err := newKey(label, s)
		if err != nil {
			return nil, fmt.Errorf("secret %d: %w", i+1, err)
		}
		k.keys = append(k.keys, derived)
	}
	return k, nil
}

func newKey(label string, secret []byte) (*key, error) {
	enc, err := hkdf.Key(sha256.New, secret, nil, label+" encryption", 32)
	if err != nil {
		return nil, err
	}
	auth, err := hkdf.Key(sha256.New, secret, nil, label+" nonce", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(enc)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	k := &key{aead: aead}
	k.macs.New = func() any { return &mac{hash: hmac.New(sha256.New, auth)} }
	return k, nil
}

// Append appends the sealed form of text to dst: letters, digits, "-" and "_".
func (k *Keys) Append(dst, text []byte, context string) []byte {
	b := k.pool.Get().(*buffers)
	defer k.pool.Put(b)
	// What is hashed. The length of the context goes first, so that no text can be moved
	// from one to the other.
	b.message = append(append(binary.BigEndian.AppendUint64(b.message[:0], uint64(len(context))), context...), text...)
	sealedWith, sealed := b.message[8:8+len(context)], b.message[8+len(context):]
	key := k.keys[0]
	b.raw = key.appendNonce(b.raw[:0], b.message)
	b.raw = key.aead.Seal(b.raw, b.raw[:nonceSize], sealed, sealedWith)
	return encoding.AppendEncode(dst, b.raw)
}

func (k *key) appendNonce(dst, message []byte) []byte {
	m := k.macs.Get().(*mac)
	defer k.macs.Put(m)
	m.hash.Reset()
	m.hash.Write(message)
	return append(dst, m.hash.Sum(m.sum[:0])[:nonceSize]...)
}

// Open appends the text of a sealed form to dst.
func (k *Keys) Open(dst []byte, sealed, context string) ([]byte, error) {
	if len(sealed) < Size(0) || strings.ContainsAny(sealed, "\r\n") { // the decoder skips line breaks
		return dst, ErrOpen
	}
	b := k.pool.Get().(*buffers)
	defer k.pool.Put(b)
	b.text = append(b.text[:0], sealed...)
	b.context = append(b.context[:0], context...)
	var err error
	if b.raw, err = encoding.AppendDecode(b.raw[:0], b.text); err != nil {
		return dst, ErrOpen
	}
	for _, key := range k.keys {
		text, err := key.aead.Open(b.text[:0], b.raw[:nonceSize], b.raw[nonceSize:], b.context)
		if err == nil {
			return append(dst, text...), nil
		}
	}
	return dst, ErrOpen
}
