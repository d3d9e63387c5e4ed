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
		// The signed bytes of a form, moved into the address.
		return callgate.Refuse(callgate.ReasonProfile, "the address holds parameters that are not separated")
	}
	l := v.voice
	switch r.Kind {
	case callgate.KindVoice:
	case callgate.KindStatus:
		l = v.status
	default:
		return callgate.Refuse(callgate.ReasonProfile, "%v is no kind of request", r.Kind)
	}
	if in.content == contentJSON {
		if r.Kind != callgate.KindStatus {
			return callgate.Refuse(callgate.ReasonProfile, "a voice webhook is no JSON")
		}
		return nil
	}
	query := s.url[len(s.url)-len(strings.TrimPrefix(in.query, "?")):]
	if r.Method == http.MethodGet {
		if err := s.load(query); err != nil {
			return err
		}
	}
	known, err := s.checkEach(l)
	if err != nil {
		return err
	}
	if account := s.tail[s.spans[0].nameEnd:s.spans[0].end]; key.Account != "" && string(account) != key.Account {
		return callgate.Refuse(callgate.ReasonAccount, "key %s is of another account", key.Name)
	}
	if r.Method == http.MethodGet {
		return nil // its parameters are separated
	}
	if err := s.checkReading(l, known); err != nil {
		return err
	}
	return s.checkQuery(l, query)
}

// gluedAccount starts the signed parameters of every form.
var gluedAccount = []byte("AccountSidAC")

// checkReading refuses parameters that are not the right reading of what was signed.
func (s *scratch) checkReading(l *lexicon, known int) error {
	switch s.compare(l, known) {
	case ambiguous:
		return callgate.Refuse(callgate.ReasonProfile, "the signed bytes can be read as other parameters")
	case tooManyNames:
		return callgate.Refuse(callgate.ReasonProfile, "names of parameters stand in other text at more than %d places", maxStrays)
	case carriesQuery:
		return callgate.Refuse(callgate.ReasonProfile, "a value holds the parameters of a GET")
	}
	return nil
}

// checkEach checks the parameters one by one: each name once and well formed,
// each known value well formed, none missing. It returns how many are known.
func (s *scratch) checkEach(l *lexicon) (known int, err error) {
	if len(s.spans) < len(s.params) {
		return 0, callgate.Refuse(callgate.ReasonProfile, "a parameter is repeated")
	}
	required, subject := 0, false
	var last []byte
	for i := range s.spans {
		sp := &s.spans[i]
		name := s.tail[sp.at:sp.nameEnd]
		if bytes.Equal(name, last) && i > 0 {
			return 0, callgate.Refuse(callgate.ReasonProfile, "a parameter is repeated")
		}
		last = name
		sp.word = l.known(sp.word, name)
		if sp.word == nil {
			if !isName(name) {
				return 0, callgate.Refuse(callgate.ReasonProfile, "the name of a parameter is not well formed")
			}
			continue
		}
		known++
		if !sp.word.family && !sp.word.grammar.accepts(s.tail[sp.nameEnd:sp.end]) {
			return 0, callgate.Refuse(callgate.ReasonProfile, "%s is not well formed", sp.word.name)
		}
		if sp.word.required&l.where != 0 {
			required++
		}
		subject = subject || sp.word.subject
	}
	switch {
	case len(s.spans) == 0 || s.spans[0].word == nil || s.spans[0].word.rank != 0:
		return 0, callgate.Refuse(callgate.ReasonProfile, "AccountSid is not the first parameter")
	case required < l.requiredBelow[len(l.words)]:
		return 0, callgate.Refuse(callgate.ReasonProfile, "a parameter that every %s webhook has is missing", l.kind)
	case !subject:
		return 0, callgate.Refuse(callgate.ReasonProfile, "neither CallSid nor ConferenceSid")
	}
	return known, nil
}

// checkQuery refuses a form whose address carries parameters of the carrier
// too: they would be the application's word, not the carrier's.
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
		if l.known(l.find(nameHead(p.Name), p.Name), p.Name) != nil {
			return callgate.Refuse(callgate.ReasonProfile, "the address of a form has a parameter of the carrier")
		}
	}
	return nil
}

// isQueryAccount reports whether text starts as the AccountSid of a query does.
func isQueryAccount(text []byte) bool {
	const name = "AccountSid="
	return hasPrefix(text, name) && munchSid(text[len(name):], 'A', 'C') == sidLength
}
