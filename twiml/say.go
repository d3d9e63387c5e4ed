package twiml

// Say speaks text to the caller.
//
// Source: twilio.com/docs/voice/twiml/say.
type Say struct {
	// Voice is "man", "woman", "alice", or one by its provider such as
	// "Polly.Joanna-Neural" or "Google.de-DE-Standard-A". Default "man", or what the
	// account says; another is warning 13511.
	Voice string
	// Language is a BCP 47 tag such as "fr-FR". Default "en-US"; one that no voice
	// speaks is warning 13512.
	Language string
	// Loop is how often it is said. Default 1; 0 until the caller hangs up, at most
	// 1000 times; negative is warning 13510.
	Loop Opt[int]
	// Text is what is said, before SSML. An empty Say is warning 13520, more than 4096
	// characters (3000 with a Polly voice) is warning 13521.
	Text string
	// SSML continues the text with marked-up speech, see Speech.
	SSML []Speech
}

func (*Say) tag() string { return "Say" }
func (*Say) verb()       {}
func (*Say) audio()      {}

func (s *Say) code(c *codec) {
	c.str("voice", &s.Voice)
	c.str("language", &s.Language)
	c.optNum("loop", &s.Loop)
	c.mixed(&s.Text, &s.SSML)
	if c.reading() {
		s.trim()
	}
}

// trim drops the white space that a document's layout puts round the speech.
func (s *Say) trim() {
	s.Text = trimStart(s.Text)
	n := len(s.SSML)
	if n == 0 {
		s.Text = trimEnd(s.Text)
		return
	}
	last, ok := s.SSML[n-1].(Text)
	if !ok {
		return
	}
	if last = Text(trimEnd(string(last))); last == "" {
		s.SSML = s.SSML[:n-1]
		return
	}
	s.SSML[n-1] = last
}

// Audio is what the caller may hear while a Gather waits for input or a Pay asks
// for a card: Say, Play and Pause. Anything else there is warning 13320.
type Audio interface {
	element
	audio()
}

func newAudio(name string) Audio {
	switch name {
	case "Say":
		return new(Say)
	case "Play":
		return new(Play)
	case "Pause":
		return new(Pause)
	}
	return nil
}
