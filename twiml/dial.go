package twiml

// Dial connects the caller to somebody else: one Number as text, or up to ten
// nouns, all at once or one after another. With an Action the rest of the
// document is never reached; without one the next verb follows when the other
// side has hung up.
//
// Source: twilio.com/docs/voice/twiml/dial.
type Dial struct {
	// Action is requested with DialCallStatus, DialCallSid, DialCallDuration,
	// DialBridged and RecordingUrl when the dialled call has ended. Default none.
	Action string
	// Method of the action. Default POST. Warning 13210.
	Method Method
	// Timeout is how many seconds it rings, from 5 to 600. Default 30; the carrier
	// adds about 5. Warning 13212.
	Timeout int
	// TimeLimit is how many seconds they may talk, from 1 to 86400. Default 14400.
	// Warning 13216.
	TimeLimit int
	// HangupOnStar lets the caller end the dialled call with "*". Default False.
	// Warning 13213.
	HangupOnStar Bool
	// CallerID is the number shown: the caller's by default, otherwise one that the
	// account owns or has verified. Warning 13214.
	CallerID string
	// Record is default DoNotRecord. Warning 13217.
	Record DialRecord
	// RecordingTrack is what is recorded: "both", the default, "inbound" or "outbound".
	RecordingTrack string
	// Trim cuts silence at both ends of the recording. Default DoNotTrim.
	Trim Trim
	// RecordingCallback is written as recordingStatusCallback and its two companions.
	RecordingCallback RecordingCallback
	// RecordingConfigurationID is known from the carrier's libraries only.
	RecordingConfigurationID string
	// AnswerOnBridge lets the caller hear ringing, unanswered and unbilled, until the
	// other side answers. Default False; only as the first verb. Warning 13219.
	AnswerOnBridge Bool
	// RingTone is the country whose ringing is heard, such as "uk". Default is by the
	// number dialled. Warning 13220.
	RingTone string
	// Sequential rings the nouns one after another. Default False. Warning 13218.
	Sequential Bool
	// ReferURL is requested when the other side, on SIP, transfers the caller.
	ReferURL string
	// ReferMethod is POST by default.
	ReferMethod Method
	// Events has one value, "call-progress-event", and is known from the carrier's
	// libraries only.
	Events string
	// Passports is known from two of the carrier's libraries only.
	Passports string
	// CallReason is shown to the other side: at most 50 characters, a private beta.
	CallReason string
	// Number in E.164 form, such as "+15558675310", when there are no Nouns. Warning
	// 13223.
	Number string
	// Nouns are whom to ring, at most ten. A Conference does not go with a Number
	// (13000); what is no noun is warning 13215.
	Nouns []Noun
}

// DialRecord says from when, and on how many channels, a dialled call is recorded.
type DialRecord string

// The values of Dial's Record. The carrier takes "true" for RecordFromAnswer and
// "false" for DoNotRecord.
const (
	DoNotRecord           DialRecord = "do-not-record"
	RecordFromAnswer      DialRecord = "record-from-answer"
	RecordFromRinging     DialRecord = "record-from-ringing"
	RecordFromAnswerDual  DialRecord = "record-from-answer-dual"
	RecordFromRingingDual DialRecord = "record-from-ringing-dual"
)

// Noun is whom or what a Dial connects to.
type Noun interface {
	element
	noun()
}

func newNoun(name string) Noun {
	switch name {
	case "Number":
		return new(Number)
	case "Client":
		return new(Client)
	case "Conference":
		return new(Conference)
	case "Queue":
		return new(Queue)
	case "Sip":
		return new(Sip)
	case "Sim":
		return new(Sim)
	case "Application":
		return new(Application)
	case "WhatsApp":
		return new(WhatsApp)
	}
	return nil
}

func (*Dial) tag() string { return "Dial" }
func (*Dial) verb()       {}

func (d *Dial) code(c *codec) {
	c.str("action", &d.Action)
	enum(c, "method", &d.Method)
	c.num("timeout", &d.Timeout)
	c.num("timeLimit", &d.TimeLimit)
	enum(c, "hangupOnStar", &d.HangupOnStar)
	c.str("callerId", &d.CallerID)
	enum(c, "record", &d.Record)
	c.str("recordingTrack", &d.RecordingTrack)
	enum(c, "trim", &d.Trim)
	d.RecordingCallback.code(c)
	c.str("recordingConfigurationId", &d.RecordingConfigurationID)
	enum(c, "answerOnBridge", &d.AnswerOnBridge)
	c.str("ringTone", &d.RingTone)
	enum(c, "sequential", &d.Sequential)
	c.str("referUrl", &d.ReferURL)
	enum(c, "referMethod", &d.ReferMethod)
	c.str("events", &d.Events)
	c.str("passports", &d.Passports)
	c.str("callReason", &d.CallReason)
	c.body(&d.Number)
	children(c, &d.Nouns, newNoun)
}
