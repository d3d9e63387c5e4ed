package doctor

import (
	"context"
	"crypto/rand"
	"net/http"
	"time"

	"github.com/callgate/callgate/internal/doctor/protocol"
)

// renewAfter is when another challenge is asked for. What is left of its life is for
// the probe that is under way.
const renewAfter = protocol.Life / 2

// session is a talk with the server.
type session struct {
	base
	dialer
	key protocol.Key
	now func() time.Time

	challenge string
	since     time.Time
	number    int
	repeated  int // probes that had to be sent again
}

// result is a shape, what was sent for it, and what came of it.
type result struct {
	shape    shape
	sent     request
	response *response
	err      error            // there is no response
	answer   *protocol.Answer // nil when what answered was not the server
}

// hello gets a challenge. The answer is nil when what answered was not the server.
func (s *session) hello(ctx context.Context) (*response, *protocol.Answer, error) {
	header := s.key.SignHello(protocol.Hello{Time: s.now().Unix(), Nonce: rand.Text()})
	r := request{
		method: http.MethodPost, target: s.path + protocol.Path + "hello", authority: s.authority,
		header: http.Header{protocol.Header: {header}, "User-Agent": {"callgate doctor"}, "Accept": {"*/*"}},
	}
	response, err := s.exchange(ctx, r)
	if err != nil {
		return nil, nil, err
	}
	answer, err := s.key.OpenAnswer(header, response.body)
	if err != nil {
		return response, nil, nil
	}
	s.challenge, s.since, s.number = answer.Challenge, s.now(), 0
	return response, answer, nil
}

// patientHello asks again, for a while, when the server has no challenge to give.
func (s *session) patientHello(ctx context.Context) (*response, *protocol.Answer, error) {
	const attempts = 5
	for attempt := 1; ; attempt++ {
		response, answer, err := s.hello(ctx)
		if answer == nil || answer.Wait == 0 || attempt == attempts {
			return response, answer, err
		}
		select {
		case <-time.After(time.Duration(answer.Wait) * time.Second):
		case <-ctx.Done():
			return response, nil, ctx.Err()
		}
	}
}

// attempts is how often a probe is sent while another server of a fleet answers: with
// three of them it is right once in twenty-five probes only that none of these is the right one.
const attempts = 8

// probe sends a shape, again and again while a Callgate answers that does not know the
// challenge: several servers may share the address. Half-way it asks for another challenge,
// because the server may have read its configuration again.
func (s *session) probe(ctx context.Context, shape shape) (res result) {
	for attempt := 1; ; attempt++ {
		res = s.once(ctx, shape)
		if res.response == nil || res.answer != nil || !isCallgate(res.response) || attempt == attempts || ctx.Err() != nil {
			return res
		}
		s.repeated++
		if attempt == attempts/2 {
			s.since = time.Time{}
		}
	}
}

// once sends a shape once.
func (s *session) once(ctx context.Context, shape shape) result {
	res := result{shape: shape}
	if s.number >= protocol.MaxProbes || s.now().Sub(s.since) > renewAfter {
		if _, answer, err := s.patientHello(ctx); err != nil || answer == nil || s.challenge == "" {
			res.err = errNoChallenge
			return res
		}
	}
	s.number++
	if res.sent, res.err = sign(shape, s.base, s.key.Token(s.challenge)); res.err != nil {
		return res
	}
	header := s.key.SignProbe(protocol.Probe{Challenge: s.challenge, Number: s.number, Kind: shape.kind})
	res.sent.header.Set(protocol.Header, header)
	if res.response, res.err = s.exchange(ctx, res.sent); res.err == nil {
		if answer, err := s.key.OpenAnswer(header, res.response.body); err == nil {
			res.answer = answer
		}
	}
	return res
}
