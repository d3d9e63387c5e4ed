package graph

import (
	"bytes"

	"github.com/fogleman/gg"
)

// scale is how many pixels of a PNG make one of the layout, so that small text is
// readable.
const scale = 2

// raster paints pixels.
type raster struct {
	dc *gg.Context
	f  *fonts
}

func newPNG(l *layout, f *fonts) *raster {
	return &raster{gg.NewContext(int(l.w*scale), int(l.h*scale)), f}
}

func (c *raster) bytes() ([]byte, error) {
	var b bytes.Buffer
	err := c.dc.EncodePNG(&b)
	return b.Bytes(), err
}

// draw fills and outlines the path that was just made.
func (c *raster) draw(p pen) {
	if p.fill != "" {
		c.dc.SetHexColor(p.fill)
		c.dc.FillPreserve()
	}
	if p.line != "" {
		c.dc.SetDash()
		if p.dashed {
			c.dc.SetDash(5*scale, 3*scale)
		}
		c.dc.SetHexColor(p.line)
		c.dc.SetLineWidth(p.width * scale)
		c.dc.StrokePreserve()
	}
	c.dc.ClearPath()
}

func (c *raster) rectangle(at point, w, h, radius float64, p pen) {
	c.dc.DrawRoundedRectangle(at.x*scale, at.y*scale, w*scale, h*scale, radius*scale)
	c.draw(p)
}

func (c *raster) circle(at point, radius float64, p pen) {
	c.dc.DrawCircle(at.x*scale, at.y*scale, radius*scale)
	c.draw(p)
}

func (c *raster) curve(points []point, p pen) {
	c.dc.MoveTo(points[0].x*scale, points[0].y*scale)
	for i := 1; i+2 < len(points); i += 3 {
		q := points[i : i+3]
		c.dc.CubicTo(q[0].x*scale, q[0].y*scale, q[1].x*scale, q[1].y*scale, q[2].x*scale, q[2].y*scale)
	}
	c.draw(p)
}

func (c *raster) polygon(points []point, p pen) {
	for _, q := range points {
		c.dc.LineTo(q.x*scale, q.y*scale)
	}
	c.dc.ClosePath()
	c.draw(p)
}

func (c *raster) text(s string, at point, size float64, bold, middle bool, color string) {
	c.dc.SetFontFace(c.f.face(size*scale, bold))
	c.dc.SetHexColor(color)
	anchor := 0.0
	if middle {
		anchor = 0.5
	}
	c.dc.DrawStringAnchored(s, at.x*scale, at.y*scale, anchor, 0)
}
