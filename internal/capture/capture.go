// Package capture reads requests that were captured somewhere else, for an
// explanation: Callgate's own JSON, case files, HAR, raw HTTP dumps and curl
// command lines.
//
// A capture holds what its form tells, byte for byte where the form keeps bytes,
// and leaves the rest empty. Errors say what was found and where, and quote
// nothing, because captures hold tokens and data of callers.
package capture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"net/http"
	"unicode/utf16"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/explain"
)

// Form is the form that a capture was read from.
type Form string

// The forms.
const (
	FormJSON Form = "json" // one request, or one a line, as `callgate verify --jsonl` reads them
	FormCase Form = "case" // a case file of `callgate explain --save`
	FormHAR  Form = "har"  // HTTP Archive 1.2, of browsers and proxies
	FormHTTP Form = "http" // the text of an HTTP/1 request
	FormCurl Form = "curl" // a curl command line
)

// Capture is one captured request with what came with it.
type Capture struct {
	Form    Form
	Request *explain.Request
	// Config is what the capture says of the gate. Its keys are those of a case file.
	Config explain.Config
	// Token is the auth token that came with the request, if any.
	Token callgate.Secret
}

const (
	// MaxSize bounds a capture in bytes. A HAR holds the answers too.
	MaxSize = 16 << 20
	// maxRequests bounds the requests of one file.
	maxRequests = 100
)

// errForm says what can be read.
var errForm = errors.New(`this is no captured request; it may be JSON ({"method": ..., "url": ..., "headers": ...}), a case file, a HAR file, the text of an HTTP request ("POST /path HTTP/1.1"), or a curl command line (browsers: "Copy as cURL")`)

// Read reads the requests of a capture, in their order.
func Read(text []byte) ([]Capture, error) {
	if len(text) > MaxSize {
		return nil, fmt.Errorf("more than %d MiB", MaxSize>>20)
	}
	text = toUTF8(text)
	head := bytes.TrimLeft(text, " \t\r\n")
	switch {
	case len(head) == 0:
		return nil, errors.New("empty; a captured request is wanted")
	case head[0] == '{':
		return readJSON(head)
	case head[0] == '[':
		return readList(head)
	case isCurl(withoutComments(head)):
		c, err := readCurl(string(withoutComments(head)))
		return one(c, err, "the curl command line")
	}
	if sent := sentByCurl(head); sent != nil {
		head = sent
	}
	if isHTTP(head) {
		c, err := readHTTP(head)
		return one(c, err, "the HTTP request")
	}
	return nil, errForm
}

// toUTF8 drops the byte order mark that editors of Windows put before UTF-8, and decodes
// UTF-16 with such a mark, which PowerShell writes.
func toUTF8(text []byte) []byte {
	order := binary.ByteOrder(binary.LittleEndian)
	switch {
	case bytes.HasPrefix(text, []byte("\xff\xfe")):
	case bytes.HasPrefix(text, []byte("\xfe\xff")):
		order = binary.BigEndian
	default:
		return bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	}
	const unit = 2
	var units []uint16
	for rest := text[unit:]; len(rest) >= unit; rest = rest[unit:] {
		units = append(units, order.Uint16(rest))
	}
	return []byte(string(utf16.Decode(units)))
}

// withoutComments drops lines that begin with "#", as scripts and notes have them before
// a command.
func withoutComments(text []byte) []byte {
	for len(text) > 0 && text[0] == '#' {
		_, rest, _ := bytes.Cut(text, []byte("\n"))
		text = bytes.TrimLeft(rest, " \t\r\n")
	}
	return text
}

func one(c *Capture, err error, what string) ([]Capture, error) {
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return []Capture{*c}, nil
}

// newRequest returns a request without headers.
func newRequest() *explain.Request { return &explain.Request{Header: http.Header{}} }
