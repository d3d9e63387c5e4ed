package ivr

import (
	"cmp"
	"fmt"
	"net/url"

	"github.com/callgate/callgate/ivr/expr"
	"github.com/callgate/callgate/ivr/internal/seal"
	"github.com/callgate/callgate/twiml"
)

const (
	// siteURLBytes is how long the address of a Site is taken to be.
	siteURLBytes = 200
	// maxURLs is how many URLs with a token one document has: an action, a redirect or
	// callback, and up to ten whispers.
	maxURLs = 12
	// documentFrame is a document without speech and URLs.
	documentFrame = 1000
)

// checkDocuments makes a document of each node in each language and has it checked
// by the rules of the carrier. Custom nodes are left out: what they say depends on
// a call.
func (k *checker) checkDocuments() {
	sealer, err := NewSealer([]byte("for the check only"))
	if err != nil {
		return
	}
	site, err := NewSite(SiteConfig{URL: "https://example.org/line", Media: "https://example.org/media/", Sealer: sealer})
	if err != nil {
		return
	}
	k.checkLanguages()
	for i := range k.p.nodes {
		n := &k.p.nodes[i]
		if n.kind == KindCustom {
			continue
		}
		for lang := range k.p.languages {
			k.checkNodeDocuments(site, target(i), uint8(lang))
		}
	}
}

// checkLanguages has a word spoken in each language.
func (k *checker) checkLanguages() {
	k.spoken = map[string]bool{}
	for i := range k.p.languages {
		lang := &k.p.languages[i]
		doc := twiml.New(&twiml.Say{Text: "a", Language: lang.locale, Voice: lang.voice})
		for _, f := range k.carrier(doc, &node{}, fmt.Sprintf("languages.%d", i)) {
			k.add(f)
			k.spoken[f.Message] = true
		}
	}
}

func (k *checker) checkNodeDocuments(site *Site, at target, lang uint8) {
	n := &k.p.nodes[at]
	for _, np := range n.prompts {
		r := k.sample(site, at, lang, Start)
		r.say(np.prompt)
		k.checkDocument(n, np.field, r)
	}
	r := k.sample(site, at, lang, Start)
	if m := n.do.enter(r); m.to == blocks {
		results := []Result{}
		for _, e := range r.needs {
			results = append(results, Result{Key: e.IdempotencyKey(), Outcome: Pending})
		}
		r = k.sample(site, at, lang, Start)
		r.ev.Results = results
		n.do.enter(r)
	}
	k.checkDocument(n, "", r)
	if do, ok := n.do.(*transferStepper); ok && do.strategy != All {
		for i := 1; i < len(do.targets); i++ { // each has a document of its own
			r := k.sample(site, at, lang, Start)
			r.s.count = uint8(i)
			do.dialNext(r, hasFailed)
			k.checkDocument(n, fmt.Sprintf("targets.%d", i), r)
		}
	}
	if do, ok := n.do.(interface{ aside(*run) }); ok {
		for _, kind := range []EventKind{Waiting, WaitKey, Whisper} {
			r := k.sample(site, at, lang, kind)
			r.s.parent = "CA1"
			do.aside(r)
			k.checkDocument(n, "", r)
		}
	}
}

// sample is a step at a node at which every variable has a value.
func (k *checker) sample(site *Site, at target, lang uint8, kind EventKind) *run {
	s := State{version: k.p.version, node: at, lang: lang, step: 1}
	for slot, v := range k.p.vars {
		value := expr.TextValue("+15550100000")
		switch v.Type {
		case expr.Number:
			value = expr.NumberValue(1)
		case expr.Bool:
			value = expr.BoolValue(true)
		case expr.Date:
			value = expr.DateValue(k.now)
		}
		s.vars = append(s.vars, binding{slot, value})
	}
	params := url.Values{"From": {"+15550100001"}, "QueuePosition": {"1"}}
	return &run{p: k.p, site: site, s: s, ev: &Event{Kind: kind, CallSid: "CA1", Params: params, Now: k.now}}
}

func (k *checker) checkDocument(n *node, field string, r *run) {
	if r.err != nil || r.doc == nil && len(r.said) == 0 {
		return
	}
	doc := r.doc
	if doc == nil {
		doc = r.document()
	}
	for _, f := range k.carrier(doc, n, field) {
		key := seenKey{f.Rule, f.Node, "any", f.Message} // once a node
		if !k.spoken[f.Message] && !k.seen[key] {
			k.seen[key] = true
			k.add(f)
		}
	}
}

// carrier returns what the carrier of the flow's profile would complain of.
func (k *checker) carrier(doc *twiml.Response, n *node, field string) []Finding {
	body, err := doc.Bytes()
	if err != nil {
		return []Finding{{
			Rule: CarrierDocument, Severity: Error, Node: n.name, Field: field,
			Message: fmt.Sprintf("the document cannot be written: %v", err),
		}}
	}
	profile := cmp.Or(k.p.flow.Profile, twiml.Twilio)
	var out []Finding
	for _, f := range twiml.Check(body, profile) {
		severity := Warning
		if f.Severity == twiml.Fatal {
			severity = Error
		}
		out = append(out, Finding{
			Rule: CarrierDocument, Severity: severity, Node: n.name, Field: field,
			Message: fmt.Sprintf("%s would complain with code %d: %s", profile, f.Code, f.Message),
		})
	}
	return out
}

// checkStateSize wants the largest state to fit into a URL.
func (k *checker) checkStateSize() {
	if k.bounds.StateBytes <= MaxToken {
		return
	}
	largest, name := 0, ""
	for _, v := range k.p.vars {
		if v.Name != "" && v.longest() > largest {
			largest, name = v.longest(), v.Name
		}
	}
	k.add(Finding{
		Rule: StateSize, Severity: Error, Field: "vars",
		Message: fmt.Sprintf("the state of a call can have %d characters, and a URL takes %d: give texts a smaller max, first of all %s with %d", k.bounds.StateBytes, MaxToken, name, largest),
	})
}

// Sizes of the parts of a state, see State.append.
const (
	fixedState  = 8 + 2 + 4 + 4 + 6 + 1 + 1 + 2 + 3 // version, step, began, node, counters, list lengths, look-up
	targetBytes = 3
	parentBytes = 36 // a CallSid has 34 characters
	slotBytes   = 3
)

// largestState is the most characters that a token of the program can have.
func (p *Program) largestState() int {
	named := map[int]bool{}
	for _, sc := range p.scopes {
		for _, slot := range sc.slots {
			named[slot] = true
		}
	}
	size := fixedState + maxBack*targetBytes + parentBytes + slotBytes
	for slot := range p.vars {
		if !named[slot] {
			size += p.slotSize(slot)
		}
	}
	return 1 + seal.Size(size+p.scopeSize(0))
}

// scopeSize is the most that the variables of a scope and of what it calls take.
func (p *Program) scopeSize(scope int) int {
	size := 0
	for _, slot := range p.scopes[scope].slots {
		size += p.slotSize(slot)
	}
	called := 0
	seen := map[int]bool{}
	for i := range p.nodes {
		call, ok := p.nodes[i].do.(*callStepper)
		if ok && p.nodes[i].scope == scope && !seen[call.scope] {
			seen[call.scope] = true
			called = max(called, targetBytes+p.scopeSize(call.scope))
		}
	}
	return size + called
}

// slotSize is the most that a variable takes, with its slot, type and length.
func (p *Program) slotSize(slot int) int {
	switch v := p.vars[slot]; v.Type {
	case expr.Text:
		return slotBytes + 1 + 2 + v.Max
	case expr.Number:
		return slotBytes + 1 + 8
	case expr.Date:
		return slotBytes + 1 + 4
	}
	return slotBytes + 1
}

// manyDocuments is how many documents without a word from the caller are worth a
// question. Carriers end calls that go on so: one documents 256, others do not say.
const manyDocuments = 50

// measure finds the longest ways.
func (k *checker) measure() {
	m := &measure{g: k.g, longest: make([]cost, len(k.g.places)), mark: make([]uint8, len(k.g.places))}
	most, from := 0, 0
	for i := range k.g.places {
		if docs := m.visit(i).documents; docs > most {
			most, from = docs, i
		}
	}
	start := m.visit(0)
	repeated := m.repeats()
	k.bounds.SilentSeconds = start.seconds + repeated.seconds
	k.bounds.Documents = most + repeated.documents + 1 // the last one ends the call
	k.bounds.Endless = start.endless || m.circle
	if k.bounds.Documents > manyDocuments && !m.circle {
		k.add(Finding{
			Rule: ManyDocuments, Severity: Warning, Node: k.g.node(from).name, Witness: k.g.way(from),
			Message: fmt.Sprintf("from %s on there can be %d documents without a word from the caller: ask less often", k.g.node(from).name, k.bounds.Documents),
		})
	}
	k.measureDocuments()
}

// measure computes longest ways of callers who say nothing, by depth-first search.
type measure struct {
	g       *graph
	longest []cost
	mark    []uint8 // of the search
	circle  bool
}

const (
	unvisited uint8 = iota
	visiting
	visited
)

// silent reports whether a caller who says nothing can take an edge. Bounded ones
// are counted by repeats.
func silent(e edge) bool {
	return e.call || e.exit.bound == 0 && (e.exit.quiet || e.exit.cause != ByCaller && e.exit.cause != ByWrong)
}

func (m *measure) visit(i int) cost {
	switch m.mark[i] {
	case visiting:
		m.circle = true
		return cost{}
	case visited:
		return m.longest[i]
	}
	m.mark[i] = visiting
	var longest cost
	for _, e := range m.g.places[i].edges {
		if !silent(e) {
			continue
		}
		var k cost
		if !e.call {
			k = e.exit.cost
		}
		if e.to != end {
			k = k.plus(m.visit(e.to))
		}
		longest.seconds = max(longest.seconds, k.seconds)
		longest.documents = max(longest.documents, k.documents)
		longest.endless = longest.endless || k.endless
	}
	m.longest[i], m.mark[i] = longest, visited
	return longest
}

func (k cost) plus(l cost) cost {
	return cost{k.seconds + l.seconds, k.documents + l.documents, k.endless || l.endless}
}

// repeats is what gotos with max add: each time one is taken, at most the longest
// way from there follows.
func (m *measure) repeats() cost {
	worst := map[*exit]cost{}
	for i := range m.g.places {
		for _, e := range m.g.places[i].edges {
			if e.exit.bound == 0 || e.call || e.to == end {
				continue
			}
			k, have := m.visit(e.to), worst[e.exit]
			worst[e.exit] = cost{max(k.seconds, have.seconds), max(k.documents, have.documents), false}
		}
	}
	var total cost
	for e, k := range worst {
		total.seconds += e.bound * k.seconds
		total.documents += e.bound * k.documents
	}
	return total
}

// measureDocuments finds the largest document: what several nodes say one after
// another is one.
func (k *checker) measureDocuments() {
	longest, mark := make([]int, len(k.g.places)), make([]uint8, len(k.g.places))
	var visit func(i int) int
	visit = func(i int) int {
		if mark[i] != unvisited {
			return longest[i] // 0 in a circle, which is a finding
		}
		mark[i] = visiting
		after := 0
		for _, e := range k.g.places[i].edges {
			if e.to != end && sameDocument(k.g.node(i)) {
				after = max(after, visit(e.to))
			}
		}
		longest[i], mark[i] = k.g.node(i).bytes+after, visited
		return longest[i]
	}
	frame := documentFrame + maxURLs*(siteURLBytes+k.bounds.StateBytes)
	for i := range k.g.places {
		size := frame + visit(i)
		k.bounds.DocumentBytes = max(k.bounds.DocumentBytes, size)
		if size > twiml.MaxBytes {
			k.add(Finding{
				Rule: DocumentSize, Severity: Error, Node: k.g.node(i).name, Witness: k.g.way(i),
				Message: fmt.Sprintf("the document that begins at %s can have %d bytes, and the carrier reads %d: say less at once", k.g.node(i).name, size, twiml.MaxBytes),
			})
			return
		}
	}
}

// sameDocument reports whether a node adds to the document of the next one.
func sameDocument(n *node) bool {
	return !answers(n) || n.kind == KindSay || n.kind == KindHTTP
}
