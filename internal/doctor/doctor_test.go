package doctor_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/explain"
	"github.com/callgate/callgate/internal/doctor"
	"github.com/callgate/callgate/internal/doctor/protocol"
	"github.com/callgate/callgate/internal/doctor/responder"
	"github.com/callgate/callgate/internal/leaktest"
)

const token = callgate.Secret(leaktest.Token)

// way is what stands between the doctor and the server: it may change a request, or
// answer in the server's place.
type way func(next http.Handler) http.Handler

func straight(next http.Handler) http.Handler { return next }

// changing is a way that changes requests.
func changing(change func(*http.Request)) way {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { change(r); next.ServeHTTP(w, r) })
	}
}

// answering is a way that answers some requests by itself.
func answering(when func(*http.Request) bool, answer http.HandlerFunc) way {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if when(r) {
				answer(w, r)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

func pathHas(part string) func(*http.Request) bool {
	return func(r *http.Request) bool { return strings.Contains(r.RequestURI, part) }
}

func all(*http.Request) bool { return true }

// refusing is the gate: it lets nobody in without a signature, but at /open.
func refusing(r *http.Request) error {
	if r.URL.Path == "/open" {
		return nil
	}
	return callgate.ErrMissing
}

// start starts a server with a way in front of it and returns its address.
func start(t *testing.T, w way, about protocol.Server) string {
	t.Helper()
	return startLimited(t, w, about, 0)
}

// startLimited is start with a limit of bodies.
func startLimited(t *testing.T, w way, about protocol.Server, maxBody int64) string {
	t.Helper()
	web := httptest.NewUnstartedServer(nil)
	if about.PublicURL == "" && about.AllowedHosts == nil {
		about.PublicURL = "http://" + web.Listener.Addr().String()
	}
	if about.Deadline == 0 {
		about.Deadline = callgate.DefaultDeadline.Milliseconds()
	}
	r := responder.New(responder.Config{Token: token, Server: about, MaxBody: maxBody, Check: refusing, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	gate := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
	web.Config.Handler = w(r.Handler(gate))
	web.Start()
	t.Cleanup(web.Close)
	return web.URL
}

func run(t *testing.T, c doctor.Config) *doctor.Report {
	t.Helper()
	if c.Token == "" {
		c.Token = token
	}
	r, err := doctor.Run(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func named(t *testing.T, r *doctor.Report, name string) doctor.Check {
	t.Helper()
	i := slices.IndexFunc(r.Checks, func(c doctor.Check) bool { return c.Name == name })
	if i < 0 {
		t.Fatalf("no check %q", name)
	}
	return r.Checks[i]
}

func text(t *testing.T, r *doctor.Report) string {
	t.Helper()
	var b strings.Builder
	for _, c := range r.Checks {
		if err := c.WriteText(&b, func(_ doctor.Result, s string) string { return s }); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.WriteMends(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestNothingToMend(t *testing.T) {
	routes := []protocol.Route{{Path: "/", Kind: "voice"}, {Path: "/events", Kind: "status", Methods: []string{"GET"}}, {Path: "/media", Kind: "stream"}}
	address := start(t, straight, protocol.Server{Routes: routes})
	var found, progress int
	r := run(t, doctor.Config{URL: address, Found: func(doctor.Check) { found++ }, Progress: func(int, int, string) { progress++ }})
	if !r.Well || len(r.Mends) > 0 || found != len(r.Checks) || progress < 29 {
		t.Errorf("well %v, %d checks of %d were told, %d times progress", r.Well, found, len(r.Checks), progress)
	}
	for _, name := range []string{"route /", "route /events", "route /media", "WebSocket upgrade"} {
		if c := named(t, r, name); c.Result != doctor.OK || c.Text != "admitted" {
			t.Errorf("%s: %s, %s", name, c.Result, c.Text)
		}
	}
	if c := named(t, r, "route /media without a signature"); c.Text != "refused (missing)" {
		t.Errorf("%+v", c)
	}
}

// wrong is something wrong, the check in which it shows, and its cause.
type wrong struct {
	way   way
	about protocol.Server
	check string
	cause explain.Cause
	text  string // in the report
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func wrongs() map[string]wrong {
	return map[string]wrong{
		"body changed": {changing(replaceBody), protocol.Server{}, "form with odd parameters", doctor.CauseChanged, `CallerName=+OOOHara`},
		"encoding of the path": {changing(func(r *http.Request) {
			r.RequestURI = strings.Replace(r.RequestURI, "%c3%a9", "%C3%A9", 1)
		}), protocol.Server{}, "path with escapes in small letters", explain.CausePathEncoding, `arrived: "/.callgate/doctor/caf%C3%A9"`},
		"public_url":                 {straight, protocol.Server{PublicURL: "https://old.example.org"}, "POST", explain.CauseHost, "public_url: http://127.0.0.1"},
		"signature lost":             {changing(func(r *http.Request) { r.Header.Del("X-Twilio-Signature") }), protocol.Server{}, "GET", explain.CauseSignatureMissing, "sent:    given"},
		"upgrade lost":               {changing(func(r *http.Request) { r.Header.Del("Upgrade") }), protocol.Server{Routes: []protocol.Route{{Path: "/media", Kind: "stream"}}}, "route /media", doctor.CauseUpgrade, `sent:    "websocket"`},
		"open route":                 {straight, protocol.Server{Routes: []protocol.Route{{Path: "/open", Kind: "voice"}}}, "route /open without a signature", doctor.CauseOpen, "anyone can call this route"},
		"redirect":                   {answering(pathHas("slash/"), redirect), protocol.Server{}, "slash at the end of the path", doctor.CauseRedirect, `to "https://elsewhere.example.org/"`},
		"redirect of all":            {answering(all, redirect), protocol.Server{}, "doctor", doctor.CauseRedirect, "write the final address"},
		"413":                        {answering(pathHas("/form"), status(413)), protocol.Server{}, "long form", doctor.CauseLimit, "64 KiB of body"},
		"400 to what is long":        {answering(pathHas("state="), status(400)), protocol.Server{}, "long query", doctor.CauseLimit, "4 KiB"},
		"404":                        {answering(pathHas("%2F"), status(404)), protocol.Server{}, "path with an encoded slash", doctor.CauseRefused, "404 Not Found"},
		"502":                        {answering(pathHas("/get?"), status(502)), protocol.Server{}, "GET", doctor.CauseBackend, "see whether Callgate runs"},
		"502 at once":                {answering(all, status(502)), protocol.Server{}, "doctor", doctor.CauseBackend, "see whether Callgate runs"},
		"a page in its place":        {answering(pathHas("/get?"), status(200)), protocol.Server{}, "GET", doctor.CauseCached, "cache nothing"},
		"somebody else":              {answering(all, status(404)), protocol.Server{}, "doctor", doctor.CauseNoDoctor, "doctor: on"},
		"no answer":                  {answering(pathHas("/get?"), func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }), protocol.Server{}, "GET", doctor.CauseUnreachable, "no answer"},
		"header lost":                {changing(func(r *http.Request) { r.Header.Del(protocol.Header) }), protocol.Server{}, "doctor", doctor.CauseNoDoctor, "pass the header X-Callgate-Doctor on"},
		"clock":                      {answeringClock(-time.Hour), protocol.Server{}, "clock", doctor.CauseClock, "1h0m0s behind ours"},
		"a host that is not allowed": {straight, protocol.Server{AllowedHosts: []string{"old.example.org"}}, "POST", explain.CauseHost, "allowed_hosts: [old.example.org, 127.0.0.1:"},
		"deadline":                   {straight, protocol.Server{Deadline: callgate.CarrierPatience.Milliseconds()}, "latency", doctor.CauseSlow, "leave more of the carrier's time"},
	}
}

// What is wrong is found, in the check where it shows, and for the right cause.
func TestFindings(t *testing.T) {
	for name, c := range wrongs() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := run(t, doctor.Config{URL: start(t, c.way, c.about)})
			check := named(t, r, c.check)
			if r.Well || check.Result != doctor.Ill || len(check.Findings) == 0 || check.Findings[0].Cause != c.cause {
				t.Errorf("well %v, %+v", r.Well, check)
			}
			if all := text(t, r); !strings.Contains(all, c.text) {
				t.Errorf("the report has no %q:\n%s", c.text, all)
			}
			if !slices.ContainsFunc(r.Mends, func(m doctor.Mend) bool { return m.Cause == c.cause && len(m.Mends) > 0 }) {
				t.Errorf("no mend for %s: %+v", c.cause, r.Mends)
			}
		})
	}
}

// replaceBody changes words of a form.
func replaceBody(r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	body = bytes.Replace(body, []byte("O%27Hara"), []byte("OOOHara"), 1)
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
}

func redirect(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Location", "https://elsewhere.example.org/")
	w.WriteHeader(http.StatusMovedPermanently)
}

// answeringClock is a way whose Date header is of another time.
func answeringClock(by time.Duration) way {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Date", time.Now().Add(by).UTC().Format(http.TimeFormat))
			next.ServeHTTP(w, r)
		})
	}
}

// A change of bytes that carriers escape is worth a note, and no more.
func TestRareShapes(t *testing.T) {
	escape := changing(func(r *http.Request) { r.RequestURI = strings.ReplaceAll(r.RequestURI, "é", "%C3%A9") })
	r := run(t, doctor.Config{URL: start(t, escape, protocol.Server{})})
	c := named(t, r, "path with raw UTF-8")
	if !r.Well || c.Result != doctor.Note || !strings.Contains(c.Text, "in its escaped spelling") || len(c.Differences) == 0 {
		t.Errorf("well %v, %+v", r.Well, c)
	}
}

// Nor is a limit that somebody has set.
func TestMaxBody(t *testing.T) {
	r := run(t, doctor.Config{URL: startLimited(t, straight, protocol.Server{}, 8<<10)})
	c := named(t, r, "long form")
	if !r.Well || c.Result != doctor.Note || !strings.Contains(c.Text, "the limit is 8192") || c.Findings[0].Mends[0].Line != "max_body: 65536" {
		t.Errorf("well %v, %+v", r.Well, c)
	}
}

// Addresses that are configured at the carrier are probed as they stand there.
func TestWebhooks(t *testing.T) {
	lost := changing(func(r *http.Request) { r.RequestURI = strings.Replace(r.RequestURI, "&step=2", "", 1) })
	web := httptest.NewServer(nil)
	address := web.URL
	web.Close()
	about := protocol.Server{PublicURL: address, Webhooks: []string{
		address, address + "?a=b", address + "/voice?lang=en&step=2#rp=all", "ws" + strings.TrimPrefix(address, "http") + "/media", "https://old.example.org/voice", address + "0/voice",
	}}
	r := run(t, doctor.Config{URL: address, Server: strings.TrimPrefix(start(t, lost, about), "http://")})
	for name, want := range map[string]doctor.Result{"webhook /": doctor.OK, "webhook /media": doctor.OK, "webhook /voice": doctor.Ill, "webhooks": doctor.Note} {
		if c := named(t, r, name); c.Result != want {
			t.Errorf("%+v, want %s", c, want)
		}
	}
	if c := named(t, r, "webhook /voice"); c.Findings[0].Cause != explain.CauseQueryLost {
		t.Errorf("%+v", c)
	}
	if c := named(t, r, "webhooks"); !strings.HasPrefix(c.Text, "2 of those") {
		t.Errorf("%+v", c)
	}
}

// A prefix that a proxy takes off is known to the server, and found for its routes.
func TestPrefix(t *testing.T) {
	strip := changing(func(r *http.Request) {
		r.RequestURI = strings.TrimPrefix(r.RequestURI, "/ivr")
		r.URL, _ = url.Parse(r.RequestURI)
	})
	web := httptest.NewUnstartedServer(nil)
	about := protocol.Server{PublicURL: "http://" + web.Listener.Addr().String() + "/ivr", Deadline: 10_000, Routes: []protocol.Route{{Path: "/voice", Kind: "voice"}}}
	r := responder.New(responder.Config{Token: token, Server: about, Check: refusing, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	web.Config.Handler = strip(r.Handler(http.NotFoundHandler()))
	web.Start()
	defer web.Close()
	report := run(t, doctor.Config{URL: web.URL + "/ivr"})
	if c := named(t, report, "route /voice"); !report.Well || c.Result != doctor.OK {
		t.Errorf("%+v\n%s", c, text(t, report))
	}
}

// No report shows a token, a signature or a header of the doctor.
func TestReportHoldsNoSecret(t *testing.T) {
	r := run(t, doctor.Config{URL: start(t, changing(replaceBody), protocol.Server{PublicURL: "https://old.example.org"})})
	for _, what := range leaktest.Find([]byte(text(t, r))) {
		t.Errorf("%s is in the report", what)
	}
	if strings.Contains(text(t, r), "v1 probe") {
		t.Error("a header of the doctor is in the report")
	}
}

// Where servers share an address, a probe is sent until the right one answers.
func TestFleet(t *testing.T) {
	var turn atomic.Int64
	other := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.WriteHeader(http.StatusForbidden)
		io.WriteString(w, "Forbidden\n")
	}
	second := answering(func(r *http.Request) bool { return !pathHas("/hello")(r) && turn.Add(1)%2 == 0 }, other)
	r := run(t, doctor.Config{URL: start(t, second, protocol.Server{})})
	if c := named(t, r, "fleet"); !r.Well || c.Result != doctor.Note {
		t.Errorf("%s", text(t, r))
	}
	r = run(t, doctor.Config{URL: start(t, answering(pathHas("/get?"), other), protocol.Server{})})
	if c := named(t, r, "GET"); r.Well || c.Findings[0].Cause != doctor.CauseFleet {
		t.Errorf("%+v", c)
	}
}

// An answer that takes its time gets through, or something gives up before.
func TestSlow(t *testing.T) {
	about := protocol.Server{Deadline: 50}
	r := run(t, doctor.Config{URL: start(t, straight, about), Slow: true})
	if c := named(t, r, "slow answer"); !r.Well || c.Result != doctor.OK {
		t.Errorf("%+v", c)
	}
	// It gives up on what is slow only, whatever the load of the machine.
	impatient := answering(pathHas("/slow"), func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGatewayTimeout) })
	r = run(t, doctor.Config{URL: start(t, impatient, about), Slow: true})
	if c := named(t, r, "slow answer"); r.Well || c.Findings[0].Cause != doctor.CauseImpatient {
		t.Errorf("%+v", c)
	}
}

func TestUnreachable(t *testing.T) {
	web := httptest.NewServer(nil)
	web.Close()
	r := run(t, doctor.Config{URL: web.URL})
	if c := named(t, r, "connection"); r.Well || c.Findings[0].Cause != doctor.CauseUnreachable {
		t.Errorf("%+v", c)
	}
}

func TestAddresses(t *testing.T) {
	for _, address := range []string{"", "ivr.example.org", "ftp://ivr.example.org", "https://", "https://u:p@h", "https://h/?q", "https://h/#f", "https://h /", "https://h:/"} {
		if r, err := doctor.Run(t.Context(), doctor.Config{URL: address, Token: token}); err == nil || r != nil {
			t.Errorf("%q is examined", address)
		}
	}
}
