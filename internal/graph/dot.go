package graph

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/callgate/callgate/ivr"
)

// look is how a box is drawn.
type look struct{ shape, fill, line string }

// looks are chosen so that dark text on each has a contrast of more than 7:1.
func (g group) look() look {
	switch g {
	case speaks:
		return look{"box", "#dbeafe", "#1d4ed8"}
	case decides:
		return look{"box", "#fef3c7", "#92400e"}
	case connects:
		return look{"box", "#dcfce7", "#166534"}
	}
	return look{"box", "#f1f5f9", "#475569"}
}

// look is that of the group, unless there is something wrong with the node.
func (n *node) look() look {
	l := n.group.look()
	switch n.worst {
	case "":
	case ivr.Error:
		l.line, l.fill = red, redBg
	default:
		l.line, l.fill = amber, amberB
	}
	return l
}

// Colours of problems and of what is said besides.
const (
	ink    = "#0f172a"
	faint  = "#475569"
	arrow  = "#334155"
	red    = "#b91c1c"
	redBg  = "#fee2e2"
	amber  = "#b45309"
	amberB = "#ffedd5"
)

// DOT returns the picture in the language of Graphviz.
func (p *Picture) DOT() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "digraph %s {\n", quote(p.name))
	fmt.Fprintf(&b, "  graph [label=%s, labelloc=t, fontname=\"Helvetica-Bold\", fontsize=16, fontcolor=%q, rankdir=TB, nodesep=0.35, ranksep=0.55, bgcolor=white, pad=0.2];\n", quote(p.name), ink)
	fmt.Fprintf(&b, "  node [shape=box, style=\"rounded,filled\", fontname=\"Helvetica\", fontsize=12, fontcolor=%q, margin=\"0.15,0.08\", penwidth=1.2];\n", ink)
	fmt.Fprintf(&b, "  edge [fontname=\"Helvetica\", fontsize=10, fontcolor=%q, color=%q, arrowsize=0.7, penwidth=1.1];\n", faint, arrow)
	p.writeNodes(&b, "", "  ")
	for i, name := range p.subflows() {
		fmt.Fprintf(&b, "  subgraph cluster_%d {\n    graph [label=%s, fontsize=12, style=\"rounded,dashed\", color=%q, fontcolor=%q];\n", i, quote(name), faint, faint)
		p.writeNodes(&b, name, "    ")
		b.WriteString("  }\n")
	}
	for _, e := range p.edges {
		writeEdge(&b, e)
	}
	b.WriteString("}\n")
	return b.Bytes()
}

func (p *Picture) writeNodes(b *bytes.Buffer, subflow, indent string) {
	for _, n := range p.in(subflow) {
		fmt.Fprintf(b, "%s%s [%s];\n", indent, n.id, n.attributes())
	}
}

func (n *node) attributes() string {
	switch n.group {
	case begin:
		return fmt.Sprintf("shape=circle, label=\" \", width=0.18, fixedsize=true, style=filled, fillcolor=%q, color=%q, tooltip=\"a call begins\"", ink, ink)
	case end:
		return fmt.Sprintf("shape=doublecircle, label=\" \", width=0.12, fixedsize=true, style=filled, fillcolor=%q, color=%q, tooltip=\"the call ends\"", faint, faint)
	case returns:
		return fmt.Sprintf("shape=plaintext, style=\"\", label=\"return\", fontcolor=%q", faint)
	case everywhere:
		return fmt.Sprintf("shape=box, style=\"rounded,dashed\", label=\"everywhere\", color=%q, fontcolor=%q, tooltip=\"at every question\"", faint, faint)
	}
	l := n.look()
	width := ""
	if n.worst != "" {
		width = ", penwidth=2.4"
	}
	return fmt.Sprintf("label=<%s>, shape=%s, fillcolor=%q, color=%q%s, tooltip=%s",
		n.html(l), l.shape, l.fill, l.line, width, quote(n.title))
}

// html is the label in the markup of Graphviz.
func (n *node) html(l look) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<b>%s</b><br/><font point-size=\"10\" color=\"%s\">%s</font>", escape(n.title), l.line, escape(n.detail))
	for _, line := range n.speech {
		fmt.Fprintf(&b, "<br/><font point-size=\"10\">%s</font>", escape(line))
	}
	for _, line := range n.note {
		fmt.Fprintf(&b, "<br/><font point-size=\"9\" color=\"%s\">%s</font>", faint, escape(line))
	}
	for _, rule := range n.rules {
		fmt.Fprintf(&b, "<br/><font point-size=\"10\" color=\"%s\"><b>%s</b></font>", l.line, escape(rule))
	}
	return b.String()
}

func writeEdge(b *bytes.Buffer, e edge) {
	var attributes []string
	if len(e.labels) > 0 {
		attributes = append(attributes, "label="+quote(" "+strings.Join(e.labels, ", ")+" "))
	}
	if e.dashed {
		attributes = append(attributes, "style=dashed")
	}
	if e.wrong {
		attributes = append(attributes, fmt.Sprintf("color=%q, fontcolor=%q, penwidth=2.2", red, red))
	}
	if e.beside {
		attributes = append(attributes, "constraint=false")
	}
	fmt.Fprintf(b, "  %s -> %s", e.from, e.to)
	if len(attributes) > 0 {
		fmt.Fprintf(b, " [%s]", strings.Join(attributes, ", "))
	}
	b.WriteString(";\n")
}

// quote writes a text as an ID of DOT in double quotes. A backslash is for escapes there.
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", " ", "\r", " ", "\x00", "").Replace(s) + `"`
}

// escape writes a text into markup. Characters that XML forbids are left out.
func escape(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' || r == '\uFFFE' || r == '\uFFFF' {
			return -1
		}
		return r
	}, s)
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(s)
}
