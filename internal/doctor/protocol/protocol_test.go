package protocol_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/internal/doctor/protocol"
)

const token = callgate.Secret("callgate-test-token-2f7a61c0")

// hmacSHA256 is that of the standard library; extract and expand are HKDF as RFC 5869
// writes it, for one block.
func hmacSHA256(key, text []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write(text)
	return h.Sum(nil)
}

func hkdf(secret []byte, purpose string) []byte {
	prk := hmacSHA256(make([]byte, sha256.Size), secret)
	return hmacSHA256(prk, append([]byte(purpose), 1))
}

// The keys are what the package comment says, computed from the definitions.
func TestKeys(t *testing.T) {
	root := hkdf([]byte(token), "callgate doctor v1")
	text := "v1 probe CHALLENGE 7 webhook"
	want := text + " " + base64.RawURLEncoding.EncodeToString(hmacSHA256(root, []byte(text)))
	key := protocol.NewKey(token)
	if got := key.SignProbe(protocol.Probe{Challenge: "CHALLENGE", Number: 7, Kind: protocol.Webhook}); got != want {
		t.Errorf("the header is %q, want %q", got, want)
	}
	wantToken := hex.EncodeToString(hkdf(root, "callgate doctor v1 token CHALLENGE")[:16])
	if got := key.Token("CHALLENGE").Reveal(); got != wantToken {
		t.Errorf("the token of the challenge is %s, want %s", got, wantToken)
	}
}

func TestRead(t *testing.T) {
	key := protocol.NewKey(token)
	hello := key.SignHello(protocol.Hello{Time: 1_700_000_000, Nonce: "NONCE"})
	probe := key.SignProbe(protocol.Probe{Challenge: "C", Number: 1, Kind: protocol.Stream})
	if got, ok := key.Read(hello); !ok || got != (protocol.Hello{Time: 1_700_000_000, Nonce: "NONCE"}) {
		t.Errorf("the hello is read as %v, %v", got, ok)
	}
	if got, ok := key.Read(probe); !ok || got != (protocol.Probe{Challenge: "C", Number: 1, Kind: protocol.Stream}) {
		t.Errorf("the probe is read as %v, %v", got, ok)
	}
	for name, header := range map[string]string{
		"nothing":             "",
		"no MAC":              "v1 probe C 1 stream",
		"an empty MAC":        "v1 probe C 1 stream ",
		"another number":      strings.Replace(probe, "1 stream", "2 stream", 1),
		"another kind":        strings.Replace(probe, "stream", "about", 1),
		"another challenge":   strings.Replace(probe, "C", "D", 1),
		"another token":       protocol.NewKey("other").SignProbe(protocol.Probe{Challenge: "C", Number: 1, Kind: protocol.Stream}),
		"an answer":           string(key.Seal(hello, []byte("x"))),
		"white space":         probe + " ",
		"a time that is none": key.SignHello(protocol.Hello{Time: 1, Nonce: "a b"}),
		"too long":            key.SignHello(protocol.Hello{Time: 1, Nonce: strings.Repeat("x", protocol.MaxHeader)}),
	} {
		if got, ok := key.Read(header); ok {
			t.Errorf("%s is read as %v", name, got)
		}
	}
}

func TestOpen(t *testing.T) {
	key := protocol.NewKey(token)
	sealed := key.Seal("header", []byte("text"))
	if got, err := key.Open("header", append(sealed, '\n')); err != nil || string(got) != "text" {
		t.Errorf("opened as %q, %v", got, err)
	}
	if strings.Contains(string(sealed), base64.RawURLEncoding.EncodeToString([]byte("text"))) {
		t.Error("the answer can be read")
	}
	for name, try := range map[string]struct {
		key    protocol.Key
		header string
		sealed string
	}{
		"the answer to another request": {key, "another", string(sealed)},
		"with another token":            {protocol.NewKey("other"), "header", string(sealed)},
		"changed":                       {key, "header", flipped(sealed)},
		"cut":                           {key, "header", string(sealed[:len(sealed)-1])},
		"not in base64":                 {key, "header", "v1 answer ==="},
		"too short":                     {key, "header", "v1 answer AAAA"},
		"a page":                        {key, "header", "<html>404</html>"},
		"nothing":                       {key, "header", ""},
	} {
		if got, err := try.key.Open(try.header, []byte(try.sealed)); err == nil {
			t.Errorf("%s is opened as %q", name, got)
		}
	}
}

// flipped changes one letter.
func flipped(sealed []byte) string {
	const at = 20
	letter := "A"
	if sealed[at] == 'A' {
		letter = "B"
	}
	return string(sealed[:at]) + letter + string(sealed[at+1:])
}

// FuzzRead: nothing is read but what was signed.
func FuzzRead(f *testing.F) {
	key := protocol.NewKey(token)
	signed := key.SignHello(protocol.Hello{Time: 1, Nonce: "N"})
	for _, seed := range []string{"", signed, signed[:len(signed)-1], "v1 probe C 1 webhook AAAA", "  "} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		if got, ok := key.Read(header); ok && header != signed {
			t.Errorf("%q is read as %v", header, got)
		}
	})
}

// FuzzOpenAnswer: whatever is sealed comes out or is refused, and whatever else is refused.
func FuzzOpenAnswer(f *testing.F) {
	key := protocol.NewKey(token)
	f.Add([]byte(`{"time":1,"arrived":{"target":"L3g="},"verdict":{"admitted":true}}`))
	f.Add([]byte(`{"arrived":{"target":7}}`))
	f.Add([]byte("null"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if a, err := key.OpenAnswer("header", key.Seal("header", text)); (a == nil) == (err == nil) {
			t.Errorf("both an answer and an error, or neither: %v, %v", a, err)
		}
		if a, err := key.OpenAnswer("header", text); err == nil {
			t.Errorf("opened without a seal: %v", a)
		}
	})
}
