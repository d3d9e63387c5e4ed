package twilio_test

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/twilio"
)

// The signed bytes have no separators. These tests read the signed bytes of
// captured requests in other ways, present each reading with the captured
// signature (which holds for it), and want each refused.
//
// All readings together are too many to try: in a request of 27 parameters, each
// boundary of a name and its value can move by some ten bytes, which makes more
// than 10^20 of them. The tests therefore try
//
//   - every reading whose names are names of the carrier, however many of them
//     are joined or shifted, and whose values are well formed where the carrier
//     gives them a form (TestWellFormed wants all others refused): TestReadKnown;
//   - every reading that differs from the captured one within any two
//     neighbouring parameters, in any way at all: TestReadWindow;
//   - every place where the address could end: TestReadAddress;
//   - every reading whatsoever of a small request: TestReadSmall;
//   - readings at random, changed in many places at once: TestReadRandom.
//
// What is left out are readings with unknown names in three places or more that
// are no more than combinations of refused ones: a reading is refused when
// another has more known parameters, and the captured one has more than any
// reading in which a part is unknown, however the rest is read.

// exhaustive makes these tests try all readings of all captures, which takes the
// better part of an hour; without it, all of some captures and some of others.
var exhaustive = flag.Bool("exhaustive", false, "try all readings of all captures")

// reading is the parameters of one way to read signed bytes.
type reading [][2]string

// post presents a reading to an address. The carrier sorts, so the order of the
// pairs does not matter; names and values are bytes.
func post(kind callgate.Kind, url, signature string, params reading) *callgate.Request {
	r := request(http.MethodPost, url, formType, encodeForm(params))
	r.Header.Set(twilio.Header, signature)
	r.Kind = kind
	return r
}

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

func TestReadKnown(t *testing.T) {
	names, v := carrierNames(t), voiceVerifier(t)
	for _, c := range posted(t) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			limit := 3000
			if *exhaustive || c.name == "vector oVb2kXoVy8GEfwBDjR8bk/ZZ6eA=" && !testing.Short() {
				limit = math.MaxInt
			}
			genuine, admitted, tried := sorted(c.params), 0, 0
			signature := reference(token, c.url, c.params)
			all := eachKnown(genuine.join(), names, requiredOf(c.kind), limit, func(r reading) {
				tried++
				_, err := v.Verify(post(c.kind, c.url, signature, r))
				if err != nil {
					return
				}
				admitted++
				if !slices.Equal(r, genuine) {
					t.Errorf("admitted: %v", diff(genuine, r))
				}
			})
			if !all {
				t.Logf("the first %d readings", limit)
				return
			}
			if admitted != 1 {
				t.Errorf("%d of %d readings admitted, want the captured one", admitted, tried)
			}
			t.Logf("%d readings", tried)
		})
	}
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

// windows calls f for every reading of the capture in which width neighbouring
// parameters are read anew and the others are not, and returns how many windows
// had more than limit readings.
func (c capture) windows(width, limit int, f func(reading)) (cut int) {
	genuine := sorted(c.params)
	for i := range len(genuine) - width + 1 {
		after, before := "", ""
		if i > 0 {
			after = genuine[i-1][0]
		}
		if i+width < len(genuine) {
			before = genuine[i+width][0]
		}
		left := limit
		all := eachParse(genuine[i:i+width].join(), after, before, &left, func(r reading) {
			f(slices.Concat(genuine[:i], r, genuine[i+width:]))
		})
		if !all {
			cut++
		}
	}
	return cut
}

func TestReadWindow(t *testing.T) {
	v := voiceVerifier(t)
	limit := 20_000
	if *exhaustive {
		limit = 1_000_000
	}
	for _, c := range posted(t) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			genuine, tried := sorted(c.params), 0
			signature := reference(token, c.url, c.params)
			cut := c.windows(2, limit, func(r reading) {
				tried++
				_, err := v.Verify(post(c.kind, c.url, signature, r))
				if (err == nil) != slices.Equal(r, genuine) && !onlyHeadersMoved(genuine, r) {
					t.Errorf("Verify = %v: %s", err, diff(genuine, r))
				}
			})
			t.Logf("%d readings, %d windows cut short", tried, cut)
		})
	}
}

// onlyHeadersMoved reports whether two readings differ only in where the name of
// a SIP header ends. Nothing in the bytes can tell that, so the verifier vouches
// for SipHeader_ and what follows as a whole; see the package comment.
func onlyHeadersMoved(a, b reading) bool {
	return slices.EqualFunc(a, b, func(p, q [2]string) bool {
		const family = "SipHeader_"
		return p == q || strings.HasPrefix(p[0], family) && strings.HasPrefix(q[0], family) && p[0]+p[1] == q[0]+q[1]
	})
}

// TestReadAddress moves the end of the address to every byte, reads what follows
// as one parameter or as one and the captured ones, and presents the whole as a
// GET and as a POST without a body too.
func TestReadAddress(t *testing.T) {
	v := voiceVerifier(t)
	for _, c := range posted(t) {
		if len(c.params) > 25 && !*exhaustive && !strings.HasPrefix(c.name, "vector") {
			continue // for the sake of time
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			genuine := sorted(c.params)
			signed, signature := c.url+genuine.join(), reference(token, c.url, c.params)
			for end := len("https://"); end <= len(signed); end++ {
				for _, r := range readingsAfter(signed[end:], genuine) {
					if end == len(c.url) && slices.Equal(r, genuine) {
						continue
					}
					if _, err := v.Verify(post(c.kind, signed[:end], signature, r)); err == nil {
						t.Errorf("admitted for %q: %s", signed[:end], diff(genuine, r))
					}
				}
			}
			for _, method := range []string{http.MethodGet, http.MethodPost} {
				for kind := callgate.KindVoice; kind <= callgate.KindStream; kind++ {
					r := request(method, signed, "", "")
					r.Header.Set(twilio.Header, signature)
					r.Kind = kind
					if _, err := v.Verify(r); err == nil {
						t.Errorf("admitted %s of everything in the address as %v", method, kind)
					}
				}
			}
		})
	}
}

// readingsAfter reads rest as one parameter, with a name of every length, and,
// when rest ends in captured parameters, as one parameter and those.
func readingsAfter(rest string, genuine reading) (list []reading) {
	for n := 1; n <= min(len(rest), 40); n++ {
		list = append(list, reading{{rest[:n], rest[n:]}})
	}
	for i := range genuine {
		own, ok := strings.CutSuffix(rest, genuine[i:].join())
		if !ok {
			continue
		}
		if own == "" {
			list = append(list, genuine[i:])
		}
		for n := 1; n <= min(len(own), 12); n++ {
			list = append(list, append(reading{{own[:n], own[n:]}}, genuine[i:]...))
		}
	}
	return list
}

// TestReadSmall tries every reading whatsoever of requests that are small enough,
// behind five parameters whose values have one form each.
func TestReadSmall(t *testing.T) {
	head := sorted(params("AccountSid", account, "ApiVersion", "2010-04-01", "CallSid", callSid, "CallStatus", "ringing", "Direction", "inbound"))
	v := voiceVerifier(t)
	for _, tail := range []reading{
		params("From", "+15", "To", "+17"),
		params("From", "a", "To", "b"),
		params("From", "sip:a@b", "To", "sip:c@d"),
		params("From", "+1", "FromCity", "TO", "To", "+7"),
		params("From", "+15", "SpeechResult", "To", "To", "+17"),
		params("From", "+1", "FromCity", "A", "FromZip", "1", "To", "+7", "ToCity", "B"),
	} {
		genuine := slices.Concat(head, tail)
		signature := reference(token, address, genuine)
		tried, limit := 0, 1_000_000
		all := eachParse(tail.join(), "Direction", "", &limit, func(r reading) {
			tried++
			r = slices.Concat(head, r)
			if skipsAny(r, requiredOf(callgate.KindVoice)) {
				return
			}
			_, err := v.Verify(post(callgate.KindVoice, address, signature, r))
			if (err == nil) != slices.Equal(r, genuine) {
				t.Errorf("Verify = %v: %s", err, diff(genuine, r))
			}
		})
		if !all {
			t.Errorf("more readings than expected of %v", tail)
		}
		t.Logf("%d readings of %q", tried, tail.join())
	}
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

// TestReadRandom changes captured readings in many places at once.
func TestReadRandom(t *testing.T) {
	v, random := voiceVerifier(t), rand.New(rand.NewPCG(1, 2))
	for _, c := range posted(t) {
		genuine := sorted(c.params)
		signature := reference(token, c.url, c.params)
		for range 3000 {
			r := shake(random, genuine)
			_, err := v.Verify(post(c.kind, c.url, signature, r))
			if err == nil && !slices.Equal(sorted(r), genuine) && !onlyHeadersMoved(genuine, sorted(r)) {
				t.Fatalf("%s: admitted %s", c.name, diff(genuine, r))
			}
		}
	}
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
