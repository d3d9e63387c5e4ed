package carrier_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/callgate/callgate/carrier"
)

var update = flag.Bool("update", false, "write the golden transcripts")

// Whole calls, as their transcripts show them. A change in one of these files is a
// change in what the carrier does, or in when.
func TestTranscripts(t *testing.T) {
	tests := []struct {
		name   string
		docs   map[string]string
		change func(*carrier.Config)
		do     func(*carrier.Call) error
	}{
		{"menu", map[string]string{
			"/voice": `<Gather numDigits="1" action="menu" timeout="3"><Say language="en-GB">For sales, press 1.</Say><Pause length="2"/><Play>/tone.wav</Play></Gather><Redirect/>`,
			"/menu":  `<Say>Goodbye.</Say><Hangup/>`,
		}, nil, func(c *carrier.Call) error {
			if err := c.Silence(); err != nil {
				return err
			}
			return c.Press("1")
		}},
		{"whisper", map[string]string{
			"/voice":   `<Dial action="after" record="record-from-answer" recordingStatusCallback="rec"><Number url="/whisper" statusCallback="/progress" statusCallbackEvent="initiated ringing answered completed">+15550123</Number><Client>ann</Client></Dial>`,
			"/whisper": `<Gather numDigits="1" action="/take"><Say>Press 1 to take the call.</Say></Gather><Hangup/>`,
			"/take":    "", "/after": `<Say>Thank you.</Say>`, "/rec": "", "/progress": "",
		}, func(c *carrier.Config) {
			c.World.Callees = map[string]carrier.Callee{"+15550123": {Keys: "1", Ring: 3 * time.Second}, "client:ann": {Does: carrier.NoAnswer}}
		}, nil},
		{"queue", map[string]string{
			"/voice": `<Enqueue action="after" waitUrl="/wait">support</Enqueue>`,
			"/wait":  `<Say>Please hold.</Say><Pause length="20"/>`, "/after": "",
		}, nil, nil},
		{"voicemail", map[string]string{
			"/voice": `<Say>Leave a message.</Say><Record action="after" transcribeCallback="/text" transcribe="true" recordingStatusCallback="/rec"/>`,
			"/after": "", "/text": "", "/rec": "",
		}, nil, func(c *carrier.Call) error { return c.Record(9*time.Second, "hangup") }},
		{"fallback", map[string]string{
			"/voice": `<Redirect>/broken</Redirect>`, "/broken": `<Nothing`, "/fallback": `<Say>We will be right back.</Say><Dial>+15550199</Dial>`,
		}, func(c *carrier.Config) {
			c.FallbackURL, c.StatusURL = publicURL+"/fallback", publicURL+"/status"
		}, nil},
		{"apology", map[string]string{}, func(c *carrier.Config) {
			c.Faults = []carrier.Fault{{Kind: carrier.FaultDelay, Delay: 20 * time.Second}}
		}, nil},
		{"reject", map[string]string{"/voice": `<Reject reason="busy"/>`}, nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var changes []func(*carrier.Config)
			if tt.change != nil {
				changes = append(changes, tt.change)
			}
			call, _ := place(t, tt.docs, append(changes, func(c *carrier.Config) { c.Media = carrier.MediaNone })...)
			if tt.do != nil {
				must(t, tt.do(call))
			}
			_, err := call.Finish()
			must(t, err)
			file := filepath.Join("testdata", "transcripts", tt.name+".txt")
			if *update {
				must(t, os.WriteFile(file, []byte(call.Transcript()), 0o644))
			}
			want, err := os.ReadFile(file)
			must(t, err)
			if got := call.Transcript(); got != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}
