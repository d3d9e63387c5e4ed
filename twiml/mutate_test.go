package twiml_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/callgate/callgate/twiml"
)

// carrierSchema is the schema file as the tests read it, apart from the tables
// that the package has made of it.
type carrierSchema struct {
	Elements map[string]struct {
		Parents          []string
		Children         []string
		InvalidChildCode twiml.Code
		Text             struct {
			Allowed                                              bool
			Required                                             any
			MaxLength                                            int
			InvalidCode, TooShortCode, TooLongCode, OverflowCode twiml.Code
		}
		Attributes map[string]struct {
			Type        string
			Values      []string
			Also        []string
			Schemes     []string
			Pattern     string
			Prefix      string
			Required    bool
			Min         *int
			Max         *int
			MaxLength   int
			InvalidCode twiml.Code
		}
	}
	Errors map[string]struct{ Level string }
}

func loadSchema(t testing.TB) carrierSchema {
	t.Helper()
	data, err := os.ReadFile("internal/gen/twiml-schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var s carrierSchema
	if err := json.Unmarshal(data, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// key is the name of an element in the schema.
func (s carrierSchema) key(parent, name string) string {
	if _, ok := s.Elements[parent+"/"+name]; ok {
		return parent + "/" + name
	}
	return name
}

func or(codes ...twiml.Code) twiml.Code {
	for _, c := range codes {
		if c != 0 {
			return c
		}
	}
	return 0
}

// wantCode fails unless the document has a finding with that code and the
// severity that the carrier's dictionary gives it.
func (s carrierSchema) wantCode(t *testing.T, what string, doc []byte, want twiml.Code) {
	t.Helper()
	var got []string
	for _, f := range twiml.Check(doc, twiml.Twilio) {
		if f.Code == want {
			level := twiml.Warning
			if s.Errors[strconv.Itoa(int(want))].Level == "ERROR" {
				level = twiml.Fatal
			}
			if f.Severity != level || f.Message == "" || f.Line < 1 || f.Col < 1 {
				t.Errorf("%s: %+v, want severity %s and a place", what, f, level)
			}
			return
		}
		got = append(got, f.Error())
	}
	t.Errorf("%s: no finding %d, got %v\n%.600s", what, want, got, doc)
}

// visit calls fn for each element of a fresh copy of the document, with its
// parent, and renders what fn has made of it.
func visit(t *testing.T, data []byte, fn func(el, parent *twiml.Element, render func() []byte)) {
	t.Helper()
	total := 1
	for n := 0; n < total; n++ {
		root, err := twiml.Decode(data)
		if err != nil {
			t.Fatal(err)
		}
		i := 0
		var walk func(el, parent *twiml.Element)
		walk = func(el, parent *twiml.Element) {
			if i == n {
				fn(el, parent, func() []byte { return renderDocument(root) })
			}
			i++
			for _, c := range el.Children {
				if c.Element != nil {
					walk(c.Element, el)
				}
			}
		}
		walk(root, nil)
		total = i
	}
}

func renderDocument(root *twiml.Element) []byte {
	var b bytes.Buffer
	render(&b, root)
	return b.Bytes()
}

func render(b *bytes.Buffer, el *twiml.Element) {
	b.WriteString("<" + el.Name)
	for _, a := range el.Attrs {
		fmt.Fprintf(b, ` %s="`, a.Name)
		_ = xml.EscapeText(b, []byte(a.Value))
		b.WriteString(`"`)
	}
	b.WriteString(">")
	for _, n := range el.Children {
		if n.Element != nil {
			render(b, n.Element)
		} else {
			_ = xml.EscapeText(b, []byte(n.Text))
		}
	}
	b.WriteString("</" + el.Name + ">")
}

func setAttr(el *twiml.Element, name, value string) {
	for i := range el.Attrs {
		if el.Attrs[i].Name == name {
			el.Attrs[i].Value = value
			return
		}
	}
	el.Attrs = append(el.Attrs, twiml.Attr{Name: name, Value: value})
}

func dropAttr(el *twiml.Element, name string) (dropped bool) {
	for i := range el.Attrs {
		if el.Attrs[i].Name == name {
			el.Attrs = append(el.Attrs[:i:i], el.Attrs[i+1:]...)
			return true
		}
	}
	return false
}

func otherCase(name string) string {
	r := []rune(name)
	if unicode.IsUpper(r[0]) {
		return strings.ToLower(name)
	}
	return strings.ToUpper(name)
}

// Faults of the bytes: the carrier gives up before the first verb.
func TestMutationsThatAreNotWellFormed(t *testing.T) {
	schema := loadSchema(t)
	for name, data := range samples(t) {
		doc := string(data)
		if strings.HasPrefix(doc, "<?xml") {
			for _, before := range []string{"\n", " ", "\ufeff", "Warning: x\n", "<!-- c -->", "<?php ?>"} {
				schema.wantCode(t, name+" after "+strconv.Quote(before), []byte(before+doc), 12100)
			}
		}
		for what, broken := range map[string]string{
			"text after it":     doc + "x",
			"a second root":     doc + "<Response/>",
			"an open root":      doc + "<Response>",
			"text before it":    "x" + doc,
			"a bare ampersand":  strings.Replace(doc, "</Response>", "&</Response>", 1),
			"an unknown entity": strings.Replace(doc, "</Response>", "&nbsp;</Response>", 1),
			"a control":         strings.Replace(doc, "</Response>", "\x08</Response>", 1),
			"a control written": strings.Replace(doc, "</Response>", "&#8;</Response>", 1),
			"a surrogate":       strings.Replace(doc, "</Response>", "&#xD800;</Response>", 1),
			"Latin-1":           strings.Replace(doc, "</Response>", "\xe9</Response>", 1),
			"a twin attribute":  strings.Replace(doc, "<Response", `<Response a="" a=""`, 1),
			"no space":          strings.Replace(doc, "<Response", `<Response a=""b=""`, 1),
			"no quotes":         strings.Replace(doc, "<Response", `<Response a=b`, 1),
			"no value":          strings.Replace(doc, "<Response", `<Response a`, 1),
			"a doctype":         strings.Replace(doc, "<Response", "<!DOCTYPE Response [<!ENTITY x 'y'>]><Response", 1),
			"half of it":        doc[:len(doc)/2],
		} {
			schema.wantCode(t, name+" with "+what, []byte(broken), 12100)
		}
		for at := 0; ; {
			i := strings.Index(doc[at:], "</")
			if i < 0 {
				break
			}
			end := at + i + strings.Index(doc[at+i:], ">") + 1
			schema.wantCode(t, fmt.Sprintf("%s without its closing tag at %d", name, at+i), []byte(doc[:at+i]+doc[end:]), 12100)
			at = end
		}
	}
}

func TestMutationsOfSize(t *testing.T) {
	schema := loadSchema(t)
	for name, data := range samples(t) {
		full := append(bytes.Clone(data), bytes.Repeat([]byte("\n"), 64<<10-len(data))...)
		if f := twiml.Check(full, twiml.Twilio); len(f) > 0 {
			t.Errorf("%s with 64 kB: %v", name, f)
		}
		schema.wantCode(t, name+" with a byte more than 64 kB", append(full, '\n'), 11750)
		schema.wantCode(t, name+" with a megabyte", append(full, make([]byte, 1<<20)...), 11750)
		schema.wantCode(t, name+" emptied", nil, 11770)
	}
}

func TestMutationsOfElements(t *testing.T) {
	schema := loadSchema(t)
	for name, data := range samples(t) {
		for _, to := range []func(string) string{otherCase, func(s string) string { return s + "x" }, func(string) string { return "Bogus" }} {
			visit(t, data, func(el, parent *twiml.Element, render func() []byte) {
				want, was := twiml.Code(12102), el.Name
				if parent != nil {
					want = or(schema.Elements[parent.Name].InvalidChildCode, 12200)
				}
				el.Name = to(el.Name)
				schema.wantCode(t, fmt.Sprintf("%s: %s renamed %s", name, was, el.Name), render(), want)
			})
		}
		for _, wrong := range []string{"Response", "Bogus", "Hangup", "Parameter", "w"} {
			visit(t, data, func(el, parent *twiml.Element, render func() []byte) {
				key := el.Name
				if parent != nil {
					key = schema.key(parent.Name, el.Name)
				}
				for _, c := range schema.Elements[key].Children {
					if c == wrong {
						return
					}
				}
				el.Children = append(el.Children, twiml.Node{Element: &twiml.Element{Name: wrong}})
				want := or(schema.Elements[key].InvalidChildCode, 12200)
				schema.wantCode(t, fmt.Sprintf("%s: %s in %s", name, wrong, el.Name), render(), want)
			})
		}
	}
}

func TestMutationsOfAttributeNames(t *testing.T) {
	schema := loadSchema(t)
	for name, data := range samples(t) {
		visit(t, data, func(el, _ *twiml.Element, render func() []byte) {
			setAttr(el, "bogus", "1")
			schema.wantCode(t, name+": "+el.Name+" bogus", render(), 12200)
		})
		visit(t, data, func(el, _ *twiml.Element, render func() []byte) {
			for i := range el.Attrs {
				was := el.Attrs[i].Name
				el.Attrs[i].Name = otherCase(strings.ToLower(was))
				schema.wantCode(t, name+": "+el.Name+" "+el.Attrs[i].Name, render(), 12200)
				el.Attrs[i].Name = was
			}
		})
		visit(t, data, func(el, _ *twiml.Element, render func() []byte) {
			for attr, a := range schema.Elements[el.Name].Attributes {
				value, there := el.Attr(attr)
				if a.Required && there {
					dropAttr(el, attr)
					schema.wantCode(t, name+": "+el.Name+" without "+attr, render(), 12200)
					setAttr(el, attr, value)
				}
			}
		})
	}
}

// badValues returns values that an attribute of the type cannot have, by the
// words of the schema.
func badValues(schemaType string, min, max *int, maxLength int) []string {
	switch schemaType {
	case "boolean":
		return []string{"yes", "1", "True", ""}
	case "enum", "enumList", "integerList":
		return []string{"bogus", "POSTT"}
	case "integer", "integerOrAuto":
		bad := []string{"bogus", "1.5", "", "0x10", "10s"}
		if min != nil {
			bad = append(bad, strconv.Itoa(*min-1))
		}
		if max != nil {
			bad = append(bad, strconv.Itoa(*max+1))
		}
		return bad
	case "decimal":
		return []string{"bogus", "-1", "1e3", "1000001", ""}
	case "url":
		return []string{"http://", "ftp://example.com/x", "https://a_b.example.com/", "https://example.com/a b", "http://[::1", "%zz"}
	case "sid":
		return []string{"bogus", "XX0123456789abcdef0123456789abcdef", ""}
	case "dtmf", "dtmfSet":
		return []string{"12x", "+1"}
	case "language":
		return []string{"klingon", "e", "en_US", ""}
	case "string":
		if maxLength > 0 {
			return []string{strings.Repeat("x", maxLength+1)}
		}
	}
	return nil
}

func TestMutationsOfValues(t *testing.T) {
	schema := loadSchema(t)
	tried := map[string]bool{}
	for name, data := range samples(t) {
		visit(t, data, func(el, parent *twiml.Element, render func() []byte) {
			key := el.Name
			if parent != nil {
				key = schema.key(parent.Name, el.Name)
			}
			for attr, a := range schema.Elements[key].Attributes {
				want := or(a.InvalidCode, 12200)
				switch {
				case a.Type == "url" && el.Name == "Stream" && attr == "url":
					continue // two codes, see TestCheck
				case a.Type == "url" && a.InvalidCode == 0:
					want = 11100
				case parent != nil && parent.Name == "Gather" && el.Name == "Say" && attr == "voice":
					want = 13321
				case parent != nil && parent.Name == "Gather" && el.Name == "Say" && attr == "loop":
					want = 13322
				}
				was, there := el.Attr(attr)
				for _, bad := range badValues(a.Type, a.Min, a.Max, a.MaxLength) {
					setAttr(el, attr, bad)
					schema.wantCode(t, fmt.Sprintf("%s: %s %s=%q", name, el.Name, attr, bad), render(), want)
					tried[key+" "+attr] = true
				}
				dropAttr(el, attr)
				if there {
					setAttr(el, attr, was)
				}
			}
		})
	}
	t.Logf("%d attributes tried", len(tried))
}

func TestMutationsOfText(t *testing.T) {
	schema := loadSchema(t)
	for name, data := range samples(t) {
		visit(t, data, func(el, parent *twiml.Element, render func() []byte) {
			if parent == nil {
				return
			}
			key := schema.key(parent.Name, el.Name)
			text := schema.Elements[key].Text
			what := name + ": " + el.Name
			if !text.Allowed {
				el.Children = append(el.Children, twiml.Node{Text: "bogus"})
				schema.wantCode(t, what+" with text", render(), 12200)
				return
			}
			if text.MaxLength > 0 {
				kept := el.Children
				el.Children = []twiml.Node{{Text: strings.Repeat("é", text.MaxLength+1)}}
				schema.wantCode(t, what+" with long text", render(), or(text.TooLongCode, text.OverflowCode, text.InvalidCode))
				el.Children = kept
			}
			if text.Required == true {
				el.Children = nil
				schema.wantCode(t, what+" emptied", render(), or(text.TooShortCode, text.InvalidCode, 12200))
			}
		})
	}
}
