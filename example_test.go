package callgate_test

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/twilio"
	"github.com/go-chi/chi/v5"
)

// Example is a line that answers each call with a sentence. A program would read
// the token from its environment and give the handler to an http.Server.
func Example() {
	verifier, err := twilio.New(twilio.Config{Keys: []twilio.Key{{Name: "main", Token: exampleToken}}})
	if err != nil {
		log.Fatal(err)
	}
	apology, _ := callgate.Apology("en")
	rescue, err := callgate.RescueDocument(apology, "en", "+15005550100")
	if err != nil {
		log.Fatal(err)
	}
	gate, err := callgate.New(callgate.Config{
		Verifier:  verifier,
		PublicURL: "https://ivr.example.org",
		Rescue:    callgate.Rescue{Documents: map[string][]byte{"": rescue}},
		Routes: []callgate.Route{{
			Path:    "/",
			Entries: []callgate.Entry{{Effect: callgate.Allow, Principal: callgate.Carrier("twilio"), Permission: callgate.View}},
		}},
	})
	if err != nil {
		log.Fatal(err)
	}
	line := gate.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		admission, _ := callgate.AdmissionFrom(r.Context())
		fmt.Fprintf(w, "<Response><Say>You pressed %s.</Say></Response>", admission.Params.Get("Digits"))
	}))

	fmt.Println(call(line, "/", "&Digits=1"))
	fmt.Println(forge(line, "/", "&Digits=1"))
	// Output:
	// 200 <Response><Say>You pressed 1.</Say></Response>
	// 403 Forbidden
}

// With http.ServeMux, name the method and the exact path of each step: a pattern
// that ends in a slash has the mux redirect, which would lose the caller's
// digits. What no pattern names is rescued.
func ExampleGate_Handler_serveMux() {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /{$}", say("Press one or two."))
	mux.HandleFunc("POST /menu/{choice}", func(w http.ResponseWriter, r *http.Request) {
		say("You chose "+r.PathValue("choice")+".")(w, r)
	})
	line := exampleGate().Handler(mux)

	fmt.Println(call(line, "/", ""))
	fmt.Println(call(line, "/menu/2", "&Digits=2"))
	fmt.Println(call(line, "/nowhere", ""))
	// Output:
	// 200 <Response><Say>Press one or two.</Say></Response>
	// 200 <Response><Say>You chose 2.</Say></Response>
	// 200 <Response><Say>Sorry.</Say></Response>
}

// The gate goes round a chi router as it goes round any other. It has to be
// outermost, because it counts on the path of the request line.
func ExampleGate_Handler_chi() {
	router := chi.NewRouter()
	router.Post("/", say("Press one or two."))
	router.Route("/menu", func(menu chi.Router) {
		menu.Post("/{choice}", func(w http.ResponseWriter, r *http.Request) {
			say("You chose "+chi.URLParam(r, "choice")+".")(w, r)
		})
	})
	line := exampleGate().Handler(router)

	fmt.Println(call(line, "/", ""))
	fmt.Println(call(line, "/menu/2", "&Digits=2"))
	fmt.Println(call(line, "/menu", ""))
	// Output:
	// 200 <Response><Say>Press one or two.</Say></Response>
	// 200 <Response><Say>You chose 2.</Say></Response>
	// 200 <Response><Say>Sorry.</Say></Response>
}

// Check is for programs that answer by themselves.
func ExampleGate_Check() {
	gate := exampleGate()
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		admission, err := gate.Check(r)
		if err != nil {
			http.Error(w, "who are you?", http.StatusForbidden)
			return
		}
		fmt.Fprint(w, admission.Principals)
	})

	fmt.Println(call(handler, "/", ""))
	fmt.Println(forge(handler, "/", ""))
	// Output:
	// 200 [everyone carrier:twilio account:AC00000000000000000000000000000001 key:main number:+15005550009]
	// 403 who are you?
}

const exampleToken = callgate.Secret("0123456789abcdef0123456789abcdef")

func exampleGate() *callgate.Gate {
	verifier, err := twilio.New(twilio.Config{Keys: []twilio.Key{{Name: "main", Token: exampleToken}}})
	if err != nil {
		log.Fatal(err)
	}
	gate, err := callgate.New(callgate.Config{
		Verifier:  verifier,
		PublicURL: "https://ivr.example.org",
		Rescue:    callgate.Rescue{Documents: map[string][]byte{"": []byte("<Response><Say>Sorry.</Say></Response>")}},
		Routes: []callgate.Route{{
			Path:    "/",
			Entries: []callgate.Entry{{Effect: callgate.Allow, Principal: callgate.Carrier("twilio"), Permission: callgate.View}},
		}},
	})
	if err != nil {
		log.Fatal(err)
	}
	return gate
}

func say(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "<Response><Say>%s</Say></Response>", text)
	}
}

// call sends a handler what the carrier would send to a path of the public URL.
func call(h http.Handler, target, more string) string {
	verifier, err := twilio.New(twilio.Config{Keys: []twilio.Key{{Name: "main", Token: exampleToken}}})
	if err != nil {
		log.Fatal(err)
	}
	body := voiceForm(more)
	r := httptest.NewRequest("POST", target, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	signature, err := verifier.Sign(&callgate.Request{Method: "POST", URL: "https://ivr.example.org" + target, Header: r.Header, Body: []byte(body)})
	if err != nil {
		log.Fatal(err)
	}
	r.Header.Set(twilio.Header, signature)
	return exchangeWith(h, r)
}

// forge sends the same without a signature.
func forge(h http.Handler, target, more string) string {
	r := httptest.NewRequest("POST", target, strings.NewReader(voiceForm(more)))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return exchangeWith(h, r)
}

func exchangeWith(h http.Handler, r *http.Request) string {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	body, err := io.ReadAll(w.Result().Body)
	if err != nil {
		log.Fatal(err)
	}
	return fmt.Sprint(w.Code, " ", strings.TrimSpace(string(body)))
}
