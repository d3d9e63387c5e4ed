package flowfile

import (
	"slices"

	"go.yaml.in/yaml/v4"

	"github.com/callgate/callgate/ivr"
)

// prompt is what the caller hears: a text, a file or markup, several of these in a
// list, or any of that by language.
func prompt(to *ivr.Prompt) shape { return promptShape{to} }

type promptShape struct{ to *ivr.Prompt }

// Keys of a piece that is not a text. No language has such a name.
const (
	fileKey = "file"
	ssmlKey = "ssml"
)

func (p promptShape) read(r *reader, n *yaml.Node) {
	if n.Kind == yaml.MappingNode && !hasKey(n, fileKey) && !hasKey(n, ssmlKey) {
		p.byLanguage().read(r, n)
		return
	}
	var ps []ivr.Piece
	pieces(&ps).read(r, n)
	*p.to = ivr.Prompt{"": ps}
}

func (p promptShape) byLanguage() names {
	m := namesInto((*map[string][]ivr.Piece)(p.to), "the name of a language, such as en, or "+fileKey+" or "+ssmlKey+",", languagePattern, same, pieces)
	m.min = 1
	return m
}

func (p promptShape) describe(d definitions) schema {
	return d.define("prompt", func() schema {
		var ps []ivr.Piece
		return schema{"anyOf": []schema{pieces(&ps).describe(d), p.byLanguage().describe(d)}}
	})
}

func hasKey(n *yaml.Node, key string) bool {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return true
		}
	}
	return false
}

// pieces is a prompt in one language.
func pieces(to *[]ivr.Piece) shape {
	var one ivr.Piece
	keep := func(s shape) shape {
		return after{s, func(*reader, *yaml.Node) { *to = []ivr.Piece{one} }}
	}
	several := list[ivr.Piece]{to, func(p *ivr.Piece) shape { return forms{want: "a text or a file", single: spoken(p), object: sound(p)} }, 1}
	return forms{ref: "speech", want: "a text", single: keep(spoken(&one)), object: keep(sound(&one)), several: several}
}

// spoken is a text that is spoken.
func spoken(to *ivr.Piece) shape { return uncut{words(&to.Text).(scalar)} }

// sound is a piece that is not a plain text.
func sound(to *ivr.Piece) shape {
	file := object{what: "a sound file", fields: []field{
		{key: fileKey, need: required, shape: words(&to.File), doc: "The URL of a sound file, absolute or relative to the folder of media."},
		{key: "length", goes: "seconds", shape: seconds(&to.Seconds), doc: "How long it plays, for the bounds that the check proves."},
	}}
	ssml := object{what: "speech markup", fields: []field{
		{key: ssmlKey, need: required, goes: "markup", shape: uncut{words(&to.Markup).(scalar)}, doc: "A text with SSML tags, as the carrier speaks it."},
	}}
	return soundShape{file, ssml}
}

// soundShape is a file or markup, told apart by their keys.
type soundShape struct{ file, ssml object }

func (s soundShape) read(r *reader, n *yaml.Node) {
	if hasKey(n, ssmlKey) {
		s.ssml.read(r, n)
		return
	}
	s.file.read(r, n)
}

func (s soundShape) describe(d definitions) schema {
	return schema{"anyOf": []schema{s.file.describe(d), s.ssml.describe(d)}}
}

// uncut is a text that YAML must not have cut short. In "Press 1 or # to end" it takes
// what follows the space before "#" for a comment, and callers would never hear it.
type uncut struct{ scalar }

func (u uncut) read(r *reader, n *yaml.Node) {
	if n.LineComment != "" && n.Style&quoted == 0 && n.Kind == yaml.ScalarNode {
		r.fault(HiddenText, n, "YAML takes what follows # on this line for a comment, so nobody would hear it: put the text in quotes, or the comment on a line of its own")
	}
	u.scalar.read(r, n)
}

// noHiddenKey finds the key # without quotes, which makes a comment of the whole
// line: "#: operator".
func noHiddenKey(r *reader, p pair) {
	for _, n := range []*yaml.Node{p.key, p.value} {
		for _, comment := range []string{n.HeadComment, n.LineComment, n.FootComment} {
			if hiddenKey.MatchString(comment) {
				r.fault(HiddenText, p.key, `YAML takes the key # near this line for a comment: put it in quotes, "#"`)
			}
		}
	}
}

// prompts is one prompt, or a list of them.
func prompts(to *[]ivr.Prompt) shape {
	var one ivr.Prompt
	keep := func(s shape) shape {
		return after{first{s}, func(*reader, *yaml.Node) { *to = []ivr.Prompt{one} }}
	}
	return forms{
		ref: "prompts", want: "a prompt", single: keep(prompt(&one)), object: keep(prompt(&one)),
		several: list[ivr.Prompt]{to, prompt, 1},
	}
}

// first is the only element of a list that is not written as one.
type first struct{ shape }

func (f first) read(r *reader, n *yaml.Node) {
	r.within("0", n, func() { f.shape.read(r, n) })
}

// askFields are those of every question. main is the key of the question itself.
func askFields(a *ivr.Ask, main, doc string, more ...field) []field {
	return slices.Concat(
		[]field{{key: main, goes: "prompt", need: required, shape: prompt(&a.Prompt), doc: doc}},
		more,
		[]field{
			{key: "again", shape: prompt(&a.Again), doc: "The question from the second time on. Default: the question."},
			{key: "no_input", shape: prompts(&a.NoInput), doc: "Said before the question is asked again after silence: the first the first time, and so on; the last repeats."},
			{key: "no_match", shape: prompts(&a.NoMatch), doc: "Said before the question is asked again after a wrong answer."},
			{key: "timeout", shape: seconds(&a.Timeout), doc: "How long the caller has to begin an answer. Default: that of the flow."},
			{key: "attempts", shape: count(&a.Attempts), doc: "How often silence, and how often a wrong answer, is heard before the node gives up. Default: that of the flow."},
			{key: "confidence", shape: share(&a.Confidence), doc: "How sure the carrier must be of what it heard, from 0 to 1: less counts as a wrong answer. Default: that of the flow."},
			{key: "on_no_input", shape: node(&a.OnNoInput), doc: "The node after the last silence. Default: exhausted."},
			{key: "on_no_match", shape: node(&a.OnNoMatch), doc: "The node after the last wrong answer. Default: exhausted."},
			{key: "exhausted", shape: node(&a.Exhausted), doc: "The node when attempts are used up. Default: that of the flow."},
		})
}
