package twiml_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/callgate/callgate/twiml"
)

// smallest returns a document around one element of the schema that has nothing
// but what it must have, and the element in it.
func (s carrierSchema) smallest(key, parent string) (root, el *twiml.Element) {
	el = &twiml.Element{Name: strings.TrimPrefix(key, parent+"/")}
	s.fill(key, el)
	root = el
	for key, up := key, parent; up != ""; {
		outer := &twiml.Element{Name: up}
		if up != "Response" {
			s.fill(up, outer)
		}
		if needsOneNoun(up) || replacesText(up, key) {
			outer.Children = nil
		}
		outer.Children = append(outer.Children, twiml.Node{Element: root})
		root, key, up = outer, up, s.parentOf(up)
	}
	return root, el
}

func needsOneNoun(name string) bool {
	return slices.Contains([]string{"Dial", "Connect", "Refer", "Start", "Stop", "Annotate"}, name)
}

// replacesText tells the children that stand instead of their parent's text.
func replacesText(parent, child string) bool { return child == "Identity" || child == "Uri" }

// fill gives an element what it cannot be without.
func (s carrierSchema) fill(key string, el *twiml.Element) {
	for name, a := range s.Elements[key].Attributes {
		if a.Required {
			setAttr(el, name, s.good(key, name)[0])
		}
	}
	text := ""
	switch key {
	case "Number", "Dial":
		text = "+15558675310"
	case "Sip", "Refer/Sip", "Uri":
		text = "sip:kate@example.com"
	case "Play":
		text = "https://example.com/a.mp3"
	case "Task":
		text = `{"a":1}`
	default:
		if t := s.Elements[key].Text; t.Required != nil && t.Required != false {
			text = "some text"
		}
	}
	if text != "" {
		el.Children = append(el.Children, twiml.Node{Text: text})
	}
	if needsOneNoun(key) && key != "Dial" {
		child := s.Elements[key].Children[0]
		inner := &twiml.Element{Name: strings.TrimPrefix(child, key+"/")}
		s.fill(child, inner)
		el.Children = append(el.Children, twiml.Node{Element: inner})
	}
}

func (s carrierSchema) parentOf(key string) string {
	if p := s.Elements[key].Parents; len(p) > 0 {
		return p[0]
	}
	return ""
}

// good returns values that an attribute can have, by the words of the schema.
func (s carrierSchema) good(key, name string) []string {
	a := s.Elements[key].Attributes[name]
	switch a.Type {
	case "boolean":
		return []string{"true", "false"}
	case "enum":
		return a.Values
	case "enumList", "integerList":
		reversed := slices.Clone(a.Values)
		slices.Reverse(reversed)
		return append(slices.Clone(a.Values), strings.Join(a.Values, " "), strings.Join(reversed, " "))
	case "integer", "integerOrAuto":
		good := append(slices.Clone(a.Also), a.Values...)
		if a.Min != nil {
			good = append(good, fmt.Sprint(*a.Min))
		}
		if a.Max != nil {
			good = append(good, fmt.Sprint(*a.Max))
		}
		if len(good) == 0 {
			good = []string{"7"}
		}
		return good
	case "decimal":
		return []string{"0", "20.45", "1000000"}
	case "url":
		if len(a.Schemes) > 0 {
			return []string{a.Schemes[0] + "://example.com/x"}
		}
		return []string{"https://example.com/x?a=b&c=d#rc=2"}
	case "sid":
		return []string{a.Prefix + "0123456789abcdef0123456789abcdef"}
	case "dtmf", "dtmfSet":
		return []string{"12#*"}
	case "language":
		return a.Values
	}
	if a.Pattern != "" {
		return []string{"500ms", "2s"}
	}
	return []string{"x"}
}

// Every element of the schema, in every place that it may stand in, with every
// attribute and every value that the schema lists, is accepted, and has a place in
// the typed form: reading and writing it loses nothing.
func TestSchemaIsAcceptedAndTyped(t *testing.T) {
	schema := loadSchema(t)
	pairs := 0
	for key, e := range schema.Elements {
		parents := e.Parents
		if key == "Response" {
			parents = []string{""}
		}
		for _, parent := range parents {
			root, el := schema.smallest(key, parent)
			check := func(what string) {
				pairs++
				doc := renderDocument(root)
				for _, f := range twiml.Check(doc, twiml.Twilio) {
					t.Errorf("%s: %v\n%s", what, f, doc)
				}
				parsed, err := twiml.Parse(doc)
				if err != nil {
					t.Errorf("%s: %v\n%s", what, err, doc)
					return
				}
				written, err := parsed.Bytes()
				if err != nil {
					t.Errorf("%s: %v", what, err)
				} else if got, want := canonical(t, written), canonical(t, doc); got != want {
					t.Errorf("%s\n got %s\nwant %s", what, got, want)
				}
			}
			check(key + " in " + parent)
			for name := range e.Attributes {
				was, there := el.Attr(name)
				for _, value := range schema.good(key, name) {
					if key == "Stream" && name == "track" && parent == "Connect" && value != "inbound_track" {
						continue // only in Start
					}
					if key == "Play" && name == "digits" && parent == "Gather" {
						continue // may not be nested
					}
					setAttr(el, name, value)
					check(fmt.Sprintf("%s in %s: %s=%q", key, parent, name, value))
				}
				if dropAttr(el, name); there {
					setAttr(el, name, was)
				}
			}
		}
	}
	t.Logf("%d documents", pairs)
}

// The same with bad values: the code is the one that the schema gives.
func TestSchemaCodes(t *testing.T) {
	schema := loadSchema(t)
	for key, e := range schema.Elements {
		if key == "Response" {
			continue
		}
		root, el := schema.smallest(key, schema.parentOf(key))
		for name, a := range e.Attributes {
			want := or(a.InvalidCode, 12200)
			switch {
			case key == "Stream" && name == "url":
				continue // two codes, see TestCheck
			case a.Type == "url" && a.InvalidCode == 0:
				want = 11100
			}
			was, there := el.Attr(name)
			for _, bad := range badValues(a.Type, a.Min, a.Max, a.MaxLength) {
				setAttr(el, name, bad)
				schema.wantCode(t, fmt.Sprintf("%s %s=%q", key, name, bad), renderDocument(root), want)
			}
			if dropAttr(el, name); there {
				setAttr(el, name, was)
			}
		}
	}
}
