package callgate_test

import (
	"testing"

	"github.com/callgate/callgate"
)

func TestHandlerAnswers(t *testing.T) {
	resp, body, event := serve(t, config(t), answering, signedPost(t, "/ivr?x=1", ""))
	if resp.StatusCode != 200 || body != welcome {
		t.Fatalf("%d %s %+v", resp.StatusCode, body, event)
	}
	if event.Outcome != callgate.OutcomeAccepted {
		t.Errorf("%+v", event)
	}
}
