package callscript

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/callgate/callgate/carrier"
)

// Recording is a call to be written as a case.
type Recording struct {
	Name     string
	URL      string // of the server that answered; empty when Flow is given
	Method   string // of requests to it; empty for POST
	Fallback string
	Flow     string
	From     string
	To       string
	// Now is when the call began; the zero time leaves it to whoever runs the case.
	Now time.Time
	// HTTP are the replies to look-ups, and Grant the permissions, that the flow had.
	HTTP  []Lookup
	Grant []string
	Log   []carrier.Entry
}

// Case writes a call that somebody made as a suite with one case, in YAML: what
// was heard before each thing that the caller did, what others did, and the end.
func (r Recording) Case() string {
	var b strings.Builder
	for _, p := range []struct{ key, value string }{{"flow", r.Flow}, {"url", r.URL}, {"method", r.Method}, {"fallback", r.Fallback}} {
		if p.value != "" {
			fmt.Fprintf(&b, "%s: %s\n", p.key, quote(p.value))
		}
	}
	fmt.Fprintf(&b, "cases:\n  - name: %s\n", quote(r.Name))
	now := ""
	if !r.Now.IsZero() {
		now = r.Now.Format(time.RFC3339)
	}
	for _, p := range []struct{ key, value string }{{"from", r.From}, {"to", r.To}, {"now", now}} {
		if p.value != "" {
			fmt.Fprintf(&b, "    %s: %s\n", p.key, quote(p.value))
		}
	}
	r.flow(&b)
	steps := r.steps()
	if len(steps) > 0 {
		b.WriteString("    steps:\n")
	}
	for _, s := range steps {
		b.WriteString("      - " + s + "\n")
	}
	for _, e := range r.Log {
		if e.End != nil {
			fmt.Fprintf(&b, "    expect: {end: %s%s}\n", e.End.Reason, r.errors())
		}
	}
	return b.String()
}

// flow writes what a flow had from the world.
func (r Recording) flow(b *strings.Builder) {
	if len(r.Grant) > 0 {
		fmt.Fprintf(b, "    grant: [%s]\n", strings.Join(r.Grant, ", "))
	}
	if len(r.HTTP) > 0 {
		b.WriteString("    http:\n")
	}
	for i := range r.HTTP {
		b.WriteString("      - " + r.HTTP[i].text() + "\n")
	}
}

// text writes a look-up's reply as it stands in a suite.
func (l *Lookup) text() string {
	var reply fields
	reply.number("status", l.Reply.Status)
	reply.flag("error", l.Reply.Error)
	reply.time("delay", l.Reply.Delay)
	if !l.Reply.JSON.IsZero() {
		if body, err := json.Marshal(l.Reply.JSON); err == nil { // it was read from YAML or JSON
			reply = append(reply, "json: "+string(body))
		}
	}
	var all fields
	all.text("match", l.Match)
	all.text("node", l.Node)
	return (append(all, "reply: "+reply.String())).String()
}

// fields are those of a mapping in YAML's flow style. What is zero is left out.
type fields []string

func (f *fields) text(name, value string) {
	if value != "" {
		*f = append(*f, name+": "+quote(value))
	}
}

func (f *fields) number(name string, value int) {
	if value != 0 {
		*f = append(*f, fmt.Sprintf("%s: %d", name, value))
	}
}

func (f *fields) flag(name string, value bool) {
	if value {
		*f = append(*f, name+": true")
	}
}

func (f *fields) time(name string, value time.Duration) {
	if value != 0 {
		*f = append(*f, name+": "+value.String())
	}
}

func (f fields) String() string { return "{" + strings.Join(f, ", ") + "}" }

// errors are those that the debugger showed, which a case must expect.
func (r Recording) errors() string {
	var codes []string
	for _, e := range r.Log {
		if p := e.Problem; p != nil && p.Severity == carrier.Error && !slices.Contains(codes, strconv.Itoa(p.Code)) {
			codes = append(codes, strconv.Itoa(p.Code))
		}
	}
	if codes == nil {
		return ""
	}
	return ", errors: [" + strings.Join(codes, ", ") + "]"
}

// quote writes a text so that YAML takes it for one: its double-quoted form has
// the escapes of JSON.
func quote(s string) string { return strconv.Quote(s) }
