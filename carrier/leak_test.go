package carrier_test

import (
	"os"
	"testing"

	"github.com/callgate/callgate/internal/leaktest"
)

// TestMain has what the debugger of the simulated carrier and its errors say searched for what the tests' callers send.
func TestMain(m *testing.M) {
	os.Exit(leaktest.Main(m, token))
}
