package ivr

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/callgate/callgate/ivr/expr"
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
	c := &compiler{flow: f, p: &Program{name: f.Name, flow: f, exhausted: nowhere, onError: nowhere}}
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

func (c *compiler) settings() {
	c.p.maxSteps = c.within("", "max_steps", c.flow.MaxSteps, DefaultMaxSteps, 1, maxMaxSteps)
	c.within("", "timeout", c.flow.Timeout, DefaultTimeout, 1, maxTimeout)
	c.within("", "attempts", c.flow.Attempts, DefaultAttempts, 1, maxAttempts)
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

func (c *compiler) declareLanguages() {
	for i, l := range c.flow.Languages {
		field := fmt.Sprintf("languages.%d", i)
		if !isName(l.Name) {
			c.fault(InvalidValue, "", field+".name", "%q is no name of a language: use lower-case letters, digits, - and _", l.Name)
		}
		if _, dup := c.p.languageIndex(l.Name); dup {
			c.fault(DuplicateName, "", field+".name", "there are two languages %q", l.Name)
		}
		if l.Locale == "" {
			c.fault(InvalidValue, "", field+".locale", "the language %q has no locale: write what the carrier calls it, such as en-US", l.Name)
		}
		c.p.languages = append(c.p.languages, language{l.Name, l.Locale, l.Voice})
	}
	if len(c.p.languages) == 0 {
		c.p.languages = []language{{name: "en", locale: "en-US"}}
	}
	if len(c.p.languages) > maxLangs {
		c.fault(InvalidValue, "", "languages", "there are %d languages, at most %d are possible", len(c.p.languages), maxLangs)
	}
}

// allNodes returns the nodes of each scope.
func (c *compiler) allNodes() [][]Node {
	all := [][]Node{c.flow.Nodes}
	for i := range c.flow.Subflows {
		all = append(all, c.flow.Subflows[i].Nodes)
	}
	return all
}

func (c *compiler) declareScopes() {
	c.subflows = map[string]int{}
	c.calls = map[int][]int{}
	c.addScope(&Subflow{Start: c.flow.Start, Nodes: c.flow.Nodes, Vars: c.flow.Vars}, "")
	c.p.callback = c.hiddenSlot(expr.Text, maxE164)
	c.p.caller = c.hiddenSlot(expr.Text, maxFact)
	for i := range c.flow.Subflows {
		s, field := &c.flow.Subflows[i], fmt.Sprintf("subflows.%d", i)
		if !isName(s.Name) {
			c.fault(InvalidValue, "", field+".name", "%q is no name of a subflow: use lower-case letters, digits, - and _", s.Name)
		}
		if _, dup := c.subflows[s.Name]; dup {
			c.fault(DuplicateName, "", field+".name", "there are two subflows %q", s.Name)
		}
		c.subflows[s.Name] = len(c.p.scopes)
		c.addScope(s, field+".")
	}
}

func (c *compiler) addScope(s *Subflow, field string) {
	sc := &scope{
		name: s.Name, nodes: map[string]target{}, vars: map[string]*variable{},
		inputs: s.Inputs, outputs: s.Outputs,
	}
	for i := range s.Vars {
		c.declareVar(sc, &s.Vars[i], fmt.Sprintf("%svars.%d", field, i))
	}
	for _, list := range []struct {
		field string
		names []string
	}{{"inputs", s.Inputs}, {"outputs", s.Outputs}} {
		for i, name := range list.names {
			if sc.vars[name] == nil {
				c.fault(UndefinedName, "", fmt.Sprintf("%s%s.%d", field, list.field, i), "%q is no variable of the subflow %s: declare it there", name, s.Name)
			}
		}
	}
	index := len(c.p.scopes)
	c.p.scopes = append(c.p.scopes, sc)
	for i := range s.Nodes {
		c.declareNode(sc, index, &s.Nodes[i], fmt.Sprintf("%snodes.%d", field, i))
	}
	sc.start = nowhere
	if t, ok := sc.nodes[s.Start]; ok {
		sc.start = t
	} else if s.Start == "" {
		c.fault(MissingExit, "", field+"start", "the start is missing: name the first node")
	} else {
		c.fault(UndefinedTarget, "", field+"start", "%s", noNode(s.Start, sc))
	}
}

func (c *compiler) declareVar(sc *scope, v *Var, field string) {
	fault := func(rule Rule, part, format string, args ...any) { c.fault(rule, "", field+"."+part, format, args...) }
	if !expr.IsName(v.Name) || strings.Contains(v.Name, ".") {
		fault(InvalidValue, "name", "%q is no name of a variable: use lower-case letters, digits and _, and not one of the words and, or, not, in, between, matches, true, false", v.Name)
	}
	if sc.vars[v.Name] != nil {
		fault(DuplicateName, "name", "there are two variables %q", v.Name)
	}
	if v.Type < expr.Text || v.Type > expr.Date {
		fault(InvalidValue, "type", "the variable %q has no type: write text, number, bool or date", v.Name)
	}
	if t := v.Default.Type(); t != 0 && t != v.Type {
		fault(TypeMismatch, "default", "the default of %q is a %v, the variable a %v", v.Name, t, v.Type)
	}
	compiled := &variable{Var: *v, slot: len(c.p.vars), tainted: v.Secret}
	c.p.vars = append(c.p.vars, compiled)
	compiled.Max = c.within("", field+".max", v.Max, DefaultMaxText, 1, maxText)
	if len(v.Default.Text()) > compiled.Max {
		fault(InvalidValue, "default", "the default of %q is longer than its max of %d bytes", v.Name, compiled.Max)
	}
	sc.vars[v.Name] = compiled
	sc.slots = append(sc.slots, compiled.slot)
	if v.Default.Type() != 0 {
		sc.presets = append(sc.presets, binding{compiled.slot, v.Default})
	}
}

// hiddenSlot makes room in the state for a value that no variable names.
func (c *compiler) hiddenSlot(typ expr.Type, max int) int {
	slot := len(c.p.vars)
	c.p.vars = append(c.p.vars, &variable{Var: Var{Type: typ, Max: max}, slot: slot})
	return slot
}

func (c *compiler) declareNode(sc *scope, index int, n *Node, field string) {
	name := qualified(sc, n.ID)
	if !isName(n.ID) || n.ID == Return {
		c.fault(InvalidValue, name, "", "%q is no name of a node: use lower-case letters, digits, - and _, and not the word return", n.ID)
	}
	if _, dup := sc.nodes[n.ID]; dup {
		c.fault(DuplicateName, name, "", "there are two nodes %q", n.ID)
	}
	if n.Permission != "" && !isName(n.Permission) {
		c.fault(InvalidValue, name, "permission", "%q is no name of a permission: use lower-case letters, digits, - and _", n.Permission)
	}
	if len(c.p.nodes) == maxNodes {
		c.fault(FlowTooLarge, "", field, "there are more than %d nodes", maxNodes)
		return
	}
	sc.nodes[n.ID] = target(len(c.p.nodes))
	c.p.nodes = append(c.p.nodes, node{name: name, scope: index, note: n.Note, permission: n.Permission})
}

func qualified(sc *scope, id string) string {
	if sc.name == "" {
		return id
	}
	return sc.name + "/" + id
}

// globalTargets resolves what the flow names outside its nodes. It comes after the
// nodes have places and before they are compiled.
func (c *compiler) globalTargets() {
	main := c.p.scopes[0]
	resolve := func(field, name string) target {
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
	c.p.exhausted = resolve("exhausted", c.flow.Exhausted)
	c.p.onError = resolve("on_error", c.flow.OnError)
	if c.flow.OnError == "" {
		c.p.onError = c.p.exhausted
	}
	c.p.keys = map[string]globalKey{}
	for i, k := range c.flow.Keys {
		field := fmt.Sprintf("keys.%d", i)
		if !isKey(k.Key) {
			c.fault(InvalidValue, "", field+".key", "%q is no key: write one of 0-9, * and #", k.Key)
		}
		if _, dup := c.p.keys[k.Key]; dup {
			c.fault(DuplicateKey, "", field+".key", "the global key %s does two things", k.Key)
		}
		to := resolve(field+".to", k.To)
		switch {
		case k.Do != Operator && k.Do != Repeat && k.Do != Back:
			c.fault(InvalidValue, "", field+".do", "%q is no command: write operator, repeat or back", k.Do)
		case k.Do == Operator && k.To == "":
			c.fault(MissingExit, "", field+".to", "the key %s leads nowhere: name the node of the operator", k.Key)
		case k.Do != Operator && k.To != "":
			c.fault(InvalidValue, "", field+".to", "the key %s leads to no node: only operator does", k.Key)
		}
		c.p.keys[k.Key] = globalKey{k.Do, to}
	}
}

func (c *compiler) compileNode(scope int, n Node) {
	sc := c.p.scopes[scope]
	at, ok := sc.nodes[n.ID]
	if !ok {
		return // there are too many
	}
	nc := &nodeCompiler{compiler: c, scope: sc, index: scope, node: &c.p.nodes[at]}
	if isNil(n.Do) {
		nc.fault(InvalidValue, "", "the node does nothing: say what it is")
		return
	}
	nc.node.kind = n.Do.kind()
	nc.node.do = n.Do.compile(nc)
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
		origin := "is secret"
		if !s.v.Secret {
			origin = "is computed from a secret"
		}
		c.fault(SecretLeak, s.node, s.field, "%s %s and must not %s", s.v.Name, origin, s.what)
	}
}

// noNode says that a name is no node and what was probably meant.
func noNode(name string, sc *scope) string {
	where := "in the flow"
	if sc.name != "" {
		where = "in the subflow " + sc.name
	}
	if near := nearest(name, sc.nodes); near != "" {
		return fmt.Sprintf("there is no node %q %s: did you mean %s?", name, where, near)
	}
	return fmt.Sprintf("there is no node %q %s", name, where)
}

// nearest finds the known name with the fewest different letters, if it is near.
func nearest[V any](name string, known map[string]V) string {
	best, limit := "", 1+len(name)/3
	for k := range known {
		if d := distance(name, k); d < limit || d == limit && (best == "" || k < best) {
			best, limit = k, d
		}
	}
	return best
}

// distance is the number of letters to insert, delete or replace.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// isName reports whether s can be the name of a node, subflow, schedule or language.
func isName(s string) bool {
	for i, r := range s {
		letter := r >= 'a' && r <= 'z'
		if !letter && (i == 0 || r != '_' && r != '-' && (r < '0' || r > '9')) {
			return false
		}
	}
	return s != "" && len(s) <= 64
}

func isKey(s string) bool { return len(s) == 1 && strings.Contains("0123456789*#", s) }

// maxE164 is how long a telephone number is, with its plus.
const maxE164 = 16

func isE164(s string) bool {
	if len(s) < 8 || len(s) > maxE164 || s[0] != '+' || s[1] == '0' {
		return false
	}
	return strings.Trim(s[1:], "0123456789") == ""
}

// sortProblems puts findings in the order of the source, then of the nodes.
func sortFindings(fs []Finding) {
	slices.SortStableFunc(fs, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Pos.File, b.Pos.File), cmp.Compare(a.Pos.Line, b.Pos.Line), cmp.Compare(a.Pos.Col, b.Pos.Col))
	})
}
