package carrier

import (
	"time"

	"github.com/callgate/callgate"
)

// Effect is what a step of the interpreter asks of the world, or tells it.
// Request, Fetch and Socket want an event in return; LegStarted, Queued,
// Conferenced, Paying, Session and Referred may get one; the others only tell.
type Effect interface{ effect() }

// Purpose says what a request is for.
type Purpose string

// The purposes of requests.
const (
	ForVoice         Purpose = "voice"         // the number's voice URL
	ForFallback      Purpose = "fallback"      // the number's fallback URL, after a fatal error
	ForAction        Purpose = "action"        // the action of a verb
	ForRedirect      Purpose = "redirect"      // a Redirect
	ForWait          Purpose = "wait"          // what is heard in a queue or before a conference
	ForWhisper       Purpose = "whisper"       // the document that a called party hears before the bridge
	ForRefer         Purpose = "refer"         // the referUrl of a Dial
	ForStatus        Purpose = "status"        // callback: progress of a call
	ForRecording     Purpose = "recording"     // callback: state of a recording
	ForTranscription Purpose = "transcription" // callback: text of a recording or call
	ForPartial       Purpose = "partial"       // callback: speech while it is being recognised
	ForConference    Purpose = "conference"    // callback: what happens in a conference
	ForStream        Purpose = "stream"        // callback: state of a media stream
	ForMachine       Purpose = "amd"           // callback: whether a machine answered
	ForPay           Purpose = "pay"           // callback: what a Pay asks for
)

// purposes are all of them.
var purposes = []Purpose{ForVoice, ForFallback, ForAction, ForRedirect, ForWait, ForWhisper, ForRefer, ForStatus, ForRecording,
	ForTranscription, ForPartial, ForConference, ForStream, ForMachine, ForPay}

// Request is a webhook to be made. Its answer comes back as an Answered event.
type Request struct {
	ID  int
	For Purpose
	// Leg is whose document or progress it is: 0 is the caller.
	Leg int
	// Verb is the verb, or the noun, that asks for it; empty for the voice URL.
	Verb string
	// Method is GET or POST.
	Method string
	// URL is absolute and may have a fragment of connection overrides, which is not sent.
	URL string
	// Params are sorted by name.
	Params callgate.Params
	// Callback says that the answer is looked at but not run.
	Callback bool
}

// Fetch asks for a media file, to learn how long it plays. A Fetched event answers.
type Fetch struct {
	ID  int
	URL string
}

// Socket asks for a WebSocket handshake. A SocketOpened event answers.
type Socket struct {
	ID   int
	URL  string
	Noun string // Stream or ConversationRelay
}

// Sound is a kind of thing that is heard.
type Sound string

// What can be heard.
const (
	SoundSay     Sound = "say"     // text, by a Say or by the carrier itself
	SoundPlay    Sound = "play"    // a media file
	SoundTones   Sound = "tones"   // keys that the carrier presses
	SoundPause   Sound = "pause"   // silence that a document asked for
	SoundBeep    Sound = "beep"    // the beep before a recording, or of a conference
	SoundRinging Sound = "ringing" // a dialled party's telephone rings
	SoundMusic   Sound = "music"   // the carrier's own hold music
	SoundBusy    Sound = "busy"    // busy tone
	SoundRefused Sound = "refused" // the tone of a number that is not in service
)

// Heard says what a party begins to hear.
type Heard struct {
	Leg   int
	Sound Sound
	// Text is what is spoken, or the keys of SoundTones.
	Text            string
	Voice, Language string
	// URL is the file that is played.
	URL string
	// Loop is how many times it is repeated within Lasts.
	Loop int
	// Lasts is for how long it is heard if nothing cuts it; 0 means until something does.
	Lasts time.Duration
}

// Cut says that what a party hears stops before its end.
type Cut struct{ Leg int }

// Listening says what the line can take from a party from now on. None of
// Keys, Speech and Voice says that it has stopped listening.
type Listening struct {
	Leg  int
	Verb string // Gather, Record, Dial or Pay
	// Keys: telephone keys are taken. Speech: words are recognised. Voice: it is recorded.
	Keys, Speech, Voice bool
	// NumDigits and FinishOnKey are those of the verb; 0 and "" for none.
	NumDigits   int
	FinishOnKey string
	// Quiet says that the prompts are over: the line waits, and a timeout runs.
	Quiet bool
	// InQueue says that the caller waits in a queue meanwhile, where silence is what
	// is expected.
	InQueue bool
	// WorldActs says that the caller need do nothing, because the world will: as in a Pay
	// into which nobody types.
	WorldActs bool
}

// LegStarted says that the carrier dials somebody. A CalleeDoes event says
// what they do; without one it rings until the timeout.
type LegStarted struct {
	Leg       int
	Sid       string
	Noun      string // Number, Client, Sip, Sim, WhatsApp, Application or Queue
	From, To  string
	RingLimit time.Duration
}

// LegStatus is the CallStatus of a call or of one that was dialled from it.
type LegStatus struct {
	Leg    int
	Status string
}

// Bridged says that the caller talks to the party of a leg; Leg 0 stands for
// a party that is no leg of this call, such as whoever took it from a queue.
type Bridged struct {
	Leg  int
	Name string
}

// Unbridged says that the conversation is over.
type Unbridged struct {
	Leg   int
	Talk  time.Duration
	Cause string // "callee", "caller", "star", "limit" or "refer"
}

// Queued says that the caller waits in a queue. A QueueDoes event says what
// becomes of it; without one the wait lasts until the caller leaves.
type Queued struct {
	Name, Sid string
}

// Conferenced says that the caller enters a conference. ConferenceDoes events
// say who else comes and when it ends.
type Conferenced struct {
	Name, Sid string
}

// Paying says that a Pay asks the caller for a card or an account. A PayDoes event says
// what the payment service does. Until the caller types something it also says that the
// caller has paid, after Payment.Takes.
type Paying struct {
	Connector        string
	Amount, Currency string // the amount is empty for a token
}

// Session says that a Connect has handed the call to a machine. A SessionEnds
// event says when it comes back.
type Session struct {
	Noun string
	Sid  string
}

// Referred says that the carrier sends the SIP caller to another address. A
// ReferDoes event says how that went.
type Referred struct{ To string }

// Sent says that an Sms verb sent a message.
type Sent struct{ From, To, Text string }

// Ended says that the call is over. Callbacks may still follow.
type Ended struct{ End }

// End is how a call ended.
type End struct {
	Reason EndReason `json:"reason"`
	// Status is the call's final CallStatus.
	Status string `json:"status"`
	// Lasted is from the first request to the end, Talked from the answer to the end.
	Lasted time.Duration `json:"lasted"`
	Talked time.Duration `json:"talked"`
}

// EndReason says why a call ended.
type EndReason string

// The ends of a call.
const (
	EndHangup       EndReason = "hangup"          // a Hangup
	EndDocument     EndReason = "end-of-document" // no verb was left
	EndTransfer     EndReason = "transfer"        // the conversation that the line connected the caller to was over
	EndCallerHangup EndReason = "caller-hangup"   // the caller hung up
	EndRejected     EndReason = "rejected"        // a Reject, which is not answered
	EndApology      EndReason = "apology"         // the caller heard the carrier's stock apology
	EndSpoken       EndReason = "text"            // an answer that was no document was read out or played
	EndTimeLimit    EndReason = "time-limit"      // the longest time that a call may last
	EndRunaway      EndReason = "runaway"         // too many documents without anything from the caller
)

func (Request) effect()     {}
func (Fetch) effect()       {}
func (Socket) effect()      {}
func (Heard) effect()       {}
func (Cut) effect()         {}
func (Listening) effect()   {}
func (LegStarted) effect()  {}
func (LegStatus) effect()   {}
func (Bridged) effect()     {}
func (Unbridged) effect()   {}
func (Queued) effect()      {}
func (Conferenced) effect() {}
func (Paying) effect()      {}
func (Session) effect()     {}
func (Referred) effect()    {}
func (Sent) effect()        {}
func (Problem) effect()     {}
func (Ended) effect()       {}
