package doctor

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/callgate/callgate/explain"
)

// Result says how a check went.
type Result string

// The results.
const (
	OK   Result = "ok"
	Note Result = "note" // worth knowing; calls are answered all the same
	Ill  Result = "mend" // to be mended before going live
)

// Check is one thing that was looked at.
type Check struct {
	Name   string `json:"name"`
	Result Result `json:"result"`
	// Text says in one line what was found.
	Text string `json:"text"`
	// Differences are the parts of a probe that arrived changed.
	Differences []Difference `json:"differences,omitempty"`
	// Findings are what is wrong, when something is.
	Findings []Finding `json:"findings,omitempty"`
}

// Finding is one thing that is wrong, and the ways to mend it, of which one is enough.
type Finding struct {
	// Cause is a word of package explain, or one of this package.
	Cause explain.Cause  `json:"cause"`
	Title string         `json:"title"`
	Mends []explain.Mend `json:"mends"`
}

// Difference is a part of a probe that was sent in one way and arrived in another,
// both quoted, with escapes for bytes beyond ASCII; "none" is a part that is not there.
type Difference struct {
	Part    string `json:"part"`
	Sent    string `json:"sent"`
	Arrived string `json:"arrived"`
}

// Mend is something to mend, the ways to do it, and the checks that ask for it.
type Mend struct {
	Finding
	Checks []string `json:"checks"`
}

// Report is what the doctor found.
type Report struct {
	URL    string  `json:"url"`
	Well   bool    `json:"well"`
	Checks []Check `json:"checks"`
	// Mends is the list to work through, in the order in which it was found.
	Mends []Mend `json:"mends,omitempty"`
}

// conclude gathers what is to be mended.
func (r *Report) conclude() {
	r.Well = true
	for _, c := range r.Checks {
		if c.Result != Ill {
			continue
		}
		r.Well = false
		for _, f := range c.Findings {
			r.mend(c.Name, f)
		}
	}
}

func (r *Report) mend(check string, f Finding) {
	i := slices.IndexFunc(r.Mends, func(m Mend) bool { return m.Cause == f.Cause })
	if i < 0 {
		r.Mends = append(r.Mends, Mend{Finding: Finding{Cause: f.Cause, Title: f.Title}})
		i = len(r.Mends) - 1
	}
	m := &r.Mends[i]
	m.Checks = append(m.Checks, check)
	for _, way := range f.Mends {
		if !slices.Contains(m.Mends, way) {
			m.Mends = append(m.Mends, way)
		}
	}
}

// WriteText writes a check for people. Mark colours its result.
func (c Check) WriteText(w io.Writer, mark func(Result, string) string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s: %s\n", mark(c.Result, fmt.Sprintf("%-4s", c.Result)), c.Name, c.Text)
	if c.Result != OK {
		for _, d := range c.Differences {
			fmt.Fprintf(&b, "        %s\n          sent:    %s\n          arrived: %s\n", d.Part, d.Sent, d.Arrived)
			if marks := d.marks(); marks != "" {
				fmt.Fprintf(&b, "                   %s\n", marks)
			}
		}
	}
	if c.Result == Note {
		for _, f := range c.Findings {
			writeWays(&b, "        ", f.Mends)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// writeWays writes ways to mend something.
func writeWays(b *strings.Builder, indent string, ways []explain.Mend) {
	for _, way := range ways {
		fmt.Fprintf(b, "%s- in %s:", indent, way.Where)
		if way.Note != "" {
			fmt.Fprintf(b, " %s", way.Note)
		}
		b.WriteByte('\n')
		if way.Line != "" {
			deeper := indent + "    "
			fmt.Fprintf(b, "%s%s\n", deeper, strings.ReplaceAll(way.Line, "\n", "\n"+deeper))
		}
	}
}

// marks puts a mark under each character of Arrived between the first and the last that
// differ from Sent.
func (d Difference) marks() string {
	if d.Sent == none || d.Arrived == none || !strings.Contains(d.Arrived, `"`) {
		return ""
	}
	start, end := common(d.Sent, d.Arrived)
	return strings.Repeat(" ", start) + strings.Repeat("^", max(len(d.Arrived)-end-start, 1))
}

// common returns how many bytes two texts have in common at the beginning, and at the
// end behind that.
func common(a, b string) (start, end int) {
	most := min(len(a), len(b))
	for start < most && a[start] == b[start] {
		start++
	}
	for end < most-start && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	return start, end
}

// WriteMends writes what is to be done.
func (r *Report) WriteMends(w io.Writer) error {
	var b strings.Builder
	if r.Well {
		fmt.Fprintf(&b, "\nNothing is to be mended at %s.\n", r.URL)
	} else {
		fmt.Fprintf(&b, "\nTo mend before going live:\n")
	}
	for i, m := range r.Mends {
		fmt.Fprintf(&b, "\n%d. %s: %s\n", i+1, m.Cause, m.Title)
		if len(m.Checks) > 1 || m.Checks[0] != string(m.Cause) {
			fmt.Fprintf(&b, "   seen in: %s\n", some(m.Checks))
		}
		writeWays(&b, "   ", m.Mends)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// maxNamed bounds the checks that are named for one thing to mend.
const maxNamed = 5

func some(names []string) string {
	if len(names) <= maxNamed {
		return strings.Join(names, "; ")
	}
	return fmt.Sprintf("%s; and %d more", strings.Join(names[:maxNamed], "; "), len(names)-maxNamed)
}
