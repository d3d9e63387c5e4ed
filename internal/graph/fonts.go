package graph

import (
	"fmt"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
)

// Sizes of text in pixels.
const (
	titleSize  = 12
	detailSize = 10
	noteSize   = 9
	labelSize  = 10
	lineFactor = 1.25 // the height of a line
)

// fonts measure texts, and draw those of PNG pictures.
type fonts struct {
	regular, bold *opentype.Font
	faces         map[faceKey]font.Face
}

type faceKey struct {
	size float64
	bold bool
}

func newFonts() (*fonts, error) {
	regular, err := opentype.Parse(goregular.TTF)
	if err != nil {
		return nil, fmt.Errorf("reading a font: %w", err)
	}
	bold, err := opentype.Parse(gobold.TTF)
	if err != nil {
		return nil, fmt.Errorf("reading a font: %w", err)
	}
	return &fonts{regular, bold, map[faceKey]font.Face{}}, nil
}

func (f *fonts) face(size float64, bold bool) font.Face {
	key := faceKey{size, bold}
	if f.faces[key] == nil {
		ttf := f.regular
		if bold {
			ttf = f.bold
		}
		face, err := opentype.NewFace(ttf, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingNone})
		if err != nil {
			panic(err) // the options are right
		}
		f.faces[key] = face
	}
	return f.faces[key]
}

// width is how wide a text is, in pixels.
func (f *fonts) width(text string, size float64, bold bool) float64 {
	return float64(font.MeasureString(f.face(size, bold), text)) / 64
}

// box makes the box of a node, without its place.
func (f *fonts) box(n *node) box {
	b := box{node: n}
	switch n.group {
	case begin:
		b.w, b.h = 14, 14
		return b
	case end:
		b.w, b.h = 16, 16
		return b
	case returns:
		b.lines = []line{{"return", titleSize, false, faint}}
	case everywhere:
		b.lines = []line{{"everywhere", titleSize, false, faint}}
	default:
		b.lines = n.lines()
	}
	for _, l := range b.lines {
		b.w = max(b.w, f.width(l.text, l.size, l.bold)+26)
		b.h += l.size * lineFactor
	}
	b.h += 14
	return b
}

// lines are the texts in the box of a node.
func (n *node) lines() []line {
	l := n.look()
	lines := []line{{n.title, titleSize, true, ink}, {n.detail, detailSize, false, l.line}}
	for _, s := range n.speech {
		lines = append(lines, line{s, detailSize, false, ink})
	}
	for _, s := range n.note {
		lines = append(lines, line{s, noteSize, false, faint})
	}
	for _, s := range n.rules {
		lines = append(lines, line{s, detailSize, true, l.line})
	}
	return lines
}
