package explain

import (
	"net/http"
	"strings"
)

// Proxy names what a request came through, as far as its headers tell. It decides
// only which line of configuration an explanation proposes.
type Proxy string

// The proxies that are told apart. The empty Proxy is one that is not known.
const (
	ProxyNginx        Proxy = "nginx"
	ProxyHAProxy      Proxy = "haproxy"
	ProxyApache       Proxy = "apache"
	ProxyCaddy        Proxy = "caddy"
	ProxyNgrok        Proxy = "ngrok"
	ProxyLoadBalancer Proxy = "load-balancer" // of a cloud provider
)

// Proxies returns the proxies that are told apart.
func Proxies() []Proxy {
	return []Proxy{ProxyNginx, ProxyHAProxy, ProxyApache, ProxyCaddy, ProxyNgrok, ProxyLoadBalancer}
}

// Name returns the name for people: "HAProxy".
func (p Proxy) Name() string {
	switch p {
	case ProxyHAProxy:
		return "HAProxy"
	case ProxyApache:
		return "Apache httpd"
	case ProxyCaddy:
		return "Caddy"
	case ProxyLoadBalancer:
		return "the load balancer"
	}
	return string(p)
}

// cloudHeaders are written by the load balancers and gateways of cloud providers.
var cloudHeaders = []string{
	"X-Amzn-Trace-Id", "X-Amz-Cf-Id", "Cf-Ray", "X-Cloud-Trace-Context", "X-Azure-Ref", "X-Appgw-Trace-Id",
	"Fly-Request-Id", "X-Vercel-Id", "X-Railway-Request-Id", "Render-Proxy-Ttl", "X-Arr-Ssl", "X-Arr-Log-Id",
}

// detectProxy says which proxy wrote the headers of a request. Names that proxies
// give of themselves come before their habits.
func detectProxy(r *Request) Proxy {
	h := r.Header
	named := strings.ToLower(strings.Join(append(append([]string{}, h["Via"]...), h["X-Forwarded-Server"]...), " "))
	for _, p := range Proxies() {
		if strings.Contains(named, string(p)) {
			return p
		}
	}
	switch {
	case anyPrefix(h, "Ngrok-"), strings.Contains(strings.Join(h["X-Forwarded-Host"], " ")+" "+r.Host, ".ngrok"):
		return ProxyNgrok
	case anyOf(h, cloudHeaders...):
		return ProxyLoadBalancer
	case strings.Contains(named, "google"), strings.Contains(named, "cloudfront"), strings.Contains(named, "vegur"):
		return ProxyLoadBalancer
	case anyOf(h, "X-Forwarded-Server") && anyOf(h, "X-Forwarded-Host"):
		return ProxyApache // mod_proxy writes both
	case r.Proto == "HTTP/1.0", anyOf(h, "X-Real-Ip"):
		return ProxyNginx // its default towards an upstream, and its custom
	}
	return ""
}

func anyOf(h http.Header, names ...string) bool {
	for _, n := range names {
		if len(h[n]) > 0 {
			return true
		}
	}
	return false
}

func anyPrefix(h http.Header, prefix string) bool {
	for name := range h {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}
