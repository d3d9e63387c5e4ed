package twilio_test

import (
	"os"
	"testing"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/internal/leaktest"
)

// TestMain has what Verify says searched for the keys, digits and numbers of the tests.
func TestMain(m *testing.M) {
	os.Exit(leaktest.Main(m, token, string(oldToken), string(newToken), string(subToken),
		"my pin", "0123456789*#ABCDw", "18185550123", "14158675309", "Today I", "Tomorrow, please"))
}

// noted hands on what Verify said to the search for leaks.
func noted(p callgate.Proof, err error) (callgate.Proof, error) {
	leaktest.Note(p, err)
	return p, err
}
