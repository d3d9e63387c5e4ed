// Package examples holds call flows of real lines, each in a folder of its own: a
// demonstration, a clinic, a helpline, a shop and a pager. They are files to read, to copy
// and to serve:
//
//	callgate check examples/clinic/clinic.yaml
//	callgate serve examples/clinic/clinic.yaml
//
// The Go package is for programs and tests that want them without the folder. The folder
// pyramid is a Go program instead.
package examples

import "embed"

// Flows are the flow files: "demo/demo.yaml" and so on.
//
//go:embed demo/demo.yaml clinic/clinic.yaml helpline/helpline.yaml shop/shop.yaml pager/pager.yaml
var Flows embed.FS
