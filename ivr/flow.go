package ivr

import (
	"fmt"

	"github.com/callgate/callgate/ivr/expr"
	"github.com/callgate/callgate/twiml"
)

// Limits and defaults of a flow.
const (
	// DefaultTimeout is how many seconds the caller has to begin an answer; the
	// carrier's own default.
	DefaultTimeout = 5
	// DefaultAttempts is how often a node hears silence, or hears what it does not
	// understand, before it gives up.
	DefaultAttempts = 3
	// DefaultMaxSteps bounds the documents of one call. A caller who keeps pressing
	// keys can walk in circles for ever; at this number the call goes to Exhausted.
	DefaultMaxSteps = 100
	// DefaultMaxText is the size of a text variable in bytes.
	DefaultMaxText = 80
)

// Flow is a telephone line as data: what the caller hears, may answer, and where
// that leads. Compile turns it into a Program, Check says what is wrong with it.
//
// Names of nodes, variables, subflows, schedules and languages are chosen by the
// author: a lower-case letter, then lower-case letters, digits, "_" and "-" (in
// names of variables no "-").
type Flow struct {
	// Name is for people and logs.
	Name string
	// Start is the node at which a call begins.
	Start string
	// Nodes are the steps of the line, in any order.
	Nodes []Node
	// Subflows are parts that a Call enters and that return.
	Subflows []Subflow
	// Vars are the variables. One that is not declared here cannot be used.
	Vars []Var
	// Languages are those in which every prompt exists; the first is spoken until the
	// caller chooses another. None stands for one: {Name: "en", Locale: "en-US"}.
	Languages []Language
	// Schedules are the opening hours that Hours nodes ask about.
	Schedules []Schedule
	// Keys work in every menu and entry, unless the node has the key itself.
	Keys []GlobalKey
	// Exhausted is the node for callers who did not answer, or not understandably,
	// as often as they were asked: a person or a voicemail, never a silent hang-up.
	// Required when a node waits for the caller.
	Exhausted string
	// OnError is the node for failures that a node has no exit for, and no OnError of its
	// own. Default Exhausted.
	OnError string
	// Lost is said before the line starts over because the place in it was lost:
	// the state in the URL was too old or unreadable. Default is nothing.
	Lost Prompt
	// Timeout is the default of every question's, in seconds. Default DefaultTimeout.
	Timeout int
	// Attempts is the default of every question's. Default DefaultAttempts.
	Attempts int
	// Confidence is the default of every question's. Default 0.
	Confidence float64
	// MaxSteps bounds the documents of one call. Default DefaultMaxSteps.
	MaxSteps int
	// Numbers are the telephone numbers that lead to this line, so that it does not
	// dial itself.
	Numbers []string
	// Profile is the carrier whose verbs the documents must keep to. Default
	// twiml.Twilio.
	Profile twiml.Profile
	// Locate finds the place of a part of the flow in its source, for findings. Node
	// is the qualified name of a node and may be empty, field the path of a part of it
	// such as "options.2.to", may be empty too. Nil when there is no source.
	Locate func(node, field string) Pos
}

// Pos is a place in the source of a flow. The zero Pos is none.
type Pos struct {
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"` // from 1
	Col  int    `json:"col,omitempty"`  // from 1, in characters
}

// String writes the place as file:line:col, without what is not known.
func (p Pos) String() string {
	switch {
	case p.Line == 0:
		return p.File
	case p.Col == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col)
}

// Node is one step of a flow: a name and what it does.
//
// Its name stays the same when the flow changes, for it stands in logs, tests and
// pictures. In findings a node of a subflow is called by both names, "booking/day".
type Node struct {
	ID string
	Do Action
	// Note is for people: it appears in pictures of the flow.
	Note string
	// Tags are words by which visits are counted, such as "gave-up": see Answer.Tags.
	Tags []string
	// Permission is what a call must have been granted to come to the node, a word such
	// as "restricted"; see Event.Granted. Without it the step fails with a
	// *DeniedError. Default: none is needed.
	Permission string
	// OnError is the node for failures that Do has no exit for: that of the lookup of an
	// HTTP, of the booking of a Callback, of the Queue, and of the dialling of a Transfer.
	// It goes before Transfer.Otherwise and before the flow's OnError, which is the default.
	// Other actions do not fail and cannot have it.
	OnError string
	// Sensitive says that what the caller types or says here is for nobody's eyes, at a
	// Menu, Collect or ChooseLanguage, or a Custom that asks. The variables that it goes
	// into are secret, and Answer.Sensitive tells whoever shows calls.
	Sensitive bool
}

// Action is what a node does: *Say, *Menu, *Collect, *Hours, *ChooseLanguage,
// *Transfer, *Queue, *Voicemail, *Callback, *HTTP, *Branch, *Set, *Call, *Goto,
// *Hangup, *Reject, or *Custom for one that is written in Go.
//
// Fields named To and those of exits hold the names of nodes of the same flow or
// subflow, or Return.
type Action interface {
	kind() Kind
	compile(c *nodeCompiler) stepper
}

// Return as a target ends a subflow: the call goes on after the Call node.
const Return = "return"

// Kind is the word for what a node does, in flow files, pictures and logs.
type Kind string

// The kinds of node.
const (
	KindSay       Kind = "say"
	KindMenu      Kind = "menu"
	KindCollect   Kind = "collect"
	KindHours     Kind = "hours"
	KindLanguage  Kind = "language"
	KindTransfer  Kind = "transfer"
	KindQueue     Kind = "queue"
	KindVoicemail Kind = "voicemail"
	KindCallback  Kind = "callback"
	KindHTTP      Kind = "http"
	KindBranch    Kind = "branch"
	KindSet       Kind = "set"
	KindCall      Kind = "call"
	KindGoto      Kind = "goto"
	KindHangup    Kind = "hangup"
	KindReject    Kind = "reject"
	KindCustom    Kind = "custom"
)

// Subflow is a part of a line with variables of its own. A Call hands values in
// and takes results out. It may call other subflows, but not itself.
type Subflow struct {
	Name  string
	Start string
	Nodes []Node
	// Vars are seen by this subflow only.
	Vars []Var
	// Inputs are the variables that a Call must give values to.
	Inputs []string
	// Outputs are the variables that a Call may take.
	Outputs []string
}

// Var declares a variable.
type Var struct {
	Name string
	Type expr.Type
	// Default is its value at the start of the call or subflow, of the same type.
	// The zero Value leaves it unset: a node that reads it must come after one that
	// sets it.
	Default expr.Value
	// Max is the size of a text in bytes. Longer ones are not taken. Default
	// DefaultMaxText. It counts for the size of the state in URLs.
	Max int
	// Secret keeps the value, and what is computed from it, out of speech, URLs,
	// requests and bookings. Flow findings say where it would leak.
	Secret bool
}

// Language is a language that the line speaks.
type Language struct {
	// Name is that of prompts and of ChooseLanguage: "en".
	Name string
	// Locale is what the carrier calls it, for speech and recognition: "en-US".
	Locale string
	// Voice is a voice of the carrier, such as "Polly.Joanna-Neural". Default is the
	// carrier's for the locale.
	Voice string
}

// GlobalKey is a key that works everywhere, or a word that does.
type GlobalKey struct {
	// Key is one of 0-9, * and #. Empty: the command can only be said.
	Key string
	// Words are what the caller may say instead, by language. With any, every Menu and
	// ChooseLanguage listens to speech. Entries by digits do not: a noise would end them.
	Words map[string][]string
	// Label names the command in pictures and logs. Default is "key " and the key, or
	// the command.
	Label string
	Do    Command
	// To is the node that Operator goes to.
	To string
}

// Command is what a global key does.
type Command string

// The commands.
const (
	Operator Command = "operator" // goes to the node To
	Repeat   Command = "repeat"   // asks the question again
	Back     Command = "back"     // asks the question before
)

// Ask is how a node asks the caller: the prompt, and what happens when the caller
// is silent or not understood. The two are counted apart, and from zero at each
// visit.
type Ask struct {
	// Prompt is heard first.
	Prompt Prompt
	// Again is heard in place of Prompt from the second time on. Default Prompt.
	Again Prompt
	// NoInput goes before Again after silence: the first one the first time, and
	// so on; the last repeats.
	NoInput []Prompt
	// NoMatch goes before Again after an answer that was not understood.
	NoMatch []Prompt
	// Timeout is how many seconds the caller has to begin an answer. Default
	// that of the flow.
	Timeout int
	// Attempts is how often silence, and how often a wrong answer, is heard before
	// the node gives up. Default that of the flow.
	Attempts int
	// Confidence is how sure the carrier must be of what it heard, from 0 to 1: less
	// counts as not understood. A carrier that does not say how sure it is, or says 0,
	// which recognisers write for "unknown", is believed. Default that of the flow.
	Confidence float64
	// OnNoInput is the node after the last silence. Default Exhausted.
	OnNoInput string
	// OnNoMatch is the node after the last wrong answer. Default Exhausted.
	OnNoMatch string
	// Exhausted is the node when attempts are used up. Default that of the flow.
	Exhausted string
}

func (*Say) kind() Kind            { return KindSay }
func (*Menu) kind() Kind           { return KindMenu }
func (*Collect) kind() Kind        { return KindCollect }
func (*Hours) kind() Kind          { return KindHours }
func (*ChooseLanguage) kind() Kind { return KindLanguage }
func (*Transfer) kind() Kind       { return KindTransfer }
func (*Queue) kind() Kind          { return KindQueue }
func (*Voicemail) kind() Kind      { return KindVoicemail }
func (*Callback) kind() Kind       { return KindCallback }
func (*HTTP) kind() Kind           { return KindHTTP }
func (*Branch) kind() Kind         { return KindBranch }
func (*Set) kind() Kind            { return KindSet }
func (*Call) kind() Kind           { return KindCall }
func (*Goto) kind() Kind           { return KindGoto }
func (*Hangup) kind() Kind         { return KindHangup }
func (*Reject) kind() Kind         { return KindReject }
func (*Custom) kind() Kind         { return KindCustom }
