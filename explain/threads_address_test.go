package explain_test

import (
	"strings"

	"github.com/callgate/callgate/explain"
)

var addressThreads = []threadCase{
	{
		"twilio/twilio-node#321", "TLS ends at the load balancer, and Express takes the address for http",
		post("https://example.org/voice"),
		func(m *message, k *knowledge) { m.scheme = "http"; k.header.Set("X-Forwarded-Proto", "https") },
		[]explain.Cause{explain.CauseScheme},
	},
	{
		"twilio/twilio-python#751", "Flask behind a proxy: request.url begins with http",
		post("https://example.org/sms?x=1"),
		func(m *message, _ *knowledge) { m.scheme = "http" },
		[]explain.Cause{explain.CauseScheme},
	},
	{
		"rdegges/django-twilio#17", "Django's build_absolute_uri without SECURE_PROXY_SSL_HEADER",
		post("https://example.org/twilio/"),
		func(m *message, k *knowledge) { m.scheme = "http"; k.header.Set("X-Forwarded-Ssl", "on") },
		[]explain.Cause{explain.CauseScheme},
	},
	{
		"bmlt-enabled/yap#1589", "the proxy hands on its own name for the upstream",
		post("https://phone.example.org/index.php"),
		func(m *message, k *knowledge) {
			m.host = "yap-web"
			k.config.PublicURL = "https://phone.example.org"
		},
		[]explain.Cause{explain.CauseHost},
	},
	{
		"mastizada/dj-twilio-sms#10", "the Sites framework names another host than the webhook",
		post("https://www.example.org/twilio/callback/"),
		func(m *message, _ *knowledge) { m.host = "example.org" },
		[]explain.Cause{explain.CauseWWW},
	},
	{
		"vellum-ai/vellum-assistant#5235", "a tunnel: the application sees its own address",
		post("https://abcd.ngrok.app/webhooks/twilio/voice"),
		func(m *message, k *knowledge) {
			m.scheme, m.host, m.port = "http", "localhost", ":7830"
			k.header.Set("X-Forwarded-Host", "abcd.ngrok.app")
			k.header.Set("X-Forwarded-Proto", "https")
		},
		[]explain.Cause{explain.CauseHost, explain.CauseScheme},
	},
	{
		"openclaw/openclaw#6334", "the port of the local server is part of the address that is verified",
		post("http://example.org/voice/webhook"),
		func(m *message, k *knowledge) {
			m.scheme, m.port = "https", ":3334"
			k.header.Set("X-Forwarded-Proto", "http")
		},
		[]explain.Cause{explain.CauseScheme, explain.CausePort},
	},
	{
		"twilio/twilio-csharp#44", "the port that the webhook has is lost behind the proxy",
		post("http://example.org:8080/callback"),
		func(m *message, k *knowledge) { m.port = ""; k.header.Set("X-Forwarded-Port", "8080") },
		[]explain.Cause{explain.CausePort},
	},
	{
		"bmlt-enabled/yap#1607", "the proxy strips the folder that the application is in",
		post("https://example.org/yap/input-method.php"),
		func(m *message, k *knowledge) {
			m.path = "/input-method.php"
			k.config.PublicURL = "https://example.org/yap"
		},
		[]explain.Cause{explain.CausePrefixLost},
	},
	{
		"twilio/twilio-agent-connect-aws#28", "the stage of an API gateway is not in the path that the function sees",
		post("https://abc.execute-api.example.org/prod/twiml"),
		func(m *message, _ *knowledge) { m.path = "/twiml" },
		[]explain.Cause{explain.CausePrefixLost},
	},
	{
		"kevinburke/twilio-go#25", "the webhook has no slash at its end, the address of the request has",
		post("https://example.org/voice"),
		func(m *message, _ *knowledge) { m.path = "/voice/" },
		[]explain.Cause{explain.CauseSlash},
	},
	{
		"twilio/twilio-csharp#522", "the framework writes the host in small letters",
		post("https://Api.Example.org/Sms"),
		func(m *message, k *knowledge) {
			m.host = strings.ToLower(m.host)
			k.config.Webhooks = []string{"https://Api.Example.org/"}
		},
		[]explain.Cause{explain.CauseHostCase},
	},
	{
		"twilio-labs/twilio-aspnet#162", "a WebSocket handshake is verified with https",
		get("wss://example.org/media"),
		func(m *message, _ *knowledge) { m.scheme = "https" },
		[]explain.Cause{explain.CauseScheme},
	},
}
