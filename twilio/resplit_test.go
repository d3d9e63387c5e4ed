package twilio_test

import (
	"math"
	"math/rand/v2"
	"net/http"
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

func TestReadKnown(t *testing.T) {
	names, v := carrierNames(t), voiceVerifier(t)
	for _, c := range posted(t) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			limit := effort(3000, math.MaxInt)
			if c.name == "vector oVb2kXoVy8GEfwBDjR8bk/ZZ6eA=" && !testing.Short() {
				limit = effort(200_000, math.MaxInt)
			}
			genuine, admitted, tried := sorted(c.params), 0, 0
			signature := reference(token, c.url, c.params)
			all := eachKnown(genuine.join(), names, requiredOf(c.kind), limit, func(r reading) {
				tried++
				_, err := noted(v.Verify(post(c.kind, c.url, signature, r)))
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
	limit := effort(20_000, 1_000_000)
	for _, c := range posted(t) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			genuine, tried := sorted(c.params), 0
			signature := reference(token, c.url, c.params)
			cut := c.windows(2, limit, func(r reading) {
				tried++
				_, err := noted(v.Verify(post(c.kind, c.url, signature, r)))
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
		if len(c.params) > effort(25, 100) && !strings.HasPrefix(c.name, "vector oVb2k") {
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
					if _, err := noted(v.Verify(post(c.kind, signed[:end], signature, r))); err == nil {
						t.Errorf("admitted for %q: %s", signed[:end], diff(genuine, r))
					}
				}
			}
			for _, method := range []string{http.MethodGet, http.MethodPost} {
				for kind := callgate.KindVoice; kind <= callgate.KindStream; kind++ {
					r := request(method, signed, "", "")
					r.Header.Set(twilio.Header, signature)
					r.Kind = kind
					if _, err := noted(v.Verify(r)); err == nil {
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
		tried, limit := 0, effort(1_000_000, math.MaxInt)
		all := eachParse(tail.join(), "Direction", "", &limit, func(r reading) {
			tried++
			r = slices.Concat(head, r)
			if skipsAny(r, requiredOf(callgate.KindVoice)) {
				return
			}
			_, err := noted(v.Verify(post(callgate.KindVoice, address, signature, r)))
			if (err == nil) != slices.Equal(r, genuine) {
				t.Errorf("Verify = %v: %s", err, diff(genuine, r))
			}
		})
		if !all && !raceDetector {
			t.Errorf("more readings than expected of %v", tail)
		}
		t.Logf("%d readings of %q", tried, tail.join())
	}
}

// TestChosenAddress: someone who may choose an address that the carrier requests
// writes the parameters of a call into it, for the address to be cut in front of
// them. The carrier's own parameters then follow in the signed bytes.
func TestChosenAddress(t *testing.T) {
	v, names := voiceVerifier(t), carrierNames(t)
	const cut = address + "?x="
	real := sorted(params("AccountSid", account, "ApiVersion", "2010-04-01", "CallSid", callSid, "CallStatus", "ringing",
		"Direction", "inbound", "From", "+15550123", "FromCity", "X", "To", "+15550199", "ToCity", "Y"))
	forged := reading(with(real, "CallSid", "CA"+strings.Repeat("0", 32), "From", "+15550666"))
	for name, chosen := range map[string]string{
		"whole":            forged.join(),
		"ends in text":     append(forged[:len(forged):len(forged)], [2]string{"ToZip", ""}).join(),
		"ends in an error": forged[:5].join() + "ErrorUrlhttps://x/",
		"ends in a city":   forged[:6].join() + "FromCity",
		"ends in speech":   forged[:7].join() + "SpeechResult",
	} {
		t.Run(name, func(t *testing.T) {
			signed, tried := chosen+real.join(), 0
			signature := reference(token, cut+signed, nil)
			if signature != reference(token, cut+chosen, real) {
				t.Fatal("the carrier would sign something else")
			}
			eachKnown(signed, names, requiredOf(callgate.KindVoice), effort(20_000, math.MaxInt), func(r reading) {
				tried++
				if _, err := noted(v.Verify(post(callgate.KindVoice, cut, signature, r))); err == nil {
					t.Errorf("admitted: %v", r)
				}
			})
			if tried == 0 {
				t.Error("no reading tried")
			}
		})
	}
}

// TestReadRandom changes captured readings in many places at once.
func TestReadRandom(t *testing.T) {
	v, random := voiceVerifier(t), rand.New(rand.NewPCG(1, 2))
	for _, c := range posted(t) {
		genuine := sorted(c.params)
		signature := reference(token, c.url, c.params)
		for range effort(3000, 100_000) {
			r := shake(random, genuine)
			_, err := noted(v.Verify(post(c.kind, c.url, signature, r)))
			if err == nil && !slices.Equal(sorted(r), genuine) && !onlyHeadersMoved(genuine, sorted(r)) {
				t.Fatalf("%s: admitted %s", c.name, diff(genuine, r))
			}
		}
	}
}
