package callgate

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// Gate admits requests. Make one with New. It is immutable and may be used by
// many goroutines.
type Gate struct {
	public   string   // the public URL, or empty
	hosts    []origin // without scheme
	proxies  []netip.Prefix
	maxBody  int64
	routes   []*route // the longest path first, the root last
	users    PasswordChecker
	unsigned UnsignedPolicy
	deadline time.Duration
	observe  func(context.Context, *Event)
	clock    func() time.Time // nil: the system's
	rescues  rescueCounts
}

// Check decides whether a request is admitted. It reads the body, up to the
// limit, and changes nothing else; the body it read is in the Admission. The
// error is a *Refusal.
//
// Handler does more than that: it answers what is refused, and rescues callers.
// Check is for programs that answer by themselves.
func (g *Gate) Check(r *http.Request) (*Admission, error) {
	v := g.visit()
	if refusal := g.decide(r, v); refusal != nil {
		return nil, refusal
	}
	return &v.admission, nil
}

// visit is what is known of a request while it is decided about.
type visit struct {
	admission Admission
	route     *route
	// verified: a carrier's signature matched. user: who gave the right password.
	verified bool
	user     string
	bodyRead bool
	named    named
	callSid  string // of the call, if it names one in a form that may be logged
	// Memory that would otherwise be allocated by itself: what the verifier is asked, and
	// the principals of the admission and of the event.
	request    Request
	form       *form // while it is decided
	principals [maxPrincipals]Principal
	masked     [maxPrincipals]Principal

	// What the handler is given.
	deadline deadlineContext
	context  admissionContext
	body     bodyReader
	// What the observer is given.
	received receivedContext
	event    Event
}

func (g *Gate) now() time.Time {
	if g.clock == nil {
		return time.Now()
	}
	return g.clock()
}

// since is how long ago something was, which the system's clock says at half the price
// of the time.
func (g *Gate) since(t time.Time) time.Duration {
	if g.clock == nil {
		return time.Since(t)
	}
	return g.clock().Sub(t)
}

// maxPrincipals is how many a request can have: one of each kind.
const maxPrincipals = 6

func (g *Gate) visit() *visit {
	return &visit{route: g.root()}
}

// decide follows the life of a request (see the package comment) from 1 to 6.
func (g *Gate) decide(r *http.Request, v *visit) *Refusal {
	a := &v.admission
	a.Method = r.Method
	t, refusal := parseTarget(r.RequestURI)
	if refusal != nil {
		return refusal
	}
	if v.route, refusal = g.route(t); refusal != nil {
		return refusal
	}
	a.Route = v.route.resource.Name
	if a.Body, refusal = readBody(r, g.maxBody); refusal != nil {
		return refusal
	}
	v.bodyRead = true
	if !slices.Contains(v.route.methods, r.Method) {
		return Refuse(ReasonMethod, "the route takes %s", v.route.allow)
	}
	if len(r.Header["Content-Type"]) > 1 {
		return Refuse(ReasonContentType, "%d Content-Type headers", len(r.Header["Content-Type"]))
	}
	if a.URL, refusal = g.address(r, t.raw); refusal != nil {
		return refusal
	}
	return g.admit(r, v, t.query)
}

// admit finds out who sent a request, and whether they may.
func (g *Gate) admit(r *http.Request, v *visit, query string) *Refusal {
	v.form = forms.Get().(*form)
	defer v.freeForm()
	if refusal := g.authenticate(r, v); refusal != nil && !g.observes(v, refusal) {
		return refusal
	}
	if refusal := v.readParams(r, query); refusal != nil {
		return refusal
	}
	a := &v.admission
	v.noteCall(a.Params)
	a.Principals = v.identify()
	a.resource = &v.route.resource
	a.Decision = v.route.resource.Decide(a.Principals, v.route.permission)
	if !a.granted() {
		return Refuse(ReasonDenied, "%s", a.Decision.masked())
	}
	return nil
}

// readBody reads a body of at most limit bytes.
func readBody(r *http.Request, limit int64) ([]byte, *Refusal) {
	if r.Body == nil || r.ContentLength == 0 {
		return nil, nil
	}
	if r.ContentLength > limit {
		return nil, Refuse(ReasonTooLarge, "the body has %d bytes; the limit is %d", r.ContentLength, limit)
	}
	body, err := readAll(r.Body, r.ContentLength, limit)
	switch {
	case err != nil:
		return nil, refuseRead(err)
	case int64(len(body)) > limit:
		return nil, Refuse(ReasonTooLarge, "the body has more than %d bytes", limit)
	case r.ContentLength > 0 && len(body) == 0:
		return nil, Refuse(ReasonBody, "the body was read before the gate; nothing that reads bodies may stand in front of it")
	case r.ContentLength > 0 && int64(len(body)) != r.ContentLength:
		return nil, Refuse(ReasonBody, "the body is shorter than its Content-Length, or longer")
	}
	return body, nil
}

// refuseRead says why a body could not be read, without what the error says: it
// may come from anywhere.
func refuseRead(err error) *Refusal {
	var tooLarge *http.MaxBytesError
	var network net.Error
	switch {
	case errors.As(err, &tooLarge):
		return Refuse(ReasonTooLarge, "the body has more than the %d bytes allowed in front of the gate", tooLarge.Limit)
	case errors.As(err, &network) && network.Timeout():
		return Refuse(ReasonBody, "the body did not come in time")
	}
	return Refuse(ReasonBody, "the body ended early")
}

// readAll is io.ReadAll with room for what is expected, which is at most limit. It
// returns at most one byte more than limit.
func readAll(r io.Reader, expected, limit int64) ([]byte, error) {
	if expected < 0 {
		return io.ReadAll(io.LimitReader(r, limit+1))
	}
	body := make([]byte, expected+1) // one more shows that there is no more
	n, err := io.ReadFull(r, body)
	if err == nil {
		return body, nil // longer than it said
	}
	if errors.Is(err, io.EOF) || err == io.ErrUnexpectedEOF {
		err = nil
	}
	return body[:n], err
}

// readParams decodes the parameters from the bytes that were verified.
func (v *visit) readParams(r *http.Request, query string) *Refusal {
	a := &v.admission
	var err error
	if a.Query, err = ParseParams([]byte(query)); err != nil {
		return Refuse(ReasonParams, "the query: %v", err)
	}
	switch {
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		a.Params = a.Query
	case isForm(r.Header.Get("Content-Type")):
		pairs, err := v.form.decode(a.Body)
		if err != nil {
			return Refuse(ReasonParams, "the body: %v", err)
		}
		a.Params = copyParams(pairs, v.form.text)
	}
	return nil
}

func (v *visit) freeForm() {
	v.form.free()
	v.form, v.request.form = nil, nil
}

func isForm(contentType string) bool {
	mediaType, _, _ := strings.Cut(contentType, ";")
	const form = "application/x-www-form-urlencoded"
	return mediaType == form || strings.EqualFold(strings.Trim(mediaType, " \t"), form)
}
