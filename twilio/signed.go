package twilio

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"hash"
	"slices"

	"github.com/callgate/callgate"
)

// scratch is the memory that one verification needs. It is pooled, so that the
// usual request costs no allocation.
type scratch struct {
	names  *names
	params []callgate.RawParam // in the order of the body
	found  []*word             // what each of them is, nil when the name is unknown
	text   []byte              // what was decoded of them
	ranks  rankSet
	order  []int // the params sorted
	// distinct says that all names are known and none is repeated.
	distinct bool
	url      []byte
	tail     []byte // the sorted parameters as they are signed
	spans    []span // where each of them stands in tail
	strays   []node // for the profile, as is nodes; see reading.go
	nodes    []node
	macs     []hash.Hash // one for each key, holding its padded state
	keys     []int       // in the order in which they are tried
	sum      [sha1.Size]byte
}

// span is one parameter in the signed bytes.
type span struct {
	at, nameEnd, end int
	word             *word // nil when the name is unknown
}

// maxKeptText bounds the buffers that go back to the pool: one large request
// must not make every later one hold its memory.
const maxKeptText = 64 << 10

func newScratch(keys []Key, n *names) *scratch {
	s := &scratch{names: n, ranks: newRankSet(n)}
	for _, k := range keys {
		s.macs = append(s.macs, hmac.New(sha1.New, []byte(k.Token.Reveal())))
	}
	return s
}

// loadBody decodes the form of a request and writes its parameters as they are signed.
func (s *scratch) loadBody(r *callgate.Request) (err error) {
	s.reset()
	s.text = slices.Grow(s.text, len(r.Body))
	s.params, s.text, err = r.AppendParams(s.params, s.text)
	return s.arrange(len(r.Body), err)
}

// loadQuery does so with those of a query.
func (s *scratch) loadQuery(query []byte) (err error) {
	s.reset()
	s.params, s.text, err = callgate.AppendParams(s.params, s.text, query)
	return s.arrange(len(query), err)
}

// arrange writes the decoded parameters as they are signed: names in the order of
// their bytes, values of a repeated name too and each once, and no separator anywhere.
// They were decoded from a text of this size.
func (s *scratch) arrange(size int, err error) error {
	if err != nil {
		return callgate.Refuse(callgate.ReasonParams, "%v", err)
	}
	s.sort()
	s.tail = slices.Grow(s.tail, size)
	tail, spans, params := s.tail[:cap(s.tail)], s.spans, s.params
	end := 0
	for i, index := range s.order {
		p := &params[index]
		if !s.distinct && i > 0 {
			last := &s.params[s.order[i-1]]
			if bytes.Equal(last.Name, p.Name) && bytes.Equal(last.Value, p.Value) {
				continue
			}
		}
		at := end
		nameEnd := at + copy(tail[at:], p.Name)
		end = nameEnd + copy(tail[nameEnd:], p.Value)
		spans = append(spans, span{at, nameEnd, end, s.found[index]})
	}
	s.tail, s.spans = tail[:end], spans
	return nil
}

// reset forgets the last request.
func (s *scratch) reset() {
	s.params, s.found, s.text, s.order = s.params[:0], s.found[:0], s.text[:0], s.order[:0]
	s.tail, s.spans, s.strays, s.nodes = s.tail[:0], s.spans[:0], s.strays[:0], s.nodes[:0]
}

// sort puts the parameters in the order in which they are signed. Known names,
// each once, are sorted by their ranks; whatever else by comparison.
func (s *scratch) sort() {
	s.ranks.clear()
	s.found = slices.Grow(s.found, len(s.params))[:len(s.params)]
	distinct := true
	for i := range s.params {
		w := s.names.find(s.params[i].Name)
		s.found[i] = w
		distinct = distinct && w != nil && s.ranks.add(w.rank, i)
	}
	s.distinct = distinct
	if distinct {
		s.order = s.ranks.appendTo(s.order)
		return
	}
	for i := range s.params {
		s.order = append(s.order, i)
	}
	slices.SortFunc(s.order, func(i, j int) int {
		p, q := &s.params[i], &s.params[j]
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
