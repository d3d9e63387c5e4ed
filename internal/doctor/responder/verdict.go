package responder

import (
	"errors"
	"net/http"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/internal/doctor/protocol"
	"github.com/callgate/callgate/twilio"
)

// verdict asks the gate about a probe. An unsigned one is for the gate that serves; for
// the others there is a gate of the same address whose only key is the probe's, so that
// no request is ever tried with a key of the carrier here.
func (r *Responder) verdict(q *http.Request, p protocol.Probe) *protocol.Verdict {
	if p.Kind == protocol.Unsigned {
		q.Header.Del(twilio.Header)
		return said(r.config.Check(q))
	}
	noted := noting{}
	gate, err := r.gate(p, &noted)
	if err != nil {
		return said(err)
	}
	admission, err := gate.Check(q)
	v := said(err)
	v.Address = []byte(noted.url)
	if err == nil {
		v.Form = string(admission.Proof.Form)
	}
	return v
}

func said(err error) *protocol.Verdict {
	var refusal *callgate.Refusal
	switch {
	case err == nil:
		return &protocol.Verdict{Admitted: true}
	case errors.As(err, &refusal):
		return &protocol.Verdict{Reason: string(refusal.Reason), Detail: refusal.Detail}
	}
	return &protocol.Verdict{Detail: "the gate could not be asked"}
}

// gate makes one that takes requests for the same address as the server's.
func (r *Responder) gate(p protocol.Probe, noted *noting) (*callgate.Gate, error) {
	var err error
	noted.Verifier, err = twilio.New(twilio.Config{
		Keys:    []twilio.Key{{Name: "probe", Token: r.key.Token(p.Challenge)}},
		Profile: twilio.ProfileSignature, // probes are no calls
	})
	if err != nil {
		return nil, err
	}
	root := callgate.Route{
		Path: "/", Kind: callgate.KindStatus, Methods: []string{http.MethodGet, http.MethodPost},
		Entries: []callgate.Entry{{Effect: callgate.Allow, Principal: callgate.Carrier(twilio.Name), Permission: callgate.View}},
	}
	if p.Kind == protocol.Stream {
		root.Kind, root.Methods = callgate.KindStream, []string{http.MethodGet}
	}
	return callgate.New(callgate.Config{
		Verifier: noted, PublicURL: r.config.Server.PublicURL, AllowedHosts: r.config.Server.AllowedHosts,
		TrustedProxies: r.config.TrustedProxies, MaxBody: r.config.MaxBody, Routes: []callgate.Route{root},
	})
}

// noting notes the address that the gate took a request for.
type noting struct {
	callgate.Verifier
	url string
}

func (n *noting) Verify(r *callgate.Request) (callgate.Proof, error) {
	n.url = r.URL
	return n.Verifier.Verify(r)
}
