package callgate

import (
	"context"
	"sync"
	"time"
)

// deadlineContext is a context.WithDeadline that costs nothing before somebody asks
// whether it is done, which a handler that answers at once never does.
type deadlineContext struct {
	context.Context // the request's
	deadline        time.Time

	mu      sync.Mutex
	limited context.Context // made when it is asked for
	cancel  context.CancelFunc
	ended   bool
}

// begin sets the deadline: at a time, or when the request's own context ends.
func (c *deadlineContext) begin(ctx context.Context, at time.Time) {
	c.Context, c.deadline = ctx, at
	if d, ok := ctx.Deadline(); ok && d.Before(c.deadline) {
		c.deadline = d
	}
}

func (c *deadlineContext) passed() bool { return !time.Now().Before(c.deadline) }

// end cancels the context, as the request has its answer. One that has come to its end
// by itself is left to say why.
func (c *deadlineContext) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = true
	if c.cancel != nil && c.Context.Err() == nil && !c.passed() {
		c.cancel()
	}
}

func (c *deadlineContext) limit() context.Context {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.limited == nil {
		c.limited, c.cancel = context.WithDeadline(c.Context, c.deadline)
		if c.ended {
			c.cancel()
		}
	}
	return c.limited
}

func (c *deadlineContext) Deadline() (time.Time, bool) { return c.deadline, true }

func (c *deadlineContext) Done() <-chan struct{} { return c.limit().Done() }

func (c *deadlineContext) Err() error { return c.limit().Err() }

// Value asks the limited context if there is one, so that package context finds it and
// needs no goroutine to wait for Done.
func (c *deadlineContext) Value(key any) any {
	c.mu.Lock()
	limited := c.limited
	c.mu.Unlock()
	if limited != nil {
		return limited.Value(key)
	}
	return c.Context.Value(key)
}
