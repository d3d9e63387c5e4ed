package carrier

import (
	"strings"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/twiml"
)

// referring is a Refer.
type referring struct {
	idle
	el     *twiml.Element
	result *ReferResult
}

func (r *referring) clone() activity { c := *r; return &c }

// referWait is how long the carrier waits for a final NOTIFY when nobody says
// what became of a REFER. RFC 3515 leaves it open.
const referWait = 60 * time.Second

// refer begins a Refer (twiml/refer), which is for SIP calls alone.
func (m *machine) refer(t *thread, el *twiml.Element) bool {
	if !strings.HasPrefix(m.legs[0].from, "sip:") && !strings.HasPrefix(m.legs[0].from, "sips:") {
		m.fatal(t, Problem{Code: codeRefer, URL: t.url, Line: el.Line, Col: el.Col, Message: "<Refer> on a call that is not SIP"})
		return true
	}
	to := ""
	if sip := el.Child("Sip"); sip != nil {
		to = sip.Text()
	}
	t.act = &referring{el: el}
	m.emit(Referred{To: to})
	m.timer(referWait, t, tokenDone)
	return true
}

func (r *referring) outcome(m *machine, t *thread, e Event) bool {
	d, ok := e.(ReferDoes)
	if !ok || r.result != nil {
		return false
	}
	o := d.ReferResult
	set(&o.SIPCode, 202)
	set(&o.NotifyCode, 200)
	set(&o.After, time.Second)
	r.result = &o
	m.stopTimer(t, tokenDone)
	m.timer(o.After, t, tokenDone)
	return true
}

func (r *referring) expired(m *machine, t *thread, _ int) {
	status := "failed"
	if r.result != nil && r.result.SIPCode < 300 && r.result.NotifyCode < 300 {
		status = "success"
	}
	m.then(t, r.request(t, status))
}

func (r *referring) request(t *thread, status string) *load {
	p := callgate.Params{{Name: "ReferCallStatus", Value: status}}
	if r.result != nil {
		p = append(p, callgate.Param{Name: "ReferSipResponseCode", Value: itoa(r.result.SIPCode)},
			callgate.Param{Name: "NotifySipResponseCode", Value: itoa(r.result.NotifyCode)})
	}
	return action(t, r.el, p...)
}

func (r *referring) gone(_ *machine, t *thread) *load { return r.request(t, "caller-hung-up") }
