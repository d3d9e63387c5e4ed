package callgate

import (
	"strings"
	"unicode/utf8"
)

// target is a request target in origin-form, RFC 9112 section 3.2.1.
type target struct {
	raw   string // as on the request line: what was signed
	query string // raw, without the question mark

	// path is the decoded path. In segments, which differs from it only when the
	// path has an encoded slash, that slash is a byte that no route has.
	path, segments string
}

// encodedSlash stands in target.segments for a "%2F".
const encodedSlash = '\x00'

// parseTarget cuts and checks a request target. Unclean paths are refused: what
// cleans them, a router or a file server, would serve another path than the one
// that was authorised, and a redirect to the clean path loses the caller's digits.
func parseTarget(raw string) (target, *Refusal) {
	t := target{raw: raw}
	switch {
	case raw == "":
		return t, Refuse(ReasonTarget, "no request target; a server sets it, and so does httptest.NewRequest")
	case raw[0] != '/':
		return t, Refuse(ReasonTarget, "the request target does not begin with a slash")
	}
	for i := range len(raw) {
		switch c := raw[i]; {
		case c <= ' ' || c == 0x7f:
			return t, Refuse(ReasonTarget, "a space or control byte in the request target")
		case c == '#':
			return t, Refuse(ReasonTarget, "a fragment in the request target")
		}
	}
	path, query, _ := strings.Cut(raw, "?")
	t.query = query
	var err *Refusal
	if t.path, t.segments, err = decodePath(path); err != nil {
		return t, err
	}
	return t, checkPath(path, t.path)
}

// decodePath decodes each percent-encoding once, as every router does. Routers
// differ in whether an encoded slash separates, so both readings are returned.
func decodePath(raw string) (path, segments string, err *Refusal) {
	if strings.IndexByte(raw, '%') < 0 {
		return raw, raw, nil
	}
	decoded := make([]byte, 0, len(raw))
	kept := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		c, k := raw[i], raw[i]
		if c == '%' {
			if i+2 >= len(raw) || unhex[raw[i+1]] < 0 || unhex[raw[i+2]] < 0 {
				return "", "", Refuse(ReasonTarget, "a %% in the path that two hexadecimal digits do not follow")
			}
			c = byte(unhex[raw[i+1]])<<4 | byte(unhex[raw[i+2]])
			if k = c; c == '/' {
				k = encodedSlash
			}
			i += 2
		}
		decoded, kept = append(decoded, c), append(kept, k)
	}
	return string(decoded), string(kept), nil
}

// checkPath refuses paths that do not mean the same to everybody.
func checkPath(raw, decoded string) *Refusal {
	switch {
	case strings.Contains(raw, "//"):
		return Refuse(ReasonTarget, "an empty segment in the path")
	case strings.IndexByte(raw, '\\') >= 0:
		return Refuse(ReasonTarget, "a backslash in the path")
	case !utf8.ValidString(decoded):
		return Refuse(ReasonTarget, "the path is not UTF-8")
	}
	for i := range len(decoded) {
		if c := decoded[i]; c < ' ' || c == 0x7f {
			return Refuse(ReasonTarget, "an encoded control byte in the path")
		}
	}
	if hasDotSegment(decoded) {
		return Refuse(ReasonTarget, `a "." or ".." segment in the path`)
	}
	return nil
}

// hasDotSegment looks between slashes, encoded ones included, and between the
// backslashes that some file systems take for slashes.
func hasDotSegment(path string) bool {
	if strings.IndexByte(path, '.') < 0 {
		return false
	}
	for segment := range strings.FieldsFuncSeq(path, func(r rune) bool { return r == '/' || r == '\\' }) {
		if segment == "." || segment == ".." {
			return true
		}
	}
	return false
}
