// Package demo is the demonstration line: a caller is welcomed and may choose, with 1,
// a node that is open to the carrier or, with 2, one that is open to nobody, where
// the access control list sends the call to the rescue.
//
// It is the conversation of the demonstration that Patrick Yevsukov wrote for Python's
// Pyramid in 2017, with POST everywhere.
package demo

import (
	"net/http"
	"path"
	"strings"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/twiml"
)

// Restricted is the permission that the node open to nobody asks for. No entry grants it.
const Restricted callgate.Permission = "restricted"

// Line is the demonstration line below a path.
type Line struct {
	mount string
	nodes map[string]func(*callgate.Admission, string) *twiml.Response
}

// New makes the line whose welcome is at the path mount.
func New(mount string) *Line {
	return &Line{mount: mount, nodes: map[string]func(*callgate.Admission, string) *twiml.Response{
		"":           welcome,
		"choice":     choice,
		"accessible": accessible,
		"restricted": restricted,
	}}
}

// Resources are the routes below the mount that ask for a permission of their own.
func (l *Line) Resources() []callgate.Route {
	return []callgate.Route{{Path: path.Join(l.mount, "restricted"), Permission: Restricted}}
}

// ServeHTTP answers a request that the gate admitted. An unknown path is not found.
func (l *Line) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	admission, ok := callgate.AdmissionFrom(r.Context())
	name, below := strings.CutPrefix(r.URL.Path, strings.TrimSuffix(l.mount, "/"))
	below = below && (name == "" || name[0] == '/')
	name = strings.TrimPrefix(name, "/")
	node := l.nodes[name]
	if !ok || !below || node == nil {
		http.NotFound(w, r)
		return
	}
	url, _, _ := strings.Cut(admission.URL, "?")
	home := strings.TrimSuffix(strings.TrimSuffix(url, name), "/")
	body, err := node(admission, home).Bytes()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Write(append(body, '\n')) // for those who look on with curl
}

func welcome(_ *callgate.Admission, home string) *twiml.Response {
	return ask(home, say("Hello. You have reached the demonstration line of Callgate. "+
		"For the part that is open to you, press 1. For the part that is not, press 2."))
}

// ask says the prompt, and waits for a key. Without one it begins again.
func ask(home string, prompt *twiml.Say) *twiml.Response {
	return twiml.New(
		&twiml.Gather{
			Action: home + "/choice", Method: twiml.POST, NumDigits: 1, Timeout: 5,
			Prompts: []twiml.Audio{prompt},
		},
		&twiml.Redirect{URL: home + "/choice", Method: twiml.POST},
	)
}

func choice(a *callgate.Admission, home string) *twiml.Response {
	switch a.Params.Get("Digits") {
	case "1":
		return twiml.New(&twiml.Redirect{URL: home + "/accessible", Method: twiml.POST})
	case "2":
		return twiml.New(&twiml.Redirect{URL: home + "/restricted", Method: twiml.POST})
	case "":
		return ask(home, say("We did not hear a key. Please try again. Press 1 for the open part, or 2 for the closed one."))
	}
	return ask(home, say("That key does not lead anywhere. Please try again. Press 1 for the open part, or 2 for the closed one."))
}

func accessible(*callgate.Admission, string) *twiml.Response {
	return twiml.New(
		say("You have reached the part that only the carrier can reach. Goodbye."),
		&twiml.Hangup{},
	)
}

func restricted(*callgate.Admission, string) *twiml.Response {
	return twiml.New(say("Nobody hears this, because nobody has the permission."))
}

func say(text string) *twiml.Say { return &twiml.Say{Language: "en-US", Text: text} }
