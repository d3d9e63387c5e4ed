package keys_test

import (
	"os"
	"testing"

	"github.com/callgate/callgate/internal/leaktest"
)

// TestMain has errors searched for the keys that were read.
func TestMain(m *testing.M) {
	os.Exit(leaktest.Main(m, token))
}
