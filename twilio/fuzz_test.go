package twilio_test

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/twilio"
)

// FuzzVerify: no request makes the verifier panic, and none is admitted without
// the reference's signature under the key.
func FuzzVerify(f *testing.F) {
	for _, c := range slices.Concat(formCases, getCases) {
		f.Add("POST", c.url, formType, encodeForm(c.params), reference(token, c.url, c.params), 0)
	}
	for _, c := range append(captures(f), documented...) {
		r := c.request()
		f.Add(r.Method, r.URL, r.Header.Get("Content-Type"), string(r.Body), r.Header.Get(twilio.Header), int(r.Kind))
	}
	f.Add("GET", "wss://h/media", "", "", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=", 2)
	f.Add("POST", "https://[::1]:8443/?#", jsonType, "{}", "", 1)
	plain, voice := signatureOnly(f, token), voiceVerifier(f)
	f.Fuzz(func(t *testing.T, method, target, contentType, body, signature string, kind int) {
		r := request(method, target, contentType, body)
		r.Kind = callgate.Kind(kind)
		r.Header[twilio.Header] = []string{signature}
		_, err := noted(plain.Verify(r))
		if err == nil && !slices.Contains(acceptable(r), signature) {
			t.Errorf("admitted with %q", signature)
		}
		var refusal *callgate.Refusal
		if err != nil && (!errors.As(err, &refusal) || refusal.Detail == "") {
			t.Errorf("refused with %v", err)
		}
		if _, strict := noted(voice.Verify(r)); strict == nil && err != nil {
			t.Errorf("the profile admits what the signature alone does not: %v", err)
		}
	})
}

// acceptable lists every signature that may be admitted for a request: those of
// all spellings of its address that the carrier's rules leave open.
func acceptable(r *callgate.Request) (signatures []string) {
	var params [][2]string
	if strings.HasPrefix(strings.ToLower(r.Header.Get("Content-Type")), formType) && r.Method == http.MethodPost {
		params = parseForm(string(r.Body))
	}
	for _, spelling := range spellings(r.URL) {
		signatures = append(signatures, reference(token, spelling, params))
	}
	return signatures
}

// spellings applies each rule of the carrier to each spelling so far.
func spellings(address string) (list []string) {
	address, _, _ = strings.Cut(address, "#")
	list = []string{address}
	apply := func(rule func(string) string) {
		for _, a := range slices.Clone(list) {
			list = append(list, rule(a))
		}
	}
	apply(withoutUserinfo)
	apply(withoutPort)
	apply(withDefaultPort)
	apply(withoutRootSlash)
	if scheme, _, _ := strings.Cut(address, "://"); strings.EqualFold(scheme, "ws") || strings.EqualFold(scheme, "wss") {
		apply(otherSlash)
	}
	return list
}

// authority returns where the authority of an address starts and ends.
func authority(a string) (start, end int) {
	start = strings.Index(a, "://") + len("://")
	if start < len("://") {
		return 0, 0
	}
	if i := strings.IndexAny(a[start:], "/?"); i >= 0 {
		return start, start + i
	}
	return start, len(a)
}

func withoutUserinfo(a string) string {
	start, end := authority(a)
	return a[:start] + a[start:end][strings.LastIndex(a[start:end], "@")+1:] + a[end:]
}

func withoutPort(a string) string {
	start, end := authority(a)
	host := a[start:end]
	if i := strings.LastIndex(host, ":"); i >= 0 && i+1 < len(host) && strings.Trim(host[i+1:], "0123456789") == "" {
		return a[:start] + host[:i] + a[end:]
	}
	return a
}

func withDefaultPort(a string) string {
	start, end := authority(a)
	if start == 0 || withoutPort(a) != a {
		return a
	}
	switch strings.ToLower(a[:start]) {
	case "https://", "wss://":
		return a[:end] + ":443" + a[end:]
	case "http://", "ws://":
		return a[:end] + ":80" + a[end:]
	}
	return a
}

func withoutRootSlash(a string) string {
	start, end := authority(a)
	if query := queryPart(a[end:]); start > 0 && a[end:] == "/"+query {
		return a[:end] + query
	}
	return a
}

// queryPart is the query with its question mark.
func queryPart(a string) string {
	if i := strings.IndexByte(a, '?'); i >= 0 {
		return a[i:]
	}
	return ""
}

func otherSlash(a string) string {
	query := queryPart(a)
	path := strings.TrimSuffix(a, query)
	if strings.HasSuffix(path, "/") {
		return strings.TrimSuffix(path, "/") + query
	}
	return path + "/" + query
}

// parseForm is the URL Standard's parser, with net/url's decoder.
func parseForm(body string) (params [][2]string) {
	for pair := range strings.SplitSeq(body, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(name)
		value, err2 := url.QueryUnescape(value)
		if err != nil || err2 != nil {
			return [][2]string{{"a form that", "cannot be read"}}
		}
		params = append(params, [2]string{name, value})
	}
	return params
}

// FuzzSign: what Sign makes, Verify admits; it is what the reference makes; and
// a request that means something else is refused with it.
func FuzzSign(f *testing.F) {
	for _, c := range formCases {
		f.Add(c.url, encodeForm(c.params), 3)
	}
	for _, c := range append(captures(f), documented...) {
		f.Add(c.url, encodeForm(c.params), 17)
	}
	f.Add("https://h/", "a=1&a=2&b=%00", 0)
	v := signatureOnly(f, token)
	f.Fuzz(func(t *testing.T, target, body string, change int) {
		r := request(http.MethodPost, target, formType, body)
		signature, err := v.Sign(r)
		if err != nil {
			return
		}
		address, _, _ := strings.Cut(target, "#")
		if want := reference(token, address, parseForm(body)); signature != want {
			t.Fatalf("Sign = %q, want %q", signature, want)
		}
		r.Header.Set(twilio.Header, signature)
		if proof, err := noted(v.Verify(r)); err != nil || proof.Form != callgate.FormAsReceived {
			t.Fatalf("Verify = %+v, %v", proof, err)
		}
		changed := *r
		changed.URL, changed.Body = changeByte(target, body, change)
		if _, err := noted(v.Verify(&changed)); err == nil && !sameMeaning(r, &changed) {
			t.Errorf("%q, %q: admitted as %q, %q", target, body, changed.URL, changed.Body)
		}
	})
}

// changeByte changes one byte of the address or the body.
func changeByte(address, body string, change int) (string, []byte) {
	all := []byte(address + body)
	if len(all) == 0 {
		return address, []byte(body)
	}
	change &= 1<<30 - 1
	all[change%len(all)] ^= byte(1 + change/len(all)%255)
	return string(all[:len(address)]), bytes.Clone(all[len(address):])
}

// sameMeaning reports whether the carrier signs both requests with the same
// bytes, in one of the spellings it leaves open.
func sameMeaning(a, b *callgate.Request) bool {
	return slices.ContainsFunc(acceptable(b), func(s string) bool { return s == a.Header.Get(twilio.Header) })
}
