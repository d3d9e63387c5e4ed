package ivr_test

import (
	"testing"

	"github.com/callgate/callgate/ivr"
)

// withOnError gives the node "it" of a line an OnError, and its flow another.
func withOnError(f *ivr.Flow) *ivr.Flow {
	f.Nodes[0].OnError, f.OnError = "mine", "everybodys"
	f.Nodes = append(f.Nodes, hangup("mine", "Mine."), hangup("everybodys", "Everybody's."))
	return f
}

// TestOnError: failures without an exit of their own go to the node's OnError, and by it
// before the flow's and before what else a node has for all outcomes.
func TestOnError(t *testing.T) {
	for name, c := range map[string]struct {
		do    ivr.Action
		fails func(c *call) *call
	}{
		"http": {
			&ivr.HTTP{URL: "https://crm.example.org/", OK: "desk"},
			func(c *call) *call { return c },
		},
		"queue": {
			&ivr.Queue{Name: "support"},
			func(c *call) *call { return c.follow(ivr.Queued, "QueueResult", "error", "QueueTime", "5") },
		},
		"full queue": {
			&ivr.Queue{Name: "support"},
			func(c *call) *call { return c.follow(ivr.Queued, "QueueResult", "queue-full", "QueueTime", "0") },
		},
		"callback": {
			&ivr.Callback{
				Ask: ask("Your number?"), Confirm: ivr.Speak("{callback.number}?"), Country: "1", Booked: "bye", Declined: "bye",
			},
			func(c *call) *call { return c.press("1") },
		},
		"transfer": {
			&ivr.Transfer{Targets: []ivr.Target{{Number: "+15550100003"}}, Otherwise: "bye"},
			func(c *call) *call { return c.follow(ivr.Dialled, "DialCallStatus", "failed") },
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := withOnError(lineOf(c.do))
			c.fails(newCall(t, f).dial()).hears("Mine.")
			f.Nodes[0].OnError = ""
			want := "Everybody's."
			if name == "transfer" { // otherwise is for failures too
				want = "Goodbye."
			}
			c.fails(newCall(t, f).dial()).hears(want)
		})
	}
	busy := withOnError(lineOf(&ivr.Transfer{Targets: []ivr.Target{{Number: "+15550100003"}}, Otherwise: "bye"}))
	newCall(t, busy).dial().follow(ivr.Dialled, "DialCallStatus", "busy").hears("Goodbye.")
}

// TestOnErrorIsAnExit: pictures and coverage see it as the node's own.
func TestOnErrorIsAnExit(t *testing.T) {
	p := mustCompile(t, withOnError(lineOf(&ivr.Queue{Name: "support"})))
	for _, e := range p.Outline()[0].Exits {
		if e.Label == "error" && (e != ivr.ExitInfo{Label: "error", To: "mine", Cause: ivr.ByFailure}) {
			t.Errorf("the exit is %+v", e)
		}
	}
}

// TestOnErrorInASubflow: it names a node of the same subflow, or return.
func TestOnErrorInASubflow(t *testing.T) {
	f := lineOf(&ivr.Call{Subflow: "sub", To: "bye"})
	f.Subflows = []ivr.Subflow{{Name: "sub", Start: "q", Nodes: []ivr.Node{{ID: "q", OnError: ivr.Return, Do: &ivr.Queue{Name: "support"}}}}}
	newCall(t, f).dial().follow(ivr.Queued, "QueueResult", "error", "QueueTime", "5").hears("Goodbye.")
}
