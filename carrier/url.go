package carrier

import (
	"net/url"
	"strings"
)

// resolve makes an absolute URL of a reference (RFC 3986, section 5.2) against
// the URL of the current document. It works on the text and keeps every byte that
// it does not have to change, because the result is signed as it stands.
func resolve(base, ref string) string {
	ref = strings.TrimSpace(ref)
	if ref == "" {
		return withoutFragment(base)
	}
	if scheme(ref) != "" {
		return ref
	}
	baseScheme, authority, path, query := split(withoutFragment(base))
	fragment := ""
	if i := strings.IndexByte(ref, '#'); i >= 0 {
		ref, fragment = ref[:i], ref[i:]
	}
	switch {
	case strings.HasPrefix(ref, "//"):
		return baseScheme + ":" + ref + fragment
	case ref == "":
	case strings.HasPrefix(ref, "?"):
		query = ref
	case strings.HasPrefix(ref, "/"):
		path, query = cutQuery(ref)
		path = removeDots(path)
	default:
		var rel string
		rel, query = cutQuery(ref)
		if path == "" {
			path = "/" + rel
		} else {
			path = path[:strings.LastIndexByte(path, '/')+1] + rel
		}
		path = removeDots(path)
	}
	return baseScheme + "://" + authority + path + query + fragment
}

// scheme returns the scheme of an absolute URL, "" when it has none.
func scheme(s string) string {
	for i := range len(s) {
		c := s[i] | 0x20
		switch {
		case 'a' <= c && c <= 'z':
		case i > 0 && (s[i] >= '0' && s[i] <= '9' || s[i] == '+' || s[i] == '-' || s[i] == '.'):
		case i > 0 && s[i] == ':':
			return s[:i]
		default:
			return ""
		}
	}
	return ""
}

func withoutFragment(s string) string {
	s, _, _ = strings.Cut(s, "#")
	return s
}

// split takes an absolute URL without fragment apart; query begins with "?" or is empty.
func split(s string) (scheme, authority, path, query string) {
	scheme, rest, _ := strings.Cut(s, "://")
	rest, query = cutQuery(rest)
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		return scheme, rest[:i], rest[i:], query
	}
	return scheme, rest, "", query
}

func cutQuery(s string) (before, query string) {
	if i := strings.IndexByte(s, '?'); i >= 0 {
		return s[:i], s[i:]
	}
	return s, ""
}

// removeDots takes "." and ".." out of a path (RFC 3986, section 5.2.4).
func removeDots(path string) string {
	if !strings.Contains(path, ".") {
		return path
	}
	var out []string
	parts := strings.Split(path, "/")
	for i, p := range parts {
		last := i == len(parts)-1
		switch p {
		case ".":
			if last {
				out = append(out, "")
			}
		case "..":
			if len(out) > 1 {
				out = out[:len(out)-1]
			}
			if last {
				out = append(out, "")
			}
		default:
			out = append(out, p)
		}
	}
	return strings.Join(out, "/")
}

// badURL says why the carrier would not request a URL, "" when it would.
func badURL(s string) string {
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return "this is no URL"
	case u.Scheme != "http" && u.Scheme != "https":
		return "a URL must be absolute and begin with https:// or http://"
	case u.Hostname() == "":
		return "the URL names no host"
	case strings.Contains(u.Hostname(), "_"):
		return "the carrier refuses hosts with an underscore"
	case strings.ContainsAny(s, " \t\r\n"):
		return "a URL has no spaces: write %20"
	}
	return ""
}

// withoutPassword takes user and password out of a URL.
func withoutPassword(s string) string {
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok {
		return s
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	if i := strings.LastIndexByte(rest[:end], '@'); i >= 0 {
		rest = rest[i+1:]
	}
	return scheme + "://" + rest
}
