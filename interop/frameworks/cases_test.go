package frameworks_test

import "github.com/callgate/callgate/explain"

// useCase is one application.
type useCase struct {
	thread string // where it was reported
	// way is what the application does, right what it should do: functions of see.py
	// and see.cjs.
	way, right string
	// target is behind https://ivr.example.org; mount is the part of its path that the
	// framework takes off.
	mount, target string
	host          string      // if it is another
	more          [][2]string // parameters besides those of every call
	json          string      // a body instead
	cause         explain.Cause
	// advice is what the page of the cause says of it.
	advice string
}

const seed = "patrickyevsukov/twilio_demo_pyramid_auth" // the article that Callgate began with

var (
	places   = [][2]string{{"FromCity", ""}, {"FromState", "CA"}, {"FromZip", ""}, {"FromCountry", "US"}}
	text     = [][2]string{{"Body", "Hello there "}}
	accents  = [][2]string{{"Body", "Olá, está tudo bem?"}}
	repeated = [][2]string{{"MessagingBinding.Address", "+15005550001"}, {"MessagingBinding.Address", "+15005550006"}}
	dotted   = [][2]string{{"MessagingBinding.Address", "+15005550001"}, {"MessagingBinding.ProxyAddress", "+15005550006"}}
)

const query = "/voice?tenant=7&lang=en"

var expressCases = []useCase{
	{thread: "twilio/twilio-node#321", way: "express_without_trust", target: query, cause: explain.CauseScheme, advice: "app.set('trust proxy'"},
	{thread: "vellum-ai/vellum-assistant#5235", way: "express_own_host", target: query, cause: explain.CauseHost, advice: "`req.headers.host` is the upstream's"},
	{thread: "twilio/twilio-node#411", way: "express_hostname", host: "ivr.example.org:8443", target: "/events", cause: explain.CausePort, advice: "not from `hostname`"},
	{thread: "twilio/twilio-agent-connect-aws#28", way: "express_mounted", mount: "/api", target: "/twiml", cause: explain.CausePrefixLost, advice: "`req.originalUrl`, not `req.url`"},
	{thread: "twilio/twilio-node#145", way: "express_format", target: query, cause: explain.CauseQueryEncoding, advice: "`url.format` escapes `?`"},
	{thread: "twilio/twilio-node#1059", way: "express_parsed", target: "/path?test=foo'bar", cause: explain.CauseQueryEncoding, advice: "`new URL(...).toString()` escapes apostrophes"},
	{thread: "twilio/twilio-node#924", way: "express_parsed", host: "IVR.example.org", target: "/sms", cause: explain.CauseHostCase, advice: "`new URL()`"},
	{thread: "twilio/twilio-node#1068", way: "express_merged", target: query, cause: explain.CauseQueryInBody, advice: "Take parameters from the body alone"},
	{thread: "receptron/mulmoclaude#2603", way: "express_trimmed", target: "/sms", more: text, cause: explain.CauseParamsTrimmed, advice: "Verify before anything trims"},
	{thread: "twilio/twilio-node#81", way: "express_compacted", target: "/gather", more: [][2]string{{"Digits", ""}, {"FinishedOnKey", "#"}}, cause: explain.CauseParamsLost, advice: "empty"},
	{thread: "twilio/twilio-node#687", way: "express_last", target: "/conversations", more: repeated, cause: explain.CauseParamsRepeated, advice: "all values"},
	{thread: "twilio/twilio-node#722", way: "express_joined", target: "/conversations", more: repeated, cause: explain.CauseParamsJoined, advice: "give arrays to `validateRequest`"},
	{thread: "twilio/twilio-node#657", way: "express_json", right: "express_raw", target: "/events?a=1", json: `{"type": "call",  "n": 1}`, cause: explain.CauseBodyChanged, advice: "`express.raw`"},
}

var pythonCases = []useCase{
	{thread: "twilio/twilio-python#751", way: "flask_without_proxyfix", target: query, cause: explain.CauseHost, advice: "trusted proxies"},
	{thread: "vellum-ai/vellum-assistant#5260", way: "flask_proxyfix_without_host", target: query, cause: explain.CauseHost, advice: "public_url"},
	{thread: "openvbx/OpenVBX#198", way: "flask_values", target: query, cause: explain.CauseQueryInBody, advice: "Flask: `request.form`, not `request.values`"},
	{thread: "twilio/twilio-python#613", way: "flask_to_dict", target: "/conversations", more: repeated, cause: explain.CauseParamsRepeated, advice: "Flask: `request.form.to_dict(flat=False)`"},
	{thread: "twilio/twilio-python#617", way: "flask_joined", target: "/conversations", more: repeated, cause: explain.CauseParamsJoined, advice: "repeated"},
	{thread: "twilio/twilio-java#601", way: "flask_request_url", target: "/voice?next=%C3%A9t%C3%A9", cause: explain.CauseQueryEncoding, advice: "raw request target"},
	{thread: "twilio/twilio-php#436", way: "flask_parse_qsl", target: "/status", more: places, cause: explain.CauseParamsLost, advice: "keep_blank_values=True"},
	{thread: "receptron/mulmoclaude#2603", way: "flask_stripped", target: "/sms", more: text, cause: explain.CauseParamsTrimmed, advice: "Verify before anything trims"},

	{thread: "rdegges/django-twilio#196", way: "django_without_ssl_header", target: query, cause: explain.CauseScheme, advice: "Django: `SECURE_PROXY_SSL_HEADER`"},
	{thread: "bmlt-enabled/yap#1589", way: "django_without_forwarded_host", target: query, cause: explain.CauseHost, advice: "Django: `USE_X_FORWARDED_HOST = True`"},
	{thread: "mastizada/dj-twilio-sms#10", way: "django_sites", host: "www.example.org", target: "/callback/", cause: explain.CauseWWW, advice: "Django's Sites framework"},
	{thread: "kevinburke/twilio-go#25", way: "django_append_slash", target: "/voice", cause: explain.CauseSlash, advice: "Django: `APPEND_SLASH = False`"},
	{thread: "twilio/twilio-python#617", way: "django_dict", target: "/conversations", more: repeated, cause: explain.CauseParamsRepeated, advice: "Django: `request.POST` as a QueryDict"},
	{thread: "openvbx/OpenVBX#198", way: "django_merged", target: query, cause: explain.CauseQueryInBody, advice: "Django: `request.POST`"},
	{thread: "twilio/twilio-java#84", way: "django_latin1", target: "/sms", more: accents, cause: explain.CauseCharset, advice: "Read the form as UTF-8"},
	{thread: "twilio/twilio-node#1061", way: "django_build_absolute_uri", target: "/voice/caf%c3%a9", cause: explain.CausePathEncoding, advice: "Python `RAW_URI`"},

	{thread: seed, way: "pyramid_without_filter", target: query, cause: explain.CauseHost, advice: "trusted proxies"},
	{thread: seed, way: "pyramid_params", target: query, cause: explain.CauseQueryInBody, advice: "Pyramid: `request.POST`, not `request.params`"},
	{thread: "twilio/twilio-python#613", way: "pyramid_dict", target: "/conversations", more: repeated, cause: explain.CauseParamsRepeated, advice: "all values"},
	{thread: "twilio/twilio-java#601", way: "pyramid_url_of_request", target: "/voice/a%2Bb%2Dc", cause: explain.CausePathEncoding, advice: "Python `RAW_URI`"},
	{thread: "bmlt-enabled/yap#1607", way: "pyramid_path_info", mount: "/ivr", target: "/voice", cause: explain.CausePrefixLost, advice: "stripped"},
}

var laravelCases = []useCase{
	{thread: "twilio/twilio-php#790", way: "laravel_sorted", target: "/telephony?b=456&a=123", cause: explain.CauseQueryOrder, advice: "instead of `fullUrl()`"},
	{thread: "bmlt-enabled/yap#1629", way: "laravel_full_url", target: "/input.php?Retry=1&Message=find+it&Branch=2", cause: explain.CauseQueryOrder, advice: "instead of `fullUrl()`"},
	{thread: "bmlt-enabled/yap#1573", way: "laravel_full_url", target: "/status.php?SearchType=1&Branch=2", cause: explain.CauseQueryOrder, advice: "instead of `fullUrl()`"},
	{thread: "twilio/twilio-node#1061", way: "laravel_full_url", target: "/voice?say=it's+me", cause: explain.CauseQueryEncoding, advice: "raw"},
	{thread: "bmlt-enabled/yap#1589", way: "laravel_without_trustproxies", target: query, cause: explain.CauseScheme, advice: "Laravel: `TrustProxies`"},
	{thread: "twilio/twilio-php#750", way: "laravel_trim_strings", target: "/sms", more: text, cause: explain.CauseParamsTrimmed, advice: "Laravel: `TrimStrings::except`"},
	{thread: "twilio/twilio-php#436", way: "laravel_empty_to_null", target: "/status", more: places, cause: explain.CauseParamsLost, advice: "Laravel: `ConvertEmptyStringsToNull`"},
	{thread: "twilio/twilio-go#137", way: "laravel_null_as_text", target: "/voice", more: places, cause: explain.CauseParamsEmptied, advice: "Laravel"},
	{thread: "openvbx/OpenVBX#198", way: "laravel_all", target: query, cause: explain.CauseQueryInBody, advice: "Laravel: `$request->post()`, not `all()`"},
	{thread: "twilio/twilio-php#458", way: "laravel_all_with_method", target: "/sms", cause: explain.CauseParamsAdded, advice: "Laravel: `all()`"},
	{thread: "twilio/twilio-ruby#616", way: "php_post", target: "/conversations", more: dotted, cause: explain.CauseParamsRenamed, advice: "read `php://input`"},
	{thread: "twilio/twilio-node#723", way: "php_last", target: "/conversations", more: repeated, cause: explain.CauseParamsRepeated, advice: "PHP: `$_POST` keeps the last"},
	{thread: "bmlt-enabled/yap#1607", way: "php_path_info", mount: "/app", target: "/input-method.php?step=2", cause: explain.CausePrefixLost, advice: "stripped"},
}
