package carrier

import (
	"slices"
	"strings"

	"github.com/callgate/callgate"
)

// What stands in the log for what is not to be seen. No telephone has the key, so that it
// is not taken for something that was pressed.
const (
	HiddenKey    = "x"
	HiddenSpeech = "***"
)

// Sensitive reports whether what the caller enters is kept out of the log; see
// Config.Sensitive. It is so until the line begins to listen for something else.
func (c *Call) Sensitive() bool { return c.sensitive }

// shown is a key as the log has it. Digits of a card are nobody's business. The key that
// ends an entry is no part of it.
func (c *Call) shown(k Key) string {
	key := string(k.Key)
	switch {
	case k.Leg != 0:
	case c.listening.Verb == "Pay" && k.Key >= '0' && k.Key <= '9',
		c.sensitive && (key != c.listening.FinishOnKey || !c.listening.Keys):
		return HiddenKey
	}
	return key
}

// shownSpeech is what is said as the log has it.
func (c *Call) shownSpeech(s Speech) Speech {
	if c.sensitive && s.Text != "" {
		s.Text = HiddenSpeech
	}
	return s
}

// withoutEntry is a request without what the caller entered, which is in the parameters
// or, of a GET, in the URL as well.
func withoutEntry(x Exchange) Exchange {
	x.Params = slices.Clone(x.Params)
	for i, p := range x.Params {
		hidden := p.Value
		switch p.Name {
		case "Digits":
			hidden = strings.Repeat(HiddenKey, len(p.Value))
		case "SpeechResult", "UnstableSpeechResult", "StableSpeechResult":
			hidden = HiddenSpeech
		}
		if hidden == p.Value {
			continue
		}
		x.Params[i].Value = hidden
		x.URL = strings.ReplaceAll(x.URL, encode(callgate.Params{p}), encode(x.Params[i:i+1]))
	}
	return x
}
