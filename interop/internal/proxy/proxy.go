// Package proxy starts real proxy servers with any configuration.
//
// A configuration is written as an operator would write it, like the files of
// docs/proxies: the proxy listens on port 443, with TLS or without, its certificate
// is below /etc/ssl/HOST and Callgate listens on 127.0.0.1:8080. Start replaces
// these texts, and nothing else, by what the test has, and wraps the file in the
// smallest main configuration that its proxy needs. The upstream of a proxy can be
// another proxy.
package proxy

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/callgate/callgate/interop/internal/process"
)

// What a configuration says where a test has something else.
const (
	documentedUpstream = "127.0.0.1:8080"
	documentedSSL      = "/etc/ssl/"
)

// Proxy is a kind of proxy server.
type Proxy struct {
	// Name is what it is called; File is its configuration in docs/proxies.
	Name, File string
	// Program is what Debian installs.
	Program string
	// listen makes a configuration that names port 443 listen on an address.
	listen func(config, host, address string) string
	// launch writes the main configuration and says what to run.
	launch func(tb testing.TB, program, dir, site, address string) process.Spec
}

// All returns the proxies that are tested.
func All() []Proxy {
	return []Proxy{nginx(), haproxy(), apache(), caddy()}
}

// Site is what a proxy stands in front of.
type Site struct {
	// Upstream is the address that the proxy passes requests to.
	Upstream string
	// Authority has the certificate.
	Authority *Authority
}

// Running is a proxy that listens.
type Running struct {
	*process.Process
	// Address is where it listens: HOST:PORT on loopback.
	Address string
}

// attempts bounds the starts of a proxy: another program may take the port
// between the choice and the start.
const attempts = 3

// Documented returns the configuration of docs/proxies.
func (p Proxy) Documented(tb testing.TB) string {
	tb.Helper()
	text, err := os.ReadFile(filepath.Join(process.Root(tb), "docs", "proxies", p.File))
	if err != nil {
		tb.Fatal(err)
	}
	return string(text)
}

// Start starts the proxy with a configuration and stops it when the test ends.
func (p Proxy) Start(tb testing.TB, config string, site Site) *Running {
	tb.Helper()
	program := process.Need(tb, p.Program)
	var lastErr error
	var last *process.Process
	for range attempts {
		dir := tb.TempDir()
		address := process.FreeAddress(tb)
		spec := p.launch(tb, program, dir, p.fill(config, site, address), address)
		spec.Listen = address
		if last, lastErr = process.TryStart(tb, spec); lastErr == nil {
			return &Running{Process: last, Address: address}
		}
	}
	tb.Fatalf("%s: %v\n%s", p.Name, lastErr, last.Output())
	return nil
}

// fill replaces the documented texts by those of the test. The upstream comes last:
// its port, which is any, must not be read as a documented one.
func (p Proxy) fill(config string, site Site, address string) string {
	config = p.listen(config, site.Authority.Host, address)
	config = strings.ReplaceAll(config, documentedSSL+site.Authority.Host, site.Authority.Dir)
	return strings.ReplaceAll(config, documentedUpstream, site.Upstream)
}

// replace returns a listen function that puts the prefix and the address in the
// place of text.
func replace(text, prefix string) func(string, string, string) string {
	return func(config, _, address string) string { return strings.ReplaceAll(config, text, prefix+address) }
}

func write(tb testing.TB, dir, name, content string) string {
	tb.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}

func nginx() Proxy {
	return Proxy{
		Name: "nginx", File: "nginx.conf", Program: "nginx",
		listen: replace("listen 443", "listen "),
		launch: func(tb testing.TB, program, dir, site, _ string) process.Spec {
			write(tb, dir, "site.conf", site)
			var main strings.Builder
			if os.Geteuid() == 0 {
				main.WriteString("user root;\n") // the test's folder is its owner's alone
			}
			fmt.Fprintf(&main, "pid %[1]s/nginx.pid;\nerror_log stderr warn;\nevents { worker_connections 256; }\n"+
				"http {\n  access_log off;\n", dir)
			for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
				fmt.Fprintf(&main, "  %s_temp_path %s/%s;\n", kind, dir, kind)
			}
			fmt.Fprintf(&main, "  include %s/site.conf;\n}\n", dir)
			return process.Spec{Argv: []string{program, "-p", dir, "-e", "stderr", "-c", write(tb, dir, "main.conf", main.String()), "-g", "daemon off;"}}
		},
	}
}

func haproxy() Proxy {
	return Proxy{
		Name: "HAProxy", File: "haproxy.cfg", Program: "haproxy",
		listen: replace("bind :443", "bind "),
		launch: func(tb testing.TB, program, dir, site, _ string) process.Spec {
			return process.Spec{Argv: []string{program, "-db", "-f", write(tb, dir, "haproxy.cfg", site)}}
		},
	}
}

// apacheModules are loaded for any configuration, in an order that Apache takes.
var apacheModules = []string{"mpm_event", "authz_core", "alias", "rewrite", "headers", "setenvif", "ssl", "proxy", "proxy_http", "proxy_wstunnel", "filter", "deflate"}

func apache() Proxy {
	return Proxy{
		Name: "Apache", File: "apache.conf", Program: "apache2",
		listen: replace("*:443", ""),
		launch: func(tb testing.TB, program, dir, site, address string) process.Spec {
			var main strings.Builder
			fmt.Fprintf(&main, "ServerRoot %[1]s\nDefaultRuntimeDir %[1]s\nPidFile %[1]s/httpd.pid\nListen %[2]s\n", dir, address)
			fmt.Fprintf(&main, "ServerName localhost\nErrorLog /proc/self/fd/2\nLogLevel warn\n")
			if os.Geteuid() == 0 {
				main.WriteString("User www-data\nGroup www-data\n")
			}
			for _, m := range apacheModules {
				fmt.Fprintf(&main, "LoadModule %[1]s_module /usr/lib/apache2/modules/mod_%[1]s.so\n", m)
			}
			fmt.Fprintf(&main, "Include %s\n", write(tb, dir, "site.conf", site))
			return process.Spec{Argv: []string{program, "-f", write(tb, dir, "main.conf", main.String()), "-D", "FOREGROUND"}}
		},
	}
}

func caddy() Proxy {
	return Proxy{
		Name: "Caddy", File: "Caddyfile", Program: "caddy",
		listen: func(config, host, address string) string {
			// A site may be written with a scheme: http:// does without TLS.
			site := regexp.MustCompile(`(?m)^((?:https?://)?` + regexp.QuoteMeta(host) + `) \{$`)
			ip, port, _ := net.SplitHostPort(address)
			return site.ReplaceAllString(config, "${1}:"+port+" {\n\tbind "+ip)
		},
		launch: func(tb testing.TB, program, dir, site, _ string) process.Spec {
			options := "{\n\tadmin off\n\tauto_https disable_redirects\n}\n"
			return process.Spec{
				Argv: []string{program, "run", "--adapter", "caddyfile", "--config", write(tb, dir, "Caddyfile", options+site)},
				Env:  []string{"XDG_DATA_HOME=" + dir, "XDG_CONFIG_HOME=" + dir},
			}
		},
	}
}
