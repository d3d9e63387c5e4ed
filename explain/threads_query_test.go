package explain_test

import (
	"net/url"
	"sort"
	"strings"

	"github.com/callgate/callgate/explain"
)

// eachOf changes the pairs of a query.
func eachOf(m *message, change func(string) string) {
	for i, p := range m.pairs {
		m.pairs[i] = change(p)
	}
}

// appended are the carrier's parameters as it appends them to a GET.
const appended = "AccountSid=" + accountA + "&ApiVersion=2010-04-01&CallSid=CA0123456789abcdef0123456789abcdef&CallStatus=ringing" +
	"&Called=%2B15005550006&CalledCity=&Caller=%2B15005550001&CallerCity=LOS+ANGELES&Direction=inbound&From=%2B15005550001&To=%2B15005550006"

var queryThreads = []threadCase{
	{
		"twilio/twilio-node#145", "url.format escapes the question mark of originalUrl",
		post("https://example.org/api/twilioWebhook?foo=1"),
		func(m *message, _ *knowledge) { m.path, m.pairs = "/api/twilioWebhook%3Ffoo=1", nil },
		[]explain.Cause{explain.CauseQueryEncoding},
	},
	{
		"twilio/twilio-node#1059", "new URL() escapes an apostrophe of the query",
		post("https://example.org/path?test=foo'bar"),
		func(m *message, _ *knowledge) {
			eachOf(m, func(p string) string { return strings.ReplaceAll(p, "'", "%27") })
		},
		[]explain.Cause{explain.CauseQueryEncoding},
	},
	{
		"twilio/twilio-ruby#528", "URI escapes an apostrophe in the text of a GET",
		get("https://example.org/sms?" + appended + "&Body=you're+so+smart"),
		func(m *message, _ *knowledge) {
			eachOf(m, func(p string) string { return strings.ReplaceAll(p, "'", "%27") })
		},
		[]explain.Cause{explain.CauseQueryEncoding},
	},
	{
		"twilio/twilio-node#621", "a SIP address is signed with : and @, and requested with %3A and %40",
		get("https://example.org/hold.mp3?Caller=sip:1000@192.0.2.10&CallSid=CA0123456789abcdef0123456789abcdef"),
		func(m *message, _ *knowledge) {
			eachOf(m, strings.NewReplacer(":", "%3A", "@", "%40").Replace)
		},
		[]explain.Cause{explain.CauseQueryEncoding},
	},
	{
		"twilio/twilio-csharp#27", "the query string of .NET is decoded: the plus of a number stands raw",
		get("https://example.org/voice?" + appended),
		func(m *message, _ *knowledge) {
			eachOf(m, func(p string) string { return strings.ReplaceAll(p, "%2B", "+") })
		},
		[]explain.Cause{explain.CauseQueryEncoding},
	},
	{
		"twilio/twilio-java#601", "a URI that is built from decoded parts",
		get("https://example.org/voice?next=https%3A%2F%2Fexample.org%2Fb%3Fc"),
		func(m *message, _ *knowledge) {
			eachOf(m, func(p string) string { return must(url.QueryUnescape(p)) })
		},
		[]explain.Cause{explain.CauseQueryEncoding},
	},
	{
		"twilio/twilio-php#790", "Laravel's fullUrl() sorts the query",
		post("https://example.org/telephony?b=456&a=123"),
		func(m *message, _ *knowledge) { sort.Strings(m.pairs) },
		[]explain.Cause{explain.CauseQueryOrder},
	},
	{
		"bmlt-enabled/yap#1629", "fullUrl() sorts the query and encodes it anew",
		get("https://example.org/input-method.php?Retry=1&RetryMessage=Couldn%27t+find+it&" + appended),
		func(m *message, _ *knowledge) {
			sort.Strings(m.pairs)
			eachOf(m, func(p string) string { return strings.ReplaceAll(p, "+", "%20") })
		},
		[]explain.Cause{explain.CauseQueryOrder, explain.CauseQueryEncoding},
	},
	{
		"bmlt-enabled/yap#1573", "the same for a POST with a query",
		post("https://example.org/status.php?SearchType=1&Digits=1&Called=2"),
		func(m *message, _ *knowledge) { sort.Strings(m.pairs) },
		[]explain.Cause{explain.CauseQueryOrder},
	},
	{
		"twilio/twilio-node#1079", "the parameters of a call's address arrive in another order",
		post("https://example.org/test?param1=1&param3=3&param2=2"),
		func(m *message, _ *knowledge) { sort.Strings(m.pairs) },
		[]explain.Cause{explain.CauseQueryOrder},
	},
	{
		"twilio/twilio-node#942", "the address is put together without the query",
		post("https://example.org/webhook/twilio?id=12345"),
		func(m *message, k *knowledge) {
			m.pairs = nil
			k.config.Webhooks = []string{"https://example.org/webhook/twilio?id=12345"}
		},
		[]explain.Cause{explain.CauseQueryLost},
	},
	{
		"twilio/twilio-node#1068", "the parameters of a GET are given as those of a form too",
		get("https://example.org/api/message?" + appended),
		func(m *message, _ *knowledge) {
			m.method, m.contentType = "POST", "application/x-www-form-urlencoded"
			for _, p := range m.pairs {
				name, value, _ := strings.Cut(p, "=")
				m.params = append(m.params, [2]string{name, must(url.QueryUnescape(value))})
			}
		},
		[]explain.Cause{explain.CauseQueryInBody},
	},
	{
		"openvbx/OpenVBX#198", "PHP's $_REQUEST: the query is counted as the form's",
		post("https://example.org/twiml/applet/voice/1/start?flow=7"),
		func(m *message, _ *knowledge) { m.params = append(m.params, [2]string{"flow", "7"}) },
		[]explain.Cause{explain.CauseQueryInBody},
	},
	{
		"sfreiberg/gotwilio#67", "the form is moved into the query, as a GET",
		post("https://example.org/media"),
		func(m *message, _ *knowledge) {
			m.method, m.contentType = "GET", ""
			for _, p := range m.params {
				m.pairs = append(m.pairs, p[0]+"="+url.QueryEscape(p[1]))
			}
			m.params = nil
		},
		[]explain.Cause{explain.CauseBodyInQuery},
	},
	{
		"twilio/twilio-php#861", "bodySHA256 stands twice in the address",
		jsonPost("https://example.org/events?a=1", `{"type":"call"}`),
		func(m *message, _ *knowledge) { m.pairs = append(m.pairs, "bodySHA256="+sha256Hex("")) },
		[]explain.Cause{explain.CauseBodyHashRepeated},
	},
	{
		"howdyai/bottender#815", "bodySHA256 is cut off with the query",
		jsonPost("https://example.org/events", `{"type":"call"}`),
		func(m *message, _ *knowledge) { m.pairs = nil },
		[]explain.Cause{explain.CauseBodyHashLost},
	},
	{
		"bmlt-enabled/yap#1627", "a list that is longer than every order: own parameters are sorted among the carrier's",
		get("https://example.org/index.php?tenant=7&" + appended),
		func(m *message, _ *knowledge) { sort.Strings(m.pairs) },
		[]explain.Cause{explain.CauseQueryOrder},
	},
}
