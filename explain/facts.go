package explain

import (
	"encoding/base64"
	"net"
	"slices"
	"strings"
)

// facts is what is known of the address that the carrier may have used, from the
// configuration and from what the proxies wrote into headers. None of it is
// believed: it only says what to try.
type facts struct {
	schemes  []string // said by a header, with "://"
	origins  []origin
	ports    []string // with ":"
	prefixes []string // of the path, without the slash at the end
	targets  []string // complete: path and query
	users    []string // with "@"
}

// origin is a host that the carrier may have used.
type origin struct {
	host, port string
	cost       int
}

// maxFacts bounds each list: a forged request can carry any number of headers.
const maxFacts = 8

// maxHost is the longest name that DNS has (RFC 1035, 2.3.4).
const maxHost = 255

// The headers in which proxies write what the request was before them.
var (
	schemeHeaders = []string{"X-Forwarded-Proto", "X-Forwarded-Scheme", "X-Scheme", "X-Url-Scheme", "X-Forwarded-Protocol", "Cloudfront-Forwarded-Proto"}
	hostHeaders   = []string{"X-Forwarded-Host", "X-Original-Host", "X-Host", "X-Forwarded-Server"}
	prefixHeaders = []string{"X-Forwarded-Prefix", "X-Script-Name", "X-Forwarded-Path", "X-Forwarded-Context"}
	targetHeaders = []string{"X-Original-Uri", "X-Original-Url", "X-Rewrite-Url", "X-Forwarded-Uri", "X-Envoy-Original-Path", "X-Request-Uri", "X-Waws-Unencoded-Url", "X-Forwarded-Path"}
)

// gather collects the facts for one request. Better sources come first.
func gather(c *Config, r *Request) *facts {
	f := &facts{}
	for _, url := range slices.Concat([]string{c.PublicURL}, c.Webhooks) {
		f.addURL(url)
	}
	for _, h := range c.AllowedHosts {
		f.addHost(h, costLikely)
	}
	for _, name := range schemeHeaders {
		for _, s := range listOf(r.Header[name]) {
			f.addScheme(s)
		}
	}
	for _, name := range []string{"X-Forwarded-Ssl", "Front-End-Https"} {
		if slices.Contains(r.Header[name], "on") {
			f.addScheme("https")
		}
	}
	f.addForwarded(listOf(r.Header["Forwarded"]))
	for _, name := range hostHeaders {
		for _, h := range listOf(r.Header[name]) {
			f.addHost(h, costFair)
		}
	}
	f.addHost(r.Host, costFair)
	for _, p := range listOf(r.Header["X-Forwarded-Port"]) {
		add(&f.ports, ":"+p)
	}
	f.addPaths(r)
	f.addUser(r.Header.Get("Authorization"))
	if _, port, err := net.SplitHostPort(r.Listen); err == nil {
		add(&f.ports, ":"+port)
	}
	return f
}

func (f *facts) addPaths(r *Request) {
	for _, name := range prefixHeaders {
		for _, p := range listOf(r.Header[name]) {
			f.addPrefix(p)
		}
	}
	for _, name := range targetHeaders {
		for _, t := range r.Header[name] {
			f.addTarget(t)
		}
	}
	f.addTarget(r.Target)
}

// addURL adds the pieces of an address that is known from the configuration.
func (f *facts) addURL(url string) {
	if url == "" {
		return
	}
	a := parseAddress(url)
	f.addScheme(strings.TrimSuffix(a.scheme, "://"))
	f.addHost(a.host+a.port, costLikely)
	if a.user != "" {
		add(&f.users, a.user)
	}
	f.addPrefix(a.path)
	f.addTarget(a.path + a.query)
}

func (f *facts) addScheme(s string) {
	switch s = strings.ToLower(s); s {
	case "http", "https", "ws", "wss":
		add(&f.schemes, s+"://")
	}
}

func (f *facts) addHost(authority string, cost int) {
	host, port := cutPort(authority)
	if host == "" || len(host) > maxHost || strings.ContainsAny(host, "/?#@ ") {
		return
	}
	if port != "" {
		add(&f.ports, port)
	}
	o := origin{host, port, cost}
	same := func(p origin) bool { return p.host == host && p.port == port }
	if len(f.origins) < maxFacts && !slices.ContainsFunc(f.origins, same) {
		f.origins = append(f.origins, o)
	}
}

func (f *facts) addPrefix(path string) {
	path, _, _ = strings.Cut(path, "?")
	if path = strings.TrimRight(path, "/"); strings.HasPrefix(path, "/") {
		add(&f.prefixes, path)
	}
}

// addTarget adds a request target; a proxy may write a whole address.
func (f *facts) addTarget(target string) {
	if strings.Contains(target, "://") {
		a := parseAddress(target)
		target = a.path + a.query
	}
	if strings.HasPrefix(target, "/") {
		target, _, _ = strings.Cut(target, "#")
		add(&f.targets, target)
	}
}

// addForwarded reads the elements of a Forwarded header (RFC 7239).
func (f *facts) addForwarded(elements []string) {
	for _, e := range elements {
		for pair := range strings.SplitSeq(e, ";") {
			name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
			value = strings.Trim(value, `"`)
			switch strings.ToLower(name) {
			case "proto":
				f.addScheme(value)
			case "host":
				f.addHost(value, costFair)
			}
		}
	}
}

// addUser adds the user and password of Basic authentication: that is where
// those in a webhook's address go.
func (f *facts) addUser(authorization string) {
	scheme, credentials, _ := strings.Cut(authorization, " ")
	if !strings.EqualFold(scheme, "Basic") {
		return
	}
	if user, err := base64.StdEncoding.DecodeString(credentials); err == nil && len(user) > 0 {
		add(&f.users, string(user)+"@")
	}
}

// add appends s unless it is there or the list is full.
func add(list *[]string, s string) {
	if len(*list) < maxFacts && len(s) <= maxAddress && !slices.Contains(*list, s) {
		*list = append(*list, s)
	}
}
