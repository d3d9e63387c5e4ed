package callgatetest_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"github.com/callgate/callgate/callgatetest"
	"github.com/callgate/callgate/carrier"
)

// menu is an application as anybody might write it, with nothing of Callgate in it.
func menu() http.Handler {
	answer := func(w http.ResponseWriter, verbs string) {
		w.Header().Set("Content-Type", "text/xml")
		fmt.Fprintf(w, "<Response>%s</Response>", verbs)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /voice", func(w http.ResponseWriter, r *http.Request) {
		answer(w, `<Gather numDigits="1" action="/key"><Say>Press 1 for sales.</Say></Gather><Redirect>/voice</Redirect>`)
	})
	mux.HandleFunc("POST /key", func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("Digits") != "1" {
			answer(w, `<Say>That is not a choice.</Say><Redirect>/voice</Redirect>`)
			return
		}
		answer(w, `<Dial action="/after"><Number>+15550123</Number></Dial>`)
	})
	mux.HandleFunc("POST /after", func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("DialBridged") == "true" {
			answer(w, `<Hangup/>`)
			return
		}
		answer(w, `<Say>Nobody can talk to you now.</Say>`)
	})
	return mux
}

func TestSales(t *testing.T) {
	call := callgatetest.NewCarrier(t, menu(), callgatetest.At("/voice")).Call()
	call.Hear("press 1")
	call.Press("7")
	call.Hear("not a choice")
	call.Press("1")
	call.Dials("+15550123", carrier.Callee{Does: carrier.Busy})
	call.Hear("nobody can talk")
	call.Ends(carrier.EndDocument)
}

// tester stands for the *testing.T that a test is given, which an example is not.
type tester struct{ testing.TB }

func (tester) Helper()                  {}
func (tester) Cleanup(func())           {}
func (tester) Context() context.Context { return context.Background() }
func (tester) Fatal(args ...any)        { panic(fmt.Sprint(args...)) }

func Example() {
	t := tester{} // in a test: t *testing.T
	call := callgatetest.NewCarrier(t, menu(), callgatetest.At("/voice")).Call()
	call.Hear("press 1")
	call.Press("1")
	call.Ends(carrier.EndTransfer)
	fmt.Print(call.Transcript())
	// Output:
	// 00:00.0  line     status ringing
	// 00:00.0  http     voice POST https://ivr.example.test/voice → 200
	// 00:00.0  line     status in-progress
	// 00:00.0  line     say "Press 1 for sales."
	// 00:01.8  caller   presses 1
	// 00:01.8  http     action POST https://ivr.example.test/key → 200
	// 00:01.8  line→1   dials +15550123
	// 00:01.8  line→1   status ringing
	// 00:01.8  line     ringing
	// 00:06.8  line→1   status in-progress
	// 00:06.8  line     bridge +15550123
	// 00:36.8  line     unbridge callee
	// 00:36.8  line→1   status completed
	// 00:36.8  http     action POST https://ivr.example.test/after → 200
	// 00:36.8  line     status completed
	// 00:36.8  line     ends: transfer (completed)
}
