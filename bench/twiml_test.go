package bench

import (
	"testing"

	"github.com/callgate/callgate/twiml"
	peer "github.com/twilio/twilio-go/twiml"
)

// The same documents, made and written from nothing for each request as a flow
// does, by package twiml and by the carrier's own Go library. TestSameDocuments
// shows that they say the same.

const (
	menuURL = "https://ivr.example.org/flows/clinic?s=v1.b2xkIG1lbiBhbmQgdGhlIHNlYSBhbmQgdGhl"
	prompt  = "For opening hours press 1. For appointments & prescriptions press 2. To speak to somebody press 0."
)

// menu is a step of a flow: a prompt, a key, and where to go without one.
func menu() *twiml.Response {
	return twiml.New(
		&twiml.Gather{
			Action: menuURL, Method: twiml.POST, Input: twiml.DTMF, Timeout: 5, NumDigits: 1,
			Prompts: []twiml.Audio{&twiml.Say{Language: "en-GB", Text: prompt}},
		},
		&twiml.Redirect{Method: twiml.POST, URL: menuURL},
	)
}

func peerMenu() []peer.Element {
	return []peer.Element{
		&peer.VoiceGather{
			Action: menuURL, Method: "POST", Input: "dtmf", Timeout: "5", NumDigits: "1",
			InnerElements: []peer.Element{&peer.VoiceSay{Language: "en-GB", Message: prompt}},
		},
		&peer.VoiceRedirect{Method: "POST", Url: menuURL},
	}
}

// ring dials three volunteers, the largest document of an ordinary line.
func ring() *twiml.Response {
	number := func(n string) twiml.Noun {
		return &twiml.Number{
			Number: n, URL: menuURL, Method: twiml.POST,
			StatusCallback: twiml.StatusCallback{URL: menuURL, Method: twiml.POST, Events: twiml.CallInitiated | twiml.CallAnswered | twiml.CallCompleted},
		}
	}
	return twiml.New(
		&twiml.Say{Language: "en-GB", Text: "Please hold the line."},
		&twiml.Dial{
			Action: menuURL, Method: twiml.POST, Timeout: 20, CallerID: "+15551112222", Sequential: twiml.True,
			Nouns: []twiml.Noun{number("+15558675310"), number("+15558675311"), number("+15558675312")},
		},
	)
}

func peerRing() []peer.Element {
	number := func(n string) peer.Element {
		return &peer.VoiceNumber{
			PhoneNumber: n, Url: menuURL, Method: "POST",
			StatusCallback: menuURL, StatusCallbackMethod: "POST", StatusCallbackEvent: "initiated answered completed",
		}
	}
	return []peer.Element{
		&peer.VoiceSay{Language: "en-GB", Message: "Please hold the line."},
		&peer.VoiceDial{
			Action: menuURL, Method: "POST", Timeout: "20", CallerId: "+15551112222", Sequential: "true",
			InnerElements: []peer.Element{number("+15558675310"), number("+15558675311"), number("+15558675312")},
		},
	}
}

var documents = []struct {
	name string
	ours func() *twiml.Response
	peer func() []peer.Element
}{
	{"menu", menu, peerMenu},
	{"ring", ring, peerRing},
}

func TestSameDocuments(t *testing.T) {
	for _, d := range documents {
		theirs, err := peer.Voice(d.peer())
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := twiml.Parse([]byte(theirs))
		if err != nil {
			t.Fatalf("%s: %v\n%s", d.name, err, theirs)
		}
		got, err := d.ours().Bytes()
		if err != nil {
			t.Fatal(err)
		}
		if want, err := parsed.Bytes(); err != nil || string(got) != string(want) {
			t.Errorf("%s: %v\nours   %s\ntheirs %s", d.name, err, got, want)
		}
	}
}

func BenchmarkTwiml(b *testing.B) {
	for _, d := range documents {
		b.Run(d.name+"/twiml", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := d.ours().Bytes(); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(d.name+"/twiml-append", func(b *testing.B) {
			b.ReportAllocs()
			doc, buf := d.ours(), make([]byte, 0, 4096)
			for b.Loop() {
				if _, err := doc.AppendTo(buf); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(d.name+"/twilio-go", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := peer.Voice(d.peer()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
