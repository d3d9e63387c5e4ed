package graph

import (
	"bytes"
	"context"
	"fmt"

	"github.com/goccy/go-graphviz"
	"github.com/goccy/go-graphviz/gvc"
)

// SVG returns the picture for a browser or a page.
func (p *Picture) SVG(ctx context.Context) ([]byte, error) {
	g, err := graphviz.New(ctx)
	if err != nil {
		return nil, fmt.Errorf("starting graphviz: %w", err)
	}
	return p.render(ctx, g, graphviz.SVG)
}

// PNG returns the picture as pixels.
func (p *Picture) PNG(ctx context.Context) ([]byte, error) {
	renderer, err := gvc.NewRenderPlugin(ctx, "png", &painter{})
	if err != nil {
		return nil, fmt.Errorf("starting graphviz: %w", err)
	}
	device, err := gvc.NewDevicePlugin(ctx, "png:png", gvc.WithDeviceDPI(dpi, dpi))
	if err != nil {
		return nil, fmt.Errorf("starting graphviz: %w", err)
	}
	g, err := graphviz.NewWithPlugins(ctx, renderer, device)
	if err != nil {
		return nil, fmt.Errorf("starting graphviz: %w", err)
	}
	return p.render(ctx, g, graphviz.PNG)
}

// dpi is the resolution of pictures in pixels: twice that of a plain screen, so that
// small text is readable.
const dpi = 144

func (p *Picture) render(ctx context.Context, g *graphviz.Graphviz, format graphviz.Format) (out []byte, err error) {
	defer func() {
		if closing := g.Close(); err == nil && closing != nil {
			err = fmt.Errorf("stopping graphviz: %w", closing)
		}
	}()
	parsed, err := graphviz.ParseBytes(p.DOT())
	if err != nil {
		return nil, fmt.Errorf("graphviz: %w", err)
	}
	var b bytes.Buffer
	if err := g.Render(ctx, parsed, format, &b); err != nil {
		return nil, fmt.Errorf("drawing: %w", err)
	}
	return b.Bytes(), nil
}
