package explore

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/callgate/callgate/carrier"
	"github.com/callgate/callgate/ivr"
)

// slower is how much slower a voice may speak than the estimates of package ivr
// and of the carrier say; see ivr.SpeechDuration.
const slower = 1.5

// queueFull is what the debugger says of a full queue.
const queueFull = 14207

// judge looks whether a call kept what is promised.
func (w *Walk) judge(call *carrier.Call) {
	end, over := call.End()
	switch {
	case !over:
		w.finding(call, "no-end", "the call does not end")
	case end.Reason == carrier.EndApology:
		w.finding(call, "apology", "the caller heard the carrier's apology")
	case end.Reason == carrier.EndRunaway:
		w.finding(call, "runaway", "the call ran away: too many documents without anything from the caller")
	case end.Reason == carrier.EndTimeLimit && !w.explorer.subject.Report.Bounds.Endless:
		w.finding(call, "time-limit", "the call went on until the carrier ended it after %v", end.Lasted)
	case end.Reason == carrier.EndSpoken:
		w.finding(call, "no-document", "an answer was no document")
	}
	for _, p := range call.Problems() {
		if p.Code == queueFull {
			continue // that was decided
		}
		w.finding(call, "debugger", "the carrier's debugger says: %s", p)
	}
	for _, why := range w.rescues {
		if len(w.answers) < w.maxSteps() {
			w.finding(call, "rescue", "%s", why)
		}
	}
	w.judgeBounds(call, end)
	w.judgeNodes(call)
}

// maxSteps is after how many steps a flow gives up on a caller who walks in circles:
// to its Exhausted first, and soon after to the gate's rescue.
func (w *Walk) maxSteps() int {
	if n := w.explorer.subject.Flow.MaxSteps; n > 0 {
		return n
	}
	return ivr.DefaultMaxSteps
}

// judgeBounds compares a call with what Check proved.
func (w *Walk) judgeBounds(call *carrier.Call, end carrier.End) {
	b := w.explorer.subject.Report.Bounds
	if limit := time.Duration(float64(b.SilentSeconds)*slower)*time.Second + 10*time.Second; w.silent() && !b.Endless && end.Lasted > limit {
		w.finding(call, "silent-seconds", "a silent call lasted %v, and check proves at most %d s", end.Lasted, b.SilentSeconds)
	}
	documents, most := 0, 0
	for _, e := range call.Log() {
		switch {
		case e.Leg == 0 && (e.Kind == carrier.KindKey || e.Kind == carrier.KindSpeech), e.Kind == carrier.KindBridge:
			documents = 0
		case e.Exchange != nil && slices.Contains([]carrier.Purpose{carrier.ForVoice, carrier.ForAction, carrier.ForRedirect}, e.Exchange.For):
			documents++
			most = max(most, documents)
			w.judgeDocument(call, e.Exchange, b)
		}
	}
	if !b.Endless && most > b.Documents {
		w.finding(call, "documents", "there were %d documents without anything from the caller, and check proves at most %d", most, b.Documents)
	}
}

func (w *Walk) judgeDocument(call *carrier.Call, x *carrier.Exchange, b ivr.Bounds) {
	if len(x.Body) > b.DocumentBytes {
		w.finding(call, "document-bytes", "a document has %d bytes, and check proves at most %d", len(x.Body), b.DocumentBytes)
	}
	if u, err := url.Parse(x.URL); err == nil {
		if n := len(u.Query().Get(ivr.TokenParam)); n > b.StateBytes {
			w.finding(call, "state-bytes", "a state has %d characters, and check proves at most %d", n, b.StateBytes)
		}
	}
}

// silent reports whether the caller did nothing and nobody answered.
func (w *Walk) silent() bool {
	return !slices.ContainsFunc(w.taken, func(label string) bool {
		return strings.HasPrefix(label, press) || strings.HasPrefix(label, speak) ||
			slices.Contains([]string{"answers", "somebody comes", "records a message"}, label) || strings.HasPrefix(label, "accepts ")
	})
}

// judgeNodes looks whether the call came to a node that check calls unreachable.
func (w *Walk) judgeNodes(call *carrier.Call) {
	for _, f := range w.explorer.subject.Report.Findings {
		if f.Rule != ivr.Unreachable {
			continue
		}
		for _, a := range w.answers {
			if a.Node == f.Node || slices.ContainsFunc(a.Trail, func(t ivr.Transition) bool { return t.From == f.Node || t.To == f.Node }) {
				w.finding(call, "unreachable", "the call came to node %s, which check calls unreachable", f.Node)
				return
			}
		}
	}
}
