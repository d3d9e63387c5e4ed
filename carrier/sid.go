package carrier

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
)

// sid makes the carrier's kind of identifier: two letters and 32 hexadecimal
// digits. It is a function of the seed and a counter, so that a call with the same
// seed has the same identifiers.
func sid(prefix string, seed uint64, n int) string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], seed)
	binary.BigEndian.PutUint64(b[8:], uint64(n))
	sum := sha256.Sum256(append([]byte(prefix), b[:]...))
	return prefix + hex.EncodeToString(sum[:16])
}
