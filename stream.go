package callgate

import (
	"bufio"
	"net"
	"net/http"
)

// stream lets the handler have the connection, after the handshake was verified.
// Nothing is held back and there is no deadline: a stream lasts as long as its call.
func (g *Gate) stream(w http.ResponseWriter, r *http.Request, v *visit, next http.Handler) (s sent) {
	sw := &streamWriter{ResponseWriter: w}
	defer func() {
		p := recover()
		switch {
		case p == nil:
			s = sent{status: sw.sentStatus()}
			s.note()
			return
		case sw.status == 0:
			s = bare(w, http.StatusInternalServerError, nil)
		default:
			s = sent{status: sw.status, abort: true} // too late to say anything
		}
		s.outcome, s.reason, s.err = OutcomeFailed, ReasonPanic, panicError(p)
		s.detail = s.err.Error()
	}()
	next.ServeHTTP(sw, v.admitted(r.Context(), r))
	return s
}

// streamWriter remembers what was answered.
type streamWriter struct {
	http.ResponseWriter
	status int
}

func (w *streamWriter) sentStatus() int {
	if w.status == 0 {
		return http.StatusOK // as net/http does for a handler that answers nothing
	}
	return w.status
}

// Unwrap is for http.ResponseController.
func (w *streamWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Hijack is for WebSocket libraries that ask for http.Hijacker itself.
func (w *streamWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(w.ResponseWriter).Hijack()
	if err == nil && w.status == 0 {
		w.status = http.StatusSwitchingProtocols
	}
	return conn, rw, err
}

// Flush is for handlers that ask for http.Flusher itself.
func (w *streamWriter) Flush() {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	_ = http.NewResponseController(w.ResponseWriter).Flush() // it has no way to say that it failed
}

func (w *streamWriter) WriteHeader(status int) {
	if w.status == 0 && (status >= 200 || status == http.StatusSwitchingProtocols) {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *streamWriter) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(p)
}
