package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/callgate/callgate/internal/callscript"
	"github.com/callgate/callgate/internal/strictyaml"
	"github.com/callgate/callgate/ivr"
)

// parseReply reads a value of --lookup: the name of a node, and the reply to its look-up,
// which is JSON, an HTTP status, "error" for a connection that fails, or a file of JSON.
func parseReply(s string) (callscript.Lookup, error) {
	node, value, ok := strings.Cut(s, "=")
	l := callscript.Lookup{Node: strings.TrimSpace(node)}
	if !ok || l.Node == "" || value == "" {
		return l, usagef(`--lookup %s: write a node and its reply: order={"state":"sent"}, order=reply.json, order=404 or order=error`, s)
	}
	if n, err := strconv.Atoi(value); err == nil {
		if n < 100 || n > 599 {
			return l, usagef("--lookup %s: %d is no HTTP status", l.Node, n)
		}
		l.Reply.Status = n
		return l, nil
	}
	if value == "error" {
		l.Reply.Error = true
		return l, nil
	}
	text := []byte(value)
	if value[0] != '{' && value[0] != '[' {
		var err error
		if text, err = os.ReadFile(value); err != nil {
			return l, fmt.Errorf("--lookup %s: %w", l.Node, err)
		}
	}
	var err error
	if l.Reply.JSON, err = strictyaml.ParseJSON(text); err != nil {
		return l, fmt.Errorf("--lookup %s: the reply is no JSON: %w", l.Node, err)
	}
	return l, nil
}

// replies are those of --lookup, and after them those of the script.
func (f *callFlags) replies(flow *simulatedFlow, steps *callscript.Suite) ([]callscript.Lookup, error) {
	var list []callscript.Lookup
	for _, s := range f.lookups {
		l, err := parseReply(s)
		if err != nil {
			return nil, err
		}
		list = append(list, l)
	}
	if steps != nil {
		list = append(list, steps.Cases[0].HTTP...)
	}
	var nodes []string
	for _, n := range flow.program.Outline() {
		if n.Kind == ivr.KindHTTP {
			nodes = append(nodes, n.Name)
		}
	}
	for _, l := range list {
		if l.Node != "" && !slices.Contains(nodes, l.Node) {
			return nil, usagef("--lookup: the flow has no node %q that looks something up; it has %s", l.Node, orNone(nodes))
		}
	}
	return list, nil
}

func orNone(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// toldReplies answers look-ups, and tells of one that has no reply, once a node: the caller
// only hears that it failed.
type toldReplies struct {
	*callscript.Replies
	out  io.Writer
	told map[string]bool
}

// Do answers a look-up.
func (r *toldReplies) Do(ctx context.Context, q *ivr.Lookup) (ivr.Result, error) {
	result, err := r.Replies.Do(ctx, q)
	if err != nil && r.out != nil && !r.told[q.Node] {
		r.told[q.Node] = true
		fmt.Fprintf(r.out, "note: nothing replies to the look-up of node %[1]s, so it fails; give a reply with --lookup %[1]s=JSON\n", q.Node)
	}
	return result, err
}
