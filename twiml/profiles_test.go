package twiml_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/callgate/callgate/twiml"
)

// What each carrier says of the same document, as codes with "!" for fatal: first
// Twilio, then the others where they differ. The facts are those of the carriers'
// documentation, and for Somleng of its source.
func TestProfiles(t *testing.T) {
	for _, tt := range []struct {
		doc  string
		want string // twilio signalwire telnyx somleng strict
	}{
		{`<Gather action="https://example.com/a" method="POST" timeout="5" numDigits="1" finishOnKey="#" input="dtmf"><Say language="en-US">Hi</Say></Gather>`, "- - - - -"},
		{`<Dial action="https://example.com/a" method="POST" timeout="30" callerId="+15551112222"><Number>+15558675310</Number></Dial>`, "- - - - -"},
		{`<Record action="https://example.com/a" method="POST" timeout="5" maxLength="60" playBeep="true" finishOnKey="#"/>`, "- - - - -"},
		{`<Redirect method="POST">https://example.com/a</Redirect>`, "- - - - -"},
		{`<Reject reason="busy"/>`, "- - - - -"},
		{`<Hangup/>`, "- - - - -"},
		// Somleng has nine verbs and ends the document at any other.
		{`<Pause/>`, "- - - 12200! 12200!"},
		{`<Enqueue>support</Enqueue>`, "- - - 12200! 12200!"},
		{`<Bogus/>`, "12200 12200 12200 12200! 12200!"},
		{`<Sms>Hi</Sms>`, "- - 12200 12200! 12200!"},
		{`<Pay action="https://example.com/p"/>`, "- - - 12200! 12200!"},
		// A Pause in a Gather is Twilio's and SignalWire's only.
		{`<Gather action="https://example.com/a"><Pause/></Gather>`, "- - 12200 12200! 12200!"},
		{`<Gather action="https://example.com/a" actionOnEmptyResult="true"/>`, "- - 12200 - 12200"},
		{`<Gather action="/a"/>`, "- 12200 - - 12200"},
		{`<Gather action="https://example.com/a" input="dtmf speech"/>`, "- - - 12200 12200"},
		{`<Gather action="https://example.com/a" timeout="121"/>`, "- - 12200 - 12200"},
		{`<Gather action="https://example.com/a" timeout="0"/>`, "13313 13313 13313,12200 13313 13313,12200"},
		{`<Gather action="https://example.com/a" validDigits="12"/>`, "12200 12200 - 12200 12200"},
		{`<Dial timeout="121">1</Dial>`, "- - 12200 - 12200"},
		{`<Dial timeout="601">1</Dial>`, "13212 13212 13212,12200 13212 13212,12200"},
		{`<Dial><Client>joey</Client></Dial>`, "- 12200 12200 12200! 12200!"},
		{`<Dial><Verto>a@b</Verto></Dial>`, "13215 - 13215 13215! 13215!"},
		{`<Dial><Number url="https://example.com/whisper">1</Number></Dial>`, "- - - 12200 12200"},
		{`<Dial><Number machineDetectionTimeout="3500">1</Number></Dial>`, "12200 12200 - 12200,12200 12200,12200"},
		{`<Dial><Number machineDetectionTimeout="30">1</Number></Dial>`, "- - 12200 12200 12200,12200"},
		{`<Record action="https://example.com/a" maxLength="0"/>`, "13612 - - 13612 13612"},
		{`<Say voice="Azure.en-CA-ClaraNeural">Hi</Say>`, "13511 13511 - 13511 13511"},
		{`<Say loop="11">Hi</Say>`, "- - 12200 - 12200"},
		{`<Say loop="101">Hi</Say>`, "- - 12200 12200 12200,12200"},
		{`<Say><emphasis>Hi</emphasis></Say>`, "- - - 12200 12200"},
		{`<AIGather/>`, "12200 12200 - 12200! 12200!"},
		{`<Denoise/>`, "12200 - 12200 12200! 12200!"},
		{`<Connect><Stream url="wss://example.com/s"/></Connect>`, "- - - - -"},
		{`<Connect><Room>a</Room></Connect>`, "- - 12200 12200! 12200!"},
		{`<Connect><AIAssistant id="x"/></Connect>`, "12200 12200 - 12200! 12200!"},
	} {
		want := strings.Fields(tt.want)
		for i, p := range twiml.Profiles() {
			var codes []string
			for _, f := range twiml.Check([]byte("<Response>"+tt.doc+"</Response>"), p) {
				code := fmt.Sprint(f.Code)
				if f.Severity == twiml.Fatal {
					code += "!"
				}
				codes = append(codes, code)
			}
			if len(codes) == 0 {
				codes = []string{"-"}
			}
			if got := strings.Join(codes, ","); got != want[i] {
				t.Errorf("%s for %s: %s, want %s", tt.doc, p, got, want[i])
			}
		}
	}
}

// What the strict profile accepts every carrier accepts, sample by sample.
func TestStrictIsWhatAllAccept(t *testing.T) {
	for name, data := range samples(t) {
		strict := twiml.Check(data, twiml.Strict)
		for _, p := range twiml.Profiles() {
			if len(strict) == 0 && len(twiml.Check(data, p)) > 0 {
				t.Errorf("%s: strict accepts what %s does not", name, p)
			}
		}
		if unknown := twiml.Check(data, "unknown"); !slices.Equal(unknown, strict) {
			t.Errorf("%s: an unknown profile is not checked strictly", name)
		}
	}
}
