package signers_test

import (
	"strings"
)

// change makes another request out of a valid one. It returns nil when it does
// not apply.
type change struct {
	name string
	make func(source, *request, *sent) *sent
}

// changes are all that may happen to a request on its way, or in the hands of
// somebody without the key. Each must be refused for its reason.
func changes() []change {
	return []change{
		{"key differs in one digit", wrongKey},
		{"no key", func(_ source, _ *request, w *sent) *sent { w.Token = ""; return w.expect("no-key") }},
		{"signature of another key's making", func(s source, _ *request, w *sent) *sent {
			return w.sign(s.from(letters, 27)+"=").expect("mismatch", "malformed") // the last digit may not be canonical
		}},
		{"parameter changed", formChange(changeValue)},
		{"parameter's name changed", formChange(changeName)},
		{"parameter dropped", formChange(dropParam)},
		{"parameter added", formChange(addParam)},
		{"parameter repeated with another value", formChange(repeatParam)},
		{"values trimmed", formChange(trimValues)},
		{"body of a form with a broken escape", brokenEscape},
		{"byte of the hashed body changed", changeHashedBody},
		{"byte of the path changed", changePath},
		{"address longer", longerAddress},
		{"form declared as another type", declare(true, "text/plain", "content-type")},
		{"form declared as json", declare(true, "application/json", "mismatch")}, // its parameters are part of what was signed,
		{"form without a type", declare(true, "", "content-type")},
		{"json declared as text", declare(false, "text/plain", "content-type")},
		{"no signature", func(_ source, _ *request, w *sent) *sent {
			delete(w.Headers, signatureHeader)
			return w.expect("missing")
		}},
		{"empty signature", func(_ source, _ *request, w *sent) *sent { return w.sign("").expect("missing", "malformed") }},
		{"two signatures", func(_ source, _ *request, w *sent) *sent {
			w.Headers[signatureHeader] = []string{w.signature(), w.signature()}
			return w.expect("malformed")
		}},
		{"two signatures in one header", func(_ source, _ *request, w *sent) *sent {
			return w.sign(w.signature() + ", " + w.signature()).expect("malformed")
		}},
		{"two headers by case", func(_ source, _ *request, w *sent) *sent {
			w.Headers["x-twilio-signature"] = w.signature()
			return w.expect("malformed")
		}},
		{"signature with white space", func(s source, _ *request, w *sent) *sent {
			return w.sign(w.signature() + one(s, " ", "\t", "\n", "\r\n")).expect("malformed")
		}},
		{"signature without padding", func(_ source, _ *request, w *sent) *sent {
			return w.sign(strings.TrimRight(w.signature(), "=")).expect("malformed")
		}},
		{"signature cut", func(_ source, _ *request, w *sent) *sent { return w.sign(w.signature()[4:]).expect("malformed") }},
		{"signature with loose last bits", looseBits},
		{"letter of the signature in the other case", otherCase},
		{"method turned", turnMethod},
	}
}

func (w *sent) expect(reasons ...string) *sent { w.want = refused(reasons...); return w }

func (w *sent) sign(signature string) *sent { w.Headers[signatureHeader] = signature; return w }

// longerAddress adds a query, or something to it, or to the path.
func longerAddress(s source, _ *request, w *sent) *sent {
	if strings.Contains(w.URL, "#") {
		return nil // what follows is not signed
	}
	w.URL += one(s, "?", "&", "/") + "a=1"
	return w.expect("mismatch")
}

func wrongKey(s source, _ *request, w *sent) *sent {
	i := s.IntN(len(w.Token))
	w.Token = w.Token[:i] + one(s, "g", "z", "") + w.Token[i+1:]
	return w.expect("mismatch")
}

// formChange edits the decoded parameters of a form, when that alters what is
// signed.
func formChange(edit func(source, []param) []param) func(source, *request, *sent) *sent {
	return func(s source, r *request, w *sent) *sent {
		if len(r.params) == 0 {
			return nil
		}
		edited := edit(s, append([]param(nil), r.params...))
		if signedText("", edited) == signedText("", r.params) {
			return nil
		}
		w.setBody(s.encodeForm(edited))
		return w.expect("mismatch")
	}
}

func changeValue(s source, ps []param) []param {
	p := &ps[s.IntN(len(ps))]
	p.value = changeByte(s, p.value)
	return ps
}

func changeName(s source, ps []param) []param {
	p := &ps[s.IntN(len(ps))]
	p.name = changeByte(s, p.name)
	return ps
}

// changeByte turns one byte into another, which may leave broken UTF-8.
func changeByte(s source, text string) string {
	if text == "" {
		return one(s, " ", "x", "\x00")
	}
	i := s.IntN(len(text))
	b := []byte(text)
	b[i] ^= byte(1 + s.IntN(255))
	return string(b)
}

func dropParam(s source, ps []param) []param {
	i := s.IntN(len(ps))
	return append(ps[:i], ps[i+1:]...)
}

func addParam(s source, ps []param) []param { return append(ps, param{s.name(), s.value()}) }

func repeatParam(s source, ps []param) []param {
	return append(ps, param{ps[s.IntN(len(ps))].name, s.value()})
}

// trimValues is what some frameworks do to every field.
func trimValues(_ source, ps []param) []param {
	for i := range ps {
		ps[i].value = strings.TrimSpace(ps[i].value)
	}
	return ps
}

func brokenEscape(s source, r *request, w *sent) *sent {
	if len(r.params) == 0 {
		return nil
	}
	w.setBody(append([]byte("a="+one(s, "%", "%a", "%zz", "%2", "%G0", "%u0041")+"&"), r.body...))
	return w.expect("params")
}

func changeHashedBody(s source, r *request, w *sent) *sent {
	if r.hashed == nil {
		return nil
	}
	w.setBody([]byte(changeByte(s, *r.hashed)))
	return w.expect("body-hash")
}

// changePath alters one byte between host and query, or the host itself.
func changePath(s source, _ *request, w *sent) *sent {
	scheme, rest, _ := strings.Cut(w.URL, "://")
	if strings.Contains(rest, "@") || strings.HasPrefix(rest, "[") {
		return nil // what follows the scheme is no path yet
	}
	i := s.IntN(len("localhost"))
	w.URL = scheme + "://" + rest[:i] + string(rest[i]^1) + rest[i+1:]
	return w.expect("mismatch")
}

// declare changes the content type of a request with a body, a form or a hashed
// one.
func declare(isForm bool, contentType, reason string) func(source, *request, *sent) *sent {
	return func(_ source, r *request, w *sent) *sent {
		if len(r.body) == 0 || isForm != (r.hashed == nil) {
			return nil
		}
		delete(w.Headers, "Content-Type")
		if contentType != "" {
			w.Headers["Content-Type"] = contentType
		}
		return w.expect(reason)
	}
}

// looseBits sets a bit that base64 does not use: the signature decodes to the
// same bytes, but is not the one that the carrier writes.
func looseBits(_ source, _ *request, w *sent) *sent {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	sig := w.signature()
	last := strings.IndexByte(alphabet, sig[26])
	return w.sign(sig[:26] + string(alphabet[last|1]) + "=").expect("malformed")
}

func otherCase(_ source, _ *request, w *sent) *sent {
	sig := w.signature()
	i := strings.IndexAny(sig[:26], letters)
	if i < 0 {
		return nil
	}
	return w.sign(sig[:i] + string(sig[i]^0x20) + sig[i+1:]).expect("mismatch")
}

// turnMethod turns a form into a GET with the same bytes: nothing signs a body
// there.
func turnMethod(_ source, r *request, w *sent) *sent {
	if len(r.body) == 0 {
		return nil
	}
	w.Method = "GET"
	return w.expect("content-type", "method")
}
