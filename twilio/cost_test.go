package twilio_test

import (
	"testing"

	"github.com/callgate/callgate/twilio"
)

// TestAllocations: a verified form costs no allocation, so that a busy line
// makes no garbage.
func TestAllocations(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector makes the pool forget at random")
	}
	for name, c := range map[string]twilio.Config{
		"signature": {Keys: ring[:1], Profile: twilio.ProfileSignature},
		"voice":     {Keys: ring[:1]},
		"two keys":  {Keys: []twilio.Key{{Name: "new", Account: account, Token: oldToken}, {Name: "old", Account: account, Token: newToken}}},
	} {
		v := mustNew(t, c)
		r := capture{url: address + "?s=opaque", params: inbound}.request()
		r.Header.Set(twilio.Header, reference(newToken, r.URL, inbound))
		allocations := testing.AllocsPerRun(200, func() {
			if _, err := v.Verify(r); err != nil {
				t.Fatal(err)
			}
		})
		if allocations != 0 {
			t.Errorf("%s: %v allocations", name, allocations)
		}
	}
}
