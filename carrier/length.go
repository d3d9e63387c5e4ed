package carrier

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/callgate/callgate/twiml"
)

// Lengths of speech. A person who hears a prompt takes as long as the carrier's
// voice speaks, and time-outs begin only then, so an estimate is better than none.
// It counts characters at Options.SpeechRate: a letter or a space is one, a digit
// is read out as a word and is five, a character of a writing system without spaces
// is a syllable and is three, and what ends a sentence is a breath of six.
const (
	digitWeight    = 5
	syllableWeight = 3
	sentenceWeight = 6
	commaWeight    = 3
)

// sayLength estimates how long a text is spoken.
func (m *machine) sayLength(text string) time.Duration {
	weight := 0
	for _, r := range text {
		switch {
		case unicode.IsDigit(r):
			weight += digitWeight
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai):
			weight += syllableWeight
		case strings.ContainsRune(".!?。！？", r):
			weight += sentenceWeight
		case strings.ContainsRune(",;:、，", r):
			weight += commaWeight
		default:
			weight++
		}
	}
	d := time.Duration(float64(weight) / m.set.Options.SpeechRate * float64(time.Second))
	return d.Round(100 * time.Millisecond)
}

// elementLength is sayLength of a Say with the pauses of its SSML.
func (m *machine) elementLength(el *twiml.Element) time.Duration {
	return m.sayLength(strings.Join(strings.Fields(el.AllText()), " ")) + breaks(el)
}

// breaks adds up the breaks of SSML in an element.
func breaks(el *twiml.Element) time.Duration {
	var d time.Duration
	for child := range el.Elements() {
		if child.Name == "break" {
			d += breakLength(child)
			continue
		}
		d += breaks(child)
	}
	return d
}

// breakLength follows the strengths of Amazon Polly, whose SSML it is
// (docs.aws.amazon.com/polly/latest/dg/break-tag.html): none to x-strong, at most 10 s.
func breakLength(el *twiml.Element) time.Duration {
	if s, ok := el.Attr("time"); ok {
		if d, err := time.ParseDuration(strings.TrimSpace(s)); err == nil && d >= 0 {
			return min(d, 10*time.Second)
		}
	}
	switch el.AttrOr("strength", "medium") {
	case "none", "x-weak":
		return 0
	case "strong":
		return 600 * time.Millisecond
	case "x-strong":
		return 1200 * time.Millisecond
	}
	return 400 * time.Millisecond
}

// tonesLength is how long the keys of a digits attribute take: a quarter of a
// second each, "w" half a second and "W" a second of pause (twiml/play).
func tonesLength(keys string) time.Duration {
	var d time.Duration
	for _, k := range keys {
		switch k {
		case 'w':
			d += 500 * time.Millisecond
		case 'W':
			d += time.Second
		default:
			d += 250 * time.Millisecond
		}
	}
	return d
}

// fraction writes a confidence as the carrier does.
func fraction(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
