package twiml_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/callgate/callgate/twiml"
)

// samples returns the carrier's 145 published voice documents by file name.
func samples(t testing.TB) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob("testdata/samples/*.twiml")
	if err != nil {
		t.Fatal(err)
	}
	docs := map[string][]byte{}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		docs[filepath.Base(f)] = data
	}
	if len(docs) != 145 {
		t.Fatalf("%d samples, want 145", len(docs))
	}
	return docs
}

func TestSamplesParse(t *testing.T) {
	for name, data := range samples(t) {
		r, err := twiml.Parse(data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if _, err := r.Bytes(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
