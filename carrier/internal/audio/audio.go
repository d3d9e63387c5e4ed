// Package audio finds out how long a file plays from its first bytes: WAV, AIFF,
// MP3, GSM and µ-law, the formats that the carrier plays (twiml/play).
package audio

import (
	"bytes"
	"encoding/binary"
	"math"
	"time"
)

// Playable reports whether the carrier plays files of a content type.
func Playable(contentType string) bool {
	switch contentType {
	case "audio/mpeg", "audio/mp3", "audio/wav", "audio/wave", "audio/x-wav", "audio/aiff", "audio/x-aifc", "audio/x-aiff",
		"audio/x-gsm", "audio/gsm", "audio/ulaw", "audio/basic":
		return true
	}
	return false
}

// Length is how long a file of size bytes plays, of which head is the beginning.
// It reports false when the bytes do not tell.
func Length(contentType string, head []byte, size int64) (time.Duration, bool) {
	switch {
	case len(head) >= 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WAVE":
		return wav(head, size)
	case len(head) >= 12 && string(head[:4]) == "FORM" && (string(head[8:12]) == "AIFF" || string(head[8:12]) == "AIFC"):
		return aiff(head)
	}
	switch contentType {
	case "audio/mpeg", "audio/mp3":
		return mp3(head, size)
	case "audio/ulaw", "audio/basic":
		return perSecond(size, 8000)
	case "audio/gsm", "audio/x-gsm":
		return perSecond(size, 33*50) // frames of 33 bytes for 20 ms (GSM 06.10)
	}
	return 0, false
}

// longest bounds what a header may claim.
const longest = 24 * time.Hour

// perSecond divides a size by bytes a second.
func perSecond(size, rate int64) (time.Duration, bool) {
	if size < 0 || rate <= 0 || size/rate > int64(longest/time.Second) {
		return 0, false
	}
	return time.Duration(size) * time.Second / time.Duration(rate), true
}

// wav reads the chunks "fmt " and "data" of a RIFF file. A data chunk that
// claims more than there is, as of a stream, counts up to the end of the file.
func wav(head []byte, size int64) (time.Duration, bool) {
	var rate int64
	for at := int64(12); at+8 <= int64(len(head)); {
		name, n := string(head[at:at+4]), int64(binary.LittleEndian.Uint32(head[at+4:]))
		body := head[at+8:]
		switch {
		case name == "fmt " && len(body) >= 16:
			rate = int64(binary.LittleEndian.Uint32(body[8:]))
		case name == "data":
			return perSecond(min(n, size-at-8), rate)
		}
		at += 8 + n + n%2
	}
	return 0, false
}

// aiff reads the chunk COMM: the number of sample frames and their rate, an
// 80-bit floating point number.
func aiff(head []byte) (time.Duration, bool) {
	for at := int64(12); at+8 <= int64(len(head)); {
		name, n := string(head[at:at+4]), int64(binary.BigEndian.Uint32(head[at+4:]))
		if body := head[at+8:]; name == "COMM" && len(body) >= 18 {
			frames := float64(binary.BigEndian.Uint32(body[2:]))
			rate := extended(body[8:18])
			if rate < 1 || frames/rate > longest.Seconds() {
				return 0, false
			}
			return time.Duration(frames / rate * float64(time.Second)), true
		}
		at += 8 + n + n%2
	}
	return 0, false
}

// extended reads an IEEE 754 number of 80 bits.
func extended(b []byte) float64 {
	exponent := int(binary.BigEndian.Uint16(b)&0x7fff) - 16383 - 63
	if exponent > 64 || exponent < -128 {
		return 0
	}
	return math.Ldexp(float64(binary.BigEndian.Uint64(b[2:])), exponent)
}

// mp3 estimates from the bit rate of the first frame (ISO 11172-3), after an ID3v2 tag.
func mp3(head []byte, size int64) (time.Duration, bool) {
	if len(head) >= 10 && string(head[:3]) == "ID3" {
		n := int64(head[6]&0x7f)<<21 | int64(head[7]&0x7f)<<14 | int64(head[8]&0x7f)<<7 | int64(head[9]&0x7f)
		n += 10
		if n >= int64(len(head)) {
			return 0, false
		}
		head, size = head[n:], size-n
	}
	for {
		i := bytes.IndexByte(head, 0xff)
		if i < 0 || i+4 > len(head) {
			return 0, false
		}
		head, size = head[i:], size-int64(i)
		if rate, ok := bitRate(head); ok {
			return perSecond(size, rate*1000/8)
		}
		head, size = head[1:], size-1
	}
}

// Bit rates of layer III in kbit/s by the index in the frame header.
var (
	rates1 = [16]int64{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0} // MPEG-1
	rates2 = [16]int64{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0}     // MPEG-2 and 2.5
)

// bitRate reads a frame header of layer III.
func bitRate(h []byte) (int64, bool) {
	if h[1]&0xe0 != 0xe0 || h[1]>>1&3 != 1 || h[2]>>2&3 == 3 {
		return 0, false
	}
	rate := rates2[h[2]>>4]
	switch h[1] >> 3 & 3 {
	case 3:
		rate = rates1[h[2]>>4]
	case 1: // reserved
		return 0, false
	}
	return rate, rate > 0
}
