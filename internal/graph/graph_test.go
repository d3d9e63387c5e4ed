package graph_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image/png"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/callgate/callgate/examples"
	"github.com/callgate/callgate/internal/flowfile"
	"github.com/callgate/callgate/internal/graph"
	"github.com/callgate/callgate/ivr"
	"github.com/callgate/callgate/ivr/expr"
)

// exampleFlows are the flows of the folder examples, by name.
func exampleFlows(t *testing.T) map[string]*ivr.Flow {
	t.Helper()
	flows := map[string]*ivr.Flow{}
	err := fs.WalkDir(examples.Flows, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := examples.Flows.ReadFile(name)
		if err != nil {
			return err
		}
		flows[name], err = flowfile.Load(name, content)
		return err
	})
	if err != nil || len(flows) < 5 {
		t.Fatalf("%d examples, %v", len(flows), err)
	}
	return flows
}

func compile(t *testing.T, flow *ivr.Flow) *ivr.Program {
	t.Helper()
	program, err := ivr.Compile(flow)
	if err != nil {
		t.Fatal(err)
	}
	return program
}

// Every node and every exit of a flow is in its picture.
func TestEverythingIsDrawn(t *testing.T) {
	for name, flow := range exampleFlows(t) {
		outline := compile(t, flow).Outline()
		p := graph.New(flow, outline, nil)
		dot, mermaid := string(p.DOT()), string(p.Mermaid())
		for _, n := range outline {
			short := strings.TrimPrefix(n.Name, n.Subflow+"/")
			if !strings.Contains(dot, "<b>"+short+"</b>") || !strings.Contains(mermaid, `"`+short+"<br/>") {
				t.Errorf("%s: the node %s is missing", name, n.Name)
			}
			for _, e := range n.Exits {
				if ends := e.To == "" && (n.Kind == ivr.KindHangup || n.Kind == ivr.KindReject); ends || e.Label == "next" {
					continue
				}
				if !strings.Contains(dot, e.Label) || !strings.Contains(mermaid, e.Label) {
					t.Errorf("%s: the exit %s of %s is missing", name, e.Label, n.Name)
				}
			}
		}
	}
}

// The same flow gives the same bytes, and they are what they claim to be.
func TestPictures(t *testing.T) {
	for name, flow := range exampleFlows(t) {
		draw := func() map[string][]byte {
			p := graph.New(flow, compile(t, flow).Outline(), nil)
			svg, err := p.SVG()
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			return map[string][]byte{"svg": svg, "dot": p.DOT(), "mermaid": p.Mermaid()}
		}
		first, second := draw(), draw()
		for format := range first {
			if !bytes.Equal(first[format], second[format]) {
				t.Errorf("%s: two %s pictures differ", name, format)
			}
		}
		if texts := svgTexts(t, first["svg"]); !strings.Contains(texts, flow.Name) {
			t.Errorf("%s: the SVG does not hold the name of the flow", name)
		}
		if !strings.Contains(name, "demo") && !strings.Contains(name, "pager") {
			continue // painting takes seconds with the race detector; the commands' tests paint more
		}
		painted, err := graph.New(flow, compile(t, flow).Outline(), nil).PNG()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		picture, err := png.Decode(bytes.NewReader(painted))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if size := picture.Bounds(); size.Dx() < 300 || size.Dy() < 300 {
			t.Errorf("%s: the PNG has a size of %v", name, size)
		}
	}
}

// The pictures of the documentation are those of the flows; scripts/pictures.sh draws
// them.
func TestDocumentation(t *testing.T) {
	for name, flow := range exampleFlows(t) {
		report := ivr.Check(flow, time.Now())
		want, err := graph.New(flow, report.Program.Outline(), report.Findings).SVG()
		if err != nil {
			t.Fatal(err)
		}
		file := "../../docs/pictures/" + strings.TrimSuffix(path.Base(name), ".yaml") + ".svg"
		got, err := os.ReadFile(file)
		if err != nil {
			t.Error(err)
		} else if !bytes.Equal(got, want) {
			t.Errorf("%s is not the picture of examples/%s: run scripts/pictures.sh", file, name)
		}
	}
}

// svgTexts checks that a picture is XML, and returns what is written in it.
func svgTexts(t *testing.T, svg []byte) string {
	t.Helper()
	var texts strings.Builder
	for d := xml.NewDecoder(bytes.NewReader(svg)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return texts.String()
		}
		if err != nil {
			t.Fatalf("not XML: %v", err)
		}
		if data, ok := token.(xml.CharData); ok {
			texts.Write(data)
		}
	}
}

// rect is the outline of a box in an SVG.
type rect struct{ x, y, w, h float64 }

func boxes(svg []byte) []rect {
	var list []rect
	for line := range strings.Lines(string(svg)) {
		var r rect
		if n, _ := fmt.Sscanf(line, `<rect x="%f" y="%f" width="%f" height="%f" rx="9"`, &r.x, &r.y, &r.w, &r.h); n == 4 && strings.Contains(line, `rx="9"`) {
			list = append(list, r)
		}
	}
	return list
}

// However a flow is connected, no box lies over another, and every one is there.
func TestNothingOverlaps(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for round := range 60 {
		flow := randomFlow(random, 1+random.IntN(40))
		outline := compile(t, flow).Outline()
		svg, err := graph.New(flow, outline, nil).SVG()
		if err != nil {
			t.Fatal(err)
		}
		list := boxes(svg)
		if len(list) != len(outline)+1 { // and "everywhere"
			t.Fatalf("round %d: %d boxes for %d nodes", round, len(list), len(outline))
		}
		for i, a := range list {
			if a.x < 0 || a.y < 0 {
				t.Errorf("round %d: box %d is outside of the picture", round, i)
			}
			for j, b := range list[:i] {
				if a.x < b.x+b.w && b.x < a.x+a.w && a.y < b.y+b.h && b.y < a.y+a.h {
					t.Errorf("round %d: boxes %d and %d overlap", round, i, j)
				}
			}
		}
	}
}

// randomFlow connects menus at random, circles and loops included.
func randomFlow(random *rand.Rand, size int) *ivr.Flow {
	flow := &ivr.Flow{Name: "random", Start: "n0", Exhausted: "n0"}
	name := func() string { return fmt.Sprintf("n%d", random.IntN(size)) }
	for i := range size {
		menu := &ivr.Menu{Ask: ivr.Ask{Prompt: ivr.Speak("Press a key, any key, and see where it leads.")}}
		for key := range 1 + random.IntN(3) {
			menu.Options = append(menu.Options, ivr.Option{Key: fmt.Sprint(key), To: name()})
		}
		flow.Nodes = append(flow.Nodes, ivr.Node{ID: fmt.Sprintf("n%d", i), Do: menu})
	}
	return flow
}

// A subflow says which nodes run it, and commands that work everywhere lead from one
// place, said or pressed.
func TestSubflowsAndCommands(t *testing.T) {
	for callers, want := range map[int]string{0: "part", 1: "part, run by call-0", 2: "part, run by call-0 and call-1", 3: "part, run by 3 nodes"} {
		flow := small()
		flow.Subflows = []ivr.Subflow{{Name: "part", Start: "in", Nodes: []ivr.Node{{ID: "in", Do: &ivr.Goto{To: ivr.Return}}}}}
		flow.Keys = []ivr.GlobalKey{{Label: "help", Do: ivr.Operator, To: "bye", Words: map[string][]string{"en": {"help"}}}}
		flow.Exhausted = "bye"
		flow.Nodes = append(flow.Nodes, ivr.Node{ID: "ask", Do: &ivr.Menu{Ask: ivr.Ask{Prompt: ivr.Speak("?")}, Options: []ivr.Option{{Key: "1", To: "bye"}}}})
		for i := range callers {
			flow.Nodes = append(flow.Nodes, ivr.Node{ID: fmt.Sprintf("call-%d", i), Do: &ivr.Call{Subflow: "part", To: "bye"}})
		}
		picture := graph.New(flow, compile(t, flow).Outline(), nil)
		svg, err := picture.SVG()
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(svg), ">"+want+"<") {
			t.Errorf("%d callers: the subflow is not called %q", callers, want)
		}
		if dot := string(picture.DOT()); !strings.Contains(dot, `[label=" help, exhausted "`) && !strings.Contains(dot, `[label=" exhausted, help "`) {
			t.Errorf("the command does not lead from one place:\n%s", dot)
		}
	}
}

// small is a flow of two nodes.
func small() *ivr.Flow {
	return &ivr.Flow{
		Name: "small", Start: "hello",
		Nodes: []ivr.Node{
			{ID: "hello", Do: &ivr.Say{Prompt: ivr.Speak("Hello."), To: "bye"}},
			{ID: "bye", Do: &ivr.Hangup{Prompt: ivr.Speak("Goodbye.")}},
		},
	}
}

// Errors and the way that shows them are red, warnings amber, hints not marked.
func TestProblems(t *testing.T) {
	const red, amber = "#b91c1c", "#b45309"
	finding := func(s ivr.Severity) ivr.Finding {
		return ivr.Finding{Rule: "some-rule", Severity: s, Node: "bye", Witness: []ivr.Transition{{From: "hello", Exit: "next", To: "bye"}}}
	}
	for _, c := range []struct {
		name       string
		findings   []ivr.Finding
		red, amber bool
	}{
		{"none", nil, false, false},
		{"error", []ivr.Finding{finding(ivr.Error)}, true, false},
		{"warning", []ivr.Finding{finding(ivr.Warning)}, false, true},
		{"hint", []ivr.Finding{finding(ivr.Hint)}, false, false},
		{"error and warning", []ivr.Finding{finding(ivr.Error), finding(ivr.Warning)}, true, false},
		{"warning and error", []ivr.Finding{finding(ivr.Warning), finding(ivr.Error)}, true, false},
		{"of the whole flow", []ivr.Finding{{Rule: "some-rule", Severity: ivr.Error}}, false, false},
	} {
		flow := small()
		p := graph.New(flow, compile(t, flow).Outline(), c.findings)
		dot, mermaid := string(p.DOT()), string(p.Mermaid())
		if got := strings.Contains(dot, red); got != c.red {
			t.Errorf("%s: red is %v in\n%s", c.name, got, dot)
		}
		if got := strings.Contains(dot, amber); got != c.amber {
			t.Errorf("%s: amber is %v in\n%s", c.name, got, dot)
		}
		if got := strings.Count(dot, "<b>some-rule</b>"); got > 1 || got == 1 != (c.red || c.amber) {
			t.Errorf("%s: the rule is named %d times", c.name, got)
		}
		if strings.Contains(mermaid, ":::error") != c.red || strings.Contains(mermaid, ":::warning") != c.amber {
			t.Errorf("%s: wrong classes in\n%s", c.name, mermaid)
		}
		if strings.Contains(dot, "penwidth=2.2") != c.red || strings.Contains(mermaid, "linkStyle") != c.red {
			t.Errorf("%s: the way is marked, or is not, in\n%s", c.name, dot)
		}
	}
}

// Whatever an author writes is text in every format.
func TestSpecialCharacters(t *testing.T) {
	for _, text := range []string{
		`<b>bold</b> & "quoted" \ \n \l`, "line\nbreak", "]]>--><!--", "Straße ¿Qué? 日本語 😀", "}{|[]()", "#quot; `code` *bold* _x_", "%%{init}%% end", "\ttab",
	} {
		flow := small()
		flow.Name = text
		flow.Nodes[0].Note = text
		flow.Nodes[0].Do = &ivr.Branch{Cases: []ivr.Case{{When: always{}, To: "bye", Label: text}}, Else: "bye"}
		p := graph.New(flow, compile(t, flow).Outline(), nil)
		svg, err := p.SVG()
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		plain := func(s string) string { return strings.Join(strings.Fields(s), "") }
		if texts := plain(svgTexts(t, svg)); !strings.Contains(texts, plain(text)) {
			t.Errorf("%q is not among the texts of the SVG: %q", text, texts)
		}
		if _, err := p.PNG(); err != nil {
			t.Errorf("%q: %v", text, err)
		}
		for line := range strings.Lines(string(p.Mermaid())) {
			if strings.Count(line, `"`)%2 != 0 {
				t.Errorf("%q: an open quote in %s", text, line)
			}
		}
	}
}

func ExamplePicture_Mermaid() {
	flow := small()
	program, err := ivr.Compile(flow)
	if err != nil {
		fmt.Println(err)
		return
	}
	picture := graph.New(flow, program.Outline(), nil)
	for line := range strings.Lines(string(picture.Mermaid())) {
		if !strings.Contains(line, "classDef") {
			fmt.Print(line)
		}
	}
	// Output:
	// flowchart TD
	//   begin(( ))
	//   n0("hello<br/>say<br/>Hello."):::speaks
	//   n1(["bye<br/>hangup<br/>Goodbye."]):::ends
	//   begin --> n0
	//   n0 --> n1
}

// always is a condition that is true.
type always struct{}

func (always) Vars() []string                     { return nil }
func (always) Type(expr.Types) (expr.Type, error) { return expr.Bool, nil }
func (always) Eval(expr.Values) expr.Value        { return expr.BoolValue(true) }
