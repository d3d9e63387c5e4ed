package carrier_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/carrier"
)

// How calls begin and end (twiml, "how twiml works"; twiml/reject; twiml/hangup).
func TestAnswerAndEnd(t *testing.T) {
	tests := []struct {
		name   string
		verbs  string
		reason carrier.EndReason
		status string
		talked time.Duration
	}{
		{"an empty document answers and hangs up", ``, carrier.EndDocument, "completed", 0},
		{"Hangup first answers too", `<Hangup/>`, carrier.EndHangup, "completed", 0},
		{"Reject first does not", `<Reject/>`, carrier.EndRejected, "no-answer", 0},
		{"Reject with busy", `<Reject reason="busy"/>`, carrier.EndRejected, "busy", 0},
		{"Reject later is a hang-up", `<Pause/><Reject/>`, carrier.EndHangup, "completed", 0},
		{"Pause first delays the answer", `<Pause length="4"/><Pause length="3"/>`, carrier.EndDocument, "completed", 3 * time.Second},
		{"Pause counts one second by default", `<Say>a</Say><Pause/>`, carrier.EndDocument, "completed", 1100 * time.Millisecond},
		{"unknown verbs do nothing", `<Dance/><Hangup/>`, carrier.EndHangup, "completed", 0},
		{"Echo lasts until somebody hangs up", `<Echo/>`, carrier.EndTimeLimit, "completed", 4 * time.Hour},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			call, _ := place(t, map[string]string{"/voice": tt.verbs})
			end := finish(t, call, tt.reason)
			if end.Status != tt.status || end.Talked != tt.talked {
				t.Errorf("status %s after %v, want %s after %v", end.Status, end.Talked, tt.status, tt.talked)
			}
		})
	}
}

func TestStatusCallbacks(t *testing.T) {
	all := func(c *carrier.Config) {
		c.StatusURL, c.StatusEvents = publicURL+"/status", []string{"initiated", "ringing", "answered", "completed"}
	}
	call, app := place(t, map[string]string{"/voice": `<Pause length="70"/><Hangup/>`, "/status": ""}, all)
	finish(t, call, carrier.EndHangup)
	got := app.requests("/status")
	last := got[len(got)-1].Params
	if last.Get("CallStatus") != "completed" || last.Get("SequenceNumber") != "1" || last.Get("Timestamp") != "Mon, 02 Mar 2026 15:01:10 +0000" {
		t.Errorf("the last callback: %v", last)
	}
	if app.requests("/voice")[0].Params.Get("CallStatus") != "ringing" {
		t.Error("the first request is not about a ringing call")
	}

	a, server := newApp(t, map[string]string{"/voice": `<Hangup/>`, "/status": ""})
	line, err := carrier.NewLine(carrier.Config{Token: token, VoiceURL: publicURL + "/voice", Server: server, StatusURL: publicURL + "/status",
		StatusEvents: []string{"initiated", "ringing", "answered", "completed"}})
	must(t, err)
	call, err = line.Call(t.Context(), carrier.Caller{Direction: "outbound-api"})
	must(t, err)
	finish(t, call, carrier.EndHangup)
	var states []string
	for _, g := range a.requests("/status") {
		states = append(states, g.Params.Get("CallStatus"))
	}
	if !slices.Equal(states, []string{"initiated", "ringing", "in-progress", "completed"}) {
		t.Errorf("an outbound call goes through %v", states)
	}
	if p := a.requests("/voice")[0].Params; p.Get("Direction") != "outbound-api" || p.Get("CallStatus") != "in-progress" {
		t.Errorf("its first request: %v", p)
	}
}

// Every request has the standard parameters, and says that it does not know
// where numbers are.
func TestStandardParameters(t *testing.T) {
	call, app := place(t, map[string]string{"/voice": ``})
	p := app.requests("/voice")[0].Params
	want := map[string]string{
		"CallSid": call.Sid(0), "AccountSid": carrier.TestAccount, "From": "+15550100", "To": "+15550199", "Caller": "+15550100",
		"Called": "+15550199", "CallStatus": "ringing", "ApiVersion": "2010-04-01", "Direction": "inbound",
		"FromCity": "", "FromState": "", "FromZip": "", "FromCountry": "", "ToCity": "", "ToState": "", "ToZip": "", "ToCountry": "",
		"CallerCity": "", "CallerState": "", "CallerZip": "", "CallerCountry": "", "CalledCity": "", "CalledState": "", "CalledZip": "", "CalledCountry": "",
	}
	for name, value := range want {
		if !p.Has(name) || p.Get(name) != value {
			t.Errorf("%s = %q, want %q", name, p.Get(name), value)
		}
	}
	if len(p) != len(want) {
		t.Errorf("%d parameters, want %d: %v", len(p), len(want), p)
	}
	if !slices.IsSortedFunc(p, func(a, b callgate.Param) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("not sorted")
	}
	h := app.requests("/voice")[0].Header
	for name, value := range map[string]string{
		"User-Agent": "TwilioProxy/1.1", "Accept": "*/*", "Cache-Control": "max-age=259200",
		"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
	} {
		if h.Get(name) != value {
			t.Errorf("%s: %q, want %q", name, h.Get(name), value)
		}
	}
}

// URLs resolve against the current document (RFC 3986), and keep their bytes.
func TestURLResolution(t *testing.T) {
	tests := []struct{ redirect, want string }{
		{`menu`, "/a/menu"},
		{`./menu`, "/a/menu"},
		{`../menu`, "/menu"},
		{`../../menu`, "/menu"},
		{`/menu`, "/menu"},
		{`menu?x=1`, "/a/menu"},
		{"\n  /menu\n ", "/menu"},
		{publicURL + `/menu`, "/menu"},
		{`//ivr.example.org/menu`, "/menu"},
		{`/b/./c/../menu`, "/b/menu"},
		{`/%6denu`, "/menu"},
	}
	for _, tt := range tests {
		docs := map[string]string{"/a/voice": `<Redirect>` + tt.redirect + `</Redirect>`, "/menu": "<Hangup/>", "/a/menu": "<Hangup/>", "/b/menu": "<Hangup/>"}
		call, app := place(t, docs, func(c *carrier.Config) { c.VoiceURL = publicURL + "/a/voice" })
		finish(t, call, carrier.EndHangup)
		if got := app.paths(); !slices.Equal(got, []string{"/a/voice", tt.want}) {
			t.Errorf("%q from /a/voice requests %v, want %s", tt.redirect, got, tt.want)
		}
	}
}

func TestRedirect(t *testing.T) {
	t.Run("GET puts the parameters into the query, after the URL's own", func(t *testing.T) {
		call, app := place(t, map[string]string{"/voice": `<Redirect method="GET">/next?a=b</Redirect>`, "/next": "<Hangup/>"})
		finish(t, call, carrier.EndHangup)
		g := app.requests("/next")[0]
		if g.Method != "GET" || g.Params[0].Name != "a" || g.Params.Get("CallSid") != call.Sid(0) {
			t.Errorf("%s %v", g.Method, g.Params)
		}
	})
	t.Run("an empty text is the current document", func(t *testing.T) {
		n := 0
		call, app := place(t, map[string]string{"/voice": `<Redirect/>`}, func(c *carrier.Config) {
			c.Observe = func(e carrier.Entry) {
				if e.Kind == carrier.KindRequest {
					n++
				}
			}
		})
		finish(t, call, carrier.EndRunaway)
		if len(app.requests("/voice")) != 100 || n != 100 {
			t.Errorf("%d documents, want 100", len(app.requests("/voice")))
		}
	})
	t.Run("what follows is not reached", func(t *testing.T) {
		call, _ := place(t, map[string]string{"/voice": `<Redirect>/next</Redirect><Say>no</Say>`, "/next": ""})
		finish(t, call, carrier.EndDocument)
		if call.Now() != 0 {
			t.Error("something was said")
		}
	})
	t.Run("no URL", func(t *testing.T) {
		for _, bad := range []string{"mailto:a@example.org", "http://", "https://a_b.example.org/", "/a b"} {
			call, _ := place(t, map[string]string{"/voice": `<Redirect>` + bad + `</Redirect>`})
			finish(t, call, carrier.EndApology)
			wantCode(t, call, 11100)
		}
	})
}

// A loop without input is a runaway; with input it may go on.
func TestRunaway(t *testing.T) {
	docs := map[string]string{"/voice": `<Gather numDigits="1" timeout="1"/><Redirect/>`}
	small := func(c *carrier.Config) { c.Options.MaxDocuments = 5 }
	call, app := place(t, docs, small)
	finish(t, call, carrier.EndRunaway)
	if n := len(app.requests("/voice")); n != 5 {
		t.Errorf("%d documents, want 5", n)
	}
	call, app = place(t, docs, small)
	for range 20 {
		must(t, call.Press("1"))
	}
	must(t, call.HangUp())
	if n := len(app.requests("/voice")); n != 21 {
		t.Errorf("%d documents, want 21", n)
	}
}

func TestSayAndPlayLengths(t *testing.T) {
	tests := []struct {
		verbs string
		want  time.Duration
	}{
		{`<Say>abcdefghijklmno</Say>`, time.Second},
		{`<Say>` + "\n   abcdefg\n  hijklmn   " + `</Say>`, time.Second},
		{`<Say loop="3">abcdefghijklmno</Say>`, 3 * time.Second},
		{`<Say>123</Say>`, time.Second},
		{`<Say>abcdefghijklmno<break time="2s"/></Say>`, 3 * time.Second},
		{`<Say><p>abcdefg<break strength="x-strong"/>hijklmno</p></Say>`, 2200 * time.Millisecond},
		{`<Say>こんにちは</Say>`, time.Second},
		{`<Say></Say>`, 0},
		{`<Play digits="1w2W#"/>`, 2250 * time.Millisecond},
		{`<Play>https://media.example.org/a.mp3</Play>`, 5 * time.Second},
		{`<Play loop="2">https://media.example.org/a.mp3</Play>`, 10 * time.Second},
	}
	for _, tt := range tests {
		call, _ := place(t, map[string]string{"/voice": tt.verbs})
		if end := finish(t, call, carrier.EndDocument); end.Lasted != tt.want {
			t.Errorf("%s lasts %v, want %v", tt.verbs, end.Lasted, tt.want)
		}
	}
}

func TestLoopForEverIsAThousandTimes(t *testing.T) {
	call, _ := place(t, map[string]string{"/voice": `<Say loop="0">abcdefghijklmno</Say>`})
	if end := finish(t, call, carrier.EndDocument); end.Lasted != 1000*time.Second {
		t.Errorf("it lasts %v", end.Lasted)
	}
}

func TestRefer(t *testing.T) {
	docs := map[string]string{"/voice": `<Refer action="/after"><Sip>sip:bob@example.org</Sip></Refer>`, "/after": ""}
	a, server := newApp(t, docs)
	line, err := carrier.NewLine(carrier.Config{Token: token, VoiceURL: publicURL + "/voice", Server: server})
	must(t, err)
	call, err := line.Call(t.Context(), carrier.Caller{From: "sip:ann@example.org"})
	must(t, err)
	finish(t, call, carrier.EndDocument)
	p := a.requests("/after")[0].Params
	if p.Get("ReferCallStatus") == "" || p.Get("ReferSipResponseCode") != "202" || p.Get("NotifySipResponseCode") != "200" {
		t.Errorf("the action is told %v", p)
	}
	call, _ = place(t, docs)
	finish(t, call, carrier.EndApology)
	wantCode(t, call, 13801)
}

func TestSms(t *testing.T) {
	call, app := place(t, map[string]string{"/voice": `<Sms action="/sent">Hello</Sms>`, "/sent": "<Hangup/>"})
	finish(t, call, carrier.EndHangup)
	if got := app.requests("/sent")[0].Params.Get("SmsStatus"); got != "sent" {
		t.Errorf("SmsStatus = %q", got)
	}
}
