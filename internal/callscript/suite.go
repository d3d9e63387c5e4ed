package callscript

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/callgate/callgate/carrier"
	"github.com/callgate/callgate/internal/strictyaml"
)

// Suite is a file of cases.
type Suite struct {
	// Flow is the flow file that answers, relative to the suite; URL is the voice URL
	// of any other server. At most one of them is given; the command line may name one too.
	Flow string `yaml:"flow"`
	URL  string `yaml:"url"`
	// Server is where the host of URL is reached.
	Server string `yaml:"server"`
	// Method requests the URL. Default POST.
	Method string `yaml:"method"`
	// Fallback is the number's fallback URL.
	Fallback string `yaml:"fallback"`
	// Defaults hold for cases that do not say otherwise.
	Defaults Party `yaml:"defaults"`
	// HTTP answers the look-ups of a flow, after those of the case.
	HTTP []Lookup `yaml:"http"`
	// Carrier is how the carrier behaves where its documentation leaves that open.
	Carrier Carrier `yaml:"carrier"`
	// World is what others do in all cases; a case adds to it.
	World World  `yaml:"world"`
	Cases []Case `yaml:"cases"`

	path string
	pos  *strictyaml.Positions
}

// Party is who calls whom, and when.
type Party struct {
	From string `yaml:"from"`
	To   string `yaml:"to"`
	// Now is the time of day at which the call begins, RFC 3339.
	Now string `yaml:"now"`
	// Lang is the language that this caller has chosen in an earlier call.
	Lang string `yaml:"lang"`
}

// Case is one call.
type Case struct {
	Name string `yaml:"name"`
	// From, To, Now and Lang take the place of the suite's defaults.
	From string `yaml:"from"`
	To   string `yaml:"to"`
	Now  string `yaml:"now"`
	Lang string `yaml:"lang"`
	// Extra parameters go with every request about the caller.
	Extra map[string]string `yaml:"extra"`
	// HTTP answers the look-ups of a flow.
	HTTP   []Lookup `yaml:"http"`
	World  World    `yaml:"world"`
	Faults []Fault  `yaml:"faults"`
	// Callbacks is when status callbacks arrive: in-order, unordered or late.
	Callbacks string `yaml:"callbacks"`
	// Outbox is what becomes of a flow's bookings and voicemails: kept, or full when the
	// disk is.
	Outbox string `yaml:"outbox"`
	// Grant are permissions of a flow's nodes that the access control list gives this
	// call. By default it gives none but that to call.
	Grant  []string `yaml:"grant"`
	Seed   int      `yaml:"seed"`
	Steps  []Step   `yaml:"steps"`
	Expect Expect   `yaml:"expect"`
	// Golden is a file that holds the transcript, relative to the suite.
	Golden string `yaml:"golden"`

	line int
}

// Lookup answers requests that a flow makes of other servers.
type Lookup struct {
	// Match is a method and a URL in which "*" stands for anything: "GET https://crm/*".
	// Node, in place of it, is the node of the flow that makes the request.
	Match string `yaml:"match"`
	Node  string `yaml:"node"`
	Reply Reply  `yaml:"reply"`
}

// Reply is the answer to a look-up.
type Reply struct {
	// Status is 200 by default; Error in place of it is a connection that fails.
	Status int            `yaml:"status"`
	JSON   strictyaml.Any `yaml:"json"`
	Error  bool           `yaml:"error"`
	// Delay is how long it takes.
	Delay time.Duration `yaml:"delay"`
}

// World is what others do.
type World struct {
	Dial       map[string]Dial       `yaml:"dial"`
	Queue      map[string]Queue      `yaml:"queue"`
	Conference map[string]Conference `yaml:"conference"`
}

// Load reads a suite. The error joins every fault, each with its line.
func Load(path string) (*Suite, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return Parse(path, content)
}

// Parse reads a suite that stands in memory.
func Parse(path string, content []byte) (*Suite, error) {
	s := &Suite{path: path}
	pos, err := strictyaml.Decode(path, content, s)
	s.pos = pos
	if err == nil {
		err = s.check()
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

// ParseSteps reads a script for one call: a case without a name and without expectations.
func ParseSteps(path string, content []byte) (*Suite, error) {
	var script struct {
		Steps  []Step   `yaml:"steps"`
		HTTP   []Lookup `yaml:"http"`
		World  World    `yaml:"world"`
		Faults []Fault  `yaml:"faults"`
		Grant  []string `yaml:"grant"`
		Seed   int      `yaml:"seed"`
	}
	pos, err := strictyaml.Decode(path, content, &script)
	if err != nil {
		return nil, err
	}
	s := &Suite{path: path, pos: pos, Cases: []Case{{Name: filepath.Base(path), Steps: script.Steps, HTTP: script.HTTP,
		World: script.World, Faults: script.Faults, Grant: script.Grant, Seed: script.Seed}}}
	s.pos = pos
	faults := s.checkHTTP(script.HTTP, "http")
	if err := script.World.check(); err != nil {
		faults = append(faults, pos.Fault("world", err.Error()))
	}
	for i := range script.Faults {
		if _, err := script.Faults[i].fault(); err != nil {
			faults = append(faults, s.pos.Fault(fmt.Sprintf("faults[%d]", i), err.Error()))
		}
	}
	if err := s.checkSteps("steps", script.Steps); err != nil {
		faults = append(faults, err)
	}
	return s, strictyaml.Join(faults)
}

// Path is the file's name.
func (s *Suite) Path() string { return s.path }

// Beside resolves a file name that stands in the suite.
func (s *Suite) Beside(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(filepath.Dir(s.path), name)
}

func (s *Suite) check() error {
	var faults []error
	bad := func(key, format string, args ...any) {
		faults = append(faults, s.pos.Fault(key, fmt.Sprintf(format, args...)))
	}
	if s.Flow != "" && s.URL != "" {
		bad("url", "flow and url exclude each other: name what answers the calls once")
	}
	if len(s.Cases) == 0 {
		bad("cases", "there are no cases")
	}
	faults = append(faults, s.checkHTTP(s.HTTP, "http")...)
	if err := s.World.check(); err != nil {
		bad("world", "%v", err)
	}
	for _, fault := range s.Carrier.check() {
		bad("carrier", "%s", fault)
	}
	names := map[string]bool{}
	for i := range s.Cases {
		c := &s.Cases[i]
		key := fmt.Sprintf("cases[%d]", i)
		c.line = s.pos.Fault(key, "").Line
		switch {
		case c.Name == "":
			bad(key, "the case has no name")
		case names[c.Name]:
			bad(key+".name", "another case has this name")
		}
		names[c.Name] = true
		faults = append(faults, s.checkCase(c, key)...)
	}
	return strictyaml.Join(faults)
}

func (s *Suite) checkCase(c *Case, key string) []error {
	var faults []error
	bad := func(sub, problem string) { faults = append(faults, s.pos.Fault(key+"."+sub, problem)) }
	if now := firstOf(c.Now, s.Defaults.Now); now != "" {
		if _, err := time.Parse(time.RFC3339, now); err != nil {
			bad("now", "a time is written like 2026-03-02T10:00:00-05:00")
		}
	}
	faults = append(faults, s.checkHTTP(c.HTTP, key+".http")...)
	if err := c.World.check(); err != nil {
		bad("world", err.Error())
	}
	for i := range c.Faults {
		if _, err := c.Faults[i].fault(); err != nil {
			bad(fmt.Sprintf("faults[%d]", i), err.Error())
		}
	}
	if !slices.Contains([]string{"", "in-order", "unordered", "late"}, c.Callbacks) {
		bad("callbacks", "callbacks come in-order, unordered or late")
	}
	if !slices.Contains([]string{"", "kept", "full"}, c.Outbox) {
		bad("outbox", "the outbox is kept or full")
	}
	if c.Seed < 0 {
		bad("seed", "a seed is 0 or more")
	}
	if len(c.Grant) > 0 && s.URL != "" {
		bad("grant", "a server grants permissions by its own configuration: grant is for a flow")
	}
	if err := s.checkSteps(key+".steps", c.Steps); err != nil {
		faults = append(faults, err)
	}
	return append(faults, s.checkExpect(&c.Expect, key+".expect")...)
}

func (s *Suite) checkSteps(key string, steps []Step) error {
	var faults []error
	for i := range steps {
		if err := steps[i].check(); err != nil {
			faults = append(faults, s.pos.Fault(fmt.Sprintf("%s[%d]", key, i), err.Error()))
		}
	}
	return errors.Join(faults...)
}

func (s *Suite) checkHTTP(list []Lookup, key string) []error {
	var faults []error
	for i := range list {
		if err := list[i].check(); err != nil {
			faults = append(faults, s.pos.Fault(fmt.Sprintf("%s[%d]", key, i), err.Error()))
		}
	}
	return faults
}

func (l *Lookup) check() error {
	_, err := l.pattern()
	switch {
	case l.Node != "" && l.Match != "":
		return errors.New("match and node exclude each other: say once which requests are meant")
	case l.Reply.Status != 0 && (l.Reply.Status < 100 || l.Reply.Status > 599):
		return fmt.Errorf("reply: %d is no HTTP status", l.Reply.Status)
	case l.Reply.Delay < 0:
		return errors.New("reply: delay must not be negative")
	}
	return err
}

// pattern turns a match into a regular expression. That of a node has none.
func (l *Lookup) pattern() (*regexp.Regexp, error) {
	if l.Node != "" && l.Match == "" {
		return nil, nil
	}
	method, url, ok := strings.Cut(l.Match, " ")
	if !ok || method == "" || url == "" {
		return nil, fmt.Errorf("match %q: write a method and a URL, GET https://crm.example.org/*", l.Match)
	}
	expr := strings.ReplaceAll(regexp.QuoteMeta(method+" "+strings.TrimSpace(url)), `\*`, `.*`)
	return regexp.Compile("^" + expr + "$")
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// party is who calls in a case.
func (s *Suite) party(c *Case) Party {
	return Party{
		From: firstOf(c.From, s.Defaults.From), To: firstOf(c.To, s.Defaults.To),
		Now: firstOf(c.Now, s.Defaults.Now), Lang: firstOf(c.Lang, s.Defaults.Lang),
	}
}

// start is when a case begins; the zero time leaves it to the carrier.
func (p Party) start() time.Time {
	t, _ := time.Parse(time.RFC3339, p.Now) // checked
	return t
}

// world is what others do in a case.
func (s *Suite) world(c *Case) carrier.World {
	w := carrier.World{Callees: map[string]carrier.Callee{}, Queues: map[string]carrier.Queue{}, Conferences: map[string]carrier.Conference{}}
	for _, from := range []World{s.World, c.World} {
		for to, d := range from.Dial {
			w.Callees[anybody(to)] = d.callee()
		}
		for name, q := range from.Queue {
			w.Queues[anybody(name)] = q.queue()
		}
		for name, conf := range from.Conference {
			w.Conferences[anybody(name)] = conf.conference()
		}
	}
	return w
}

// anybody reads "*" as everybody that has no line of their own.
func anybody(name string) string {
	if name == "*" {
		return ""
	}
	return name
}
