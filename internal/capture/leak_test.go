package capture_test

import (
	"os"
	"testing"

	"github.com/callgate/callgate/internal/leaktest"
)

// TestMain has errors searched for what the captured requests hold.
func TestMain(m *testing.M) {
	os.Exit(leaktest.Main(m))
}
