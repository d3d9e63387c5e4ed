package twilio

import (
	"strings"

	"github.com/callgate/callgate"
)

// The forms of an address that differ from the one received. Each is a rule of
// the carrier that its documents leave open or contradict by product.
const (
	// FormPortRemoved: a voice webhook over https is signed without its port.
	FormPortRemoved callgate.Form = "port-removed"
	// FormPortAdded: the default port of the scheme was signed although the
	// address does not show it.
	FormPortAdded callgate.Form = "port-added"
	// FormUserinfoRemoved: user and password in the configured address are not signed.
	FormUserinfoRemoved callgate.Form = "userinfo-removed"
	// FormBareOrigin: the address was configured without a path, which every
	// request has ("https://h" is requested as "https://h/").
	FormBareOrigin callgate.Form = "bare-origin"
	// FormSlashAdded and FormSlashRemoved: the path of a WebSocket handshake
	// with one trailing slash more or less.
	FormSlashAdded   callgate.Form = "slash-added"
	FormSlashRemoved callgate.Form = "slash-removed"
)

// address is a URL cut where the carrier's rules leave a choice. The pieces
// joined are the URL without its fragment, byte for byte.
type address struct {
	scheme   string // with "://"; empty when there is none, and then host is the whole URL
	userinfo string // with "@"
	host     string // an IPv6 literal keeps its brackets
	port     string // with ":"
	path     string
	query    string // with "?"
}

// parse cuts a URL. It decodes nothing and refuses nothing: an address that is
// no URL is one piece and has one form.
func parse(url string) address {
	url, _, _ = strings.Cut(url, "#")
	scheme, rest, found := strings.Cut(url, "://")
	if !found {
		return address{host: url}
	}
	a := address{scheme: url[:len(scheme)+len("://")]}
	authority := rest
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		authority, rest = rest[:i], rest[i:]
	} else {
		rest = ""
	}
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		a.userinfo, authority = authority[:i+1], authority[i+1:]
	}
	a.host = authority
	if i := strings.LastIndexByte(authority, ':'); i >= 0 && isPort(authority[i+1:]) {
		a.host, a.port = authority[:i], authority[i:]
	}
	a.path = rest
	if i := strings.IndexByte(rest, '?'); i >= 0 {
		a.path, a.query = rest[:i], rest[i:]
	}
	return a
}

func isPort(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// websocket reports whether the address is a WebSocket's.
func (a *address) websocket() bool {
	return strings.EqualFold(a.scheme, "wss://") || strings.EqualFold(a.scheme, "ws://")
}

// toWebsocket gives the address the scheme that a handshake is signed with.
func (a *address) toWebsocket() {
	switch {
	case strings.EqualFold(a.scheme, "https://"):
		a.scheme = "wss://"
	case strings.EqualFold(a.scheme, "http://"):
		a.scheme = "ws://"
	}
}

// defaultPort returns the port that the scheme implies, with its colon.
func (a *address) defaultPort() string {
	switch {
	case strings.EqualFold(a.scheme, "https://"), strings.EqualFold(a.scheme, "wss://"):
		return ":443"
	case strings.EqualFold(a.scheme, "http://"), strings.EqualFold(a.scheme, "ws://"):
		return ":80"
	}
	return ""
}

// choice is one piece of an address and its other spelling, if it has one.
type choice struct {
	spellings [2]string
	count     int
	form      formSet // what the second spelling is called
}

func (c *choice) or(spelling string, form formSet) {
	c.spellings[1], c.count, c.form = spelling, 2, form
}

// forms are the spellings of one address: the product of three choices.
type forms struct {
	address
	users, paths, ports choice
}

// forms lists what the carrier may have signed for this address. The list is
// closed: nothing else is ever tried, and no piece is decoded or folded.
func (a address) forms() forms {
	f := forms{address: a}
	f.users = choice{spellings: [2]string{a.userinfo}, count: 1}
	f.ports = choice{spellings: [2]string{a.port}, count: 1}
	f.paths = choice{spellings: [2]string{a.path}, count: 1}
	if a.userinfo != "" {
		f.users.or("", userinfoRemoved)
	}
	if a.port != "" {
		f.ports.or("", portRemoved)
	} else if p := a.defaultPort(); p != "" && !strings.HasSuffix(a.host, ":") {
		f.ports.or(p, portAdded)
	}
	switch {
	case a.path == "/":
		f.paths.or("", bareOrigin)
	case !a.websocket():
	case strings.HasSuffix(a.path, "/"):
		f.paths.or(strings.TrimSuffix(a.path, "/"), slashRemoved)
	default:
		f.paths.or(a.path+"/", slashAdded)
	}
	return f
}

// count is the number of spellings.
func (f *forms) count() int { return f.users.count * f.paths.count * f.ports.count }

// append writes spelling i to buf and says what it is called. Spelling 0 is
// the address as received; the port, which is wrong most often, varies first.
func (f *forms) append(buf []byte, i int) ([]byte, formSet) {
	port, i := i%f.ports.count, i/f.ports.count
	path, user := i%f.paths.count, i/f.paths.count
	buf = append(buf, f.scheme...)
	buf = append(buf, f.users.spellings[user]...)
	buf = append(buf, f.host...)
	buf = append(buf, f.ports.spellings[port]...)
	buf = append(buf, f.paths.spellings[path]...)
	buf = append(buf, f.query...)
	return buf, f.users.form*formSet(user) | f.paths.form*formSet(path) | f.ports.form*formSet(port)
}

// formSet is a set of differences from the address as received.
type formSet uint8

const (
	portRemoved formSet = 1 << iota
	portAdded
	userinfoRemoved
	bareOrigin
	slashAdded
	slashRemoved
)

// form returns the name of the set. The names are made once, so that a request
// that matches costs no allocation.
func (s formSet) form() callgate.Form { return formNames[s] }

var formNames = func() (names [64]callgate.Form) {
	single := []callgate.Form{FormPortRemoved, FormPortAdded, FormUserinfoRemoved, FormBareOrigin, FormSlashAdded, FormSlashRemoved}
	names[0] = callgate.FormAsReceived
	for s := 1; s < len(names); s++ {
		var parts []string
		for i, name := range single {
			if s&(1<<i) != 0 {
				parts = append(parts, string(name))
			}
		}
		names[s] = callgate.Form(strings.Join(parts, "+"))
	}
	return names
}()
