package logreport

import (
	"encoding/json"
	"strconv"
	"strings"
)

// maxFields bounds what is read of one line. An explanation has some twenty.
const maxFields = 100

// line is a line of the log: its fields in order. A list is a field for each of its texts.
type line []field

type field struct{ key, value string }

// get returns the first value of a key, or "".
func (l line) get(key string) string {
	for _, f := range l {
		if f.key == key {
			return f.value
		}
	}
	return ""
}

// all returns every value of a key.
func (l line) all(key string) (values []string) {
	for _, f := range l {
		if f.key == key {
			values = append(values, f.value)
		}
	}
	return values
}

// parseLine reads a line that log/slog wrote, as JSON or as text. What a collector of
// logs puts in front of it is left out.
func parseLine(s string) (line, bool) {
	s = strings.TrimSpace(s)
	if at := strings.Index(s, `{"time":`); at >= 0 {
		return parseJSON(s[at:])
	}
	if at := strings.Index(" "+s, " time="); at >= 0 {
		return parseText(s[at:])
	}
	return nil, false
}

// parseJSON reads the fields of an object that are single values or lists of text.
func parseJSON(s string) (l line, ok bool) {
	d := json.NewDecoder(strings.NewReader(s))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, false
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, false
		}
		var raw json.RawMessage
		if d.Decode(&raw) != nil || len(l) >= maxFields {
			return nil, false
		}
		for _, value := range valuesOf(raw) {
			l = append(l, field{key.(string), value}) // between braces a key is a string
		}
	}
	_, err := d.Token()
	return l, err == nil
}

// valuesOf returns a single value, those of a list of text, or nothing of anything else.
func valuesOf(raw json.RawMessage) []string {
	var list []string
	if json.Unmarshal(raw, &list) == nil && len(list) <= maxFields {
		return list
	}
	if raw[0] == '{' || raw[0] == '[' {
		return nil
	}
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return []string{text}
	}
	return []string{string(raw)} // a number or the like
}

// parseText reads key=value pairs; either may be quoted as Go does.
func parseText(s string) (l line, ok bool) {
	for s != "" {
		var key, value string
		if key, s, ok = cutWord(s, "="); !ok || !strings.HasPrefix(s, "=") {
			return nil, false
		}
		if value, s, ok = cutWord(s[1:], " "); !ok || len(l) >= maxFields {
			return nil, false
		}
		for _, text := range texts(value) {
			l = append(l, field{key, text})
		}
		s = strings.TrimLeft(s, " ")
	}
	return l, true
}

// cutWord takes a word, quoted or up to an end, from the beginning of s.
func cutWord(s, end string) (word, rest string, ok bool) {
	if !strings.HasPrefix(s, `"`) {
		at := strings.Index(s, end)
		if at < 0 {
			at = len(s)
		}
		return s[:at], s[at:], true
	}
	quoted, err := strconv.QuotedPrefix(s)
	if err != nil {
		return "", "", false
	}
	word, err = strconv.Unquote(quoted)
	return word, s[len(quoted):], err == nil
}

// texts takes a list apart that the explainer wrote: one text a line, and further lines
// of a text indented.
func texts(value string) (list []string) {
	const indent = "  "
	for line := range strings.SplitSeq(value, "\n") {
		if more, is := strings.CutPrefix(line, indent); is && len(list) > 0 {
			list[len(list)-1] += "\n" + more
			continue
		}
		list = append(list, line)
	}
	return list
}
