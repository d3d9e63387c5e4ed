package audio_test

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/callgate/callgate/carrier/internal/audio"
)

func chunk(name string, body ...byte) []byte {
	return append(binary.LittleEndian.AppendUint32([]byte(name), uint32(len(body))), body...)
}

func TestLength(t *testing.T) {
	wav := append([]byte("RIFF\x00\x00\x00\x00WAVE"), chunk("LIST", 1, 2, 3, 0)...)
	wav = append(wav, chunk("fmt ", 1, 0, 1, 0, 0x40, 0x1f, 0, 0, 0x80, 0x3e, 0, 0, 2, 0, 16, 0)...) // 16000 bytes a second
	stream := append(append([]byte{}, wav...), "data\xff\xff\xff\xff"...)
	wav = append(wav, chunk("data", make([]byte, 32000)...)...)
	aiff := append([]byte("FORM\x00\x00\x00\x00AIFFCOMM\x00\x00\x00\x12"), 0, 1, 0, 0, 0x1f, 0x40, 0, 8, 0x40, 0x0b, 0xfa, 0, 0, 0, 0, 0, 0, 0) // 8000 frames at 8000 Hz
	mp3 := []byte{0xff, 0xfb, 0x90, 0x00}                                                                                                       // MPEG-1 layer III, 128 kbit/s
	tagged := append([]byte{'I', 'D', '3', 4, 0, 0, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0}, mp3...)
	tests := []struct {
		name, kind string
		head       []byte
		size       int64
		want       time.Duration
		ok         bool
	}{
		{"wav", "audio/wav", wav, int64(len(wav)), 2 * time.Second, true},
		{"a streamed wav counts up to its end", "audio/wav", stream, int64(len(stream)) + 16000, time.Second, true},
		{"a wav without data", "audio/wav", wav[:40], 40, 0, false},
		{"aiff", "audio/aiff", aiff, 9000, time.Second, true},
		{"mp3", "audio/mpeg", mp3, 160000, 10 * time.Second, true},
		{"mp3 with a tag", "audio/mpeg", tagged, 160016, 10 * time.Second, true},
		{"no mp3", "audio/mpeg", []byte("hello"), 5, 0, false},
		{"ulaw", "audio/ulaw", nil, 16000, 2 * time.Second, true},
		{"gsm", "audio/gsm", nil, 3300, 2 * time.Second, true},
		{"unknown", "audio/ogg", []byte("OggS"), 100, 0, false},
	}
	for _, tt := range tests {
		got, ok := audio.Length(tt.kind, tt.head, tt.size)
		if got != tt.want || ok != tt.ok {
			t.Errorf("%s: %v, %v, want %v, %v", tt.name, got, ok, tt.want, tt.ok)
		}
	}
}

func FuzzLength(f *testing.F) {
	f.Add("audio/wav", []byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00"), int64(100))
	f.Add("audio/aiff", []byte("FORM\x00\x00\x00\x00AIFFCOMM\x00\x00\x00\x12"), int64(100))
	f.Add("audio/mpeg", []byte("ID3\x04\x00\x00\x00\x00\x00\x06\xff\xfb\x90\x00"), int64(100))
	f.Fuzz(func(t *testing.T, kind string, head []byte, size int64) {
		if d, _ := audio.Length(kind, head, size); d < 0 || d > 25*time.Hour {
			t.Errorf("it plays for %v", d)
		}
	})
}
