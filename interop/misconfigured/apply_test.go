package misconfigured_test

import (
	"regexp"
	"slices"
	"strings"
)

// What is printed for a proxy is applied as a reader would: what stands behind "remove"
// is deleted, and a directive takes the place of the one with the same name, or is put
// before the one that passes requests on. Other comments are for people.

// removal is a printed comment that says what to delete.
var removal = regexp.MustCompile(`^# remove(?: (?:from|for) [\w ]+)?: (.*)$`)

// passing are the lines before which a directive is put that was not there.
var passing = map[string]string{"nginx": "proxy_pass ", "HAProxy": "default_backend ", "Apache": "ProxyPass ", "Caddy": "header_up "}

// applyPrinted returns the configuration of a proxy after the printed lines.
func applyPrinted(proxy, config, printed string) string {
	lines := strings.Split(config, "\n")
	for _, line := range strings.Split(printed, "\n") {
		if m := removal.FindStringSubmatch(line); m != nil {
			for name := range strings.SplitSeq(m[1], ", ") {
				name = strings.TrimSuffix(name, " ...")
				lines = slices.DeleteFunc(lines, func(had string) bool { return !comment(had) && strings.Contains(singleSpaced(had), name) })
			}
			continue
		}
		if !comment(line) {
			lines = setDirective(lines, line, passing[proxy])
		}
	}
	return strings.Join(lines, "\n")
}

func comment(line string) bool { return strings.HasPrefix(strings.TrimSpace(line), "#") }

// setDirective puts a directive in the place of the one with the same name.
func setDirective(lines []string, directive, before string) []string {
	name := directiveName(directive)
	at := slices.IndexFunc(lines, func(had string) bool { return !comment(had) && directiveName(had) == name })
	if at >= 0 {
		lines[at] = directive
		return lines
	}
	at = slices.IndexFunc(lines, func(had string) bool { return strings.HasPrefix(singleSpaced(had), before) })
	return slices.Insert(lines, max(at, 0), directive)
}

// directiveName returns the word that a directive begins with, and those of which there
// can be many with what they set.
func directiveName(line string) string {
	words := strings.Fields(line)
	n := 1
	if len(words) > 0 {
		switch words[0] {
		case "proxy_set_header", "header_up":
			n = 2
		case "http-request", "RequestHeader":
			n = 3
		}
	}
	return strings.Join(words[:min(n, len(words))], " ")
}
