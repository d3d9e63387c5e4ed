package callscript

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/callgate/callgate/ivr"
)

// patience is how long a line waits for a look-up before it plays a filler.
const patience = 5 * time.Second

// replies answers the look-ups of one call.
type replies struct {
	mu    sync.Mutex
	list  []Lookup
	match []*regexp.Regexp
	since map[string]time.Time // when a look-up was first asked for
}

func newReplies(lists ...[]Lookup) *replies {
	r := &replies{since: map[string]time.Time{}}
	for _, list := range lists {
		for i := range list {
			re, err := list[i].pattern()
			if err != nil {
				continue // the suite was checked
			}
			r.list, r.match = append(r.list, list[i]), append(r.match, re)
		}
	}
	return r
}

// answer finds the reply to a look-up. One that takes long is pending until the
// call's clock says that it is there.
func (r *replies) answer(q *ivr.Lookup, now time.Time) (ivr.Result, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := ivr.Result{Key: q.Key, Outcome: ivr.Failed}
	i := slices.IndexFunc(r.match, func(re *regexp.Regexp) bool { return re.MatchString(q.Method + " " + q.URL) })
	if i < 0 {
		return out, fmt.Errorf("no reply matches %s of node %s", q.Method, q.Node)
	}
	reply := r.list[i].Reply
	if _, ok := r.since[q.Key]; !ok {
		r.since[q.Key] = now
	}
	waited := now.Sub(r.since[q.Key])
	switch {
	case reply.Delay >= q.Timeout && (waited >= q.Timeout || q.Timeout <= patience):
		out.Outcome = ivr.TimedOut
	case reply.Delay > patience && waited < reply.Delay:
		out.Outcome = ivr.Pending
	case reply.Error:
	default:
		return r.done(q, reply)
	}
	return out, nil
}

func (r *replies) done(q *ivr.Lookup, reply Reply) (ivr.Result, error) {
	out := ivr.Result{Key: q.Key, Outcome: ivr.Done, Status: reply.Status}
	if out.Status == 0 {
		out.Status = 200
	}
	if reply.JSON.IsZero() {
		return out, nil
	}
	body, err := json.Marshal(reply.JSON)
	if err != nil {
		return ivr.Result{Key: q.Key, Outcome: ivr.Failed}, err
	}
	out.Body = body
	return out, nil
}

func sortedKeys[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }

// firstDifference returns the number and the text of the first line in which two
// texts differ, 0 when they do not.
func firstDifference(want, got string) (int, string) {
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(a), len(b)) {
		switch {
		case i >= len(a):
			return i + 1, fmt.Sprintf("%q is too much", b[i])
		case i >= len(b):
			return i + 1, fmt.Sprintf("%q is missing", a[i])
		case a[i] != b[i]:
			return i + 1, fmt.Sprintf("%q, want %q", b[i], a[i])
		}
	}
	return 0, ""
}
