package misconfigured_test

import (
	"slices"

	"github.com/callgate/callgate/explain"
)

// withoutTLS has the first proxy speak plain HTTP.
func withoutTLS(hops []hop) []hop {
	hops = slices.Clone(hops)
	hops[0].plain = true
	return hops
}

// redirectScenarios are redirects. The carrier makes a GET of a POST, and its
// parameters are gone.
func redirectScenarios() []scenario {
	plain, final := postTo("http://"+host+"/voice?lang=en"), "https://"+host+"/voice?lang=en"
	callsOnly := settings{publicURL: "https://" + host, calls: true}
	const directory = "DocumentRoot /usr\n <Directory /usr>\n Require all granted\n </Directory>\n ProxyPass /share/ http://127.0.0.1:8080/share/ nocanon"
	return []scenario{
		{name: "301 to https", wrong: withoutTLS(nginx("location / {", "return 301 https://$host$request_uri;\n location / {")), onward: nginx(), gate: publicPost(), send: plain, redirected: signedAnew,
			cause: explain.CauseMethod, final: final},
		{name: "301 to https, on a route that takes GETs of calls", wrong: withoutTLS(nginx("location / {", "return 301 https://$host$request_uri;\n location / {")), onward: nginx(), gate: callsOnly, send: plain, redirected: signedAnew,
			cause: explain.CauseMethod, final: final},
		{name: "301 for a slash", wrong: nginx("location / {", "rewrite ^(.*[^/])$ $1/ permanent;\n location / {"), gate: publicPost(), send: post("/voice?lang=en"), redirected: signedAnew,
			cause: explain.CauseMethod, fix: "rewrite", right: nginx()},
		{name: "302 to another path, with the signature of the POST", wrong: nginx("location / {", "location = /voice {\n return 302 /line;\n }\n location / {"), gate: publicPost(), send: post("/voice"), redirected: sameSignature,
			cause: explain.CauseMethod, final: "https://" + host + "/line"},
		{name: "301 to https", wrong: withoutTLS(haproxyAdds("http-request redirect scheme https code 301 unless { ssl_fc }")), onward: haproxy(), gate: publicPost(), send: plain, redirected: signedAnew,
			cause: explain.CauseMethod, final: final},
		{name: "301 for a slash", wrong: haproxyAdds("http-request redirect code 301 location %[path]/?%[query] if !{ path_end / }"), gate: publicPost(), send: post("/voice?lang=en"), redirected: signedAnew,
			cause: explain.CauseMethod, fix: "http-request redirect", right: haproxy()},
		{name: "302 for a slash, with the signature of the POST", wrong: haproxyAdds("http-request redirect code 302 location %[path]/?%[query] if !{ path_end / }"), gate: public(), send: post("/voice?lang=en"), redirected: sameSignature,
			cause: explain.CauseMethod, fix: "http-request redirect", right: haproxy()},
		{name: "301 to https by RewriteRule", wrong: withoutTLS(apacheRewrites("RewriteRule ^ https://" + host + "%{REQUEST_URI} [R=301,L]")), onward: apache(), gate: publicPost(), send: plain, redirected: signedAnew,
			cause: explain.CauseMethod, final: final},
		{name: "301 by Redirect", wrong: apacheAdds("ProxyPass /voice !\n Redirect permanent /voice /line"), gate: publicPost(), send: post("/voice"), redirected: signedAnew,
			cause: explain.CauseMethod, final: "https://" + host + "/line"},
		{name: "301 for a slash by mod_dir", wrong: apache(apachePass, directory), gate: publicPost(), send: post("/share"), redirected: sameSignature,
			cause: explain.CauseMethod, final: "https://" + host + "/share/"},
		{name: "301 to https by redir", wrong: withoutTLS(caddyAdds("redir https://{host}{uri} permanent")), onward: caddy(), gate: publicPost(), send: plain, redirected: signedAnew,
			cause: explain.CauseMethod, final: final},
		{name: "302 for a slash by redir", wrong: caddyAdds("redir /voice /voice/?{query}"), gate: publicPost(), send: post("/voice?lang=en"), redirected: signedAnew,
			cause: explain.CauseMethod, fix: "redir", right: caddy()},
	}
}
