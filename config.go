package callgate

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"
)

const (
	// DefaultMaxBody bounds a body in bytes. A voice webhook has 1 to 2 kB; the
	// rest is room for transcriptions and custom SIP headers.
	DefaultMaxBody = 64 << 10
	// largestMaxBody keeps a slip in MaxBody from becoming a way to fill the memory.
	largestMaxBody = 64 << 20

	// DefaultDeadline is how long an answer may take. The carrier hangs up at
	// CarrierPatience, and the rescue has to arrive before that.
	DefaultDeadline = 10 * time.Second
	// CarrierPatience is how long a carrier waits for a whole answer
	// (Twilio, "Webhook connection overrides": total time, 15 s).
	CarrierPatience = 15 * time.Second
)

// UnsignedPolicy is what a request gets that carries no signature at all, and
// so does not come from the carrier.
type UnsignedPolicy int

// The policies.
const (
	// UnsignedForbid answers 403 and nothing else.
	UnsignedForbid UnsignedPolicy = iota
	// UnsignedRescue answers as if a signature had been wrong: with the rescue
	// document, and the support number in it, for whoever asks.
	UnsignedRescue
)

// PasswordChecker tells whether a user has a password. It must take the same
// time for users that exist and users that do not, and may be called from many
// goroutines.
type PasswordChecker interface {
	CheckPassword(user, password string) bool
}

// Config is checked whole by New.
type Config struct {
	// Verifier verifies signatures. It is required unless no route asks for one.
	Verifier Verifier

	// PublicURL is the scheme, host, port and path prefix that the carrier reaches
	// the gate by, such as "https://ivr.example.org": what stands before the request
	// target in the URLs configured at the carrier, in the same spelling. A prefix
	// is one that a proxy has removed from the target: it is put before every one.
	PublicURL string

	// AllowedHosts are required when there is no PublicURL, and else not used. Each
	// is HOST, HOST:PORT, HOST/PREFIX or HOST:PORT/PREFIX: where requests may have
	// been sent, by the word of a trusted proxy or of the request itself. Without a
	// port it is the one that the scheme implies.
	AllowedHosts []string

	// TrustedProxies are the networks of the proxies whose Forwarded and
	// X-Forwarded-Proto, -Host, -Port and -Prefix headers are believed when there
	// is no PublicURL. From other peers these headers change nothing. In a chain of
	// proxies, what the outermost trusted one added counts.
	TrustedProxies []netip.Prefix

	// MaxBody bounds a request's body in bytes. Zero is DefaultMaxBody.
	MaxBody int64

	// Routes are the resources. The route "/" is there even if it is not named. A
	// request belongs to the route with the longest path that its own path begins
	// with, by whole segments. At least one route needs an entry that allows
	// something.
	Routes []Route

	// Users checks passwords. It is required when a route asks for them.
	Users PasswordChecker

	// Rescue is what callers hear when their call cannot be answered. It is
	// required unless there is no voice route; "/" is one unless it says otherwise.
	Rescue Rescue

	// Unsigned is what voice routes answer to requests without a signature.
	Unsigned UnsignedPolicy

	// Deadline is how long an answer may take, from the request's first byte after
	// the headers. Zero is DefaultDeadline.
	Deadline time.Duration

	// Observe is called once for each request that Handler served, after the
	// answer was written. Nil: nobody is told. ReceivedFrom gets the request itself
	// from the context. Nobody changes the event afterwards; whoever keeps it keeps the
	// request in memory.
	Observe func(context.Context, *Event)

	// Now is the clock of events, of the count of rescues in a call, and of
	// Route.ObserveUntil. Nil is time.Now.
	Now func() time.Time
}

// New makes a gate. The error joins every fault of the configuration; each says
// which field, what is wrong, and what to do.
func New(c Config) (*Gate, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	g := &Gate{
		proxies:  slices.Clone(c.TrustedProxies),
		maxBody:  c.MaxBody,
		routes:   c.buildRoutes(),
		users:    c.Users,
		unsigned: c.Unsigned,
		deadline: c.Deadline,
		observe:  c.Observe,
		clock:    c.Now,
	}
	// check has read these without a fault.
	if c.PublicURL != "" {
		public, _ := parsePublicURL(c.PublicURL)
		g.public = public.String()
	}
	for _, s := range c.AllowedHosts {
		host, _ := parseAllowedHost(s)
		g.hosts = append(g.hosts, host)
	}
	if g.maxBody == 0 {
		g.maxBody = DefaultMaxBody
	}
	if g.deadline == 0 {
		g.deadline = DefaultDeadline
	}
	return g, nil
}

func (c *Config) clock() func() time.Time {
	if c.Now == nil {
		return time.Now
	}
	return c.Now
}

// faults gathers what is wrong with a configuration.
type faults []error

func (f *faults) add(field, format string, args ...any) {
	*f = append(*f, fmt.Errorf("callgate: "+field+": "+format, args...))
}

func (c *Config) check() error {
	var f faults
	c.checkAddress(&f)
	c.checkLimits(&f)
	f.checkDocuments("Rescue", c.Rescue)
	paths := map[string]int{}
	for i, r := range c.Routes {
		field := fmt.Sprintf("Routes[%d]", i)
		if first, twice := paths[r.Path]; twice {
			f.add(field+".Path", "%q is the path of Routes[%d] too; make one of them", r.Path, first)
		}
		paths[r.Path] = i
		r.check(&f, field)
		r.checkObserve(&f, field, c.clock())
	}
	if len(f) == 0 {
		c.checkTree(&f)
	}
	return errors.Join(f...)
}

func (c *Config) checkAddress(f *faults) {
	if c.PublicURL != "" {
		if _, err := parsePublicURL(c.PublicURL); err != nil {
			f.add("PublicURL", "%w", err)
		}
	} else if len(c.AllowedHosts) == 0 {
		f.add("PublicURL", `missing; give the URL that the carrier knows, such as "https://ivr.example.org", or AllowedHosts`)
	}
	for i, host := range c.AllowedHosts {
		if _, err := parseAllowedHost(host); err != nil {
			f.add(fmt.Sprintf("AllowedHosts[%d]", i), "%q: %w", host, err)
		}
	}
	for i, p := range c.TrustedProxies {
		field := fmt.Sprintf("TrustedProxies[%d]", i)
		switch {
		case !p.IsValid():
			f.add(field, "no network; write one such as 10.0.0.0/8")
		case p.Bits() == 0:
			f.add(field, "%s is everybody; name the networks that your proxies are in", p)
		case p.Addr().Is4In6():
			f.add(field, "%s is an IPv4 network in IPv6 spelling; write it as IPv4", p)
		}
	}
}

func (c *Config) checkLimits(f *faults) {
	if c.MaxBody < 0 || c.MaxBody > largestMaxBody {
		f.add("MaxBody", "%d is no limit from 1 to %d bytes; leave it zero for %d", c.MaxBody, largestMaxBody, DefaultMaxBody)
	}
	if c.Deadline < 0 || c.Deadline >= CarrierPatience {
		f.add("Deadline", "%v is not above zero and below %v, when the carrier hangs up; leave it zero for %v", c.Deadline, CarrierPatience, DefaultDeadline)
	}
	if c.Unsigned != UnsignedForbid && c.Unsigned != UnsignedRescue {
		f.add("Unsigned", "%d is none; use UnsignedForbid or UnsignedRescue", c.Unsigned)
	}
}

// check looks at what can be told from a route alone.
func (r Route) check(f *faults, field string) {
	r.checkPath(f, field+".Path")
	if r.Kind < KindVoice || r.Kind > KindStream {
		f.add(field+".Kind", "%d is none; use KindVoice, KindStatus or KindStream", r.Kind)
	}
	if r.Auth < AuthInherited || r.Auth > AuthEither {
		f.add(field+".Auth", "%d is none; use AuthSignature, AuthBasic, AuthBoth or AuthEither", r.Auth)
	}
	for i, m := range r.Methods {
		switch {
		case !slices.Contains(knownMethods, m):
			f.add(fmt.Sprintf("%s.Methods[%d]", field, i), "%q is no method that a route can take; use %s", m, strings.Join(knownMethods, ", "))
		case r.Kind == KindStream && m != http.MethodGet:
			f.add(fmt.Sprintf("%s.Methods[%d]", field, i), "%s cannot open a WebSocket; use GET", m)
		}
	}
	if !isWord(string(r.Permission)) || r.Permission == AnyPermission {
		f.add(field+".Permission", "%q is not one word; only entries can say %q", r.Permission, AnyPermission)
	}
	if !isLanguage(r.Language) {
		f.add(field+".Language", `%q is no language such as "en" or "de-AT"`, r.Language)
	}
	for i, e := range r.Entries {
		e.check(f, fmt.Sprintf("%s.Entries[%d]", field, i))
	}
	if r.Rescue != nil {
		f.checkDocuments(field+".Rescue", *r.Rescue)
	}
}

// knownMethods are those that a request with a body we understand can have.
var knownMethods = []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

func (r Route) checkPath(f *faults, field string) {
	switch {
	case r.Path == "/":
	case !strings.HasPrefix(r.Path, "/"):
		f.add(field, "%q does not begin with a slash", r.Path)
	case strings.HasSuffix(r.Path, "/"):
		f.add(field, "%q ends with a slash; a route covers what is below it anyway", r.Path)
	case strings.ContainsAny(r.Path, "%?#"):
		f.add(field, `%q has a "%%", "?" or "#"; a path is plain text without a query`, r.Path)
	case checkPath(r.Path, r.Path) != nil:
		f.add(field, "%q: %s", r.Path, checkPath(r.Path, r.Path).Detail)
	}
}

func (e Entry) check(f *faults, field string) {
	if e.Effect != Allow && e.Effect != Deny {
		f.add(field+".Effect", "%q is neither Allow nor Deny", e.Effect)
	}
	if !e.Principal.known() {
		f.add(field+".Principal", "%q is none; use Everyone, Carrier, Account, Number, Key or User", e.Principal)
	}
	if e.Permission == "" || !isWord(string(e.Permission)) {
		f.add(field+".Permission", "%q is not one word; use View or AnyPermission if there is only one", e.Permission)
	}
}

// isWord reports whether s has no white space and no control characters.
func isWord(s string) bool {
	return !strings.ContainsFunc(s, func(c rune) bool { return c <= ' ' || c >= 0x7f && c <= 0xa0 })
}

// checkTree looks at what can be told when everything inherited is known.
func (c *Config) checkTree(f *faults) {
	allowed := false
	for _, r := range c.buildRoutes() {
		name := r.resource.Name
		if r.auth != AuthBasic && r.verifier == nil {
			f.add("Verifier", "missing, but the route %s asks for a signature", name)
		}
		if r.auth != AuthSignature && c.Users == nil {
			f.add("Users", "missing, but the route %s asks for a password", name)
		}
		if r.kind == KindVoice && r.documentFor(r.language) == nil {
			f.add("Rescue", "no document for the voice route %s (language %q), whose callers would hear an apology of the carrier and be hung up on; make one with RescueDocument, or set the Kind of the route", name, r.language)
		}
		c.checkAdmitRefused(f, r)
		allowed = allowed || slices.ContainsFunc(r.resource.Entries, func(e Entry) bool { return e.Effect == Allow })
	}
	if !allowed {
		f.add("Routes", `no entry allows anything, so nobody would be admitted; give the route "/" the entry {Allow, Carrier("twilio"), View}`)
	}
}

// checkDocuments looks at rescue documents one by one.
func (f *faults) checkDocuments(field string, r Rescue) {
	for _, language := range slices.Sorted(maps.Keys(r.Documents)) {
		if !isLanguage(language) {
			f.add(field+".Documents", `%q is no language such as "en" or "de-AT"`, language)
		}
		if err := checkDocument(r.Documents[language]); err != nil {
			f.add(fmt.Sprintf("%s.Documents[%q]", field, language), "%w", err)
		}
	}
}
