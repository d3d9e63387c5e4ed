package ivr

import (
	"fmt"
	"strings"
)

// Severity says how bad a finding is.
type Severity string

// The severities.
const (
	// Error is a fault that some caller will meet. A flow with one must not go live.
	Error Severity = "error"
	// Warning is probably a fault.
	Warning Severity = "warning"
	// Hint is about style.
	Hint Severity = "hint"
)

// Finding is one thing that is wrong with a flow.
type Finding struct {
	// Rule is the name of the broken rule, one of Rules.
	Rule     Rule     `json:"rule"`
	Severity Severity `json:"severity"`
	// Node is the qualified name of the node, empty when it is about the whole flow.
	Node string `json:"node,omitempty"`
	// Field is the part of the node or flow: "options.2.to", with places in lists
	// from 0. Names are those of the Go fields in lower case with "_" between words.
	Field string `json:"field,omitempty"`
	// Pos is the place in the source, as Flow.Locate knows it.
	Pos Pos `json:"pos,omitzero"`
	// Message says what is wrong and what to do.
	Message string `json:"message"`
	// Witness is the shortest way from the start of a call to the fault, as
	// Transition.String writes it. Empty when the fault is not about a way.
	Witness []Transition `json:"witness,omitempty"`
}

// Error writes the finding on one line, with its place and witness.
func (f Finding) Error() string {
	var b strings.Builder
	if at := f.Pos.String(); at != "" {
		b.WriteString(at + ": ")
	}
	fmt.Fprintf(&b, "%s: %s: %s", f.Severity, f.Rule, f.Message)
	switch {
	case f.Pos.Line > 0 || f.Node == "" && f.Field == "":
	case f.Field == "":
		fmt.Fprintf(&b, " (node %s)", f.Node)
	case f.Node == "":
		fmt.Fprintf(&b, " (%s)", f.Field)
	default:
		fmt.Fprintf(&b, " (node %s, %s)", f.Node, f.Field)
	}
	if len(f.Witness) > 0 {
		b.WriteString("; way: " + Way(f.Witness))
	}
	return b.String()
}

// Transition is one move of a call from a node by an exit to the next.
type Transition struct {
	From string `json:"from"`
	// Exit is the label of the exit, such as "1", "noinput" or "busy".
	Exit string `json:"exit"`
	// To is the next node, empty where the call ends.
	To string `json:"to,omitempty"`
}

// Way writes transitions on one line: "main →2→ billing →noinput→ (end)".
func Way(ts []Transition) string {
	var b strings.Builder
	for i, t := range ts {
		if i == 0 {
			b.WriteString(t.From)
		}
		fmt.Fprintf(&b, " →%s→ ", t.Exit)
		if t.To == "" {
			b.WriteString("(end)")
		} else {
			b.WriteString(t.To)
		}
	}
	return b.String()
}

// Problems is the error of Compile: what keeps a flow from being run at all.
type Problems []Finding

// Error writes all of them, one on a line.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i := range p {
		lines[i] = p[i].Error()
	}
	return strings.Join(lines, "\n")
}
