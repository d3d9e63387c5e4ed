package strictyaml_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/callgate/callgate/internal/strictyaml"
)

type file struct {
	Number string            `yaml:"number"`
	Size   int64             `yaml:"size"`
	Count  int               `yaml:"count"`
	On     bool              `yaml:"on"`
	Wait   time.Duration     `yaml:"wait"`
	List   []string          `yaml:"list"`
	Names  map[string]string `yaml:"names"`
	Part   *part             `yaml:"part"`
	Parts  []part            `yaml:"parts"`
	Hidden string
}

type part struct {
	Path string `yaml:"path"`
}

func TestDecode(t *testing.T) {
	const content = `
# a comment
number: +15005550100
size: 65536
count: -3
on: true
wait: 1m30s
list: [0012, no, 1e3, "x"]
names:
  en: Sorry
  no: |
    Unnskyld
part: {path: /a}
parts:
  - path: /b
  - path: 2001-01-01
`
	var got file
	pos, err := strictyaml.Decode("x.yaml", []byte(content), &got)
	if err != nil {
		t.Fatal(err)
	}
	want := file{
		Number: "+15005550100", Size: 65536, Count: -3, On: true, Wait: 90 * time.Second,
		List:  []string{"0012", "no", "1e3", "x"},
		Names: map[string]string{"en": "Sorry", "no": "Unnskyld\n"},
		Part:  &part{Path: "/a"},
		Parts: []part{{Path: "/b"}, {Path: "2001-01-01"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for key, want := range map[string]string{
		"number":           "x.yaml:3",
		"parts[1].path":    "x.yaml:16",
		"parts[1].missing": "x.yaml:16",
		"parts[0]":         "x.yaml:15",
		"missing":          "x.yaml",
	} {
		if got := pos.Fault(key, "wrong").Error(); got != want+": "+key+": wrong" {
			t.Errorf("the fault of %s is %q, not at %s", key, got, want)
		}
	}
	if !pos.Has("list") || pos.Has("Hidden") {
		t.Error("Has is wrong")
	}
}

func TestDecodeFaults(t *testing.T) {
	for name, c := range map[string]struct{ content, want string }{
		"unknown key":           {"numbr: x", `x.yaml:1: numbr: unknown key; did you mean "number"?`},
		"unknown, nothing near": {"parts:\n- zebra: x", "x.yaml:2: parts[0].zebra: unknown key; the keys here are path"},
		"field without tag":     {"Hidden: x", "x.yaml:1: Hidden: unknown key; the keys here are number, size, count, on, wait, list, names, part, parts"},
		"key twice":             {"size: 1\non: true\nsize: 2", "x.yaml:3: size: stands here again; it was on line 1 already"},
		"map key twice":         {"names: {en: a, en: b}", "x.yaml:1: names.en: stands here again; it was on line 1 already"},
		"list for text":         {"number: [a]", "x.yaml:1: number: text is wanted, not a list"},
		"text for list":         {"list: a", "x.yaml:1: list: a list is wanted, not a single value"},
		"empty element":         {"list:\n- a\n-", "x.yaml:3: list[1]: an empty element; fill it in or remove it"},
		"text for struct":       {"part: a", "x.yaml:1: part: a mapping (key: value) is wanted, not a single value"},
		"list at the top":       {"- a", "x.yaml:1: a mapping (key: value) is wanted, not a list"},
		"yes for bool":          {"on: yes", "x.yaml:1: on: true or false is wanted"},
		"quoted bool":           {`on: "true"`, "x.yaml:1: on: true or false is wanted"},
		"octal":                 {"size: 0644", "x.yaml:1: size: a whole decimal number is wanted"},
		"hexadecimal":           {"size: 0x1F", "x.yaml:1: size: a whole decimal number is wanted"},
		"fraction":              {"size: 1.5", "x.yaml:1: size: a whole decimal number is wanted"},
		"quoted number":         {`size: "1"`, "x.yaml:1: size: a whole decimal number is wanted"},
		"out of range":          {"size: 9223372036854775808", "x.yaml:1: size: a whole decimal number is wanted"},
		"list for number":       {"size: [1]", "x.yaml:1: size: a whole decimal number is wanted"},
		"no unit":               {"wait: 10", "x.yaml:1: wait: a duration such as 10s or 1m30s is wanted"},
		"list for duration":     {"wait: [10s]", "x.yaml:1: wait: a duration such as 10s or 1m30s is wanted, not a list"},
		"alias":                 {"list: &a [x]\nnumber: *a", "x.yaml:1: list: an anchor (&a); write each value out where it is used\nx.yaml:2: number: an alias (*a); write the value out"},
		"merge key":             {"<<: {number: x}", "x.yaml:1: a key is wanted: one plain word"},
		"list as a key":         {"? [a]\n: b", "x.yaml:1: a key is wanted: one plain word"},
		"tag":                   {"number: !!str x", "x.yaml:1: number: a tag (!!str); write the value without it"},
		"second document":       {"on: true\n---\non: false", "x.yaml:2: a second document begins here; one file holds one"},
		"not YAML":              {"on: true\nlist: [a", "x.yaml:2: not YAML: while parsing a flow sequence: did not find expected ',' or ']'"},
		"tab":                   {"part:\n\tpath: a", "x.yaml:2: not YAML: while scanning for the next token: found character that cannot start any token"},
		"too deep":              {strings.Repeat("[", 20000), "x.yaml:1: not YAML: while increasing flow level: exceeded max depth of 10000"},
		"too large":             {strings.Repeat("#", strictyaml.MaxSize+1), "x.yaml: more than 1048576 bytes"},
		"all at once":           {"on: 1\nwait: x\nnamse: y", "x.yaml:1: on: true or false is wanted\nx.yaml:2: wait: a duration such as 10s or 1m30s is wanted\nx.yaml:3: namse: unknown key; did you mean \"names\"?"},
	} {
		var got file
		_, err := strictyaml.Decode("x.yaml", []byte(c.content), &got)
		if err == nil {
			t.Errorf("%s: no fault", name)
		} else if err.Error() != c.want {
			t.Errorf("%s: faults\n%v\nwant\n%s", name, err, c.want)
		}
	}
}

// A key without a value, and a file without keys, leave things as they were.
func TestDecodeNothing(t *testing.T) {
	for _, content := range []string{"", "# only a comment\n", "---\n", "number:\nwait:\npart:\nlist:\nnames: ~", "null"} {
		got := file{Number: "default", Wait: time.Second}
		if _, err := strictyaml.Decode("x.yaml", []byte(content), &got); err != nil {
			t.Errorf("%q: %v", content, err)
		}
		if diff := cmp.Diff(file{Number: "default", Wait: time.Second}, got); diff != "" {
			t.Errorf("%q: %s", content, diff)
		}
	}
}

func TestKeys(t *testing.T) {
	if got := strictyaml.Keys(reflect.TypeFor[part]()); len(got) != 1 || got[0] != "path" {
		t.Errorf("got %v", got)
	}
}

// Whatever is read, nothing panics, every fault has a place, and what is accepted
// reads the same again.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{"", "number: +1500", "list: [a, b]\nnames: {a: b}", "parts:\n- path: x\n- {}", "a: &b [*b]", "<<: x", "wait: 10s\nsize: 0x1"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		var first, second file
		_, err := strictyaml.Decode("x.yaml", content, &first)
		if err != nil {
			for line := range strings.SplitSeq(err.Error(), "\n") {
				if line == "" {
					t.Fatalf("an empty line in %q", err)
				}
			}
			return
		}
		if _, err := strictyaml.Decode("x.yaml", content, &second); err != nil || !cmp.Equal(first, second) {
			t.Fatalf("read differently again: %v\n%v\n%v", err, first, second)
		}
	})
}
