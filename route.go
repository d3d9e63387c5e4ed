package callgate

import (
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"
)

// Auth is what a request must prove on a route.
type Auth int

// What routes can demand. The zero Auth is that of the route above, and
// AuthSignature on the root.
const (
	AuthInherited Auth = iota
	AuthSignature      // the signature of a carrier
	AuthBasic          // a user's password; nothing then vouches for what a carrier would have sent
	AuthBoth           // the signature and a password
	AuthEither         // the signature or a password
)

// String returns the word for it in configuration.
func (a Auth) String() string {
	switch a {
	case AuthInherited:
		return "inherited"
	case AuthSignature:
		return "signature"
	case AuthBasic:
		return "basic"
	case AuthBoth:
		return "both"
	case AuthEither:
		return "either"
	}
	return fmt.Sprintf("Auth(%d)", int(a))
}

// Route is a resource: a path and all paths below it that have no route of
// their own. What a route leaves empty it has from the nearest route above it.
type Route struct {
	// Path is "/", or begins with a slash and does not end with one: "/ivr". It is
	// plain text, not percent-encoded.
	Path string
	// Methods are those it takes. The root's default is POST, and that of a
	// KindStream route is GET, as WebSockets ask.
	Methods []string
	// Kind is what it serves. It is not inherited: the zero Kind is KindVoice.
	Kind Kind
	// Auth is what a request must prove.
	Auth Auth
	// Verifier verifies signatures here. The root's default is that of Config.
	Verifier Verifier
	// Permission is what the access control lists are asked for. The root's default
	// is View.
	Permission Permission
	// Entries are the access control list, read before those of the routes above.
	Entries []Entry
	// Language is that of its callers, such as "en" or "de-AT": it chooses the
	// rescue document.
	Language string
	// Rescue has rescue documents that add to those of the route above, or replace
	// them in the same language.
	Rescue *Rescue

	// AnswersAtOnce vouches for the handler of this route: it waits for nothing, neither
	// network nor file nor another goroutine. It then runs in the goroutine of the
	// connection, which spares about as much as checking a signature costs. One that
	// waits all the same is not stopped by the deadline, and nobody rescues its caller,
	// nor that of one that ends its goroutine. It is not inherited.
	AnswersAtOnce bool

	// ObserveUntil puts the route on trial: until then the events of its requests say
	// so (Event.ObservedUntil), for a report of what is refused and why. It may be
	// MaxObserve ahead. When it has passed it changes nothing, and neither does the
	// zero time. It is not inherited.
	ObserveUntil time.Time
	// InsecureAdmitRefused says why requests whose signature is missing or wrong are
	// admitted until ObserveUntil: whoever finds the address may then do what the
	// carrier may. Such a request has no principal but Everyone, Admission.Observed
	// says what it would have been refused for, and its outcome is OutcomeObserved.
	// An entry that denies Everyone still denies. Empty, the default: it is refused.
	// It is not inherited, and not for streams or where passwords are asked for.
	InsecureAdmitRefused string
}

// route is a Route with everything inherited filled in.
type route struct {
	resource   Resource
	methods    []string
	allow      string // the methods as an Allow header has them
	kind       Kind
	auth       Auth
	verifier   Verifier
	permission Permission
	language   string
	documents  map[string][]byte
	atOnce     bool // see Route.AnswersAtOnce

	observeUntil time.Time // zero: never
	admitRefused bool      // until then
}

// root returns what the route "/" has before it is configured.
func (c *Config) root() *route {
	return &route{
		resource:   Resource{Name: "/"},
		methods:    []string{http.MethodPost},
		auth:       AuthSignature,
		verifier:   c.Verifier,
		permission: View,
		documents:  c.Rescue.clone(),
	}
}

// buildRoutes makes the tree. The result has the longest path first, and the
// root, which is always there, last.
func (c *Config) buildRoutes() []*route {
	configured := slices.Clone(c.Routes)
	if !slices.ContainsFunc(configured, func(r Route) bool { return r.Path == "/" }) {
		configured = append(configured, Route{Path: "/"})
	}
	// A route comes after those that it inherits from.
	slices.SortStableFunc(configured, func(a, b Route) int { return len(a.Path) - len(b.Path) })
	var built []*route
	for _, r := range configured {
		above := c.root()
		if i := slices.IndexFunc(built, func(b *route) bool { return b.covers(r.Path) }); i >= 0 {
			above = built[i]
		}
		built = slices.Insert(built, 0, r.build(above))
	}
	return built
}

// build fills in what is inherited. The root builds on defaults, of which it is
// no child.
func (r Route) build(above *route) *route {
	b := *above
	b.resource = Resource{Name: r.Path, Entries: slices.Clone(r.Entries)}
	if r.Path != "/" {
		b.resource.Parent = &above.resource
	}
	b.kind, b.atOnce = r.Kind, r.AnswersAtOnce
	b.observeUntil, b.admitRefused = r.ObserveUntil, strings.TrimSpace(r.InsecureAdmitRefused) != ""
	switch {
	case len(r.Methods) > 0:
		b.methods = slices.Clone(r.Methods)
	case r.Kind == KindStream:
		b.methods = []string{http.MethodGet}
	}
	b.allow = strings.Join(b.methods, ", ")
	if r.Auth != AuthInherited {
		b.auth = r.Auth
	}
	if r.Verifier != nil {
		b.verifier = r.Verifier
	}
	if r.Permission != "" {
		b.permission = r.Permission
	}
	if r.Language != "" {
		b.language = r.Language
	}
	if r.Rescue != nil {
		b.documents = r.Rescue.over(above.documents)
	}
	return &b
}

// covers reports whether the path is that of the route or below it.
func (r *route) covers(path string) bool {
	name := r.resource.Name
	return name == "/" || strings.HasPrefix(path, name) && (len(path) == len(name) || path[len(name)] == '/')
}

// route returns the route that a target belongs to. A target whose encoded
// slash decides it is refused, because routers do not agree on what it means: a
// byte of a segment, a slash, or, next to another, nothing.
func (g *Gate) route(t target) (*route, *Refusal) {
	r := g.covering(t.path)
	if t.segments != t.path && (g.covering(t.segments) != r || g.covering(path.Clean(t.path)) != r) {
		return g.root(), Refuse(ReasonTarget, "an encoded slash in the path decides which route it is")
	}
	return r, nil
}

// covering returns the longest route that covers a path. The root, which is last,
// covers every one.
func (g *Gate) covering(path string) *route {
	return g.routes[slices.IndexFunc(g.routes, func(r *route) bool { return r.covers(path) })]
}

func (g *Gate) root() *route { return g.routes[len(g.routes)-1] }
