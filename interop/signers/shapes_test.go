package signers_test

import (
	"strings"

	"github.com/callgate/callgate/interop/internal/signer"
)

const formType = "application/x-www-form-urlencoded"

// shapes are all kinds of requests. Those of the carrier come first.
func shapes() []shape {
	return []shape{
		{"form", 24, form},
		{"empty form", 1, emptyForm},
		{"get", 8, get},
		{"json", 8, jsonBody},
		{"json with the hash twice", 1, jsonHashTwice},
		{"https port dropped by voice", 3, portDropped},
		{"default port signed", 2, defaultPortSigned},
		{"default port received", 2, defaultPortReceived},
		{"userinfo dropped", 2, userinfoDropped},
		{"userinfo and port dropped", 1, userinfoAndPortDropped},
		{"bare origin", 2, bareOrigin},
		{"fragment", 1, fragment},
		{"websocket", 2, webSocket},
		{"websocket with a slash added", 1, webSocketSlash},

		{"port unknowable", 1, portUnknowable},
		{"host in lower case", 1, hostLowered},
		{"other scheme", 1, otherScheme},
		{"slash added", 1, slashAdded},
		{"query re-encoded", 1, queryReEncoded},
		{"json without hash", 1, jsonNoHash},
		{"json with the hash in capitals", 1, jsonUpperHash},
		{"json with two hashes", 1, jsonTwoHashes},
		{"json with another body's hash", 1, jsonOtherHash},
		{"unsigned content type", 1, unsignedType},
		{"get signature with a body", 1, getWithBody},
		{"method that is never signed", 1, oddMethod},
	}
}

// same sets an address that is received as it was signed.
func (r *request) same(address string) { r.signedURL, r.receivedURL = address, address }

// form is a form POST: URL and sorted parameters are signed.
func form(s source, r *request) {
	r.same(s.address())
	r.postForm(s)
}

func (r *request) postForm(s source) {
	r.method = "POST"
	r.contentType = one(s, formType, formType, formType+"; charset=UTF-8", "Application/X-WWW-Form-Urlencoded;charset=utf-8")
	r.params = s.voice()
	r.body = s.encodeForm(r.params)
}

func emptyForm(s source, r *request) {
	r.same(s.address())
	r.method, r.contentType = "POST", formType
}

// get is a GET: nothing but the URL is signed.
func get(s source, r *request) {
	ps := s.voice()
	scheme, host, port := s.origin()
	r.same(join(scheme, "", host, port, s.path()+"?"+string(s.encodeForm(ps))))
	r.method = "GET"
}

// hashIn adds the hash of the body to the query of an address.
func hashIn(address string) string {
	separator := "?"
	if strings.Contains(address, "?") {
		separator = "&"
	}
	return address + separator + "bodySHA256=" + signer.HashMark
}

// jsonBody is any body whose hash the signed URL carries.
func jsonBody(s source, r *request) {
	body := s.json()
	r.same(hashIn(s.address()))
	r.method, r.body, r.hashed = "POST", []byte(body), &body
	r.contentType = one(s, "application/json", "application/json", "application/json; charset=utf-8", "Application/JSON")
}

// jsonHashTwice has the same hash twice, as an address that was configured with
// one gets (twilio-php#861).
func jsonHashTwice(s source, r *request) {
	jsonBody(s, r)
	r.same(hashIn(r.signedURL))
}

// overHTTPS draws an https address without userinfo or port in its parts.
func overHTTPS(s source) (host, rest string) { return s.host(), s.path() + s.query() }

// portDropped is what the carrier's voice product does with https, IPv6 or not
// (its documentation; twilio-python#392).
func portDropped(s source, r *request) {
	host, rest := overHTTPS(s)
	r.postForm(s)
	r.signedURL = join("https", "", host, "", rest)
	r.receivedURL = join("https", "", host, "8443", rest)
}

// defaultPortSigned has a port that the address need not name; the carrier has
// done both (twilio-csharp#44).
func defaultPortSigned(s source, r *request) {
	host, rest := overHTTPS(s)
	r.postForm(s)
	scheme, port := "https", "443"
	if s.odds(3) {
		scheme, port = "http", "80"
	}
	r.signedURL = join(scheme, "", host, port, rest)
	r.receivedURL = join(scheme, "", host, "", rest)
}

// defaultPortReceived is the other way round.
func defaultPortReceived(s source, r *request) {
	defaultPortSigned(s, r)
	r.signedURL, r.receivedURL = r.receivedURL, r.signedURL
}

// userinfoDropped has credentials in the configured address: the carrier's
// documentation says that they are not signed.
func userinfoDropped(s source, r *request) {
	host, rest := overHTTPS(s)
	r.postForm(s)
	r.signedURL = join("https", "", host, "", rest)
	r.receivedURL = join("https", one(s, "user:pass", "user", "u%40x:p%3Aq"), host, "", rest)
}

func userinfoAndPortDropped(s source, r *request) {
	host, rest := overHTTPS(s)
	r.postForm(s)
	r.signedURL = join("https", "", host, "", rest)
	r.receivedURL = join("https", "user:pass", host, "8443", rest)
}

// bareOrigin is an address without a path: the wire always has a slash, the
// signature has what was configured (kevinburke/twilio-go#25).
func bareOrigin(s source, r *request) {
	scheme, host, port := s.origin()
	r.postForm(s)
	r.signedURL = join(scheme, "", host, port, "")
	r.receivedURL = r.signedURL + "/"
}

// fragment is an address with the carrier's connection settings, which are
// neither sent nor signed (its documentation).
func fragment(s source, r *request) {
	form(s, r)
	r.receivedURL += one(s, "#rc=2&rp=all", "#", "#ct=100")
}

// webSocket is the handshake of a media stream, signed over a wss address.
func webSocket(s source, r *request) {
	scheme, host, port := s.origin()
	r.same(join(strings.Replace(scheme, "http", "ws", 1), "", host, port, s.path()+"x"))
	r.method = "GET"
	r.extra = []header{{"Connection", "Upgrade"}, {"Upgrade", "websocket"}, {"Sec-WebSocket-Version", "13"}}
}

// webSocketSlash is what the carrier's documentation advises to try when a
// handshake fails.
func webSocketSlash(s source, r *request) {
	webSocket(s, r)
	r.signedURL += "/"
}

// portUnknowable has a port in the signature that nothing else names.
func portUnknowable(s source, r *request) {
	portDropped(s, r)
	r.signedURL, r.receivedURL = r.receivedURL, r.signedURL
	r.want = refused("mismatch")
}

// hostLowered is refused since the spelling of the host is signed
// (twilio-csharp#522).
func hostLowered(s source, r *request) {
	_, rest := overHTTPS(s)
	r.postForm(s)
	r.signedURL = "https://ivr.example.org" + rest
	r.receivedURL = "https://Ivr.example.org" + rest
	r.want = refused("mismatch")
}

func otherScheme(s source, r *request) {
	host, rest := overHTTPS(s)
	r.postForm(s)
	r.signedURL, r.receivedURL = "https://"+host+rest, "http://"+host+rest
	if s.odds(2) {
		r.signedURL, r.receivedURL = r.receivedURL, r.signedURL
	}
	r.want = refused("mismatch")
}

func slashAdded(s source, r *request) {
	host, _ := overHTTPS(s)
	r.postForm(s)
	r.signedURL = "https://" + host + "/ivr"
	r.receivedURL = r.signedURL + "/"
	r.want = refused("mismatch")
}

// queryReEncoded is refused since the query is signed as it was sent
// (twilio-node#1059, twilio-php#790).
func queryReEncoded(s source, r *request) {
	host, _ := overHTTPS(s)
	r.method = "GET"
	pair := one(s, [2]string{"q=O'Hara", "q=O%27Hara"}, [2]string{"q=@:", "q=%40%3A"}, [2]string{"q=a+b", "q=a%20b"},
		[2]string{"q=%c3%a9", "q=%C3%A9"}, [2]string{"q=é", "q=%C3%A9"}, [2]string{"a=1&b=2", "b=2&a=1"}, [2]string{"a=1", "a=1&"})
	r.signedURL = "https://" + host + "/?" + pair[0]
	r.receivedURL = "https://" + host + "/?" + pair[1]
	r.want = refused("mismatch")
}

// jsonNoHash has nothing that vouches for the body.
func jsonNoHash(s source, r *request) {
	r.same(s.address())
	r.method, r.contentType, r.body = "POST", "application/json", []byte(`{"Digits":"1"}`)
	r.want = refused("body-hash")
}

// hashOfEmptyObject is the SHA-256 of the two bytes {}.
const hashOfEmptyObject = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"

// jsonUpperHash is refused since the carrier writes the hash in lower case, and
// no library takes another.
func jsonUpperHash(s source, r *request) {
	r.same("https://" + s.host() + "/events?bodySHA256=" + strings.ToUpper(hashOfEmptyObject))
	r.method, r.contentType, r.body = "POST", "application/json", []byte("{}")
	r.want = refused("body-hash")
}

// jsonTwoHashes is refused since which of them is meant can't be told: libraries
// differ.
func jsonTwoHashes(s source, r *request) {
	jsonBody(s, r)
	other := "bodySHA256=" + s.from(hex, 64)
	address := "https://" + s.host() + "/events?"
	if s.odds(2) {
		address += other + "&bodySHA256=" + signer.HashMark
	} else {
		address += "bodySHA256=" + signer.HashMark + "&" + other
	}
	r.same(address)
	r.want = refused("body-hash")
}

// jsonOtherHash has a body that changed after it was hashed.
func jsonOtherHash(s source, r *request) {
	jsonBody(s, r)
	r.body = append(r.body, one(s, byte(' '), '\n', 'x', 0))
	r.want = refused("body-hash")
}

// unsignedType is a body of which no rule signs a byte.
func unsignedType(s source, r *request) {
	r.same(s.address())
	r.method = "POST"
	r.contentType = one(s, "text/plain", "multipart/form-data; boundary=x", "application/xml", "application/octet-stream", "",
		"application/x-www-form-urlencodedx", "application/x-www-form-urlencoded2; charset=utf-8", "text/plain; application/json")
	r.body = []byte("Digits=1")
	r.want = refused("content-type")
}

// getWithBody reuses the signature of a GET for a body that nothing signs.
func getWithBody(s source, r *request) {
	get(s, r)
	r.contentType = one(s, formType, "application/json", "")
	r.body = []byte(one(s, "Digits=1", `{"Digits":"1"}`))
	r.want = refused("content-type", "method")
}

func oddMethod(s source, r *request) {
	form(s, r)
	r.method = one(s, "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "post", "Get", "")
	r.want = refused("method")
}
