package ivr

import (
	"fmt"
	"slices"

	"github.com/callgate/callgate/twiml"
)

// Limits of a flow's settings.
const (
	maxTimeout  = 60   // seconds; longer silences are dead lines
	maxAttempts = 10   // per question
	maxText     = 1000 // bytes of a text variable; larger ones do not fit into a URL
	maxMaxSteps = 1000
	maxNodes    = 100_000
	maxLangs    = 100
)

// Compile checks that a flow holds together and makes a program of it. The error is
// of type Problems and lists everything that is wrong. The flow must not be changed
// afterwards.
//
// A program that compiles can still be a bad line: see Check.
func Compile(f *Flow) (*Program, error) {
	c := &compiler{flow: f, p: &Program{name: f.Name, flow: f, exhausted: nowhere, onError: nowhere, callback: -1, caller: -1}}
	c.compile()
	if len(c.problems) > 0 {
		return nil, c.problems
	}
	return c.p, nil
}

// compiler holds what is needed only while a flow is compiled.
type compiler struct {
	flow      *Flow
	p         *Program
	problems  Problems
	schedules map[string]*schedule
	subflows  map[string]int // scopes by name
	flows     []valueFlow
	sinks     []sink
	calls     map[int][]int // which scopes a scope calls
}

func (c *compiler) compile() {
	c.settings()
	c.declareLanguages()
	c.declareSchedules()
	c.declareScopes()
	c.globalTargets()
	for i, nodes := range c.allNodes() {
		for _, n := range nodes {
			c.compileNode(i, n)
		}
	}
	c.needExhausted()
	c.lostPrompt()
	c.checkRecursion()
	c.checkSecrets()
	c.p.version = fingerprint(c.flow)
}

// fault adds a problem. node is a qualified name, or empty.
func (c *compiler) fault(rule Rule, node, field, format string, args ...any) {
	c.problems = append(c.problems, Finding{
		Rule: rule, Severity: Error, Node: node, Field: field,
		Pos: c.p.locate(node, field), Message: fmt.Sprintf(format, args...),
	})
}

// within checks a number that has a default.
func (c *compiler) within(node, field string, n, def, low, high int) int {
	if n == 0 {
		return def
	}
	if n < low || n > high {
		c.fault(InvalidValue, node, field, "%d is out of range: write a number from %d to %d", n, low, high)
		return def
	}
	return n
}

// share checks a number from 0 to 1.
func (c *compiler) share(node, field string, x float64) float64 {
	if !(x >= 0 && x <= 1) {
		c.fault(InvalidValue, node, field, "%v is out of range: write a number from 0 to 1, such as 0.5", x)
		return 0
	}
	return x
}

// seconds checks a time that has a default.
func (c *compiler) seconds(node, field string, n, def, low, high int) int {
	if n == 0 {
		return def
	}
	if n < low || n > high {
		c.fault(InvalidValue, node, field, "%d seconds are out of range: write a time from %ds to %ds", n, low, high)
		return def
	}
	return n
}

func (c *compiler) settings() {
	c.p.maxSteps = c.within("", "max_steps", c.flow.MaxSteps, DefaultMaxSteps, 1, maxMaxSteps)
	c.seconds("", "timeout", c.flow.Timeout, DefaultTimeout, 1, maxTimeout)
	c.within("", "attempts", c.flow.Attempts, DefaultAttempts, 1, maxAttempts)
	c.share("", "confidence", c.flow.Confidence)
	if p := c.flow.Profile; p != "" && !slices.Contains(twiml.Profiles(), p) {
		c.fault(InvalidValue, "", "profile", "%q is no profile of a carrier: write one of %v", p, twiml.Profiles())
	}
	c.p.numbers = map[string]bool{}
	for i, n := range c.flow.Numbers {
		if !isE164(n) {
			c.fault(InvalidValue, "", fmt.Sprintf("numbers.%d", i), "%q is no telephone number in E.164 form: write it like +15558675310", n)
		}
		c.p.numbers[n] = true
	}
}

// globalTargets resolves what the flow names outside its nodes. It comes after the
// nodes have places and before they are compiled.
func (c *compiler) globalTargets() {
	c.p.exhausted = c.mainNode("exhausted", c.flow.Exhausted)
	c.p.onError = c.mainNode("on_error", c.flow.OnError)
	if c.flow.OnError == "" {
		c.p.onError = c.p.exhausted
	}
	c.declareKeys()
}

// mainNode resolves the name of a node of the main flow, if there is one.
func (c *compiler) mainNode(field, name string) target {
	main := c.p.scopes[0]
	if name == "" {
		return nowhere
	}
	t, ok := main.nodes[name]
	if !ok {
		c.fault(UndefinedTarget, "", field, "%s", noNode(name, main))
		return nowhere
	}
	return t
}

func (c *compiler) compileNode(scope int, n Node) {
	sc := c.p.scopes[scope]
	at, ok := sc.nodes[n.ID]
	if !ok {
		return // there are too many
	}
	nc := &nodeCompiler{compiler: c, scope: sc, index: scope, node: &c.p.nodes[at], onError: n.OnError}
	if isNil(n.Do) {
		nc.fault(InvalidValue, "", "the node does nothing: say what it is")
		return
	}
	nc.node.kind = n.Do.kind()
	nc.node.do = n.Do.compile(nc)
	nc.checkOnError()
	if n.Sensitive {
		nc.hideEntry()
	}
	if nc.node.bytes == 0 {
		for _, np := range nc.node.prompts {
			nc.node.bytes += bytesOf(np.prompt)
		}
	}
}

// needExhausted requires Flow.Exhausted when a call can need it.
func (c *compiler) needExhausted() {
	for i := range c.p.nodes {
		if c.p.nodes[i].asks && c.flow.Exhausted == "" {
			c.fault(MissingExit, "", "exhausted", "the node for callers who do not answer is missing: name a person or a voicemail, or a node that says goodbye")
			return
		}
	}
}

func (c *compiler) lostPrompt() {
	nc := &nodeCompiler{compiler: c, scope: c.p.scopes[0], node: &node{}}
	c.p.lost = nc.optionalPrompt("lost", c.flow.Lost)
}

func (c *compiler) checkRecursion() {
	const busy, done = 1, 2
	seen := map[int]int{}
	var visit func(i int)
	visit = func(i int) {
		seen[i] = busy
		for _, callee := range c.calls[i] {
			switch seen[callee] {
			case 0:
				visit(callee)
			case busy:
				c.fault(Recursion, "", fmt.Sprintf("subflows.%d", callee-1), "the subflow %s calls itself: loop with a goto inside of it", c.p.scopes[callee].name)
			}
		}
		seen[i] = done
	}
	for i := range c.p.scopes {
		if seen[i] == 0 {
			visit(i)
		}
	}
}

// valueFlow says that a variable gets a value that is computed from others.
type valueFlow struct {
	to   *variable
	from []*variable
}

// sink is a place that secrets must not get to.
type sink struct {
	node, field string
	v           *variable
	what        string
}

// checkSecrets spreads taint along assignments until nothing changes, and then
// looks at what flows out.
func (c *compiler) checkSecrets() {
	for changed := true; changed; {
		changed = false
		for _, f := range c.flows {
			if !f.to.tainted && slices.ContainsFunc(f.from, func(v *variable) bool { return v.tainted }) {
				f.to.tainted, changed = true, true
			}
		}
	}
	for _, s := range c.sinks {
		if !s.v.tainted {
			continue
		}
		origin := "is computed from a secret"
		switch {
		case s.v.Secret:
			origin = "is secret"
		case s.v.entered:
			origin = "is entered at a sensitive node"
		}
		c.fault(SecretLeak, s.node, s.field, "%s %s and must not %s", s.v.Name, origin, s.what)
	}
}
