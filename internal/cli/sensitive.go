package cli

import (
	"sync"

	"github.com/callgate/callgate/ivr"
)

// sensitiveCalls are the calls that wait at a sensitive node of a flow.
type sensitiveCalls struct {
	mu   sync.Mutex
	sids map[string]bool
}

// watch notes where calls wait before next, which may be nil, is told of it.
func (c *sensitiveCalls) watch(next func(string, ivr.Answer)) func(string, ivr.Answer) {
	return func(callSid string, a ivr.Answer) {
		if a.Document != nil { // the answer to a status callback moves no call
			c.set(callSid, a.Sensitive)
		}
		if next != nil {
			next(callSid, a)
		}
	}
}

func (c *sensitiveCalls) set(callSid string, sensitive bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !sensitive {
		delete(c.sids, callSid)
		return
	}
	if c.sids == nil {
		c.sids = map[string]bool{}
	}
	c.sids[callSid] = true
}

// has reports whether a call waits at such a node.
func (c *sensitiveCalls) has(callSid string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sids[callSid]
}
