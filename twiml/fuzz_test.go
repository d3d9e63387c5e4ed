package twiml_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/callgate/callgate/twiml"
)

func addSamples(f *testing.F) {
	for _, data := range samples(f) {
		f.Add(data)
	}
	for _, doc := range []string{
		"", "<", "<Response", "<Response/>", "\ufeff<Response/>", "<?xml version='1.0'?><Response><![CDATA[x]]></Response>",
		"<Response a='&#xD800;'/>", "<Response a=\"\n\"\tb='&#10;'/>", "<!DOCTYPE x><Response/>", "<Response>&#0;</Response>",
		"<a:Response xmlns:a='b'/>", "<Response xmlns='b'><Say xml:lang='x'/></Response>", "<?XML?><Response/>",
		"<Response><Gather action=''/><Say>a<break/> b </Say></Response>", "<?xml version='1.0' encoding='latin1'?><Response/>",
	} {
		f.Add([]byte(doc))
	}
}

// Decode gives a tree that says the same when it is written and read again, or a
// fatal finding at a place that exists.
func FuzzDecode(f *testing.F) {
	addSamples(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		root, err := twiml.Decode(data)
		if err != nil {
			var found twiml.Finding
			if !errors.As(err, &found) || found.Severity != twiml.Fatal || root != nil {
				t.Fatalf("%v", err)
			}
			checkPlace(t, data, found)
			return
		}
		doc := renderDocument(root)
		if len(doc) <= twiml.MaxBytes && canonical(t, doc) != canonical(t, data) {
			t.Fatalf("read again differently: %s", doc)
		}
	})
}

func checkPlace(t *testing.T, data []byte, f twiml.Finding) {
	lines := bytes.Split(data, []byte("\n"))
	if f.Line < 1 || f.Line > len(lines) || f.Col < 1 || f.Col > utf8.RuneCount(lines[f.Line-1])+2 {
		t.Fatalf("no such place: %v", f)
	}
}

// Parse gives a document that is written and read back the same, with the meaning
// of the original; what it accepts has no unknown elements or attributes.
func FuzzParse(f *testing.F) {
	addSamples(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, err := twiml.Parse(data)
		if err != nil {
			return
		}
		written, err := doc.Bytes()
		if err != nil {
			if strings.Contains(err.Error(), "the carrier reads at most") {
				return // references are longer than the characters
			}
			t.Fatal(err)
		}
		again, err := twiml.Parse(written)
		if err != nil {
			t.Fatalf("%v\n%s", err, written)
		}
		twice, err := again.Bytes()
		if err != nil || !bytes.Equal(written, twice) {
			t.Fatalf("%v\n%s\n%s", err, written, twice)
		}
	})
}

// Check never panics, places what it finds, and Strict finds all that the others do.
func FuzzCheck(f *testing.F) {
	addSamples(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		_, err := twiml.Decode(data)
		strict := twiml.Check(data, twiml.Strict)
		for _, p := range twiml.Profiles() {
			found := twiml.Check(data, p)
			if err != nil && len(found) != 1 {
				t.Fatalf("%v, and %v", err, found)
			}
			if len(found) > 0 && len(strict) == 0 {
				t.Fatalf("only %s finds %v", p, found)
			}
			for _, f := range found {
				checkPlace(t, data, f)
			}
		}
	})
}

// Whatever strings a document is made of, they are refused or read back as they
// were: nothing can break out of its attribute or element.
func FuzzWrite(f *testing.F) {
	f.Add("https://example.com/a?b=c&d", "hello", "\"'<>&]]>", "\t\r\n")
	f.Add("\x00", "\xff", "\ufffe", "\U0001f600")
	f.Add("a", "--><x>", "<![CDATA[", "&#0;")
	f.Fuzz(func(t *testing.T, action, voice, text, more string) {
		if action == "" || action == twiml.CurrentDocument || voice == "" || voice == twiml.CurrentDocument {
			return
		}
		doc, err := twiml.New(&twiml.Gather{
			Action:      action,
			FinishOnKey: twiml.Set(voice),
			Prompts: []twiml.Audio{&twiml.Say{
				Voice: voice, Text: text,
				SSML: []twiml.Speech{&twiml.Sub{Alias: more, Text: more}},
			}},
		}).Bytes()
		if err != nil {
			if !slices.ContainsFunc([]string{action, voice, text, more}, refusable) {
				t.Fatal(err)
			}
			return
		}
		root, err := twiml.Decode(doc)
		if err != nil {
			t.Fatalf("%v\n%s", err, doc)
		}
		gather := root.Child("Gather")
		say := gather.Child("Say")
		sub := say.Child("sub")
		keys, _ := gather.Attr("finishOnKey")
		if gather.AttrOr("action", "") != action || keys != voice || say.AttrOr("voice", "") != voice || sub.AttrOr("alias", "") != more {
			t.Fatalf("attributes read back differently: %s", doc)
		}
		if got := rawText(say); got != text {
			t.Fatalf("text %q read back as %q", text, got)
		}
		if got := rawText(sub); got != more {
			t.Fatalf("text %q read back as %q", more, got)
		}
	})
}

// refusable reports whether a string cannot be in a document.
func refusable(s string) bool {
	if !utf8.ValidString(s) || len(s) > 2000 {
		return true
	}
	return strings.ContainsFunc(s, func(r rune) bool {
		return r < 0x20 && !strings.ContainsRune("\t\r\n", r) || r == 0xFFFE || r == 0xFFFF
	})
}

func rawText(el *twiml.Element) (s string) {
	for _, n := range el.Children {
		s += n.Text
	}
	return s
}
