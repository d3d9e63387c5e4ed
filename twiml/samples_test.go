package twiml_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/callgate/callgate/twiml"
)

// samples returns the carrier's 145 published voice documents by file name. They
// come from github.com/TwilioDevEd/api-snippets, see testdata/samples/LICENSE.
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

func TestSamplesHaveNoFindings(t *testing.T) {
	for name, data := range samples(t) {
		for _, f := range twiml.Check(data, twiml.Twilio) {
			t.Errorf("%s:%v", name, f)
		}
	}
}

// Reading and writing must keep what a document means: the same elements in the
// same order with the same attributes and words.
func TestSamplesSurviveParseAndWrite(t *testing.T) {
	for name, data := range samples(t) {
		doc, err := twiml.Parse(data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		written, err := doc.Bytes()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got, want := canonical(t, written), canonical(t, data); got != want {
			t.Errorf("%s: meaning changed\n got %s\nwant %s", name, got, want)
		}
		again, err := doc.Bytes()
		if err != nil || string(again) != string(written) {
			t.Errorf("%s: written differently the second time", name)
		}
		if f := twiml.Check(written, twiml.Twilio); len(f) > 0 {
			t.Errorf("%s: as written: %v", name, f)
		}
	}
}

// canonical writes a document so that two with the same meaning are equal: sorted
// attributes, words of lists sorted, white space folded.
func canonical(t testing.TB, data []byte) string {
	t.Helper()
	root, err := twiml.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	writeCanonical(&b, root)
	return b.String()
}

// isList tells the attributes that are sets of words.
func isList(name string) bool {
	return strings.HasSuffix(name, "Event") ||
		slices.Contains([]string{"input", "errorType", "cardType", "attempt", "validCardTypes"}, name)
}

func writeCanonical(b *strings.Builder, el *twiml.Element) {
	var attrs []string
	for _, a := range el.Attrs {
		v := a.Value
		if isList(a.Name) {
			words := strings.Fields(v)
			slices.Sort(words)
			v = strings.Join(words, " ")
		}
		attrs = append(attrs, a.Name+"="+v)
	}
	slices.Sort(attrs)
	b.WriteString("<" + el.Name + " " + strings.Join(attrs, "|") + ">")
	for _, n := range el.Children {
		if n.Element != nil {
			writeCanonical(b, n.Element)
		} else if s := strings.Join(strings.Fields(n.Text), " "); s != "" {
			b.WriteString(s)
		}
	}
	b.WriteString("</>")
}
