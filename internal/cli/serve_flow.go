package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"slices"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/examples"
	"github.com/callgate/callgate/internal/config"
	"github.com/callgate/callgate/internal/flowfile"
	"github.com/callgate/callgate/internal/keys"
	"github.com/callgate/callgate/internal/line"
	"github.com/callgate/callgate/internal/lookup"
	"github.com/callgate/callgate/internal/outbox"
	"github.com/callgate/callgate/ivr"
)

// demoFlow is the demonstration line.
const demoFlow = "demo/demo.yaml"

// maxOlder bounds the versions of a route's flows that are kept for calls in progress. A
// call lasts minutes, and nobody changes a flow more often than this in that time.
const maxOlder = 16

// flows is what flows need besides themselves. It outlives a generation.
type flows struct {
	languages line.Languages
	older     map[string][]*ivr.Program // by the path of the route, the newest first
	outboxes  map[string]*outbox.Box    // by file
}

// callFlows makes the handler of a route with flows. The fault of a part of it is noted at
// the part's key.
func (b *builder) callFlows(ctx context.Context, key string, r config.Route) *line.Line {
	c := line.Config{
		Path: r.Path, Media: r.MediaURL, Log: b.log,
		ByNumber: map[string]*ivr.Program{}, Older: b.flows.older[r.Path], Languages: &b.flows.languages,
	}
	c.Observe = b.countVisits(r.Path)
	if r.Demo {
		c.Program = b.demo()
	}
	if r.Flow != "" {
		c.Program = b.program(key+".flow", b.path(r.Flow))
	}
	for _, number := range slices.Sorted(maps.Keys(r.Numbers)) {
		c.ByNumber[number] = b.program(key+".numbers."+number, b.path(r.Numbers[number]))
	}
	if slices.Contains(slices.Collect(maps.Values(c.ByNumber)), nil) || r.Flow != "" && c.Program == nil {
		return nil // and said so
	}
	c.Overrides = b.overrides(key+".overrides", r.Overrides, programs(c))
	c.Sealer = b.sealer(ctx)
	if client := b.lookups(ctx); client != nil {
		c.Lookups = client
		b.warnOfHosts(client, programs(c))
	}
	// No file is made for lines that keep nothing.
	if b.config.Outbox != "" && slices.ContainsFunc(programs(c), line.KeepsThings) {
		if box := b.outbox(b.config.Path(b.config.Outbox)); box != nil {
			c.Outbox = box
		}
	}
	l, err := line.New(c)
	if err != nil {
		b.fault(key, err)
		return nil
	}
	return l
}

// countVisits counts the calls of a route that come to nodes with tags.
func (b *builder) countVisits(route string) func(callSid string, answer ivr.Answer) {
	return func(_ string, answer ivr.Answer) {
		for _, tag := range answer.Tags {
			b.visited(route, tag)
		}
	}
}

// programs are those that a line is to begin calls with.
func programs(c line.Config) []*ivr.Program {
	list := slices.Collect(maps.Values(c.ByNumber))
	if c.Program != nil {
		list = append(list, c.Program)
	}
	return list
}

// overrides reads the file by which schedules are opened and closed by hand. Without
// the file none is.
func (b *builder) overrides(key, name string, of []*ivr.Program) map[string]ivr.Override {
	if name == "" {
		return nil
	}
	path := b.path(name)
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var schedules []string
	for _, p := range of {
		schedules = append(schedules, p.Schedules()...)
	}
	var list map[string]ivr.Override
	if err == nil {
		list, err = flowfile.LoadOverrides(path, content, schedules)
	}
	var problems ivr.Problems
	if errors.As(err, &problems) {
		for _, f := range problems {
			b.fault(key, f)
		}
		return nil
	}
	if err != nil {
		b.fault(key, err)
	}
	return list
}

// demo compiles the demonstration line, which is a part of this program.
func (b *builder) demo() *ivr.Program {
	content, err := examples.Flows.ReadFile(demoFlow)
	if err != nil {
		panic(err)
	}
	flow, err := flowfile.Load(demoFlow, content)
	if err != nil {
		panic(err)
	}
	program, err := ivr.Compile(flow)
	if err != nil {
		panic(err)
	}
	return program
}

// program reads and checks a flow file; nil when it must not go live.
func (b *builder) program(key, path string) *ivr.Program {
	checked, err := checkFlow(b.env, path, time.Now())
	if err != nil {
		b.fault(key, err)
		return nil
	}
	for _, f := range checked.report.Findings {
		if f.Severity == ivr.Error {
			b.fault(key, f)
		} else {
			b.warnings = append(b.warnings, f)
		}
	}
	if checked.report.HasErrors() {
		return nil
	}
	return checked.report.Program
}

// sealer seals with the state keys or, without any, with the keys that verify.
func (b *builder) sealer(ctx context.Context) *ivr.Sealer {
	var secrets [][]byte
	for i, k := range b.config.StateKeys {
		if secret, ok := b.secret(ctx, fmt.Sprintf("state_keys[%d]", i), k); ok {
			if len(secret.Reveal()) < minStateKey {
				b.fault(fmt.Sprintf("state_keys[%d]", i), fmt.Errorf("is shorter than %d characters, and could be guessed from a URL; openssl rand -hex 32 makes one", minStateKey))
			}
			secrets = append(secrets, []byte(secret.Reveal()))
		}
	}
	for _, k := range b.verifying {
		if len(b.config.StateKeys) == 0 && k.Token != "" {
			secrets = append(secrets, []byte(k.Token.Reveal()))
		}
	}
	if len(secrets) == 0 {
		secrets = [][]byte{[]byte(wrongStateKey)} // what is missing was noted already
	}
	sealer, err := ivr.NewSealer(secrets...)
	if err != nil {
		b.fault("state_keys", err)
	}
	return sealer
}

const (
	// minStateKey is the least length of a state key in characters: 128 bits as
	// hexadecimal digits.
	minStateKey = 32
	// wrongStateKey stands for keys that could not be read, so that the rest can be checked.
	wrongStateKey = "no state is sealed with this key"
)

// secret reads a secret.
func (b *builder) secret(ctx context.Context, key string, s config.Secret) (callgate.Secret, bool) {
	source := keys.Source{Env: s.Env, Command: s.Command}
	if s.File != "" {
		source.File = b.path(s.File)
	}
	secret, err := b.env.keyReader().Read(ctx, source)
	if err != nil {
		b.fault(key, err)
	}
	return secret, err == nil
}

// warnOfHosts notes look-ups that cannot be made.
func (b *builder) warnOfHosts(client *lookup.Client, of []*ivr.Program) {
	for _, p := range of {
		for _, n := range p.Outline() {
			if n.URL == "" || client.Allows(n.URL) {
				continue
			}
			u, err := url.Parse(n.URL)
			if err != nil {
				continue
			}
			b.warnings = append(b.warnings, b.config.Fault("lookups.hosts", fmt.Sprintf(
				"%s is missing, and the node %s of the flow %q asks it: each of its look-ups would fail", u.Host, n.Name, p.Name())))
		}
	}
}

// lookups makes the client of look-ups; nil when it cannot be made, which is noted.
func (b *builder) lookups(ctx context.Context) *lookup.Client {
	c := lookup.Config{Hosts: b.config.Lookups.Hosts, Secrets: map[string]callgate.Secret{}}
	for _, p := range b.config.Lookups.PrivateNetworks {
		network, _ := config.ParseNetwork(p) // the configuration was checked
		c.PrivateNetworks = append(c.PrivateNetworks, network)
	}
	for _, name := range slices.Sorted(maps.Keys(b.config.Lookups.Secrets)) {
		if secret, ok := b.secret(ctx, "lookups.secrets."+name, b.config.Lookups.Secrets[name]); ok {
			c.Secrets[name] = secret
		}
	}
	client, err := lookup.New(c)
	if err != nil {
		b.fault("lookups", err)
		return nil
	}
	return client
}

// outbox opens a file once for all generations.
func (b *builder) outbox(path string) *outbox.Box {
	if box := b.flows.outboxes[path]; box != nil {
		return box
	}
	box, err := outbox.Open(path)
	if err != nil {
		b.fault("outbox", errors.Unwrap(err))
		return nil
	}
	if b.flows.outboxes == nil {
		b.flows.outboxes = map[string]*outbox.Box{}
	}
	b.flows.outboxes[path] = box
	return box
}

// keepOlder keeps the programs of a generation that goes into force, for the calls that
// begin with them and outlive it.
func (f *flows) keepOlder(lines map[string]*line.Line) {
	if f.older == nil {
		f.older = map[string][]*ivr.Program{}
	}
	for path, l := range lines {
		for _, p := range l.Current() {
			same := func(old *ivr.Program) bool { return old.Version() == p.Version() }
			kept := slices.DeleteFunc(f.older[path], same)
			f.older[path] = append([]*ivr.Program{p}, kept[:min(len(kept), maxOlder-1)]...)
		}
	}
}
