package misconfigured_test

import (
	"fmt"
	"math/rand/v2"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/callgate/callgate/interop/internal/process"
	"github.com/callgate/callgate/interop/internal/proxy"
)

// fleet collects the configurations of all scenarios and starts each proxy once
// with all of its own.
type fleet struct {
	authority *proxy.Authority
	proxies   map[string]proxy.Proxy
	sites     map[string][]string
	held      []net.Listener // of the addresses that are given out, until the proxies start
	next      int
}

func newFleet(t *testing.T) *fleet {
	t.Helper()
	f := &fleet{authority: proxy.NewAuthority(t, host), proxies: map[string]proxy.Proxy{}, sites: map[string][]string{}}
	for _, p := range proxy.All() {
		process.Need(t, p.Program)
		f.proxies[p.Name] = p
	}
	return f
}

// add adds a way through proxies to an upstream and returns where it begins.
func (f *fleet) add(t *testing.T, hops []hop, upstream string) (front string) {
	t.Helper()
	for _, h := range slices.Backward(hops) {
		ln := listen(t, "127.0.0.1")
		f.held = append(f.held, ln)
		address := ln.Addr().String()
		f.sites[h.proxy] = append(f.sites[h.proxy], f.site(t, h, address, upstream))
		upstream = address
	}
	return upstream
}

// start starts the proxies. Their first site is the documented one.
func (f *fleet) start(t *testing.T) {
	t.Helper()
	for _, ln := range f.held {
		ln.Close()
	}
	for name, p := range f.proxies {
		config := strings.Join(slices.Concat([]string{preamble[name], p.Documented(t)}, f.sites[name]), "\n")
		p.Start(t, config, proxy.Site{Upstream: "127.0.0.1:8080", Authority: f.authority})
	}
}

// preamble is what the scenarios of a proxy need once.
var preamble = map[string]string{
	"HAProxy": "global\n    expose-experimental-directives\n",
	"Apache": "LoadModule ext_filter_module /usr/lib/apache2/modules/mod_ext_filter.so\n" +
		"LoadModule dir_module /usr/lib/apache2/modules/mod_dir.so\n" +
		"LoadModule sed_module /usr/lib/apache2/modules/mod_sed.so\n" +
		"ExtFilterDefine gzip mode=input cmd=\"/bin/gzip -c\"\n" +
		"ExtFilterDefine latin1 mode=input cmd=\"/bin/sed s/%C3%B6/%F6/g\"\n" +
		"ExtFilterDefine compact mode=input cmd=\"/bin/sed s/,.2/,2/g\"\n",
}

// blanks are runs of them that only align.
var blanks = regexp.MustCompile(`  +`)

// plain takes TLS away.
var plain = map[string][]string{
	"nginx":   {"listen 443 ssl;", "listen 443;"},
	"HAProxy": {"bind :443 ssl crt /etc/ssl/ivr.example.org/haproxy.pem", "bind :443"},
	"Apache":  {"SSLEngine on", "SSLEngine off"},
	"Caddy":   {"\ttls /etc/ssl", "\t# tls /etc/ssl", host + " {", "http://" + host + " {"},
}

// config returns the configuration of a hop as an operator would write it.
func (f *fleet) config(t *testing.T, h hop) string {
	t.Helper()
	if h.text != "" {
		return h.text
	}
	config := blanks.ReplaceAllString(f.proxies[h.proxy].Documented(t), " ")
	edits := slices.Clone(h.edits)
	if h.plain {
		edits = append(edits, plain[h.proxy]...)
	}
	for pair := range slices.Chunk(edits, 2) {
		if !strings.Contains(config, pair[0]) {
			t.Fatalf("%s: the configuration has no %q to edit", h.proxy, pair[0])
		}
		config = strings.Replace(config, pair[0], pair[1], 1)
	}
	return config
}

// site gives a configuration its own names, address and upstream.
func (f *fleet) site(t *testing.T, h hop, address, upstream string) string {
	t.Helper()
	f.next++
	config := strings.ReplaceAll(f.config(t, h), "127.0.0.1:8080", upstream)
	ip, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	unique := func(name string) { config = strings.ReplaceAll(config, name, fmt.Sprintf("%s_%d", name, f.next)) }
	switch h.proxy {
	case "nginx":
		unique("callgate")
		config = strings.ReplaceAll(config, "listen 443", "listen "+address)
	case "HAProxy":
		unique("callgate")
		unique("frontend ivr")
		config = strings.ReplaceAll(config, "bind :443", "bind "+address)
	case "Apache":
		config = "Listen " + address + "\n" + strings.ReplaceAll(config, "*:443", address)
	case "Caddy":
		// Any host: what is sent is not always the name of the site.
		site := regexp.MustCompile(`(?m)^(http://)?` + regexp.QuoteMeta(host) + ` \{$`)
		config = site.ReplaceAllString(config, "${1}:"+port+" {\n\tbind "+ip)
	}
	return config
}

// The ports of proxies and gates lie below those that systems give out by
// themselves (from 32768 on Linux), so that no connection takes one of them before
// its proxy has started.
const firstPort, ports = 20_000, 12_000

// listen listens on a port that is free.
func listen(t *testing.T, ip string) net.Listener {
	t.Helper()
	const attempts = 100
	var err error
	for range attempts {
		var ln net.Listener
		if ln, err = net.Listen("tcp", net.JoinHostPort(ip, strconv.Itoa(firstPort+rand.IntN(ports)))); err == nil {
			return ln
		}
	}
	t.Fatal(err)
	return nil
}
