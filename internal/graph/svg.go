package graph

import (
	"bytes"
	"fmt"
	"strings"
)

// svg writes a picture as Scalable Vector Graphics 1.1.
type svg struct{ b bytes.Buffer }

func newSVG(l *layout) *svg {
	c := &svg{}
	fmt.Fprintf(&c.b, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%.0f" viewBox="0 0 %.0f %.0f" font-family="Helvetica, Arial, sans-serif" role="img">`+"\n", l.w, l.h, l.w, l.h)
	fmt.Fprintf(&c.b, "<title>%s</title>\n", escape(l.title))
	return c
}

func (c *svg) bytes() []byte {
	c.b.WriteString("</svg>\n")
	return c.b.Bytes()
}

func (p pen) attributes() string {
	var b strings.Builder
	fill := p.fill
	if fill == "" {
		fill = "none"
	}
	fmt.Fprintf(&b, ` fill="%s"`, fill)
	if p.line != "" {
		fmt.Fprintf(&b, ` stroke="%s" stroke-width="%.1f"`, p.line, p.width)
	}
	if p.dashed {
		b.WriteString(` stroke-dasharray="5 3"`)
	}
	return b.String()
}

func (c *svg) rectangle(at point, w, h, radius float64, p pen) {
	fmt.Fprintf(&c.b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" rx="%.0f"%s/>`+"\n", at.x, at.y, w, h, radius, p.attributes())
}

func (c *svg) circle(at point, radius float64, p pen) {
	fmt.Fprintf(&c.b, `<circle cx="%.1f" cy="%.1f" r="%.1f"%s/>`+"\n", at.x, at.y, radius, p.attributes())
}

func (c *svg) curve(points []point, p pen) {
	fmt.Fprintf(&c.b, `<path d="M%.1f %.1f`, points[0].x, points[0].y)
	for i := 1; i+2 < len(points); i += 3 {
		q := points[i : i+3]
		fmt.Fprintf(&c.b, " C%.1f %.1f %.1f %.1f %.1f %.1f", q[0].x, q[0].y, q[1].x, q[1].y, q[2].x, q[2].y)
	}
	fmt.Fprintf(&c.b, `"%s/>`+"\n", p.attributes())
}

func (c *svg) polygon(points []point, p pen) {
	var list []string
	for _, q := range points {
		list = append(list, fmt.Sprintf("%.1f,%.1f", q.x, q.y))
	}
	fmt.Fprintf(&c.b, `<polygon points="%s"%s/>`+"\n", strings.Join(list, " "), p.attributes())
}

func (c *svg) text(s string, at point, size float64, bold, middle bool, color string) {
	style := ""
	if bold {
		style += ` font-weight="bold"`
	}
	if middle {
		style += ` text-anchor="middle"`
	}
	fmt.Fprintf(&c.b, `<text x="%.1f" y="%.1f" font-size="%.0f" fill="%s"%s>%s</text>`+"\n", at.x, at.y, size, color, style, escape(s))
}
