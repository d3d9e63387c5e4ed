package misconfigured_test

import (
	"slices"

	"github.com/callgate/callgate/explain"
)

// chain has the second proxy behind the first, without TLS between them.
func chain(outer, inner []hop) []hop {
	inner = slices.Clone(inner)
	inner[0].plain = true
	return slices.Concat(outer, inner)
}

func chainScenarios() []scenario {
	const (
		passOn   = "proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;"
		appended = `proxy_set_header X-Forwarded-Host "$http_x_forwarded_host, edge.internal";`
	)
	return []scenario{
		{name: "TLS ends at the first, the second says http", wrong: chain(haproxy(), nginx()), gate: trusting(), send: post("/voice?lang=en"),
			cause: explain.CauseScheme},
		{name: "TLS ends at the first, the second does not believe it", wrong: chain(nginx(), caddy()), gate: trusting(), send: post("/voice?lang=en"),
			cause: explain.CauseScheme},
		{name: "the first replaces the host for the second", wrong: chain(apache(apacheHost, "ProxyPreserveHost Off"), nginx(nginxProto, passOn)), gate: trusting(), send: post("/voice?lang=en"),
			cause: explain.CauseHost},
		{name: "the first strips a prefix that the second does not know", wrong: chain(caddyAdds("uri strip_prefix /voice"), haproxy()), gate: public(), send: post("/voice/menu?lang=en"),
			cause: explain.CausePrefixLost},
		{name: "the second adds its own host to X-Forwarded-Host", wrong: chain(haproxy(), nginx(nginxFor, `proxy_set_header X-Forwarded-For "";`, nginxProto, passOn, nginxXHost, appended)), gate: trusting(), send: post("/voice?lang=en"),
			cause: explain.CauseHost},
	}
}
