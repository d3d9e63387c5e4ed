package cli

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/callgate/callgate/carrier"
	"github.com/callgate/callgate/internal/callscript"
)

// loadFlags are those of "callgate call --calls".
type loadFlags struct {
	calls   int
	rate    float64
	support string
	svg     string
}

// maxAtOnce bounds the calls that are up at the same time: enough to keep any
// server busy, few enough for the files that a process may have open.
const maxAtOnce = 64

func (l *loadFlags) add(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.IntVar(&l.calls, "calls", 0, "make `N` calls, and count them")
	fl.Float64Var(&l.rate, "rate", 0, "begin so many calls a second (default: as many as the server takes)")
	fl.StringVar(&l.support, "support-number", "", "count calls in which this `number` is dialled as rescued")
	fl.StringVar(&l.svg, "svg", "", "draw the times of answers into this `file`")
}

// tally counts calls. It may be used by many goroutines.
type tally struct {
	mu        sync.Mutex
	support   string
	began     time.Time
	calls     int
	completed int // with this status
	broken    int // that did not go as the script says
	rescued   int
	ends      map[carrier.EndReason]int
	codes     map[string]int
	requests  int
	documents int             // answers to requests that control a call
	times     []time.Duration // of answers
}

func runLoad(ctx context.Context, env *Env, f *callFlags, config carrier.Config, steps *callscript.Suite) error {
	line, err := newLine(config)
	if err != nil {
		return err
	}
	support := firstOf(f.load.support, env.Getenv("CALLGATE_SUPPORT_NUMBER"))
	if f.flow != "" && f.load.support == "" {
		support = devSupportNumber // whom the rescue of a flow in this process dials
	}
	t := &tally{support: support, began: time.Now(),
		ends: map[carrier.EndReason]int{}, codes: map[string]int{}}
	stop := t.progress(env.Stderr, f.load.calls)
	err = f.load.each(ctx, func(i int) {
		call, err := line.Call(ctx, carrier.Caller{From: f.from, To: f.to, Seed: uint64(i)})
		if err == nil && steps != nil {
			err = callscript.Play(call, steps)
		}
		if err == nil {
			_, err = call.Finish()
		}
		t.count(call, err)
	})
	stop()
	if err != nil { // stopped: what there is so far
		_ = t.report(env, f.asJSON)
		return no(fmt.Sprintf("stopped after %d of %d calls", t.calls, f.load.calls))
	}
	if f.load.svg != "" {
		if err := os.WriteFile(f.load.svg, []byte(t.svg()), 0o644); err != nil {
			return fmt.Errorf("drawing the times: %w", err)
		}
	}
	return t.report(env, f.asJSON)
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// each runs calls side by side, begun at the rate that is asked for.
func (l *loadFlags) each(ctx context.Context, call func(i int)) error {
	began := time.Now()
	seats := make(chan struct{}, maxAtOnce)
	var wait sync.WaitGroup
	defer wait.Wait()
	for i := range l.calls {
		if l.rate > 0 {
			due := began.Add(time.Duration(float64(i) / l.rate * float64(time.Second)))
			select {
			case <-time.After(time.Until(due)):
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		select {
		case seats <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
		wait.Go(func() {
			defer func() { <-seats }()
			call(i)
		})
	}
	return nil
}

// count adds a call that is over.
func (t *tally) count(call *carrier.Call, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.calls++
	if err != nil {
		t.broken++
	}
	if call == nil {
		return
	}
	if end, over := call.End(); over {
		t.ends[end.Reason]++
		if end.Status == "completed" {
			t.completed++
		}
	}
	for _, e := range call.Log() {
		switch {
		case e.Dialled != nil && t.support != "" && e.Dialled.To == t.support:
			t.rescued++
		case e.Problem != nil && e.Problem.Severity == carrier.Error:
			t.codes[fmt.Sprintf("%d", e.Problem.Code)]++
		case e.Exchange != nil && e.Exchange.Status > 0 && !e.Exchange.Cached:
			t.requests++
			if callscript.ControlsCall(e.Exchange.For) && e.Exchange.Status < 300 {
				t.documents++
			}
			t.times = append(t.times, e.Exchange.Took)
		}
	}
}

// progress shows how far it is, when somebody looks.
func (t *tally) progress(w io.Writer, of int) (stop func()) {
	if !isTerminal(w) {
		return func() {}
	}
	done := make(chan struct{})
	var wait sync.WaitGroup
	wait.Go(func() {
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				t.mu.Lock()
				fmt.Fprintf(w, "\r%d of %d calls, %d errors \x1b[K", t.calls, of, sumOfCounts(t.codes)+t.broken)
				t.mu.Unlock()
			case <-done:
				fmt.Fprint(w, "\r\x1b[K")
				return
			}
		}
	})
	return func() { close(done); wait.Wait() }
}

func sumOfCounts(m map[string]int) int {
	n := 0
	for _, v := range m {
		n += v
	}
	return n
}

// loadReport is the sum of many calls. The JSON names are part of the command's interface.
type loadReport struct {
	Calls     int                       `json:"calls"`
	Completed int                       `json:"completed"`
	Broken    int                       `json:"broken"`
	Rescued   int                       `json:"rescued"`
	Ends      map[carrier.EndReason]int `json:"ends"`
	Errors    map[string]int            `json:"errors,omitempty"`
	Requests  int                       `json:"requests"`
	Documents int                       `json:"documents"`
	PerSecond float64                   `json:"documentsPerSecond"`
	Seconds   float64                   `json:"seconds"`
	// Latency is in milliseconds, by percentile.
	Latency map[string]float64 `json:"latency"`
}

// percentiles that are told of the times of answers.
var percentiles = []struct {
	name string
	part float64
}{{"p50", 0.50}, {"p90", 0.90}, {"p99", 0.99}, {"max", 1}}

func (t *tally) report(env *Env, asJSON bool) error {
	slices.Sort(t.times)
	took := time.Since(t.began)
	r := loadReport{Calls: t.calls, Completed: t.completed, Broken: t.broken, Rescued: t.rescued, Ends: t.ends, Errors: t.codes,
		Requests: t.requests, Documents: t.documents,
		PerSecond: float64(t.documents) / took.Seconds(), Seconds: took.Seconds(), Latency: map[string]float64{}}
	for _, p := range percentiles {
		r.Latency[p.name] = float64(percentile(t.times, p.part)) / float64(time.Millisecond)
	}
	var err error
	if asJSON {
		err = env.printJSON(r)
	} else {
		_, err = fmt.Fprint(env.Stdout, r.text(), histogram(t.times))
	}
	if err == nil && (t.broken > 0 || len(t.codes) > 0) {
		return no("")
	}
	return err
}

func percentile(sorted []time.Duration, part float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	i := int(part*float64(len(sorted))+0.5) - 1
	return sorted[min(max(i, 0), len(sorted)-1)]
}

func (r loadReport) text() string {
	var b strings.Builder
	row := func(name string, format string, args ...any) {
		fmt.Fprintf(&b, "%-22s "+format+"\n", append([]any{name}, args...)...)
	}
	row("calls", "%d in %.2f s", r.Calls, r.Seconds)
	row("completed", "%d", r.Completed)
	for _, reason := range slices.Sorted(maps.Keys(r.Ends)) {
		row("  "+string(reason), "%d", r.Ends[reason])
	}
	row("rescued", "%d", r.Rescued)
	row("not as the script says", "%d", r.Broken)
	for _, code := range slices.Sorted(maps.Keys(r.Errors)) {
		row("error "+code, "%d", r.Errors[code])
	}
	row("requests", "%d", r.Requests)
	row("documents", "%d, %.0f a second", r.Documents, r.PerSecond)
	for _, p := range percentiles {
		row("answer "+p.name, "%.2f ms", r.Latency[p.name])
	}
	return b.String()
}

// buckets sorts times into powers of two of a tenth of a millisecond.
func buckets(sorted []time.Duration) (limits []time.Duration, counts []int) {
	limit := 100 * time.Microsecond
	i := 0
	for i < len(sorted) {
		n := 0
		for i < len(sorted) && sorted[i] <= limit {
			i++
			n++
		}
		if n > 0 || len(limits) > 0 {
			limits, counts = append(limits, limit), append(counts, n)
		}
		limit *= 2
	}
	return limits, counts
}

// histogram draws the times of answers with characters.
func histogram(sorted []time.Duration) string {
	limits, counts := buckets(sorted)
	if len(limits) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("\ntimes of answers\n")
	most := slices.Max(counts)
	for i, n := range counts {
		fmt.Fprintf(&b, "  ≤ %-9v %7d  %s\n", limits[i], n, strings.Repeat("█", (n*50+most-1)/most))
	}
	return b.String()
}

// svg draws the times of answers as a picture.
func (t *tally) svg() string {
	slices.Sort(t.times)
	limits, counts := buckets(t.times)
	const row, left, width = 22, 90, 640
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="13">`+"\n", width, row*len(limits)+2*row)
	fmt.Fprintf(&b, `<title>times of answers</title><rect width="100%%" height="100%%" fill="white"/><text x="%d" y="%d">times of %d answers</text>`+"\n", left, row-6, len(t.times))
	for i, n := range counts {
		y := row * (i + 1)
		length := n * (width - left - 90) / max(slices.Max(counts), 1)
		fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end">≤ %v</text><rect x="%d" y="%d" width="%d" height="%d" fill="#2a6f97"/><text x="%d" y="%d">%d</text>`+"\n",
			left-8, y+15, limits[i], left, y+2, length, row-4, left+length+6, y+15, n)
	}
	b.WriteString("</svg>\n")
	return b.String()
}
