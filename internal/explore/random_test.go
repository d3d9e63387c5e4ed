package explore_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/callgate/callgate/internal/explore"
	"github.com/callgate/callgate/ivr"
)

// randomFlow makes a flow of a few nodes that lead anywhere.
func randomFlow(rng *rand.Rand) *ivr.Flow {
	n := 3 + rng.IntN(6)
	to := func() string { return fmt.Sprintf("n%d", rng.IntN(n)) }
	f := &ivr.Flow{Name: "random", Start: "n0", Exhausted: to(), Attempts: 1 + rng.IntN(3)}
	if rng.IntN(3) == 0 {
		f.Keys = []ivr.GlobalKey{{Key: "0", Do: ivr.Operator, To: to()}, {Key: "9", Do: ivr.Repeat}}
	}
	for i := range n {
		id := fmt.Sprintf("n%d", i)
		f.Nodes = append(f.Nodes, ivr.Node{ID: id, Do: randomAction(rng, to)})
	}
	return f
}

func randomAction(rng *rand.Rand, to func() string) ivr.Action {
	speak := ivr.Speak("Some words that are heard.")
	switch rng.IntN(9) {
	case 0, 1:
		m := &ivr.Menu{Ask: ivr.Ask{Prompt: speak, Timeout: 1 + rng.IntN(5)}}
		for k := range 1 + rng.IntN(3) {
			m.Options = append(m.Options, ivr.Option{Key: fmt.Sprint(k + 1), To: to()})
		}
		return m
	case 2:
		return &ivr.Say{Prompt: speak, To: to()}
	case 3:
		return &ivr.Goto{To: to(), Max: 1 + rng.IntN(3), Otherwise: to()}
	case 4:
		return &ivr.Transfer{Targets: []ivr.Target{{Number: "+15005550111"}}, Answered: to(), Otherwise: to(), Timeout: 5 + rng.IntN(20)}
	case 5:
		// Whether a carrier counts silence as a message is not documented, so both lead
		// to the same place here.
		after := to()
		return &ivr.Voicemail{Greeting: speak, Mailbox: "m", Recorded: after, Empty: after}
	case 6:
		return &ivr.Queue{Name: "q", MaxWait: 30 + rng.IntN(90), Timeout: to(), Error: to(), Bridged: to()}
	case 7:
		return &ivr.HTTP{URL: "https://example.org/x", OK: to(), Error: to(), Statuses: map[int]string{404: to()}}
	}
	return &ivr.Hangup{Prompt: speak}
}

// checkAgreesWithTheLine explores a random flow that check finds no error in: no
// call on the line may show one.
func checkAgreesWithTheLine(t *testing.T, seed uint64) (clean bool) {
	flow := randomFlow(rand.New(rand.NewPCG(seed, 7)))
	report := ivr.Check(flow, startOfTests())
	if report.Program == nil || report.HasErrors() {
		return false
	}
	r, err := explore.Run(t.Context(), subject(t, flow), explore.Options{Calls: 60, Decisions: 40})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Findings {
		t.Errorf("seed %d: check finds no error, but on the line: %s: %s: %.600v", seed, f.Rule, f.Text, f.Way)
	}
	return true
}

func TestRandomFlows(t *testing.T) {
	clean := 0
	for seed := range uint64(120) {
		if checkAgreesWithTheLine(t, seed) {
			clean++
		}
		if t.Failed() {
			return
		}
	}
	if clean < 8 {
		t.Errorf("only %d of the random flows are without errors: the test says too little", clean)
	}
	t.Logf("%d flows without errors", clean)
}

func FuzzRandomFlows(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) { checkAgreesWithTheLine(t, seed) })
}
