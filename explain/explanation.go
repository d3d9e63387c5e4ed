package explain

import (
	"fmt"
	"io"
	"strings"
)

// Explanation is the answer. It holds no key, no signature and no signed text;
// data of callers is shown by the classes of its characters.
type Explanation struct {
	// Cause is the first of the causes: the one to mend first.
	Cause Cause `json:"cause"`
	// Title says in a few words what Cause is.
	Title string `json:"title"`
	// Confidence is Proved when the changes make the signature fit.
	Confidence Confidence `json:"confidence"`
	// Changes lead from the request that arrived to the one that was signed.
	Changes []Change `json:"changes,omitempty"`
	// Guesses are the likely causes when nothing is proved, the likeliest first.
	Guesses []Guess `json:"guesses,omitempty"`
	// Proxy is what the request came through, if its headers tell.
	Proxy Proxy `json:"proxy,omitempty"`
	// Tried is how many candidates were computed, and Complete says whether these
	// were all that there are.
	Tried    int  `json:"tried"`
	Complete bool `json:"complete"`
}

// Change is one cause with what it changed and how to mend it.
type Change struct {
	Cause       Cause        `json:"cause"`
	Title       string       `json:"title"`
	Differences []Difference `json:"differences,omitempty"`
	Mends       []Mend       `json:"mends,omitempty"`
}

// Difference is a part of the request that was signed in one way and arrived in
// another. Both are quoted, with escapes for controls and for bytes beyond
// ASCII; a part that is not there is "none", without quotation marks.
type Difference struct {
	Part    string `json:"part"`
	Signed  string `json:"signed"`
	Arrived string `json:"arrived"`
}

// Guess is a cause that the request points to, and why.
type Guess struct {
	Cause Cause  `json:"cause"`
	Title string `json:"title"`
	Why   string `json:"why"`
	Mends []Mend `json:"mends,omitempty"`
}

// Mend is what to change, and where.
type Mend struct {
	// Where is a file or a place: "callgate.yaml", "nginx", "the carrier's console".
	Where string `json:"where"`
	// Line is what to write there.
	Line string `json:"line,omitempty"`
	// Note says what is to be done, or what goes with the line.
	Note string `json:"note,omitempty"`
}

// Causes returns all causes of the explanation, each once: the proved ones, or
// the guesses.
func (x *Explanation) Causes() []Cause {
	var causes []Cause
	for _, c := range x.Changes {
		causes = append(causes, c.Cause)
	}
	for _, g := range x.Guesses {
		causes = append(causes, g.Cause)
	}
	return causes
}

// WriteText writes the explanation for people.
func (x *Explanation) WriteText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s (%s)\n", x.Cause, x.Title, x.Confidence)
	for i, c := range x.Changes {
		if i > 0 {
			fmt.Fprintf(&b, "and %s: %s\n", c.Cause, c.Title)
		}
		writeDifferences(&b, c.Differences)
		writeMends(&b, c.Mends)
	}
	for i, g := range x.Guesses {
		if i > 0 {
			fmt.Fprintf(&b, "or %s: %s\n", g.Cause, g.Title)
		}
		fmt.Fprintf(&b, "  because %s\n", g.Why)
		writeMends(&b, g.Mends)
	}
	if !x.Complete {
		fmt.Fprintf(&b, "The search ended at its bound after %d candidates.\n", x.Tried)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func writeDifferences(b *strings.Builder, ds []Difference) {
	for _, d := range ds {
		fmt.Fprintf(b, "  %s\n    signed:  %s\n    arrived: %s\n", d.Part, d.Signed, d.Arrived)
		if marks := markDifference(d.Signed, d.Arrived); marks != "" {
			fmt.Fprintf(b, "             %s\n", marks)
		}
	}
}

// markDifference puts a mark under each byte of arrived between the first and the
// last that differ from signed.
func markDifference(signed, arrived string) string {
	if signed == none || arrived == none || !strings.HasPrefix(arrived, `"`) {
		return ""
	}
	start := 0
	for start < min(len(signed), len(arrived)) && signed[start] == arrived[start] {
		start++
	}
	end := 0
	for end < min(len(signed), len(arrived))-start && signed[len(signed)-1-end] == arrived[len(arrived)-1-end] {
		end++
	}
	return strings.Repeat(" ", start) + strings.Repeat("^", max(len(arrived)-end-start, 1))
}

func writeMends(b *strings.Builder, mends []Mend) {
	for _, m := range mends {
		fmt.Fprintf(b, "  mend in %s:", m.Where)
		if m.Note != "" {
			fmt.Fprintf(b, " %s", m.Note)
		}
		b.WriteByte('\n')
		if m.Line != "" {
			fmt.Fprintf(b, "    %s\n", strings.ReplaceAll(m.Line, "\n", "\n    "))
		}
	}
}

// none is what a Difference shows for a part that is not there.
const none = "none"
