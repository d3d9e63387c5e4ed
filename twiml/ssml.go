package twiml

import "strings"

// Speech is a piece of a Say: Text, or one of the elements of the Speech
// Synthesis Markup Language that the carrier knows. Which of them are heard
// depends on the voice.
//
// Most of them hold Text, which is spoken first, and then more Speech.
//
// Source: twilio.com/docs/voice/twiml/say/text-speech.
type Speech interface{ speech() }

// Text is plain text between the elements of SSML.
type Text string

func (Text) speech() {}

// mixed is text and elements in the order in which they are spoken. The first
// text goes to text, what follows the first element goes to more.
func (c *codec) mixed(text *string, more *[]Speech) {
	if c.reading() {
		c.readMixed(text, more)
		return
	}
	c.chars(*text)
	for i, s := range *more {
		switch s := s.(type) {
		case Text:
			c.chars(string(s))
		case element:
			c.put(s, i+1)
		default:
			c.put(nil, i+1)
		}
	}
}

func (c *codec) readMixed(text *string, more *[]Speech) {
	c.text = true
	for _, n := range c.in.Children {
		if n.Element == nil {
			if len(*more) == 0 {
				*text += n.Text
			} else {
				*more = append(*more, Text(n.Text))
			}
			continue
		}
		if e := newSpeech(n.Element.Name); e != nil && c.child(n.Element, e) {
			*more = append(*more, e.(Speech))
		}
	}
}

func trimStart(s string) string { return strings.TrimLeft(s, " \t\r\n") }
func trimEnd(s string) string   { return strings.TrimRight(s, " \t\r\n") }

// newSpeech makes an element of SSML by its name; nil when the name is none.
func newSpeech(name string) element {
	switch name {
	case "break":
		return new(Break)
	case "emphasis":
		return new(Emphasis)
	case "lang":
		return new(Lang)
	case "p":
		return new(Paragraph)
	case "phoneme":
		return new(Phoneme)
	case "prosody":
		return new(Prosody)
	case "s":
		return new(Sentence)
	case "say-as":
		return new(SayAs)
	case "sub":
		return new(Sub)
	case "w":
		return new(Word)
	}
	return nil
}

// Break is <break>, a pause in speech.
type Break struct {
	// Strength is "none", "x-weak", "weak", "medium", "strong" or "x-strong".
	Strength string
	// Time is a length such as "500ms" or "2s".
	Time string
}

func (*Break) tag() string { return "break" }
func (*Break) speech()     {}

func (b *Break) code(c *codec) {
	c.str("strength", &b.Strength)
	c.str("time", &b.Time)
}

// Emphasis is <emphasis>, stressed or reduced speech.
type Emphasis struct {
	// Level is "strong", "moderate" or "reduced".
	Level string
	Text  string
	SSML  []Speech
}

func (*Emphasis) tag() string { return "emphasis" }
func (*Emphasis) speech()     {}

func (e *Emphasis) code(c *codec) {
	c.str("level", &e.Level)
	c.mixed(&e.Text, &e.SSML)
}

// Lang is <lang>, speech in another language than the rest.
type Lang struct {
	// Language is a BCP 47 tag such as "fr-FR", written as xml:lang.
	Language string
	Text     string
	SSML     []Speech
}

func (*Lang) tag() string { return "lang" }
func (*Lang) speech()     {}

func (l *Lang) code(c *codec) {
	c.str("xml:lang", &l.Language)
	c.mixed(&l.Text, &l.SSML)
}

// Paragraph is <p>, with a pause before and after.
type Paragraph struct {
	Text string
	SSML []Speech
}

func (*Paragraph) tag() string     { return "p" }
func (*Paragraph) speech()         {}
func (p *Paragraph) code(c *codec) { c.mixed(&p.Text, &p.SSML) }

// Sentence is <s>, with a shorter pause.
type Sentence struct {
	Text string
	SSML []Speech
}

func (*Sentence) tag() string     { return "s" }
func (*Sentence) speech()         {}
func (s *Sentence) code(c *codec) { c.mixed(&s.Text, &s.SSML) }

// Phoneme is <phoneme>, a pronunciation.
type Phoneme struct {
	// Alphabet is "ipa", "x-sampa", "x-amazon-jyutping", "x-amazon-pinyin",
	// "x-amazon-pron-kana" or "x-amazon-yomigana".
	Alphabet string
	// PH is the pronunciation in that alphabet. Required.
	PH string
	// Text is what is written, and spoken by voices that cannot follow PH.
	Text string
}

func (*Phoneme) tag() string { return "phoneme" }
func (*Phoneme) speech()     {}

func (p *Phoneme) code(c *codec) {
	c.str("alphabet", &p.Alphabet)
	c.required("ph", &p.PH)
	c.plain(&p.Text)
}

// Prosody is <prosody>: how loud, fast and high it is said.
type Prosody struct {
	// Volume is a word such as "loud", or a change such as "-6dB".
	Volume string
	// Rate is a word such as "slow", or a part of the usual such as "85%".
	Rate string
	// Pitch is a word such as "low", or a change such as "-10%".
	Pitch string
	Text  string
	SSML  []Speech
}

func (*Prosody) tag() string { return "prosody" }
func (*Prosody) speech()     {}

func (p *Prosody) code(c *codec) {
	c.str("volume", &p.Volume)
	c.str("rate", &p.Rate)
	c.str("pitch", &p.Pitch)
	c.mixed(&p.Text, &p.SSML)
}

// SayAs is <say-as>: how digits, dates and the like are read out.
type SayAs struct {
	// InterpretAs is "characters", "spell-out", "cardinal", "number", "ordinal",
	// "digits", "fraction", "unit", "date", "time", "address", "expletive" or
	// "telephone". Required.
	InterpretAs string
	// Format is the order of a date: "mdy", "dmy", "ymd", "md", "dm", "ym", "my",
	// "d", "m", "y" or "yyyymmdd".
	Format string
	Text   string
}

func (*SayAs) tag() string { return "say-as" }
func (*SayAs) speech()     {}

func (s *SayAs) code(c *codec) {
	c.required("interpret-as", &s.InterpretAs)
	c.str("format", &s.Format)
	c.plain(&s.Text)
}

// Sub is <sub>: something written one way and said another.
type Sub struct {
	// Alias is what is said instead of Text.
	Alias string
	Text  string
}

func (*Sub) tag() string { return "sub" }
func (*Sub) speech()     {}

func (s *Sub) code(c *codec) {
	c.str("alias", &s.Alias)
	c.plain(&s.Text)
}

// Word is <w>, a word with its part of speech.
type Word struct {
	// Role is the part of speech, such as "amazon:VB".
	Role string
	Text string
	SSML []Speech
}

func (*Word) tag() string { return "w" }
func (*Word) speech()     {}

func (w *Word) code(c *codec) {
	c.str("role", &w.Role)
	c.mixed(&w.Text, &w.SSML)
}
