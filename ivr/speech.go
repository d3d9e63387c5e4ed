package ivr

import (
	"time"
	"unicode"
)

// Rates of speech in characters a minute, spaces included. Carriers' voices read
// English at about 150 words a minute, a word and its space being six characters;
// Chinese, Japanese and Korean characters are syllables or words, read at about
// 240 a minute.
const (
	charsPerMinute   = 900
	symbolsPerMinute = 240
	clausePause      = 200 * time.Millisecond
	sentencePause    = 500 * time.Millisecond
)

// SpeechDuration estimates how long a text takes to speak. It is what Check counts
// with; a voice may be a quarter faster or slower.
func SpeechDuration(text string) time.Duration {
	var d time.Duration
	for _, r := range text {
		switch {
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul):
			d += time.Minute / symbolsPerMinute
		default:
			d += time.Minute / charsPerMinute
		}
		switch r {
		case ',', ';', ':', '、', '،':
			d += clausePause
		case '.', '!', '?', '。', '！', '？', '؟':
			d += sentencePause
		}
	}
	return d
}
