package twilio_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/callgate/callgate"
)

// sorted returns the parameters as the carrier signs them.
func sorted(params [][2]string) reading {
	out := slices.Clone(params)
	slices.SortFunc(out, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	return out
}

// join is the signed bytes of a reading.
func (r reading) join() string {
	var b strings.Builder
	for _, p := range r {
		b.WriteString(p[0] + p[1])
	}
	return b.String()
}

// posted are the captures that are forms, and what the carrier's pages show.
func posted(t testing.TB) (list []capture) {
	for _, c := range append(captures(t), documented...) {
		c.get = false
		list = append(list, c)
	}
	return list
}

// carrierNames are the names in which readings are looked for: all that occur in
// a capture or document here, which are those that could stand in one.
func carrierNames(t testing.TB) (names []string) {
	for _, c := range posted(t) {
		for _, p := range c.params {
			names = append(names, p[0])
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// eachKnown calls f for every reading of text whose names are among names and
// ascend, whose values have the form that formOf gives, and in which no name in
// required is missing. It stops, and reports false, after limit readings.
func eachKnown(text string, names, required []string, limit int, f func(reading)) bool {
	var walk func(at int, last string, r reading) bool
	walk = func(at int, last string, r reading) bool {
		for _, name := range names {
			if name <= last || !strings.HasPrefix(text[at:], name) || skips(required, last, name) {
				continue
			}
			value, form := at+len(name), formOf[name]
			for end := value; end <= len(text); end++ {
				if end < len(text) && !startsName(text[end:], names, name) || form != nil && !form.MatchString(text[value:end]) {
					continue
				}
				next := append(r[:len(r):len(r)], [2]string{name, text[value:end]})
				if end < len(text) {
					if !walk(end, name, next) {
						return false
					}
				} else if !skips(required, name, "\xff") {
					if limit--; limit < 0 {
						return false
					}
					f(next)
				}
			}
		}
		return true
	}
	return walk(0, "", nil)
}

// skips reports whether a required name lies between two names.
func skips(required []string, after, before string) bool {
	return slices.ContainsFunc(required, func(n string) bool { return n > after && n < before })
}

// requiredOf are the names that each request of a kind has.
func requiredOf(kind callgate.Kind) []string {
	if kind == callgate.KindStatus {
		return []string{"AccountSid"}
	}
	return []string{"AccountSid", "ApiVersion", "CallSid", "CallStatus", "Direction", "From", "To"}
}

// formOf are the forms that the carrier's pages give values.
var formOf = map[string]*regexp.Regexp{
	"AccountSid":    regexp.MustCompile(`^AC[0-9a-f]{32}$`),
	"ApiVersion":    regexp.MustCompile(`^\d{4}-\d\d-\d\d$`),
	"CallSid":       regexp.MustCompile(`^CA[0-9a-f]{32}$`),
	"CallStatus":    regexp.MustCompile(`^(queued|initiated|ringing|in-progress|completed|busy|failed|no-answer|canceled)$`),
	"Direction":     regexp.MustCompile(`^(inbound|outbound-api|outbound-dial)$`),
	"CalledCountry": regexp.MustCompile(`^([A-Z]{2})?$`),
	"CallerCountry": regexp.MustCompile(`^([A-Z]{2})?$`),
	"FromCountry":   regexp.MustCompile(`^([A-Z]{2})?$`),
	"ToCountry":     regexp.MustCompile(`^([A-Z]{2})?$`),
	"Duration":      regexp.MustCompile(`^\d*$`),
	"CallDuration":  regexp.MustCompile(`^\d*$`),
}

func startsName(text string, names []string, after string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return n > after && strings.HasPrefix(text, n) })
}

// diff names what differs, for a failure.
func diff(want, got reading) string {
	var out []string
	for _, p := range got {
		if !slices.Contains(want, p) {
			out = append(out, fmt.Sprintf("%q=%q", p[0], p[1]))
		}
	}
	return strings.Join(out, " ")
}

// eachParse calls f for every way to read text as names and values, where the
// names ascend and lie between after and before ("" is the end). A name that
// starts with anything but a letter is left out: the profile refuses it at
// sight. With limit readings it stops and reports false.
func eachParse(text, after, before string, limit *int, f func(reading)) bool {
	var walk func(at int, last string, r reading) bool
	walk = func(at int, last string, r reading) bool {
		if c := text[at]; (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return true
		}
		for nameEnd := at + 1; nameEnd <= len(text); nameEnd++ {
			name := text[at:nameEnd]
			if before != "" && name >= before || !isNameByte(text[nameEnd-1]) {
				break // and so is every longer one
			}
			if name <= last {
				continue
			}
			for end := nameEnd; end <= len(text); end++ {
				next := append(r[:len(r):len(r)], [2]string{name, text[nameEnd:end]})
				if end == len(text) {
					if *limit--; *limit < 0 {
						return false
					}
					f(next)
				} else if !walk(end, name, next) {
					return false
				}
			}
		}
		return true
	}
	return text == "" || walk(0, after, nil)
}

func isNameByte(c byte) bool {
	return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '.'
}

// skipsAny reports whether the reading lacks a required name. It saves the time
// to make a request that is refused at sight.
func skipsAny(r reading, required []string) bool {
	for _, p := range r {
		if len(required) > 0 && p[0] == required[0] {
			required = required[1:]
		}
	}
	return len(required) > 0
}

// shake joins neighbours, splits values and moves the ends of names, keeping
// the bytes and the ascending order of names.
func shake(random *rand.Rand, r reading) reading {
	out := slices.Clone(r)
	for range 1 + random.IntN(8) {
		i := random.IntN(len(out))
		whole := out[i][0] + out[i][1]
		next := slices.Clone(out)
		switch random.IntN(3) {
		case 0: // the name ends elsewhere
			n := 1 + random.IntN(len(whole))
			next[i] = [2]string{whole[:n], whole[n:]}
		case 1: // joined with its neighbour
			if i+1 < len(out) {
				next[i][1] += out[i+1][0] + out[i+1][1]
				next = slices.Delete(next, i+1, i+2)
			}
		default: // split in two
			at := 1 + random.IntN(len(whole))
			n := at + random.IntN(len(whole)-at+1)
			if n > at && at > len(out[i][0]) {
				next[i][1] = whole[len(out[i][0]):at]
				next = slices.Insert(next, i+1, [2]string{whole[at:n], whole[n:]})
			}
		}
		if slices.IsSortedFunc(next, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) }) {
			out = next
		}
	}
	return out
}
