package carrier_test

import (
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/callgate/callgate/interop/internal/process"
)

// What "callgate call --voice" gives to espeak-ng can be heard: the program, told to
// write its sound into a file, makes seconds of it that are not silent.
func TestVoiceIsHeard(t *testing.T) {
	espeak := process.Need(t, "espeak-ng")
	dir := t.TempDir()
	script := fmt.Sprintf("#!/bin/sh\nexec %s -w %s/$$.wav \"$@\"\n", espeak, dir)
	if err := os.WriteFile(filepath.Join(dir, "espeak-ng"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	flow := filepath.Join(process.Root(t), "examples", "helpline", "helpline.yaml")
	cmd := exec.Command(process.Callgate(t), "call", "--flow", flow, "--voice", "--press", "2,2,2,1")
	cmd.Env = append(os.Environ(), "PATH="+dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	if out, err := cmd.CombinedOutput(); err != nil || strings.Contains(string(out), "--voice") {
		t.Fatalf("%v\n%s", err, out)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.wav"))
	if err != nil || len(files) < 5 { // two languages offered, the menu, the groups twice
		t.Fatalf("%d texts were spoken, %v", len(files), err)
	}
	for _, file := range files {
		sound, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if seconds, loudest := heard(sound); seconds < 1 || loudest < 3000 {
			t.Errorf("%s: %.1f seconds, the loudest sample is %d of 32767", file, seconds, loudest)
		}
	}
}

// heard measures a WAV file with one channel of 16 bits.
func heard(wav []byte) (seconds float64, loudest int) {
	const header = 44
	if len(wav) < header || string(wav[:4]) != "RIFF" || string(wav[8:12]) != "WAVE" {
		return 0, 0
	}
	rate := binary.LittleEndian.Uint32(wav[24:28])
	samples := wav[header:]
	for i := 0; i+1 < len(samples); i += 2 {
		v := int(int16(binary.LittleEndian.Uint16(samples[i:])))
		loudest = max(loudest, v, -v)
	}
	return float64(len(samples)/2) / float64(max(rate, 1)), loudest
}
