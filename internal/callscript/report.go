package callscript

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/callgate/callgate/carrier"
)

// Text writes a result as a person reads it: a failure with the transcript up to it.
func (r *Result) Text() string {
	name := fmt.Sprintf("%s:%d %s", r.Suite.path, r.Case.line, r.Case.Name)
	if len(r.Failures) == 0 {
		return fmt.Sprintf("ok    %s (%s of call in %s)", name, short(r.End.Lasted), short(r.Took))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "FAIL  %s\n", name)
	for _, f := range r.Failures {
		where := ""
		if f.Step != "" {
			where = fmt.Sprintf("line %d: %s: ", f.Line, f.Step)
		}
		fmt.Fprintf(&b, "      %s%s\n", where, f.Text)
	}
	for _, e := range r.Log {
		if !slices.Contains([]carrier.EntryKind{carrier.KindListening, carrier.KindCut, carrier.KindOthers, carrier.KindFault}, e.Kind) {
			fmt.Fprintf(&b, "        %s\n", e)
		}
	}
	return strings.TrimRight(b.String(), "\n")
}

func short(d time.Duration) string {
	switch {
	case d >= time.Second:
		return d.Round(100 * time.Millisecond).String()
	case d >= time.Millisecond:
		return d.Round(100 * time.Microsecond).String()
	}
	return d.Round(time.Microsecond).String()
}

// MarshalJSON writes a result for machines.
func (r *Result) MarshalJSON() ([]byte, error) {
	out := struct {
		File     string            `json:"file"`
		Line     int               `json:"line"`
		Case     string            `json:"case"`
		OK       bool              `json:"ok"`
		Failures []Failure         `json:"failures,omitempty"`
		End      carrier.EndReason `json:"end,omitempty"`
		Lasted   float64           `json:"lasted"`
		Took     float64           `json:"took"`
		Visited  []string          `json:"visited,omitempty"`
		Log      []carrier.Entry   `json:"log,omitempty"`
	}{
		File: r.Suite.path, Line: r.Case.line, Case: r.Case.Name, OK: len(r.Failures) == 0, Failures: r.Failures,
		End: r.End.Reason, Lasted: r.End.Lasted.Seconds(), Took: r.Took.Seconds(), Visited: visited(r.Answers),
	}
	if !out.OK {
		out.Log = r.Log
	}
	return plainJSON(out)
}

// MarshalJSON writes a failure with names in small letters.
func (f Failure) MarshalJSON() ([]byte, error) {
	return plainJSON(struct {
		Line int    `json:"line,omitempty"`
		Step string `json:"step,omitempty"`
		Text string `json:"text"`
	}(f))
}

// plainJSON is json.Marshal that leaves "<", ">" and "&" as they are, for people who look
// for a document in it.
func plainJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte{'\n'}), err
}

// The XML of JUnit, as continuous integration reads it
// (github.com/testmoapp/junitxml).
type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Time     string       `xml:"time,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Time     string      `xml:"time,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"`
	File    string        `xml:"file,attr"`
	Line    int           `xml:"line,attr"`
	Time    string        `xml:"time,attr"`
	Failure *junitFailure `xml:"failure"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",cdata"`
}

// JUnit writes results as JUnit does.
func JUnit(w io.Writer, results []*Result) error {
	out := junitSuites{}
	var total time.Duration
	var took []time.Duration
	for _, r := range results {
		n := len(out.Suites)
		if n == 0 || out.Suites[n-1].Name != r.Suite.path {
			out.Suites = append(out.Suites, junitSuite{Name: r.Suite.path})
			took = append(took, 0)
			n++
		}
		s := &out.Suites[n-1]
		c := junitCase{Name: r.Case.Name, Class: r.Suite.path, File: r.Suite.path, Line: r.Case.line, Time: inSeconds(r.Took)}
		if len(r.Failures) > 0 {
			c.Failure = &junitFailure{Message: r.Failures[0].Text, Text: r.Text()}
			s.Failures++
			out.Failures++
		}
		s.Cases = append(s.Cases, c)
		s.Tests++
		out.Tests++
		took[n-1] += r.Took
		total += r.Took
	}
	for i := range out.Suites {
		out.Suites[i].Time = inSeconds(took[i])
	}
	out.Time = inSeconds(total)
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(out); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func inSeconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }
