package twiml

import (
	"encoding/json"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Codes of rules that tie several parts of a document together.
const (
	codeMixedConference Code = 13000 // Conference beside a Number
	codeAnnotateNone    Code = 13110
	codeAnnotateMany    Code = 13111
	codeDialTarget      Code = 13223 // no number, or a bad one
	codeGatherChild     Code = 13320
	codeSayVoiceNested  Code = 13321 // Gather->Say has codes of its own
	codeSayLoopNested   Code = 13322
	codeAutoWithModel   Code = 13335
	codeLongTranscript  Code = 13615
	codeSipURI          Code = 13243
	codeTooManyURIs     Code = 13250
	codeTaskJSON        Code = 14221
	codeStartNoun       Code = 14300
	codeLabel           Code = 16023
	codeStreamScheme    Code = 31922
	codeStreamURL       Code = 31923
	codeStreamTrack     Code = 31941
	codeURL             Code = 11100
)

const (
	maxDialNouns  = 10  // twilio.com/docs/voice/twiml/dial
	maxTranscript = 120 // seconds, twilio.com/docs/voice/twiml/record
)

// valueCode is the carrier's code for a bad value of an attribute.
func valueCode(el, parent *Element, a Attr, r *attrRule) Code {
	nested := parent != nil && parent.Name == "Gather" && el.Name == "Say"
	switch {
	case nested && a.Name == "voice":
		return codeSayVoiceNested
	case nested && a.Name == "loop":
		return codeSayLoopNested
	case el.Name == "Stream" && a.Name == "url":
		if strings.Contains(a.Value, "://") && urlFault(a.Value, nil, false) != "is no URL" {
			return codeStreamScheme
		}
		return codeStreamURL
	case r.kind == kindURL && r.code == 0:
		return codeURL
	}
	return r.code
}

// providerDecides reports whether a language is passed through to the provider of
// a speech model, who has its own list.
func providerDecides(el *Element, language string) bool {
	model, _ := el.Attr("speechModel")
	if language == "multi" { // several languages at once
		return strings.HasPrefix(model, "deepgram_nova-3")
	}
	return strings.HasPrefix(model, "googlev2_") || strings.HasPrefix(model, "deepgram_")
}

// text checks the text of an element.
func (c *checker) text(el *Element, r textRule) {
	s := el.Text()
	if el.Name == "Say" {
		s = el.AllText()
	}
	if !r.allowed {
		if s != "" {
			c.add(el.Line, el.Col, CodeSchema, "<%s> holds text, which the carrier does not look at: take it out", el.Name)
		}
		return
	}
	size := utf8.RuneCountInString(s)
	limit := r.max
	if voice, _ := el.Attr("voice"); r.maxPolly > 0 && strings.HasPrefix(voice, "Polly.") {
		limit = r.maxPolly
	}
	switch {
	case s == "" && needsText(el, r):
		c.add(el.Line, el.Col, r.tooShort, "<%s> is empty: it needs %s", el.Name, textMeaning(el.Name))
	case limit > 0 && size > limit:
		c.add(el.Line, el.Col, r.tooLong, "<%s> holds %d characters, at most %d are allowed", el.Name, size, limit)
	case s != "":
		if code, fault := textFault(el, s); fault != "" {
			c.add(el.Line, el.Col, code, "<%s> %s", el.Name, fault)
		}
	}
}

// needsText reports whether an element must hold text, which for some depends on
// what else is there.
func needsText(el *Element, r textRule) bool {
	switch el.Name {
	case "Say":
		return el.Child("break") == nil
	case "Play":
		_, digits := el.Attr("digits")
		return !digits
	case "Enqueue":
		_, workflow := el.Attr("workflowSid")
		return !workflow
	case "Client":
		return el.Child("Identity") == nil
	case "Sip":
		return el.Child("Uri") == nil
	}
	return r.required
}

func textMeaning(element string) string {
	switch element {
	case "Say":
		return "something to say"
	case "Play":
		return "the URL of a sound file, or the attribute digits"
	case "Number":
		return "a telephone number such as +15558675310"
	case "Sip", "Uri":
		return "an address such as sip:kate@example.com"
	case "Enqueue", "Queue":
		return "the name of a queue"
	case "Conference":
		return "the name of a room"
	}
	return "text"
}

var (
	phoneNumber = regexp.MustCompile(`^\+?[0-9][0-9 ().\-]*$`)
	sipAddress  = regexp.MustCompile(`^(sips?:\S+|[^\s@:]+@\S+)$`)
)

// textFault checks what the text of an element means.
func textFault(el *Element, s string) (Code, string) {
	switch el.Name {
	case "Play", "Redirect":
		if fault := urlFault(s, nil, false); fault != "" {
			return codeURL, fault
		}
	case "Number", "Dial":
		if !phoneNumber.MatchString(strings.TrimPrefix(s, "(")) {
			return codeDialTarget, "holds no telephone number: write it as +15558675310"
		}
	case "Sip", "Uri":
		if !sipAddress.MatchString(s) {
			return codeSipURI, "holds no SIP address: write it as sip:kate@example.com"
		}
	case "Task":
		if !json.Valid([]byte(s)) {
			return codeTaskJSON, "holds no valid JSON"
		}
	}
	return 0, ""
}

// relations checks what several parts of an element must be together.
func (c *checker) relations(el, parent *Element) {
	switch el.Name {
	case "Dial":
		c.dial(el)
	case "Gather":
		c.gather(el)
	case "Record":
		c.record(el)
	case "Connect", "Refer":
		if n := count(el); n != 1 {
			c.add(el.Line, el.Col, CodeSchema, "<%s> holds %d elements: it needs exactly one", el.Name, n)
		}
	case "Start", "Stop":
		if count(el) == 0 {
			c.add(el.Line, el.Col, codeStartNoun, "<%s> is empty: say what, for example <Stream>", el.Name)
		}
	case "Stream":
		c.stream(el, parent)
	case "Annotate":
		c.annotate(el)
	case "Conference":
		c.conference(el)
	}
}

// count counts child elements.
func count(el *Element) (n int) {
	for range el.Elements() {
		n++
	}
	return n
}

func (c *checker) dial(el *Element) {
	nouns, sips := 0, 0
	for child := range el.Elements() {
		nouns++
		if child.Name == "Sip" {
			sips++
		}
	}
	switch {
	case el.Text() == "" && nouns == 0:
		c.add(el.Line, el.Col, codeDialTarget, "<Dial> has nobody to dial: write a number, or a noun such as <Number>")
	case el.Text() != "" && nouns > 0:
		c.add(el.Line, el.Col, codeDialTarget, "<Dial> holds a number and nouns: put the number into <Number>")
	case sips > maxDialNouns:
		c.add(el.Line, el.Col, codeTooManyURIs, "<Dial> holds %d addresses, at most %d can be dialled", sips, maxDialNouns)
	case nouns > maxDialNouns:
		c.add(el.Line, el.Col, CodeSchema, "<Dial> holds %d nouns, at most %d can be dialled", nouns, maxDialNouns)
	}
	if conf := el.Child("Conference"); conf != nil && el.Child("Number") != nil {
		c.add(conf.Line, conf.Col, codeMixedConference, "<Conference> stands beside <Number>: dial them in two verbs")
	}
}

func (c *checker) gather(el *Element) {
	auto, _ := el.Attr("speechTimeout")
	if _, model := el.Attr("speechModel"); model && auto == "auto" {
		c.add(el.Line, el.Col, codeAutoWithModel, `<Gather> speechTimeout="auto" does not go with speechModel: give a number of seconds`)
	}
	for child := range el.Elements() {
		if _, digits := child.Attr("digits"); digits && child.Name == "Play" {
			c.add(child.Line, child.Col, codeGatherChild, "<Play digits> cannot stand in <Gather>: send the keys before it")
		}
	}
}

func (c *checker) record(el *Element) {
	n, ok := parseInt(el.AttrOr("maxLength", ""))
	if el.AttrOr("transcribe", "") == "true" && ok && n > maxTranscript {
		c.add(el.Line, el.Col, codeLongTranscript, "<Record> is up to %d seconds long, at most %d can be transcribed", n, maxTranscript)
	}
}

func (c *checker) stream(el, parent *Element) {
	track, _ := el.Attr("track")
	if parent.Name == "Connect" && (track == string(OutboundTrack) || track == string(BothTracks)) {
		c.add(el.Line, el.Col, codeStreamTrack, "<Stream> in <Connect> can only have the inbound_track")
	}
	if u, _ := el.Attr("url"); strings.Contains(u, "?") {
		c.add(el.Line, el.Col, CodeSchema, "<Stream> url has a query, which is not passed on: use <Parameter>")
	}
}

func (c *checker) annotate(el *Element) {
	switch n := count(el); {
	case n == 0:
		c.add(el.Line, el.Col, codeAnnotateNone, "<Annotate> is empty: it needs one <BillingReferenceTag>")
	case n > 1:
		c.add(el.Line, el.Col, codeAnnotateMany, "<Annotate> holds %d elements: it needs exactly one", n)
	}
}

func (c *checker) conference(el *Element) {
	label, _ := el.Attr("participantLabel")
	if strings.Contains(label, "/") || isSid(label, "CA") {
		c.add(el.Line, el.Col, codeLabel, "<Conference> participantLabel must not be a CallSid or contain a slash")
	}
}
