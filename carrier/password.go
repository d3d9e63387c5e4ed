package carrier

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"net/http"
	"net/url"
	"strings"
)

// login answers a server that asks for the user and password of a URL (usage/security).
// The first request goes without them; they are sent when a 401 asks, and from then on for
// the rest of the call.
type login struct {
	scheme string            // "basic" or "digest"
	params map[string]string // of a digest's challenge
	count  int               // requests with this nonce
}

// loginFor reads the challenge of a 401, nil when it is none that the URL has an answer to.
func loginFor(rawURL string, h http.Header) *login {
	if u, err := url.Parse(rawURL); err != nil || u.User == nil {
		return nil
	}
	for _, line := range h.Values("WWW-Authenticate") {
		scheme, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		l := &login{scheme: strings.ToLower(scheme), params: challengeParams(rest)}
		if l.scheme == "basic" || l.scheme == "digest" && l.digester() != nil {
			return l
		}
	}
	return nil
}

// challengeParams reads the parameters of a challenge (RFC 9110, section 11.2).
func challengeParams(s string) map[string]string {
	params := map[string]string{}
	for s != "" {
		name, rest, ok := strings.Cut(s, "=")
		if !ok {
			break
		}
		value := ""
		if rest = strings.TrimLeft(rest, " \t"); strings.HasPrefix(rest, `"`) {
			value, rest = quoted(rest[1:])
		} else {
			value, _, _ = strings.Cut(rest, ",")
			rest = rest[len(value):]
		}
		params[strings.ToLower(strings.TrimSpace(name))] = strings.TrimSpace(value)
		s = strings.TrimLeft(rest, " \t,")
	}
	return params
}

// quoted reads to the end of a quoted string.
func quoted(s string) (value, rest string) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		case s[i] == '"':
			return b.String(), s[i+1:]
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String(), ""
}

// digester is the hash of a digest, nil when the challenge asks for what is not known.
func (l *login) digester() func() hash.Hash {
	if qop, ok := l.params["qop"]; ok && !oneOf("auth", strings.FieldsFunc(qop, func(r rune) bool { return r == ',' || r == ' ' })...) {
		return nil
	}
	switch strings.ToUpper(l.params["algorithm"]) {
	case "", "MD5":
		return md5.New
	case "SHA-256":
		return sha256.New
	}
	return nil
}

// header is the Authorization of a request. The target is that of the request line.
func (l *login) header(method, target, user, password, cnonce string) string {
	p := l.params
	h := func(s string) string {
		d := l.digester()()
		d.Write([]byte(s))
		return hex.EncodeToString(d.Sum(nil))
	}
	l.count++
	nc := fmt.Sprintf("%08x", l.count)
	a1, a2 := h(user+":"+p["realm"]+":"+password), h(method+":"+target)
	out := fmt.Sprintf(`Digest username=%s, realm=%s, nonce=%s, uri=%s`, quote(user), quote(p["realm"]), quote(p["nonce"]), quote(target))
	if p["qop"] == "" { // RFC 2069
		out += `, response="` + h(a1+":"+p["nonce"]+":"+a2) + `"`
	} else {
		out += fmt.Sprintf(`, qop=auth, nc=%s, cnonce=%s, response="%s"`, nc, quote(cnonce), h(strings.Join([]string{a1, p["nonce"], nc, cnonce, "auth", a2}, ":")))
	}
	for _, name := range []string{"algorithm", "opaque"} {
		if v, ok := p[name]; ok {
			out += ", " + name + "=" + map[string]string{"algorithm": v, "opaque": quote(v)}[name]
		}
	}
	return out
}

// quote writes a quoted string.
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// logIn adds the user and password of a URL to a request whose server has asked for them.
func (c *client) logIn(req *http.Request, rawURL string) {
	l := c.login[originOf(rawURL)]
	u, err := url.Parse(rawURL)
	if l == nil || err != nil || u.User == nil {
		return
	}
	password, _ := u.User.Password()
	if l.scheme == "basic" {
		req.SetBasicAuth(u.User.Username(), password)
		return
	}
	req.Header.Set("Authorization", l.header(req.Method, req.URL.RequestURI(), u.User.Username(), password, sid("", c.seed, c.count+l.count)))
}
