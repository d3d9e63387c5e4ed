package ivr_test

import (
	"testing"
	"time"

	"github.com/callgate/callgate/ivr"
)

func TestNormalizeSpeech(t *testing.T) {
	for _, c := range []struct{ in, locale, want string }{
		{"Yes.", "en-US", "yes"},
		{"  Option TWO, please! ", "en-GB", "option 2 please"},
		{"twenty one", "en", "20 1"},
		{"I don't know…", "en-US", "i don't know"},
		{"'quoted'", "en-US", "quoted"},
		{"Drei Äpfel", "de-DE", "3 äpfel"},
		{"drei", "en-US", "drei"},
		{"Le numéro trois, s'il vous plaît", "fr-FR", "le numéro 3 s'il vous plaît"},
		{"uno; dos", "es-MX", "1 2"},
		{"三", "zh-CN", "三"},
		{"हिन्दी", "hi-IN", "हिन्दी"},
		{"...", "en-US", ""},
		{"1-2", "en-US", "1 2"},
	} {
		if got := ivr.NormalizeSpeech(c.in, c.locale); got != c.want {
			t.Errorf("%q in %s becomes %q, want %q", c.in, c.locale, got, c.want)
		}
	}
}

// FuzzNormalizeSpeech: what is normalised stays as it is.
func FuzzNormalizeSpeech(f *testing.F) {
	f.Add("Option TWO, please!", "en-US")
	f.Fuzz(func(t *testing.T, s, locale string) {
		once := ivr.NormalizeSpeech(s, locale)
		if twice := ivr.NormalizeSpeech(once, locale); twice != once {
			t.Errorf("%q becomes %q and then %q", s, once, twice)
		}
	})
}

// The estimate is that of about 150 words a minute in English.
func TestSpeechDuration(t *testing.T) {
	for text, want := range map[string][2]time.Duration{
		"": {0, 0},
		"For an appointment, press 1. For opening hours, press 2.":                                           {4 * time.Second, 7 * time.Second},
		"one two three four five six seven eight nine ten one two three four five six seven eight nine ten ": {5 * time.Second, 9 * time.Second},
		"感谢您的来电，请稍候。":                                                                                        {2 * time.Second, 5 * time.Second},
	} {
		if got := ivr.SpeechDuration(text); got < want[0] || got > want[1] {
			t.Errorf("%q takes %v, want from %v to %v", text, got, want[0], want[1])
		}
	}
}
