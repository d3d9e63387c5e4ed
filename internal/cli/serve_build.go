package cli

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/explain"
	"github.com/callgate/callgate/internal/casefile"
	"github.com/callgate/callgate/internal/config"
	"github.com/callgate/callgate/internal/explainer"
	"github.com/callgate/callgate/internal/htpasswd"
	"github.com/callgate/callgate/internal/keys"
	"github.com/callgate/callgate/internal/line"
	"github.com/callgate/callgate/internal/server"
	"github.com/callgate/callgate/internal/strictyaml"
	"github.com/callgate/callgate/twilio"
)

// generation is what one reading of the configuration made.
type generation struct {
	config      *config.Config
	handler     http.Handler
	certificate *tls.Certificate // nil without TLS
	explainer   *explain.Explainer
	cases       explainer.Cases // nil: refused requests are not saved
	// files are those that it was made from, besides the configuration file.
	files []string
	// lines are those with flows, by the path of the route.
	lines map[string]*line.Line
	// warnings are about flows that may go live all the same.
	warnings []error
}

// builder makes a generation, and gathers what is wrong with what the configuration names.
type builder struct {
	env     *Env
	observe func(context.Context, *callgate.Event)
	visited func(route, tag string)
	devKey  callgate.Secret // instead of the configured keys, when not empty

	flows flows // kept from one generation to the next

	config    *config.Config
	log       *slog.Logger
	verifying []twilio.Key
	verifiers map[string]callgate.Verifier // by profile
	lines     map[string]*line.Line
	files     []string
	faults    []error
	warnings  []error

	numberWrong bool // the support number, and said so
}

// build makes a generation from the configuration. The files are returned even when it
// fails, because a change of one of them may be what mends it.
func (b *builder) build(ctx context.Context, c *config.Config) (*generation, []string, error) {
	b.config, b.files, b.faults, b.warnings, b.numberWrong = c, nil, nil, nil, false
	b.log, b.lines = newLog(b.env, c.LogFormat), map[string]*line.Line{}
	b.makeVerifiers(ctx)
	g := &generation{config: c, certificate: b.certificate(), cases: b.cases()}
	gate := callgate.Config{
		Verifier:     b.verifiers[c.Profile],
		PublicURL:    c.PublicURL,
		AllowedHosts: c.AllowedHosts,
		MaxBody:      c.MaxBody,
		Users:        b.users(),
		Rescue:       b.rescue(),
		Unsigned:     map[string]callgate.UnsignedPolicy{config.UnsignedRescue: callgate.UnsignedRescue}[c.Unsigned],
		Deadline:     c.Deadline,
		Observe:      b.observe,
	}
	for _, p := range c.TrustedProxies {
		network, _ := config.ParseNetwork(p) // the configuration was checked
		gate.TrustedProxies = append(gate.TrustedProxies, network)
	}
	var lines http.Handler
	gate.Routes, lines = b.routes(ctx)
	b.checkWriteTimeout()
	made, err := callgate.New(gate)
	b.faults = append(b.faults, located(c, err)...)
	if len(b.faults) > 0 {
		return nil, b.files, strictyaml.Join(b.faults)
	}
	g.explainer, err = explain.New(explain.Config{
		Keys: b.verifying, PublicURL: c.PublicURL, AllowedHosts: c.AllowedHosts, TrustedProxies: gate.TrustedProxies, Webhooks: c.Webhooks,
	})
	if err != nil {
		return nil, b.files, err
	}
	g.handler, g.files, g.lines, g.warnings = b.withDoctor(made, made.Handler(lines), gate), b.files, b.lines, b.warnings
	return g, b.files, nil
}

// fault notes what is wrong with the value of a key, each thing by itself.
func (b *builder) fault(key string, err error) {
	for _, e := range flatten(err) {
		b.faults = append(b.faults, b.config.Fault(key, e.Error()))
	}
}

// path notes that a file is used, and returns where it is.
func (b *builder) path(name string) string {
	path := b.config.Path(name)
	b.files = append(b.files, path)
	return path
}

// cases opens the folder for refused requests.
func (b *builder) cases() explainer.Cases {
	if b.config.Explain.Save == "" {
		return nil
	}
	store, err := casefile.Open(b.config.Path(b.config.Explain.Save), b.config.Explain.Keep, nil)
	if err != nil {
		b.fault("explain.save", err)
		return nil
	}
	return store
}

func (b *builder) certificate() *tls.Certificate {
	t := b.config.TLS
	if t == nil {
		return nil
	}
	pair, err := tls.LoadX509KeyPair(b.path(t.CertFile), b.path(t.KeyFile))
	if err != nil {
		b.fault("tls", err)
	}
	return &pair
}

// wrong stands for a verifier or for users that could not be made, so that the rest of
// the configuration can be checked. It admits nobody.
type wrong struct{}

func (wrong) Verify(*callgate.Request) (callgate.Proof, error) {
	return callgate.Proof{}, callgate.ErrNoKey
}
func (wrong) CheckPassword(string, string) bool { return false }

// makeVerifiers makes a verifier of all keys for each profile that a route may name.
func (b *builder) makeVerifiers(ctx context.Context) {
	b.verifiers = map[string]callgate.Verifier{config.ProfileVoice: wrong{}, config.ProfileSignature: wrong{}}
	list, ok := b.keys(ctx)
	b.verifying = list
	if !ok {
		return
	}
	for word, profile := range map[string]twilio.Profile{
		config.ProfileVoice:     twilio.ProfileVoice,
		config.ProfileSignature: twilio.ProfileSignature,
	} {
		v, err := twilio.New(twilio.Config{Keys: list, Profile: profile, ExtraParams: b.config.ExtraParams})
		if err != nil {
			b.faults = append(b.faults, located(b.config, err)...)
			return // another profile would say the same
		}
		b.verifiers[word] = v
	}
}

// Names of keys that stand in no configuration file.
const (
	devKeyName     = "dev"
	defaultKeyName = "default"
)

// keys reads the keys, and reports whether all could be.
func (b *builder) keys(ctx context.Context) (list []twilio.Key, ok bool) {
	if b.devKey != "" {
		return []twilio.Key{{Name: devKeyName, Token: b.devKey}}, true
	}
	ok = true
	configured := b.config.Keys
	if len(configured) == 0 {
		configured = []config.Key{{Name: defaultKeyName, Account: b.env.Getenv(accountVariable), Env: tokenVariable}}
	}
	for i, k := range configured {
		source := keys.Source{Env: k.Env, Command: k.Command}
		if k.File != "" {
			source.File = b.path(k.File)
		}
		token, err := b.env.keyReader().Read(ctx, source)
		switch {
		case err != nil && len(b.config.Keys) == 0:
			b.fault("keys", fmt.Errorf("none, and %w. Set it to the auth token of the account, or name keys in the configuration; to try callgate without an account: callgate serve --dev", err))
		case err != nil:
			b.fault(fmt.Sprintf("keys[%d]", i), err)
		}
		ok = ok && err == nil
		list = append(list, twilio.Key{Name: k.Name, Account: k.Account, Token: token})
	}
	return list, ok
}

func (b *builder) users() callgate.PasswordChecker {
	if b.config.UsersFile == "" {
		return nil
	}
	path := b.path(b.config.UsersFile)
	content, err := os.ReadFile(path)
	if err != nil {
		b.fault("users_file", err)
		return wrong{}
	}
	users, err := htpasswd.Parse(path, content)
	if err != nil {
		b.fault("users_file", err)
		return wrong{}
	}
	return users
}

// routes makes the routes of the gate and what answers on them.
func (b *builder) routes(ctx context.Context) ([]callgate.Route, http.Handler) {
	own := map[string]*answerer{}
	var list, below []callgate.Route
	for i, r := range b.config.Routes {
		key := fmt.Sprintf("routes[%d]", i)
		list = append(list, b.route(key, r))
		if l := b.answerer(ctx, key, r); l != nil {
			own[r.Path] = l
			for _, part := range l.resources {
				// Of the same line, and so on trial with it; a date too far ahead is said there.
				if !list[i].ObserveUntil.After(time.Now().Add(callgate.MaxObserve)) {
					part.ObserveUntil, part.InsecureAdmitRefused = list[i].ObserveUntil, list[i].InsecureAdmitRefused
				}
				below = append(below, part)
			}
		}
	}
	if !slices.ContainsFunc(list, isRoot) {
		root := callgate.Route{Path: "/"}
		b.rootDefaults(&root)
		list = append(list, root)
	}
	for _, r := range below {
		if !strings.HasPrefix(r.Path, "/") {
			continue // the path of its line is wrong, which is said there
		}
		// A route of the configuration says what its line would say, and the line answers.
		delete(own, r.Path)
		if !slices.ContainsFunc(list, func(have callgate.Route) bool { return have.Path == r.Path }) {
			list = append(list, r)
		}
	}
	lines := connect(list, own)
	for i := range list {
		l := lines[list[i].Path]
		list[i].AnswersAtOnce = l != nil && l.atOnce
	}
	return list, lines
}

func isRoot(r callgate.Route) bool { return r.Path == "/" }

// rootDefaults fills in what all routes inherit when the configuration does not say it.
func (b *builder) rootDefaults(root *callgate.Route) {
	if len(root.Entries) == 0 {
		root.Entries = []callgate.Entry{{Effect: callgate.Allow, Principal: callgate.Carrier(twilio.Name), Permission: callgate.View}}
	}
	if root.Language == "" {
		root.Language = b.config.Language
	}
}

var authWords = map[string]callgate.Auth{
	config.AuthSignature: callgate.AuthSignature,
	config.AuthBasic:     callgate.AuthBasic,
	config.AuthBoth:      callgate.AuthBoth,
	config.AuthEither:    callgate.AuthEither,
}

var kindWords = map[string]callgate.Kind{
	config.KindVoice:  callgate.KindVoice,
	config.KindStatus: callgate.KindStatus,
	config.KindStream: callgate.KindStream,
}

func (b *builder) route(key string, r config.Route) callgate.Route {
	route := callgate.Route{
		Path:       r.Path,
		Methods:    r.Methods,
		Kind:       kindWords[r.Kind],
		Auth:       authWords[r.Auth],
		Verifier:   b.verifiers[r.Profile],
		Permission: callgate.Permission(r.Permission),
		Language:   r.Language,
	}
	for _, e := range r.Entries {
		entry, _ := config.ParseEntry(e) // the configuration was checked
		route.Entries = append(route.Entries, entry)
	}
	if isRoot(route) {
		b.rootDefaults(&route)
	}
	if r.Observe != nil {
		route.ObserveUntil, _ = config.ParseUntil(r.Observe.Until) // the configuration was checked
		route.InsecureAdmitRefused = r.Observe.InsecureAdmitRefused
	}
	if len(r.Rescue) > 0 {
		route.Rescue = &callgate.Rescue{Documents: b.documents(key+".rescue", r.Rescue)}
	}
	return route
}

// checkWriteTimeout sees to it that an answer in time can still be sent.
func (b *builder) checkWriteTimeout() {
	deadline := b.config.Deadline
	if deadline == 0 {
		deadline = callgate.DefaultDeadline
	}
	if write := serverTimeouts(b.config).Write; write <= deadline {
		b.fault("timeouts.write", fmt.Errorf("%v is not above the deadline of %v, so that a late answer, or the rescue, would be cut off", write, deadline))
	}
}

// serverTimeouts returns the timeouts with their defaults filled in.
func serverTimeouts(c *config.Config) server.Timeouts {
	return server.Timeouts(c.Timeouts).OrDefaults()
}
