package explain_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/callgate/callgate/explain"
	"github.com/callgate/callgate/twilio"
)

// TestCases makes a case of every thread and of random requests: it must have the
// explanation of the request, also after it was written to a file and read again, and
// nothing of the request's values, accounts and keys may be in the file.
func TestCases(t *testing.T) {
	for _, c := range slices.Concat(addressThreads, queryThreads, bodyThreads, keyThreads) {
		t.Run(c.thread, func(t *testing.T) {
			config, r := c.request()
			testCase(t, config, r)
		})
	}
	n := uint64(200)
	if raceDetector || testing.Short() {
		n /= 10
	}
	for seed := range n {
		c := newCase(seed)
		applied := c.mutate(int(seed) % 3)
		t.Run(strings.Join(applied, "+"), func(t *testing.T) { testCase(t, c.config, c.request()) })
	}
}

func testCase(t *testing.T, config explain.Config, r *explain.Request) {
	t.Helper()
	e, err := explain.New(config)
	if err != nil {
		t.Fatal(err)
	}
	want := render(t, noted(e.Explain(context.Background(), r)))
	c, err := e.Case(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	file, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if !explain.IsCase(file) {
		t.Error("IsCase does not know its own form")
	}
	var read explain.Case
	if err := json.Unmarshal(file, &read); err != nil {
		t.Fatal(err)
	}
	again, err := explain.New(read.Config)
	if err != nil {
		t.Fatal(err)
	}
	if got := render(t, noted(again.Explain(context.Background(), read.Request))); got != want {
		t.Errorf("explanation of the case:\n%s\nof the request:\n%s", got, want)
	}
	noOriginals(t, file, read.Request, config, r)
}

// noOriginals looks for every value of at least four characters, decoded and as
// it was written, and for every key.
func noOriginals(t *testing.T, file []byte, redacted *explain.Request, config explain.Config, r *explain.Request) {
	t.Helper()
	text := string(file) + "\n" + string(redacted.Body) + "\n" + redacted.URL
	if plain, err := url.QueryUnescape(text); err == nil {
		text += plain
	}
	for _, value := range originalValues(r) {
		if strings.Contains(text, value) {
			t.Errorf("%q is in the file:\n%s", value, file)
		}
	}
	for _, k := range slices.Concat(config.Keys, config.OtherKeys) {
		for _, secret := range []string{k.Account, strings.Trim(k.Token.Reveal(), " \"'\n")} {
			if secret != "" && strings.Contains(text, secret) {
				t.Errorf("a key or account is in the file")
			}
		}
	}
	if s := r.Header.Get(twilio.Header); s != "" && strings.Contains(text, s) {
		t.Error("the signature is in the file")
	}
}

func originalValues(r *explain.Request) []string {
	path, query, _ := strings.Cut(r.URL, "?")
	if plain, err := url.PathUnescape(path); err == nil {
		path += " " + plain
	}
	var values []string
	const shortest = 4
	add := func(v string) {
		// Words of languages, of the protocol and of the form itself.
		words := []string{"None", "null", "POST", "call"}
		if len(v) >= shortest && !slices.Contains(words, strings.TrimSpace(v)) && !strings.Contains(path, v) {
			values = append(values, v)
		}
	}
	for _, text := range []string{query, string(r.Body)} {
		if strings.HasPrefix(text, "{") {
			continue
		}
		for pair := range strings.SplitSeq(text, "&") {
			name, value, _ := strings.Cut(pair, "=")
			plain, err := url.QueryUnescape(value)
			if name == "bodySHA256" || err == nil && strings.TrimSpace(plain) == "" {
				continue // white space is nobody's
			}
			if len(plain) >= shortest { // a short one may replace another by chance
				add(value)
				add(plain)
			}
		}
	}
	var object map[string]any
	if json.Unmarshal(r.Body, &object) == nil {
		for _, v := range object {
			if s, ok := v.(string); ok {
				add(s)
			}
		}
	}
	return values
}

// A case file is read strictly: of a version that is not known, nothing is taken.
func TestReadCase(t *testing.T) {
	for _, text := range []string{"", "[]", "{}", `{"callgate_case":2}`, `{"callgate_case":1,"request":{"peer":"x"}}`} {
		var c explain.Case
		if err := json.Unmarshal([]byte(text), &c); err == nil {
			t.Errorf("%s: read", text)
		}
	}
	if explain.IsCase([]byte(`{"method":"POST"}`)) {
		t.Error("a request is taken for a case")
	}
}

// FuzzCase makes cases of arbitrary requests: no key is in one, and none makes it
// panic.
func FuzzCase(f *testing.F) {
	for seed := range uint64(10) {
		c := newCase(seed)
		r := c.request()
		f.Add(r.Method, r.URL, r.Header.Get("Content-Type"), r.Header.Get(twilio.Header), r.Body)
	}
	f.Add("POST", "https://h/", "multipart/form-data; boundary=x", "'x=', \"y\"", []byte("--x\r\nContent-Disposition: form-data; name=a\r\n\r\nb\r\n--x--"))
	f.Add("POST", "https://h/", "application/json", "", []byte(`{"a\u00e9":"\ud83d\ude00\n","b":-1.5e+3,"c":[null,true`))
	e, err := explain.New(explain.Config{Keys: []twilio.Key{{Name: "a", Account: accountA, Token: keyA}}, Work: 20_000})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, method, address, contentType, signature string, body []byte) {
		r := &explain.Request{Method: method, URL: address, Header: map[string][]string{"Content-Type": {contentType}, twilio.Header: {signature}}, Body: body}
		c, err := e.Case(context.Background(), r)
		if err != nil {
			return
		}
		file, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(file, []byte(keyA)) {
			t.Errorf("the key is in the file: %s", file)
		}
	})
}
