package explain_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"sort"
	"strings"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/explain"
	"github.com/callgate/callgate/twilio"
)

// message is a request before or after the journey. Queries and paths are text;
// nothing in these tests uses the code that is tested.
type message struct {
	method      string
	scheme      string
	user        string
	host, port  string
	path        string
	pairs       []string // of the query, encoded
	question    bool     // "?" even without pairs
	params      [][2]string
	json        string
	contentType string
}

func (m *message) url() string {
	u := m.scheme + "://" + m.user + m.host + m.port + m.path
	if len(m.pairs) > 0 || m.question {
		u += "?" + strings.Join(m.pairs, "&")
	}
	return u
}

func (m *message) clone() message {
	c := *m
	c.pairs, c.params = slices.Clone(m.pairs), slices.Clone(m.params)
	return c
}

// sign is the carrier's rule, written from its documents: the address, then each
// parameter in the order of its name, the values of one name sorted and each once.
func (m *message) sign(key string) string {
	mac := hmac.New(sha1.New, []byte(key))
	mac.Write([]byte(m.signedText()))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func (m *message) signedText() string {
	text := m.url()
	values := map[string][]string{}
	for _, p := range m.params {
		if !slices.Contains(values[p[0]], p[1]) {
			values[p[0]] = append(values[p[0]], p[1])
		}
	}
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		sort.Strings(values[name])
		for _, v := range values[name] {
			text += name + v
		}
	}
	return text
}

func (m *message) body() string {
	if m.json != "" {
		return m.json
	}
	var pairs []string
	for _, p := range m.params {
		pairs = append(pairs, url.QueryEscape(p[0])+"="+url.QueryEscape(p[1]))
	}
	return strings.Join(pairs, "&")
}

// randomCase is a request as it was signed and as it arrived, and what the gate knows.
type randomCase struct {
	*rand.Rand
	signed, arrived message
	key             string
	config          explain.Config
	header          http.Header
	listen          string
	moved           bool // parameters went from the query to the body or back
}

const (
	accountA = "AC00000000000000000000000000000001"
	accountB = "AC00000000000000000000000000000002"
	keyA     = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1"
	keyB     = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb2"
	keyOld   = "ccccccccccccccccccccccccccccccc3"
)

func newCase(seed uint64) *randomCase {
	c := &randomCase{Rand: newRand(seed), key: keyA, header: http.Header{}}
	c.config.Keys = []twilio.Key{
		{Name: "a", Account: accountA, Token: keyA},
		{Name: "b", Account: accountB, Token: keyB},
	}
	m := &c.signed
	m.scheme = c.pick("https", "https", "https", "https", "http")
	m.host = c.pick("ivr.example.org", "ivr.example.org", "Voice.Example.com", "www.example.net", "198.51.100.7", "[2001:db8::1]")
	m.port = c.pick("", "", "", "", ":8443", ":8080")
	c.randomPath()
	switch c.IntN(10) {
	case 0:
		c.randomJSON()
	case 1, 2:
		c.randomGet()
	default:
		m.method, m.contentType = "POST", "application/x-www-form-urlencoded"
		if c.IntN(3) == 0 {
			c.randomPairs(1 + c.IntN(4))
		}
		m.params = c.voice()
	}
	c.arrived = m.clone()
	c.knowledge()
	return c
}

// knowledge chooses how the gate knows the address that the carrier uses.
func (c *randomCase) knowledge() {
	m := &c.signed
	switch c.IntN(3) {
	case 0:
		c.config.PublicURL = m.scheme + "://" + m.host + m.port
	case 1:
		c.config.AllowedHosts = []string{m.host + m.port}
	default:
		c.header.Set("X-Forwarded-Host", m.host+m.port)
		c.header.Set("X-Forwarded-Proto", m.scheme)
	}
	c.listen = "10.0.0.9:8080"
}

func (c *randomCase) randomPath() {
	segments := []string{"ivr", "menu", "call%20centre", "a+b", "caf%C3%A9", "x~y", "v2", "Flow", "a%2Fb", "p:q", "it's"}
	m := &c.signed
	m.path = ""
	for range c.IntN(4) {
		m.path += "/" + c.pick(segments...)
	}
	if m.path == "" || c.IntN(5) == 0 {
		m.path += "/"
	}
	if c.IntN(20) == 0 && m.path != "/" {
		m.path = "/" + m.path // "//ivr"
	}
}

// values are what applications put into addresses.
var values = []string{"1", "sales", "de-DE", "a b", "café", "x:y", "a@example.org", "1,2,3", "it's", "50%", "a/b", "100€", "(x)", "~home", "a+b", ""}

func (c *randomCase) randomPairs(n int) {
	names := []string{"lang", "step", "id", "next", "tenant", "branch_id", "q"}
	c.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	for _, name := range names[:n] {
		v := url.QueryEscape(c.pick(values...))
		if n%2 == 0 {
			v = strings.ReplaceAll(v, "+", "%20")
		}
		c.signed.pairs = append(c.signed.pairs, name+"="+v)
	}
}

func (c *randomCase) randomGet() {
	m := &c.signed
	m.method = "GET"
	if c.IntN(4) == 0 {
		c.header.Set("Upgrade", "websocket")
		c.header.Set("Connection", "Upgrade")
		m.scheme = strings.Replace(m.scheme, "http", "ws", 1)
		return
	}
	c.randomPairs(c.IntN(3))
	for _, p := range c.voice() {
		m.pairs = append(m.pairs, p[0]+"="+url.QueryEscape(p[1]))
	}
}

func (c *randomCase) randomJSON() {
	m := &c.signed
	m.method, m.contentType = "POST", "application/json"
	c.randomPairs(c.IntN(3))
	m.json = fmt.Sprintf(`{"EventType":"call","AccountSid":"%s","n":%d}`, accountA, c.IntN(1000))
	m.pairs = append(m.pairs, "bodySHA256="+sha256Hex(m.json))
}

func sha256Hex(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// voice returns the parameters of a call, as captures have them.
func (c *randomCase) voice() [][2]string {
	from, to := fmt.Sprintf("+1500555%04d", c.IntN(10000)), fmt.Sprintf("+1500556%04d", c.IntN(10000))
	ps := [][2]string{
		{"AccountSid", accountA}, {"ApiVersion", "2010-04-01"}, {"CallSid", fmt.Sprintf("CA%032x", c.Uint64())},
		{"CallStatus", c.pick("ringing", "in-progress")}, {"Called", to}, {"Caller", from}, {"Direction", "inbound"}, {"From", from}, {"To", to},
	}
	if c.IntN(2) == 0 {
		for _, side := range []string{"From", "Caller", "To", "Called"} {
			ps = append(ps, [2]string{side + "Country", "US"}, [2]string{side + "State", c.pick("CA", "")}, [2]string{side + "City", c.pick("LOS ANGELES", "")}, [2]string{side + "Zip", ""})
		}
		twin(ps)
	}
	switch c.IntN(4) {
	case 0:
		ps = append(ps, [2]string{"Digits", fmt.Sprint(c.IntN(1000))})
	case 1:
		ps = append(ps, [2]string{"SpeechResult", c.pick("I want to speak to someone", "größe ", " Olá", "it’s me", "a, b, c")})
	}
	if c.IntN(5) == 0 {
		ps = append(ps, [2]string{"MessagingBinding.Address", from}, [2]string{"MessagingBinding.Address", to})
	}
	for range c.IntN(3) {
		name := c.pick("note", "customer_name", "ref", "x.y")
		if !slices.ContainsFunc(ps, func(p [2]string) bool { return p[0] == name }) {
			ps = append(ps, [2]string{name, c.pick(values...)})
		}
	}
	return ps
}

// twin gives Caller and Called the places of From and To, as the carrier does.
func twin(ps [][2]string) {
	get := func(name string) string {
		for _, p := range ps {
			if p[0] == name {
				return p[1]
			}
		}
		return ""
	}
	for i, p := range ps {
		if rest, found := strings.CutPrefix(p[0], "Caller"); found && rest != "" {
			ps[i][1] = get("From" + rest)
		}
		if rest, found := strings.CutPrefix(p[0], "Called"); found && rest != "" {
			ps[i][1] = get("To" + rest)
		}
	}
}

// request returns the request as it arrived, with the signature that was made.
func (c *randomCase) request() *explain.Request {
	h := c.header.Clone()
	h.Set(twilio.Header, c.signed.sign(c.key))
	h.Set("User-Agent", "TwilioProxy/1.1")
	if c.arrived.contentType != "" {
		h.Set("Content-Type", c.arrived.contentType)
	}
	u := c.arrived.url()
	target := u[strings.Index(u, "://")+3:]
	if i := strings.IndexAny(target, "/?"); i >= 0 {
		target = target[i:]
	}
	return &explain.Request{
		Method: c.arrived.method, URL: u, Host: c.arrived.host + c.arrived.port, Target: target,
		Header: h, Body: []byte(c.arrived.body()), Peer: netip.MustParseAddr("10.0.0.7"), Listen: c.listen,
	}
}

func (c *randomCase) describe() string {
	m := c.arrived
	b, _ := json.Marshal([]any{m.method, m.url(), m.contentType, m.body(), c.key, c.signed.url(), c.config.Keys[0].Token.Reveal()})
	return string(b)
}

var _ callgate.Secret
