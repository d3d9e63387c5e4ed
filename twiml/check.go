package twiml

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Profile is a carrier, or what several have in common.
type Profile string

// The profiles. The findings of the others are those of Twilio, in the codes of
// its dictionary, and besides what that carrier's documentation, or its source,
// lacks or limits further.
const (
	Twilio     Profile = "twilio"
	SignalWire Profile = "signalwire" // cXML
	Telnyx     Profile = "telnyx"     // TeXML
	Somleng    Profile = "somleng"
	Strict     Profile = "strict" // what all of them accept
)

// Profiles lists the profiles, Twilio first.
func Profiles() []Profile { return []Profile{Twilio, SignalWire, Telnyx, Somleng, Strict} }

// Check returns what the carrier would complain of, in the order of the document;
// nothing for a document without fault. Where Decode fails its finding is the only
// one. An unknown profile checks as Strict does.
//
// Check looks at one document alone. What depends on the call, such as whether a
// media file can be fetched or a number may be dialled, it cannot tell.
func Check(data []byte, profile Profile) []Finding {
	root, err := Decode(data)
	if err != nil {
		var f Finding
		errors.As(err, &f)
		return []Finding{f}
	}
	c := checker{dialects: dialectsOf(profile)}
	if profile != Strict && len(c.dialects) == 1 {
		c.own = c.dialects[0]
	}
	c.element(root, nil, "Response")
	slices.SortStableFunc(c.found, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
	})
	return c.found
}

// elementRule is what the schema says about one element.
type elementRule struct {
	children []string
	badChild Code // for a child that is none of them; 0 stands for CodeSchema
	text     textRule
	attrs    map[string]*attrRule
}

// textRule is what the schema says about the text of an element. Lengths are in
// characters.
type textRule struct {
	allowed, required          bool
	min, max, maxPolly         int
	invalid, tooShort, tooLong Code
}

// checker walks a tree and collects findings.
type checker struct {
	dialects []*dialect // the carriers to please besides Twilio
	own      *dialect   // the only one, whose additions are welcome; else nil
	found    []Finding
}

func (c *checker) add(line, col int, code Code, format string, args ...any) {
	code = cmp.Or(code, CodeSchema)
	c.addAs(line, col, code, code.Severity(), format, args...)
}

func (c *checker) addAs(line, col int, code Code, s Severity, format string, args ...any) {
	c.found = append(c.found, Finding{Line: line, Col: col, Code: code, Severity: s, Message: fmt.Sprintf(format, args...)})
}

// element checks one element whose place is right. key is its name in the schema,
// which has two entries for Sip.
func (c *checker) element(el, parent *Element, key string) {
	rule := schema()[key]
	c.attributes(el, parent, rule)
	c.text(el, rule.text)
	c.relations(el, parent)
	for child := range el.Elements() {
		if key, ok := c.place(child, el, rule); ok {
			c.element(child, el, key)
		}
	}
}

// place checks that child may stand in el and returns its name in the schema.
func (c *checker) place(child, el *Element, rule *elementRule) (key string, known bool) {
	for _, name := range rule.children {
		if name == child.Name || name == el.Name+"/"+child.Name {
			key = name
		}
	}
	if key != "" {
		c.dialectPlace(child, el)
		return key, true
	}
	if c.own != nil && c.own.adds[el.Name].has(child.Name) {
		return "", false
	}
	code := cmp.Or(rule.badChild, CodeSchema)
	sev := code.Severity()
	for _, d := range c.dialects {
		if d.failsIn(el.Name) {
			sev = Fatal
		}
	}
	c.addAs(child.Line, child.Col, code, sev, "%s", misplaced(child.Name, el.Name, rule.children))
	return "", false
}

// misplaced says why a child is not welcome, and what would be.
func misplaced(child, parent string, allowed []string) string {
	switch {
	case len(allowed) == 0:
		return fmt.Sprintf("<%s> stands in <%s>, which holds no elements: take it out", child, parent)
	case schema()[child] == nil:
		if name := nearest(child, allowed); name != "" {
			return fmt.Sprintf("<%s> is no element of TwiML: did you mean <%s>?", child, name)
		}
		return fmt.Sprintf("<%s> is no element of TwiML; <%s> holds %s", child, parent, alternatives(allowed))
	}
	return fmt.Sprintf("<%s> cannot stand in <%s>, which holds %s", child, parent, alternatives(allowed))
}

// attributes checks the attributes of an element.
func (c *checker) attributes(el, parent *Element, rule *elementRule) {
	for _, a := range el.Attrs {
		r := rule.attrs[a.Name]
		switch {
		case r != nil:
			if fault := r.fault(a.Value); fault != "" && !c.ownValue(el, a, r) {
				c.add(a.Line, a.Col, valueCode(el, parent, a, r), "%s", r.message(el.Name, a, fault))
			}
			c.dialectAttr(el, a)
		case ignored(a.Name), c.own != nil && c.own.attrs[el.Name].has(a.Name):
		default:
			msg := fmt.Sprintf("<%s> has no attribute %s: the carrier ignores it", el.Name, a.Name)
			if name := nearest(a.Name, keys(rule.attrs)); name != "" {
				msg = fmt.Sprintf("<%s> has no attribute %s: did you mean %s?", el.Name, a.Name, name)
			}
			c.add(a.Line, a.Col, CodeSchema, "%s", msg)
		}
	}
	for _, name := range keys(rule.attrs) {
		if _, ok := el.Attr(name); !ok && rule.attrs[name].required {
			c.add(el.Line, el.Col, rule.attrs[name].code, "<%s> needs the attribute %s", el.Name, name)
		}
	}
}

// ownValue reports whether a value that the schema does not list is right all the
// same: for this carrier, or because a provider behind the carrier decides.
func (c *checker) ownValue(el *Element, a Attr, r *attrRule) bool {
	if r.kind == kindLanguage && languageTag.MatchString(a.Value) && providerDecides(el, a.Value) {
		return true
	}
	return c.own != nil && c.own.takes(el.Name+"."+a.Name, a.Value, r.values)
}

// ignored reports whether an attribute belongs to XML and not to TwiML.
func ignored(name string) bool {
	return strings.HasPrefix(name, "xmlns:") || strings.HasPrefix(name, "xsi:")
}

func keys[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// alternatives writes a list as a sentence does.
func alternatives(names []string) string {
	names = slices.Clone(names)
	for i, n := range names {
		_, local, found := strings.Cut(n, "/") // "Refer/Sip"
		if found {
			names[i] = local
		}
	}
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}
