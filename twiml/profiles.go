package twiml

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// dialect is how a carrier's XML differs from Twilio's. A list that is given
// replaces Twilio's; what is not mentioned is as Twilio has it, because nothing
// else is documented.
type dialect struct {
	profile Profile
	// children lists what an element may hold.
	children map[string]words
	// adds lists elements of the carrier's own by the element that they stand in.
	// What is in them is not checked.
	adds map[string]words
	// attrs lists the attributes that an element has, with those of the carrier's own.
	attrs map[string]words
	// values narrows attributes, named "Gather.input".
	values map[string]words
	// ranges are other limits of numbers, named "Dial.timeout".
	ranges map[string]span
	// more lists values of the carrier's own, named "Say.voice"; one that ends in
	// "*" stands for all that begin so.
	more map[string]words
	// absolute names the attributes whose URL must be absolute.
	absolute words
	// fails lists the elements in which a child that it does not know ends the
	// document. Elsewhere it is passed over.
	fails words
}

// words is a list of names with white space between them.
type words string

func (w words) has(name string) bool {
	for word := range strings.FieldsSeq(string(w)) {
		if word == name {
			return true
		}
	}
	return false
}

// covers is has for lists in which "Azure.*" stands for all that begin so.
func (w words) covers(name string) bool {
	for word := range strings.FieldsSeq(string(w)) {
		if prefix, open := strings.CutSuffix(word, "*"); word == name || open && strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

type span struct{ min, max int }

func (d *dialect) failsIn(element string) bool { return d.fails.has(element) }

// dialects holds what is not Twilio, made when it is first used.
var dialects = sync.OnceValue(func() []*dialect {
	return []*dialect{signalWire(), telnyx(), somleng()}
})

// dialectsOf returns the carriers to please besides Twilio.
func dialectsOf(p Profile) []*dialect {
	if p == Twilio {
		return nil
	}
	for i, d := range dialects() {
		if d.profile == p {
			return dialects()[i : i+1]
		}
	}
	return dialects()
}

// dialectPlace checks a child that Twilio allows.
func (c *checker) dialectPlace(child, el *Element) {
	var without []string
	sev := Warning
	for _, d := range c.dialects {
		allowed, listed := d.children[el.Name]
		if !listed || allowed.has(child.Name) {
			continue
		}
		without = append(without, string(d.profile))
		if d.failsIn(el.Name) {
			sev = Fatal
		}
	}
	if len(without) > 0 {
		c.addAs(child.Line, child.Col, CodeSchema, sev, "<%s> in <%s> is not in the XML of %s", child.Name, el.Name, strings.Join(without, ", "))
	}
}

// dialectAttr checks an attribute that Twilio has.
func (c *checker) dialectAttr(el *Element, a Attr) {
	var without []string
	for _, d := range c.dialects {
		if allowed, listed := d.attrs[el.Name]; listed && !allowed.has(a.Name) {
			without = append(without, string(d.profile))
		} else if fault := d.fault(el.Name+"."+a.Name, a.Value); fault != "" {
			c.addAs(a.Line, a.Col, CodeSchema, Warning, "<%s> %s %s for %s", el.Name, a.Name, fault, d.profile)
		}
	}
	if len(without) > 0 {
		c.addAs(a.Line, a.Col, CodeSchema, Warning, "<%s> has no attribute %s in the XML of %s: it is ignored there", el.Name, a.Name, strings.Join(without, ", "))
	}
}

// fault says what a value must be for this carrier when it is not that.
func (d *dialect) fault(name, value string) string {
	if allowed, ok := d.values[name]; ok && !allowed.has(value) {
		return "must be " + alternatives(strings.Fields(string(allowed)))
	}
	if r, ok := d.ranges[name]; ok {
		if n, ok := parseInt(value); ok && (n < r.min || n > r.max) {
			return fmt.Sprintf("must be from %d to %d", r.min, r.max)
		}
	}
	if d.absolute.has(name) && value != "" && !strings.Contains(value, "://") {
		return "must be an absolute URL"
	}
	return ""
}

// takes reports whether a value that Twilio would not take is right for this carrier.
func (d *dialect) takes(name, value string, known []string) bool {
	if r, ok := d.ranges[name]; ok {
		n, ok := parseInt(value)
		return ok && n >= r.min && n <= r.max
	}
	if d.more[name] == "" {
		return false
	}
	for w := range strings.FieldsSeq(value) {
		if !slices.Contains(known, w) && !d.more[name].covers(w) {
			return false
		}
	}
	return trim(value) != ""
}

// signalWire is cXML, after signalwire.com/docs/compatibility-api/cxml.
func signalWire() *dialect {
	return &dialect{
		profile: SignalWire,
		children: map[string]words{
			"Response": `Say Play Pause Gather Record Dial Redirect Hangup Reject Enqueue Leave Refer Pay Connect
				Start Stop Sms Echo`,
			"Dial":    "Number Sip Conference Queue",
			"Connect": "Stream Room VirtualAgent",
			"Start":   "Stream",
			"Stop":    "Stream",
		},
		adds: map[string]words{"Response": "Denoise", "Dial": "Verto"},
		attrs: map[string]words{
			"Gather": `action actionOnEmptyResult enhanced finishOnKey hints input language method numDigits
				partialResultCallback partialResultCallbackMethod profanityFilter speechModel
				speechTimeout timeout`,
			"Record": `action finishOnKey maxLength method playBeep recordingStatusCallback
				recordingStatusCallbackEvent recordingStatusCallbackMethod storageUrl storageUrlMethod
				timeout transcribe transcribeCallback trim`,
		},
		ranges:   map[string]span{"Record.maxLength": {0, 14400}},
		absolute: "Gather.action Dial.action",
	}
}

// somleng is what the source of somleng-switch, an open implementation, reads:
// components/app/app/models/twiml.
func somleng() *dialect {
	return &dialect{
		profile: Somleng,
		children: map[string]words{
			"Response": "Say Play Gather Record Dial Redirect Reject Hangup Connect",
			"Gather":   "Say Play",
			"Dial":     "Number Sip",
			"Connect":  "Stream",
			"Say":      "",
			"Hangup":   "",
			"Reject":   "",
		},
		attrs: map[string]words{
			"Say":    "voice language loop",
			"Play":   "loop",
			"Gather": "action method input timeout finishOnKey numDigits actionOnEmptyResult",
			"Record": `action method timeout finishOnKey maxLength playBeep recordingStatusCallback
				recordingStatusCallbackMethod`,
			"Dial":     "action method callerId timeout",
			"Number":   "",
			"Sip":      "",
			"Redirect": "method",
			"Connect":  "",
			"Stream":   "url",
		},
		values: map[string]words{"Gather.input": "dtmf"},
		ranges: map[string]span{"Say.loop": {0, 100}, "Play.loop": {0, 100}},
		fails:  "Response Gather Dial Connect",
	}
}
