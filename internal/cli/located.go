package cli

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/callgate/callgate/internal/config"
)

// located turns what a part of Callgate says about its Go configuration into faults of
// the configuration file: "callgate: Routes[1].Path: …" becomes
// "callgate.yaml:12: routes[1].path: …".
func located(c *config.Config, err error) (faults []error) {
	for _, e := range flatten(err) {
		text := packagePrefix.ReplaceAllString(e.Error(), "")
		var fields []string
		for field := fieldPrefix.FindString(text); field != ""; field = fieldPrefix.FindString(text) {
			fields = append(fields, strings.TrimSuffix(field, ": "))
			text = text[len(field):]
		}
		faults = append(faults, c.Fault(keyOf(strings.Join(fields, ".")), inText.Replace(text)))
	}
	return faults
}

// flatten takes joined errors apart. What was put in front of them stands in front of
// each then.
func flatten(err error) (list []error) {
	if err == nil {
		return nil
	}
	for e := err; e != nil; e = errors.Unwrap(e) {
		joined, ok := e.(interface{ Unwrap() []error })
		if !ok {
			continue
		}
		prefix := strings.TrimSuffix(err.Error(), e.Error())
		for _, part := range joined.Unwrap() {
			for _, inner := range flatten(part) {
				list = append(list, fmt.Errorf("%s%w", prefix, inner))
			}
		}
		return list
	}
	return []error{err}
}

var (
	packagePrefix = regexp.MustCompile(`^(callgate|twilio): `)
	fieldPrefix   = regexp.MustCompile(`^[A-Z][A-Za-z]*(\[[^\]]*\]|\.[A-Z][A-Za-z]*)*: `)
	documents     = regexp.MustCompile(`\.Documents(\["([^"]*)"\])?`)
	entryPart     = regexp.MustCompile(`(entries\[\d+\])\.\w+`)
	wordStart     = regexp.MustCompile(`([a-z])([A-Z])`)
)

// inText are the fields that advice tells to use.
var inText = strings.NewReplacer("AllowedHosts", "allowed_hosts", "PublicURL", "public_url", "Routes[", "routes[")

// keyOf names the key of the file that a field of a Go configuration is filled from.
func keyOf(field string) string {
	field = documents.ReplaceAllString(field, ".$2")
	field = strings.ToLower(wordStart.ReplaceAllString(field, "${1}_$2"))
	field = strings.NewReplacer(".observe_until", ".observe.until", ".insecure_admit", ".observe.insecure_admit").Replace(field)
	return strings.TrimSuffix(entryPart.ReplaceAllString(field, "$1"), ".")
}
