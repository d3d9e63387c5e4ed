package logreport

import (
	"fmt"
	"io"
	"strings"

	"github.com/callgate/callgate"
)

// meanings say what each reason of a refusal is, to whoever has to mend it.
var meanings = map[callgate.Reason]string{
	callgate.ReasonMissing:     "there is no signature",
	callgate.ReasonMalformed:   "the header is no signature: repeated, cut or not base64",
	callgate.ReasonMismatch:    "no key makes this signature for this request",
	callgate.ReasonBodyHash:    "the body is not the one whose hash the signed URL carries",
	callgate.ReasonContentType: "no rule signs a body of this type",
	callgate.ReasonParams:      "the form is not well formed",
	callgate.ReasonMethod:      "the carrier, or the route, does not use this method",
	callgate.ReasonNoKey:       "there is no key to verify with",
	callgate.ReasonProfile:     "signed, but not what the route's profile takes (see docs/security.md)",
	callgate.ReasonAccount:     "signed by the key of another account",
	callgate.ReasonTarget:      "the request target is not a clean path",
	callgate.ReasonHost:        "the host is not one of allowed_hosts",
	callgate.ReasonTooLarge:    "the body is over max_body",
	callgate.ReasonBody:        "the body could not be read to its end",
	callgate.ReasonLogin:       "the password is missing or wrong",
	callgate.ReasonDenied:      "authenticated, and no entry allows it",
	callgate.ReasonPanic:       "the gate failed; the log says where",
	"other":                    "this program does not know the reason",
}

// WriteText writes the report for people.
func (r *Report) WriteText(w io.Writer) error {
	var b strings.Builder
	for _, route := range r.Routes {
		route.writeText(&b)
	}
	_, err := io.WriteString(w, printable(b.String()))
	return err
}

func (r *Route) writeText(b *strings.Builder) {
	b.WriteString(r.Route)
	if r.ObservedUntil != "" {
		fmt.Fprintf(b, " (observed until %s)", r.ObservedUntil)
	}
	refused := r.Refused + r.Observed
	what := "refused"
	switch {
	case r.Observed > 0 && r.Refused > 0:
		what = fmt.Sprintf("refused %d and would have refused %d more, together", r.Refused, r.Observed)
	case r.Observed > 0 || r.ObservedUntil != "" && refused == 0:
		what = "would have refused"
	}
	fmt.Fprintf(b, ": %s %d of %d requests", what, refused, r.Requests)
	if refused > 0 && r.Requests > 0 {
		fmt.Fprintf(b, " (%.1f %%), because", 100*float64(refused)/float64(r.Requests))
	}
	b.WriteByte('\n')
	for _, reason := range r.Reasons {
		fmt.Fprintf(b, "  %d %s: %s\n", reason.Count, reason.Reason, reason.Means)
		for _, c := range reason.Causes {
			c.writeText(b)
		}
	}
}

func (c *Cause) writeText(b *strings.Builder) {
	times := "once"
	if c.Logged > 1 {
		times = fmt.Sprintf("%d times", c.Logged)
	}
	fmt.Fprintf(b, "    %s: %s (%s, logged %s)\n", c.Cause, c.Title, c.Confidence, times)
	for _, why := range c.Likely {
		fmt.Fprintf(b, "      likely %s\n", why)
	}
	for _, mend := range c.Mends {
		fmt.Fprintf(b, "      mend %s\n", strings.ReplaceAll(mend, "\n", "\n        "))
	}
}

// printable replaces what a terminal would take for commands: a log may come from
// anywhere.
func printable(s string) string {
	return strings.Map(func(c rune) rune {
		if c != '\n' && (c < ' ' || c >= 0x7f && c <= 0x9f) {
			return '?'
		}
		return c
	}, s)
}
