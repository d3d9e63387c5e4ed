package carrier_test

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/callgate/callgate/carrier"
)

// attribute is a row of the table of what the carrier acts on: a document with "@" where
// the attribute stands, which must make a difference to the call.
type attribute struct {
	on    string // element and attribute
	doc   string
	value string // the attribute as it is written; other attributes may stand beside it
	do    func(*carrier.Call) error
	world carrier.World
	what  string // the difference, for people
}

// sids are made up anew for each request, so that they tell nothing.
var sids = regexp.MustCompile(`\b[A-Z]{2}[0-9a-f]{32}\b`)

// fingerprint is all that happened in a call but the documents themselves.
func fingerprint(t *testing.T, a attribute, attrs string) string {
	t.Helper()
	var b strings.Builder
	for _, e := range played(t, a, attrs) {
		if e.Exchange != nil {
			x := *e.Exchange
			x.Body, x.Took = nil, 0
			e.Exchange = &x
		}
		line, err := json.Marshal(e)
		must(t, err)
		b.Write(append(line, '\n'))
	}
	return sids.ReplaceAllString(b.String(), "SID")
}

// played is the log of a row's call.
func played(t *testing.T, a attribute, attrs string) []carrier.Entry {
	t.Helper()
	docs := map[string]string{"/voice": strings.Replace(a.doc, "@", attrs, 1), "/w": `<Say>Wait.</Say><Pause length="30"/>`}
	for _, path := range []string{"/a", "/s", "/r"} {
		docs[path] = ""
	}
	app, server := newApp(t, docs)
	var frame []byte
	app.serve["/ws"] = upgrade(t, &frame)
	line, err := carrier.NewLine(carrier.Config{Token: token, VoiceURL: publicURL + "/voice", Server: server, World: a.world, Media: carrier.MediaNone})
	must(t, err)
	call, err := line.Call(t.Context(), carrier.Caller{From: "sip:ann@example.org"})
	must(t, err)
	if a.do != nil {
		_ = a.do(call) // what is pressed may have no taker, which is a difference, too
	}
	_, err = call.Finish()
	must(t, err)
	return call.Log()
}

// Every attribute of the schema either makes a difference, or is told to make none, and
// makes none. docs/carrier-coverage.md is the table for people.
func TestAttributes(t *testing.T) {
	have := map[string]string{}
	for _, a := range attributes {
		if have[a.on] != "" {
			t.Errorf("%s stands in the table twice", a.on)
		}
		have[a.on] = a.what
		name := a.on[strings.LastIndexByte(a.on, ' ')+1:]
		without := strings.Join(strings.Fields(withoutAttr(a.value, name)), " ")
		if with := fingerprint(t, a, " "+a.value); with == fingerprint(t, a, " "+without) {
			t.Errorf("%s: %s makes no difference, but: %s\n%s", a.on, a.value, a.what, with)
		}
	}
	for _, n := range unused {
		for _, name := range strings.Fields(n.names) {
			on := n.element + " " + name
			if have[on] != "" {
				t.Errorf("%s stands in the table twice", on)
			}
			have[on] = "nothing: " + n.why
			a := attribute{doc: n.doc}
			if n.doc == "" {
				continue // its element is told to do nothing
			}
			if value := sampleOf(t, n.element, name); fingerprint(t, a, fmt.Sprintf(" %s=%q", name, value)) != fingerprint(t, a, "") {
				t.Errorf("%s=%q makes a difference, but is told to make none", on, value)
			}
		}
	}
	for _, on := range schemaAttributes(t) {
		if have[on] == "" {
			t.Errorf("%s is in no row", on)
		}
		delete(have, on)
	}
	for on := range have {
		t.Errorf("%s is in a row, and not in the schema", on)
	}
}

// withoutAttr takes an attribute out of some.
func withoutAttr(attrs, name string) string {
	return regexp.MustCompile(`(^|\s)`+regexp.QuoteMeta(name)+`="[^"]*"`).ReplaceAllString(attrs, "")
}

// schema is twiml-schema.json: what the carrier's libraries and documentation say.
type schema struct {
	Elements map[string]struct {
		Kind       string `json:"kind"`
		Attributes map[string]struct {
			Type   string   `json:"type"`
			Values []string `json:"values"`
			Min    *float64 `json:"min"`
			Prefix string   `json:"prefix"`
			Def    any      `json:"default"`
		} `json:"attributes"`
		Request struct {
			Params  []string `json:"params"`
			Waiting []string `json:"waitUrlParams"`
		} `json:"request"`
		StatusParams  []string `json:"statusParams"`
		RequestParams []string `json:"requestParams"`
	} `json:"elements"`
}

var loadSchema = sync.OnceValues(func() (s schema, err error) {
	content, err := os.ReadFile("../twiml/internal/gen/twiml-schema.json")
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal(content, &s)
})

func readSchema(t *testing.T) schema {
	t.Helper()
	s, err := loadSchema()
	must(t, err)
	return s
}

func schemaAttributes(t *testing.T) (names []string) {
	for element, e := range readSchema(t).Elements {
		for attr := range e.Attributes {
			names = append(names, element+" "+attr)
		}
	}
	slices.Sort(names)
	return names
}

// sampleOf is a value of an attribute that is not its default.
func sampleOf(t *testing.T, element, name string) string {
	t.Helper()
	a := readSchema(t).Elements[element].Attributes[name]
	switch {
	case len(a.Values) > 0:
		i := slices.IndexFunc(a.Values, func(v string) bool { return v != fmt.Sprint(a.Def) })
		return a.Values[max(i, 0)]
	case a.Type == "integer" && a.Min != nil:
		return fmt.Sprint(*a.Min + 1)
	case a.Type == "integer", a.Type == "decimal":
		return "7"
	case a.Type == "sid":
		return a.Prefix + strings.Repeat("0", 32)
	case a.Type == "url":
		return "/s"
	}
	return "x"
}

// Shorthands of the table.
var (
	one      = keys("1")
	silent   func(*carrier.Call) error
	hangsUp  = (*carrier.Call).HangUp
	nobody   = carrier.World{Callees: map[string]carrier.Callee{"": {Does: carrier.NoAnswer}}}
	somebody = carrier.World{Callees: map[string]carrier.Callee{"": {Talk: 20 * time.Second}}}
	machines = carrier.World{Callees: map[string]carrier.Callee{"": {Machine: true}}}
)

func speaks(text string, lasts time.Duration) func(*carrier.Call) error {
	return func(c *carrier.Call) error { return c.Speak(carrier.Speech{Text: text, Lasts: lasts}) }
}

// bargesIn speaks into the prompt.
func bargesIn(c *carrier.Call) error { return c.Do(carrier.Speech{Text: "yes"}) }

func records(end string) func(*carrier.Call) error {
	return func(c *carrier.Call) error { return c.Record(9*time.Second, end) }
}

// talksOn leaves a message of some minutes.
func talksOn(c *carrier.Call) error { return c.Record(4*time.Minute, "#") }

// starred presses * in the middle of a conversation.
func starred(c *carrier.Call) error {
	if err := c.Wait(8 * time.Second); err != nil {
		return err
	}
	return c.Do(carrier.Key{Key: '*'})
}

// referred is transferred by the other side in the middle of a conversation.
func referred(c *carrier.Call) error {
	if err := c.Wait(8 * time.Second); err != nil {
		return err
	}
	return c.Do(carrier.CalleeRefers{Target: "sip:bob@example.org"})
}
