package carrier

import (
	"context"
	"net/http"
	"time"
)

// ConnectLimit is how long the connection of a request with these overrides may take to be made.
func ConnectLimit(url string) time.Duration {
	o, _ := parseOverrides(url)
	return connectLimit(context.WithValue(context.Background(), connectKey{}, o.connect))
}

// Resolve and ParseOverrides are for the fuzz tests of these two parsers.
var Resolve = resolve

// ParseOverrides reports whether the fragment of a URL is taken, and how many retries it asks for.
func ParseOverrides(url string) (retries int, ok bool) {
	o, problem := parseOverrides(url)
	return o.retries, problem == nil
}

// Digest answers a challenge.
func Digest(challenge, method, target, user, password, cnonce string) string {
	l := loginFor("https://u:p@ivr.example.org/", http.Header{"Www-Authenticate": {challenge}})
	if l == nil {
		return ""
	}
	return l.header(method, target, user, password, cnonce)
}
