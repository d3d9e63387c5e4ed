package seal_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"

	"github.com/callgate/callgate/ivr/internal/seal"
)

func keys(t testing.TB, secrets ...string) *seal.Keys {
	t.Helper()
	var raw [][]byte
	for _, s := range secrets {
		raw = append(raw, []byte(s))
	}
	k, err := seal.New("test", raw...)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestNewRefusesNothing(t *testing.T) {
	for _, secrets := range [][][]byte{nil, {nil}, {[]byte("a"), {}}} {
		if _, err := seal.New("test", secrets...); err == nil {
			t.Errorf("New(%q) takes no secret for a secret", secrets)
		}
	}
}

func TestSealAndOpen(t *testing.T) {
	k := keys(t, "one")
	for _, text := range []string{"", "a", strings.Repeat("long ", 1000)} {
		sealed := k.Append([]byte("prefix"), []byte(text), "context")
		if !bytes.HasPrefix(sealed, []byte("prefix")) || len(sealed) != len("prefix")+seal.Size(len(text)) {
			t.Errorf("%d bytes become %d", len(text), len(sealed))
		}
		got, err := k.Open(nil, string(sealed[len("prefix"):]), "context")
		if err != nil || string(got) != text {
			t.Errorf("opened %q, %v", got, err)
		}
	}
}

// hkdfSHA256 is RFC 5869 by hand, for one block: extract with an empty salt, expand.
func hkdfSHA256(secret, info string) []byte {
	mac := func(key, data []byte) []byte {
		h := hmac.New(sha256.New, key)
		h.Write(data)
		return h.Sum(nil)
	}
	return mac(mac(make([]byte, sha256.Size), []byte(secret)), append([]byte(info), 1))
}

// TestConstruction makes the same bytes from the description of the package, with
// the primitives alone.
func TestConstruction(t *testing.T) {
	text, context := []byte("the text"), "the context"
	h := hmac.New(sha256.New, hkdfSHA256("secret", "test nonce"))
	binary.Write(h, binary.BigEndian, uint64(len(context)))
	h.Write([]byte(context))
	h.Write(text)
	nonce := h.Sum(nil)[:12]
	block, err := aes.NewCipher(hkdfSHA256("secret", "test encryption"))
	if err != nil {
		t.Fatal(err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	want := base64.RawURLEncoding.EncodeToString(append(bytes.Clone(nonce), gcm.Seal(nil, nonce, text, []byte(context))...))
	if got := keys(t, "secret").Append(nil, text, context); string(got) != want {
		t.Errorf("sealed %s, want %s", got, want)
	}
}

func TestEqualMessagesAreEqual(t *testing.T) {
	k := keys(t, "one")
	a := k.Append(nil, []byte("x"), "context")
	if b := keys(t, "one").Append(nil, []byte("x"), "context"); !bytes.Equal(a, b) {
		t.Error("the same message is sealed in two ways")
	}
	seen := map[string]string{string(a): "x"}
	for name, b := range map[string][]byte{
		"text":    k.Append(nil, []byte("y"), "context"),
		"context": k.Append(nil, []byte("x"), "contexu"),
		"moved":   k.Append(nil, []byte("tx"), "contex"),
		"key":     keys(t, "two").Append(nil, []byte("x"), "context"),
	} {
		if other, dup := seen[string(b)[:16]]; dup {
			t.Errorf("%s: the nonce of %s again", name, other)
		}
		seen[string(b)[:16]] = name
	}
}

func TestOpenRefusesWhatWasNotSealed(t *testing.T) {
	k := keys(t, "one")
	sealed := string(k.Append(nil, []byte("text"), "context"))
	if _, err := k.Open(nil, sealed, "other"); !errors.Is(err, seal.ErrOpen) {
		t.Errorf("another context: %v", err)
	}
	for i := range sealed {
		if _, err := k.Open(nil, sealed[:i], "context"); !errors.Is(err, seal.ErrOpen) {
			t.Errorf("cut to %d characters: %v", i, err)
		}
		for _, c := range "AB-_.\n" {
			changed := sealed[:i] + string(c) + sealed[i+1:]
			if changed == sealed {
				continue
			}
			if _, err := k.Open(nil, changed, "context"); !errors.Is(err, seal.ErrOpen) {
				t.Errorf("character %d changed to %q: %v", i, c, err)
			}
		}
	}
	if _, err := k.Open(nil, sealed+"\n", "context"); !errors.Is(err, seal.ErrOpen) {
		t.Error("a line break at the end opens")
	}
}

func TestRotation(t *testing.T) {
	old, both := keys(t, "old"), keys(t, "new", "old")
	sealed := string(old.Append(nil, []byte("text"), ""))
	if text, err := both.Open(nil, sealed, ""); err != nil || string(text) != "text" {
		t.Errorf("after a rotation: %q, %v", text, err)
	}
	if got := both.Append(nil, []byte("text"), ""); string(got) == sealed {
		t.Error("sealed with the older key")
	}
	if _, err := keys(t, "new").Open(nil, sealed, ""); !errors.Is(err, seal.ErrOpen) {
		t.Errorf("without the older key: %v", err)
	}
}

func FuzzOpen(f *testing.F) {
	k := keys(f, "one")
	f.Add(string(k.Append(nil, []byte("text"), "")))
	f.Add("")
	f.Fuzz(func(t *testing.T, sealed string) {
		text, err := k.Open(nil, sealed, "")
		if err == nil && string(k.Append(nil, text, "")) != sealed {
			t.Errorf("%q opens, and is not how %q is sealed", sealed, text)
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	k := keys(b, "one")
	text, context := make([]byte, 60), strings.Repeat("c", 40)
	var buf [256]byte
	b.ReportAllocs()
	for b.Loop() {
		k.Append(buf[:0], text, context)
	}
}
