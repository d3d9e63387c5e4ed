package lookup

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/callgate/callgate/ivr"
)

const (
	// keepResult is how long a result is kept for a repeated webhook or a poll: a
	// carrier repeats a request within seconds.
	keepResult = 2 * time.Minute
	// maxJobs bounds the requests that are under way or kept. When it is reached, a
	// look-up fails at once and the call goes on without it.
	maxJobs = 10_000
)

// job is one request, under way or done.
type job struct {
	done   chan struct{}
	result ivr.Result
	err    error
	ended  time.Time
}

// jobs are requests by their key. The zero jobs has none.
type jobs struct {
	mu    sync.Mutex
	byKey map[string]*job
	swept time.Time
}

// start returns the job of a key, and makes it when there is none; nil when there
// are too many. run is called in a goroutine of its own.
func (j *jobs) start(key string, now time.Time, run func(*job)) *job {
	j.mu.Lock()
	defer j.mu.Unlock()
	if found := j.byKey[key]; found != nil {
		return found
	}
	if now.Sub(j.swept) > keepResult || len(j.byKey) >= maxJobs {
		j.sweep(now)
	}
	if len(j.byKey) >= maxJobs {
		return nil
	}
	made := &job{done: make(chan struct{})}
	if j.byKey == nil {
		j.byKey = map[string]*job{}
	}
	j.byKey[key] = made
	go func() {
		defer close(made.done)
		run(made)
		j.mu.Lock()
		made.ended = time.Now()
		j.mu.Unlock()
	}()
	return made
}

func (j *jobs) sweep(now time.Time) {
	j.swept = now
	for key, job := range j.byKey {
		if !job.ended.IsZero() && now.Sub(job.ended) > keepResult {
			delete(j.byKey, key)
		}
	}
}

// Do makes a request, or joins the one with the same key, and waits for its result
// until ctx ends. The result is then Pending, and the request goes on for as long as
// the look-up may take: ask again for it. The error says for the log why a result is
// Failed or TimedOut; it holds nothing of the URL.
func (l *Client) Do(ctx context.Context, q *ivr.Lookup) (ivr.Result, error) {
	job := l.jobs.start(q.Key, time.Now(), func(j *job) {
		// The request outlives the webhook that asked for it.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), q.Timeout)
		defer cancel()
		j.result, j.err = l.result(ctx, q)
	})
	if job == nil {
		return ivr.Result{Key: q.Key, Outcome: ivr.Failed}, errors.New("too many look-ups are under way")
	}
	select {
	case <-job.done:
		return job.result, job.err
	case <-ctx.Done():
		return ivr.Result{Key: q.Key, Outcome: ivr.Pending}, nil
	}
}

func (l *Client) result(ctx context.Context, q *ivr.Lookup) (ivr.Result, error) {
	status, body, err := l.cachedOr(q, func() (int, []byte, error) { return l.persist(ctx, q) })
	out := ivr.Result{Key: q.Key, Status: status, Body: body}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		out.Outcome = ivr.TimedOut
	case err != nil:
		out.Outcome = ivr.Failed
	}
	return out, err
}
