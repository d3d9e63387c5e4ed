package carrier_test

import (
	"encoding/binary"
	"net/http"
	"testing"
	"time"

	"github.com/callgate/callgate/carrier"
)

// tone is a WAV file of so many seconds: 8 kHz, 8 bit, mono.
func tone(seconds int) []byte {
	n := uint32(8000 * seconds)
	b := []byte("RIFF....WAVEfmt ")
	b = binary.LittleEndian.AppendUint32(b, 16)
	b = binary.LittleEndian.AppendUint16(b, 1)
	b = binary.LittleEndian.AppendUint16(b, 1)
	b = binary.LittleEndian.AppendUint32(b, 8000)
	b = binary.LittleEndian.AppendUint32(b, 8000)
	b = binary.LittleEndian.AppendUint16(b, 1)
	b = binary.LittleEndian.AppendUint16(b, 8)
	b = append(b, "data"...)
	b = binary.LittleEndian.AppendUint32(b, n)
	return append(b, make([]byte, n)...)
}

func mediaApp(t *testing.T, verbs string) (*app, string) {
	a, server := newApp(t, map[string]string{"/voice": verbs})
	a.serve["/tone.wav"] = func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "audio/wav")
		w.Write(tone(3))
		if r.Header.Get("X-Twilio-Signature") != "" || r.URL.RawQuery != "" {
			t.Error("a media request has a signature or parameters; the carrier's have none")
		}
	}
	a.serve["/page"] = func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
	}
	return a, server
}

func TestPlay(t *testing.T) {
	tests := []struct {
		verbs string
		want  time.Duration
		code  int
	}{
		{`<Play>/tone.wav</Play>`, 3 * time.Second, 0},
		{`<Play loop="4">tone.wav</Play>`, 12 * time.Second, 0},
		{`<Play>/page</Play><Pause/>`, time.Second, 13420},
		{`<Play>/missing.wav</Play><Pause/>`, time.Second, 11200},
		{`<Gather timeout="1"><Play>/tone.wav</Play><Play>/tone.wav</Play></Gather>`, 7 * time.Second, 0},
		{`<Gather timeout="1"><Play>/page</Play></Gather>`, time.Second, 13325},
	}
	for _, tt := range tests {
		a, server := mediaApp(t, tt.verbs)
		call := a.call(t, server)
		end := finish(t, call, carrier.EndDocument)
		if end.Talked != tt.want {
			t.Errorf("%s lasts %v, want %v\n%s", tt.verbs, end.Talked, tt.want, transcript(call))
		}
		if tt.code != 0 {
			wantCode(t, call, tt.code)
		} else {
			wantNoProblems(t, call)
		}
	}
}

func TestPlayPolicies(t *testing.T) {
	a, server := mediaApp(t, `<Play>/missing.wav</Play>`)
	call := a.call(t, server, func(c *carrier.Config) { c.Options.MediaFailure = carrier.FailCall })
	finish(t, call, carrier.EndApology)

	a, server = mediaApp(t, `<Play>/tone.wav</Play>`)
	call = a.call(t, server, func(c *carrier.Config) { c.Media, c.Options.PlayLength = carrier.MediaNone, 9*time.Second })
	if end := finish(t, call, carrier.EndDocument); end.Talked != 9*time.Second || len(a.requests("/tone.wav")) != 0 {
		t.Errorf("without media it lasts %v", end.Talked)
	}
}
