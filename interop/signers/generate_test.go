package signers_test

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/callgate/callgate/interop/internal/signer"
)

// shape is one kind of request. The comment of its draw function says which rule
// judges it.
type shape struct {
	name string
	// weight is how often the shape is drawn.
	weight int
	// draw fills in what the carrier signs and what the server receives.
	draw func(source, *request)
}

// verdict is what Callgate must say: valid, or one of the reasons.
type verdict struct {
	valid   bool
	reasons []string
}

var valid = verdict{valid: true}

func refused(reasons ...string) verdict { return verdict{reasons: reasons} }

// request is a generated request before it is signed.
type request struct {
	id    string
	shape string
	token string
	// signedURL is the address as the carrier writes it, receivedURL as the
	// server knows it. They differ where the carrier's rules leave it open.
	signedURL, receivedURL string
	method                 string
	contentType            string   // "" sends no such header
	params                 []param  // of a form
	body                   []byte   // on the wire
	hashed                 *string  // signed through bodySHA256
	extra                  []header // beyond Content-Type and the signature
	want                   verdict
}

type param struct{ name, value string }

type header struct{ name, value string }

func (r *request) job() signer.Job {
	j := signer.Job{Token: r.token, URL: r.signedURL, Hashed: r.hashed}
	for _, p := range r.params {
		j.Params = append(j.Params, [2]string{p.name, p.value})
	}
	return j
}

// generate draws n requests.
func generate(seed uint64, n int) []*request {
	s := newSource(seed)
	var deck []shape
	for _, sh := range shapes() {
		for range sh.weight {
			deck = append(deck, sh)
		}
	}
	requests := make([]*request, n)
	for i := range requests {
		sh := deck[i%len(deck)] // every shape gets its share, whatever the seed
		r := &request{id: fmt.Sprintf("%05d", i), shape: sh.name, token: s.token(), want: valid}
		sh.draw(s, r)
		requests[i] = r
	}
	return requests
}

// origin draws scheme, host and port.
func (s source) origin() (scheme, host, port string) {
	scheme = one(s, "https", "https", "https", "http")
	host = s.host()
	if s.odds(3) {
		port = one(s, "8443", "8080", "1", "65535", "5000")
	}
	return scheme, host, port
}

func (s source) host() string {
	return one(s, "ivr.example.org", "ivr.example.org", "IVR.Example.ORG", "xn--bcher-kva.example",
		"192.0.2.7", "[2001:db8::1]", "[::1]", "a.b.c.d.example.net", "localhost", "my_host.example", "example.org.")
}

func join(scheme, userinfo, host, port, rest string) string {
	if userinfo != "" {
		host = userinfo + "@" + host
	}
	if port != "" {
		host += ":" + port
	}
	return scheme + "://" + host + rest
}

// address draws a whole address whose every byte counts.
func (s source) address() string {
	scheme, host, port := s.origin()
	return join(scheme, "", host, port, s.path()+s.query())
}

// path draws a path with at least the root slash. All of its oddities must
// survive as they are.
func (s source) path() string {
	var b strings.Builder
	for range s.IntN(4) {
		b.WriteString("/")
		b.WriteString(one(s, "ivr", "voice.xml", "a%2fb", "a%2Fb", "%c3%a9", "%C3%A9", "é", "O'Hara", "a;b=c", "a,b", "a+b", "a%20b",
			"@me", "a:b", "(x)", "x!", "*", "$1", "~u", "%7Eu", "%41", "", ".", "..", "a|b", "日本", "😀", s.from(letters, 1+s.IntN(6))))
	}
	if b.Len() == 0 || s.odds(4) {
		b.WriteString("/")
	}
	return b.String()
}

// query draws a query with its question mark, or none.
func (s source) query() string {
	if s.odds(2) {
		return ""
	}
	if s.odds(12) {
		return one(s, "?", "??", "?&", "?=", "?a&&b", "?a?b=c?d", "?a=1&a=1&a=0", "?z=1&a=2")
	}
	var pairs []string
	for range 1 + s.IntN(4) {
		pairs = append(pairs, one(s, "a=1", "a=", "a", "b=O'Hara", "q=a+b", "q=a%20b", "q=%2B1", "q=%2b1", "q=caf%c3%a9", "q=café",
			"q=%40x%3Ay", "q=@x:y", "q=!()*", "q=%21", "next=https://x.example/y?z", "q=a|b", "q=😀", "q=%2f", "q=a;b", "q=[1]",
			"q="+url.QueryEscape(s.text(8))))
	}
	return "?" + strings.Join(pairs, "&")
}

// voice draws the parameters of a voice webhook and some odd ones.
func (s source) voice() []param {
	ps := []param{
		{"CallSid", s.sid("CA")}, {"AccountSid", s.sid("AC")}, {"ApiVersion", "2010-04-01"}, {"CallStatus", "in-progress"},
		{"From", s.phone()}, {"To", s.phone()}, {"Direction", "inbound"},
	}
	for _, name := range []string{"Digits", "SpeechResult", "Caller", "Called", "FromCity", "ToCity", "CallerName", "ToZip", "StirVerstat"} {
		if s.odds(2) {
			ps = append(ps, param{name, s.value()})
		}
	}
	for range s.IntN(5) {
		ps = append(ps, param{s.name(), s.value()})
	}
	for s.odds(3) { // repeated names, with another value or the same
		again := one(s, ps...)
		if s.odds(2) {
			again.value = s.value()
		}
		ps = append(ps, again)
	}
	if s.odds(30) {
		ps = append(ps, param{"", s.value()})
	}
	s.Shuffle(len(ps), func(i, j int) { ps[i], ps[j] = ps[j], ps[i] })
	return ps
}

// encodeForm writes a form in one of the many ways that decode to the same.
func (s source) encodeForm(ps []param) []byte {
	var b strings.Builder
	for i, p := range ps {
		if i > 0 {
			b.WriteByte('&')
		}
		s.escape(&b, p.name)
		if p.value != "" || p.name == "" || !s.odds(4) {
			b.WriteByte('=')
			s.escape(&b, p.value)
		}
	}
	return []byte(b.String())
}

// mayStayRaw are bytes that some encoders escape and others do not.
const mayStayRaw = "!'()*;:@,/?$[]|\"<>~`^{}\\-._"

func (s source) escape(b *strings.Builder, text string) {
	raw8bit := s.odds(8)
	for i := range len(text) {
		c := text[i]
		switch {
		case c == ' ' && !s.odds(3):
			b.WriteByte('+')
		case strings.IndexByte(letters+digits, c) >= 0 && !s.odds(40),
			strings.IndexByte(mayStayRaw, c) >= 0 && s.odds(2),
			c >= 0x80 && raw8bit:
			b.WriteByte(c)
		case s.odds(2):
			fmt.Fprintf(b, "%%%02x", c)
		default:
			fmt.Fprintf(b, "%%%02X", c)
		}
	}
}

func (s source) json() string {
	return one(s, "{}", "[]", "null", "{\"a\":1}", "{ \"a\" : 1 }\n", `{"Digits":"1"}`, "", "[{\"type\":\"com.twilio.x\",\"data\":{\"name\":\""+
		strings.NewReplacer("\"", "", "\\", "", "\x00", "").Replace(s.text(40))+"\"}}]", "{\"emoji\":\"😀 日本 é\"}", "not json at all")
}
