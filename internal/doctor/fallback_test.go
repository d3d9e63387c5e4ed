package doctor_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/callgate/callgate/internal/doctor"
	"github.com/callgate/callgate/internal/doctor/protocol"
)

func TestFallback(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		want   doctor.Result
	}{
		"TwiML":         {200, `<?xml version="1.0"?><Response><Dial>+15005550100</Dial></Response>`, doctor.OK},
		"asks to login": {401, "", doctor.OK},
		"forbidden":     {403, "", doctor.OK},
		"a page":        {200, "<html><body>It works!</body></html>", doctor.Ill},
		"half of TwiML": {200, "<Response><Say>", doctor.Ill},
		"nothing":       {200, "", doctor.Ill},
		"failing":       {500, "<Response/>", doctor.Ill},
		"moved":         {301, "", doctor.Ill},
	} {
		web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodPost || r.Header.Get("X-Twilio-Signature") != "" || r.Header.Get(protocol.Header) != "" || r.RequestURI != "/sorry?lang=en" {
				t.Errorf("%s: %s %s %v", name, r.Method, r.RequestURI, r.Header)
			}
			w.WriteHeader(c.status)
			w.Write([]byte(c.body))
		}))
		address := start(t, straight, protocol.Server{})
		r := run(t, doctor.Config{URL: address, Fallback: web.URL + "/sorry?lang=en"})
		if got := named(t, r, "fallback"); got.Result != c.want || r.Well != (c.want == doctor.OK) {
			t.Errorf("%s: %+v", name, got)
		}
		web.Close()
		if c := named(t, run(t, doctor.Config{URL: address, Fallback: web.URL}), "fallback"); c.Result != doctor.Ill {
			t.Errorf("gone: %+v", c)
		}
	}
	address := start(t, straight, protocol.Server{})
	if c := named(t, run(t, doctor.Config{URL: address, Fallback: address}), "fallback"); c.Result != doctor.Note {
		t.Errorf("on the same host: %+v", c)
	}
	if c := named(t, run(t, doctor.Config{URL: address, Fallback: "sorry.xml"}), "fallback"); c.Result != doctor.Ill {
		t.Errorf("no address: %+v", c)
	}
}
