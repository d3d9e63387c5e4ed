package doctor_test

import (
	"bytes"
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
