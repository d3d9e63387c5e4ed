package explain

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// headers copies what an explanation reads of the headers, and nothing else.
func (d *redactor) headers(to, from http.Header) {
	for name, values := range from {
		for _, v := range values {
			if v, ok := d.header(name, v); ok {
				to[name] = append(to[name], v)
			}
		}
	}
}

// header returns what a case keeps of a header.
func (d *redactor) header(name, v string) (string, bool) {
	switch name {
	case "Content-Type", "Content-Length", "Content-Encoding", "Upgrade", "Via", "X-Forwarded-Port", "X-Forwarded-Ssl", "Front-End-Https":
		return v, true
	case "User-Agent":
		return "TwilioProxy/1.1", strings.HasPrefix(v, "TwilioProxy")
	case "Authorization":
		scheme, credentials, _ := strings.Cut(v, " ")
		user, err := base64.StdEncoding.DecodeString(credentials)
		if err != nil || !strings.EqualFold(scheme, "Basic") {
			return "", false
		}
		return scheme + " " + base64.StdEncoding.EncodeToString([]byte(d.value(string(user)))), true
	case "Forwarded":
		return onlyOrigins(v), true
	}
	switch {
	case slices.Contains(prefixHeaders, name), slices.Contains(targetHeaders, name):
		if strings.Contains(v, "://") {
			return d.url(v), true
		}
		return d.target(v), true
	case slices.Contains(schemeHeaders, name), slices.Contains(hostHeaders, name):
		return v, true
	case slices.Contains(cloudHeaders, name), strings.HasPrefix(name, "Ngrok-"), name == "X-Real-Ip", name == "I-Twilio-Idempotency-Token":
		return "x", true // that it is there is all that counts
	}
	return "", false
}

// onlyOrigins keeps host and proto of a Forwarded header, and drops who it was.
func onlyOrigins(v string) string {
	elements := strings.Split(v, ",")
	for i, e := range elements {
		var kept []string
		for pair := range strings.SplitSeq(e, ";") {
			pair = strings.TrimSpace(pair)
			if name, _, _ := strings.Cut(pair, "="); strings.EqualFold(name, "host") || strings.EqualFold(name, "proto") {
				kept = append(kept, pair)
			}
		}
		elements[i] = strings.Join(kept, ";")
	}
	return strings.Join(elements, ", ")
}

// multipart replaces the content of the parts of a multipart body, which stands
// between the empty line after its headers and the next boundary.
func (d *redactor) multipart(body []byte) []byte {
	const emptyLine, boundary = "\r\n\r\n", "\r\n--"
	var b strings.Builder
	rest := string(body)
	for {
		head, after, found := strings.Cut(rest, emptyLine)
		b.WriteString(head)
		if !found {
			return []byte(b.String())
		}
		content, next, more := strings.Cut(after, boundary)
		b.WriteString(emptyLine + d.value(content))
		if !more {
			return []byte(b.String())
		}
		rest = boundary + next
	}
}

// json replaces the strings and numbers of JSON, names that are words excepted,
// and leaves everything between them as it is.
func (d *redactor) json(body []byte) []byte {
	var b bytes.Buffer
	for i := 0; i < len(body); {
		n := 1
		switch c := body[i]; {
		case c == '"':
			n = stringEnd(body[i:])
			b.WriteString(d.jsonString(string(body[i:i+n]), isName(body[i+n:])))
		case c >= '0' && c <= '9':
			for i+n < len(body) && strings.IndexByte("0123456789.eE+-", body[i+n]) >= 0 {
				n++
			}
			b.WriteString(d.number(string(body[i : i+n])))
		default:
			b.WriteByte(c)
		}
		i += n
	}
	return b.Bytes()
}

// number replaces the digits of a JSON number.
func (d *redactor) number(s string) string {
	made := []byte(s)
	for i, c := range made {
		if c >= '0' && c <= '9' {
			made[i] = pick("123456789")
		}
	}
	d.made[s] = string(made)
	return string(made)
}

// stringEnd returns the length of the JSON string that s starts with.
func stringEnd(s []byte) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(s)
}

// isName reports whether a string before rest is the name of a member.
func isName(rest []byte) bool {
	rest = bytes.TrimLeft(rest, " \t\r\n")
	return len(rest) > 0 && rest[0] == ':'
}

func (d *redactor) jsonString(s string, name bool) string {
	inner := strings.TrimSuffix(strings.TrimPrefix(s, `"`), `"`)
	if name && isWord(inner) {
		return s
	}
	if !strings.Contains(inner, `\`) {
		return `"` + d.value(inner) + `"`
	}
	// Pieces between escapes are replaced one by one, and escapes by their kind.
	var b strings.Builder
	b.WriteByte('"')
	for len(inner) > 0 {
		i := strings.IndexByte(inner, '\\')
		if i < 0 {
			i = len(inner)
		}
		b.WriteString(draw(inner[:i]))
		inner = inner[i:]
		n := min(len(`\n`), len(inner))
		if strings.HasPrefix(inner, `\u`) {
			n = min(len(`\u0000`), len(inner))
		}
		b.WriteString(unicodeEscape(inner[:n]))
		inner = inner[n:]
	}
	b.WriteByte('"')
	return b.String()
}

// unicodeEscape replaces the character of an escape by one of its kind.
func unicodeEscape(escape string) string {
	hexDigits, found := strings.CutPrefix(escape, `\u`)
	n, err := strconv.ParseUint(hexDigits, 16, 16)
	if !found || err != nil {
		return escape
	}
	r := rune(n)
	switch {
	case utf16.IsSurrogate(r) || r < utf8.RuneSelf && !isAlnum(byte(r)):
		return escape // half a character, or punctuation
	case r < utf8.RuneSelf:
		r = rune(maskByte(byte(r)))
	default:
		r = kindOfRune(r)
	}
	return `\u` + strconv.FormatUint(1<<16|uint64(r), 16)[1:]
}
