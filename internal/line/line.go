// Package line answers the calls of a route with call flows: it stands between the
// gate, which says what was verified, and package ivr, which says what comes next.
//
// One webhook is one step. The state of the call is in the URL, so any server that has
// the key takes the next step, and nothing is lost when one stops. A call that began on
// an older version of a flow goes on with it as long as that is among Config.Older.
//
// A state that cannot be opened (it is cut, older than a day, or of another call) does
// not end the call: the line begins again, and the log says why.
package line

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/ivr"
)

// Config is what a line is made of. New checks it whole.
type Config struct {
	// Path is that of the route, "/" or "/clinic".
	Path string
	// Program answers calls. Required unless ByNumber has every number.
	Program *ivr.Program
	// ByNumber are programs for numbers that are dialled, in E.164 form.
	ByNumber map[string]*ivr.Program
	// Older are programs that calls in progress may have begun with.
	Older []*ivr.Program
	// Sealer seals the state of calls. Required.
	Sealer *ivr.Sealer
	// Overrides open or close schedules of the programs, by name.
	Overrides map[string]ivr.Override
	// Media is the address of relative sound files, which ends in "/".
	Media string
	// Lookups makes requests, as a *lookup.Client does. Nil: look-ups fail.
	Lookups Lookups
	// Outbox keeps bookings and voicemails, as an *outbox.Box does. Required when a
	// program has any.
	Outbox Outbox
	// Languages remembers callers' languages. Nil: they are forgotten.
	Languages *Languages
	// Log is told what goes wrong in a call without ending it. Required.
	Log *slog.Logger
	// Now is the clock. Nil: the time at which the gate received the request.
	Now func() time.Time
	// Observe is told of each step that was answered. May be nil.
	Observe func(callSid string, answer ivr.Answer)
	// Failed is told of each step that failed, so that the gate rescues the caller. May
	// be nil.
	Failed func(callSid string, failure *ivr.StepError)
}

// Lookups makes the requests of HTTP nodes.
type Lookups interface {
	Do(ctx context.Context, q *ivr.Lookup) (ivr.Result, error)
}

// Outbox keeps bookings and voicemails, once a key.
type Outbox interface {
	Put(key string, entry any) error
}

// Line is a handler for behind the gate. It is immutable but for its caches.
type Line struct {
	Config
	byVersion map[ivr.Version]*ivr.Program
	// permissions are those that nodes of a program ask for.
	permissions map[ivr.Version][]string
	waits       bool   // one of its programs does, see AnswersAtOnce
	statusPath  string // of StatusRoute

	mu    sync.Mutex
	sites map[string]*ivr.Site // by address
}

// New makes a line.
func New(c Config) (*Line, error) {
	l := &Line{Config: c, byVersion: map[ivr.Version]*ivr.Program{}, permissions: map[ivr.Version][]string{}, sites: map[string]*ivr.Site{}}
	l.statusPath = below(l.Path, statusPart)
	var faults []error
	current := l.Current()
	if len(current) == 0 {
		faults = append(faults, errors.New("flow: missing"))
	}
	for _, p := range current {
		if p.Needs().Media && c.Media == "" {
			faults = append(faults, fmt.Errorf("media_url: missing, and the flow %q has sound files with relative addresses; without a configuration file it is --media-url", p.Name()))
		}
		if c.Outbox == nil && KeepsThings(p) {
			faults = append(faults, fmt.Errorf("outbox: missing, and the flow %q takes voicemails or books calls back; name a file that they are written to", p.Name()))
		}
	}
	for _, p := range append(append([]*ivr.Program{}, c.Older...), current...) {
		l.byVersion[p.Version()] = p
		l.permissions[p.Version()] = p.Permissions()
		l.waits = l.waits || !answersAtOnce(p)
	}
	if c.Media != "" {
		_, err := ivr.NewSite(ivr.SiteConfig{URL: "https://line.invalid/", Media: c.Media, Sealer: c.Sealer})
		if err != nil {
			faults = append(faults, fmt.Errorf("media_url: %w", mediaFault(err)))
		}
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return l, nil
}

// mediaFault is a fault of the media's address without the name that package ivr has
// for it.
func mediaFault(err error) error {
	_, problem, _ := strings.Cut(err.Error(), "Media: ")
	return errors.New(problem)
}

// Current returns the programs that new calls begin with.
func (l *Line) Current() []*ivr.Program {
	var out []*ivr.Program
	if l.Program != nil {
		out = append(out, l.Program)
	}
	for _, p := range l.ByNumber {
		out = append(out, p)
	}
	return out
}

// KeepsThings reports whether a program has something for the outbox: a voicemail or a
// booking.
func KeepsThings(p *ivr.Program) bool {
	for _, n := range p.Outline() {
		if n.Kind == ivr.KindVoicemail || n.Kind == ivr.KindCallback {
			return true
		}
	}
	return false
}

// AnswersAtOnce reports whether no step of a program waits for anything, be it another
// server or a disk.
func (l *Line) AnswersAtOnce() bool { return !l.waits }

// prompt are the kinds of node whose steps are made of what the webhook says.
var prompt = []ivr.Kind{
	ivr.KindSay, ivr.KindMenu, ivr.KindCollect, ivr.KindHours, ivr.KindLanguage, ivr.KindTransfer, ivr.KindQueue,
	ivr.KindBranch, ivr.KindSet, ivr.KindCall, ivr.KindGoto, ivr.KindHangup, ivr.KindReject,
}

func answersAtOnce(p *ivr.Program) bool {
	return !slices.ContainsFunc(p.Outline(), func(n ivr.NodeInfo) bool { return !slices.Contains(prompt, n.Kind) })
}

// statusPart is what the path of a status callback, which tells of recordings, has
// behind that of the route.
const statusPart = "recordings"

// StatusRoute returns the route of the line's status callbacks. They lack parameters
// that every voice webhook has, and so are of another kind.
func (l *Line) StatusRoute() callgate.Route {
	return callgate.Route{Path: l.statusPath, Kind: callgate.KindStatus}
}

func below(path, name string) string { return strings.TrimSuffix(path, "/") + "/" + name }

// ServeHTTP answers a webhook that the gate admitted.
func (l *Line) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	admission, ok := callgate.AdmissionFrom(r.Context())
	if !ok {
		http.Error(w, "not behind a gate", http.StatusInternalServerError)
		return
	}
	address, _, _ := strings.Cut(admission.URL, "?")
	status := admission.Route == l.statusPath
	base, ok := strings.CutSuffix(address, cmp.Or(admission.Route, "/"))
	if !ok || !status && admission.Route != l.Path {
		http.NotFound(w, r) // below the route, where nothing is
		return
	}
	site, err := l.site(base)
	if err != nil {
		l.fail(w, "address", err)
		return
	}
	c := call{line: l, site: site, admission: admission}
	answer, err := c.answer(r.Context(), status)
	switch {
	case err != nil && isDenied(err):
		c.log().Warn("a node was denied", "error", err)
		http.Error(w, "denied", http.StatusForbidden)
	case err != nil:
		l.fail(w, "step", err)
	case status || answer.Document == nil:
		w.WriteHeader(http.StatusNoContent)
	default:
		write(w, &answer)
	}
}

// now is the time of the webhook.
func (c *call) now() time.Time {
	if c.line.Now != nil {
		return c.line.Now()
	}
	return c.admission.Received
}

// isDenied reports whether the call came to a node that it has no permission for.
func isDenied(err error) bool {
	var denied *ivr.DeniedError
	return errors.As(err, &denied)
}

// fail ends with a status that the gate rescues from.
func (l *Line) fail(w http.ResponseWriter, what string, err error) {
	l.Log.Error("flow failed", "in", what, "error", err)
	http.Error(w, "flow failed", http.StatusInternalServerError)
}

// site returns where the line is, as the carrier knows it. There are as many as there
// are public addresses; more come from different spellings of the host and are not kept.
func (l *Line) site(base string) (*ivr.Site, error) {
	const maxSites = 32
	l.mu.Lock()
	defer l.mu.Unlock()
	if s := l.sites[base]; s != nil {
		return s, nil
	}
	s, err := ivr.NewSite(ivr.SiteConfig{
		URL: base + l.Path, Status: base + l.statusPath, Media: l.Media, Sealer: l.Sealer,
	})
	if err == nil && len(l.sites) < maxSites {
		l.sites[base] = s
	}
	return s, err
}

// documents are reused buffers for answers.
var documents = sync.Pool{New: func() any { return new([]byte) }}

func write(w http.ResponseWriter, a *ivr.Answer) {
	buf := documents.Get().(*[]byte)
	defer documents.Put(buf)
	doc, err := a.AppendDocument((*buf)[:0])
	if err != nil {
		http.Error(w, "document", http.StatusInternalServerError)
		return
	}
	*buf = doc
	// Package twiml writes nothing that carriers cannot read, so that the gate need not.
	if gate, ok := w.(interface{ WriteDocument([]byte) error }); ok {
		_ = gate.WriteDocument(doc) // as with Write, the gate knows
		return
	}
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	w.Write(doc)
}

// call is one webhook being answered.
type call struct {
	line      *Line
	site      *ivr.Site
	admission *callgate.Admission
}

// log is made when there is something to say, which is seldom.
func (c *call) log() *slog.Logger {
	return c.line.Log.With("call", c.admission.Params.Get("CallSid"))
}

// answer makes the step that the webhook asks for.
func (c *call) answer(ctx context.Context, status bool) (ivr.Answer, error) {
	l, params := c.line, c.admission.Params
	ev := &ivr.Event{Kind: ivr.Start, CallSid: params.Get("CallSid"), Params: params, Now: c.now(), Overrides: l.Overrides}
	ev.Remembered = l.Languages.of(params.Get("From"))
	program := l.start(params.Get("To"))
	if program == nil {
		return ivr.Answer{}, errors.New("no flow for this number")
	}
	token := c.admission.Query.Get(ivr.TokenParam)
	if token == "" && !status {
		return c.run(ctx, program, ivr.State{}, ev)
	}
	state, kind, err := l.Sealer.Open(token, ivr.Leg{CallSid: ev.CallSid, ParentCallSid: params.Get("ParentCallSid")}, ev.Now)
	if token != "" {
		ev.Kind = ivr.EventKind(token[0])
	}
	if err == nil && kind.IsStatus() != status {
		err = &ivr.StateError{Reason: ivr.Misplaced}
	}
	if err == nil {
		if p := l.byVersion[state.Version()]; p != nil {
			program = p
		}
		var answer ivr.Answer
		answer, err = c.run(ctx, program, state, ev)
		if err == nil {
			return answer, nil
		}
	}
	var lost *ivr.StateError
	if !errors.As(err, &lost) {
		return ivr.Answer{}, err
	}
	c.log().Warn("call lost its place", "reason", string(lost.Reason), "flow", program.Name())
	if status {
		return ivr.Answer{}, nil
	}
	ev.Granted = c.granted(program)
	answer, err := program.Restart(c.site, ev)
	if err == nil && answer.Pending {
		ev.Kind, ev.Results = ivr.Start, nil
		return c.run(ctx, program, ivr.State{}, ev)
	}
	c.report(answer)
	if err == nil {
		ctx, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		c.finish(ctx, ev.CallSid, answer)
	}
	return answer, err
}

// start returns the program for calls to a number.
func (l *Line) start(to string) *ivr.Program {
	if p := l.ByNumber[to]; p != nil {
		return p
	}
	return l.Program
}

// granted asks the access control lists for the permissions of a program's nodes.
func (c *call) granted(p *ivr.Program) (list []string) {
	for _, want := range c.line.permissions[p.Version()] {
		if c.admission.Decide(callgate.Permission(want)).Allowed {
			list = append(list, want)
		}
	}
	return list
}

// maxRounds bounds how often one step may ask for effects. A flow that asks more often
// than this before the caller hears anything would miss the deadline anyway.
const maxRounds = 8

// run makes a step and does its effects, until there is a document.
func (c *call) run(ctx context.Context, p *ivr.Program, s ivr.State, ev *ivr.Event) (ivr.Answer, error) {
	ev.Granted = c.granted(p)
	var cancel context.CancelFunc // of the time for effects, which most steps have none of
	for range maxRounds {
		answer, err := p.Step(c.site, s, ev)
		if answer.Language != "" {
			c.admission.SetLanguage(answer.Language)
		}
		c.report(answer)
		if err != nil {
			c.failed(ev.CallSid, err)
			return answer, err
		}
		if len(answer.Effects) > 0 && cancel == nil {
			ctx, cancel = context.WithTimeout(ctx, patience)
			defer cancel()
		}
		if !answer.Pending {
			c.finish(ctx, ev.CallSid, answer)
			return answer, nil
		}
		for _, e := range answer.Effects {
			ev.Results = append(ev.Results, c.do(ctx, e))
		}
	}
	return ivr.Answer{}, fmt.Errorf("more than %d look-ups before the caller hears anything", maxRounds)
}

// report says what went wrong in a step without ending it.
func (c *call) report(answer ivr.Answer) {
	for _, f := range answer.Failures {
		c.log().Error("a node failed", "error", f)
	}
}

// finish does what is to be done after a step.
func (c *call) finish(ctx context.Context, callSid string, answer ivr.Answer) {
	for _, e := range answer.Effects {
		c.do(ctx, e)
	}
	if c.line.Observe != nil {
		c.line.Observe(callSid, answer)
	}
}

// failed tells whoever wants to know that a step failed.
func (c *call) failed(callSid string, err error) {
	var step *ivr.StepError
	if c.line.Failed != nil && errors.As(err, &step) {
		c.line.Failed(callSid, step)
	}
}
