package leaktest_test

import (
	"os"
	"path/filepath"
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
