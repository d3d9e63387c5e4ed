package explain

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/callgate/callgate/twilio"
)

// editBodyHash adds the ways in which bodySHA256 can differ.
func editBodyHash(es *edits[string], bodies ...[]byte) {
	isHash := func(pair string) bool { return pairName(pair) == twilio.BodyHashParam }
	hash := func(cause Cause, cost int, change func([]string) []string) {
		slot := slotBodyHash
		if cause == CauseBodyHashRepeated {
			slot = slotFree // of two hashes, both may be stale
		}
		query(es, cause, cost, slot, change)
	}
	// The signed address has one hash; a gate or a library appended another.
	hash(CauseBodyHashRepeated, costLikely, func(ps []string) []string { return firstOf(ps, isHash) })
	hash(CauseBodyHashRepeated, costLikely, func(ps []string) []string {
		slices.Reverse(ps)
		ps = firstOf(ps, isHash)
		slices.Reverse(ps)
		return ps
	})
	hash(CauseQueryAdded, costUnlikely, func(ps []string) []string { return slices.DeleteFunc(ps, isHash) })
	hash(CauseBodyHashStale, costUnlikely, func(ps []string) []string {
		return mapIf(ps, isHash, func(p string) string {
			return twilio.BodyHashParam + strings.ToLower(strings.TrimPrefix(p, twilio.BodyHashParam))
		})
	})
	for _, b := range bodies {
		pair := twilio.BodyHashParam + "=" + sha256Hex(b)
		add := func(at func(int) int) {
			hash(CauseBodyHashLost, costLikely, func(ps []string) []string {
				if slices.ContainsFunc(ps, isHash) {
					return ps
				}
				return slices.Insert(ps, at(len(ps)), pair)
			})
		}
		add(func(n int) int { return n })
		add(func(int) int { return 0 })
		hash(CauseBodyHashStale, costFair, func(ps []string) []string {
			return mapIf(ps, isHash, func(string) string { return pair })
		})
	}
}

// firstOf drops every pair that matches but the first.
func firstOf(ps []string, match func(string) bool) []string {
	found := false
	return slices.DeleteFunc(ps, func(p string) bool {
		m := match(p)
		drop := m && found
		found = found || m
		return drop
	})
}

func mapIf(ps []string, match func(string) bool, change func(string) string) []string {
	for i, p := range ps {
		if match(p) {
			ps[i] = change(p)
		}
	}
	return ps
}

// hasBodyHash reports whether a query carries the hash of the body, and no other.
func hasBodyHash(query string, body []byte) bool {
	found := false
	for _, pair := range pairsOf(query) {
		if pairName(pair) != twilio.BodyHashParam {
			continue
		}
		if pair != twilio.BodyHashParam+"="+sha256Hex(body) {
			return false
		}
		found = true
	}
	return found
}

func sha256Hex(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
