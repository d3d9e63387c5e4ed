package outbox_test

import (
	"os"
	"testing"

	"github.com/callgate/callgate/internal/leaktest"
)

// TestMain has errors searched for what callers left.
func TestMain(m *testing.M) {
	os.Exit(leaktest.Main(m))
}
