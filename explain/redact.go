package explain

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"errors"
	"math/big"
	"net/http"
	"strings"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/twilio"
)

// redactor replaces values. The same value has the same replacement everywhere
// in one case, and different values have different ones, so that what hangs
// together still does.
type redactor struct {
	made map[string]string
	used map[string]bool
	kept map[string]bool // values that say nothing about anybody
}

func newRedactor() *redactor {
	empty := sha256Hex(nil)
	return &redactor{made: map[string]string{empty: empty}, used: map[string]bool{}, kept: map[string]bool{empty: true}}
}

// redact returns the case of a request with an explanation.
func (d *redactor) redact(c *Config, r *Request, want *Explanation) *Case {
	out := &Case{Request: &Request{
		Method: r.Method, Host: r.Host, TLS: r.TLS, Proto: r.Proto, Peer: r.Peer, Listen: r.Listen, Header: http.Header{},
	}}
	out.Request.Body = d.body(r)
	d.hash(r.Body, out.Request.Body)
	out.Request.URL, out.Request.Target = d.url(r.URL), d.target(r.Target)
	out.Config = Config{
		Keys: d.keys(c.Keys), OtherKeys: d.keys(c.OtherKeys), PublicURL: d.url(c.PublicURL),
		AllowedHosts: c.AllowedHosts, TrustedProxies: c.TrustedProxies, Work: c.Work,
	}
	for _, w := range c.Webhooks {
		out.Config.Webhooks = append(out.Config.Webhooks, d.url(w))
	}
	d.headers(out.Request.Header, r.Header)
	out.sign(r.Header[twilio.Header], want)
	return out
}

// value returns the replacement of a decoded value.
func (d *redactor) value(s string) string {
	if isNothing(s) {
		return s // a word of the language, and part of the explanation
	}
	if made, ok := d.made[s]; ok {
		return made
	}
	const enough = 20
	made := draw(s)
	for tries := 0; tries < enough && (d.used[made] || made == s); tries++ {
		made = draw(s)
	}
	d.made[s], d.used[made] = made, true
	return made
}

// draw makes a value of the same length and classes; a SID keeps its two letters
// and its digits hexadecimal.
func draw(s string) string {
	if isSid(s) {
		return s[:2] + mapText(s[2:], func(c byte) byte {
			if c >= 'a' {
				return pick("abcdef")
			}
			return pick("0123456789")
		})
	}
	return mapText(s, func(c byte) byte {
		switch maskByte(c) {
		case '9':
			return pick("123456789")
		case 'x':
			return pick("abcdefghijklmnopqrstuvwxyz")
		case 'X':
			return pick("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
		}
		return c
	})
}

// isSid reports whether s is two capital letters and 32 hexadecimal digits.
func isSid(s string) bool {
	const digits = 32
	return len(s) == 2+digits && strings.Trim(s[:2], "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" && strings.Trim(s[2:], "0123456789abcdef") == ""
}

func pick(from string) byte {
	n, err := rand.Int(rand.Reader, big.NewInt(int64(len(from))))
	if err != nil {
		panic(err) // crypto/rand never fails
	}
	return from[n.Int64()]
}

// hash makes the hash of the body, where the address has it, that of the redacted body.
func (d *redactor) hash(was, is []byte) {
	if len(was) == 0 {
		return
	}
	if bytes.Equal(was, is) {
		d.kept[sha256Hex(was)], d.kept[strings.ToUpper(sha256Hex(was))] = true, true // nothing in it says anything
	}
	old, fresh := sha256Hex(was), sha256Hex(is)
	d.made[old], d.made[strings.ToUpper(old)] = fresh, strings.ToUpper(fresh)
}

func (d *redactor) url(url string) string {
	if url == "" {
		return ""
	}
	a := parseAddress(url)
	if a.user != "" {
		a.user = d.value(strings.TrimSuffix(a.user, "@")) + "@"
	}
	return a.scheme + a.user + a.host + a.port + d.target(a.path+a.query)
}

func (d *redactor) target(target string) string {
	var a address
	a.setTarget(target)
	return mapPath(a.path, d.value) + mapQuery(a.query, d.encoded)
}

// encoded replaces a value of a form or query where it is written.
func (d *redactor) encoded(_, s string) string {
	plain := d.value(decode(s, true))
	b := make([]byte, 0, len(s))
	at := 0
	for i := 0; i < len(s); i++ {
		switch _, escaped := escapeAt(s, i); {
		case escaped:
			b = appendEscape(b, plain[at], strings.ToUpper(s[i:i+3]) != s[i:i+3])
			i += 2
		case s[i] == '+':
			b = append(b, '+') // a space stays one
		default:
			b = append(b, plain[at])
		}
		at++
	}
	return string(b)
}

func (d *redactor) keys(keys []twilio.Key) []twilio.Key {
	var out []twilio.Key
	for _, k := range keys {
		account := k.Account
		if account != "" {
			account = d.value(account)
		}
		out = append(out, twilio.Key{Name: k.Name, Account: account, Token: callgate.Secret(d.token(k.Token.Reveal()))})
	}
	return out
}

// token replaces a key and leaves what surrounds it.
func (d *redactor) token(token string) string {
	core := strings.Trim(token, keyClutter)
	if i := strings.LastIndexAny(core, "=: "); i >= 0 {
		core = core[i+1:]
	}
	before, after, _ := strings.Cut(token, core)
	return draw(before) + d.value(core) + draw(after)
}

// body replaces the values of a body in its own format.
func (d *redactor) body(r *Request) []byte {
	if len(listOf(r.Header["Content-Encoding"])) > 0 {
		var o root
		if o.decompress(r) {
			return gzipped(d.plainBody(r, o.body))
		}
	}
	return d.plainBody(r, r.Body)
}

func (d *redactor) plainBody(r *Request, body []byte) []byte {
	trimmed := bytes.TrimSpace(body)
	switch {
	case len(trimmed) > 0 && (trimmed[0] == '{' || trimmed[0] == '['):
		return d.json(body)
	case mediaTypeOf(r) == "multipart/form-data":
		return d.multipart(body)
	}
	if mediaTypeOf(r) != formType && !bytes.Contains(body, []byte("=")) {
		return []byte(d.value(string(body))) // text, and nothing in it is the name of a parameter
	}
	form := mapQuery("?"+string(body), d.encoded)
	return []byte(form[1:])
}

// gzipped compresses a body; writing to memory does not fail.
func gzipped(body []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(body); err != nil {
		return nil
	}
	if err := w.Close(); err != nil {
		return nil
	}
	return b.Bytes()
}

// leak returns an error when a replacement holds an original value.
func (d *redactor) leak() error {
	const shortest = 4 // a shorter one is in every longer text by chance
	for original := range d.made {
		if len(original) < shortest || d.kept[original] || mask(original) == original {
			continue
		}
		for _, made := range d.made {
			if strings.Contains(made, original) {
				return errors.New("explain: a replacement holds an original value")
			}
		}
	}
	return nil
}
