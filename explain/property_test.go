package explain_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/callgate/callgate/explain"
	"github.com/callgate/callgate/twilio"
)

// mutations is how many random requests are changed and explained. The race
// detector, which has nothing to find here and makes everything ten times slower, gets
// a tenth; scripts/test.sh runs this test without it too.
const mutations = 10_000

// TestExplainFindsWhatWasChanged changes random signed requests by one to three
// of the operators below and asks that the explanation is a proof with no more
// changes than were made. Only a search that ended at its bound may miss, and
// only three changes.
func TestExplainFindsWhatWasChanged(t *testing.T) {
	n := mutations
	if raceDetector {
		n /= 10
	}
	if testing.Short() {
		n /= 20
	}
	results := make([]result, n)
	var wg sync.WaitGroup
	for shard := range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := shard; i < n; i += runtime.GOMAXPROCS(0) {
				results[i] = explainRandom(t, uint64(i), changesOf(i))
			}
		})
	}
	wg.Wait()
	var found, cut, tried int
	missed := map[string]int{}
	for i, r := range results {
		tried += r.tried
		switch {
		case r.found:
			found++
		case r.cut && len(r.applied) == explain.MaxChanges:
			cut++
			missed[strings.Join(r.applied, " + ")]++
		default:
			t.Errorf("case %d: %s: %s", i, strings.Join(r.applied, " + "), r.problem)
		}
	}
	for name, k := range missed {
		t.Logf("beyond the bound: %d x %s", k, name)
	}
	t.Logf("%d of %d explained, %d beyond the bound; %d candidates on average", found, n, cut, tried/n)
	if found < n*995/1000 {
		t.Errorf("%d of %d explained, want at least 99.5 %%", found, n)
	}
}

type result struct {
	applied []string
	tried   int
	found   bool
	cut     bool // the search ended at its bound
	problem string
}

// explainRandom changes one random request and explains it.
func explainRandom(t *testing.T, seed uint64, changes int) result {
	c := newCase(seed)
	r := result{applied: c.mutate(changes)}
	e, err := explain.New(c.config)
	if err != nil {
		t.Error(err)
		return r
	}
	request := c.request()
	x := noted(e.Explain(context.Background(), request))
	r.tried, r.cut = x.Tried, !x.Complete
	secrets := []string{request.Header.Get(twilio.Header), c.key}
	if len(c.signed.params)+len(c.signed.pairs) > 0 {
		secrets = append(secrets, c.signed.signedText())
	}
	shown := render(t, x)
	if slices.ContainsFunc(secrets, func(s string) bool { return strings.Contains(shown, s) }) {
		t.Errorf("case %d shows the signature, the key or what was signed:\n%s", seed, shown)
	}
	switch {
	case x.Confidence != explain.Proved:
		r.problem = fmt.Sprintf("%d tried, complete %v: not found\n signed %s %s\n arrived %s", x.Tried, x.Complete, c.signed.method, c.signed.url(), c.describe())
	case len(x.Changes) > len(r.applied):
		r.problem = fmt.Sprintf("more changes than were made: %v", x.Causes())
	default:
		r.found = true
	}
	return r
}

// changesOf gives half of the cases one change, a third two and the rest three.
func changesOf(i int) int {
	switch i % 6 {
	case 0, 1, 2:
		return 1
	case 3, 4:
		return 2
	}
	return 3
}

// mutate applies up to n different operators and returns the names of those that
// changed something.
func (c *randomCase) mutate(n int) []string {
	var applied []string
	for tries := 0; len(applied) < n && tries < 40; tries++ {
		op := operators[c.IntN(len(operators))]
		if slices.Contains(applied, op.name) {
			continue
		}
		before := c.describe()
		if op.change(c) && c.describe() != before {
			applied = append(applied, op.name)
		}
	}
	return applied
}

type operator struct {
	name   string
	change func(*randomCase) bool
}

func (c *randomCase) pick(list ...string) string { return list[c.IntN(len(list))] }

func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 2026)) }
