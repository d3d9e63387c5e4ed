package responder

import (
	"sync"
	"time"

	"github.com/callgate/callgate/internal/doctor/protocol"
)

const (
	// maxChallenges is how many may be in use: a few people at once. With one more,
	// the oldest ends; only who has the token can make that happen.
	maxChallenges = 4
	// maxHellos is how many hellos are remembered: what burst and pace let through in
	// the time that a hello is good for, and some.
	maxHellos = 1024
	// burst is how many challenges may be had in a row, and pace the time until there
	// is another: for somebody who tries one change after the other.
	burst = 10
	pace  = 2 * time.Second
)

// ledger knows which challenges are open, and what was used up. Its size is bounded.
type ledger struct {
	mu         sync.Mutex
	challenges map[string]*challenge
	hellos     map[string]time.Time // until when each nonce is remembered
	spare      int                  // challenges that may be had now
	since      time.Time            // when spare was right
}

// challenge is one that was given.
type challenge struct {
	given time.Time
	used  [protocol.MaxProbes + 1]bool // by number
	slow  bool                         // somebody was kept waiting
}

func newLedger(now time.Time) ledger {
	return ledger{challenges: map[string]*challenge{}, hellos: map[string]time.Time{}, spare: burst, since: now}
}

// open opens a challenge for a hello, or says how long to wait for one. It reports
// false when the hello is out of time or was there before.
func (l *ledger) open(h protocol.Hello, name string, now time.Time) (wait time.Duration, ok bool) {
	made := time.Unix(h.Time, 0)
	if now.Sub(made).Abs() > protocol.MaxSkew {
		return 0, false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forget(now)
	if _, again := l.hellos[h.Nonce]; again {
		return 0, false
	}
	if len(l.hellos) >= maxHellos {
		return pace, true
	}
	l.hellos[h.Nonce] = made.Add(protocol.MaxSkew)
	if l.refill(now); l.spare == 0 {
		return pace, true
	}
	l.spare--
	if len(l.challenges) >= maxChallenges {
		delete(l.challenges, l.oldest())
	}
	l.challenges[name] = &challenge{given: now}
	return 0, true
}

// use uses up the number of a probe. It reports false when that cannot be.
func (l *ledger) use(p protocol.Probe, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.challenges[p.Challenge]
	if c == nil || now.Sub(c.given) > protocol.Life || p.Number < 1 || p.Number > protocol.MaxProbes || c.used[p.Number] {
		return false
	}
	if p.Kind == protocol.Slow && c.slow {
		return false
	}
	c.used[p.Number], c.slow = true, c.slow || p.Kind == protocol.Slow
	return true
}

// forget drops what is over.
func (l *ledger) forget(now time.Time) {
	for nonce, until := range l.hellos {
		if now.After(until) {
			delete(l.hellos, nonce)
		}
	}
	for name, c := range l.challenges {
		if now.Sub(c.given) > protocol.Life {
			delete(l.challenges, name)
		}
	}
}

func (l *ledger) refill(now time.Time) {
	more := int(now.Sub(l.since) / pace)
	if more <= 0 {
		return
	}
	l.spare = min(l.spare+more, burst)
	l.since = l.since.Add(time.Duration(more) * pace)
}

func (l *ledger) oldest() (name string) {
	var given time.Time
	for n, c := range l.challenges {
		if name == "" || c.given.Before(given) {
			name, given = n, c.given
		}
	}
	return name
}
