package explain

import "strings"

// address is a URL in pieces. Joined they are the URL without its fragment, byte
// for byte: nothing is decoded, cleaned or folded.
type address struct {
	scheme string // with "://"
	user   string // with "@"
	host   string // an IPv6 literal keeps its brackets
	port   string // with ":"
	path   string
	query  string // with "?"
}

// parseAddress cuts a URL. An address without "://" is a host and what follows.
func parseAddress(url string) address {
	url, _, _ = strings.Cut(url, "#")
	var a address
	if i := strings.Index(url, "://"); i >= 0 {
		a.scheme, url = url[:i+len("://")], url[i+len("://"):]
	}
	authority := url
	if i := strings.IndexAny(url, "/?"); i >= 0 {
		authority, url = url[:i], url[i:]
	} else {
		url = ""
	}
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		a.user, authority = authority[:i+1], authority[i+1:]
	}
	a.host, a.port = cutPort(authority)
	a.setTarget(url)
	return a
}

// cutPort cuts an authority before the colon of its port.
func cutPort(authority string) (host, port string) {
	i := strings.LastIndexByte(authority, ':')
	if i < 0 || i+1 == len(authority) || strings.Trim(authority[i+1:], "0123456789") != "" {
		return authority, ""
	}
	return authority[:i], authority[i:]
}

// setTarget replaces path and query.
func (a *address) setTarget(target string) {
	a.path, a.query = target, ""
	if i := strings.IndexByte(target, '?'); i >= 0 {
		a.path, a.query = target[:i], target[i:]
	}
}

func (a address) String() string {
	return a.scheme + a.user + a.host + a.port + a.path + a.query
}

// origin returns the address without path and query.
func (a address) origin() address {
	a.path, a.query = "", ""
	return a
}

// pairsOf returns the pairs of a query, undecoded, empty ones too.
func pairsOf(query string) []string {
	if len(query) <= 1 {
		return nil
	}
	return strings.Split(query[1:], "&")
}

// queryOf is the reverse of pairsOf.
func queryOf(pairs []string) string {
	if len(pairs) == 0 {
		return ""
	}
	return "?" + strings.Join(pairs, "&")
}

// defaultPort returns the port that a scheme implies, with its colon.
func defaultPort(scheme string) string {
	switch strings.ToLower(scheme) {
	case "https://", "wss://":
		return ":443"
	case "http://", "ws://":
		return ":80"
	}
	return ""
}

func isWebsocket(scheme string) bool {
	return strings.EqualFold(scheme, "wss://") || strings.EqualFold(scheme, "ws://")
}

// pairName returns the undecoded name of a pair of a query.
func pairName(pair string) string {
	name, _, _ := strings.Cut(pair, "=")
	return name
}
