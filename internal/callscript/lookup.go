package callscript

import (
	"context"
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

// Replies answers the look-ups of one call in place of servers. It is what stands under
// "http" in a case.
type Replies struct {
	now  func() time.Time
	list []Lookup

	mu    sync.Mutex
	match []*regexp.Regexp     // by index in list; nil for those of a node
	since map[string]time.Time // when a look-up was first asked for
}

// NewReplies makes replies of lists, the first of which has precedence. The call's clock
// says when a reply that takes long is there.
func NewReplies(now func() time.Time, lists ...[]Lookup) *Replies {
	r := &Replies{now: now, since: map[string]time.Time{}}
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

// Do finds the reply to a look-up. One that takes long is pending until the call's clock
// says that it is there. The error is that no reply matches, and the look-up fails.
func (r *Replies) Do(_ context.Context, q *ivr.Lookup) (ivr.Result, error) {
	now := r.now()
	r.mu.Lock()
	defer r.mu.Unlock()
	out := ivr.Result{Key: q.Key, Outcome: ivr.Failed}
	i := r.find(q)
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

// find returns the index of the reply to a look-up, -1 when there is none.
func (r *Replies) find(q *ivr.Lookup) int {
	for i := range r.list {
		if r.list[i].Node != "" && r.list[i].Node == q.Node || r.match[i] != nil && r.match[i].MatchString(q.Method+" "+q.URL) {
			return i
		}
	}
	return -1
}

func (r *Replies) done(q *ivr.Lookup, reply Reply) (ivr.Result, error) {
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
