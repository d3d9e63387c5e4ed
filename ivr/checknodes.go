package ivr

import (
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
)

const (
	// maxSpokenChars is how much a carrier speaks in one Say: 4096 characters, 3000
	// with some voices.
	maxSpokenChars = 3000
	// manyOptions is how many choices a listener keeps in mind.
	manyOptions = 5
)

// checkNodes looks at each node by itself.
func (k *checker) checkNodes() {
	for i := range k.p.nodes {
		n := &k.p.nodes[i]
		for _, np := range n.prompts {
			k.checkPrompt(n, np)
		}
		k.checkKeys(n)
		switch do := n.do.(type) {
		case *menuStepper:
			k.checkMenu(n, do)
		case *collectStepper:
			if do.digits != nil && do.digits.min < do.digits.max {
				k.checkFinish(n, "digits.finish", do.digits.finish, "use the other one of # and *")
			}
		case *callbackStepper:
			k.checkFinish(n, "prompt", callbackFinish, "give the global key another one")
		case *transferStepper:
			k.checkTargets(n, do)
		case *httpStepper:
			k.checkURL(n, "url", do.url.start())
		case *hoursStepper:
			k.checkHours(n, do)
		}
	}
	if k.p.lost != nil {
		k.checkPrompt(&node{}, namedPrompt{"lost", k.p.lost})
	}
}

// start is what stands before the first variable.
func (t *template) start() string {
	if t.dynamic() {
		return t.parts[0].text
	}
	return t.text
}

func (k *checker) at(n *node, rule Rule, severity Severity, field, format string, args ...any) {
	k.add(Finding{Rule: rule, Severity: severity, Node: n.name, Field: field, Message: fmt.Sprintf(format, args...)})
}

func (k *checker) checkPrompt(n *node, np namedPrompt) {
	for i := range np.langs {
		in, lang := &np.langs[i], &k.p.languages[i]
		if in.missing {
			k.at(n, MissingTranslation, Error, np.field, "there is no text in %q: callers would hear it in %q", lang.name, in.lang.name)
			continue
		}
		if in.chars > maxSpokenChars {
			k.at(n, LongPrompt, Error, np.field, "the text can have %d characters, and carriers speak %d at once: cut it into pieces", in.chars, maxSpokenChars)
		}
		for j := range in.pieces {
			p := &in.pieces[j]
			if p.text != nil && keyFirst(p.text.start(), in.lang.locale) {
				k.at(n, KeyBeforeChoice, Hint, np.field, "say first what it is for and then the key, as in \"for sales, press 1\": callers do not keep the key in mind until they know what for")
			}
			if p.file != "" && strings.Contains(p.file, "://") {
				k.checkURL(n, np.field, p.file)
			}
		}
	}
}

// keyFirst reports whether a text names a key before what it is for.
func keyFirst(text, locale string) bool {
	tag, _, _ := strings.Cut(strings.ToLower(locale), "-")
	re := keyFirstPatterns[tag]
	return re != nil && re.MatchString(text)
}

var keyFirstPatterns = map[string]*regexp.Regexp{
	"en": regexp.MustCompile(`(?i)\b(?:press|dial|say) (?:the )?(?:\d|one|two|three|four|five|six|seven|eight|nine|zero|star|pound|hash)(?: key)? (?:for|if|to)\b`),
	"de": regexp.MustCompile(`(?i)\b(?:drücken|wählen) sie (?:die )?(?:\d|eins|zwei|drei|vier|fünf|sechs|sieben|acht|neun|null),? (?:für|um|wenn)\b`),
	"fr": regexp.MustCompile(`(?i)\b(?:appuyez sur|tapez|faites) (?:le )?(?:\d|un|deux|trois|quatre|cinq|six|sept|huit|neuf|zéro) (?:pour|si)\b`),
	"es": regexp.MustCompile(`(?i)\b(?:pulse|presione|oprima|marque) (?:el )?(?:\d|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|cero) (?:para|si)\b`),
}

func (k *checker) checkKeys(n *node) {
	for _, what := range n.shadows {
		k.at(n, ShadowedKey, Warning, "", "the global %s means something else at %s: choose another, unless this is meant", what, n.name)
	}
}

func (k *checker) checkMenu(n *node, m *menuStepper) {
	if len(m.options) > manyOptions {
		k.at(n, ManyOptions, Hint, "options", "there are %d options, and callers keep about %d in mind: use a menu below this one", len(m.options), manyOptions)
	}
	keys := sortedKeys(m.keys)
	for _, long := range keys {
		for _, short := range append(sortedKeys(k.p.keys), keys...) {
			if short != long && strings.HasPrefix(long, short) {
				k.at(n, KeyPrefix, Warning, fmt.Sprintf("options.%d.key", m.keys[long]), "the key %s begins with the key %s: after %s the caller waits until the time is over", long, short, short)
			}
		}
	}
}

// checkFinish wants the key that ends an entry to be no global key.
func (k *checker) checkFinish(n *node, field, finish, advice string) {
	if _, global := k.p.keys[finish]; global {
		k.at(n, FinishKey, Error, field, "%s ends the entry here and is a global key: %s", finish, advice)
	}
}

func (k *checker) checkTargets(n *node, t *transferStepper) {
	for i := range t.targets {
		number := t.targets[i].address.text
		if t.targets[i].kind == numberCallee && k.p.numbers[number] {
			k.at(n, TelephoneLoop, Error, fmt.Sprintf("targets.%d.number", i), "%s leads to this line itself: the call would come in again", number)
		}
	}
}

// checkURL wants https. On the machine itself http is only worth a warning.
func (k *checker) checkURL(n *node, field, s string) {
	u, err := url.Parse(s)
	if err != nil || u.Scheme == "https" {
		return
	}
	if addr, err := netip.ParseAddr(u.Hostname()); u.Hostname() == "localhost" || err == nil && addr.IsLoopback() {
		k.at(n, InsecureURL, Warning, field, "this works on one machine alone: write an https address for anything else")
		return
	}
	k.at(n, InsecureURL, Error, field, "what is sent over http can be read and changed on the way: write https")
}
