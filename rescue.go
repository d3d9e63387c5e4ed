package callgate

import (
	"encoding/xml"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// Rescue is what callers hear when their call cannot be answered.
type Rescue struct {
	// Documents are complete TwiML documents by language; RescueDocument makes one.
	// A language such as "de-AT" without a document has that of "de", and any other
	// language that of "".
	Documents map[string][]byte
}

func (r Rescue) clone() map[string][]byte { return r.over(nil) }

// over returns the documents of r, and those of above in other languages.
func (r Rescue) over(above map[string][]byte) map[string][]byte {
	all := make(map[string][]byte, len(above)+len(r.Documents))
	maps.Copy(all, above)
	for language, doc := range r.Documents {
		all[language] = slices.Clone(doc)
	}
	return all
}

// documentFor returns the rescue document for a language, or nil. A language
// that has none falls back to the default document and then to the language of
// the route.
func (r *route) documentFor(language string) []byte {
	for _, l := range []string{language, primary(language), "", r.language, primary(r.language)} {
		if doc := r.documents[l]; doc != nil {
			return doc
		}
	}
	return nil
}

// primary returns the language without region: "de" for "de-AT".
func primary(language string) string {
	p, _, _ := strings.Cut(language, "-")
	return p
}

// isLanguage reports whether s is empty or can be a language tag (RFC 5646):
// words of letters and digits with hyphens between, the first of letters.
func isLanguage(s string) bool {
	if s == "" {
		return true
	}
	for i, word := range strings.Split(s, "-") {
		if word == "" || len(word) > 8 {
			return false
		}
		for _, c := range []byte(word) {
			letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
			if !letter && (i == 0 || c < '0' || c > '9') {
				return false
			}
		}
	}
	return true
}

// maxSay is the longest text that every voice of the carrier speaks, in
// characters (Twilio <Say>: 4,096 for basic voices, 3,000 for Polly's).
const maxSay = 3000

// RescueDocument makes the TwiML of a rescue: it says something in a language
// (empty: the carrier's default), connects the caller with a support number, and
// when that call has ended, or nobody took it, says how to go on. Apology has
// texts to say.
func RescueDocument(say, language, supportNumber string) ([]byte, error) {
	var faults []error
	if strings.TrimSpace(say) == "" {
		faults = append(faults, errors.New("there is nothing to say; take the text of Apology or write one"))
	}
	if n := utf8.RuneCountInString(say); n > maxSay {
		faults = append(faults, fmt.Errorf("the text to say has %d characters; the carrier speaks at most %d", n, maxSay))
	}
	if !isSpeakable(say) {
		faults = append(faults, errors.New("the text to say is not UTF-8 or has control characters"))
	}
	if !isLanguage(language) {
		faults = append(faults, fmt.Errorf(`%q is no language such as "en" or "de-AT"`, language))
	}
	number := strings.TrimSpace(supportNumber)
	if !isDialable(number) {
		faults = append(faults, errors.New(`the support number is no telephone number such as "+15005550100"; callers could reach nobody`))
	}
	if len(faults) > 0 {
		return nil, fmt.Errorf("rescue document: %w", errors.Join(faults...))
	}
	closing, closingLanguage := closingFor(language)
	return fmt.Appendf(nil, `<?xml version="1.0" encoding="UTF-8"?>`+"\n<Response>%s<Dial>%s</Dial>%s</Response>\n",
		sayElement(say, language), number, sayElement(closing, closingLanguage)), nil
}

func sayElement(text, language string) string {
	var b strings.Builder
	b.WriteString("<Say")
	if language != "" {
		b.WriteString(` language="` + language + `"`)
	}
	b.WriteString(">")
	_ = xml.EscapeText(&b, []byte(text)) // a Builder takes everything
	b.WriteString("</Say>")
	return b.String()
}

func isSpeakable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(c rune) bool {
		return !isCharacter(c) || c >= 0x7f && c <= 0x9f
	})
}

// isDialable reports whether s is a telephone number as people write it. That
// one is in service only a call can tell.
func isDialable(s string) bool {
	digits := 0
	for i, c := range []byte(s) {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c == '+' && i == 0:
		case strings.IndexByte("-. ()", c) >= 0 && i > 0, c == '(':
		default:
			return false
		}
	}
	// Emergency and short numbers have three digits, international ones up to 15,
	// and a trunk or access prefix a few more.
	return digits >= 3 && digits <= 20
}

// texts are spoken to callers in one language.
type texts struct{ apology, closing string }

func textsFor(language string) (texts, bool) {
	switch strings.ToLower(primary(language)) {
	case "en":
		return texts{
			"We are sorry, we cannot answer your call right now. We are connecting you with our call center.",
			"If you could not speak with anyone, please call again later. Goodbye.",
		}, true
	case "es":
		return texts{
			"Lo sentimos, en este momento no podemos atender su llamada. Le comunicamos con nuestro centro de llamadas.",
			"Si no pudo hablar con nadie, vuelva a llamar más tarde. Adiós.",
		}, true
	case "fr":
		return texts{
			"Nous sommes désolés, nous ne pouvons pas traiter votre appel pour le moment. Nous vous mettons en relation avec notre centre d'appels.",
			"Si vous n'avez pu parler à personne, veuillez rappeler plus tard. Au revoir.",
		}, true
	case "de":
		return texts{
			"Es tut uns leid, wir können Ihren Anruf gerade nicht beantworten. Wir verbinden Sie mit unserem Callcenter.",
			"Wenn Sie niemanden erreicht haben, rufen Sie bitte später noch einmal an. Auf Wiederhören.",
		}, true
	}
	return texts{}, false
}

// Apology returns what a rescue can say in English, Spanish, French or German,
// and whether the language is one of them. It announces the call center, as the
// document of RescueDocument goes on to dial.
func Apology(language string) (text string, ok bool) {
	t, ok := textsFor(language)
	return t.apology, ok
}

// closingFor returns the words that end a rescue. Whether the conversation took
// place is not known then, so they fit both. In a language that is not known
// here they are English, which is better than silence.
func closingFor(language string) (text, spoken string) {
	if t, ok := textsFor(language); ok {
		return t.closing, language
	}
	t, _ := textsFor("en")
	return t.closing, "en"
}

// lastResort is what a caller hears whose rescues led back to a failure again
// and again: it does nothing that could fail.
func lastResort(language string) []byte {
	closing, spoken := closingFor(language)
	return []byte(`<?xml version="1.0" encoding="UTF-8"?>` + "\n<Response>" + sayElement(closing, spoken) + "<Hangup/></Response>\n")
}
