package ivr

import (
	"strconv"
	"strings"
	"unicode"
)

// NormalizeSpeech writes recognised speech so that it can be compared: in lower
// case, without punctuation, with single spaces, and with number words from zero to
// twenty as digits. "Yes." becomes "yes", "Option TWO, please!" becomes "option 2
// please". Number words are known for English, German, French, Spanish, Italian,
// Portuguese and Dutch; locale is a BCP 47 tag such as "en-US".
func NormalizeSpeech(s, locale string) string {
	var b strings.Builder
	numbers := numberWords(locale)
	for word := range strings.FieldsFuncSeq(strings.ToLower(s), separates) {
		word = strings.Trim(word, "'’")
		if digits, ok := numbers[word]; ok {
			word = digits
		}
		if word == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(word)
	}
	return b.String()
}

// separates reports whether a character stands between words. An apostrophe does
// not: "don't" is one word.
func separates(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r) && r != '\'' && r != '’'
}

func numberWords(locale string) map[string]string {
	tag, _, _ := strings.Cut(strings.ToLower(locale), "-")
	return numbersByLanguage[tag]
}

// numbersByLanguage holds the number words that are not ambiguous. German "ein" and
// Spanish "un" are articles too; the digit is "eins" and "uno".
var numbersByLanguage = map[string]map[string]string{
	"en": counted("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty"),
	"de": counted("null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn zwanzig"),
	"fr": counted("zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf vingt"),
	"es": counted("cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve veinte"),
	"it": counted("zero uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove venti"),
	"pt": counted("zero um dois três quatro cinco seis sete oito nove dez onze doze treze catorze quinze dezesseis dezessete dezoito dezenove vinte"),
	"nl": counted("nul een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien zeventien achttien negentien twintig"),
}

func counted(words string) map[string]string {
	m := map[string]string{}
	for i, word := range strings.Fields(words) {
		if strings.Contains(word, "-") {
			continue // it is two words once punctuation is gone
		}
		m[word] = strconv.Itoa(i)
	}
	return m
}

// phrases matches what was said against the words of several choices.
type phrases struct {
	locale string
	exact  map[string]int
	list   []phrase
}

// phrase is one way to say a choice, normalised.
type phrase struct {
	text   string
	choice int
}

// add returns the choice that already has this phrase, or -1. An empty phrase is
// not added.
func (p *phrases) add(text string, choice int) int {
	text = NormalizeSpeech(text, p.locale)
	if text == "" {
		return -1
	}
	if p.exact == nil {
		p.exact = map[string]int{}
	}
	if other, ok := p.exact[text]; ok {
		if other == choice {
			return -1
		}
		return other
	}
	p.exact[text] = choice
	p.list = append(p.list, phrase{" " + text + " ", choice})
	return -1
}

// find returns the choice that was said: all of what was said, or the only choice of
// which a phrase occurs in it. -1 is none.
func (p *phrases) find(said string) int {
	said = NormalizeSpeech(said, p.locale)
	if i, ok := p.exact[said]; ok {
		return i
	}
	found := -1
	said = " " + said + " "
	for _, ph := range p.list {
		if !strings.Contains(said, ph.text) {
			continue
		}
		if found >= 0 && found != ph.choice {
			return -1
		}
		found = ph.choice
	}
	return found
}
