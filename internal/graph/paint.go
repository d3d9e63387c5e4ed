package graph

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/fogleman/gg"
	"github.com/goccy/go-graphviz/gvc"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
)

// painter draws what Graphviz has laid out. The one of the library leaves out the
// outlines of filled shapes, and takes whatever fonts the machine has.
type painter struct {
	gvc.DefaultRenderEngine
	dc *gg.Context
	// line: an edge is drawn. The library says of its curve that it is filled.
	line bool
}

func (p *painter) BeginEdge(context.Context, *gvc.Job) error { p.line = true; return nil }
func (p *painter) EndEdge(context.Context, *gvc.Job) error   { p.line = false; return nil }

func (p *painter) BeginPage(_ context.Context, job *gvc.Job) error {
	p.dc = gg.NewContext(int(job.Width()), int(job.Height()))
	p.dc.SetRGB(1, 1, 1)
	p.dc.Clear()
	t := job.Translation()
	p.dc.Translate(job.Scale().X()*t.X(), -job.Scale().Y()*t.Y())
	return nil
}

func (p *painter) EndPage(_ context.Context, job *gvc.Job) error {
	var b bytes.Buffer
	if err := p.dc.EncodePNG(&b); err != nil {
		return err
	}
	job.SetOutputData(b.Bytes())
	job.SetOutputDataPosition(uint(b.Len()))
	return nil
}

// at turns a point of the layout into pixels; there the y axis goes up.
func at(job *gvc.Job, p *gvc.PointFloat) (x, y float64) {
	return job.Scale().X() * p.X(), -job.Scale().Y() * p.Y()
}

// draw fills and outlines the path that was just made.
func (p *painter) draw(job *gvc.Job, filled bool) {
	o := job.Object()
	if filled {
		p.color(o.FillColor())
		p.dc.FillPreserve()
	}
	if o.Pen() == gvc.PenNone {
		p.dc.ClearPath()
		return
	}
	p.dc.SetDash()
	if o.Pen() == gvc.PenDashed {
		p.dc.SetDash(5*job.Scale().X(), 3*job.Scale().X())
	}
	p.dc.SetLineWidth(max(1, o.PenWidth()) * job.Scale().X())
	p.color(o.PenColor())
	p.dc.Stroke()
}

func (p *painter) color(c *gvc.Color) {
	rgba := c.RGBAUint()
	p.dc.SetRGBA255(int(rgba[0]), int(rgba[1]), int(rgba[2]), int(rgba[3]))
}

func (p *painter) Polygon(_ context.Context, job *gvc.Job, points []*gvc.PointFloat, filled bool) error {
	for i := range points {
		p.dc.LineTo(at(job, points[i]))
	}
	p.dc.ClosePath()
	p.draw(job, filled)
	return nil
}

func (p *painter) Polyline(_ context.Context, job *gvc.Job, points []*gvc.PointFloat) error {
	for i := range points {
		p.dc.LineTo(at(job, points[i]))
	}
	p.draw(job, false)
	return nil
}

func (p *painter) BezierCurve(_ context.Context, job *gvc.Job, points []*gvc.PointFloat, filled bool) error {
	p.dc.MoveTo(at(job, points[0]))
	for i := 1; i+2 < len(points); i += 3 {
		x1, y1 := at(job, points[i])
		x2, y2 := at(job, points[i+1])
		x3, y3 := at(job, points[i+2])
		p.dc.CubicTo(x1, y1, x2, y2, x3, y3)
	}
	p.draw(job, filled && !p.line)
	return nil
}

// Ellipse is given by its centre and a corner of the box round it.
func (p *painter) Ellipse(_ context.Context, job *gvc.Job, points []*gvc.PointFloat, filled bool) error {
	x, y := at(job, points[0])
	cx, cy := at(job, points[1])
	p.dc.DrawEllipse(x, y, cx-x, y-cy)
	p.draw(job, filled)
	return nil
}

// TextSpan draws a line of text as wide as Graphviz has made room for: it counts
// with another font.
func (p *painter) TextSpan(_ context.Context, job *gvc.Job, point *gvc.PointFloat, span *gvc.TextSpan) error {
	x, y := at(job, point)
	room := span.Size().X() * job.Scale().X()
	switch span.Just() {
	case 'r':
		x -= room
	case 'n':
		x -= room / 2
	}
	size := span.Font().Size() * job.Scale().Y()
	if err := p.font(span, size); err != nil {
		return err
	}
	if width, _ := p.dc.MeasureString(span.Text()); width > room && room > 0 {
		if err := p.font(span, size*room/width); err != nil {
			return err
		}
	}
	p.color(job.Object().PenColor())
	p.dc.DrawString(span.Text(), x, y)
	return nil
}

// fontIsBold is the bit of a font that Graphviz has bold (HTML_BF).
const fontIsBold = 1

func (p *painter) font(span *gvc.TextSpan, size float64) error {
	ttf := goregular.TTF
	if span.Font().Flags()&fontIsBold != 0 || strings.Contains(span.Font().Name(), "Bold") {
		ttf = gobold.TTF
	}
	parsed, err := opentype.Parse(ttf)
	if err != nil {
		return fmt.Errorf("reading the font: %w", err)
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: size, DPI: 72})
	if err != nil {
		return fmt.Errorf("reading the font: %w", err)
	}
	p.dc.SetFontFace(face)
	return nil
}
