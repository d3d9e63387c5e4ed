package carrier

// Resolve and ParseOverrides are for the fuzz tests of these two parsers.
var Resolve = resolve

// ParseOverrides reports whether the fragment of a URL is taken, and how many retries it asks for.
func ParseOverrides(url string) (retries int, ok bool) {
	o, problem := parseOverrides(url)
	return o.retries, problem == nil
}
