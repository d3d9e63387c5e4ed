package misconfigured_test

import "github.com/callgate/callgate/explain"

// What the documented configuration of HAProxy has.
const (
	haproxyProto = "http-request set-header X-Forwarded-Proto https"
	haproxyXHost = "http-request set-header X-Forwarded-Host %[req.hdr(host)]"
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
		{name: "prefix stripped by replace-path, told in webhooks", wrong: haproxyAdds(`http-request replace-path ^/clinic(/.*)$ \1`), gate: publicWith("/clinic/"), send: post("/clinic/menu?lang=en"),
			cause: explain.CausePrefixLost, fix: "replace-path", right: haproxy()},
		{name: "prefix added by set-path", wrong: haproxyAdds("http-request set-path /app%[path]"), gate: public(), send: post("/voice/menu?lang=en"),
			cause: explain.CausePrefixAdded, fix: "http-request set-path", right: haproxy()},
		{name: "path replaced by set-path, told in webhooks", wrong: haproxyAdds("http-request set-path /entry"), gate: publicWith("/line/menu?lang=en"), send: post("/line/menu?lang=en"),
			cause: explain.CausePath, fix: "http-request set-path", right: haproxy()},
		{name: "query sorted", wrong: haproxyAdds("http-request normalize-uri query-sort-by-name"), gate: public(), send: post("/voice?step=2&lang=en&back=menu"),
			cause: explain.CauseQueryOrder, fix: "http-request normalize-uri query-sort-by-name", right: haproxy()},
		{name: "escapes of the path in capitals", wrong: haproxyAdds("http-request normalize-uri percent-to-uppercase"), gate: public(), send: post("/voice/caf%c3%a9"),
			cause: explain.CausePathEncoding, fix: "percent-to-uppercase", right: haproxy()},
		{name: "escapes of the query in capitals", wrong: haproxyAdds("http-request normalize-uri percent-to-uppercase"), gate: public(), send: post("/voice?next=%2fmenu%2fa"),
			cause: explain.CauseQueryEncoding, fix: "percent-to-uppercase", right: haproxy()},
		{name: "path decoded", wrong: haproxyAdds("http-request normalize-uri percent-decode-unreserved"), gate: public(), send: post("/voice/a%2Db"),
			cause: explain.CausePathEncoding, fix: "percent-decode-unreserved", right: haproxy()},
		{name: "query lost by set-uri, told in webhooks", wrong: haproxyAdds("http-request set-uri %[path]"), gate: publicWith("/voice?lang=en&step=2"), send: post("/voice?lang=en&step=2"),
			cause: explain.CauseQueryLost, fix: "set-uri", right: haproxy()},
		{name: "query with an addition", wrong: haproxyAdds("http-request set-query %[query]&via=edge"), gate: public(), send: post("/voice?lang=en&step=2"),
			cause: explain.CauseQueryAdded, fix: "http-request set-query", right: haproxy()},
		{name: "slash added by set-path", wrong: haproxyAdds("http-request set-path %[path]/ if !{ path_end / }"), gate: public(), send: post("/voice?lang=en"),
			cause: explain.CauseSlash, fix: "set-path", right: haproxy()},
		{name: "slashes merged", wrong: haproxyAdds("http-request normalize-uri path-merge-slashes"), gate: public(), send: post("/voice//menu"),
			cause: explain.CauseSlashes, final: "https://" + host + "/voice/menu"},
		{name: "Content-Type removed", wrong: haproxyAdds("http-request del-header Content-Type"), gate: public(), send: post("/voice"),
			cause: explain.CauseContentType, fix: "http-request del-header Content-Type", right: haproxy()},
		{name: "method replaced by set-method", wrong: haproxyAdds("http-request set-method GET"), gate: public(), send: post("/voice?lang=en"),
			cause: explain.CauseMethod, fix: "http-request set-method", right: haproxy()},
		{name: "signature added a second time", wrong: haproxyAdds("http-request add-header X-Twilio-Signature %[req.hdr(X-Twilio-Signature)]"), gate: public(), send: post("/voice"),
			cause: explain.CauseSignatureHeader, fix: "http-request add-header X-Twilio-Signature", right: haproxy()},
		{name: "signature removed", wrong: haproxyAdds("http-request del-header X-Twilio-Signature"), gate: public(), send: post("/voice"),
			cause: explain.CauseSignatureMissing, fix: "http-request del-header X-Twilio-Signature", right: haproxy()},
		{name: "a peer that is not trusted", wrong: haproxy(), gate: trustingOthers(), send: post("/voice?lang=en"),
			cause: explain.CauseScheme},
	}
}
