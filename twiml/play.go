package twiml

// Play plays a sound file, or sends keys.
//
// The carrier fetches the file with a GET that carries none of the parameters of
// a call, and keeps it as the file's caching headers allow. Files of more than 40
// minutes may end the call.
//
// Source: twilio.com/docs/voice/twiml/play.
type Play struct {
	// Loop is how often it is played. Default 1; 0 until the caller hangs up, at most
	// 1000 times; negative is warning 13410.
	Loop Opt[int]
	// Digits are keys to send instead of a file: 0-9, *, #, A-D, "w" waits half a
	// second and "W" a second. Anything else is warning 13430. Not in a Gather.
	Digits string
	// URL is where the file is: MP3, WAV, AIFF, GSM or µ-law. It may be left out only
	// with Digits.
	URL string
}

func (*Play) tag() string { return "Play" }
func (*Play) verb()       {}
func (*Play) audio()      {}

func (p *Play) code(c *codec) {
	c.optNum("loop", &p.Loop)
	c.str("digits", &p.Digits)
	c.body(&p.URL)
}

// Pause waits in silence. As the first verb of a call it delays the answer: the
// caller hears ringing meanwhile.
//
// Source: twilio.com/docs/voice/twiml/pause.
type Pause struct {
	// Length is in seconds. Default 1; less is warning 13910.
	Length int
}

func (*Pause) tag() string { return "Pause" }
func (*Pause) verb()       {}
func (*Pause) audio()      {}

func (p *Pause) code(c *codec) { c.num("length", &p.Length) }
