package flowfile

import (
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/callgate/callgate/ivr"
)

// hiddenKey is a comment that was meant as the key #.
var hiddenKey = regexp.MustCompile(`(?m)^#[ \t]*:`)

// targets is one whom to ring, or a list.
func targets(to *[]ivr.Target) shape {
	var one ivr.Target
	single := after{first{target(&one)}, func(*reader, *yaml.Node) { *to = []ivr.Target{one} }}
	return forms{want: "a telephone number", single: single, several: list[ivr.Target]{to, target, 1}}
}

const (
	sipScheme       = "sip:"
	secureSIPScheme = "sips:"
	clientScheme    = "client:"
)

// target is whom to ring, in one text.
func target(to *ivr.Target) shape {
	number := phone(&to.Number).(scalar)
	return scalar{
		ref: "target", want: "a telephone number such as +15005550100, sip:user@host or client:name", types: text | integer,
		pattern: `^(\+[1-9][0-9]{6,14}|sips?:.+|client:.+|.*\{.*\}.*)$`,
		set: func(s string) error {
			switch {
			case strings.HasPrefix(s, sipScheme), strings.HasPrefix(s, secureSIPScheme):
				to.SIP = s
			case strings.HasPrefix(s, clientScheme):
				to.Client = s[len(clientScheme):]
			default:
				return number.set(s)
			}
			return nil
		},
	}
}

// pointer is a value that is nil when its key is not there.
func pointer[T any](to **T, of func(*T) shape) shape {
	v := new(T)
	return after{of(v), func(*reader, *yaml.Node) { *to = v }}
}

// orNothing is a value that may be left out although its key stands there.
type orNothing struct{ shape }

func (o orNothing) read(r *reader, n *yaml.Node) {
	if n.Kind == yaml.ScalarNode && coreType(n) == null && r.usable(n) {
		return
	}
	o.shape.read(r, n)
}

func (o orNothing) describe(d definitions) schema {
	return schema{"anyOf": []schema{{"type": "null"}, o.shape.describe(d)}}
}
