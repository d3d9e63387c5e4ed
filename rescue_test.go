package callgate_test

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/twilio"
	"github.com/callgate/callgate/twiml"
)

func TestRescueDocument(t *testing.T) {
	for _, c := range []struct{ name, say, language, number, want string }{
		{"plain", "Sorry.", "en", "+15005550100",
			`<Say language="en">Sorry.</Say><Dial>+15005550100</Dial><Say language="en">If you could not speak with anyone, please call again later. Goodbye.</Say>`},
		{"the carrier's language", "Sorry.", "", "+15005550100",
			`<Say>Sorry.</Say><Dial>+15005550100</Dial><Say language="en">If you could not speak with anyone, please call again later. Goodbye.</Say>`},
		{"German in Austria", "Es tut uns leid.", "de-AT", "+43 (1) 234-567",
			`<Say language="de-AT">Es tut uns leid.</Say><Dial>+43 (1) 234-567</Dial><Say language="de-AT">Wenn Sie niemanden erreicht haben, rufen Sie bitte später noch einmal an. Auf Wiederhören.</Say>`},
		{"a language without words of ours", "申し訳ありません。", "ja", "110",
			`<Say language="ja">申し訳ありません。</Say><Dial>110</Dial><Say language="en">If you could not speak with anyone, please call again later. Goodbye.</Say>`},
		{"markup", `Tom & Jerry's <"AT&T">`, "fr", " 000-000-0000 ",
			`<Say language="fr">Tom &amp; Jerry&#39;s &lt;&#34;AT&amp;T&#34;&gt;</Say><Dial>000-000-0000</Dial><Say language="fr">Si vous n&#39;avez pu parler à personne, veuillez rappeler plus tard. Au revoir.</Say>`},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := `<?xml version="1.0" encoding="UTF-8"?>` + "\n<Response>" + c.want + "</Response>\n"
			for range 2 {
				doc, err := callgate.RescueDocument(c.say, c.language, c.number)
				if err != nil || string(doc) != want {
					t.Errorf("%s, %v, want %s", doc, err, want)
				}
			}
			if err := checkDocument(t, want); err != nil {
				t.Error(err)
			}
			var into struct {
				Say []string `xml:"Say"`
			}
			if err := xml.Unmarshal([]byte(want), &into); err != nil || into.Say[0] != c.say {
				t.Errorf("it says %q, %v", into.Say, err)
			}
		})
	}
}

func TestRescueDocumentRefuses(t *testing.T) {
	for _, c := range []struct{ name, say, language, number, want string }{
		{"nothing to say", " \n", "en", support, "nothing to say"},
		{"too much to say", strings.Repeat("é", 3001), "en", support, "3001 characters"},
		{"control character", "a\x00b", "en", support, "control characters"},
		{"escape character", "a\u009bb", "en", support, "control characters"},
		{"no character", "a\ufffeb", "en", support, "control characters"},
		{"Latin-1", "a\xe9b", "en", support, "not UTF-8"},
		{"no language", "Sorry.", "English!", support, "no language"},
		{"quotation mark in the language", "Sorry.", `en" loop="0`, support, "no language"},
		{"no number", "Sorry.", "en", "", "no telephone number"},
		{"blank number", "Sorry.", "en", "  ", "no telephone number"},
		{"name", "Sorry.", "en", "call center", "no telephone number"},
		{"SIP", "Sorry.", "en", "sip:a@b", "no telephone number"},
		{"two digits", "Sorry.", "en", "12", "no telephone number"},
		{"too many digits", "Sorry.", "en", strings.Repeat("1", 21), "no telephone number"},
		{"sign in the middle", "Sorry.", "en", "1+2345", "no telephone number"},
		{"markup in the number", "Sorry.", "en", "123<Hangup/>", "no telephone number"},
		{"two numbers", "Sorry.", "en", "+15005550100,+15005550101", "no telephone number"},
	} {
		t.Run(c.name, func(t *testing.T) {
			doc, err := callgate.RescueDocument(c.say, c.language, c.number)
			if doc != nil || err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s, error %v, want %q", doc, err, c.want)
			}
		})
	}
	if _, err := callgate.RescueDocument("", "!", ""); strings.Count(fmt.Sprint(err), "\n") != 2 {
		t.Errorf("not all faults at once: %v", err)
	}
	if _, err := callgate.RescueDocument(strings.Repeat("é", 3000), "en", support); err != nil {
		t.Errorf("a text of exactly the limit: %v", err)
	}
}

// TestRescueIsTwiML asks the package that knows TwiML, for each carrier.
func TestRescueIsTwiML(t *testing.T) {
	for _, language := range []string{"en", "es", "fr", "de", "pt"} {
		say, ok := callgate.Apology(language)
		if ok != (language != "pt") {
			t.Errorf("Apology(%q): %v", language, ok)
		}
		if !ok {
			say = "Desculpe."
		}
		doc, err := callgate.RescueDocument(say, language, support)
		if err != nil {
			t.Fatal(err)
		}
		for _, carrier := range twiml.Profiles() {
			for _, finding := range twiml.Check(doc, carrier) {
				t.Errorf("%s, %s: %v", language, carrier, finding)
			}
		}
	}
}

// languages is a gate with documents in several languages.
func languages(t testing.TB) callgate.Config {
	t.Helper()
	c := config(t)
	say := func(text string) []byte { return fmt.Appendf(nil, "<Response><Say>%s</Say></Response>", text) }
	c.Rescue.Documents = map[string][]byte{"": say("default"), "de": say("de"), "fr": say("fr")}
	c.Routes = append(c.Routes,
		callgate.Route{Path: "/de", Language: "de-AT"},
		callgate.Route{Path: "/de/below"},
		callgate.Route{Path: "/it", Language: "it"},
		callgate.Route{Path: "/own", Rescue: &callgate.Rescue{Documents: map[string][]byte{"fr": say("own fr"), "it-CH": say("own it-CH")}}},
		callgate.Route{Path: "/own/below", Language: "it-CH"},
		callgate.Route{Path: "/own/default", Rescue: &callgate.Rescue{Documents: map[string][]byte{"": say("own default")}}},
	)
	return c
}

func TestRescueLanguage(t *testing.T) {
	for _, c := range []struct{ target, set, want string }{
		{"/", "", "default"},
		{"/", "de", "de"},
		{"/", "de-CH", "de"},
		{"/", "it", "default"},
		{"/", "nonsense\n", "default"},
		{"/de", "", "de"},
		{"/de", "fr", "fr"},
		{"/de", "it", "default"},
		{"/de/below", "", "de"},
		{"/it", "", "default"},
		{"/own", "", "default"},
		{"/own", "fr", "own fr"},
		{"/own", "de", "de"},
		{"/own", "it", "default"},
		{"/own/below", "", "own it-CH"},
		{"/own/default", "", "own default"},
		{"/own/default", "fr", "own fr"},
	} {
		h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			a, _ := callgate.AdmissionFrom(r.Context())
			if c.set != "" {
				a.SetLanguage("xx")
				a.SetLanguage(c.set)
			}
			w.WriteHeader(500)
		})
		_, body, _ := serve(t, languages(t), h, signedPost(t, c.target, ""))
		if want := "<Response><Say>" + c.want + "</Say></Response>"; body != want {
			t.Errorf("%s with %q: %s, want %s", c.target, c.set, body, want)
		}
	}
}

// TestRescueOfNoDefault has documents in languages only.
func TestRescueOfNoDefault(t *testing.T) {
	c := config(t)
	c.Rescue.Documents = map[string][]byte{"en": rescueDocument(t, "en"), "de": rescueDocument(t, "de")}
	c.Routes[0].Language = "en-GB"
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, _ := callgate.AdmissionFrom(r.Context())
		a.SetLanguage(a.Query.Get("l"))
		w.WriteHeader(500)
	})
	for set, want := range map[string]string{"": "en", "de": "de", "it": "en"} {
		_, body, _ := serve(t, c, h, signedPost(t, "/?l="+set, ""))
		if body != string(rescueDocument(t, want)) {
			t.Errorf("%q: %s", set, body)
		}
	}
}

// rescues counts what each of n requests is given.
func rescues(t *testing.T, g *callgate.Gate, n int, make func(int) *http.Request) (documents, lastResorts int) {
	t.Helper()
	h := g.Handler(http.NotFoundHandler())
	for i := range n {
		w := newRecorder()
		h.ServeHTTP(w, make(i))
		switch body := w.Body.String(); {
		case body == string(rescueDocument(t, "en")):
			documents++
		case w.Code == 200 && strings.Contains(body, "<Hangup/>") && !strings.Contains(body, "<Dial>") && checkDocument(t, body) == nil:
			lastResorts++
		default:
			t.Fatalf("%d %s", w.Code, body)
		}
	}
	return documents, lastResorts
}

// TestRescueLoop has a rescue document that leads back to the line, which fails
// again: what would go round for hours ends after a few times.
func TestRescueLoop(t *testing.T) {
	g := newGate(t, config(t))
	same := func(int) *http.Request { return signedPost(t, "/", "") }
	if documents, last := rescues(t, g, 10, same); documents != callgate.MaxRescues || last != 10-callgate.MaxRescues {
		t.Errorf("%d documents and %d last resorts", documents, last)
	}
	// Another call is not concerned.
	other := func(int) *http.Request {
		return sign(t, post("/", strings.Replace(voiceForm(""), callSid, "CA00000000000000000000000000000002", 1)), public+"/")
	}
	if documents, last := rescues(t, g, 1, other); documents != 1 || last != 0 {
		t.Error("another call got the last resort")
	}
	_, _, event := serveGate(t, config(t), 4, http.NotFoundHandler(), same)
	if event.Rescue != callgate.RescuedWithLastResort || event.Outcome != callgate.OutcomeRescued {
		t.Errorf("%+v", event)
	}
}

// serveGate gives a gate n requests and returns what became of the last.
func serveGate(t *testing.T, c callgate.Config, n int, next http.Handler, make func(int) *http.Request) (*http.Response, string, callgate.Event) {
	t.Helper()
	var event callgate.Event
	c.Observe = observe(&event)
	h := newGate(t, c).Handler(next)
	for i := range n - 1 {
		h.ServeHTTP(newRecorder(), make(i))
	}
	w := newRecorder()
	h.ServeHTTP(w, make(n-1))
	return w.Result(), w.Body.String(), event
}

// TestRescueLoopLanguage speaks the last words in the caller's language too.
func TestRescueLoopLanguage(t *testing.T) {
	for language, want := range map[string]string{"de-AT": "rufen Sie bitte", "es": "vuelva a llamar", "fr": "veuillez rappeler", "ja": "please call again"} {
		c := config(t)
		c.Routes[0].Language = language
		_, body, _ := serveGate(t, c, callgate.MaxRescues+1, http.NotFoundHandler(), func(int) *http.Request { return signedPost(t, "/", "") })
		if !strings.Contains(body, want) {
			t.Errorf("%s: %s", language, body)
		}
	}
}

// TestRescueLoopForged: requests without a valid signature neither use up the
// rescues of a call nor make the count of one forgotten.
func TestRescueLoopForged(t *testing.T) {
	forged := func(i int) *http.Request {
		r := signedPost(t, "/", "")
		r.Header.Set(twilio.Header, strings.Repeat("A", 27)+"=")
		return r
	}
	flood := func(i int) *http.Request {
		r := post("/", fmt.Sprintf("CallSid=CA%032x", 1<<32+i))
		r.Header.Set(twilio.Header, strings.Repeat("A", 27)+"=")
		return r
	}
	genuine := func(int) *http.Request { return signedPost(t, "/", "") }

	g := newGate(t, config(t))
	if documents, last := rescues(t, g, 10, forged); documents != callgate.MaxRescues || last != 7 {
		t.Errorf("forged: %d documents and %d last resorts", documents, last)
	}
	if documents, _ := rescues(t, g, 2, genuine); documents != 2 {
		t.Errorf("genuine after forged: %d documents", documents)
	}
	if documents, _ := rescues(t, g, 5000, flood); documents != 5000 {
		t.Errorf("flood: %d documents", documents)
	}
	if documents, last := rescues(t, g, 2, genuine); documents != 1 || last != 1 {
		t.Errorf("genuine after the flood: %d documents and %d last resorts", documents, last)
	}
	// The memory of claims is bounded: the first of the flood was forgotten, and
	// the last was not.
	if documents, _ := rescues(t, g, 3, func(int) *http.Request { return flood(0) }); documents != 3 {
		t.Errorf("the oldest: %d documents", documents)
	}
	if documents, _ := rescues(t, g, 3, func(int) *http.Request { return flood(4999) }); documents != 2 {
		t.Errorf("the latest: %d documents", documents)
	}
}

// TestRescueLoopTime forgets a call when it must be over.
func TestRescueLoopTime(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	c := config(t)
	c.Now = func() time.Time { return now }
	g := newGate(t, c)
	genuine := func(int) *http.Request { return signedPost(t, "/", "") }
	for _, step := range []struct {
		later time.Duration
		want  int
	}{{0, 3}, {4 * time.Hour, 0}, {4*time.Hour + 1, 3}, {time.Hour, 0}} {
		now = now.Add(step.later)
		if documents, _ := rescues(t, g, 3, genuine); documents != step.want {
			t.Errorf("after %v: %d documents, want %d", step.later, documents, step.want)
		}
	}
}

// TestRescueLoopUnnamed: a request that names no call, or none that a carrier
// would, is always rescued.
func TestRescueLoopUnnamed(t *testing.T) {
	for _, form := range []string{"", "CallSid=", "CallSid=12345678901", "CallSid=a", "CallSid=" + strings.Repeat("a", 65), "CallSid=CA1%0ACA1", "CallSid=CAaaaaaaa&CallSid=CAaaaaaaa", "CallSid=CA%zz"} {
		unnamed := func(int) *http.Request {
			r := post("/", form)
			r.Header.Set(twilio.Header, strings.Repeat("A", 27)+"=")
			return r
		}
		if documents, last := rescues(t, newGate(t, config(t)), 6, unnamed); documents != 6 {
			t.Errorf("%q: %d documents and %d last resorts", form, documents, last)
		}
	}
}
