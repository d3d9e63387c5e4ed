package spell_test

import (
	"testing"

	"github.com/callgate/callgate/internal/spell"
)

func TestNearest(t *testing.T) {
	list := []string{"listen", "public-url", "support-number", "url", "dev"}
	for word, want := range map[string]string{
		"lisen":          "listen",
		"listne":         "listen",
		"Listen":         "listen",
		"publicurl":      "public-url",
		"public_url":     "public-url",
		"support-nubmer": "support-number",
		"uri":            "url",
		"dve":            "dev",
		"":               "",
		"x":              "",
		"completely":     "",
		"listen":         "listen",
	} {
		if got := spell.Nearest(word, list); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", word, got, want)
		}
	}
}

func TestNearestOfNone(t *testing.T) {
	if got := spell.Nearest("word", nil); got != "" {
		t.Errorf("got %q from an empty list", got)
	}
}
