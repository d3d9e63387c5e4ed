package twilio_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/twilio"
)

// capture is one request as the carrier sent it. They are from public test
// suites, issues and logs (source says which); numbers, identifiers and tokens
// were changed where the source shows real ones. The order is that of the wire.
type capture struct {
	name   string
	source string
	kind   callgate.Kind
	get    bool
	url    string
	params [][2]string
}

const (
	account = "AC00112233445566778899aabbccddeeff"
	callSid = "CA450188bc524230c5086da78b80861648"
	address = "https://ivr.example.org/voice"
)

// inbound are the 27 parameters of an inbound call in 2025.
var inbound = params(
	"Called", "+13105550199", "ToState", "CA", "CallerCountry", "US", "Direction", "inbound",
	"CallerState", "CA", "ToZip", "", "CallSid", callSid, "To", "+13105550199", "CallerZip", "91604",
	"ToCountry", "US", "StirVerstat", "TN-Validation-Passed-A",
	"CallToken", "%7B%22parentCallInfoToken%22%3A%22eyJhbGciOiJFUzI1NiJ9.eyJjYWxsU2lkIjoiQ0EwMCIsImZyb20iOiIrMTMxMDU1NTAxOTkiLCJ0byI6IisxMzEwNTU1MDE5OSIsImlhdCI6IjE3NTc3NzQ3NzkifQ.5kaJr-b1Iqd3rVSRWSkr6p8-ZP_EAcsmFqh1OR4GN_asAUM21RpctLxdAy4NyBtgFSullJkLEtabl3lLVU-wRw%22%2C%22identityHeaderTokens%22%3A%5B%5D%7D",
	"CalledZip", "", "ApiVersion", "2010-04-01", "CalledCity", "", "CallStatus", "ringing",
	"From", "+18185550123", "AccountSid", account, "CalledCountry", "US", "CallerCity", "LOS ANGELES",
	"ToCity", "", "FromCountry", "US", "Caller", "+18185550123", "FromCity", "LOS ANGELES",
	"CalledState", "CA", "FromZip", "91604", "FromState", "CA",
)

func captures(t testing.TB) []capture {
	list := []capture{
		{name: "inbound call", source: "published function log, 2025", url: address, params: inbound},
		{
			name: "digits over a forwarded line", source: "log in a comment of a public repository", url: address + "/complete?step=2",
			params: params("AccountSid", account, "ApiVersion", "2010-04-01", "CallSid", callSid, "CallStatus", "in-progress",
				"Called", "+12245550158", "CalledCity", "", "CalledCountry", "US", "CalledState", "IL", "CalledVia", "+494949494949212245550158",
				"CalledZip", "", "Caller", "+49221555019", "CallerCity", "", "CallerCountry", "DE", "CallerState", "K\u00f6ln", "CallerZip", "",
				"Digits", "123456", "Direction", "inbound", "FinishedOnKey", "", "ForwardedFrom", "+494949494949212245550158",
				"From", "+49221555019", "FromCity", "", "FromCountry", "DE", "FromState", "K\u00f6ln", "FromZip", "",
				"To", "+12245550158", "ToCity", "", "ToCountry", "US", "ToState", "IL", "ToZip", "", "msg", "Gather End"),
		},
		{
			name: "digits in an outbound call", source: "comment in a public Go program", url: address,
			params: params("msg", "Gather End", "Called", "+17755550114", "Digits", "1", "ToState", "NV", "CallerCountry", "US",
				"Direction", "outbound-api", "CallerState", "WI", "ToZip", "89701", "CallSid", callSid, "To", "+17755550114", "CallerZip", "",
				"ToCountry", "US", "FinishedOnKey", "", "ApiVersion", "2010-04-01", "CalledZip", "89701", "CalledCity", "CARSON CITY",
				"CallStatus", "in-progress", "From", "+14145550101", "AccountSid", account, "CalledCountry", "US", "CallerCity", "",
				"Caller", "+14145550101", "FromCountry", "US", "ToCity", "CARSON CITY", "FromCity", "", "CalledState", "NV", "FromZip", "", "FromState", "WI"),
		},
		{
			name: "finish key", source: "execution context in a public repository", url: address,
			params: params("FromZip", "", "From", "+18775550109", "FromCity", "", "ApiVersion", "2010-04-01", "To", "+12025550189",
				"FinishedOnKey", "#", "ToCity", "WASHINGTON", "CalledState", "DC", "FromState", "", "Direction", "inbound", "CallStatus", "in-progress",
				"ToZip", "20388", "msg", "Gather End", "Digits", "174422", "CallerCity", "", "FromCountry", "US", "CalledCity", "WASHINGTON",
				"CalledCountry", "US", "Caller", "+18775550109", "CallerZip", "", "AccountSid", account, "Called", "+12025550189",
				"CallerCountry", "US", "CalledZip", "20388", "CallSid", callSid, "CallerState", "", "ToCountry", "US", "ToState", "DC"),
		},
		{
			name: "call with add-ons", source: "test suite of a public PHP program", url: address,
			params: params("Called", "+12105550100", "ToState", "CA", "CallerCountry", "AU", "Direction", "inbound", "CallerState", "", "ToZip", "",
				"CallSid", callSid, "To", "+12115550111", "CallerZip", "", "ToCountry", "US", "StirVerstat", "TN-Validation-Passed-C",
				"CalledZip", "", "ApiVersion", "2010-04-01", "CalledCity", "", "CallStatus", "ringing",
				"AddOns", `{"status":"successful","message":null,"code":null,"results":{}}`, "From", "+61255501000", "AccountSid", account,
				"CalledCountry", "US", "CallerCity", "", "ToCity", "", "FromCountry", "AU", "Caller", "+61255501000", "FromCity", "",
				"CalledState", "CA", "FromZip", "", "FromState", ""),
		},
		{
			name: "browser call", source: "protocol notes in a public repository", url: address,
			params: params("AccountSid", account, "ApiVersion", "2010-04-01", "ApplicationSid", "AP00112233445566778899aabbccddeeff",
				"CallSid", callSid, "CallStatus", "ringing", "Called", "", "Caller", "client:Anonymous", "Direction", "inbound",
				"From", "client:Anonymous", "To", ""),
		},
		{
			name: "status of a call", source: "bmlt-enabled/yap#815", kind: callgate.KindStatus, get: true, url: "https://yap.example.org/status.php?override_service_body_id=32",
			params: params("Called", "+18555550162", "ToState", "", "CallerCountry", "CA", "Direction", "inbound",
				"Timestamp", "Mon, 17 Jul 2023 18:58:55 +0000", "CallbackSource", "call-progress-events", "CallerState", "Qu\u00e9bec", "ToZip", "",
				"SequenceNumber", "0", "To", "+18555550162", "CallSid", callSid, "ToCountry", "US", "CallerZip", "", "CalledZip", "",
				"ApiVersion", "2010-04-01", "CallStatus", "completed", "CalledCity", "", "Duration", "1", "From", "+15815550129", "CallDuration", "19",
				"AccountSid", account, "CalledCountry", "US", "CallerCity", "", "ToCity", "", "FromCountry", "CA", "Caller", "+15815550129",
				"FromCity", "", "CalledState", "", "FromZip", "", "FromState", "Qu\u00e9bec"),
		},
	}
	return append(list, vectorCaptures(t)...)
}

// vectorCaptures are the voice captures among the published vectors. One of
// them was published with an AccountSid that is none; it gets ours.
func vectorCaptures(t testing.TB) (list []capture) {
	for _, v := range readVectors(t) {
		if !strings.HasPrefix(v.Evidence, "real-capture") || !slices.ContainsFunc(v.Params, func(p [2]string) bool { return p[0] == "CallStatus" }) {
			continue
		}
		for i := range v.Params {
			if v.Params[i][0] == "AccountSid" {
				v.Params[i][1] = account
			}
		}
		list = append(list, capture{name: "vector " + v.Signature, source: v.Source, url: v.URL, params: v.Params})
	}
	if len(list) != 2 {
		t.Fatalf("%d voice captures among the vectors, want 2", len(list))
	}
	return list
}

// documented are requests put together from the carrier's pages.
var documented = []capture{
	{
		name: "speech", source: "page on Gather", url: address,
		params: with(inbound, "CallStatus", "in-progress", "SpeechResult", "Tomorrow, please. To Toronto!", "Confidence", "0.9181"),
	},
	{
		name: "recorded", source: "page on Record", url: address,
		params: with(inbound, "CallStatus", "completed", "RecordingUrl", "https://api.twilio.com/2010-04-01/Accounts/"+account+"/Recordings/RE00112233445566778899aabbccddeeff",
			"RecordingSid", "RE00112233445566778899aabbccddeeff", "RecordingDuration", "6", "Digits", "hangup"),
	},
	{
		name: "dialled", source: "page on Dial", url: address,
		params: with(inbound, "CallStatus", "in-progress", "DialCallStatus", "no-answer", "DialCallSid", "CA99112233445566778899aabbccddeeff",
			"DialCallDuration", "13", "DialBridged", "false"),
	},
	{
		name: "queued", source: "page on Enqueue", url: address,
		params: with(inbound, "QueueResult", "queue-full", "QueueSid", "QU00112233445566778899aabbccddeeff", "QueueTime", "3"),
	},
	{
		name: "fallback", source: "page on availability", url: address,
		params: with(inbound, "ErrorCode", "11200", "ErrorUrl", "https://ivr.example.org/voice?CallSid="+callSid+"&AccountSid="+account),
	},
	{
		name: "SIP call", source: "page on SIP and TwiML", url: address,
		params: params("AccountSid", account, "ApiVersion", "2010-04-01", "CallSid", callSid, "CallStatus", "ringing",
			"Called", "sip:help@pbx.sip.us1.twilio.com", "Caller", "sip:alice@10.0.0.7:5060;transport=UDP", "CallerName", "Alice B.",
			"Direction", "inbound", "From", "sip:alice@10.0.0.7:5060;transport=UDP", "SipCallId", "a84b4c76e66710@pc33.example.com",
			"SipDomain", "pbx.sip.us1.twilio.com", "SipDomainSid", "SD00112233445566778899aabbccddeeff", "SipHeader_X-CustomerID", "375d1d60-083b-404d",
			"SipHeader_X-SelectedProductID", "87144192-73e2-45a6", "SipSourceIp", "203.0.113.9", "To", "sip:help@pbx.sip.us1.twilio.com"),
	},
	{
		name: "withheld number", source: "page on TwiML requests", url: address,
		params: with(inbound, "From", "+266696687", "Caller", "+266696687", "FromCountry", "LS", "CallerCountry", "LS", "CallerName", "ANONYMOUS"),
	},
	{
		name: "anonymous", source: "page on TwiML requests", url: address,
		params: with(inbound, "From", "anonymous", "Caller", "Anonymous"),
	},
	{
		name: "recording ready", source: "page on Record", kind: callgate.KindStatus, url: address + "/status",
		params: params("AccountSid", account, "CallSid", callSid, "RecordingSid", "RE00112233445566778899aabbccddeeff",
			"RecordingUrl", "https://api.twilio.com/2010-04-01/Accounts/"+account+"/Recordings/RE00112233445566778899aabbccddeeff",
			"RecordingStatus", "completed", "RecordingDuration", "6", "RecordingChannels", "1", "RecordingStartTime", "Thu, 28 Mar 2024 10:11:12 +0000",
			"RecordingSource", "RecordVerb", "RecordingTrack", "both", "ErrorCode", "0"),
	},
	{
		name: "conference ended", source: "page on Conference", kind: callgate.KindStatus, url: address + "/status",
		params: params("AccountSid", account, "ConferenceSid", "CF00112233445566778899aabbccddeeff", "FriendlyName", "Room 1",
			"StatusCallbackEvent", "conference-end", "SequenceNumber", "7", "Timestamp", "Thu, 1 Jun 2017 20:48:32 +0000",
			"ReasonConferenceEnded", "last-participant-left", "CallSidEndingConference", callSid, "Reason", "Last participant left"),
	},
	{
		name: "transcribed", source: "page on Record", kind: callgate.KindStatus, url: address + "/status",
		params: with(inbound, "TranscriptionSid", "TR00112233445566778899aabbccddeeff", "TranscriptionText", "To whom it may concern.", "TranscriptionStatus", "completed"),
	},
}

// with returns the parameters with some set.
func with(base [][2]string, pairs ...string) [][2]string {
	out := slices.Clone(base)
	for _, p := range params(pairs...) {
		if i := slices.IndexFunc(out, func(q [2]string) bool { return q[0] == p[0] }); i >= 0 {
			out[i] = p
		} else {
			out = append(out, p)
		}
	}
	return out
}

// without returns the parameters with some removed.
func without(base [][2]string, names ...string) [][2]string {
	return slices.DeleteFunc(slices.Clone(base), func(p [2]string) bool { return slices.Contains(names, p[0]) })
}

// request is the capture, signed by the reference.
func (c capture) request() *callgate.Request {
	var r *callgate.Request
	if c.get {
		separator := "?"
		if strings.Contains(c.url, "?") {
			separator = "&"
		}
		r = request(http.MethodGet, c.url+separator+encodeForm(c.params), "", "")
		r.Header.Set(twilio.Header, reference(token, r.URL, nil))
	} else {
		r = request(http.MethodPost, c.url, formType, encodeForm(c.params))
		r.Header.Set(twilio.Header, reference(token, c.url, c.params))
	}
	r.Kind = c.kind
	return r
}

func voiceVerifier(t testing.TB, extra ...string) *twilio.Verifier {
	return mustNew(t, twilio.Config{Keys: []twilio.Key{{Name: "only", Token: token}}, ExtraParams: extra})
}

// TestCaptures: what the carrier sends is admitted, posted and as a GET.
func TestCaptures(t *testing.T) {
	v := voiceVerifier(t)
	for _, c := range append(captures(t), documented...) {
		for _, get := range []bool{false, true} {
			c.get = get
			r := c.request()
			t.Run(c.name+" "+r.Method, func(t *testing.T) {
				if _, err := noted(v.Verify(r)); err != nil {
					t.Errorf("Verify = %v (source: %s)", err, c.source)
				}
			})
		}
	}
}
