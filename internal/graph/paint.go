package graph

import "math"

// canvas is what a layout is painted on.
type canvas interface {
	rectangle(at point, w, h, radius float64, p pen)
	circle(at point, radius float64, p pen)
	curve(points []point, p pen)
	polygon(points []point, p pen)
	// text is written with its baseline at a point, from there or round it.
	text(s string, at point, size float64, bold, middle bool, color string)
}

// pen says how a shape is drawn; an empty colour is none.
type pen struct {
	fill, line string
	width      float64
	dashed     bool
}

// SVG returns the picture for a browser or a page.
func (p *Picture) SVG() ([]byte, error) {
	f, err := newFonts()
	if err != nil {
		return nil, err
	}
	l := p.layOut(f)
	c := newSVG(l)
	l.paint(c)
	return c.bytes(), nil
}

// PNG returns the picture as pixels.
func (p *Picture) PNG() ([]byte, error) {
	f, err := newFonts()
	if err != nil {
		return nil, err
	}
	l := p.layOut(f)
	c := newPNG(l, f)
	l.paint(c)
	return c.bytes()
}

// paint draws everything, boxes over arrows.
func (l *layout) paint(c canvas) {
	c.rectangle(point{}, l.w, l.h, 0, pen{fill: "#ffffff"})
	c.text(l.title, point{l.w / 2, margin + 8}, 16, true, true, ink)
	for _, f := range l.frames {
		c.rectangle(f.at, f.w, f.h, 10, pen{line: faint, width: 1, dashed: true})
		c.text(f.name, point{f.at.x + f.w/2, f.at.y + 18}, 12, true, true, faint)
	}
	for i := range l.routes {
		l.routes[i].paint(c)
	}
	for i := range l.boxes {
		l.boxes[i].paint(c)
	}
}

func (r *route) paint(c canvas) {
	color, width, words := arrow, 1.1, faint
	if r.edge.wrong {
		color, width, words = red, 2.2, red
	}
	const length, half = 8, 3.2
	n := len(r.points)
	tip, before := r.points[n-1], r.points[n-2]
	angle := math.Atan2(tip.y-before.y, tip.x-before.x)
	sin, cos := math.Sincos(angle)
	// The line ends where the head begins.
	points := append([]point{}, r.points...)
	points[n-1] = point{tip.x - (length-1)*cos, tip.y - (length-1)*sin}
	c.curve(points, pen{line: color, width: width, dashed: r.edge.dashed})
	back := point{tip.x - length*cos, tip.y - length*sin}
	c.polygon([]point{tip, {back.x - half*sin, back.y + half*cos}, {back.x + half*sin, back.y - half*cos}}, pen{fill: color})
	if r.label != "" {
		c.text(r.label, point{r.labelAt.x, r.labelAt.y + labelSize*0.35}, labelSize, false, false, words)
	}
}

func (b *box) paint(c canvas) {
	corner := point{b.at.x - b.w/2, b.at.y - b.h/2}
	switch b.node.group {
	case begin:
		c.circle(b.at, b.w/2, pen{fill: ink})
		return
	case end:
		c.circle(b.at, b.w/2-1, pen{fill: "#ffffff", line: faint, width: 1.2})
		c.circle(b.at, b.w/2-4, pen{fill: faint})
		return
	case returns:
		// text alone
	case everywhere:
		c.rectangle(corner, b.w, b.h, 9, pen{fill: "#ffffff", line: faint, width: 1.1, dashed: true})
	default:
		l := b.node.look()
		width := 1.2
		if b.node.worst != "" {
			width = 2.4
		}
		c.rectangle(corner, b.w, b.h, 9, pen{fill: l.fill, line: l.line, width: width})
	}
	y := corner.y + 7
	for _, l := range b.lines {
		c.text(l.text, point{b.at.x, y + l.size}, l.size, l.bold, true, l.color)
		y += l.size * lineFactor
	}
}
