package explain_test

import (
	"encoding/json"
	"strings"

	"github.com/callgate/callgate/explain"
	"github.com/callgate/callgate/twilio"
)

var bodyThreads = []threadCase{
	{
		"twilio/twilio-php#750", "Laravel's TrimStrings cuts the white space at the end of a message",
		post("https://example.org/sms", "Body", "Hello there "),
		func(m *message, _ *knowledge) { m.set(func(_, v string) string { return strings.TrimSpace(v) }) },
		[]explain.Cause{explain.CauseParamsTrimmed},
	},
	{
		"twilio/twilio-php#436", "Laravel's ConvertEmptyStringsToNull drops the places that are not known",
		post("https://example.org/status", "FromCity", "", "FromState", "CA", "FromZip", "", "FromCountry", "US",
			"CallerCity", "", "CallerState", "CA", "CallerZip", "", "CallerCountry", "US"),
		func(m *message, _ *knowledge) { m.drop(func(_, v string) bool { return v == "" }) },
		[]explain.Cause{explain.CauseParamsLost},
	},
	{
		"twilio/twilio-node#81", "parse_qs of a framework drops empty Digits",
		post("https://example.org/gather", "Digits", "", "FinishedOnKey", "#"),
		func(m *message, _ *knowledge) { m.drop(func(_, v string) bool { return v == "" }) },
		[]explain.Cause{explain.CauseParamsLost},
	},
	{
		"twilio/twilio-go#137", "values that are not there become the word for nothing",
		post("https://example.org/voice", "ToCity", "", "ToState", "CA", "ToZip", ""),
		func(m *message, _ *knowledge) {
			m.set(func(_, v string) string {
				if v == "" {
					return "null"
				}
				return v
			})
		},
		[]explain.Cause{explain.CauseParamsEmptied},
	},
	{
		"twilio/twilio-php#458", "a value that holds JSON arrives with its quotes escaped",
		post("https://example.org/sms", "AddOns", `{"status":"successful","results":{}}`),
		func(m *message, _ *knowledge) {
			m.set(func(_, v string) string { return strings.ReplaceAll(v, `"`, `&quot;`) })
		},
		[]explain.Cause{explain.CauseBodyEncoding},
	},
	{
		"twilio/twilio-python#613", "Flask's to_dict() keeps one of the repeated addresses",
		post("https://example.org/conversations", "MessagingBinding.Address", "+15005550001", "MessagingBinding.Address", "+15005550006"),
		func(m *message, _ *knowledge) {
			m.drop(func(n, v string) bool { return n == "MessagingBinding.Address" && v == "+15005550006" })
		},
		[]explain.Cause{explain.CauseParamsRepeated},
	},
	{
		"twilio/twilio-node#687", "an array is written as one value with commas",
		post("https://example.org/conversations", "MessagingBinding.Address", "+15005550001", "MessagingBinding.Address", "+15005550006"),
		func(m *message, _ *knowledge) {
			m.drop(func(n, _ string) bool { return n == "MessagingBinding.Address" })
			*m = m.with("MessagingBinding.Address", "+15005550001,+15005550006")
		},
		[]explain.Cause{explain.CauseParamsJoined},
	},
	{
		"twilio/twilio-node#722", "an array is printed in the notation of the language",
		post("https://example.org/conversations", "MessagingBinding.Address", "+15005550001", "MessagingBinding.Address", "+15005550006"),
		func(m *message, _ *knowledge) {
			m.drop(func(n, _ string) bool { return n == "MessagingBinding.Address" })
			*m = m.with("MessagingBinding.Address", "['+15005550001', '+15005550006']")
		},
		[]explain.Cause{explain.CauseParamsJoined},
	},
	{
		"twilio/twilio-ruby#616", "PHP and Rack write _ for the dots in names",
		post("https://example.org/conversations", "MessagingBinding.Address", "+15005550001", "MessagingBinding.ProxyAddress", "+15005550006"),
		func(m *message, _ *knowledge) {
			for i := range m.params {
				m.params[i][0] = strings.ReplaceAll(m.params[i][0], ".", "_")
			}
		},
		[]explain.Cause{explain.CauseParamsRenamed},
	},
	{
		"twilio/twilio-php#510", "Laravel's all() holds parameters that the framework added",
		post("https://example.org/voice"),
		func(m *message, _ *knowledge) { *m = m.with("_method", "POST", "_token", "x") },
		[]explain.Cause{explain.CauseParamsAdded},
	},
	{
		"receptron/mulmoclaude#2603", "a plus that was decoded twice is a space",
		post("https://example.org/voice"),
		func(m *message, _ *knowledge) {
			m.set(func(_, v string) string { return strings.ReplaceAll(v, "+", " ") })
		},
		[]explain.Cause{explain.CauseBodyEncoding},
	},
	{
		"twilio/twilio-java#84", "a servlet reads the form as ISO 8859-1",
		post("https://example.org/sms", "Body", "Olá, está tudo bem?"),
		func(m *message, _ *knowledge) { m.set(func(_, v string) string { return latin1(v) }) },
		[]explain.Cause{explain.CauseCharset},
	},
	{
		"twilio/twilio-node#37", "accented characters are hashed in one byte each",
		post("https://example.org/sms", "Body", "déjà vu"),
		func(m *message, _ *knowledge) {
			m.set(func(_, v string) string { return strings.NewReplacer("é", "\xe9", "à", "\xe0").Replace(v) })
		},
		[]explain.Cause{explain.CauseCharset},
	},
	{
		"twilio/twilio-python#28", "text in the charset of Windows",
		post("https://example.org/sms", "Body", "it’s 5 €"),
		func(m *message, _ *knowledge) {
			m.set(func(_, v string) string { return strings.NewReplacer("’", "\x92", "€", "\x80").Replace(v) })
		},
		[]explain.Cause{explain.CauseCharset},
	},
	{
		"twilio/twilio-node#657", "express.json() parsed the body, and JSON.stringify wrote it anew",
		jsonPost("https://example.org/events", `{"type": "call",  "n": 1}`),
		func(m *message, _ *knowledge) { m.json = `{"type":"call","n":1}` },
		[]explain.Cause{explain.CauseBodyChanged},
	},
	{
		"twilio/twilio-python#885", "the form is handed on as JSON",
		post("https://example.org/voice"),
		func(m *message, _ *knowledge) {
			object := map[string]string{}
			for _, p := range m.params {
				object[p[0]] = p[1]
			}
			b, err := json.Marshal(object)
			if err != nil {
				panic(err)
			}
			m.json, m.contentType = string(b), "application/json"
		},
		[]explain.Cause{explain.CauseFormAsJSON},
	},
	{
		"OpenVBX#198", "a redirect turned the POST into a GET and kept the form",
		post("https://example.org/voice"),
		func(m *message, _ *knowledge) { m.method = "GET" },
		[]explain.Cause{explain.CauseMethod},
	},
	{
		"twilio/twilio-node#146", "http was redirected to https",
		post("http://example.org/voice"),
		func(m *message, _ *knowledge) { m.scheme = "https" },
		[]explain.Cause{explain.CauseScheme},
	},
}

var keyThreads = []threadCase{
	{
		"twilio/twilio-node#693", "a call of a subaccount, verified with the token of the main account",
		post("https://example.org/voice"),
		func(_ *message, k *knowledge) {
			k.key = keyB
			k.config.Keys = append(k.config.Keys, twilio.Key{Name: "sub", Account: accountB, Token: keyB})
		},
		[]explain.Cause{explain.CauseOtherAccount},
	},
	{
		"codeforamerica/vita-min#5318", "the token was rotated, and the old one is still used",
		post("https://example.org/voice"),
		func(_ *message, k *knowledge) {
			k.key = keyOld
			k.config.OtherKeys = []twilio.Key{{Name: "next", Token: keyOld}}
		},
		[]explain.Cause{explain.CauseOtherKey},
	},
	{
		"twilio/api-snippets#746", "the token was copied with its quotes",
		post("https://example.org/voice"),
		func(_ *message, k *knowledge) { k.rekey(`"` + keyA + `"`) },
		[]explain.Cause{explain.CauseKeySpelling},
	},
	{
		"opengovsg/FormSG#3154", "the token was stored with a line break",
		post("https://example.org/voice"),
		func(_ *message, k *knowledge) { k.rekey(keyA + "\n") },
		[]explain.Cause{explain.CauseKeySpelling},
	},
}
