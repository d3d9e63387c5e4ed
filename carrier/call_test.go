package carrier_test

import (
	"testing"
	"time"

	"github.com/callgate/callgate/carrier"
)

func TestMenuThenTransfer(t *testing.T) {
	call, app := place(t, map[string]string{
		"/voice": `<Gather numDigits="1" action="menu" timeout="3"><Say>Press 1 for sales.</Say></Gather><Redirect>voice?again=1</Redirect>`,
		"/menu":  `<Say>One moment.</Say><Dial action="/done" timeout="20"><Number>+15550123</Number></Dial>`,
		"/done":  `<Say>Goodbye.</Say><Hangup/>`,
	})
	must(t, call.Hear("press 1"))
	must(t, call.Silence())
	must(t, call.Hear("press 1"))
	must(t, call.Press("1"))
	must(t, call.Hear("one moment"))
	must(t, call.Dials("+15550123", carrier.Callee{Does: carrier.Busy, Ring: 4 * time.Second}))
	must(t, call.Hear("goodbye"))
	finish(t, call, carrier.EndHangup)
	if got := app.requests("/menu")[0].Params.Get("Digits"); got != "1" {
		t.Errorf("Digits = %q", got)
	}
	if got := app.requests("/done")[0].Params.Get("DialCallStatus"); got != "busy" {
		t.Errorf("DialCallStatus = %q", got)
	}
	t.Log(transcript(call))
}
