package capture_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/callgate/callgate/explain"
	"github.com/callgate/callgate/internal/capture"
	"github.com/callgate/callgate/internal/leaktest"
)

const (
	form      = "CallSid=CA1&From=%2B15005550006"
	formType  = "application/x-www-form-urlencoded"
	signature = "AAAAAAAAAAAAAAAAAAAAAAAAAAA="
)

// want is the request that the captures below are of.
func want(change ...func(*explain.Request)) *explain.Request {
	r := &explain.Request{
		Method: "POST", URL: "https://ivr.example.org/menu?a=b%20c",
		Header: http.Header{"Content-Type": {formType}, "X-Twilio-Signature": {signature}},
		Body:   []byte(form),
	}
	for _, c := range change {
		c(r)
	}
	return r
}

// wire is the request without an address: the text of an HTTP request has none.
func wire(r *explain.Request) {
	r.URL, r.Host, r.Target, r.Proto = "", "ivr.example.org", "/menu?a=b%20c", "HTTP/1.1"
}

func length(r *explain.Request) { r.Header.Set("Content-Length", fmt.Sprint(len(form))) }

func TestRead(t *testing.T) {
	for _, c := range []struct {
		name, text string
		form       capture.Form
		want       *explain.Request
	}{
		{"json", `{"id":"1","method":"POST","url":"https://ivr.example.org/menu?a=b%20c","headers":{"content-type":"` + formType + `","X-Twilio-Signature":["` + signature + `"]},"body":"` + form + `"}`,
			capture.FormJSON, want()},
		{"json with base64", `{"method":"POST","url":"https://ivr.example.org/menu?a=b%20c","headers":{"Content-Type":"` + formType + `","X-Twilio-Signature":"` + signature + `"},"body_base64":"` + base64.StdEncoding.EncodeToString([]byte(form)) + `"}`,
			capture.FormJSON, want()},
		{"http", "POST /menu?a=b%20c HTTP/1.1\r\nHost: ivr.example.org\r\nContent-Type: " + formType + "\r\nX-Twilio-Signature: " + signature + "\r\nContent-Length: 31\r\n\r\n" + form + "\r\n",
			capture.FormHTTP, want(wire, length)},
		{"http with the line ends of an editor", "POST /menu?a=b%20c HTTP/1.1\nHost: ivr.example.org\nContent-Type: " + formType + "\nX-Twilio-Signature: " + signature + "\n\n" + form + "\n",
			capture.FormHTTP, want(wire)},
		{"http with a whole address", "POST https://ivr.example.org/menu?a=b%20c HTTP/1.1\n" + "Content-Type: " + formType + "\nX-Twilio-Signature: " + signature + "\n\n" + form,
			capture.FormHTTP, want(wire, func(r *explain.Request) { r.URL = "https://ivr.example.org/menu?a=b%20c" })},
		{"http with chunks", "POST /menu?a=b%20c HTTP/1.1\r\nHost: ivr.example.org\r\nContent-Type: " + formType + "\r\nX-Twilio-Signature: " + signature + "\r\nTransfer-Encoding: chunked\r\n\r\n" +
			"5\r\n" + form[:5] + "\r\n1a\r\n" + form[5:] + "\r\n0\r\n\r\n",
			capture.FormHTTP, want(wire, func(r *explain.Request) { r.Header.Set("Transfer-Encoding", "chunked") })},
		{"curl", `curl -sS --globoff 'https://ivr.example.org/menu?a=b%20c' -X POST -H 'Content-Type: ` + formType + `' -H "X-Twilio-Signature: ` + signature + `" --data-raw '` + form + `'`,
			capture.FormCurl, want()},
		{"curl of a browser", "curl 'https://ivr.example.org/menu?a=b%20c' \\\n  -H 'content-type: " + formType + "' \\\n  -H 'X-Twilio-Signature: " + signature + "' \\\n  --data-raw $'CallSid=CA1\\u0026From=%2B15005550006' \\\n  --compressed",
			capture.FormCurl, want()},
		{"curl with pieces", `$ curl -d CallSid=CA1 --data-urlencode From=+15005550006 -H"X-Twilio-Signature: ` + signature + `" --url=https://ivr.example.org/menu?a=b%20c`,
			capture.FormCurl, want()},
		{"curl with a query", `curl -G https://ivr.example.org/menu -d a=b%20c -H 'X-Twilio-Signature: ` + signature + `'`,
			capture.FormCurl, want(func(r *explain.Request) { r.Method, r.Body = "GET", nil; r.Header.Del("Content-Type") })},
		{"har", har(`{"method":"POST","url":"https://ivr.example.org/menu?a=b%20c","httpVersion":"HTTP/1.1","headers":[{"name":":authority","value":"x"},{"name":"x-twilio-signature","value":"` + signature + `"}],"postData":{"mimeType":"` + formType + `","text":"` + form + `"}}`),
			capture.FormHAR, want(func(r *explain.Request) { r.Proto = "HTTP/1.1" })},
		{"har with parameters", har(`{"method":"POST","url":"https://ivr.example.org/menu?a=b%20c","headers":[{"name":"Content-Type","value":"` + formType + `"},{"name":"X-Twilio-Signature","value":"` + signature + `"}],"postData":{"mimeType":"x","params":[{"name":"CallSid","value":"CA1"},{"name":"From","value":"+15005550006"}]}}`),
			capture.FormHAR, want()},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := leaktest.Noted(capture.Read([]byte(c.text)))
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != 1 || got[0].Form != c.form {
				t.Fatalf("read %d captures of the form %s", len(got), got[0].Form)
			}
			if diff := cmp.Diff(c.want, got[0].Request, cmp.Comparer(func(a, b netip.Addr) bool { return a == b }), cmp.Transformer("text", func(b []byte) string { return string(b) })); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// har puts a request into the second entry: the first has no signature.
func har(request string) string {
	return `{"log":{"version":"1.2","entries":[{"request":{"method":"GET","url":"https://ivr.example.org/x","headers":[]}},{"request":` + request + `}]}}`
}

func TestReadKnowledge(t *testing.T) {
	got, err := leaktest.Noted(capture.Read([]byte(`
{"method":"POST","url":"http://a/","token":"secret","peer":"10.0.0.7","listen":"127.0.0.1:8080","tls":true,"proto":"HTTP/1.0","target":"/x","host":"b",
 "public_url":"https://ivr.example.org","allowed_hosts":["ivr.example.org"],"trusted_proxies":["10.0.0.0/8"],"webhooks":["https://ivr.example.org/a"]}
{"method":"GET","host":"ivr.example.org","target":"/"}`)))
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 {
		t.Fatalf("%d requests", len(got))
	}
	c := got[0]
	if c.Token.Reveal() != "secret" || c.Config.PublicURL != "https://ivr.example.org" || len(c.Config.AllowedHosts) != 1 ||
		len(c.Config.TrustedProxies) != 1 || len(c.Config.Webhooks) != 1 {
		t.Errorf("config %+v", c.Config)
	}
	if r := c.Request; r.Peer.String() != "10.0.0.7" || r.Listen != "127.0.0.1:8080" || !r.TLS || r.Proto != "HTTP/1.0" || r.Target != "/x" || r.Host != "b" {
		t.Errorf("request %+v", r)
	}
}

func TestReadFaults(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "empty"},
		{"hello", "no captured request"},
		{"[1]", "wrong JSON type"},
		{"[]", "the list of requests is empty"},
		{"[{]", "not JSON"},
		{`{"method":"POST","url":"http://a/","body":{"CallSid":"CA1"}}`, "the raw body is wanted"},
		{":method: POST\n\n", "no Host"},
		{":method: POST\n:authority: a\n\n", "no :path"},
		{"> hello", "no captured request"},
		{"curl ^\"http://a", "double quotation mark"},
		{`{"method":"POST"`, "ends too early"},
		{`{"method":1}`, "method: has the wrong JSON type"},
		{`{"url":"http://a/"}`, "no method"},
		{`{"method":"POST"}`, "no address"},
		{`{"method":"POST","url":"http://a/","headers":[]}`, "number 1"},
		{`{"method":"POST","url":"http://a/","headers":{"A":1}}`, "number 1"},
		{`{"method":"POST","url":"http://a/","body":"","body_base64":""}`, "one is wanted"},
		{`{"method":"POST","url":"http://a/","body_base64":"?"}`, "not base64"},
		{`{"method":"POST","url":"http://a/","peer":"x"}`, "peer is an IP address"},
		{`{"method":"POST","url":"http://a/"} {`, "number 2"},
		{`{"callgate_case":7}`, "version 7"},
		{`{"log":{"entries":[{"request":{"method":"GET","url":"http://a/"}},{"request":{"method":"GET","url":"http://b/"}}]}}`, "none of its 2 requests"},
		{`{"log":{"entries":[{"request":{"method":"GET"}}]}}`, "entry 1"},
		{`{"log":{"entries":[{"request":{"method":"POST","url":"http://a/","postData":{"encoding":"base64","text":"?"}}}]}}`, "not base64"},
		{`{"log":7}`, "the HAR file"},
		{"POST / HTTP/1.1 x\n\n", "the request line has 4 parts"},
		{"POST / HTTP/1.1\nHost: a\nhello\n\n", "line 3 is no header"},
		{"POST / HTTP/1.1\nA: b\n\n", "no Host header"},
		{"POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\nxyz", "chunked"},
		{"curl", "no address"},
		{"curl http://a http://b", "two addresses"},
		{"curl 'http://a", "single quotation mark"},
		{`curl "http://a`, "double quotation mark"},
		{`curl $'http://a`, "no second"},
		{`curl $'\u'`, "without digits"},
		{"curl $URL", "variable"},
		{`curl "http://$HOST"`, "variable"},
		{"curl http://a -H a|jq", "unquoted"},
		{"curl http://a?b&c", "unquoted"},
		{"curl http://a -H hello", "no colon"},
		{"curl http://a -d", "no value"},
		{"curl http://a -d @file", "reads a file"},
		{"curl http://a --data-urlencode x@file", "reads a file"},
		{"curl http://a --proxy-negotiate", "--proxy-negotiate is not understood"},
		{"curl http://a --15005550006", "begins with --"},
	} {
		_, err := leaktest.Noted(capture.Read([]byte(c.text)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %q in it", c.text, err, c.want)
		}
	}
}

// FuzzRead: nothing makes reading panic, and what is read is usable.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"method":"POST","url":"https://h/","headers":{"A":["b"]},"body":"x"}`))
	f.Add([]byte(har(`{"method":"GET","url":"http://h/","headers":[{"name":"X-Twilio-Signature","value":"x"}]}`)))
	f.Add([]byte("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"))
	f.Add([]byte(`curl -XPOST "http://h/\"" -d 'a=b' $'\x41\101' --json {} -u a:b`))
	f.Add([]byte(`{"callgate_case":1,"request":{"method":"POST"}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		captures, err := leaktest.Noted(capture.Read(text))
		if err == nil && len(captures) == 0 {
			t.Error("neither a capture nor an error")
		}
		for _, c := range captures {
			if c.Request == nil || c.Request.Header == nil {
				t.Errorf("%s: no request", c.Form)
			}
		}
	})
}

// FuzzJSON, FuzzHAR, FuzzHTTP and FuzzCurl: a body comes out as it was written.
func FuzzJSON(f *testing.F) {
	f.Add([]byte(form))
	f.Fuzz(func(t *testing.T, body []byte) {
		sameBody(t, body, `{"method":"POST","url":"http://h/","body_base64":"`+base64.StdEncoding.EncodeToString(body)+`"}`)
	})
}

func FuzzHAR(f *testing.F) {
	f.Add([]byte(form))
	f.Fuzz(func(t *testing.T, body []byte) {
		sameBody(t, body, `{"log":{"entries":[{"request":{"method":"POST","url":"http://h/","postData":{"encoding":"base64","text":"`+base64.StdEncoding.EncodeToString(body)+`"}}}]}}`)
	})
}

func FuzzHTTP(f *testing.F) {
	f.Add([]byte(form))
	f.Add([]byte("\r\n\r\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		sameBody(t, body, fmt.Sprintf("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n%s", len(body), body))
	})
}

func FuzzCurl(f *testing.F) {
	f.Add([]byte("a='b'&c=$d`\\\"\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		sameBody(t, body, "curl http://h/ --data-raw '"+strings.ReplaceAll(string(body), "'", `'\''`)+"'")
	})
}

func sameBody(t *testing.T, body []byte, text string) {
	t.Helper()
	got, err := leaktest.Noted(capture.Read([]byte(text)))
	if err != nil {
		t.Fatal(err)
	}
	if string(got[0].Request.Body) != string(body) {
		t.Errorf("got %q, want %q", got[0].Request.Body, body)
	}
}
