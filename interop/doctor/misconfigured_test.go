package doctor_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/callgate/callgate/explain"
	"github.com/callgate/callgate/internal/doctor"
	"github.com/callgate/callgate/interop/internal/proxy"
)

// wrong is a documented configuration with an edit, as operators make them.
type wrong struct {
	name, proxy string
	gate        string // what callgate.yaml says of the address
	edits       []string
	// check is one that must be ill for the cause, with what was sent and what arrived.
	check         string
	cause         explain.Cause
	sent, arrived string
	// mend is part of what mends it.
	mend string
	// well are checks that are not touched by it.
	well []string
}

func wrongs() []wrong {
	return append(wrongNginx(), append(wrongHAProxy(), append(wrongApache(), wrongCaddy()...)...)...)
}

func wrongNginx() []wrong {
	const pass, location = "proxy_pass http://callgate;", "location / {"
	return []wrong{
		{name: "path decoded by a slash behind the name", proxy: "nginx", gate: public, edits: []string{pass, "proxy_pass http://callgate/;"},
			check: "path with escapes", cause: explain.CausePathEncoding, sent: "%2Bc%25d%3Bf", arrived: "+c%25d;f", mend: pass, well: []string{"POST", "query with escapes"}},
		{name: "X-Forwarded-Proto left out", proxy: "nginx", gate: trusting, edits: []string{"proxy_set_header X-Forwarded-Proto $scheme;", ""},
			check: "POST", cause: explain.CauseScheme, mend: "proxy_set_header X-Forwarded-Proto $scheme;"},
		{name: "no headers for WebSockets", proxy: "nginx", gate: public, edits: []string{"proxy_set_header Upgrade    $http_upgrade;", "", "proxy_set_header Connection $callgate_connection;", ""},
			check: "route /media", cause: doctor.CauseUpgrade, sent: `"websocket"`, arrived: "none", mend: "proxy_set_header Upgrade    $http_upgrade;", well: []string{"POST", "GET"}},
		{name: "small bodies only", proxy: "nginx", gate: public, edits: []string{"client_max_body_size 64k;", "client_max_body_size 8k;"},
			check: "long form", cause: doctor.CauseLimit, mend: "client_max_body_size 64k;", well: []string{"POST"}},
		{name: "slash taken off by a redirect", proxy: "nginx", gate: public, edits: []string{location, "rewrite ^/(.*)/$ /$1 permanent;\n" + location},
			check: "slash at the end of the path", cause: doctor.CauseRedirect, mend: "no redirects for webhooks", well: []string{"POST"}},
		{name: "signature cleared", proxy: "nginx", gate: public, edits: []string{pass, pass + "proxy_set_header X-Twilio-Signature \"\";"},
			check: "POST", cause: explain.CauseSignatureMissing, sent: "given", arrived: "none", mend: "proxy_set_header X-Twilio-Signature"},
		{name: "a route that something else answers", proxy: "nginx", gate: public, edits: []string{location, "location = /voice { return 404; }\n" + location},
			check: "route /voice", cause: doctor.CauseRefused, mend: pass, well: []string{"POST", "route /", "route /status"}},
		{name: "nobody behind it", proxy: "nginx", gate: public, edits: []string{"server 127.0.0.1:8080;", "server 127.0.0.1:1;"},
			check: "doctor", cause: doctor.CauseBackend, mend: "the address that Callgate listens on"},
		{name: "impatient", proxy: "nginx", gate: public + "deadline: 2s\n", edits: []string{"proxy_read_timeout 60s;", "proxy_read_timeout 1s;"},
			check: "slow answer", cause: doctor.CauseImpatient, mend: "proxy_read_timeout 60s;", well: []string{"POST"}},
		{name: "another public_url", proxy: "nginx", gate: "public_url: https://old.example.org\n",
			check: "GET", cause: explain.CauseHost, mend: "public_url: https://" + host},
	}
}

func wrongHAProxy() []wrong {
	const proto = "http-request set-header X-Forwarded-Proto https"
	normalize := func(how string) []string {
		return []string{"defaults\n", "global\n expose-experimental-directives\ndefaults\n", proto, "http-request normalize-uri " + how + "\n " + proto}
	}
	return []wrong{
		{name: "query sorted", proxy: "HAProxy", gate: public, edits: normalize("query-sort-by-name"),
			check: "query in its order, with repetitions", cause: explain.CauseQueryOrder, sent: "step=2&lang=en&back=1", arrived: "back=1&lang=en", mend: "http-request normalize-uri query-sort-by-name", well: []string{"POST", "query with escapes"}},
		{name: "escapes in capitals", proxy: "HAProxy", gate: public, edits: normalize("percent-to-uppercase"),
			check: "path with escapes in small letters", cause: explain.CausePathEncoding, sent: "caf%c3%a9", arrived: "caf%C3%A9", mend: "percent-to-uppercase", well: []string{"POST"}},
		{name: "the doctor's header removed", proxy: "HAProxy", gate: public, edits: []string{proto, "http-request del-header X-Callgate-Doctor\n " + proto},
			check: "doctor", cause: doctor.CauseNoDoctor, mend: "pass the header X-Callgate-Doctor on"},
		{name: "a rule against commas", proxy: "HAProxy", gate: public, edits: []string{proto, "http-request deny if { path_sub , }\n " + proto},
			check: "path with punctuation", cause: doctor.CauseRefused, mend: "let the request through", well: []string{"POST"}},
	}
}

func wrongApache() []wrong {
	const pass = "ProxyPass / http://127.0.0.1:8080/ nocanon upgrade=websocket timeout=60"
	return []wrong{
		{name: "encoded slashes not allowed", proxy: "Apache", gate: public, edits: []string{"AllowEncodedSlashes NoDecode", ""},
			check: "path with an encoded slash", cause: doctor.CauseRefused, mend: "AllowEncodedSlashes NoDecode", well: []string{"POST", "path with escapes"}},
		{name: "path encoded anew", proxy: "Apache", gate: public, edits: []string{" nocanon", ""},
			check: "path with needless escapes", cause: explain.CausePathEncoding, sent: "%41%7e%2Dx", arrived: "A~-x", mend: "nocanon", well: []string{"POST"}},
		{name: "no upgrade", proxy: "Apache", gate: public, edits: []string{pass, "ProxyPass / http://127.0.0.1:8080/ nocanon"},
			check: "route /media", cause: doctor.CauseUpgrade, mend: "upgrade=websocket", well: []string{"POST"}},
	}
}

func wrongCaddy() []wrong {
	const up, proxied = "header_up -X-Forwarded-Port", "\treverse_proxy 127.0.0.1:8080 {"
	return []wrong{
		{name: "Host of the upstream", proxy: "Caddy", gate: trusting, edits: []string{up, "header_up Host {upstream_hostport}\n header_up -X-Forwarded-Host\n " + up},
			check: "POST", cause: explain.CauseHost, sent: `"` + host + `"`, arrived: "127.0.0.1:", mend: "header_up Host"},
		{name: "prefix added", proxy: "Caddy", gate: public, edits: []string{proxied, "\trewrite * /app{uri}\n" + proxied},
			check: "GET", cause: explain.CausePrefixAdded, sent: "/.callgate/", arrived: "/app/.callgate/", mend: "rewrite"},
		{name: "query with an addition", proxy: "Caddy", gate: public, edits: []string{proxied, "\trewrite * {path}?{query}&via=edge\n" + proxied},
			check: "POST with a query", cause: explain.CauseQueryAdded, sent: "lang=en", arrived: "via=edge", mend: "rewrite"},
		{name: "a login", proxy: "Caddy", gate: public, edits: []string{proxied, "\trespond /status 401\n" + proxied},
			check: "route /status", cause: doctor.CauseRefused, mend: "no login", well: []string{"POST", "route /voice"}},
	}
}

func TestMisconfigured(t *testing.T) {
	authority := proxy.NewAuthority(t, host)
	proxies := map[string]proxy.Proxy{}
	for _, p := range proxy.All() {
		proxies[p.Name] = p
	}
	upstreams := map[string]string{}
	for _, w := range wrongs() {
		if upstreams[w.gate] == "" {
			upstreams[w.gate] = serve(t, w.gate)
		}
		t.Run(w.proxy+"/"+w.name, func(t *testing.T) {
			p := proxies[w.proxy]
			front := p.Start(t, edit(t, p.Documented(t), w.edits), proxy.Site{Upstream: upstreams[w.gate], Authority: authority})
			args := []string{}
			if w.check == "slow answer" {
				args = append(args, "--slow")
			}
			r, code := report(t, authority, front.Address, args...)
			if code != 1 || r.Well {
				t.Errorf("exit code %d", code)
			}
			w.examine(t, r)
		})
	}
}

// edit replaces texts in a configuration.
func edit(t *testing.T, config string, edits []string) string {
	t.Helper()
	for pair := range slices.Chunk(edits, 2) {
		if !strings.Contains(config, pair[0]) {
			t.Fatalf("the configuration has no %q to edit", pair[0])
		}
		config = strings.Replace(config, pair[0], pair[1], 1)
	}
	return config
}

// examine holds a report against what is wrong.
func (w wrong) examine(t *testing.T, r *doctor.Report) {
	t.Helper()
	c := checkNamed(t, r, w.check)
	if c.Result != doctor.Ill || len(c.Findings) == 0 || c.Findings[0].Cause != w.cause {
		t.Errorf("%s: %s %+v, want the cause %s", c.Name, c.Result, c.Findings, w.cause)
	}
	if w.arrived != "" && !slices.ContainsFunc(c.Differences, func(d doctor.Difference) bool {
		return strings.Contains(d.Sent, w.sent) && strings.Contains(d.Arrived, w.arrived)
	}) {
		t.Errorf("%s: the differences are %+v, want %s to arrive as %s", c.Name, c.Differences, w.sent, w.arrived)
	}
	for _, name := range w.well {
		if c := checkNamed(t, r, name); c.Result != doctor.OK {
			t.Errorf("%s: %s, %s", name, c.Result, c.Text)
		}
	}
	for _, m := range r.Mends {
		if m.Cause == w.cause && slices.Contains(m.Checks, w.check) && slices.ContainsFunc(m.Mends, func(way explain.Mend) bool {
			return strings.Contains(way.Line+way.Note, w.mend)
		}) {
			return
		}
	}
	t.Errorf("no mend says %q", w.mend)
}

func checkNamed(t *testing.T, r *doctor.Report, name string) doctor.Check {
	t.Helper()
	i := slices.IndexFunc(r.Checks, func(c doctor.Check) bool { return c.Name == name })
	if i < 0 {
		t.Fatalf("no check %q", name)
	}
	return r.Checks[i]
}
