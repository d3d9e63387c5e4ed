package explain

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/callgate/callgate/twilio"
)

// sign gives the redacted request a signature: what made the original fit, made
// of the redacted request with its throw-away keys. When nothing did, it is random.
func (c *Case) sign(original []string, want *Explanation) {
	if len(original) == 0 {
		return
	}
	fits := want.Confidence == Proved && want.Tried > 0
	var sum signature
	if fits {
		s := newSearch(context.Background(), &c.Config, c.Request, nil)
		s.stopAt = want.Tried
		if s.fitsAsIs() == nil {
			s.run()
		}
		sum = s.stopped
	}
	c.Request.Header[twilio.Header] = rewriteSignatures(original, sum, fits)
}

// rewriteSignatures writes a header as it was, quotes, lists and all, with other
// signatures in it: the given one for the first, if it fits, and random ones.
func rewriteSignatures(original []string, sum signature, fits bool) []string {
	out := slices.Clone(original)
	for i, line := range out {
		elements := strings.Split(line, ",")
		for j, e := range elements {
			core := strings.Trim(e, " \t\"'")
			_, loose := signatures([]string{core + " "}) // with a space it is never strict
			if len(loose) == 0 || !fits {
				elements[j] = draw(e)
				continue
			}
			before, after, _ := strings.Cut(e, core)
			elements[j] = before + respell(core, sum) + after
			fits = false
		}
		out[i] = strings.Join(elements, ",")
	}
	return out
}

// respell writes a signature in the spelling of another.
func respell(like string, sum signature) string {
	if len(like) == hex.EncodedLen(len(sum)) {
		return hex.EncodeToString(sum[:])
	}
	text := base64.StdEncoding.EncodeToString(sum[:])
	if strings.ContainsAny(like, "-_") {
		text = strings.NewReplacer("+", "-", "/", "_").Replace(text)
	}
	if strings.Contains(like, "%") {
		text = strings.NewReplacer("+", "%2B", "/", "%2F", "=", "%3D").Replace(text)
	}
	if strings.Contains(like, " ") {
		text = strings.ReplaceAll(text, "+", " ")
	}
	if !strings.HasSuffix(like, "=") && !strings.HasSuffix(like, "%3D") {
		text = strings.TrimSuffix(text, "=")
	}
	return text
}
