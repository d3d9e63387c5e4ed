package graph

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// point is a place in the picture, in pixels from the top left.
type point struct{ x, y float64 }

// box is a node with its place.
type box struct {
	node  *node
	lines []line
	w, h  float64
	at    point // its centre
}

// line is a line of text in a box.
type line struct {
	text  string
	size  float64
	bold  bool
	color string
}

// route is the curve of an arrow: a start, and then two control points and an end for
// each piece.
type route struct {
	edge    *edge
	points  []point
	label   string
	labelAt point // of the label's left end, half way up
}

// frame is the box round a subflow.
type frame struct {
	name string
	at   point // its top left
	w, h float64
}

// layout is a picture with a place for everything.
type layout struct {
	w, h   float64
	title  string
	boxes  []box
	routes []route
	frames []frame
}

// Distances.
const (
	margin     = 24
	titleRoom  = 34
	layerGap   = 20
	loopWidth  = 34
	frameTitle = 30
	framePad   = 18
)

// layOut finds a place for everything: the main flow to the left, the subflows below
// each other to the right.
func (p *Picture) layOut(f *fonts) *layout {
	l := &layout{title: p.name}
	w, h := p.layPart(l, f, "", point{margin, margin + titleRoom})
	x, y, wide := w+2*margin+framePad, float64(margin+titleRoom), 0.0
	for _, name := range p.subflows() {
		fw, fh := p.layPart(l, f, name, point{x + framePad, y + frameTitle})
		title := p.frameName(name)
		fw, fh = max(fw, f.width(title, 12, true))+2*framePad, fh+frameTitle+framePad
		l.frames = append(l.frames, frame{name: title, at: point{x, y}, w: fw, h: fh})
		y += fh + margin
		wide = max(wide, fw+margin)
	}
	l.w = max(x+wide-framePad, f.width(p.name, 16, true)+2*margin)
	l.h = max(h+margin+titleRoom, y-margin) + margin
	return l
}

// layPart lays out the nodes of a subflow, or of the main flow, and says how large that is.
func (p *Picture) layPart(l *layout, f *fonts, subflow string, at point) (w, h float64) {
	q := &part{}
	index := map[string]int{}
	for i := range p.nodes {
		if n := &p.nodes[i]; n.subflow == subflow {
			index[n.id] = len(q.boxes)
			q.boxes = append(q.boxes, f.box(n))
		}
	}
	var edges []*edge
	for i := range p.edges {
		e := &p.edges[i]
		from, ok1 := index[e.from]
		to, ok2 := index[e.to]
		if !ok1 || !ok2 || e.beside {
			continue
		}
		edges = append(edges, e)
		q.edges = append(q.edges, [2]int{from, to})
		q.labels = append(q.labels, f.width(e.label(), labelSize, false))
		q.loops = append(q.loops, from == to)
	}
	q.arrange()
	w, h = q.finish(at)
	for i, e := range edges {
		l.routes = append(l.routes, q.route(i, e))
	}
	l.boxes = append(l.boxes, q.boxes...)
	return w, h
}

// finish turns layers into places, with the top left at a point.
func (p *part) finish(at point) (w, h float64) {
	left, right := math.Inf(1), math.Inf(-1)
	for _, it := range p.items {
		left, right = min(left, it.x-it.left), max(right, it.x+it.right)
	}
	y := at.y
	p.tops = make([]float64, len(p.layers)+1)
	for k, layer := range p.layers {
		p.tops[k] = y
		height := 0.0
		for _, i := range layer {
			height = max(height, p.items[i].height)
		}
		for _, i := range layer {
			p.items[i].x += at.x - left
			if v := p.items[i].node; v >= 0 {
				p.boxes[v].at = point{p.items[i].x, y + height/2}
			}
		}
		p.heights = append(p.heights, height)
		y += height + layerGap
	}
	return right - left, y - layerGap - at.y
}

// port is where an edge touches its box: those of one side stand beside each other, in the
// order of where they lead.
func (p *part) port(v, edge int, below bool) float64 {
	type touch struct {
		edge int
		x    float64
	}
	var all []touch
	for i, chain := range p.chains {
		if len(chain) == 0 {
			continue
		}
		if below && chain[0] == v {
			all = append(all, touch{i, p.items[chain[1]].x})
		}
		if !below && chain[len(chain)-1] == v {
			all = append(all, touch{i, p.items[chain[len(chain)-2]].x})
		}
	}
	slices.SortStableFunc(all, func(a, b touch) int { return cmp.Compare(a.x, b.x) })
	k := slices.IndexFunc(all, func(t touch) bool { return t.edge == edge })
	const most = 16
	step := min(most, (p.boxes[v].w-20)/float64(max(1, len(all))))
	return p.boxes[v].at.x + (float64(k)-float64(len(all)-1)/2)*max(0, step)
}

// route makes the curve of an edge. In each layer that it passes it goes straight down.
func (p *part) route(i int, e *edge) route {
	r := route{edge: e, label: e.label()}
	if p.loops[i] {
		b := &p.boxes[p.edges[i][0]]
		x, y, bulge := b.at.x+b.w/2, b.at.y, float64(loopWidth)
		r.points = []point{{x, y - 8}, {x + bulge, y - 16}, {x + bulge, y + 16}, {x, y + 8}}
		r.labelAt = point{x + bulge - 4, y}
		return r
	}
	chain := p.chains[i]
	upper, lower := &p.boxes[chain[0]], &p.boxes[chain[len(chain)-1]]
	start, end := p.port(chain[0], i, true), p.port(chain[len(chain)-1], i, false)
	r.points = []point{{start, upper.at.y + upper.h/2}}
	r.straight(point{start, p.bottom(chain[0])})
	for k := 1; k+1 < len(chain); k++ {
		it := &p.items[chain[k]]
		top, bottom := p.tops[it.layer], p.bottom(chain[k])
		if it.height > 0 {
			r.labelAt = point{it.x + labelGap, (top + bottom) / 2}
		}
		if it.layer%2 == 1 && it.height == 0 { // between nodes, and beside no label
			r.curve(point{it.x, (top + bottom) / 2})
			continue
		}
		r.curve(point{it.x, top})
		r.straight(point{it.x, bottom})
	}
	r.curve(point{end, p.tops[p.items[chain[len(chain)-1]].layer]})
	r.straight(point{end, lower.at.y - lower.h/2})
	if p.upward[i] {
		slices.Reverse(r.points)
	}
	return r
}

// bottom is where the layer of an item ends.
func (p *part) bottom(i int) float64 {
	layer := p.items[i].layer
	return p.tops[layer] + p.heights[layer]
}

// straight goes on down to a point, unless it is there.
func (r *route) straight(to point) {
	if to.y > r.points[len(r.points)-1].y+0.5 {
		r.curve(to)
	}
}

// curve goes on to a point so that the line is upright at both ends.
func (r *route) curve(to point) {
	from := r.points[len(r.points)-1]
	middle := (from.y + to.y) / 2
	r.points = append(r.points, point{from.x, middle}, point{to.x, middle}, to)
}

// frameName is the name of a subflow with the nodes that run it. An arrow from each of
// them would cross the picture.
func (p *Picture) frameName(subflow string) string {
	var callers []string
	for i := range p.edges {
		e := &p.edges[i]
		to := slices.IndexFunc(p.nodes, func(n node) bool { return n.id == e.to })
		from := slices.IndexFunc(p.nodes, func(n node) bool { return n.id == e.from })
		if e.beside && from >= 0 && to >= 0 && p.nodes[to].subflow == subflow && !slices.Contains(callers, p.nodes[from].title) {
			callers = append(callers, p.nodes[from].title)
		}
	}
	const most = 2
	switch {
	case len(callers) == 0:
		return subflow
	case len(callers) > most:
		return fmt.Sprintf("%s, run by %d nodes", subflow, len(callers))
	}
	return subflow + ", run by " + strings.Join(callers, " and ")
}
