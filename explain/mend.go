package explain

import (
	"net"
	"slices"
	"strings"
)

// mends finds what mends a cause for one request.
type mends struct {
	config  *Config
	request *Request
	proxy   Proxy
	facts   *facts
	arrived address
}

func newMends(c *Config, r *Request, p Proxy, s *search) *mends {
	return &mends{c, r, p, s.facts, s.roots[0].root.address}
}

// of returns the mends of a cause, the nearest at hand first.
func (m *mends) of(c Cause, signed address, _ []Difference) []Mend {
	var list []Mend
	switch c {
	case CauseHost, CauseWWW, CauseHostCase, CauseScheme, CausePort, CausePrefixLost, CausePrefixAdded, CausePath:
		list = append(list, m.address(signed)...)
	case CauseOtherKey, CauseKeyRotated:
		list = append(list, Mend{"callgate.yaml", "keys:\n  - name: new\n    env: TWILIO_AUTH_TOKEN_NEW\n  - name: old\n    env: TWILIO_AUTH_TOKEN", "have both keys in use, the newest first, until the rotation is over"})
	case CauseOtherAccount, CauseUnknownAccount:
		list = append(list, Mend{"callgate.yaml", "keys:\n  - name: subaccount\n    account: AC...\n    env: TWILIO_AUTH_TOKEN_SUBACCOUNT", "give each account and subaccount that calls this server its own auth token, with its own `account`"})
	case CauseKeySpelling:
		list = append(list, Mend{"the environment or file that holds the key", "", "store the auth token alone: without quotes, spaces or a name before it"})
	case CauseAddressUnknown:
		if m.config.PublicURL == "" {
			list = append(list, Mend{"callgate.yaml", "public_url: https://HOST", "write scheme, host and path prefix as in the carrier's console; its debugger shows the address that it requested"})
		}
		list = append(list, Mend{"callgate.yaml", "webhooks: [\"https://HOST/PATH?QUERY\"]", "list the addresses in the carrier's console, and the next explanation compares with them"})
	}
	if line, ok := proxyLines[c][m.proxy]; ok {
		list = append(list, Mend{Where: m.proxy.Name(), Line: line})
	}
	if note := notes[c]; note.Note != "" {
		list = append(list, note)
	}
	if m.proxy != "" {
		return list
	}
	// Most proxies do not name themselves: the reader knows which one it is.
	for _, p := range servers {
		if line, ok := proxyLines[c][p]; ok {
			list = append(list, Mend{Where: p.Name(), Line: line})
		}
	}
	return list
}

// servers are the proxies that do not name themselves by default.
var servers = []Proxy{ProxyNginx, ProxyHAProxy, ProxyApache, ProxyCaddy}

// address returns the lines of callgate.yaml that make the signed address known.
func (m *mends) address(signed address) []Mend {
	var list []Mend
	if m.config.PublicURL == "" && m.request.Peer.IsValid() && !m.config.trusts(m.request.Peer) && m.forwarded(signed) {
		list = append(list, Mend{
			Where: "callgate.yaml",
			Line:  "trusted_proxies: [" + m.request.Peer.Unmap().String() + "]\nallowed_hosts: [" + hostOf(signed) + "]",
			Note:  "the proxy says the right address in its headers, but is not believed",
		})
	}
	note := ""
	if m.config.PublicURL != "" {
		note = "instead of the present one; it must be spelled as in the carrier's console"
	}
	return append(list, Mend{"callgate.yaml", "public_url: " + m.publicURL(signed), note})
}

// publicURL returns the address whose beginning the gate needs to know.
func (m *mends) publicURL(signed address) string {
	scheme := strings.NewReplacer("wss://", "https://", "ws://", "http://").Replace(signed.scheme)
	url := scheme + signed.host + signed.port
	target := m.request.Target
	if target == "" {
		target = m.arrived.path
	}
	target = targetPath(target)
	if prefix, found := strings.CutSuffix(strings.TrimSuffix(signed.path, "/"), strings.TrimSuffix(target, "/")); found {
		url += prefix
	}
	return url
}

// forwarded reports whether the headers say the scheme and the host that were signed.
func (m *mends) forwarded(signed address) bool {
	said := func(o origin) bool { return strings.EqualFold(o.host, signed.host) }
	scheme := strings.NewReplacer("wss://", "https://", "ws://", "http://").Replace(signed.scheme)
	return slices.ContainsFunc(m.facts.origins, said) &&
		(slices.Contains(m.facts.schemes, scheme) || slices.Contains(m.facts.schemes, signed.scheme))
}

// hostOf returns host and port in the way that allowed_hosts holds them.
func hostOf(a address) string {
	if a.port == "" {
		return a.host
	}
	return net.JoinHostPort(strings.Trim(a.host, "[]"), a.port[1:])
}
