package lookup_test

import (
	"os"
	"testing"

	"github.com/callgate/callgate/internal/leaktest"
)

// TestMain has the errors of look-ups searched for secrets.
func TestMain(m *testing.M) {
	os.Exit(leaktest.Main(m, "look-up-secret", "a-secret-value"))
}
