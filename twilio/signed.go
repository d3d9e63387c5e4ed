package twilio

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/binary"
	"hash"
	"slices"

	"github.com/callgate/callgate"
)

// scratch is the memory that one verification needs. It is pooled, so that the
// usual request costs no allocation.
type scratch struct {
	params []callgate.RawParam // in the order of the body
	text   []byte              // what params point into
	order  []sortKey
	url    []byte
	tail   []byte // the sorted parameters as they are signed
	spans  []span // where each of them stands in tail
	strays []node // for the profile, as is nodes; see reading.go
	nodes  []node
	macs   []hash.Hash // one for each key, holding its padded state
	sum    [sha1.Size]byte
}

// sortKey is one parameter in sorting. The first eight bytes of the name decide
// nearly every comparison, as a number.
type sortKey struct {
	head  uint64
	index int
}

// span is one parameter in the signed bytes.
type span struct {
	at, nameEnd, end int
	word             *word // nil until the profile knows the name
}

// maxKeptText bounds the buffers that go back to the pool: one large request
// must not make every later one hold its memory.
const maxKeptText = 64 << 10

func newScratch(keys []Key) *scratch {
	s := &scratch{macs: make([]hash.Hash, len(keys))}
	for i, k := range keys {
		s.macs[i] = hmac.New(sha1.New, []byte(k.Token.Reveal()))
	}
	return s
}

// load decodes a form and writes its parameters as they are signed: names in
// the order of their bytes, values of a repeated name too and each once, and no
// separator anywhere.
func (s *scratch) load(form []byte) (err error) {
	s.reset()
	s.text = slices.Grow(s.text, len(form))
	s.params, s.text, err = callgate.AppendParams(s.params, s.text, form)
	if err != nil {
		return callgate.Refuse(callgate.ReasonParams, "%v", err)
	}
	s.sort()
	for i, k := range s.order {
		p := s.params[k.index]
		if i > 0 {
			last := s.params[s.order[i-1].index]
			if bytes.Equal(last.Name, p.Name) && bytes.Equal(last.Value, p.Value) {
				continue
			}
		}
		at := len(s.tail)
		s.tail = append(s.tail, p.Name...)
		s.tail = append(s.tail, p.Value...)
		s.spans = append(s.spans, span{at: at, nameEnd: at + len(p.Name), end: len(s.tail)})
	}
	return nil
}

// reset forgets the last request.
func (s *scratch) reset() {
	s.params, s.text, s.order = s.params[:0], s.text[:0], s.order[:0]
	s.tail, s.spans, s.strays, s.nodes = s.tail[:0], s.spans[:0], s.strays[:0], s.nodes[:0]
}

func (s *scratch) sort() {
	for i, p := range s.params {
		s.order = append(s.order, sortKey{nameHead(p.Name), i})
	}
	if len(s.order) > maxInsertion {
		slices.SortFunc(s.order, s.compareParams)
		return
	}
	for i := 1; i < len(s.order); i++ {
		k, j := s.order[i], i
		for ; j > 0 && s.less(k, s.order[j-1]); j-- {
			s.order[j] = s.order[j-1]
		}
		s.order[j] = k
	}
}

// maxInsertion is up to how many parameters insertion sort is the fastest. An
// ordinary webhook has about thirty.
const maxInsertion = 48

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

func (s *scratch) less(a, b sortKey) bool {
	if a.head != b.head {
		return a.head < b.head
	}
	return s.compareParams(a, b) < 0
}

func (s *scratch) compareParams(a, b sortKey) int {
	p, q := &s.params[a.index], &s.params[b.index]
	if c := bytes.Compare(p.Name, q.Name); c != 0 {
		return c
	}
	return bytes.Compare(p.Value, q.Value)
}

// mac computes the signature of spelling i of the address with key k.
func (s *scratch) mac(k int, url []byte) []byte {
	m := s.macs[k]
	m.Reset()
	m.Write(url)
	m.Write(s.tail)
	return m.Sum(s.sum[:0])
}
