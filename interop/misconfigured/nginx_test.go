package misconfigured_test

import "github.com/callgate/callgate/explain"

// What the documented configuration of nginx has.
const (
	nginxHost  = "proxy_set_header Host $http_host;"
	nginxXHost = "proxy_set_header X-Forwarded-Host $http_host;"
	nginxFor   = "proxy_set_header X-Forwarded-For $remote_addr;"
	nginxProto = "proxy_set_header X-Forwarded-Proto $scheme;"
	nginxPort  = `proxy_set_header X-Forwarded-Port "";`
	nginxPass  = "proxy_pass http://callgate;"
	nginx11    = "proxy_http_version 1.1;"
)

func nginx(edits ...string) []hop { return []hop{{proxy: "nginx", edits: edits}} }

func nginxScenarios() []scenario {
	const lowered = "proxy_set_header Host $host;"
	odd, v6 := host+":8443", "[2001:db8::7]:8443"
	return []scenario{
		{name: "X-Forwarded-Proto left out", wrong: nginx(nginxProto, ""), gate: trusting(), send: post("/voice/menu?lang=en"),
			cause: explain.CauseScheme, fix: nginxProto, right: nginx()},
		{name: "Host of the upstream", wrong: nginx(nginxHost, "", nginxXHost, ""), gate: trusting(), send: post("/voice/menu?lang=en"),
			cause: explain.CauseHost, fix: nginxHost, right: nginx(nginxXHost, "")},
		{name: "port lost by $host", wrong: nginx(nginxHost, lowered, nginxXHost, ""), gate: trusting(odd), send: postTo("https://" + odd + "/voice"),
			cause: explain.CausePort, fix: nginxHost, right: nginx(nginxXHost, "")},
		{name: "port lost after an IPv6 address", wrong: nginx(nginxHost, lowered, nginxXHost, ""), gate: trusting(v6), send: postTo("https://" + v6 + "/voice"),
			cause: explain.CausePort, fix: nginxHost, right: nginx(nginxXHost, "")},
		{name: "port of an inner listener in X-Forwarded-Port", wrong: nginx(nginxXHost, "proxy_set_header X-Forwarded-Host $host;", nginxPort, "proxy_set_header X-Forwarded-Port 8080;"), gate: trusting(host, host+":8080"), send: postTo("https://" + odd + "/voice"),
			cause: explain.CausePort},
		{name: "capitals of the host lost by $host", wrong: nginx(nginxHost, lowered, nginxXHost, ""), gate: trusting("IVR.example.org"), send: postTo("https://IVR.example.org/voice"),
			cause: explain.CauseHostCase, fix: nginxHost, right: nginx(nginxXHost, "")},
		{name: "prefix stripped by a slash in proxy_pass", wrong: nginx("location / {", "location /voice/ {", nginxPass, "proxy_pass http://callgate/;"), gate: trusting(), send: post("/voice/menu?lang=en"),
			cause: explain.CausePrefixLost, fix: nginxPass, right: nginx("location / {", "location /voice/ {")},
		{name: "prefix added by a path in proxy_pass", wrong: nginx(nginxPass, "proxy_pass http://callgate/app/;"), gate: public(), send: post("/voice/menu?lang=en"),
			cause: explain.CausePrefixAdded, fix: nginxPass, right: nginx()},
		{name: "path decoded by a slash in proxy_pass", wrong: nginx(nginxPass, "proxy_pass http://callgate/;"), gate: public(), send: post("/voice/a%2Bb%27c"),
			cause: explain.CausePathEncoding, fix: nginxPass, right: nginx()},
		{name: "path encoded anew by a slash in proxy_pass", wrong: nginx(nginxPass, "proxy_pass http://callgate/;"), gate: trusting(), send: post("/voice/caf%c3%a9?lang=en"),
			cause: explain.CausePathEncoding, fix: nginxPass, right: nginx()},
		{name: "query lost by $uri, told in webhooks", wrong: nginx(nginxPass, "proxy_pass http://callgate$uri;"), gate: publicWith("/voice?lang=en&step=2"), send: post("/voice?lang=en&step=2"),
			cause: explain.CauseQueryLost, fix: nginxPass, right: nginx()},
		{name: "query lost by $uri, and nobody says what it was", wrong: nginx(nginxPass, "proxy_pass http://callgate$uri;"), gate: public(), send: post("/voice?lang=en&step=2"),
			cause: explain.CauseQueryLost, fix: nginxPass, right: nginx(),
			miss: "nothing holds the query any more, so no change makes the signature fit; with `webhooks` it is found"},
		{name: "bodySHA256 lost by $uri", wrong: nginx(nginxPass, "proxy_pass http://callgate$uri;"), gate: public(), send: event("/events?", `{"a": 1}`),
			cause: explain.CauseBodyHashLost, fix: nginxPass, right: nginx()},
		{name: "query twice", wrong: nginx(nginxPass, "proxy_pass http://callgate$uri?$args&$args;"), gate: public(), send: post("/voice?lang=en&step=2"),
			cause: explain.CauseQueryRepeated, fix: nginxPass, right: nginx()},
		{name: "query with an addition", wrong: nginx(nginxPass, "proxy_pass http://callgate$request_uri&via=edge;"), gate: public(), send: post("/voice?lang=en&step=2"),
			cause: explain.CauseQueryAdded, fix: nginxPass, right: nginx()},
		{name: "slash added by a rewrite", wrong: nginx("location / {", "rewrite ^(.*[^/])$ $1/;\n location / {"), gate: public(), send: post("/voice?lang=en"),
			cause: explain.CauseSlash, fix: "rewrite", right: nginx()},
		{name: "HTTP/1.0 to the upstream, and its Host", wrong: nginx(nginxHost, "", nginxXHost, "", nginx11, "proxy_http_version 1.0;"), gate: trusting(), send: post("/voice?lang=en"),
			cause: explain.CauseHost, fix: nginxHost, right: nginx(nginxXHost, "", nginx11, "proxy_http_version 1.0;")},
		{name: "signature cleared", wrong: nginx(nginxPass, nginxPass+"\n proxy_set_header X-Twilio-Signature \"\";"), gate: public(), send: post("/voice"),
			cause: explain.CauseSignatureMissing, fix: "proxy_set_header X-Twilio-Signature", right: nginx()},
		{name: "body not passed on", wrong: nginx(nginxPass, nginxPass+"\n proxy_pass_request_body off;\n proxy_set_header Content-Length \"\";"), gate: public(), send: post("/voice"),
			cause: explain.CauseBodyLost, fix: "proxy_pass_request_body off", right: nginx()},
		{name: "Content-Type replaced", wrong: nginx(nginxPass, nginxPass+"\n proxy_set_header Content-Type text/plain;"), gate: public(), send: post("/voice"),
			cause: explain.CauseContentType, fix: "proxy_set_header Content-Type", right: nginx()},
		{name: "method replaced by proxy_method", wrong: nginx(nginxPass, nginxPass+"\n proxy_method GET;"), gate: public(), send: post("/voice?lang=en"),
			cause: explain.CauseMethod, fix: "proxy_method", right: nginx()},
		{name: "a peer that is not trusted", wrong: nginx(), gate: trustingOthers(), send: post("/voice?lang=en"),
			cause: explain.CauseScheme},
		{name: "a peer at ::1 where 127.0.0.1 is trusted", wrong: nginx(), gate: settings{trusted: []string{"127.0.0.1"}, allowed: []string{host}, ipv6: true}, send: post("/voice?lang=en"),
			cause: explain.CauseScheme},
		{name: "a list in X-Forwarded-Host", wrong: nginx(nginxFor, "", nginxXHost, `proxy_set_header X-Forwarded-Host "$http_host, cache.internal";`), gate: trusting(), send: post("/voice?lang=en"),
			cause: explain.CauseHost},
		{name: "an old public_url", wrong: nginx(), gate: settings{publicURL: "https://old.example.org"}, send: post("/voice?lang=en"),
			cause: explain.CauseHost},
	}
}
