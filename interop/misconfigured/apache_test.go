package misconfigured_test

import "github.com/callgate/callgate/explain"

// What the documented configuration of Apache has.
const (
	apachePass  = "ProxyPass / http://127.0.0.1:8080/ nocanon"
	apacheHost  = "ProxyPreserveHost On"
	apacheXHost = `RequestHeader set X-Forwarded-Host "expr=%{HTTP_HOST}"`
	apacheFor   = `RequestHeader set X-Forwarded-For "expr=%{REMOTE_ADDR}"`
	apacheProto = "RequestHeader set X-Forwarded-Proto https"
)

func apache(edits ...string) []hop { return []hop{{proxy: "Apache", edits: edits}} }

// apacheAdds puts directives before the others, apacheRewrites rewriting.
func apacheAdds(lines string) []hop     { return apache(apachePass, lines+"\n "+apachePass) }
func apacheRewrites(lines string) []hop { return apacheAdds("RewriteEngine on\n " + lines) }

func apacheScenarios() []scenario {
	const (
		said     = "RequestHeader set X-Forwarded-Proto expr=%{REQUEST_SCHEME}"
		samePath = "ProxyPass /ivr/ http://127.0.0.1:8080/ivr/ nocanon"
		passing  = "RewriteRule ^(.*)$ http://127.0.0.1:8080$1"
	)
	return []scenario{
		{name: "X-Forwarded-Proto left out", wrong: apache(apacheProto, ""), gate: trusting(), send: post("/voice/menu?lang=en"),
			cause: explain.CauseScheme, fix: said, right: apache(apacheProto, said)},
		{name: "Host of the upstream", wrong: apache(apacheHost, "ProxyPreserveHost Off", apacheXHost, ""), gate: trusting(), send: post("/voice/menu?lang=en"),
			cause: explain.CauseHost, fix: apacheHost, right: apache(apacheXHost, "")},
		{name: "path encoded anew without nocanon", wrong: apache(apachePass, "ProxyPass / http://127.0.0.1:8080/"), gate: public(), send: post("/voice/caf%c3%a9"),
			cause: explain.CausePathEncoding, fix: apachePass, right: apache()},
		{name: "path decoded without nocanon", wrong: apache(apachePass, "ProxyPass / http://127.0.0.1:8080/"), gate: public(), send: post("/voice/a%2Bb?lang=en"),
			cause: explain.CausePathEncoding, fix: apachePass, right: apache()},
		{name: "prefix stripped by ProxyPass", wrong: apache(apachePass, "ProxyPass /ivr/ http://127.0.0.1:8080/ nocanon"), gate: trusting(), send: post("/ivr/menu?lang=en"),
			cause: explain.CausePrefixLost, fix: samePath, right: apache(apachePass, samePath)},
		{name: "prefix added by ProxyPass", wrong: apache(apachePass, "ProxyPass / http://127.0.0.1:8080/app/ nocanon"), gate: public(), send: post("/voice/menu?lang=en"),
			cause: explain.CausePrefixAdded, fix: apachePass, right: apache()},
		{name: "query lost by QSD, told in webhooks", wrong: apacheRewrites(passing + " [P,QSD]"), gate: publicWith("/voice?lang=en&step=2"), send: post("/voice?lang=en&step=2"),
			cause: explain.CauseQueryLost, fix: "QSD", right: apacheRewrites(passing + " [P]")},
		{name: "query twice by QSA", wrong: apacheRewrites(passing + "?%{QUERY_STRING} [P,QSA]"), gate: public(), send: post("/voice?lang=en&step=2"),
			cause: explain.CauseQueryRepeated, fix: "QSA", right: apacheRewrites(passing + "?%{QUERY_STRING} [P]")},
		{name: "query with an addition by QSA", wrong: apacheRewrites(passing + "?via=edge [P,QSA]"), gate: public(), send: post("/voice?lang=en&step=2"),
			cause: explain.CauseQueryAdded, fix: "QSA", right: apacheRewrites(passing + " [P]")},
		{name: "body compressed", wrong: apacheAdds("SetInputFilter gzip\n RequestHeader set Content-Encoding gzip"), gate: public(), send: post("/voice"),
			cause: explain.CauseBodyCompressed, fix: "SetInputFilter", right: apache()},
		{name: "body in Latin-1", wrong: apacheAdds("SetInputFilter latin1"), gate: public(), send: post("/voice"),
			cause: explain.CauseCharset, fix: "SetInputFilter", right: apache()},
		{name: "end of line added to the body by mod_sed", wrong: apacheAdds("<Location />\n SetInputFilter Sed\n InputSed \"s/xyz/xyz/\"\n </Location>"), gate: public(), send: post("/voice"),
			cause: explain.CauseParamsTrimmed, fix: "SetInputFilter", right: apache()},
		{name: "JSON body written anew", wrong: apacheAdds("SetInputFilter compact"), gate: public(),
			send:  event("/events?", "{\"a\": [1, 2]}\n"),
			cause: explain.CauseBodyChanged, fix: "SetInputFilter", right: apache()},
		{name: "signature unset", wrong: apacheAdds("RequestHeader unset X-Twilio-Signature"), gate: public(), send: post("/voice"),
			cause: explain.CauseSignatureMissing, fix: "RequestHeader unset X-Twilio-Signature", right: apache()},
		{name: "signature quoted by edit", wrong: apacheAdds("RequestHeader edit X-Twilio-Signature ^(.*)$ \"'$1'\""), gate: public(), send: post("/voice"),
			cause: explain.CauseSignatureHeader, fix: "X-Twilio-Signature", right: apache()},
		{name: "Content-Type replaced", wrong: apacheAdds("RequestHeader set Content-Type text/plain"), gate: public(), send: post("/voice"),
			cause: explain.CauseContentType, fix: "RequestHeader set Content-Type", right: apache()},
		{name: "a list in X-Forwarded-Host", wrong: apache(apacheFor, "", apacheXHost, apacheXHost+"\n RequestHeader append X-Forwarded-Host cache.internal"), gate: trusting(), send: post("/voice?lang=en"),
			cause: explain.CauseHost},
		{name: "a peer that is not trusted", wrong: apache(), gate: trustingOthers(), send: post("/voice?lang=en"),
			cause: explain.CauseScheme},
	}
}
