package explain

import (
	"cmp"
	"context"
	"crypto/subtle"
	"net/http"
	"slices"

	"github.com/callgate/callgate"
)

// The bounds of one search. They are counted, not timed: the same request has
// the same answer on a slow machine and on a fast one. Together they keep a
// search at about 50 ms of one core at most, for hostile requests too (BenchmarkExplain,
// BenchmarkExplainHostile).
const (
	// MaxChanges is the most changes that one explanation has.
	MaxChanges = 3
	// MaxCandidates is the most signatures that one search computes.
	MaxCandidates = 60_000
	// MaxWork is the most that one search builds and hashes, in units of about a
	// nanosecond.
	MaxWork = 40_000_000
	// maxAddress bounds the address of a request that is searched at all. The
	// carrier's are much shorter.
	maxAddress = 8 << 10
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
	origins map[string]*space[address]
	paths   map[string]*space[string]
	queries map[string]*space[string]
	budget  *budget
	tried   int
	buf     []byte    // what is signed
	sum     signature // of it

	// A case is signed with what fitted at a place in the order of candidates.
	stopAt  int
	stopped signature
}

// start is one reading of the request and everything that can be made of it. The
// pieces of an address, the form and the key are independent, so each has its space and
// candidates are put together from one node of each.
type start struct {
	root    root
	edits   []edit[root] // that led from the natural reading to this one
	cost    int
	origins *space[address]
	paths   *space[string]
	queries *space[string]
	forms   *space[callgate.Params]
}

// match is a candidate whose signature is the request's.
type match struct {
	start       *start
	origin      node[address]
	path, query node[string]
	form        node[callgate.Params]
	key         *tryKey
}

func newSearch(ctx context.Context, c *Config, r *Request, want []signature) *search {
	s := &search{
		config: c, request: r, want: want, facts: gather(c, r),
		origins: map[string]*space[address]{}, paths: map[string]*space[string]{}, queries: map[string]*space[string]{},
	}
	s.budget = &budget{work: MaxWork, stop: func() bool { return ctx.Err() != nil }}
	if c.Work > 0 {
		s.budget.work = min(c.Work, MaxWork)
	}
	natural := readRoot(c, r)
	if len(natural.address.String()) > maxAddress {
		s.budget.work = 0
	}
	s.keys = tryKeys(c, natural.accountOf())
	s.addRoots(natural)
	return s
}

// addRoots adds the natural reading of the request and the others.
func (s *search) addRoots(natural root) {
	var contents, moves edits[root]
	editContent(&contents, s.request)
	s.facts.editTargets(&moves, &natural)
	editQueryInPath(&moves)
	editMovesBetween(&moves, natural)
	s.addRoot(natural)
	for _, e := range slices.Concat(contents, moves) {
		if o, changed := e.apply(natural); changed {
			s.addRoot(o, e)
		}
	}
	for _, first := range slices.Concat(contents, moves) {
		o, changed := first.apply(natural)
		if !changed {
			continue
		}
		for _, then := range moves {
			if len(s.roots) == maxRoots || !s.budget.spend(buildText(o.address.query)) {
				break
			}
			if then.slot == first.slot {
				continue
			}
			if p, changed := then.apply(o); changed {
				s.addRoot(p, first, then)
			}
		}
	}
	s.onceEach()
}

func (s *search) addRoot(o root, path ...edit[root]) {
	if len(s.roots) == maxRoots {
		return
	}
	at := &start{root: o, edits: path}
	for _, e := range path {
		at.cost += e.cost
	}
	s.roots = append(s.roots, at)
}

// onceEach keeps of the readings with the same signed text the likeliest.
func (s *search) onceEach() {
	slices.SortStableFunc(s.roots, func(a, b *start) int {
		return cmp.Or(len(a.edits)-len(b.edits), a.cost-b.cost)
	})
	seen := map[string]bool{}
	s.roots = slices.DeleteFunc(s.roots, func(at *start) bool {
		text := at.root.address.String() + "\x00" + string(appendSigned(nil, at.root.params))
		s.budget.spend(buildWork + buildByte*len(text) + buildParam*len(at.root.params))
		had := seen[text]
		seen[text] = true
		return had
	})
}

// open makes the spaces of a start when they are first needed. Starts with the
// same origin, path or query share them.
func (s *search) open(at *start) {
	if at.origins != nil {
		return
	}
	o := &at.root
	at.origins = share(s.origins, o.address.origin().String(), func() *space[address] {
		return newSpace(o.address.origin(), func() (es []edit[address]) {
			return s.facts.originEdits(o.address, s.request.Method != http.MethodPost)
		}, address.String, s.budget)
	})
	itself := func(text string) string { return text }
	at.paths = share(s.paths, o.address.path, func() *space[string] {
		return newSpace(o.address.path, func() []edit[string] { return s.facts.pathEdits(o.address.path) }, itself, s.budget)
	})
	at.queries = share(s.queries, o.address.query, func() *space[string] {
		return newSpace(o.address.query, func() []edit[string] { return queryEdits(o.address.query, o.body) }, itself, s.budget)
	})
	at.forms = newSpace(sortedByName(o.params), func() []edit[callgate.Params] { return s.formEdits(o) }, func(ps callgate.Params) string {
		s.buf = appendSigned(s.buf[:0], ps)
		return string(s.buf)
	}, s.budget)
	at.forms.work = buildForm(o.params, at.forms.levels[0][0].text)
}

// share returns the space that made gives for a text, made once.
func share[T any](made map[string]*space[T], text string, make func() *space[T]) *space[T] {
	if made[text] == nil {
		made[text] = make()
	}
	return made[text]
}

// formEdits returns the edits of the parameters, if these are signed.
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
	return editParams(o.params, accounts)
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

// block is a way to share the changes of an explanation among the reading of the
// request, the pieces of its address, its form and its key.
type block struct {
	start                     *start
	origin, path, query, form int         // levels
	keys                      [][]*tryKey // by cost
	changes                   int
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
		for k := range min(rest, 1) + 1 {
			keys := s.keysByCost(k)
			if len(keys) == 0 {
				continue
			}
			for o := range rest - k + 1 {
				for p := range rest - k - o + 1 {
					for q := range rest - k - o - p + 1 {
						blocks = append(blocks, block{at, o, p, q, rest - k - o - p - q, keys, n})
					}
				}
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

// tryBlock tries the candidates of a block whose costs sum up to total.
func (s *search) tryBlock(b *block, total int) *match {
	for keyCost, keys := range b.keys {
		m := match{start: b.start}
		if len(keys) > 0 && s.tryOrigins(b, &m, keys, total-b.start.cost-keyCost) {
			return &m
		}
		if s.budget.exhausted {
			return nil
		}
	}
	return nil
}

// tryOrigins tries a block with each origin, and so on through the pieces, until one
// fits or the budget is spent. left is the cost that the pieces share.
func (s *search) tryOrigins(b *block, m *match, keys []*tryKey, left int) (found bool) {
	goOn := func() bool { return !found && !s.budget.exhausted }
	forms := func(left int) bool {
		return b.start.forms.share(b.form, left, 0, func(f *node[callgate.Params]) bool {
			found = f.depth >= b.changes && s.try(m, f, keys)
			return goOn()
		})
	}
	queries := func(left int) bool {
		return b.start.queries.share(b.query, left, b.form, func(q *node[string]) bool {
			m.query = *q
			return q.depth < b.changes || forms(left-q.cost)
		})
	}
	paths := func(left int) bool {
		return b.start.paths.share(b.path, left, b.query+b.form, func(p *node[string]) bool {
			m.path = *p
			return queries(left - p.cost)
		})
	}
	b.start.origins.share(b.origin, left, b.path+b.query+b.form, func(o *node[address]) bool {
		m.origin = *o
		return paths(left - o.cost)
	})
	return found
}

// try tries one address with one form and some keys.
func (s *search) try(m *match, f *node[callgate.Params], keys []*tryKey) bool {
	s.buf = append(s.buf[:0], m.origin.text...)
	s.buf = append(s.buf, m.path.text...)
	s.buf = append(s.buf, m.query.text...)
	s.buf = append(s.buf, f.text...)
	for _, k := range keys {
		if s.tried == MaxCandidates || !s.budget.hash(len(s.buf)) {
			s.budget.exhausted = true
			return false
		}
		if s.fits(k, s.buf) {
			m.form, m.key = *f, k
			return true
		}
	}
	return false
}

// fits reports whether the text, signed with the key, has the signature of the
// request.
func (s *search) fits(k *tryKey, text []byte) bool {
	s.tried++
	k.mac.Reset()
	k.mac.Write(text)
	k.mac.Sum(s.sum[:0])
	if s.tried == s.stopAt {
		s.stopped = s.sum
		return true
	}
	for i := range s.want {
		if subtle.ConstantTimeCompare(s.sum[:], s.want[i][:]) == 1 {
			return true
		}
	}
	return false
}
