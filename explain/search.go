package explain

import (
	"context"
	"crypto/sha1"
	"crypto/subtle"
	"slices"

	"github.com/callgate/callgate"
)

// The bounds of one search. They are counted, not timed: the same request has
// the same answer on a slow machine and on a fast one. Together they keep a
// search under 50 ms of one core (BenchmarkExplain).
const (
	// MaxChanges is the most changes that one explanation has.
	MaxChanges = 3
	// MaxCandidates is the most signatures that one search computes.
	MaxCandidates = 50_000
	// MaxBytes is the most bytes that one search builds and hashes.
	MaxBytes = 48 << 20
	// maxLevel bounds the addresses, and the sets of parameters, that one number
	// of changes makes.
	maxLevel = 12_000
	// maxRoots bounds the readings of one request.
	maxRoots = 64
)

// search looks for the changes that make one request's signature fit.
type search struct {
	config  *Config
	request *Request
	facts   *facts
	want    []signature
	keys    []tryKey
	roots   []*start
	budget  *budget
	tried   int
	buf     []byte
}

// start is one reading of the request and everything that can be made of it.
type start struct {
	root  root
	edits []edit[root] // that led from the natural reading to this one
	cost  int
	urls  *space[address]
	forms *space[callgate.Params]
}

// match is a candidate whose signature is the request's.
type match struct {
	start *start
	url   *node[address]
	form  *node[callgate.Params]
	key   *tryKey
}

func newSearch(ctx context.Context, c *Config, r *Request, want []signature) *search {
	s := &search{config: c, request: r, want: want, facts: gather(c, r)}
	s.budget = &budget{candidates: MaxCandidates, bytes: MaxBytes, stop: func() bool { return ctx.Err() != nil }}
	natural := readRoot(r)
	s.keys = tryKeys(c, natural.accountOf())
	s.addRoots(natural)
	return s
}

// addRoots adds the natural reading of the request and the others.
func (s *search) addRoots(natural root) {
	var es edits[root]
	editContent(&es, s.request)
	contents := len(es)
	editMovesBetween(&es, natural)
	seen := map[string]bool{}
	add := func(o root, path []edit[root]) {
		text := o.address.String() + "\x00" + string(appendSigned(nil, o.params))
		if seen[text] && !(len(path) == 1 && o.content != natural.content) || len(s.roots) == maxRoots {
			return
		}
		seen[text] = true
		cost := 0
		for _, e := range path {
			cost += e.cost
		}
		s.roots = append(s.roots, &start{root: o, edits: path, cost: cost})
	}
	add(natural, nil)
	for i, e := range es {
		o, changed := e.apply(natural)
		if !changed {
			continue
		}
		add(o, []edit[root]{e})
		if i >= contents {
			continue
		}
		for _, then := range es[contents:] {
			if moved, changed := then.apply(o); changed {
				add(moved, []edit[root]{e, then})
			}
		}
	}
}

// open makes the spaces of a start when they are first needed.
func (s *search) open(at *start) {
	if at.urls != nil {
		return
	}
	o := &at.root
	var es edits[address]
	get := s.request.Method != "POST"
	s.facts.editTarget(&es, o.address)
	s.facts.editPath(&es, o.address)
	text := decode(o.address.query, false) + string(appendSigned(nil, o.params))
	for _, t := range s.facts.targets {
		text += t
	}
	editQuery(&es, o.address, text)
	editQueryCharset(&es)
	editBodyHash(&es, o.body)
	s.facts.editOrigin(&es, o.address, get)
	at.urls = newSpace(o.address, es, address.String, s.budget)
	at.forms = newSpace(o.params, s.formEdits(o), func(ps callgate.Params) string {
		s.buf = appendSigned(s.buf[:0], ps)
		return string(s.buf)
	}, s.budget)
}

// formEdits returns the edits of the parameters that change them at all; those
// that would do so only after another edit are not worth their time.
func (s *search) formEdits(o *root) []edit[callgate.Params] {
	if o.content != contentForm {
		return nil
	}
	var accounts []string
	for _, k := range s.config.Keys {
		if k.Account != "" {
			accounts = append(accounts, k.Account)
		}
	}
	return slices.DeleteFunc(editParams(o.params, accounts), func(e edit[callgate.Params]) bool {
		_, changed := e.apply(o.params)
		return !changed
	})
}

// run tries all candidates with n changes, from n = 1 on, and returns the first
// that fits.
func (s *search) run() *match {
	for n := 1; n <= MaxChanges; n++ {
		if m := s.stage(n); m != nil || s.budget.exhausted {
			return m
		}
	}
	return nil
}

// block is a way to share n changes among the readings of the request, the
// address, the parameters and the key.
type block struct {
	start *start
	urls  costs[address]
	forms costs[callgate.Params]
	keys  [][]*tryKey // by cost
}

// stage tries all candidates with n changes, by their cost.
func (s *search) stage(n int) *match {
	blocks := s.blocks(n)
	for total := n; total <= n*costLast; total++ {
		for i := range blocks {
			if m := s.tryBlock(&blocks[i], total); m != nil || s.budget.exhausted {
				return m
			}
		}
	}
	return nil
}

func (s *search) blocks(n int) []block {
	var blocks []block
	for _, at := range s.roots {
		rest := n - len(at.edits)
		if rest < 0 {
			continue
		}
		s.open(at)
		for k := 0; k <= min(rest, 1); k++ {
			keys := s.keysByCost(k)
			if len(keys) == 0 {
				continue
			}
			for u := rest - k; u >= 0; u-- {
				blocks = append(blocks, block{
					at, byCost(at.urls, u, n), byCost(at.forms, rest-k-u, n), keys,
				})
			}
		}
	}
	return blocks
}

// keysByCost returns the keys that take n changes.
func (s *search) keysByCost(n int) [][]*tryKey {
	var groups [][]*tryKey
	for i := range s.keys {
		k := &s.keys[i]
		if (k.cause != "") != (n == 1) {
			continue
		}
		for len(groups) <= k.cost {
			groups = append(groups, nil)
		}
		groups[k.cost] = append(groups[k.cost], k)
	}
	return groups
}

// costs are the nodes of one level, by their cost.
type costs[T any] [][]*node[T]

func byCost[T any](s *space[T], level, changes int) costs[T] {
	var groups costs[T]
	nodes := s.level(level)
	for i := range nodes {
		n := &nodes[i]
		if s.depth(n) < changes {
			continue
		}
		for len(groups) <= n.cost {
			groups = append(groups, nil)
		}
		groups[n.cost] = append(groups[n.cost], n)
	}
	return groups
}

// tryBlock tries the candidates of a block whose costs sum up to total.
func (s *search) tryBlock(b *block, total int) *match {
	for urlCost, urls := range b.urls {
		for keyCost, keys := range b.keys {
			formCost := total - b.start.cost - urlCost - keyCost
			if formCost < 0 || formCost >= len(b.forms) {
				continue
			}
			if m := s.tryAll(b.start, urls, b.forms[formCost], keys); m != nil || s.budget.exhausted {
				return m
			}
		}
	}
	return nil
}

func (s *search) tryAll(at *start, urls []*node[address], forms []*node[callgate.Params], keys []*tryKey) *match {
	for _, u := range urls {
		for _, f := range forms {
			for _, k := range keys {
				s.buf = append(append(s.buf[:0], u.text...), f.text...)
				if !s.budget.spend(len(s.buf)) || s.tried == s.budget.candidates {
					s.budget.exhausted = true
					return nil
				}
				if s.fits(k, s.buf) {
					return &match{at, u, f, k}
				}
			}
		}
	}
	return nil
}

// fits reports whether the text, signed with the key, has the signature of the request.
func (s *search) fits(k *tryKey, text []byte) bool {
	s.tried++
	k.mac.Reset()
	k.mac.Write(text)
	var sum [sha1.Size]byte
	k.mac.Sum(sum[:0])
	for i := range s.want {
		if subtle.ConstantTimeCompare(sum[:], s.want[i][:]) == 1 {
			return true
		}
	}
	return false
}
