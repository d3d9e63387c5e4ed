package flowfile_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"github.com/callgate/callgate/examples"
	"github.com/callgate/callgate/internal/flowfile"
	"github.com/callgate/callgate/ivr"
)

// compileSchema reads the schema with a validator that is not ours. That the schema is
// itself a schema of draft 7 is checked there.
func compileSchema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(flowfile.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("flow.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("flow.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// asJSON is what a program that knows nothing of Callgate makes of YAML: the core schema
// of YAML 1.2.
func asJSON(n *yaml.Node) any {
	switch n.Kind {
	case yaml.DocumentNode:
		return asJSON(n.Content[0])
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			m[n.Content[i].Value] = asJSON(n.Content[i+1])
		}
		return m
	case yaml.SequenceNode:
		list := []any{}
		for _, element := range n.Content {
			list = append(list, asJSON(element))
		}
		return list
	}
	if n.Style&^yaml.FlowStyle == 0 {
		return plainScalar(n.Value)
	}
	return n.Value
}

var number = regexp.MustCompile(`^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`)

func plainScalar(s string) any {
	switch s {
	case "", "~", "null", "Null", "NULL":
		return nil
	case "true", "True", "TRUE", "false", "False", "FALSE":
		return s[0] == 't' || s[0] == 'T'
	case ".inf", ".Inf", ".INF", "+.inf", "-.inf", ".nan", ".NaN", ".NAN":
		return json.Number("0.5") // JSON has no such number; any fraction will do
	}
	if n, err := strconv.ParseInt(s, 0, 64); err == nil && regexp.MustCompile(`^(0o[0-7]+|0x[0-9a-fA-F]+)$`).MatchString(s) {
		return json.Number(strconv.FormatInt(n, 10))
	}
	if !number.MatchString(s) {
		return s
	}
	digits := strings.TrimLeft(strings.TrimPrefix(strings.TrimPrefix(s, "+"), "-"), "0")
	if digits == "" || strings.IndexAny(digits, ".eE") == 0 {
		digits = "0" + digits
	}
	digits = strings.Replace(strings.Replace(digits+" ", ". ", " ", 1), ".e", "e", 1)
	if strings.HasPrefix(s, "-") {
		digits = "-" + digits
	}
	return json.Number(strings.TrimSpace(digits))
}

// flowFiles returns flow files by name: the examples and the tests'.
func flowFiles(t testing.TB) map[string][]byte {
	t.Helper()
	files := map[string][]byte{"testdata/every-key.yaml": read(t, "testdata/every-key.yaml")}
	err := fs.WalkDir(examples.Flows, ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			files[name], err = examples.Flows.ReadFile(name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	rules, err := filepath.Glob("testdata/rules/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range rules {
		files[name] = read(t, name)
	}
	return files
}

// hasForm reports whether Load takes a file for one of the right form, whatever the
// values mean. A schema cannot see that a key is repeated.
func hasForm(content []byte) (bool, error) {
	_, err := flowfile.Load("x.yaml", content)
	var problems ivr.Problems
	if errors.As(err, &problems) {
		for _, f := range problems {
			if f.Rule != flowfile.WrongValue && f.Rule != flowfile.HiddenText && f.Rule != flowfile.RepeatedKey {
				return false, err
			}
		}
	}
	return true, err
}

// The schema and Load say the same of the form of every file, and of every file with
// one thing changed.
func TestSchemaAgrees(t *testing.T) {
	schema := compileSchema(t)
	var accepted, refused int
	agree := func(what string, doc *yaml.Node) {
		content, err := yaml.Marshal(doc)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		bySchema := schema.Validate(asJSON(doc))
		byLoad, loadError := hasForm(content)
		switch {
		case (bySchema == nil) != byLoad:
			t.Errorf("%s:\nschema: %v\nLoad: %v", what, bySchema, loadError)
		case byLoad:
			accepted++
		default:
			refused++
		}
	}
	for name, content := range flowFiles(t) {
		var doc yaml.Node
		if err := yaml.Unmarshal(content, &doc); err == nil { // if not it is for the rule not-yaml
			agree(name, &doc)
		}
	}
	changes := 0
	for _, part := range parts(t, "testdata/every-key.yaml") {
		mutate(part.changed, part.name, func(change string) {
			if changes++; changes%oneOf == 0 {
				agree(change, part.doc)
			}
		})
	}
	t.Logf("%d accepted, %d refused", accepted, refused)
	if accepted < 1000/oneOf || refused < 1000/oneOf {
		t.Errorf("%d changes were accepted and %d refused: too few of one to mean something", accepted, refused)
	}
}

// part is a small flow of which something is to be changed.
type part struct {
	name    string
	doc     *yaml.Node
	changed *yaml.Node
}

// parts makes a flow of each node and each other key of a file, so that changing
// one takes little time.
func parts(t *testing.T, file string) []part {
	t.Helper()
	var list []part
	alone := func(top, name string) {
		var doc yaml.Node
		if err := yaml.Unmarshal(read(t, file), &doc); err != nil {
			t.Fatal(err)
		}
		root := doc.Content[0]
		keep(root, "name", "start", "nodes", top)
		keep(value(root, "nodes"), "bye", name)
		changed := value(root, top)
		if name != "" {
			changed = value(changed, name)
		}
		list = append(list, part{top + "/" + name, &doc, changed})
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(read(t, file), &doc); err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(doc.Content[0].Content); i += 2 {
		if key := doc.Content[0].Content[i].Value; key != "nodes" {
			alone(key, "")
		}
	}
	nodes := value(doc.Content[0], "nodes")
	for i := 0; i < len(nodes.Content); i += 2 {
		alone("nodes", nodes.Content[i].Value)
	}
	return list
}

// keep removes all but some keys of a mapping.
func keep(n *yaml.Node, keys ...string) {
	var kept []*yaml.Node
	for i := 0; i < len(n.Content); i += 2 {
		if slices.Contains(keys, n.Content[i].Value) {
			kept = append(kept, n.Content[i], n.Content[i+1])
		}
	}
	n.Content = kept
}

func value(n *yaml.Node, key string) *yaml.Node {
	for i := 0; i < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// mutate changes one thing after the other below a node, calls check, and changes it back.
func mutate(n *yaml.Node, path string, check func(change string)) {
	original := *n
	for name, other := range map[string]yaml.Node{
		"a number":        {Kind: yaml.ScalarNode, Value: "5"},
		"a negative":      {Kind: yaml.ScalarNode, Value: "-70000"},
		"a fraction":      {Kind: yaml.ScalarNode, Value: "1.5"},
		"a large number":  {Kind: yaml.ScalarNode, Value: "99999999999"},
		"a number's text": {Kind: yaml.ScalarNode, Value: "5", Style: yaml.DoubleQuotedStyle},
		"true":            {Kind: yaml.ScalarNode, Value: "true"},
		"nothing":         {Kind: yaml.ScalarNode, Value: "null"},
		"a word":          {Kind: yaml.ScalarNode, Value: "welcome"},
		"a sentence":      {Kind: yaml.ScalarNode, Value: "Some words, {and} more."},
		"an empty text":   {Kind: yaml.ScalarNode, Style: yaml.DoubleQuotedStyle},
		"a date":          {Kind: yaml.ScalarNode, Value: "2026-03-02"},
		"a duration":      {Kind: yaml.ScalarNode, Value: "5s"},
		"a long duration": {Kind: yaml.ScalarNode, Value: "5000000s"},
		"a key":           {Kind: yaml.ScalarNode, Value: "#", Style: yaml.DoubleQuotedStyle},
		"a phone number":  {Kind: yaml.ScalarNode, Value: "+15005550100"},
		"a SIP address":   {Kind: yaml.ScalarNode, Value: "sips:a@example.org"},
		"times":           {Kind: yaml.ScalarNode, Value: "08:00-12:00, 13:00-14:00"},
		"an empty list":   {Kind: yaml.SequenceNode},
		"no keys":         {Kind: yaml.MappingNode},
		"a list of it":    {Kind: yaml.SequenceNode, Content: []*yaml.Node{&original}},
		"it by language":  {Kind: yaml.MappingNode, Content: []*yaml.Node{{Kind: yaml.ScalarNode, Value: "en"}, &original}},
	} {
		*n = other
		check(path + " becomes " + name)
		*n = original
	}
	if n.Kind == yaml.MappingNode {
		mutateKeys(n, path, check)
	}
	for i, child := range n.Content {
		switch {
		case n.Kind == yaml.SequenceNode:
			mutate(child, path+"/"+strconv.Itoa(i), check)
		case i%2 == 1:
			mutate(child, path+"/"+n.Content[i-1].Value, check)
		}
	}
}

func mutateKeys(n *yaml.Node, path string, check func(change string)) {
	original := n.Content
	has := func(key string) bool {
		for i := 0; i < len(original); i += 2 {
			if original[i].Value == key {
				return true
			}
		}
		return false
	}
	text := func(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Value: s, Tag: "!!str"} }
	for i := 0; i < len(original); i += 2 {
		n.Content = append(append([]*yaml.Node{}, original[:i]...), original[i+2:]...)
		check(path + " loses " + original[i].Value)
		for _, name := range []string{original[i].Value + "s", "to", "say", "en", "1", "#", "file", "name", "mon-fri", "12-24", "404"} {
			if has(name) {
				continue
			}
			n.Content = append([]*yaml.Node{}, original...)
			n.Content[i] = text(name)
			check(path + " has " + name + " for " + original[i].Value)
		}
	}
	for _, name := range []string{"to", "say", "note", "en", "nonsense", "hangup", "menu"} {
		if !has(name) {
			n.Content = append(append([]*yaml.Node{}, original...), text(name), text("welcome"))
			check(path + " gets " + name)
		}
	}
	n.Content = original
}

// The schema says what each key means.
func TestSchemaDescribes(t *testing.T) {
	var root struct {
		Properties  map[string]map[string]any
		Definitions map[string]struct {
			Properties map[string]map[string]any
		}
	}
	if err := json.Unmarshal(flowfile.Schema(), &root); err != nil {
		t.Fatal(err)
	}
	check := func(where string, properties map[string]map[string]any) {
		for key, p := range properties {
			if doc, _ := p["description"].(string); doc == "" || !strings.HasSuffix(doc, ".") {
				t.Errorf("%s: the key %s has the description %q", where, key, doc)
			}
		}
	}
	check("flow", root.Properties)
	for name, d := range root.Definitions {
		check(name, d.Properties)
	}
}

// Whatever is in a file, Load says where what is wrong. (That the schema takes what Load
// takes is tested on changed files: a key without a value is left out for Load, and null
// for the schema.)
func FuzzLoad(f *testing.F) {
	for _, content := range flowFiles(f) {
		if len(content) < 2000 {
			f.Add(content)
		}
	}
	f.Add([]byte("name: x\nstart: a\nnodes: {a: {say: [x, {file: y}, {ssml: z}], to: a}}\n"))
	f.Add([]byte("keys: {'#': back, 1: {operator: a}}\nvars: {a: {type: date, default: 2026-01-01}}\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		flow, err := flowfile.Load("x.yaml", content)
		var problems ivr.Problems
		switch {
		case err == nil && flow == nil, err != nil && (flow != nil || !errors.As(err, &problems) || len(problems) == 0):
			t.Fatalf("flow %v, error %v", flow, err)
		}
		for _, p := range problems {
			if p.Message == "" || p.Rule == "" || p.Pos.File != "x.yaml" {
				t.Errorf("a finding without place or message: %+v", p)
			}
		}
		if flow != nil {
			ivr.Compile(flow) // must not panic
		}
	})
}
