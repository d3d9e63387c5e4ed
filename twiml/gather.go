package twiml

// Gather plays its prompts and collects keys, speech or both. When there was
// input the carrier requests Action with it and the rest of the document is never
// reached. When there was none it goes on with the next verb, so put a Redirect
// there. The first key stops the prompts.
//
// Source: twilio.com/docs/voice/twiml/gather.
type Gather struct {
	// Action is the URL that gets Digits, or SpeechResult and Confidence. Required:
	// see CurrentDocument. An HTTP redirect there loses the input.
	Action string
	// Method of the action. Default POST; another word is warning 13312.
	Method Method
	// Input is what is listened for. Default DTMF; with both, the first that is heard
	// wins. Warning 13326.
	Input Input
	// Timeout is how many seconds to wait for input, from the end of the prompts or
	// from the last key. Default 5, at least 1, or Auto. Warning 13313.
	Timeout Seconds
	// SpeechTimeout is how many seconds of silence end the speech. Default is Timeout;
	// at least 1, or Auto, which does not go with an explicit SpeechModel (13335).
	// Warning 13327.
	SpeechTimeout Seconds
	// MaxSpeechTime is how many seconds of speech are heard at most. Default and
	// maximum 60. Warning 13328.
	MaxSpeechTime int
	// FinishOnKey is the one key that ends the entry and is not part of it: 0-9, *,
	// #, or Set("") for none. Default "#". Pressed first, it counts as no input.
	// Warning 13310.
	FinishOnKey Opt[string]
	// NumDigits is after how many keys the entry is complete. Default: no limit.
	// Warning 13314.
	NumDigits int
	// ActionOnEmptyResult requests Action also without input. Default False. Error
	// 13338, which is fatal. Not every carrier has it; a Redirect after the Gather
	// works with all.
	ActionOnEmptyResult Bool
	// PartialResultCallback is a URL that gets speech while it is being recognised.
	PartialResultCallback string
	// PartialResultCallbackMethod is POST by default. Warning 13329.
	PartialResultCallbackMethod Method
	// Language is that of the speech, a BCP 47 tag. Default "en-US". Warning 13331.
	Language string
	// Hints are words to expect, with commas between them: at most 500 of at most 100
	// characters. Warning 13330.
	Hints string
	// BargeIn lets speech stop the prompts. Default True. Warning 13332. It is gone
	// from the carrier's current table of attributes.
	BargeIn Bool
	// ProfanityFilter masks swear words. Default True. Warning 13333.
	ProfanityFilter Bool
	// SpeechModel is "default", "numbers_and_commands", "phone_call",
	// "experimental_conversations", "experimental_utterances", or one of a provider
	// such as "googlev2_telephony" or "deepgram_nova-2". Warning 13334.
	SpeechModel string
	// Enhanced asks for the better form of the model "phone_call".
	//
	// Deprecated: choose a SpeechModel of a provider.
	Enhanced Bool
	// Debug is known from the carrier's libraries only.
	Debug Bool
	// Prompts are heard while the carrier waits.
	Prompts []Audio
}

// Input is a set of what a Gather listens for: join them with "|".
type Input uint16

// What a Gather can listen for.
const (
	DTMF Input = 1 << iota // keys
	SpeechInput
)

var inputs = []string{"dtmf", "speech"}

func (*Gather) tag() string { return "Gather" }
func (*Gather) verb()       {}

func (g *Gather) code(c *codec) {
	c.action(&g.Action)
	enum(c, "method", &g.Method)
	list(c, "input", &g.Input, inputs)
	c.seconds("timeout", &g.Timeout)
	c.seconds("speechTimeout", &g.SpeechTimeout)
	c.num("maxSpeechTime", &g.MaxSpeechTime)
	c.opt("finishOnKey", &g.FinishOnKey)
	c.num("numDigits", &g.NumDigits)
	enum(c, "actionOnEmptyResult", &g.ActionOnEmptyResult)
	c.str("partialResultCallback", &g.PartialResultCallback)
	enum(c, "partialResultCallbackMethod", &g.PartialResultCallbackMethod)
	c.str("language", &g.Language)
	c.str("hints", &g.Hints)
	enum(c, "bargeIn", &g.BargeIn)
	enum(c, "profanityFilter", &g.ProfanityFilter)
	c.str("speechModel", &g.SpeechModel)
	enum(c, "enhanced", &g.Enhanced)
	enum(c, "debug", &g.Debug)
	children(c, &g.Prompts, newAudio)
}
