package carrier_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/callgate/callgate/carrier"
)

// The table of section 1.8 of the notes: what an answer does to the call.
func TestAnswers(t *testing.T) {
	const doc = `<?xml version="1.0"?><Response><Say>fine</Say></Response>`
	tests := []struct {
		name   string
		status int
		kind   string // Content-Type, "-" for none
		body   string
		reason carrier.EndReason
		code   int
		heard  string
	}{
		{"text/xml", 200, "text/xml", doc, carrier.EndDocument, 0, "fine"},
		{"application/xml", 201, "application/xml; charset=utf-8", doc, carrier.EndDocument, 0, "fine"},
		{"text/html", 200, "text/html", doc, carrier.EndDocument, 0, "fine"},
		{"text/plain that is a document", 200, "text/plain", doc, carrier.EndDocument, 0, "fine"},
		{"text/plain is read out", 200, "text/plain", "panic: a stack trace", carrier.EndSpoken, 0, "a stack trace"},
		{"audio is played", 200, "audio/mpeg", "xxx", carrier.EndSpoken, 0, ""},
		{"another type", 200, "application/json", "{}", carrier.EndApology, 12300, "application error"},
		{"no type", 200, "-", doc, carrier.EndApology, 11200, "application error"},
		{"too large", 200, "text/xml", doc + strings.Repeat(" ", 65536), carrier.EndApology, 11750, "application error"},
		{"empty", 200, "text/xml", "", carrier.EndApology, 11770, "application error"},
		{"not well formed", 200, "text/xml", "<Response>", carrier.EndApology, 12100, "application error"},
		{"a blank line before the declaration", 200, "text/xml", "\n" + doc, carrier.EndApology, 12100, "application error"},
		{"a byte order mark", 200, "text/xml", "\ufeff" + doc, carrier.EndApology, 12100, "application error"},
		{"another root", 200, "text/xml", "<response/>", carrier.EndApology, 12102, "application error"},
		{"an unknown element is a warning", 200, "text/xml", "<Response><Dance/><Say>fine</Say></Response>", carrier.EndDocument, 12200, "fine"},
		{"403", 403, "text/xml", doc, carrier.EndApology, 11200, "application error"},
		{"404", 404, "text/xml", doc, carrier.EndApology, 11200, "application error"},
		{"500", 500, "text/xml", doc, carrier.EndApology, 11200, "application error"},
		{"308", 308, "text/xml", doc, carrier.EndApology, 11216, "application error"},
		{"302 without Location", 302, "text/xml", doc, carrier.EndApology, 11216, "application error"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, server := newApp(t, nil)
			a.serve["/voice"] = func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", tt.kind)
				if tt.kind == "-" {
					w.Header()["Content-Type"] = nil
				}
				w.WriteHeader(tt.status)
				io.WriteString(w, tt.body)
			}
			call := a.call(t, server)
			if tt.heard != "" {
				must(t, call.Hear(tt.heard))
			}
			finish(t, call, tt.reason)
			if tt.code != 0 {
				wantCode(t, call, tt.code)
			} else {
				wantNoProblems(t, call)
			}
		})
	}
}

// A fatal error anywhere in the call goes to the fallback URL, with what went wrong.
func TestFallback(t *testing.T) {
	fallback := func(c *carrier.Config) { c.FallbackURL = publicURL + "/fallback" }
	for _, broken := range []string{"/voice", "/next"} {
		call, app := place(t, map[string]string{
			"/voice": `<Gather numDigits="1" action="/next"/>`, "/next": `<Hangup/>`, "/fallback": `<Say>We will be right back.</Say>`,
		}, fallback, func(c *carrier.Config) {
			c.Faults = []carrier.Fault{{Kind: carrier.FaultStatus, URL: broken}}
		})
		if broken == "/next" {
			must(t, call.Press("1"))
		}
		must(t, call.Hear("right back"))
		p := app.requests("/fallback")[0].Params
		if p.Get("ErrorCode") != "11200" || p.Get("ErrorUrl") != publicURL+broken || p.Get("CallSid") != call.Sid(0) {
			t.Errorf("the fallback URL is told %v", p)
		}
	}
	t.Run("when it fails too, the caller hears the apology", func(t *testing.T) {
		call, app := place(t, nil, fallback)
		finish(t, call, carrier.EndApology)
		if got := app.paths(); !slices.Equal(got, []string{"/voice", "/fallback"}) {
			t.Errorf("requests: %v", got)
		}
	})
}

// Redirects are followed with GET, without Digits, and signed anew.
func TestHTTPRedirects(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307} {
		a, server := newApp(t, map[string]string{
			"/voice": `<Gather numDigits="1" action="/old"/>`, "/dir/new": `<Redirect>next</Redirect>`, "/dir/next": `<Hangup/>`,
		})
		a.serve["/old"] = func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/dir/new?moved=1", status) }
		call := a.call(t, server)
		must(t, call.Press("1"))
		finish(t, call, carrier.EndHangup)
		// The last path shows that URLs resolve against the address after the redirect.
		if got := a.paths(); !slices.Equal(got, []string{"/voice", "/old", "/dir/new", "/dir/next"}) {
			t.Errorf("%d: requests %v", status, got)
		}
		g := a.requests("/dir/new")[0]
		if g.Method != "GET" || g.Params.Has("Digits") || g.Params.Get("moved") != "1" || g.Header.Get("X-Twilio-Signature") == "" {
			t.Errorf("%d: the redirect is followed with %s %v", status, g.Method, g.Params)
		}
	}
	t.Run("with the standard parameters, as an option", func(t *testing.T) {
		a, server := newApp(t, map[string]string{"/new": `<Hangup/>`})
		a.serve["/voice"] = func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/new", http.StatusFound) }
		call := a.call(t, server, func(c *carrier.Config) { c.Options.OnRedirect = carrier.RedirectStandard })
		if g := a.requests("/new")[0]; g.Params.Get("CallSid") != call.Sid(0) {
			t.Errorf("the redirect is followed with %v", g.Params)
		}
	})
	t.Run("more than ten", func(t *testing.T) {
		a, server := newApp(t, nil)
		a.serve["/voice"] = func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/voice", http.StatusFound) }
		call := a.call(t, server)
		finish(t, call, carrier.EndApology)
		wantCode(t, call, 11215)
		if n := len(a.requests("/voice")); n != 11 {
			t.Errorf("%d requests, want 11", n)
		}
	})
}

func TestCookies(t *testing.T) {
	for policy, want := range map[carrier.CookiePolicy]string{carrier.KeepCookies: "session=1", carrier.DropCookies: ""} {
		a, server := newApp(t, map[string]string{"/next": `<Hangup/>`})
		a.serve["/voice"] = func(w http.ResponseWriter, _ *http.Request) {
			http.SetCookie(w, &http.Cookie{Name: "session", Value: "1", Path: "/", Secure: true})
			w.Header().Set("Content-Type", "text/xml")
			io.WriteString(w, response(`<Redirect>/next</Redirect>`))
		}
		call := a.call(t, server, func(c *carrier.Config) { c.Cookies = policy })
		finish(t, call, carrier.EndHangup)
		if got := a.requests("/next")[0].Header.Get("Cookie"); got != want {
			t.Errorf("%s: Cookie %q, want %q", policy, got, want)
		}
		a.call(t, server)
		if got := a.requests("/voice")[1].Header.Get("Cookie"); got != "" {
			t.Errorf("the cookie of another call: %q", got)
		}
	}
	for _, bad := range []string{"=1", "a=\x01"} {
		a, server := newApp(t, nil)
		a.serve["/voice"] = func(w http.ResponseWriter, _ *http.Request) {
			conn, _, _ := http.NewResponseController(w).Hijack()
			fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nSet-Cookie: %s\r\nContent-Length: 11\r\nConnection: close\r\n\r\n<Response/>", bad)
			conn.Close()
		}
		call := a.call(t, server)
		finish(t, call, carrier.EndApology)
		wantCode(t, call, 11206)
	}
}

// GETs are cached as the answer allows, POSTs never.
func TestCache(t *testing.T) {
	for _, tt := range []struct {
		name, method string
		header       map[string]string
		pause        int
		want         int // requests for two visits
	}{
		{"max-age", "GET", map[string]string{"Cache-Control": "max-age=60"}, 30, 1},
		{"max-age is over", "GET", map[string]string{"Cache-Control": "max-age=60"}, 90, 2},
		{"no-store", "GET", map[string]string{"Cache-Control": "no-store"}, 0, 2},
		{"nothing said", "GET", nil, 0, 2},
		{"POST", "POST", map[string]string{"Cache-Control": "max-age=60"}, 0, 2},
		{"ETag", "GET", map[string]string{"ETag": `"1"`}, 0, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, server := newApp(t, nil)
			visits, unchanged := 0, 0
			a.serve["/voice"] = func(w http.ResponseWriter, r *http.Request) {
				visits++
				for name, value := range tt.header {
					w.Header().Set(name, value)
				}
				if r.Header.Get("If-None-Match") != "" {
					unchanged++
					w.WriteHeader(http.StatusNotModified)
					return
				}
				w.Header().Set("Content-Type", "text/xml")
				fmt.Fprint(w, response(fmt.Sprintf(`<Pause length="%d"/><Redirect method=%q/>`, max(tt.pause, 1), tt.method)))
			}
			call := a.call(t, server, func(c *carrier.Config) { c.VoiceMethod = tt.method })
			visits = 0
			for n := 0; n < 2; { // the second and the third visit are equal to the byte
				at, _ := call.Next()
				if _, err := call.Step(at); err != nil {
					t.Fatal(err)
				}
				n = 0
				for _, x := range call.Exchanges() {
					if strings.Contains(x.URL, "in-progress") || x.Method == "POST" && n < 2 {
						n++
					}
				}
			}
			if visits < 1 || visits > 2 || tt.want == 1 && visits != 1 {
				t.Errorf("%d requests arrived for two visits, want %d", visits, tt.want)
			}
			if tt.name == "ETag" && unchanged == 0 {
				t.Error("the second request was not conditional")
			}
		})
	}
}

func TestPasswordInURL(t *testing.T) {
	a, server := newApp(t, nil)
	a.serve["/voice"] = func(w http.ResponseWriter, r *http.Request) {
		if user, password, ok := r.BasicAuth(); !ok || user != "ann" || password != "open" {
			w.Header().Set("WWW-Authenticate", `Basic realm="ivr"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Header().Set("Content-Type", "text/xml")
		io.WriteString(w, response(`<Pause/><Redirect>/voice?second</Redirect>`))
	}
	call := a.call(t, server, func(c *carrier.Config) {
		c.VoiceURL = "https://ann:open@ivr.example.org/voice"
		c.Options.MaxDocuments = 2
	})
	finish(t, call, carrier.EndRunaway)
	var auth []bool
	for _, g := range a.requests("/voice") {
		auth = append(auth, g.Header.Get("Authorization") != "")
	}
	if !slices.Equal(auth, []bool{false, true, true}) {
		t.Errorf("requests with a password: %v; the first has none, and it is remembered", auth)
	}
	if strings.Contains(transcript(call), "open@") {
		t.Error("the transcript shows the password")
	}
}

// Ports are not signed for https, and a request goes to the server that stands
// for the public host.
func TestPortIsNotSigned(t *testing.T) {
	a, server := newApp(t, map[string]string{"/voice": `<Hangup/>`})
	call := a.call(t, server, func(c *carrier.Config) { c.VoiceURL = "https://ivr.example.org:8443/voice" })
	finish(t, call, carrier.EndHangup) // app verifies against the URL without a port
}

func TestConnectionFailures(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	dead := "http://" + ln.Addr().String()
	ln.Close()
	a := &app{t: t}
	call := a.call(t, dead)
	finish(t, call, carrier.EndApology)
	wantCode(t, call, 11202)
	if n := len(call.Exchanges()); n != 2 {
		t.Errorf("%d attempts; the carrier retries a failed connection once", n)
	}

	call = a.call(t, dead, func(c *carrier.Config) {
		c.Transport = failing{&net.DNSError{Err: "no such host", Name: "ivr.example.org", IsNotFound: true}}
	})
	wantCode(t, call, 11210)
}

// failing is a transport that gets nowhere.
type failing struct{ err error }

func (f failing) RoundTrip(*http.Request) (*http.Response, error) { return nil, f.err }

func TestTLSFailures(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	server.Config.ErrorLog = nil
	defer server.Close()
	a := &app{t: t}
	call := a.call(t, server.URL)
	wantCode(t, call, 11237) // a certificate that nobody known has signed

	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	call = a.call(t, strings.Replace(plain.URL, "http:", "https:", 1))
	wantCode(t, call, 11220)
}

// Connection overrides in the fragment (usage/webhooks/webhooks-connection-overrides).
// The time that a connection may take is an override, too.
func TestConnectLimit(t *testing.T) {
	for url, want := range map[string]time.Duration{
		"https://x/": 5 * time.Second, "https://x/#ct=250": 250 * time.Millisecond, "https://x/#ct=99": 5 * time.Second,
	} {
		if got := carrier.ConnectLimit(url); got != want {
			t.Errorf("%s: %v, want %v", url, got, want)
		}
	}
}

// What a server answers does not steer the terminal that shows a transcript.
func TestTranscriptIsPrintable(t *testing.T) {
	a, server := newApp(t, map[string]string{"/voice": "<Dial>\u009b2J</Dial>"})
	call := a.call(t, server)
	_, err := call.Finish()
	must(t, err)
	e := carrier.Entry{Kind: carrier.KindDial, Text: "\x1b[2J\u009b\t"}
	for _, s := range []string{call.Transcript(), e.String()} {
		if strings.ContainsAny(s, "\x1b\u009b") {
			t.Errorf("%q", s)
		}
	}
}

func TestConnectionOverrides(t *testing.T) {
	tests := []struct {
		fragment string
		fault    carrier.Fault
		attempts int // that reach the server
		code     int
		took     time.Duration
	}{
		{"", carrier.Fault{Kind: carrier.FaultStatus}, 0, 11200, 0},
		{"#rc=3&rp=5xx", carrier.Fault{Kind: carrier.FaultStatus, Nth: 1}, 1, 11200, 0},
		{"#rp=4xx", carrier.Fault{Kind: carrier.FaultStatus, Status: 429, Nth: 1}, 1, 11200, 0},
		{"#rp=all", carrier.Fault{Kind: carrier.FaultStatus, Status: 429, Nth: 1}, 1, 11200, 0},
		{"", carrier.Fault{Kind: carrier.FaultDrop, Nth: 1}, 1, 11205, 0},
		{"#rc=0", carrier.Fault{Kind: carrier.FaultDrop, Nth: 1}, 0, 11205, 0},
		{"", carrier.Fault{Kind: carrier.FaultDelay, Delay: 14 * time.Second}, 1, 0, 14 * time.Second},
		{"", carrier.Fault{Kind: carrier.FaultDelay, Delay: 16 * time.Second}, 1, 11205, 15 * time.Second},
		{"#rt=2000", carrier.Fault{Kind: carrier.FaultDelay, Delay: 3 * time.Second}, 1, 11205, 2 * time.Second},
		{"#rt=2000&rp=rt", carrier.Fault{Kind: carrier.FaultLose, Nth: 1}, 2, 11205, 2 * time.Second},
		{"#rc=9", carrier.Fault{Kind: carrier.FaultDrop, Nth: 1}, 1, 11243, 0},
		{"#ct=50", carrier.Fault{Kind: carrier.FaultDuplicate}, 2, 11243, 0},
		{"#rp=6xx", carrier.Fault{Kind: carrier.FaultDuplicate}, 2, 11243, 0},
		{"#e=The%20Moon", carrier.Fault{Kind: carrier.FaultDuplicate}, 2, 11240, 0},
	}
	for _, tt := range tests {
		t.Run(strings.TrimPrefix(tt.fragment, "#")+" "+string(tt.fault.Kind), func(t *testing.T) {
			call, app := place(t, map[string]string{"/voice": `<Hangup/>`}, func(c *carrier.Config) {
				c.VoiceURL += tt.fragment
				c.Faults = []carrier.Fault{tt.fault}
			})
			_, err := call.Finish()
			must(t, err)
			got := app.requests("/voice")
			if len(got) != tt.attempts {
				t.Errorf("%d requests arrived, want %d", len(got), tt.attempts)
			}
			if tt.code != 0 {
				wantCode(t, call, tt.code)
			}
			for _, e := range call.Log() {
				if e.Kind == carrier.KindStatus && e.Text == "in-progress" && e.At != tt.took {
					t.Errorf("it took %v, want %v\n%s", e.At, tt.took, transcript(call))
				}
			}
			for i := 1; i < len(got); i++ {
				if a, b := got[0].Header.Get("I-Twilio-Idempotency-Token"), got[i].Header.Get("I-Twilio-Idempotency-Token"); a == "" || a != b {
					t.Errorf("idempotency tokens %q and %q of one request", a, b)
				}
			}
		})
	}
}

func TestFaults(t *testing.T) {
	docs := map[string]string{"/voice": `<Redirect>/next</Redirect>`, "/next": `<Say>fine</Say>`}
	with := func(f carrier.Fault) func(*carrier.Config) {
		return func(c *carrier.Config) { c.Faults = []carrier.Fault{f} }
	}
	t.Run("truncate", func(t *testing.T) {
		call, _ := place(t, docs, with(carrier.Fault{Kind: carrier.FaultTruncate, Bytes: 60}))
		wantCode(t, call, 12100)
	})
	t.Run("tls", func(t *testing.T) {
		call, app := place(t, docs, with(carrier.Fault{Kind: carrier.FaultTLS, Code: 11236, For: carrier.ForRedirect}))
		wantCode(t, call, 11236)
		if len(app.requests("/next")) != 0 {
			t.Error("the request arrived")
		}
	})
	t.Run("retry: twice at the server, one token, the second answer counts", func(t *testing.T) {
		call, app := place(t, docs, with(carrier.Fault{Kind: carrier.FaultRetry, URL: "/next"}))
		must(t, call.Hear("fine"))
		got := app.requests("/next")
		if len(got) != 2 || got[0].Header.Get("I-Twilio-Idempotency-Token") != got[1].Header.Get("I-Twilio-Idempotency-Token") {
			t.Errorf("%d requests", len(got))
		}
	})
	t.Run("by chance, from the seed", func(t *testing.T) {
		outcome := func(seed uint64) string {
			call, _ := place(t, map[string]string{"/voice": `<Pause/><Redirect/>`}, with(carrier.Fault{Kind: carrier.FaultStatus, Chance: 0.05}),
				func(c *carrier.Config) { c.Seed = seed })
			_, err := call.Finish()
			must(t, err)
			return transcript(call)
		}
		if first, again := outcome(1), outcome(1); first != again {
			t.Error("the same seed gives another call")
		}
		if outcome(1) == outcome(2) {
			t.Error("another seed gives the same call")
		}
	})
	for _, bad := range []carrier.Fault{{Kind: "x"}, {Kind: carrier.FaultDelay}, {Kind: carrier.FaultDrop, Chance: 2}, {Kind: carrier.FaultStatus, Status: 200}, {Kind: carrier.FaultTLS, Code: 1}} {
		if _, err := carrier.NewLine(carrier.Config{Token: token, VoiceURL: publicURL, Faults: []carrier.Fault{bad}}); err == nil {
			t.Errorf("%+v is accepted", bad)
		}
	}
}

// Status callbacks may be late or out of order, and the debugger says when one
// is answered with something that is no answer.
func TestCallbackDelivery(t *testing.T) {
	docs := map[string]string{
		"/voice": `<Dial action="next"><Number statusCallback="/progress" statusCallbackEvent="initiated ringing answered completed">+15550123</Number></Dial>`,
		"/next":  "<Pause/><Hangup/>", "/progress": "",
	}
	order := func(d carrier.Delivery, seed uint64) (numbers []string, paths []string) {
		call, app := place(t, docs, func(c *carrier.Config) { c.Callbacks, c.Seed = d, seed })
		finish(t, call, carrier.EndTransfer)
		for _, g := range app.requests("/progress") {
			numbers = append(numbers, g.Params.Get("SequenceNumber"))
		}
		return numbers, app.paths()
	}
	if got, _ := order(carrier.InOrder, 0); !slices.Equal(got, []string{"0", "1", "2", "3"}) {
		t.Errorf("in order: %v", got)
	}
	got, paths := order(carrier.Late, 0)
	if len(got) != 4 || paths[1] != "/next" {
		t.Errorf("late: %v in %v", got, paths)
	}
	shuffled := false
	for seed := range uint64(8) {
		got, _ := order(carrier.Unordered, seed)
		if len(got) != 4 {
			t.Fatalf("unordered: %v", got)
		}
		shuffled = shuffled || !slices.IsSorted(got)
	}
	if !shuffled {
		t.Error("unordered callbacks come in order, whatever the seed")
	}

	call, _ := place(t, map[string]string{"/voice": ""}, func(c *carrier.Config) { c.StatusURL = publicURL + "/status" })
	finish(t, call, carrier.EndDocument)
	wantCode(t, call, 11200)
	a, server := newApp(t, map[string]string{"/voice": ""})
	a.serve["/status"] = func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok") }
	call = a.call(t, server, func(c *carrier.Config) { c.StatusURL = publicURL + "/status" })
	finish(t, call, carrier.EndDocument)
	wantCode(t, call, 15003)
}

func TestConfigIsCheckedWhole(t *testing.T) {
	_, err := carrier.NewLine(carrier.Config{
		Token: token, VoiceURL: "ivr.example.org", VoiceMethod: "PUT", FallbackURL: "ftp://x", Server: "localhost", Callbacks: "x", Cookies: "x", Media: "x",
		StatusEvents: []string{"x"}, Options: carrier.Options{MaxDocuments: -1, Talk: -1, SpeechRate: -1, MaxQueueSize: -1, MediaFailure: "x", EmptyResult: "x", OnRedirect: "x", CancelStatus: "x", SilentRecording: "x", GatherExtras: "x", GatherHangUp: "x", HTTPErrorCode: 1},
	})
	if err == nil {
		t.Fatal("accepted")
	}
	for _, field := range []string{"VoiceURL", "VoiceMethod", "FallbackURL", "Server", "Callbacks", "Cookies", "Media", "StatusEvents",
		"MaxDocuments", "Talk", "SpeechRate", "MaxQueueSize", "MediaFailure", "EmptyResult", "OnRedirect", "CancelStatus", "SilentRecording", "GatherExtras", "GatherHangUp", "HTTPErrorCode"} {
		if !strings.Contains(err.Error(), field) {
			t.Errorf("the error does not name %s: %v", field, err)
		}
	}
	if _, err := carrier.NewLine(carrier.Config{VoiceURL: publicURL}); err == nil {
		t.Error("a line without a token is accepted")
	}
}
