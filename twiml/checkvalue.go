package twiml

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// attrKind is the type of an attribute's value.
type attrKind uint8

// The kinds, named as the schema names them.
const (
	kindString attrKind = iota
	kindEnum
	kindEnumList
	kindBoolean
	kindInteger
	kindIntegerOrAuto
	kindIntegerList
	kindDecimal
	kindURL
	kindSid
	kindDtmf
	kindDtmfSet
	kindLanguage
	kindBooleanOrString
)

// attrRule is what the schema says about one attribute.
type attrRule struct {
	kind          attrKind
	values        []string
	patterns      []*regexp.Regexp
	schemes       []string // of a URL; http and https when empty
	min, max      int      // of a number; no maximum when 0
	maxLength     int      // in characters
	maxItems      int      // of a list with commas
	maxItemLength int
	prefix        string // of a SID
	https         bool   // an absolute URL must be https
	required      bool
	code          Code   // for a bad value; 0 stands for CodeSchema
	def           string // the carrier's default, for messages
}

// fault says what a value must be when it is not that, and "" when all is well.
func (r *attrRule) fault(v string) string {
	switch r.kind {
	case kindEnum:
		return r.enumFault(v)
	case kindEnumList, kindIntegerList:
		return r.listFault(v)
	case kindBoolean:
		if v != "true" && v != "false" {
			return "must be true or false"
		}
	case kindInteger, kindIntegerOrAuto:
		return r.integerFault(v)
	case kindDecimal:
		return r.decimalFault(v)
	case kindURL:
		return urlFault(v, r.schemes, r.https)
	case kindSid:
		if !isSid(v, r.prefix) {
			return "must be a SID: " + r.prefix + " and 32 letters and digits"
		}
	case kindDtmf, kindDtmfSet:
		if !r.matches(v) {
			return "holds a character that is no key"
		}
	case kindLanguage:
		return r.languageFault(v)
	case kindString:
		return r.stringFault(v)
	}
	return ""
}

func (r *attrRule) matches(v string) bool {
	return slices.ContainsFunc(r.patterns, func(p *regexp.Regexp) bool { return p.MatchString(v) })
}

func (r *attrRule) enumFault(v string) string {
	if slices.Contains(r.values, v) || r.matches(v) {
		return ""
	}
	if name := nearest(v, r.values); name != "" {
		return "is unknown: did you mean " + name + "?"
	}
	if len(r.patterns) > 0 {
		return "must be " + alternatives(r.values) + ", or a name of a provider's such as the documentation lists"
	}
	return "must be " + alternatives(quoteEmpty(r.values))
}

func quoteEmpty(values []string) []string {
	values = slices.Clone(values)
	for i, v := range values {
		if v == "" {
			values[i] = "empty"
		}
	}
	return values
}

func (r *attrRule) listFault(v string) string {
	words := strings.Fields(v)
	for i, w := range words {
		switch {
		case !slices.Contains(r.values, w):
			return "must be words, with spaces between them, of " + alternatives(r.values)
		case slices.Contains(words[:i], w):
			return "names " + w + " twice"
		}
	}
	if len(words) == 0 {
		return "must be words, with spaces between them, of " + alternatives(r.values)
	}
	return ""
}

func (r *attrRule) integerFault(v string) string {
	if slices.Contains(r.values, v) {
		return ""
	}
	n, ok := parseInt(v)
	if ok && n >= r.min && (r.max == 0 || n <= r.max) {
		return ""
	}
	want := fmt.Sprintf("must be a whole number of at least %d", r.min)
	if r.max != 0 {
		want = fmt.Sprintf("must be a whole number from %d to %d", r.min, r.max)
	}
	if len(r.values) > 0 {
		want += ", or " + alternatives(r.values)
	}
	return want
}

var decimal = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?$`)

func (r *attrRule) decimalFault(v string) string {
	n, err := strconv.ParseFloat(v, 64)
	if err != nil || !decimal.MatchString(v) || n < float64(r.min) || n > float64(r.max) {
		return fmt.Sprintf("must be a decimal from %d to %d, such as 20.45", r.min, r.max)
	}
	return ""
}

var languageTag = regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$`)

// languageFault takes the listed tags in either case, and the bare language of
// any of them.
func (r *attrRule) languageFault(v string) string {
	if !languageTag.MatchString(v) {
		return "must be a language tag such as en-US"
	}
	for _, tag := range r.values {
		language, _, _ := strings.Cut(tag, "-")
		if strings.EqualFold(v, tag) || strings.EqualFold(v, language) {
			return ""
		}
	}
	return "is a language that the carrier does not list"
}

func (r *attrRule) stringFault(v string) string {
	if r.maxLength > 0 && utf8.RuneCountInString(v) > r.maxLength {
		return fmt.Sprintf("must be of at most %d characters", r.maxLength)
	}
	if len(r.patterns) > 0 && !r.matches(v) {
		return "must match " + r.patterns[0].String()
	}
	if r.maxItems == 0 {
		return ""
	}
	items := strings.Split(v, ",")
	if len(items) > r.maxItems {
		return fmt.Sprintf("has more than %d entries", r.maxItems)
	}
	for _, item := range items {
		if utf8.RuneCountInString(trim(item)) > r.maxItemLength {
			return fmt.Sprintf("has an entry of more than %d characters", r.maxItemLength)
		}
	}
	return ""
}

// urlFault checks a URL or a reference relative to the document.
func urlFault(v string, schemes []string, https bool) string {
	v = trim(v)
	u, err := url.Parse(v)
	switch {
	case strings.ContainsAny(v, " \t\r\n"):
		return "is a URL with white space in it: write %20"
	case err != nil:
		return "is no URL"
	case len(schemes) > 0:
		if !slices.Contains(schemes, u.Scheme) || u.Host == "" {
			return "must be an absolute URL with " + alternatives(schemes) + "://"
		}
	case u.Scheme == "":
	case u.Scheme != "http" && u.Scheme != "https":
		return "must be a URL with https:// or http://, or relative to the document"
	case u.Host == "":
		return "is a URL without a host"
	case https && u.Scheme != "https":
		return "must be https"
	}
	if strings.Contains(u.Hostname(), "_") {
		return "is a URL whose host has an underscore, which the carrier refuses"
	}
	return ""
}

// isSid reports whether v is an identifier of the carrier: two letters for the
// kind and 32 more characters.
func isSid(v, prefix string) bool {
	rest, ok := strings.CutPrefix(v, prefix)
	if !ok || len(rest) != 32 {
		return false
	}
	return !strings.ContainsFunc(rest, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
}

// message writes a finding about a value. Values that may carry a secret or what
// a caller keyed in are not quoted.
func (r *attrRule) message(element string, a Attr, fault string) string {
	quoted := ""
	switch r.kind {
	case kindEnum, kindEnumList, kindBoolean, kindInteger, kindIntegerOrAuto, kindIntegerList, kindDecimal, kindLanguage:
		quoted = fmt.Sprintf("=%.40q", a.Value)
	}
	msg := fmt.Sprintf("<%s> %s%s %s", element, a.Name, quoted, fault)
	if r.def != "" && !strings.HasSuffix(fault, "?") {
		msg += "; the default is " + r.def
	}
	return msg
}

// nearest returns the candidate that name is most likely a slip for: the same in
// another case, or at most two edits away; "" when there is none.
func nearest(name string, candidates []string) string {
	best, at := "", 3
	for _, c := range candidates {
		_, local, found := strings.Cut(c, "/")
		if !found {
			local = c
		}
		d := edits(strings.ToLower(name), strings.ToLower(local))
		if d < at && d*2 < len(local) {
			best, at = local, d
		}
	}
	return best
}

// edits is the Levenshtein distance of two short words.
func edits(a, b string) int {
	if len(a) > 64 {
		return len(a)
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j]+1, row[j+1]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
