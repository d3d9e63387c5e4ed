package misconfigured_test

import "github.com/callgate/callgate/explain"

// What the documented configuration of Caddy has.
const (
	caddyProxy  = "\treverse_proxy 127.0.0.1:8080 {"
	caddyUp     = "header_up -X-Forwarded-Port"
	caddyPrefix = "header_up -X-Forwarded-Prefix\n\t}"
)

func caddy(edits ...string) []hop { return []hop{{proxy: "Caddy", edits: edits}} }

// caddyAdds puts a directive into the site, caddyUps lines into reverse_proxy.
func caddyAdds(line string, more ...string) []hop {
	return caddy(append(more, caddyProxy, "\t"+line+"\n"+caddyProxy)...)
}

func caddyUps(lines string) []hop { return caddy(caddyUp, lines+"\n\t\t"+caddyUp) }

func caddyScenarios() []scenario {
	const withoutXHost = "\n\t\theader_up -X-Forwarded-Host"
	odd := host + ":8443"
	return []scenario{
		{name: "X-Forwarded-Proto of another hop", wrong: caddyUps("header_up X-Forwarded-Proto http"), gate: trusting(), send: post("/voice/menu?lang=en"),
			cause: explain.CauseScheme, fix: "header_up X-Forwarded-Proto {scheme}", right: caddyUps("header_up X-Forwarded-Proto {scheme}")},
		{name: "Host of the upstream", wrong: caddyUps("header_up Host {upstream_hostport}" + withoutXHost), gate: trusting(), send: post("/voice/menu?lang=en"),
			cause: explain.CauseHost, fix: "header_up Host {upstream_hostport}", right: caddyUps("header_up -X-Forwarded-Host")},
		{name: "port lost by {host}", wrong: caddyUps("header_up Host {host}" + withoutXHost), gate: trusting(odd), send: postTo("https://" + odd + "/voice"),
			cause: explain.CausePort, fix: "header_up Host {hostport}", right: caddyUps("header_up Host {hostport}" + withoutXHost)},
		{name: "prefix stripped by handle_path", wrong: caddy(caddyProxy, "\thandle_path /voice/* {\n"+caddyProxy, caddyPrefix, caddyPrefix+"\n\t}"), gate: trusting(), send: post("/voice/menu?lang=en"),
			cause: explain.CausePrefixLost, fix: "handle_path", right: caddy()},
		{name: "prefix stripped by uri, told in webhooks, which public_url can say", wrong: caddyAdds("uri strip_prefix /clinic"), gate: publicWith("/clinic/"), send: post("/clinic/menu?lang=en"),
			cause: explain.CausePrefixLost},
		{name: "prefix added by rewrite", wrong: caddyAdds("rewrite * /app{uri}"), gate: public(), send: post("/voice/menu?lang=en"),
			cause: explain.CausePrefixAdded, fix: "rewrite", right: caddy()},
		{name: "slash added by rewrite", wrong: caddyAdds("rewrite /voice /voice/?{query}"), gate: public(), send: post("/voice?lang=en"),
			cause: explain.CauseSlash, fix: "rewrite", right: caddy()},
		{name: "method replaced", wrong: caddyAdds("method GET"), gate: public(), send: post("/voice?lang=en"),
			cause: explain.CauseMethod, fix: "method", right: caddy()},
		{name: "Content-Type replaced", wrong: caddyUps("header_up Content-Type text/plain"), gate: public(), send: post("/voice"),
			cause: explain.CauseContentType, fix: "header_up Content-Type", right: caddy()},
		{name: "query encoded anew by rewrite", wrong: caddyAdds("rewrite * {path}?q={query.q}"), gate: public(), send: post("/voice?q=a%20b"),
			cause: explain.CauseQueryEncoding, fix: "rewrite", right: caddy()},
		{name: "query lost by rewrite, told in webhooks", wrong: caddyAdds("rewrite * {path}?"), gate: publicWith("/voice?lang=en&step=2"), send: post("/voice?lang=en&step=2"),
			cause: explain.CauseQueryLost, fix: "rewrite", right: caddy()},
		{name: "query with an addition by rewrite", wrong: caddyAdds("rewrite * {path}?{query}&via=edge"), gate: public(), send: post("/voice?lang=en&step=2"),
			cause: explain.CauseQueryAdded, fix: "rewrite", right: caddy()},
		{name: "signature removed", wrong: caddyUps("header_up -X-Twilio-Signature"), gate: public(), send: post("/voice"),
			cause: explain.CauseSignatureMissing, fix: "header_up -X-Twilio-Signature", right: caddy()},
		{name: "a peer that is not trusted", wrong: caddy(), gate: trustingOthers(), send: post("/voice?lang=en"),
			cause: explain.CauseScheme},
		{name: "a peer at ::1 where 127.0.0.1 is trusted", wrong: caddy(), gate: settings{trusted: []string{"127.0.0.1"}, allowed: []string{host}, ipv6: true}, send: post("/voice?lang=en"),
			cause: explain.CauseScheme},
	}
}
