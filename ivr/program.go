package ivr

import (
	"slices"

	"github.com/callgate/callgate/ivr/expr"
)

// Program is a flow that is ready to run: names are resolved, prompts and tables
// of keys are made, so that the cost of a step does not depend on the size of the
// flow. It is immutable and may be used by many goroutines.
type Program struct {
	name      string
	version   Version
	nodes     []node
	scopes    []*scope    // the main flow first
	vars      []*variable // by slot; those without a name belong to nodes
	languages []language
	exhausted target // nowhere when no node waits for the caller
	onError   target
	lost      *prompt
	commands  []globalKey    // the keys and words that work everywhere
	keys      map[string]int // commands by key
	said      []phrases      // their words, by language; nil when there are none
	maxSteps  int
	numbers   map[string]bool
	own       SiteNeeds
	callback  int // the slot of callback.number, -1 when no node needs it
	caller    int // the slot of the caller's number for whispers, -1 likewise
	flow      *Flow
}

// SiteNeeds says what a program needs of its Site.
type SiteNeeds struct {
	// Media: some prompt is a sound file with a relative URL.
	Media bool
}

// node is a compiled Node.
type node struct {
	name       string // qualified
	kind       Kind
	scope      int
	note       string
	permission string // needed to come here; empty for most
	do         stepper
	exits      []exit
	reads      []use         // for the checker
	prompts    []namedPrompt // for the checker
	asks       bool          // it waits for the caller to answer
	sensitive  bool          // the answer is for nobody's eyes
	tags       []string
	shadows    []string // global keys and words that mean something else here
	bytes      int      // of the speech in its largest document
}

// stepper is what a node does in a running call.
type stepper interface {
	// enter is called when a call comes to the node.
	enter(r *run) move
	// resume is called with the event that the node waited for.
	resume(r *run) move
}

// target is a node by its place in Program.nodes, or one of the constants.
type target int32

const (
	nowhere  target = -1 // there is no such exit
	toReturn target = -2 // the end of a subflow
	toEnd    target = -3 // the end of the call
)

// exit is a way out of a node.
type exit struct {
	label  string
	to     target
	cause  Cause
	global bool  // by a global key, or by a default of the flow
	quiet  bool  // a caller who says nothing can take it, whatever the cause
	bound  int   // how often it can be taken in a call; 0 is no limit
	sets   []int // the slots that have a value after it
	cost   cost  // for a silent caller who comes to the node and leaves by this exit
}

// by reports whether a call can take the exit for this reason.
func (e *exit) by(c Cause) bool { return e.cause == c || c == BySilence && e.quiet }

// Cause is what makes a call take an exit.
type Cause string

// The causes.
const (
	ByFlow    Cause = "flow"    // the flow alone: a condition, the clock, or nothing
	ByCaller  Cause = "caller"  // the caller answered and was understood
	BySilence Cause = "silence" // the caller said nothing, to the last attempt
	ByWrong   Cause = "wrong"   // the caller was not understood, to the last attempt
	ByOthers  Cause = "others"  // whoever was called, or the queue
	ByFailure Cause = "failure" // something failed
)

// cost is the most that a silent caller goes through.
type cost struct {
	seconds   int
	documents int
	endless   bool // no bound is known: a queue without MaxWait
}

// use is a variable that a node reads.
type use struct {
	slot  int
	field string
	// own is set when the node itself gives the variable its value first.
	own bool
}

// namedPrompt is a prompt with its place in the node.
type namedPrompt struct {
	field string
	*prompt
}

// scope is the main flow or a subflow.
type scope struct {
	name    string // "" for the main flow
	start   target
	nodes   map[string]target
	vars    map[string]*variable
	slots   []int // of its variables, emptied when it returns
	presets []binding
	outputs []string
	inputs  []string
}

// variable is a compiled Var.
type variable struct {
	Var
	slot    int
	tainted bool // secret, entered at a sensitive node, or computed from such
	entered bool // at a sensitive node
}

// enteredHere notes that a sensitive node sets the variable.
func (v *variable) enteredHere() { v.tainted, v.entered = true, true }

// language is a compiled Language.
type language struct{ name, locale, voice string }

// ref is what a name in a text or expression stands for: a slot, or a fact about
// the call.
type ref struct {
	slot int
	fact fact
}

// fact is something that is known about every call, or every call in a queue.
type fact uint8

const (
	noFact fact = iota // the ref is a slot
	factFrom
	factTo
	factSid
	factLanguage
	factQueuePosition
	factQueueSize
	factQueueWait
)

// facts are the names that flows may use without declaring them.
func facts(name string) (fact, expr.Type) {
	switch name {
	case "call.from":
		return factFrom, expr.Text
	case "call.to":
		return factTo, expr.Text
	case "call.sid":
		return factSid, expr.Text
	case "call.language":
		return factLanguage, expr.Text
	case "queue.position":
		return factQueuePosition, expr.Number
	case "queue.size":
		return factQueueSize, expr.Number
	case "queue.wait":
		return factQueueWait, expr.Number
	}
	return noFact, 0
}

func (f fact) ofQueue() bool { return f >= factQueuePosition }

// callbackNumber is the name of the number that a Callback node has at hand.
const callbackNumber = "callback.number"

// Name returns the name of the flow.
func (p *Program) Name() string { return p.name }

// Version identifies the program by its content: programs of equal flows have the
// same version on every machine, those of different flows have not.
func (p *Program) Version() Version { return p.version }

// Needs says what the program needs of its Site.
func (p *Program) Needs() SiteNeeds { return p.own }

func (p *Program) languageIndex(name string) (uint8, bool) {
	for i := range p.languages {
		if p.languages[i].name == name {
			return uint8(i), true
		}
	}
	return 0, false
}

// NodeInfo describes a node for pictures and coverage.
type NodeInfo struct {
	// Name is qualified: "booking/day" for the node day of the subflow booking.
	Name    string
	Subflow string // empty for the main flow
	Kind    Kind
	Note    string
	Tags    []string
	// Permission is that of the node, empty for most.
	Permission string
	Pos        Pos
	Asks       bool   // it waits for the caller to answer
	URL        string // that an HTTP node requests, up to its first variable
	Exits      []ExitInfo
}

// ExitInfo describes a way out of a node.
type ExitInfo struct {
	// Label is the word in Transition.Exit.
	Label string
	// To is the qualified name of the next node, Return, or empty where the call ends.
	To    string
	Cause Cause
	// Global: by a global key, or by a default of the flow. Pictures may leave these
	// out.
	Global bool
}

// Outline describes the nodes in the order of the flow, those of subflows last.
func (p *Program) Outline() []NodeInfo {
	infos := make([]NodeInfo, len(p.nodes))
	for i := range p.nodes {
		n := &p.nodes[i]
		infos[i] = NodeInfo{
			Name: n.name, Subflow: p.scopes[n.scope].name, Kind: n.kind, Note: n.note, Tags: n.tags, Permission: n.permission,
			Pos: p.locate(n.name, ""), Asks: n.asks,
		}
		if h, ok := n.do.(*httpStepper); ok {
			infos[i].URL = h.url.start()
		}
		for _, e := range n.exits {
			infos[i].Exits = append(infos[i].Exits, ExitInfo{
				Label: e.label, To: p.targetName(e.to), Cause: e.cause, Global: e.global,
			})
		}
	}
	return infos
}

// Schedules lists the names of the program's schedules; see Event.Overrides.
func (p *Program) Schedules() []string {
	names := make([]string, len(p.flow.Schedules))
	for i := range names {
		names[i] = p.flow.Schedules[i].Name
	}
	return names
}

// Permissions lists what nodes of the program ask for, each once; see Event.Granted.
func (p *Program) Permissions() []string {
	var list []string
	for i := range p.nodes {
		if want := p.nodes[i].permission; want != "" && !slices.Contains(list, want) {
			list = append(list, want)
		}
	}
	return list
}

func (p *Program) targetName(t target) string {
	switch {
	case t == toReturn:
		return Return
	case t < 0 || int(t) >= len(p.nodes):
		return ""
	}
	return p.nodes[t].name
}

func (p *Program) locate(node, field string) Pos {
	if p.flow.Locate == nil {
		return Pos{}
	}
	return p.flow.Locate(node, field)
}
