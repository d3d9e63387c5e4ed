package ivr

import (
	"github.com/callgate/callgate/ivr/expr"
	"github.com/callgate/callgate/twiml"
)

// Say speaks, or plays a file, and goes on.
type Say struct {
	Prompt Prompt
	To     string
}

// Menu lets the caller choose by key or by word.
//
// When an option has Words the carrier is asked to recognise speech. What it heard
// is compared without regard to case, punctuation and number words: "Yes." is
// "yes", "two" is "2" and so the key 2. A longer sentence chooses the option whose
// word it contains, if that is one.
type Menu struct {
	Ask     Ask
	Options []Option
	// RepeatKey asks the question again, BackKey the one before: as a GlobalKey does, at
	// this menu. Default: none.
	RepeatKey, BackKey string
}

// Option is one choice of a menu.
type Option struct {
	// Key is what the caller presses: 0-9, *, #, or several digits.
	Key string
	// Words are what the caller may say, by language.
	Words map[string][]string
	// To is the node that the choice leads to.
	To string
	// Label names the choice in pictures and logs. Default is Key.
	Label string
}

// Collect asks for an entry by key, or by voice, checks it and keeps it in a
// variable. Exactly one of Digits and Speech is given.
//
// There is no check digit of payment cards here: a card number must not pass
// through a program at all. Use the carrier's <Pay> from a Go handler.
type Collect struct {
	Ask    Ask
	Digits *Digits
	Speech *Speech
	// Into is the variable: a text, or by Digits a number, or with Date a date.
	Into string
	// Invalid goes before the question after an entry of the right form that breaks
	// a rule, as NoMatch does after one that has not the form. They count together.
	Invalid []Prompt
	// Confirm asks whether the entry is right. Nil takes it as it is.
	Confirm *Confirm
	// To is the node after a valid entry.
	To string
	// OnInvalid is the node when the last attempt was of the right form and broke a
	// rule. Default Ask.OnNoMatch.
	OnInvalid string
}

// Digits says which keys make an entry, and which entries are valid.
type Digits struct {
	// Min and Max bound the number of digits, from 1 to 30. Max is required, Min is
	// 1 by default.
	Min, Max int
	// Finish is the key that ends an entry shorter than Max: "#", the default, or "*".
	Finish string
	// Pattern is a regular expression (RE2) that the whole entry must match.
	Pattern string
	// Range bounds the entry as a number.
	Range *Range
	// Date takes the entry as a date.
	Date *DateRule
	// Luhn asks for the check digit of payment cards. It is refused, and here so
	// that a flow file that has it is told to use <Pay>.
	Luhn bool
}

// Range is From <= entry <= To.
type Range struct{ From, To int }

// DateRule takes digits as a date.
type DateRule struct {
	// Layout is the order in which the digits are pressed, made of DD, MM, YY or
	// YYYY: "DDMMYYYY", "MMDD". Without a year it is the next such day from today on.
	// A year of two digits is the one nearest to today that is not later than ten
	// years from now.
	Layout string
	// Zone is where "today" is, an IANA name such as "Europe/Paris". Default UTC.
	Zone string
	// From and To bound the date in days from today: {From: 0, To: 60} is a date
	// within the next two months. Nil is no bound.
	From, To *int
}

// Speech takes what the caller says as a text.
type Speech struct {
	// Hints are words to expect, by language.
	Hints map[string][]string
	// Pattern is a regular expression (RE2) that the whole text must match, in lower
	// case and without punctuation.
	Pattern string
}

// Confirm asks whether an entry is right.
type Confirm struct {
	// Prompt should repeat the entry, as in "You entered {code|digits}. Press 1 if
	// that is right, 2 to try again."
	Prompt Prompt
	// Yes and No are the keys. Default "1" and "2".
	Yes, No string
	// Below asks only after speech of which the carrier is less sure than this, from 0
	// to 1, or does not say how sure it is. Default: always.
	Below float64
}

// Hours goes one way or another by a schedule.
type Hours struct {
	Schedule string
	Open     string
	Closed   string
	// Holiday is the node on holidays. Default Closed.
	Holiday string
	// Holidays are nodes for single holidays, by their names.
	Holidays map[string]string
}

// ChooseLanguage lets the caller choose a language, each offered in itself.
type ChooseLanguage struct {
	// Ask.Prompt is said once in each offered language, in their order.
	Ask    Ask
	Offers []Offer
	// Default is the language of callers who do not choose. Default the flow's first.
	// They are not exhausted by this question.
	Default string
	// To is the node after the choice.
	To string
	// Remember keeps the choice for the caller's next calls, if they show their
	// number: the answer carries an effect *Remember, and a caller whose language
	// the event names is not asked.
	Remember bool
}

// Offer is one language in ChooseLanguage.
type Offer struct {
	Language string
	Key      string
	// Words are what the caller may say, in that language.
	Words []string
	// To is the node after this choice. Default ChooseLanguage.To.
	To string
}

// Transfer connects the caller to somebody else.
type Transfer struct {
	Targets []Target
	// Strategy is Sequential (the default), Shuffled or All.
	Strategy Strategy
	// Timeout is how many seconds each target rings: 5 to 120, the range that all
	// carriers have. Default 20.
	Timeout int
	// CallerID is the number shown to the target, one that the account owns. Default
	// the caller's own. It may hold variables.
	CallerID string
	// Whisper is said to the person who answers, before the two are connected.
	Whisper Prompt
	// Accept is the key that this person must press to take the call. It keeps a
	// mailbox from taking it. Empty connects without a question.
	Accept string
	// Record records the conversation.
	Record twiml.DialRecord
	// Answered is the node after the conversation, for the caller who stayed on the
	// line. Default: the call ends.
	Answered string
	// The nodes when nobody took the call, by the outcome of the last target:
	// engaged, no answer, not reachable, or answered and not accepted.
	Busy, NoAnswer, Failed, Declined string
	// Otherwise is the node for those of the four that are not given. Required unless
	// all are.
	Otherwise string
}

// Strategy is in which order targets ring.
type Strategy string

// The strategies.
const (
	// Sequential rings one after another until somebody takes the call.
	Sequential Strategy = "sequential"
	// Shuffled is Sequential in an order that differs from call to call, so that the
	// first in the list is not always the first to be woken.
	Shuffled Strategy = "shuffled"
	// All rings all at once; the first to answer gets the call.
	All Strategy = "all"
)

// Target is whom to ring: exactly one field is given. Each may hold variables, and
// a target that comes out empty is passed over.
type Target struct {
	Number string // in E.164 form, "+15558675310"
	SIP    string // "sip:reception@example.org"
	Client string // an identity of the carrier's Voice SDK
}

// Queue lets the caller wait for the next free person, who takes the call with a
// Dial of this queue.
type Queue struct {
	// Name of the queue. Without variables: the name is visible to the carrier.
	Name string
	// Announce is said again and again while waiting. It may use queue.position,
	// queue.size and queue.wait (the average in whole minutes).
	Announce Prompt
	// Music is played after it. Its length is also how often MaxWait is looked at.
	Music Prompt
	// MaxWait is how many seconds the caller waits at most. 0 is no limit.
	MaxWait int
	// LeaveKey is the key by which the caller stops waiting, for Left.
	LeaveKey string
	// Bridged is the node after the conversation. Default: the call ends.
	Bridged string
	// Timeout is the node after MaxWait. Required with it.
	Timeout string
	// Left is the node after LeaveKey. Required with it.
	Left string
	// Full is the node when the queue is full. Default Error.
	Full string
	// Error is the node when queueing failed. Default OnError of the node, or of the flow.
	Error string
}

// Voicemail records a message.
type Voicemail struct {
	// Greeting is said before the beep.
	Greeting Prompt
	// Mailbox says whose it is, for whoever delivers it.
	Mailbox string
	// Notify says who is told of it, for whoever delivers it: an address, a team. It may
	// hold variables.
	Notify string
	// Min is how many seconds a message has at least; shorter ones go to Empty.
	// Default 1.
	Min int
	// Max is how many seconds it has at most, from 2 to 3600. Default 180.
	Max int
	// Silence is how many seconds of silence end it. Default 5.
	Silence int
	// Finish are the keys of which each ends it. Default "#".
	Finish string
	// Recorded is the node after a message. A caller who hangs up leaves one too.
	Recorded string
	// Empty is the node when nothing was said. Default Recorded.
	Empty string
}

// Callback books a call to the caller: it proposes the number that they call from,
// or asks for one when that is withheld or the caller wants another, and has it
// confirmed. Prompts may use callback.number.
type Callback struct {
	// Ask asks for the number, digits and then "#".
	Ask Ask
	// Confirm should repeat the number, as in "We call you at {callback.number|digits}.
	// Press 1 if that is right, 2 for another number, 3 if you want no call."
	Confirm Prompt
	// Yes, Other and No are the keys of Confirm. Default "1", "2" and "3".
	Yes, Other, No string
	// Country is the country code of numbers that are entered without one, "44";
	// Trunk the digits that precede them within the country and are dropped, "0".
	// Required is Country.
	Country, Trunk string
	// Slots asks when to call. Nil: the booking says nothing of it.
	Slots *Slots
	// List names who calls back, for whoever does it.
	List string
	// Note goes along with the booking. It may hold variables.
	Note string
	// Booked is the node after the booking.
	Booked string
	// Declined is the node for callers who want none.
	Declined string
	// Invalid is the node for callers who did not answer, or not understandably, as often
	// as they were asked. Default Ask.Exhausted.
	Invalid string
	// Error is the node when the booking failed. Default OnError of the node, or of the flow.
	Error string
}

// Slots asks for one of some times for a call back, after the number.
type Slots struct {
	// Prompt is the question, as in "When shall we call? For the morning, press 1. For
	// the afternoon, press 2."
	Prompt Prompt
	// Choices are the times.
	Choices []Slot
}

// Slot is one time for a call back.
type Slot struct {
	Key string
	// Value goes along with the booking, "morning". It may hold variables, for times
	// that were looked up; one that comes out empty cannot be chosen.
	Value string
}

// Branch goes the way of the first case that is true.
type Branch struct {
	Cases []Case
	// Else is the node when none is. Required.
	Else string
}

// Case is one way of a branch.
type Case struct {
	When expr.Expr // a bool
	To   string
	// Label names the case in pictures. Default is the condition.
	Label string
}

// Set gives values to variables, in order.
type Set struct {
	Assign []Assign
	To     string
}

// Assign gives a value to a variable.
type Assign struct {
	Var   string
	Value expr.Expr
}

// Call runs a subflow and goes on.
type Call struct {
	Subflow string
	// In gives its inputs.
	In map[string]expr.Expr
	// Out names the variable that each of its outputs goes to.
	Out map[string]string
	To  string
}

// Goto goes on elsewhere, as often as Max allows. It is how a flow loops: a circle
// that asks the caller nothing must go through a Goto with Max.
type Goto struct {
	To string
	// Max is how often in a call. 0 is no limit.
	Max int
	// Otherwise is the node after that. Required with Max.
	Otherwise string
}

// Hangup ends the call.
type Hangup struct{ Prompt Prompt }

// Reject refuses the call without answering it. That works only before anything
// was said.
type Reject struct{ Reason twiml.RejectReason }
