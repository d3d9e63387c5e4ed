package doctor_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/callgate/callgate/internal/doctor"
)

// FuzzReadFrame: a frame is read to its length, and nothing else is.
func FuzzReadFrame(f *testing.F) {
	f.Add([]byte("\x81\x05hello"))
	f.Add([]byte("\x81\x7e\x00\x80" + string(make([]byte, 128))))
	f.Add([]byte("\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff"))
	f.Add([]byte("\x88\x00"))
	f.Fuzz(func(t *testing.T, frame []byte) {
		text, err := doctor.ReadFrame(bytes.NewReader(frame))
		if err == nil && !bytes.Contains(frame, text) {
			t.Errorf("%q was read from %q", text, frame)
		}
	})
}

// FuzzIsTwiML: what is no XML is no TwiML, and nothing panics.
func FuzzIsTwiML(f *testing.F) {
	f.Add([]byte("<Response/>"))
	f.Add([]byte("<!DOCTYPE html><html>"))
	f.Fuzz(func(t *testing.T, document []byte) {
		if doctor.IsTwiML(document) && !bytes.Contains(document, []byte("Response")) {
			t.Errorf("%q is taken for TwiML", document)
		}
	})
}

// FuzzDifference: what differs is shown as different, in ASCII and within bounds.
func FuzzDifference(f *testing.F) {
	f.Add("/a%2Fb", "/a/b")
	f.Add(strings.Repeat("x", 200)+"1", strings.Repeat("x", 200)+"2")
	f.Add(strings.Repeat("x", 200), strings.Repeat("x", 199))
	f.Add("\xc3\xa9", "\xc3")
	f.Add("", "\x00")
	f.Fuzz(func(t *testing.T, sent, arrived string) {
		d := doctor.Compare("target", sent, arrived)
		if (sent == arrived) != (d.Sent == d.Arrived) {
			t.Errorf("%q and %q are shown as %s and %s", sent, arrived, d.Sent, d.Arrived)
		}
		for _, shown := range []string{d.Sent, d.Arrived} {
			const most = 64*len(`\U0010ffff`) + len(`...""...`)
			if len(shown) > most || strings.ContainsFunc(shown, func(r rune) bool { return r < ' ' || r > '~' }) {
				t.Errorf("%q is shown as %s", sent, shown)
			}
		}
		c := doctor.Check{Result: doctor.Ill, Differences: []doctor.Difference{d}}
		if err := c.WriteText(io.Discard, func(_ doctor.Result, s string) string { return s }); err != nil {
			t.Error(err)
		}
	})
}
