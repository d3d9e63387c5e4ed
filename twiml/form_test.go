package twiml_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/callgate/callgate/twiml"
)

// Each value of each of the carrier's samples is left open and filled in again.
func TestFormOfSamples(t *testing.T) {
	filled := 0
	for name, data := range samples(t) {
		doc, err := twiml.Parse(data)
		if err != nil {
			t.Fatal(err)
		}
		want, err := doc.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		root, err := twiml.Decode(want)
		if err != nil {
			t.Fatal(err)
		}
		for _, value := range values(root) {
			form, err := twiml.NewForm(doc, value)
			if err != nil {
				continue // a value that is put together of words
			}
			if got, err := form.AppendTo([]byte("before"), value); err != nil || string(got) != "before"+string(want) {
				t.Errorf("%s, %q: %s, %v", name, value, got, err)
			}
			filled++
		}
	}
	if filled < 300 {
		t.Errorf("only %d values were left open", filled)
	}
}

func values(el *twiml.Element) (list []string) {
	for _, a := range el.Attrs {
		if a.Value != "" {
			list = append(list, a.Value)
		}
	}
	if text := rawText(el); text != "" {
		list = append(list, text)
	}
	for child := range el.Elements() {
		list = append(list, values(child)...)
	}
	return list
}

// asking is a document with two texts in three places.
func asking(action, again string) *twiml.Response {
	return twiml.New(
		&twiml.Gather{Action: action, NumDigits: 1, Prompts: []twiml.Audio{&twiml.Say{Text: "Press 1 & 2."}}},
		&twiml.Say{Text: again},
		&twiml.Redirect{URL: again},
	)
}

func TestForm(t *testing.T) {
	form, err := twiml.NewForm(asking("\x00 action", "\x00 again"), "\x00 action", "\x00 again") // texts that no document has
	if err != nil {
		t.Fatal(err)
	}
	for _, texts := range [][2]string{
		{"https://ivr.example.org/?s=a", "https://ivr.example.org/?s=b"},
		{`a&b<c>"d"` + "\t\n", `&lt;]]>` + "\r\u00e9"},
	} {
		want, err := asking(texts[0], texts[1]).Bytes()
		if err != nil {
			t.Fatal(err)
		}
		if got, err := form.AppendTo(nil, texts[0], texts[1]); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%q: %s, %v\nwant %s", texts, got, err, want)
		}
	}
	for problem, texts := range map[string][]string{
		"1 texts for the 2 blanks": {"a"},
		"blank 2: byte 1":          {"a", "b\x00"},
		"blank 1: byte 0: not UTF": {"\xff", "b"},
		"blank 1: CurrentDocument": {twiml.CurrentDocument, "b"},
		"the document has":         {strings.Repeat("a", twiml.MaxBytes), "b"},
	} {
		got, err := form.AppendTo([]byte("before"), texts...)
		if err == nil || !strings.Contains(err.Error(), problem) || string(got) != "before" {
			t.Errorf("%s: %q, %v", problem, got, err)
		}
	}
}

func TestNewFormRefuses(t *testing.T) {
	for problem, make := range map[string]func() (*twiml.Form, error){
		"no place for blank 2": func() (*twiml.Form, error) { return twiml.NewForm(asking("a", "b"), "a", "c") },
		"attribute action":     func() (*twiml.Form, error) { return twiml.NewForm(asking("", "b"), "b") },
		"byte 0":               func() (*twiml.Form, error) { return twiml.NewForm(asking("\x00", "b"), "b") },
	} {
		if f, err := make(); f != nil || err == nil || !strings.Contains(err.Error(), problem) {
			t.Errorf("want %q, but got %v", problem, err)
		}
	}
}

func TestFormAllocates(t *testing.T) {
	form, err := twiml.NewForm(asking("a", "b"), "a", "b")
	if err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 0, 1024)
	if n := testing.AllocsPerRun(100, func() {
		if _, err := form.AppendTo(buf, "https://ivr.example.org/", "/"); err != nil {
			t.Fatal(err)
		}
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

// FuzzForm: what is filled in is written, or refused, as anywhere else.
func FuzzForm(f *testing.F) {
	f.Add("https://example.com/a?b=c&d", "\"'<>&]]>")
	f.Add("\x00", "\xff\t")
	f.Fuzz(func(t *testing.T, action, again string) {
		if action == "" || again == "" || action == twiml.CurrentDocument || again == twiml.CurrentDocument {
			return // which mean something
		}
		form, err := twiml.NewForm(asking("\x00 action", "\x00 again"), "\x00 action", "\x00 again")
		if err != nil {
			t.Fatal(err)
		}
		want, wantErr := asking(action, again).Bytes()
		got, err := form.AppendTo(nil, action, again)
		if (err == nil) != (wantErr == nil) || !bytes.Equal(got, want) {
			t.Fatalf("%s, %v\nwant %s, %v", got, err, want, wantErr)
		}
	})
}
