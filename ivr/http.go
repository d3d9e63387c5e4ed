package ivr

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/callgate/callgate/twiml"
)

// Limits and defaults of look-ups.
const (
	defaultLookup   = 5  // seconds
	maxLookup       = 30 // seconds, polls included
	defaultPolls    = 3
	maxPolls        = 10
	maxOutputs      = 50
	maxJSONDepth    = 20
	pollSeconds     = 5 // that a webhook waits for an answer before the filler
	maxHeaders      = 20
	maxPathElements = 20
	// maxRetries fits some pauses into the longest time-out.
	maxRetries = 3
	maxCache   = 24 * 60 * 60 // seconds
)

// httpStepper is a compiled HTTP.
type httpStepper struct {
	method   string
	url      *template
	headers  []headerTemplate
	members  []member
	outputs  []output
	timeout  time.Duration
	retries  int
	cache    time.Duration
	filler   *prompt
	polls    int
	ok       target
	statuses map[int]target
	failed   target
	timedout target
}

type headerTemplate struct {
	name, secret string
	value        *template
}

// member is one member of the JSON body.
type member struct {
	name  string
	value *computed
}

// output is a compiled Output.
type output struct {
	path     []string
	into     *variable
	optional bool
}

func (h *HTTP) compile(c *nodeCompiler) stepper {
	out := &httpStepper{
		method:  cmp.Or(h.Method, "GET"),
		timeout: time.Duration(c.seconds("timeout", h.Timeout, defaultLookup, 1, maxLookup)) * time.Second,
		polls:   c.within("polls", h.Polls, defaultPolls, 1, maxPolls),
		retries: c.within("retries", h.Retries, 0, 0, maxRetries),
		cache:   time.Duration(c.seconds("cache", h.Cache, 0, 1, maxCache)) * time.Second,
		filler:  c.optionalPrompt("filler", h.Filler),
	}
	if !slices.Contains([]string{"GET", "POST", "PUT"}, out.method) {
		c.fault(InvalidValue, "method", "%q is no method for a look-up: write GET, POST or PUT", h.Method)
	}
	c.lookupURL(h, out)
	c.lookupHeaders(h, out)
	if out.cache > 0 && out.method != "GET" {
		c.fault(InvalidValue, "cache", "only the answer to a GET can serve other calls: leave cache out")
	}
	if len(h.JSON) > 0 && out.method == "GET" {
		c.fault(InvalidValue, "json", "a GET has no body: write method POST or PUT")
	}
	for _, name := range sortedKeys(h.JSON) {
		value := c.expression("json."+name, h.JSON[name], 0)
		out.members = append(out.members, member{name, value})
		for _, v := range value.vars {
			c.leaksUnless(h.AllowSecret, "json."+name, v)
		}
	}
	c.lookupExits(h, out)
	c.outputs(h, out)
	return out
}

// leaksUnless notes a value that goes to a server.
func (c *nodeCompiler) leaksUnless(allowed bool, field string, v *variable) {
	if !allowed {
		c.leaks(field, v, "go to a server; if this one may know it, write allow_secret")
	}
}

func (c *nodeCompiler) lookupURL(h *HTTP, out *httpStepper) {
	out.url = c.template("url", h.URL, "stand in a URL, where every log shows it")
	u, err := url.Parse(strings.NewReplacer("{", "", "}", "", "|", "").Replace(h.URL))
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.Fragment != "" || u.User != nil {
		c.fault(InvalidValue, "url", "this is no URL that can be requested: write one like https://crm.example.org/callers/{id}")
		return
	}
	host := strings.TrimPrefix(h.URL, u.Scheme+"://")
	if end := strings.IndexAny(host, "/?"); end >= 0 {
		host = host[:end]
	}
	if strings.Contains(host, "{") || host == h.URL {
		c.fault(InvalidValue, "url", "a variable must not choose the server: write the host as it is")
	}
}

func (c *nodeCompiler) lookupHeaders(h *HTTP, out *httpStepper) {
	if len(h.Headers) > maxHeaders {
		c.fault(InvalidValue, "headers", "there are %d headers, at most %d are sent", len(h.Headers), maxHeaders)
	}
	for i, hd := range h.Headers {
		field := fmt.Sprintf("headers.%d", i)
		if !isHeaderName(hd.Name) || slices.ContainsFunc(ownHeaders(), func(s string) bool { return strings.EqualFold(s, hd.Name) }) {
			c.fault(InvalidValue, field+".name", "%q cannot be set as a header", hd.Name)
		}
		if (hd.Value == "") == (hd.Secret == "") {
			c.fault(InvalidValue, field, "a header has a value or the name of a secret: write one of the two")
		}
		t := &headerTemplate{name: hd.Name, secret: hd.Secret, value: &template{}}
		if hd.Value != "" {
			what := "go to a server; if this one may know it, write allow_secret"
			sinks := len(c.sinks)
			t.value = c.template(field+".value", hd.Value, what)
			if h.AllowSecret {
				c.sinks = c.sinks[:sinks]
			}
		}
		out.headers = append(out.headers, *t)
	}
}

// ownHeaders are those that belong to whoever makes the request.
func ownHeaders() []string {
	return []string{"Host", "Content-Length", "Content-Type", "Transfer-Encoding", "Connection", "Idempotency-Key", "Accept-Encoding"}
}

func isHeaderName(s string) bool {
	for _, c := range s {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_') {
			return false
		}
	}
	return s != ""
}

func (c *nodeCompiler) lookupExits(h *HTTP, out *httpStepper) {
	out.ok = c.exit("ok", "ok", h.OK, ByFlow)
	out.statuses = map[int]target{}
	for _, status := range sortedStatuses(h.Statuses) {
		field := fmt.Sprintf("statuses.%d", status)
		if status < 200 || status > 599 {
			c.fault(InvalidValue, field, "%d is no status of an answer", status)
		}
		out.statuses[status] = c.exit(field, strconv.Itoa(status), h.Statuses[status], ByFlow)
	}
	out.failed = c.errorExit("error", h.Error)
	out.timedout = c.exitOr("timedout", "timeout", h.Timedout, ByFailure, out.failed)
	k := cost{seconds: int(out.timeout / time.Second), documents: 0}
	if out.filler != nil {
		k.documents = out.polls
		// The first request, and each of the polls after a filler, waits for the answer.
		k.seconds = out.polls*longestOf(out.filler) + (out.polls+1)*pollSeconds
	}
	for i := range c.node.exits {
		c.node.exits[i].cost = k
	}
}

func sortedStatuses(m map[int]string) []int {
	var out []int
	for s := range m {
		out = append(out, s)
	}
	slices.Sort(out)
	return out
}

func (c *nodeCompiler) outputs(h *HTTP, out *httpStepper) {
	if len(h.Outputs) > maxOutputs {
		c.fault(InvalidValue, "outputs", "there are %d outputs, at most %d are taken", len(h.Outputs), maxOutputs)
	}
	for i, o := range h.Outputs {
		field := fmt.Sprintf("outputs.%d", i)
		path := strings.Split(o.Path, ".")
		if slices.Contains(path, "") || len(path) > maxPathElements {
			c.fault(InvalidValue, field+".path", "%q is no path to a member: write it like patient.name or slots.0.day", o.Path)
		}
		into := c.variable(field+".into", o.Into)
		if !o.Optional {
			c.sets("ok", into)
		} else if into.Default.Type() == 0 && into.slot >= 0 {
			c.fault(InvalidValue, field+".optional", "%s has no default for when the member is missing: give it one", o.Into)
		}
		out.outputs = append(out.outputs, output{path, into, o.Optional})
	}
}

func (h *httpStepper) enter(r *run) move {
	r.s.lookup = r.newID()
	return h.look(r)
}

func (h *httpStepper) resume(r *run) move {
	if r.ev.Kind != Poll || r.s.lookup.nth == 0 {
		return r.misplaced()
	}
	return h.look(r)
}

// look goes on with the result of the look-up, or with the filler.
func (h *httpStepper) look(r *run) move {
	result, ok := r.once(h.request(r))
	switch {
	case !ok:
		return move{to: blocks}
	case result.Outcome == Pending:
		return h.fill(r)
	case result.Outcome == TimedOut:
		return r.take(h.timedout, "timeout")
	case result.Outcome != Done:
		return r.take(h.failed, "error")
	}
	if to, ok := h.statuses[result.Status]; ok {
		return r.take(to, strconv.Itoa(result.Status))
	}
	if result.Status < 200 || result.Status > 299 || !h.extract(r, result.Body) {
		return r.take(h.failed, "error")
	}
	return r.take(h.ok, "ok")
}

// fill keeps the caller company, as often as the node says.
func (h *httpStepper) fill(r *run) move {
	if h.filler == nil || int(r.s.count) >= h.polls {
		return r.take(h.timedout, "timeout")
	}
	r.s.count++
	r.say(h.filler)
	return r.wait(func(token string) []twiml.Verb {
		return []twiml.Verb{&twiml.Redirect{Method: twiml.POST, URL: r.url(Poll, token)}}
	})
}

// request makes the effect. Its key is the same at every poll.
func (h *httpStepper) request(r *run) *Lookup {
	out := &Lookup{
		Key: r.key(r.s.lookup), Node: r.p.nodes[r.s.node].name, Method: h.method,
		URL: h.url.fill(r, escaped), Timeout: h.timeout,
		Retries: h.retries, Cache: h.cache,
	}
	for _, hd := range h.headers {
		out.Headers = append(out.Headers, Header{Name: hd.name, Value: hd.value.fill(r, plain), Secret: hd.secret})
	}
	if len(h.members) > 0 {
		body := map[string]any{}
		for _, m := range h.members {
			body[m.name] = jsonValue(r.eval(m.value))
		}
		out.Body, _ = json.Marshal(body) // texts, numbers and bools cannot fail
	}
	return out
}
