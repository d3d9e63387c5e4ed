package twilio

import (
	"bytes"
	"cmp"
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
	tail   []byte      // the sorted parameters as they are signed
	spans  []span      // where each of them stands in tail
	nodes  []node      // for the profile; see reading.go
	macs   []hash.Hash // one for each key, holding its padded state
	sum    [sha1.Size]byte
}

// sortKey is one parameter in sorting. The first sixteen bytes of the name
// decide nearly every comparison, as two numbers.
type sortKey struct {
	hi, lo uint64
	index  int
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
	s.tail, s.spans, s.nodes = s.tail[:0], s.spans[:0], s.nodes[:0]
}

func (s *scratch) sort() {
	for i, p := range s.params {
		var head [16]byte
		copy(head[:], p.Name)
		s.order = append(s.order, sortKey{binary.BigEndian.Uint64(head[:8]), binary.BigEndian.Uint64(head[8:]), i})
	}
	slices.SortFunc(s.order, func(a, b sortKey) int {
		if a.hi != b.hi {
			return cmp.Compare(a.hi, b.hi)
		}
		if a.lo != b.lo {
			return cmp.Compare(a.lo, b.lo)
		}
		p, q := s.params[a.index], s.params[b.index]
		if c := bytes.Compare(p.Name, q.Name); c != 0 {
			return c
		}
		return bytes.Compare(p.Value, q.Value)
	})
}

// mac computes the signature of spelling i of the address with key k.
func (s *scratch) mac(k int, url []byte) []byte {
	m := s.macs[k]
	m.Reset()
	m.Write(url)
	m.Write(s.tail)
	return m.Sum(s.sum[:0])
}
