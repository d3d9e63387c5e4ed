package ivr

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/callgate/callgate/ivr/expr"
	"github.com/callgate/callgate/twiml"
)

// Prompt is what the caller hears at one point, by the name of the language; the
// key "" is for all languages that have no key of their own.
type Prompt map[string][]Piece

// Piece is a part of a prompt: exactly one of Text, Markup and File.
type Piece struct {
	// Text is spoken. "{name}" stands for a variable, "{name|digits}" for its
	// characters one by one, "{{" and "}}" for braces.
	Text string
	// Markup is spoken too: text with the carrier's SSML, such as
	// `Your code is <say-as interpret-as="digits">{code}</say-as>.`
	Markup string
	// File is the URL of a sound file, absolute, or relative to Site.Media.
	File string
	// Seconds is how long the file plays, for the bounds that Check proves. Default
	// DefaultFileSeconds.
	Seconds int
}

// DefaultFileSeconds is how long a sound file is taken to play.
const DefaultFileSeconds = 10

// Speak makes a prompt of one text for all languages.
func Speak(text string) Prompt { return Prompt{"": {{Text: text}}} }

// prompt is a compiled Prompt: one entry for each language of the program.
type prompt struct {
	langs   []spokenIn
	dynamic bool
}

// spokenIn is a prompt in one language.
type spokenIn struct {
	lang    *language // whose voice speaks; another one's where a translation is missing
	missing bool
	pieces  []piece
	audio   []twiml.Audio // the whole, when nothing in it depends on the call
	seconds int
	chars   int // of the longest text with the longest values
	bytes   int // in a document, likewise
}

// piece is a compiled Piece: a text, markup, or a file.
type piece struct {
	text    *template
	markup  bool
	file    string
	seconds int
	static  spoken // of a text or markup without variables, or a file with an absolute URL
}

// spoken is a verb that is heard: it may stand alone, or in a Gather.
type spoken interface {
	twiml.Verb
	twiml.Audio
}

// prompt compiles a prompt that must be there.
func (c *nodeCompiler) prompt(field string, p Prompt) *prompt {
	if len(p) == 0 {
		c.fault(EmptyPrompt, field, "there is nothing to say: write a text or name a file")
		return nil
	}
	return c.optionalPrompt(field, p)
}

// optionalPrompt returns nil for no prompt.
func (c *nodeCompiler) optionalPrompt(field string, p Prompt) *prompt {
	if len(p) == 0 {
		return nil
	}
	for name := range p {
		if _, ok := c.p.languageIndex(name); !ok && name != "" {
			c.fault(UndefinedName, field+"."+name, "%s", c.noLanguage(name))
		}
	}
	compiled := map[string][]piece{}
	for _, name := range sortedKeys(p) {
		compiled[name] = c.pieces(promptField(field, name), p[name])
	}
	out := &prompt{langs: make([]spokenIn, len(c.p.languages))}
	for i := range c.p.languages {
		out.langs[i] = c.inLanguage(i, compiled)
		out.dynamic = out.dynamic || out.langs[i].audio == nil
	}
	c.node.prompts = append(c.node.prompts, namedPrompt{field, out})
	return out
}

func promptField(field, language string) string {
	if language == "" {
		return field
	}
	return field + "." + language
}

// pieces compiles the pieces of a prompt in one language.
func (c *nodeCompiler) pieces(field string, ps []Piece) []piece {
	var out []piece
	if len(ps) == 0 {
		c.fault(EmptyPrompt, field, "there is nothing to say: write a text or name a file")
	}
	for i, p := range ps {
		at := field
		if len(ps) > 1 {
			at = fmt.Sprintf("%s.%d", field, i)
		}
		if n := count(p.Text != "", p.Markup != "", p.File != ""); n != 1 {
			rule := InvalidValue
			if n == 0 {
				rule = EmptyPrompt
			}
			c.fault(rule, at, "a piece of a prompt is one of text, markup and file")
			continue
		}
		switch {
		case p.Text != "":
			out = append(out, piece{text: c.spokenText(at, p.Text)})
		case p.Markup != "":
			out = append(out, c.markup(at, p.Markup))
		default:
			out = append(out, c.file(at, p))
		}
	}
	return out
}

func (c *nodeCompiler) spokenText(field, s string) *template {
	if strings.TrimSpace(s) == "" {
		c.fault(EmptyPrompt, field, "the text is blank")
	}
	if !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && !strings.ContainsRune("\t\r\n", r) }) {
		c.fault(InvalidValue, field, "the text has characters that XML forbids")
	}
	return c.template(field, s, "be spoken")
}

// markup compiles SSML. With variables it is parsed when they are known; here it is
// parsed with a sample, to find mistakes.
func (c *nodeCompiler) markup(field, s string) piece {
	p := piece{text: c.spokenText(field, s), markup: true}
	sample := p.text.text
	for i := range p.text.parts {
		sample += p.text.parts[i].text
		if p.text.parts[i].name != "" {
			sample += "1"
		}
	}
	if _, err := parseMarkup(sample); err != nil {
		c.fault(InvalidValue, field, "not speech markup: %v", err)
	}
	return p
}

// parseMarkup reads SSML as it stands in a Say.
func parseMarkup(s string) (*twiml.Say, error) {
	doc, err := twiml.Parse([]byte("<Response><Say>" + s + "</Say></Response>"))
	if err != nil {
		return nil, err
	}
	if len(doc.Verbs) == 1 {
		if say, ok := doc.Verbs[0].(*twiml.Say); ok {
			return say, nil
		}
	}
	return nil, errors.New("it closes the Say that it stands in")
}

func (c *nodeCompiler) file(field string, p Piece) piece {
	u, err := url.Parse(p.File)
	switch {
	case err != nil || u.Host == "" && (u.Scheme != "" || strings.HasPrefix(p.File, "/")) || strings.ContainsAny(p.File, " {}"):
		c.fault(InvalidValue, field, "%q is no URL of a sound file: write an absolute one, or a path without a slash in front", p.File)
	case u.Host == "":
		c.p.own.Media = true
	case u.Scheme != "https" && u.Scheme != "http":
		c.fault(InvalidValue, field, "%q is no URL that a carrier can fetch: write one with https", p.File)
	}
	if p.Seconds < 0 {
		c.fault(InvalidValue, field+".seconds", "a file cannot play for %d seconds", p.Seconds)
	}
	out := piece{file: p.File, seconds: cmp.Or(p.Seconds, DefaultFileSeconds)}
	if err == nil && u.Host != "" {
		out.static = &twiml.Play{URL: p.File}
	}
	return out
}

// inLanguage makes a prompt for one language, with the voice of the text that there is.
func (c *nodeCompiler) inLanguage(i int, compiled map[string][]piece) spokenIn {
	out := spokenIn{lang: &c.p.languages[i]}
	pieces, ok := compiled[out.lang.name]
	if !ok {
		pieces, ok = compiled[""]
	}
	for j := 0; !ok && j < len(c.p.languages); j++ {
		if pieces, ok = compiled[c.p.languages[j].name]; ok {
			out.lang, out.missing = &c.p.languages[j], true
		}
	}
	static := true
	for _, p := range pieces {
		if p.text != nil && !p.text.dynamic() {
			p.static, _ = p.say(p.text.text, out.lang)
		}
		static = static && p.static != nil
		out.pieces = append(out.pieces, p)
		chars := 0
		if p.text != nil {
			chars = p.text.longest(c.longestValue)
		}
		out.chars = max(out.chars, chars)
		out.bytes += verbBytes + len(p.file) + 6*chars // "&quot;" has six
		out.seconds += p.duration(chars)
	}
	if static {
		for _, p := range out.pieces {
			out.audio = append(out.audio, p.static)
		}
	}
	return out
}

// verbBytes is how many bytes a Say or Play takes besides its text.
const verbBytes = 150

// longestValue is the size in bytes of the longest value of a variable.
func (c *nodeCompiler) longestValue(r ref) int {
	if r.fact == noFact && r.slot >= 0 {
		return c.p.vars[r.slot].longest()
	}
	return maxFact
}

// maxFact is how long a telephone number, SIP address or name of a language is at most.
const maxFact = 80

func (v *variable) longest() int {
	switch v.Type {
	case expr.Text:
		return v.Max
	case expr.Number:
		return 24 // a sign, 16 digits, a point and six more
	}
	return 10 // a date; a bool is shorter
}

// duration is how many seconds a piece takes, rounded up.
func (p *piece) duration(chars int) int {
	if p.file != "" {
		return p.seconds
	}
	d := SpeechDuration(p.text.text)
	written := utf8.RuneCountInString(p.text.text)
	for i := range p.text.parts {
		d += SpeechDuration(p.text.parts[i].text)
		written += utf8.RuneCountInString(p.text.parts[i].text)
	}
	d += time.Duration(max(0, chars-written)) * time.Minute / charsPerMinute
	return int((d + time.Second - 1) / time.Second)
}

// say makes the verb of a text.
func (p *piece) say(text string, lang *language) (spoken, error) {
	if !p.markup {
		return &twiml.Say{Text: text, Language: lang.locale, Voice: lang.voice}, nil
	}
	say, err := parseMarkup(text)
	if err != nil {
		return nil, err
	}
	say.Language, say.Voice = lang.locale, lang.voice
	return say, nil
}
