package twilio_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/twilio"
)

const (
	subaccount = "ACffeeddccbbaa99887766554433221100"
	oldToken   = "11111111111111111111111111111111"
	newToken   = "22222222222222222222222222222222"
	subToken   = "33333333333333333333333333333333"
)

// ring is an account in the middle of a rotation, and a subaccount.
var ring = []twilio.Key{
	{Name: "new", Account: account, Token: newToken},
	{Name: "old", Account: account, Token: oldToken},
	{Name: "sub", Account: subaccount, Token: subToken},
}

func TestKeys(t *testing.T) {
	v := mustNew(t, twilio.Config{Keys: ring})
	sub := with(inbound, "AccountSid", subaccount)
	cases := []struct {
		name   string
		token  string
		params [][2]string
		want   callgate.Proof
		err    error
	}{
		{"newest", newToken, inbound, callgate.Proof{Account: account, Key: "new"}, nil},
		{"old one during a rotation", oldToken, inbound, callgate.Proof{Account: account, Key: "old"}, nil},
		{"subaccount", subToken, sub, callgate.Proof{Account: subaccount, Key: "sub"}, nil},
		{"unknown", token, inbound, callgate.Proof{}, callgate.ErrMismatch},
		{"subaccount's request signed by the account", newToken, sub, callgate.Proof{}, callgate.ErrAccount},
		{"account's request signed by the subaccount", subToken, inbound, callgate.Proof{}, callgate.ErrAccount},
		{"account of nobody", newToken, with(inbound, "AccountSid", "AC"+strings.Repeat("0", 32)), callgate.Proof{}, callgate.ErrAccount},
	}
	for _, c := range cases {
		for _, get := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, get %v", c.name, get), func(t *testing.T) {
				r := capture{get: get, url: address, params: c.params}.request()
				signed := c.params
				if get {
					signed = nil
				}
				r.Header.Set(twilio.Header, reference(c.token, r.URL, signed))
				proof, err := noted(v.Verify(r))
				if !errors.Is(err, c.err) {
					t.Fatalf("Verify = %v, want %v", err, c.err)
				}
				if err == nil {
					c.want.Carrier, c.want.Form = "twilio", callgate.FormAsReceived
				}
				if proof != c.want {
					t.Errorf("proof = %+v, want %+v", proof, c.want)
				}
			})
		}
	}
}

// TestMismatchDetail: a refusal says what was tried.
func TestMismatchDetail(t *testing.T) {
	for want, config := range map[string]twilio.Config{
		"tried 1 key on 2 spellings of the address":  {Keys: []twilio.Key{{Name: "only", Token: newToken}}},
		"tried 3 keys on 2 spellings of the address": {Keys: ring},
	} {
		r := post(callgate.KindVoice, address, reference(token, address, inbound), inbound)
		_, err := noted(mustNew(t, config).Verify(r))
		var refusal *callgate.Refusal
		if !errors.As(err, &refusal) || refusal.Detail != want {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// TestAccountDecidesKey: two accounts with one and the same token (which the
// carrier never makes, but a test account may) are told apart by the request.
func TestAccountDecidesKey(t *testing.T) {
	v := mustNew(t, twilio.Config{Keys: []twilio.Key{
		{Name: "any", Token: token}, {Name: "main", Account: account, Token: token}, {Name: "sub", Account: subaccount, Token: token},
	}})
	for sid, want := range map[string]string{account: "main", subaccount: "sub", "AC" + strings.Repeat("0", 32): "any"} {
		c := with(inbound, "AccountSid", sid)
		proof, err := noted(v.Verify(post(callgate.KindVoice, address, reference(token, address, c), c)))
		if err != nil || proof.Key != want {
			t.Errorf("for %s: key %q, %v; want %q", sid, proof.Key, err, want)
		}
	}
}

func TestSign(t *testing.T) {
	v := mustNew(t, twilio.Config{Keys: append([]twilio.Key{{Name: "any", Token: token}}, ring...)})
	sub := with(inbound, "AccountSid", subaccount)
	stranger := with(inbound, "AccountSid", "AC"+strings.Repeat("0", 32))
	hashed := twilio.WithBodyHash(address, []byte(sample))
	cases := []struct {
		name    string
		request *callgate.Request
		want    string
		err     error
	}{
		{"newest key of the account", request("POST", address, formType, encodeForm(inbound)), reference(newToken, address, inbound), nil},
		{"key of the subaccount", request("POST", address, formType, encodeForm(sub)), reference(subToken, address, sub), nil},
		{"unknown account", request("POST", address, formType, encodeForm(stranger)), reference(token, address, stranger), nil},
		{"no account", request("POST", address, formType, "a=1"), reference(token, address, params("a", "1")), nil},
		{"repeated and unsorted values", request("POST", address, formType, "b=2&a=2&a=1&a=2"), reference(token, address, params("a", "1", "a", "2", "b", "2")), nil},
		{"query of a GET", request("GET", address+"?AccountSid="+subaccount, "", ""), reference(subToken, address+"?AccountSid="+subaccount, nil), nil},
		{"without the fragment", request("GET", address+"#rc=2", "", ""), reference(token, address, nil), nil},
		{"JSON", request("POST", hashed, jsonType, sample), reference(token, hashed, nil), nil},
		{"JSON without hash", request("POST", address, jsonType, sample), "", callgate.ErrBodyHash},
		{"a body that nothing signs", request("POST", address, "text/plain", "x"), "", callgate.ErrContentType},
		{"a GET with a body", request("GET", address, formType, "a=1"), "", callgate.ErrContentType},
		{"a form that cannot be read", request("POST", address, formType, "a=%"), "", callgate.ErrParams},
		{"a PUT", request("PUT", address, formType, "a=1"), "", callgate.ErrMethod},
		{"a stream", request("GET", "wss://ivr.example.org/media", "", ""), reference(token, "wss://ivr.example.org/media", nil), nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := v.Sign(c.request)
			if got != c.want || !errors.Is(err, c.err) {
				t.Errorf("Sign = %q, %v; want %q, %v", got, err, c.want, c.err)
			}
			if again, _ := v.Sign(c.request); again != got {
				t.Errorf("signed again: %q", again)
			}
			if len(c.request.Header[twilio.Header]) > 0 {
				t.Error("Sign set the header")
			}
		})
	}
}

func TestSignUpgrade(t *testing.T) {
	v := mustNew(t, twilio.Config{Keys: []twilio.Key{{Name: "only", Token: token}}})
	r := request("GET", "https://ivr.example.org/media", "", "")
	r.Header.Set("Upgrade", "websocket")
	if got, err := v.Sign(r); err != nil || got != reference(token, "wss://ivr.example.org/media", nil) {
		t.Errorf("Sign = %q, %v; want the signature of the wss address", got, err)
	}
}

func TestWithBodyHash(t *testing.T) {
	const hash = "bodySHA256=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" // of nothing
	for url, want := range map[string]string{
		"https://h.example/x":       "https://h.example/x?" + hash,
		"https://h.example/x?":      "https://h.example/x?" + hash,
		"https://h.example/x?a=1":   "https://h.example/x?a=1&" + hash,
		"https://h.example/x?a#f?g": "https://h.example/x?a&" + hash,
		"https://h.example":         "https://h.example?" + hash,
	} {
		if got := twilio.WithBodyHash(url, nil); got != want {
			t.Errorf("WithBodyHash(%q) = %q, want %q", url, got, want)
		}
	}
}

func TestNewFaults(t *testing.T) {
	good := twilio.Key{Name: "main", Account: account, Token: token}
	const hidden = "s3cr3t-"
	cases := []struct {
		name   string
		config twilio.Config
		faults []string
	}{
		{"nothing", twilio.Config{}, []string{"Keys: none"}},
		{"no token", twilio.Config{Keys: []twilio.Key{{Name: "a"}}}, []string{"Keys[0].Token: empty"}},
		{"92 an empty token among others", twilio.Config{Keys: []twilio.Key{good, {Name: "a", Token: ""}}}, []string{"Keys[1].Token: empty"}},
		{"line break at the end", twilio.Config{Keys: []twilio.Key{{Name: "a", Token: hidden + "\n"}}}, []string{"Keys[0].Token: has white space"}},
		{"leading space", twilio.Config{Keys: []twilio.Key{{Name: "a", Token: " " + hidden}}}, []string{"Token: has white space"}},
		{"no-break space", twilio.Config{Keys: []twilio.Key{{Name: "a", Token: hidden + "\u00a0"}}}, []string{"Token: has white space"}},
		{"NUL", twilio.Config{Keys: []twilio.Key{{Name: "a", Token: hidden + "\x00"}}}, []string{"Token: has white space"}},
		{"quotation marks", twilio.Config{Keys: []twilio.Key{{Name: "a", Token: `"` + hidden + `"`}}}, []string{"Token: starts or ends with a quotation mark"}},
		{"one quotation mark", twilio.Config{Keys: []twilio.Key{{Name: "a", Token: hidden + "'"}}}, []string{"Token: starts or ends with a quotation mark"}},
		{"account for a token", twilio.Config{Keys: []twilio.Key{{Name: "a", Token: account}}}, []string{"Token: is the SID"}},
		{"API key for a token", twilio.Config{Keys: []twilio.Key{{Name: "a", Token: callgate.Secret("SK" + account[2:])}}}, []string{"Token: is the SID"}},
		{"name and token the same", twilio.Config{Keys: []twilio.Key{{Name: hidden, Token: hidden}}}, []string{"Token: the same as Name"}},
		{"no name", twilio.Config{Keys: []twilio.Key{{Token: token}}}, []string{"Keys[0].Name:"}},
		{"name with a space", twilio.Config{Keys: []twilio.Key{{Name: "a b", Token: token}}}, []string{"Keys[0].Name:"}},
		{"long name", twilio.Config{Keys: []twilio.Key{{Name: strings.Repeat("a", 65), Token: token}}}, []string{"Keys[0].Name:"}},
		{"name twice", twilio.Config{Keys: []twilio.Key{good, good}}, []string{"Keys[1].Name: the same as Keys[0].Name"}},
		{"account with capitals", twilio.Config{Keys: []twilio.Key{{Name: "a", Account: strings.ToUpper(account), Token: token}}}, []string{"Keys[0].Account:"}},
		{"short account", twilio.Config{Keys: []twilio.Key{{Name: "a", Account: "AC12", Token: token}}}, []string{"Keys[0].Account:"}},
		{"unknown profile", twilio.Config{Keys: []twilio.Key{good}, Profile: 7}, []string{"Profile: 7"}},
		{"parameter of the carrier", twilio.Config{Keys: []twilio.Key{good}, ExtraParams: []string{"Digits"}}, []string{`ExtraParams[0]: "Digits" is a parameter of the carrier`}},
		{"parameter twice", twilio.Config{Keys: []twilio.Key{good}, ExtraParams: []string{"tenant", "tenant"}}, []string{`ExtraParams[1]: "tenant" is there twice`}},
		{"parameter before AccountSid", twilio.Config{Keys: []twilio.Key{good}, ExtraParams: []string{"ABTest"}}, []string{`ExtraParams[0]: "ABTest" sorts before AccountSid`}},
		{"short parameter", twilio.Config{Keys: []twilio.Key{good}, ExtraParams: []string{"id"}}, []string{`ExtraParams[0]: "id" must be`}},
		{"parameter with a space", twilio.Config{Keys: []twilio.Key{good}, ExtraParams: []string{"my id"}}, []string{`ExtraParams[0]: "my id" must be`}},
		{
			"all at once", twilio.Config{Keys: []twilio.Key{{Name: "?", Account: "x", Token: hidden + " "}, {}}, Profile: -1, ExtraParams: []string{""}},
			[]string{"Keys[0].Name:", "Keys[0].Account:", "Keys[0].Token: has white space", "Keys[1].Name:", "Keys[1].Token: empty", "Profile: -1", "ExtraParams[0]"},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			v, err := twilio.New(c.config)
			if err == nil || v != nil {
				t.Fatalf("New = %v, %v; want an error", v, err)
			}
			for _, fault := range c.faults {
				if !strings.Contains(err.Error(), fault) {
					t.Errorf("%q is not in:\n%v", fault, err)
				}
			}
			if strings.Contains(err.Error(), hidden) {
				t.Errorf("shows the token: %v", err)
			}
		})
	}
}

// TestConfigIsCopied: what the caller does with his configuration later does not
// change the verifier.
func TestConfigIsCopied(t *testing.T) {
	c := twilio.Config{Keys: []twilio.Key{{Name: "only", Token: token}}}
	v := mustNew(t, c)
	c.Keys[0].Token = "another"
	if err := verifyPosted(t, v, callgate.KindVoice, address, inbound); err != nil {
		t.Errorf("Verify = %v", err)
	}
}

func TestZeroVerifier(t *testing.T) {
	var v twilio.Verifier
	r := request("GET", address, "", "")
	r.Header.Set(twilio.Header, reference("", address, nil))
	if _, err := noted(v.Verify(r)); !errors.Is(err, callgate.ErrNoKey) {
		t.Errorf("Verify = %v, want %v", err, callgate.ErrNoKey)
	}
	if _, err := v.Sign(r); !errors.Is(err, callgate.ErrNoKey) {
		t.Errorf("Sign = %v, want %v", err, callgate.ErrNoKey)
	}
}

// TestNoSecretIsShown prints everything that a program could log.
func TestNoSecretIsShown(t *testing.T) {
	config := twilio.Config{Keys: []twilio.Key{{Name: "only", Account: account, Token: token}}}
	v := mustNew(t, config)
	r := request(http.MethodPost, address+"?Digits=471108153792", formType, encodeForm(with(inbound, "Digits", "471108153792", "SpeechResult", "my pin")))
	r.Header.Set(twilio.Header, reference(token, r.URL, with(inbound, "Digits", "471108153792", "SpeechResult", "my pin")))
	secrets := []string{token, r.Header.Get(twilio.Header), "471108153792", "my pin", "+18185550123"}

	var shown strings.Builder
	logger := slog.New(slog.NewJSONHandler(&shown, nil))
	for _, value := range []any{config, &config, config.Keys, config.Keys[0], config.Keys[0].Token, v} {
		fmt.Fprintf(&shown, "%v %+v %#v %s %q\n", value, value, value, value, value)
		logger.Info("configured", "value", value)
		text, _ := json.Marshal(value)
		shown.Write(text)
	}
	for _, kind := range []callgate.Kind{callgate.KindVoice, callgate.KindStream, 9} {
		r.Kind = kind
		_, err := noted(v.Verify(r))
		if err == nil {
			t.Fatal("admitted")
		}
		fmt.Fprintf(&shown, "%v %+v %#v\n", err, err, err)
		logger.Error("refused", "err", err)
	}
	for _, body := range []string{"Digits=471108153792&%zz", "Digits=471108153792"} {
		r.Body = []byte(body)
		_, err := noted(v.Verify(r))
		fmt.Fprintln(&shown, err)
	}
	for _, secret := range secrets {
		if strings.Contains(shown.String(), secret) {
			t.Errorf("%q is shown", secret)
		}
	}
}

// TestConcurrent: one verifier for many goroutines; go test -race watches.
func TestConcurrent(t *testing.T) {
	v := mustNew(t, twilio.Config{Keys: append([]twilio.Key{{Name: "any", Token: token}}, ring...)})
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 50 {
				c := with(inbound, "Digits", fmt.Sprint(i, j)[:1], "SpeechResult", strings.Repeat("x", 100*i))
				if err := verifyPosted(t, v, callgate.KindVoice, address, c); err != nil {
					t.Errorf("Verify = %v", err)
				}
			}
		})
	}
	wg.Wait()
}

// TestRequestIsNotChanged: verifying reads.
func TestRequestIsNotChanged(t *testing.T) {
	c := captures(t)[1]
	r, same := c.request(), c.request()
	if _, err := noted(voiceVerifier(t).Verify(r)); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(r) != fmt.Sprint(same) {
		t.Error("Verify changed the request")
	}
}
