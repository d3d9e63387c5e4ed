package leaktest_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/callgate/callgate/internal/leaktest"
)

func TestFind(t *testing.T) {
	for text, want := range map[string]string{
		"key=" + leaktest.Token:                                "the token",
		`{"Digits":"47110815"}`:                                "the digits",
		"/?Digits=47110815&x":                                  "the digits",
		"said \"callgate test speech\"":                        "the speech",
		"SpeechResult=callgate+test+speech":                    "the speech",
		"SpeechResult=callgate%20test%20speech":                "the speech",
		"from +15005550006":                                    "the whole caller's number",
		"From=%2B15005550006":                                  "the whole caller's number",
		"X-Twilio-Signature: RSOYDt4T1cUTdK1PDd93/VVr8B8=\n":   "a signature",
		"RSOYDt4T1cUTdK1PDd93/VVr8B8=":                         "a signature",
		"?sig=RSOYDt4T1cUTdK1PDd93%2FVVr8B8%3D&x":              "a signature",
		"listening on 127.0.0.1:47110, 4711 calls, 0815 ms":    "",
		"from +1500•••06":                                      "",
		"h1:KLpMvdg7TKNRbIWiZqOwmGvVzsrMJjGkVUOBsrBTJ2M=":      "", // a hash of go.sum
		"a/path/of/27/characters/abc=1":                        "",
		"callgate_requests_total{outcome=\"accepted\"} 4711\n": "",
	} {
		found := leaktest.Find([]byte(text))
		if (want == "") != (len(found) == 0) || want != "" && found[0] != want {
			t.Errorf("%q: found %q, want %q", text, found, want)
		}
	}
}

func TestScan(t *testing.T) {
	dir := t.TempDir()
	t.Setenv(leaktest.Variable, dir)
	for _, text := range []string{"harmless", "", "digits 47110815"} {
		if err := leaktest.Keep(text); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "other"), []byte(leaktest.Token), 0o600); err != nil {
		t.Fatal(err)
	}
	files, found, err := leaktest.Scan(dir)
	if err != nil || files != 2 || len(found) != 1 || found[0] != "the digits came out in:\ndigits 47110815" {
		t.Errorf("%d files, found %q, %v", files, found, err)
	}
}

// running are tests that a Main runs.
type running func() int

func (r running) Run() int { return r() }

// A leak that is planted in what a package notes fails its tests, and is found again in
// the search of the whole run, with the secrets of that package.
func TestMainFindsPlantedLeak(t *testing.T) {
	dir := t.TempDir()
	t.Setenv(leaktest.Variable, dir)
	const secret = "planted-0123456789"
	harmless := running(func() int {
		leaktest.Note(errors.New("all is well"), nil, struct{ Key string }{"main"})
		return 0
	})
	if code := leaktest.Main(harmless, secret); code != 0 {
		t.Errorf("exit code %d for what is harmless", code)
	}
	leaking := running(func() int {
		if _, err := leaktest.Noted(0, fmt.Errorf("opening: %w", errors.New("bad key "+secret))); err == nil {
			t.Error("the error is gone")
		}
		return 0
	})
	if code := leaktest.Main(leaking); code != 1 {
		t.Errorf("exit code %d for a leak", code)
	}
	files, found, err := leaktest.Scan(dir)
	if err != nil || files != 2 || len(found) == 0 || !strings.Contains(found[0], "bad key "+secret) {
		t.Errorf("%d files, found %q, %v", files, found, err)
	}
}

func TestMainKeepsTheCode(t *testing.T) {
	t.Setenv(leaktest.Variable, "")
	if code := leaktest.Main(running(func() int { return 3 })); code < 1 {
		t.Errorf("exit code %d", code)
	}
}

func TestShortSecret(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a secret that is found by chance was taken")
		}
	}()
	leaktest.Main(running(func() int { return 0 }), "long enough", "4711081")
}

func TestRecorder(t *testing.T) {
	t.Setenv(leaktest.Variable, t.TempDir()) // what is planted here is no leak
	var fake fakeT
	r := leaktest.Record(&fake)
	if _, err := r.Write([]byte("digits 47110815")); err != nil {
		t.Fatal(err)
	}
	fake.cleanup()
	if len(fake.errors) != 1 {
		t.Errorf("the test was not failed: %v", fake.errors)
	}
}

// fakeT is a test that may fail.
type fakeT struct {
	testing.TB
	cleanup func()
	errors  []string
}

func (f *fakeT) Cleanup(fn func())                 { f.cleanup = fn }
func (f *fakeT) Errorf(format string, args ...any) { f.errors = append(f.errors, format) }
