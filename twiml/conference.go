package twiml

// Conference is a room that callers meet in.
//
// Source: twilio.com/docs/voice/twiml/conference.
type Conference struct {
	// Muted lets this caller only listen. Default False. Warning 13230.
	Muted Bool
	// Beep says when a beep is heard. Default BeepAlways. Warning 13235.
	Beep Beep
	// StartOnEnter begins the conference with this caller; until somebody does, all
	// hear the wait document. Default True. Warning 13232.
	StartOnEnter Bool
	// EndOnExit ends the conference when this caller leaves. Default False. Error
	// 13231, fatal.
	EndOnExit Bool
	// ParticipantLabel is a name of at most 128 characters, unique in the conference.
	// Error 16023, fatal.
	ParticipantLabel string
	// JitterBufferSize is "large", the default, "medium", "small" or "off".
	JitterBufferSize string
	// WaitURL is a document heard until the conference begins: Play, Say, Pause and
	// Redirect (13238). Unlike that of Enqueue it is not requested again at its end:
	// end it with a Redirect. Default is the carrier's music; Set("") is silence.
	// Warning 13233.
	WaitURL Opt[string]
	// WaitMethod is POST by default. Warning 13234.
	WaitMethod Method
	// MaxParticipants is from 2 to 250. Default 250.
	MaxParticipants int
	// Record is default "do-not-record", or RecordFromStart.
	Record ConferenceRecord
	// Region is where the sound is mixed: "us1", "us2", "ie1", "sg1", "br1", "au1",
	// "jp1" or "de1". Default is the nearest.
	Region string
	// Trim cuts silence at both ends of the recording. Default TrimSilence. Error
	// 13239, fatal.
	Trim Trim
	// Coach is the SID (CA…) of the one participant who hears this caller. Error
	// 13240, fatal.
	Coach string
	// StatusCallback is a URL that is told what happens in the conference.
	StatusCallback string
	// StatusCallbackMethod is POST by default.
	StatusCallbackMethod Method
	// StatusCallbackEvents say what it is told. Default none.
	StatusCallbackEvents ConferenceEvent
	// RecordingCallback is told about the recording.
	RecordingCallback RecordingCallback
	// RecordingConfigurationID is known from the carrier's libraries only.
	RecordingConfigurationID string
	// EventCallbackURL is an old form.
	//
	// Deprecated: use RecordingCallback and StatusCallback.
	EventCallbackURL string
	// Name of the room, of 1 to 128 characters. Required. Warning 13237.
	Name string
}

// Beep says when a conference beeps.
type Beep string

// The values of Beep.
const (
	BeepAlways  Beep = "true"
	BeepNever   Beep = "false"
	BeepOnEnter Beep = "onEnter"
	BeepOnExit  Beep = "onExit"
)

// ConferenceRecord says whether a conference is recorded.
type ConferenceRecord string

// The values of Conference's Record.
const (
	DoNotRecordConference ConferenceRecord = "do-not-record"
	RecordFromStart       ConferenceRecord = "record-from-start"
)

// ConferenceEvent is a set of what a conference's callback is told: join them
// with "|".
type ConferenceEvent uint16

// What happens in conferences.
const (
	ConferenceStart ConferenceEvent = 1 << iota
	ConferenceEnd
	ConferenceJoin
	ConferenceLeave
	ConferenceMute
	ConferenceHold
	ConferenceModify
	ConferenceSpeaker
	ConferenceAnnouncement
)

var conferenceEvents = []string{"start", "end", "join", "leave", "mute", "hold", "modify", "speaker", "announcement"}

func (*Conference) tag() string { return "Conference" }
func (*Conference) noun()       {}

func (n *Conference) code(c *codec) {
	enum(c, "muted", &n.Muted)
	enum(c, "beep", &n.Beep)
	enum(c, "startConferenceOnEnter", &n.StartOnEnter)
	enum(c, "endConferenceOnExit", &n.EndOnExit)
	c.str("participantLabel", &n.ParticipantLabel)
	c.str("jitterBufferSize", &n.JitterBufferSize)
	c.opt("waitUrl", &n.WaitURL)
	enum(c, "waitMethod", &n.WaitMethod)
	c.num("maxParticipants", &n.MaxParticipants)
	enum(c, "record", &n.Record)
	c.str("region", &n.Region)
	enum(c, "trim", &n.Trim)
	c.str("coach", &n.Coach)
	c.str("statusCallback", &n.StatusCallback)
	enum(c, "statusCallbackMethod", &n.StatusCallbackMethod)
	list(c, "statusCallbackEvent", &n.StatusCallbackEvents, conferenceEvents)
	n.RecordingCallback.code(c)
	c.str("recordingConfigurationId", &n.RecordingConfigurationID)
	c.str("eventCallbackUrl", &n.EventCallbackURL)
	c.body(&n.Name)
}
