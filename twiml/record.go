package twiml

// Record records what the caller says. The carrier always requests Action
// afterwards, also when the caller hung up, and the rest of the document is never
// reached.
//
// Source: twilio.com/docs/voice/twiml/record.
type Record struct {
	// Action is the URL that gets RecordingUrl, RecordingDuration and Digits: the key
	// that ended it, or "hangup". Required: see CurrentDocument. The recording may not
	// be ready yet; RecordingCallback tells when it is.
	Action string
	// Method of the action. Default POST. Warning 13610.
	Method Method
	// Timeout is how many seconds of silence end the recording. Default 5; 0 is never.
	// Warning 13611.
	Timeout Opt[int]
	// FinishOnKey is a set of keys, unlike that of Gather: each of them ends the
	// recording. Default "1234567890*#"; Set("") for none. Warning 13613.
	FinishOnKey Opt[string]
	// MaxLength is in seconds: from 2 to 14400, or 86400 if the account allows it.
	// Default 3600, or 120 with Transcribe. Warning 13612.
	MaxLength int
	// PlayBeep plays a beep first. Default True. Warning 13616.
	PlayBeep Bool
	// Trim cuts silence at both ends. Default TrimSilence, unlike that of Dial.
	// Warning 13699.
	Trim Trim
	// RecordingCallback is written as recordingStatusCallback and its two companions.
	// A bad URL is warning 13256.
	RecordingCallback RecordingCallback
	// Transcribe asks for a transcription, of American English from 2 to 120 seconds
	// long. Default False. Warning 13614.
	Transcribe Bool
	// TranscribeCallback is a URL that gets the transcription. Error 13257, fatal.
	TranscribeCallback string
	// RecordingConfigurationID is known from the carrier's libraries only.
	RecordingConfigurationID string
}

func (*Record) tag() string { return "Record" }
func (*Record) verb()       {}

func (r *Record) code(c *codec) {
	c.action(&r.Action)
	enum(c, "method", &r.Method)
	c.optNum("timeout", &r.Timeout)
	c.opt("finishOnKey", &r.FinishOnKey)
	c.num("maxLength", &r.MaxLength)
	enum(c, "playBeep", &r.PlayBeep)
	enum(c, "trim", &r.Trim)
	r.RecordingCallback.code(c)
	enum(c, "transcribe", &r.Transcribe)
	c.str("transcribeCallback", &r.TranscribeCallback)
	c.str("recordingConfigurationId", &r.RecordingConfigurationID)
}
