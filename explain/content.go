package explain

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"

	"github.com/callgate/callgate"
)

// content is what of a body the signature covers.
type content int

const (
	contentNone  content = iota // there is no body, or it is not signed
	contentForm                 // its parameters
	contentJSON                 // its hash, which is in the address
	contentOther                // nothing: no rule signs a body of this type
)

const formType = "application/x-www-form-urlencoded"

// classify says which rule signs the body of the request as it is.
func classify(r *Request) content {
	if r.Method != http.MethodPost {
		return contentNone
	}
	mediaType := mediaTypeOf(r)
	switch {
	case len(listOf(r.Header["Content-Encoding"])) > 0:
		return contentOther
	case mediaType == "" && len(r.Body) == 0:
		return contentNone
	case mediaType == formType:
		return contentForm
	case mediaType == "application/json", strings.HasPrefix(mediaType, "application/") && strings.HasSuffix(mediaType, "+json"):
		return contentJSON
	}
	return contentOther
}

func mediaTypeOf(r *Request) string {
	mediaType, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	return strings.ToLower(strings.TrimSpace(mediaType))
}

// root is a reading of the whole request: where its search starts.
type root struct {
	address address
	params  callgate.Params
	raw     []string // the undecoded pairs of params, when they are known
	content content
	body    []byte // what bodySHA256 is the hash of
}

// readRoot reads the request as the gate did.
func readRoot(c *Config, r *Request) root {
	out := root{address: c.addressOf(r), content: classify(r), body: r.Body}
	if out.content == contentForm {
		out.readForm(r.Body)
	}
	return out
}

// readForm reads a form without refusing anything: a "%" that is no escape
// stands for itself.
func (o *root) readForm(body []byte) {
	o.content, o.params, o.raw = contentForm, nil, nil
	for pair := range strings.SplitSeq(string(body), "&") {
		if pair == "" {
			continue
		}
		if len(o.params) == callgate.MaxParams {
			break
		}
		name, value, _ := strings.Cut(pair, "=")
		o.params = append(o.params, callgate.Param{Name: decode(name, true), Value: decode(value, true)})
		o.raw = append(o.raw, pair)
	}
}

// editContent adds other readings of the body.
func editContent(es *edits[root], r *Request) {
	natural := classify(r)
	switch {
	case natural == contentForm && json.Valid(r.Body) && len(r.Body) > 0:
		addContent(es, CauseContentType, costLikely, func(o *root) bool { o.params, o.content = nil, contentJSON; return true })
	case natural == contentForm && len(r.Body) > 0:
		addContent(es, CauseMethod, costUnlikely, func(o *root) bool { o.params, o.content = nil, contentNone; return true })
	case natural == contentJSON:
		addContent(es, CauseFormAsJSON, costLikely, func(o *root) bool { return o.readJSON(r.Body) })
	}
	if len(r.Body) == 0 || natural == contentForm {
		return
	}
	cause := CauseContentType
	if r.Method != http.MethodPost {
		cause = CauseMethod
	}
	addContent(es, cause, costLikely, func(o *root) bool { o.readForm(r.Body); return len(o.params) > 0 })
	addContent(es, CauseContentType, costFair, func(o *root) bool { return o.readMultipart(r) })
	if natural != contentJSON {
		addContent(es, cause, costFair, func(o *root) bool { o.content = contentJSON; return json.Valid(r.Body) })
	}
	if len(listOf(r.Header["Content-Encoding"])) > 0 {
		addContent(es, CauseBodyCompressed, costLikely, func(o *root) bool { return o.decompress(r) })
	}
}

func addContent(es *edits[root], cause Cause, cost int, read func(*root) bool) {
	es.add(cause, cost, slotContent, func(o root) (root, bool) {
		o.params, o.raw = nil, nil
		ok := read(&o)
		return o, ok
	})
}

// readJSON reads the members of an object as the parameters of a form.
func (o *root) readJSON(body []byte) bool {
	d := json.NewDecoder(bytes.NewReader(body))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return false
	}
	o.content, o.params, o.raw = contentForm, nil, nil
	for d.More() && len(o.params) < callgate.MaxParams {
		name, err := d.Token()
		if err != nil {
			return false
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return false
		}
		for _, v := range jsonValues(value) {
			o.params = append(o.params, callgate.Param{Name: name.(string), Value: v})
		}
	}
	return len(o.params) > 0
}

// jsonValues returns the text of a value, or the texts of a list's elements.
func jsonValues(raw json.RawMessage) []string {
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) == nil && list != nil {
		var values []string
		for _, e := range list {
			values = append(values, jsonText(e))
		}
		return values
	}
	return []string{jsonText(raw)}
}

func jsonText(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}

// readMultipart reads the fields of a multipart form.
func (o *root) readMultipart(r *Request) bool {
	mediaType, attributes, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || mediaType != "multipart/form-data" {
		return false
	}
	o.content = contentForm
	parts := multipart.NewReader(bytes.NewReader(r.Body), attributes["boundary"])
	for len(o.params) < callgate.MaxParams {
		part, err := parts.NextRawPart()
		if err != nil {
			break
		}
		value, err := io.ReadAll(part)
		if err != nil {
			return false
		}
		o.params = append(o.params, callgate.Param{Name: part.FormName(), Value: string(value)})
	}
	return len(o.params) > 0
}

// maxDecompressed bounds a decompressed body; a small one can become very large.
const maxDecompressed = 256 << 10

// decompress reads a body that was compressed with gzip.
func (o *root) decompress(r *Request) bool {
	z, err := gzip.NewReader(bytes.NewReader(r.Body))
	if err != nil {
		return false
	}
	body, err := io.ReadAll(io.LimitReader(z, maxDecompressed))
	if err != nil {
		return false
	}
	o.body = body
	if json.Valid(body) {
		o.content = contentJSON
		return true
	}
	o.readForm(body)
	return len(o.params) > 0
}

// editMovesBetween adds the ways in which parameters can have moved between the query
// and the body.
func editMovesBetween(es *edits[root], base root) {
	es.add(CauseQueryInBody, costFair, slotMove, func(o root) (root, bool) {
		inQuery := o.queryParams()
		kept := slices.DeleteFunc(slices.Clone(o.params), func(p callgate.Param) bool { return slices.Contains(inQuery, p) })
		changed := len(kept) != len(o.params)
		o.params, o.raw = kept, nil
		return o, changed
	})
	es.add(CauseBodyInQuery, costFair, slotMove, func(o root) (root, bool) {
		pairs := slices.DeleteFunc(pairsOf(o.address.query), func(p string) bool { return slices.Contains(o.params, paramOf(p)) })
		changed := len(pairs) != len(pairsOf(o.address.query))
		o.address.query = queryOf(pairs)
		return o, changed
	})
	editToQuery(es)
	editToBody(es, base)
}

func (o *root) queryParams() callgate.Params {
	var ps callgate.Params
	for _, pair := range pairsOf(o.address.query) {
		ps = append(ps, paramOf(pair))
	}
	return ps
}

func paramOf(pair string) callgate.Param {
	name, value, _ := strings.Cut(pair, "=")
	return callgate.Param{Name: decode(name, true), Value: decode(value, true)}
}
