package doctor_test

import (
	"testing"

	"github.com/callgate/callgate/explain"
	"github.com/callgate/callgate/internal/doctor"
	"github.com/callgate/callgate/interop/internal/proxy"
)

// Behind two proxies, the inner of which is wrong or right.
func TestChain(t *testing.T) {
	authority := proxy.NewAuthority(t, host)
	outer, inner := proxy.All()[3], proxy.All()[0]
	plain := []string{"listen 443 ssl;", "listen 443;"}
	upstream := serve(t, public)
	for name, edits := range map[string][]string{
		"right": plain,
		"wrong": append([]string{"proxy_pass http://callgate;", "proxy_pass http://callgate/;"}, plain...),
	} {
		t.Run(name, func(t *testing.T) {
			second := inner.Start(t, edit(t, inner.Documented(t), edits), proxy.Site{Upstream: upstream, Authority: authority})
			first := outer.Start(t, outer.Documented(t), proxy.Site{Upstream: second.Address, Authority: authority})
			r, code := report(t, authority, first.Address)
			if name == "right" {
				if code != 0 {
					t.Errorf("exit code %d", code)
				}
				return
			}
			w := wrong{check: "path with escapes", cause: explain.CausePathEncoding, sent: "%2B", arrived: "+c%25d;f", mend: "proxy_pass http://callgate;"}
			if w.examine(t, r); code != 1 {
				t.Errorf("exit code %d", code)
			}
		})
	}
}

// A prefix that the proxy takes off is right when the server is told, and found when not.
func TestPrefix(t *testing.T) {
	authority := proxy.NewAuthority(t, host)
	caddy := proxy.All()[3]
	const proxied, end = "\treverse_proxy 127.0.0.1:8080 {", "header_up -X-Forwarded-Prefix\n\t}"
	config := edit(t, caddy.Documented(t), []string{proxied, "\thandle_path /ivr/* {\n" + proxied, end, end + "\n\t}"})
	for yaml, code := range map[string]int{"public_url: https://" + host + "/ivr\n": 0, public: 1} {
		front := caddy.Start(t, config, proxy.Site{Upstream: serve(t, yaml), Authority: authority})
		r, got := report(t, authority, front.Address, "--url", "https://"+host+"/ivr")
		if got != code {
			t.Errorf("%s exit code %d, want %d", yaml, got, code)
		}
		if code == 1 {
			w := wrong{check: "POST", cause: explain.CausePrefixLost, sent: "/ivr/.callgate", arrived: "/.callgate", mend: "public_url: https://" + host + "/ivr"}
			w.examine(t, r)
		} else if c := checkNamed(t, r, "route /voice"); c.Result != doctor.OK {
			t.Errorf("%+v", c)
		}
	}
}
