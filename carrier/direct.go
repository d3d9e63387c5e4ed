package carrier

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// Direct is a transport that hands requests to a handler in the same process,
// whatever their address: for many calls to a handler of one's own, without a
// network. A handler that panics breaks the connection, as on a server.
func Direct(h http.Handler) http.RoundTripper { return direct{h} }

type direct struct{ http.Handler }

// RoundTrip calls the handler.
func (d direct) RoundTrip(r *http.Request) (resp *http.Response, err error) {
	in := r.Clone(r.Context())
	in.RequestURI = r.URL.RequestURI()
	if in.URL, err = url.ParseRequestURI(in.RequestURI); err != nil {
		return nil, err
	}
	if in.Body == nil {
		in.Body = http.NoBody
	}
	in.RemoteAddr = "127.0.0.1:1"
	w := &answer{header: http.Header{}}
	defer func() {
		if p := recover(); p != nil {
			resp, err = nil, errBroken(p)
		}
	}()
	d.ServeHTTP(w, in)
	if err := r.Context().Err(); err != nil {
		return nil, err // it was too late
	}
	return w.response(r), nil
}

func errBroken(p any) error {
	if p == http.ErrAbortHandler {
		return errors.New("the handler broke the connection off")
	}
	return fmt.Errorf("the handler panicked: %v", p)
}

// answer is a ResponseWriter that keeps what is written.
type answer struct {
	header, sent http.Header
	status       int
	body         bytes.Buffer
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(status int) {
	if a.status == 0 && status >= 200 {
		a.status, a.sent = status, a.header.Clone()
	}
}

func (a *answer) Write(b []byte) (int, error) {
	if a.status == 0 {
		// A server finds out the type of an answer that has none.
		if _, ok := a.header["Content-Type"]; !ok && len(b) > 0 {
			a.header.Set("Content-Type", http.DetectContentType(b))
		}
		a.WriteHeader(http.StatusOK)
	}
	return a.body.Write(b)
}

func (a *answer) response(r *http.Request) *http.Response {
	a.WriteHeader(http.StatusOK)
	return &http.Response{
		Status: http.StatusText(a.status), StatusCode: a.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: a.sent, Body: io.NopCloser(&a.body), ContentLength: int64(a.body.Len()), Request: r,
	}
}
