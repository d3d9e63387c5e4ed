package graph

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/callgate/callgate/ivr"
)

// Mermaid returns the picture in the language of Mermaid, which code hosts draw where it
// stands in a Markdown page.
func (p *Picture) Mermaid() []byte {
	var b bytes.Buffer
	b.WriteString("flowchart TD\n")
	for _, n := range p.in("") {
		fmt.Fprintf(&b, "  %s\n", n.mermaid())
	}
	for i, name := range p.subflows() {
		fmt.Fprintf(&b, "  subgraph s%d [%s]\n", i, mermaidText(name))
		for _, n := range p.in(name) {
			fmt.Fprintf(&b, "    %s\n", n.mermaid())
		}
		b.WriteString("  end\n")
	}
	for _, e := range p.edges {
		arrow := "-->"
		if e.dashed {
			arrow = "-.->"
		}
		if len(e.labels) > 0 {
			arrow += "|" + mermaidText(strings.Join(e.labels, ", ")) + "|"
		}
		fmt.Fprintf(&b, "  %s %s %s\n", e.from, arrow, e.to)
	}
	for i, e := range p.edges {
		if e.wrong {
			fmt.Fprintf(&b, "  linkStyle %d stroke:%s,stroke-width:3px\n", i, red)
		}
	}
	for _, g := range []group{speaks, decides, connects, ends} {
		l := g.look()
		fmt.Fprintf(&b, "  classDef %s fill:%s,stroke:%s,color:%s\n", g, l.fill, l.line, ink)
	}
	fmt.Fprintf(&b, "  classDef error fill:%s,stroke:%s,color:%s,stroke-width:3px\n", redBg, red, ink)
	fmt.Fprintf(&b, "  classDef warning fill:%s,stroke:%s,color:%s,stroke-width:3px\n", amberB, amber, ink)
	return b.Bytes()
}

// mermaid writes a node with its shape and class.
func (n *node) mermaid() string {
	switch n.group {
	case begin:
		return n.id + `(( ))`
	case end:
		return n.id + `((( )))`
	case returns:
		return n.id + `(["return"])`
	case everywhere:
		return n.id + `>"everywhere"]`
	}
	lines := append([]string{n.title, n.detail}, n.speech...)
	lines = append(append(lines, n.note...), n.rules...)
	text := mermaidText(lines...)
	shape := n.id + "(" + text + ")"
	switch n.group {
	case decides:
		shape = n.id + "{{" + text + "}}"
	case connects:
		shape = n.id + "[[" + text + "]]"
	case ends:
		shape = n.id + "([" + text + "])"
	}
	class := string(n.group)
	if n.worst != "" {
		class = string(ivr.Warning)
		if n.worst == ivr.Error {
			class = string(ivr.Error)
		}
	}
	return shape + ":::" + class
}

// mermaidText writes lines as one quoted text. Mermaid takes entity codes with # and no
// markup of its own in these.
func mermaidText(lines ...string) string {
	for i, line := range lines {
		line = strings.NewReplacer("#", "#35;", "&", "#38;", `"`, "#quot;", "<", "#lt;", ">", "#gt;", "`", "#96;", "*", "#42;", "_", "#95;").Replace(line)
		lines[i] = strings.Join(strings.Fields(line), " ")
	}
	return `"` + strings.Join(lines, "<br/>") + `"`
}
