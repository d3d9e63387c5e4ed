package main

import (
	"net/http"
	"strings"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/twiml"
)

// Restricted is a permission that no entry grants to anybody.
const Restricted callgate.Permission = "restricted"

// routes are the resources of the line and who may do what with them.
func routes() []callgate.Route {
	return []callgate.Route{
		{
			Path:    "/",
			Methods: []string{http.MethodGet, http.MethodPost},
			Entries: []callgate.Entry{
				{Effect: callgate.Allow, Principal: callgate.Carrier("twilio"), Permission: callgate.View},
			},
		},
		{Path: "/restricted", Permission: Restricted},
	}
}

// newLine answers the requests that the gate admits. What it does not know is not
// found, and so ends in the rescue like everything else that goes wrong.
func newLine() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", welcome)
	mux.HandleFunc("POST /{$}", choose)
	mux.HandleFunc("GET /accessible", accessible)
	mux.HandleFunc("GET /restricted", restricted)
	return mux
}

func welcome(w http.ResponseWriter, r *http.Request) {
	home := address(r, "/")
	answer(w, twiml.New(
		&twiml.Gather{
			Action: home, Method: twiml.POST, NumDigits: 1, Timeout: 3,
			Prompts: []twiml.Audio{say("Hello, and welcome to the demonstration. " +
				"To visit the route that is open to you, press 1. To try the one that is not, press 2.")},
		},
		say("We did not hear a choice. Please try again."),
		&twiml.Redirect{URL: home, Method: twiml.GET},
	))
}

func choose(w http.ResponseWriter, r *http.Request) {
	doc := twiml.New()
	admission, _ := callgate.AdmissionFrom(r.Context())
	switch admission.Params.Get("Digits") {
	case "1":
		doc.Verbs = append(doc.Verbs, &twiml.Redirect{URL: address(r, "/accessible"), Method: twiml.GET})
	case "2":
		doc.Verbs = append(doc.Verbs, &twiml.Redirect{URL: address(r, "/restricted"), Method: twiml.GET})
	}
	// What follows a redirect is never reached.
	doc.Verbs = append(doc.Verbs,
		say("That is not one of the choices."),
		&twiml.Redirect{URL: address(r, "/"), Method: twiml.GET})
	answer(w, doc)
}

func accessible(w http.ResponseWriter, _ *http.Request) {
	answer(w, twiml.New(
		say("You have reached the route that only the carrier can reach. Goodbye."),
		&twiml.Hangup{},
	))
}

func restricted(w http.ResponseWriter, _ *http.Request) {
	answer(w, twiml.New(say("Nobody hears this, because nobody has the permission.")))
}

// address returns the URL of another path of this line, as the carrier knows it: a
// relative one would do for most carriers, but not for all.
func address(r *http.Request, path string) string {
	admission, _ := callgate.AdmissionFrom(r.Context())
	url, _, _ := strings.Cut(admission.URL, "?")
	return strings.TrimSuffix(url, r.URL.EscapedPath()) + path
}

func say(text string) *twiml.Say {
	return &twiml.Say{Voice: "woman", Language: "en", Text: text}
}

// answer writes a document. The gate sets the headers.
func answer(w http.ResponseWriter, doc *twiml.Response) {
	body, err := doc.Bytes()
	if err != nil {
		panic(err) // the caller is rescued
	}
	w.Write(body)
}
