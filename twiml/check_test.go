package twiml_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/callgate/callgate/twiml"
)

// One document a line: what it holds inside <Response>, and the findings as
// "column code" for Twilio. Codes are those of the carrier's error dictionary.
func TestCheck(t *testing.T) {
	for _, tt := range []struct{ doc, want string }{
		{`<Say>Hello</Say>`, ""},
		{`<Say/>`, "11 13520"},
		{`<Say> </Say>`, "11 13520"},
		{`<Say><break time="1s"/></Say>`, ""},
		{`<Say><emphasis>Hi</emphasis></Say>`, ""},
		{`<Say voice="Polly.Joanna-Neural">Hi</Say>`, ""},
		{`<Say voice="Google.en-US-Standard-C">Hi</Say>`, ""},
		{`<Say voice="polly.Joanna">Hi</Say>`, "16 13511"},
		{`<Say language="en-us">Hi</Say>`, ""},
		{`<Say loop="0">Hi</Say>`, ""},
		{`<say>Hi</say>`, "11 12200"},
		{`<Message>Hi</Message>`, "11 12200"},
		{`<Queue>support</Queue>`, "11 12200"},
		{`Hello`, "1 12200"},
		{`<Play digits="ww1"/>`, ""},
		{`<Play/>`, "11 12200"},
		{`<Play>ftp://example.com/a.mp3</Play>`, "11 11100"},
		{`<Gather><Play digits="1"/></Gather>`, "19 13320"},
		{`<Gather><Dial>+15558675310</Dial></Gather>`, "19 13320"},
		{`<Gather><Say voice="x">Hi</Say></Gather>`, "24 13321"},
		{`<Gather><Say loop="x">Hi</Say></Gather>`, "24 13322"},
		{`<Gather finishOnKey="" numDigits="1"/>`, ""},
		{`<Gather finishOnKey="##"/>`, "19 13310"},
		{`<Gather timeout="auto" speechTimeout="auto"/>`, ""},
		{`<Gather speechTimeout="auto" speechModel="phone_call"/>`, "11 13335"},
		{`<Gather speechModel="deepgram_nova-3-general"/>`, ""},
		{`<Gather language="multi" speechModel="deepgram_nova-3"/>`, ""},
		{`<Gather language="multi" speechModel="deepgram_nova-2"/>`, "19 13331"},
		{`<Gather language="multi"/>`, "19 13331"},
		{`<Gather language="gsw-CH"/>`, "19 13331"},
		{`<Gather language="gsw-CH" speechModel="googlev2_long"/>`, ""},
		{`<Say language="gsw-CH">Hi</Say>`, "16 13512"},
		{`<Gather input="dtmf dtmf"/>`, "19 13326"},
		{`<Gather hints="` + strings.Repeat("a,", 499) + `a"/>`, ""},
		{`<Gather hints="` + strings.Repeat("a,", 500) + `a"/>`, "19 13330"},
		{`<Gather hints="` + strings.Repeat("a", 101) + `"/>`, "19 13330"},
		{`<Gather actionOnEmptyResult="yes"/>`, "19 13338"},
		{`<Record finishOnKey=""/>`, ""},
		{`<Record finishOnKey="12#"/>`, ""},
		{`<Record maxLength="1"/>`, "19 13612"},
		{`<Record transcribe="true" maxLength="120"/>`, ""},
		{`<Record transcribe="true" maxLength="121"/>`, "11 13615"},
		{`<Redirect/>`, ""},
		{`<Redirect>mailto:a@example.com</Redirect>`, "11 11100"},
		{`<Dial/>`, "11 13223"},
		{`<Dial>+15558675310<Number>+15558675310</Number></Dial>`, "11 13223"},
		{`<Dial>the office</Dial>`, "11 13223"},
		{`<Dial><Number>(415) 123-4567</Number></Dial>`, ""},
		{`<Dial><Number/></Dial>`, "17 13223"},
		{`<Dial><Say>Hi</Say></Dial>`, "17 13215"},
		{`<Dial><Conference>a</Conference><Number>1</Number></Dial>`, "17 13000"},
		{`<Dial>` + strings.Repeat(`<Client>a</Client>`, 10) + `</Dial>`, ""},
		{`<Dial>` + strings.Repeat(`<Client>a</Client>`, 11) + `</Dial>`, "11 12200"},
		{`<Dial>` + strings.Repeat(`<Sip>sip:a@b.example</Sip>`, 11) + `</Dial>`, "11 13250"},
		{`<Dial><Sip>nobody</Sip></Dial>`, "17 13243"},
		{`<Dial><Queue>` + strings.Repeat("q", 65) + `</Queue></Dial>`, "17 14213"},
		{`<Dial><Conference waitUrl="">a</Conference></Dial>`, ""},
		{`<Dial><Conference participantLabel="a/b">a</Conference></Dial>`, "17 16023"},
		{`<Enqueue waitUrl="">support</Enqueue>`, ""},
		{`<Enqueue/>`, "11 14204"},
		{`<Enqueue workflowSid="WW0123456789abcdef0123456789abcdef"/>`, ""},
		{`<Enqueue workflowSid="WW0123456789abcdef0123456789abcdef"><Task>{"a":1}</Task></Enqueue>`, ""},
		{`<Enqueue workflowSid="WW0123456789abcdef0123456789abcdef"><Task>{a:1}</Task></Enqueue>`, "69 14221"},
		{`<Pay action="https://example.com/p"/>`, ""},
		{`<Pay action="/p"/>`, ""},
		{`<Pay action="http://example.com/p"/>`, "16 64016"},
		{`<Connect/>`, "11 12200"},
		{`<Connect><Room>a</Room><Room>b</Room></Connect>`, "11 12200"},
		{`<Connect><Stream url="wss://example.com/s"/></Connect>`, ""},
		{`<Connect><Stream url="https://example.com/s"/></Connect>`, "28 31922"},
		{`<Connect><Stream url="wss:/s"/></Connect>`, "28 31923"},
		{`<Connect><Stream url="/s"/></Connect>`, "28 31923"},
		{`<Connect><Stream url="wss://example.com/s?a=b"/></Connect>`, "20 12200"},
		{`<Connect><Stream url="wss://example.com/s" track="both_tracks"/></Connect>`, "20 31941"},
		{`<Start><Stream url="wss://example.com/s" track="both_tracks"/></Start>`, ""},
		{`<Start/>`, "11 14300"},
		{`<Start><Say>Hi</Say></Start>`, "18 14300"},
		{`<Refer/>`, "11 12200"},
		{`<Refer><Sip username="a">sip:a@example.com</Sip></Refer>`, "23 12200"},
		{`<Annotate/>`, "11 13110"},
		{`<Annotate><BillingReferenceTag>a</BillingReferenceTag><BillingReferenceTag>b</BillingReferenceTag></Annotate>`, "11 13111"},
		{`<Stop><Stream name="a"/></Stop>`, ""},
		{`<Hangup xmlns:x="y" xsi:z="1"/>`, ""},
		{`<Bogus><Bogus/></Bogus>`, "11 12200"},
		{`<Gather timeout="0" method="PUT"/>`, "19 13313, 31 13312"},
	} {
		var got []string
		for _, f := range twiml.Check([]byte("<Response>"+tt.doc+"</Response>"), twiml.Twilio) {
			got = append(got, fmt.Sprintf("%d %d", f.Col, f.Code))
		}
		if s := strings.Join(got, ", "); s != tt.want {
			t.Errorf("%.100s: findings %q, want %q", tt.doc, s, tt.want)
		}
	}
}

// Places count lines and characters, not bytes.
func TestCheckPlaces(t *testing.T) {
	doc := "<?xml version=\"1.0\"?>\r\n<Response>\r\n\t<Say>Grüße</Say> <Say\n  loop='x'>ü</Say><Bogus/>\n</Response>"
	var got []string
	for _, f := range twiml.Check([]byte(doc), twiml.Twilio) {
		got = append(got, fmt.Sprintf("%d:%d %d", f.Line, f.Col, f.Code))
	}
	if s := strings.Join(got, ", "); s != "4:3 13510, 4:19 12200" {
		t.Errorf("findings at %s", s)
	}
}

func TestMessages(t *testing.T) {
	for _, tt := range []struct{ doc, want string }{
		{`<say>Hi</say>`, "<say> is no element of TwiML: did you mean <Say>?"},
		{`<Gather numdigits="1"/>`, "<Gather> has no attribute numdigits: did you mean numDigits?"},
		{`<Gather zzz="1"/>`, "<Gather> has no attribute zzz: the carrier ignores it"},
		{`<Gather timeout="0"/>`, `<Gather> timeout="0" must be a whole number of at least 1, or auto; the default is 5`},
		{`<Gather method="post"/>`, `<Gather> method="post" is unknown: did you mean POST?`},
		{`<Gather><Dial>1</Dial></Gather>`, "<Dial> cannot stand in <Gather>, which holds Say, Play or Pause"},
		{`<Pause><Say>Hi</Say></Pause>`, "<Say> stands in <Pause>, which holds no elements: take it out"},
		{`<Dial><Number sendDigits="1234x">1</Number></Dial>`, "<Number> sendDigits holds a character that is no key"},
	} {
		f := twiml.Check([]byte("<Response>"+tt.doc+"</Response>"), twiml.Twilio)
		if len(f) != 1 || f[0].Message != tt.want {
			t.Errorf("%s: %+v, want %q", tt.doc, f, tt.want)
		}
	}
}

// A URL may hold the sealed state of a call, a caller's PIN may be in digits.
func TestMessagesKeepSecrets(t *testing.T) {
	for _, doc := range []string{
		`<Redirect>http:///s3cret</Redirect>`,
		`<Gather action="ftp://s3cret"/>`,
		`<Play digits="s3cret"/>`,
		`<Dial>s3cret</Dial>`,
		`<Dial><Sip>s3cret</Sip></Dial>`,
		`<Dial><Conference coach="s3cret">a</Conference></Dial>`,
		`<Enqueue workflowSid="WW0123456789abcdef0123456789abcdef"><Task>s3cret</Task></Enqueue>`,
		`<Say>s3cret`,
		`<Say a="s3cret" a="s3cret"/>`,
	} {
		found := twiml.Check([]byte("<Response>"+doc+"</Response>"), twiml.Strict)
		if len(found) == 0 {
			t.Errorf("%s: no finding", doc)
		}
		for _, f := range found {
			if strings.Contains(f.Message, "s3cret") {
				t.Errorf("%s: %s", doc, f.Message)
			}
		}
	}
}

func TestSeverityIsThatOfTheDictionary(t *testing.T) {
	for code, e := range loadSchema(t).Errors {
		var c twiml.Code
		fmt.Sscan(code, &c)
		want := twiml.Warning
		if e.Level == "ERROR" {
			want = twiml.Fatal
		}
		if c.Severity() != want {
			t.Errorf("%s: %s, want %s", code, c.Severity(), want)
		}
	}
}
