package callgatetest

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"testing"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/carrier"
)

// What requests are signed with and for.
const (
	// Token is the auth token. It is no secret: nothing real is signed with it.
	Token = "callgatetest-0123456789abcdef0123"
	// Account is the AccountSid.
	Account = carrier.TestAccount
	// PublicURL is the origin that URLs are signed with. The name is reserved for
	// tests (RFC 2606) and never looked up.
	PublicURL = "https://ivr.example.test"
)

// Option changes the line that a Carrier calls.
type Option func(*carrier.Config)

// At is the path, and query, of the voice URL; it is "/" without this option.
func At(path string) Option {
	return func(c *carrier.Config) { c.VoiceURL = PublicURL + path }
}

// Carrier calls one handler.
type Carrier struct {
	t    testing.TB
	line *carrier.Line
	// Server is where the handler runs. It is closed when the test ends.
	Server *httptest.Server
}

// NewCarrier starts a server with the handler and connects a line to it.
func NewCarrier(t testing.TB, h http.Handler, options ...Option) *Carrier {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	config := carrier.Config{Token: Token, Account: Account, VoiceURL: PublicURL + "/", Server: server.URL}
	for _, o := range options {
		o(&config)
	}
	line, err := carrier.NewLine(config)
	if err != nil {
		t.Fatal(err)
	}
	return &Carrier{t: t, line: line, Server: server}
}

// NewRequest makes a signed request for a handler, as httptest.NewRequest makes an
// unsigned one. The target is a path with or without a query, under PublicURL. The
// parameters are the body of a POST, and added to the query of a GET.
func NewRequest(t testing.TB, method, target string, params callgate.Params) *http.Request {
	t.Helper()
	line, err := carrier.NewLine(carrier.Config{Token: Token, Account: Account, VoiceURL: PublicURL + "/"})
	if err != nil {
		t.Fatal(err)
	}
	r, err := line.NewRequest(t.Context(), method, PublicURL+target, params)
	if err != nil {
		t.Fatal(err)
	}
	// What a server knows of a request, and a client does not.
	r.RequestURI = r.URL.RequestURI()
	if r.URL, err = url.ParseRequestURI(r.RequestURI); err != nil {
		t.Fatal(err)
	}
	if r.Body == nil {
		r.Body = http.NoBody
	}
	r.RemoteAddr = "192.0.2.1:1234" // as httptest.NewRequest
	return r
}

// Call places a call from +15550100.
func (c *Carrier) Call() *Call {
	c.t.Helper()
	return c.CallFrom(carrier.Caller{})
}

// CallFrom places a call from somebody.
func (c *Carrier) CallFrom(who carrier.Caller) *Call {
	c.t.Helper()
	call, err := c.line.Call(c.t.Context(), who)
	if err != nil {
		c.t.Fatal(err)
	}
	return &Call{Call: call, t: c.t}
}

// Call is a carrier.Call whose methods fail the test instead of returning an error.
type Call struct {
	*carrier.Call
	t testing.TB
}

func (c *Call) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// Hear waits until the caller hears a text; see carrier.Call.Hear.
func (c *Call) Hear(text string) { c.t.Helper(); c.must(c.Call.Hear(text)) }

// HearMatch is Hear with a regular expression.
func (c *Call) HearMatch(expr string) {
	c.t.Helper()
	re, err := regexp.Compile(expr)
	c.must(err)
	c.must(c.Call.HearMatch(re))
}

// HearFile is Hear with a file that is played, by the end of its URL.
func (c *Call) HearFile(name string) { c.t.Helper(); c.must(c.Call.HearFile(name)) }

// Press presses keys when the line waits for them.
func (c *Call) Press(keys string) { c.t.Helper(); c.must(c.Call.Press(keys)) }

// Barge presses keys while the prompt is heard.
func (c *Call) Barge(keys string) { c.t.Helper(); c.must(c.Call.Barge(keys)) }

// Say says something when the line waits for speech.
func (c *Call) Say(text string) { c.t.Helper(); c.must(c.Call.Say(text)) }

// Silence lets one time-out of the line run out.
func (c *Call) Silence() { c.t.Helper(); c.must(c.Call.Silence()) }

// Record speaks into a recording and ends it; see carrier.Call.Record.
func (c *Call) Record(lasts time.Duration, end string) {
	c.t.Helper()
	c.must(c.Call.Record(lasts, end))
}

// Dials waits until the line dials somebody, and says what they do.
func (c *Call) Dials(to string, callee carrier.Callee) {
	c.t.Helper()
	c.must(c.Call.Dials(to, callee))
}

// Wait lets time pass.
func (c *Call) Wait(d time.Duration) { c.t.Helper(); c.must(c.Call.Wait(d)) }

// HangUp is the caller hanging up.
func (c *Call) HangUp() { c.t.Helper(); c.must(c.Call.HangUp()) }

// Ends lets the call run to its end, with a silent caller, and demands how it ends.
// Any error of the carrier's debugger fails the test too.
func (c *Call) Ends(want carrier.EndReason) carrier.End {
	c.t.Helper()
	end, err := c.Finish()
	var miss *carrier.Miss
	if err != nil && !errors.As(err, &miss) {
		c.t.Fatal(err)
	}
	for _, p := range c.Problems() {
		if p.Severity == carrier.Error && want != carrier.EndApology && want != carrier.EndRunaway {
			c.t.Error(p)
		}
	}
	if end.Reason != want {
		c.t.Errorf("the call ended with %q, want %q\n%s", end.Reason, want, c.Transcript())
	}
	return end
}
