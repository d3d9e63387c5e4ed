package flowfile_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"github.com/callgate/callgate/internal/flowfile"
	"github.com/callgate/callgate/ivr"
)

// block is an example of the page.
type block struct {
	line int
	text string
}

// yamlBlocks finds the examples of docs/flows.md.
func yamlBlocks(t *testing.T) []block {
	t.Helper()
	var blocks []block
	var current *block
	n := 0
	for line := range strings.Lines(string(read(t, "../../docs/flows.md"))) {
		n++
		switch {
		case strings.HasPrefix(line, "```yaml"):
			current = &block{line: n}
		case strings.HasPrefix(line, "```") && current != nil:
			blocks = append(blocks, *current)
			current = nil
		case current != nil:
			current.text += line
		}
	}
	if len(blocks) < 20 {
		t.Fatalf("%d examples in docs/flows.md", len(blocks))
	}
	return blocks
}

// surroundings are what an example that is a part of a flow may name.
const surroundings = `name: Example
exhausted: person
vars:
  order: {type: text, default: "4711"}
  visits: {type: number, default: 0}
  member: {type: bool, default: false}
  birthday: {type: date, default: 1990-01-01}
schedules:
  shop:
    zone: Europe/Berlin
    week: {mon-fri: 09:00-17:00}
    holidays: {12-25: Christmas}
nodes:
  menu:
    menu: To speak with us, press 1.
    options: {1: person}
  person:
    transfer: +15005550100
    otherwise: bye
  message:
    voicemail: x
    greeting: {file: greeting.mp3}
    recorded: bye
  bye:
    hangup:
`

// complete puts a part of a flow into its surroundings. The first of its nodes is the start.
func complete(t *testing.T, b block) []byte {
	t.Helper()
	var doc, whole yaml.Node
	if err := yaml.Unmarshal([]byte(b.text), &doc); err != nil {
		t.Fatalf("docs/flows.md:%d: %v", b.line, err)
	}
	part := doc.Content[0]
	if value(part, "name") != nil {
		return []byte(b.text)
	}
	if err := yaml.Unmarshal([]byte(surroundings), &whole); err != nil {
		t.Fatal(err)
	}
	start := "menu"
	if nodes := value(part, "nodes"); nodes != nil {
		start = nodes.Content[0].Value
	}
	merge(whole.Content[0], part)
	content, err := yaml.Marshal(&whole)
	if err != nil {
		t.Fatal(err)
	}
	return append(content, []byte("start: "+start+"\n")...)
}

// merge adds the keys of a mapping to another, and those of mappings within.
func merge(into, from *yaml.Node) {
	for i := 0; i < len(from.Content); i += 2 {
		key, v := from.Content[i], from.Content[i+1]
		at := slices.IndexFunc(into.Content, func(n *yaml.Node) bool { return n.Value == key.Value })
		switch {
		case at < 0:
			into.Content = append(into.Content, key, v)
		case slices.Contains([]string{"vars", "nodes"}, key.Value):
			merge(into.Content[at+1], v)
		default:
			into.Content[at+1] = v
		}
	}
}

// Every example of the language's page is a flow, or a part of one, without errors.
func TestDocumentation(t *testing.T) {
	for _, b := range yamlBlocks(t) {
		content := complete(t, b)
		flow, err := flowfile.Load("example.yaml", content)
		if err != nil {
			t.Errorf("docs/flows.md:%d: %v\n%s", b.line, err, content)
			continue
		}
		for _, f := range ivr.Check(flow, checkedOn).Findings {
			if f.Severity == ivr.Error {
				t.Errorf("docs/flows.md:%d: %v\n%s", b.line, f, content)
			}
		}
	}
}

var (
	tableRow = regexp.MustCompile("^\\| `([a-z_-]+)` \\| (yes)? ?\\| (.*) \\|$")
	ruleRow  = regexp.MustCompile("^\\| `([a-z-]+)` \\| ([^|]+) \\|$")
)

// row is a key as a table of the page describes it.
type row struct{ key, needed, doc string }

// The tables of the page are those of the loader, as the schema tells them.
func TestDocumentationTables(t *testing.T) {
	page := string(read(t, "../../docs/flows.md"))
	_, kinds, _ := strings.Cut(page, "\n## Nodes\n")
	kinds, _, _ = strings.Cut(kinds, "\n## Keys that work everywhere")
	question := rows(section(t, kinds, "Questions"))
	objects := schemaObjects(t)
	var described []row
	for _, name := range kindNames(t) {
		text := section(t, kinds, name)
		tables := strings.Split(text, "| key | needed | |\n")
		own := rows(tables[1])
		if strings.Contains(text, "keys of every question") {
			own = append(own, question...)
		}
		own = append(own, rows(kinds[:strings.Index(kinds, "### ")])...)
		compareTable(t, name, objects[name], own)
		for _, table := range tables[2:] {
			described = append(described, rows(table)...)
		}
	}
	top, _, _ := strings.Cut(page, "### As it is written")
	compareTable(t, "the file", objects[""], rows(top))

	// The smaller tables: each row is a key of some object.
	described = append(described, rows(page[strings.Index(page, "## Variables"):strings.Index(page, "## Nodes")])...)
	for _, r := range described {
		if !slices.ContainsFunc(slices.Collect(maps.Values(objects)), func(o []row) bool { return slices.Contains(o, r) }) {
			t.Errorf("no object of the schema has %+v", r)
		}
	}
}

// section returns what stands under a heading.
func section(t *testing.T, text, name string) string {
	t.Helper()
	_, after, ok := strings.Cut(text, "### "+name+"\n")
	if !ok {
		t.Fatalf("there is no section %s in docs/flows.md", name)
	}
	before, _, _ := strings.Cut(after, "\n### ")
	return before
}

func rows(text string) []row {
	var list []row
	for line := range strings.Lines(text) {
		if m := tableRow.FindStringSubmatch(strings.TrimSpace(line)); m != nil {
			list = append(list, row{m[1], m[2], strings.ReplaceAll(m[3], `\|`, "|")})
		}
	}
	return list
}

func compareTable(t *testing.T, name string, want, got []row) {
	t.Helper()
	byKey := func(a, b row) int { return strings.Compare(a.key, b.key) }
	slices.SortFunc(want, byKey)
	slices.SortFunc(got, byKey)
	if !slices.Equal(want, got) {
		t.Errorf("%s: docs/flows.md has the table\n%s\nand the loader\n%s", name, printRows(got), printRows(want))
	}
}

func printRows(rows []row) string {
	var b strings.Builder
	for _, r := range rows {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", r.key, r.needed, r.doc)
	}
	return b.String()
}

// schemaObjects returns the keys of every object of the schema: those of the file
// under "", those of definitions under their names, others under their places.
func schemaObjects(t *testing.T) map[string][]row {
	t.Helper()
	var root map[string]any
	if err := json.Unmarshal(flowfile.Schema(), &root); err != nil {
		t.Fatal(err)
	}
	objects := map[string][]row{}
	var walk func(place string, v any)
	walk = func(place string, v any) {
		switch v := v.(type) {
		case map[string]any:
			if properties, ok := v["properties"].(map[string]any); ok {
				objects[place] = schemaRows(properties, v["required"])
			}
			for key, part := range v {
				if key != "definitions" {
					walk(place+"/"+key, part)
				}
			}
		case []any:
			for i, part := range v {
				walk(fmt.Sprintf("%s/%d", place, i), part)
			}
		}
	}
	walk("", root)
	for name, d := range root["definitions"].(map[string]any) {
		walk(name, d)
	}
	return objects
}

func schemaRows(properties map[string]any, required any) []row {
	var list []row
	needed, _ := required.([]any)
	for key, p := range properties {
		r := row{key: key}
		if slices.Contains(needed, any(key)) {
			r.needed = "yes"
		}
		r.doc, _ = p.(map[string]any)["description"].(string)
		list = append(list, r)
	}
	return list
}

// kindNames lists the kinds of node, as the loader does when there is none.
func kindNames(t *testing.T) []string {
	t.Helper()
	_, err := flowfile.Load("x.yaml", []byte("name: x\nstart: a\nnodes: {a: {}}\n"))
	var problems ivr.Problems
	if !errors.As(err, &problems) {
		t.Fatal(err)
	}
	_, list, ok := strings.Cut(problems[0].Message, "one of the keys ")
	if !ok {
		t.Fatal(problems)
	}
	return strings.Split(list, ", ")
}

// The page says what every rule is about, and how bad it is.
func TestDocumentationRules(t *testing.T) {
	page := string(read(t, "../../docs/flows.md"))
	described := map[string]string{}
	for line := range strings.Lines(page[strings.Index(page, "| rule | what is wrong |"):]) {
		if m := ruleRow.FindStringSubmatch(strings.TrimSpace(line)); m != nil {
			described[m[1]] = m[2]
		}
	}
	rules := slices.Concat(flowfile.Rules(), ivr.Rules())
	for _, rule := range rules {
		doc, ok := described[string(rule)]
		if !ok {
			t.Errorf("docs/flows.md does not describe the rule %s", rule)
			continue
		}
		if slices.Contains(goOnly, rule) {
			continue
		}
		for _, f := range check(t, "testdata/rules/"+string(rule)+".yaml") {
			if mild := f.Severity != ivr.Error; mild != strings.HasSuffix(doc, fmt.Sprintf("(%s).", f.Severity)) && rule != ivr.CarrierDocument {
				t.Errorf("docs/flows.md says of %s: %s, and it is of severity %s", rule, doc, f.Severity)
			}
		}
	}
	if len(described) != len(rules) {
		t.Errorf("docs/flows.md describes %d rules, there are %d", len(described), len(rules))
	}
}
