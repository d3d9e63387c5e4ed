package lookup

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/callgate/callgate/ivr"
)

// firstPause is what lies between a request and its first repetition; each pause is
// twice the one before. A server that restarts is back in about this time.
const firstPause = 200 * time.Millisecond

// persist makes a request, and makes it again as often as the look-up says.
func (l *Client) persist(ctx context.Context, q *ivr.Lookup) (status int, body []byte, err error) {
	for again := range q.Retries + 1 {
		if again > 0 && !pause(ctx, firstPause<<(again-1)) {
			return status, body, err
		}
		status, body, err = l.request(ctx, q)
		if !passing(status, err) {
			break
		}
	}
	return status, body, err
}

// passing reports whether what went wrong can be over a moment later.
func passing(status int, err error) bool {
	switch status {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return errors.Is(err, errConnection) || errors.Is(err, errBroken)
}

// pause waits, and reports whether there is time left after it.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// Bounds of the cache: some thousand short answers, whatever callers enter.
const (
	maxCached      = 4096
	maxCachedBytes = 8 << 20
)

// cached is an answer that serves other calls.
type cached struct {
	status int
	body   []byte
	until  time.Time
}

// requestHash stands for a request: what is sent may be private, and is not kept.
type requestHash [sha256.Size]byte

// cachedOr returns the answer that is kept for a look-up or, when there is none, asks
// for one and keeps it if it may.
func (l *Client) cachedOr(q *ivr.Lookup, request func() (int, []byte, error)) (int, []byte, error) {
	if q.Cache <= 0 {
		return request()
	}
	key, now := cacheKey(q), time.Now()
	if a, ok := l.cache.get(key, now); ok {
		return a.status, a.body, nil
	}
	status, body, err := request()
	if err == nil && status >= 200 && status <= 299 {
		l.cache.put(key, cached{status, body, now.Add(q.Cache)}, now)
	}
	return status, body, err
}

// cache keeps answers. The zero cache is empty.
type cache struct {
	mu    sync.Mutex
	by    map[requestHash]cached
	bytes int
}

// cacheKey is what two look-ups with one answer have in common.
func cacheKey(q *ivr.Lookup) (sum requestHash) {
	h := sha256.New()
	fmt.Fprintf(h, "%q %q", q.Method, q.URL)
	for _, header := range q.Headers {
		fmt.Fprintf(h, " %q %q %q", header.Name, header.Value, header.Secret)
	}
	h.Sum(sum[:0])
	return sum
}

func (c *cache) get(key requestHash, now time.Time) (cached, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	a, ok := c.by[key]
	return a, ok && now.Before(a.until)
}

// put keeps an answer, if there is room for it.
func (c *cache) put(key requestHash, a cached, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.by == nil {
		c.by = map[requestHash]cached{}
	}
	c.drop(key)
	if len(c.by) >= maxCached || c.bytes+len(a.body) > maxCachedBytes {
		for k, old := range c.by {
			if !now.Before(old.until) {
				c.drop(k)
			}
		}
	}
	if len(c.by) >= maxCached || c.bytes+len(a.body) > maxCachedBytes {
		return
	}
	c.by[key] = a
	c.bytes += len(a.body)
}

func (c *cache) drop(key requestHash) {
	c.bytes -= len(c.by[key].body)
	delete(c.by, key)
}
