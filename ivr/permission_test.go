package ivr_test

import (
	"errors"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/callgate/callgate/ivr"
)

// A call comes to a node with a permission only when it was granted; without it the
// step fails, so that whoever runs the program rescues the caller.
func TestPermission(t *testing.T) {
	flow := &ivr.Flow{
		Name: "doors", Start: "open",
		Nodes: []ivr.Node{
			{ID: "open", Do: &ivr.Say{Prompt: ivr.Speak("Open."), To: "closed"}},
			{ID: "closed", Permission: "restricted", Do: &ivr.Hangup{Prompt: ivr.Speak("Closed.")}},
		},
	}
	program, err := ivr.Compile(flow)
	if err != nil {
		t.Fatal(err)
	}
	if got := program.Permissions(); !slices.Equal(got, []string{"restricted"}) {
		t.Errorf("permissions %q", got)
	}
	if got := program.Outline()[1].Permission; got != "restricted" {
		t.Errorf("the outline has permission %q", got)
	}
	sealer, err := ivr.NewSealer([]byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	site, err := ivr.NewSite(ivr.SiteConfig{URL: "https://ivr.example.org/", Sealer: sealer})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		granted []string
		denied  string
	}{
		{nil, "restricted"},
		{[]string{"view"}, "restricted"},
		{[]string{"view", "restricted"}, ""},
	} {
		_, err := program.Step(site, ivr.State{}, &ivr.Event{
			Kind: ivr.Start, CallSid: "CA1", Params: url.Values{}, Now: time.Unix(1_800_000_000, 0), Granted: c.granted,
		})
		var denied *ivr.DeniedError
		var step *ivr.StepError
		switch {
		case c.denied == "" && err != nil:
			t.Errorf("granted %q: %v", c.granted, err)
		case c.denied != "" && (!errors.As(err, &denied) || denied.Permission != c.denied):
			t.Errorf("granted %q: got %v, want a denial of %q", c.granted, err, c.denied)
		case c.denied != "" && (!errors.As(err, &step) || step.Node != "closed" || ivr.Way(step.Trail) != "open →next→ closed"):
			t.Errorf("granted %q: got %v, want it to name the node closed and the way to it", c.granted, err)
		}
	}
}

func TestPermissionName(t *testing.T) {
	_, err := ivr.Compile(&ivr.Flow{Name: "x", Start: "a", Nodes: []ivr.Node{{ID: "a", Permission: "no word", Do: &ivr.Hangup{}}}})
	var problems ivr.Problems
	if !errors.As(err, &problems) || len(problems) != 1 || problems[0].Rule != ivr.InvalidValue || problems[0].Field != "permission" {
		t.Errorf("got %v", err)
	}
}
