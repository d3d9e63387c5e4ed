package twiml

// ConversationRelay turns speech into text, sends it to a WebSocket, and speaks
// the text that comes back.
//
// Source: twilio.com/docs/voice/twiml/connect/conversationrelay. The carrier's
// libraries disagree about the spelling of four attributes; this package writes
// them as most do: backgroundnoisereduction, deepgramsmartformat,
// ignorebackchannel and speechtimeout.
type ConversationRelay struct {
	// URL begins with "wss:". Required.
	URL string
	// BackgroundNoise is written as backgroundnoisereduction.
	BackgroundNoise string
	Debug           string
	// DeepgramSmartFormat is written as deepgramsmartformat.
	DeepgramSmartFormat string
	// DTMFDetection sends the keys that are pressed too. Default False.
	DTMFDetection               Bool
	ElevenlabsTextNormalization string
	Events                      string
	// Hints are words to expect, with commas between them.
	Hints string
	// IgnoreBackchannel is written as ignorebackchannel.
	IgnoreBackchannel string
	// IntelligenceService is the service that analyses the conversation.
	IntelligenceService string
	// InterruptSensitivity is "high", the default, "medium" or "low".
	InterruptSensitivity string
	// Interruptible is what may interrupt what is being said. Default InterruptAny.
	Interruptible Interruption
	// Language of both directions, a BCP 47 tag. Default "en-US".
	Language string
	// PartialPrompts sends speech while it is being recognised. Default False.
	PartialPrompts Bool
	// Preemptible lets new text take the place of what is being said. Default False.
	Preemptible Bool
	// ProfanityFilter masks swear words. Default True.
	ProfanityFilter Bool
	// ReportInputDuringAgentSpeech is what is sent on while something is being said.
	// Default InterruptNone.
	ReportInputDuringAgentSpeech Interruption
	SpeechModel                  string
	// SpeechTimeout is written as speechtimeout.
	SpeechTimeout string
	// TranscriptionLanguage takes the place of Language for what the caller says.
	TranscriptionLanguage string
	TranscriptionProvider string
	// TTSLanguage takes the place of Language for what is said to the caller.
	TTSLanguage string
	TTSProvider string
	Voice       string
	// WelcomeGreeting is said first.
	WelcomeGreeting string
	// WelcomeGreetingInterruptible is what may interrupt it. Default InterruptAny.
	WelcomeGreetingInterruptible Interruption
	// Languages that the session can change to.
	Languages []Language
	// Parameters are sent in the first message.
	Parameters []Parameter
}

// Interruption is what may interrupt speech, or is reported during it.
type Interruption string

// The values of Interruption. The carrier takes "true" for InterruptAny and
// "false" for InterruptNone.
const (
	InterruptNone   Interruption = "none"
	InterruptAny    Interruption = "any"
	InterruptSpeech Interruption = "speech"
	InterruptDTMF   Interruption = "dtmf"
)

func (*ConversationRelay) tag() string { return "ConversationRelay" }
func (*ConversationRelay) connected()  {}

func (n *ConversationRelay) code(c *codec) {
	c.required("url", &n.URL)
	c.str("backgroundnoisereduction", &n.BackgroundNoise)
	c.str("debug", &n.Debug)
	c.str("deepgramsmartformat", &n.DeepgramSmartFormat)
	enum(c, "dtmfDetection", &n.DTMFDetection)
	c.str("elevenlabsTextNormalization", &n.ElevenlabsTextNormalization)
	c.str("events", &n.Events)
	c.str("hints", &n.Hints)
	c.str("ignorebackchannel", &n.IgnoreBackchannel)
	c.str("intelligenceService", &n.IntelligenceService)
	c.str("interruptSensitivity", &n.InterruptSensitivity)
	enum(c, "interruptible", &n.Interruptible)
	c.str("language", &n.Language)
	enum(c, "partialPrompts", &n.PartialPrompts)
	enum(c, "preemptible", &n.Preemptible)
	enum(c, "profanityFilter", &n.ProfanityFilter)
	enum(c, "reportInputDuringAgentSpeech", &n.ReportInputDuringAgentSpeech)
	c.str("speechModel", &n.SpeechModel)
	c.str("speechtimeout", &n.SpeechTimeout)
	c.str("transcriptionLanguage", &n.TranscriptionLanguage)
	c.str("transcriptionProvider", &n.TranscriptionProvider)
	c.str("ttsLanguage", &n.TTSLanguage)
	c.str("ttsProvider", &n.TTSProvider)
	c.str("voice", &n.Voice)
	c.str("welcomeGreeting", &n.WelcomeGreeting)
	enum(c, "welcomeGreetingInterruptible", &n.WelcomeGreetingInterruptible)
	parts(c, &n.Languages)
	parts(c, &n.Parameters)
}

// Assistant is an AI assistant of the carrier, known from two of its libraries
// only. Its attributes are those of ConversationRelay, as plain text.
type Assistant struct {
	ID                           string
	Debug                        string
	DTMFDetection                string
	ElevenlabsTextNormalization  string
	Hints                        string
	IntelligenceService          string
	InterruptSensitivity         string
	Interruptible                string
	Language                     string
	PartialPrompts               string
	Preemptible                  string
	ProfanityFilter              string
	ReportInputDuringAgentSpeech string
	SpeechModel                  string
	TranscriptionLanguage        string
	TranscriptionProvider        string
	TTSLanguage                  string
	TTSProvider                  string
	Voice                        string
	WelcomeGreeting              string
	WelcomeGreetingInterruptible string
	Languages                    []Language
	Parameters                   []Parameter
}

func (*Assistant) tag() string { return "Assistant" }
func (*Assistant) connected()  {}

func (n *Assistant) code(c *codec) {
	c.str("id", &n.ID)
	c.str("debug", &n.Debug)
	c.str("dtmfDetection", &n.DTMFDetection)
	c.str("elevenlabsTextNormalization", &n.ElevenlabsTextNormalization)
	c.str("hints", &n.Hints)
	c.str("intelligenceService", &n.IntelligenceService)
	c.str("interruptSensitivity", &n.InterruptSensitivity)
	c.str("interruptible", &n.Interruptible)
	c.str("language", &n.Language)
	c.str("partialPrompts", &n.PartialPrompts)
	c.str("preemptible", &n.Preemptible)
	c.str("profanityFilter", &n.ProfanityFilter)
	c.str("reportInputDuringAgentSpeech", &n.ReportInputDuringAgentSpeech)
	c.str("speechModel", &n.SpeechModel)
	c.str("transcriptionLanguage", &n.TranscriptionLanguage)
	c.str("transcriptionProvider", &n.TranscriptionProvider)
	c.str("ttsLanguage", &n.TTSLanguage)
	c.str("ttsProvider", &n.TTSProvider)
	c.str("voice", &n.Voice)
	c.str("welcomeGreeting", &n.WelcomeGreeting)
	c.str("welcomeGreetingInterruptible", &n.WelcomeGreetingInterruptible)
	parts(c, &n.Languages)
	parts(c, &n.Parameters)
}

// Language is a language that a session can change to, with its voice.
type Language struct {
	// Code is a BCP 47 tag. Required.
	Code                  string
	TTSProvider           string
	Voice                 string
	TranscriptionProvider string
	SpeechModel           string
}

func (*Language) tag() string { return "Language" }

func (l *Language) code(c *codec) {
	c.required("code", &l.Code)
	c.str("ttsProvider", &l.TTSProvider)
	c.str("voice", &l.Voice)
	c.str("transcriptionProvider", &l.TranscriptionProvider)
	c.str("speechModel", &l.SpeechModel)
}
