package capture

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"slices"
	"strconv"
	"strings"

	"github.com/callgate/callgate/explain"
)

// isHTTP reports whether text begins with a request line, or with the pseudo-header
// fields of HTTP/2 (RFC 9113 section 8.3).
func isHTTP(text []byte) bool {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	method, rest, found := strings.Cut(strings.TrimRight(string(line), "\r"), " ")
	if strings.HasPrefix(method, ":") {
		return slices.Contains(pseudo, strings.TrimRight(method, ": "))
	}
	return found && method != "" && strings.Trim(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" &&
		(strings.Contains(rest, "HTTP/") || strings.HasPrefix(rest, "/") || strings.Contains(rest, "://"))
}

// pseudo are what a request line is in HTTP/2.
var pseudo = []string{":method", ":path", ":authority", ":scheme"}

// sentByCurl returns the lines that curl -v marks as sent, or nil when there are none.
func sentByCurl(text []byte) []byte {
	var sent []byte
	for line := range bytes.Lines(text) {
		line = bytes.TrimRight(line, "\r\n")
		rest, marked := bytes.CutPrefix(line, []byte(">"))
		switch {
		case marked:
			sent = append(append(sent, bytes.TrimPrefix(rest, []byte(" "))...), '\n')
		case len(sent) > 0:
			return sent // the first request; redirects follow
		case len(line) > 0 && bytes.IndexByte([]byte("*{}<"), line[0]) < 0:
			return nil
		}
	}
	return sent
}

// readHTTP reads the text of a request, with line ends of either kind.
func readHTTP(text []byte) (*Capture, error) {
	head, body := cutHead(text)
	lines := strings.Split(strings.ReplaceAll(head, "\r\n", "\n"), "\n")
	r := newRequest()
	if !strings.HasPrefix(lines[0], ":") {
		if err := requestLine(r, lines[0]); err != nil {
			return nil, err
		}
		lines[0] = ""
	}
	if err := headerLines(r, lines); err != nil {
		return nil, err
	}
	if r.Host == "" {
		r.Host = r.Header.Get("Host")
	}
	r.Header.Del("Host") // as net/http keeps it
	if r.Host == "" {
		return nil, errors.New("it has no Host header")
	}
	if r.Method == "" || r.Target == "" {
		return nil, errors.New("it has no :method or no :path")
	}
	var err error
	r.Body, err = httpBody(r, body)
	return &Capture{Form: FormHTTP, Request: r}, err
}

// maxFolds bounds the lines that continue a header.
const maxFolds = 100

// headerLines reads headers, with those that are folded into several lines (RFC 9112
// section 5.2) and the pseudo-header fields of HTTP/2.
func headerLines(r *explain.Request, lines []string) error {
	last, folds := "", 0
	for i, line := range lines {
		if line == "" {
			continue
		}
		if values := r.Header[last]; len(values) > 0 && strings.IndexByte(" \t", line[0]) >= 0 && folds < maxFolds {
			folds++
			values[len(values)-1] += " " + strings.Trim(line, " \t")
			continue
		}
		name, value, found := strings.Cut(strings.TrimPrefix(line, ":"), ":")
		if !found || name == "" || strings.ContainsAny(name, " \t") {
			return fmt.Errorf("line %d is no header, and there was no empty line before it", i+1)
		}
		value = strings.Trim(value, " \t")
		if strings.HasPrefix(line, ":") {
			pseudoHeader(r, name, value)
			continue
		}
		last = http.CanonicalHeaderKey(name)
		r.Header[last] = append(r.Header[last], value)
	}
	return nil
}

// pseudoHeader reads a pseudo-header field of HTTP/2.
func pseudoHeader(r *explain.Request, name, value string) {
	switch name {
	case "method":
		r.Method, r.Proto = value, "HTTP/2.0"
	case "path":
		r.Target = value
	case "authority":
		r.Host = value
	case "scheme":
		r.TLS = value == "https"
	}
}

// cutHead cuts a request at its first empty line.
func cutHead(text []byte) (head string, body []byte) {
	for i := range text {
		rest := text[i:]
		if bytes.HasPrefix(rest, []byte("\n\n")) {
			return string(text[:i]), rest[len("\n\n"):]
		}
		if bytes.HasPrefix(rest, []byte("\n\r\n")) {
			return strings.TrimSuffix(string(text[:i]), "\r"), rest[len("\n\r\n"):]
		}
	}
	return string(text), nil
}

func requestLine(r *explain.Request, line string) error {
	fields := strings.Split(strings.TrimRight(line, "\r"), " ")
	const parts = 3
	if len(fields) == parts-1 && !strings.Contains(line, "HTTP/") {
		fields = append(fields, "") // a log that leaves the version out
	}
	if len(fields) != parts {
		return fmt.Errorf("the request line has %d parts; it is METHOD TARGET HTTP/1.1", len(fields))
	}
	r.Method, r.Target, r.Proto = fields[0], fields[1], fields[2]
	// A proxy's log has the whole address in the place of the target.
	if scheme, rest, found := strings.Cut(r.Target, "://"); found && !strings.ContainsAny(scheme, "/?") {
		r.URL = r.Target
		i := strings.IndexAny(rest, "/?")
		if i < 0 {
			i = len(rest)
		}
		r.Host, r.Target = rest[:i], rest[i:]
	}
	return nil
}

// httpBody returns the body of a dump. What is longer than the declared length is
// an editor's line end; what is shorter was cut, which an explanation can say.
func httpBody(r *explain.Request, body []byte) ([]byte, error) {
	if strings.EqualFold(r.Header.Get("Transfer-Encoding"), "chunked") {
		whole, err := io.ReadAll(httputil.NewChunkedReader(bytes.NewReader(body)))
		if err != nil && len(whole) == 0 {
			return nil, errors.New("the body is said to be chunked, and is not")
		}
		return whole, nil
	}
	n, err := strconv.Atoi(r.Header.Get("Content-Length"))
	switch {
	case err == nil && n >= 0 && n <= len(body):
		return body[:n], nil
	case err != nil:
		return bytes.TrimRight(body, "\r\n"), nil
	}
	return body, nil
}
