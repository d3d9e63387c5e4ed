package callgate

import (
	"container/list"
	"strings"
	"sync"
	"time"
)

const (
	// MaxRescues is how many rescue documents one call is given. A document may lead
	// back to the line, and the line may fail again; the carrier would go round for
	// hours. After these, callers get the last resort: a sentence and the end.
	MaxRescues = 3

	// rescueMemory is how many calls are remembered, of each kind. An entry takes
	// about 200 bytes.
	rescueMemory = 4096

	// rescueTime is how long a call is remembered after its last rescue: as long as
	// the carrier lets a call last (Twilio: four hours).
	rescueTime = 4 * time.Hour
)

// rescueCounts counts rescues by call. Calls that a signature vouches for are
// kept apart from those that a request merely names, so that a flood of forged
// requests neither uses up the rescues of a call nor makes the count of one
// forgotten.
type rescueCounts struct {
	verified, claimed rescueCount
}

// add counts a rescue and reports whether the call may have it. A request that
// names no call always may.
func (c *rescueCounts) add(callSid string, v *visit, now time.Time) bool {
	if callSid == "" {
		return true
	}
	if v.verified {
		return c.verified.add(callSid, now) <= MaxRescues
	}
	return c.claimed.add(callSid, now) <= MaxRescues
}

// rescueCount is a bounded table that forgets what was not used for the longest time.
type rescueCount struct {
	mu    sync.Mutex
	calls map[string]*list.Element
	order list.List // of *rescuedCall, the most recent first
}

type rescuedCall struct {
	sid  string
	n    int
	last time.Time
}

func (c *rescueCount) add(sid string, now time.Time) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.calls == nil {
		c.calls = make(map[string]*list.Element)
	}
	e, ok := c.calls[sid]
	if !ok {
		if c.order.Len() == rescueMemory {
			oldest := c.order.Back()
			delete(c.calls, oldest.Value.(*rescuedCall).sid)
			c.order.Remove(oldest)
		}
		e = c.order.PushFront(&rescuedCall{sid: strings.Clone(sid)}) // not the whole body with it
		c.calls[e.Value.(*rescuedCall).sid] = e
	}
	c.order.MoveToFront(e)
	call := e.Value.(*rescuedCall)
	if now.Sub(call.last) > rescueTime {
		call.n = 0
	}
	call.last = now
	call.n++
	return call.n
}
