package explain

import (
	"net/http"
	"slices"
	"strings"

	"github.com/callgate/callgate"
)

// answer puts an explanation together.
type answer struct {
	*Explanation
	search *search
	mends  *mends
}

// add adds a change, or to one with the same cause.
func (a *answer) add(cause Cause, ds ...Difference) {
	i := slices.IndexFunc(a.Changes, func(c Change) bool { return c.Cause == cause })
	if i < 0 {
		a.Changes = append(a.Changes, Change{Cause: cause, Title: cause.Title()})
		i = len(a.Changes) - 1
	}
	a.Changes[i].Differences = append(a.Changes[i].Differences, ds...)
}

// finish sorts the changes, the one to mend first in front, and adds their mends.
func (a *answer) finish(signed address) {
	order := Causes()
	slices.SortStableFunc(a.Changes, func(c, d Change) int {
		return slices.Index(order, c.Cause) - slices.Index(order, d.Cause)
	})
	a.Cause, a.Confidence = a.Changes[0].Cause, Proved
	for i := range a.Changes {
		c := &a.Changes[i]
		c.Mends = a.mends.of(c.Cause, signed, c.Differences)
	}
}

// withoutSignature explains a request whose header holds no signature.
func (a *answer) withoutSignature(values []string) {
	a.Confidence = Proved
	switch {
	case len(listOf(values)) == 0:
		a.Cause = CauseSignatureMissing
	case isSHA256(values):
		a.Cause, a.Confidence = CauseSharedKey, Likely
	default:
		a.Cause = CauseSignatureHeader
	}
	a.Changes = append(a.Changes, Change{Cause: a.Cause, Title: a.Cause.Title()})
	a.Changes[0].Mends = a.mends.of(a.Cause, a.search.roots[0].root.address, nil)
	if a.Cause == CauseSignatureMissing && !a.search.fromCarrier() {
		a.guess(CauseForged, "nothing in the request looks like the carrier's")
	}
}

// asIs explains a request whose signature fits the address and the parameters as
// they are: there is no fault, or it is not there.
func (a *answer) asIs(key *tryKey, loose bool) {
	r, o := a.search.request, &a.search.roots[0].root
	if loose {
		a.add(CauseSignatureHeader)
	}
	switch {
	case r.Method != http.MethodPost && r.Method != http.MethodGet, r.Method == http.MethodGet && len(r.Body) > 0:
		a.add(CauseMethod, Difference{"method", none, quote(r.Method)})
	case o.content == contentJSON && !hasBodyHash(o.address.query, o.body):
		a.add(CauseBodyChanged)
	case o.content == contentOther && len(listOf(r.Header["Content-Encoding"])) > 0:
		a.add(CauseBodyCompressed)
	case o.content == contentOther:
		a.add(CauseContentType, Difference{"header Content-Type", none, headerText(r, "Content-Type")})
	case o.content == contentForm && badForm(r.Body):
		a.add(CauseBodyEncoding)
	}
	if account := o.accountOf(); account != "" && key.account != "" && account != key.account {
		a.add(CauseOtherAccount, Difference{"key", quote(key.name), keyText(CauseOtherAccount)})
	}
	if len(a.Changes) > 0 {
		a.finish(o.address)
		return
	}
	if a.search.bareGet() {
		a.guess(CauseMethod, "the signature is valid, but it is a GET without the carrier's parameters, as a redirect makes of a POST")
		a.Cause, a.Confidence = CauseMethod, Likely
		return
	}
	a.Cause, a.Confidence = CauseNone, Proved
}

func badForm(body []byte) bool {
	_, err := callgate.ParseParams(body)
	return err != nil
}

func headerText(r *Request, name string) string {
	if len(r.Header[name]) == 0 {
		return none
	}
	return quote(strings.Join(r.Header[name], ", "))
}

// found explains a request with the match that was found, if there is one.
func (a *answer) found(m *match, loose bool) {
	if m == nil {
		a.guesses()
		return
	}
	if loose {
		a.add(CauseSignatureHeader)
	}
	o := a.search.roots[0].root
	for _, e := range m.start.edits {
		next, _ := e.apply(o)
		a.add(e.cause, a.readings(&o, &next)...)
		o = next
	}
	signed := o.address
	replay(m.start.origins, &m.origin, func(c Cause, from, to address) {
		a.add(c, addressDifferences(from, to)...)
		to.path, to.query = signed.path, signed.query
		signed = to
	})
	replay(m.start.paths, &m.path, func(c Cause, from, to string) {
		a.add(c, addressDifferences(address{path: from}, address{path: to})...)
		signed.path = to
	})
	replay(m.start.queries, &m.query, func(c Cause, from, to string) {
		a.add(c, addressDifferences(address{query: from}, address{query: to})...)
		signed.query = to
	})
	replay(m.start.forms, &m.form, func(c Cause, from, to callgate.Params) {
		a.add(c, paramDifferences(from, to)...)
	})
	if m.key.cause != "" {
		a.add(m.key.cause, Difference{"key", quote(m.key.name), keyText(m.key.cause)})
	}
	if o.content == contentJSON && !hasBodyHash(signed.query, o.body) {
		a.add(CauseBodyChanged)
	}
	a.finish(signed)
}

// replay calls step with each edit that made a node.
func replay[T any](s *space[T], n *node[T], step func(c Cause, from, to T)) {
	value := s.levels[0][0].value
	for _, i := range n.path {
		next, _ := s.edits[i].apply(value)
		step(s.edits[i].cause, value, next)
		value = next
	}
}

// readings returns how two readings of the request differ.
func (a *answer) readings(arrived, signed *root) []Difference {
	r := a.search.request
	if arrived.content == signed.content && arrived.address == signed.address {
		return paramDifferences(arrived.params, signed.params)
	}
	ds := addressDifferences(arrived.address, signed.address)
	if arrived.content != signed.content {
		ds = append(ds, Difference{"body", signed.content.String(), bodyText(r)})
	}
	return ds
}

// keyText says what the key that signed is not.
func keyText(c Cause) string {
	switch c {
	case CauseOtherAccount:
		return "the keys of the account that the request names"
	case CauseKeySpelling:
		return "the same with stray characters"
	}
	return "the keys in use"
}

func (c content) String() string {
	switch c {
	case contentForm:
		return "a form"
	case contentJSON:
		return "JSON"
	}
	return none
}

func bodyText(r *Request) string {
	if len(r.Body) == 0 {
		return none
	}
	return r.Method + " with Content-Type " + headerText(r, "Content-Type")
}

// addressDifferences returns the pieces in which two addresses differ.
func addressDifferences(arrived, signed address) []Difference {
	var ds []Difference
	piece := func(part, signed, arrived string) {
		if signed != arrived {
			ds = append(ds, Difference{part, display(signed), display(arrived)})
		}
	}
	piece("scheme", strings.TrimSuffix(signed.scheme, "://"), strings.TrimSuffix(arrived.scheme, "://"))
	if signed.user != arrived.user {
		// User and password are secrets; that they are there is all that matters.
		ds = append(ds, Difference{"user and password", presence(signed.user), presence(arrived.user)})
	}
	piece("host", signed.host, arrived.host)
	piece("port", strings.TrimPrefix(signed.port, ":"), strings.TrimPrefix(arrived.port, ":"))
	piece("path", maskPath(signed.path), maskPath(arrived.path))
	piece("query", maskQuery(signed.query), maskQuery(arrived.query))
	return ds
}

func display(s string) string {
	if s == "" {
		return none
	}
	return quote(s)
}

func presence(s string) string {
	if s == "" {
		return none
	}
	return "given"
}

// maxShown bounds the parameters that one cause shows.
const maxShown = 4

// paramDifferences returns the parameters in which two forms differ.
func paramDifferences(arrived, signed callgate.Params) []Difference {
	var ds []Difference
	shown := map[string]bool{}
	for _, p := range slices.Concat(arrived, signed) {
		was, is := signed.Values(p.Name), arrived.Values(p.Name)
		if shown[p.Name] || slices.Equal(was, is) {
			continue
		}
		shown[p.Name] = true
		if len(ds) < maxShown {
			ds = append(ds, Difference{"parameter " + quoteName(p.Name), displayValues(was), displayValues(is)})
		}
	}
	return ds
}

// quoteName quotes a name that is not a plain word.
func quoteName(name string) string {
	if isWord(name) {
		return name
	}
	return quote(maskName(name))
}

func displayValues(values []string) string {
	if len(values) == 0 {
		return none
	}
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = quote(mask(v))
	}
	return strings.Join(quoted, " and ")
}
