package doctor

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/internal/doctor/protocol"
	"github.com/callgate/callgate/twilio"
)

const (
	formType = "application/x-www-form-urlencoded"
	jsonType = "application/json"
)

// shape is a probe before it has a challenge: one kind of request that a carrier makes,
// with bytes that something on the way is known to change.
type shape struct {
	name   string
	kind   protocol.Kind
	method string
	target string // path and query
	kindOf string // the type of the body, "" without one
	body   string
	// rare says why it matters only to some when this shape does not arrive.
	rare string
}

// call are parameters of a call. The numbers are set aside for fiction, and the
// identifiers are of no account.
const call = "AccountSid=AC00000000000000000000000000000000&ApiVersion=2010-04-01&CallSid=CA00000000000000000000000000000000" +
	"&CallStatus=ringing&Direction=inbound&From=%2B12025550101&To=%2B12025550102"

// oddParams are names and values that forms lose or change on the way: empty, repeated,
// beyond ASCII, with white space at the ends, and with what separates and escapes.
var oddParams = [][2]string{
	{"CallerName", " O'Hara & Söhne 日本 😀 100% "}, {"FromCity", ""}, {"Item", "2"}, {"Item", "1"}, {"Item", "2"},
	{"SpeechResult", "a+b c%20d=e;f"}, {"SipHeader_X-Ünï", "(x)*~!"}, {"Body.Text", "line one\r\nline two"},
}

// Sizes of what is long. The state of a call, in the query of an address, has up to 2 KiB;
// a transcription in a body may have more than proxies keep in memory.
const (
	longQuery = 3 << 10
	longBody  = 40 << 10
)

// escapedByCarrier is why some bytes are rare.
const escapedByCarrier = "the carrier escapes such bytes unless the address was configured with them; configure it in its escaped spelling"

// shapesAt returns the shapes below a path of the server that is examined, and one at the
// address itself. Where that is what stands in front of each target, the carrier's address
// has at least a slash more.
func shapesAt(b base, publicURL string) []shape {
	self := post("POST to the address itself", "", call)
	json := post("JSON with bodySHA256", "events?lang=en", `{"a": [1, "é😀", null], "b":"x"}`+"\n")
	json.kindOf = jsonType
	stream := get("WebSocket upgrade", "stream")
	stream.kind, stream.rare = protocol.Stream, "only media streams need WebSockets, and routes for them are probed by themselves"
	shapes := []shape{self, get("GET", "get?"+call), post("POST", "post", call), json}
	shapes = append(shapes, pathShapes()...)
	shapes = append(shapes, queryShapes()...)
	shapes = append(shapes,
		post("POST with a query", "post?lang=en&Item=q", call+"&Item=b"),
		post("form with odd parameters", "form", call+"&"+encode(oddParams)),
		post("form with spaces as %20", "form", call+"&"+strings.ReplaceAll(encode(oddParams), "+", "%20")),
		get("long query", "q?state="+strings.Repeat("0123456789abcdef", longQuery/16)),
		post("long form", "form", call+"&SpeechResult="+strings.Repeat("lorem+ipsum+", longBody/12)),
		stream)
	for i := range shapes {
		shapes[i].target = b.path + protocol.Path + shapes[i].target
	}
	if shapes[0].target = b.whole; b.origin()+b.path == strings.TrimSuffix(publicURL, "/") {
		shapes[0].target = b.path + "/"
	}
	return shapes
}

func pathShapes() []shape {
	raw := get("path with raw UTF-8", "café")
	raw.rare = escapedByCarrier
	quotes := get("path with quotes and parentheses", "O'Hara(1)!*")
	quotes.rare = "it matters where the path of an address has one of ' ( ) ! *, which some proxies escape"
	return []shape{
		post("slash at the end of the path", "slash/", call),
		post("path with a dot", "voice.xml", call),
		get("path with escapes", "a%20b%2Bc%25d%3Bf"),
		get("path with escapes in small letters", "caf%c3%a9"),
		get("path with needless escapes", "%41%7e%2Dx"),
		get("path with an encoded slash", "a%2Fb%2fc"),
		get("path with punctuation", "a;x=1,y:@$&~+"),
		quotes,
		raw,
	}
}

func queryShapes() []shape {
	raw := get("query with raw UTF-8", "q?a=é")
	raw.rare = escapedByCarrier
	return []shape{
		get("query in its order, with repetitions", "q?step=2&lang=en&back=1&lang=de&step=2"),
		get("query with empty values", "q?a=&b&=c&&d="),
		get("query with spaces as + and %20", "q?a=x+y&b=x%20y"),
		get("query with escapes", "q?a=%c3%a9%C3%A9&b=%2f%2F&c=%2B%26%3D%25&d=%41%7E"),
		get("query with punctuation", "q?u=https://x.example//y/../z&v=O'Hara;(1)!*@:,$&w=a?b"),
		raw,
	}
}

func get(name, target string) shape {
	return shape{name: name, kind: protocol.Webhook, method: http.MethodGet, target: target}
}

func post(name, target, body string) shape {
	return shape{name: name, kind: protocol.Webhook, method: http.MethodPost, target: target, kindOf: formType, body: body}
}

func encode(params [][2]string) string {
	pairs := make([]string, len(params))
	for i, p := range params {
		pairs[i] = url.QueryEscape(p[0]) + "=" + url.QueryEscape(p[1])
	}
	return strings.Join(pairs, "&")
}

// routeShapes returns the shapes for a route: as the carrier requests it, and without a
// signature. The path is that in front of all proxies.
func routeShapes(path string, r protocol.Route) []shape {
	escaped := (&url.URL{Path: path}).EscapedPath()
	signed := shape{name: "route " + r.Path, kind: protocol.Webhook, method: http.MethodPost, target: escaped, kindOf: formType, body: call}
	switch isStream := r.Kind == callgate.KindStream.String(); {
	case isStream:
		signed.kind, signed.method, signed.kindOf, signed.body = protocol.Stream, http.MethodGet, "", ""
	case len(r.Methods) > 0 && r.Methods[0] == http.MethodGet:
		signed.method, signed.target, signed.kindOf, signed.body = http.MethodGet, escaped+"?"+call, "", ""
	}
	open := signed
	open.name, open.kind = "route "+r.Path+" without a signature", protocol.Unsigned
	return []shape{signed, open}
}

// webhookShape returns the shape for an address that is configured at the carrier. It
// reports false when the address is not one of the server that is examined.
func webhookShape(address string, b base) (s shape, ok bool) {
	address, _, _ = strings.Cut(address, "#") // what follows is for the carrier
	s = post("webhook ", "", call)
	origin := b.origin()
	if strings.HasPrefix(address, "ws") {
		origin = strings.Replace(origin, "http", "ws", 1)
		s.kind, s.method, s.kindOf, s.body = protocol.Stream, http.MethodGet, "", ""
	}
	if s.target, ok = strings.CutPrefix(address, origin); s.target == "" || s.target[0] == '?' {
		s.target = "/" + s.target // as it is requested
	}
	path, _, _ := strings.Cut(s.target, "?")
	s.name += path // the query may be nobody's business
	return s, ok && s.target[0] == '/'
}

// request is what is sent.
type request struct {
	method, target, authority string
	header                    http.Header
	body                      []byte
	url                       string // as the carrier would sign it
}

// sign makes the request of a shape, signed with the token of the challenge.
func sign(s shape, b base, token callgate.Secret) (request, error) {
	r := request{method: s.method, target: s.target, authority: b.authority, header: http.Header{}, body: []byte(s.body)}
	r.header.Set("User-Agent", "TwilioProxy/1.1 (callgate doctor)")
	r.header.Set("Accept", "*/*")
	if s.kindOf == jsonType {
		r.target = twilio.WithBodyHash(r.target, r.body)
	}
	if s.kindOf != "" {
		r.header.Set("Content-Type", s.kindOf)
	}
	r.url = b.origin() + r.target
	if s.kind == protocol.Unsigned {
		return r, nil
	}
	if s.kind == protocol.Stream {
		r.url = strings.Replace(r.url, "http", "ws", 1)
		addHandshake(r.header)
	}
	v, err := twilio.New(twilio.Config{Keys: []twilio.Key{{Name: "probe", Token: token}}, Profile: twilio.ProfileSignature})
	if err != nil {
		return r, err
	}
	signature, err := v.Sign(&callgate.Request{Method: r.method, URL: r.url, Header: r.header, Body: r.body})
	r.header.Set(twilio.Header, signature)
	return r, err
}
