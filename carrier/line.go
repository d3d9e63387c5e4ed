package carrier

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/twilio"
)

// Config is a telephone number at the simulated carrier: where its webhooks go
// and how they are signed. VoiceURL and Token are required.
type Config struct {
	// Token signs the requests, as the account's auth token does.
	Token callgate.Secret
	// Account is the AccountSid of every request. Default TestAccount.
	Account string
	// Number is the number that is dialled, the To of every request. Default "+15550199".
	Number string

	// VoiceURL is requested when a call comes in: the public URL, which is the one
	// that is signed. It may have a fragment of connection overrides.
	VoiceURL string
	// VoiceMethod is GET or POST. Default POST, as of the other methods.
	VoiceMethod string
	// FallbackURL is requested after a fatal error. Empty: the caller hears the
	// carrier's apology.
	FallbackURL, FallbackMethod string
	// StatusURL is told about the progress of calls. Empty: nobody is.
	StatusURL, StatusMethod string
	// StatusEvents are what StatusURL is told; see Setup.
	StatusEvents []string

	// Server is where the host of VoiceURL is really reached, such as
	// "http://127.0.0.1:8080" for a program on this machine whose public address is
	// another one. Empty: where the URL says.
	Server string
	// Transport makes the requests. Default: one of its own, without a proxy.
	Transport http.RoundTripper

	// Options are what the carrier's documentation leaves open.
	Options Options
	// World is what people and machines at the other ends do.
	World World
	// Faults are what goes wrong between the carrier and the server.
	Faults []Fault
	// Callbacks is when status callbacks arrive. Default InOrder.
	Callbacks Delivery
	// Cookies is what becomes of cookies. Default KeepCookies.
	Cookies CookiePolicy
	// Media is which files are fetched to learn their length. Default MediaNear.
	Media MediaPolicy
	// Seed makes the identifiers of calls and the chances of faults. The same seed
	// gives the same call. A call adds its number on this line to it.
	Seed uint64
	// Start is the time of day at which calls begin. Default DefaultStart, so that
	// runs can be repeated.
	Start time.Time
	// Sensitive says whether what the caller of a call enters now is for nobody's eyes; it
	// is asked when the line begins to listen. If so the log, and with it transcripts and
	// whoever observes, has "x" in the place of keys, and "***" of speech; the server gets
	// what was entered. May be nil: nothing is, but the digits of cards.
	Sensitive func(callSid string) bool
	// Observe is told everything of every call, as it happens. May be nil.
	Observe func(Entry)
}

// DefaultStart is when calls begin if nobody says: a Monday that is nowhere a
// holiday, when most of Europe and America is at work.
func DefaultStart() time.Time { return time.Date(2026, time.March, 2, 15, 0, 0, 0, time.UTC) }

// TestAccount is the account of a line that names none.
const TestAccount = "AC00000000000000000000000000000000"

// Delivery is when status callbacks arrive.
type Delivery string

// The deliveries. The carrier promises no order.
const (
	InOrder   Delivery = "in-order"
	Unordered Delivery = "unordered" // shuffled within a few seconds
	Late      Delivery = "late"      // after the end of the call
)

// CookiePolicy is what becomes of cookies. The carrier keeps them, some that are
// compatible with it do not.
type CookiePolicy string

// The cookie policies.
const (
	KeepCookies CookiePolicy = "keep" // for the call
	DropCookies CookiePolicy = "drop"
)

// MediaPolicy is which files are fetched to learn their length. The others play
// for Options.PlayLength.
type MediaPolicy string

// The media policies.
const (
	MediaNear MediaPolicy = "near" // of the voice URL's host and of this machine
	MediaAny  MediaPolicy = "any"
	MediaNone MediaPolicy = "none"
)

// World is what people and machines do that a line connects callers to. Keys of
// the maps are what the document names: a number, "client:ann", "sip:…", the name
// of a queue or conference; "" stands for all others.
type World struct {
	Callees     map[string]Callee
	Queues      map[string]Queue
	Conferences map[string]Conference
	Payment     Payment
	Session     SessionResult
	Refer       ReferResult
}

// Line is a telephone number at the simulated carrier. It may be used by many
// goroutines; each of its calls by one.
type Line struct {
	config Config
	signer *twilio.Verifier
	origin string // of VoiceURL
	server *url.URL
}

// NewLine checks the configuration whole; the error joins every fault.
func NewLine(c Config) (*Line, error) {
	set(&c.Account, TestAccount)
	set(&c.Number, "+15550199")
	set(&c.VoiceMethod, "POST")
	set(&c.FallbackMethod, "POST")
	set(&c.StatusMethod, "POST")
	set(&c.Callbacks, InOrder)
	set(&c.Cookies, KeepCookies)
	set(&c.Media, MediaNear)
	if c.Start.IsZero() {
		c.Start = DefaultStart()
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	signer, err := twilio.New(twilio.Config{
		Keys:    []twilio.Key{{Name: "carrier", Account: c.Account, Token: c.Token}},
		Profile: twilio.ProfileSignature,
	})
	if err != nil {
		return nil, fmt.Errorf("carrier: Account and Token: %w", err)
	}
	l := &Line{config: c, signer: signer, origin: originOf(c.VoiceURL)}
	if c.Server != "" {
		l.server, _ = url.Parse(c.Server) // checked
	}
	if c.Transport == nil {
		l.config.Transport = newTransport()
	}
	return l, nil
}

func (c *Config) check() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf("carrier: Config."+format, args...)) }
	c.checkURLs(bad)
	if c.Server != "" {
		if fault := badServer(c.Server); fault != "" {
			bad("Server is %q: %s", c.Server, fault)
		}
	}
	for _, e := range c.StatusEvents {
		if !oneOf(e, "initiated", "ringing", "answered", "completed") {
			bad("StatusEvents has %q: the events are initiated, ringing, answered and completed", e)
		}
	}
	if !oneOf(c.Callbacks, InOrder, Unordered, Late) {
		bad("Callbacks is %q: it is in-order, unordered or late", c.Callbacks)
	}
	if !oneOf(c.Cookies, KeepCookies, DropCookies) {
		bad("Cookies is %q: it is keep or drop", c.Cookies)
	}
	if !oneOf(c.Media, MediaNear, MediaAny, MediaNone) {
		bad("Media is %q: it is near, any or none", c.Media)
	}
	for i, f := range c.Faults {
		if err := f.Check(); err != nil {
			bad("Faults[%d]: %w", i, err)
		}
	}
	return errors.Join(append(errs, c.Options.Check())...)
}

func (c *Config) checkURLs(bad func(format string, args ...any)) {
	for _, u := range []struct{ field, url, method string }{
		{"Voice", c.VoiceURL, c.VoiceMethod}, {"Fallback", c.FallbackURL, c.FallbackMethod}, {"Status", c.StatusURL, c.StatusMethod},
	} {
		if u.method != "GET" && u.method != "POST" {
			bad("%sMethod is %q: the carrier uses GET and POST", u.field, u.method)
		}
		if u.url == "" && u.field != "Voice" {
			continue
		}
		if fault := badURL(u.url); fault != "" {
			bad("%sURL is %q: %s", u.field, u.url, fault)
		}
	}
}

// badServer says why an address is no place to send requests to.
func badServer(s string) string {
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Host == "":
		return "it must be like http://127.0.0.1:8080"
	case u.Scheme != "http" && u.Scheme != "https":
		return "it must begin with http:// or https://"
	case strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "":
		return "it has no path; the path is that of each URL"
	}
	return ""
}

// originOf returns scheme, host and port of an absolute URL, in small letters.
func originOf(s string) string {
	scheme, authority, _, _ := split(withoutFragment(s))
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		authority = authority[i+1:]
	}
	return strings.ToLower(scheme + "://" + authority)
}

// Caller is who calls a line.
type Caller struct {
	// From is the caller's number, or "client:…", "sip:…", "anonymous". Default "+15550100".
	From string
	// To is the number dialled. Default the line's.
	To string
	// Direction is "inbound", the default, or "outbound-api".
	Direction string
	// Extra parameters go with every request about the caller's leg, such as
	// ForwardedFrom, CallerName, SipHeader_X or FromCity.
	Extra callgate.Params
	// World replaces the line's for this call when it is not nil.
	World *World
	// Observe is told everything of this call, as it happens, in place of the line's.
	Observe func(Entry)
	// Seed is added to the line's. Calls that are to differ need different ones.
	Seed uint64
	// Manual keeps the World from acting by itself when time passes: whoever drives the
	// call looks at Call.Undecided and uses Do or Decide.
	Manual bool
}

// Call places a call and returns when the line has answered the first request.
// Nothing more happens until a method of the Call lets time pass. The error is
// that of the context; whatever goes wrong with the call is told by the call.
func (l *Line) Call(ctx context.Context, who Caller) (*Call, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	set(&who.From, "+15550100")
	set(&who.To, l.config.Number)
	c := &Call{ctx: ctx, line: l, world: l.config.World, manual: who.Manual, observe: l.config.Observe}
	if who.World != nil {
		c.world = *who.World
	}
	if who.Observe != nil {
		c.observe = who.Observe
	}
	seed := l.config.Seed + who.Seed
	c.client = newClient(l, seed)
	c.client.trace, c.client.log = c.exchange, func(p Problem) { c.note(p) }
	setup := Setup{
		Seed: seed, Account: l.config.Account, From: who.From, To: who.To, Direction: who.Direction,
		Start: l.config.Start, VoiceURL: l.config.VoiceURL, VoiceMethod: l.config.VoiceMethod,
		FallbackURL: l.config.FallbackURL, FallbackMethod: l.config.FallbackMethod,
		StatusURL: l.config.StatusURL, StatusMethod: l.config.StatusMethod, StatusEvents: l.config.StatusEvents,
		Extra: who.Extra, Options: l.config.Options,
	}
	state, effects := Begin(setup)
	c.state = state
	c.perform(effects)
	return c, c.settle()
}
