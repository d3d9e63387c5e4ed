package callscript

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/carrier"
	"github.com/callgate/callgate/ivr"
)

// Target is what answers the calls of a case.
type Target struct {
	// Config is the line to call. Who calls, others and faults are filled in.
	Config carrier.Config
	// Close ends what was started for the case. May be nil.
	Close func()
}

// Opener makes what answers a case. It may be called from many goroutines.
type Opener interface {
	Open(p *Playing) (Target, error)
}

// OpenerFunc is a function as an Opener.
type OpenerFunc func(p *Playing) (Target, error)

// Open calls f.
func (f OpenerFunc) Open(p *Playing) (Target, error) { return f(p) }

// Playing is a case that is being played, as an Opener sees it.
type Playing struct {
	Suite *Suite
	Case  *Case
	// Party is who calls whom, and when.
	Party Party

	mu      sync.Mutex
	call    *carrier.Call
	start   time.Time
	replies *Replies
	answers []ivr.Answer
	rescues []string
}

// Now is the time of day on the call's own clock.
func (p *Playing) Now() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.call == nil {
		return p.start
	}
	return p.start.Add(p.call.Now())
}

// Observe takes each step of a flow, for what the case expects and for coverage.
func (p *Playing) Observe(_ string, a ivr.Answer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answers = append(p.answers, ivr.Answer{Node: a.Node, Language: a.Language, Trail: a.Trail, Missed: a.Missed})
}

// Answers are the steps of a flow so far, without their documents.
func (p *Playing) Answers() []ivr.Answer {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.answers)
}

// Failed takes a step of a flow that failed. The exits that led there were taken. A node
// that the call was not let into was not visited.
func (p *Playing) Failed(_ string, failure *ivr.StepError) {
	trail := slices.Clone(failure.Trail)
	var denied *ivr.DeniedError
	if n := len(trail); n > 0 && errors.As(failure, &denied) {
		trail[n-1].To = ""
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answers = append(p.answers, ivr.Answer{Trail: trail})
}

// Rescued notes that a flow failed and its caller was rescued, which fails the case
// unless it expects it.
func (p *Playing) Rescued(why string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rescues = append(p.rescues, why)
}

// Do answers a look-up of a flow with the replies of the case.
func (p *Playing) Do(ctx context.Context, q *ivr.Lookup) (ivr.Result, error) {
	return p.replies.Do(ctx, q)
}

// Put takes what a flow keeps: bookings and voicemails. Nothing is kept.
func (p *Playing) Put(string, any) error {
	if p.Case.Outbox == "full" {
		return errors.New("the outbox is full")
	}
	return nil
}

// Result is how a case went.
type Result struct {
	Suite *Suite
	Case  *Case
	// Failures is empty when all went as written.
	Failures []Failure
	Log      []carrier.Entry
	End      carrier.End
	// Took is how long it really took.
	Took time.Duration
	// Answers are the steps of a flow, without their documents.
	Answers []ivr.Answer
}

// Failure is one thing that did not go as written.
type Failure struct {
	// Line is that in the suite; 0 for none.
	Line int
	// Step is what was to happen; empty for an expectation.
	Step string
	Text string
}

// Options are how cases are run.
type Options struct {
	// Match chooses cases by name. Nil: all.
	Match *regexp.Regexp
	// Parallel is how many run at once. 0: as many as there are processors.
	Parallel int
	// Update writes golden transcripts instead of comparing with them.
	Update bool
	// Each is told each result, in the order of the files, as soon as those before it are
	// there. May be nil. It is not called twice at once.
	Each func(*Result)
}

// Run plays the cases of suites and returns their results in the order of the
// files. The error is that of the context.
func Run(ctx context.Context, suites []*Suite, opener Opener, o Options) ([]*Result, error) {
	results := chosen(suites, o.Match)
	n := o.Parallel
	if n <= 0 {
		n = runtime.GOMAXPROCS(0)
	}
	work := make(chan *Result)
	tell := teller{results: results, each: o.Each}
	var wait sync.WaitGroup
	for range n {
		wait.Go(func() {
			for r := range work {
				r.run(ctx, opener, o)
				tell.done(r)
			}
		})
	}
	for _, r := range results {
		if ctx.Err() != nil {
			break
		}
		work <- r
	}
	close(work)
	wait.Wait()
	return results, ctx.Err()
}

// teller tells results in their order.
type teller struct {
	mu      sync.Mutex
	results []*Result // not yet told
	ready   map[*Result]bool
	each    func(*Result)
}

func (t *teller) done(r *Result) {
	if t.each == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ready == nil {
		t.ready = map[*Result]bool{}
	}
	t.ready[r] = true
	for len(t.results) > 0 && t.ready[t.results[0]] {
		t.each(t.results[0])
		t.results = t.results[1:]
	}
}

func chosen(suites []*Suite, match *regexp.Regexp) []*Result {
	var out []*Result
	for _, s := range suites {
		for i := range s.Cases {
			if match == nil || match.MatchString(s.Cases[i].Name) {
				out = append(out, &Result{Suite: s, Case: &s.Cases[i]})
			}
		}
	}
	return out
}

func (r *Result) fail(line int, step, format string, args ...any) {
	r.Failures = append(r.Failures, Failure{Line: line, Step: step, Text: fmt.Sprintf(format, args...)})
}

// run plays a case.
func (r *Result) run(ctx context.Context, opener Opener, o Options) {
	began := time.Now()
	defer func() { r.Took = time.Since(began) }()
	p := &Playing{Suite: r.Suite, Case: r.Case, Party: r.Suite.party(r.Case)}
	p.replies = NewReplies(p.Now, r.Case.HTTP, r.Suite.HTTP)
	p.start = p.Party.start()
	if p.start.IsZero() {
		p.start = carrier.DefaultStart()
	}
	target, err := opener.Open(p)
	if err != nil {
		r.fail(r.Case.line, "", "%v", err)
		return
	}
	if target.Close != nil {
		defer target.Close()
	}
	call, err := r.place(ctx, p, target.Config)
	if err != nil {
		r.fail(r.Case.line, "", "%v", err)
		return
	}
	if r.play(call) {
		r.judge(call, p, o)
	}
	r.Log, r.Answers = call.Log(), p.Answers()
	r.End, _ = call.End()
}

// place places the call of a case.
func (r *Result) place(ctx context.Context, p *Playing, config carrier.Config) (*carrier.Call, error) {
	if err := r.Suite.apply(r.Case, &config); err != nil {
		return nil, err
	}
	config.Start = p.start
	line, err := carrier.NewLine(config)
	if err != nil {
		return nil, err
	}
	who := carrier.Caller{From: p.Party.From, To: p.Party.To}
	for _, name := range sortedKeys(r.Case.Extra) {
		who.Extra = append(who.Extra, callgate.Param{Name: name, Value: r.Case.Extra[name]})
	}
	call, err := line.Call(ctx, who)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	p.call = call
	p.mu.Unlock()
	return call, nil
}

// apply fills in what a case says of the world and of what goes wrong.
func (s *Suite) apply(c *Case, config *carrier.Config) error {
	config.World = s.world(c)
	if s.Carrier != (Carrier{}) {
		config.Options, config.Cookies = s.Carrier.options(), carrier.CookiePolicy(s.Carrier.Cookies)
	}
	config.Callbacks = carrier.Delivery(c.Callbacks)
	if c.Seed != 0 {
		config.Seed = uint64(c.Seed)
	}
	for i := range c.Faults {
		f, err := c.Faults[i].fault()
		if err != nil {
			return err
		}
		config.Faults = append(config.Faults, f)
	}
	return nil
}

// play lets the steps happen, and then the caller be silent to the end. It
// reports false at the first step that does not go as written.
func (r *Result) play(call *carrier.Call) bool {
	for i := range r.Case.Steps {
		step := &r.Case.Steps[i]
		if err := step.play(call); err != nil {
			r.fail(r.Suite.stepLine(r.Case, i), step.told(call), "%s", told(err))
			return false
		}
	}
	if _, err := call.Finish(); err != nil {
		r.fail(r.Case.line, "the end of the call", "%s", told(err))
		return false
	}
	return true
}

// told is an error without the transcript, which the report has whole.
func told(err error) string {
	var miss *carrier.Miss
	if errors.As(err, &miss) {
		return "want " + miss.Want + ", but " + miss.Instead
	}
	return err.Error()
}

// stepLine is where a step stands.
func (s *Suite) stepLine(c *Case, i int) int {
	for n := range s.Cases {
		if &s.Cases[n] == c {
			if f := s.pos.Fault(fmt.Sprintf("cases[%d].steps[%d]", n, i), ""); f.Line > 0 {
				return f.Line
			}
		}
	}
	return s.pos.Fault(fmt.Sprintf("steps[%d]", i), "").Line
}

// judge compares a call that is over with what is expected.
func (r *Result) judge(call *carrier.Call, p *Playing, o Options) {
	for _, text := range r.Case.Expect.compare(call, visited(p.Answers())) {
		r.fail(r.Case.line, "", "%s", text)
	}
	switch want := r.Case.Expect.Rescued; {
	case want && len(p.rescues) == 0:
		r.fail(r.Case.line, "", "the caller was not rescued")
	case !want && len(p.rescues) > 0:
		r.fail(r.Case.line, "", "%s", p.rescues[0])
	}
	if r.Case.Golden == "" {
		return
	}
	file := r.Suite.Beside(r.Case.Golden)
	if o.Update {
		if err := os.WriteFile(file, []byte(call.Transcript()), 0o644); err != nil {
			r.fail(r.Case.line, "", "golden transcript: %v", err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		r.fail(r.Case.line, "", "golden transcript: %v; write it with --update", err)
		return
	}
	if at, line := firstDifference(string(want), call.Transcript()); at > 0 {
		r.fail(r.Case.line, "", "the transcript differs from %s in line %d: %s", file, at, line)
	}
}

// visited are the nodes that a call came to, in order.
func visited(answers []ivr.Answer) []string {
	var out []string
	add := func(name string) {
		if name != "" && (len(out) == 0 || out[len(out)-1] != name) {
			out = append(out, name)
		}
	}
	for _, a := range answers {
		for _, t := range a.Trail {
			add(t.From)
			add(t.To)
		}
		add(a.Node)
	}
	return out
}
