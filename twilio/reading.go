package twilio

import "bytes"

// The bytes that are signed have no separators, so the same bytes can be read
// as different parameters. This file decides which reading is the right one
// from the bytes alone, and the profile admits a request only when the
// parameters that it presents are that reading. Two requests with the same
// signed bytes that are both admitted therefore have the same known parameters
// with the same values.
//
// A reading of the bytes is a sequence of known parameters and of gaps, where
//
//   - the first is AccountSid, at the first byte;
//   - each name is the longest known name at its place, and no part of a longer
//     one that starts before it (CallSid is no name in DialCallSid);
//   - names ascend, as the carrier sorts them, and no required one is missing;
//   - each value belongs to the grammar of its name;
//   - a gap starts where the value before it cannot go on (after its longest
//     value) and with a letter, and a name could stand there in the order: it is
//     the room of unknown parameters, whatever they are.
//
// The right reading is the one with the most known parameters, and among those
// the one that leaves the fewest bytes in gaps. If two are equally good, none
// is right and the request is refused.
//
// Where a gap is divided into names and values cannot be decided by anyone, so
// nothing is vouched for in an unknown parameter. Config.ExtraParams makes a
// name known.

// maxStrays bounds the places in one request where a known name stands without
// being a parameter. A request has a handful; more is text that was made to
// confuse, and the work grows with the square.
const maxStrays = 128

// node is a place where a known name stands, and the best reading from there
// to the end.
type node struct {
	word *word
	at   int
	// far says that a reading can use this stray only if it has a required
	// parameter at another place than the presented request.
	far   bool
	score score
}

// score rates a reading, or part of one. The zero score is of no reading.
type score struct {
	known, gap int
	ways       int // how many readings are as good; more than two are counted as two
}

// better reports whether a is a better reading than b.
func (a score) better(b score) bool {
	if a.ways == 0 || b.ways == 0 {
		return a.ways > b.ways
	}
	return a.known > b.known || a.known == b.known && a.gap < b.gap
}

// with merges another way to read the same part.
func (a score) with(b score) score {
	switch {
	case b.better(a):
		return b
	case a.better(b) || a.ways == 0:
		return a
	}
	a.ways = min(a.ways+b.ways, 2)
	return a
}

// verdict is the outcome of the comparison.
type verdict uint8

const (
	rightReading verdict = iota
	ambiguous            // another reading is as good or better
	tooManyNames
	carriesRequest // another request is in the signed bytes, of which this is a cut
)

// compare decides whether the presented spans, of which known have a known
// word, are the right reading of the signed parameters.
//
// Nearly always no known name stands anywhere but where the request presents
// it. A request without unknown parameters is then the right reading, because
// any other uses fewer known names, and nothing needs to be weighed.
func (s *scratch) compare(l *lexicon, known int) verdict {
	if v := s.findStrays(l); v != rightReading {
		return v
	}
	s.dropImpossible(l)
	if len(s.strays) == 0 && known == len(s.spans) {
		return rightReading
	}
	gap, ok := s.gaps()
	if !ok {
		return ambiguous
	}
	if gap == 0 && !s.rivals(known) {
		return rightReading
	}
	s.mergeNodes()
	if s.best(l) == (score{known: known, gap: gap, ways: 1}) {
		return rightReading
	}
	return ambiguous
}

// mergeNodes lists the presented known parameters and the strays in the order
// of the bytes.
func (s *scratch) mergeNodes() {
	strays := s.strays
	for _, sp := range s.spans {
		for len(strays) > 0 && strays[0].at < sp.at {
			s.nodes, strays = append(s.nodes, strays[0]), strays[1:]
		}
		if sp.word != nil {
			s.nodes = append(s.nodes, node{word: sp.word, at: sp.at})
		}
	}
	s.nodes = append(s.nodes, strays...)
}

// gaps returns how many bytes of the presented request are unknown parameters,
// and whether each run of them starts where the value before it must end.
func (s *scratch) gaps() (gap int, ok bool) {
	for i, sp := range s.spans {
		if sp.word != nil {
			continue
		}
		gap += sp.end - sp.at
		before := s.spans[i-1]
		if before.word != nil && before.word.grammar.munch(s.tail[before.nameEnd:]) != before.end-before.nameEnd {
			return 0, false
		}
	}
	return gap, true
}

// rivals reports whether a reading that uses a stray could have as many known
// parameters as the presented request. It counts generously: all presented
// parameters that agree with the stray in place and order, and all strays.
// Without a rival, a request without unknown parameters is the right reading.
func (s *scratch) rivals(known int) bool {
	for _, n := range s.strays {
		agree := 0
		for _, sp := range s.spans {
			if sp.nameEnd <= n.at && precedes(sp.word, n.word) || sp.at >= n.at+len(n.word.name) && precedes(n.word, sp.word) {
				agree++
			}
		}
		if agree+len(s.strays) >= known {
			return true
		}
	}
	return false
}

// best rates the best reading of all. From the last place of a known name to
// the first, it finds the best way to go on from each.
func (s *scratch) best(l *lexicon) score {
	if len(s.nodes) == 0 || s.nodes[0].at != 0 || s.nodes[0].word.rank != 0 {
		return score{}
	}
	for i := len(s.nodes) - 1; i >= 0; i-- {
		s.nodes[i].score = s.bestFrom(l, i)
	}
	return s.nodes[0].score
}

// bestFrom rates the best reading that starts with node i.
func (s *scratch) bestFrom(l *lexicon, i int) (best score) {
	n := s.nodes[i]
	value := n.at + len(n.word.name)
	longest := value + n.word.grammar.munch(s.tail[value:])
	if longest < value {
		return score{}
	}
	if !l.skips(n.word.rank, len(l.words)) {
		if gap, ok := s.step(n.word, nil, value, longest, len(s.tail)); ok {
			best = score{known: 1, gap: gap, ways: 1}
		}
	}
	for _, next := range s.nodes[i+1:] {
		if next.score.ways == 0 || next.at < value || !precedes(n.word, next.word) || l.skips(n.word.rank, next.word.rank) {
			continue
		}
		if gap, ok := s.step(n.word, next.word, value, longest, next.at); ok {
			best = best.with(score{known: 1 + next.score.known, gap: gap + next.score.gap, ways: next.score.ways})
		}
	}
	return best
}

// step reports whether the bytes from value to end can be the value of word a
// before word b (nil at the end), alone or with a gap, and how long the gap is.
// The longest value of a ends at longest.
func (s *scratch) step(a, b *word, value, longest, end int) (gap int, ok bool) {
	if a.grammar.accepts(s.tail[value:end]) {
		return 0, true
	}
	if longest >= end || !isLetter(s.tail[longest]) || !nameBetween(a, b, s.tail[longest:end]) {
		return 0, false
	}
	return end - longest, true
}

// nameBetween reports whether text starts with a name that stands after a and
// before b (nil is the end) in the order of names.
func nameBetween(a, b *word, text []byte) bool {
	// Of the names that text starts with, a longer one stands after a shorter
	// one, so the shortest that stands after a decides.
	n := 0
	for n < len(text) && n < len(a.name) && text[n] == a.name[n] {
		n++
	}
	if n == len(text) || n < len(a.name) && text[n] < a.name[n] {
		return false
	}
	name := text[:n+1]
	return isName(name) && (b == nil || bytes.Compare(name, []byte(b.name)) < 0)
}

// isName reports whether name is a letter followed by letters, digits, "_", "-"
// and ".".
func isName(name []byte) bool {
	return len(name) > 0 && isLetter(name[0]) && munchRun(name, nameBytes, len(name)) == len(name)
}
