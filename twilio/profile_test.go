package twilio_test

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/twilio"
)

// verifyPosted signs the parameters by the reference and verifies them as a form.
func verifyPosted(t testing.TB, v *twilio.Verifier, kind callgate.Kind, url string, params [][2]string) error {
	t.Helper()
	_, err := noted(v.Verify(post(kind, url, reference(token, url, params), params)))
	return err
}

// TestWellFormed: values and names that the carrier does not send are refused,
// unusual ones that it does send are not.
func TestWellFormed(t *testing.T) {
	cases := []struct {
		name   string
		params [][2]string
		want   error
	}{
		{"as captured", inbound, nil},
		{"no parameters", nil, callgate.ErrProfile},
		{"without AccountSid", without(inbound, "AccountSid"), callgate.ErrProfile},
		{"without ApiVersion", without(inbound, "ApiVersion"), callgate.ErrProfile},
		{"without CallSid", without(inbound, "CallSid"), callgate.ErrProfile},
		{"without CallStatus", without(inbound, "CallStatus"), callgate.ErrProfile},
		{"without Direction", without(inbound, "Direction"), callgate.ErrProfile},
		{"without From", without(inbound, "From"), callgate.ErrProfile},
		{"without To", without(inbound, "To"), callgate.ErrProfile},
		{"without what is optional", without(inbound, "Called", "Caller", "CallToken", "FromCity", "ToZip"), nil},

		{"AccountSid too short", with(inbound, "AccountSid", account[:33]), callgate.ErrProfile},
		{"AccountSid in capitals", with(inbound, "AccountSid", strings.ToUpper(account)), callgate.ErrProfile},
		{"AccountSid of another kind", with(inbound, "AccountSid", "SK"+account[2:]), callgate.ErrProfile},
		{"empty AccountSid", with(inbound, "AccountSid", ""), callgate.ErrProfile},
		{"CallSid too long", with(inbound, "CallSid", callSid+"0"), callgate.ErrProfile},
		{"CallSid of the documents' example", with(inbound, "CallSid", "CA1234567890ABCDE"), callgate.ErrProfile},
		{"empty CallSid", with(inbound, "CallSid", ""), callgate.ErrProfile},
		{"CallStatus in capitals", with(inbound, "CallStatus", "Ringing"), callgate.ErrProfile},
		{"CallStatus and more", with(inbound, "CallStatus", "ringingx"), callgate.ErrProfile},
		{"empty CallStatus", with(inbound, "CallStatus", ""), callgate.ErrProfile},
		{"unknown Direction", with(inbound, "Direction", "outbound"), callgate.ErrProfile},
		{"Direction of a dialled leg", with(inbound, "Direction", "outbound-dial"), nil},
		{"ApiVersion of old", with(inbound, "ApiVersion", "2008-08-01"), nil},
		{"ApiVersion that is no date", with(inbound, "ApiVersion", "v1"), callgate.ErrProfile},

		{"From short code", with(inbound, "From", "55501"), nil},
		{"From unassigned", with(inbound, "From", "unknown"), nil},
		{"From restricted", with(inbound, "From", "Restricted"), nil},
		{"From with separators", with(inbound, "From", "(818) 555-0123"), nil},
		{"From client", with(inbound, "From", "client:jenny.doe@example"), nil},
		{"From client with unicode", with(inbound, "From", "client:j\u00e9r\u00f4me"), nil},
		{"From SIP", with(inbound, "From", "sips:alice@example.com:5061"), nil},
		{"From WhatsApp", with(inbound, "From", "whatsapp:+18185550123"), nil},
		{"From empty", with(inbound, "From", ""), nil},
		{"To a name in small letters", with(inbound, "To", "support_agent"), nil},
		{"To a name with a capital", with(inbound, "To", "Support"), callgate.ErrProfile},
		{"From with a letter in the number", with(inbound, "From", "+1818x5550123"), callgate.ErrProfile},
		{"From with a line break", with(inbound, "From", "+18185550123\r\n"), callgate.ErrProfile},
		{"From with a NUL", with(inbound, "From", "+1818\x00"), callgate.ErrProfile},
		{"From with a space in SIP", with(inbound, "From", "sip:a b@example.com"), callgate.ErrProfile},
		{"From too long", with(inbound, "From", "sip:"+strings.Repeat("a", 600)), callgate.ErrProfile},
		{"From of 80 digits", with(inbound, "From", strings.Repeat("1", 80)), callgate.ErrProfile},
		{"From another scheme", with(inbound, "From", "javascript:alert(1)"), callgate.ErrProfile},

		{"country in small letters", with(inbound, "FromCountry", "us"), callgate.ErrProfile},
		{"country of three letters", with(inbound, "FromCountry", "USA"), callgate.ErrProfile},
		{"no country", with(inbound, "FromCountry", ""), nil},
		{"digits", with(inbound, "Digits", "0123456789*#ABCDw"), nil},
		{"no digits", with(inbound, "Digits", ""), nil},
		{"the documents' own no input", with(inbound, "Digits", "TIMEOUT"), nil},
		{"digits with a plus", with(inbound, "Digits", "1+"), callgate.ErrProfile},
		{"86 digits that swallowed the caller", with(without(inbound, "From"), "Digits", "1From+18185550123"), callgate.ErrProfile},
		{"speech in any script", with(inbound, "SpeechResult", "\u0928\u092e\u0938\u094d\u0924\u0947"), nil},
		{"confidence", with(inbound, "Confidence", "high"), callgate.ErrProfile},
		{"recording that is no address", with(inbound, "RecordingUrl", "file:///etc/passwd"), callgate.ErrProfile},

		{"repeated scalar", append(slices.Clone(inbound), [2]string{"From", "+15550199"}), callgate.ErrProfile},
		{"repeated scalar with the same value", append(slices.Clone(inbound), [2]string{"ToZip", ""}), callgate.ErrProfile},
		{"repeated unknown name", append(slices.Clone(inbound), [2]string{"FromX", "1"}, [2]string{"FromX", "2"}), callgate.ErrProfile},
		{"repeated SIP header", append(slices.Clone(inbound), [2]string{"SipHeader_X-A", "1"}, [2]string{"SipHeader_X-A", "2"}), callgate.ErrProfile},
	}
	v := voiceVerifier(t)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if err := verifyPosted(t, v, callgate.KindVoice, address, c.params); !errors.Is(err, c.want) {
				t.Errorf("Verify = %v, want %v", err, c.want)
			}
			if c.params == nil {
				return
			}
			get := capture{get: true, url: address, params: c.params}
			if _, err := noted(v.Verify(get.request())); !errors.Is(err, c.want) {
				t.Errorf("Verify of a GET = %v, want %v", err, c.want)
			}
		})
	}
}

// TestNames: in a form a name must be one that can be told from a value. In a
// query names are separated, and the application may have its own.
func TestNames(t *testing.T) {
	v := voiceVerifier(t)
	base := without(inbound, "ToCity", "ToCountry", "ToState", "ToZip") // To is the last
	for _, name := range []string{"", "1st", "To[]", "To x", "Toll[]", "Toll x", "Toll\u00e9", "ABTest", "__proto__", "\u00e9", "A"} {
		t.Run(name, func(t *testing.T) {
			c := capture{url: address, params: with(base, name, "x")}
			if _, err := noted(v.Verify(c.request())); !errors.Is(err, callgate.ErrProfile) {
				t.Errorf("Verify = %v, want %v", err, callgate.ErrProfile)
			}
			c.get = true
			if _, err := noted(v.Verify(c.request())); err != nil {
				t.Errorf("Verify of a GET = %v", err)
			}
		})
	}
}

// TestUnknownNames: a parameter that the carrier adds one day must not silence a
// line, unless it cannot be told from the value before it.
func TestUnknownNames(t *testing.T) {
	v := voiceVerifier(t)
	cases := []struct {
		name  string
		extra []string
		want  error
	}{
		{"after an identifier", []string{"CallSidx", "1"}, nil},
		{"after a country", []string{"FromCountryCode", "1"}, nil},
		{"after a status", []string{"CallStatusReason", "answered"}, nil},
		{"after a number", []string{"Toll", "free"}, nil},
		{"two of them", []string{"FromCountryCode", "1", "FromCountryName", "x"}, nil},
		{"after a city, to which it could belong", []string{"FromCityCode", "1"}, callgate.ErrProfile},
		{"after a token, to which it could belong", []string{"CallTokenType", "x"}, callgate.ErrProfile},
		{"after all", []string{"Zone", "7"}, nil},
		{"after free text at the end", []string{"ToZip", "", "Zone", "7"}, callgate.ErrProfile},
		{"with the name of another in its value", []string{"FromCountryCode", "1FromState"}, callgate.ErrProfile},
	}
	// Without the places of the number dialled, To is the last parameter.
	base := without(inbound, "ToCity", "ToCountry", "ToState", "ToZip")
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if err := verifyPosted(t, v, callgate.KindVoice, address, with(base, c.extra...)); !errors.Is(err, c.want) {
				t.Errorf("Verify = %v, want %v", err, c.want)
			}
		})
	}
}

func TestExtraParams(t *testing.T) {
	v := voiceVerifier(t, "phoneNumber", "Zone", "SipHeader_X-Tenant")
	browser := params("AccountSid", account, "ApiVersion", "2010-04-01", "ApplicationSid", "AP00112233445566778899aabbccddeeff",
		"CallSid", callSid, "CallStatus", "ringing", "Called", "", "Caller", "client:Anonymous", "Direction", "inbound",
		"From", "client:Anonymous", "To", "", "phoneNumber", "+12025550143")
	cases := []struct {
		name   string
		params [][2]string
		want   error
	}{
		{"a client's parameter", browser, nil},
		{"an empty one", with(browser, "phoneNumber", ""), nil},
		{"after free text", with(inbound, "Zone", "7"), nil},
		{"between SIP headers", with(browser, "SipHeader_X-A", "1", "SipHeader_X-Tenant", "t", "SipHeader_X-Z", "2"), nil},
		{"swallowed by the one before", with(without(browser, "phoneNumber"), "Zone", "xphoneNumber+12025550143"), callgate.ErrProfile},
		{"a header that only starts so", with(browser, "SipHeader_X-TenantName", "t"), callgate.ErrProfile},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if err := verifyPosted(t, v, callgate.KindVoice, address, c.params); !errors.Is(err, c.want) {
				t.Errorf("Verify = %v, want %v", err, c.want)
			}
		})
	}
}

// TestNamesInText: what happens when the text of a caller holds names.
func TestNamesInText(t *testing.T) {
	base := without(inbound, "ToCity", "ToCountry", "ToState", "ToZip", "CallToken", "StirVerstat")
	city := without(base, "FromCountry", "FromState", "FromZip")
	cases := []struct {
		name   string
		extra  []string
		params [][2]string
		want   error
	}{
		{"a name that cannot stand there", nil, with(base, "SpeechResult", "From me, Digits, CallSid"), nil},
		{"the next name without a value of its form", nil, with(base, "SpeechResult", "To: me"), nil},
		{"a later name, but the required one is missing", nil, with(base, "SpeechResult", "To: ToZip"), nil},
		{"a name with a value", nil, with(base, "CallerZip", "91604Digits1"), callgate.ErrProfile},
		{"the same where others are between", nil, with(base, "CallerName", "JOEDigits1"), nil},
		{"two ways to cut", nil, with(base, "CallerName", "JOECallerStateXX"), callgate.ErrProfile},
		{"a name inside a longer one", nil, with(base, "FromZip", "DialSipCallIdx"), nil},
		{"that longer one where it can stand", nil, with(base, "CallerZip", "DialSipCallIdx"), callgate.ErrProfile},
		{"two hundred names", nil, with(base, "SpeechResult", strings.Repeat("To ", 200)), callgate.ErrProfile},
		{"a name across a name and its value", []string{"GeoFrom"}, with(city, "GeoFrom", "State1"), callgate.ErrProfile},
		{"the same without the second meaning", []string{"GeoFrom"}, with(city, "GeoFrom", "Stat1"), nil},
		{"a name across an identifier and the next name", []string{"baCallStatus"}, with(base, "CallSid", callSid[:32]+"ba"), callgate.ErrProfile},
		{"a name that differs in the middle", []string{"campaign1reference"}, with(inbound, "campaign2reference", "x"), callgate.ErrProfile},
		{"the name itself", []string{"campaign1reference"}, with(inbound, "campaign1reference", "x"), nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if err := verifyPosted(t, voiceVerifier(t, c.extra...), callgate.KindVoice, address, c.params); !errors.Is(err, c.want) {
				t.Errorf("Verify = %v, want %v", err, c.want)
			}
		})
	}
}

// TestManyNames: the work on one request is bounded.
func TestManyNames(t *testing.T) {
	err := verifyPosted(t, voiceVerifier(t), callgate.KindVoice, address, with(inbound, "SpeechResult", strings.Repeat("To ", 200)))
	if err == nil || !strings.Contains(err.Error(), "at more than 128 places") {
		t.Errorf("Verify = %v", err)
	}
}

// TestNotWhatItClaims: the signature holds, and the request is another one.
func TestNotWhatItClaims(t *testing.T) {
	v := voiceVerifier(t)
	form := encodeForm(inbound)
	glued := sorted(inbound).join()
	requests := []struct {
		name           string
		kind           callgate.Kind
		method, url    string
		body, bodyType string
		signed         [][2]string
	}{
		{"87 a form moved into the path", callgate.KindVoice, "GET", address + glued, "", "", nil},
		{"a form moved into the query", callgate.KindVoice, "GET", address + "?a=1" + glued, "", "", nil},
		{"a form moved into the path of a POST", callgate.KindVoice, "POST", address + glued, "", formType, nil},
		{"a form behind a form", callgate.KindVoice, "POST", address + "?a=" + glued, form, formType, inbound},
		{"GET without parameters", callgate.KindVoice, "GET", address, "", "", nil},
		{"a carrier's parameter in the address of a form", callgate.KindVoice, "POST", address + "?Digits=1", form, formType, inbound},
		{"one with its name escaped", callgate.KindVoice, "POST", address + "?%44igits=1", form, formType, inbound},
		{"a SIP header in the address of a form", callgate.KindVoice, "POST", address + "?SipHeader_X-A=1", form, formType, inbound},
		{"JSON for a call", callgate.KindVoice, "POST", address + "?bodySHA256=" + hashOf("{}"), "{}", jsonType, nil},
		{"a handshake for a call", callgate.KindVoice, "GET", "wss://ivr.example.org/voice?" + form, "", "", nil},
		{"a handshake for a status", callgate.KindStatus, "GET", "wss://ivr.example.org/voice?" + form, "", "", nil},
		{"a call for a stream", callgate.KindStream, "POST", address, form, formType, inbound},
		{"a status for a call", callgate.KindVoice, "POST", address, encodeForm(documented[8].params), formType, documented[8].params},
		{"a kind that is none", callgate.Kind(9), "POST", address, form, formType, inbound},
		{"a status that was signed as a GET", callgate.KindStatus, "POST", address + "?bodySHA256=" + hashOf("{}") + "&" + form, "{}", jsonType, nil},
		{"a GET in a value", callgate.KindVoice, "POST", address, encodeForm(with(inbound, "SpeechResult", "?a=1&AccountSid="+account+"&CallSid="+callSid)), formType,
			with(inbound, "SpeechResult", "?a=1&AccountSid="+account+"&CallSid="+callSid)},
	}
	for _, c := range requests {
		t.Run(c.name, func(t *testing.T) {
			r := request(c.method, c.url, c.bodyType, c.body)
			r.Kind = c.kind
			r.Header.Set(twilio.Header, reference(token, c.url, c.signed))
			if _, err := noted(signatureOnly(t, token).Verify(r)); err != nil {
				t.Fatalf("the signature does not hold: %v", err)
			}
			if _, err := noted(v.Verify(r)); !errors.Is(err, callgate.ErrProfile) {
				t.Errorf("Verify = %v, want %v", err, callgate.ErrProfile)
			}
		})
	}
}

func TestQueryOfForm(t *testing.T) {
	v := voiceVerifier(t)
	for query, want := range map[string]error{
		"":                     nil,
		"?":                    nil,
		"?s=opaque&lang=en":    nil,
		"?digits=1":            nil, // names are case-sensitive
		"?From=%2B15550100":    callgate.ErrProfile,
		"?s=1&CallSid":         callgate.ErrProfile,
		"?s=%zz":               callgate.ErrParams,
		"?next=https://x/?To=": nil, // a value is a value
	} {
		if err := verifyPosted(t, v, callgate.KindVoice, address+query, inbound); !errors.Is(err, want) {
			t.Errorf("with query %q: Verify = %v, want %v", query, err, want)
		}
	}
}

func TestStream(t *testing.T) {
	v := voiceVerifier(t)
	r := request(http.MethodGet, "wss://ivr.example.org/media", "", "")
	r.Kind = callgate.KindStream
	r.Header.Set(twilio.Header, reference(token, r.URL, nil))
	if _, err := noted(v.Verify(r)); err != nil {
		t.Errorf("Verify = %v", err)
	}
	r.URL = "https://ivr.example.org/media"
	r.Header.Set("Upgrade", "websocket")
	if proof, err := noted(v.Verify(r)); err != nil || proof.Form != callgate.FormAsReceived {
		t.Errorf("Verify of the https address = %v, %v", proof, err)
	}
}

func TestStatusJSON(t *testing.T) {
	r := request(http.MethodPost, twilio.WithBodyHash(address, []byte(sample)), jsonType, sample)
	r.Kind = callgate.KindStatus
	r.Header.Set(twilio.Header, reference(token, r.URL, nil))
	if _, err := noted(voiceVerifier(t).Verify(r)); err != nil {
		t.Errorf("Verify = %v", err)
	}
}

func TestStatusSubject(t *testing.T) {
	v := voiceVerifier(t)
	conference := documented[9].params
	if err := verifyPosted(t, v, callgate.KindStatus, address, without(conference, "ConferenceSid")); !errors.Is(err, callgate.ErrProfile) {
		t.Errorf("a status of nothing: Verify = %v", err)
	}
}

// TestRandomTokens: tokens of the carrier are random text in which names of
// parameters turn up by chance. That must not refuse calls.
func TestRandomTokens(t *testing.T) {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	random, v := rand.New(rand.NewPCG(3, 4)), voiceVerifier(t)
	word := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = alphabet[random.IntN(len(alphabet))]
		}
		return string(b)
	}
	for range effort(20_000, 1_000_000) {
		c := with(inbound, "CallToken", word(400), "StirPassportToken", word(600))
		if random.IntN(2) == 0 { // a call without places
			c = without(c, "FromCity", "FromCountry", "FromState", "FromZip", "ToCity", "ToCountry", "ToState", "ToZip")
		}
		if err := verifyPosted(t, v, callgate.KindVoice, address, c); err != nil {
			t.Fatalf("Verify = %v: %v", err, c)
		}
	}
}

// TestOneReading makes requests out of pieces that are meant to confuse, as a
// caller could who writes names and values into what he may choose, and counts
// the readings that are admitted: never two with different known parameters.
func TestOneReading(t *testing.T) {
	pieces := []string{"To", "From", "CallSid", callSid, "CallStatus", "ringing", "Direction", "inbound", "FromCity", "ToCity", "Digits", "1",
		"+15550100", "", " ", "US", "SpeechResult", "CallerName", "Caller", "Called", "client:", "sip:a@b", "SipHeader_X-", "x", "Zone", "FromCountry", "AccountSid", account}
	names := append(carrierNames(t), "Zone")
	slices.Sort(names)
	requests, seed := effort(2000, 200_000), uint64(6)
	if *exhaustive {
		seed = rand.Uint64()
		t.Logf("seed %d", seed)
	}
	random, v := rand.New(rand.NewPCG(5, seed)), voiceVerifier(t, "Zone")
	text := func() string {
		var b strings.Builder
		for range random.IntN(5) {
			b.WriteString(pieces[random.IntN(len(pieces))])
		}
		return b.String()
	}
	admitted := 0
	for range requests {
		c := params("AccountSid", account, "ApiVersion", "2010-04-01", "CallSid", callSid, "CallStatus", "ringing",
			"Direction", "inbound", "From", "+15550123", "To", "+15550199")
		for _, name := range []string{"CallerName", "CallToken", "CalledCity", "FromCity", "SpeechResult", "StirPassportToken", "ToCity", "Zone", "Digit", "Fromage", "Tomb"} {
			if random.IntN(3) == 0 {
				c = with(c, name, text())
			}
		}
		genuine := sorted(c)
		signature := reference(token, address, c)
		var first reading
		try := func(r reading) {
			if _, err := noted(v.Verify(post(callgate.KindVoice, address, signature, r))); err != nil {
				return
			}
			known := knownPart(r, names)
			if first == nil {
				first = known
				admitted++
			} else if !slices.Equal(first, known) {
				t.Fatalf("two readings admitted:\n%q\n%q", first, known)
			}
		}
		try(genuine)
		eachKnown(genuine.join(), names, requiredOf(callgate.KindVoice), 500, try)
		for range 200 {
			try(shake(random, genuine))
		}
	}
	t.Logf("%d of %d requests have an admitted reading", admitted, requests)
}

// knownPart is what the verifier vouches for: the parameters with known names,
// and of a SIP header the name and value as one text.
func knownPart(r reading, names []string) (known reading) {
	for _, p := range sorted(r) {
		const family = "SipHeader_"
		if header, ok := strings.CutPrefix(p[0], family); ok {
			known = append(known, [2]string{family, header + p[1]})
		} else if slices.Contains(names, p[0]) {
			known = append(known, p)
		}
	}
	return known
}

// TestIdentifierBytes has every byte at every place of an identifier.
func TestIdentifierBytes(t *testing.T) {
	v := voiceVerifier(t)
	for at := 2; at < len(callSid); at++ {
		for c := range 256 {
			sid := []byte(callSid)
			sid[at] = byte(c)
			var want error = callgate.ErrProfile
			if strings.ContainsRune("0123456789abcdef", rune(c)) {
				want = nil
			}
			if err := verifyPosted(t, v, callgate.KindVoice, address, with(inbound, "CallSid", string(sid))); !errors.Is(err, want) {
				t.Errorf("%q: %v, want %v", sid, err, want)
			}
		}
	}
}
