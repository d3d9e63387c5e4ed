package misconfigured_test

import "github.com/callgate/callgate/explain"

// What the documented configuration of HAProxy has.
const (
	haproxyProto = "http-request set-header X-Forwarded-Proto https"
	haproxyXHost = "http-request set-header X-Forwarded-Host %[req.hdr(host)]"
	// haproxyOriginal keeps the target for the record, as many do.
	haproxyOriginal = "http-request set-header X-Original-URI %[pathq]\n "
)

func haproxy(edits ...string) []hop { return []hop{{proxy: "HAProxy", edits: edits}} }

// haproxyAdds puts a rule before the others.
func haproxyAdds(rule string) []hop { return haproxy(haproxyProto, rule+"\n "+haproxyProto) }

func haproxyScenarios() []scenario {
	odd := host + ":8443"
	return []scenario{
		{name: "X-Forwarded-Proto left out", wrong: haproxy(haproxyProto, ""), gate: trusting(), send: post("/voice/menu?lang=en"),
			cause: explain.CauseScheme, fix: haproxyProto, right: haproxy()},
		{name: "Host replaced", wrong: haproxyAdds("http-request set-header Host callgate.internal"), gate: trusting(), send: post("/voice/menu?lang=en"),
			cause: explain.CauseHost, fix: "http-request set-header Host", right: haproxy()},
		{name: "www. added to Host", wrong: haproxyAdds("http-request set-header Host www.%[req.hdr(host)]"), gate: trusting(host, "www."+host), send: post("/voice/menu?lang=en"),
			cause: explain.CauseWWW, fix: "http-request set-header Host", right: haproxy()},
		{name: "port cut off X-Forwarded-Host", wrong: haproxy(haproxyXHost, "http-request set-header X-Forwarded-Host %[req.hdr(host),field(1,:)]"), gate: trusting(odd), send: postTo("https://" + odd + "/voice"),
			cause: explain.CausePort, fix: haproxyXHost, right: haproxy()},
		{name: "prefix stripped by replace-path", wrong: haproxyAdds(`http-request replace-path ^/voice(/.*)$ \1`), gate: trusting(), send: post("/voice/menu?lang=en"),
			cause: explain.CausePrefixLost, fix: "replace-path", right: haproxy()},
		{name: "prefix added by set-path", wrong: haproxyAdds("http-request set-path /app%[path]"), gate: public(), send: post("/voice/menu?lang=en"),
			cause: explain.CausePrefixAdded, fix: "http-request set-path", right: haproxy()},
		{name: "path replaced by set-path", wrong: haproxyAdds(haproxyOriginal + "http-request set-path /entry"), gate: public(), send: post("/line/menu?lang=en"),
			cause: explain.CausePath, fix: "http-request set-path", right: haproxy()},
		{name: "query sorted", wrong: haproxyAdds("http-request normalize-uri query-sort-by-name"), gate: public(), send: post("/voice?step=2&lang=en&back=menu"),
			cause: explain.CauseQueryOrder, fix: "http-request normalize-uri query-sort-by-name", right: haproxy()},
		{name: "escapes of the path in capitals", wrong: haproxyAdds("http-request normalize-uri percent-to-uppercase"), gate: public(), send: post("/voice/caf%c3%a9"),
			cause: explain.CausePathEncoding, fix: "percent-to-uppercase", right: haproxy()},
		{name: "escapes of the query in capitals", wrong: haproxyAdds("http-request normalize-uri percent-to-uppercase"), gate: public(), send: post("/voice?next=%2fmenu%2fa"),
			cause: explain.CauseQueryEncoding, fix: "percent-to-uppercase", right: haproxy()},
		{name: "path decoded", wrong: haproxyAdds("http-request normalize-uri percent-decode-unreserved"), gate: public(), send: post("/voice/a%2Db"),
			cause: explain.CausePathEncoding, fix: "percent-decode-unreserved", right: haproxy()},
		{name: "query lost by set-uri", wrong: haproxyAdds(haproxyOriginal + "http-request set-uri %[path]"), gate: public(), send: post("/voice?lang=en&step=2"),
			cause: explain.CauseQueryLost, fix: "set-uri", right: haproxy()},
		{name: "query with an addition", wrong: haproxyAdds("http-request set-query %[query]&via=edge"), gate: public(), send: post("/voice?lang=en&step=2"),
			cause: explain.CauseQueryAdded, fix: "http-request set-query", right: haproxy()},
		{name: "slash added by a redirect", wrong: haproxyAdds("http-request redirect code 308 location %[path]/?%[query] if !{ path_end / }"), gate: public(), send: post("/voice?lang=en"),
			cause: explain.CauseSlash, fix: "http-request redirect", right: haproxy()},
		{name: "signature removed", wrong: haproxyAdds("http-request del-header X-Twilio-Signature"), gate: public(), send: post("/voice"),
			cause: explain.CauseSignatureMissing, fix: "http-request del-header X-Twilio-Signature", right: haproxy()},
		{name: "a peer that is not trusted", wrong: haproxy(), gate: trustingOthers(), send: post("/voice?lang=en"),
			cause: explain.CauseScheme},
	}
}
