package carrier_test

import (
	"bufio"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/carrier"
	"github.com/callgate/callgate/twilio"
)

// upgrade is a WebSocket server's half of the handshake (RFC 6455, section 4.2.2),
// for requests that the carrier has signed over the wss URL. It reports what frame
// the carrier sends then.
func upgrade(t *testing.T, frame *[]byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v, err := twilio.New(twilio.Config{Keys: []twilio.Key{{Name: "test", Token: token}}, Profile: twilio.ProfileSignature})
		if err != nil {
			t.Error(err)
		}
		if _, err := v.Verify(&callgate.Request{Method: r.Method, URL: "wss://ivr.example.org" + r.RequestURI, Header: r.Header}); err != nil {
			t.Errorf("the handshake: %v", err)
		}
		sum := sha1.Sum([]byte(r.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
		conn, rw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		fmt.Fprintf(rw, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
			base64.StdEncoding.EncodeToString(sum[:]))
		rw.Flush()
		*frame, _ = io.ReadAll(bufio.NewReader(conn))
	}
}

func TestConnectStream(t *testing.T) {
	a, server := newApp(t, map[string]string{
		"/voice": `<Connect action="/after"><Stream url="wss://ivr.example.org/stream" statusCallback="/events"/></Connect>`,
		"/after": `<Hangup/>`, "/events": "",
	})
	var frame []byte
	a.serve["/stream"] = upgrade(t, &frame)
	call := a.call(t, server, func(c *carrier.Config) { c.World.Session.After = 42 * time.Second })
	finish(t, call, carrier.EndTransfer)
	if call.Now() != 42*time.Second {
		t.Errorf("the session ends at %v", call.Now())
	}
	var events []string
	for _, g := range a.requests("/events") {
		events = append(events, g.Params.Get("StreamEvent"))
	}
	if !slices.Equal(events, []string{"stream-started", "stream-stopped"}) {
		t.Errorf("events: %v", events)
	}
	wantNoProblems(t, call)
}

func TestConversationRelay(t *testing.T) {
	a, server := newApp(t, map[string]string{
		"/voice": `<Connect action="/after"><ConversationRelay url="wss://ivr.example.org/relay" welcomeGreeting="Hello there"/></Connect>`,
		"/after": `<Say>bye</Say>`,
	})
	var frame []byte
	a.serve["/relay"] = upgrade(t, &frame)
	call := a.call(t, server, func(c *carrier.Config) {
		c.World.Session = carrier.SessionResult{After: 7 * time.Second, HandoffData: `{"to":"sales"}`}
	})
	must(t, call.Hear("hello there"))
	must(t, call.Hear("bye"))
	p := a.requests("/after")[0].Params
	if p.Get("SessionStatus") != "ended" || p.Get("SessionDuration") != "7" || p.Get("HandoffData") != `{"to":"sales"}` || p.Get("SessionId") == "" {
		t.Errorf("the action is told %v", p)
	}
}

func TestSocketFailures(t *testing.T) {
	for url, code := range map[string]int{
		"ws://ivr.example.org/stream":   31922,
		"wss://":                        31923,
		"wss://ivr.example.org/missing": 31920,
	} {
		a, server := newApp(t, map[string]string{"/voice": `<Connect><Stream url="` + url + `"/></Connect><Say>no stream</Say>`})
		call := a.call(t, server)
		must(t, call.Hear("no stream"))
		wantCode(t, call, code)
	}
}

// Start begins things beside the call, and Stop or the end of the call ends them.
func TestStartAndStop(t *testing.T) {
	a, server := newApp(t, map[string]string{
		"/voice": `<Start><Stream name="a" url="wss://ivr.example.org/stream" statusCallback="/stream-events"/></Start>
			<Start><Transcription statusCallbackUrl="/text-events"/></Start>
			<Start><Recording recordingStatusCallback="/rec" recordingStatusCallbackEvent="in-progress completed"/></Start>
			<Pause length="5"/><Stop><Stream name="a"/></Stop><Pause length="5"/>`,
		"/stream-events": "", "/text-events": "", "/rec": "",
	})
	var frame []byte
	a.serve["/stream"] = upgrade(t, &frame)
	call := a.call(t, server)
	finish(t, call, carrier.EndDocument)
	for path, want := range map[string][]string{
		"/stream-events": {"stream-started", "stream-stopped"},
		"/text-events":   {"transcription-started", "transcription-stopped"},
		"/rec":           {"in-progress", "completed"},
	} {
		var got []string
		for _, g := range a.requests(path) {
			got = append(got, g.Params.Get("StreamEvent")+g.Params.Get("TranscriptionEvent")+g.Params.Get("RecordingStatus"))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s is told %v, want %v", path, got, want)
		}
	}
	if got := a.requests("/rec")[1].Params.Get("RecordingDuration"); got != "10" {
		t.Errorf("RecordingDuration = %q", got)
	}
}
