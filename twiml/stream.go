package twiml

// Start begins something that runs beside the call, and goes on at once.
//
// Source: twilio.com/docs/voice/twiml/stream, siprec, transcription, recording.
type Start struct {
	Action string
	// Method of the action. Default POST.
	Method Method
	// Nouns are what is started: Stream, Siprec, Transcription, Recording. What is
	// none of them is error 14300, fatal.
	Nouns []Started
}

// Started is what Start can begin.
type Started interface {
	element
	started()
}

// Stopped is what Stop can end, found by its name.
type Stopped interface {
	element
	stopped()
}

func newStarted(name string) Started {
	switch name {
	case "Stream":
		return new(Stream)
	case "Siprec":
		return new(Siprec)
	case "Transcription":
		return new(Transcription)
	case "Recording":
		return new(Recording)
	}
	return nil
}

func newStopped(name string) Stopped {
	switch name {
	case "Stream":
		return new(Stream)
	case "Siprec":
		return new(Siprec)
	case "Transcription":
		return new(Transcription)
	}
	return nil
}

func (*Start) tag() string { return "Start" }
func (*Start) verb()       {}

func (s *Start) code(c *codec) {
	c.str("action", &s.Action)
	enum(c, "method", &s.Method)
	children(c, &s.Nouns, newStarted)
}

// Stop ends what a Start began.
type Stop struct {
	// Nouns are what is stopped. What is none of them is error 14300, fatal.
	Nouns []Stopped
}

func (*Stop) tag() string     { return "Stop" }
func (*Stop) verb()           {}
func (s *Stop) code(c *codec) { children(c, &s.Nouns, newStopped) }

// Track is whose sound is taken: that of the caller is inbound.
type Track string

// The tracks.
const (
	InboundTrack  Track = "inbound_track"
	OutboundTrack Track = "outbound_track"
	BothTracks    Track = "both_tracks"
)

// Stream sends the sound of the call to a WebSocket: beside the call in a Start,
// in both directions in a Connect.
//
// Source: twilio.com/docs/voice/twiml/stream.
type Stream struct {
	// URL begins with "wss:" and has no query: use Parameters.
	URL string
	// Name to stop it by.
	Name string
	// ConnectorName is that of an add-on. Error 31940, fatal.
	ConnectorName string
	// Track is InboundTrack by default, and in a Connect always. Error 31941, fatal.
	Track Track
	// StatusCallback is a URL that is told when it starts and stops.
	StatusCallback string
	// StatusCallbackMethod is POST by default.
	StatusCallbackMethod Method
	// Parameters are sent in the first message.
	Parameters []Parameter
}

func (*Stream) tag() string { return "Stream" }
func (*Stream) started()    {}
func (*Stream) stopped()    {}
func (*Stream) connected()  {}

func (n *Stream) code(c *codec) {
	c.str("url", &n.URL)
	c.str("name", &n.Name)
	c.str("connectorName", &n.ConnectorName)
	enum(c, "track", &n.Track)
	c.str("statusCallback", &n.StatusCallback)
	enum(c, "statusCallbackMethod", &n.StatusCallbackMethod)
	parts(c, &n.Parameters)
}

// Siprec sends the sound of the call to a recording server. The carrier spells
// it so; <SipRec>, as its Go library writes, it does not know.
//
// Source: twilio.com/docs/voice/twiml/siprec.
type Siprec struct {
	// Name to stop it by.
	Name string
	// ConnectorName is that of the add-on that receives it.
	ConnectorName string
	// Track is BothTracks by default.
	Track Track
	// StatusCallback is a URL that is told when it starts and stops.
	StatusCallback string
	// StatusCallbackMethod is POST by default.
	StatusCallbackMethod Method
	Parameters           []Parameter
}

func (*Siprec) tag() string { return "Siprec" }
func (*Siprec) started()    {}
func (*Siprec) stopped()    {}

func (n *Siprec) code(c *codec) {
	c.str("name", &n.Name)
	c.str("connectorName", &n.ConnectorName)
	enum(c, "track", &n.Track)
	c.str("statusCallback", &n.StatusCallback)
	enum(c, "statusCallbackMethod", &n.StatusCallbackMethod)
	parts(c, &n.Parameters)
}

// Recording records the call beside it.
//
// Source: twilio.com/docs/voice/twiml/recording.
type Recording struct {
	// Channels is "mono" or "dual".
	Channels string
	// Track is "inbound", "outbound" or "both".
	Track string
	Trim  Trim
	// RecordingCallback is told about the recording.
	RecordingCallback RecordingCallback
	// RecordingConfigurationID is known from the carrier's libraries only.
	RecordingConfigurationID string
}

func (*Recording) tag() string { return "Recording" }
func (*Recording) started()    {}

func (n *Recording) code(c *codec) {
	c.str("channels", &n.Channels)
	c.str("track", &n.Track)
	enum(c, "trim", &n.Trim)
	n.RecordingCallback.code(c)
	c.str("recordingConfigurationId", &n.RecordingConfigurationID)
}

// Transcription writes down what is said, while it is said.
//
// Source: twilio.com/docs/voice/twiml/transcription.
type Transcription struct {
	// Name to stop it by.
	Name string
	// Track is BothTracks by default.
	Track Track
	// StatusCallbackURL gets the text.
	StatusCallbackURL string
	// StatusCallbackMethod is POST by default.
	StatusCallbackMethod Method
	InboundTrackLabel    string
	OutboundTrackLabel   string
	// PartialResults are sent too. Default False.
	PartialResults Bool
	// LanguageCode is a BCP 47 tag. Default "en-US".
	LanguageCode string
	// TranscriptionEngine is "google" by default.
	TranscriptionEngine string
	// ProfanityFilter masks swear words. Default True.
	ProfanityFilter Bool
	// SpeechModel is "telephony" by default.
	SpeechModel string
	// Hints are words to expect, with commas between them.
	Hints string
	// EnableAutomaticPunctuation is default True.
	EnableAutomaticPunctuation Bool
	IntelligenceService        string
	Configs                    []Config
	Parameters                 []Parameter
}

func (*Transcription) tag() string { return "Transcription" }
func (*Transcription) started()    {}
func (*Transcription) stopped()    {}

func (n *Transcription) code(c *codec) {
	c.str("name", &n.Name)
	enum(c, "track", &n.Track)
	c.str("statusCallbackUrl", &n.StatusCallbackURL)
	enum(c, "statusCallbackMethod", &n.StatusCallbackMethod)
	c.str("inboundTrackLabel", &n.InboundTrackLabel)
	c.str("outboundTrackLabel", &n.OutboundTrackLabel)
	enum(c, "partialResults", &n.PartialResults)
	c.str("languageCode", &n.LanguageCode)
	c.str("transcriptionEngine", &n.TranscriptionEngine)
	enum(c, "profanityFilter", &n.ProfanityFilter)
	c.str("speechModel", &n.SpeechModel)
	c.str("hints", &n.Hints)
	enum(c, "enableAutomaticPunctuation", &n.EnableAutomaticPunctuation)
	c.str("intelligenceService", &n.IntelligenceService)
	parts(c, &n.Configs)
	parts(c, &n.Parameters)
}
