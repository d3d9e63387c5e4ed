package twilio_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"testing"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/twilio"
)

const (
	formType = "application/x-www-form-urlencoded"
	jsonType = "application/json"
)

// matrixCase is one request. The signature is the reference's, over signed and
// the parameters.
type matrixCase struct {
	name    string
	url     string // as received
	signed  string // as the carrier signs it; "" is url
	params  [][2]string
	body    string // a raw body; then params are only what is signed
	upgrade bool
	want    error
	form    callgate.Form
}

// call are the parameters of the documents' example.
var call = [][2]string{
	{"CallSid", "CA1234567890ABCDE"}, {"Caller", "+14158675309"}, {"Digits", "1234"}, {"From", "+14158675309"}, {"To", "+18005551212"},
}

func params(pairs ...string) (p [][2]string) {
	for i := 0; i < len(pairs); i += 2 {
		p = append(p, [2]string{pairs[i], pairs[i+1]})
	}
	return p
}

// formCases are the form posts of the reference's behaviour matrix, by number,
// and then ones of our own.
var formCases = []matrixCase{
	{name: "01 plain form", url: "https://h.example/ivr", params: call},
	{name: "02 repeated values", url: "https://h.example/ivr", params: params("a", "b", "a", "a", "a", "a")},
	{name: "03 empty value", url: "https://h.example/ivr", params: params("CallSid", "CA1", "Digits", "")},
	{name: "04 port received, not signed (voice)", url: "https://h.example:8443/ivr", signed: "https://h.example/ivr", params: call, form: twilio.FormPortRemoved},
	{name: "05 port received and signed (messaging)", url: "https://h.example:8443/ivr", params: call},
	{name: "06 default port signed, not received", url: "https://h.example/ivr", signed: "https://h.example:443/ivr", params: call, form: twilio.FormPortAdded},
	{name: "06 the same for http", url: "http://h.example/ivr", signed: "http://h.example:80/ivr", params: call, form: twilio.FormPortAdded},
	{name: "07 default port received, not signed", url: "https://h.example:443/ivr", signed: "https://h.example/ivr", params: call, form: twilio.FormPortRemoved},
	{name: "07 http port received, not signed", url: "http://h.example:80/ivr", signed: "http://h.example/ivr", params: call, form: twilio.FormPortRemoved},
	{name: "08 unknowable port signed", url: "https://h.example/ivr", signed: "https://h.example:8443/ivr", params: call, want: callgate.ErrMismatch},
	{name: "08 the other scheme's port", url: "https://h.example/ivr", signed: "https://h.example:80/ivr", params: call, want: callgate.ErrMismatch},
	{name: "09 userinfo received, not signed", url: "https://u:p@h.example/ivr", signed: "https://h.example/ivr", params: call, form: twilio.FormUserinfoRemoved},
	{name: "09 userinfo received and signed", url: "https://u:p@h.example/ivr", params: call},
	{name: "09 userinfo with an at sign", url: "https://u:p@q@h.example/ivr", signed: "https://h.example/ivr", params: call, form: twilio.FormUserinfoRemoved},
	{name: "10 userinfo signed without the port", url: "https://u:p@h.example:8443/ivr", signed: "https://u:p@h.example/ivr", params: call, form: twilio.FormPortRemoved},
	{name: "10 neither signed", url: "https://u:p@h.example:8443/ivr", signed: "https://h.example/ivr", params: call, form: "port-removed+userinfo-removed"},
	{name: "11 mixed-case host", url: "https://H.Example/ivr", params: call},
	{name: "12 IPv6 and port, signed without", url: "https://[2001:db8::1]:8443/ivr", signed: "https://[2001:db8::1]/ivr", params: call, form: twilio.FormPortRemoved},
	{name: "13 IPv6", url: "https://[2001:db8::1]/ivr", params: call},
	{name: "13 IPv6, default port signed", url: "https://[::1]/ivr", signed: "https://[::1]:443/ivr", params: call, form: twilio.FormPortAdded},
	{name: "14 root received, bare origin signed", url: "https://h.example/", signed: "https://h.example", params: call, form: twilio.FormBareOrigin},
	{name: "14 with a query", url: "https://h.example/?a=1", signed: "https://h.example?a=1", params: call, form: twilio.FormBareOrigin},
	{name: "14 with a port", url: "https://h.example:8443/", signed: "https://h.example", params: call, form: "port-removed+bare-origin"},
	{name: "14 not for another path", url: "https://h.example/ivr/", signed: "https://h.example/ivr", params: call, want: callgate.ErrMismatch},
	{name: "15 bare origin both", url: "https://h.example", params: call},
	{name: "16 fragment", url: "https://h.example/ivr#rc=2&rp=all", signed: "https://h.example/ivr", params: call},
	{name: "17 query and body", url: "https://h.example/ivr?foo=1&bar=2", params: call},
	{name: "18 trailing question mark", url: "https://h.example/ivr?", params: call},
	{name: "18 it counts", url: "https://h.example/ivr?", signed: "https://h.example/ivr", params: call, want: callgate.ErrMismatch},
	{name: "19 second question mark", url: "https://h.example/ivr?a=b?c", params: call},
	{name: "20 lower-case escape in the path", url: "https://h.example/a%2fb", params: call},
	{name: "20 its case counts", url: "https://h.example/a%2fb", signed: "https://h.example/a%2Fb", params: call, want: callgate.ErrMismatch},
	{name: "21 default port and escapes in the query", url: "https://h.example:443/ivr?a=%2B1&b=%3A", signed: "https://h.example/ivr?a=%2B1&b=%3A", params: call, form: twilio.FormPortRemoved},
	{name: "22 unicode value", url: "https://h.example/ivr", params: params("Body", "caf\u00e9 \u2014 \U0001f603")},
	{name: "23 white space round a value", url: "https://h.example/ivr", params: params("Body", " hi\t")},
	{name: "24 dotted name", url: "https://h.example/ivr", params: params("MessagingBinding.Address", "+1")},
	{name: "25 brackets in a name", url: "https://h.example/ivr", params: params("a[b]", "1")},
	{name: "26 numeric names", url: "https://h.example/ivr", params: params("10", "a", "9", "b")},
	{name: "27 numeric repeated values", url: "https://h.example/ivr", params: params("a", "10", "a", "9")},
	{name: "28 names beyond the BMP sort by bytes", url: "https://h.example/ivr", params: params("\U0001f603", "1", "\uffee", "2")},
	{name: "29 semicolon is data", url: "https://h.example/ivr", params: params("a", "1;b=2"), body: "a=1;b=2"},
	{name: "30 line break in a value", url: "https://h.example/ivr", params: params("a", "1\r\n2")},
	{name: "31 NUL in a value", url: "https://h.example/ivr", params: params("a", "1\x002")},
	{name: "32 __proto__", url: "https://h.example/ivr", params: params("__proto__", "1")},
	{name: "60 raw pipe", url: "https://h.example/ivr?a=1|2", params: call},
	{name: "85 lower-case host signed", url: "https://H.Example/ivr", signed: "https://h.example/ivr", params: call, want: callgate.ErrMismatch},
	{name: "86 names and values shifted", url: "https://h.example/ivr", params: params("Digits", "1From+1415"), body: "Digits=1From%2B1415"},
	{name: "91 form to an address with a hash", url: "https://h.example/ivr?bodySHA256=00", params: call},

	{name: "pair without equals sign", url: "https://h.example/ivr", params: params("a", "", "b", "1"), body: "a&b=1"},
	{name: "empty pairs", url: "https://h.example/ivr", params: params("a", "1"), body: "&&a=1&"},
	{name: "equals sign in a value", url: "https://h.example/ivr", params: params("a", "=1="), body: "a==1="},
	{name: "plus and lower-case escapes", url: "https://h.example/ivr", params: params("a b", "\xc3\xa9"), body: "a+b=%c3%a9"},
	{name: "name that sorts between a name and its value", url: "https://h.example/ivr", params: params("Reason", "Participant", "ReasonConferenceEnded", "test")},
	{name: "bytes that are no UTF-8", url: "https://h.example/ivr", params: params("a", "\xff\xfe"), body: "a=%ff%FE"},
	{name: "no parameters", url: "https://h.example/ivr"},
	{name: "port without digits is part of the host", url: "https://h.example:/ivr", signed: "https://h.example/ivr", params: call, want: callgate.ErrMismatch},
	{name: "no address at all", url: "ivr", params: call},
	{name: "one value of two missing", url: "https://h.example/ivr", params: params("a", "1", "a", "2"), body: "a=1", want: callgate.ErrMismatch},
	{name: "a value too many", url: "https://h.example/ivr", params: params("Digits", "1"), body: "Digits=1&Digits=999", want: callgate.ErrMismatch},
	{name: "bad escape", url: "https://h.example/ivr", params: params("a", "%zz"), body: "a=%zz", want: callgate.ErrParams},
	{name: "cut escape", url: "https://h.example/ivr", params: params("a", "%4"), body: "a=%4", want: callgate.ErrParams},
}

func TestForms(t *testing.T) {
	for _, c := range formCases {
		t.Run(c.name, func(t *testing.T) {
			body := c.body
			if body == "" {
				body = encodeForm(c.params)
			}
			c.check(t, request(http.MethodPost, c.url, formType, body))
		})
	}
}

// getCases are signed over the address alone.
var getCases = []matrixCase{
	{name: "40 plain", url: "https://h.example/ivr?a=1"},
	{name: "41 plus for a space", url: "https://h.example/ivr?a=b+c"},
	{name: "42 %20 for a space", url: "https://h.example/ivr?a=b%20c"},
	{name: "43 raw apostrophe", url: "https://h.example/ivr?a=O'hara"},
	{name: "44 raw apostrophe and a space", url: "https://h.example/ivr?a=O'hara+x"},
	{name: "45 apostrophe signed, %27 received", url: "https://h.example/ivr?a=O%27hara", signed: "https://h.example/ivr?a=O'hara", want: callgate.ErrMismatch},
	{name: "45 %27 signed, apostrophe received", url: "https://h.example/ivr?a=O'hara", signed: "https://h.example/ivr?a=O%27hara", want: callgate.ErrMismatch},
	{name: "46 @: signed, escapes received", url: "https://h.example/ivr?a=%40%3A", signed: "https://h.example/ivr?a=@:", want: callgate.ErrMismatch},
	{name: "47 escapes both", url: "https://h.example/ivr?a=%40%3A"},
	{name: "48 %3F", url: "https://h.example/ivr?a=why%3F"},
	{name: "49 !()* raw", url: "https://h.example/ivr?a=!()*"},
	{name: "50 ! as %21", url: "https://h.example/ivr?a=%21"},
	{name: "51 name without equals sign", url: "https://h.example/ivr?a"},
	{name: "52 empty value", url: "https://h.example/ivr?a="},
	{name: "53 repeated names", url: "https://h.example/ivr?a=1&a=2&a=1"},
	{name: "54 unsorted", url: "https://h.example/ivr?b=1&a=2"},
	{name: "54 the order counts", url: "https://h.example/ivr?b=1&a=2", signed: "https://h.example/ivr?a=2&b=1", want: callgate.ErrMismatch},
	{name: "55 lower-case escapes", url: "https://h.example/ivr?a=%c3%a9"},
	{name: "56 raw UTF-8", url: "https://h.example/ivr?a=\u00e9"},
	{name: "61 raw space", url: "https://h.example/ivr?a=b c"},
	{name: "87 parameters in the path", url: "https://h.example/ivrCallSidCA1Digits1From+14155551212"},

	{name: "57 wss", url: "wss://h.example/media"},
	{name: "57 ws with a port", url: "ws://h.example:8080/media"},
	{name: "57 wss, port not signed", url: "wss://h.example:8443/media", signed: "wss://h.example/media", form: twilio.FormPortRemoved},
	{name: "57 wss, default port signed", url: "wss://h.example/media", signed: "wss://h.example:443/media", form: twilio.FormPortAdded},
	{name: "58 wss, slash signed", url: "wss://h.example/media", signed: "wss://h.example/media/", form: twilio.FormSlashAdded},
	{name: "58 wss, slash received", url: "wss://h.example/media/", signed: "wss://h.example/media", form: twilio.FormSlashRemoved},
	{name: "58 one slash only", url: "wss://h.example/media//", signed: "wss://h.example/media", want: callgate.ErrMismatch},
	{name: "58 slash and query", url: "wss://h.example/media?a=1", signed: "wss://h.example/media/?a=1", form: twilio.FormSlashAdded},
	{name: "58 root of wss", url: "wss://h.example/", signed: "wss://h.example", form: twilio.FormBareOrigin},
	{name: "58 bare origin of wss", url: "wss://h.example", signed: "wss://h.example/", form: twilio.FormSlashAdded},
	{name: "58 no slash rule for https", url: "https://h.example/ivr", signed: "https://h.example/ivr/", want: callgate.ErrMismatch},
	{name: "59 https without upgrade, wss signed", url: "https://h.example/media", signed: "wss://h.example/media", want: callgate.ErrMismatch},
	{name: "59 https with upgrade, wss signed", url: "https://h.example/media", signed: "wss://h.example/media", upgrade: true},
	{name: "59 http with upgrade, ws signed", url: "http://h.example/media", signed: "ws://h.example/media", upgrade: true},
	{name: "59 upgrade, https signed", url: "https://h.example/media", upgrade: true, want: callgate.ErrMismatch},
}

func TestAddresses(t *testing.T) {
	for _, c := range getCases {
		t.Run(c.name, func(t *testing.T) {
			r := request(http.MethodGet, c.url, "", "")
			if c.upgrade {
				r.Header.Set("Upgrade", "h2c, WebSocket")
			}
			c.check(t, r)
		})
	}
}

func hashOf(body string) string {
	sum := sha256.Sum256([]byte(body))
	return hex.EncodeToString(sum[:])
}

const sample = `{"property": "value", "boolean": true}`

// jsonCases are POSTs with the JSON body "sample" unless they say otherwise.
var jsonCases = []struct {
	matrixCase
	bodyType string
}{
	{matrixCase{name: "70 right hash", url: "https://h.example/hook?bodySHA256=" + hashOf(sample), body: sample}, jsonType},
	{matrixCase{name: "71 upper-case hash", url: "https://h.example/hook?bodySHA256=" + "0A1FF7634D9AB3B95DB5C9A2DFE9416E41502B283A80C7CF19632632F96E6620", body: sample, want: callgate.ErrBodyHash}, jsonType},
	{matrixCase{name: "72 no hash", url: "https://h.example/hook", body: sample, want: callgate.ErrBodyHash}, jsonType},
	{matrixCase{name: "72 empty hash", url: "https://h.example/hook?bodySHA256=", body: sample, want: callgate.ErrBodyHash}, jsonType},
	{matrixCase{name: "73 wrong body", url: "https://h.example/hook?bodySHA256=" + hashOf("{}"), body: sample, want: callgate.ErrBodyHash}, jsonType},
	{matrixCase{name: "74 the same hash twice", url: "https://h.example/hook?bodySHA256=" + hashOf(sample) + "&a=1&bodySHA256=" + hashOf(sample), body: sample}, jsonType},
	{matrixCase{name: "75 two hashes, the right one last", url: "https://h.example/hook?bodySHA256=" + hashOf("{}") + "&bodySHA256=" + hashOf(sample), body: sample, want: callgate.ErrBodyHash}, jsonType},
	{matrixCase{name: "75 two hashes, the right one first", url: "https://h.example/hook?bodySHA256=" + hashOf(sample) + "&bodySHA256=" + hashOf("{}"), body: sample, want: callgate.ErrBodyHash}, jsonType},
	{matrixCase{name: "75 an empty one too", url: "https://h.example/hook?bodySHA256=" + hashOf(sample) + "&bodySHA256=", body: sample, want: callgate.ErrBodyHash}, jsonType},
	{matrixCase{name: "76 body that is no UTF-8", url: "https://h.example/hook?bodySHA256=" + hashOf("\xff\U0001f603"), body: "\xff\U0001f603"}, jsonType},
	{matrixCase{name: "77 default port received", url: "https://h.example:443/hook?bodySHA256=" + hashOf(sample), signed: "https://h.example/hook?bodySHA256=" + hashOf(sample), body: sample, form: twilio.FormPortRemoved}, jsonType},
	{matrixCase{name: "empty body, its hash", url: "https://h.example/hook?bodySHA256=" + hashOf(""), body: ""}, jsonType},
	{matrixCase{name: "empty body, no hash", url: "https://h.example/hook", body: "", want: callgate.ErrBodyHash}, jsonType},
	{matrixCase{name: "other JSON type", url: "https://h.example/hook?bodySHA256=" + hashOf(sample), body: sample}, "application/cloudevents+json; charset=UTF-8"},
	{matrixCase{name: "escaped name of the hash", url: "https://h.example/hook?body%53HA256=" + hashOf(sample), body: sample, want: callgate.ErrBodyHash}, jsonType},
	{matrixCase{name: "neither signature nor hash: only the signature is told", url: "https://h.example/hook?bodySHA256=" + hashOf("{}"), signed: "https://other.example", body: sample, want: callgate.ErrMismatch}, jsonType},
	{matrixCase{name: "89 signature of a GET", url: "https://h.example/ivr?a=1", body: sample, want: callgate.ErrBodyHash}, jsonType},
	{matrixCase{name: "90 JSON passed off as a form", url: "https://h.example/hook?bodySHA256=" + hashOf("{}"), body: sample, want: callgate.ErrMismatch}, formType},
}

func TestJSON(t *testing.T) {
	for _, c := range jsonCases {
		t.Run(c.name, func(t *testing.T) {
			c.check(t, request(http.MethodPost, c.url, c.bodyType, c.body))
		})
	}
}

// TestBodies: what nothing signs is refused, whatever the signature says.
func TestBodies(t *testing.T) {
	const url = "https://h.example/ivr"
	twoTypes := http.Header{"Content-Type": {formType, jsonType}}
	cases := []struct {
		name, method string
		header       http.Header
		body         string
		want         error
	}{
		{"88 signature of a GET with a form body", "POST", http.Header{"Content-Type": {formType}}, "a=1", callgate.ErrMismatch},
		{"POST without body or type", "POST", nil, "", nil},
		{"POST with an empty type", "POST", http.Header{"Content-Type": {""}}, "", nil},
		{"POST with a body and no type", "POST", nil, "a=1", callgate.ErrContentType},
		{"POST with an empty form", "POST", http.Header{"Content-Type": {formType}}, "", nil},
		{"GET with a body", "GET", http.Header{"Content-Type": {formType}}, "a=1", callgate.ErrContentType},
		{"GET with a type and no body", "GET", http.Header{"Content-Type": {formType}}, "", nil},
		{"multipart", "POST", http.Header{"Content-Type": {"multipart/form-data; boundary=x"}}, "--x--", callgate.ErrContentType},
		{"text", "POST", http.Header{"Content-Type": {"text/plain"}}, "a=1", callgate.ErrContentType},
		{"text without body", "POST", http.Header{"Content-Type": {"text/plain"}}, "", callgate.ErrContentType},
		{"XML", "POST", http.Header{"Content-Type": {"application/xml"}}, "<a/>", callgate.ErrContentType},
		{"JSON in the name only", "POST", http.Header{"Content-Type": {"application/jsonp"}}, "{}", callgate.ErrContentType},
		{"suffix alone", "POST", http.Header{"Content-Type": {"application/+json"}}, "{}", callgate.ErrContentType},
		{"nonsense", "POST", http.Header{"Content-Type": {";;"}}, "", callgate.ErrContentType},
		{"two types", "POST", twoTypes, "", callgate.ErrContentType},
		{"two types in one", "POST", http.Header{"Content-Type": {formType + ", " + jsonType}}, "", callgate.ErrContentType},
		{"upper-case type", "POST", http.Header{"Content-Type": {"APPLICATION/X-WWW-FORM-URLENCODED ;CharSet=\"UTF-8\";"}}, "", nil},
		{"latin-1", "POST", http.Header{"Content-Type": {formType + "; charset=iso-8859-1"}}, "", callgate.ErrContentType},
		{"unknown parameter of the type", "POST", http.Header{"Content-Type": {formType + "; boundary=x"}}, "", callgate.ErrContentType},
		{"gzip", "POST", http.Header{"Content-Type": {formType}, "Content-Encoding": {"gzip"}}, "", callgate.ErrContentType},
		{"identity", "POST", http.Header{"Content-Type": {formType}, "Content-Encoding": {"Identity"}}, "", nil},
		{"identity and gzip", "POST", http.Header{"Content-Type": {formType}, "Content-Encoding": {"identity", "gzip"}}, "", callgate.ErrContentType},
		{"gzip on a GET", "GET", http.Header{"Content-Encoding": {"gzip"}}, "", callgate.ErrContentType},
		{"PUT", "PUT", http.Header{"Content-Type": {formType}}, "", callgate.ErrMethod},
		{"PATCH", "PATCH", nil, "", callgate.ErrMethod},
		{"DELETE", "DELETE", nil, "", callgate.ErrMethod},
		{"HEAD", "HEAD", nil, "", callgate.ErrMethod},
		{"OPTIONS", "OPTIONS", nil, "", callgate.ErrMethod},
		{"small letters", "post", nil, "", callgate.ErrMethod},
		{"no method", "", nil, "", callgate.ErrMethod},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := &callgate.Request{Method: c.method, URL: url, Header: http.Header{}, Body: []byte(c.body)}
			for name, values := range c.header {
				r.Header[name] = values
			}
			matrixCase{url: url, want: c.want}.check(t, r)
		})
	}
}

func TestWebSocketMethod(t *testing.T) {
	r := request(http.MethodPost, "wss://h.example/media", "", "")
	matrixCase{url: r.URL, want: callgate.ErrMethod}.check(t, r)
}

// TestHeader: the header is one value, the canonical base64 of twenty bytes.
func TestHeader(t *testing.T) {
	const url = "https://h.example/ivr"
	right := reference(token, url, call) // its last character before "=" has spare bits
	cases := []struct {
		name   string
		values []string
		want   error
	}{
		{"right", []string{right}, nil},
		{"none", nil, callgate.ErrMissing},
		{"81 empty", []string{""}, callgate.ErrMissing},
		{"80 wrong", []string{"AAAAAAAAAAAAAAAAAAAAAAAAAAA="}, callgate.ErrMismatch},
		{"of another token", []string{reference("x", url, call)}, callgate.ErrMismatch},
		{"82 trailing space", []string{right + " "}, callgate.ErrMalformed},
		{"82 leading space", []string{" " + right}, callgate.ErrMalformed},
		{"83 two joined", []string{right + ", " + right}, callgate.ErrMalformed},
		{"83 two headers", []string{right, right}, callgate.ErrMalformed},
		{"83 a right and an empty header", []string{right, ""}, callgate.ErrMalformed},
		{"84 no padding", []string{right[:27]}, callgate.ErrMalformed},
		{"line break inside", []string{right[:26] + "\n" + "="}, callgate.ErrMalformed},
		{"line break instead of padding", []string{right[:27] + "\n"}, callgate.ErrMalformed},
		{"spare bits", []string{right[:26] + flipLowBit(right[26:27]) + "="}, callgate.ErrMalformed},
		{"URL alphabet", []string{"-_AAAAAAAAAAAAAAAAAAAAAAAAA="}, callgate.ErrMalformed},
		{"21 bytes", []string{"AAAAAAAAAAAAAAAAAAAAAAAAAAAA"}, callgate.ErrMalformed},
		{"19 bytes", []string{"AAAAAAAAAAAAAAAAAAAAAAAAAA=="}, callgate.ErrMalformed},
		{"hexadecimal", []string{"0123456789abcdef0123456789abcdef01234567"}, callgate.ErrMalformed},
	}
	v := signatureOnly(t, token)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := request(http.MethodPost, url, formType, encodeForm(call))
			delete(r.Header, twilio.Header)
			if c.values != nil {
				r.Header[twilio.Header] = c.values
			}
			if _, err := noted(v.Verify(r)); !errors.Is(err, c.want) {
				t.Errorf("Verify = %v, want %v", err, c.want)
			}
		})
	}
}

// flipLowBit changes the lowest bit of the six that a base64 character stands for.
func flipLowBit(char string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	for i := range alphabet {
		if alphabet[i] == char[0] {
			return string(alphabet[i^1])
		}
	}
	panic("no base64 character")
}

func request(method, url, contentType, body string) *callgate.Request {
	r := &callgate.Request{Method: method, URL: url, Header: http.Header{}, Body: []byte(body)}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	return r
}

func signatureOnly(t testing.TB, token callgate.Secret) *twilio.Verifier {
	return mustNew(t, twilio.Config{Keys: []twilio.Key{{Name: "only", Token: token}}, Profile: twilio.ProfileSignature})
}

// check signs the request by the reference and verifies it.
func (c matrixCase) check(t *testing.T, r *callgate.Request) {
	t.Helper()
	signed := c.signed
	if signed == "" {
		signed = c.url
	}
	r.Header.Set(twilio.Header, reference(token, signed, c.params))
	proof, err := noted(signatureOnly(t, token).Verify(r))
	if !errors.Is(err, c.want) {
		t.Fatalf("Verify = %v, want %v", err, c.want)
	}
	if err != nil {
		if proof != (callgate.Proof{}) {
			t.Errorf("refused with a proof: %+v", proof)
		}
		return
	}
	want := callgate.Proof{Carrier: "twilio", Key: "only", Form: c.form}
	if c.form == "" {
		want.Form = callgate.FormAsReceived
	}
	if proof != want {
		t.Errorf("proof = %+v, want %+v", proof, want)
	}
}
