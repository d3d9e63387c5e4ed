package cli

import (
	"context"
	"errors"
	"os/exec"
	"strings"
)

// speaker finds a program that speaks. The text goes to its standard input, so that
// no prompt is taken for an option.
func speaker() (func(ctx context.Context, text, language string), error) {
	if path, err := exec.LookPath("espeak-ng"); err == nil {
		return func(ctx context.Context, text, language string) {
			speak(ctx, text, path, "--stdin", "-v", languageTag(language))
		}, nil
	}
	if path, err := exec.LookPath("say"); err == nil { // macOS
		return func(ctx context.Context, text, _ string) { speak(ctx, text, path, "-f", "-") }, nil
	}
	return nil, errors.New("--voice: neither espeak-ng nor say is installed")
}

func speak(ctx context.Context, text, program string, args ...string) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stdin = strings.NewReader(text)
	_ = cmd.Run() // it was cut off, or there is no loudspeaker: the text is on the screen
}

// languageTag keeps what a document says of the language from being anything else.
func languageTag(s string) string {
	if s == "" || strings.Trim(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz-") != "" || s[0] == '-' {
		return "en"
	}
	return strings.ToLower(s)
}
