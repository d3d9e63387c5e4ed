package twilio

import (
	"encoding/binary"
	"slices"
	"strings"

	"github.com/callgate/callgate"
)

// lexicon are the words of one kind of request, ready to be found in text.
type lexicon struct {
	*names
	kind     callgate.Kind
	where    where
	required []*word
	// requiredBelow counts the required words among words[:i].
	requiredBelow []int
	// longer are, for each rank, the words whose names start with that name, and
	// nextOf the bytes with which they go on.
	longer [][]*word
	nextOf []smallSet
	// inner are, for each rank, the offsets in the name where a word may start
	// that goes on behind it.
	inner [][]int
	// quiet says, for each rank, that no word can start within a value, but with
	// its last byte.
	quiet []bool
	// second are the second bytes of all names with a first byte.
	second [256]smallSet
	// third are their third bytes, and all bytes where a name has two only.
	third [256]smallSet
	// starts are the words by their first byte, longest first.
	starts [256][]start
}

// start is a word with the first four bytes of its name, or with all of a shorter one,
// which mask covers.
type start struct {
	head, mask uint32
	*word
}

func startOf(w *word) start {
	const whole = 4
	unused := 8 * max(0, whole-len(w.name))
	return start{head: headOf([]byte(w.name)), mask: ^uint32(0) << unused, word: w}
}

// headOf is the first half of nameHead.
func headOf(text []byte) uint32 {
	if len(text) >= 4 {
		return binary.BigEndian.Uint32(text)
	}
	return uint32(nameHead(text) >> 32)
}

func newLexicon(n *names, kind callgate.Kind, where where) *lexicon {
	l := &lexicon{names: n, kind: kind, where: where, requiredBelow: []int{0}}
	for i := range n.words {
		w := &n.words[i]
		below := l.requiredBelow[i]
		if w.required&where != 0 {
			l.required = append(l.required, w)
			below++
		}
		l.requiredBelow = append(l.requiredBelow, below)
		if w.where&where != 0 {
			l.second[w.name[0]] |= setOf(w.name[1])
			if len(w.name) > 2 {
				l.third[w.name[0]] |= setOf(w.name[2])
			} else {
				l.third[w.name[0]] = ^smallSet(0)
			}
			l.starts[w.name[0]] = append(l.starts[w.name[0]], startOf(w))
		}
	}
	for _, list := range l.starts {
		slices.SortStableFunc(list, func(a, b start) int { return len(b.name) - len(a.name) })
	}
	for i := range n.words {
		l.longer = append(l.longer, l.longerThan(&n.words[i]))
		l.nextOf = append(l.nextOf, nextBytes(l.longer[i], len(n.words[i].name)))
		l.inner = append(l.inner, l.innerOf(n.words[i].name))
		l.quiet = append(l.quiet, l.isQuiet(n.words[i].grammar))
	}
	return l
}

func (l *lexicon) longerThan(w *word) (longer []*word) {
	for _, other := range l.starts[w.name[0]] {
		if other.word != w && strings.HasPrefix(other.name, w.name) {
			longer = append(longer, other.word)
		}
	}
	return longer
}

// smallSet is a set of bytes in one word. It may seem to have more than were added:
// bytes that differ in their two highest bits only are one.
type smallSet uint64

func setOf(c byte) smallSet { return 1 << (c % 64) }

func (s smallSet) has(c byte) bool { return s>>(c%64)&1 != 0 }

// nextBytes returns the bytes at an index of the names.
func nextBytes(words []*word, index int) (next smallSet) {
	for _, w := range words {
		next |= setOf(w.name[index])
	}
	return next
}

func (l *lexicon) innerOf(name string) (inner []int) {
	for i := 1; i < len(name); i++ {
		if slices.ContainsFunc(l.starts[name[i]], func(w start) bool {
			return len(w.name) > len(name)-i && strings.HasPrefix(w.name, name[i:])
		}) {
			inner = append(inner, i)
		}
	}
	return inner
}

// isQuiet reports whether no known name can start within a value of the
// grammar. (Its last byte may still start one together with what follows.)
func (l *lexicon) isQuiet(g grammar) bool {
	switch g {
	case apiDate, number:
		return true // a name starts with a letter
	case countryCode:
		return !l.anyName(func(name string) bool { return isUpper(name[0]) && isUpper(name[1]) })
	case accountID, callID, otherID:
		return !l.anyName(fitsSid)
	case callStatus, direction:
		return !slices.ContainsFunc(slices.Concat(callStatuses, directions), func(value string) bool {
			return l.anyName(func(name string) bool { return strings.Contains(value, name[:2]) })
		})
	}
	return false
}

func (l *lexicon) anyName(is func(name string) bool) bool {
	return slices.ContainsFunc(l.starts[:], func(list []start) bool {
		return slices.ContainsFunc(list, func(w start) bool { return is(w.name) })
	})
}

// fitsSid reports whether a name, or as much of it as fits, can stand in an
// identifier, which is two capitals and hexadecimal digits.
func fitsSid(name string) bool {
	for start := range 3 { // on the first capital, on the second, or behind them
		fits := true
		for i := 0; i < len(name) && start+i < sidLength; i++ {
			fits = fits && (start+i < 2 && isUpper(name[i]) || start+i >= 2 && isHex(name[i]))
		}
		if fits {
			return true
		}
	}
	return isHex(name[0])
}

// at returns the longest known name that text starts with, or nil.
func (l *lexicon) at(text []byte) *word {
	if len(text) < 2 || !l.second[text[0]].has(text[1]) || len(text) > 2 && !l.third[text[0]].has(text[2]) {
		return nil
	}
	head, list := headOf(text), l.starts[text[0]]
	for i := range list {
		if s := &list[i]; (head^s.head)&s.mask == 0 && hasPrefix(text, s.name) {
			return s.word
		}
	}
	return nil
}

// known returns what w, the word with this name or nil, is in this kind of
// request: itself, a family that the name belongs to, or nil.
func (l *lexicon) known(w *word, name []byte) *word {
	if w == nil {
		for _, family := range l.families {
			if hasPrefix(name, family.name) {
				w = family
			}
		}
	}
	if w == nil || w.where&l.where == 0 {
		return nil
	}
	return w
}

// precedes reports whether a parameter of word a can stand before one of word b
// in the order of names. A family has many names, so it can follow itself.
func precedes(a, b *word) bool {
	return a.rank < b.rank || b.family && strings.HasPrefix(a.name, b.name)
}

// skips reports whether a required word lies strictly between two ranks.
func (l *lexicon) skips(low, high int) bool {
	return l.requiredBelow[high] > l.requiredBelow[min(low+1, high)]
}
