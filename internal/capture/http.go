package capture

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"strconv"
	"strings"

	"github.com/callgate/callgate/explain"
)

// isHTTP reports whether text begins with a request line.
func isHTTP(text []byte) bool {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	method, rest, found := strings.Cut(strings.TrimRight(string(line), "\r"), " ")
	return found && method != "" && strings.Trim(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" && strings.Contains(rest, "HTTP/")
}

// readHTTP reads the text of a request, with line ends of either kind.
func readHTTP(text []byte) (*Capture, error) {
	head, body := cutHead(text)
	lines := strings.Split(strings.ReplaceAll(head, "\r\n", "\n"), "\n")
	r := newRequest()
	if err := requestLine(r, lines[0]); err != nil {
		return nil, err
	}
	for i, line := range lines[1:] {
		if line == "" {
			continue
		}
		name, value, found := strings.Cut(line, ":")
		if !found || name == "" || strings.ContainsAny(name, " \t") {
			return nil, fmt.Errorf("line %d is no header, and there was no empty line before it", i+2)
		}
		name = http.CanonicalHeaderKey(name)
		r.Header[name] = append(r.Header[name], strings.Trim(value, " \t"))
	}
	if r.Host == "" {
		r.Host = r.Header.Get("Host")
	}
	r.Header.Del("Host") // as net/http keeps it
	if r.Host == "" {
		return nil, errors.New("it has no Host header")
	}
	var err error
	r.Body, err = httpBody(r, body)
	return &Capture{Form: FormHTTP, Request: r}, err
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
	fields := strings.Split(line, " ")
	const parts = 3
	if len(fields) != parts {
		return fmt.Errorf("the request line has %d parts; it is METHOD TARGET HTTP/1.1", len(fields))
	}
	r.Method, r.Target, r.Proto = fields[0], fields[1], strings.TrimRight(fields[2], "\r")
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
