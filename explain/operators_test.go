package explain_test

import (
	"encoding/json"
	"net/url"
	"slices"
	"sort"
	"strings"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/twilio"
)

// operators are what happens to requests on their way, one by one. Where an
// operator loses something for good, it leaves behind where else it is known: a
// header, a configured address.
var operators = []operator{
	{"scheme", func(c *randomCase) bool {
		m := &c.arrived
		to := []string{"http", "https"}
		if m.method == "GET" {
			to = append(to, "ws", "wss")
		}
		if c.header.Get("Upgrade") != "" {
			to = []string{"ws", "wss"}
		}
		m.scheme = c.pick(to...)
		return true
	}},
	{"host replaced", func(c *randomCase) bool {
		c.arrived.host = c.pick("10.0.0.9", "upstream", "localhost")
		return true
	}},
	{"host and port replaced", func(c *randomCase) bool {
		c.arrived.host, c.arrived.port = c.pick("10.0.0.9", "upstream"), c.pick("", ":8080", ":3000")
		return true
	}},
	{"host case", func(c *randomCase) bool { c.arrived.host = strings.ToLower(c.arrived.host); return true }},
	{"www", func(c *randomCase) bool {
		if rest, ok := strings.CutPrefix(c.arrived.host, "www."); ok {
			c.arrived.host = rest
		} else {
			c.arrived.host = "www." + c.arrived.host
		}
		return true
	}},
	{"port", func(c *randomCase) bool {
		if c.arrived.port != "" {
			c.header.Set("X-Forwarded-Port", c.arrived.port[1:])
		}
		c.arrived.port = c.pick("", ":8080", ":3000", ":443")
		return true
	}},
	{"userinfo added", func(c *randomCase) bool { c.arrived.user = "user:secret@"; return true }},
	{"userinfo lost", func(c *randomCase) bool {
		if c.arrived.user != "" {
			return false
		}
		c.signed.user = "user:secret@"
		c.header.Set("Authorization", "Basic dXNlcjpzZWNyZXQ=")
		return true
	}},
	{"slash", func(c *randomCase) bool {
		if p, ok := strings.CutSuffix(c.arrived.path, "/"); ok && p != "" {
			c.arrived.path = p
		} else {
			c.arrived.path += "/"
		}
		return true
	}},
	{"prefix lost", func(c *randomCase) bool {
		prefix := c.pick("/api", "/tenant/7")
		if c.signed.path != c.arrived.path {
			return false
		}
		c.signed.path = prefix + c.signed.path
		c.header.Set("X-Forwarded-Prefix", prefix)
		return true
	}},
	{"prefix added", func(c *randomCase) bool { c.arrived.path = c.pick("/app", "/app/v1") + c.arrived.path; return true }},
	{"slashes merged", func(c *randomCase) bool {
		c.arrived.path = strings.ReplaceAll(c.arrived.path, "//", "/")
		return true
	}},
	{"slash doubled", func(c *randomCase) bool {
		i := strings.LastIndexByte(c.arrived.path, '/')
		c.arrived.path = c.arrived.path[:i] + "/" + c.arrived.path[i:]
		return true
	}},
	{"path decoded", func(c *randomCase) bool {
		p, err := url.PathUnescape(c.arrived.path)
		if err == nil && !strings.Contains(c.arrived.path, "%2F") {
			c.arrived.path = p
		}
		return true
	}},
	{"path hex case", func(c *randomCase) bool { c.arrived.path = lowerHex(c.arrived.path); return true }},
	{"path plus escaped", func(c *randomCase) bool {
		c.arrived.path = strings.ReplaceAll(c.arrived.path, "+", "%2B")
		return true
	}},
	{"path encoded anew", func(c *randomCase) bool {
		u, err := url.Parse("http://h" + c.arrived.path)
		if err == nil && !strings.Contains(c.arrived.path, "%2F") && !strings.Contains(c.arrived.path, "'") {
			c.arrived.path = (&url.URL{Path: u.Path}).EscapedPath()
		}
		return true
	}},
	{"query lost", func(c *randomCase) bool {
		if len(c.arrived.pairs) != len(c.signed.pairs) || c.arrived.method == "GET" || c.arrived.json != "" {
			return false
		}
		c.config.Webhooks = append(c.config.Webhooks, c.signed.url())
		c.arrived.pairs = nil
		return true
	}},
	{"query added", func(c *randomCase) bool {
		c.arrived.pairs = append(c.arrived.pairs, c.pick("utm_source=x", "_=123", "source=proxy"))
		return true
	}},
	{"query sorted", func(c *randomCase) bool {
		if len(c.arrived.pairs) > 4 {
			return false
		}
		sort.Strings(c.arrived.pairs)
		return true
	}},
	{"query shuffled", func(c *randomCase) bool {
		if len(c.arrived.pairs) > 4 {
			return false
		}
		c.Shuffle(len(c.arrived.pairs), func(i, j int) {
			c.arrived.pairs[i], c.arrived.pairs[j] = c.arrived.pairs[j], c.arrived.pairs[i]
		})
		return true
	}},
	{"query doubled", func(c *randomCase) bool {
		c.arrived.pairs = append(c.arrived.pairs, c.arrived.pairs...)
		return true
	}},
	{"query pair doubled", func(c *randomCase) bool {
		if len(c.arrived.pairs) > 0 {
			c.arrived.pairs = append(c.arrived.pairs, c.arrived.pairs[0])
		}
		return true
	}},
	{"query spaces", func(c *randomCase) bool {
		from, to := "+", "%20"
		if c.IntN(2) == 0 {
			from, to = to, from
		}
		return c.eachPair(func(p string) string { return strings.ReplaceAll(p, from, to) })
	}},
	{"query hex case", func(c *randomCase) bool { return c.eachPair(lowerHex) }},
	{"query colons decoded", func(c *randomCase) bool {
		return c.eachPair(func(p string) string { return strings.ReplaceAll(p, "%3A", ":") })
	}},
	{"query reserved decoded", func(c *randomCase) bool {
		return c.eachPair(strings.NewReplacer("%3A", ":", "%40", "@", "%2C", ",", "%2F", "/").Replace)
	}},
	{"query reserved encoded", func(c *randomCase) bool {
		return c.eachPair(strings.NewReplacer(":", "%3A", "@", "%40", ",", "%2C", "/", "%2F", "'", "%27").Replace)
	}},
	{"query quote escaped", func(c *randomCase) bool {
		return c.eachPair(func(p string) string { return strings.ReplaceAll(p, "%27", "'") })
	}},
	{"query encoded anew", func(c *randomCase) bool {
		return c.eachPair(func(p string) string {
			name, value, found := strings.Cut(p, "=")
			v, err := url.QueryUnescape(value)
			if err != nil || !found {
				return p
			}
			return name + "=" + strings.NewReplacer("+", "%20", "%21", "!", "%27", "'", "%28", "(", "%29", ")", "%2A", "*").Replace(url.QueryEscape(v))
		})
	}},
	{"query raw UTF-8", func(c *randomCase) bool {
		return c.eachPair(strings.NewReplacer("%C3%A9", "é", "%E2%82%AC", "€").Replace)
	}},
	{"query into body", func(c *randomCase) bool {
		if len(c.arrived.params) == 0 || len(c.arrived.pairs) == 0 || c.arrived.json != "" || c.moved {
			return false
		}
		c.moved = true
		for _, p := range c.arrived.pairs {
			name, value, _ := strings.Cut(p, "=")
			v, err := url.QueryUnescape(value)
			if err != nil {
				return false
			}
			c.arrived.params = append(c.arrived.params, [2]string{name, v})
		}
		if c.IntN(2) == 0 {
			for _, p := range c.arrived.pairs {
				if name, value, _ := strings.Cut(p, "="); name+"="+url.QueryEscape(must(url.QueryUnescape(value))) != p {
					return true // its encoding could not be told
				}
			}
			c.arrived.pairs = nil
		}
		return true
	}},
	{"body into query", func(c *randomCase) bool {
		if len(c.arrived.params) == 0 || c.arrived.json != "" || c.moved {
			return false
		}
		c.moved = true
		for _, p := range c.arrived.params {
			c.arrived.pairs = append(c.arrived.pairs, url.QueryEscape(p[0])+"="+url.QueryEscape(p[1]))
		}
		c.arrived.params = nil
		if c.IntN(2) == 0 {
			c.arrived.method, c.arrived.contentType = "GET", ""
		}
		return true
	}},
	{"body hash lost", func(c *randomCase) bool {
		c.arrived.pairs = slices.DeleteFunc(c.arrived.pairs, func(p string) bool { return strings.HasPrefix(p, "bodySHA256=") })
		return c.arrived.json != ""
	}},
	{"body hash stale", func(c *randomCase) bool {
		return c.eachPair(func(p string) string {
			if strings.HasPrefix(p, "bodySHA256=") {
				return "bodySHA256=" + sha256Hex("{}")
			}
			return p
		})
	}},
	{"body hash doubled", func(c *randomCase) bool {
		if c.arrived.json == "" {
			return false
		}
		c.arrived.pairs = append(c.arrived.pairs, "bodySHA256="+sha256Hex(c.pick("", "{}", c.arrived.json)))
		return true
	}},
	{"params trimmed", func(c *randomCase) bool {
		return c.eachParam(func(_, v string) string { return strings.TrimSpace(v) })
	}},
	{"params padded", func(c *randomCase) bool {
		return c.eachParam(func(_, v string) string { return v + "\r\n" })
	}},
	{"param emptied", func(c *randomCase) bool {
		name := c.pick("Called", "Caller", "ApiVersion", "Direction", "FromCity", "ToCountry")
		return c.eachParam(func(n, v string) string {
			if n == name {
				return ""
			}
			return v
		})
	}},
	{"empty params dropped", func(c *randomCase) bool {
		had := len(c.arrived.params)
		for _, p := range c.arrived.params {
			if p[1] == "" && strings.Trim(p[0], "abcdefghijklmnopqrstuvwxyz._") == "" {
				return false // the application's own: nobody knows that it was there
			}
		}
		c.arrived.params = slices.DeleteFunc(c.arrived.params, func(p [2]string) bool { return p[1] == "" })
		return had != len(c.arrived.params)
	}},
	{"empty params None", func(c *randomCase) bool {
		return c.eachParam(func(_, v string) string {
			if v == "" {
				return "None"
			}
			return v
		})
	}},
	{"param dropped", func(c *randomCase) bool {
		if len(c.arrived.params) != len(c.signed.params) {
			return false // of a repeated one, all are lost
		}
		name := c.pick("Called", "Caller", "ApiVersion", "Direction", "CallStatus")
		c.arrived.params = slices.DeleteFunc(c.arrived.params, func(p [2]string) bool { return p[0] == name })
		return true
	}},
	{"param added", func(c *randomCase) bool {
		if len(c.arrived.params) == 0 {
			return false
		}
		c.arrived.params = append(c.arrived.params, [2]string{c.pick("_method", "controller", "session", "x_ref"), "1"})
		return true
	}},
	{"params joined", func(c *randomCase) bool {
		return c.repeated(func(v []string) []string { return []string{strings.Join(v, ",")} })
	}},
	{"first kept", func(c *randomCase) bool { return c.repeated(func(v []string) []string { return v[:1] }) }},
	{"last kept", func(c *randomCase) bool { return c.repeated(func(v []string) []string { return v[1:] }) }},
	{"value repeated", func(c *randomCase) bool {
		if !slices.ContainsFunc(c.arrived.params, func(p [2]string) bool { return p[0] == "Direction" }) {
			return false // else it stands for another
		}
		c.arrived.params = append(c.arrived.params, [2]string{"Direction", "other"})
		return true
	}},
	{"names with underscores", func(c *randomCase) bool {
		for i := range c.arrived.params {
			c.arrived.params[i][0] = strings.ReplaceAll(c.arrived.params[i][0], ".", "_")
		}
		return true
	}},
	{"UTF-8 twice", func(c *randomCase) bool { return c.eachParam(func(_, v string) string { return latin1(v) }) }},
	{"Latin-1", func(c *randomCase) bool {
		return c.eachParam(func(_, v string) string {
			b := []byte{}
			for _, r := range v {
				if r > 0xff {
					return v
				}
				b = append(b, byte(r))
			}
			return string(b)
		})
	}},
	{"Windows-1252", func(c *randomCase) bool {
		return c.eachParam(func(_, v string) string {
			return strings.NewReplacer("’", "\x92", "€", "\x80", "ö", "\xf6", "ß", "\xdf", "á", "\xe1", "é", "\xe9").Replace(v)
		})
	}},
	{"plus decoded twice", func(c *randomCase) bool {
		return c.eachParam(func(_, v string) string {
			if strings.HasPrefix(v, "+1") {
				return " " + v[1:]
			}
			return v
		})
	}},
	{"JSON", func(c *randomCase) bool {
		if len(c.arrived.params) == 0 || c.arrived.json != "" || c.arrived.method != "POST" {
			return false
		}
		object := map[string]any{}
		for _, p := range c.arrived.params {
			switch had := object[p[0]].(type) {
			case nil:
				object[p[0]] = p[1]
			case string:
				object[p[0]] = []string{had, p[1]}
			default:
				return false
			}
		}
		b, err := json.Marshal(object)
		if err != nil || strings.Contains(string(b), `\ufffd`) {
			return false
		}
		c.arrived.json, c.arrived.contentType = string(b), "application/json"
		return true
	}},
	{"method", func(c *randomCase) bool {
		if len(c.arrived.params) == 0 || c.arrived.json != "" {
			return false
		}
		c.arrived.method = "GET"
		return true
	}},
	{"other key", func(c *randomCase) bool {
		c.key = keyOld
		c.config.OtherKeys = []twilio.Key{{Name: "old", Token: keyOld}}
		return c.config.Keys[0].Token == keyA
	}},
	{"other account", func(c *randomCase) bool {
		c.key = keyB
		return c.named() && c.config.Keys[0].Token == keyA
	}},
	{"key with clutter", func(c *randomCase) bool {
		if c.key != keyA {
			return false
		}
		c.config.Keys[0].Token = callgate.Secret(c.pick(" %s", "%s\n", `"%s"`, "'%s' ", "TWILIO_AUTH_TOKEN=%s"))
		c.config.Keys[0].Token = callgate.Secret(strings.ReplaceAll(c.config.Keys[0].Token.Reveal(), "%s", keyA))
		return true
	}},
}

func must(s string, err error) string {
	if err != nil {
		panic(err)
	}
	return s
}

// named reports whether the request names its account.
func (c *randomCase) named() bool {
	return slices.ContainsFunc(c.arrived.params, func(p [2]string) bool { return p[0] == "AccountSid" }) ||
		slices.ContainsFunc(c.arrived.pairs, func(p string) bool { return strings.HasPrefix(p, "AccountSid=") })
}

func (c *randomCase) eachPair(change func(string) string) bool {
	for i, p := range c.arrived.pairs {
		c.arrived.pairs[i] = change(p)
	}
	return true
}

func (c *randomCase) eachParam(change func(name, value string) string) bool {
	if c.moved {
		return false // white space in a query is another matter
	}
	for i, p := range c.arrived.params {
		c.arrived.params[i][1] = change(p[0], p[1])
	}
	return len(c.arrived.params) > 0 && c.arrived.json == ""
}

// repeated changes the values of the one parameter that captures repeat.
func (c *randomCase) repeated(change func([]string) []string) bool {
	const name = "MessagingBinding.Address"
	var values []string
	for _, p := range c.arrived.params {
		if p[0] == name {
			values = append(values, p[1])
		}
	}
	if len(values) != 2 || c.arrived.json != "" {
		return false
	}
	c.arrived.params = slices.DeleteFunc(c.arrived.params, func(p [2]string) bool { return p[0] == name })
	for _, v := range change(values) {
		c.arrived.params = append(c.arrived.params, [2]string{name, v})
	}
	return true
}

// lowerHex writes the digits of escapes in small letters.
func lowerHex(s string) string {
	b := []byte(s)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i:i+3], strings.ToLower(s[i:i+3]))
			i += 2
		}
	}
	return string(b)
}

// latin1 reads the bytes of s as ISO 8859-1.
func latin1(s string) string {
	var b strings.Builder
	for i := range len(s) {
		b.WriteRune(rune(s[i]))
	}
	return b.String()
}
