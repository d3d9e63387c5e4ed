package strictyaml_test

import (
	"encoding/json"
	"testing"

	"github.com/callgate/callgate/internal/strictyaml"
)

type heard struct {
	Text string `yaml:"text"`
	File string `yaml:"file"`
}

func (heard) Shorthand() string { return "text" }

func TestShorthand(t *testing.T) {
	var got struct {
		Hear []heard `yaml:"hear"`
		One  *heard  `yaml:"one"`
	}
	pos, err := strictyaml.Decode("x.yaml", []byte("hear:\n  - hello\n  - {file: a.wav}\none: 0012\n"), &got)
	if err != nil {
		t.Fatal(err)
	}
	if got.Hear[0] != (heard{Text: "hello"}) || got.Hear[1] != (heard{File: "a.wav"}) || *got.One != (heard{Text: "0012"}) {
		t.Errorf("%+v, %+v", got.Hear, got.One)
	}
	if f := pos.Fault("hear[0].text", ""); f.Line != 2 {
		t.Errorf("line %d, want 2", f.Line)
	}
	if _, err := strictyaml.Decode("x.yaml", []byte("one: [a]\n"), &got); err == nil {
		t.Error("a list is taken for a text")
	}
}

func TestParseJSON(t *testing.T) {
	a, err := strictyaml.ParseJSON([]byte(`{"id": 12345678901234567890, "tags": ["a", null, true]}`))
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := a.MarshalJSON(); string(got) != `{"id":12345678901234567890,"tags":["a",null,true]}` {
		t.Errorf("got %s", got)
	}
	for _, bad := range []string{"", "{", "{} {}", "nothing"} {
		if _, err := strictyaml.ParseJSON([]byte(bad)); err == nil {
			t.Errorf("%q is taken for JSON", bad)
		}
	}
}

func TestAny(t *testing.T) {
	var got struct {
		Data strictyaml.Any `yaml:"data"`
	}
	const content = "data: {name: Ann, age: 41, score: 1.5, ok: true, none: null, zip: \"0012\", list: [1, a]}\n"
	if _, err := strictyaml.Decode("x.yaml", []byte(content), &got); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(got.Data)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"age":41,"list":[1,"a"],"name":"Ann","none":null,"ok":true,"score":1.5,"zip":"0012"}`; string(text) != want {
		t.Errorf("%s, want %s", text, want)
	}
	if got.Data.IsZero() || !(strictyaml.Any{}).IsZero() {
		t.Error("IsZero is wrong")
	}
	if _, err := strictyaml.Decode("x.yaml", []byte("data: 0x1f\n"), &got); err == nil {
		t.Error("a number that JSON does not have is taken")
	}
}
