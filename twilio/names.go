package twilio

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"strings"
)

// names are all words of all kinds of request and of the application, in the
// order in which the carrier sorts them, and found by a hash of the name.
type names struct {
	words    []word
	families []*word
	table    [tableSize]tableEntry // open addressing
}

// tableSize is a few times the number of words.
const (
	tableBits = 9
	tableSize = 1 << tableBits
)

// tableEntry is a word with the first and the last eight bytes of its name,
// which are all of it when it has at most sixteen.
type tableEntry struct {
	head, foot uint64
	word       *word
}

func newNames(extra []string) *names {
	n := &names{words: slices.Clone(words)}
	for _, name := range extra {
		n.words = append(n.words, word{name: name, where: inBoth})
	}
	slices.SortFunc(n.words, func(a, b word) int { return strings.Compare(a.name, b.name) })
	for i := range n.words {
		w := &n.words[i]
		w.rank = i
		if w.family {
			n.families = append(n.families, w)
		}
		head := nameHead([]byte(w.name))
		slot := tableSlot(head, len(w.name))
		for n.table[slot].word != nil {
			slot = (slot + 1) % tableSize
		}
		n.table[slot] = tableEntry{head, nameFoot([]byte(w.name)), w}
	}
	return n
}

func tableSlot(head uint64, length int) int {
	const odd = 0x9e3779b97f4a7c15 // 2^64 divided by the golden ratio, to spread the bits
	return int((head + uint64(length)) * odd >> (64 - tableBits))
}

// find returns the word with this name, or nil.
func (n *names) find(name []byte) *word {
	head := nameHead(name)
	for slot := tableSlot(head, len(name)); n.table[slot].word != nil; slot = (slot + 1) % tableSize {
		e := &n.table[slot]
		if e.head == head && e.foot == nameFoot(name) && len(e.word.name) == len(name) &&
			(len(name) <= 16 || e.word.name == string(name)) {
			return e.word
		}
	}
	return nil
}

// nameFoot returns the last eight bytes of a name as a number, 0 when it is
// shorter.
func nameFoot(name []byte) uint64 {
	if len(name) < 8 {
		return 0
	}
	return binary.BigEndian.Uint64(name[len(name)-8:])
}

// nameHead returns the first eight bytes of a name as a number that compares as
// they do, with zeros after the end of a shorter one.
func nameHead(name []byte) uint64 {
	n := len(name)
	switch {
	case n >= 8:
		return binary.BigEndian.Uint64(name)
	case n >= 4:
		// Two overlapping halves.
		first, last := binary.BigEndian.Uint32(name), binary.BigEndian.Uint32(name[n-4:])
		return uint64(first)<<32 | uint64(last<<(8*(8-n)))
	}
	var head uint64
	for i, c := range name {
		head |= uint64(c) << (56 - 8*i)
	}
	return head
}

// rankSet is a set of ranks, each with the index of the parameter that has it.
// Going through it is sorting by name without comparing names.
type rankSet struct {
	taken []uint64
	index []uint16
}

func newRankSet(n *names) rankSet {
	return rankSet{make([]uint64, (len(n.words)+63)/64), make([]uint16, len(n.words))}
}

func (r *rankSet) clear() { clear(r.taken) }

// add enters a rank, and reports false when it is there already.
func (r *rankSet) add(rank, index int) bool {
	word, bit := rank/64, uint64(1)<<(rank%64)
	if r.taken[word]&bit != 0 {
		return false
	}
	r.taken[word] |= bit
	r.index[rank] = uint16(index)
	return true
}

// appendTo appends the indexes in the order of the ranks.
func (r *rankSet) appendTo(order []int) []int {
	for i, set := range r.taken {
		for ; set != 0; set &= set - 1 {
			order = append(order, int(r.index[i*64+bits.TrailingZeros64(set)]))
		}
	}
	return order
}
