package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// speaker finds a program that speaks. The text goes to its standard input, so that
// no prompt is taken for an option, and no shell sees it.
func speaker() (func(ctx context.Context, text, language string) error, error) {
	if path, err := exec.LookPath("espeak-ng"); err == nil {
		return func(ctx context.Context, text, language string) error { return espeak(ctx, path, text, language) }, nil
	}
	if path, err := exec.LookPath("say"); err == nil { // macOS
		voices, err := exec.Command(path, "-v", "?").Output()
		if err != nil {
			return nil, fmt.Errorf("--voice: %s does not list its voices: %w", path, err)
		}
		return func(ctx context.Context, text, language string) error {
			args := []string{"-f", "-"}
			if name := voiceFor(string(voices), language); name != "" {
				args = append(args, "-v", name)
			}
			return speak(ctx, text, path, args...)
		}, nil
	}
	return nil, errors.New("--voice: neither espeak-ng nor say is installed; on Debian and Ubuntu: apt-get install espeak-ng")
}

// noVoice is what espeak-ng says of a language that it does not speak.
const noVoice = "voice does not exist"

// espeak speaks in the language of the prompt, and in English when there is no voice
// for it: a strange accent is better than silence.
func espeak(ctx context.Context, path, text, language string) error {
	err := speak(ctx, text, path, "--stdin", "-v", languageTag(language))
	if err != nil && strings.Contains(err.Error(), noVoice) {
		return speak(ctx, text, path, "--stdin", "-v", "en")
	}
	return err
}

// speak runs a program with a text as its input. A program that was cut off has not failed.
func speak(ctx context.Context, text, program string, args ...string) error {
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stdin, cmd.Stderr = strings.NewReader(text), &said
	cmd.Env = slices.DeleteFunc(os.Environ(), func(s string) bool { // keys are none of its business
		return strings.HasPrefix(s, "TWILIO_") || strings.HasPrefix(s, "CALLGATE_")
	})
	err := cmd.Run()
	words := strings.TrimSpace(said.String())
	if i := strings.LastIndexByte(words, '\n'); i >= 0 {
		words = words[i+1:]
	}
	switch failed := strings.HasPrefix(strings.ToLower(words), "error"); {
	case ctx.Err() != nil, err == nil && !failed: // espeak-ng ends with 0 when there is no loudspeaker
		return nil
	case words != "":
		return fmt.Errorf("--voice: %s: %s", program, words)
	}
	return fmt.Errorf("--voice: %s: %w", program, err)
}

// languageTag keeps what a document says of the language from being anything else.
func languageTag(s string) string {
	s = strings.ToLower(s)
	if s == "" || strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || s[0] == '-' {
		return "en"
	}
	return s
}

// voiceFor finds the name of a voice for a language in the list of macOS, whose lines are
// like "Samantha            en_US    # Hello!". Without one the system's own voice speaks.
func voiceFor(list, language string) string {
	want := strings.ReplaceAll(languageTag(language), "-", "_")
	short, _, _ := strings.Cut(want, "_")
	near := ""
	for line := range strings.Lines(list) {
		before, _, _ := strings.Cut(line, "#")
		fields := strings.Fields(before)
		if len(fields) < 2 {
			continue
		}
		name, tag := strings.Join(fields[:len(fields)-1], " "), strings.ToLower(fields[len(fields)-1])
		switch {
		case tag == want:
			return name
		case near == "" && strings.HasPrefix(tag, short+"_"):
			near = name
		}
	}
	return near
}
