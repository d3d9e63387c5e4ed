package carrier

import (
	"context"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/twilio"
)

// maxHTTPRedirects is how many HTTP redirects the carrier follows (error 11215).
const maxHTTPRedirects = 10

// formType is the Content-Type of the carrier's POSTs.
const formType = "application/x-www-form-urlencoded; charset=UTF-8"

// client makes the requests of one call as the carrier does.
type client struct {
	line   *Line
	jar    http.CookieJar
	faults *faults
	cache  cache
	login  map[string]*login // of origins that asked for a password
	seed   uint64
	count  int
	trace  func(Exchange)
	log    func(Problem)
}

// Exchange is one HTTP request that was really made, with its answer.
type Exchange struct {
	// For is what the request is for; Verb is the verb or noun that asks for it, empty for
	// the voice URL.
	For  Purpose
	Verb string
	// Method and URL are those of the request line; the URL is the public one.
	Method, URL string
	// Params are those of the body, or of the query of a GET.
	Params callgate.Params
	// Attempt counts from 1; more than 1 are retries. Redirect counts the HTTP
	// redirects that led here.
	Attempt, Redirect int
	// Status, ContentType and Body are the answer's; Status is 0 when there is none.
	Status      int
	ContentType string
	Body        []byte
	// Cached says that the carrier's cache answered.
	Cached bool
	// Took is how long it really took.
	Took time.Duration
	// Err says why there is no answer.
	Err string
}

func newClient(l *Line, seed uint64) *client {
	jar, _ := cookiejar.New(nil) // it has no error without options
	return &client{line: l, jar: jar, seed: seed, cache: cache{}, login: map[string]*login{},
		faults: newFaults(l.config.Faults, seed)}
}

// attempt is what came of one attempt at a request.
type attempt struct {
	code      int // why there is no answer, or 0
	message   string
	connected bool // the connection was made
	status    int
	header    http.Header
	body      []byte
	url       string        // after redirects; "" when there were none
	took      time.Duration // virtual
}

// do makes a request, with retries, and returns its answer and the virtual time
// that it took.
func (c *client) do(ctx context.Context, r Request, now time.Duration) (Answered, time.Duration) {
	o, problem := parseOverrides(r.URL)
	if problem != nil {
		c.log(*problem)
	}
	c.count++
	j := job{client: c, request: r, limits: o, token: c.token(), now: now}
	fault := c.faults.next(r)
	var took time.Duration
	var a attempt
	for n := 1; ; n++ {
		a = j.try(ctx, n, fault)
		took += a.took
		if fault != nil && fault.Kind == FaultRetry && n == 1 {
			a = j.try(ctx, 2, nil)
			took += a.took
		}
		if took >= o.total && a.code != 0 {
			took = o.total
			break
		}
		if ctx.Err() != nil || n > o.retries || !o.again(a) {
			break
		}
		c.log(a.problem(r.URL))
		if fault != nil && fault.Nth != 0 {
			fault = nil // it was for that one request, not for its retry
		}
	}
	out := Answered{ID: r.ID, Code: a.code, Message: a.message, Status: a.status, Body: a.body, URL: a.url}
	if a.header != nil {
		out.ContentType = a.header.Get("Content-Type")
	}
	return out, took
}

// problem is what the debugger says of an attempt that failed and is made again.
func (a attempt) problem(url string) Problem {
	p := Problem{Code: a.code, Severity: Warning, Message: a.message + "; the request is made again", URL: withoutFragment(url)}
	if a.code == 0 {
		p.Code, p.Message = codeRetrieval, fmt.Sprintf("the answer has status %d; the request is made again", a.status)
	}
	return p
}

// token makes the idempotency token of a request: a UUID from the seed.
func (c *client) token() string {
	b := []byte(sid("", c.seed, c.count))
	return fmt.Sprintf("%s-%s-%s-%s-%s", b[:8], b[8:12], b[12:16], b[16:20], b[20:32])
}

// job is one request with its retries.
type job struct {
	*client
	request Request
	limits  overrides
	token   string
	now     time.Duration
}

// try makes one attempt, with what goes wrong on purpose.
func (j *job) try(ctx context.Context, n int, fault *Fault) attempt {
	if fault == nil {
		return j.follow(ctx, n)
	}
	if a, ok := fault.instead(); ok {
		j.tell(exchange{method: j.request.Method, params: j.request.Params, attempt: n}, withoutFragment(j.request.URL), a, 0, false)
		return a
	}
	a := j.follow(ctx, n)
	switch fault.Kind {
	case FaultLose:
		return attempt{code: codeConnection, message: "no answer within the time limit (a fault on demand)", connected: true, took: min(j.limits.read, j.limits.total)}
	case FaultDelay:
		if fault.Delay >= min(j.limits.read, j.limits.total) {
			return attempt{code: codeConnection, message: "no answer within the time limit (a fault on demand)", connected: true, took: min(j.limits.read, j.limits.total)}
		}
		a.took += fault.Delay
	case FaultDuplicate:
		j.follow(ctx, n)
	case FaultTruncate:
		a.body = a.body[:min(len(a.body), fault.Bytes)]
	}
	return a
}

// follow makes one attempt and follows HTTP redirects.
func (j *job) follow(ctx context.Context, n int) attempt {
	ctx = context.WithValue(ctx, connectKey{}, j.limits.connect)
	ctx, cancel := context.WithTimeout(ctx, min(j.limits.read, j.limits.total))
	defer cancel()
	method, target := j.request.Method, withoutFragment(j.request.URL)
	params := j.request.Params
	final := ""
	for redirects := 0; ; redirects++ {
		a := j.once(ctx, exchange{method: method, url: target, params: params, attempt: n, redirect: redirects})
		a.url = final
		if a.code != 0 || a.status < 300 || a.status > 399 {
			return a
		}
		location := a.header.Get("Location")
		switch {
		case !oneOf(a.status, 301, 302, 303, 307) || location == "":
			return attempt{code: codeBadRedirect, message: fmt.Sprintf("a redirect with status %d is not followed", a.status), connected: true}
		case redirects == maxHTTPRedirects:
			return attempt{code: codeRedirects, message: "more than 10 HTTP redirects", connected: true}
		}
		target = withoutFragment(resolve(target, location))
		if fault := badURL(target); fault != "" {
			return attempt{code: codeBadRedirect, message: "the redirect's Location: " + fault, connected: true}
		}
		// A redirect is followed with GET: the body, and with it Digits, is gone.
		method, final, params = http.MethodGet, target, nil
		if j.line.config.Options.OnRedirect == RedirectStandard {
			params = standardOnly(j.request.Params)
		}
	}
}

// standardOnly keeps the parameters that every request has.
func standardOnly(p callgate.Params) callgate.Params {
	var out callgate.Params
	for _, q := range p {
		if oneOf(q.Name, "AccountSid", "ApiVersion", "CallSid", "CallStatus", "Called", "Caller", "Direction", "From", "To", "ParentCallSid") {
			out = append(out, q)
		}
	}
	return out
}

// exchange is one request on the wire.
type exchange struct {
	method, url       string
	params            callgate.Params
	attempt, redirect int
	password          bool // the URL's user and password have been asked for
}

// once sends one request and reads its answer.
func (j *job) once(ctx context.Context, x exchange) attempt {
	signedURL, body := x.url, ""
	if x.method == http.MethodGet {
		signedURL = appendQuery(x.url, x.params)
	} else {
		body = encode(x.params)
	}
	if a, ok := j.cache.fresh(x.method, signedURL, j.now); ok {
		j.tell(x, signedURL, a, 0, true)
		return a
	}
	req, err := j.build(ctx, x, signedURL, body)
	if err != nil {
		return attempt{code: codeBadURL, message: err.Error()}
	}
	start := time.Now()
	a := j.roundTrip(req)
	if a.status == http.StatusNotModified {
		a = j.cache.revalidated(signedURL, a, j.now)
	} else {
		j.cache.keep(x.method, signedURL, a, j.now)
	}
	j.tell(x, signedURL, a, time.Since(start), false)
	if a.status == http.StatusUnauthorized && !x.password {
		if l := loginFor(x.url, a.header); l != nil {
			j.login[originOf(x.url)] = l
			x.password = true
			return j.once(ctx, x)
		}
	}
	return a
}

func (j *job) tell(x exchange, url string, a attempt, took time.Duration, cached bool) {
	if j.trace == nil {
		return
	}
	e := Exchange{For: j.request.For, Verb: j.request.Verb, Method: x.method, URL: withoutPassword(url), Params: x.params, Attempt: x.attempt, Redirect: x.redirect,
		Status: a.status, Body: a.body, Cached: cached, Took: took, Err: a.message}
	if a.header != nil {
		e.ContentType = a.header.Get("Content-Type")
	}
	j.trace(e)
}

// build makes the HTTP request with the carrier's headers and signature.
func (j *job) build(ctx context.Context, x exchange, signedURL, body string) (*http.Request, error) {
	req, err := j.line.newRequest(ctx, x.method, signedURL, body)
	if err != nil {
		return nil, err
	}
	h := req.Header
	h.Set("Accept", "*/*")
	h.Set("Cache-Control", "max-age=259200")
	h.Set("User-Agent", "TwilioProxy/1.1")
	h.Set("I-Twilio-Idempotency-Token", j.token)
	if x.method == http.MethodPost {
		h.Set("Content-Type", formType)
	}
	signature, err := j.line.sign(x.method, signedURL, h, body)
	if err != nil {
		return nil, err
	}
	h.Set(twilio.Header, signature)
	j.cache.condition(x.method, signedURL, h)
	j.logIn(req, x.url)
	if j.line.config.Cookies == KeepCookies {
		if u, err := url.Parse(x.url); err == nil {
			for _, cookie := range j.jar.Cookies(u) {
				req.AddCookie(cookie)
			}
		}
	}
	return req, nil
}

// sign signs what the carrier signs: the URL without user and password, for https
// without the port, which is the rule for voice.
func (l *Line) sign(method, rawURL string, h http.Header, body string) (string, error) {
	scheme, authority, path, query := split(rawURL)
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		authority = authority[i+1:]
	}
	if scheme == "https" || scheme == "wss" {
		if i := strings.LastIndexByte(authority, ':'); i >= 0 && !strings.HasSuffix(authority, "]") {
			authority = authority[:i]
		}
	}
	return l.signer.Sign(&callgate.Request{Method: method, URL: scheme + "://" + authority + path + query, Header: h, Body: []byte(body)})
}

// appendQuery adds parameters to the query that a URL has.
func appendQuery(rawURL string, p callgate.Params) string {
	if len(p) == 0 {
		return rawURL
	}
	sep := "?"
	if strings.Contains(rawURL, "?") {
		sep = "&"
	}
	return rawURL + sep + encode(p)
}

// encode writes parameters as a form.
func encode(p callgate.Params) string {
	var b strings.Builder
	for i, q := range p {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(url.QueryEscape(q.Name))
		b.WriteByte('=')
		b.WriteString(url.QueryEscape(q.Value))
	}
	return b.String()
}

// NewRequest makes a single request as the carrier would, signed, with the
// carrier's headers. The parameters are the body of a POST and are added to the
// query of a GET.
func (l *Line) NewRequest(ctx context.Context, method, publicURL string, params callgate.Params) (*http.Request, error) {
	if method != http.MethodGet && method != http.MethodPost {
		return nil, fmt.Errorf("carrier: method %q: the carrier uses GET and POST", method)
	}
	if fault := badURL(publicURL); fault != "" {
		return nil, fmt.Errorf("carrier: URL %q: %s", publicURL, fault)
	}
	c := newClient(l, l.config.Seed)
	c.count++
	x := exchange{method: method, url: withoutFragment(publicURL)}
	body := ""
	if method == http.MethodGet {
		x.url = appendQuery(x.url, params)
	} else {
		body = encode(params)
	}
	j := job{client: c, token: c.token()}
	return j.build(ctx, x, x.url, body)
}
