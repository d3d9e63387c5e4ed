// Package graph draws call flows: as DOT and Mermaid text, and as SVG and PNG pictures.
//
// A picture shows every node with its name, what it does and the beginning of what the
// caller hears, and every way between two nodes with the exits that take it. Colours tell
// the kinds apart: blue for those that speak with the caller, yellow for those that
// decide, green for those that connect the caller to others, grey for those that end the
// call. Ways that a caller takes by answering, and those that the flow takes, are drawn
// through; what happens to callers who do not answer, or when something fails, is dashed.
// What can happen at every question, such as the operator's key, leads from one node
// called "everywhere". Nodes with findings are red, or amber if all of them are
// warnings, and name the rules; the way that shows an error is red too.
//
//	flow, err := flowfile.Load("clinic.yaml", content)
//	…
//	program, err := ivr.Compile(flow)
//	…
//	svg, err := graph.New(flow, program.Outline(), findings).SVG()
//
// The same flow always gives the same bytes, so that a picture can be kept beside its
// flow, and a change of one is a change of the other. For that reason the text of a PNG
// is drawn with the Go fonts rather than those of the machine, and sizes are measured with
// them.
//
// The layout is made here. The Go module of Graphviz starts a WebAssembly machine in every
// program that imports it, also in one that only serves, and that loads machine code from
// a folder in the shared directory for temporary files, where whoever was there first may
// have put anything. DOT is for those who want the picture of Graphviz itself.
package graph

import (
	"cmp"
	"slices"
	"strings"

	"github.com/callgate/callgate/ivr"
)

// Picture is a flow that is ready to be drawn.
type Picture struct {
	name  string
	nodes []node // those of the main flow first, then subflow by subflow
	edges []edge
}

// group is what nodes that do similar things have in common.
type group string

const (
	speaks     group = "speaks"
	decides    group = "decides"
	connects   group = "connects"
	ends       group = "ends"
	begin      group = "begin"      // where calls come from
	end        group = "end"        // where a call ends without a node
	returns    group = "returns"    // where a subflow goes back
	everywhere group = "everywhere" // what can happen at every question
)

// node is a box of the picture.
type node struct {
	id      string // a word of letters and digits
	title   string
	detail  string   // what it does
	speech  []string // the beginning of what is heard, in lines
	note    []string
	group   group
	subflow string
	rules   []string // that it breaks
	worst   ivr.Severity
}

// edge is an arrow of the picture.
type edge struct {
	from, to string // ids
	labels   []string
	dashed   bool
	// beside keeps the arrow from deciding which node is above which.
	beside bool
	// wrong: it is part of the way that shows an error.
	wrong bool
}

// label is what the arrow says.
func (e *edge) label() string { return strings.Join(e.labels, ", ") }

// New makes the picture of a flow, of its compiled program's outline, and of what is
// wrong with it.
func New(flow *ivr.Flow, outline []ivr.NodeInfo, findings []ivr.Finding) *Picture {
	b := &builder{flow: flow, ids: map[string]string{}, actions: actions(flow), p: &Picture{name: flow.Name}}
	for i := range outline {
		b.ids[outline[i].Name] = id("n", i)
	}
	b.add(node{id: "begin", group: begin})
	for i := range outline {
		b.addNode(&outline[i])
	}
	b.find(findings)
	b.connect("begin", b.ids[flow.Start], "", false)
	for i := range outline {
		b.addExits(&outline[i])
	}
	b.trace(findings)
	return b.p
}

// builder makes a Picture.
type builder struct {
	flow    *ivr.Flow
	p       *Picture
	ids     map[string]string // by qualified name
	actions map[string]ivr.Action
}

// actions finds the actions of a flow by the qualified names of their nodes.
func actions(flow *ivr.Flow) map[string]ivr.Action {
	m := map[string]ivr.Action{}
	for _, n := range flow.Nodes {
		m[n.ID] = n.Do
	}
	for _, s := range flow.Subflows {
		for _, n := range s.Nodes {
			m[s.Name+"/"+n.ID] = n.Do
		}
	}
	return m
}

func (b *builder) add(n node) { b.p.nodes = append(b.p.nodes, n) }

func (b *builder) addNode(info *ivr.NodeInfo) {
	action := b.actions[info.Name]
	b.add(node{
		id: b.ids[info.Name], title: strings.TrimPrefix(info.Name, info.Subflow+"/"),
		detail: detail(info.Kind, action), speech: wrap(speech(b.flow, action), speechLines),
		note: notes(info), group: groupOf(info.Kind), subflow: info.Subflow,
	})
}

// find marks the nodes that have findings. Hints are no problems.
func (b *builder) find(findings []ivr.Finding) {
	for _, f := range findings {
		i := slices.IndexFunc(b.p.nodes, func(n node) bool { return n.id == b.ids[f.Node] && n.id != "" })
		if i < 0 || f.Severity == ivr.Hint {
			continue
		}
		n := &b.p.nodes[i]
		if !slices.Contains(n.rules, string(f.Rule)) {
			n.rules = append(n.rules, string(f.Rule))
		}
		if n.worst != ivr.Error {
			n.worst = f.Severity
		}
	}
}

// trace marks the ways that show errors.
func (b *builder) trace(findings []ivr.Finding) {
	for _, f := range findings {
		for _, t := range f.Witness {
			from, to := b.ids[t.From], b.ids[t.To]
			i := slices.IndexFunc(b.p.edges, func(e edge) bool { return e.from == from && e.to == to && from != "" })
			if i >= 0 && f.Severity == ivr.Error {
				b.p.edges[i].wrong = true
			}
		}
	}
}

func (b *builder) addExits(info *ivr.NodeInfo) {
	from := b.ids[info.Name]
	action := b.actions[info.Name]
	if call, ok := action.(*ivr.Call); ok {
		b.addCall(from, call)
	}
	for _, e := range info.Exits {
		dashed := e.Cause == ivr.BySilence || e.Cause == ivr.ByWrong || e.Cause == ivr.ByFailure
		switch {
		case b.isEverywhere(e):
			b.connect(b.point("everywhere", everywhere, ""), b.ids[e.To], e.Label, dashed)
		case e.To == ivr.Return:
			b.connect(from, b.point(info.Subflow+"/return", returns, info.Subflow), label(action, e.Label), dashed)
		case e.To != "":
			b.connect(from, b.ids[e.To], label(action, e.Label), dashed)
		case groupOf(info.Kind) != ends:
			b.connect(from, b.point(info.Name+" ends", end, info.Subflow), label(action, e.Label), dashed)
		}
	}
}

// isEverywhere reports whether an exit is one that the whole flow has: a key of the
// operator, or a default for callers who do not answer and for failures. Other defaults
// are the node's own.
func (b *builder) isEverywhere(e ivr.ExitInfo) bool {
	if !e.Global {
		return false
	}
	onError := cmp.Or(b.flow.OnError, b.flow.Exhausted)
	return e.Label == "exhausted" && e.To == b.flow.Exhausted ||
		e.Label == "error" && e.To == onError ||
		e.Cause == ivr.ByCaller
}

// addCall leads from a call to the subflow that it runs.
func (b *builder) addCall(from string, call *ivr.Call) {
	for _, s := range b.flow.Subflows {
		if to, ok := b.ids[s.Name+"/"+s.Start]; ok && s.Name == call.Subflow {
			b.p.edges = append(b.p.edges, edge{from: from, to: to, labels: []string{"runs"}, dashed: true, beside: true})
		}
	}
}

// point returns the id of a node that the flow does not have, and adds it.
func (b *builder) point(name string, g group, subflow string) string {
	if known, ok := b.ids[name]; ok {
		return known
	}
	b.ids[name] = id("p", len(b.ids))
	b.add(node{id: b.ids[name], group: g, subflow: subflow})
	return b.ids[name]
}

// connect draws an arrow, or adds a label to the one that is there.
func (b *builder) connect(from, to, label string, dashed bool) {
	if to == "" {
		return
	}
	i := slices.IndexFunc(b.p.edges, func(e edge) bool { return e.from == from && e.to == to && !e.beside })
	if i < 0 {
		b.p.edges = append(b.p.edges, edge{from: from, to: to, dashed: dashed})
		i = len(b.p.edges) - 1
	}
	e := &b.p.edges[i]
	e.dashed = e.dashed && dashed
	if label != "" && !slices.Contains(e.labels, label) {
		e.labels = append(e.labels, label)
	}
}

// subflows lists the subflows that have nodes, in order.
func (p *Picture) subflows() []string {
	var names []string
	for _, n := range p.nodes {
		if n.subflow != "" && !slices.Contains(names, n.subflow) {
			names = append(names, n.subflow)
		}
	}
	return names
}

// in lists the nodes of a subflow; those of the main flow for "".
func (p *Picture) in(subflow string) []node {
	var in []node
	for _, n := range p.nodes {
		if n.subflow == subflow {
			in = append(in, n)
		}
	}
	return in
}
