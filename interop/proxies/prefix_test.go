package proxies_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/callgate/callgate/interop/internal/process"
	"github.com/callgate/callgate/interop/internal/proxy"
	"github.com/callgate/callgate/interop/internal/signer"
	"github.com/callgate/callgate/interop/internal/wire"
)

// prefix is what the proxy takes off the path in TestPrefixStripped.
const prefix = "/voice"

// stripping holds, for each proxy, the lines of its documented configuration that
// change when it takes a prefix off, in pairs of old and new text.
// docs/behind-a-proxy.md shows the new ones.
func stripping() map[string][]string {
	return map[string][]string{
		"nginx": {
			"upstream callgate {", "map $request_uri $callgate_target {\n    \"~^/voice(?<rest>/.*)$\" $rest;\n}\n\nupstream callgate {",
			"location / {", "location /voice/ {",
			"proxy_pass http://callgate;", "proxy_pass http://callgate$callgate_target;",
			`proxy_set_header X-Forwarded-Prefix "";`, `proxy_set_header X-Forwarded-Prefix "/voice";`,
		},
		"HAProxy": {
			"http-request del-header X-Forwarded-Prefix", "http-request set-header X-Forwarded-Prefix /voice\n    http-request replace-path ^/voice(/.*)$ \\1",
		},
		"Apache": {
			"ProxyPass / ", "ProxyPass /voice/ ",
			"RequestHeader unset X-Forwarded-Prefix", "RequestHeader set X-Forwarded-Prefix /voice",
		},
		"Caddy": {
			"\treverse_proxy 127.0.0.1:8080 {", "\thandle_path /voice/* {\n\treverse_proxy 127.0.0.1:8080 {",
			"\t\theader_up -X-Forwarded-Prefix\n\t}", "\t\theader_up X-Forwarded-Prefix /voice\n\t}\n\t}",
		},
	}
}

// reencodedByCaddy reports whether Caddy writes a path anew when it has taken a
// prefix off: it escapes these although the path may hold them.
func reencodedByCaddy(target string) bool {
	path, _, _ := strings.Cut(target, "?")
	return strings.ContainsAny(path, "'()!*[]")
}

// TestPrefixStripped has the proxy serve Callgate below a path and take that path
// off. What the carrier signed has it.
func TestPrefixStripped(t *testing.T) {
	var webhooks []webhook
	var jobs []signer.Job
	for _, w := range events() {
		if len(w.unreachable) > 0 || len(w.headers) > 0 {
			continue
		}
		w.target = prefix + w.target
		webhooks, jobs = append(webhooks, w), append(jobs, w.job())
	}
	signed := signer.Python().Sign(t, jobs)
	callgate := process.Callgate(t)
	authority := proxy.NewAuthority(t, host)
	for mode, yaml := range map[string]string{
		"public_url":      "public_url: https://" + host + prefix + "\n",
		"trusted_proxies": "trusted_proxies: [127.0.0.1]\nallowed_hosts: [" + host + prefix + "]\n",
	} {
		upstream := serve(t, callgate, yaml+eventRoutes)
		for _, p := range proxy.All() {
			t.Run(mode+"/"+p.Name, func(t *testing.T) {
				config := strings.NewReplacer(stripping()[p.Name]...).Replace(p.Documented(t))
				front := p.Start(t, config, proxy.Site{Upstream: upstream, Authority: authority})
				for i, w := range webhooks {
					want := http.StatusNoContent
					if p.Name == "Caddy" && reencodedByCaddy(w.target) {
						want = http.StatusForbidden
					}
					answer, err := wire.Do(front.Address, authority.ClientConfig(), w.request(signed[i]))
					if err != nil {
						t.Fatal(err)
					}
					if answer.Status != want {
						t.Errorf("%s: %d, want %d", w.name, answer.Status, want)
					}
				}
			})
		}
	}
}
