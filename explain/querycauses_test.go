package explain_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/explain"
	"github.com/callgate/callgate/twilio"
)

// A question mark with nothing behind it is no matter of parameters, and of no hash. A
// query that was sorted is one of order, also when others stood between a repetition.
func TestCausesOfQueries(t *testing.T) {
	keys := []twilio.Key{{Name: "a", Account: accountA, Token: keyA}}
	signer, err := twilio.New(twilio.Config{Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	e, err := explain.New(explain.Config{Keys: keys, PublicURL: "https://ivr.example.org"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		signed, arrived string
		want            explain.Cause
	}{
		{"/ivr", "/ivr?", explain.CauseQueryAdded},
		{"/ivr?", "/ivr", explain.CauseQueryLost},
		{"/ivr?step=2&lang=en&back=1&lang=de&step=2", "/ivr?back=1&lang=en&lang=de&step=2&step=2", explain.CauseQueryOrder},
	} {
		header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
		body := []byte("AccountSid=" + accountA + "&CallSid=CA00112233445566778899aabbccddeeff&Digits=1")
		signature, err := signer.Sign(&callgate.Request{Method: "POST", URL: "https://ivr.example.org" + c.signed, Header: header, Body: body})
		if err != nil {
			t.Fatal(err)
		}
		header.Set(twilio.Header, signature)
		x := noted(e.Explain(context.Background(), &explain.Request{
			Method: "POST", Target: c.arrived, Host: "ivr.example.org", Proto: "HTTP/1.1", Header: header, Body: body,
		}))
		if x.Cause != c.want {
			t.Errorf("signed %s, arrived %s: %s, want %s", c.signed, c.arrived, x.Cause, c.want)
		}
	}
}
