package callgate

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"
)

// contentTypeTwiML is that of every document.
const contentTypeTwiML = "text/xml; charset=utf-8"

// fault is why an answer cannot be given, and what a sender that is no caller is
// told instead.
type fault struct {
	reason Reason
	detail string
	status int
}

// give answers with what the handler wrote, if a carrier can use it.
func (g *Gate) give(w http.ResponseWriter, r *http.Request, v *visit, a *answer, failure error) sent {
	f, ok := v.judge(a, failure)
	switch failed := !ok || a.status >= 500; {
	case failed && failure == nil && v.deadline.passed():
		// It failed because its context ended, and was quicker to say so than the gate.
		return g.interrupted(w, r, v)
	case ok:
		return deliver(w, v.route.kind, a)
	case errors.Is(r.Context().Err(), context.Canceled):
		return g.gone(w, r, v)
	case f.reason == ReasonAborted && v.route.kind == KindStatus:
		return sent{outcome: OutcomeFailed, reason: f.reason, detail: f.detail, err: failure, abort: true}
	}
	s := g.failed(w, r, v, f)
	s.err = failure
	return s
}

// judge looks for what is wrong with an answer.
func (v *visit) judge(a *answer, failure error) (f fault, ok bool) {
	switch {
	case a.overflow: // which is why a proxy gives up
		return fault{ReasonTooLong, fmt.Sprintf("the answer has more than %d bytes", MaxDocument), http.StatusInternalServerError}, false
	case errors.Is(failure, http.ErrAbortHandler):
		return fault{ReasonAborted, "the handler gave up", http.StatusInternalServerError}, false
	case failure != nil:
		return fault{ReasonPanic, failure.Error(), http.StatusInternalServerError}, false
	case a.status >= 300 && a.status < 400:
		return fault{ReasonRedirect, fmt.Sprintf("the handler answered %d; give the carrier the final URL, with the exact path", a.status), http.StatusNotFound}, false
	case v.route.kind == KindStatus:
		return fault{}, true
	case a.status >= 400:
		return fault{ReasonStatus, answered(a.status), a.status}, false
	case len(a.body) == 0:
		return fault{ReasonEmpty, "the handler answered nothing", http.StatusInternalServerError}, false
	case a.checked, isAudio(a.header):
		return fault{}, true
	}
	return judgeDocument(a)
}

// judgeDocument looks for what keeps a carrier from reading a document.
func judgeDocument(a *answer) (fault, bool) {
	contentType := a.header.Get("Content-Type")
	if !mayBeTwiML(contentType) {
		return fault{ReasonDocument, "the handler answered with a Content-Type that is neither XML nor audio", http.StatusInternalServerError}, false
	}
	if a.header.Get("Content-Encoding") != "" {
		return fault{ReasonDocument, "the handler encoded its answer; compress behind the gate, in the proxy", http.StatusInternalServerError}, false
	}
	if err := checkDocument(a.body); err != nil {
		return fault{ReasonDocument, "the handler's document: " + err.Error(), http.StatusInternalServerError}, false
	}
	return fault{}, true
}

func isAudio(h http.Header) bool {
	contentType := h.Get("Content-Type")
	const audio = "audio/"
	return len(contentType) > len(audio) && strings.EqualFold(contentType[:len(audio)], audio)
}

// mayBeTwiML reports whether a handler that set this type may have meant TwiML:
// the types that carriers read as such (Twilio, "TwiML: MIME types"), and none.
func mayBeTwiML(contentType string) bool {
	mediaType, _, _ := strings.Cut(contentType, ";")
	switch strings.ToLower(strings.Trim(mediaType, " \t")) {
	case "", "text/xml", "application/xml", "text/html", "text/plain":
		return true
	}
	return false
}

// deliver gives the answer of a handler.
func deliver(w http.ResponseWriter, kind Kind, a *answer) sent {
	if len(a.header) > 0 { // which a document that is vouched for has none of
		maps.Copy(w.Header(), a.header)
	}
	status, contentType := a.status, ""
	switch {
	case kind == KindVoice:
		status = http.StatusOK // whatever else of 2xx was written: there is a body
		if !isAudio(a.header) {
			contentType = contentTypeTwiML
		}
	case status == 0:
		// What carriers want to hear about a status (Twilio, warning 15003).
		status = http.StatusNoContent
	}
	s := write(w, status, contentType, a.body)
	s.note()
	return s
}

// note says what became of an answer that the handler gave to a sender who reads
// status codes.
func (s *sent) note() {
	s.outcome = OutcomeAccepted
	if s.status >= 500 {
		s.outcome, s.reason, s.detail = OutcomeFailed, ReasonStatus, answered(s.status)
	}
}

func answered(status int) string {
	return fmt.Sprintf("the handler answered %d %s", status, http.StatusText(status))
}

// write answers with a status and a body of a type, or of the one that is set.
func write(w http.ResponseWriter, status int, contentType string, body []byte) sent {
	h := w.Header()
	if len(h) > 0 {
		delete(h, "Transfer-Encoding")
		delete(h, "Content-Length")
	}
	// The values of all headers in one piece of memory.
	values := []string{"no-store", "nosniff", contentType, strconv.Itoa(len(body))}
	h["Cache-Control"] = values[0:1:1]
	if contentType != contentTypeTwiML { // browsers make nothing else of XML
		h["X-Content-Type-Options"] = values[1:2:2]
	}
	if contentType != "" {
		h["Content-Type"] = values[2:3:3]
	}
	if status == http.StatusNoContent {
		w.WriteHeader(status)
		return sent{status: status, written: true}
	}
	h["Content-Length"] = values[3:4:4]
	w.WriteHeader(status)
	n, err := w.Write(body)
	return sent{status: status, bytes: int64(n), err: err, written: true}
}

// bare answers with a status and its fixed text, for those who are no callers.
func bare(w http.ResponseWriter, status int, header map[string]string) sent {
	h := w.Header()
	for name, value := range header {
		h.Set(name, value)
	}
	return write(w, status, "text/plain; charset=utf-8", []byte(http.StatusText(status)+"\n"))
}

// document answers with TwiML of ours.
func (g *Gate) document(w http.ResponseWriter, doc []byte, kind Rescued) sent {
	s := write(w, http.StatusOK, contentTypeTwiML, doc)
	s.rescue = kind
	return s
}

// failed answers an admitted request in place of the handler.
func (g *Gate) failed(w http.ResponseWriter, r *http.Request, v *visit, f fault) sent {
	var s sent
	if v.route.kind == KindVoice {
		s = g.rescue(w, r, v)
		s.outcome = OutcomeRescued
	} else {
		s = bare(w, f.status, nil)
		s.outcome = OutcomeFailed
	}
	s.reason, s.detail = f.reason, f.detail
	return s
}

// rescue gives a caller the rescue document, or the last resort when the call
// has had its share.
func (g *Gate) rescue(w http.ResponseWriter, r *http.Request, v *visit) sent {
	language := v.admission.languageOr(v.route.language)
	if !g.rescues.add(v.callSid, v, g.now()) {
		return g.document(w, lastResort(language), RescuedWithLastResort)
	}
	return g.document(w, v.route.documentFor(language), RescuedWithDocument)
}

// refuse answers a request that is not admitted. A caller may stand behind one
// that has a signature, even a wrong one: a proxy or a setting may have changed.
func (g *Gate) refuse(w http.ResponseWriter, r *http.Request, v *visit, refusal *Refusal) sent {
	if v.callSid == "" {
		v.noteClaim(r)
	}
	var s sent
	reason := refusal.Reason
	switch {
	case challenges(v, refusal):
		s = bare(w, http.StatusUnauthorized, map[string]string{"WWW-Authenticate": `Basic realm="callgate", charset="UTF-8"`})
	case v.route.kind == KindVoice && (g.unsigned == UnsignedRescue || g.claimsCaller(r, v, reason)):
		s = g.rescue(w, r, v)
	case reason == ReasonMethod:
		s = bare(w, http.StatusMethodNotAllowed, map[string]string{"Allow": v.route.allow})
	default:
		s = bare(w, statusFor(reason), nil)
	}
	s.outcome, s.reason, s.detail, s.err = OutcomeRefused, reason, refusal.Detail, refusal
	return s
}

// challenges reports whether the answer asks for credentials. A carrier that was
// configured with them asks first without. Credentials that are wrong in a
// request whose signature is right are a matter of settings, not of the caller.
func challenges(v *visit, refusal *Refusal) bool {
	return refusal.Reason == ReasonLogin && (refusal == errNoLogin || !v.verified || v.route.kind != KindVoice)
}

// claimsCaller reports whether a refused request may be a call: it has a
// signature, right or wrong, or came from a user who gave a right password.
func (g *Gate) claimsCaller(r *http.Request, v *visit, reason Reason) bool {
	if v.verified || v.user != "" {
		return true
	}
	if reason == ReasonMissing || v.route.verifier == nil {
		return false
	}
	// See Verifier: without a signature it says so, whatever else is wrong.
	return !errors.Is(g.probe(r, v), ErrMissing)
}

// probe asks the verifier about the headers alone. One that panics finds no
// signature.
func (g *Gate) probe(r *http.Request, v *visit) (err error) {
	defer func() {
		if recover() != nil {
			err = ErrMissing
		}
	}()
	_, err = v.route.verifier.Verify(&Request{Kind: v.route.kind, Method: http.MethodGet, Header: r.Header})
	return err
}

// statusFor returns the true code of a refusal.
func statusFor(reason Reason) int {
	switch reason {
	case ReasonTarget:
		return http.StatusNotFound
	case ReasonTooLarge:
		return http.StatusRequestEntityTooLarge
	case ReasonBody, ReasonParams:
		return http.StatusBadRequest
	case ReasonContentType:
		return http.StatusUnsupportedMediaType
	case ReasonPanic:
		return http.StatusInternalServerError
	}
	return http.StatusForbidden
}
