package twiml_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/callgate/callgate/twiml"
)

const header = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"

func TestWrite(t *testing.T) {
	for _, tt := range []struct {
		doc  *twiml.Response
		want string
	}{
		{&twiml.Response{}, `<Response/>`},
		{twiml.New(&twiml.Say{Text: `a & b < c > d "e" 'f' ü 🙂`}), `<Response><Say>a &amp; b &lt; c &gt; d "e" 'f' ü 🙂</Say></Response>`},
		{twiml.New(&twiml.Say{Text: "a\r\n\tb]]>"}), "<Response><Say>a&#xD;\n\tb]]&gt;</Say></Response>"},
		{twiml.New(&twiml.Gather{Action: "/a?b=c&d=\"\t\r\n"}), `<Response><Gather action="/a?b=c&amp;d=&quot;&#x9;&#xD;&#xA;"/></Response>`},
		{twiml.New(&twiml.Gather{Action: twiml.CurrentDocument, FinishOnKey: twiml.Set("")}), `<Response><Gather finishOnKey=""/></Response>`},
		{twiml.New(&twiml.Gather{Action: "/a", Input: twiml.SpeechInput | twiml.DTMF, Timeout: twiml.Auto, SpeechTimeout: 2}), `<Response><Gather action="/a" input="dtmf speech" timeout="auto" speechTimeout="2"/></Response>`},
		{twiml.New(&twiml.Record{Action: "/a", Timeout: twiml.Set(0), PlayBeep: twiml.False}), `<Response><Record action="/a" timeout="0" playBeep="false"/></Response>`},
		{twiml.New(&twiml.Say{Loop: twiml.Set(0), Text: "x"}), `<Response><Say loop="0">x</Say></Response>`},
		{twiml.New(&twiml.Enqueue{WaitURL: twiml.Set(""), Queue: "q"}), `<Response><Enqueue waitUrl="">q</Enqueue></Response>`},
		{
			twiml.New(&twiml.Say{Text: "Hi ", SSML: []twiml.Speech{
				&twiml.Emphasis{Level: "strong", Text: "you", SSML: []twiml.Speech{&twiml.Break{Time: "1s"}}},
				twiml.Text(" & "),
				&twiml.SayAs{InterpretAs: "digits", Text: "12"},
				&twiml.Lang{Language: "fr-FR", Text: "toi"},
			}}),
			`<Response><Say>Hi <emphasis level="strong">you<break time="1s"/></emphasis> &amp; <say-as interpret-as="digits">12</say-as><lang xml:lang="fr-FR">toi</lang></Say></Response>`,
		},
		{
			twiml.New(&twiml.Dial{Nouns: []twiml.Noun{
				&twiml.Client{Identity: "jane", Parameters: []twiml.Parameter{{Name: "a"}}},
				&twiml.Number{Number: "+15558675310", StatusCallback: twiml.StatusCallback{URL: "/s", Events: twiml.CallAnswered | twiml.CallInitiated}},
			}}),
			`<Response><Dial><Client><Identity>jane</Identity><Parameter name="a" value=""/></Client><Number statusCallback="/s" statusCallbackEvent="initiated answered">+15558675310</Number></Dial></Response>`,
		},
		{twiml.New(&twiml.Start{Nouns: []twiml.Started{&twiml.Siprec{Name: "a"}}}), `<Response><Start><Siprec name="a"/></Start></Response>`},
		{twiml.New(&twiml.Refer{Sip: "sip:a@example.com"}), `<Response><Refer><Sip>sip:a@example.com</Sip></Refer></Response>`},
		{
			twiml.New(&twiml.Pay{Action: "/p", Prompts: []twiml.Prompt{{For: "security-code", CardTypes: twiml.Amex, Audio: []twiml.Audio{&twiml.Pause{Length: 1}}}}}),
			`<Response><Pay action="/p"><Prompt for="security-code" cardType="amex"><Pause length="1"/></Prompt></Pay></Response>`,
		},
	} {
		got, err := tt.doc.Bytes()
		if err != nil || string(got) != header+tt.want {
			t.Errorf("got %s, %v\nwant %s", got, err, tt.want)
		}
	}
}

// Appending keeps what was there, and gives it back alone when writing fails.
func TestAppendTo(t *testing.T) {
	got, err := (&twiml.Response{}).AppendTo([]byte("before"))
	if err != nil || string(got) != "before"+header+"<Response/>" {
		t.Errorf("%q, %v", got, err)
	}
	got, err = twiml.New(&twiml.Gather{}).AppendTo([]byte("before"))
	if err == nil || string(got) != "before" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestWriteRefuses(t *testing.T) {
	loop := &twiml.Emphasis{}
	loop.SSML = []twiml.Speech{loop}
	for _, tt := range []struct {
		verb       twiml.Verb
		path, attr string
		reason     string
	}{
		{&twiml.Gather{}, "Response/Gather[2]", "action", "is not set"},
		{&twiml.Record{}, "Response/Record[2]", "action", "is not set"},
		{&twiml.Pay{}, "Response/Pay[2]", "action", "is not set"},
		{&twiml.Dial{Action: twiml.CurrentDocument, Number: "1"}, "Response/Dial[2]", "action", "CurrentDocument is for"},
		{&twiml.Redirect{URL: twiml.CurrentDocument}, "Response/Redirect[2]", "", "CurrentDocument is for"},
		{&twiml.Connect{}, "Response/Connect[2]", "", "child 1 is nil"},
		{nil, "Response", "", "child 2 is nil"},
		{&twiml.Gather{Action: "/", Prompts: []twiml.Audio{nil}}, "Response/Gather[2]", "", "child 1 is nil"},
		{&twiml.Say{SSML: []twiml.Speech{nil}}, "Response/Say[2]", "", "child 1 is nil"},
		{&twiml.Say{SSML: []twiml.Speech{loop}}, "Response/Say[2]/emphasis[1]/emphasis[1]/", "", "nested too deeply"},
		{&twiml.Gather{Action: "/", Input: 4}, "Response/Gather[2]", "input", "not one of the constants"},
		{&twiml.Say{Text: "a\x00b"}, "Response/Say[2]", "", "byte 1: XML has no way to write the character U+0000"},
		{&twiml.Say{Text: "a\x1bb"}, "Response/Say[2]", "", "byte 1: XML has no way to write the character U+001B"},
		{&twiml.Say{Text: "ü\ufffe"}, "Response/Say[2]", "", "byte 2: XML has no way to write the character U+FFFE"},
		{&twiml.Say{Text: "caf\xe9"}, "Response/Say[2]", "", "byte 3: not UTF-8"},
		{&twiml.Say{Text: "\xed\xa0\x80"}, "Response/Say[2]", "", "byte 0: not UTF-8"},
		{&twiml.Say{Voice: "\x07", Text: "a"}, "Response/Say[2]", "voice", "byte 0: XML has no way to write the character U+0007"},
		{
			&twiml.Gather{Action: "/", Prompts: []twiml.Audio{&twiml.Say{Text: "a"}, &twiml.Say{Text: "b\x0b"}}},
			"Response/Gather[2]/Say[2]", "", "byte 1",
		},
		{&twiml.Dial{Nouns: []twiml.Noun{&twiml.Client{Identity: "\x01"}}}, "Response/Dial[2]/Client[1]/Identity[1]", "", "byte 0"},
		{&twiml.Say{Text: strings.Repeat("a", 64<<10)}, "Response", "", "the carrier reads at most 65536"},
	} {
		_, err := twiml.New(&twiml.Say{Text: "first"}, tt.verb).Bytes()
		var e *twiml.WriteError
		if !errors.As(err, &e) {
			t.Errorf("%s: error %v", tt.path, err)
			continue
		}
		if !strings.HasPrefix(e.Path, tt.path) || e.Attr != tt.attr || !strings.Contains(e.Reason, tt.reason) {
			t.Errorf("path %.60q attribute %q reason %q, want %q %q %q", e.Path, e.Attr, e.Reason, tt.path, tt.attr, tt.reason)
		}
		if !strings.HasPrefix(err.Error(), "twiml: Response") {
			t.Errorf("message %q", err)
		}
	}
}

// A message about text must not repeat the text.
func TestWriteErrorsKeepText(t *testing.T) {
	_, err := twiml.New(&twiml.Say{Text: "s3cret\x00"}, &twiml.Redirect{URL: "s3cret\x00"}).Bytes()
	if err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Error(err)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, tt := range []struct {
		doc  string
		code twiml.Code
	}{
		{``, 11770},
		{"\n<?xml version=\"1.0\"?><Response/>", 12100},
		{`<response/>`, 12102},
		{`<Response><Bogus/></Response>`, 12200},
		{`<Response><Say bogus="1">a</Say></Response>`, 12200},
		{`<Response><Pause length="0"/></Response>`, 13910},
		{`<Response><Pause length="one"/></Response>`, 13910},
		{`<Response><Gather input="dtmf bogus"/></Response>`, 13326},
		{`<Response><Gather input="dtmf dtmf"/></Response>`, 13326},
		{`<Response><Gather input=""/></Response>`, 13326},
		{`<Response><Gather timeout="-1"/></Response>`, 13313},
		{`<Response><Gather hints=""/></Response>`, 13330},
		{`<Response><Connect/></Response>`, 12200},
		{`<Response><Connect><Room>a</Room><Room>b</Room></Connect></Response>`, 12200},
		{`<Response><Enqueue>q<Task>{}</Task><Task>{}</Task></Enqueue></Response>`, 12200},
		{`<Response><Hangup><Parameter name="a"/></Hangup></Response>`, 12200},
		{`<Response>text</Response>`, 12200},
		{`<Response><Dial><Bogus/></Dial></Response>`, 12200},
		{`<Response><Connect><Bogus/></Connect></Response>`, 12200},
		{`<Response><Start><Bogus/></Start><Stop><Recording/></Stop></Response>`, 12200},
		{`<Response><Say><bogus/></Say></Response>`, 12200},
		{`<Response><Say>` + strings.Repeat("<p>", 200) + strings.Repeat("</p>", 200) + `</Say></Response>`, 12200},
	} {
		r, err := twiml.Parse([]byte(tt.doc))
		var f twiml.Finding
		if !errors.As(err, &f) || f.Code != tt.code || r != nil {
			t.Errorf("%.60s: %v, want code %d", tt.doc, err, tt.code)
		}
	}
}

// All that is wrong is said at once.
func TestParseReportsAll(t *testing.T) {
	_, err := twiml.Parse([]byte("<Response>\n<Pause length='0'/>\n<Bogus/>\n</Response>"))
	if err == nil || !strings.Contains(err.Error(), "2:8: warning 13910") || !strings.Contains(err.Error(), "3:1: warning 12200") {
		t.Error(err)
	}
}
