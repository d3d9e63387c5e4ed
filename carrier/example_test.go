package carrier_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/callgate/callgate/carrier"
)

// A line of one's own is called: the caller hears its menu, presses a key, and is
// put through to somebody who is busy.
func Example() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		switch {
		case r.FormValue("DialCallStatus") != "":
			fmt.Fprint(w, `<Response><Say>Nobody is free.</Say></Response>`)
		case r.FormValue("Digits") == "1":
			fmt.Fprint(w, `<Response><Dial action="/after">+15550123</Dial></Response>`)
		default:
			fmt.Fprint(w, `<Response><Gather action="/key" numDigits="1"><Say>For sales, press 1.</Say></Gather></Response>`)
		}
	}))
	defer server.Close()

	line, err := carrier.NewLine(carrier.Config{
		Token:    "0123456789abcdef",
		VoiceURL: "https://ivr.example.org/voice", // as the application knows itself
		Server:   server.URL,                      // where it runs
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	call, err := line.Call(context.Background(), carrier.Caller{From: "+15550100"})
	for _, step := range []func() error{
		func() error { return call.Hear("press 1") },
		func() error { return call.Press("1") },
		func() error {
			return call.Dials("+15550123", carrier.Callee{Does: carrier.Busy, Ring: 4 * time.Second})
		},
		func() error { return call.Hear("nobody is free") },
	} {
		if err == nil {
			err = step()
		}
	}
	if err != nil {
		fmt.Println(err) // says what happened instead, with the transcript
		return
	}
	end, _ := call.Finish()
	fmt.Println(end.Reason, end.Status, "after", end.Lasted)
	// Output:
	// end-of-document completed after 7.3s
}
