package twilio

import (
	"bytes"
	"net/http"
	"strings"

	"github.com/callgate/callgate"
)

// checkProfile asks of a request whose signature holds that it be what its
// kind says. See the package comment for the rules and their reasons.
func (v *Verifier) checkProfile(s *scratch, r *callgate.Request, in *signed, key *Key) error {
	if r.Kind == callgate.KindStream {
		if !in.handshake {
			return callgate.Refuse(callgate.ReasonProfile, "no WebSocket handshake")
		}
		return nil
	}
	if in.handshake {
		return callgate.Refuse(callgate.ReasonProfile, "a WebSocket handshake where a webhook is expected")
	}
	if bytes.Contains(s.url, gluedAccount) {
		return callgate.Refuse(callgate.ReasonProfile, "the address holds parameters that are not separated")
	}
	l := v.lexicon(r.Kind)
	switch {
	case l == nil:
		return callgate.Refuse(callgate.ReasonProfile, "%v is no kind of request", r.Kind)
	case in.content == contentJSON && r.Kind != callgate.KindStatus:
		return callgate.Refuse(callgate.ReasonProfile, "a voice webhook is no JSON")
	}
	query := s.url[len(s.url)-len(strings.TrimPrefix(in.query, "?")):]
	if in.content == contentJSON {
		return s.checkQuery(l, query)
	}
	if r.Method == http.MethodGet {
		if err := s.loadQuery(query); err != nil {
			return err
		}
		_, err := s.checkEach(l, key)
		return err // the parameters of a query are separated
	}
	known, err := s.checkEach(l, key)
	if err != nil {
		return err
	}
	if err := s.checkReading(l, known); err != nil {
		return err
	}
	return s.checkQuery(l, query)
}

// gluedAccount starts the signed parameters of every form. In an address it
// shows that a form was moved there.
var gluedAccount = []byte("AccountSidAC")

// lexicon returns the words of a kind, or nil when it has none.
func (v *Verifier) lexicon(k callgate.Kind) *lexicon {
	switch k {
	case callgate.KindVoice:
		return v.voice
	case callgate.KindStatus:
		return v.status
	}
	return nil
}

// checkEach checks the parameters one by one: each name once, each known value
// well formed, none missing, and the account the key's. It returns how many are
// known.
func (s *scratch) checkEach(l *lexicon, key *Key) (known int, err error) {
	if len(s.spans) < len(s.params) {
		return 0, callgate.Refuse(callgate.ReasonProfile, "a parameter is repeated")
	}
	required, subject := 0, false
	var account []byte
	for i := range s.spans {
		sp := &s.spans[i]
		if !s.distinct && i > 0 && bytes.Equal(s.name(i), s.name(i-1)) {
			return 0, callgate.Refuse(callgate.ReasonProfile, "a parameter is repeated")
		}
		value := s.tail[sp.nameEnd:sp.end]
		w := sp.word
		if w == nil || w.where&l.where == 0 {
			if w = l.known(w, s.name(i)); w == nil {
				sp.word = nil
				continue
			}
			sp.word = w
		}
		if !w.family && !w.grammar.accepts(value) {
			return 0, callgate.Refuse(callgate.ReasonProfile, "%s is not well formed", w.name)
		}
		known++
		if w.required&l.where != 0 {
			required++
		}
		if w.rank == 0 {
			account = value
		}
		subject = subject || w.subject
	}
	switch {
	case required < len(l.required):
		return 0, callgate.Refuse(callgate.ReasonProfile, "a parameter that every %v webhook has is missing", l.kind)
	case !subject:
		return 0, callgate.Refuse(callgate.ReasonProfile, "neither CallSid nor ConferenceSid")
	case key.Account != "" && string(account) != key.Account:
		return 0, callgate.Refuse(callgate.ReasonAccount, "key %s is of another account", key.Name)
	}
	return known, nil
}

// name returns that of a parameter.
func (s *scratch) name(i int) []byte { return s.tail[s.spans[i].at:s.spans[i].nameEnd] }

// checkReading refuses the parameters of a form that are not the right reading
// of what was signed.
func (s *scratch) checkReading(l *lexicon, known int) error {
	if first := s.spans[0].word; first == nil || first.rank != 0 {
		return callgate.Refuse(callgate.ReasonProfile, "AccountSid is not the first parameter")
	}
	for i := 0; known < len(s.spans) && i < len(s.spans); i++ {
		if sp := &s.spans[i]; sp.word == nil && !isName(s.tail[sp.at:sp.nameEnd]) {
			return callgate.Refuse(callgate.ReasonProfile, "the name of a parameter is not well formed")
		}
	}
	switch s.compare(l, known) {
	case ambiguous:
		return callgate.Refuse(callgate.ReasonProfile, "the signed bytes can be read as other parameters")
	case tooManyNames:
		return callgate.Refuse(callgate.ReasonProfile, "names of parameters stand in other text at more than %d places", maxStrays)
	case carriesRequest:
		return callgate.Refuse(callgate.ReasonProfile, "the parameters of another request are in a value")
	}
	return nil
}

// checkQuery refuses a body whose address carries parameters of the carrier too.
// They would be the application's word and not the carrier's, or those of a GET
// that was signed.
func (s *scratch) checkQuery(l *lexicon, query []byte) error {
	if len(query) == 0 {
		return nil
	}
	s.reset()
	var err error
	s.params, s.text, err = callgate.AppendParams(s.params, s.text, query)
	if err != nil {
		return callgate.Refuse(callgate.ReasonParams, "%v", err)
	}
	for _, p := range s.params {
		if l.known(l.find(p.Name), p.Name) != nil {
			return callgate.Refuse(callgate.ReasonProfile, "the address of a request with a body has a parameter of the carrier")
		}
	}
	return nil
}
