package capture_test

import (
	"encoding/binary"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/callgate/callgate/internal/capture"
	"github.com/callgate/callgate/twilio"
)

// oddForm is what all captures of TestReadOdd hold.
const oddForm = "CallSid=CA1&Body=it's+%26+100%25"

const (
	head   = "Host: ivr.example.org\nX-Twilio-Signature: " + signature + "\nContent-Type: " + formType + "\n"
	object = `{"method":"POST","url":"https://ivr.example.org/menu?a=b&c=d","headers":{"X-Twilio-Signature":"` + signature + `","Content-Type":"` + formType + `"},"body":"` + oddForm + `"}`
)

// odd are captures as people have them: copied by browsers, by curl, in shells of all
// systems, from the documentation of others.
var odd = map[string]string{
	"a list": "[\n" + object + "\n]",
	"headers as a list": `{"method":"POST","url":"https://ivr.example.org/menu?a=b&c=d","headers":[{"name":"x-twilio-signature","value":"` + signature +
		`"},{"name":"content-type","value":"` + formType + `"}],"body":"` + oddForm + `"}`,
	"UTF-16 of PowerShell": utf16Text(binary.LittleEndian, object),
	"UTF-16, big-endian":   utf16Text(binary.BigEndian, object),
	"HAR of Chrome": `{"log":{"version":"1.2","creator":{"name":"WebInspector","version":"537.36"},"pages":[],"entries":[
		{"request":{"method":"","url":""}},{"request":{"method":"GET","url":"data:image/png;base64,AA","headers":[]}},
		{"_initiator":{"type":"script"},"_priority":"High","connection":"443","request":{"method":"POST","url":"https://ivr.example.org/menu?a=b&c=d","httpVersion":"http/2.0",
		"headers":[{"name":":authority","value":"ivr.example.org"},{"name":":method","value":"POST"},{"name":":path","value":"/menu?a=b&c=d"},{"name":":scheme","value":"https"},
		{"name":"content-type","value":"` + formType + `"},{"name":"x-twilio-signature","value":"` + signature + `"}],"queryString":[{"name":"a","value":"b"}],"cookies":[],"headersSize":-1,"bodySize":31,
		"postData":{"mimeType":"` + formType + `","text":"` + oddForm + `","params":[{"name":"Body","value":"it's+%26+100%25"}]}},"response":{"status":403}}]}}`,
	"Copy as cURL (bash)": `curl 'https://ivr.example.org/menu?a=b&c=d' \
  -H 'accept: */*' \
  -b 'a=b; c=d' \
  -H 'content-type: ` + formType + `' \
  -H 'x-twilio-signature: ` + signature + `' \
  --data-raw $'CallSid=CA1&Body=it\'s+%26+100%25' ;
curl 'https://ivr.example.org/other'`,
	"Copy as cURL (cmd)": strings.ReplaceAll(`curl ^"https://ivr.example.org/menu?a=b^&c=d^" ^
  -H ^"accept: */*^" ^
  -H ^"content-type: `+formType+`^" ^
  -H ^"x-twilio-signature: `+signature+`^" ^
  -H ^"sec-ch-ua: ^\^"Chromium^\^";v=^\^"130^\^"^" ^
  --data-raw ^"CallSid=CA1^&Body=it's+^%^26+100^%^25^"`, "\n", "\r\n"),
	"cmd with continued lines": strings.ReplaceAll(`curl -X POST "https://ivr.example.org/menu?a=b&c=d" ^
 -H "X-Twilio-Signature: `+signature+`" -H "C:\path: ""x"" \"y\" \\" ^
 -d "CallSid=CA1&Body=it's+%26+100%25"`, "\n", "\r\n"),
	"PowerShell": "curl.exe -X POST \"https://ivr.example.org/menu?a=b&c=d\" `\r\n  -H \"X-Twilio-Signature: " + signature + "\" `\r\n  -d \"CallSid=CA1&Body=it's+%26+100%25\"\r\n",
	"Postman": "# reproduces it\n\ncurl --location --request POST 'https://ivr.example.org/menu?a=b&c=d' \\\n--header 'X-Twilio-Signature: " + signature +
		"' \\\n--header 'Content-Type: " + formType + "' \\\n--data-raw 'CallSid=CA1&Body=it'\\''s+%26+100%25'",
	"a pipe behind it": "$ curl -sSXPOST 'https://ivr.example.org/menu?a=b&c=d' -H'X-Twilio-Signature: " + signature + "' -d CallSid=CA1 -d \"Body=it's+%26+100%25\" | jq . >out",
	"HTTP/2 as text":   "POST /menu?a=b&c=d HTTP/2\n" + head + "\n" + oddForm,
	"pseudo-header fields": ":method: POST\n:path: /menu?a=b&c=d\n:scheme: https\n:authority: ivr.example.org\nx-twilio-signature: " + signature +
		"\ncontent-type: " + formType + "\n\n" + oddForm + "\n",
	"a pseudo-header field among headers": "POST /menu?a=b&c=d HTTP/2.0\nx-twilio-signature: " + signature + "\n:authority: ivr.example.org\ncontent-type: " + formType + "\n\n" + oddForm,
	"no version":                          "POST /menu?a=b&c=d\n" + head + "\n" + oddForm,
	"a folded header":                     "POST /menu?a=b&c=d HTTP/1.1\n" + head + "X-Long: a\n\tb\n\n" + oddForm,
}

func utf16Text(order binary.AppendByteOrder, text string) string {
	var b []byte
	for _, unit := range utf16.Encode([]rune("\ufeff" + text)) {
		b = order.AppendUint16(b, unit)
	}
	return string(b)
}

func TestReadOdd(t *testing.T) {
	for name, text := range odd {
		t.Run(name, func(t *testing.T) {
			got, err := capture.Read([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != 1 {
				t.Fatalf("%d requests", len(got))
			}
			r := got[0].Request
			address := r.URL
			if address == "" {
				address = "https://" + r.Host + r.Target
			}
			if r.Method != "POST" || address != "https://ivr.example.org/menu?a=b&c=d" || string(r.Body) != oddForm ||
				r.Header.Get(twilio.Header) != signature || r.Header.Get("Content-Type") != formType {
				t.Errorf("%s %s %v\n%s", r.Method, address, r.Header, r.Body)
			}
		})
	}
}

// What curl -v prints has no body; what it sent is there, and what it got is not.
func TestReadVerbose(t *testing.T) {
	text := "*   Trying 192.0.2.1:443...\n* Connected\n> POST /menu HTTP/1.1\r\n> Host: ivr.example.org\r\n> X-Twilio-Signature: " + signature +
		"\r\n> Content-Length: 31\r\n> \r\n} [31 bytes data]\n< HTTP/1.1 403 Forbidden\r\n< Content-Length: 0\r\n"
	got, err := capture.Read([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	r := got[0].Request
	if r.Method != "POST" || r.Target != "/menu" || r.Host != "ivr.example.org" || r.Header.Get("Content-Length") != "31" || len(r.Body) != 0 {
		t.Errorf("%+v", r)
	}
}

// TestReadIsLinear reads long captures of each form, for which a reader that looks at
// everything again for each part would take minutes.
func TestReadIsLinear(t *testing.T) {
	const size, limit = 512 << 10, 10 * time.Second // the race detector takes ten times as long
	long := func(before, repeated, after string) string {
		return before + strings.Repeat(repeated, size/len(repeated)) + after
	}
	for name, text := range map[string]string{
		"comments":            long("", "# x\n", "curl http://a"),
		"sent lines":          long("", "> a: b\n", ""),
		"lines of curl":       long("", "* a\n", "> POST / HTTP/1.1\n"),
		"headers":             long("POST / HTTP/1.1\nHost: a\n", "A: b\n", "\n"),
		"other headers":       long("POST / HTTP/1.1\nHost: a\n", "A:\nB:\n", "\n"),
		"folds":               long("POST / HTTP/1.1\nHost: a\nA: b\n", " c\n", "\n"),
		"line ends":           long("POST / HTTP/1.1\r", "\n\r", ""),
		"chunks":              long("POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n", "1\r\na\r\n", "0\r\n\r\n"),
		"flags":               long("curl -", "q", " http://a"),
		"continued lines":     long("curl ", "\\\n", "http://a"),
		"quotes":              long("curl http://a -d ", "''", ""),
		"escapes":             long("curl http://a -d $'", `\x41`, "'"),
		"carets":              long("curl http://a ^\n-d ^\"", "^%", "^\""),
		"Windows backslashes": long("curl http://a ^\n-d \"", `\`, "\""),
		"values":              long("curl http://a", " -d a", ""),
		"requests":            long("", `{"method":"GET","url":"http://a/"}`, ""),
		"a list":              long("[", `{},`, "{}]"),
		"brackets":            long("", "[", ""),
		"objects":             long("", `{"a":`, ""),
		"keys":                long(`{"method":"GET","url":"http://a/","headers":{`, `"A":"b",`, `"A":"b"}}`),
		"headers again":       long(`{"method":"GET","url":"http://a/"`, `,"headers":{"A":"b"}`, "}"),
		"entries":             long(`{"log":{"entries":[`, `{"request":{}},`, `{}]}}`),
		"parameters":          long(`{"log":{"entries":[{"request":{"method":"POST","url":"http://a/","postData":{"params":[`, `{"name":"%"},`, `{}]}}}]}}`),
	} {
		start := time.Now()
		_, _ = capture.Read([]byte(text)) // whether it can be read does not matter
		if took := time.Since(start); took > limit {
			t.Errorf("%s: %d KiB took %v", name, size>>10, took)
		}
	}
}
