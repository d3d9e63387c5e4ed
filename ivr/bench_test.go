package ivr_test

import (
	"fmt"
	"net/url"
	"testing"

	"github.com/callgate/callgate/ivr"
)

// chain is a flow of n nodes: menus that lead to each other, each with a node that
// speaks.
func chain(n int) *ivr.Flow {
	f := &ivr.Flow{Start: "menu-0", Exhausted: "bye", Keys: []ivr.GlobalKey{{Key: "0", Do: ivr.Operator, To: "bye"}}}
	for i := range n / 2 {
		next := fmt.Sprintf("menu-%d", (i+1)%(n/2))
		f.Nodes = append(f.Nodes,
			ivr.Node{ID: fmt.Sprintf("menu-%d", i), Do: &ivr.Menu{
				Ask:     ivr.Ask{Prompt: ivr.Speak("For the next one, press 1. To hear more, press 2.")},
				Options: []ivr.Option{{Key: "1", To: next}, {Key: "2", To: fmt.Sprintf("say-%d", i)}},
			}},
			say(fmt.Sprintf("say-%d", i), "There is more.", next))
	}
	f.Nodes = append(f.Nodes, bye())
	return f
}

// BenchmarkStep opens a state, makes a step from a menu to the next, and writes the
// document. Its cost must not depend on the number of nodes.
func BenchmarkStep(b *testing.B) {
	for _, n := range []int{10, 100, 1000, 10_000} {
		b.Run(fmt.Sprintf("nodes=%d", n), func(b *testing.B) {
			c := newCall(b, chain(n)).dial()
			token := c.token(ivr.Input)
			params := url.Values{"Digits": {"1"}, "CallStatus": {"in-progress"}}
			buf := make([]byte, 0, 4096)
			b.ReportAllocs()
			for b.Loop() {
				s, kind, err := c.sealer.Open(token, ivr.Leg{CallSid: callSid}, monday)
				if err != nil {
					b.Fatal(err)
				}
				ev := &ivr.Event{Kind: kind, CallSid: callSid, Params: params, Now: monday}
				answer, err := c.program.Step(c.site, s, ev)
				if err != nil {
					b.Fatal(err)
				}
				if buf, err = answer.AppendDocument(buf[:0]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkCheck checks flows whole.
func BenchmarkCheck(b *testing.B) {
	for _, n := range []int{10, 1000, 10_000} {
		b.Run(fmt.Sprintf("nodes=%d", n), func(b *testing.B) {
			f := chain(n)
			for b.Loop() {
				ivr.Check(f, monday)
			}
		})
	}
}
